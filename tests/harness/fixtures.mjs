// Objects that tests need beside people: invitations, overrides, audit rows, events, and sign-in flows brought to a state.

import { Client } from "./http.mjs";
import { mailsTo, waitForMail } from "./mail.mjs";
import { projectUser } from "./person.mjs";
import { digest, makeCookie, makeEmail, makeId, makeInviteCode, makePassword, makeSecret, makeSlug } from "./secrets.mjs";
import { sql } from "./sql.mjs";
import { DAY, sqlTime } from "./clock.mjs";
import { until } from "./workplace.mjs";

/** A pending e-mail invitation with its secret. */
export async function invitation(org, { email = makeEmail("invited"), role = "member", invitedBy = org.ownerId, expires_in_ms = 7 * DAY } = {}) {
	const secret = makeSecret("ginv_");
	const id = makeId("inv");
	const key = Buffer.from(email.toLowerCase());
	await org.server.sql.query(sql`INSERT INTO invitations (org_id, id, kind, email, email_key, pending_email_key, role, secret_digest, max_uses, uses,
		expires_at, revoked_at, closed_at, invited_by, created_at, updated_at)
		VALUES (${org.id}, ${id}, 'email', ${email}, ${key}, ${key}, ${role}, ${digest(secret)}, 1, 0,
		${sqlTime(expires_in_ms)}, NULL, NULL, ${invitedBy}, ${sqlTime()}, ${sqlTime()})`);
	return { id, secret, email, role };
}

/** An invitation of kind code with the code itself. */
export async function inviteCode(org, { role = "member", max_uses = 1, uses = 0, invitedBy = org.ownerId, expires_in_ms = 7 * DAY } = {}) {
	const code = makeInviteCode();
	const id = makeId("inv");
	await org.server.sql.query(sql`INSERT INTO invitations (org_id, id, kind, email, email_key, pending_email_key, role, secret_digest, max_uses, uses,
		expires_at, revoked_at, closed_at, invited_by, created_at, updated_at)
		VALUES (${org.id}, ${id}, 'code', NULL, NULL, NULL, ${role}, ${digest(code)}, ${max_uses}, ${uses},
		${sqlTime(expires_in_ms)}, NULL, NULL, ${invitedBy}, ${sqlTime()}, ${sqlTime()})`);
	return { id, code, role };
}

export async function override(project, user, role) {
	await user.server.sql.query(sql`INSERT INTO project_members (project_id, user_id, org_id, role, created_at, updated_at)
		VALUES (${project.id}, ${user.id}, ${project.org_id}, ${role}, ${sqlTime()}, ${sqlTime()})`);
}

/** An audit row that isn't sealed yet, in the project's chain or, without one, the organization's. */
export async function auditEvent(org, { id = makeId("aud"), project, action = "project.updated", result = "ok", target_id = project?.id ?? org.id, changes = "{}" } = {}) {
	await org.server.sql.query(sql`INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type,
		target_id, target_label, result, changes, user_agent, request_id, occurred_at)
		VALUES (${project?.id ?? org.id}, ${id}, ${org.id}, ${project?.id ?? null}, ${action}, 'user', ${org.ownerId}, 'somebody', 'project',
		${target_id}, 'target', ${result}, ${changes}, 'tests', ${makeId("req")}, ${sqlTime()})`);
	return { id };
}

export async function event(project, { type = "project.updated", subject_id = project.id, server } = {}) {
	const id = makeId("evt");
	await server.sql.query(sql`INSERT INTO events (project_id, id, type, source, source_key, subject_id, data, created_at)
		VALUES (${project.id}, ${id}, ${type}, 'platform', '-', ${subject_id}, ${Buffer.from("{}")}, ${sqlTime()})`);
	return { id };
}

/** A project's sign-in settings, as if they had been set so. */
export async function signInSettings(project, settings, { server }) {
	await server.sql.query(sql`INSERT INTO area_settings (project_id, area, body, version, updated_at)
		VALUES (${project.id}, 'sign_in', ${JSON.stringify(settings)}, 1, ${sqlTime()})
		ON DUPLICATE KEY UPDATE body = VALUES(body), version = version + 1`);
}

/** An account of a project that has to wait before the next try; answers the bucket's key. */
export async function rateLimit(project, { server, subject = makeId("usr"), count = 7, wait_ms = 60000 }) {
	await server.sql.query(sql`INSERT INTO sign_in_throttles (project_id, kind, subject_digest, subject, count, window_start_at, blocked_until_at)
		VALUES (${project.id}, 'account', ${digest(subject)}, ${subject}, ${count}, ${sqlTime()}, ${sqlTime(wait_ms)})`);
	return `account_${digest(subject).toString("hex")}`;
}

