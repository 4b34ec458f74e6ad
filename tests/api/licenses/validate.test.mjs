// What a shipped program is told: verdicts, seats, signatures, limits (licensing.md sections 4 and 5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { activation, atOnce, Client, DAY, entryOf, expectError, expectField, expectStatus, fromNow, isSigned, license, machine, makeAddress, moveClock, ownServer, person, proven, question, retiredLicenseKey, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/validate";
const HOUR = 3600000;

async function make({ settings, on = server, ...more } = {}) {
	const owner = await person(on);
	const project = await owner.org.project(more);
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	if (settings)
		expectStatus(await session.patch("/api/v1/license_settings", settings), 200);
	const ask = (one, more, { path = "", from = new Client(on) } = {}) => from.post(AT + path, question(project, one, more));
	const code = async (...args) => expectStatus(await ask(...args), 200).code;
	return { owner, project, session, ask, code, license: (body) => license(owner, project, body), at: (one) => `/api/v1/licenses/${one.id}` };
}

const keysOf = async (session) => expectStatus(await session.get("/api/v1/license_signing_keys"), 200).data;

test("LC-01 no credential: the answer is signed for what was sent, echoes the nonce, says how long it took, and is kept by no cache", async () => {
	const { project, session, license: sell } = await make();
	const one = await sell({ product_name: "Café Pro", expires_at: fromNow(30 * DAY, server), metadata: { hidden: 1 }, notes: "secret" });
	const fingerprint = machine();
	const body = JSON.stringify({ client_id: project.clientId, license_key: one.key.toLowerCase(), nonce: "n0nce-_", fingerprint });
	const answer = await new Client(server).request("POST", AT, { body, headers: { "Content-Type": "application/json" } });
	const json = expectStatus(answer, 200);
	const [{ kid, public_key }] = await keysOf(session);
	assert.equal(json.kid, kid);
	const payload = proven(json, public_key, body);
	const { activation_id, signed_at, time_left, valid_until, request_hash: _, ...rest } = payload;
	assert.match(activation_id, /^act_[a-z0-9]{16}$/);
	assert.deepEqual(rest, {
		v: 1, valid: true, code: "valid", client_id: project.clientId, environment: "live", license_id: one.id, product_name: "Café Pro", status: "active",
		expires_at: one.expires_at, grace_until: null, heartbeat_before: null, features: null, nonce: "n0nce-_",
	});
	assert.ok(time_left > 29 * 86400 && time_left <= 30 * 86400);
	assert.equal(Date.parse(valid_until) - Date.parse(signed_at), DAY);
	assert.deepEqual(Object.keys(JSON.parse(json.payload)), ["v", "valid", "code", "client_id", "environment", "license_id", "activation_id", "product_name", "status", "expires_at", "time_left", "grace_until", "valid_until", "heartbeat_before", "features", "nonce", "request_hash", "signed_at"]);
	assert.match(answer.headers["x-response-time"], /^\d+ms$/);
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.ok(!isSigned({ ...json, payload: json.payload.replace('"valid"', '"Valid"') }, public_key), "a changed octet is found");
	assert.ok(!answer.text.includes("hidden") && !answer.text.includes("secret"));
});

test("LC-05 the first verdict that applies: each state of a license, with its neighbour that is valid", async () => {
	const { session, license: sell, code, at } = await make();
	const one = await sell({ max_activations: 2 });
	const fingerprint = machine();
	const said = () => code(one, { fingerprint });
	assert.equal(await said(), "valid");
	assert.equal(await code({ key: "K7QF-9TWX-3HMP-A8Z2" }), "not_found");
	assert.equal(await code({ key: "K7QF-9TWX-3HMP-A8ZZ" }), "not_found");
	assert.equal(await code({ key: "!" }), "not_found");
	expectStatus(await session.post(`${at(one)}/suspend`, {}), 200);
	assert.equal(await said(), "suspended");
	expectStatus(await session.patch(at(one), { expires_at: fromNow(-HOUR, server) }), 200);
	assert.equal(await said(), "suspended");
	expectStatus(await session.post(`${at(one)}/reinstate`, {}), 200);
	assert.equal(await said(), "expired");
	expectStatus(await session.patch(at(one), { grace_days: 1 }), 200);
	assert.equal(await said(), "in_grace");
	expectStatus(await session.patch(at(one), { expires_at: null }), 200);
	assert.equal(await said(), "valid");
	expectStatus(await session.post(`${at(one)}/revoke`, {}), 200);
	assert.equal(await said(), "revoked");
	expectStatus(await session.delete(at(one)), 204);
	assert.equal(await said(), "not_found");
});

