// Applications that registered themselves and aren't used are removed: no token in 30 days, or none any more in a year (oauth.md rule 35).

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, expectOAuthError, grant, MINUTE, ownServer, projectUser, setClock, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";
import { refresh } from "../api/oauth/oauth.mjs";
import { openProject, registered } from "../api/oauth/register.mjs";

const server = await ownServer();
const project = await openProject(server, { type: "hybrid" });
const later = await openProject(server, { type: "hybrid" });
const isThere = async ({ client_id }) => Number(await server.sql.value`SELECT COUNT(*) FROM clients WHERE id = ${client_id}`) === 1;

/** A job worker looks at registrations when it starts, by project: when one of the later project is gone, so is all that was due. */
async function lookAt(offset_ms) {
	const last = await registered(server, later);
	await server.sql.run`UPDATE clients SET created_at = created_at - INTERVAL 31 DAY WHERE id = ${last.client_id}`;
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
	await until("the round is over", async () => !(await isThere(last)), { patience_ms: 20000 });
}

test("a document's client that nobody uses goes the same way; an address at which there was nothing is forgotten after a day", async () => {
	const open = await openProject(server, { type: "hybrid" });
	const [unused, used] = [await registered(server, open), await registered(server, open)];
	await server.sql.run`UPDATE clients SET source = 'cimd', created_at = created_at - INTERVAL 31 DAY WHERE project_id = ${open.id} AND source = 'dcr'`;
	await server.sql.run`UPDATE clients SET last_used_at = NOW(3) WHERE id = ${used.client_id}`;
	for (const [name, state, hours] of [["old", "failed", 25], ["new", "failed", 23], ["good", "ok", 25]])
		await server.sql.run`INSERT INTO client_documents (project_id, url_digest, url, kind, state, fetched_at)
			VALUES (${open.id}, ${name}, ${`https://${name}.example.com/c`}, 'client', ${state}, NOW(3) - INTERVAL ${hours} HOUR)`;
	await lookAt(0);
	assert.deepEqual([await isThere(unused), await isThere(used)], [false, true]);
	const left = async () => (await server.sql.rows`SELECT CONVERT(url_digest USING utf8mb4) AS name FROM client_documents WHERE project_id = ${open.id} ORDER BY 1`).map(({ name }) => name);
	await until("the address is forgotten", async () => (await left()).length < 3, { patience_ms: 20000 });
	assert.deepEqual(await left(), ["good", "new"]);
});

test("never used: gone after 30 days; used: a year after the last time; with secrets and grants, each told once; others stay", async () => {
	const [unused, used, kept] = [await registered(server, project), await registered(server, project), await registered(server, project)];
	const user = await projectUser(server, project);
	await grant(project, user.id, { server, clientId: used.client_id });
	await server.sql.run`UPDATE clients SET last_used_at = NOW(3) WHERE id = ${used.client_id}`;
	await server.sql.run`UPDATE clients SET last_used_at = NOW(3) + INTERVAL 200 DAY WHERE id = ${kept.client_id}`;
	await server.sql.run`UPDATE clients SET created_at = created_at - INTERVAL 400 DAY WHERE id = ${project.clientId}`;
	const left = () => Promise.all([unused, used, kept, { client_id: project.clientId }].map(isThere));

	/* Whose end is told, in the last month. */
	const told = async () => {
		const since = new Date(Date.now() + server.offset_ms - 30 * DAY);
		const events = await server.sql.rows`SELECT subject_id AS id FROM events WHERE project_id = ${project.id} AND type = 'client.expired' AND created_at > ${since}`;
		const audited = await server.sql.rows`SELECT target_id AS id FROM audit_events WHERE project_id = ${project.id} AND action = 'client.expired' AND actor_kind = 'system' AND occurred_at > ${since}`;
		assert.deepEqual(events, audited);
		return events.map(({ id }) => id);
	};

	await lookAt(30 * DAY - MINUTE);
	assert.deepEqual(await left(), [true, true, true, true]);
	await lookAt(30 * DAY + MINUTE);
	assert.deepEqual(await left(), [false, true, true, true]);
	assert.deepEqual(await told(), [unused.client_id]);
	await lookAt(30 * DAY + 2 * MINUTE);
	assert.deepEqual(await told(), [unused.client_id], "once");
	await lookAt(365 * DAY + MINUTE);
	assert.deepEqual(await left(), [false, false, true, true]);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM grants WHERE client_id = ${used.client_id}`), 0);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM client_secrets WHERE client_id = ${unused.client_id}`), 0);
	expectOAuthError(await refresh(server, { ...project, clientId: used.client_id, secret: used.client_secret }, "rt_x"), 401, "invalid_client");
	assert.deepEqual(await told(), [used.client_id]);
});
