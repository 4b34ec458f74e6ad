// POST /oauth/introspect and /oauth/revoke (RFC 7662, RFC 7009; oauth.md rules 28 to 30).

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { expectOAuthError, expectStatus, person, sharedServer, sqlTime } from "../../harness/index.mjs";
import { decode, fetchKeys, getToken, getTokens, makeApp, makeProject, program, send, tampered } from "./oauth.mjs";

const server = await sharedServer();
const ask = async (project, token, form = {}) => expectStatus(await send(server, project, "introspect", { token, ...form }), 200);

test("a token that lives says what it is", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	const [, claims] = decode(token);
	assert.deepEqual(await ask(project, token, { token_type_hint: "access_token" }), {
		active: true, iss: project.issuer, sub: project.clientId, aud: project.clientId, client_id: project.clientId, scope: "tool:read", jti: claims.jti,
		token_type: "Bearer", project_id: project.id, environment: "test", iat: claims.iat, exp: claims.exp,
	});
});

test("IR-02 IR-03 anything else is inactive and nothing more: malformed, changed, another project's, signed by others or not at all", async () => {
	const project = await makeProject(server);
	const other = await makeProject(server);
	const token = await getToken(server, project);
	const [header, claims] = decode(token);
	const [key] = await fetchKeys(server, project);
	const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const forge = (head, signer) => {
		const input = `${part({ ...header, ...head })}.${part(claims)}`;
		return `${input}.${signer(input)}`;
	};
	const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const es256 = (input) => sign("sha256", Buffer.from(input), { key: own.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
	const bad = {
		"no token": "nonsense", "two parts": token.split(".").slice(0, 2).join("."), "a longer life": tampered(token, { exp: claims.exp + 3600 }),
		"another scope": tampered(token, { scope: "tool:admin" }), "another project's token": await getToken(server, other),
		"another key": forge({}, es256), "its own key within": forge({ jwk: own.publicKey.export({ format: "jwk" }) }, es256),
		"alg none": forge({ alg: "none" }, () => ""), "HMAC with the public key": forge({ alg: "HS256" }, (input) => createHmac("sha256", JSON.stringify(key)).update(input).digest("base64url")),
		"an unknown key": forge({ kid: "sgk_0000000000000000" }, es256), "crit": forge({ crit: ["exp"] }, es256),
	};
	for (const [what, text] of Object.entries(bad))
		assert.deepEqual(await ask(project, text), { active: false }, what);
	assert.equal((await ask(project, token)).active, true);
	assert.deepEqual(await ask(other, token), { active: false }, "asked by another project's client");
});

test("IR-04 a revoked token is inactive at once, and stays it; another client's revocation does nothing, and all answers are 200", async () => {
	const project = await makeProject(server);
	const other = await makeProject(server);
	const token = await getToken(server, project);
	const second = await getToken(server, project);
	expectStatus(await send(server, other, "revoke", { token }), 200);
	expectStatus(await send(server, project, "revoke", { token: "nonsense" }), 200);
	assert.equal((await ask(project, token)).active, true);
	for (let time = 0; time < 2; time++) {
		expectStatus(await send(server, project, "revoke", { token, token_type_hint: "refresh_token" }), 200);
		assert.deepEqual(await ask(project, token), { active: false });
	}
	assert.equal((await ask(project, second)).active, true, "the other token lives on");
});

test("IR-01 who doesn't prove themselves learns nothing and ends nothing", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	for (const endpoint of ["introspect", "revoke"]) {
		expectOAuthError(await send(server, { ...project, secret: `${project.secret}x` }, endpoint, { token }), 401, "invalid_client");
		expectOAuthError(await send(server, project, endpoint, { token }, { headers: {} }), 401, "invalid_client");
		expectOAuthError(await send(server, project, endpoint, {}), 400, "invalid_request");
	}
	assert.equal((await ask(project, token)).active, true);
});

test("a client that is no more has no tokens any more", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	await server.sql.run`UPDATE clients SET is_active = FALSE WHERE project_id = ${project.id}`;
	expectOAuthError(await send(server, project, "introspect", { token }), 401, "invalid_client");
	await server.sql.run`UPDATE clients SET is_active = TRUE WHERE project_id = ${project.id}`;
	assert.equal((await ask(project, token)).active, true);
});

/** A project with a resource server, and a client beside the default one that may ask for its tokens. */
async function makeResource(options = {}) {
	const project = await makeProject(server, options);
	const identifier = "https://orders.example.com/";
	const headers = { "X-Project-Id": project.id };
	expectStatus(await project.session.post("/api/v1/resource_servers", { identifier, name: "Orders", scopes: [{ name: "orders:read" }] }, { headers }), 201);
	const made = expectStatus(await project.session.post("/api/v1/clients", { name: "Robot", type: "service", audiences: [identifier] }, { headers }), 201);
	return { ...project, identifier, robot: { ...project, clientId: made.id, secret: made.client_secret } };
}

