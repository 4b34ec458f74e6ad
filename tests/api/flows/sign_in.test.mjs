// Signing in with e-mail and password: the steps, what is the same for known and unknown people, throttles.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectStatus, makeEmail, makePassword, openFlow, person, sharedServer, signIn, signInFlow, tally, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();
const member = (options) => person(server, { password: true, ...options });

test("identify, password, complete: a session cookie with its attributes, the flow cookie is another and goes", async () => {
	const user = await member();
	const flow = await openFlow(server);
	assert.equal(flow.state, "identify");
	assert.match(flow.id, /^flw_[a-z0-9]{16}$/);
	assert.ok(flow.browser.cookies["__Host-gatehouse-flow"]);
	const first = await flow.go("identify", { identifier: user.email });
	assert.equal(first.state, "first_factor");
	assert.ok(!JSON.stringify(first).includes(user.email), "the hint is masked");
	assert.equal((await flow.go("password", { password: user.password })).state, "done");
	assert.equal(flow.browser.cookies["__Host-gatehouse"], undefined, "no session before complete");
	const pending = flow.browser.cookies["__Host-gatehouse-flow"];
	const answer = await flow.act("complete");
	assert.ok(expectStatus(answer, 200).result.redirect_to.startsWith(`${server.url}/`), "rule 38: a path of the dashboard");
	const line = answer.headers["set-cookie"].find((one) => one.startsWith("__Host-gatehouse="));
	for (const attribute of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i])
		assert.match(line, attribute, "SE-01");
	assert.ok(!/domain=/i.test(line));
	const token = flow.browser.cookies["__Host-gatehouse"];
	assert.notEqual(token, pending, "SE-04 never promoted");
	assert.ok(Buffer.from(token, "base64url").length >= 32, "U-29 256 bits");
	assert.equal(expectStatus(await flow.browser.get("/api/v1/me"), 200).id, user.id);
	const session = await server.sql.row`SELECT auth_strength, amr, level, session_class FROM sessions WHERE user_id = ${user.id}`;
	assert.deepEqual(session, { auth_strength: "password", amr: "pwd", level: 1, session_class: "web_user" });
	assert.ok(await server.sql.value`SELECT last_sign_in_at FROM users WHERE id = ${user.id}`);
});

test("the address is found in any case and by IDNA (U-1)", async () => {
	const user = await member();
	const { browser } = await signIn(server, { email: user.email.toUpperCase(), password: user.password });
	assert.equal(expectStatus(await browser.get("/api/v1/me"), 200).id, user.id);
});

test("U-6 PW-06 known and unknown: the same status, body and headers at identify, password and recover", async () => {
	const user = await member();
	const shape = (answer) => {
		const { id, flow_token, expires_at, identifier_hint, resend_at, ...rest } = answer.json?.error ? { ...answer.json, request_id: "" } : answer.json;
		assert.ok(id === undefined || flow_token, "a flow");
		assert.ok(expires_at === undefined || identifier_hint !== undefined);
		void resend_at;
		return JSON.stringify([answer.status, rest, Object.keys(answer.headers).sort()]);
	};
	const walk = async (identifier) => {
		const flow = await openFlow(server);
		const steps = [await flow.act("identify", { identifier })];
		steps.push(await flow.act("password", { password: makePassword() }));
		const recovery = await openFlow(server, "recover");
		steps.push(await recovery.act("recover", { identifier }));
		return steps.map(shape);
	};
	assert.deepEqual(await walk(user.email), await walk(makeEmail("nobody")));
});

test("a wrong password: 401 invalid_credentials, the flow stays; the right one then works", async () => {
	const user = await member();
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	for (const password of [makePassword(), user.password.toUpperCase(), ` ${user.password}`, `${user.password} `])
		expectError(await flow.act("password", { password }), 401, "invalid_credentials");
	assert.equal((await flow.go("password", { password: user.password })).state, "done");
});

test("a person without a password: the same 401", async () => {
	const user = await person(server);
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	expectError(await flow.act("password", { password: user.password }), 401, "invalid_credentials");
});

