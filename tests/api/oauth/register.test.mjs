// /oauth/register: applications register themselves (RFC 7591, RFC 7592; oauth.md rules 2, 35 and 36, security.md CR-09 to CR-18).

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, expectOAuthError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { basic, landing, makePkce, program, send } from "./oauth.mjs";
import { CALLBACK, manage, openProject, register, registered, stranger } from "./register.mjs";

const server = await sharedServer();

function expectRefusal(answer, code) {
	assert.equal(answer.status, 400, answer.text);
	assert.equal(answer.json.error, code, answer.text);
	assert.ok(answer.json.error_description.length > 10);
	return answer.json;
}

const expectNobody = (answer) => {
	assert.equal(answer.status, 401, answer.text);
	assert.equal(answer.json.error, "invalid_token");
	assert.match(answer.headers["www-authenticate"], /^Bearer /);
};

test("an application registers itself and gets a code for somebody who agrees", async () => {
	const project = await openProject(server);
	const answer = await register(server, project, { client_name: "Notes", redirect_uris: [CALLBACK], token_endpoint_auth_method: "none", logo_uri: "https://app.example.com/logo.png", favourite_color: "blue", scope: "openid email tool:read" });
	const client = expectStatus(answer, 201);
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.match(client.client_id, /^cli_[a-z0-9]{16}$/, "CR-06");
	assert.match(client.registration_access_token, /^[A-Za-z0-9_-]{43}$/, "CR-15: 256 bits");
	assert.equal(client.registration_client_uri, `${project.issuer}/oauth/register/${client.client_id}`);
	assert.deepEqual([client.client_secret, client.client_secret_expires_at, client.favourite_color], [undefined, undefined, undefined]);
	assert.deepEqual([client.client_name, client.redirect_uris, client.token_endpoint_auth_method, client.application_type], ["Notes", [CALLBACK], "none", "web"]);
	assert.deepEqual([client.grant_types, client.response_types, client.scope], [["authorization_code", "refresh_token"], ["code"], "openid email"]);
	const row = await server.sql.row`SELECT type, source, is_first_party, require_pkce, token_claims, registration_digest FROM clients WHERE id = ${client.client_id}`;
	assert.deepEqual([row.type, row.source, row.is_first_party, row.require_pkce, row.token_claims, row.registration_digest.length], ["spa", "dcr", 0, 1, "email", 32]);
	const browser = await (await projectUser(server, project)).session();
	const pkce = makePkce();
	const query = new URLSearchParams({ response_type: "code", client_id: client.client_id, redirect_uri: CALLBACK, scope: "openid", state: "s", code_challenge: pkce.code_challenge, code_challenge_method: "S256" });
	const { request } = landing(await browser.get(project.at(`/oauth/authorize?${query}`), { check: false }));
	const done = expectStatus(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true }), 200);
	const { code } = landing(await browser.get(new URL(done.continue_url).pathname + new URL(done.continue_url).search, { check: false }));
	const form = { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: pkce.code_verifier, client_id: client.client_id };
	assert.ok(expectStatus(await send(server, project, "token", form, { headers: {} }), 200).refresh_token);
	assert.deepEqual(await server.sql.query(`SELECT action FROM audit_events WHERE target_id = '${client.client_id}'`).then((rows) => rows.map(({ action }) => action)), ["client.registered"]);
});

