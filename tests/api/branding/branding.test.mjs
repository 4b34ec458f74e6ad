// How a project's pages look: defaults, changes, the public view of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/branding";

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session };
}

const DEFAULTS = {
	app_name: null, primary_color: "#0f766e", background_color: "#f5f5f4", dark: { primary_color: null, background_color: null }, theme: "auto",
	radius: 14, card_width: 420, font: "inter", logo_url: null, css_url: null, terms_url: null, privacy_url: null, support_email: null,
	custom_css: "", css_removed: [],
};

const CHANGES = {
	app_name: "Shop", primary_color: "#AA0000", background_color: "#000000", dark: { primary_color: "#ffaaaa", background_color: null }, theme: "dark",
	radius: 0, card_width: 560, font: "serif", terms_url: "https://shop.example.com/terms", privacy_url: "https://shop.example.com/privacy",
	support_email: "help@shop.example.com",
};

async function publicView(project) {
	const answer = await new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`);
	return { answer, config: expectStatus(answer, 200) };
}

test("a project that never said anything has the defaults", async () => {
	const { session } = await make();
	assert.deepEqual(expectStatus(await session.get(AT), 200), DEFAULTS);
});

test("each member changes alone, null takes it back, and what isn't named stays", async () => {
	const { session } = await make();
	assert.deepEqual(expectStatus(await session.patch(AT, CHANGES), 200), { ...DEFAULTS, ...CHANGES });
	expectStatus(await session.patch(AT, { radius: 7 }), 200);
	assert.deepEqual(expectStatus(await session.get(AT), 200), { ...DEFAULTS, ...CHANGES, radius: 7 });
	const none = Object.fromEntries(Object.keys(CHANGES).map((name) => [name, null]));
	assert.deepEqual(expectStatus(await session.patch(AT, none), 200), DEFAULTS);
});

test("each bad value is a 422 that names its field; the neighbouring good one passes", async () => {
	const { session } = await make();
	const cases = {
		app_name: [["", "x".repeat(101), "a\u202eb"], ["x".repeat(100)]],
		primary_color: [["red", "#fff", "#12345g", "#1234567", "#ffffff;x:y"], ["#FFFFFF"]],
		background_color: [["url(x)", ""], ["#000000"]],
		"dark.primary_color": [["black"], ["#000000"]],
		theme: [["blue"], ["light", "dark", "auto"]],
		radius: [[-1, 33, "7"], [0, 32]],
		card_width: [[319, 561], [320, 560]],
		font: [["comic"], ["inter", "system", "roboto", "serif", "mono"]],
		terms_url: [["http://shop.example.com/", "javascript:alert(1)", "https://u@shop.example.com/"], ["https://shop.example.com/?a=b"]],
		privacy_url: [["//shop.example.com"], ["https://shop.example.com/"]],
		support_email: [["help", "a@b@c", "help@shop.example.com\r\nBcc: x"], ["help@shop.example.com"]],
		custom_css: [["x".repeat(10001)], ["/*" + "x".repeat(9998)]],
	};
	for (const [field, [bad, good]] of Object.entries(cases)) {
		const body = (value) => (field.includes(".") ? { dark: { [field.split(".")[1]]: value } } : { [field]: value });
		for (const value of bad)
			expectField(await session.patch(AT, body(value)), field);
		for (const value of good)
			expectStatus(await session.patch(AT, body(value)), 200);
	}
	expectField(await session.patch(AT, { logo_url: "https://evil.example/x.png" }), "logo_url");
});

test("the public configuration shows it, with the project's name where there is no other, for 60 seconds and by its ETag", async () => {
	const { session, project } = await make();
	const before = await publicView(project);
	assert.equal(before.config.branding.app_name, project.name);
	assert.equal(before.answer.headers["cache-control"], "public, max-age=60");
	expectStatus(await session.patch(AT, { ...CHANGES, custom_css: ".gh-card{color:red}" }), 200);
	const { answer, config } = await publicView(project);
	assert.notEqual(answer.headers.etag, before.answer.headers.etag);
	const { css_url, ...shown } = config.branding;
	const { custom_css: _, css_removed: __, css_url: ___, ...expected } = { ...DEFAULTS, ...CHANGES };
	assert.deepEqual(shown, expected);
	const sheet = await new Client(server, { site: "auth" }).get(new URL(css_url).pathname, { check: false });
	assert.equal(new URL(css_url).host, new Client(server, { site: "auth" }).host);
	assert.equal(sheet.text, ".gh-card{color:red}\n");
	assert.equal(sheet.headers["content-type"], "text/css; charset=utf-8");
	const again = await new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`, { headers: { "If-None-Match": answer.headers.etag } });
	assert.equal(again.status, 304);
	expectStatus(await session.patch(AT, { custom_css: null }), 200);
	assert.equal((await publicView(project)).config.branding.css_url, null);
	expectError(await new Client(server, { site: "auth" }).get(new URL(css_url).pathname), 404, "not_found");
});

