// Many licenses at once: in bulk, and to and from comma-separated values (licensing.md section 3, rule 17).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, license, person, question, Client, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/licenses";
const HEAD = "key,product_name,status,mode,max_activations,expires_at,grace_days,ip_locked,plan_key,notes,metadata";

async function make(role = "owner") {
	const owner = await person(server);
	const project = await owner.org.project();
	const headers = { headers: { "X-Project-Id": project.id } };
	const session = await owner.session(headers);
	const list = async (query = "") => expectStatus(await session.get(`${AT}?limit=100${query}`), 200).data;
	const read = async (csv, more = {}) => expectStatus(await session.post(`${AT}/import`, { csv, ...more }), 200);
	return { owner, project, session, list, read, colleague: async (as) => (await owner.org.member(as)).session(headers) };
}

test("a thousand at once differ in their keys alone, each recorded; a count or template that isn't fit makes none", async () => {
	const { session, project } = await make();
	const { data } = expectStatus(await session.post(`${AT}/bulk`, { count: 1000, template: { product_name: "Café Pro", max_activations: 2, notes: "fair" } }), 201);
	assert.deepEqual([data.length, new Set(data.map(({ key }) => key)).size, new Set(data.map(({ id }) => id)).size], [1000, 1000, 1000]);
	assert.ok(data.every(({ product_name, max_activations, notes }) => product_name === "Café Pro" && max_activations === 2 && notes === "fair"));
	const total = async () => expectStatus(await session.get(`${AT}?include_total=true&limit=1`), 200).total;
	assert.equal(await total(), 1000);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'license.created' AND project_id = ${project.id}`, 1000);
	const bulk = (body) => session.post(`${AT}/bulk`, body);
	const template = { product_name: "x" };
	expectField(await bulk({ count: 0, template }), "count");
	expectField(await bulk({ count: 1001, template }), "count");
	expectField(await bulk({ count: 1 }), "template", "required");
	expectField(await bulk({ count: 1, template: {} }), "template.product_name", "required");
	expectField(await bulk({ count: 1, template: { ...template, key: "AAAABBBBCCCC" } }), "template.key", "unknown");
	expectField(await bulk({ count: 1, template: { ...template, metadata: { a: {} } } }), "template.metadata");
	expectField(await bulk({ count: 1, template: { ...template, user_id: "usr_0000000000000000" } }), "template.user_id", "unknown");
	expectField(await bulk({ count: 1000, template: { ...template, metadata: { a: "x".repeat(2000) } } }), "template.metadata", "length");
	assert.equal(await total(), 1000);
	expectStatus(await bulk({ count: 10, template: { ...template, metadata: { a: "x".repeat(2000) } } }), 201);
});

test("keys made in bulk are shown once: a repeat is told so, and none is stored", async () => {
	const { session } = await make();
	const repeat = (key) => session.post(`${AT}/bulk`, { count: 2, template: { product_name: "x" } }, { headers: { "Idempotency-Key": key } });
	const { data } = expectStatus(await repeat("bulk-1"), 201);
	expectError(await repeat("bulk-1"), 409, "secret_already_shown");
	expectStatus(await repeat("bulk-2"), 201);
	const stored = JSON.stringify(await server.sql.rows`SELECT CONVERT(body USING utf8mb4) AS body FROM idempotency_keys WHERE idempotency_key = 'bulk-1'`);
	assert.ok(!data.some(({ key }) => stored.includes(key)), stored);
});

test("a license may end at the end of time, with grace; what a file calls expired must be over", async () => {
	const { session, read } = await make();
	const made = expectStatus(await session.post(AT, { product_name: "x", expires_at: "9999-12-31T23:59:59Z", grace_days: 365 }), 201);
	expectStatus(await session.patch(`${AT}/${made.id}`, { grace_days: 364 }), 200);
	const { created, errors } = await read("product_name,status,expires_at,grace_days\nA,expired,,\nB,expired,2099-01-01T00:00:00Z,\nC,expired,2020-01-01T00:00:00Z,\nD,,9999-12-31T23:59:59Z,365\n");
	assert.deepEqual([created, errors.map(({ line, field }) => [line, field])], [0, [[2, "status"], [3, "status"]]]);
	assert.equal((await read("product_name,status,expires_at,grace_days\nC,expired,2020-01-01T00:00:00Z,\nD,,9999-12-31T23:59:59Z,365\n")).created, 2);
});

/** What a round trip keeps. */
const kept = ({ key, product_name, status, mode, max_activations, expires_at, grace_days, ip_locked, notes, metadata }) => ({ key, product_name, status, mode, max_activations, expires_at, grace_days, ip_locked, notes, metadata });
const byKey = (a, b) => (a.key < b.key ? -1 : 1);

test("rule 17: what is exported comes back equal in another project, cell by cell, and a spreadsheet runs none of it", async () => {
	const { owner, project, session, list } = await make();
	const odd = ["=1+1", "'=1+1", "+cmd", "-2", "@x", "'", "it's", 'say "so"', "a,b", "NULL", "\\N", " blank ", "ö; ü"];
	for (const product_name of odd)
		await license(owner, project, { product_name, notes: `=first,\nsecond "line" of ${product_name}`, metadata: { text: `=${product_name}`, number: -3, yes: true } });
	const gone = await license(owner, project, { product_name: "Old", expires_at: "2020-01-02T03:04:05.678Z", grace_days: 3 });
	const floating = await license(owner, project, { product_name: "Many", mode: "floating", max_activations: 7, ip_locked: true, expires_at: "2031-01-31T23:59:59Z" });
	expectStatus(await session.post(`${AT}/${floating.id}/suspend`, {}), 200);
	expectStatus(await session.post(`${AT}/${(await license(owner, project)).id}/revoke`, {}), 200);

	const { csv, next_cursor } = expectStatus(await session.get(`${AT}/export`), 200);
	assert.equal(next_cursor, null);
	assert.equal(csv.split("\r\n")[0], HEAD);
	for (const record of csv.split("\r\n"))
		assert.ok(!/(^|,)"?[=+\-@\t]/.test(record), record);

	const other = await make();
	const before = (await list()).map(kept).sort(byKey);
	assert.deepEqual(await other.read(csv, { dry_run: true }), { created: before.length, errors: [] });
	assert.deepEqual(await other.list(), []);
	assert.deepEqual(await other.read(csv), { created: before.length, errors: [] });
	assert.deepEqual((await other.list()).map(kept).sort(byKey), before);
	assert.equal(before.find(({ product_name }) => product_name === gone.product_name).status, "expired");
	// Line 2 is the newest one, and it can't be there twice.
	const again = await other.read(csv);
	assert.deepEqual([again.created, again.errors.length, again.errors[0]], [0, before.length, { line: 2, field: "key", message: "There is a license with that key already." }]);
});

test("a key that was imported validates, and one that is made for a row without", async () => {
	const { session, project, read, list } = await make();
	assert.deepEqual(await read(`product_name,key\nOurs,k7qf-9twx-3hmp-a8zz\nMade,\n`), { created: 2, errors: [] });
	const made = (await list()).find(({ product_name }) => product_name === "Made");
	for (const key of ["K7QF-9TWX-3HMP-A8ZZ", made.key])
		assert.equal((await new Client(server).post("/api/v1/validate", question(project, { key }))).json.code, "valid");
	const actions = await server.sql.rows`SELECT action, changes FROM audit_events WHERE project_id = ${project.id} AND action LIKE 'license.%' ORDER BY id`;
	assert.deepEqual(actions.filter(({ action }) => action === "license.imported").map(({ changes }) => JSON.parse(changes)), [{ licenses: [null, 2] }]);
	assert.equal((await read("product_name,key\nTheirs,MYOWNKEY12\n")).errors[0].field, "key");
	expectStatus(await session.patch("/api/v1/license_settings", { custom_keys: true }), 200);
	assert.deepEqual(await read("product_name,key\nTheirs,MYOWNKEY12\n"), { created: 1, errors: [] });
});

test("each bad cell is named with its line, and then nothing is made; the neighbour of each is taken", async () => {
	const { read, list } = await make();
	const KEY = "K7QF-9TWX-3HMP-A8ZZ";
	const bad = [
		["max_activations", "x,,,,101"], ["mode", "x,,,loose"], ["status", "x,,gone"], ["expires_at", "x,,,,,soon"], ["grace_days", "x,,,,,,366"], ["ip_locked", "x,,,,,,,perhaps"],
		["notes", `x,,,,,,,,,${"n".repeat(1001)}`], ["metadata", 'x,,,,,,,,,,"{""a"":{}}"'], ["metadata", "x,,,,,,,,,,nothing"], ["key", "x,K7QF-9TWX-3HMP-A8Z2"], ["product_name", `,${KEY}`], ["plan_key", "x,,,,,,,,gold"],
	];
	const head = "product_name,key,status,mode,max_activations,expires_at,grace_days,ip_locked,plan_key,notes,metadata";
	const { created, errors } = await read([head, 'fine,,,,,,,,,"two\nlines"', ...bad.map(([, row]) => row)].join("\n"));
	assert.equal(created, 0);
	assert.deepEqual(errors.map(({ line, field }) => [line, field]), bad.map(([field], i) => [i + 4, field]));	// behind two lines of one row
	assert.deepEqual(await list(), []);
	for (const [csv, field, line] of [["name\nx", "name", 1], ["product_name,product_name\nx,y", "product_name", 1], ["key\n2222-2222-2222-2222", "product_name", 1], ["product_name\nx,y", "", 2], ['product_name\n"x', "", 2], [`product_name,key\nx,${KEY}\ny,${KEY}`, "key", 3]]) {
		const said = await read(csv, { dry_run: true });
		assert.deepEqual([said.created, said.errors[0]?.field, said.errors[0]?.line], [0, field, line], csv);
	}
	const good = ["fine,,active,node_locked,100,2031-01-31T00:00:00Z,365,true,,n,\"{\"\"a\"\":1}\"", `more,${KEY}`];
	assert.deepEqual(await read(`\ufeff${[head, ...good].join("\r\n")}\r\n\r\n`), { created: 2, errors: [] });
	assert.deepEqual(await read("product_name;max_activations\nsemicolons;3"), { created: 1, errors: [] });
});

test("only who manages licenses takes them out or in as a file; both are recorded", async () => {
	const { owner, project, session, colleague } = await make();
	await license(owner, project);
	for (const [role, status] of [["manager", 403], ["admin", 200]]) {
		const someone = await colleague(role);
		expectStatus(await someone.get(`${AT}/export`), status);
		expectStatus(await someone.post(`${AT}/import`, { csv: "product_name\nx" }), status);
	}
	const rows = await server.sql.rows`SELECT action, changes FROM audit_events WHERE project_id = ${project.id} AND action IN ('license.exported', 'license.imported')`;
	assert.deepEqual(rows.map(({ action }) => action).sort(), ["license.exported", "license.imported"]);
	const { csv } = expectStatus(await session.get(`${AT}/export?search=Caf`), 200);
	assert.equal(csv.trim().split("\r\n").length, 2);
	assert.equal(expectStatus(await session.get(`${AT}/export?status=revoked`), 200).csv.trim(), HEAD);
	expectField(await session.get(`${AT}/export?cursor=x`), "cursor");
});

test("10,000 rows are taken and exported whole, more go on in a second file; one more row or octet than may be is refused; one key in five imports at once is there once", async () => {
	const { session, read } = await make();
	const rows = (count) => ["product_name", ...Array.from({ length: count }, (_, i) => `Café Pro ${i}`)].join("\n");
	expectField(await session.post(`${AT}/import`, { csv: rows(10001), dry_run: true }), "csv", "length");
	assert.deepEqual(await read(rows(10000)), { created: 10000, errors: [] });
	const { csv, next_cursor } = expectStatus(await session.get(`${AT}/export`), 200);
	assert.deepEqual([csv.trim().split("\r\n").length, next_cursor], [10001, null]);
	expectError(await session.post(`${AT}/import`, { csv: `product_name\n${"x".repeat(8 * 1024 * 1024)}` }), 413, "body_too_large");
	const keyed = await make();
	const answers = await atOnce(5, () => keyed.session.post(`${AT}/import`, { csv: "product_name,key\nOurs,K7QF-9TWX-3HMP-A8ZZ" }));
	assert.deepEqual(tally(answers), { 200: 5 });
	assert.equal(answers.filter(({ json }) => json.created === 1).length, 1);

	assert.deepEqual(await read(rows(2)), { created: 2, errors: [] });
	const first = expectStatus(await session.get(`${AT}/export`), 200);
	const second = expectStatus(await session.get(`${AT}/export?cursor=${first.next_cursor}`), 200);
	const keys = ({ csv }) => csv.trim().split("\r\n").slice(1).map((row) => row.split(",")[0]);
	assert.deepEqual([keys(first).length, keys(second).length, second.next_cursor], [10000, 2, null]);
	assert.equal(new Set([...keys(first), ...keys(second)]).size, 10002);
});