test("a client with a secret proves itself by it for 365 days; a change makes another", async () => {
	const project = await openProject(server, { type: "hybrid" });
	const client = await registered(server, project, { grant_types: ["authorization_code", "refresh_token", "client_credentials", "implicit"] });
	assert.equal(client.token_endpoint_auth_method, "client_secret_basic");
	assert.deepEqual(client.grant_types, ["authorization_code", "refresh_token"], "CR-12");
	assert.match(client.client_secret, /^sec_/);
	assert.ok(Math.abs(client.client_secret_expires_at - client.client_id_issued_at - 365 * 24 * 3600) <= 1);
	const proves = (secret) => send(server, project, "introspect", { token: "x" }, { headers: basic(client.client_id, secret) });
	expectStatus(await proves(client.client_secret), 200);
	const changed = expectStatus(await manage(server, project, "PUT", client, { json: { client_id: client.client_id, client_secret: client.client_secret, redirect_uris: [CALLBACK] } }), 200);
	expectOAuthError(await proves(client.client_secret), 401, "invalid_client");
	expectStatus(await proves(changed.client_secret), 200);
	await server.sql.run`UPDATE client_secrets SET expires_at = expires_at - INTERVAL 366 DAY WHERE client_id = ${client.client_id}`;
	expectOAuthError(await proves(changed.client_secret), 401, "invalid_client");
	assert.ok(DAY);
});

const ADDRESSES = [
	"http://app.example.com/cb", "https://*.example.com/cb", "https://app.example.com/cb#a", "https://me@app.example.com/cb", "javascript:alert(1)", "JavaScript:alert(1)",
	"data:text/html,x", "file:///etc/passwd", "myapp:/cb", "https://app.example.com\\@evil.example/", "", 7, "ws://app.example.com/",
];

test("CR-10 an address that can't be registered is invalid_redirect_uri", async (t) => {
	const project = await openProject(server);
	for (const address of ADDRESSES)
		await t.test(String(address), async () => void expectRefusal(await register(server, project, { redirect_uris: [CALLBACK, address] }), "invalid_redirect_uri"));
	expectRefusal(await register(server, project, { client_name: "None" }), "invalid_redirect_uri");
	await registered(server, project);
});

test("CR-13 what runs on its user's machine is native, and doesn't call itself a web application", async () => {
	const project = await openProject(server);
	const local = "http://127.0.0.1:8123/cb";
	for (const redirect_uri of [local, "com.example.app:/cb"]) {
		expectRefusal(await register(server, project, { redirect_uris: [redirect_uri], application_type: "web" }), "invalid_redirect_uri");
		const client = await registered(server, project, { redirect_uris: [redirect_uri] });
		assert.deepEqual([client.application_type, client.token_endpoint_auth_method, client.client_secret], ["native", "none", undefined], "CR-14");
		assert.equal(await server.sql.value`SELECT type FROM clients WHERE id = ${client.client_id}`, "desktop");
	}
	assert.equal((await registered(server, project, { application_type: "native" })).application_type, "native");
	expectRefusal(await register(server, project, { redirect_uris: ["com.example.app:/cb"], token_endpoint_auth_method: "client_secret_basic" }), "invalid_client_metadata");
	assert.match((await registered(server, project, { redirect_uris: [local], token_endpoint_auth_method: "client_secret_post" })).client_secret, /^sec_/);
});

test("CR-18 what can't be served is invalid_client_metadata", async (t) => {
	const project = await openProject(server);
	const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
	const refused = {
		"a software statement": { software_statement: "eyJ" },
		"keys and their address": { jwks: { keys: [jwk] }, jwks_uri: "https://app.example.com/keys" },
		"a private key": { jwks: { keys: [{ ...jwk, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }] } },
		"no key": { token_endpoint_auth_method: "private_key_jwt" },
		"an unknown method": { token_endpoint_auth_method: "tls_client_auth" },
		"no grant of ours": { grant_types: ["implicit"] },
		"another response type": { response_types: ["token"] },
		"a name of control characters": { client_name: "a\u202eb" },
		"a name that is too long": { client_name: "x".repeat(121) },
		"a page over http": { policy_uri: "http://app.example.com/" },
		"a script for a logo": { logo_uri: "javascript:alert(1)" },
	};
	for (const [what, metadata] of Object.entries(refused))
		await t.test(what, async () => void expectRefusal(await register(server, project, { redirect_uris: [CALLBACK], ...metadata }), "invalid_client_metadata"));
	const raw = (body, type = "application/json") => stranger(server).request("POST", project.at("/oauth/register"), { body, headers: { "Content-Type": type } });
	expectRefusal(await raw("{"), "invalid_client_metadata");
	expectRefusal(await raw("[]"), "invalid_client_metadata");
	assert.equal((await raw("redirect_uris=x", "application/x-www-form-urlencoded")).status, 400);
	await registered(server, project, { jwks: { keys: [jwk] }, token_endpoint_auth_method: "private_key_jwt" });
});

