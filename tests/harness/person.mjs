// People, organizations and credentials written straight into the database: a test needs no sign-up to have somebody.

import { Client } from "./http.mjs";
import { digest, makeCookie, makeEmail, makeId, makePublicId, makeSecret, makeSlug } from "./secrets.mjs";
import { sql } from "./sql.mjs";
import { sqlTime, DAY, HOUR } from "./clock.mjs";

/** What a service key may be granted, by least role; the same words as lib/permissions.def. */
export const KEY_SCOPES = ["org.read", "member.read", "project.read", "project_member.read", "client.read", "event.read", "project.create", "project.write", "client.write", "project.delete", "project_member.write", "audit.read", "audit.export", "sign_in.read", "sign_in.write", "mail.read", "mail.write", "branding.write", "user.read", "user.write", "user.delete", "user.export", "user.import", "resource_server.read", "resource_server.write", "oauth_settings.read", "oauth_settings.write", "license.read", "license.write", "license.manage", "analytics.read", "claim.read", "claim.write", "plan.read", "plan.write", "feature.check", "payment.read", "payment.write", "connection.read", "connection.write", "usage.read", "usage.write", "billing.read", "billing.write"];

/** What an access token of the console may be granted besides. */
export const OAUTH_SCOPES = [...KEY_SCOPES, "invitation.read", "org.write", "member.write"];

const insert = (table, row) => {
	const names = Object.keys(row).join(", ");
	const values = Object.values(row);
	const parts = [`INSERT INTO ${table} (${names}) VALUES (`, ...values.slice(1).map(() => ", "), ")"];
	return sql(parts, ...values);
};

const times = (now) => ({ created_at: now, updated_at: now });

/** A client with the columns that every one has. */
function clientRow({ project_id, id, name, grant_types, ...columns }, now) {
	return insert("clients", {
		project_id, id, name: name.slice(0, 120), type: "web", source: "dashboard", is_first_party: true,
		token_endpoint_auth_method: "client_secret_basic", grant_types, scopes: "", audiences: JSON.stringify([id]),
		require_pkce: true, require_par: false, is_dpop_bound: false, direct_flow: false, access_token_ttl_s: 3600,
		refresh_token_idle_s: 2592000, refresh_token_max_s: 31536000, refresh_reuse_grace_s: 0, id_token_alg: "RS256",
		token_claims: "", id_jag_targets: "[]", is_active: true, version: 1, ...columns, ...times(now),
	});
}

const redirectRow = (project_id, client_id, uri) => insert("client_uris", { project_id, client_id, kind: "redirect", uri_digest: digest(uri), uri: Buffer.from(uri) });

function projectRows({ id, org_id, client_id, name, slug, type, environment, created_by, redirect_uris }, now) {
	const grants = { web: "authorization_code device_code refresh_token", mcp: "client_credentials", hybrid: "authorization_code client_credentials device_code refresh_token" };
	return [
		insert("projects", { id, org_id, client_id, name, slug, type, environment, description: null, logo_url: null, status: "active", version: 1, created_by, ...times(now) }),
		clientRow({ project_id: id, id: client_id, name, grant_types: grants[type] }, now),
		...redirect_uris.map((uri) => redirectRow(id, client_id, uri)),
		insert("event_heads", { project_id: id, last_sequence: 0 }),
	];
}

export class Org {
	constructor(server, fields) {
		this.server = server;
		Object.assign(this, fields);
	}

	/** One more project, active. */
	async project({ name = "Extra", slug = makeSlug("extra"), type = "web", environment = "live", redirect_uris = ["http://localhost/callback"] } = {}) {
		const project = { id: makeId("prj"), org_id: this.id, client_id: makePublicId(), name, slug, type, environment, created_by: null, redirect_uris };
		await this.server.sql.query(projectRows(project, sqlTime()).join(";"));
		return { ...project, clientId: project.client_id };
	}

	/** A service key. project: pinned to it. */
	async key({ scopes = KEY_SCOPES, project, environment = project?.environment ?? "live", expires_at = null, name = "Key", rate_limit_per_minute = null } = {}) {
		const secret = makeSecret(`gsk_${environment}_`);
		const id = makeId("key");
		await this.server.sql.query(insert("api_keys", {
			id, kind: "service", org_id: this.id, project_id: project?.id ?? null, user_id: null, name, environment, prefix: secret.slice(0, 12),
			last4: secret.slice(-4), secret_digest: digest(secret), scopes: [...scopes].sort().join(" "), rate_limit_per_minute, expires_at,
			version: 1, created_by: this.ownerId, ...times(sqlTime()),
		}));
		return Object.assign(new Client(this.server, { bearer: secret }), { id, secret, environment });
	}

