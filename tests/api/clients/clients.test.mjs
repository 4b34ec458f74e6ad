// The default client of a project: read, redirect URIs one by one, its secret.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectOneOf, expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const SHOP = "https://shop.example.com/callback";

async function make(options) {
	const owner = await person(server);
	const project = options ? await owner.org.project(options) : owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, org: owner.org, project, session, at: `/api/v1/clients/${project.clientId}` };
}

const remove = (client, at, uri) => client.delete(`${at}/redirect_uris?uri=${encodeURIComponent(uri)}`);

test("GET shows the client without its secret", async () => {
	const { session, at, project } = await make();
	const client = expectStatus(await session.get(at), 200);
	assert.equal(client.id, project.clientId);
	assert.equal(client.type, "web");
	assert.deepEqual(client.redirect_uris, ["http://localhost/callback"]);
	assert.deepEqual(client.secrets, []);
	assert.ok(!JSON.stringify(client).includes("sec_"));
});

test("adding and removing redirect URIs; one twice is 409 redirect_uri_exists; an unknown one 404", async () => {
	const { session, at } = await make();
	expectStatus(await session.post(`${at}/redirect_uris`, { uri: SHOP }), 201);
	expectError(await session.post(`${at}/redirect_uris`, { uri: SHOP }), 409, "redirect_uri_exists");
	assert.equal(expectStatus(await session.get(at), 200).redirect_uris.length, 2);
	expectStatus(await remove(session, at, SHOP), 204);
	expectError(await remove(session, at, SHOP), 404, "not_found");
});

test("O-2 the grammar of redirect URIs", async () => {
	const { session, at } = await make();
	for (const uri of ["http://shop.example.com/", "https://*.example.com/", `${SHOP}#x`, "https://u@shop.example.com/", "com.example.app:/cb", "https://shop.example.com/\\x", "javascript:x"])
		expectField(await session.post(`${at}/redirect_uris`, { uri }), "uri");
	for (const uri of ["https://shop.example.com/a?b=c", "http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]/cb"])
		expectStatus(await session.post(`${at}/redirect_uris`, { uri }), 201);
});

test("T-20 the last one stays: 409 last_redirect_uri; two at once on the last two: one 204, one 409", async () => {
	const { session, at } = await make();
	expectError(await remove(session, at, "http://localhost/callback"), 409, "last_redirect_uri");
	for (let round = 0; round < 8; round++) {
		const two = await make({ redirect_uris: [SHOP, "https://other.example.com/cb"] });
		const sessions = await atOnce(2, () => two.owner.session({ headers: { "X-Project-Id": two.project.id } }));
		await Promise.all(sessions.map((one) => one.csrf()));
		const answers = await Promise.all([remove(sessions[0], two.at, SHOP), remove(sessions[1], two.at, "https://other.example.com/cb")]);
		assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM client_uris WHERE client_id = ${two.project.clientId}`, 1);
	}
});

test("T-20 fifty at most, also when they come at once", async () => {
	const uris = Array.from({ length: 48 }, (_, i) => `https://shop.example.com/${i}`);
	const { owner, project, at } = await make({ redirect_uris: uris });
	const sessions = await atOnce(10, () => owner.session({ headers: { "X-Project-Id": project.id } }));
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one, i) => one.post(`${at}/redirect_uris`, { uri: `https://late.example.com/${i}` })));
	assert.equal(answers.filter(({ status }) => status === 201).length, 2);
	for (const answer of answers.filter(({ status }) => status !== 201))
		expectOneOf(answer, 403, 422);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM client_uris WHERE client_id = ${project.clientId}`, 50);
});

test("rotate_secret shows a new secret once; the old one is gone", async () => {
	const { session, at, project } = await make();
	const answer = await session.post(`${at}/rotate_secret`, {});
	const first = expectStatus(answer, 200).client_secret;
	assert.match(answer.headers["cache-control"], /no-store/);
	assert.match(first, /^sec_[A-Za-z0-9]{38}$/);
	const second = expectStatus(await session.post(`${at}/rotate_secret`, {}), 200).client_secret;
	assert.notEqual(first, second);
	const rows = await server.sql.rows`SELECT last4 FROM client_secrets WHERE client_id = ${project.clientId} AND (expires_at IS NULL OR expires_at > NOW(3))`;
	assert.deepEqual(rows.map(({ last4 }) => last4), [second.slice(-4)]);
	const shown = expectStatus(await session.get(at), 200).secrets;
	assert.equal(shown.length, 1);
	assert.equal(shown[0].last4, second.slice(-4));
});

test("rotate_secret with grace: both work until it ends, then the new one alone; a third ends the first at once", async () => {
	const { session, at, project } = await make();
	const rotate = async (body) => expectStatus(await session.post(`${at}/rotate_secret`, body), 200).client_secret.slice(-4);
	const shown = async () => expectStatus(await session.get(at), 200).secrets;
	const first = await rotate({});
	const before = Date.now();
	const second = await rotate({ grace_s: 2592000 });
	const [now, old, ...more] = await shown();
	assert.deepEqual([now.last4, now.expires_at, old.last4, more.length], [second, null, first, 0]);
	assert.ok(Math.abs(Date.parse(old.expires_at) - before - 2592000 * 1000) < 60000);
	const third = await rotate({ grace_s: 60 });
	assert.deepEqual((await shown()).map(({ last4 }) => last4), [third, second]);
	await server.sql.run`UPDATE client_secrets SET expires_at = NOW(3) WHERE client_id = ${project.clientId} AND slot = 1`;
	assert.deepEqual((await shown()).map(({ last4 }) => last4), [third]);
	const fourth = await rotate({ grace_s: 60 });
	assert.deepEqual((await shown()).map(({ last4 }) => last4), [fourth, third]);
	const fifth = await rotate({});
	assert.deepEqual((await shown()).map(({ last4 }) => last4), [fifth]);
	for (const grace_s of [-1, 2592001])
		expectField(await session.post(`${at}/rotate_secret`, { grace_s }), "grace_s", "range");
});

test("ten rotations at once leave two secrets at most", async () => {
	const { owner, project, at } = await make();
	const sessions = await atOnce(10, () => owner.session({ headers: { "X-Project-Id": project.id } }));
	await Promise.all(sessions.map((one) => one.csrf()));
	for (const answer of await Promise.all(sessions.map((one) => one.post(`${at}/rotate_secret`, { grace_s: 60 }))))
		expectStatus(answer, 200);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM client_secrets WHERE client_id = ${project.clientId}`, 2);
});

test("a public client has no secret: 409 client_is_public", async () => {
	const { session, at, project } = await make();
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'none' WHERE id = ${project.clientId}`;
	expectError(await session.post(`${at}/rotate_secret`, {}), 409, "client_is_public");
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'client_secret_basic' WHERE id = ${project.clientId}`;
	expectStatus(await session.post(`${at}/rotate_secret`, {}), 200);
});

test("T-30 programs can't make a client secret", async () => {
	const { owner, org, at, session } = await make();
	for (const program of [await owner.token(), await org.key()])
		expectError(await program.post(`${at}/rotate_secret`, {}), 403, "credential_not_allowed");
	expectStatus(await session.post(`${at}/rotate_secret`, {}), 200);
});
