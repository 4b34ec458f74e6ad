// POST /oauth/token with authorization_code and refresh_token, and what people's tokens are worth (oauth.md rules 16 to 20 and 28 to 34).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectOAuthError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { decode, fetchKeys, getCode, getToken, getTokens, isSignedBy, makeApp, makePkce, makeProject, program, redeem, REDIRECT_URI, refresh, send } from "./oauth.mjs";

const server = await sharedServer();
const introspect = async (app, token) => expectStatus(await send(server, app, "introspect", { token }), 200);
const userinfo = (app, token, { by = program(server), method = "GET", headers = {} } = {}) => by.request(method, app.at("/oauth/userinfo"), { headers: { Authorization: `Bearer ${token}`, ...headers } });
const count = async (app, action) => Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = ${action}`);

test("a code becomes an access token, an ID token and a refresh token, signed by the published keys", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const browser = await user.session({ level: 2, amr: "pwd otp mfa", auth_strength: "totp_mfa" });
	const code = await getCode(app, browser, { nonce: "n-0S6_WzA2Mj" });
	const answer = await redeem(server, app, code);
	const tokens = expectStatus(answer, 200);
	assert.deepEqual(Object.keys(tokens).sort(), ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.deepEqual([tokens.token_type, tokens.expires_in, tokens.scope], ["Bearer", 3600, "openid profile email"]);
	assert.match(tokens.refresh_token, /^rt_[A-Za-z0-9]{38}$/);
	const keys = await fetchKeys(server, app);
	const [head, claims] = decode(tokens.access_token);
	assert.deepEqual([head.typ, head.alg], ["at+jwt", "ES256"]);
	assert.ok(isSignedBy(keys, tokens.access_token));
	const { iat, exp, jti, gid, auth_time, ...said } = claims;
	assert.deepEqual(said, {
		iss: app.issuer, sub: user.id, aud: app.clientId, client_id: app.clientId, scope: "openid profile email", scopes: ["openid", "profile", "email"], project_id: app.id, environment: "test",
		sid: browser.id, acr: "2", amr: ["pwd", "otp", "mfa"], auth_strength: "totp_mfa", session_class: "web_user", email: user.email, email_verified: true, token_version: 0, custom_claims: {}, features: {},
	});
	assert.equal(exp - iat, 3600);
	assert.match(jti, /^tok_/);
	assert.match(gid, /^grt_[a-z0-9]{16}$/);
	const [idHead, id] = decode(tokens.id_token);
	assert.equal(idHead.alg, "RS256");
	assert.ok(isSignedBy(keys, tokens.id_token));
	assert.deepEqual([id.iss, id.sub, id.aud, id.nonce, id.sid, id.acr, id.name, id.email, id.email_verified, id.auth_time], [app.issuer, user.id, app.clientId, "n-0S6_WzA2Mj", browser.id, "2", user.name, user.email, true, auth_time]);
	assert.match(id.at_hash, /^[A-Za-z0-9_-]{22}$/);
});

test("what isn't granted isn't said: no ID token without openid, no address without email", async () => {
	const app = await makeApp(server);
	const plain = await getTokens(server, app, { scope: "profile" });
	assert.equal(plain.id_token, undefined);
	assert.equal(decode(plain.access_token)[1].email, undefined);
	const bare = await getTokens(server, app, { scope: "openid" });
	assert.deepEqual([decode(bare.id_token)[1].email, decode(bare.id_token)[1].name], [undefined, undefined]);
});

test("AT-12 what a person calls themselves is a name, and no claim of ours", async () => {
	const app = await makeApp(server, { columns: { token_claims: "email" } });
	const name = 'Sam","sub":"usr_0000000000000000","aud":"else","x":"';
	const user = await projectUser(server, app, { name });
	const tokens = await getTokens(server, app, { user, scope: "openid profile email" });
	const [claims, access] = [decode(tokens.id_token)[1], decode(tokens.access_token)[1]];
	assert.deepEqual([claims.name, claims.sub, claims.aud, claims.x], [name, user.id, app.clientId, undefined]);
	assert.deepEqual([access.sub, access.aud, access.client_id, access.email, access.name], [user.id, app.clientId, app.clientId, user.email, undefined]);
});

test("each algorithm of ID tokens verifies", async () => {
	for (const alg of ["RS256", "ES256", "EdDSA"]) {
		const app = await makeApp(server, { columns: { id_token_alg: alg } });
		const { id_token } = await getTokens(server, app);
		assert.equal(decode(id_token)[0].alg, alg);
		assert.ok(isSignedBy(await fetchKeys(server, app), id_token));
	}
});

test("TK-04 TK-06 TK-07 each thing that doesn't match is invalid_grant, and the code is burnt", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const other = await makeApp(server);
	const wrong = [
		{ redirect_uri: `${REDIRECT_URI}/` }, { redirect_uri: undefined }, { code_verifier: undefined }, { code_verifier: makePkce().code_verifier },
		{ code_verifier: app.pkce.code_challenge }, { code_verifier: `${app.pkce.code_verifier}~` }, { code_verifier: "short" },
	];
	for (const changes of wrong) {
		const code = await getCode(app, browser);
		expectOAuthError(await redeem(server, app, code, changes), 400, "invalid_grant");
		expectOAuthError(await redeem(server, app, code), 400, "invalid_grant");
	}
	const resourced = await getCode(app, browser);
	expectOAuthError(await redeem(server, app, resourced, { resource: "https://api.example" }), 400, "invalid_target");
	expectOAuthError(await redeem(server, app, await getCode(app, browser), { code: undefined }), 400, "invalid_request");
	const elsewhere = await getCode(app, browser);
	expectOAuthError(await redeem(server, { ...other, pkce: app.pkce }, elsewhere), 400, "invalid_grant");
	expectStatus(await redeem(server, app, elsewhere), 200);
	const old = await getCode(app, browser);
	await server.sql.run`UPDATE oauth_codes SET created_at = created_at - INTERVAL 61 SECOND WHERE project_id = ${app.id} AND used_at IS NULL`;
	expectOAuthError(await redeem(server, app, old), 400, "invalid_grant");
	expectStatus(await redeem(server, app, await getCode(app, browser)), 200);
});

test("TK-05 a verifier without a challenge is somebody's downgrade", async () => {
	const app = await makeApp(server, { columns: { require_pkce: 0 } });
	const browser = await (await projectUser(server, app)).session();
	const code = await getCode(app, browser, { code_challenge: undefined, code_challenge_method: undefined, nonce: "n" });
	expectOAuthError(await redeem(server, app, code), 400, "invalid_request");
});

test("TK-06 a code dies with the sign-in it was given in", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const code = await getCode(app, browser);
	expectStatus(await browser.delete("/api/v1/session"), 204);
	expectOAuthError(await redeem(server, app, code), 400, "invalid_grant");
});

test("TK-08 a code that is used twice takes its tokens with it", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const code = await getCode(app, browser);
	const tokens = expectStatus(await redeem(server, app, code), 200);
	assert.equal((await introspect(app, tokens.access_token)).active, true);
	expectOAuthError(await redeem(server, app, code), 400, "invalid_grant");
	assert.deepEqual(await introspect(app, tokens.access_token), { active: false });
	expectOAuthError(await refresh(server, app, tokens.refresh_token), 400, "invalid_grant");
	assert.equal((await userinfo(app, tokens.access_token)).status, 401);
	assert.equal(await count(app, "oauth.code_reused"), 1);
	expectOAuthError(await redeem(server, app, code), 400, "invalid_grant");
	assert.equal(await count(app, "oauth.code_reused"), 1);
});

test("TK-09 of fifty redemptions of one code one succeeds", async () => {
	const app = await makeApp(server);
	const code = await getCode(app, await (await projectUser(server, app)).session());
	const answers = await atOnce(50, () => redeem(server, app, code));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(49).fill(400)]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM refresh_tokens WHERE project_id = ${app.id}`, 1);
});

