// Licenses as those see them who sell: making, finding, changing, suspending (licensing.md sections 2 and 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { activation, atOnce, Client, DAY, expectError, expectField, expectStatus, fromNow, license, machine, person, question, sharedServer, tally, user } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/licenses";
const SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

async function make(role = "owner") {
	const owner = await person(server);
	const project = await owner.org.project();
	const headers = { headers: { "X-Project-Id": project.id } };
	const session = await owner.session(headers);
	return { owner, project, headers, session, colleague: async (as) => (await owner.org.member(as)).session(headers) };
}

const proves = (key) => [...key.replaceAll("-", "")].reduce((sum, symbol, i) => sum + (i + 1) * SYMBOLS.indexOf(symbol), 0) % 31 === 0;

test("one that says only its product has the defaults, and a key that proves itself", async () => {
	const { session } = await make();
	const { id, key, key_hint, created_at, updated_at, ...rest } = expectStatus(await session.post(AT, { product_name: "Café Pro" }), 201);
	assert.match(id, /^lic_[a-z0-9]{16}$/);
	assert.match(key, /^[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){3}$/);
	assert.ok(proves(key));
	assert.equal(key_hint, `${key.slice(0, 4)}-****-****-${key.slice(-4)}`);
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, {
		product_name: "Café Pro", status: "active", mode: "node_locked", max_activations: 1, current_activations: 0, time_left: null,
		expires_at: null, grace_days: 0, ip_locked: false, ip_hint: null, lease_ttl_s: 900, plan_key: null, user_id: null, metadata: {}, notes: null,
	});
});

test("everything is kept as it was said, each member changes alone; key and mode never do", async () => {
	const { session, project } = await make();
	const holder = await user(project, { server });
	const said = { product_name: "Pro", mode: "floating", max_activations: 100, expires_at: "2031-01-02T03:04:05.678Z", grace_days: 365, ip_locked: true, lease_ttl_s: 86400, user_id: holder.id, metadata: { seats: 3, pro: true, note: "ö" }, notes: "two\nlines" };
	const made = expectStatus(await session.post(AT, said), 201);
	for (const [name, value] of Object.entries(said))
		assert.deepEqual(made[name], value, name);
	const at = `${AT}/${made.id}`;
	const { updated_at: _, time_left: __, ...same } = made;
	for (const [name, value, shown = value] of [["product_name", "Renamed"], ["max_activations", 2], ["expires_at", null], ["grace_days", 0], ["ip_locked", false], ["lease_ttl_s", 60], ["user_id", null], ["metadata", { seats: null, more: "x" }, { pro: true, note: "ö", more: "x" }], ["notes", null]]) {
		const { updated_at, time_left, ...after } = expectStatus(await session.patch(at, { [name]: value }), 200);
		assert.deepEqual(after, Object.assign(same, { [name]: shown }), name);
	}
	expectField(await session.patch(at, { key: "AAAA-AAAA" }), "key", "immutable");
	expectField(await session.patch(at, { mode: "node_locked" }), "mode", "immutable");
	expectError(await session.patch(at, {}), 422, "validation_failed");
});

test("LC-06 what no license may be is a 422 that names it; its neighbour passes", async () => {
	const { session, project } = await make();
	const post = (body) => session.post(AT, { product_name: "x", ...body });
	const stranger = await make();
	const elsewhere = await user(stranger.project, { server });
	for (const [field, value] of [["product_name", ""], ["product_name", "x".repeat(256)], ["mode", "node"], ["max_activations", 0], ["max_activations", 101], ["max_activations", "1"], ["expires_at", "soon"], ["grace_days", -1], ["grace_days", 366], ["ip_locked", "yes"], ["lease_ttl_s", 59], ["lease_ttl_s", 86401], ["user_id", elsewhere.id], ["user_id", "usr_x"], ["metadata", []], ["metadata", { a: {} }], ["metadata", { a: [1] }], ["metadata", Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i]))], ["metadata", { a: "x".repeat(17000) }], ["notes", "x".repeat(1001)], ["notes", ""], ["status", "active"]])
		expectField(await post({ [field]: value }), field);
	expectField(await session.post(AT, {}), "product_name", "required");
	const all = await post({ product_name: "x".repeat(255), max_activations: 100, grace_days: 365, lease_ttl_s: 86400, metadata: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, i])), notes: "x".repeat(1000), user_id: (await user(project, { server })).id });
	expectStatus(all, 201);
});

test("only who may write licenses sees keys; a search by the whole key finds it for whoever has it", async () => {
	const { session, colleague } = await make();
	const { id, key, key_hint } = expectStatus(await session.post(AT, { product_name: "Pro" }), 201);
	const viewer = await colleague("viewer");
	const writer = await colleague("manager");
	for (const [who, shown] of [[viewer, null], [writer, key], [session, key]]) {
		assert.equal(expectStatus(await who.get(`${AT}/${id}`), 200).key, shown);
		const [found] = expectStatus(await who.get(`${AT}?search=${encodeURIComponent(key.toLowerCase())}`), 200).data;
		assert.deepEqual([found.id, found.key, found.key_hint], [id, shown, key_hint]);
	}
	const answer = await session.get(`${AT}/${id}`);
	assert.equal(answer.headers["cache-control"], "no-store");
});

