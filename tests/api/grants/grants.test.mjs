// /grants and /account/grants: who sees what people allow applications, and what ends it (oauth.md 4.2, rules 30 and 34, security.md RT-05).

import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleClient, copyClient, expectError, expectStatus, makeId, operator, person, projectUser, sharedServer, sqlTime, until } from "../../harness/index.mjs";
import { authorizePath, getToken, getTokens, landing, makeApp, makeProject, program, refresh, send } from "../oauth/oauth.mjs";

const server = await sharedServer();
const onProject = (app, options) => app.owner.session({ headers: { "X-Project-Id": app.id }, ...options });
const isActive = async (app, token) => expectStatus(await send(server, app, "introspect", { token }), 200).active;
const expectAlive = async (app, tokens) => assert.deepEqual([await isActive(app, tokens.access_token), await isActive(app, tokens.refresh_token)], [true, true]);

/** Neither token is worth anything, and nobody gets another. */
async function expectDead(app, tokens) {
	assert.deepEqual([await isActive(app, tokens.access_token), await isActive(app, tokens.refresh_token)], [false, false]);
	assert.equal((await program(server).get(app.at("/oauth/userinfo"), { headers: { Authorization: `Bearer ${tokens.access_token}` } })).status, 401);
	assert.equal((await refresh(server, app, tokens.refresh_token)).json.error, "invalid_grant");
}

const grantOf = (app, { user }) => server.sql.row`SELECT * FROM grants WHERE project_id = ${app.id} AND user_id = ${user.id} ORDER BY id DESC LIMIT 1`;

test("a member sees what users allow which application, by user and by client", async () => {
	const app = await makeApp(server, { columns: { client_uri: "https://shop.example.com/about" } });
	const [ada, bob] = [await getTokens(server, app, { scope: "openid email offline_access" }), await getTokens(server, app)];
	const session = await onProject(app);
	const { data } = expectStatus(await session.get("/api/v1/grants"), 200);
	assert.deepEqual(data.map(({ user_id }) => user_id), [bob.user.id, ada.user.id]);
	const { id, created_at, last_used_at, expires_at, ...rest } = data[1];
	assert.deepEqual(rest, {
		user_id: ada.user.id, user: { email: ada.user.email, username: null, name: ada.user.name }, client_id: app.clientId,
		client: { name: "Machines", host: "shop.example.com", logo_url: null, source: "dashboard" }, resource: app.clientId, scopes: ["openid", "email", "offline_access"], org_id: null, session_id: null,
	});
	assert.ok(id.startsWith("grt_") && created_at <= last_used_at && last_used_at < expires_at);
	assert.equal(data[0].session_id, bob.browser.id);
	const list = async (query) => expectStatus(await session.get(`/api/v1/grants?${query}`), 200).data.map(({ user_id }) => user_id);
	assert.deepEqual(await list(`user_id=${ada.user.id}`), [ada.user.id]);
	assert.deepEqual(await list(`client_id=${app.clientId}`), [bob.user.id, ada.user.id]);
	assert.deepEqual(await list(`client_id=${makeId("cli")}`), []);
	const key = await app.owner.org.key({ environment: "test", scopes: ["user.read"] });
	assert.equal(expectStatus(await key.with({ headers: { "X-Project-Id": app.id } }).get("/api/v1/grants"), 200).data.length, 2);
});

test("what is over isn't listed: revoked, too old, or given in a sign-in that has ended", async () => {
	const app = await makeApp(server);
	const session = await onProject(app);
	const count = async () => expectStatus(await session.get("/api/v1/grants?include_total=true"), 200).total;
	const shown = async (tokens) => expectStatus(await tokens.browser.get("/api/v1/account/grants"), 200).data.length;
	const [revoked, old, ended] = [await getTokens(server, app), await getTokens(server, app, { scope: "openid offline_access" }), await getTokens(server, app)];
	assert.equal(await count(), 3);
	await server.sql.run`UPDATE grants SET revoked_at = ${sqlTime()} WHERE user_id = ${revoked.user.id}`;
	await server.sql.run`UPDATE grants SET expires_at = ${sqlTime(-1000)} WHERE user_id = ${old.user.id}`;
	await server.sql.run`UPDATE sessions SET expires_at = ${sqlTime(-1000)} WHERE user_id = ${ended.user.id}`;
	assert.equal(await count(), 0);
	assert.deepEqual([await shown(revoked), await shown(old)], [0, 0]);
});

