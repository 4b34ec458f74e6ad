// Meters of a project's own, and how much of them it may use (licensing.md sections 2 and 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, limitProject, meter, person, sharedServer, tally, use, user } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/meters";
const BODY = { meter_key: "ai_tokens", unit: "tokens", display_name: "AI tokens" };

async function make(role) {
	const owner = await person(server);
	const project = await owner.org.project();
	const headers = { headers: { "X-Project-Id": project.id } };
	const who = role ? await owner.org.member(role) : owner;
	return { owner, project, headers, session: await who.session(headers) };
}

test("a meter is made, listed, renamed and deleted; its key never changes", async () => {
	const { session } = await make();
	const made = expectStatus(await session.post(AT, BODY), 201);
	const { id, created_at, updated_at, ...rest } = made;
	assert.match(id, /^mtr_[a-z0-9]{16}$/);
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, BODY);
	const second = expectStatus(await session.post(AT, { ...BODY, meter_key: "b" }), 201);
	assert.deepEqual(expectStatus(await session.get(`${AT}?include_total=true`), 200), { data: [second, made], next_cursor: null, total: 2 });
	const renamed = expectStatus(await session.patch(`${AT}/${id}`, { display_name: "Tokens" }), 200);
	assert.deepEqual([renamed.display_name, renamed.unit], ["Tokens", "tokens"]);
	expectField(await session.patch(`${AT}/${id}`, { meter_key: "c" }), "meter_key", "immutable");
	expectStatus(await session.delete(`${AT}/${id}`), 204);
	expectError(await session.delete(`${AT}/${id}`), 404, "not_found");
	assert.deepEqual(expectStatus(await session.get(AT), 200).data.map((one) => one.id), [second.id]);
});

test("409 meter_key_exists: one key, one meter, also of ten at once, and none is called as a built-in one", async () => {
	const { session } = await make();
	assert.deepEqual(tally(await atOnce(10, () => session.post(AT, BODY))), { 201: 1, 409: 9 });
	expectError(await session.post(AT, BODY), 409, "meter_key_exists");
	for (const meter_key of ["requests", "token_issues", "validations", "key_verifications", "tool_calls", "deliveries", "emails", "mau"])
		expectError(await session.post(AT, { ...BODY, meter_key }), 409, "meter_key_exists");
	expectStatus(await session.post(AT, { ...BODY, meter_key: "requests2" }), 201);
	const elsewhere = await make();
	expectStatus(await elsewhere.session.post(AT, BODY), 201);
});

test("what no meter may be is a 422 that names it; its neighbour passes", async () => {
	const { session } = await make();
	for (const [field, value] of [["meter_key", ""], ["meter_key", "A"], ["meter_key", "1a"], ["meter_key", "_a"], ["meter_key", "a-b"], ["meter_key", "a".repeat(65)], ["unit", ""], ["unit", "u".repeat(33)], ["display_name", ""], ["display_name", "n".repeat(129)], ["display_name", "a\u0007b"], ["color", "red"]])
		expectField(await session.post(AT, { ...BODY, [field]: value }), field);
	expectStatus(await session.post(AT, { meter_key: "a".repeat(64), unit: "ü".repeat(32), display_name: "n".repeat(128) }), 201);
});

test("GET, PUT /project_limits: all of them at once; null is none, and what isn't named goes", async () => {
	const { session } = await make();
	const put = (limits) => session.put("/api/v1/project_limits", { limits });
	expectStatus(await session.post(AT, BODY), 201);
	assert.deepEqual(expectStatus(await session.get("/api/v1/project_limits"), 200), { limits: {} });
	assert.deepEqual(expectStatus(await put({ ai_tokens: 5, requests: 0, mau: null }), 200), { limits: { ai_tokens: 5, requests: 0 } });
	assert.deepEqual(expectStatus(await put({ requests: 9007199254740991 }), 200), { limits: { requests: 9007199254740991 } });
	assert.deepEqual(expectStatus(await session.get("/api/v1/project_limits"), 200), { limits: { requests: 9007199254740991 } });
	for (const [limits, field] of [[{ tokens: 1 }, "limits.tokens"], [{ requests: -1 }, "limits.requests"], [{ requests: "1" }, "limits.requests"], [{ requests: true }, "limits.requests"], [[], "limits"], ["x", "limits"], [{ "a b": 1 }, "limits.*"]])
		expectField(await put(limits), field);
	assert.deepEqual(expectStatus(await session.get("/api/v1/project_limits"), 200), { limits: { requests: 9007199254740991 } }, "a bad one changes nothing");
});

test("billing.write sets limits, usage.read sees them: a manager may not set them, an administrator may", async () => {
	const manager = await make("manager");
	expectError(await manager.session.put("/api/v1/project_limits", { limits: { requests: 1 } }), 403, "forbidden");
	expectStatus(await manager.session.get("/api/v1/project_limits"), 200);
	const admin = await make("admin");
	expectStatus(await admin.session.put("/api/v1/project_limits", { limits: { requests: 1 } }), 200);
});

test("what a meter has counted and its limit go with it: one of the same key starts anew", async () => {
	const { owner, project, session } = await make();
	const someone = await user(project, { server });
	const one = await meter(owner, project, BODY);
	await limitProject(owner, project, { ai_tokens: 1 });
	const event = use(one, someone);
	expectStatus(await session.post("/api/v1/usage/consume", event), 200);
	expectError(await session.post("/api/v1/usage/consume", use(one, someone)), 403, "quota_exceeded");
	expectStatus(await session.delete(`${AT}/${one.id}`), 204);
	expectField(await session.post("/api/v1/usage/consume", event), "meter_key", "unknown");
	const again = await meter(owner, project, BODY);
	assert.deepEqual(expectStatus(await session.get("/api/v1/project_limits"), 200), { limits: {} });
	assert.equal(expectStatus(await session.post("/api/v1/usage/consume", { ...use(again, someone), event_key: event.event_key }), 200).used, 1);
});