test("in grace the answer says until when, and holds no longer; an invalid answer holds for nothing", async () => {
	const { license: sell, ask } = await make();
	const one = await sell({ expires_at: fromNow(-DAY + HOUR, server), grace_days: 1 });
	const graced = expectStatus(await ask(one), 200);
	assert.deepEqual([graced.code, graced.valid, graced.time_left, graced.status], ["in_grace", true, 0, "active"]);
	assert.equal(Date.parse(graced.grace_until), Date.parse(one.expires_at) + DAY);
	assert.equal(graced.valid_until, graced.grace_until);
	const over = expectStatus(await ask(await sell({ expires_at: fromNow(-HOUR, server) })), 200);
	assert.deepEqual([over.code, over.valid, over.status, over.valid_until, over.grace_until, over.activation_id], ["expired", false, "expired", null, null, null]);
});

test("LC-08 another project's key and another environment's fail, and nobody's project is 404", async () => {
	const mine = await make();
	const other = await make({ environment: "test" });
	const one = await mine.license();
	assert.equal(await mine.code(one), "valid");
	assert.equal(await other.code(one), "not_found");
	const theirs = expectStatus(await other.ask(await other.license()), 200);
	assert.equal(theirs.environment, "test");
	const [{ public_key }] = await keysOf(mine.session);
	assert.ok(!isSigned(theirs, public_key), "a test project's answer doesn't verify in a live build");
	expectError(await new Client(server).post(AT, { client_id: "proj_000000000000000000000000", license_key: one.key, fingerprint: machine() }), 404, "not_found");
	expectStatus(await mine.session.delete(`/api/v1/projects/${mine.project.id}?confirm=${mine.project.slug}`), 204);
	expectError(await mine.ask(one), 404, "not_found");
});

