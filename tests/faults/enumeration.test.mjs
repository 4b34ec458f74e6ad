// What somebody who exists costs more than somebody who doesn't: nothing that the database could tell (users rule 6, PW-06, PW-07).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeEmail, makePassword, openFlow, person } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer({ config: { process: { request_workers: 1, password_workers: 1 } } });
const owner = await person(server);
await warmUp(server, await owner.org.key());
const known = () => person(server, { password: true });

/** The statements of one action, in their order, without their values; those of the worker that served it alone. */
async function statementsOf(send, status) {
	const { result, statements } = await proxy.during(send);
	assert.equal(result.status, status, result.text);
	const { pid } = statements.find(({ text }) => /FROM flows f/.test(text));
	return statements.filter((statement) => statement.pid === pid).map(({ text }) => text);
}

/** The same walk for both; the first round prepares. */
async function compare(walk, knownEmail, unknownEmail) {
	await walk(await knownEmail());
	await walk(await unknownEmail());
	assert.deepEqual(await walk(await knownEmail()), await walk(await unknownEmail()));
}

const emailOfSomebody = async () => (await known()).email;
const emailOfNobody = async () => makeEmail("nobody");

test("identify", () => compare(async (identifier) => {
	const flow = await openFlow(server);
	return statementsOf(() => flow.act("identify", { identifier }), 200);
}, emailOfSomebody, emailOfNobody));

test("password", () => compare(async (identifier) => {
	const flow = await openFlow(server);
	await flow.go("identify", { identifier });
	return statementsOf(() => flow.act("password", { password: makePassword() }), 401);
}, emailOfSomebody, emailOfNobody));

test("password, while it is blocked", () => compare(async (identifier) => {
	for (let i = 0; i < 5; i++) {
		const flow = await openFlow(server);
		await flow.go("identify", { identifier });
		expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	}
	const flow = await openFlow(server);
	await flow.go("identify", { identifier });
	return statementsOf(() => flow.act("password", { password: makePassword() }), 429);
}, emailOfSomebody, emailOfNobody));

test("recover, and its mail sent again", () => compare(async (identifier) => {
	const flow = await openFlow(server, "recover");
	const asked = await statementsOf(() => flow.act("recover", { identifier }), 200);
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${identifier}`;
	const again = await openFlow(server, "recover");
	return [...asked, ...await statementsOf(() => again.act("recover", { identifier }), 200)];
}, emailOfSomebody, emailOfNobody));

test("recover, when the recipient has had enough mail", () => compare(async (identifier) => {
	await (await openFlow(server, "recover")).go("recover", { identifier });
	const flow = await openFlow(server, "recover");
	return statementsOf(() => flow.act("recover", { identifier }), 200);
}, emailOfSomebody, emailOfNobody));

test("sign_up with a taken and a free address", () => compare(async (email) => {
	const flow = await openFlow(server, "sign_up");
	return statementsOf(() => flow.act("sign_up", { email, password: makePassword(), name: "N" }), 200);
}, emailOfSomebody, emailOfNobody));

test("the control: a right password costs other statements than a wrong one", async () => {
	const user = await known();
	const walk = async (password, status) => {
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: user.email });
		return statementsOf(() => flow.act("password", { password }), status);
	};
	await walk(user.password, 200);
	assert.notDeepEqual(await walk(makePassword(), 401), await walk(user.password, 200));
});

test("statements of a sign-in (users.md section 9)", async () => {
	const user = await known();
	const walk = async () => {
		const flow = await openFlow(server, "sign_in", { browser: new Client(server) });
		const counts = {};
		const count = async (action, json) => {
			const texts = await statementsOf(() => flow.act(action, json), 200);
			counts[action] = texts.filter((text) => !/^(START|BEGIN|COMMIT|SET)/i.test(text)).length;
		};
		await count("identify", { identifier: user.email });
		await count("password", { password: user.password });
		await count("complete");
		expectStatus(await flow.browser.get("/api/v1/me"), 200);
		return counts;
	};
	await walk();
	const counts = await walk();
	assert.ok(counts.identify <= 4, JSON.stringify(counts));
	assert.ok(counts.password <= 8, JSON.stringify(counts));
	assert.ok(counts.complete <= 12, JSON.stringify(counts));
});
