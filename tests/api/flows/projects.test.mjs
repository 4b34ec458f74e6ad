// The same flow for the people of any project, under the other host name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, Flow, makeEmail, makePassword, openFlow, person, sharedServer, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();

async function place({ redirect_uris = ["https://shop.example.com/callback"] } = {}) {
	const owner = await person(server);
	const project = await owner.org.project({ redirect_uris });
	const open = (kind = "sign_in", fields = {}) => openFlow(server, kind, { browser: new Client(server, { site: "auth" }), client_id: project.clientId, ...fields });
	return { owner, project, open };
}

test("sign-up by code in a project: a user of that project alone, no organization, a cookie of its own", async () => {
	const { project, open } = await place();
	const email = makeEmail("shopper");
	const password = makePassword();
	const flow = await open("sign_up", { redirect_uri: "https://shop.example.com/callback" });
	await flow.go("sign_up", { email, password, name: "Shopper" });
	const mail = await waitForMail(server, email);
	assert.ok(mail.url.startsWith(`${server.authUrl}/p/${project.clientId}/verify#mlt_`), mail.url);
	await flow.go("verify_code", { code: mail.code });
	const done = await flow.act("complete");
	assert.equal(expectStatus(done, 200).result.redirect_to, "https://shop.example.com/callback");
	assert.ok(done.headers["set-cookie"].some((line) => line.startsWith(`__Host-gatehouse-${project.clientId}=`)));
	const user = await server.sql.row`SELECT project_id, id FROM users WHERE email = ${email}`;
	assert.equal(user.project_id, project.id);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE user_id = ${user.id}`, 0);
	const event = await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id} AND type IN ('user.created', 'user.signed_in', 'session.created')`;
	assert.equal(event, 3);

	const again = await open();
	await again.go("identify", { identifier: email });
	assert.equal((await again.go("password", { password })).state, "done");
});

test("one address in two projects is two people; the console is a third place", async () => {
	const [one, two] = [await place(), await place()];
	const email = makeEmail("both");
	const passwords = [makePassword(), makePassword()];
	for (const [i, here] of [one, two].entries()) {
		const flow = await here.open("sign_up");
		await flow.go("sign_up", { email, password: passwords[i], name: "B" });
		const code = (await waitForMail(server, email, { count: i + 1 })).code;
		await flow.go("verify_code", { code });
		await flow.go("complete");
	}
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE email = ${email}`, 2);
	const crossed = await one.open();
	await crossed.go("identify", { identifier: email });
	expectError(await crossed.act("password", { password: passwords[1] }), 401, "invalid_credentials");
	assert.equal((await crossed.go("password", { password: passwords[0] })).state, "done");
	const console_ = await openFlow(server);
	await console_.go("identify", { identifier: email });
	expectError(await console_.act("password", { password: passwords[0] }), 401, "invalid_credentials");
});

test("another project's redirect_uri, and one that is only alike: 422; its own: 201", async () => {
	const [here, there] = [await place(), await place({ redirect_uris: ["https://other.example.com/callback"] })];
	const browser = new Client(server, { site: "auth" });
	const open = (redirect_uri) => browser.post("/api/v1/flows", { kind: "sign_in", client_id: here.project.clientId, redirect_uri }, { headers: { Origin: browser.origin } });
	for (const bad of [there.project.redirect_uris[0], "https://shop.example.com/callback/", "https://shop.example.com/callback?x=1", "/dashboard"])
		expectField(await open(bad), "redirect_uri");
	expectStatus(await open("https://shop.example.com/callback"), 201);
});

test("SE-15 each host serves its own: a project's flow isn't on the dashboard's, nor the console's on the other", async () => {
	const { project } = await place();
	const main = new Client(server);
	const auth = new Client(server, { site: "auth" });
	const open = (browser, fields) => browser.post("/api/v1/flows", { kind: "sign_in", ...fields }, { headers: { Origin: browser.origin } });
	expectError(await open(main, { client_id: project.clientId }), 404, "not_found");
	expectError(await open(auth, {}), 404, "not_found");
	expectStatus(await open(main, {}), 201);
	expectStatus(await open(auth, { client_id: project.clientId }), 201);
	expectError(await main.get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`), 404, "not_found");
});