test("a suspended organization's licenses are told project_disabled", async () => {
	const { owner, license: sell, code } = await make();
	const one = await sell();
	assert.equal(await code(one), "valid");
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${owner.org.id}`;
	assert.equal(await code(one), "project_disabled");
});

test("what isn't a question is a 422 that names the field; its neighbour passes", async () => {
	const { project, license: sell, ask } = await make();
	const one = await sell({ max_activations: 100 });
	for (const [field, more] of [
		["fingerprint", { fingerprint: {} }], ["fingerprint", { fingerprint: { ip: "10.0.0.1" } }], ["fingerprint", { fingerprint: { disk: "None", uuid: "000" } }],
		["fingerprint", { fingerprint: undefined }], ["fingerprint.disk", { fingerprint: { disk: 7 } }], ["fingerprint.disk", { fingerprint: { disk: "x".repeat(257) } }],
		["fingerprint.mac", { fingerprint: { mac: "00:1A:2B:3C:4D:5E" } }], ["fingerprint.mac[1]", { fingerprint: { mac: ["00:1A:2B:3C:4D:5E", "00:1A"] } }],
		["fingerprint.mac", { fingerprint: { mac: Array.from({ length: 17 }, () => "00:1A:2B:3C:4D:5E") } }], ["fingerprint.colour", { fingerprint: { colour: "red" } }],
		["nonce", { nonce: "a b" }], ["nonce", { nonce: "x".repeat(65) }], ["nonce", { nonce: "" }], ["label", { label: "x".repeat(129) }], ["kid", { kid: "lsk_x" }],
		["client_id", { client_id: "prj_0000000000000000" }], ["license_key", { license_key: "" }], ["more", { more: 1 }],
	])
		expectField(await ask(one, more), field);
	expectStatus(await ask(one, { fingerprint: { disk: "x".repeat(256), mac: ["00:1A:2B:3C:4D:5E", "none"], ip: "10.0.0.1" }, nonce: "x".repeat(64), label: "ö".repeat(128) }), 200);
	expectError(await new Client(server).post(AT, { client_id: project.clientId, license_key: one.key, fingerprint: { disk: "x" }, label: "x".repeat(17000) }), 413, "body_too_large");
});

test("LC-02 a project may want a nonce, and parts that each machine names", async () => {
	const { license: sell, ask, code } = await make({ settings: { require_nonce: true, required_components: ["uuid", "mac"] } });
	const one = await sell();
	const fingerprint = { uuid: "u-1", mac: ["00:1A:2B:3C:4D:5E"] };
	expectField(await ask(one, { fingerprint }), "nonce", "required");
	expectField(await ask(one, { nonce: "n", fingerprint: { uuid: "u-1" } }), "fingerprint.mac", "required");
	expectField(await ask(one, { nonce: "n", fingerprint: { ...fingerprint, mac: ["none"] } }), "fingerprint.mac", "required");
	assert.equal(await code(one, { nonce: "n", fingerprint }), "valid");
});

test("a machine is known by enough of its parts; a stranger needs a seat; the stored parts never change", async () => {
	const { session, license: sell, ask, code, at } = await make();
	const one = await sell();
	const all = { bios: "b", cpu: "c", disk: "d", gpu: "g", mac: ["00:1A:2B:3C:4D:5E"], motherboard: "m", uuid: "u" };
	const seat = expectStatus(await ask(one, { fingerprint: all }), 200).activation_id;
	// 13 weigh all; 60 % are 7.8: without uuid and disk 8 are left, without motherboard, too, 5.
	assert.equal(expectStatus(await ask(one, { fingerprint: { ...all, uuid: "x", disk: "y" } }), 200).activation_id, seat);
	assert.equal(await code(one, { fingerprint: { ...all, uuid: "x", disk: "y", motherboard: "z" } }), "activation_limit");
	assert.equal(await code(one, { fingerprint: { uuid: "u", motherboard: "m", disk: "d" } }), "valid");
	assert.equal(await code(one, { fingerprint: { ...all, uuid: "x", disk: "y", mac: ["00:1A:2B:3C:4D:5F"] } }), "activation_limit");
	const nothing = Object.fromEntries(["bios", "cpu", "disk", "gpu", "mac", "motherboard", "uuid"].map((part) => [part, 0]));
	expectField(await session.patch("/api/v1/license_settings", { weights: nothing }), "weights", "range");
	expectStatus(await session.patch("/api/v1/license_settings", { match_threshold: 30 }), 200);
	assert.equal(await code(one, { fingerprint: { ...all, uuid: "x", disk: "y", mac: ["00:1A:2B:3C:4D:5F"] } }), "valid");
	expectStatus(await session.patch("/api/v1/license_settings", { match_threshold: 100 }), 200);
	assert.equal(await code(one, { fingerprint: { ...all, gpu: "other" } }), "activation_limit");
	assert.equal(await code(one, { fingerprint: all }), "valid");
	assert.equal(expectStatus(await session.get(at(one)), 200).current_activations, 1);
});

test("LC-03 rule 5: fifty machines at once on k seats are k valid and the rest activation_limit, for k = 1, 3, 10", async () => {
	for (const k of [1, 3, 10]) {
		const { session, license: sell, ask, at } = await make();
		const one = await sell({ max_activations: k });
		const answers = await atOnce(50, () => ask(one));
		assert.deepEqual(tally(answers), { 200: 50 });
		const codes = answers.map(({ json }) => json.code);
		assert.equal(codes.filter((code) => code === "valid").length, k, codes.join(" "));
		assert.equal(codes.filter((code) => code === "activation_limit").length, 50 - k);
		const seats = expectStatus(await session.get(`${at(one)}/activations`), 200).data;
		assert.deepEqual(seats.map(({ seat }) => seat).sort((a, b) => a - b), Array.from({ length: k }, (_, i) => i + 1));
	}
});

test("rule 5: one machine fifty times at once is one activation, and all are told the same", async () => {
	const { session, license: sell, ask, at } = await make();
	const one = await sell({ max_activations: 5 });
	const fingerprint = machine({ mac: ["00:1A:2B:3C:4D:5E"] });
	const answers = await atOnce(50, () => ask(one, { fingerprint }));
	assert.equal(new Set(answers.map(({ json }) => json.activation_id)).size, 1);
	assert.equal(expectStatus(await session.get(at(one)), 200).current_activations, 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${one.id} AND action = 'license.activated'`, 1);
});