test("rule 37 the style sheet is kept as it was written anew; the reply says what was dropped", async () => {
	const { session } = await make();
	const custom_css = ".gh-card {\n\tcolor: red;\n\tbackground: url(https://evil.example/x.png);\n}\n@import 'x';\nbody { display: none }\n.gh-card{position:fixed}\n</style><script>";
	const checked = expectStatus(await session.post(`${AT}/check`, { custom_css }), 200);
	const changed = expectStatus(await session.patch(AT, { custom_css }), 200);
	for (const reply of [checked, changed]) {
		assert.equal(reply.custom_css, ".gh-card{color:red}\n");
		assert.deepEqual(reply.css_removed.map(({ line, rule }) => [line, rule]), [[3, "url"], [5, "import"], [6, "selector"], [7, "position"], [8, "markup"]]);
		assert.equal(reply.css_removed[0].text, "background: url(https://evil.example/x.png)");
	}
	const read = expectStatus(await session.get(AT), 200);
	assert.equal(read.custom_css, ".gh-card{color:red}\n");
	assert.deepEqual(read.css_removed, []);
	assert.deepEqual(expectStatus(await session.patch(AT, { custom_css: read.custom_css }), 200).css_removed, []);
});

test("a sheet that grows over the limit by being written anew is refused, so that what is read can be written", async () => {
	const { session } = await make();
	const rule = (count) => ".gh-a>.gh-b{gap:0}".repeat(count);
	expectField(await session.patch(AT, { custom_css: rule(540) }), "custom_css");
	const { custom_css } = expectStatus(await session.patch(AT, { custom_css: rule(450) }), 200);
	assert.deepEqual(expectStatus(await session.patch(AT, { custom_css }), 200).custom_css, custom_css);
});

test("check changes nothing", async () => {
	const { session, project } = await make();
	const { etag } = (await session.get(AT)).headers;
	const drafted = expectStatus(await session.post(`${AT}/check`, { ...CHANGES, custom_css: ".gh-a{gap:1px}" }), 200);
	assert.deepEqual(drafted, { ...DEFAULTS, ...CHANGES, custom_css: ".gh-a{gap:1px}\n" });
	assert.equal((await session.get(AT)).headers.etag, etag);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM area_settings WHERE project_id = ${project.id}`, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM assets WHERE project_id = ${project.id}`, 0);
});

test("a stale If-Match is 412, on the row that was never written too", async () => {
	const { session } = await make();
	const first = (await session.get(AT)).headers.etag;
	const ours = await session.patch(AT, { radius: 1 }, { headers: { "If-Match": first } });
	expectStatus(ours, 200);
	expectError(await session.patch(AT, { radius: 2 }, { headers: { "If-Match": first } }), 412, "precondition_failed");
	expectStatus(await session.patch(AT, { radius: 3 }, { headers: { "If-Match": ours.headers.etag } }), 200);
});

test("a change leaves branding.updated with what changed, in the audit log and among the events; no change of one project shows in another", async () => {
	const { session, project, owner } = await make();
	const other = await owner.org.project();
	expectStatus(await session.patch(AT, { radius: 3, custom_css: ".gh-a{gap:1px}" }), 200);
	const changes = JSON.parse(await server.sql.value`SELECT changes FROM audit_events WHERE project_id = ${project.id} AND action = 'branding.updated'`);
	assert.deepEqual(Object.keys(changes).sort(), ["css_url", "radius"]);
	assert.deepEqual(changes.radius, [14, 3]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id} AND type = 'branding.updated'`, 1);
	assert.deepEqual(expectStatus(await session.with({ headers: { "X-Project-Id": other.id } }).get(AT), 200), DEFAULTS);
});

test("two changes at once of different members both stay", async () => {
	const { owner, project, session } = await make();
	const second = await owner.session({ headers: { "X-Project-Id": project.id } });
	await Promise.all([session.csrf(), second.csrf()]);
	for (const answer of await Promise.all([session.patch(AT, { radius: 3 }), second.patch(AT, { card_width: 500 })]))
		expectStatus(answer, 200);
	const { radius, card_width } = expectStatus(await session.get(AT), 200);
	assert.deepEqual([radius, card_width], [3, 500]);
});