test("an invitation belongs to the console: 422 elsewhere", async () => {
	const { project } = await place();
	const browser = new Client(server, { site: "auth" });
	expectField(await browser.post("/api/v1/flows", { kind: "sign_up", client_id: project.clientId, invitation_secret: "ginv_x" }, { headers: { Origin: browser.origin } }), "invitation_secret");
});

test("a deleted project has no sign-in any more; a flow under way ends", async () => {
	const { owner, project, open } = await place();
	const flow = await open();
	const session = await owner.session();
	expectStatus(await session.delete(`/api/v1/projects/${project.id}?confirm=${project.slug}`), 204);
	expectError(await flow.act("identify", { identifier: makeEmail() }), 404, "not_found");
	const browser = new Client(server, { site: "auth" });
	expectError(await browser.post("/api/v1/flows", { kind: "sign_in", client_id: project.clientId }, { headers: { Origin: browser.origin } }), 404, "not_found");
	assert.equal(new Flow(flow.browser, flow.flow).state, "identify");
});

test("TN-10 a suspended organization: nobody begins a sign-in or opens a mailed link, and a flow under way rests; resumed, all goes on", async () => {
	const { owner, project, open } = await place();
	const turn = (status) => server.sql.run`UPDATE orgs SET status = ${status} WHERE id = ${owner.org.id}`;
	const config = async (headers) => new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`, { headers });
	const email = makeEmail("shopper");
	const flow = await open("sign_up");
	await flow.go("sign_up", { email, password: makePassword(), name: "Shopper" });
	const { token } = await waitForMail(server, email);
	const browser = new Client(server, { site: "auth" });
	const begin = () => browser.post("/api/v1/flows", { kind: "sign_in", client_id: project.clientId }, { headers: { Origin: browser.origin } });
	const redeem = () => browser.post("/api/v1/flows/redeem", { token, client_id: project.clientId }, { headers: { Origin: browser.origin } });
	const { etag } = (await config()).headers;
	await turn("suspended");
	assert.equal(expectStatus(await config({ "If-None-Match": etag }), 200).suspended, true);
	expectError(await begin(), 403, "org_suspended");
	expectError(await redeem(), 403, "org_suspended");
	expectError(await flow.act("verify_code", { code: "000000" }), 404, "not_found");
	await turn("active");
	assert.equal(expectStatus(await config(), 200).suspended, false);
	expectStatus(await config({ "If-None-Match": etag }), 304);
	expectStatus(await begin(), 201);
	assert.equal(expectStatus(await redeem(), 200).state, "new_password", "the link wasn't used up");
});

test("the public configuration: what the pages show, with an ETag that moves with the settings", async () => {
	const { project } = await place();
	const browser = new Client(server, { site: "auth" });
	const address = `/api/v1/public/sign_in_config?client_id=${project.clientId}`;
	const first = await browser.get(address);
	const config = expectStatus(first, 200);
	assert.deepEqual([config.client_id, config.name, config.sign_up, config.methods], [project.clientId, project.name, "open", ["password"]]);
	assert.equal((await browser.get(address, { headers: { "If-None-Match": first.headers.etag } })).status, 304);
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', '{"sign_up":"closed","methods":[]}', 1, NOW(3))`;
	const second = await browser.get(address, { headers: { "If-None-Match": first.headers.etag } });
	assert.deepEqual([expectStatus(second, 200).sign_up, second.json.methods], ["closed", []]);
	expectError(await browser.get("/api/v1/public/sign_in_config?client_id=proj_000000000000000000000000"), 404, "not_found");
});
