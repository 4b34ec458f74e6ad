// Access tokens of the console that are bound to a key (RFC 9449, oauth.md rule 24): made at HOST's token endpoint, proven at the API, the MCP
// server and userinfo with each request.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectError, expectOAuthError, expectStatus, makeSecret, operator, ownServer, person } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { callTool, rpc } from "../mcp/mcp.mjs";
import { consoleApp, form, getCode, visitor, withToken } from "./console.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { basic, REDIRECT_URI } from "./oauth.mjs";

// Of its own: its console demands nonces for a while.
const server = await ownServer();
const key = makeKey();
const ALGS = ["ES256", "EdDSA", "RS256", "PS256"];
const METADATA = `resource_metadata="${server.url}/.well-known/oauth-protected-resource/api", scope="org.read project.read"`;

const atToken = (changes = {}, by = key) => ({ headers: { DPoP: makeProof(by, { url: `${server.url}/oauth/token`, ...changes }) } });
const redeem = (app, code, options) => form(server, "token", { grant_type: "authorization_code", client_id: app.clientId, code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier }, options);
const refresh = (app, refresh_token, options) => form(server, "token", { grant_type: "refresh_token", client_id: app.clientId, refresh_token }, options);

/** Headers of one request with a bound token. */
const proven = (token, path, { by = key, scheme = "DPoP", ...changes } = {}) => ({ Authorization: `${scheme} ${token}`, DPoP: makeProof(by, { method: "GET", url: server.url + path, token, ...changes }) });
const ask = (token, path, changes) => visitor(server).get(path, { headers: proven(token, path, changes) });

const boundToken = (who, options = {}) => who.accessToken({ dpop_jkt: key.thumbprint, ...options });

test("a code's tokens are bound to the key of the proof, and stay with it over a refresh", async () => {
	const [app, who] = [await consoleApp(server), await person(server)];
	const browser = await who.session();
	const first = expectStatus(await redeem(app, await getCode(app, browser, who.org, { scope: "openid org.read offline_access" }), atToken()), 200);
	assert.equal(first.token_type, "DPoP");
	assert.equal(expectStatus(await ask(first.access_token, "/api/v1/whoami"), 200).user.id, who.id);
	assert.equal(expectStatus(await ask(first.access_token, "/oauth/userinfo"), 200).sub, who.id);
	expectError(await withToken(server, first.access_token).get("/api/v1/whoami"), 401, "unauthorized");
	for (const options of [undefined, atToken({}, makeKey())])
		expectOAuthError(await refresh(app, first.refresh_token, options), 400, "invalid_grant");
	const second = expectStatus(await refresh(app, first.refresh_token, atToken()), 200);
	assert.equal(second.token_type, "DPoP");
	expectStatus(await ask(second.access_token, "/api/v1/whoami"), 200);
	// Who brings no proof gets a token that needs none.
	const plain = expectStatus(await redeem(app, await getCode(app, browser, who.org)), 200);
	assert.equal(plain.token_type, "Bearer");
	expectStatus(await withToken(server, plain.access_token).get("/api/v1/whoami"), 200);
	expectError(await ask(plain.access_token, "/api/v1/whoami"), 401, "unauthorized");
});

test("DP-03 a code that dpop_jkt binds is another key's neither; a client that has to bind its tokens does", async () => {
	const [app, strict, who] = [await consoleApp(server), await consoleApp(server, { is_dpop_bound: true }), await person(server)];
	const browser = await who.session();
	expectOAuthError(await redeem(app, await getCode(app, browser, who.org, { dpop_jkt: key.thumbprint }), atToken({}, makeKey())), 400, "invalid_grant");
	expectStatus(await redeem(app, await getCode(app, browser, who.org, { dpop_jkt: key.thumbprint }), atToken()), 200);
	expectOAuthError(await redeem(strict, await getCode(strict, browser, who.org)), 400, "invalid_dpop_proof");
	assert.equal(expectStatus(await redeem(strict, await getCode(strict, browser, who.org), atToken()), 200).token_type, "DPoP");
});