test("TK-13 a public client proves itself by the verifier alone, and by no secret", async () => {
	const app = await makeApp(server, { isPublic: true });
	const browser = await (await projectUser(server, app)).session();
	expectOAuthError(await redeem(server, app, await getCode(app, browser), { client_secret: app.secret }), 401, "invalid_client");
	const tokens = expectStatus(await redeem(server, app, await getCode(app, browser)), 200);
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
});

test("RT-01 RT-02 each refresh gives a successor, and a spent token takes the family with it", async () => {
	const app = await makeApp(server);
	const first = await getTokens(server, app);
	const second = expectStatus(await refresh(server, app, first.refresh_token), 200);
	assert.notEqual(second.refresh_token, first.refresh_token);
	assert.equal(decode(second.id_token)[1].nonce, undefined);
	assert.equal(decode(second.access_token)[1].gid, decode(first.access_token)[1].gid);
	const third = expectStatus(await refresh(server, app, second.refresh_token), 200);
	expectOAuthError(await refresh(server, app, first.refresh_token), 400, "invalid_grant");
	expectOAuthError(await refresh(server, app, third.refresh_token), 400, "invalid_grant");
	for (const { access_token } of [first, second, third])
		assert.deepEqual(await introspect(app, access_token), { active: false });
	assert.equal(await count(app, "oauth.refresh_reused"), 1);
});

