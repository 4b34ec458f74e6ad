// What goes for good: deleted projects and organizations after a week, table by table, and rows that time has overtaken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, digest, HOUR, makeId, ownServer, person, sqlTime, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer({ jobs: false });

/** One round of the workers over what is there now. */
async function workUntil(what, ask) {
	server.startJobs();
	await until(what, ask);
	await stop(server.jobs, { patience_ms: 10000 });
}

/** Every table with a row that names this project or organization. */
async function tablesWith(column, id) {
	const names = await server.sql.rows`SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t
		ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = 'gatehouse' AND c.column_name = ${column} AND t.table_type = 'BASE TABLE'`;
	const found = [];
	for (const { name } of names)
		if ((await server.sql.query(`SELECT COUNT(*) AS n FROM ${name} WHERE ${column} = '${id}'`))[0].n > 0)
			found.push(name);
	return found.sort();
}

async function fill(owner, project) {
	const { sql } = server;
	await owner.org.key({ project });
	await sql.run`INSERT INTO project_members (project_id, user_id, org_id, role, created_at, updated_at)
		VALUES (${project.id}, ${owner.id}, ${owner.org.id}, 'viewer', ${sqlTime()}, ${sqlTime()})`;
	const user = makeId("usr");
	await sql.run`INSERT INTO users (project_id, id, email, email_key, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		VALUES (${project.id}, ${user}, 'u@example.com', 'u@example.com', 'U', '{}', 'active', FALSE, ${digest(user)}, 0, 1, ${sqlTime()}, ${sqlTime()})`;
	await sql.run`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at, created_at, last_seen_at, expires_at)
		VALUES (${project.id}, ${makeId("ses")}, ${user}, ${digest(project.id)}, 'web_user', 'password', 'pwd', 1, ${sqlTime()}, ${sqlTime()}, ${sqlTime()}, ${sqlTime(DAY)})`;
	await sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', '{}', 1, ${sqlTime()})`;
	const events = Array.from({ length: 1200 }, () => `('${project.id}', '${makeId("evt")}', 'project.updated', 'system', '-', '{}', '${sqlTime()}')`);
	const columns = (await sql.rows`SELECT column_name AS name, is_nullable AS nullable, column_default AS def FROM information_schema.columns
		WHERE table_schema = 'gatehouse' AND table_name = 'events'`).filter(({ nullable, def }) => nullable === "NO" && def === null).map(({ name }) => name);
	assert.deepEqual(columns.sort(), ["created_at", "data", "id", "project_id", "source", "source_key", "type"]);
	await sql.query(`INSERT INTO events (project_id, id, type, source, source_key, data, created_at) VALUES ${events.join(",")}`);
	// Held by somebody, so that the fan-out leaves them where they are.
	await sql.query(`INSERT INTO event_queue (project_id, event_id, claimed_by, lease_until) SELECT project_id, id, 'tests', '${sqlTime(DAY)}' FROM events WHERE project_id = '${project.id}'`);
	await sql.run`INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, user_agent, request_id, occurred_at)
		VALUES (${project.id}, ${makeId("aud")}, ${owner.org.id}, ${project.id}, 'project.updated', 'system', '', '', 'project', ${project.id}, 'P', 'ok', '{}', '', '', ${sqlTime()})`;
}

const markDeleted = (id, ago_ms) => server.sql.run`UPDATE projects SET status = 'deleted', slug = id, deleted_at = ${sqlTime(-ago_ms)} WHERE id = ${id}`;
const hasProject = async (id) => (await server.sql.value`SELECT COUNT(*) FROM projects WHERE id = ${id}`) > 0;

test("a project deleted a week ago is purged in batches, its neighbours and its audit rows stay", async () => {
	const owner = await person(server);
	const gone = await owner.org.project();
	const young = await owner.org.project();
	const alive = await owner.org.project();
	for (const project of [gone, young, alive])
		await fill(owner, project);
	const counts = async (id) => {
		const all = {};
		for (const name of await tablesWith("project_id", id))
			all[name] = (await server.sql.query(`SELECT COUNT(*) AS n FROM ${name} WHERE project_id = '${id}'`))[0].n;
		return all;
	};
	const before = await counts(alive.id);
	assert.ok(Object.keys(before).length >= 11, JSON.stringify(before));
	assert.equal(before.events, 1200);
	await markDeleted(gone.id, 7 * DAY + HOUR);
	await markDeleted(young.id, 7 * DAY - HOUR);
	await workUntil("the project is gone", async () => !(await hasProject(gone.id)));
	assert.deepEqual(await tablesWith("project_id", gone.id), ["audit_events"]);
	assert.deepEqual(await counts(alive.id), before);
	assert.deepEqual(await counts(young.id), before);
	assert.equal(await hasProject(young.id), true);
});

