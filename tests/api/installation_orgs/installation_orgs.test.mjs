// /installation/orgs: what operators see of every organization, and suspending one (tenancy.md 4.5, TN-10).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, inviteCode, makeId, makeSlug, operator, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/installation/orgs";

async function make() {
	const owner = await person(server, { orgName: makeSlug("Tenant") });
	return { owner, org: owner.org, boss: await (await operator(server)).session() };
}

test("only owners and admins of the operator organization, acting in it", async () => {
	const { owner, org, boss } = await make();
	const target = `${AT}/${org.id}`;
	const admin = await (await operator(server, { role: "admin" })).session();
	for (const client of [await (await operator(server, { role: "manager" })).session(), await owner.session()]) {
		expectError(await client.get(AT), 403, "forbidden");
		expectError(await client.patch(target, { status: "suspended" }), 403, "forbidden");
	}
	const both = await operator(server);
	await both.join(org, "owner");
	expectError(await (await both.session()).get(AT, { headers: { "X-Org-Id": org.id } }), 403, "forbidden");
	expectError(await boss.patch(`${AT}/${makeId("org")}`, { status: "suspended" }), 404, "not_found");
	assert.equal(await server.sql.value`SELECT status FROM orgs WHERE id = ${org.id}`, "active");
	expectStatus(await admin.get(AT), 200);
	expectStatus(await boss.patch(target, { status: "suspended" }), 200);
});

test("the list has every organization with its number of members; q and status filter", async () => {
	const { org, boss } = await make();
	await org.member("viewer");
	const find = async (query) => expectStatus(await boss.get(`${AT}?${query}`), 200).data;
	for (const q of [org.name, org.slug, org.id]) {
		const [found, ...more] = await find(`q=${q}`);
		assert.deepEqual([found.id, found.member_count, found.status, found.plan, found.role, more.length], [org.id, 2, "active", null, null, 0]);
	}
	assert.deepEqual(await find("q=%E6%9D%8E%E6%9D%8E"), []);
	assert.deepEqual(await find(`q=${org.slug}&status=suspended`), []);
	expectStatus(await boss.patch(`${AT}/${org.id}`, { status: "suspended" }), 200);
	assert.equal((await find(`q=${org.slug}&status=suspended`)).length, 1);
	await server.sql.run`UPDATE orgs SET status = 'deleted' WHERE id = ${org.id}`;
	assert.deepEqual(await find(`q=${org.slug}`), []);
});

test("TN-10 suspended: every credential of it gets 403 org_suspended at once, but for reading it and leaving; resumed: all works", async () => {
	const { owner, org, boss } = await make();
	const member = await org.member("viewer");
	const { code } = await inviteCode(org);
	const clients = [await owner.session(), await owner.token(), await org.key(), await org.key({ project: org.defaultProject })];
	for (const client of clients)
		expectStatus(await client.get("/api/v1/projects"), 200);
	const suspended = expectStatus(await boss.patch(`${AT}/${org.id}`, { status: "suspended" }), 200);
	assert.equal(suspended.status, "suspended");
	for (const client of clients) {
		expectError(await client.get("/api/v1/projects"), 403, "org_suspended");
		assert.equal(expectStatus(await client.get(`/api/v1/orgs/${org.id}`), 200).status, "suspended");
	}
	expectError(await clients[0].post("/api/v1/invitations", { kind: "code", role: "viewer" }), 403, "org_suspended");
	expectError(await (await (await person(server)).session()).post("/api/v1/orgs/join", { code }), 404, "not_found");
	expectStatus(await (await member.session()).delete("/api/v1/members/me"), 204);
	expectStatus(await boss.patch(`${AT}/${org.id}`, { status: "active" }), 200);
	for (const client of clients)
		expectStatus(await client.get("/api/v1/projects"), 200);
	expectStatus(await (await (await person(server)).session()).post("/api/v1/orgs/join", { code }), 201);
});

test("recorded in the organization's chain once for each change, with who did it", async () => {
	const { org, boss } = await make();
	for (const status of ["suspended", "suspended", "active", "active"])
		expectStatus(await boss.patch(`${AT}/${org.id}`, { status }), 200);
	const rows = await server.sql.rows`SELECT action, actor_kind, changes FROM audit_events WHERE chain_id = ${org.id} AND action IN ('org.suspended', 'org.resumed') ORDER BY id`;
	assert.deepEqual(rows.map(({ action, actor_kind, changes }) => [action, actor_kind, JSON.parse(changes)]), [
		["org.suspended", "user", { status: ["active", "suspended"] }], ["org.resumed", "user", { status: ["suspended", "active"] }],
	]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${org.defaultProject.id} AND type LIKE 'org.%'`, 2);
});

test("the operator organization: 409; a plan that the console lacks: 422; If-Match", async () => {
	const { org, boss } = await make();
	expectError(await boss.patch(`${AT}/${server.operatorOrgId}`, { status: "suspended" }), 409, "cannot_suspend_operator_org");
	expectField(await boss.patch(`${AT}/${org.id}`, { plan: "gold", status: "suspended" }), "plan", "unknown_plan");
	expectField(await boss.patch(`${AT}/${org.id}`, { status: "deleted" }), "status", "enum");
	expectError(await boss.patch(`${AT}/${org.id}`, {}), 422, "validation_failed");
	const first = await boss.patch(`${AT}/${org.id}`, { plan: null });
	assert.deepEqual([expectStatus(first, 200).plan, first.json.status], [null, "active"]);
	expectStatus(await boss.patch(`${AT}/${org.id}`, { status: "suspended" }, { headers: { "If-Match": first.headers.etag } }), 200);
	expectError(await boss.patch(`${AT}/${org.id}`, { status: "active" }, { headers: { "If-Match": first.headers.etag } }), 412, "precondition_failed");
	assert.equal(await server.sql.value`SELECT status FROM orgs WHERE id = ${org.id}`, "suspended");
});
