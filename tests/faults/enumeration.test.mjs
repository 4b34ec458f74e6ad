// What somebody who exists costs more than somebody who doesn't: nothing that an answer, the database or the hash could tell (users rule 6, PW-06,
// PW-07), whatever state they are in. Statements and hashes are counted; times are what ./dev bench measures.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { addTotp, Client, digest, expectError, expectStatus, identity, makeEmail, makePassword, makePhone, makeSecret, openFlow, person, projectUser, projectWith, withoutRequestId } from "../harness/index.mjs";
import { makeFolder, run } from "../harness/workplace.mjs";
import { warmUp, watchedServer, WIDE_LIMITS } from "./watched.mjs";

const folder = makeFolder("h");
const HASHES = path.join(folder, "hashes");
const COUNTER = path.join(folder, "count_hashes.so");
await run("cc", ["-shared", "-fPIC", "-o", COUNTER, fileURLToPath(new URL("count_hashes.c", import.meta.url))]);
fs.writeFileSync(HASHES, "");

const { server, proxy } = await watchedServer({
	env: { LD_PRELOAD: COUNTER, GATEHOUSE_TEST_HASHES: HASHES },
	config: { process: { request_workers: 1, password_workers: 1 }, limits: { ...WIDE_LIMITS, flow_action: { limit: 1000000 } } },
});
const owner = await person(server);
await warmUp(server, await owner.org.key());

const METHODS = ["password", "magic_link", "email_otp", "username", "phone_otp", "passkey"];
const place = await projectWith(server, { methods: METHODS });
const { project, open } = place;

// ---- what an action costs and answers

const ASKING = /FROM (flows f|clients c)|^UPDATE one_time_tokens/;
/* Of an answer's headers, those that tell of the moment and not of the person. */
const PASSING = new Set(["date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "set-cookie"]);
/* Of a flow, what is new in each. */
const FRESH = /"(id|flow_token|expires_at|resend_at|identifier_hint|challenge)":"[^"]*"/g;

const shapeOf = (answer) => ({
	status: answer.status,
	headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !PASSING.has(name) && name !== "content-length")),
	body: withoutRequestId(answer).replace(FRESH, '"$1":"…"'),
});

/** Answer, statements in their order without their values, and hashes of one action; statements of the worker that served it alone. */
async function costOf(send) {
	const before = fs.statSync(HASHES).size;
	const { result, statements } = await proxy.during(send);
	const asking = statements.find(({ text }) => ASKING.test(text));
	assert.ok(asking, `no worker was asked: ${result.status} ${result.text}`);
	return {
		...shapeOf(result),
		hashes: fs.statSync(HASHES).size - before,
		statements: statements.filter(({ pid }) => pid === asking.pid).map(({ text }) => text),
	};
}

const nobody = { email: () => makeEmail("nobody"), username: () => `nobody${Date.now().toString(36)}`, phone: makePhone };

// ---- those who exist

const statuses = { "somebody": {}, "somebody banned": { status: "banned" }, "somebody deactivated": { status: "deactivated" }, "somebody who is being deleted": { status: "deletion_pending", delete_at: "2099-01-01" } };
const makers = {
	...Object.fromEntries(Object.entries(statuses).map(([name, columns]) => [name, () => projectUser(server, project, { password: true, ...columns })])),
	"somebody who proved no address yet": () => projectUser(server, project, { password: true, verified: false }),
	"somebody without a password": () => projectUser(server, project),
	"somebody with an account at a provider alone": async () => {
		const user = await projectUser(server, project, { verified: false });
		await identity(project.id, user.id, { server });
		return user;
	},
	"somebody with a second factor": async () => {
		const user = await projectUser(server, project, { password: true });
		await addTotp(await user.session());
		return user;
	},
};

// ---- what can be asked about an e-mail address

async function named(identifier) {
	const flow = await open();
	await flow.go("identify", { identifier });
	return flow;
}

const wrong = () => ({ password: makePassword() });

