// GET /audit_events/export: both formats, filters, the cell guard, the limit, and the trace it leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedRows } from "../../harness/chain.mjs";
import { auditEvent, DAY, expectError, expectStatus, fromNow, makeId, person, sharedServer, sqlTime } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

/** RFC 4180: records of cells. */
function parseCsv(text) {
	const records = [];
	let record = [];
	let at = 0;
	while (at < text.length) {
		const [cell, raw, plain, end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(text.slice(at)) ?? [];
		assert.notEqual(cell, undefined, `no cell at: ${text.slice(at, at + 60)}`);
		record.push(raw === undefined ? plain : raw.replaceAll("\"\"", "\""));
		at += cell.length;
		if (end === "\r\n")
			records.push(record.splice(0));
	}
	assert.deepEqual(record, []);
	return records;
}

test("jsonl: one audit event a line, oldest first, as the list shows them", async () => {
	const { org, project, session } = await make();
	for (let i = 0; i < 120; i++)
		await auditEvent(org, { project, changes: JSON.stringify({ name: [`<${i}>`, "Ärger 😀"] }) });
	await sealedRows(server, project.id);
	const answer = await session.get("/api/v1/audit_events/export?format=jsonl");
	expectStatus(answer, 200);
	assert.equal(answer.headers["content-type"], "application/jsonl; charset=utf-8");
	assert.match(answer.headers["content-disposition"], new RegExp(`^attachment; filename="audit-${project.id}-\\d{4}-\\d\\d-\\d\\d\\.jsonl"$`));
	assert.equal(Number(answer.headers["content-length"]), answer.body.length);
	const lines = answer.text.split("\n");
	assert.equal(lines.pop(), "");
	const listed = [];
	for (let cursor = ""; cursor !== null;) {
		const page = expectStatus(await session.get(`/api/v1/audit_events?limit=100${cursor && `&cursor=${cursor}`}`), 200);
		listed.push(...page.data);
		cursor = page.next_cursor;
	}
	assert.equal(lines.length, 120);
	assert.deepEqual(lines.map((line) => JSON.parse(line)), listed.reverse());
});

test("csv is what comes when nothing is said: header row, CRLF, quotes doubled", async () => {
	const { org, project, session } = await make();
	const { id } = await auditEvent(org, { project, changes: JSON.stringify({ name: ["a, \"b\"", null] }) });
	await server.sql.run`UPDATE audit_events SET target_label = ${"one\r\ntwo, Zoë"} WHERE id = ${id}`;
	const answer = await session.get("/api/v1/audit_events/export");
	expectStatus(answer, 200);
	assert.equal(answer.headers["content-type"], "text/csv; charset=utf-8; header=present");
	assert.match(answer.headers["content-disposition"], /\.csv"$/);
	const [head, ...records] = parseCsv(answer.text);
	assert.equal(records.length, 1);
	const row = Object.fromEntries(head.map((name, i) => [name, records[0][i]]));
	assert.equal(row.id, id);
	assert.equal(row.chain, project.id);
	assert.equal(row.target_label, "one\r\ntwo, Zoë");
	assert.equal(row.changes, "{\"name\":[\"a, \\\"b\\\"\",null]}");
	assert.equal(row.workspace_id, "");
	assert.equal(head.length, 18);
});

test("T-40 LG-05 a cell that a spreadsheet would run gets a leading ', and so does one that has one already; others don't", async () => {
	const { org, project, session } = await make();
	const bad = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1"];
	const good = ["a=1", " =1", "1-1", ""];
	for (const label of [...bad, ...good]) {
		const { id } = await auditEvent(org, { project });
		await server.sql.run`UPDATE audit_events SET target_label = ${label} WHERE id = ${id}`;
	}
	const [head, ...records] = parseCsv((await session.get("/api/v1/audit_events/export?format=csv")).text);
	const labels = records.map((record) => record[head.indexOf("target_label")]);
	assert.deepEqual(new Set(labels), new Set([...bad.map((label) => `'${label}`), ...good]));
	const lines = (await session.get("/api/v1/audit_events/export?format=jsonl")).text.trim().split("\n");
	assert.deepEqual(new Set(lines.map((line) => JSON.parse(line).target.label)), new Set([...bad, ...good]), "JSON needs no guard");
});

test("filters are the list's", async () => {
	const { owner, org, project, session } = await make();
	await auditEvent(org, { project });
	await auditEvent(org, { project, action: "project_member.set", target_id: owner.id });
	await auditEvent(org);
	const actions = async (query) => {
		const key = await org.key();
		const { text } = await key.get(`/api/v1/audit_events/export?format=jsonl${query && `&${query}`}`);
		return text.split("\n").filter(Boolean).map((line) => JSON.parse(line).action);
	};
	assert.deepEqual((await actions("")).sort(), ["project.updated", "project_member.set"]);
	assert.deepEqual(await actions("action=project_member.set"), ["project_member.set"]);
	assert.deepEqual(await actions(`target_id=${owner.id}`), ["project_member.set"]);
	assert.deepEqual(await actions(`actor_id=${makeId("usr")}`), []);
	assert.deepEqual(await actions(`from=${fromNow(DAY)}`), []);
	assert.equal((await actions(`from=${fromNow(-DAY)}&to=${fromNow(DAY)}`)).length, 2);
	assert.equal((await actions("chain=org")).filter((action) => action === "project.updated").length, 1);
	expectError(await session.get("/api/v1/audit_events/export?format=xml"), 422, "validation_failed");
	expectStatus(await session.get("/api/v1/audit_events/export?format=csv"), 200);
});

test("T-40 an export leaves audit.exported in the organization's chain and an event", async () => {
	const { owner, org, project, session } = await make();
	await auditEvent(org, { project });
	expectStatus(await session.get("/api/v1/audit_events/export?format=jsonl"), 200);
	const { data } = expectStatus(await session.get("/api/v1/audit_events?chain=org&action=audit.exported"), 200);
	assert.deepEqual(data.map(({ actor, target, changes }) => [actor.id, target.id, changes]), [[owner.id, project.id, { rows: [null, 1] }]]);
	assert.equal(expectStatus(await session.get("/api/v1/events?types=audit.exported"), 200).data[0].data.rows, 1);
});

test("audit.export: an admin may, a manager may not, and the refusal leaves no audit.exported", async () => {
	const { org } = await make();
	expectError(await (await (await org.member("manager")).session()).get("/api/v1/audit_events/export"), 403, "forbidden");
	const session = await (await org.member("admin")).session();
	const exported = async () => expectStatus(await session.get("/api/v1/audit_events?chain=org&action=audit.exported"), 200).data.length;
	assert.equal(await exported(), 0);
	expectStatus(await session.get("/api/v1/audit_events/export"), 200);
	assert.equal(await exported(), 1);
	const pinned = await org.key({ project: org.defaultProject });
	expectStatus(await pinned.get("/api/v1/audit_events/export"), 200);
	expectError(await pinned.get("/api/v1/audit_events/export?chain=org"), 403, "credential_not_allowed");
});

test("5,000 rows are one export; with one more it is 413 export_too_large with their number, until it is narrowed", async () => {
	const { org, project, session } = await make();
	const values = (from, count) => Array.from({ length: count }, (_, i) => `('${project.id}', 'aud_${String(from + i).padStart(16, "0")}', '${org.id}', '${project.id}', 'project.updated', 'user', '${org.ownerId}', 'somebody@example.com', 'project', '${project.id}', 'Shop', 'ok', '${JSON.stringify({ description: ["x".repeat(200), "y".repeat(200)] })}', 'tests', '${makeId("req")}', '${sqlTime(i === 0 && from > 0 ? -2 * DAY : 0)}')`).join(",");
	const insert = (from, count) => server.sql.query(`INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, user_agent, request_id, occurred_at) VALUES ${values(from, count)}`);
	for (let from = 0; from < 5000; from += 1000)
		await insert(from, 1000);
	const whole = await session.get("/api/v1/audit_events/export?format=jsonl");
	expectStatus(whole, 200);
	assert.equal(whole.text.split("\n").length, 5001);
	assert.ok(whole.body.length > 4000000, `${whole.body.length} octets`);
	await insert(5000, 1);
	const error = expectError(await session.get("/api/v1/audit_events/export?format=jsonl"), 413, "export_too_large");
	assert.equal(error.details.rows, 5001);
	assert.equal(expectStatus(await session.get("/api/v1/audit_events?chain=org&action=audit.exported"), 200).data.length, 1, "the refused one leaves none");
	assert.equal((await session.get(`/api/v1/audit_events/export?format=csv&from=${fromNow(-DAY)}`)).status, 200);
});