test("of fifty refreshes of one token one succeeds, and the family is over", async () => {
	const app = await makeApp(server);
	const { refresh_token } = await getTokens(server, app);
	const answers = await atOnce(50, () => refresh(server, app, refresh_token));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(49).fill(400)]);
	expectOAuthError(await refresh(server, app, answers.find(({ status }) => status === 200).json.refresh_token), 400, "invalid_grant");
});

test("RT-03 within the grace the same successor comes again, until it is used", async () => {
	const app = await makeApp(server, { columns: { refresh_reuse_grace_s: 30 } });
	const { refresh_token } = await getTokens(server, app);
	const answers = await atOnce(5, () => refresh(server, app, refresh_token));
	assert.deepEqual(answers.map(({ status }) => status), Array(5).fill(200));
	assert.equal(new Set(answers.map(({ json }) => json.refresh_token)).size, 1);
	const successor = answers[0].json.refresh_token;
	assert.ok(!JSON.stringify(await server.sql.rows`SELECT HEX(successor) s FROM refresh_tokens WHERE project_id = ${app.id}`).includes(Buffer.from(successor).toString("hex").toUpperCase()));
	expectStatus(await refresh(server, app, successor), 200);
	expectOAuthError(await refresh(server, app, refresh_token), 400, "invalid_grant");
	const late = await getTokens(server, app);
	expectStatus(await refresh(server, app, late.refresh_token), 200);
	await server.sql.run`UPDATE refresh_tokens SET used_at = used_at - INTERVAL 31 SECOND WHERE project_id = ${app.id} AND used_at IS NOT NULL`;
	expectOAuthError(await refresh(server, app, late.refresh_token), 400, "invalid_grant");
});

test("RT-04 a refresh may narrow the scope of its token, never widen it nor change the resource, nor come from another client", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const first = await getTokens(server, app, { scope: "openid email" });
	expectOAuthError(await refresh(server, app, first.refresh_token, { scope: "openid email profile" }), 400, "invalid_scope");
	expectOAuthError(await refresh(server, app, first.refresh_token, { resource: "https://api.example" }), 400, "invalid_target");
	expectOAuthError(await refresh(server, other, first.refresh_token), 400, "invalid_grant");
	const narrow = expectStatus(await refresh(server, app, first.refresh_token, { scope: "openid" }), 200);
	assert.equal(narrow.scope, "openid");
	assert.equal(decode(narrow.access_token)[1].email, undefined);
	assert.equal(expectStatus(await refresh(server, app, narrow.refresh_token), 200).scope, "openid email");
});

test("rule 32 of users.md: what an app got while somebody acted in a person's name dies with that, whatever was asked; both are named", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const own = await getTokens(server, app, { user, scope: "openid offline_access" });
	const browser = await user.session();
	await server.sql.run`UPDATE sessions SET impersonator_id = ${app.owner.id}, session_class = 'support_impersonation' WHERE id = ${browser.id}`;
	const acted = await getTokens(server, app, { user, browser, scope: "openid offline_access" });
	await server.sql.run`UPDATE sessions SET revoked_at = NOW(3) WHERE user_id = ${user.id}`;
	expectOAuthError(await refresh(server, app, acted.refresh_token), 400, "invalid_grant");
	expectStatus(await refresh(server, app, own.refresh_token), 200);
	const labels = await server.sql.rows`SELECT actor_label FROM audit_events WHERE project_id = ${app.id} AND action = 'grant.created' ORDER BY id`;
	assert.deepEqual(labels.map(({ actor_label }) => actor_label.includes(app.owner.id)), [false, true]);
});

