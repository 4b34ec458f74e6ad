// What an app may do on the account of somebody who let it: access tokens of the project for Gatehouse's own API (oauth.md rule 22).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectOAuthError, expectStatus, projectUser, resourceServer, sharedServer, until } from "../../harness/index.mjs";
import { makeKey, makeProof } from "../oauth/dpop.mjs";
import { authorizePath, basic, decode, getCode, getTokens, landing, makeApp, makeProject, REDIRECT_URI, redeem, send } from "../oauth/oauth.mjs";

const server = await sharedServer();
const API = `${server.authUrl}/api`;
const ASKED = { resource: API, scope: "openid account" };
const app = await makeApp(server);

/** Who sends this token to AUTH_HOST, and nothing else. */
const withToken = (token) => new Client(server, { site: "auth", bearer: token, check: false });

/** A user whose app may act for them: their browser, their tokens, and the app's calls. */
async function begin(changes = {}, project = app) {
	const tokens = await getTokens(server, project, { ...ASKED, ...changes });
	return { ...tokens, calls: withToken(tokens.access_token) };
}

const account = (calls) => calls.get("/api/v1/account");
const refused = async (calls) => expectError(await account(calls), 401, "unauthorized");

test("rule 22: a token with the scope account reads and changes its person's profile, who is named as who did it", async () => {
	const { user, access_token, scope, calls } = await begin();
	assert.deepEqual([decode(access_token)[1].aud, scope], [API, "openid account"]);
	assert.deepEqual([expectStatus(await account(calls), 200).id, (await account(calls)).json.email], [user.id, user.email]);
	assert.equal(expectStatus(await calls.patch("/api/v1/account", { name: "Samantha" }), 200).name, "Samantha");
	const actor = await server.sql.value`SELECT CONCAT(actor_kind, ' ', actor_id, ' ', actor_label) FROM audit_events WHERE chain_id = ${app.id} AND action = 'user.updated' AND target_id = ${user.id}`;
	assert.equal(actor, `user ${user.id} ${user.email}`);
	for (const list of ["factors", "identities", "grants", "sessions"])
		expectStatus(await calls.get(`/api/v1/account/${list}`), 200);
});

test("rule 22: its sign-in is the current session; it ends another, and all others", async () => {
	const { user, browser, calls } = await begin();
	const [other, third] = [await user.session(), await user.session()];
	const { data } = expectStatus(await calls.get("/api/v1/account/sessions"), 200);
	assert.deepEqual(data.filter(({ current }) => current).map(({ id }) => id), [browser.id]);
	assert.equal(data.length, 3);
	expectStatus(await calls.delete(`/api/v1/account/sessions/${other.id}`), 204);
	expectError(await other.get("/api/v1/account", { check: false }), 401, "unauthorized");
	expectStatus(await calls.delete("/api/v1/account/sessions"), 204);
	expectError(await third.get("/api/v1/account", { check: false }), 401, "unauthorized");
	expectStatus(await browser.get("/api/v1/account"), 200);
	await refused(calls);
});

test("rule 22: nothing that touches credentials, however recent the sign-in", async () => {
	const { calls, browser } = await begin();
	const closed = [
		["POST", "/api/v1/account/password", { new_password: "Zephyr-quilt-9012-lamp" }], ["POST", "/api/v1/account/email", { email: "new@example.com" }],
		["POST", "/api/v1/account/totp", {}], ["POST", "/api/v1/account/backup_codes", {}], ["POST", "/api/v1/account/passkeys/options", {}],
		["GET", "/api/v1/account/export"], ["DELETE", "/api/v1/account?confirm=DELETE"], ["GET", "/api/v1/session"], ["DELETE", "/api/v1/session"],
	];
	for (const [method, path, json] of closed)
		expectError(await calls.request(method, path, json ? { json } : {}), 403, "credential_not_allowed");
	expectStatus(await browser.get("/api/v1/account/export"), 200);
	expectStatus(await account(calls), 200);
});

test("without the scope account: 403 insufficient_scope, and the challenge says which", async () => {
	const { calls } = await begin({ scope: "openid profile" });
	const answer = await account(calls);
	expectError(answer, 403, "insufficient_scope");
	assert.equal(answer.headers["www-authenticate"], 'Bearer realm="Gatehouse", error="insufficient_scope", scope="account"');
	await account((await begin()).calls).then((fine) => expectStatus(fine, 200));
});