test("U-6 user_banned and user_deactivated appear only after the right password", async () => {
	for (const status of ["banned", "deactivated"]) {
		const user = await member();
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${user.id}`;
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: user.email });
		expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
		expectError(await flow.act("password", { password: user.password }), 403, `user_${status}`);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id}`, 0);
	}
});

test("U-30 an expired ban lifts itself at sign-in", async () => {
	const user = await member();
	await server.sql.run`UPDATE users SET status = 'banned', ban_expires_at = '2020-01-01' WHERE id = ${user.id}`;
	const { browser } = await signIn(server, { email: user.email, password: user.password });
	expectStatus(await browser.get("/api/v1/me"), 200);
	assert.equal(await server.sql.value`SELECT status FROM users WHERE id = ${user.id}`, "active");
});

test("U-3 the same action twice at once: exactly one advances, the other gets 409 flow_state_conflict", async () => {
	const flow = await openFlow(server);
	const answers = await atOnce(10, () => flow.browser.post(`/api/v1/flows/${flow.id}/identify`, { identifier: makeEmail() }, { headers: flow.headers() }));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(tally(answers)));
	for (const answer of answers.filter(({ status }) => status !== 200))
		expectError(answer, 409, "flow_state_conflict");
});

test("U-3 complete twice: one session, then 410; at once too", async () => {
	const user = await member();
	const flow = await signInFlow(server, { email: user.email, password: user.password });
	const answers = await atOnce(6, () => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: flow.headers(), csrf: false }));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(tally(answers)));
	for (const answer of answers.filter(({ status }) => status !== 200))
		assert.ok([409, 410].includes(answer.status), answer.text);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id}`, 1);
	expectError(await flow.act("complete"), 410, "flow_expired");
	expectError(await flow.browser.get(`/api/v1/flows/${flow.id}`), 410, "flow_expired");
});

test("an action that the state doesn't have: 409 flow_state_conflict", async () => {
	const flow = await openFlow(server);
	expectError(await flow.act("password", { password: makePassword() }), 409, "flow_state_conflict");
	expectError(await flow.act("complete"), 409, "flow_state_conflict");
	expectError(await flow.act("verify_code", { code: "000000" }), 409, "flow_state_conflict");
	await flow.go("identify", { identifier: makeEmail() });
	expectError(await flow.act("identify", { identifier: makeEmail() }), 409, "flow_state_conflict");
	assert.equal((await flow.go("back")).state, "identify");
});

test("an expired flow: 410 on everything", async () => {
	const flow = await openFlow(server);
	await server.sql.run`UPDATE flows SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE id = ${flow.id}`;
	expectError(await flow.act("identify", { identifier: makeEmail() }), 410, "flow_expired");
	expectError(await flow.browser.get(`/api/v1/flows/${flow.id}`), 410, "flow_expired");
});

test("U-4 transport code isn't for the console's client: 403 direct_flow_not_allowed", async () => {
	const browser = new Client(server);
	const answer = await browser.post("/api/v1/flows", { kind: "sign_in", transport: "code", redirect_uri: "https://x.example.com/", code_challenge: "x".repeat(43) }, { headers: { Origin: browser.origin } });
	expectError(answer, 403, "direct_flow_not_allowed");
	expectStatus(await browser.post("/api/v1/flows", { kind: "sign_in", transport: "cookie" }, { headers: { Origin: browser.origin } }), 201);
});

test("SE-10 opening a flow needs our own page's Origin", async () => {
	const browser = new Client(server);
	for (const headers of [{}, { Origin: "https://evil.example" }, { Origin: "null" }])
		expectError(await browser.post("/api/v1/flows", { kind: "sign_in", transport: "cookie" }, { headers }), 403, "csrf_failed");
});

test("U-9 a method that is off: 403 method_disabled, decided at use", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const auth = new Client(server, { site: "auth" });
	const answer = await auth.post("/api/v1/flows", { kind: "sign_in", transport: "cookie", client_id: project.clientId }, { headers: { Origin: auth.origin } });
	const flow = expectStatus(answer, 201);
	await server.sql.run`UPDATE clients SET auth_methods = 'sso' WHERE id = ${project.clientId}`;
	expectError(await auth.post(`/api/v1/flows/${flow.id}/identify`, { identifier: makeEmail() }, { headers: { Origin: auth.origin, "X-Flow-Token": flow.flow_token } }), 403, "method_disabled");
});

test("U-13 after 5 failures the account waits: 429 too_many_attempts with Retry-After, from any address; another account doesn't", async () => {
	const user = await member();
	const other = await member();
	for (let i = 0; i < 5; i++) {
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: user.email });
		expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	}
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	const waiting = await flow.act("password", { password: user.password });
	expectError(waiting, 429, "too_many_attempts");
	assert.ok(Number(waiting.headers["retry-after"]) >= 1);
	await signIn(server, { email: other.email, password: other.password });
	await server.sql.run`UPDATE sign_in_throttles SET blocked_until_at = NOW(3) - INTERVAL 1 SECOND WHERE blocked_until_at IS NOT NULL`;
	assert.equal((await flow.go("password", { password: user.password })).state, "done");
});

test("U-13 failures are also counted for an unknown identifier, in the same way", async () => {
	const email = makeEmail("nobody");
	const statuses = [];
	for (let i = 0; i < 7; i++) {
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: email });
		statuses.push((await flow.act("password", { password: makePassword() })).status);
	}
	assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
});

test("U-13 PW-09 parallel guesses all count", async () => {
	const user = await member();
	const flows = await atOnce(12, async () => {
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: user.email });
		return flow;
	});
	const answers = await Promise.all(flows.map((flow) => flow.act("password", { password: makePassword() })));
	const tried = answers.filter(({ status }) => status === 401).length;
	const seen = tally(answers);
	assert.ok(tried >= 1 && tried <= 6, `at most about five were really tried: ${JSON.stringify(seen)}`);
	assert.ok((seen[429] ?? 0) >= 6, JSON.stringify(seen));
});

test("identify answers alike for malformed and unknown addresses' options", async () => {
	const one = await openFlow(server);
	const two = await openFlow(server);
	const a = await one.go("identify", { identifier: makeEmail() });
	const b = await two.go("identify", { identifier: makeEmail("other") });
	assert.deepEqual(a.options, b.options);
});

test("the audit log tells of the sign-in and of failures, at most one a minute and subject", async () => {
	const user = await member();
	const flow = await openFlow(server);
	await flow.go("identify", { identifier: user.email });
	for (let i = 0; i < 3; i++)
		expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	await flow.go("password", { password: user.password });
	await flow.go("complete");
	const rows = await server.sql.rows`SELECT action FROM audit_events WHERE chain_id = ${server.consoleId} AND (target_id = ${user.id} OR actor_id = ${user.id})`;
	const actions = rows.map(({ action }) => action);
	assert.equal(actions.filter((action) => action === "user.signed_in").length, 1);
	assert.equal(actions.filter((action) => action === "session.created").length <= 1, true);
	assert.equal(actions.filter((action) => action === "user.sign_in_failed").length, 1);
});

test("a stored target on our own host is followed, a foreign one never (U-38 SE-14)", async () => {
	const user = await member();
	const browser = new Client(server);
	const open = (redirect_uri) => browser.post("/api/v1/flows", { kind: "sign_in", transport: "cookie", redirect_uri }, { headers: { Origin: browser.origin } });
	for (const bad of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", `${server.url}.evil.example/`, `https://user@localhost:${server.port}/`])
		expectError(await open(bad), 422, "validation_failed");
	const flow = await signInFlow(server, { email: user.email, password: user.password, redirect_uri: `${server.url}/dashboard/projects` });
	assert.equal((await flow.go("complete")).result.redirect_to, `${server.url}/dashboard/projects`);
});

test("the flow of another browser is 404, like one that never was (U-4)", async () => {
	const flow = await openFlow(server);
	const stranger = (await openFlow(server)).browser;
	const foreign = await stranger.get(`/api/v1/flows/${flow.id}`);
	expectError(foreign, 404, "not_found");
	assert.equal(withoutRequestId(foreign), withoutRequestId(await stranger.get("/api/v1/flows/flw_0000000000000000")));
	expectStatus(await flow.browser.get(`/api/v1/flows/${flow.id}`), 200);
});