test("DP-02 each thing that is wrong with a proof is 401 at the API, and the challenge says so", async () => {
	const path = "/api/v1/whoami";
	const { secret } = await boundToken(await person(server));
	const other = await boundToken(await person(server));
	const wrong = {
		"another's key": { by: makeKey() }, "another token's": { token: other.secret }, "no token's": { token: undefined },
		"another method": { method: "POST" }, "another address": { url: `${server.url}/api/v1/me` }, "another host": { url: `${server.authUrl}${path}` },
		"with the query": { url: `${server.url}${path}?a=b` }, "too old": { now_ms: Date.now() - 70_000 }, "of the future": { now_ms: Date.now() + 70_000 },
	};
	for (const [what, { token = secret, by, ...changes }] of Object.entries(wrong)) {
		const headers = { Authorization: `DPoP ${secret}`, DPoP: makeProof(by ?? key, { method: "GET", url: server.url + path, token: what === "no token's" ? undefined : token, ...changes }) };
		const answer = await visitor(server).get(path, { headers });
		assert.equal(answer.status, 401, what);
		expectError(answer, 401, "unauthorized");
		const error = what === "another's key" ? "invalid_token" : "invalid_dpop_proof";
		assert.equal(answer.headers["www-authenticate"], `Bearer realm="Gatehouse", ${METADATA}, DPoP algs="${ALGS.join(" ")}", error="${error}"`, what);
	}
	expectError(await visitor(server).get(path, { headers: { Authorization: `DPoP ${secret}` } }), 401, "unauthorized");
	const bearer = await visitor(server).get(path, { headers: proven(secret, path, { scheme: "Bearer" }) });
	expectError(bearer, 401, "unauthorized");
	assert.equal(bearer.headers["www-authenticate"], `Bearer realm="Gatehouse", error="invalid_token", ${METADATA}, DPoP algs="${ALGS.join(" ")}"`);
	expectError(await visitor(server).get(path, { headers: { "X-Auth-Token": secret, DPoP: makeProof(key, { method: "GET", url: server.url + path, token: secret }) } }), 401, "unauthorized");
	expectStatus(await ask(secret, path), 200);
	// The query isn't part of what a proof names.
	expectStatus(await visitor(server).get("/api/v1/projects?limit=1", { headers: proven(secret, "/api/v1/projects") }), 200);
});

test("DP-02 two proofs are 400, and keys and personal tokens are Bearer alone", async () => {
	const path = "/api/v1/whoami";
	const who = await person(server);
	const { secret } = await boundToken(who);
	const { Authorization, DPoP } = proven(secret, path);
	expectError(await visitor(server).get(path, { headers: { Authorization, DPoP: [DPoP, DPoP] } }), 400, "ambiguous_header");
	expectStatus(await visitor(server).get(path, { headers: { Authorization, DPoP } }), 200);
	const { secret: personal } = await who.token();
	expectError(await ask(personal, path), 401, "unauthorized");
	expectStatus(await withToken(server, personal).get(path), 200);
});

test("DP-01 a proof counts once at the API, too; of twenty at once one does", async () => {
	const path = "/api/v1/whoami";
	const { secret } = await boundToken(await person(server));
	const headers = proven(secret, path);
	const send = () => visitor(server).get(path, { headers });
	const answers = await atOnce(20, send);
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(401)]);
	expectError(await send(), 401, "unauthorized");
	expectStatus(await ask(secret, path), 200);
});