test("rule 7: the first machine locks the address, of two from two addresses one wins; IPv6 by its /64; a lock that is turned on later closes with the next question", async () => {
	const { session, license: sell, ask, code, at } = await make();
	const one = await sell({ ip_locked: true, max_activations: 10 });
	const here = new Client(server), there = new Client(server);
	const raced = await Promise.all([ask(one, {}, { from: here }), ask(one, {}, { from: there })]);
	assert.deepEqual(raced.map(({ json }) => json.code).sort(), ["ip_mismatch", "valid"]);
	const [winner, loser] = raced[0].json.code === "valid" ? [here, there] : [there, here];
	assert.equal(await code(one, {}, { from: winner }), "valid");
	assert.equal(await code(one, {}, { from: loser }), "ip_mismatch");
	const late = await sell();
	const fingerprint = machine();
	assert.equal(await code(late, { fingerprint }, { from: here }), "valid");
	expectStatus(await session.patch(at(late), { ip_locked: true }), 200);
	assert.equal(await code(late, { fingerprint }, { from: there }), "valid");
	assert.equal(await code(late, { fingerprint }, { from: here }), "ip_mismatch");
	expectStatus(await session.post(`${at(late)}/reset_hardware`, {}), 200);
	assert.equal(await code(late, { fingerprint }, { from: here }), "valid");
});

test("a refusal for want of a seat doesn't close an open lock", async () => {
	const { session, license: sell, code, at } = await make();
	const one = await sell({ max_activations: 1 });
	assert.equal(await code(one), "valid");
	expectStatus(await session.patch(at(one), { ip_locked: true }), 200);
	assert.equal(await code(one), "activation_limit");
	assert.equal(expectStatus(await session.get(at(one)), 200).ip_hint, null);
});

test("LC-04 release gives the seat back once, so often as the settings allow; another's seat and no seat are not_activated", async () => {
	const { owner, project, session, ask, license: sell, at } = await make({ settings: { releases_per_30d: 1 } });
	const one = await sell({ max_activations: 2 });
	const seats = [];
	for (let i = 0; i < 2; i++)
		seats.push(expectStatus(await ask(one), 200).activation_id);
	const elsewhere = await activation(owner, project);
	const release = async (activation_id, more = {}) => expectStatus(await ask(one, { activation_id, fingerprint: undefined, ...more }, { path: "/release" }), 200).code;
	assert.equal(await release(elsewhere.answer.activation_id), "not_activated");
	const answers = await atOnce(10, () => release(seats[0]));
	assert.equal(answers.filter((code) => code === "released").length, 1, answers.join(" "));
	assert.equal(answers.filter((code) => code === "not_activated").length, 9, answers.join(" "));
	assert.equal(await release(seats[1]), "release_limit");
	assert.equal(expectStatus(await session.get(at(one)), 200).current_activations, 1);
	expectField(await ask(one, {}, { path: "/release" }), "activation_id", "required");
	assert.equal(expectStatus(await session.get(at(elsewhere.license)), 200).current_activations, 1);
});

test("an older key signs for who has it compiled in, until it is revoked; a key that signs can't be revoked", async () => {
	const { owner, project, session, license: sell, ask } = await make();
	const old = await retiredLicenseKey(owner, project);
	const keys = await keysOf(session);
	const publicKey = (kid) => keys.find((key) => key.kid === kid).public_key;
	const one = await sell({ max_activations: 5 });
	const pinned = expectStatus(await ask(one, { kid: old }), 200);
	assert.equal(pinned.kid, old);
	assert.ok(isSigned(pinned, publicKey(old)));
	const current = expectStatus(await ask(one), 200);
	assert.notEqual(current.kid, old);
	assert.ok(isSigned(current, publicKey(current.kid)));
	expectError(await ask(one, { kid: "lsk_0000000000000000" }), 409, "signing_key_unavailable");
	for (const path of ["/heartbeat", "/release"])
		expectError(await ask(one, { kid: "lsk_0000000000000000", activation_id: current.activation_id }, { path }), 409, "signing_key_unavailable");
	const at = (kid) => `/api/v1/license_signing_keys/${kid}/revoke`;
	expectError(await session.post(at(current.kid), {}), 409, "current_key");
	assert.equal(expectStatus(await session.post(at(old), {}), 200).status, "revoked");
	assert.equal(expectStatus(await session.post(at(old), {}), 200).status, "revoked");
	const gone = await ask(one, { kid: old });
	expectError(gone, 409, "signing_key_unavailable");
	assert.match(gone.headers["x-response-time"], /^\d+ms$/);
});

