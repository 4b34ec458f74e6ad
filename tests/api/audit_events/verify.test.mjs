// POST /audit_events/verify: each way to tamper with a chain, and the same chain before it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedRows } from "../../harness/chain.mjs";
import { auditEvent, expectError, expectField, expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

/** A sealed chain of a project, and what verify says about it; each call comes from a key of its own, so that the limit is no matter. */
async function make(rows = 5) {
	const owner = await person(server);
	const { org } = owner;
	const project = org.defaultProject;
	for (let i = 0; i < rows; i++)
		await auditEvent(org, { project, changes: JSON.stringify({ name: [null, `Name ${i}`] }) });
	await sealedRows(server, project.id);
	const send = async (body) => (await org.key({ project })).post("/api/v1/audit_events/verify", body);
	const verify = async (body) => expectStatus(await send(body), 200);
	const hashAt = async (seq) => (await server.sql.row`SELECT hash FROM audit_events WHERE chain_id = ${project.id} AND seq = ${seq}`).hash.toString("hex");
	return { owner, org, project, send, verify, hashAt };
}

test("T-39 a chain that is as it was sealed is valid, and its head is told", async () => {
	const { verify, hashAt, org, project } = await make();
	const verdict = await verify({});
	assert.deepEqual([verdict.valid, verdict.checked, verdict.first_bad_seq], [true, 5, null]);
	assert.equal(verdict.head.seq, 5);
	assert.equal(verdict.head.hash, await hashAt(5));
	assert.match(verdict.head.sealed_at, /Z$/);
	await auditEvent(org, { project });
	assert.equal((await verify({ anchor: { seq: 3, hash: await hashAt(3) } })).valid, true);
});

test("T-39 an empty chain is valid", async () => {
	const { verify } = await make(0);
	assert.deepEqual(await verify({}), { valid: true, checked: 0, unsealed: 0, first_bad_seq: null, head: { seq: 0, hash: "0".repeat(64), sealed_at: null } });
});

const CHANGES = {
	"a changed text": ["UPDATE audit_events SET target_label = 'changed' WHERE seq = 3", 3],
	"changed changes, by one octet": ["UPDATE audit_events SET changes = REPLACE(changes, 'Name', 'name') WHERE seq = 3", 3],
	"a changed time": ["UPDATE audit_events SET occurred_at = occurred_at + INTERVAL 1000 MICROSECOND WHERE seq = 4", 4],
	"a changed address": ["UPDATE audit_events SET ip = X'00000000000000000000ffff7f000001' WHERE seq = 2", 2],
	"a changed hash": ["UPDATE audit_events SET hash = REVERSE(hash) WHERE seq = 1", 1],
	"a removed row": ["DELETE FROM audit_events WHERE seq = 2", 2],
	"the first row removed": ["DELETE FROM audit_events WHERE seq = 1", 1],
	"the last row removed": ["DELETE FROM audit_events WHERE seq = 5", 5],
	"a removed row, the rest moved up": ["DELETE FROM audit_events WHERE seq = 2; UPDATE audit_events SET seq = seq - 1 WHERE seq > 2 ORDER BY seq", 2],
	"an inserted row": ["UPDATE audit_events SET seq = seq + 1 WHERE seq > 2 ORDER BY seq DESC; INSERT INTO audit_events SELECT chain_id, 'aud_000000000000000z', org_id, project_id, workspace_id, 3, hash, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, ip, user_agent, request_id, occurred_at FROM audit_events WHERE seq = 2", 3],
	"a row above the head": ["INSERT INTO audit_events SELECT chain_id, 'aud_000000000000000z', org_id, project_id, workspace_id, 6, hash, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, ip, user_agent, request_id, occurred_at FROM audit_events WHERE seq = 5", 6],
	"a changed head": ["UPDATE audit_chains SET hash = REVERSE(hash) WHERE seq = 5", 5],
};

for (const [name, [text, seq]] of Object.entries(CHANGES))
	test(`T-39 ${name}: invalid, first_bad_seq ${seq}; valid before`, async () => {
		const { project, verify } = await make();
		assert.equal((await verify({})).valid, true);
		for (const statement of text.split("; "))
			await server.sql.query(statement.includes(" ORDER BY") ? statement.replace(" ORDER BY", ` AND chain_id = '${project.id}' ORDER BY`) : `${statement} AND chain_id = '${project.id}'`);
		const verdict = await verify({});
		assert.deepEqual([verdict.valid, verdict.first_bad_seq], [false, seq]);
		assert.equal((await verify({ from_seq: 5, to_seq: 5 })).valid, !["the last row removed", "a removed row, the rest moved up", "an inserted row", "a row above the head", "a changed head"].includes(name),
			"a piece is valid when nothing is wrong in it");
	});

test("T-39 a tail that was cut with its head is found by an anchor, and by nothing else", async () => {
	const { project, verify, hashAt } = await make();
	const anchor = { seq: 5, hash: await hashAt(5) };
	assert.equal((await verify({ anchor })).valid, true);
	await server.sql.run`DELETE FROM audit_events WHERE chain_id = ${project.id} AND seq > 3`;
	await server.sql.run`UPDATE audit_chains SET seq = 3, hash = ${Buffer.from(await hashAt(3), "hex")} WHERE chain_id = ${project.id}`;
	assert.equal((await verify({})).valid, true);
	const verdict = await verify({ anchor });
	assert.deepEqual([verdict.valid, verdict.first_bad_seq, verdict.checked], [false, 4, 3]);
});

test("T-39 an anchor whose hash differs: invalid at its seq, inside the range and outside", async () => {
	const { verify, hashAt } = await make();
	const hash = await hashAt(3);
	for (const range of [{}, { from_seq: 4 }, { to_seq: 2 }]) {
		assert.equal((await verify({ ...range, anchor: { seq: 3, hash } })).valid, true);
		const verdict = await verify({ ...range, anchor: { seq: 3, hash: hash.replace(/^./, (c) => (c === "0" ? "1" : "0")) } });
		assert.deepEqual([verdict.valid, verdict.first_bad_seq], [false, 3]);
	}
});

test("a range checks its rows alone; one that the chain doesn't have is 422", async () => {
	const { verify, send } = await make();
	assert.equal((await verify({ from_seq: 2, to_seq: 4 })).checked, 3);
	assert.equal((await verify({ from_seq: 5 })).checked, 1);
	assert.equal((await verify({ from_seq: 6 })).checked, 0);
	expectField(await send({ to_seq: 6 }), "to_seq", "range");
	expectField(await send({ from_seq: 7 }), "from_seq", "range");
	expectField(await send({ from_seq: 4, to_seq: 2 }), "from_seq", "range");
	expectField(await send({ from_seq: 0 }), "from_seq", "range");
});

test("an anchor is {seq, hash}: each mistake is named, beside the other fields'", async () => {
	const { send, verify, hashAt } = await make();
	expectField(await send({ anchor: 3 }), "anchor", "type");
	expectField(await send({ anchor: null }), "anchor", "type");
	expectField(await send({ anchor: {} }), "anchor.hash", "required");
	expectField(await send({ anchor: { seq: 3, hash: "x".repeat(64) } }), "anchor.hash", "pattern");
	expectField(await send({ anchor: { seq: 3, hash: await hashAt(3), more: 1 } }), "anchor.more", "unknown");
	const fields = expectField(await send({ from_seq: "1", anchor: { seq: 0 } }), "from_seq", "type");
	assert.deepEqual(fields.map(({ field }) => field), ["from_seq", "anchor.seq", "anchor.hash"]);
	assert.equal((await verify({ anchor: { seq: 3, hash: await hashAt(3) } })).valid, true);
});

test("verify leaves audit.verified in the organization's chain and an event in the project", async () => {
	const { owner, org, project, verify } = await make();
	await verify({});
	const session = await owner.session();
	const { data } = expectStatus(await session.get("/api/v1/audit_events?chain=org&action=audit.verified"), 200);
	assert.deepEqual(data.map(({ target, changes, actor }) => [target.id, changes.valid, actor.kind]), [[project.id, [null, true], "service_key"]]);
	assert.equal(data[0].chain, org.id);
	assert.equal(expectStatus(await session.get("/api/v1/events?types=audit.verified"), 200).data.length, 1);
});

test("the organization's chain is verified by chain=org; a pinned key can't", async () => {
	const { org } = await make();
	const unpinned = await org.key();
	await auditEvent(org);
	await sealedRows(server, org.id);
	assert.equal(expectStatus(await unpinned.post("/api/v1/audit_events/verify", { chain: "org" }), 200).checked >= 1, true);
	const pinned = await org.key({ project: org.defaultProject });
	expectError(await pinned.post("/api/v1/audit_events/verify", { chain: "org" }), 403, "credential_not_allowed");
});