test("RT-05 a member revokes one grant: its tokens are dead at once, others live, the log has it; programs may not", async () => {
	const app = await makeApp(server);
	const [tokens, other] = [await getTokens(server, app), await getTokens(server, app)];
	const session = await onProject(app);
	const { id } = await grantOf(app, tokens);
	const key = await app.owner.org.key({ environment: "test", scopes: ["user.read", "user.write"] });
	expectError(await key.with({ headers: { "X-Project-Id": app.id } }).delete(`/api/v1/grants/${id}`), 403, "credential_not_allowed");
	const viewer = await (await app.owner.org.member("viewer")).session({ headers: { "X-Project-Id": app.id } });
	expectError(await viewer.delete(`/api/v1/grants/${id}`), 403, "forbidden");
	await expectAlive(app, tokens);
	expectStatus(await session.delete(`/api/v1/grants/${id}`), 204);
	await expectDead(app, tokens);
	await expectAlive(app, other);
	expectError(await session.delete(`/api/v1/grants/${id}`), 404, "not_found");
	const event = await server.sql.row`SELECT target_id, actor_id FROM audit_events WHERE project_id = ${app.id} AND action = 'grant.revoked'`;
	assert.deepEqual([event.target_id, event.actor_id], [id, app.owner.id]);
});

test("a person sees each app once, with the scopes of all that it has, and ends all of it", async () => {
	const app = await makeApp(server, { isFirstParty: true });
	const first = await getTokens(server, app, { scope: "openid email offline_access" });
	const { user, browser } = first;
	const second = await getTokens(server, app, { user, browser, scope: "openid profile" });
	const stranger = await getTokens(server, app);
	const { data } = expectStatus(await browser.get("/api/v1/account/grants?include_total=true"), 200);
	assert.equal(data.length, 1);
	assert.deepEqual([data[0].client.name, data[0].scopes, data[0].client_id], ["Machines", ["openid", "email", "offline_access", "profile"], app.clientId]);
	assert.equal(data[0].user_id, undefined);
	const theirs = (await grantOf(app, stranger)).id;
	expectError(await browser.delete(`/api/v1/account/grants/${theirs}`), 404, "not_found");
	expectStatus(await browser.delete(`/api/v1/account/grants/${data[0].id}`), 204);
	await expectDead(app, first);
	await expectDead(app, second);
	await expectAlive(app, stranger);
	assert.deepEqual(expectStatus(await browser.get("/api/v1/account/grants"), 200).data, []);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = 'grant.revoked'`), 1);
	// The app is asked about again, though it was remembered.
	await server.sql.run`UPDATE clients SET is_first_party = FALSE, scopes = 'openid email' WHERE project_id = ${app.id}`;
	assert.match(landing(await browser.get(authorizePath(app, { scope: "openid email" }), { check: false })).address, /\/consent$/);
});

test("revoke_tokens ends all that a client got, of people and for itself; what it gets afterwards counts", async () => {
	const app = await makeApp(server);
	const other = makeId("cli");
	await copyClient(app.clientId, other, { server });
	const [one, two] = [await getTokens(server, app), await getTokens(server, app, { scope: "openid offline_access" })];
	const machine = await makeProject(server, { owner: app.owner, type: "mcp" });
	const token = await getToken(server, machine);
	const session = await onProject(app);
	const viewer = await (await app.owner.org.member("viewer")).session({ headers: { "X-Project-Id": app.id } });
	expectError(await viewer.post(`/api/v1/clients/${app.clientId}/revoke_tokens`), 403, "forbidden");
	assert.deepEqual(expectStatus(await session.post(`/api/v1/clients/${other}/revoke_tokens`), 200), { revoked: 0 });
	await expectAlive(app, one);
	assert.deepEqual(expectStatus(await session.post(`/api/v1/clients/${app.clientId}/revoke_tokens`), 200), { revoked: 2 });
	await expectDead(app, one);
	await expectDead(app, two);
	await expectAlive(app, await getTokens(server, app));
	assert.equal(await isActive(machine, token), true);
	const there = await app.owner.session({ headers: { "X-Project-Id": machine.id } });
	assert.deepEqual(expectStatus(await there.post(`/api/v1/clients/${machine.clientId}/revoke_tokens`), 200), { revoked: 0 });
	assert.equal(await isActive(machine, token), false);
	await until("a token of a later second counts", async () => isActive(machine, await getToken(server, machine)), { every_ms: 250 });
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${machine.id} AND action = 'client.tokens_revoked'`), 1);
});

test("a secret's last use is written down within seconds", async () => {
	const machine = await makeProject(server);
	const session = await machine.owner.session({ headers: { "X-Project-Id": machine.id } });
	const secrets = async () => expectStatus(await session.get(`/api/v1/clients/${machine.clientId}`), 200).secrets;
	assert.equal((await secrets())[0].last_used_at, null);
	await getToken(server, machine);
	await until("last_used_at is written", async () => (await secrets())[0].last_used_at, { patience_ms: 12000, every_ms: 500 });
});

