// POST /projects: what is made, what it shows, slugs and redirect URIs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, makeSlug, override, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const make = async () => {
	const owner = await person(server);
	return { owner, org: owner.org, session: await owner.session() };
};

test("a name alone makes a live web project with a public id, a derived slug and one redirect URI", async () => {
	const { session, org, owner } = await make();
	const project = expectStatus(await session.post("/api/v1/projects", { name: "My SaaS App" }), 201);
	assert.match(project.id, /^prj_[a-z0-9]{16}$/);
	assert.match(project.client_id, /^proj_[A-Za-z0-9]{24}$/);
	assert.equal(project.org_id, org.id);
	assert.equal(project.slug, "my-saas-app");
	assert.equal(project.type, "web");
	assert.equal(project.environment, "live");
	assert.equal(project.is_default, false);
	assert.equal(project.description, null);
	assert.equal(project.logo_url, null);
	assert.deepEqual(project.redirect_uris, ["http://localhost/callback"]);
	assert.equal(project.role, "owner");
	assert.equal(project.created_by, owner.id);
	assert.match(project.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	const client = await server.sql.row`SELECT name, type FROM clients WHERE project_id = ${project.id} AND id = ${project.client_id}`;
	assert.deepEqual(client, { name: "My SaaS App", type: "web" });
});

test("the default client's name is the project's, cut to 120 characters", async () => {
	const { session } = await make();
	const project = expectStatus(await session.post("/api/v1/projects", { name: "ä".repeat(255) }), 201);
	assert.equal(await server.sql.value`SELECT name FROM clients WHERE id = ${project.client_id}`, "ä".repeat(120));
});

test("a session gets the client secret once, with a right checksum and no-store; only its digest is stored", async () => {
	const { session } = await make();
	const answer = await session.post("/api/v1/projects", { name: "Shop" });
	const project = expectStatus(answer, 201);
	assert.match(project.client_secret, /^sec_[A-Za-z0-9]{38}$/);
	assert.match(answer.headers["cache-control"], /no-store/, "T-31");
	const later = expectStatus(await session.get(`/api/v1/projects/${project.id}`), 200);
	assert.ok(!("client_secret" in later) || later.client_secret === null);
	const row = await server.sql.row`SELECT digest, prefix, last4 FROM client_secrets WHERE project_id = ${project.id}`;
	assert.equal(row.prefix, project.client_secret.slice(0, 12));
	assert.equal(row.last4, project.client_secret.slice(-4));
});

test("T-19 a program gets no client secret, and none exists until a session makes one", async () => {
	const { owner, org } = await make();
	for (const program of [await owner.token(), await org.key()]) {
		const project = expectStatus(await program.post("/api/v1/projects", { name: "Made by a program" }), 201);
		assert.equal(project.client_secret, null);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM client_secrets WHERE project_id = ${project.id}`, 0);
	}
	const session = await owner.session();
	const [newest] = (await session.get("/api/v1/projects?limit=2")).json.data.filter((one) => !one.is_default);
	const rotated = expectStatus(await session.post(`/api/v1/clients/${newest.client_id}/rotate_secret`, {}, { headers: { "X-Project-Id": newest.id } }), 200);
	assert.match(rotated.client_secret, /^sec_/);
});

test("every member of the body is taken", async () => {
	const { session } = await make();
	const wanted = {
		name: "Everything", slug: makeSlug("all"), type: "hybrid", environment: "test", description: "Two\nlines", logo_url: "https://example.com/logo.png",
		redirect_uris: ["https://shop.example.com/callback", "http://127.0.0.1:8080/cb"],
	};
	const project = expectStatus(await session.post("/api/v1/projects", { ...wanted, is_default: true }), 201);
	for (const [name, value] of Object.entries(wanted))
		assert.deepEqual(name === "redirect_uris" ? [...project[name]].sort() : project[name], name === "redirect_uris" ? [...value].sort() : value, name);
	assert.equal(project.is_default, true);
	const { data } = expectStatus(await session.get("/api/v1/projects?is_default=true"), 200);
	assert.deepEqual(data.map(({ id }) => id), [project.id], "T-14 exactly one default");
});

test("a name of 0 or 256 characters, blank controls or bidi marks: 422; 1 and 255: 201", async () => {
	const { session } = await make();
	for (const [name, rule] of [["", "length"], ["x".repeat(256), "length"], ["a\u0007b", undefined], ["a\u202eb", undefined], [7, "type"], [null, undefined]])
		expectField(await session.post("/api/v1/projects", { name }), "name", rule);
	expectField(await session.post("/api/v1/projects", {}), "name", "required");
	expectStatus(await session.post("/api/v1/projects", { name: "x" }), 201);
	expectStatus(await session.post("/api/v1/projects", { name: "😀".repeat(255) }), 201);
});

test("names aren't trimmed", async () => {
	const { session } = await make();
	assert.equal(expectStatus(await session.post("/api/v1/projects", { name: " spaced " }), 201).name, " spaced ");
});

test("every bad field is named at once", async () => {
	const { session } = await make();
	const fields = expectField(await session.post("/api/v1/projects", { name: "", type: "x", environment: "prod", logo_url: "http://plain.example", slug: "UPPER" }), "name");
	assert.deepEqual(fields.map(({ field }) => field).sort(), ["environment", "logo_url", "name", "slug", "type"]);
});

test("slugs: grammar, reserved words, one letter or digit at least", async () => {
	const { session } = await make();
	for (const slug of ["", "Upper", "a b", "ä", "-", "__", "x".repeat(65)])
		expectField(await session.post("/api/v1/projects", { name: "n", slug }), "slug");
	for (const slug of ["default", "console", "new", "prj_0000000000000000"])
		expectError(await session.post("/api/v1/projects", { name: "n", slug }), 422, "slug_reserved");
	for (const slug of ["a", "x".repeat(64), "under_score-1", "defaults"])
		expectStatus(await session.post("/api/v1/projects", { name: "n", slug }), 201);
});

test("a derived slug steps over reserved and taken ones; `project` when nothing is left of the name", async () => {
	const { session } = await make();
	const slug = async (name) => expectStatus(await session.post("/api/v1/projects", { name }), 201).slug;
	assert.equal(await slug("Default"), "default-2");
	assert.equal(await slug("Shop"), "shop");
	assert.equal(await slug("Shop!"), "shop-2");
	assert.equal(await slug("!!!"), "project");
	assert.equal(await slug("日本語"), "project-2");
});

test("T-17 one slug twice: 409 slug_conflict; in another organization it is free", async () => {
	const { session } = await make();
	const slug = makeSlug();
	expectStatus(await session.post("/api/v1/projects", { name: "A", slug }), 201);
	expectError(await session.post("/api/v1/projects", { name: "B", slug }), 409, "slug_conflict");
	expectStatus(await (await make()).session.post("/api/v1/projects", { name: "C", slug }), 201);
});

test("T-17 two at once with one slug: 201 and 409; fifty: one 201", async () => {
	const { owner } = await make();
	const slug = makeSlug();
	const sessions = await atOnce(50, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.post("/api/v1/projects", { name: "Race", slug })));
	assert.deepEqual(tally(answers), { 201: 1, 409: 49 });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${owner.org.id} AND slug = ${slug}`, 1);
});

test("T-17 two at once with derived slugs: both 201, the second gets -2", async () => {
	const { owner } = await make();
	const sessions = await atOnce(2, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const made = (await Promise.all(sessions.map((one) => one.post("/api/v1/projects", { name: "Twin" })))).map((answer) => expectStatus(answer, 201));
	assert.deepEqual(made.map(({ slug }) => slug).sort(), ["twin", "twin-2"]);
});

test("T-20 a bad redirect URI: 422 that names index and rule", async () => {
	const { session } = await make();
	const good = "https://shop.example.com/callback";
	const bad = {
		"http://shop.example.com/cb": "scheme", "https://*.example.com/cb": "wildcard", "https://shop.example.com/cb#x": "fragment",
		"https://user:pw@shop.example.com/": "userinfo", "javascript:alert(1)": "scheme", "https://shop.example.com/a\\b": "characters",
		"data:text/html,x": "scheme", "//shop.example.com/cb": undefined, "https://": undefined, "": undefined,
	};
	for (const [uri, rule] of Object.entries(bad))
		expectField(await session.post("/api/v1/projects", { name: "n", redirect_uris: [good, uri] }), "redirect_uris[1]", rule);
	expectField(await session.post("/api/v1/projects", { name: "n", redirect_uris: [good, `https://shop.example.com/${"x".repeat(2000)}`] }), "redirect_uris[1]", "length");
	expectStatus(await session.post("/api/v1/projects", { name: "n", redirect_uris: [good] }), 201);
});

test("T-20 no redirect URI, 51 of them, or one twice: 422; 50: 201", async () => {
	const { session } = await make();
	const uris = (count) => Array.from({ length: count }, (_, i) => `https://shop.example.com/${i}`);
	expectField(await session.post("/api/v1/projects", { name: "n", redirect_uris: [] }), "redirect_uris");
	expectField(await session.post("/api/v1/projects", { name: "n", redirect_uris: uris(51) }), "redirect_uris");
	const project = expectStatus(await session.post("/api/v1/projects", { name: "n", redirect_uris: uris(50) }), 201);
	assert.equal(project.redirect_uris.length, 50);
});

test("the environment of a project that a key makes is the key's", async () => {
	const { org } = await make();
	const key = await org.key({ environment: "test" });
	assert.equal(expectStatus(await key.post("/api/v1/projects", { name: "n" }), 201).environment, "test");
});

test("T-14 is_default takes only true", async () => {
	const { session } = await make();
	expectField(await session.post("/api/v1/projects", { name: "n", is_default: false }), "is_default");
});

test("project.create looks at the organization role: an override to viewer changes nothing for a manager", async () => {
	const { org } = await make();
	const manager = await org.member("manager");
	await override(org.defaultProject, manager, "viewer");
	expectStatus(await (await manager.session()).post("/api/v1/projects", { name: "n" }), 201);
	const member = await org.member("member");
	await override(org.defaultProject, member, "admin");
	expectError(await (await member.session()).post("/api/v1/projects", { name: "n" }), 403, "forbidden");
});

test("T-37 the project, its audit row and its event commit together, the event with its queue row (automation rule 35)", async () => {
	const { session, org, owner } = await make();
	const answer = await session.post("/api/v1/projects", { name: "Audited" });
	const project = expectStatus(answer, 201);
	const rows = await server.sql.rows`SELECT chain_id, action, actor_kind, actor_id, target_id, target_label, result, changes, request_id FROM audit_events WHERE org_id = ${org.id} AND action = 'project.created'`;
	assert.equal(rows.length, 1);
	assert.equal(rows[0].chain_id, org.id, "organization chain");
	assert.equal(rows[0].actor_kind, "user");
	assert.equal(rows[0].actor_id, owner.id);
	assert.equal(rows[0].target_id, project.id);
	assert.equal(rows[0].result, "ok");
	assert.equal(rows[0].request_id, answer.headers["x-request-id"]);
	assert.ok(!rows[0].changes.includes("sec_"), "T-31 no secret in the audit row");
	const event = await server.sql.row`SELECT id, type, subject_id, data FROM events WHERE project_id = ${org.defaultProject.id} AND type = 'project.created'`;
	assert.equal(event.subject_id, project.id);
	assert.ok(!event.data.toString().includes("sec_"), "T-31 no secret in the event");
	const queued = await server.sql.value`SELECT COUNT(*) FROM event_queue WHERE project_id = ${org.defaultProject.id} AND event_id = ${event.id}`;
	const fannedOut = await server.sql.value`SELECT COUNT(*) FROM events WHERE id = ${event.id} AND sequence IS NOT NULL`;
	assert.equal(queued + fannedOut >= 1, true);
});
