-- An authorization under way: what an app asked, judged, while its person signs in and agrees. kind: code, or device. flow_digest: of the browser's flow
-- cookie; NULL while no browser has come with what an app has pushed, or with a device's code. request_uri_digest: of the address that stands for a pushed
-- one. org_id: the organization that the person chose, in the console. Gone once it has become a code.
-- client_id NULL: the client's document at client_url is being fetched, and params hold where its browser came from.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE oauth_requests (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(6) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	client_url VARBINARY(512) NULL,
	params MEDIUMTEXT NOT NULL,
	request_uri_digest VARBINARY(32) NULL,
	flow_digest VARBINARY(32) NULL,
	flow_id VARCHAR(29) COLLATE ascii_bin NULL,
	session_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	scopes TEXT NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_request_uri_digest (project_id, request_uri_digest),
	KEY k_client_id (project_id, client_id),
	KEY k_user_id (project_id, user_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT oauth_requests_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT oauth_requests_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE,
	CONSTRAINT oauth_requests_fk3 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
