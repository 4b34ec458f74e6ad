// POST /projects/{id}/reset: settings as on the first day, everybody and everything else stays (tenancy rule 22).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, operator, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const settingsOf = ({ id }) => server.sql.value`SELECT (SELECT COUNT(*) FROM area_settings WHERE project_id = ${id})
	+ (SELECT COUNT(*) FROM mail_templates WHERE project_id = ${id}) + (SELECT COUNT(*) FROM social_providers WHERE project_id = ${id})`;

/** Something of each kind that a reset clears. */
async function furnish({ id }) {
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${id}, 'sign_in', '{"sign_up":"closed"}', 1, NOW(3))`;
	await server.sql.run`INSERT INTO mail_templates (project_id, slug, locale, category, name, subject, body, version, updated_at)
		VALUES (${id}, 'magic-link', 'en', 'auth', 'Magic link', 'Come in', '{{url}}', 1, NOW(3))`;
	await server.sql.run`INSERT INTO social_providers (project_id, provider, is_enabled, body, secret_sealed, version) VALUES (${id}, 'github', TRUE, '{}', NULL, 1)`;
}

async function make() {
	const owner = await person(server);
	const project = await owner.org.project({ redirect_uris: ["https://shop.example.com/callback", "https://shop.example.com/other"] });
	await furnish(project);
	return { owner, project, session: await owner.session(), at: `/api/v1/projects/${project.id}` };
}

test("settings and redirect URIs go back to the first day; clients, secrets, keys and audit rows stay; recorded", async () => {
	const { owner, project, session, at } = await make();
	const key = await owner.org.key({ project });
	const other = await owner.org.project({ redirect_uris: ["https://other.example.com/callback"] });
	await furnish(other);
	const client = `/api/v1/clients/${project.clientId}`;
	const headers = { "X-Project-Id": project.id };
	expectStatus(await session.post(`${client}/rotate_secret`, {}, { headers }), 200);
	const before = (await session.get(at)).headers.etag;
	expectStatus(await session.post(`${at}/reset`, { confirm: "RESET" }), 204);
	const after = await session.get(at);
	assert.deepEqual(expectStatus(after, 200).redirect_uris, ["http://localhost/callback"]);
	assert.notEqual(after.headers.etag, before);
	assert.equal(await settingsOf(project), 0);
	assert.equal(await settingsOf(other), 3, "another project's stay");
	assert.deepEqual(expectStatus(await session.get(`/api/v1/projects/${other.id}`), 200).redirect_uris, ["https://other.example.com/callback"]);
	assert.equal(expectStatus(await session.get(client, { headers }), 200).secrets.length, 1);
	expectStatus(await key.get("/api/v1/whoami"), 200);
	const row = await server.sql.row`SELECT actor_id, changes FROM audit_events WHERE chain_id = ${project.id} AND action = 'project.reset'`;
	assert.equal(row.actor_id, owner.id);
	assert.deepEqual(JSON.parse(row.changes), { settings: [1, 0], mail_templates: [1, 0], social_providers: [1, 0], redirect_uris: ["https://shop.example.com/callback https://shop.example.com/other", "http://localhost/callback"] });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'client.secret_rotated'`, 1);
});

test("without the word RESET: 422, and nothing changes", async () => {
	const { project, session, at } = await make();
	for (const confirm of ["reset", "", project.slug])
		expectField(await session.post(`${at}/reset`, { confirm }), "confirm", "mismatch");
	expectField(await session.post(`${at}/reset`, {}), "confirm", "required");
	assert.equal(await settingsOf(project), 3);
	expectStatus(await session.post(`${at}/reset`, { confirm: "RESET" }), 204);
	assert.equal(await settingsOf(project), 0);
});

test("the console is never reset, not by its operators either", async () => {
	const { session: stranger } = await make();
	const boss = await (await operator(server)).session();
	const at = `/api/v1/projects/${server.consoleId}/reset`;
	expectField(await boss.post(at, { confirm: "RESET" }), "confirm", "console_never_reset");
	expectError(await stranger.post(at, { confirm: "RESET" }), 404, "not_found");
});