test("RT-05 what a first-party app got dies with the sign-in; offline_access outlives it, but no deactivation", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const browser = await user.session();
	const bound = await getTokens(server, app, { user, browser });
	const offline = await getTokens(server, app, { user, browser, scope: "openid offline_access" });
	expectStatus(await browser.delete("/api/v1/session"), 204);
	expectOAuthError(await refresh(server, app, bound.refresh_token), 400, "invalid_grant");
	assert.deepEqual(await introspect(app, bound.access_token), { active: false });
	assert.equal((await introspect(app, offline.access_token)).active, true);
	const renewed = expectStatus(await refresh(server, app, offline.refresh_token), 200);
	expectStatus(await app.session.post(`/api/v1/users/${user.id}/deactivate`, {}, { headers: { "X-Project-Id": app.id } }), 200);
	assert.deepEqual(await introspect(app, renewed.access_token), { active: false });
	assert.equal((await userinfo(app, renewed.access_token)).status, 401);
	expectOAuthError(await refresh(server, app, renewed.refresh_token), 400, "invalid_grant");
});

test("U-30 ending all sessions ends all that apps got, and older tokens are refused at once", async () => {
	const app = await makeApp(server);
	const tokens = await getTokens(server, app, { scope: "openid offline_access" });
	expectStatus(await app.session.delete(`/api/v1/users/${tokens.user.id}/sessions`, { headers: { "X-Project-Id": app.id } }), 204);
	assert.deepEqual(await introspect(app, tokens.access_token), { active: false });
	expectOAuthError(await refresh(server, app, tokens.refresh_token), 400, "invalid_grant");
});

test("RT-06 idle and absolute life both count", async () => {
	const app = await makeApp(server);
	const idle = await getTokens(server, app);
	await server.sql.run`UPDATE refresh_tokens SET idle_expires_at = created_at WHERE project_id = ${app.id}`;
	expectOAuthError(await refresh(server, app, idle.refresh_token), 400, "invalid_grant");
	assert.equal(await count(app, "oauth.refresh_reused"), 0);
	const old = await getTokens(server, app);
	expectStatus(await refresh(server, app, old.refresh_token), 200);
	const ending = await getTokens(server, app);
	await server.sql.run`UPDATE grants SET expires_at = created_at WHERE project_id = ${app.id}`;
	expectOAuthError(await refresh(server, app, ending.refresh_token), 400, "invalid_grant");
});

test("RT-07 TK-14 a client without the grant gets no refresh token, and can't use one", async () => {
	const app = await makeApp(server, { columns: { grant_types: "authorization_code" } });
	const tokens = await getTokens(server, app);
	assert.equal(tokens.refresh_token, undefined);
	expectOAuthError(await refresh(server, app, "rt_nonsense"), 400, "unauthorized_client");
	const full = await makeApp(server);
	for (const token of ["rt_nonsense", "", full.secret, `${(await getTokens(server, full)).refresh_token}x`])
		expectOAuthError(await refresh(server, full, token), 400, token === "" ? "invalid_request" : "invalid_grant");
	expectOAuthError(await send(server, app, "token", { grant_type: "client_credentials" }), 400, "unauthorized_client");
});

