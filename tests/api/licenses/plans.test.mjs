// Licenses of a plan: what programs are told of it, and how it is set, found and carried along (licensing.md sections 2 and 4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, Client, expectField, expectStatus, license, person, planWith, proven, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/licenses";

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }) };
}

test("a license of a plan tells its features, each under the signature; one of none tells null", async () => {
	const { owner, project, session } = await make();
	await planWith(server, project, "pro", { export: true, api: false, seats: 5, storage: null });
	await server.sql.run`INSERT INTO features (project_id, id, feature_key, type, default_value, version, created_at, updated_at) VALUES (${project.id}, 'fea_0000000000000000', 'beta', 'limit', 3, 1, '2026-01-01', '2026-01-01')`;
	const one = await license(owner, project, { plan_key: "pro" });
	assert.equal(one.plan_key, "pro");
	const answer = await ask(server, project, one);
	const [key] = expectStatus(await session.get("/api/v1/license_signing_keys"), 200).data;
	assert.deepEqual(proven(answer, key.public_key).features, { api: false, beta: 3, export: true, seats: 5, storage: null });
	assert.equal((await ask(server, project, await license(owner, project))).features, null);
	expectStatus(await session.patch(`${AT}/${one.id}`, { plan_key: null, max_activations: 3 }), 200);
	assert.equal((await ask(server, project, one)).features, null);
	expectStatus(await session.patch(`${AT}/${one.id}`, { plan_key: "pro" }), 200);
	await server.sql.run`DELETE FROM features WHERE project_id = ${project.id}`;
	assert.deepEqual((await ask(server, project, one)).features, {});
});

test("a plan is one of this project's; the list and the export find licenses by it, an import takes it", async () => {
	const { owner, project, session } = await make();
	const stranger = await make();
	await planWith(server, project, "pro", {});
	await planWith(server, stranger.project, "theirs", {});
	const one = await license(owner, project, { plan_key: "pro" });
	await license(owner, project);
	expectField(await session.post(AT, { product_name: "x", plan_key: "theirs" }), "plan_key", "unknown");
	expectField(await session.patch(`${AT}/${one.id}`, { plan_key: "gold" }), "plan_key", "unknown");
	expectField(await session.post(`${AT}/bulk`, { count: 1, template: { product_name: "x", plan_key: "gold" } }), "template.plan_key", "unknown");
	assert.deepEqual(expectStatus(await session.get(`${AT}?plan_key=pro`), 200).data.map(({ id }) => id), [one.id]);
	assert.deepEqual(expectStatus(await session.get(`${AT}?plan_key=gold`), 200).data, []);
	const { csv } = expectStatus(await session.get(`${AT}/export?plan_key=pro`), 200);
	assert.equal(csv.trim().split("\r\n")[1].split(",")[8], "pro");
	const { errors } = expectStatus(await session.post(`${AT}/import`, { csv: "product_name,plan_key\na,pro\nb,gold\n" }), 200);
	assert.deepEqual(errors.map(({ line, field }) => [line, field]), [[3, "plan_key"]]);
	expectStatus(await session.post(`${AT}/import`, { csv: "product_name,plan_key\na,pro\nb,\n" }), 200);
	assert.deepEqual(expectStatus(await session.get(`${AT}?plan_key=pro`), 200).data.map(({ product_name }) => product_name), ["a", "Café Pro"]);
	const [made] = await server.sql.rows`SELECT changes FROM audit_events WHERE target_id = ${one.id} AND action = 'license.created'`;
	assert.deepEqual(JSON.parse(made.changes).plan_key, [null, "pro"]);
});

test("whoever has the key sees its machines, and nothing of other licenses; a wrong key is 404", async () => {
	const { owner, project } = await make();
	const stranger = await make();
	const one = await license(owner, project, { max_activations: 2 });
	for (const label of ["Office", undefined])
		await ask(server, project, one, { label });
	const machines = (client_id, license_key) => new Client(server).post("/api/v1/validate/activations", { client_id, license_key });
	const answer = await machines(project.clientId, one.key.toLowerCase());
	const { data } = expectStatus(answer, 200);
	assert.deepEqual(data.map(({ label }) => label).sort(), ["Office", null].sort());
	assert.deepEqual(Object.keys(data[0]), ["id", "label", "last_seen_at", "country"]);
	assert.match(answer.headers["x-response-time"], /^\d+ms$/);
	expectStatus(await machines(project.clientId, "2222-2222-2222-2222"), 404);
	expectStatus(await machines(stranger.project.clientId, one.key), 404);
	expectStatus(await machines("proj_000000000000000000000000", one.key), 404);
	const from = new Client(server);
	for (let i = 0; i < 10; i++)
		expectStatus(await from.post("/api/v1/validate/activations", { client_id: project.clientId, license_key: "2222-2222-2222-2222" }), 404);
	expectStatus(await from.post("/api/v1/validate/activations", { client_id: project.clientId, license_key: "2222-2222-2222-2222" }), 429);
});
