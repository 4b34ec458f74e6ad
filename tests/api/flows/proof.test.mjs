// What a proof is worth: for an account whose address was never proven, after a reset, in a browser where somebody was signed in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, Flow, makeEmail, makePassword, newPasswordFlow, openFlow, person, sharedServer, signIn, signInFlow, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();

test("U-19 an unproven address: the right password leads to its proof, which drops password and sessions older than it", async () => {
	const user = await person(server, { password: true, verified: false });
	const old = await user.session();
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	assert.equal((await flow.go("password", { password: user.password })).state, "verification");
	expectStatus(await old.get("/api/v1/session"), 200);
	const { code } = await waitForMail(server, user.email);
	assert.equal((await flow.go("verify_code", { code })).state, "new_password");
	expectError(await old.get("/api/v1/session"), 401, "unauthorized");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_passwords WHERE user_id = ${user.id}`, 0);
	const password = makePassword();
	await flow.go("set_password", { password });
	await flow.go("complete");
	assert.equal(expectStatus(await flow.browser.get("/api/v1/session"), 200).user.email_verified, true);
	await signIn(server, { email: user.email, password });
	const proven = await person(server, { password: true });
	assert.equal((await signInFlow(server, { email: proven.email, password: proven.password })).state, "done", "the control: a proven address isn't asked again");
});

test("U-17 a reset ends a sign-in that had proven the old password and was not complete yet", async () => {
	const user = await person(server, { password: true });
	const pending = await signInFlow(server, { email: user.email, password: user.password });
	const other = await person(server, { password: true });
	const control = await signInFlow(server, { email: other.email, password: other.password });
	const reset = await newPasswordFlow(server, user.email);
	await reset.go("set_password", { password: makePassword() });
	expectError(await pending.act("complete"), 410, "flow_expired");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id}`, 0);
	await control.go("complete");
});

test("SE-03 signing in where somebody was signed in ends that session; elsewhere it doesn't", async () => {
	const [first, second] = [await person(server), await person(server, { password: true })];
	const browser = await first.session();
	const elsewhere = await first.session();
	const token = browser.cookies["__Host-gatehouse"];
	const { browser: after } = await signIn(server, { email: second.email, password: second.password, browser });
	assert.equal(expectStatus(await after.get("/api/v1/session"), 200).user.id, second.id);
	expectError(await new Client(server, { cookies: { "__Host-gatehouse": token } }).get("/api/v1/session"), 401, "unauthorized");
	expectStatus(await elsewhere.get("/api/v1/session"), 200);
});

test("U-7 the address gets an account while a sign-up waits: proof signs in, the pending password is dropped", async () => {
	const email = makeEmail("late");
	const flow = await openFlow(server, "sign_up");
	const pending = makePassword();
	await flow.go("sign_up", { email, password: pending, name: "Late" });
	const { code } = await waitForMail(server, email);
	const known = await person(server, { email, password: true });
	assert.equal((await flow.go("verify_code", { code })).state, "done");
	await flow.go("complete");
	assert.equal(expectStatus(await flow.browser.get("/api/v1/session"), 200).user.id, known.id);
	const guess = await openFlow(server);
	await guess.go("identify", { identifier: email });
	expectError(await guess.act("password", { password: pending }), 401, "invalid_credentials");
	await signIn(server, { email, password: known.password });
});

test("U-12 PW-05 a hash of another cost is made anew at the next right password, and only then", async () => {
	const user = await person(server, { password: true });
	const hash = () => server.sql.value`SELECT hash FROM user_passwords WHERE user_id = ${user.id}`.then(String);
	const original = await hash();
	await signIn(server, { email: user.email, password: user.password });
	assert.equal(await hash(), original, "the control: today's cost stays");
	// argon2id of "Vervain-quilt-90-zephyr" with m=7168, t=1, p=1, made by libargon2
	const cheap = "$argon2id$v=19$m=7168,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$212fZblbXLVaW5ke4RgfiWmip0n5X14S44ZGWTg3SiU";
	await server.sql.run`UPDATE user_passwords SET hash = ${Buffer.from(cheap)} WHERE user_id = ${user.id}`;
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	assert.equal(await hash(), cheap);
	await flow.go("password", { password: "Vervain-quilt-90-zephyr" });
	assert.match(await hash(), /^\$argon2id\$v=19\$m=9216,t=4,p=1\$/);
	await signIn(server, { email: user.email, password: "Vervain-quilt-90-zephyr" });
});

test("U-4 an action without the flow's token or with another flow's: 403 csrf_failed; with it, it works", async () => {
	const flow = await openFlow(server);
	const other = await openFlow(server, "sign_in", { browser: flow.browser });
	const act = (headers) => flow.browser.post(`/api/v1/flows/${flow.id}/identify`, { identifier: makeEmail() }, { headers: { Origin: flow.browser.origin, ...headers } });
	expectError(await act({}), 403, "csrf_failed");
	expectError(await act({ "X-Flow-Token": other.token }), 403, "csrf_failed");
	expectError(await act({ "X-Flow-Token": flow.token, Origin: "https://evil.example" }), 403, "csrf_failed");
	expectError(await new Client(server).post(`/api/v1/flows/${flow.id}/identify`, { identifier: makeEmail() }, { headers: flow.headers() }), 403, "csrf_failed");
	expectStatus(await act({ "X-Flow-Token": flow.token }), 200);
	assert.equal((await other.go("identify", { identifier: makeEmail() })).state, "first_factor", "two tabs of one browser don't shut each other out");
});

test("a flow is found again after a reload, by the browser alone, with its token", async () => {
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: makeEmail() });
	const again = expectStatus(await flow.browser.get(`/api/v1/flows/${flow.id}`), 200);
	assert.equal(again.state, "first_factor");
	assert.equal(again.flow_token, flow.token);
	assert.equal((await new Flow(flow.browser, again).go("back")).state, "identify");
});