test("userinfo tells what the scopes allow, and is for people's tokens alone", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app, { phone: "+4915112345678", username: "sam", locale: "de" });
	const browser = await user.session();
	const all = await getTokens(server, app, { user, browser, scope: "openid profile email phone" });
	const told = expectStatus(await userinfo(app, all.access_token), 200);
	const { updated_at, ...rest } = told;
	assert.ok(Number.isInteger(updated_at));
	assert.deepEqual(rest, { sub: user.id, name: user.name, preferred_username: "sam", locale: "de", email: user.email, email_verified: true, phone_number: "+4915112345678", phone_number_verified: false, custom_claims: {}, features: {} });
	assert.deepEqual(expectStatus(await userinfo(app, all.access_token, { method: "POST" }), 200), told);
	assert.deepEqual(expectStatus(await userinfo(app, (await getTokens(server, app, { user, browser, scope: "openid" })).access_token), 200), { sub: user.id, custom_claims: {}, features: {} });
	const plain = await userinfo(app, (await getTokens(server, app, { user, browser, scope: "email" })).access_token);
	expectOAuthError(plain, 403, "insufficient_scope");
	const machines = await makeProject(server, { type: "hybrid" });
	expectOAuthError(await userinfo(machines, await getToken(server, machines)), 401, "invalid_token");
});

test("AT-04 AT-09 AT-10 an ID token, a foreign, changed or missing token is 401, with the reason only for who brought one", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const tokens = await getTokens(server, app);
	for (const token of [tokens.id_token, tokens.refresh_token, "nonsense", `${tokens.access_token}x`, (await getTokens(server, other)).access_token]) {
		const answer = await userinfo(app, token);
		expectOAuthError(answer, 401, "invalid_token");
		assert.match(answer.headers["www-authenticate"], /^Bearer .*error="invalid_token"/);
	}
	const without = await program(server).get(app.at("/oauth/userinfo"));
	expectOAuthError(without, 401, "invalid_token");
	assert.equal(without.headers["www-authenticate"], "Bearer realm=\"Gatehouse\", DPoP algs=\"ES256 EdDSA RS256 PS256\"");
	expectOAuthError(await program(server).get(app.at(`/oauth/userinfo?access_token=${tokens.access_token}`)), 400, "invalid_request");
	expectOAuthError(await userinfo(app, "nonsense", { method: "POST" }), 401, "invalid_token");
	expectStatus(await userinfo(app, tokens.access_token), 200);
});

test("introspection tells of people's tokens and of refresh tokens; only the client they were issued to", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const tokens = await getTokens(server, app);
	const access = await introspect(app, tokens.access_token);
	assert.deepEqual([access.active, access.sub, access.sid, access.username, access.token_type], [true, tokens.user.id, tokens.browser.id, tokens.user.email, "Bearer"]);
	const kept = await introspect(app, tokens.refresh_token);
	assert.deepEqual([kept.active, kept.sub, kept.client_id, kept.token_type], [true, tokens.user.id, app.clientId, undefined]);
	for (const token of [tokens.access_token, tokens.refresh_token])
		assert.deepEqual(await introspect(other, token), { active: false });
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
	assert.deepEqual(await introspect(app, tokens.refresh_token), { active: false });
});

test("IR-05 revoking a refresh token ends the grant and its access tokens; an access token goes alone; another client's stays", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const tokens = await getTokens(server, app);
	expectStatus(await send(server, other, "revoke", { token: tokens.refresh_token }), 200);
	expectStatus(await send(server, app, "revoke", { token: tokens.access_token }), 200);
	assert.deepEqual(await introspect(app, tokens.access_token), { active: false });
	const renewed = expectStatus(await refresh(server, app, tokens.refresh_token), 200);
	expectStatus(await send(server, app, "revoke", { token: renewed.refresh_token }), 200);
	assert.deepEqual(await introspect(app, renewed.access_token), { active: false });
	expectOAuthError(await refresh(server, app, renewed.refresh_token), 400, "invalid_grant");
	assert.equal(await count(app, "grant.revoked"), 1);
});

