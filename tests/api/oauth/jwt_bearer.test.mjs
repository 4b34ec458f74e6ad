// POST /oauth/token with jwt-bearer (RFC 7523, oauth.md rule 27): what a trusted issuer says of people, once, and workloads that are clients.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { expectOAuthError, expectStatus, MINUTE, moveClock, ownServer, socialProvider } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { nowOf } from "./keys.mjs";
import { basic, decode, fetchKeys, isSignedBy, makeProject, program, send } from "./oauth.mjs";
import { assertionOf, bring, GRANT, makeEnterprise, makeIssuer, makeWorkload, RESOURCE, workloadToken } from "./trusted.mjs";

const server = await ownServer();
const introspect = async ({ project, client }, token) => expectStatus(await send(server, project, "introspect", { token }, { headers: basic(client.id, client.client_secret) }), 200);

for (const alg of ["RS256", "PS256", "ES256", "EdDSA"])
	test(`rule 27 an assertion signed with ${alg} becomes the person's token, without a refresh token`, async () => {
		const world = await makeEnterprise(server, { alg });
		const answer = expectStatus(await bring(server, world, await assertionOf(server, world)), 200);
		assert.deepEqual(Object.keys(answer).sort(), ["access_token", "expires_in", "scope", "token_type"]);
		const [head, claims] = decode(answer.access_token);
		assert.ok(isSignedBy(await fetchKeys(server, world.project), answer.access_token));
		assert.equal(head.typ, "at+jwt");
		assert.deepEqual([claims.iss, claims.sub, claims.aud, claims.client_id, claims.scope], [world.project.issuer, world.user.id, RESOURCE, world.client.id, "tool:read"]);
		const seen = await introspect(world, answer.access_token);
		assert.deepEqual([seen.active, seen.sub], [true, world.user.id]);
	});

test("rule 27 each claim that is wrong is invalid_grant, and so is every other way to sign", async (t) => {
	const world = await makeEnterprise(server);
	const other = await makeIssuer(server, world.project);
	const now = nowOf(server);
	const claims = {
		"another audience": { aud: "https://elsewhere.example" },
		"a list of audiences": { aud: [world.project.issuer] },
		"the token endpoint": { aud: `${world.project.issuer}/oauth/token` },
		"another client": { client_id: world.project.clientId },
		"no client": { client_id: undefined },
		"no resource": { resource: undefined },
		"a scope that isn't text": { scope: ["tool:read"] },
		"too old": { exp: now - 120 },
		"no end": { exp: undefined },
		"far ahead": { exp: now + 2 * 3600 },
		"of the future": { iat: now + 600 },
		"not yet": { nbf: now + 600 },
		"no name": { jti: undefined },
		"a name too long": { jti: "x".repeat(256) },
		"somebody without an account": { sub: "00u-nobody" },
		"somebody's address": { sub: world.user.email },
		"nobody": { sub: undefined },
		"an issuer nobody trusts": { iss: other.issuer },
	};
	for (const [what, changes] of Object.entries(claims))
		await t.test(what, async () => expectOAuthError(await bring(server, world, await assertionOf(server, world, changes)), 400, "invalid_grant"));
	const headers = { "another type": { typ: "JWT" }, "no type": { typ: undefined }, "a key along": { jwk: other.jwk }, "an address of keys": { jku: other.jwks_uri }, "a key nobody knows": { kid: "x" } };
	for (const [what, changes] of Object.entries(headers))
		await t.test(what, async () => expectOAuthError(await bring(server, world, await assertionOf(server, world, {}, changes)), 400, "invalid_grant"));
	await t.test("another's key", async () => expectOAuthError(await bring(server, world, await assertionOf(server, world, {}, { kid: world.idp.kid }, other)), 400, "invalid_grant"));
	const good = await assertionOf(server, world);
	const [head, payload] = good.split(".");
	const none = `${Buffer.from(JSON.stringify({ alg: "none", typ: "oauth-id-jag+jwt" })).toString("base64url")}.${payload}.`;
	for (const bad of ["x", none, `${head}.${payload}.AAAA`, `${good}${"A".repeat(8192)}`.slice(0, 8192)])
		expectOAuthError(await bring(server, world, bad), 400, "invalid_grant");
	expectOAuthError(await bring(server, world, undefined, { assertion: "" }), 400, "invalid_request");
	expectStatus(await bring(server, world, good), 200);
});