test("the list is searched by product and by the end of a key, and filtered by status and holder", async () => {
	const { owner, session, project } = await make();
	const holder = await user(project, { server });
	const ids = async (query) => expectStatus(await session.get(`${AT}?${query}`), 200).data.map(({ id }) => id);
	const alpha = await license(owner, project, { product_name: "My App 100%", user_id: holder.id });
	const beta = await license(owner, project, { product_name: "Other_thing", expires_at: "2020-01-01T00:00:00Z" });
	const gamma = await license(owner, project, { product_name: "Third", expires_at: "2020-01-01T00:00:00Z", grace_days: 365 });
	const kept = await license(owner, project, { product_name: "Fourth" });
	expectStatus(await session.post(`${AT}/${kept.id}/suspend`, {}), 200);
	assert.deepEqual(await ids("search=my+app"), [alpha.id]);
	assert.deepEqual(await ids("search=0%25"), [alpha.id]);
	assert.deepEqual(await ids("search=r_t"), [beta.id]);
	assert.deepEqual(await ids(`search=${beta.key.slice(-4)}`), [beta.id]);
	assert.deepEqual(await ids("search=nothing"), []);
	assert.deepEqual(await ids(`user_id=${holder.id}`), [alpha.id]);
	assert.deepEqual(await ids("status=active"), [alpha.id]);
	assert.deepEqual(await ids("status=suspended"), [kept.id]);
	assert.deepEqual(await ids("status=expired"), [gamma.id, beta.id]);
	assert.deepEqual(await ids(""), [kept.id, gamma.id, beta.id, alpha.id]);
	assert.equal(expectStatus(await session.get(`${AT}?include_total=true&status=expired&limit=1`), 200).total, 2);
	expectField(await session.get(`${AT}?search=x`), "search");
	expectField(await session.get(`${AT}?status=gone`), "status");
});

test("an end that is past is expired after its days of grace, and a longer time makes it active again", async () => {
	const { owner, session, project } = await make();
	const yesterday = fromNow(-DAY, server);
	const { id } = await license(owner, project, { expires_at: yesterday });
	const shown = async () => expectStatus(await session.get(`${AT}/${id}`), 200);
	assert.deepEqual([(await shown()).status, (await shown()).time_left], ["expired", 0]);
	expectStatus(await session.patch(`${AT}/${id}`, { grace_days: 2 }), 200);
	assert.equal((await shown()).status, "active");
	const tomorrow = fromNow(DAY, server);
	expectStatus(await session.patch(`${AT}/${id}`, { expires_at: tomorrow, grace_days: 0 }), 200);
	const { status, time_left } = await shown();
	assert.equal(status, "active");
	assert.ok(time_left > 86000 && time_left <= 86400, `${time_left} s`);
});

test("suspend and reinstate go to and fro, revoked is final; each is recorded once, with its reason", async () => {
	const { owner, session, project } = await make();
	const { id } = await license(owner, project);
	const move = (verb, body = {}) => session.post(`${AT}/${id}/${verb}`, body);
	assert.equal(expectStatus(await move("suspend", { reason: "unpaid" }), 200).status, "suspended");
	assert.equal(expectStatus(await move("suspend"), 200).status, "suspended");
	assert.equal(expectStatus(await move("reinstate"), 200).status, "active");
	assert.equal(expectStatus(await move("reinstate"), 200).status, "active");
	assert.equal(expectStatus(await move("revoke"), 200).status, "revoked");
	assert.equal(expectStatus(await move("revoke"), 200).status, "revoked");
	expectError(await move("suspend"), 409, "license_revoked");
	expectError(await move("reinstate"), 409, "license_revoked");
	const rows = await server.sql.rows`SELECT action, changes FROM audit_events WHERE target_id = ${id} ORDER BY id`;
	assert.deepEqual(rows.map(({ action }) => action), ["license.created", "license.suspended", "license.reinstated", "license.revoked"]);
	assert.deepEqual(JSON.parse(rows[1].changes), { status: ["active", "suspended"], reason: [null, "unpaid"] });
	for (const { changes } of rows)
		assert.ok(!changes.includes("notes") && !/"key"/.test(changes));
});

