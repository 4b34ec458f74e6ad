// What becomes of a plan is told once each (licensing.md rule 18 and section 7).

import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, DAY, expectStatus, fromNow, ownServer, person, plan, setClock, until, user } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer();

/** A job worker looks at plans when it starts, and every minute. */
async function goTo(offset_ms) {
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
}

test("a trial's end is told three days before, then that it is past due, then expired; a cancellation and an expiry at their time; each once", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	await plan(owner, project, { plan_key: "pro", trial_days: 10 });
	const [trial, canceled, ended, steady] = await Promise.all(Array.from({ length: 4 }, () => user(project, { server })));
	await assign(owner, project, trial, { plan_key: "pro", trial: true });
	await assign(owner, project, canceled, { plan_key: "pro", trial: true });
	expectStatus(await session.delete(`/api/v1/users/${canceled.id}/plan?at_period_end=true`), 200);
	await assign(owner, project, ended, { plan_key: "pro", expires_at: fromNow(9 * DAY, server) });
	await assign(owner, project, steady, { plan_key: "pro" });
	const told = async ({ id }) => (await server.sql.query(`SELECT action FROM audit_events WHERE target_id = '${id}' AND action LIKE 'plan.%' AND actor_kind = 'system' ORDER BY id`)).map(({ action }) => action.slice(5)).join(" ");
	await goTo(7 * DAY + 1000);
	await until("the trial's end is told", async () => await told(trial) === "trial_ending" && await told(canceled) === "trial_ending");
	assert.equal(await told(ended), "");
	await goTo(10 * DAY + 1000);
	await until("it is past due", async () => await told(trial) === "trial_ending past_due" && await told(canceled) === "trial_ending canceled" && await told(ended) === "expired");
	await goTo(13 * DAY + 1000);
	await until("it has expired", async () => await told(trial) === "trial_ending past_due expired");
	await goTo(20 * DAY);
	const later = await user(project, { server });
	await assign(owner, project, later, { plan_key: "pro", expires_at: fromNow(1000, server) });
	await goTo(21 * DAY);
	await until("another one is told", async () => await told(later) === "expired");
	assert.deepEqual([await told(trial), await told(canceled), await told(ended), await told(steady)], ["trial_ending past_due expired", "trial_ending canceled", "expired", ""]);
	const data = JSON.parse(await server.sql.value`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'plan.past_due'`);
	assert.deepEqual([data.plan_key, data.status, data.subject_id], ["pro", "past_due", trial.id]);
});