test("rule 34 what ends a person's access, a sign-in or a client ends its grants in the same transaction", async () => {
	const app = await makeApp(server);
	const session = await onProject(app);
	const end = async (how, scope = "openid") => {
		const tokens = await getTokens(server, app, { scope });
		const control = await getTokens(server, app, { scope });
		await expectAlive(app, tokens);
		await how(tokens);
		await expectDead(app, tokens);
		await expectAlive(app, control);
		return tokens;
	};
	const offline = "openid offline_access";
	await end(async ({ user }) => expectStatus(await session.post(`/api/v1/users/${user.id}/deactivate`), 200), offline);
	await end(async ({ user }) => expectStatus(await session.post(`/api/v1/users/${user.id}/ban`, {}), 200), offline);
	await end(async ({ user }) => expectStatus(await session.delete(`/api/v1/users/${user.id}`), 204), offline);
	await end(async ({ user }) => expectStatus(await session.delete(`/api/v1/users/${user.id}/sessions`), 204), offline);
	await end(async ({ browser }) => expectStatus(await session.delete(`/api/v1/sessions/${browser.id}`), 204));
	await end(async ({ browser }) => expectStatus(await browser.delete("/api/v1/session"), 204));
	// What was asked to stay outlives the sign-in.
	const kept = await getTokens(server, app, { scope: offline });
	expectStatus(await kept.browser.delete("/api/v1/session"), 204);
	await expectAlive(app, kept);
});

test("rule 34 a deleted client's grants go with it", async () => {
	const app = await makeApp(server);
	const [gone, control] = [await makeId("cli"), await getTokens(server, app)];
	await copyClient(app.clientId, gone, { server });
	const secondApp = { ...app, clientId: gone, isPublic: true };
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'none' WHERE id = ${gone}`;
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) SELECT project_id, ${gone}, kind, uri_digest, uri FROM client_uris WHERE client_id = ${app.clientId}`;
	const user = await projectUser(server, app);
	const tokens = await getTokens(server, secondApp, { user, browser: await user.session() });
	const session = await onProject(app);
	assert.equal(expectStatus(await session.get(`/api/v1/grants?client_id=${gone}&include_total=true&limit=1`), 200).total, 1);
	expectStatus(await session.delete(`/api/v1/clients/${gone}`), 204);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM grants WHERE client_id = ${gone}`), 0);
	assert.equal((await program(server).get(app.at("/oauth/userinfo"), { headers: { Authorization: `Bearer ${tokens.access_token}` } })).status, 401);
	assert.equal((await refresh(server, secondApp, tokens.refresh_token)).json.error, "invalid_client");
	await expectAlive(app, control);
});

test("the console's grants name the organization; an app that has several stands once with all of them", async () => {
	const [who, other] = [await person(server), await person(server)];
	await who.join(other.org, "viewer");
	const client = await consoleClient(server, { is_first_party: false });
	await server.sql.run`UPDATE clients SET metadata_url = ${Buffer.from("https://tool.example.net/client.json")}, client_uri = 'https://elsewhere.example.com/' WHERE id = ${client.clientId}`;
	const [first] = [await who.accessToken({ client }), await who.accessToken({ client, org: other.org })];
	const session = await who.session();
	const [app, ...more] = expectStatus(await session.get("/api/v1/account/grants"), 200).data;
	assert.deepEqual(more, []);
	assert.deepEqual([app.org_id, app.org_ids.toSorted(), app.client.host], [other.org.id, [who.org.id, other.org.id].toSorted(), "tool.example.net"]);
	const boss = await (await operator(server)).session({ headers: { "X-Project-Id": server.consoleId } });
	const { data } = expectStatus(await boss.get(`/api/v1/grants?user_id=${who.id}`), 200);
	assert.deepEqual(data.map(({ org_id }) => org_id), [other.org.id, who.org.id]);
	expectStatus(await first.get("/api/v1/whoami"), 200);
	// Rule 34: whoever leaves takes what they had given there along, and nothing else.
	expectStatus(await session.delete("/api/v1/members/me", { headers: { "X-Org-Id": other.org.id } }), 204);
	assert.deepEqual(expectStatus(await session.get("/api/v1/account/grants"), 200).data.map(({ org_ids }) => org_ids), [[who.org.id]]);
	expectStatus(await first.get("/api/v1/whoami"), 200);
	expectStatus(await session.delete(`/api/v1/account/grants/${first.id}`), 204);
	expectError(await first.get("/api/v1/whoami"), 401, "unauthorized");
});
