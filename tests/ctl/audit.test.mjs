// gatehousectl audit verify, audit export: whole chains, and all chains.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedRows } from "../harness/chain.mjs";
import { auditEvent, makeId, ownServer, person } from "../harness/index.mjs";

const server = await ownServer();

async function make(rows) {
	const { org } = await person(server);
	for (let i = 0; i < rows; i++)
		await auditEvent(org, { project: org.defaultProject });
	await sealedRows(server, org.defaultProject.id);
	return { org, project: org.defaultProject };
}

const verdicts = (stdout) => Object.fromEntries(JSON.parse(stdout).data.map((one) => [one.chain, one]));

test("audit verify without a chain looks at all of them; one that was tampered with makes it fail and is named", async () => {
	const good = await make(3);
	const bad = await make(120);
	const before = verdicts((await server.ctl(["audit", "verify", "--json"])).stdout);
	assert.deepEqual([before[good.project.id].valid, before[bad.project.id].valid, before[bad.project.id].checked], [true, true, 120]);
	await server.sql.run`UPDATE audit_events SET target_label = 'changed' WHERE chain_id = ${bad.project.id} AND seq = 117`;
	const { stdout, stderr } = await server.ctl(["audit", "verify", "--json"], { expect: 2 });
	const after = verdicts(stdout);
	assert.deepEqual([after[good.project.id].valid, after[bad.project.id].valid, after[bad.project.id].first_bad_seq], [true, false, 117]);
	assert.match(stderr, /isn't what was sealed/);
	await server.ctl(["audit", "verify", good.project.id]);
	assert.match((await server.ctl(["audit", "verify", bad.project.id], { expect: 2 })).stdout, /117/);
});

test("audit verify --anchor finds a tail that was cut off", async () => {
	const { project } = await make(4);
	const [, , , last] = await sealedRows(server, project.id);
	const anchor = `4:${last.hash.toString("hex")}`;
	await server.ctl(["audit", "verify", project.id, "--anchor", anchor]);
	await server.sql.run`DELETE FROM audit_events WHERE chain_id = ${project.id} AND seq = 4`;
	const third = await server.sql.row`SELECT hash FROM audit_events WHERE chain_id = ${project.id} AND seq = 3`;
	await server.sql.run`UPDATE audit_chains SET seq = 3, hash = ${third.hash} WHERE chain_id = ${project.id}`;
	await server.ctl(["audit", "verify", project.id]);
	await server.ctl(["audit", "verify", project.id, "--anchor", anchor], { expect: 2 });
	for (const wrong of ["4", "4:zz", ":", "0:00"])
		assert.match((await server.ctl(["audit", "verify", project.id, "--anchor", wrong], { expect: 2 })).stderr, /--anchor/);
	assert.match((await server.ctl(["audit", "verify", "--anchor", anchor], { expect: 2 })).stderr, /name it/);
});

test("audit export prints more rows than a page holds, in both formats, and is recorded with the actor cli", async () => {
	const { org, project } = await make(130);
	const { stdout } = await server.ctl(["audit", "export", project.id]);
	const rows = stdout.trim().split("\n").map((line) => JSON.parse(line));
	assert.equal(rows.length, 130);
	assert.equal(new Set(rows.map(({ id }) => id)).size, 130);
	const csv = (await server.ctl(["audit", "export", project.id, "--format", "csv"])).stdout.split("\r\n");
	assert.equal(csv.length, 132);
	assert.match(csv[0], /^seq,id,chain,/);
	const recorded = await server.sql.rows`SELECT actor_kind, target_id, changes FROM audit_events WHERE chain_id = ${org.id} AND action = 'audit.exported'`;
	assert.deepEqual(recorded, Array(2).fill({ actor_kind: "cli", target_id: project.id, changes: "{\"rows\":[null,130]}" }));
});

test("what is no chain is refused", async () => {
	const { project } = await make(1);
	for (const command of ["verify", "export"])
		assert.match((await server.ctl(["audit", command, "usr_0000000000000000"], { expect: 2 })).stderr, /no organization's or project's id/);
	assert.match((await server.ctl(["audit", "export", makeId("prj")], { expect: 2 })).stderr, /no audit events/);
	assert.match((await server.ctl(["audit", "export"], { expect: 2 })).stderr, /needs CHAIN/);
	await server.ctl(["audit", "export", project.id]);
});