test("rule 15: ten rotations at once leave one current key", async () => {
	const { session } = await make();
	const answers = await atOnce(10, () => session.post("/api/v1/license_signing_keys/rotate", {}));
	assert.deepEqual(tally(answers), { 201: 10 });
	const keys = await keysOf(session);
	assert.deepEqual([keys.length, keys.filter(({ status }) => status === "current").length], [10, 1]);
});

test("the first answers of a project, fifty at once, are all signed by one key", async () => {
	const { ask, session } = await make();
	const answers = await atOnce(50, (i) => ask({ key: "2222-2222-2222-2222" }, {}, { from: new Client(server) }));
	assert.equal(new Set(answers.map(({ json }) => json.kid)).size, 1);
	assert.equal((await keysOf(session)).length, 1);
});

test("LC-07 rule 12: sixty a minute from an address, ten of them for keys that don't exist", async () => {
	const { license: sell, ask } = await make();
	const one = await sell({ max_activations: 1 });
	const from = new Client(server, { address: makeAddress() });
	const fingerprint = machine();
	for (let i = 0; i < 10; i++)
		expectStatus(await ask({ key: "2222-2222-2222-2222" }, {}, { from }), 200);
	const refused = await ask({ key: "2222-2222-2222-2222" }, {}, { from });
	expectError(refused, 429, "rate_limited");
	assert.match(refused.headers["x-response-time"], /^\d+ms$/);
	const answers = await atOnce(60, () => ask(one, { fingerprint }, { from }));
	assert.deepEqual(tally(answers), { 200: 49, 429: 11 });
});

