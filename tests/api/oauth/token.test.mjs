// POST /oauth/token: client_credentials (RFC 6749 section 4.4, RFC 9068; oauth.md rules 7, 15 and 21).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectOAuthError, expectStatus, person, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { basic, decode, fetchKeys, getToken, isSignedBy, makeProject, program, send } from "./oauth.mjs";

const server = await sharedServer();

test("AT-11 TK-16 a program gets a token that anybody can verify by the published keys, and that nobody takes for a person's", async () => {
	const project = await makeProject(server);
	const answer = await send(server, project, "token", { grant_type: "client_credentials" });
	const reply = expectStatus(answer, 200);
	assert.deepEqual(Object.keys(reply).sort(), ["access_token", "expires_in", "scope", "token_type"]);
	assert.deepEqual([reply.token_type, reply.expires_in, reply.scope], ["Bearer", 3600, "tool:read"]);
	assert.equal(answer.headers["cache-control"], "no-store");
	const [header, claims] = decode(reply.access_token);
	assert.deepEqual([header.typ, header.alg], ["at+jwt", "ES256"]);
	assert.equal(claims.iss, project.issuer);
	assert.equal(claims.sub, project.clientId);
	assert.equal(claims.client_id, project.clientId);
	assert.equal(claims.aud, project.clientId);
	assert.equal(claims.exp - claims.iat, 3600);
	assert.deepEqual([claims.scope, claims.scopes], ["tool:read", ["tool:read"]]);
	assert.deepEqual([claims.project_id, claims.org_id, claims.environment], [project.id, project.orgId, "test"]);
	assert.match(claims.jti, /^tok_[a-z0-9]{16}$/);
	for (const name of ["gid", "sid", "auth_time", "amr", "acr", "email"])
		assert.equal(claims[name], undefined, name);
	const keys = await fetchKeys(server, project);
	assert.ok(isSignedBy(keys, reply.access_token));
	assert.ok(!isSignedBy(await fetchKeys(server, await makeProject(server)), reply.access_token), "another project's keys don't fit");
});

test("TK-11 TK-15 the secret in the form is as good as in the header; both at once, a wrong one and none are 401", async () => {
	const project = await makeProject(server);
	const other = await makeProject(server);
	const form = { grant_type: "client_credentials" };
	expectStatus(await send(server, project, "token", { ...form, client_id: project.clientId, client_secret: project.secret }, { headers: {} }), 200);
	const refused = [
		[form, {}], [{ ...form, client_id: project.clientId }, {}],
		[form, basic(project.clientId, `${project.secret}x`)], [form, basic(project.clientId, "")], [form, { Authorization: "Basic !" }],
		[form, { Authorization: `Bearer ${project.secret}` }], [form, basic(`${project.clientId} `, project.secret)],
		[{ ...form, client_secret: project.secret }, basic(project.clientId, project.secret)],
		[{ ...form, client_id: other.clientId }, basic(project.clientId, project.secret)],
		[form, basic(other.clientId, other.secret)],
	];
	for (const [fields, headers] of refused)
		expectOAuthError(await send(server, project, "token", fields, { headers }), 401, "invalid_client");
	expectStatus(await send(server, project, "token", form), 200);
});

test("TK-12 id and secret are taken out of Basic as RFC 6749 says: base64 and nothing looser, then form-encoded", async () => {
	const project = await makeProject(server);
	const ask = (credentials) => send(server, project, "token", { grant_type: "client_credentials" }, { headers: { Authorization: `Basic ${credentials}` } });
	const base64 = (text) => Buffer.from(text).toString("base64");
	const encoded = (text) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
	const plain = `${project.clientId}:${project.secret}`;
	expectStatus(await ask(base64(plain)), 200);
	expectStatus(await ask(base64(`${encoded(project.clientId)}:${encoded(project.secret)}`)), 200);
	const padded = base64(`${encoded("p")}${plain.slice(1)}`);
	for (const loose of [`${base64(plain)}=`, `${base64(plain)}\t`, `*${base64(plain)}`, `${padded.replace(/=+$/, "")}A`, base64(`${plain}%`), base64(`${plain}%zz`), base64(`${plain}\0`), base64(plain.replace(":", "")), base64(encoded(plain))])
		expectOAuthError(await ask(loose), 401, "invalid_client");
});