test("a write counts once with its proof, and HEAD is a method of its own", async () => {
	const who = await person(server);
	const { secret } = await boundToken(who, { scopes: ["project.read", "project.create"] });
	const path = "/api/v1/projects";
	const post = (headers) => new Client(server, { headers }).post(path, { name: "Bound" });
	const headers = proven(secret, path, { method: "POST" });
	expectStatus(await post(headers), 201);
	expectError(await post(headers), 401, "unauthorized");
	const head = (method) => visitor(server).request("HEAD", path, { headers: proven(secret, path, { method }) });
	assert.equal((await head("HEAD")).status, 200);
	assert.equal((await head("GET")).status, 401);
	const refused = await visitor(server).get("/api/v1/users", { headers: proven(secret, "/api/v1/users") });
	expectError(refused, 403, "insufficient_scope");
	assert.match(refused.headers["www-authenticate"], /^DPoP realm="Gatehouse", error="insufficient_scope", .*scope="project.read project.create user.read"$/);
});

test("the MCP server takes a bound token with a proof for its own address", async () => {
	const who = await person(server);
	const { secret } = await boundToken(who, { resource: "mcp", scopes: ["org.read", "project.read"] });
	const client = (changes) => new Client(server, { headers: proven(secret, "/mcp", { method: "POST", ...changes }) });
	const answer = expectStatus(await callTool(client(), "whoami"), 200);
	assert.equal(answer.result.isError ?? false, false);
	assert.equal(answer.result.structuredContent.user.id, who.id);
	for (const changes of [{ method: "GET" }, { url: `${server.url}/api/v1/whoami` }, { by: makeKey() }, { scheme: "Bearer" }])
		assert.equal((await rpc(client(changes), "tools/list")).status, 401, JSON.stringify(changes));
	const used = client();
	expectStatus(await rpc(used, "tools/list"), 200);
	assert.equal((await rpc(used, "tools/list")).status, 401);
});

test("DP-04 where the console demands nonces, the API gives one with its 401 and with each answer", async () => {
	const path = "/api/v1/whoami";
	const owner = await (await operator(server)).session();
	const { secret } = await boundToken(await person(server));
	const demand = (dpop_require_nonce) => owner.patch("/api/v1/oauth_settings", { dpop_require_nonce }, { headers: { "X-Project-Id": server.consoleId } });
	expectStatus(await demand(true), 200);
	try {
		const without = await ask(secret, path);
		expectError(without, 401, "unauthorized");
		assert.match(without.headers["www-authenticate"], /DPoP algs="[^"]+", error="use_dpop_nonce"$/);
		const nonce = without.headers["dpop-nonce"];
		assert.match(nonce, /^[A-Za-z0-9_-]{43}$/);
		assert.equal((await ask(secret, path, { nonce: `${nonce}A` })).status, 401);
		const good = await ask(secret, path, { nonce });
		expectStatus(good, 200);
		assert.ok(good.headers["dpop-nonce"], "the next one comes along");
	} finally {
		expectStatus(await demand(false), 200);
	}
	expectStatus(await ask(secret, path), 200);
});

test("introspection names the key; metadata says which algorithms a proof may have", async () => {
	const who = await person(server);
	const secret = makeSecret("sec_");
	const own = await consoleApp(server, { token_endpoint_auth_method: "client_secret_basic" });
	await server.sql.run`INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, expires_at, last_used_at, created_at) VALUES (${server.consoleId}, ${own.clientId}, 0, ${own.clientId.replace("cli", "csc")}, ${digest(secret)}, 'sec_', 'last', NULL, NULL, NOW(3))`;
	const { secret: token } = await boundToken(who, { client: own });
	const told = expectStatus(await form(server, "introspect", { token }, { headers: basic(own.clientId, secret) }), 200);
	assert.deepEqual([told.active, told.token_type, told.cnf], [true, "DPoP", { jkt: key.thumbprint }]);
	for (const path of ["oauth-authorization-server", "oauth-protected-resource/api", "oauth-protected-resource/mcp"])
		assert.deepEqual(expectStatus(await visitor(server).get(`/.well-known/${path}`), 200).dpop_signing_alg_values_supported, ALGS, path);
});