test("rule 27 the client that it names has to prove itself, and be one that the issuer is trusted with", async () => {
	const world = await makeEnterprise(server);
	const bad = async (headers, form) => bring(server, world, await assertionOf(server, world), form, headers);
	expectOAuthError(await bad(basic(world.client.id, "sec_wrong")), 401, "invalid_client");
	expectOAuthError(await bad({}, { client_id: world.client.id }), 401, "invalid_client");
	expectOAuthError(await bad({}), 401, "invalid_client");
	const { id, client_secret } = expectStatus(await world.session.post("/api/v1/clients", { name: "Another", type: "agent", grant_types: ["jwt-bearer"] }), 201);
	const asAnother = async () => bring(server, world, await assertionOf(server, world, { client_id: id, resource: id, scope: undefined }), {}, basic(id, client_secret));
	expectOAuthError(await asAnother(), 400, "invalid_grant");
	expectStatus(await world.session.patch(`/api/v1/trusted_issuers/${world.trusted.id}`, { client_ids: [world.client.id, id] }), 200);
	expectStatus(await asAnother(), 200);
	expectStatus(await world.session.patch(`/api/v1/clients/${world.client.id}`, { grant_types: ["client_credentials"] }), 200);
	expectOAuthError(await bad(), 400, "unauthorized_client");
	expectStatus(await world.session.patch(`/api/v1/clients/${world.client.id}`, { grant_types: ["jwt-bearer"] }), 200);
	expectStatus(await bad(), 200);
});

test("rule 27 one assertion works once, also when twenty come at the same time", async () => {
	const world = await makeEnterprise(server);
	const assertion = await assertionOf(server, world);
	const answers = await atOnce(20, () => bring(server, world, assertion));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)]);
	const jti = randomUUID();
	expectStatus(await bring(server, world, await assertionOf(server, world, { jti })), 200);
	expectOAuthError(await bring(server, world, await assertionOf(server, world, { jti, exp: nowOf(server) + 60 })), 400, "invalid_grant");
	const other = await makeEnterprise(server);
	expectStatus(await bring(server, other, await assertionOf(server, other, { jti })), 200);
});

test("rule 27 the resource is ours and the request's; the scope no more than was said, and the issuer is trusted with", async () => {
	const world = await makeEnterprise(server, { scopes: ["tool:read"] });
	const ask = async (claims, form) => bring(server, world, await assertionOf(server, world, claims), form);
	expectOAuthError(await ask({ resource: "https://elsewhere.example/" }), 400, "invalid_target");
	expectOAuthError(await ask({}, { resource: world.client.id }), 400, "invalid_target");
	assert.equal(expectStatus(await ask({}, { resource: RESOURCE }), 200).scope, "tool:read");
	expectOAuthError(await ask({}, { scope: "tool:write" }), 400, "invalid_scope");
	expectOAuthError(await ask({ scope: "tool:write" }), 400, "invalid_scope");
	assert.equal(expectStatus(await ask({ scope: "tool:read tool:write" }), 200).scope, "tool:read");
	expectStatus(await world.session.patch(`/api/v1/trusted_issuers/${world.trusted.id}`, { scopes: [] }), 200);
	assert.equal(expectStatus(await ask({ scope: "tool:read tool:write" }), 200).scope, "tool:read tool:write");
	assert.equal(expectStatus(await ask({ scope: "tool:read tool:write" }, { scope: "tool:write" }), 200).scope, "tool:write");
	assert.equal(expectStatus(await ask({ scope: "openid email tool:read" }), 200).id_token, undefined);
});

test("rule 27 the token ends with its person, and with what lets them in", async () => {
	const world = await makeEnterprise(server);
	const ask = async () => bring(server, world, await assertionOf(server, world));
	const { access_token } = expectStatus(await ask(), 200);
	const grants = expectStatus(await world.session.get(`/api/v1/grants?user_id=${world.user.id}`), 200).data;
	assert.deepEqual(grants.map(({ resource, scopes }) => [resource, scopes]), [[RESOURCE, ["tool:read"]]]);
	expectStatus(await world.session.delete(`/api/v1/grants/${grants[0].id}`), 204);
	assert.deepEqual(await introspect(world, access_token), { active: false });
	const second = expectStatus(await ask(), 200).access_token;
	expectStatus(await world.session.post(`/api/v1/users/${world.user.id}/deactivate`, {}), 200);
	assert.deepEqual(await introspect(world, second), { active: false });
	expectOAuthError(await ask(), 400, "invalid_grant");
	expectStatus(await world.session.post(`/api/v1/users/${world.user.id}/activate`, {}), 200);
	expectStatus(await ask(), 200);
	const turn = (enabled) => socialProvider(world.project.owner, "oidc_acme", { enabled, client_id: "us", client_secret: "secret", issuer: world.idp.issuer }, { headers: { "X-Project-Id": world.project.id } });
	await turn(false);
	expectOAuthError(await ask(), 400, "invalid_grant");
	await turn(true);
	expectStatus(await ask(), 200);
	expectStatus(await world.session.delete(`/api/v1/trusted_issuers/${world.trusted.id}`), 204);
	expectOAuthError(await ask(), 400, "invalid_grant");
});

test("an assertion that comes with a proof of possession makes a bound token", async () => {
	const world = await makeEnterprise(server);
	const key = makeKey();
	const DPoP = makeProof(key, { url: `${world.project.issuer}/oauth/token`, server });
	const answer = expectStatus(await bring(server, world, await assertionOf(server, world), {}, { ...basic(world.client.id, world.client.client_secret), DPoP }), 200);
	assert.equal(answer.token_type, "DPoP");
	assert.ok(decode(answer.access_token)[1].cnf.jkt);
});