/** A mail template's words, as PUT takes them. */
export const WORDS = {
	subject: "Hello from {{app_name}}",
	blocks: [{ type: "text", text: "Dear {{user_name}}, welcome." }, { type: "button", text: "Go on", url: "{{url}}" }],
};

/** A mail that wasn't sent and still could be: called off by its switch, which is on again. Its id. */
export async function message(world, { status = "failed", template = "welcome", project = world.project } = {}) {
	const session = await world.owner.session({ headers: { "X-Project-Id": project.id } });
	const turn = (isOn) => session.patch("/api/v1/mail_settings", { switches: { [template]: isOn } });
	await turn(false);
	const { id } = (await session.post("/api/v1/mail/send", { to: makeEmail(), template, data: { url: "https://example.com/" } })).json;
	await until("the mail is called off", async () => (await session.get(`/api/v1/messages/${id}`)).json.status === "canceled");
	await turn(true);
	/* A while ago, so that its recipient may have another. */
	await world.server.sql.query(sql`UPDATE messages SET status = ${status}, next_attempt_at = ${status === "queued" ? sqlTime(DAY) : null}, created_at = created_at - INTERVAL 2 MINUTE WHERE id = ${id}`);
	return id;
}

/** Somebody of a project, without a password. */
export async function user(project, { server, email = makeEmail("user"), name = "Uma Example", status = "active" } = {}) {
	const id = makeId("usr");
	await server.sql.query(sql`INSERT INTO users (project_id, id, email, email_key, name, metadata, status, is_anonymous, webauthn_handle, token_version,
		version, created_at, updated_at)
		VALUES (${project.id}, ${id}, ${email}, ${Buffer.from(email.toLowerCase())}, ${name}, '{}', ${status}, FALSE, ${digest(id)}, 1, 1, ${sqlTime()}, ${sqlTime()})`);
	return { id, email, name };
}

export const crowdEmail = (i) => `crowd${i}@example.com`;

/** So many people of a project, crowdEmail(1) and on, with the password of one who is there. */
export async function addCrowd(project, { id }, count, { server }) {
	await server.sql.query(`INSERT INTO users (project_id, id, email, email_key, email_verified_at, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		SELECT '${project.id}', CONCAT('usr_', LPAD(seq, 16, '0')), CONCAT('crowd', seq, '@example.com'), CONCAT('crowd', seq, '@example.com'), NOW(3), 'One of many', '{}', 'active', FALSE,
		UNHEX(SHA2(seq, 256)), 1, 1, '${sqlTime()}', '${sqlTime()}' FROM seq_1_to_${count}`);
	await server.sql.query(`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
		SELECT u.project_id, u.id, w.hash, w.scheme, FALSE, w.changed_at FROM users u JOIN user_passwords w ON w.project_id = u.project_id AND w.user_id = '${id}'
		WHERE u.project_id = '${project.id}' AND u.email LIKE 'crowd%'`);
}

/** Somebody of a project, signed in. token: the cookie's value. */
export async function userSession(project, { id: userId }, { server } = {}) {
	const id = makeId("ses");
	const token = makeCookie();
	await server.sql.query(sql`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at,
		user_agent, created_at, last_seen_at, expires_at)
		VALUES (${project.id}, ${id}, ${userId}, ${digest(token)}, 'web_user', 'password', 'pwd', 1, ${sqlTime()}, 'tests', ${sqlTime()}, ${sqlTime()}, ${sqlTime(30 * DAY)})`);
	return { id, token };
}

/** A browser in the middle of a sign-in. */
export class Flow {
	constructor(browser, flow) {
		this.browser = browser;
		this.take(flow);
	}

	take(flow) {
		this.state = flow.state;
		this.id = flow.id ?? this.id;
		this.token = flow.flow_token ?? this.token;
		this.flow = flow;
	}

	headers(more = {}) {
		return { Origin: this.browser.origin, "X-Flow-Token": this.token, ...more };
	}

	/** One action; answers the reply and remembers the state it led to. */
	async act(action, json = {}, { headers = {}, ...options } = {}) {
		const answer = await this.browser.post(`/api/v1/flows/${this.id}/${action}`, json, { csrf: false, headers: this.headers(headers), ...options });
		if (answer.status === 200)
			this.take(answer.json);
		return answer;
	}

	/** The same, which must succeed. */
	async go(action, json, options) {
		const answer = await this.act(action, json, options);
		if (answer.status !== 200)
			throw new Error(`${action}: ${answer.status} ${answer.text}`);
		return answer.json;
	}
}