test("settings are kept, judged and merged", async () => {
	const { session } = await make();
	const AT = "/api/v1/license_settings";
	const defaults = { match_threshold: 60, min_matches: 2, weights: { bios: 1, cpu: 1, disk: 2, gpu: 1, mac: 2, motherboard: 3, uuid: 3 }, required_components: [], require_nonce: false, offline_ttl_s: 86400, record_window_s: 300, releases_per_30d: 3, file_ttl_days: 30, custom_keys: false };
	const before = await session.get(AT);
	assert.deepEqual(expectStatus(before, 200), defaults);
	const changed = { match_threshold: 100, weights: { uuid: 10, gpu: 0 }, required_components: ["disk"], offline_ttl_s: 0 };
	const after = { ...defaults, ...changed, weights: { ...defaults.weights, ...changed.weights } };
	assert.deepEqual(expectStatus(await session.patch(AT, changed, { headers: { "If-Match": before.headers.etag } }), 200), after);
	assert.deepEqual(expectStatus(await session.get(AT), 200), after);
	expectError(await session.patch(AT, { min_matches: 1 }, { headers: { "If-Match": before.headers.etag } }), 412, "precondition_failed");
	for (const [field, value] of [["match_threshold", 0], ["match_threshold", 101], ["min_matches", 0], ["min_matches", 8], ["weights.uuid", { uuid: 11 }], ["required_components[0]", ["ip"]], ["offline_ttl_s", -1], ["offline_ttl_s", 2592001], ["record_window_s", 59], ["record_window_s", 3601], ["releases_per_30d", 101], ["file_ttl_days", 0], ["file_ttl_days", 3651]])
		expectField(await session.patch(AT, { [field.split(/[.[]/)[0]]: value }), field);
});

test("a project's reset leaves its licenses and their secret alone", async () => {
	const { session, project, license: sell, ask } = await make({ settings: { match_threshold: 70 } });
	const one = await sell();
	const fingerprint = machine();
	const first = expectStatus(await ask(one, { fingerprint }), 200);
	expectStatus(await session.post(`/api/v1/projects/${project.id}/reset`, { confirm: "RESET" }), 204);
	const again = expectStatus(await ask(one, { fingerprint }), 200);
	assert.deepEqual([again.code, again.activation_id, again.kid], ["valid", first.activation_id, first.kid]);
});

test("time: a machine is recorded once a window; a lease ends by itself, a heartbeat prolongs it, a late one gets a free seat", async () => {
	const own = await ownServer();
	const { license: sell, ask, session, at } = await make({ on: own, settings: { record_window_s: 60 } });
	const events = (id) => own.sql.value`SELECT COUNT(*) FROM events WHERE data LIKE ${`%${id}%`} AND type = 'license.validated'`;
	const one = await sell();
	const fingerprint = machine();
	for (let i = 0; i < 3; i++)
		expectStatus(await ask(one, { fingerprint }), 200);
	assert.equal(await events(one.id), 0);
	moveClock(own, 61000);
	await atOnce(10, () => ask(one, { fingerprint }));
	assert.equal(await events(one.id), 1);
	assert.equal(await own.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${one.id} AND action = 'license.validated'`, 0);

	const floating = await sell({ mode: "floating", max_activations: 1, lease_ttl_s: 600 });
	const [here, there] = [machine(), machine()];
	const took = expectStatus(await ask(floating, { fingerprint: here }), 200);
	assert.equal(Date.parse(took.heartbeat_before) - Date.parse(took.signed_at), 600000);
	assert.equal(took.valid_until, took.heartbeat_before);
	const beat = (fingerprint, activation_id) => ask(floating, { fingerprint, activation_id }, { path: "/heartbeat" });
	assert.equal(expectStatus(await ask(floating, { fingerprint: there }), 200).code, "activation_limit");
	assert.equal(expectStatus(await beat(there, took.activation_id), 200).code, "not_activated");
	moveClock(own, 300000);
	const beaten = expectStatus(await beat(here, took.activation_id), 200);
	assert.deepEqual([beaten.code, beaten.activation_id], ["valid", took.activation_id]);
	assert.equal(Date.parse(beaten.heartbeat_before) - Date.parse(beaten.signed_at), 600000);
	moveClock(own, 601000);
	assert.equal(expectStatus(await session.get(at(floating)), 200).current_activations, 0);
	const other = expectStatus(await ask(floating, { fingerprint: there }), 200);
	assert.equal(other.code, "valid");
	assert.equal(expectStatus(await beat(here, took.activation_id), 200).code, "activation_limit");
	moveClock(own, 601000);
	const late = expectStatus(await beat(here, took.activation_id), 200);
	assert.equal(late.code, "valid");
	assert.notEqual(late.activation_id, took.activation_id);
	assert.equal(expectStatus(await beat(there, other.activation_id), 200).code, "activation_limit");
});

test("one statement for a known machine, two for one that is known by its parts, one for a key that can't be, eight to bind", async () => {
	const own = await ownServer({ config: { process: { request_workers: 1 } } });
	const { license: sell, ask } = await make({ on: own });
	const one = await sell({ max_activations: 2 });
	const fingerprint = machine({ mac: ["00:1A:2B:3C:4D:5E"], motherboard: "m" });
	const statements = async (more, key = one, at) => {
		const answer = await ask(key, more, at);
		expectStatus(answer, 200);
		return (await entryOf(own, answer.headers["x-request-id"])).statements;
	};
	await ask({ key: "2222-2222-2222-2222" });	// the worker comes to know the project
	assert.equal(await statements({ fingerprint }), 10);	// with those that begin and end the transaction
	assert.equal(await statements({ fingerprint }), 1);
	assert.equal(await statements({ fingerprint: { ...fingerprint, mac: [] } }), 2);
	assert.equal(await statements({}, { key: "K7QF-9TWX-3HMP-A8Z2" }), 1);
	const { activation_id } = (await ask(one, { fingerprint })).json;
	assert.equal(await statements({ fingerprint, activation_id }, one, { path: "/heartbeat" }), 1);
	const leased = await sell({ mode: "floating" });
	const lease = (await ask(leased, { fingerprint })).json;
	assert.equal(await statements({ fingerprint, activation_id: lease.activation_id }, leased, { path: "/heartbeat" }), 2);
});
