// Signing keys and their turns (oauth.md rule 32).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, sharedServer, tally } from "../../harness/index.mjs";
import { decode, fetchKeys, getToken, isSignedBy, makeProject, send } from "../oauth/oauth.mjs";

const server = await sharedServer();
const DAY_MS = 24 * 60 * 60 * 1000;

const rotate = (project, mode, alg = "ES256") => project.session.post("/api/v1/signing_keys/rotate", { alg, mode }, { headers: { "X-Project-Id": project.id } });
const list = async (project) => expectStatus(await project.session.get("/api/v1/signing_keys", { headers: { "X-Project-Id": project.id } }), 200).data;

test("a planned successor is published now and signs a day later; a second one is refused", async () => {
	const project = await makeProject(server);
	const first = await getToken(server, project);
	const next = expectStatus(await rotate(project, "planned"), 201);
	assert.deepEqual([next.alg, next.state], ["ES256", "next"]);
	assert.ok(Math.abs(Date.parse(next.not_before) - Date.parse(next.created_at) - DAY_MS) < 1000);
	expectError(await rotate(project, "planned"), 409, "rotation_in_progress");
	assert.deepEqual((await list(project)).map(({ state }) => state).sort(), ["active", "next"]);
	assert.deepEqual((await fetchKeys(server, project)).map(({ kid }) => kid).sort(), [decode(first)[0].kid, next.id].sort());
	assert.equal(decode(await getToken(server, project))[0].kid, decode(first)[0].kid, "the old one signs until then");
});

test("an emergency: the new key signs at once, and what the old one signed is worth nothing", async () => {
	const project = await makeProject(server);
	const old = await getToken(server, project);
	expectStatus(await rotate(project, "planned"), 201);
	const key = expectStatus(await rotate(project, "emergency"), 201);
	assert.equal(key.state, "active");
	const keys = await fetchKeys(server, project);
	assert.deepEqual(keys.map(({ kid }) => kid), [key.id]);
	assert.ok(!isSignedBy(keys, old));
	assert.deepEqual(expectStatus(await send(server, project, "introspect", { token: old }), 200), { active: false });
	const fresh = await getToken(server, project);
	assert.ok(isSignedBy(keys, fresh));
	assert.equal(expectStatus(await send(server, project, "introspect", { token: fresh }), 200).active, true);
});

test("each algorithm has its own turn, the first key of one signs at once", async () => {
	const project = await makeProject(server);
	for (const alg of ["RS256", "EdDSA", "ES256"]) {
		const key = expectStatus(await rotate(project, "planned", alg), 201);
		assert.deepEqual([key.alg, key.state], [alg, "active"]);
	}
	const keys = await fetchKeys(server, project);
	assert.deepEqual(keys.map(({ kty }) => kty).sort(), ["EC", "OKP", "RSA"]);
	assert.ok(keys.every((key) => !("d" in key)));
});

test("twenty people at once make one successor", async () => {
	const project = await makeProject(server);
	await getToken(server, project);
	assert.deepEqual(tally(await atOnce(20, () => rotate(project, "planned"))), { 201: 1, 409: 19 });
	assert.equal((await list(project)).length, 2);
});