/** Each answers what its last actions cost. */
const questions = {
	"identify": async (identifier) => {
		const flow = await open();
		return [await costOf(() => flow.act("identify", { identifier }))];
	},
	"a wrong password": async (identifier) => {
		const flow = await named(identifier);
		return [await costOf(() => flow.act("password", wrong()))];
	},
	"send_code, and a wrong code": async (identifier) => {
		const flow = await named(identifier);
		return [await costOf(() => flow.act("send_code")), await costOf(() => flow.act("verify_code", { code: "000000" }))];
	},
	"send_link": async (identifier) => {
		const flow = await named(identifier);
		return [await costOf(() => flow.act("send_link"))];
	},
	"passkey_options": async (identifier) => {
		const flow = await named(identifier);
		return [await costOf(() => flow.act("passkey_options"))];
	},
	"recover, and its mail sent again": async (identifier) => {
		const flow = await open("recover");
		const asked = await costOf(() => flow.act("recover", { identifier }));
		await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${identifier}`;
		const again = await open("recover");
		return [asked, await costOf(() => again.act("recover", { identifier }))];
	},
	"recover, when the recipient has had enough mail": async (identifier) => {
		await (await open("recover")).go("recover", { identifier });
		const flow = await open("recover");
		return [await costOf(() => flow.act("recover", { identifier }))];
	},
	"sign_up with the address": async (identifier) => {
		const flow = await open("sign_up");
		return [await costOf(() => flow.act("sign_up", { email: identifier, password: makePassword(), name: "N" }))];
	},
};

for (const [question, ask] of Object.entries(questions)) {
	let stranger;
	for (const [who, make] of Object.entries(makers))
		test(`${question}: ${who} is told like nobody`, async () => {
			stranger ??= await ask(nobody.email()).then(() => ask(nobody.email()));	// the first one prepares
			assert.deepEqual(await ask((await make()).email), stranger);
		});
}

async function compare(ask, one, other) {
	await ask(await one());
	await ask(await other());
	assert.deepEqual(await ask(await one()), await ask(await other()));
}

const somebody = async () => (await makers.somebody()).email;

test("a wrong password while the account waits", () => compare(async (identifier) => {
	for (let i = 0; i < 5; i++)
		expectError(await (await named(identifier)).act("password", wrong()), 401, "invalid_credentials");
	const flow = await named(identifier);
	const cost = await costOf(() => flow.act("password", wrong()));
	assert.deepEqual([cost.status, cost.hashes], [429, 0], "who waits costs no hash");
	return cost;
}, somebody, nobody.email));

for (const failures of [99, 100, 250])
	test(`a wrong password after ${failures} in a row`, () => compare(async (identifier) => {
		const flow = await named(identifier);
		await flow.act("password", wrong());
		const subject = await server.sql.value`SELECT id FROM users WHERE project_id = ${project.id} AND email = ${identifier}` ?? identifier;
		await server.sql.run`UPDATE sign_in_throttles SET count = ${failures}, blocked_until_at = NULL WHERE project_id = ${project.id} AND kind = 'account' AND subject_digest = ${digest(subject)}`;
		const next = await named(identifier);
		return costOf(() => next.act("password", wrong()));
	}, somebody, nobody.email));

// ---- by username and by number

test("identify, a wrong password and send_code by a username", () => compare(async (identifier) => {
	const flow = await open();
	return [await costOf(() => flow.act("identify", { identifier })), await costOf(() => flow.act("password", wrong())), await costOf(() => flow.act("send_code"))];
}, async () => (await projectUser(server, project, { password: true, username: `pat${Date.now().toString(36)}` })).row().then(({ username }) => username), nobody.username));

for (const [who, columns] of Object.entries(statuses))
	test(`identify, send_code and a wrong code by the number of ${who}`, () => compare(async (identifier) => {
		const flow = await open();
		return [await costOf(() => flow.act("identify", { identifier })), await costOf(() => flow.act("send_code")), await costOf(() => flow.act("verify_code", { code: "000000" }))];
	}, async () => {
		const phone = makePhone();
		await projectUser(server, project, { phone, ...columns });
		return phone;
	}, nobody.phone));

test("username_available tells that a name is taken, and nothing of who has it", async () => {
	const ask = (username) => costOf(() => new Client(server, { site: "auth" }).get(`/api/v1/public/username_available?client_id=${project.clientId}&username=${username}`));
	await ask(nobody.username());
	const free = await ask(nobody.username());
	assert.match(free.body, /"available":true/);
	const taken = [];
	for (const columns of Object.values(statuses)) {
		const username = `pat${Date.now().toString(36)}`;
		await projectUser(server, project, { username, ...columns });
		taken.push(await ask(username));
	}
	for (const one of taken)
		assert.deepEqual(one, { ...free, body: one.body });
	assert.deepEqual(new Set(taken.map(({ body }) => body)), new Set(['{"available":false}']));
});

test("redeem: a link that nobody got, one that is used up, one that is too old and one of another project are told alike", async () => {
	const spoiled = async ({ used_at = null, expires_at = "2099-01-01", of = place }) => {
		const token = makeSecret("mlt_");
		await server.sql.run`INSERT INTO one_time_tokens (project_id, token_digest, purpose, user_id, expires_at, used_at)
			VALUES (${of.project.id}, ${digest(token)}, 'reset', ${of.user.id}, ${expires_at}, ${used_at})`;
		return token;
	};
	const redeem = (token) => costOf(() => {
		const browser = new Client(server, { site: "auth" });
		return browser.post("/api/v1/flows/redeem", { token, client_id: project.clientId }, { headers: { Origin: browser.origin } });
	});
	await redeem(makeSecret("mlt_"));
	const unknown = await redeem(makeSecret("mlt_"));
	assert.equal(unknown.status, 410);
	const other = await projectWith(server, { methods: METHODS });
	for (const token of [await spoiled({ used_at: "2020-01-01" }), await spoiled({ expires_at: "2020-01-01" }), await spoiled({ of: other })])
		assert.deepEqual(await redeem(token), unknown);
});

// ---- where mail goes

test("mail goes to the stored address alone, however it was typed, and for nobody only where the address can become an account", async () => {
	const sent = async (work, recipient) => {
		const before = await server.sql.value`SELECT COALESCE(MAX(id), '') FROM messages WHERE project_id = ${project.id}`;
		await work();
		const rows = await server.sql.rows`SELECT recipient, user_id FROM messages WHERE project_id = ${project.id} AND id > ${before}`;
		assert.deepEqual(rows.map((row) => row.recipient), recipient ? [recipient] : []);
	};
	const fresh = () => projectUser(server, project, { password: true });
	const typed = ({ email }) => email.toUpperCase();
	for (const action of ["send_code", "send_link"]) {
		const user = await fresh();
		await sent(async () => (await named(typed(user))).go(action), user.email);
		const email = nobody.email();
		await sent(async () => (await named(email)).go(action), email);
	}
	const user = await fresh();
	await sent(async () => (await open("recover")).go("recover", { identifier: typed(user) }), user.email);
	await sent(async () => (await open("recover")).go("recover", { identifier: nobody.email() }), null);
	const taken = await fresh();
	const signUp = (email) => async () => (await open("sign_up")).go("sign_up", { email, password: makePassword(), name: "N" });
	await sent(signUp(typed(taken)), taken.email);
	const email = nobody.email();
	await sent(signUp(email), email);
	const named_ = await projectUser(server, project, { username: `pat${Date.now().toString(36)}` });
	await sent(async () => (await named((await named_.row()).username)).go("send_code"), named_.email);
	await sent(async () => (await named(nobody.username())).go("send_code"), null);
});

// ---- controls: what must differ does

test("the control: a right password costs other statements than a wrong one, and either one hash", async () => {
	const user = await makers.somebody();
	const walk = async (password) => {
		const flow = await named(user.email);
		return costOf(() => flow.act("password", { password }));
	};
	await walk(user.password);
	const [right, not] = [await walk(user.password), await walk(makePassword())];
	assert.deepEqual([right.status, not.status, right.hashes, not.hashes], [200, 401, 1, 1]);
	assert.notDeepEqual(right.statements, not.statements);
});

test("the control: user_banned and user_deactivated are told to who knows the password, and to nobody else", async () => {
	for (const status of ["banned", "deactivated"]) {
		const user = await makers[`somebody ${status}`]();
		expectError(await (await named(user.email)).act("password", wrong()), 401, "invalid_credentials");
		expectError(await (await named(user.email)).act("password", { password: user.password }), 403, `user_${status}`);
	}
});

test("statements of a sign-in (users.md section 9)", async () => {
	const user = await person(server, { password: true });
	const walk = async () => {
		const flow = await openFlow(server, "sign_in", { browser: new Client(server) });
		const counts = {};
		const count = async (action, json) => {
			const cost = await costOf(() => flow.act(action, json));
			assert.equal(cost.status, 200, cost.body);
			counts[action] = cost.statements.filter((text) => !/^(START|BEGIN|COMMIT|SET)/i.test(text)).length;
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