	/** Another person who is a member here. */
	member(role, options = {}) {
		return person(this.server, { ...options, org: this, role });
	}
}

export class Person {
	constructor(server, fields) {
		this.server = server;
		Object.assign(this, fields);
	}

	get project() {
		return this.org.defaultProject;
	}

	/** A browser that is signed in. signedInAgo_ms: when. */
	async session({ signedInAgo_ms = 0, org = this.org, headers, site } = {}) {
		const token = makeCookie();
		const id = makeId("ses");
		const now = sqlTime(-signedInAgo_ms);
		await this.server.sql.query(insert("sessions", {
			project_id: this.server.consoleId, id, user_id: this.id, token_digest: digest(token), org_id: org?.id ?? null, session_class: "web_user",
			auth_strength: "password", amr: "pwd", level: 1, authenticated_at: now, ip: null, user_agent: "tests", created_at: now,
			last_seen_at: sqlTime(), expires_at: sqlTime(30 * DAY),
		}));
		return Object.assign(new Client(this.server, { cookies: { "__Host-gatehouse": token }, headers, site }), { id, token });
	}

	/** A program that acts as this person in one organization. */
	async token({ org = this.org, expires_at = null, name = "Token", revoked_at = null } = {}) {
		const secret = makeSecret("gpat_");
		const id = makeId("key");
		await this.server.sql.query(insert("api_keys", {
			id, kind: "personal", org_id: org.id, project_id: null, user_id: this.id, name, environment: null, prefix: secret.slice(0, 12),
			last4: secret.slice(-4), secret_digest: digest(secret), scopes: "", rate_limit_per_minute: null, expires_at, revoked_at, version: 1,
			created_by: this.id, ...times(sqlTime()),
		}));
		return Object.assign(new Client(this.server, { bearer: secret }), { id, secret });
	}

	/** A program with an access token of the console, for the API unless resource says otherwise. */
	async accessToken({ org = this.org, scopes = OAUTH_SCOPES, resource = "api", client, expires_in_ms = HOUR, dpop_jkt = null } = {}) {
		const secret = makeSecret("gat_");
		const { consoleId: project_id, url } = this.server;
		client ??= await consoleClient(this.server, { is_first_party: false });
		const grant = { project_id, id: makeId("grt"), user_id: this.id, client_id: client.clientId, resource: Buffer.from(`${url}/${resource}`), scopes: scopes.join(" "), org_id: org.id };
		const token = { project_id, digest: digest(secret), id: makeId("tok"), grant_id: grant.id, resource: grant.resource, scopes: grant.scopes, dpop_jkt, created_at: sqlTime(), expires_at: sqlTime(expires_in_ms) };
		await this.server.sql.query([
			insert("grants", { ...grant, issuer: Buffer.from(this.server.url), session_id: makeId("ses"), is_offline: true, client_digest: digest(client.clientId), created_at: sqlTime(), expires_at: sqlTime(30 * DAY) }),
			insert("access_tokens", token),
		].join(";"));
		return Object.assign(new Client(this.server, { bearer: secret }), { id: grant.id, secret, client });
	}

	/** The password that the installation's owner has, so that nothing need be hashed here. */
	get password() {
		return this.server.owner.password;
	}

	async join(org, role) {
		const id = makeId("mem");
		await this.server.sql.query(insert("members", { org_id: org.id, user_id: this.id, id, console_id: this.server.consoleId, role, joined_via: "invitation", version: 1, ...times(sqlTime()) }));
		return id;
	}

	role(org = this.org) {
		return this.server.sql.value`SELECT role FROM members WHERE org_id = ${org.id} AND user_id = ${this.id}`;
	}
}

/** A client of the console, public unless token_endpoint_auth_method says otherwise. */
export async function consoleClient(server, { redirect_uris = ["https://app.example.com/callback"], name = "Console app", ...columns } = {}) {
	const client = { project_id: server.consoleId, id: makeId("cli"), name, grant_types: "authorization_code refresh_token", token_endpoint_auth_method: "none", ...columns };
	await server.sql.query([clientRow(client, sqlTime()), ...redirect_uris.map((uri) => redirectRow(client.project_id, client.id, uri))].join(";"));
	return { ...client, clientId: client.id };
}

/**
 * Somebody with a role in an organization: in a new one (with a Default project), unless `org` names one.
 * password: true gives them the owner's.
 */
