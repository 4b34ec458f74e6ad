// Sealing: seq and hash come within seconds, are what rule 38 says, and have no gaps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { firstBroken, linkHash, sealedRows } from "../../harness/chain.mjs";
import { atOnce, auditEvent, expectStatus, person, sharedServer, until } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server, { name: "Zoë </script> \u2028 😀" });
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

test("T-38 an audit event is shown unsealed at first or sealed already, and then with seq and hash", async () => {
	const { project, session } = await make();
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "\"Ärger\" & \\ 😀" }), 200);
	const event = await until("it is sealed", async () => {
		const [one] = expectStatus(await session.get("/api/v1/audit_events"), 200).data;
		assert.equal(one.seq === null, one.hash === null, "both or neither");
		return one.seq === null ? null : one;
	});
	assert.equal(event.seq, 1);
	assert.match(event.hash, /^[0-9a-f]{64}$/);
	const [row] = await sealedRows(server, project.id);
	assert.equal(linkHash(Buffer.alloc(32), row).toString("hex"), event.hash);
	assert.notEqual(linkHash(Buffer.alloc(32, 1), row).toString("hex"), event.hash, "the previous hash counts");
});

test("T-38 organization and project have a chain each; rows that come at once are 1, 2, 3 …", async () => {
	const { org, project, session } = await make();
	await atOnce(8, (i) => session.patch(`/api/v1/projects/${project.id}`, { description: `Line ${i}\nsecond` }));
	await atOnce(3, (i) => session.patch(`/api/v1/orgs/${org.id}`, { description: `Text ${i}` }));
	const rows = await sealedRows(server, project.id);
	assert.deepEqual(rows.map(({ seq }) => Number(seq)), [1, 2, 3, 4, 5, 6, 7, 8]);
	assert.equal(await firstBroken(server, project.id), null);
	assert.equal((await sealedRows(server, org.id)).length, 3);
	assert.equal(await firstBroken(server, org.id), null);
});

test("a row whose transaction took its time is sealed later, after rows with larger ids", async () => {
	const { org, project } = await make();
	const slow = `aud_${"0".repeat(16)}`;
	await auditEvent(org, { project });
	await sealedRows(server, project.id);
	await auditEvent(org, { project, id: slow });
	const rows = await sealedRows(server, project.id);
	assert.deepEqual(rows.map((row) => row.id === slow), [false, true]);
	assert.equal(await firstBroken(server, project.id), null);
});

test("more rows than one batch holds are sealed in the order of their ids", async () => {
	const { org, project } = await make();
	const ids = [];
	for (let i = 0; i < 130; i++)
		ids.push((await auditEvent(org, { project, changes: JSON.stringify({ name: [null, `${i}`] }) })).id);
	const rows = await sealedRows(server, project.id);
	assert.equal(rows.length, 130);
	assert.deepEqual(rows.map(({ seq }) => Number(seq)), ids.map((_, i) => i + 1));
	assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(ids));
	assert.equal(await firstBroken(server, project.id), null);
});
