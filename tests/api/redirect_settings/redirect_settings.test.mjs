// Where a project's people are led: what may be registered, and what a sign-in without a target follows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/redirect_settings";
const TARGETS = ["app_homepage_url", "sign_in_url", "sign_up_url", "invitation_url", "password_reset_url"];
const HOME = "https://shop.example.com/home";

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }) };
}

test("nothing is set at first; each target is set and taken away alone", async () => {
	const { session } = await make();
	const none = { ...Object.fromEntries(TARGETS.map((name) => [name, null])), sign_out_redirects: [] };
	assert.deepEqual(expectStatus(await session.get(AT), 200), none);
	for (const name of TARGETS) {
		assert.deepEqual(expectStatus(await session.patch(AT, { [name]: HOME }), 200), { ...none, [name]: HOME });
		assert.deepEqual(expectStatus(await session.patch(AT, { [name]: null }), 200), none);
	}
	assert.deepEqual(expectStatus(await session.patch(AT, { sign_out_redirects: [HOME, "http://localhost:3000/bye"] }), 200).sign_out_redirects, [HOME, "http://localhost:3000/bye"]);
	assert.deepEqual(expectStatus(await session.get(AT), 200).sign_out_redirects, [HOME, "http://localhost:3000/bye"]);
});

test("rule 38 what no browser should be sent to is a 422 that names the field", async () => {
	const { session } = await make();
	const bad = ["http://shop.example.com/", "javascript:alert(1)", "//shop.example.com", "/home", "https://u@shop.example.com/", "https://shop.example.com/#x", "https://*.example.com/", "https:shop.example.com", "https://shop.example.com/\\x", "https://shop.example.com/ x", "", `https://shop.example.com/${"x".repeat(2000)}`];
	for (const name of TARGETS)
		for (const value of bad)
			expectField(await session.patch(AT, { [name]: value }), name);
	expectField(await session.patch(AT, { sign_out_redirects: [HOME, bad[0]] }), "sign_out_redirects[1]");
	expectField(await session.patch(AT, { sign_out_redirects: [HOME, HOME] }), "sign_out_redirects[1]");
	expectField(await session.patch(AT, { sign_out_redirects: Array.from({ length: 51 }, (_, i) => `${HOME}/${i}`) }), "sign_out_redirects");
	expectStatus(await session.patch(AT, { sign_out_redirects: Array.from({ length: 50 }, (_, i) => `${HOME}/${i}`) }), 200);
});

test("a stale If-Match is 412; the change is recorded as redirect_settings.updated", async () => {
	const { session, project } = await make();
	const { etag } = (await session.get(AT)).headers;
	expectStatus(await session.patch(AT, { app_homepage_url: HOME }, { headers: { "If-Match": etag } }), 200);
	expectError(await session.patch(AT, { app_homepage_url: null }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	const changes = JSON.parse(await server.sql.value`SELECT changes FROM audit_events WHERE project_id = ${project.id} AND action = 'redirect_settings.updated'`);
	assert.deepEqual(changes, { app_homepage_url: [null, HOME] });
});

/** Where a sign-in of this project's own user ends that named these things when it began. */
async function endOf(project, query = {}) {
	const client = new Client(server, { site: "auth" });
	const browser = client.with({ headers: { Origin: client.origin } });
	const flow = expectStatus(await browser.post("/api/v1/flows", { client_id: project.clientId, kind: "sign_up", transport: "cookie", ...query }), 201);
	const at = (action) => [`/api/v1/flows/${flow.id}/${action}`, { headers: { "X-Flow-Token": flow.flow_token } }];
	const [signUp, options] = at("sign_up");
	expectStatus(await browser.post(signUp, { email: `p${Math.random().toString(36).slice(2)}@example.com`, password: "Zephyr-quilt-kd83hs", name: "Ada" }, options), 200);
	const [complete] = at("complete");
	const done = expectStatus(await browser.post(complete, {}, options), 200);
	return done.result?.redirect_to ?? done.redirect_to;
}

test("rule 38 a sign-in ends at its registered target, else at the homepage, else on the error page", async () => {
	const { session, project } = await make();
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', '{"require_email_verification":false}', 1, NOW(3))`;
	assert.equal(await endOf(project), `https://${new Client(server, { site: "auth" }).host}/p/${project.clientId}/error`);
	expectStatus(await session.patch(AT, { app_homepage_url: HOME }), 200);
	assert.equal(await endOf(project), HOME);
	assert.equal(await endOf(project, { redirect_uri: "http://localhost/callback" }), "http://localhost/callback");
	const stranger = new Client(server, { site: "auth" });
	expectField(await stranger.with({ headers: { Origin: stranger.origin } }).post("/api/v1/flows", { client_id: project.clientId, kind: "sign_in", transport: "cookie", redirect_uri: "https://evil.example/" }), "redirect_uri");
});
