// Failures are counted before they are judged (users rule 13): none of many at once is free.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, digest, expectError, expectStatus, makeEmail, makePassword, newPasswordFlow, openFlow, ownServer, person, signIn } from "../../harness/index.mjs";

// Of its own: a hundred guesses at once fill the password pool's queue for everybody.
const server = await ownServer();
const counted = (subject) => server.sql.value`SELECT count FROM sign_in_throttles WHERE project_id = ${server.consoleId} AND kind = 'account' AND subject_digest = ${digest(subject)}`;

async function firstFactor(email, options) {
	const flow = await openFlow(server, "sign_in", options);
	await flow.go("identify", { identifier: email });
	return flow;
}

test("U-13 a hundred guesses at once count a hundred, less those that the pool refused; then the password is off until it is reset", async () => {
	const user = await person(server, { password: true });
	const flows = await atOnce(100, () => firstFactor(user.email));
	const answers = await Promise.all(flows.map((flow) => flow.act("password", { password: makePassword() })));
	const refused = answers.filter(({ status }) => status === 503).length;
	assert.equal(await counted(user.id), 100 - refused);
	for (const answer of answers)
		assert.ok([401, 429, 503].includes(answer.status), answer.text);
	assert.ok(answers.filter(({ status }) => status === 401).length <= 6, "few were really tried");

	await server.sql.run`UPDATE sign_in_throttles SET count = 100, blocked_until_at = NULL WHERE subject_digest = ${digest(user.id)}`;
	expectError(await (await firstFactor(user.email)).act("password", { password: user.password }), 429, "too_many_attempts");
	const reset = await newPasswordFlow(server, user.email);
	const password = makePassword();
	await reset.go("set_password", { password });
	await reset.go("complete");
	await signIn(server, { email: user.email, password });
});

test("U-13 user.locked is recorded at the hundredth failure", async () => {
	const user = await person(server, { password: true });
	const flow = await firstFactor(user.email);
	expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	await server.sql.run`UPDATE sign_in_throttles SET count = 99, blocked_until_at = NULL WHERE subject_digest = ${digest(user.id)}`;
	const locks = () => server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${server.consoleId} AND action = 'user.locked' AND target_id = ${user.id}`;
	assert.equal(await locks(), 0);
	await flow.act("password", { password: makePassword() });
	assert.equal(await locks(), 1);
});

test("U-13 the right password clears the account's counter, not what the address has against it", async () => {
	const user = await person(server, { password: true });
	const browser = new Client(server);
	for (let i = 0; i < 3; i++)
		expectError(await (await firstFactor(user.email, { browser: browser.with({}) })).act("password", { password: makePassword() }), 401, "invalid_credentials");
	assert.equal(await counted(user.id), 3);
	await (await firstFactor(user.email, { browser: browser.with({}) })).go("password", { password: user.password });
	assert.equal(await counted(user.id), null);
	const statuses = [];
	for (let i = 0; i < 3; i++)
		statuses.push((await (await firstFactor(makeEmail(), { browser: browser.with({}) })).act("password", { password: makePassword() })).status);
	assert.deepEqual(statuses, [401, 401, 429], "three and two make five; the sixth waits");
	await signIn(server, { email: user.email, password: user.password });
});

test("U-13 PW-08 an address in any spelling is one subject, and a signed-in person's old password is counted with it", async () => {
	const user = await person(server, { password: true });
	const browser = await user.session();
	for (const email of [user.email, user.email.toUpperCase()])
		expectError(await (await firstFactor(email)).act("password", { password: makePassword() }), 401, "invalid_credentials");
	expectError(await browser.post("/api/v1/account/password", { current_password: makePassword(), new_password: makePassword() }), 401, "invalid_credentials");
	expectError(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: "password" }), 422, "weak_password");
	assert.equal(await counted(user.id), 3, "a weak new password is no guess");
	expectStatus(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: makePassword() }), 204);
	assert.equal(await counted(user.id), null);
});