export async function person(server, { role = "owner", org, email = makeEmail(), name = "Pat Example", verified = true, password = false, orgName = "Example" } = {}) {
	const now = sqlTime();
	const id = makeId("usr");
	const memberId = makeId("mem");
	const statements = [
		insert("users", {
			project_id: server.consoleId, id, email, email_key: Buffer.from(email.toLowerCase()), email_verified_at: verified ? now : null, name,
			metadata: "{}", status: "active", is_anonymous: false, webauthn_handle: digest(id), token_version: 0, version: 1, ...times(now),
		}),
	];
	if (password)
		statements.push(sql`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
			SELECT project_id, ${id}, hash, scheme, is_change_due, changed_at FROM user_passwords WHERE project_id = ${server.consoleId} AND user_id = ${server.owner.userId}`);
	if (!org) {
		const project = { id: makeId("prj"), client_id: makePublicId(), name: "Default", slug: "default", type: "web", environment: "live", created_by: id, redirect_uris: ["http://localhost/callback"] };
		org = new Org(server, { id: makeId("org"), slug: makeSlug("org"), name: orgName, ownerId: id, defaultProject: project });
		project.org_id = org.id;
		project.clientId = project.client_id;
		statements.push(
			insert("orgs", { id: org.id, name: org.name, slug: org.slug, description: null, logo_url: null, discoverable: false, status: "active", default_project_id: null, version: 1, created_by: id, ...times(now) }),
			...projectRows(project, now),
			sql`UPDATE orgs SET default_project_id = ${project.id} WHERE id = ${org.id}`,
		);
	}
	statements.push(insert("members", { org_id: org.id, user_id: id, id: memberId, console_id: server.consoleId, role, joined_via: "sign_up", version: 1, ...times(now) }));
	await server.sql.query(`START TRANSACTION; ${statements.join("; ")}; COMMIT`);
	return new Person(server, { id, memberId, email, name, org });
}

/** A project's own user: nobody in the console. */
export class ProjectUser {
	constructor(server, fields) {
		this.server = server;
		Object.assign(this, fields);
	}

	get password() {
		return this.server.owner.password;
	}

	/** One more session: its id and token. */
	async token({ signedInAgo_ms = 0, madeAgo_ms = signedInAgo_ms, seenAgo_ms = 0, expires_in_ms = 30 * DAY, ...columns } = {}) {
		const token = makeCookie();
		const id = makeId("ses");
		await this.server.sql.query(insert("sessions", {
			project_id: this.project.id, id, user_id: this.id, token_digest: digest(token), org_id: null, session_class: "web_user",
			auth_strength: "password", amr: "pwd", level: 1, authenticated_at: sqlTime(-signedInAgo_ms), ip: null, user_agent: "tests",
			created_at: sqlTime(-madeAgo_ms), last_seen_at: sqlTime(-seenAgo_ms), expires_at: sqlTime(expires_in_ms), ...columns,
		}));
		return { id, token };
	}

	/** A browser that is signed in; others: further accounts that its cookie holds. */
	async session({ others = [], headers, ...options } = {}) {
		const { id, token } = await this.token(options);
		const { clientId } = this.project;
		const cookies = { [`__Host-gatehouse-${clientId}`]: [token, ...others.map((other) => other.token)].join(".") };
		return Object.assign(new Client(this.server, { site: "auth", clientId, cookies, headers }), { id, token });
	}

	row() {
		return this.server.sql.row`SELECT * FROM users WHERE project_id = ${this.project.id} AND id = ${this.id}`;
	}
}

/** password: true gives them the owner's. Further members are columns. */
export async function projectUser(server, project, { email = makeEmail("shopper"), name = "Sam Shopper", verified = true, password = false, ...columns } = {}) {
	const now = sqlTime();
	const id = makeId("usr");
	const statements = [
		insert("users", {
			project_id: project.id, id, email, email_key: email && Buffer.from(email.toLowerCase()), email_verified_at: verified && email ? now : null, name,
			metadata: "{}", status: "active", is_anonymous: false, webauthn_handle: digest(id), token_version: 0, version: 1, ...times(now), ...columns,
		}),
	];
	if (password)
		statements.push(sql`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
			SELECT ${project.id}, ${id}, hash, scheme, is_change_due, changed_at FROM user_passwords WHERE project_id = ${server.consoleId} AND user_id = ${server.owner.userId}`);
	await server.sql.query(`START TRANSACTION; ${statements.join("; ")}; COMMIT`);
	return new ProjectUser(server, { id, email, name, project });
}

/** Somebody who runs the installation: an owner (or another role) of the operator organization. */
export function operator(server, { role = "owner", ...options } = {}) {
	return person(server, { ...options, role, org: new Org(server, { id: server.operatorOrgId, ownerId: server.owner.userId }) });
}