test("rule 27 a workload's token is its client: nothing else to prove, and again while it lives", async () => {
	const world = await makeWorkload(server);
	const token = await workloadToken(server, world);
	for (const [form, headers] of [[{}, {}], [{ client_id: world.client.id }, {}], [{}, basic(world.client.id, world.client.client_secret)]]) {
		const answer = expectStatus(await bring(server, world, token, { resource: RESOURCE, ...form }, headers), 200);
		const [, claims] = decode(answer.access_token);
		assert.deepEqual([claims.sub, claims.client_id, claims.aud, answer.scope, answer.refresh_token], [world.client.id, world.client.id, RESOURCE, "tool:read tool:write", undefined]);
	}
	expectStatus(await bring(server, world, await workloadToken(server, world, { aud: [world.project.issuer] }), {}, {}), 200);
	expectStatus(await bring(server, world, await workloadToken(server, world, { aud: [world.project.issuer] }, { typ: "JWT" }), {}, {}), 200);
});

test("rule 27 a workload is one subject of one issuer", async (t) => {
	const world = await makeWorkload(server, { scopes: ["tool:read"] });
	const other = await makeWorkload(server);
	const now = nowOf(server);
	const ask = async (claims, header, form = {}, by) => bring(server, world, await workloadToken(server, world, claims, header, by), { resource: RESOURCE, ...form }, {});
	const wrong = {
		"another subject": { sub: `${world.subject}x` }, "a subject in another case": { sub: world.subject.toUpperCase() }, "a subject with a space behind": { sub: `${world.subject} ` }, "no subject": { sub: undefined },
		"another issuer": { iss: other.idp.issuer }, "another audience": { aud: other.project.issuer }, "two audiences": { aud: [world.project.issuer, "https://elsewhere.example"] }, "no audience": { aud: undefined },
		"too old": { exp: now - 120 }, "no end": { exp: undefined }, "far ahead": { exp: now + 2 * 86_400 }, "not yet": { nbf: now + 600 },
	};
	for (const [what, claims] of Object.entries(wrong))
		await t.test(what, async () => expectOAuthError(await ask(claims), 400, "invalid_grant"));
	expectOAuthError(await ask({}, { kid: world.idp.kid }, {}, other.idp), 400, "invalid_grant");
	expectOAuthError(await ask({}, { typ: "oauth-id-jag+jwt" }), 401, "invalid_client");
	expectOAuthError(await ask({}, {}, { client_id: world.project.clientId }), 401, "invalid_client");
	expectOAuthError(await ask({}, {}, { client_id: world.client.id, client_secret: "sec_wrong" }), 401, "invalid_client");
	expectOAuthError(await ask({}, {}, { scope: "tool:write" }), 400, "invalid_scope");
	expectOAuthError(await ask({}, {}, { resource: "https://elsewhere.example/" }), 400, "invalid_target");
	assert.equal(expectStatus(await ask(), 200).scope, "tool:read");
	expectOAuthError(await bring(server, { ...world, project: other.project }, await workloadToken(server, world), {}, {}), 400, "invalid_grant");
});

test("both clocks may differ by a minute", async () => {
	const world = await makeWorkload(server);
	const now = nowOf(server);
	expectStatus(await bring(server, world, await workloadToken(server, world, { iat: now + 50, nbf: now + 50, exp: now + 3600 }), {}, {}), 200);
	const short = await workloadToken(server, world, { exp: now + 30 });
	await moveClock(server, MINUTE);
	expectStatus(await bring(server, world, short, {}, {}), 200);
	await moveClock(server, MINUTE);
	expectOAuthError(await bring(server, world, short, {}, {}), 400, "invalid_grant");
});

test("keys that nobody has read yet are fetched: 503 meanwhile", async () => {
	const world = await makeWorkload(server);
	expectStatus(await world.session.patch(`/api/v1/trusted_issuers/${world.trusted.id}`, { jwks_uri: "https://cluster.example.com/keys" }), 200);
	const answer = await bring(server, world, await workloadToken(server, world), {}, {});
	assert.deepEqual([answer.status, answer.json.error, answer.headers["retry-after"]], [503, "temporarily_unavailable", "2"]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${world.project.id} AND kind = 'client_document'`, 1);
});

test("the metadata names the grant where the project's type has it; the console and a project of type web haven't", async () => {
	const named = async (project) => expectStatus(await program(server).get(project.at("/.well-known/oauth-authorization-server")), 200).grant_types_supported.includes(GRANT);
	assert.ok(await named(await makeProject(server, { type: "mcp" })));
	assert.ok(await named(await makeProject(server, { type: "hybrid" })));
	const web = await makeProject(server, { type: "web" });
	assert.ok(!(await named(web)));
	expectOAuthError(await send(server, web, "token", { grant_type: GRANT, assertion: "x" }), 400, "invalid_grant");
	const world = await makeWorkload(server);
	await server.sql.run`UPDATE projects SET type = 'web' WHERE id = ${world.project.id}`;
	expectOAuthError(await bring(server, world, await workloadToken(server, world), {}, {}), 400, "unauthorized_client");
});
