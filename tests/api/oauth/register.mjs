// Applications that register themselves (RFC 7591): a project that lets them, and what they send.

import { Client, expectStatus } from "../../harness/index.mjs";
import { makeProject } from "./oauth.mjs";

export const CALLBACK = "https://app.example.com/callback";

/** A program at an address of its own, as each registers at most five times an hour. */
export const stranger = (server) => new Client(server, { site: "auth.localhost", check: false });

export async function openProject(server, { dcr = "open", type = "web", ...options } = {}) {
	const project = await makeProject(server, { type, ...options });
	await server.sql.run`INSERT INTO oauth_settings (project_id, signing_alg, access_token_ttl_s, dcr, cimd, cimd_trusted_domains, require_par, dpop_require_nonce, min_token_version, guard, version, updated_at)
		VALUES (${project.id}, 'ES256', 3600, ${dcr}, NULL, '', FALSE, FALSE, 0, 0, 1, NOW(3))`;
	return project;
}

export function register(server, project, metadata, { by = stranger(server), headers } = {}) {
	return by.request("POST", project.at("/oauth/register"), { json: metadata, headers });
}

export async function registered(server, project, metadata = {}) {
	return expectStatus(await register(server, project, { client_name: "Notes", redirect_uris: [CALLBACK], ...metadata }), 201);
}

/** A request to the registration itself, with its token. */
export function manage(server, project, method, client, { token = client.registration_access_token, json, id = client.client_id } = {}) {
	const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
	return stranger(server).request(method, project.at(`/oauth/register/${id}`), { json, headers });
}