test("twenty suspensions at once are one; of a suspension and a revocation at once the license is revoked", async () => {
	const { owner, session, project } = await make();
	const { id } = await license(owner, project);
	assert.deepEqual(tally(await atOnce(20, () => session.post(`${AT}/${id}/suspend`, {}))), { 200: 20 });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${id} AND action = 'license.suspended'`, 1);
	await atOnce(20, (i) => session.post(`${AT}/${id}/${["revoke", "reinstate"][i % 2]}`, {}));
	assert.equal(expectStatus(await session.get(`${AT}/${id}`), 200).status, "revoked");
});

test("max_activations can't go below the machines that have a seat; removing one makes room; a reset frees all and opens the lock", async () => {
	const { owner, session, project } = await make();
	const { license: { id }, answer } = await activation(owner, project, { max_activations: 3, ip_locked: true });
	assert.match(expectStatus(await session.get(`${AT}/${id}`), 200).ip_hint, /^127\.\d+\.\*\.\*$/);
	const { key } = expectStatus(await session.get(`${AT}/${id}`), 200);
	const before = expectStatus(await session.get(`${AT}/${id}/activations`), 200).data;
	assert.deepEqual([before.length, before[0].id, before[0].seat, before[0].components], [1, answer.activation_id, 1, ["disk", "uuid"]]);
	expectStatus(await session.patch(`${AT}/${id}`, { ip_locked: false }), 200);
	assert.equal((await new Client(server).post("/api/v1/validate", question(project, { key }, { fingerprint: machine() }))).json.code, "valid");
	expectError(await session.patch(`${AT}/${id}`, { max_activations: 1 }), 409, "activations_exceed_limit");
	expectStatus(await session.delete(`${AT}/${id}/activations/${answer.activation_id}`), 204);
	expectError(await session.delete(`${AT}/${id}/activations/${answer.activation_id}`), 404, "not_found");
	assert.equal(expectStatus(await session.patch(`${AT}/${id}`, { max_activations: 1 }), 200).current_activations, 1);
	const reset = expectStatus(await session.post(`${AT}/${id}/reset_hardware`, {}), 200);
	assert.deepEqual([reset.current_activations, reset.ip_hint], [0, null]);
	assert.deepEqual(expectStatus(await session.get(`${AT}/${id}/activations`), 200).data, []);
});

test("keys of one's own need the setting, are normalised, and exist once", async () => {
	const { session } = await make();
	expectField(await session.post(AT, { product_name: "x", key: "MYOWNKEY12" }), "key", "not_allowed");
	expectStatus(await session.patch("/api/v1/license_settings", { custom_keys: true }), 200);
	const made = expectStatus(await session.post(AT, { product_name: "x", key: "my-own key12" }), 201);
	assert.deepEqual([made.key, made.key_hint], ["MYOWNKEY12", "****-****-****-EY12"]);
	expectError(await session.post(AT, { product_name: "x", key: "MYOWNKEY12" }), 409, "key_exists");
	for (const key of ["SHORT12", "ÄÖÜÄÖÜÄÖÜ", "UNDER_SCORE", "x".repeat(65)])
		expectField(await session.post(AT, { product_name: "x", key }), "key");
	assert.equal(expectStatus(await session.get(`${AT}?search=myownkey12`), 200).data[0].id, made.id);
});

test("a stale If-Match is 412, and a machine that takes a seat makes none stale", async () => {
	const { owner, session, project } = await make();
	const { license: { id } } = await activation(owner, project, { max_activations: 2 });
	const first = await session.get(`${AT}/${id}`);
	const { key } = first.json;
	assert.equal((await new Client(server).post("/api/v1/validate", question(project, { key }))).json.code, "valid");
	const headers = { "If-Match": first.headers.etag };
	expectStatus(await session.patch(`${AT}/${id}`, { product_name: "One" }, { headers }), 200);
	expectError(await session.patch(`${AT}/${id}`, { product_name: "Two" }, { headers }), 412, "precondition_failed");
});

test("a holder who is deleted leaves the license without one", async () => {
	const { owner, session, project } = await make();
	const holder = await user(project, { server });
	const { id } = await license(owner, project, { user_id: holder.id });
	expectStatus(await session.delete(`/api/v1/users/${holder.id}`), 204);
	assert.equal(expectStatus(await session.get(`${AT}/${id}`), 200).user_id, null);
});

test("no row holds a key, a part of a machine or an address in clear", async () => {
	const { owner, project } = await make();
	const { license: { id, key }, fingerprint } = await activation(owner, project, { ip_locked: true });
	const text = async (query) => Buffer.concat((await server.sql.query(query)).flatMap((row) => Object.values(row)).map((value) => Buffer.from(value instanceof Buffer ? value : String(value)))).toString();
	const stored = await text(`SELECT * FROM licenses WHERE id = '${id}'`) + await text(`SELECT * FROM activations WHERE license_id = '${id}'`);
	const events = await text(`SELECT data FROM events WHERE project_id = '${project.id}'`) + await text(`SELECT * FROM audit_events WHERE project_id = '${project.id}'`);
	assert.ok(stored.includes("Café Pro") && events.includes("Café Pro"));
	for (const secret of [key, key.replaceAll("-", ""), fingerprint.disk, fingerprint.uuid])
		for (const where of [stored, events])
			assert.ok(!where.includes(secret), secret);
});