test("SE-11 rule 39 pages of any origin may call what apps do, metadata and keys, and nothing else; a client's origins narrow that", async () => {
	const app = await makeApp(server, { isPublic: true });
	const Origin = "https://spa.example.com";
	const browser = await (await projectUser(server, app)).session();
	for (const [method, path] of [["POST", "/oauth/token"], ["GET", "/oauth/userinfo"], ["POST", "/oauth/revoke"], ["POST", "/oauth/par"], ["POST", "/oauth/device_authorization"],
		["POST", "/oauth/register"], ["GET", "/.well-known/openid-configuration"], ["GET", "/.well-known/jwks.json"]]) {
		const preflight = await program(server).request("OPTIONS", app.at(path), { headers: { Origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization" } });
		assert.equal(preflight.status, 204, path);
		assert.equal(preflight.headers["access-control-allow-origin"], "*");
		assert.equal(preflight.headers["access-control-allow-headers"], "Authorization, Content-Type, DPoP, MCP-Protocol-Version, Mcp-Method, Mcp-Name");
		assert.equal(preflight.headers["access-control-allow-credentials"], undefined);
	}
	for (const path of [app.at("/oauth/introspect"), app.at("/oauth/authorize"), "/api/v1/session"])
		assert.equal((await program(server).request("OPTIONS", path, { headers: { Origin, "Access-Control-Request-Method": "POST" } })).headers["access-control-allow-origin"], undefined, path);
	const form = async () => ({ grant_type: "authorization_code", client_id: app.clientId, code: await getCode(app, browser), redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier });
	const fromPage = async (origin) => program(server).request("POST", app.at("/oauth/token"), { form: await form(), headers: { Origin: origin } });
	const good = await fromPage(Origin);
	expectStatus(good, 200);
	assert.equal(good.headers["access-control-allow-origin"], "*");
	assert.equal(good.headers["access-control-expose-headers"], "WWW-Authenticate, DPoP-Nonce");
	const bad = await program(server).request("POST", app.at("/oauth/token"), { form: { grant_type: "nonsense" }, headers: { Origin } });
	assert.equal(bad.headers["access-control-allow-origin"], "*", "a page may read why it was refused");
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'origin', ${Buffer.alloc(32)}, ${Buffer.from("https://spa.example.com")})`;
	expectStatus(await fromPage(Origin), 200);
	expectStatus(await fromPage("https://app.example.com"), 200);
	expectOAuthError(await fromPage("https://evil.example"), 400, "unauthorized_client");
});

test("U-29 a session policy that became shorter ends what a sign-in gave: its codes, its refresh tokens, its access tokens", async () => {
	for (const [setting, column] of [["session_max_lifetime_s", "created_at"], ["session_inactivity_s", "last_seen_at"]]) {
		const app = await makeApp(server);
		const shorten = (seconds) => server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${app.id}, 'sign_in', ${JSON.stringify({ [setting]: seconds })}, 1, NOW(3))
			ON DUPLICATE KEY UPDATE body = VALUES(body)`;
		const tokens = await getTokens(server, app);
		const [code, early] = [await getCode(app, tokens.browser), await getCode(app, tokens.browser)];
		await server.sql.query(`UPDATE sessions SET ${column} = ${column} - INTERVAL 2 HOUR WHERE project_id = '${app.id}'`);
		await server.sql.run`UPDATE grants SET last_used_at = NULL WHERE project_id = ${app.id}`;
		await shorten(3 * 3600);
		expectStatus(await redeem(server, app, early), 200);
		await server.sql.run`UPDATE grants SET last_used_at = NULL WHERE project_id = ${app.id}`;
		for (const token of [tokens.access_token, tokens.refresh_token])
			assert.equal((await introspect(app, token)).active, true, setting);
		await shorten(3600);
		for (const token of [tokens.access_token, tokens.refresh_token])
			assert.deepEqual(await introspect(app, token), { active: false }, setting);
		expectStatus(await userinfo(app, tokens.access_token), 401);
		expectOAuthError(await redeem(server, app, code), 400, "invalid_grant");
		expectOAuthError(await refresh(server, app, tokens.refresh_token), 400, "invalid_grant");
	}
});

test("U-29 what an app does with its tokens is use of the sign-in", async () => {
	const app = await makeApp(server);
	const tokens = await getTokens(server, app);
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${app.id}, 'sign_in', '{"session_inactivity_s":3600}', 1, NOW(3))`;
	await server.sql.run`UPDATE sessions SET last_seen_at = last_seen_at - INTERVAL 2 HOUR WHERE project_id = ${app.id}`;
	await server.sql.run`UPDATE grants SET last_used_at = NOW(3) - INTERVAL 30 MINUTE WHERE project_id = ${app.id}`;
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
});