test("a deleted organization goes with everything but its audit rows; another's members stay", async () => {
	const owner = await person(server);
	const other = await person(server);
	await owner.org.member("viewer");
	const project = await owner.org.project();
	await fill(owner, project);
	await owner.token();
	const { id } = owner.org;
	await server.sql.run`INSERT INTO audit_events (chain_id, id, org_id, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, user_agent, request_id, occurred_at)
		VALUES (${id}, ${makeId("aud")}, ${id}, 'org.deleted', 'system', '', '', 'org', ${id}, 'O', 'ok', '{}', '', '', ${sqlTime()})`;
	for (const { id: projectId } of await server.sql.rows`SELECT id FROM projects WHERE org_id = ${id}`)
		await markDeleted(projectId, 8 * DAY);
	await server.sql.run`UPDATE orgs SET status = 'deleted', slug = id, default_project_id = NULL, deleted_at = ${sqlTime(-8 * DAY)} WHERE id = ${id}`;
	await workUntil("the organization is gone", async () => (await server.sql.value`SELECT COUNT(*) FROM orgs WHERE id = ${id}`) === 0);
	assert.deepEqual(await tablesWith("org_id", id), ["audit_events"]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${other.org.id}`, 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE id = ${owner.id}`, 1, "the person has an account still");
});

test("the workers may stop in the middle: the next ones go on", async () => {
	const owner = await person(server);
	const project = await owner.org.project();
	await fill(owner, project);
	await server.sql.query(`INSERT INTO events (project_id, id, type, source, source_key, data, created_at)
		SELECT project_id, CONCAT('evt_', LPAD(CONV(seq, 10, 36), 16, '0')), type, source, source_key, data, created_at FROM events
		JOIN (SELECT seq FROM seq_1_to_20000) s WHERE id = (SELECT MAX(id) FROM events WHERE project_id = '${project.id}') AND project_id = '${project.id}'`);
	await markDeleted(project.id, 8 * DAY);
	const left = () => server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id}`;
	const all = await left();
	await workUntil("the purge has begun", async () => (await left()) < all);
	assert.ok(await hasProject(project.id), "it was stopped in the middle");
	assert.ok((await left()) > 0);
	await workUntil("the project is gone", async () => !(await hasProject(project.id)));
	assert.equal(await left(), 0);
});

test("rows that time has overtaken go, the others stay", async () => {
	const owner = await person(server);
	const { sql } = server;
	const project = owner.org.defaultProject.id;
	const ids = { old: {}, young: {} };
	for (const [age, ms] of [["old", -31 * DAY], ["young", HOUR]]) {
		const at = sqlTime(ms);
		await sql.run`INSERT INTO idempotency_keys (actor_id, idempotency_key, request_digest, has_secret, expires_at) VALUES (${owner.id}, ${age}, ${digest(age)}, FALSE, ${at})`;
		await sql.run`INSERT INTO one_time_tokens (project_id, token_digest, purpose, expires_at) VALUES (${project}, ${digest(age)}, 'reset', ${at})`;
		await sql.run`INSERT INTO flows (project_id, id, kind, transport, state, version, binding_digest, code_tries, data_sealed, expires_at)
			VALUES (${project}, ${ids[age].flow = makeId("flw")}, 'sign_in', 'cookie', 'identify', 1, ${digest(age)}, 0, 'x', ${at})`;
		await sql.run`INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at) VALUES (${project}, 'account', ${digest(age)}, 1, ${at})`;
		await sql.run`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at, created_at, last_seen_at, expires_at)
			VALUES (${server.consoleId}, ${ids[age].session = makeId("ses")}, ${owner.id}, ${digest(`${age}${owner.id}`)}, 'web_user', 'password', 'pwd', 1, ${at}, ${at}, ${at}, ${at})`;
	}
	await sql.run`INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at, blocked_until_at) VALUES (${project}, 'account', ${digest("blocked")}, 100, ${sqlTime(-31 * DAY)}, ${sqlTime(HOUR)})`;
	// Made two months ago by its id, ended then; and one that has ended lately.
	const oldId = `ses_${(BigInt(Date.now() - 60 * DAY) * 28274847169n).toString(36).padStart(16, "0")}`;
	for (const [id, ended] of [[oldId, -40 * DAY], [`${oldId.slice(0, -1)}${oldId.endsWith("z") ? "y" : "z"}`, -2 * DAY]])
		await sql.run`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at, created_at, last_seen_at, expires_at, revoked_at)
			VALUES (${server.consoleId}, ${id}, ${owner.id}, ${digest(id)}, 'web_user', 'password', 'pwd', 1, ${sqlTime()}, ${sqlTime()}, ${sqlTime()}, ${sqlTime(DAY)}, ${sqlTime(ended)})`;
	await workUntil("the last kind has had its turn", async () => (await sql.value`SELECT COUNT(*) FROM sessions WHERE id = ${oldId}`) === 0);
	assert.deepEqual((await sql.rows`SELECT idempotency_key AS k FROM idempotency_keys WHERE actor_id = ${owner.id}`).map(({ k }) => k), ["young"]);
	assert.equal(await sql.value`SELECT COUNT(*) FROM one_time_tokens WHERE project_id = ${project}`, 1);
	assert.deepEqual((await sql.rows`SELECT id FROM flows WHERE project_id = ${project}`).map(({ id }) => id), [ids.young.flow]);
	assert.equal(await sql.value`SELECT COUNT(*) FROM sign_in_throttles WHERE project_id = ${project}`, 2);
	assert.deepEqual((await sql.rows`SELECT id FROM sessions WHERE user_id = ${owner.id} AND revoked_at IS NULL`).map(({ id }) => id), [ids.young.session]);
	assert.equal(await sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${owner.id} AND revoked_at IS NOT NULL`, 1);
});
