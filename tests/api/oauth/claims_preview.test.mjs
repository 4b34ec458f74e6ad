// What a client's tokens would say of somebody: the same as those that the token endpoint then signs, and no more than a look.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, operator, person, projectUser, resourceServer, sharedServer } from "../../harness/index.mjs";
import { decode, getTokens, makeApp } from "./oauth.mjs";

const server = await sharedServer();
const onProject = ({ id }) => ({ headers: { "X-Project-Id": id } });
const look = (app, query) => app.session.get(`/api/v1/clients/${app.clientId}/claims?${new URLSearchParams(query)}`, onProject(app));
const preview = async (app, query) => expectStatus(await look(app, query), 200);

/** What can't be the same of two tokens. */
const lasting = ({ iat: _iat, exp: _exp, jti: _jti, gid: _gid, nonce: _nonce, at_hash: _hash, ...claims }) => claims;
const lifetime = ({ iat, exp }) => exp - iat;

test("a preview is what the token endpoint signs next, for the client itself and for a resource server", async () => {
	const app = await makeApp(server);
	const api = await resourceServer(app.owner, app, { identifier: "https://api.example.com/v1", scopes: [{ name: "orders:read", description: "See orders" }], access_token_ttl_s: 600 });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, api.identifier])} WHERE id = ${app.clientId}`;
	const user = await projectUser(server, app);
	for (const asked of [{}, { scope: "openid" }, { scope: "openid email orders:read", resource: api.identifier }]) {
		const tokens = await getTokens(server, app, { user, ...asked });
		const shown = await preview(app, { user_id: user.id, scope: "openid profile email", ...asked });
		const [access, id] = [tokens.access_token, tokens.id_token].map((token) => decode(token)[1]);
		assert.deepEqual(lasting(shown.access_token), lasting(access));
		assert.deepEqual(lasting(shown.id_token), lasting(id));
		assert.deepEqual([lifetime(shown.access_token), lifetime(shown.id_token)], [lifetime(access), lifetime(id)]);
		assert.deepEqual([shown.scope.join(" "), shown.resource], [tokens.scope, access.aud]);
		assert.match(shown.access_token.gid, /^grt_/);
	}
});

test("it signs nothing, stores nothing, and makes no key", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const count = async () => Number(await server.sql.value`SELECT (SELECT COUNT(*) FROM grants WHERE project_id = ${app.id}) + (SELECT COUNT(*) FROM refresh_tokens WHERE project_id = ${app.id}) + (SELECT COUNT(*) FROM signing_keys WHERE project_id = ${app.id})`);
	const answer = await look(app, { user_id: user.id });
	assert.equal(expectStatus(answer, 200).id_token.sub, user.id);
	assert.doesNotMatch(answer.text, /eyJ/);
	assert.equal(await count(), 0);
	const { auth_time, sid } = (await preview(app, { user_id: user.id })).id_token;
	assert.deepEqual([auth_time, sid], [undefined, undefined], "nobody has signed in");
	await getTokens(server, app, { user });
	assert.notEqual(await count(), 0);
});

test("what the client may not ask for is named; without openid there is no ID token", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	expectField(await look(app, { user_id: user.id, resource: "https://elsewhere.example.com" }), "resource", "unknown");
	expectField(await look(app, { user_id: user.id, scope: "nothing:known" }), "scope", "unknown");
	expectField(await look(app, {}), "user_id", "required");
	const { id_token, access_token } = await preview(app, { user_id: user.id, scope: "email" });
	assert.deepEqual([id_token, access_token.scopes], [null, ["email"]]);
});

test("people and clients of other projects, and people who are off, don't exist there", async () => {
	const [app, other] = [await makeApp(server), await makeApp(server)];
	const [user, stranger] = [await projectUser(server, app), await projectUser(server, other)];
	expectError(await look(app, { user_id: stranger.id }), 404, "not_found");
	expectError(await look({ ...app, clientId: other.clientId }, { user_id: user.id }), 404, "not_found");
	expectStatus(await look(app, { user_id: user.id }), 200);
	await server.sql.run`UPDATE users SET status = 'banned' WHERE id = ${user.id}`;
	expectError(await look(app, { user_id: user.id }), 404, "not_found");
});

test("of the console only the ID token is shown, for its access tokens say nothing", async () => {
	const session = await (await operator(server)).session();
	const who = await person(server);
	const clientId = await server.sql.value`SELECT client_id FROM projects WHERE id = ${server.consoleId}`;
	const shown = expectStatus(await session.get(`/api/v1/clients/${clientId}/claims?user_id=${who.id}`, onProject({ id: server.consoleId })), 200);
	assert.deepEqual([shown.access_token, shown.resource, shown.id_token.sub, shown.id_token.iss], [null, null, who.id, server.url]);
});
