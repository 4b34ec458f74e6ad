// Forgotten passwords, and proving oneself again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectStatus, Flow, mailsTo, makeEmail, makePassword, MINUTE, newPasswordFlow, openFlow, person, recoverMail, sharedServer, signIn, sleep, tally, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const member = () => person(server, { password: true });

test("U-16 U-17 PW-11 the mailed link leads to a new password; all sessions end; the old password is dead", async () => {
	const user = await member();
	const [one, two] = [await user.session(), await user.session()];
	expectStatus(await one.get("/api/v1/me"), 200);
	const flow = await newPasswordFlow(server, user.email);
	assert.equal(flow.state, "new_password");
	const password = makePassword();
	expectError(await flow.act("set_password", { password: "password" }), 422, "weak_password");
	assert.equal((await flow.go("set_password", { password })).state, "done");
	for (const browser of [one, two])
		expectError(await browser.get("/api/v1/me"), 401, "unauthorized");
	await flow.go("complete");
	expectStatus(await flow.browser.get("/api/v1/me"), 200);
	await signIn(server, { email: user.email, password });
	const old = await openFlow(server);
	await old.go("identify", { identifier: user.email });
	expectError(await old.act("password", { password: user.password }), 401, "invalid_credentials");
	const actions = (await server.sql.rows`SELECT action FROM audit_events WHERE chain_id = ${server.consoleId} AND target_id = ${user.id}`).map(({ action }) => action);
	assert.ok(actions.includes("password.reset"));
});

test("U-16 a link works once, not at all after a newer one, and not after its time", async () => {
	const user = await member();
	const browser = new Client(server);
	const redeem = (token) => browser.with({ headers: { Origin: browser.origin } }).post("/api/v1/flows/redeem", { token });
	const first = await recoverMail(server, user.email);
	expectStatus(await redeem(first.token), 200);
	expectError(await redeem(first.token), 410, "link_invalid");

	const other = await member();
	const old = await recoverMail(server, other.email);
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${other.email}`;
	const again = await openFlow(server, "recover");
	await again.go("recover", { identifier: other.email });
	const newer = await waitForMail(server, other.email, { count: 2 });
	expectError(await redeem(old.token), 410, "link_invalid");
	expectStatus(await redeem(newer.token), 200);

	const late = await member();
	const expired = await recoverMail(server, late.email);
	await server.sql.run`UPDATE one_time_tokens SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE user_id = ${late.id}`;
	expectError(await redeem(expired.token), 410, "link_invalid");
});

test("U-16 two browsers open one link at once: one gets in", async () => {
	const user = await member();
	const mail = await recoverMail(server, user.email);
	const answers = await atOnce(6, () => {
		const browser = new Client(server);
		return browser.post("/api/v1/flows/redeem", { token: mail.token }, { headers: { Origin: browser.origin } });
	});
	assert.deepEqual(tally(answers), { 200: 1, 410: 5 });
});

test("a reset asked for twice, both flows open: the second set_password finds its link void (U-17)", async () => {
	const user = await member();
	const flow = await newPasswordFlow(server, user.email);
	const password = makePassword();
	const answers = await atOnce(4, () => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/set_password`, { password }, { headers: flow.headers(), csrf: false }));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(tally(answers)));
	for (const answer of answers.filter(({ status }) => status !== 200))
		expectError(answer, 409, "flow_state_conflict");
});

test("two proofs of one person, both flows open: the first new password ends what the other proof was worth (U-17)", async () => {
	const user = await member();
	const first = await newPasswordFlow(server, user.email);
	await server.sql.query(`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = '${user.email}'`);
	const second = await newPasswordFlow(server, user.email);
	const set = (flow) => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/set_password`, { password: makePassword() }, { headers: flow.headers(), csrf: false });
	const answers = await Promise.all([first, second].map(set));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(tally(answers)));
	expectError(answers.find(({ status }) => status !== 200), 410, "flow_expired");
});

test("an unknown address: the same answer, no mail", async () => {
	const email = makeEmail("nobody");
	const flow = await openFlow(server, "recover");
	expectStatus(await flow.act("recover", { identifier: email }), 200);
	await sleep(300);
	assert.equal(mailsTo(server, email).length, 0);
});

test("the link's host is the configuration's, whatever Host says", async () => {
	const user = await member();
	const mail = await recoverMail(server, user.email);
	assert.ok(mail.url.startsWith(`${server.url}/reset#`), mail.url);
	assert.match(mail.token, /^mlt_/);
});

test("U-14 eleven recoveries a minute from one address: 429", async () => {
	const browser = new Client(server);
	const statuses = [];
	for (let i = 0; i < 11; i++) {
		const flow = await openFlow(server, "recover", { browser: browser.with({}) });
		statuses.push((await flow.act("recover", { identifier: makeEmail() })).status);
	}
	assert.deepEqual(statuses, [...Array(10).fill(200), 429]);
});

test("reauthenticate: needs a session, takes its own person's password alone, and makes the sign-in recent", async () => {
	const user = await member();
	const browser = await user.session({ signedInAgo_ms: 30 * MINUTE });
	const gone = `/api/v1/orgs/${user.org.id}?confirm=${user.org.slug}`;
	expectError(await browser.delete(gone), 403, "reauthentication_required");
	const nobody = new Client(server);
	expectError(await nobody.post("/api/v1/flows", { kind: "reauthenticate", transport: "cookie" }, { headers: { Origin: nobody.origin } }), 401, "unauthorized");
	const opened = expectStatus(await browser.post("/api/v1/flows", { kind: "reauthenticate", transport: "cookie" }), 201);
	const flow = new Flow(browser, opened);
	assert.equal(flow.state, "first_factor", "the person is known");
	expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	await flow.go("password", { password: user.password });
	const before = browser.cookies["__Host-gatehouse"];
	await flow.go("complete");
	assert.notEqual(browser.cookies["__Host-gatehouse"], before, "SE-03 a new session token");
	expectStatus(await browser.delete(gone), 204);
});