export async function openFlow(server, kind = "sign_in", { browser = new Client(server), ...body } = {}) {
	const answer = await browser.post("/api/v1/flows", { kind, transport: "cookie", ...body }, { headers: { Origin: browser.origin } });
	if (answer.status !== 201)
		throw new Error(`POST /flows: ${answer.status} ${answer.text}`);
	return new Flow(browser, answer.json);
}

/** Signed up, waiting for the code that was mailed. */
export async function signUpFlow(server, { email = makeEmail("new"), password = makePassword(), name = "New Person", ...options } = {}) {
	const flow = await openFlow(server, "sign_up", options);
	await flow.go("sign_up", { email, password, name });
	return Object.assign(flow, { email, password });
}

/** A whole sign-up by code: a browser that is signed in. */
export async function signUp(server, options) {
	const flow = await signUpFlow(server, options);
	const mail = await waitForMail(server, flow.email);
	await flow.go("verify_code", { code: mail.code });
	const done = await flow.go("complete");
	return Object.assign(flow, { done });
}

/** The right password was given; one step from a session. */
export async function signInFlow(server, { email, password, ...options }) {
	const flow = await openFlow(server, "sign_in", options);
	await flow.go("identify", { identifier: email });
	await flow.go("password", { password });
	return flow;
}

export async function signIn(server, options) {
	const flow = await signInFlow(server, options);
	const done = await flow.go("complete");
	return Object.assign(flow, { done });
}

/** A reset was asked for; answers the mailed link. */
export async function recoverMail(server, email, options) {
	const earlier = mailsTo(server, email).length;
	const flow = await openFlow(server, "recover", options);
	await flow.go("recover", { identifier: email });
	return waitForMail(server, email, { count: earlier + 1 });
}

/** The mailed link was opened: the flow waits for a new password. */
export async function newPasswordFlow(server, email) {
	const mail = await recoverMail(server, email);
	const browser = new Client(server);
	const answer = await browser.post("/api/v1/flows/redeem", { token: mail.token }, { headers: { Origin: browser.origin } });
	if (answer.status !== 200)
		throw new Error(`redeem: ${answer.status} ${answer.text}`);
	return new Flow(browser, answer.json);
}

/** Settings of a provider that needs no more than this. */
export const GITHUB = { enabled: true, client_id: "Iv1.example", client_secret: makeSecret("gho_") };

/** A sign-in provider of the person's default project, or of another that headers name. */
export async function socialProvider(owner, key, body = GITHUB, { headers } = {}) {
	const session = await owner.session({ headers });
	const answer = await session.put(`/api/v1/social_providers/${key}`, body);
	if (answer.status !== 200)
		throw new Error(`PUT /social_providers/${key}: ${answer.status} ${answer.text}`);
	return answer.json;
}

/** A client of the person's default project, registered from the dashboard; shows its secret. */
export async function client(owner, body = {}, { headers } = {}) {
	const session = await owner.session({ headers });
	const answer = await session.post("/api/v1/clients", { name: "Shop", ...body });
	if (answer.status !== 201)
		throw new Error(`POST /clients: ${answer.status} ${answer.text}`);
	return answer.json;
}

/** Another client of the same project, alike but for its id, without URIs and secrets. */
export async function copyClient(clientId, id, { server }) {
	await server.sql.query(sql`INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes,
		audiences, require_pkce, require_par, is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s,
		id_token_alg, token_claims, id_jag_targets, is_active, version, created_at, updated_at)
		SELECT project_id, ${id}, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, '[]', require_pkce, require_par,
		is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s, id_token_alg, token_claims,
		id_jag_targets, is_active, version, created_at, updated_at FROM clients WHERE id = ${clientId}`);
}

/** A resource server of the person's project. */
export async function resourceServer(owner, project, body = {}) {
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const answer = await session.post("/api/v1/resource_servers", { identifier: `https://${makeSlug()}.example.com/`, name: "API", ...body });
	if (answer.status !== 201)
		throw new Error(`POST /resource_servers: ${answer.status} ${answer.text}`);
	return answer.json;
}

/** A workload of another issuer that is the project's default client, in a project that takes such tokens. */
export async function trustedIssuer(owner, project, body = {}, { server }) {
	await server.sql.query(sql`UPDATE projects SET type = 'hybrid' WHERE id = ${project.id}`);
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const answer = await session.post("/api/v1/trusted_issuers", {
		kind: "workload", issuer: "https://cluster.example.com", jwks_uri: "https://cluster.example.com/keys", subject: makeId("sub"), client_id: project.clientId, ...body,
	});
	if (answer.status !== 201)
		throw new Error(`POST /trusted_issuers: ${answer.status} ${answer.text}`);
	return answer.json;
}

