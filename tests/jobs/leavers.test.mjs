// People whose time is over: deletions that were asked for, anonymous people who never came back, empty rows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, ownServer, person, projectUser, sqlTime, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer({ jobs: false });

async function workUntil(what, ask) {
	server.startJobs();
	await until(what, ask);
	await stop(server.jobs, { patience_ms: 10000 });
}

const statusOf = async (user) => (await user.row())?.status ?? "gone";

test("U-34 U-27 who asked to go and stayed away, anonymous people past their project's age; nobody else", async () => {
	const owner = await person(server);
	const [project, keeper] = [await owner.org.project(), await owner.org.project()];
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${keeper.id}, 'sign_in', '{"anonymous_max_age_days":0}', 1, NOW(3))`;
	const pending = { status: "deletion_pending" };
	const due = await projectUser(server, project, { ...pending, delete_at: sqlTime(-1000) });
	const banned = await projectUser(server, project, { status: "banned", delete_at: sqlTime(-1000) });
	const waiting = await projectUser(server, project, { ...pending, delete_at: sqlTime(DAY) });
	const back = await projectUser(server, project);
	const empty = await projectUser(server, project, { email: null, status: "deleted", delete_at: sqlTime(-1000) });
	const fresh = await projectUser(server, project, { email: null, status: "deleted", delete_at: sqlTime(DAY) });
	const anonymous = (place, ago_ms) => projectUser(server, place, { email: null, is_anonymous: true, created_at: sqlTime(-ago_ms) });
	const [old, young, kept] = [await anonymous(project, 31 * DAY), await anonymous(project, 29 * DAY), await anonymous(keeper, 400 * DAY)];
	await due.session();

	await workUntil("they are gone", async () => (await statusOf(due)) === "deleted" && (await statusOf(banned)) === "deleted" && (await statusOf(old)) === "deleted" && (await statusOf(empty)) === "gone");
	assert.deepEqual(await Promise.all([waiting, back, fresh, young, kept].map(statusOf)), ["deletion_pending", "active", "deleted", "active", "active"]);
	assert.equal((await due.row()).email, null);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${due.id}`, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.deleted'`, 3);
	await projectUser(server, project, { email: due.email });
});

test("U-31 the last owner of an organization stays and is asked again tomorrow; who is none goes", async () => {
	const sole = await person(server);
	const other = await sole.org.member("member");
	for (const { id } of [sole, other])
		await server.sql.run`UPDATE users SET status = 'deletion_pending', delete_at = NOW(3) - INTERVAL 1 SECOND WHERE id = ${id}`;
	const row = (who) => server.sql.row`SELECT status, delete_at > NOW(3) + INTERVAL 23 HOUR AS tomorrow FROM users WHERE id = ${who.id}`;
	await workUntil("one has gone, the other waits", async () => (await row(other)).status === "deleted" && (await row(sole)).tomorrow === 1);
	assert.equal((await row(sole)).status, "deletion_pending");
	assert.equal(await sole.role(), "owner");
});