test("CR-11 what is shown of it leads to https alone", async () => {
	const project = await openProject(server);
	for (const name of ["client_uri", "logo_uri", "tos_uri", "policy_uri"]) {
		for (const address of ["http://app.example.com/", "javascript:alert(1)", "data:text/html,x", "//app.example.com/", "https://app.example.com/\u202e"])
			expectRefusal(await register(server, project, { redirect_uris: [CALLBACK], [name]: address }), "invalid_client_metadata");
		assert.equal((await registered(server, project, { [name]: "https://app.example.com/a" }))[name], "https://app.example.com/a");
	}
});

test("CR-12 nobody makes themselves more than a stranger", async () => {
	const project = await openProject(server);
	const client = await registered(server, project, { client_id: "cli_0000000000000000", skip_consent: true, first_party: true, is_first_party: true, project_id: "prj_0", source: "dashboard", require_pkce: false, redirect_uris: [CALLBACK], client_secret: "sec_mine" });
	const row = await server.sql.row`SELECT source, is_first_party, require_pkce, project_id FROM clients WHERE id = ${client.client_id}`;
	assert.deepEqual({ ...row }, { source: "dcr", is_first_party: 0, require_pkce: 1, project_id: project.id });
	assert.notEqual(client.client_secret, "sec_mine");
});

test("CR-15 the registration is its token's alone", async () => {
	const project = await openProject(server);
	const client = await registered(server, project);
	const other = await registered(server, project);
	const elsewhere = await openProject(server);
	const read = expectStatus(await manage(server, project, "GET", client), 200);
	const { client_secret, client_secret_expires_at, ...rest } = client;
	assert.ok(client_secret && client_secret_expires_at);
	assert.deepEqual(read, rest);
	for (const token of [null, "x", other.registration_access_token, client.client_secret])
		for (const method of ["GET", "PUT", "DELETE"])
			expectNobody(await manage(server, project, method, client, { token, json: method === "PUT" ? { client_id: client.client_id, redirect_uris: [CALLBACK] } : undefined }));
	expectNobody(await manage(server, elsewhere, "GET", client));
	expectNobody(await manage(server, project, "GET", client, { id: project.clientId }));
	expectStatus(await manage(server, project, "GET", client), 200);
});

test("CR-16 a change replaces everything, and the token with it", async () => {
	const project = await openProject(server);
	const client = await registered(server, project, { policy_uri: "https://app.example.com/privacy", scope: "openid", token_endpoint_auth_method: "none" });
	const put = (json, from = client) => manage(server, project, "PUT", from, { json: { client_id: client.client_id, redirect_uris: [CALLBACK], token_endpoint_auth_method: "none", ...json } });
	for (const [name, value] of [["registration_access_token", client.registration_access_token], ["registration_client_uri", client.registration_client_uri], ["client_secret_expires_at", 0], ["client_id_issued_at", client.client_id_issued_at], ["client_secret", "sec_x"], ["client_id", "cli_0000000000000000"], ["client_id", undefined]])
		expectRefusal(await put({ [name]: value }), "invalid_client_metadata");
	expectRefusal(await put({ redirect_uris: ["http://app.example.com/"] }), "invalid_redirect_uri");
	const changed = expectStatus(await put({ client_name: "Better notes" }), 200);
	assert.deepEqual([changed.client_id, changed.client_name, changed.policy_uri, changed.scope], [client.client_id, "Better notes", undefined, undefined]);
	assert.notEqual(changed.registration_access_token, client.registration_access_token);
	assert.equal(changed.client_id_issued_at, client.client_id_issued_at);
	expectNobody(await manage(server, project, "GET", client));
	expectStatus(await manage(server, project, "GET", changed), 200);
	const answers = await atOnce(4, () => put({ client_name: "Best notes" }, changed));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
	const events = await server.sql.query(`SELECT action FROM audit_events WHERE target_id = '${client.client_id}' ORDER BY id`);
	assert.deepEqual(events.map(({ action }) => action), ["client.registered", "client.metadata_changed", "client.metadata_changed"]);
});