test("OA-09 what an error says is plain ASCII without quotes, and nothing of what was sent", async () => {
	const project = await makeProject(server);
	const marker = "<b>M\u00fcnchen\"\\\u2028zebra</b>";
	const form = { grant_type: "client_credentials" };
	for (const changes of [{ grant_type: marker }, { scope: marker }, { resource: marker }, { grant_type: "" }, { client_id: marker }, { client_secret: marker, client_id: project.clientId }]) {
		const { json, status } = await send(server, project, "token", { ...form, ...changes });
		assert.ok(status >= 400, JSON.stringify(changes));
		assert.match(json.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
		assert.ok(!/zebra/.test(json.error_description), json.error_description);
	}
});

test("a rotated secret works on in its grace and not beyond it", async () => {
	const project = await makeProject(server);
	const rotate = (grace_s) => project.session.post(`/api/v1/clients/${project.clientId}/rotate_secret`, { grace_s }, { headers: { "X-Project-Id": project.id } });
	const { client_secret } = expectStatus(await rotate(3600), 200);
	expectStatus(await send(server, project, "token", { grant_type: "client_credentials" }), 200);
	expectStatus(await send(server, { ...project, secret: client_secret }, "token", { grant_type: "client_credentials" }), 200);
	const last = expectStatus(await rotate(0), 200).client_secret;
	for (const secret of [project.secret, client_secret])
		expectOAuthError(await send(server, { ...project, secret }, "token", { grant_type: "client_credentials" }), 401, "invalid_client");
	expectStatus(await send(server, { ...project, secret: last }, "token", { grant_type: "client_credentials" }), 200);
});

test("a project for the web offers programs no grant; a hybrid one does", async () => {
	const owner = await person(server);
	expectOAuthError(await send(server, await makeProject(server, { owner, type: "web" }), "token", { grant_type: "client_credentials" }), 400, "unauthorized_client");
	expectStatus(await send(server, await makeProject(server, { owner, type: "hybrid" }), "token", { grant_type: "client_credentials" }), 200);
});

test("TK-10 what can't be read or comes in the query is invalid_request, an unknown grant unsupported_grant_type, unknown and empty parameters are nothing", async () => {
	const project = await makeProject(server);
	const headers = basic(project.clientId, project.secret);
	const raw = (body, type = "application/x-www-form-urlencoded") => program(server).request("POST", project.at("/oauth/token"), { body, headers: { ...headers, "Content-Type": type } });
	const good = "grant_type=client_credentials";
	expectStatus(await raw(`${good}&color=blue&scope=&resource=`), 200);
	assert.match(expectOAuthError(await raw("color=blue"), 400, "invalid_request").error_description, /grant_type/);
	expectOAuthError(await raw("grant_type="), 400, "invalid_request");
	expectOAuthError(await raw(`${good}&${good}`), 400, "invalid_request");
	expectOAuthError(await raw(`${good}&color=1&color=2`), 400, "invalid_request");
	expectOAuthError(await raw(`${good}&scope=%ff`), 400, "invalid_request");
	assert.match(expectOAuthError(await raw(JSON.stringify({ grant_type: "client_credentials" }), "application/json"), 400, "invalid_request").error_description, /x-www-form-urlencoded/);
	expectOAuthError(await raw("grant_type=password"), 400, "unsupported_grant_type");
	const inQuery = await program(server).request("POST", `${project.at("/oauth/token")}?${good}`, { form: {}, headers });
	expectOAuthError(inQuery, 400, "invalid_request");
	assert.equal((await program(server).get(`${project.at("/oauth/token")}?${good}`, { headers })).status, 405);
});

test("a scope beyond what the client may have is invalid_scope, a foreign resource invalid_target", async () => {
	const project = await makeProject(server);
	const ask = (form) => send(server, project, "token", { grant_type: "client_credentials", ...form });
	assert.equal(expectStatus(await ask({ scope: "tool:read" }), 200).scope, "tool:read");
	for (const scope of ["tool:write", "tool:read tool:admin", "tool:read  tool:read", " tool:read"])
		expectOAuthError(await ask({ scope }), 400, "invalid_scope");
	expectStatus(await ask({ resource: project.clientId }), 200);
	expectOAuthError(await ask({ resource: "https://api.example" }), 400, "invalid_target");
});

test("fifty first tokens at once are signed with one key", async () => {
	const project = await makeProject(server);
	const tokens = await atOnce(50, () => getToken(server, project));
	const kids = new Set(tokens.map((token) => decode(token)[0].kid));
	assert.equal(kids.size, 1);
	assert.equal(new Set(tokens.map((token) => decode(token)[1].jti)).size, 50);
	assert.equal((await fetchKeys(server, project)).length, 1);
});

test("the private half stands nowhere in the clear, and a key made goes into the log", async () => {
	const project = await makeProject(server);
	await getToken(server, project);
	const row = await server.sql.row`SELECT * FROM signing_keys WHERE project_id = ${project.id}`;
	assert.ok(!("d" in JSON.parse(row.public_jwk)));
	assert.ok(row.private_sealed.length > 100);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${project.id} AND action = 'signing_key.created'`), 1);
});

test("a deleted project and a suspended organization have no tokens", async () => {
	const owner = await person(server);
	const project = await makeProject(server, { owner });
	await getToken(server, project);
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${project.orgId}`;
	expectOAuthError(await send(server, project, "token", { grant_type: "client_credentials" }), 401, "invalid_client");
	await server.sql.run`UPDATE orgs SET status = 'active' WHERE id = ${project.orgId}`;
	await getToken(server, project);
	expectStatus(await project.session.delete(`/api/v1/projects/${project.id}?confirm=${project.slug}`), 204);
	expectOAuthError(await send(server, project, "token", { grant_type: "client_credentials" }), 401, "invalid_client");
	assert.equal((await program(server).get(project.at("/.well-known/jwks.json"))).status, 404);
});
