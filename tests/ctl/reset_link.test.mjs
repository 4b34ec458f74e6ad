// The links that gatehousectl prints, opened as people open them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeEmail, makePassword, MINUTE, moveClock, ownServer, person, projectUser, secondFactorFlow, signInFlow } from "../harness/index.mjs";
import { remember } from "../harness/secrets.mjs";

const server = await ownServer();

const browser = () => {
	const client = new Client(server);
	return client.with({ headers: { Origin: client.origin } });
};
const linkOf = async (args) => remember(JSON.parse((await server.ctl(["--json", ...args])).stdout).url.split("#")[1]);
const redeem = (client, token) => client.post("/api/v1/flows/redeem", { token });

async function choosePassword(client, token, password) {
	const flow = expectStatus(await redeem(client, token), 200);
	assert.equal(flow.state, "new_password");
	const done = expectStatus(await client.post(`/api/v1/flows/${flow.id}/set_password`, { password }, { headers: { "X-Flow-Token": flow.flow_token } }), 200);
	assert.equal(done.state, "done");
	const end = expectStatus(await client.post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: { "X-Flow-Token": done.flow_token } }), 200);
	assert.match(end.result.redirect_to, /\/dashboard$/);
}

test("user reset-password: the session ends, the link sets a new password once and signs in", async () => {
	const somebody = await person(server, { password: true });
	const before = await somebody.session();
	expectStatus(await before.get("/api/v1/me"), 200);
	const token = await linkOf(["user", "reset-password", somebody.email]);
	expectError(await before.get("/api/v1/me"), 401, "unauthorized");
	const client = browser();
	await choosePassword(client, token, makePassword());
	assert.equal(expectStatus(await client.get("/api/v1/me"), 200).id, somebody.id);
	expectError(await redeem(browser(), token), 410, "link_invalid");
});

test("user reset-factors: who lost their phone signs in by the password alone", async () => {
	const { user, session, flow } = await secondFactorFlow(server);
	assert.equal(flow.state, "second_factor");
	await server.ctl(["user", "reset-factors", user.email]);
	expectError(await session.get("/api/v1/me"), 401, "unauthorized");
	const again = await signInFlow(server, { email: user.email, password: user.password });
	assert.equal(again.state, "done");
	expectError(await flow.act("totp", { code: "123456" }), 401, "invalid_code");
});

test("a newer link kills the older one, and 30 minutes kill the newer", async () => {
	const somebody = await person(server);
	const old = await linkOf(["user", "reset-password", somebody.email]);
	const newer = await linkOf(["user", "reset-password", somebody.email]);
	expectError(await redeem(browser(), old), 410, "link_invalid");
	const other = await person(server);
	const late = await linkOf(["user", "reset-password", other.email]);
	expectStatus(await redeem(browser(), newer), 200);
	moveClock(server, 31 * MINUTE);
	expectError(await redeem(browser(), late), 410, "link_invalid");
});

test("a project's link leads to its password_reset_url, and whoever followed it ends at the homepage", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const somebody = await projectUser(server, project);
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const urlOf = async () => JSON.parse((await server.ctl(["--json", "user", "reset-password", somebody.email, "--project", project.id])).stdout).url;
	assert.ok((await urlOf()).startsWith(`${server.authUrl}/p/${project.clientId}/reset#mlt_`));
	expectStatus(await session.patch("/api/v1/redirect_settings", { password_reset_url: "https://shop.example.com/new", app_homepage_url: "https://shop.example.com/" }), 200);
	const [page, token] = (await urlOf()).split("#");
	assert.equal(page, "https://shop.example.com/new");
	const client = new Client(server, { site: "auth" });
	const by = client.with({ headers: { Origin: client.origin } });
	const flow = expectStatus(await by.post("/api/v1/flows/redeem", { token: remember(token), client_id: project.clientId }), 200);
	const options = { headers: { "X-Flow-Token": flow.flow_token } };
	const done = expectStatus(await by.post(`/api/v1/flows/${flow.id}/set_password`, { password: makePassword() }, options), 200);
	const end = expectStatus(await by.post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: { "X-Flow-Token": done.flow_token } }), 200);
	assert.equal(end.result.redirect_to, "https://shop.example.com/");
});

test("owner create: the new owner chooses a password and runs the installation", async () => {
	const email = makeEmail("owner");
	const client = browser();
	await choosePassword(client, await linkOf(["owner", "create", "--email", email]), makePassword());
	const me = expectStatus(await client.get("/api/v1/me"), 200);
	assert.deepEqual([me.email, me.org.id, me.org.role], [email, server.operatorOrgId, "owner"]);
});

test("key create: the secret works at once, pinned or not", async () => {
	const owner = await person(server);
	const project = await owner.org.project({ environment: "test" });
	const make = async (args) => {
		const key = JSON.parse((await server.ctl(["--json", "key", "create", "--org", owner.org.slug, "--name", "Script", ...args])).stdout);
		return new Client(server, { bearer: remember(key.secret) });
	};
	const pinned = expectStatus(await (await make(["--project", project.id, "--scopes", "project.read"])).get("/api/v1/whoami"), 200);
	assert.deepEqual([pinned.project.id, pinned.pinned, pinned.credential.environment, pinned.credential.scopes], [project.id, true, "test", ["project.read"]]);
	const unpinned = expectStatus(await (await make([])).get("/api/v1/whoami"), 200);
	assert.deepEqual([unpinned.project.id, unpinned.pinned, unpinned.credential.environment], [owner.project.id, false, "live"]);
});