test("CR-17 a deletion takes codes, tokens and grants along", async () => {
	const project = await openProject(server);
	const client = await registered(server, project, { token_endpoint_auth_method: "none" });
	const { id: userId } = await projectUser(server, project);
	await server.sql.run`INSERT INTO grants (project_id, id, user_id, client_id, issuer, resource, scopes, session_id, is_offline, client_digest, created_at, expires_at)
		VALUES (${project.id}, 'grt_0000000000000000', ${userId}, ${client.client_id}, ${Buffer.from(project.issuer)}, 'x', 'openid', 'ses_0000000000000000', TRUE, '', NOW(3), NOW(3) + INTERVAL 1 DAY)`;
	const answers = await atOnce(2, () => manage(server, project, "DELETE", client));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 401]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM grants WHERE project_id = ${project.id}`, 0);
	expectOAuthError(await send(server, project, "token", { grant_type: "refresh_token", refresh_token: "x", client_id: client.client_id }, { headers: {} }), 401, "invalid_client");
	expectNobody(await manage(server, project, "GET", client));
});

test("CR-09 off unless a project lets them in; with an initial token as often as it says", async () => {
	const off = await openProject(server, { dcr: "off" });
	const refused = await register(server, off, { redirect_uris: [CALLBACK] });
	assert.deepEqual([refused.status, refused.json.error], [403, "registration_off"]);
	const project = await openProject(server, { dcr: "token" });
	const { createHash, randomBytes } = await import("node:crypto");
	const token = `dcr_${randomBytes(16).toString("hex")}`;
	await server.sql.run`INSERT INTO initial_tokens (project_id, id, digest, uses_left, created_by, created_at, expires_at)
		VALUES (${project.id}, 'itk_0000000000000000', ${createHash("sha256").update(token).digest()}, 2, ${server.owner.userId}, NOW(3), NOW(3) + INTERVAL 1 HOUR)`;
	const go = (given) => register(server, project, { redirect_uris: [CALLBACK] }, { headers: given ? { Authorization: `Bearer ${given}` } : {} });
	expectNobody(await go());
	expectNobody(await go(`${token}x`));
	expectRefusal(await register(server, project, { redirect_uris: ["x"] }, { headers: { Authorization: `Bearer ${token}` } }), "invalid_redirect_uri");
	const answers = await atOnce(5, () => go(token));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 401, 401, 401]);
});

test("the metadata names the endpoint only where it is open", async () => {
	const read = async (project) => expectStatus(await program(server).get(project.at("/.well-known/oauth-authorization-server")), 200).registration_endpoint;
	const open = await openProject(server);
	assert.equal(await read(open), `${open.issuer}/oauth/register`);
	assert.equal(await read(await openProject(server, { dcr: "off" })), undefined);
	assert.equal(await read(await openProject(server, { type: "mcp" })), undefined);
});

test("CR-09 five an hour from one address, whatever comes of them", async () => {
	const project = await openProject(server);
	const by = stranger(server);
	const answers = await atOnce(9, () => register(server, project, { redirect_uris: [CALLBACK] }, { by }));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(201), ...Array(4).fill(429)]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM clients WHERE project_id = ${project.id} AND source = 'dcr'`, 5);
	await registered(server, project);
});
