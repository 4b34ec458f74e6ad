// Pages of rows so large that a whole page wouldn't fit: they end early and go on, and no row is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

/** Every page of a list: how many rows each had, and the ids of all. */
async function pages(client, target) {
	const sizes = [];
	const ids = [];
	for (let cursor = ""; ;) {
		const page = expectStatus(await client.get(`${target}${target.includes("?") ? "&" : "?"}limit=100${cursor}`), 200);
		sizes.push(page.data.length);
		ids.push(...page.data.map(({ id }) => id));
		if (!page.next_cursor)
			return { sizes, ids };
		cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
	}
}

test("audit rows of 120 kB each: all of them come, in more pages than their number asks for", async () => {
	const owner = await person(server);
	const changes = JSON.stringify({ redirect_uris: [["x".repeat(60000)], ["y".repeat(60000)]] });
	const rows = Array.from({ length: 40 }, (_, i) => `('${owner.project.id}', 'aud_${String(i).padStart(16, "0")}', '${owner.org.id}', '${owner.project.id}',
		'project.updated', 'user', '${owner.id}', 'x', 'project', '${owner.project.id}', 'x', 'ok', '${changes}', 'x', 'req_0000000000000000', NOW(3))`);
	for (let i = 0; i < rows.length; i += 10)
		await server.sql.query(`INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id,
			target_label, result, changes, user_agent, request_id, occurred_at) VALUES ${rows.slice(i, i + 10).join(", ")}`);
	const session = await owner.session();
	const { sizes, ids } = await pages(session, "/api/v1/audit_events");
	assert.equal(new Set(ids).size, 40);
	assert.equal(ids.length, 40);
	assert.deepEqual(ids, [...ids].sort().reverse());
	assert.ok(sizes.length > 3, `it took ${sizes.length} pages`);
});

test("small rows fill their page to the limit", async () => {
	const owner = await person(server);
	for (let i = 0; i < 5; i++)
		await owner.org.project();
	const { sizes } = await pages(await owner.session(), "/api/v1/projects");
	assert.deepEqual(sizes, [6]);
});
