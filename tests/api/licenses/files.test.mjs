// License files: handed out by who sells and asked for by programs, checked without a network (licensing.md rule 16).

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { atOnce, Client, DAY, expectError, expectField, expectStatus, fromNow, isSigned, license, machine, person, question, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();

async function make(settings) {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	if (settings)
		expectStatus(await session.patch("/api/v1/license_settings", settings), 200);
	const publicKey = async () => expectStatus(await session.get("/api/v1/license_signing_keys"), 200).data[0].public_key;
	return {
		owner, project, session, publicKey, license: (body) => license(owner, project, body),
		files: (one) => `/api/v1/licenses/${one.id}/files`,
		issue: (one, body = {}) => session.post(`/api/v1/licenses/${one.id}/files`, body),
		fetch: (one, more) => new Client(server).post("/api/v1/validate/file", question(project, one, more)),
		verdict: async (one, fingerprint) => expectStatus(await new Client(server).post("/api/v1/validate", question(project, one, { fingerprint })), 200).code,
	};
}

/** The payload of a file that is signed as files are. */
function opened(file, publicKey) {
	assert.equal(file.format, "gatehouse-license-file-1");
	assert.ok(isSigned(file, publicKey, "gatehouse-license-file-v1"));
	assert.ok(!isSigned(file, publicKey), "no file is an answer");
	return JSON.parse(file.payload);
}

const digest = (salt, name, value) => createHash("sha256").update(Buffer.concat([Buffer.from(salt, "base64"), Buffer.from(`${name}\0${value}`)])).digest().subarray(0, 16).toString("base64");

test("rule 16 a file without a machine holds on any, takes no seat, and is kept by nobody", async () => {
	const { session, publicKey, license: sell, issue, files } = await make();
	const one = await sell({ product_name: "Café Pro" });
	const { id, file, expires_at } = expectStatus(await issue(one), 201);
	const payload = opened(file, await publicKey());
	assert.deepEqual(Object.keys(payload).slice(-4), ["signed_at", "file_id", "file_expires_at", "machine"]);
	assert.deepEqual([payload.file_id, payload.file_expires_at, payload.valid_until, payload.machine], [id, expires_at, expires_at, null]);
	assert.deepEqual([payload.valid, payload.license_id, payload.activation_id, payload.product_name], [true, one.id, null, "Café Pro"]);
	assert.equal(Date.parse(expires_at) - Date.parse(payload.signed_at), 30 * DAY);
	assert.equal(expectStatus(await session.get(`/api/v1/licenses/${one.id}`), 200).current_activations, 0);
	const [listed] = expectStatus(await session.get(files(one)), 200).data;
	assert.deepEqual(listed, { id, license_id: one.id, activation_id: null, kid: file.kid, expires_at, created_at: listed.created_at });
	const [{ changes }] = await server.sql.rows`SELECT changes FROM audit_events WHERE target_id = ${id} AND action = 'license_file.created'`;
	assert.ok(!changes.includes("payload"));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE type = 'license_file.created' AND data LIKE ${`%${id}%`}`, 1);
});

test("rule 16 a fingerprint takes a seat, and the file names the machine by salted digests of what it says", async () => {
	const { publicKey, license: sell, issue, verdict } = await make({ match_threshold: 70, weights: { disk: 5 } });
	const one = await sell({ ip_locked: true });
	const fingerprint = { disk: " WD-WX11A  2345678", mac: ["00:1A:2B:3C:4D:5E", "02-00-00-00-00-01"], gpu: "None" };
	const payload = opened(expectStatus(await issue(one, { fingerprint, ttl_days: 3650, label: "Lab" }), 201).file, await publicKey());
	const { salt, ...machineOf } = payload.machine;
	assert.equal(Buffer.from(salt, "base64").length, 16);
	assert.deepEqual(machineOf, { threshold: 70, min_matches: 2, components: [
		{ name: "disk", weight: 5, digests: [digest(salt, "disk", "wd-wx11a 2345678")] },
		{ name: "mac", weight: 2, digests: [digest(salt, "mac", "001a2b3c4d5e"), digest(salt, "mac", "020000000001")] },
	] });
	assert.match(payload.activation_id, /^act_/);
	assert.equal(await verdict(one, machine()), "activation_limit");
	assert.equal(await verdict(one, fingerprint), "valid", "the lock on an address is the machine's to close");
	const other = opened(expectStatus(await issue(one, { fingerprint }), 201).file, await publicKey());
	assert.equal(other.activation_id, payload.activation_id);
	assert.notEqual(other.machine.salt, salt);
	expectError(await issue(one, { fingerprint: machine() }), 409, "activation_limit");
	expectField(await issue(one, { fingerprint: { gpu: "none" } }), "fingerprint", "required");
	for (const days of [0, 3651])
		expectField(await issue(one, { ttl_days: days }), "ttl_days");
});

test("rule 16 no file outlives the license and its days of grace; who doesn't count gets none, by the verdict's name", async () => {
	const { session, license: sell, issue } = await make();
	const one = await sell({ expires_at: fromNow(2 * DAY, server), grace_days: 1 });
	const at = `/api/v1/licenses/${one.id}`;
	const ends = new Date(Date.parse(one.expires_at) + DAY).toISOString();
	assert.equal(expectStatus(await issue(one, { ttl_days: 10 }), 201).expires_at, ends);
	expectStatus(await session.post(`${at}/suspend`, {}), 200);
	expectError(await issue(one), 409, "suspended");
	expectStatus(await session.post(`${at}/reinstate`, {}), 200);
	expectStatus(await session.patch(at, { expires_at: fromNow(-2 * DAY, server) }), 200);
	expectError(await issue(one), 409, "expired");
	expectStatus(await session.patch(at, { expires_at: null }), 200);
	expectStatus(await issue(one), 201);
	expectStatus(await session.post(`${at}/revoke`, {}), 200);
	expectError(await issue(one), 409, "revoked");
});

test("rule 16 a program gets a signed answer with its file; a refusal is signed and has none", async () => {
	const { session, publicKey, license: sell, fetch } = await make({ file_ttl_days: 7 });
	const one = await sell();
	const fingerprint = machine();
	const answer = expectStatus(await fetch(one, { fingerprint, nonce: "n-1" }), 200);
	const payload = opened(answer.file, await publicKey());
	assert.ok(isSigned(answer, await publicKey()));
	assert.deepEqual([payload.code, payload.nonce, payload.activation_id, payload.request_hash], ["valid", "n-1", answer.activation_id, answer.request_hash]);
	assert.equal(Date.parse(payload.file_expires_at) - Date.parse(payload.signed_at), 7 * DAY);
	assert.deepEqual(payload.machine.components.map(({ name }) => name), ["disk", "uuid"]);
	expectStatus(await fetch(one, { fingerprint, ttl_days: 1 }), 200);
	expectField(await fetch(one, { fingerprint, ttl_days: 8 }), "ttl_days", "max");
	for (const refused of [await fetch(one), await fetch({ key: "2222-2222-2222-2222" })]) {
		const json = expectStatus(refused, 200);
		assert.deepEqual([json.valid, json.file, isSigned(json, await publicKey())], [false, undefined, true]);
	}
	expectError(await fetch(one, { fingerprint, kid: "lsk_0000000000000009" }), 409, "signing_key_unavailable");
	expectError(await session.post(`/api/v1/licenses/${one.id}/files`, { kid: "lsk_0000000000000009" }), 409, "signing_key_unavailable");
});

test("rule 16 a floating license's machine has its seat as long as its file, and a heartbeat doesn't shorten that", async () => {
	const { project, session, license: sell, fetch } = await make();
	const one = await sell({ mode: "floating", lease_ttl_s: 60 });
	const fingerprint = machine();
	const { file, activation_id } = expectStatus(await fetch(one, { fingerprint }), 200);
	const { file_expires_at, heartbeat_before } = JSON.parse(file.payload);
	assert.equal(heartbeat_before, file_expires_at);
	const beat = expectStatus(await new Client(server).post("/api/v1/validate/heartbeat", question(project, one, { fingerprint, activation_id })), 200);
	assert.equal(beat.heartbeat_before, file_expires_at);
	const [seat] = expectStatus(await session.get(`/api/v1/licenses/${one.id}/activations`), 200).data;
	assert.equal(seat.lease_expires_at, file_expires_at);
});

test("rule 16 twenty files of a license in thirty days, however many are asked for at once", async () => {
	const { license: sell, issue, fetch, session, files } = await make();
	const one = await sell({ max_activations: 100 });
	expectStatus(await issue(one), 201);
	assert.deepEqual(tally(await atOnce(25, () => issue(one))), { 201: 19, 409: 6 });
	expectError(await issue(one), 409, "file_limit");
	expectError(await fetch(one), 409, "file_limit");
	assert.equal(expectStatus(await session.get(`/api/v1/licenses/${one.id}`), 200).current_activations, 0, "a file that is refused takes no seat");
	assert.equal(expectStatus(await session.get(`${files(one)}?include_total=true&limit=1`), 200).total, 20);
	await server.sql.run`UPDATE license_files SET created_at = created_at - INTERVAL 31 DAY WHERE license_id = ${one.id} LIMIT 1`;
	expectStatus(await issue(one), 201);
	expectStatus(await issue(await sell()), 201);
});