test("IR-02 rule 29: a client sees what was issued to it or is for itself, not what is for an audience it may ask for", async () => {
	const project = await makeResource();
	const { robot, identifier } = project;
	expectStatus(await project.session.patch(`/api/v1/clients/${project.clientId}`, { audiences: [project.clientId, identifier] }, { headers: { "X-Project-Id": project.id } }), 200);
	const theirs = await sendToken(robot, { resource: identifier });
	const own = await sendToken(project, { resource: identifier });
	const of = async (who, token) => expectStatus(await send(server, { ...project, ...who, at: project.at }, "introspect", { token }), 200);
	assert.deepEqual(await of(project, theirs), { active: false }, "another client's, for a resource that this one may ask for");
	assert.equal((await of(project, own)).active, true, "issued to it");
	assert.equal((await of(robot, theirs)).active, true, "issued to the other");
	assert.deepEqual(await of(robot, own), { active: false }, "and not the other way round");
});

const sendToken = async (who, form) => expectStatus(await send(server, who, "token", { grant_type: "client_credentials", ...form }), 200).access_token;

/** The question as a service key puts it. */
const askByKey = (project, key, token) => send(server, project, "introspect", { token }, { headers: { Authorization: `Bearer ${key.secret}` } });

test("rule 29: a service key with token.introspect sees all of its project, whoever it was issued to and for", async () => {
	const project = await makeResource();
	const { org } = project.owner;
	const tokens = [await getToken(server, project), await sendToken(project.robot, { resource: project.identifier })];
	const scopes = ["token.introspect"];
	for (const key of [await org.key({ scopes, project: { ...project, environment: "test" } }), await org.key({ scopes, environment: "test" })])
		for (const token of tokens)
			assert.deepEqual(await askByKey(project, key, token).then((answer) => expectStatus(answer, 200).jti), decode(token)[1].jti);
	const key = await org.key({ scopes, environment: "test" });
	const other = await makeProject(server, { owner: project.owner });
	assert.deepEqual(expectStatus(await askByKey(project, key, await getToken(server, other)), 200), { active: false }, "a token of another project");
	assert.equal(expectStatus(await askByKey(other, key, await getToken(server, other)), 200).active, true, "at its own project");
	expectStatus(await send(server, project, "revoke", { token: tokens[0] }), 200);
	assert.deepEqual(expectStatus(await askByKey(project, key, tokens[0]), 200), { active: false }, "revoked");
});

test("rule 29: a service key sees refresh tokens of its project, and people's tokens", async () => {
	const app = await makeApp(server);
	const tokens = await getTokens(server, app);
	const key = await app.owner.org.key({ scopes: ["token.introspect"], environment: "test" });
	for (const token of [tokens.access_token, tokens.refresh_token])
		assert.equal(expectStatus(await askByKey(app, key, token), 200).sub, tokens.user.id);
});

test("IR-01 another key is refused: of another organization, project or environment, pinned elsewhere, revoked, expired, without the scope, a personal token", async () => {
	const project = await makeResource();
	const { owner } = project;
	const { org } = owner;
	const token = await getToken(server, project);
	const scopes = ["token.introspect"];
	const stranger = await person(server);
	const revoked = await org.key({ scopes, environment: "test" });
	await server.sql.run`UPDATE api_keys SET revoked_at = NOW(3) WHERE id = ${revoked.id}`;
	const bad = {
		"another organization": await stranger.org.key({ scopes, environment: "test" }), "the live environment": await org.key({ scopes }),
		"pinned to another project": await org.key({ scopes, project: await org.project({ environment: "test" }) }), revoked, expired: await org.key({ scopes, environment: "test", expires_at: sqlTime(-1) }),
		"a personal token": await owner.token(), nonsense: { secret: "nonsense" },
	};
	for (const [what, key] of Object.entries(bad)) {
		const answer = await askByKey(project, key, token);
		assert.equal(answer.status, 401, what);
		expectOAuthError(answer, 401, "invalid_client", /^Bearer .*error="invalid_token"/);
	}
	const lesser = await askByKey(project, await org.key({ scopes: ["user.read"], environment: "test" }), token);
	expectOAuthError(lesser, 403, "insufficient_scope");
	assert.match(lesser.headers["www-authenticate"], /error="insufficient_scope", scope="token\.introspect"/);
	const good = await org.key({ scopes, environment: "test" });
	assert.equal(expectStatus(await askByKey(project, good, token), 200).active, true);
	expectOAuthError(await send(server, project, "revoke", { token }, { headers: { Authorization: `Bearer ${good.secret}` } }), 401, "invalid_client");
	expectOAuthError(await send(server, project, "token", { grant_type: "client_credentials" }, { headers: { Authorization: `Bearer ${good.secret}` } }), 401, "invalid_client");
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${org.id}`;
	expectOAuthError(await askByKey(project, good, token), 401, "invalid_client", /^Bearer /);
});

test("the metadata says that a project's introspection takes a key", async () => {
	const project = await makeProject(server);
	const document = expectStatus(await program(server).get(project.at("/.well-known/oauth-authorization-server")), 200);
	assert.deepEqual(document.introspection_endpoint_auth_methods_supported, ["client_secret_basic", "client_secret_post", "private_key_jwt", "Bearer"]);
});