/** An account at a provider, linked to a user; answers its id. */
export async function identity(projectId, userId, { server, provider = "github", subject = makeId("sub") }) {
	const id = makeId("idn");
	await server.sql.query(sql`INSERT INTO user_identities (project_id, id, user_id, provider, subject, email, is_email_verified, linked_at)
		VALUES (${projectId}, ${id}, ${userId}, ${provider}, ${Buffer.from(subject)}, NULL, FALSE, ${sqlTime()})`);
	return id;
}

/** A browser of somebody whom an app has asked for leave to act for them. */
export async function consentRequest(server, project) {
	const user = await projectUser(server, project);
	const browser = await user.session();
	await server.sql.run`UPDATE clients SET is_first_party = FALSE, scopes = 'openid email' WHERE project_id = ${project.id}`;
	const query = new URLSearchParams({ response_type: "code", client_id: project.clientId, redirect_uri: "http://localhost/callback", scope: "openid email", code_challenge: "x".repeat(43), code_challenge_method: "S256" });
	const answer = await browser.get(`/p/${project.clientId}/oauth/authorize?${query}`, { check: false });
	return { user, browser, id: new URL(answer.headers.location).searchParams.get("request") };
}

/** What somebody allowed a client, without any token; outlives their sign-ins. Answers its id. */
export async function grant(project, userId, { server, clientId = project.clientId }) {
	const id = makeId("grt");
	await server.sql.query(sql`INSERT INTO grants (project_id, id, user_id, client_id, issuer, resource, scopes, session_id, is_offline, client_digest, created_at, expires_at)
		VALUES (${project.id}, ${id}, ${userId}, ${clientId}, 'https://example.com', ${Buffer.from(clientId)}, 'openid email', ${makeId("ses")}, TRUE, ${digest(id)}, ${sqlTime()}, ${sqlTime(86400000)})`);
	return id;
}

/** A test of a connector that waits for somebody to sign in. */
export async function connectorTest(project, { server, status = "waiting", report = { sign_in_url: "https://mcp.example.com/authorize", hops: [] } }) {
	const id = makeId("cnt");
	await server.sql.query(sql`INSERT INTO connector_tests (project_id, id, url, status, report, created_at, expires_at)
		VALUES (${project.id}, ${id}, ${Buffer.from("https://mcp.example.com/mcp")}, ${status}, ${JSON.stringify(report)}, ${sqlTime()}, ${sqlTime(86400000)})`);
	return id;
}

/** A grant of a person of the console to a client of its own. */
export async function consoleGrant(owner, { server }) {
	const clientId = makeId("cli");
	await copyClient(await server.sql.value`SELECT client_id FROM projects WHERE id = ${server.consoleId}`, clientId, { server });
	return grant({ id: server.consoleId }, owner.id, { server, clientId });
}

/** A token that registers clients; answers its id. */
export async function initialToken(project, { server, by, uses_left = 3, expires_at = sqlTime(3_600_000) }) {
	const id = makeId("itk");
	await server.sql.query(sql`INSERT INTO initial_tokens (project_id, id, digest, uses_left, created_by, created_at, expires_at)
		VALUES (${project.id}, ${id}, ${digest(id)}, ${uses_left}, ${by.id}, ${sqlTime()}, ${expires_at})`);
	return id;
}

/** A device that shows a code, and a browser of somebody who could type it. */
export async function waitingDevice(server, project) {
	const browser = await (await projectUser(server, project)).session();
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'none', grant_types = 'device_code refresh_token' WHERE project_id = ${project.id}`;
	const answer = await browser.request("POST", `/p/${project.clientId}/oauth/device_authorization`, { form: { client_id: project.clientId }, csrf: false, check: false });
	return { browser, user_code: answer.json.user_code };
}

/** A second factor that nobody can use, of kind totp, passkey or phone; answers its id. */
export async function factor(projectId, userId, { server, kind = "totp", name = "Authenticator app", confirmed = true }) {
	const id = makeId("fac");
	await server.sql.query(sql`INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, sign_count, is_backup_eligible, is_backed_up, created_at)
		VALUES (${projectId}, ${id}, ${userId}, ${kind}, ${name}, ${confirmed ? sqlTime() : null}, 0, FALSE, FALSE, ${sqlTime()})`);
	return id;
}