test("another audience, another project named, another host, a changed token, an ID token: 401; the same token is good before and after", async () => {
	const { calls, access_token, id_token, user } = await begin();
	const other = await makeProject(server);
	const named = (clientId) => calls.get("/api/v1/account", { headers: { "X-Client-Id": clientId } });
	expectStatus(await named(app.clientId), 200);
	expectError(await named(other.clientId), 401, "unauthorized");
	await refused(withToken((await getTokens(server, app, { user, scope: "openid" })).access_token));
	const api = await resourceServer(app.owner, app, { scopes: [{ name: "account" }] });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, api.identifier])} WHERE project_id = ${app.id}`;
	const theirs = await getTokens(server, app, { user, resource: api.identifier, scope: "openid account" });
	assert.equal(theirs.scope, "openid account");
	await refused(withToken(theirs.access_token));
	await refused(withToken(id_token));
	await refused(withToken(`${access_token.slice(0, -6)}AAAAAA`));
	expectError(await new Client(server, { bearer: access_token, check: false }).get("/api/v1/account"), 401, "unauthorized");
	const challenge = (await account(withToken("eyJ.e30.x"))).headers["www-authenticate"];
	assert.match(challenge, /^Bearer realm="Gatehouse", error="invalid_token", scope="account"/);
	expectStatus(await account(calls), 200);
});

test("each project's token is for its own user alone", async () => {
	const [one, two] = [await begin(), await begin({}, await makeApp(server))];
	assert.equal(expectStatus(await account(one.calls), 200).id, one.user.id);
	assert.equal(expectStatus(await account(two.calls), 200).id, two.user.id);
	const { data } = expectStatus(await one.calls.get("/api/v1/account/sessions"), 200);
	expectStatus(await two.calls.get("/api/v1/account/sessions"), 200);
	expectError(await two.calls.delete(`/api/v1/account/sessions/${data[0].id}`), 404, "not_found");
});

const ENDS = {
	"is revoked": ({ access_token }) => send(server, app, "revoke", { token: access_token }).then((answer) => expectStatus(answer, 200)),
	"belongs to a user who is banned": ({ user }) => server.sql.run`UPDATE users SET status = 'banned' WHERE id = ${user.id}`,
	"comes from a session that ended": async ({ browser, user }) => {
		const other = await user.session();
		expectStatus(await other.delete(`/api/v1/account/sessions/${browser.id}`), 204);
	},
	"is of an older version than its user": ({ user }) => server.sql.run`UPDATE users SET token_version = token_version + 1 WHERE id = ${user.id}`,
	"is of a grant that ended": ({ user }) => server.sql.run`UPDATE grants SET revoked_at = NOW(3) WHERE project_id = ${app.id} AND user_id = ${user.id}`,
	"is of a session that is too old for the policy": ({ browser }) => server.sql.run`UPDATE sessions SET created_at = NOW(3) - INTERVAL 100 DAY WHERE id = ${browser.id}`,
};

for (const [what, end] of Object.entries(ENDS))
	test(`a token that ${what} is 401 at once`, async () => {
		const began = await begin();
		expectStatus(await account(began.calls), 200);
		await end(began);
		await refused(began.calls);
	});

test("an expired token is 401", async () => {
	const short = await makeApp(server, { columns: { access_token_ttl_s: 1 } });
	const { calls, access_token } = await begin({}, short);
	const { exp, iat } = decode(access_token)[1];
	assert.equal(exp - iat, 1);
	await until("the token expires", async () => (await account(calls)).status === 401);
	await refused(calls);
	expectStatus(await account((await begin()).calls), 200);
});

test("users.md rule 32: the token of a session in which somebody acts for the user reads, and changes nothing", async () => {
	const user = await projectUser(server, app);
	const browser = await user.session({ session_class: "support_impersonation", impersonator_id: app.owner.id, impersonation_reason: "looking for a fault" });
	const { calls } = await begin({ user, browser });
	expectStatus(await account(calls), 200);
	expectError(await calls.patch("/api/v1/account", { name: "Mallory" }), 403, "not_while_impersonating");
});

test("DP-02 a bound token comes with its proof, for this address and this token", async () => {
	const key = makeKey();
	const user = await projectUser(server, app);
	const code = await getCode(app, await user.session(), ASKED);
	const form = { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier };
	const { access_token } = expectStatus(await send(server, app, "token", form, { headers: { ...basic(app.clientId, app.secret), DPoP: makeProof(key, { url: `${app.issuer}/oauth/token` }) } }), 200);
	const url = `${server.authUrl}/api/v1/account`;
	const call = (proof, scheme = "DPoP") => withToken().get("/api/v1/account", { headers: { Authorization: `${scheme} ${access_token}`, ...(proof ? { DPoP: proof } : {}) } });
	const proof = (changes = {}, by = key) => makeProof(by, { method: "GET", url, token: access_token, ...changes });
	assert.equal(expectStatus(await call(proof()), 200).id, user.id);
	for (const answer of [await call(proof(), "Bearer"), await call(), await call(proof({}, makeKey())), await call(proof({ url: `${server.url}/api/v1/account` })), await call(proof({ token: "x" }))])
		expectError(answer, 401, "unauthorized");
	expectError(await withToken().get("/api/v1/account", { headers: { Authorization: `DPoP ${(await begin()).access_token}`, DPoP: proof() } }), 401, "unauthorized");
});

test("rule 22: only for people and for clients of the project's own", async () => {
	const program = await makeProject(server);
	expectStatus(await send(server, program, "token", { grant_type: "client_credentials" }), 200);
	expectOAuthError(await send(server, program, "token", { grant_type: "client_credentials", resource: API }), 400, "invalid_target");
	const stranger = await makeApp(server, { isFirstParty: false });
	const browser = await (await projectUser(server, stranger)).session();
	assert.equal(landing(await browser.get(authorizePath(stranger, ASKED), { check: false })).error, "invalid_target");
	const mine = await makeApp(server);
	const { calls } = await begin({}, mine);
	expectStatus(await account(calls), 200);
	await server.sql.run`UPDATE clients SET is_first_party = FALSE WHERE project_id = ${mine.id}`;
	await refused(calls);
	const own = await (await projectUser(server, app)).session();
	assert.ok((await redeem(server, app, await getCode(app, own, ASKED))).json.access_token);
});

test("whom prompt=consent asks is told what the scope lets the app do", async () => {
	const browser = await (await projectUser(server, app)).session();
	const { request } = landing(await browser.get(authorizePath(app, { ...ASKED, prompt: "consent" }), { check: false }));
	const { scopes } = expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200);
	assert.deepEqual(scopes.map(({ name, description }) => [name, description]).at(-1), ["account", "See your account, change your profile, and end sessions and connections"]);
});
