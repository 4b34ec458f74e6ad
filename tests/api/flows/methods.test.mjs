// Signing in by mail, by phone, by username and as a guest; and every method closed on every path (users rules 6, 8, 9, 15, 16, 27 and 28).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, digest, expectError, expectField, expectStatus, Flow, makeEmail, makePassword, mailsTo, openFlow, person, projectUser, sharedServer, signInSettings, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const ALL = ["password", "magic_link", "email_otp", "username", "anonymous", "phone_otp"];
let numbers = Math.floor(Math.random() * 9e7);
const makePhone = (code = "+49") => `${code}170${String(numbers++).padStart(8, "0")}`;

/** A project with these methods, and how its people open flows. */
async function place(methods, settings = {}) {
	const owner = await person(server);
	const project = await owner.org.project({ redirect_uris: ["https://shop.example.com/callback"] });
	const set = (changes) => signInSettings(project, { methods, ...settings, ...changes }, { server });
	await set({});
	const open = (kind = "sign_in", { browser = new Client(server, { site: "auth" }), ...more } = {}) => openFlow(server, kind, { browser, client_id: project.clientId, ...more });
	return { owner, project, open, set };
}

async function makeUser(project, fields) {
	const columns = { email: null, phone: null, username: null, ...fields };
	const id = `usr_${Math.random().toString(36).slice(2, 10).padEnd(8, "0")}${Math.random().toString(36).slice(2, 10).padEnd(8, "0")}`;
	const emailKey = columns.email === null ? null : Buffer.from(columns.email.toLowerCase());
	await server.sql.run`INSERT INTO users (project_id, id, email, email_key, email_verified_at, phone, phone_verified_at, username, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		VALUES (${project.id}, ${id}, ${columns.email}, ${emailKey}, NOW(3), ${columns.phone}, NULL, ${columns.username}, 'Pat', '{}', ${columns.status ?? "active"}, FALSE, ${digest(id)}, 1, 1, NOW(3), NOW(3))`;
	return { id, ...columns };
}

async function identified(here, identifier, options) {
	const flow = await here.open("sign_in", options);
	await flow.go("identify", { identifier });
	return flow;
}

const users = (project) => server.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id}`;
const strengthOf = (project) => server.sql.row`SELECT auth_strength, amr FROM sessions WHERE project_id = ${project.id} ORDER BY id DESC LIMIT 1`;
const actionsOf = (flow) => flow.flow.options.map(({ action }) => action).sort();
const redeem = async (browser, project, token) => browser.post("/api/v1/flows/redeem", { token, client_id: project.clientId }, { headers: { Origin: browser.origin } });

/** The code of the newest text to a number: read where the sender would read it. */
async function textTo(project, phone) {
	const row = await server.sql.row`SELECT channel, status FROM messages WHERE project_id = ${project.id} AND recipient = ${phone} ORDER BY id DESC LIMIT 1`;
	return row;
}

test("an e-mail code signs in who is known; the session says by what", async () => {
	const here = await place(["email_otp"]);
	const user = await makeUser(here.project, { email: makeEmail("pat") });
	const flow = await identified(here, user.email);
	assert.deepEqual(actionsOf(flow), ["back", "send_code", "verify_code"]);
	const sent = await flow.go("send_code", {});
	assert.equal(sent.state, "first_factor");
	assert.equal(sent.tries_left, 5);
	assert.ok(Date.parse(sent.resend_at) > Date.now());
	const mail = await waitForMail(server, user.email);
	assert.ok(mail.code, mail.text);
	assert.equal((await flow.go("verify_code", { code: ` ${mail.code.slice(0, 3)} ${mail.code.slice(3)}` })).state, "done");
	await flow.go("complete");
	assert.deepEqual(await strengthOf(here.project), { auth_strength: "email_otp", amr: "otp" });
	assert.equal(await server.sql.value`SELECT template FROM messages WHERE project_id = ${here.project.id}`, "email-otp");
});

test("a magic link signs in the browser that opens it, once; the first browser has the flow no more", async () => {
	const here = await place(["magic_link"]);
	const user = await makeUser(here.project, { email: makeEmail("pat") });
	const flow = await identified(here, user.email);
	await flow.go("send_link", {});
	const mail = await waitForMail(server, user.email);
	assert.ok(mail.url.startsWith(`${server.authUrl}/p/${here.project.clientId}/magic-link#mlt_`), mail.url);
	const browser = new Client(server, { site: "auth" });
	const opened = await redeem(browser, here.project, mail.token);
	assert.equal(expectStatus(opened, 200).state, "done");
	expectError(await redeem(new Client(server, { site: "auth" }), here.project, mail.token), 410, "link_invalid");
	expectError(await flow.browser.get(`/api/v1/flows/${flow.id}`), 404, "not_found");
	await new Flow(browser, opened.json).go("complete");
	assert.deepEqual(await strengthOf(here.project), { auth_strength: "magic_link", amr: "otp" });
});

test("U-16 a magic link is too old after link_minutes, void after a newer one, and off with its method", async () => {
	const here = await place(["magic_link"]);
	const user = await makeUser(here.project, { email: makeEmail("pat") });
	const send = async (count) => {
		await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${user.email}`;
		await (await identified(here, user.email)).go("send_link", {});
		return (await waitForMail(server, user.email, { count })).token;
	};
	const open = (token) => redeem(new Client(server, { site: "auth" }), here.project, token);
	const first = await send(1);
	const second = await send(2);
	expectError(await open(first), 410, "link_invalid");
	await here.set({ methods: ["password"] });
	expectError(await open(second), 403, "method_disabled");
	await here.set({});
	await server.sql.run`UPDATE one_time_tokens SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE token_digest = ${digest(second)}`;
	expectError(await open(second), 410, "link_invalid");
	assert.equal(expectStatus(await open(await send(3)), 200).state, "done");
});

test("U-8 whom nobody knows gets an account by proof where sign-up is open, and 403 after proof where it isn't", async () => {
	for (const [method, prove] of [
		["email_otp", async (here, email) => {
			const flow = await identified(here, email);
			await flow.go("send_code", {});
			return flow.act("verify_code", { code: (await waitForMail(server, email)).code });
		}],
		["magic_link", async (here, email) => {
			await (await identified(here, email)).go("send_link", {});
			return redeem(new Client(server, { site: "auth" }), here.project, (await waitForMail(server, email)).token);
		}],
	]) {
		const open = await place([method]);
		const email = makeEmail("new");
		assert.equal(expectStatus(await prove(open, email), 200).state, "done");
		assert.equal(await server.sql.value`SELECT email_verified_at IS NOT NULL FROM users WHERE project_id = ${open.project.id} AND email = ${email}`, 1);
		for (const sign_up of ["closed", "invite_only"]) {
			const shut = await place([method], { sign_up });
			const known = await makeUser(shut.project, { email: makeEmail("known") });
			expectError(await prove(shut, makeEmail("new")), 403, "sign_up_disabled");
			assert.equal(await users(shut.project), 1);
			assert.equal(expectStatus(await prove(shut, known.email), 200).state, "done", "who is there already signs in");
		}
	}
});

test("U-6 known and unknown: the same status, body and headers at identify, send_code and send_link, and a mail for both", async () => {
	const here = await place(["email_otp", "magic_link", "username", "password"]);
	const user = await makeUser(here.project, { email: makeEmail("known"), username: `pat${Date.now().toString(36)}` });
	const shape = (answer) => {
		const { id, flow_token, expires_at, identifier_hint, resend_at, ...rest } = answer.json;
		assert.ok(id && flow_token && expires_at && identifier_hint);
		return JSON.stringify([answer.status, rest, resend_at === null, Object.keys(answer.headers).sort()]);
	};
	const walk = async (identifier, action) => {
		const flow = await here.open();
		return [await flow.act("identify", { identifier }), await flow.act(action, {})].map(shape);
	};
	for (const action of ["send_code", "send_link"])
		for (const [known, unknown] of [[user.email, makeEmail("nobody")], [user.username, `nobody${Date.now().toString(36)}`]])
			assert.deepEqual(await walk(known, action), await walk(unknown, action), `${action} ${known}`);
});

test("a username signs in with the password, is compared in lower case, and is no way in without its method", async () => {
	const here = await place(["password", "username"], { require_email_verification: false });
	const username = `Pat_${Date.now().toString(36)}`;
	const password = makePassword();
	const up = await here.open("sign_up");
	assert.equal((await up.go("sign_up", { username, password, name: "Pat" })).state, "done");
	const flow = await identified(here, username.toUpperCase());
	assert.equal(flow.flow.identifier_hint, "p•••");
	expectError(await flow.act("password", { password: makePassword() }), 401, "invalid_credentials");
	assert.equal((await flow.go("password", { password })).state, "done");
	const again = await here.open("sign_up");
	expectError(await again.act("sign_up", { username, password, name: "Other" }), 409, "username_taken");
	await here.set({ methods: ["password"] });
	expectField(await (await here.open()).act("identify", { identifier: username }), "identifier");
	expectError(await again.act("sign_up", { username: `${username}2`, password, email: makeEmail() }), 403, "method_disabled");
});

test("sign_up asks for what the project's methods need", async () => {
	const here = await place(["password", "username"]);
	const flow = await here.open("sign_up");
	expectField(await flow.act("sign_up", { username: "somebody", password: makePassword() }), "email");
	expectField(await flow.act("sign_up", { email: makeEmail() }), "password");
	expectField(await flow.act("sign_up", { email: makeEmail(), username: "1x", password: makePassword() }), "username");
	const held = `held${Date.now().toString(36)}`;
	expectError(await flow.act("sign_up", { email: makeEmail(), username: held, password: `${held}${held}` }), 422, "weak_password");
	const byMail = await place(["email_otp"]);
	const up = await byMail.open("sign_up");
	const email = makeEmail("nopassword");
	expectError(await up.act("sign_up", { email, password: makePassword() }), 403, "method_disabled");
	await up.go("sign_up", { email, name: "No Password" });
	assert.equal((await up.go("verify_code", { code: (await waitForMail(server, email)).code })).state, "done", "no password is asked for");
});

test("GET /public/username_available: free, taken, no username at all, off", async () => {
	const here = await place(["password", "username"]);
	const user = await makeUser(here.project, { username: `pat${Date.now().toString(36)}` });
	const ask = (username, project = here.project) => new Client(server, { site: "auth" }).get(`/api/v1/public/username_available?client_id=${project.clientId}&username=${username}`);
	assert.deepEqual(expectStatus(await ask(user.username.toUpperCase()), 200), { available: false });
	assert.deepEqual(expectStatus(await ask(`${user.username}x`), 200), { available: true });
	expectField(await ask("1x"), "username");
	const off = await place(["password"]);
	expectError(await ask("free", off.project), 403, "method_disabled");
});

test("U-14 username_available: sixty a minute", async () => {
	const here = await place(["username", "password"]);
	const client = new Client(server, { site: "auth" });
	const answers = await atOnce(62, () => client.get(`/api/v1/public/username_available?client_id=${here.project.clientId}&username=free`));
	assert.ok(answers.filter(({ status }) => status === 200).length <= 61);
	assert.ok(answers.some(({ status }) => status === 429));
});

test("a guest: an account without a name, 30 a minute, none where sign-up isn't open", async () => {
	const here = await place(["anonymous"]);
	const flow = await here.open();
	assert.deepEqual(actionsOf(flow), ["anonymous"]);
	assert.equal((await flow.go("anonymous")).state, "done");
	await flow.go("complete");
	assert.deepEqual(await strengthOf(here.project), { auth_strength: "anonymous", amr: "anonymous" });
	assert.equal(await server.sql.value`SELECT is_anonymous FROM users WHERE project_id = ${here.project.id}`, 1);
	for (const sign_up of ["closed", "invite_only"]) {
		const shut = await place(["anonymous"], { sign_up });
		expectError(await (await shut.open()).act("anonymous"), 403, "sign_up_disabled");
		assert.equal(await users(shut.project), 0);
	}
});

async function guest(here) {
	const flow = await here.open();
	await flow.go("anonymous");
	await flow.go("complete");
	const id = await server.sql.value`SELECT id FROM users WHERE project_id = ${here.project.id} AND is_anonymous ORDER BY id DESC LIMIT 1`;
	return { id, browser: flow.browser };
}

/** A flow of who is signed in to the project: the header says whose cookie it is. */
async function upgradeFlow(here, browser) {
	const answer = await browser.post("/api/v1/flows", { kind: "upgrade", client_id: here.project.clientId }, { csrf: false, headers: { Origin: browser.origin, "X-Client-Id": here.project.clientId } });
	return answer.status === 201 ? new Flow(browser, answer.json) : answer;
}

test("U-27 kind upgrade: the guest keeps id and data, and is a guest no more", async () => {
	const here = await place(["password", "anonymous"]);
	const { id, browser } = await guest(here);
	const email = makeEmail("stays");
	const flow = await upgradeFlow(here, browser);
	assert.deepEqual(actionsOf(flow), ["sign_up"]);
	const password = makePassword();
	await flow.go("sign_up", { email, password, name: "Stays" });
	assert.equal(await server.sql.value`SELECT is_anonymous FROM users WHERE id = ${id}`, 1, "not before proof");
	await flow.go("verify_code", { code: (await waitForMail(server, email)).code });
	await flow.go("complete");
	assert.deepEqual(await server.sql.row`SELECT email, name, is_anonymous, email_verified_at IS NOT NULL AS proven FROM users WHERE id = ${id}`, { email, name: "Stays", is_anonymous: 0, proven: 1 });
	assert.equal(await users(here.project), 1);
	const again = await identified(here, email);
	assert.equal((await again.go("password", { password })).state, "done");
	expectError(await upgradeFlow(here, flow.browser), 409, "not_anonymous");
	expectError(await upgradeFlow(here, new Client(server, { site: "auth" })), 401, "unauthorized");
});

test("U-27 a guest is offered to become somebody while sign-up is closed, as the proof lets them; a newcomer isn't", async () => {
	const here = await place(["password", "anonymous"], { require_email_verification: false });
	const { id, browser } = await guest(here);
	assert.ok(actionsOf(await here.open()).includes("sign_up"));
	await here.set({ sign_up: "closed" });
	assert.ok(!actionsOf(await here.open()).includes("sign_up"));
	const flow = await upgradeFlow(here, browser);
	assert.deepEqual(actionsOf(flow), ["sign_up"]);
	assert.equal((await flow.go("sign_up", { email: makeEmail("stays"), password: makePassword() })).state, "done");
	assert.equal(await server.sql.value`SELECT is_anonymous FROM users WHERE id = ${id}`, 0);
});

test("U-27 a guest can't take an address that is in use", async () => {
	const here = await place(["password", "anonymous"], { require_email_verification: false });
	const taken = await makeUser(here.project, { email: makeEmail("taken") });
	const { id, browser } = await guest(here);
	await server.sql.run`UPDATE users SET name = 'Known already' WHERE id = ${id}`;
	const flow = await upgradeFlow(here, browser);
	expectError(await flow.act("sign_up", { email: taken.email, password: makePassword() }), 409, "email_taken");
	assert.equal(await server.sql.value`SELECT is_anonymous FROM users WHERE id = ${id}`, 1);
	assert.equal((await flow.go("sign_up", { email: makeEmail("free"), password: makePassword() })).state, "done");
	assert.equal(await server.sql.value`SELECT name FROM users WHERE id = ${id}`, "Known already", "what isn't named stays");
});

test("U-28 phone: the country's code, the channel, the text; five wrong codes and the number waits, also in a new flow", async () => {
	const here = await place(["phone_otp"], { phone: { channels: ["sms", "voice"], calling_codes: ["+49"], daily_limit: 500 } });
	const phone = makePhone();
	const flow = await here.open();
	expectError(await flow.act("identify", { identifier: makePhone("+62") }), 422, "phone_not_supported");
	expectField(await flow.act("identify", { identifier: "+49 12" }), "identifier");
	const there = await flow.go("identify", { identifier: `${phone.slice(0, 3)} (${phone.slice(3, 6)}) ${phone.slice(6)}` });
	assert.equal(there.identifier_hint, `+49•••${phone.slice(-2)}`);
	assert.deepEqual(there.options.filter(({ action }) => action !== "back"), [{ action: "send_code", method: "phone_otp" }, { action: "verify_code", method: "phone_otp" }]);
	expectField(await flow.act("send_code", { channel: "whatsapp" }), "channel");
	expectField(await flow.act("send_code", { channel: "email" }), "channel");
	await flow.go("send_code", { channel: "voice" });
	assert.equal((await textTo(here.project, phone)).channel, "sms");
	expectError(await flow.act("send_code", {}), 429, "too_many_attempts");
	for (let i = 0; i < 5; i++)
		expectError(await flow.act("verify_code", { code: "000000" }), 401, "invalid_code");
	const next = await identified(here, phone);
	expectError(await next.act("send_code", {}), 429, "too_many_attempts");
	assert.equal(await server.sql.value`SELECT count FROM sign_in_throttles WHERE project_id = ${here.project.id} AND kind = 'phone' AND subject = ${phone}`, 5);
});

test("U-28 over the project's daily limit: 429", async () => {
	const here = await place(["phone_otp"], { phone: { daily_limit: 1 } });
	await (await identified(here, makePhone())).go("send_code", {});
	expectError(await (await identified(here, makePhone())).act("send_code", {}), 429, "too_many_attempts");
});

test("U-14 a recipient's limit counts codes, links and recoveries together", async () => {
	const here = await place(ALL);
	const user = await makeUser(here.project, { email: makeEmail("often") });
	await (await identified(here, user.email)).go("send_code", {});
	await (await identified(here, user.email)).go("send_link", {});
	await (await here.open("recover")).go("recover", { identifier: user.email });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${here.project.id}`, 1, "one in sixty seconds, whatever it is");
	await waitForMail(server, user.email);
	assert.equal(mailsTo(server, user.email).length, 1);
});

test("U-15 fifty right codes at once: one wins", async () => {
	const here = await place(["email_otp"]);
	const email = makeEmail("race");
	const flow = await identified(here, email);
	await flow.go("send_code", {});
	const { code } = await waitForMail(server, email);
	const answers = await atOnce(50, () => flow.browser.with({ address: undefined }).post(`/api/v1/flows/${flow.id}/verify_code`, { code }, { headers: flow.headers(), csrf: false }));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1);
	assert.equal(await users(here.project), 1);
});

test("U-15 a hundred wrong codes at once: five are looked at, then the code is void, the right one too", async () => {
	const here = await place(["email_otp"]);
	const email = makeEmail("guess");
	const flow = await identified(here, email);
	await flow.go("send_code", {});
	const { code } = await waitForMail(server, email);
	const wrong = code === "000000" ? "111111" : "000000";
	await atOnce(100, (i) => flow.browser.with({ address: `127.77.${Math.floor(i / 20)}.${(i % 250) + 1}` }).post(`/api/v1/flows/${flow.id}/verify_code`, { code: wrong }, { headers: flow.headers(), csrf: false }));
	assert.equal(await server.sql.value`SELECT code_tries FROM flows WHERE id = ${flow.id}`, 5);
	expectError(await flow.act("verify_code", { code }), 401, "invalid_code");
});

test("user_banned and user_deactivated only after the right code", async () => {
	for (const status of ["banned", "deactivated"]) {
		const here = await place(["email_otp"]);
		const user = await makeUser(here.project, { email: makeEmail(status), status });
		const flow = await identified(here, user.email);
		await flow.go("send_code", {});
		const { code } = await waitForMail(server, user.email);
		expectError(await flow.act("verify_code", { code: code === "000000" ? "111111" : "000000" }), 401, "invalid_code");
		expectError(await flow.act("verify_code", { code }), 403, `user_${status}`);
	}
});

// Each method's own paths, from a flow brought to where they are possible while everything is on.
const PATHS = [
	{ method: "password", at: makeEmail, action: "password", json: { password: "x" } },
	{ method: "password", action: "sign_up", json: () => ({ email: makeEmail(), password: makePassword(), name: "N" }) },
	{ method: "password", action: "recover", json: () => ({ identifier: makeEmail() }) },
	{ method: "magic_link", at: makeEmail, action: "send_link", json: {} },
	{ method: "email_otp", at: makeEmail, action: "send_code", json: {} },
	{ method: "email_otp", at: makeEmail, before: (flow) => flow.go("send_code", {}), action: "verify_code", json: { code: "000000" } },
	{ method: "phone_otp", action: "identify", json: () => ({ identifier: makePhone() }) },
	{ method: "phone_otp", at: makePhone, action: "send_code", json: {} },
	{ method: "phone_otp", at: makePhone, before: (flow) => flow.go("send_code", {}), action: "verify_code", json: { code: "000000" } },
	{ method: "username", action: "sign_up", json: () => ({ email: makeEmail(), username: `u${Date.now().toString(36)}`, password: makePassword(), name: "N" }) },
	{ method: "anonymous", action: "anonymous", json: {} },
];

for (const by of ["project", "client"])
	for (const { method, at, before, action, json } of PATHS)
		test(`U-9 ${method} off for the ${by}: ${action} is 403 method_disabled, at once`, async () => {
			const here = await place(ALL);
			const prepared = async () => {
				const flow = at ? await identified(here, at()) : await here.open();
				await before?.(flow);
				return flow;
			};
			const body = () => (typeof json === "function" ? json() : json);
			const flow = await prepared();
			const others = ALL.filter((one) => one !== method);
			if (by === "project")
				await here.set({ methods: others });
			else
				await server.sql.run`UPDATE clients SET auth_methods = ${others.join(" ")} WHERE project_id = ${here.project.id}`;
			expectError(await flow.act(action, body()), 403, "method_disabled");
			await here.set({ methods: ALL });
			await server.sql.run`UPDATE clients SET auth_methods = NULL WHERE project_id = ${here.project.id}`;
			assert.notEqual((await flow.act(action, body())).json.error?.code, "method_disabled", "the control: the same request while it is on");
		});

test("U-14 a second link within the minute waits: 429 too_many_attempts", async () => {
	const here = await place(["magic_link"]);
	const flow = await identified(here, makeEmail());
	await flow.go("send_link", {});
	const answer = await flow.act("send_link", {});
	expectError(answer, 429, "too_many_attempts");
	assert.ok(Number(answer.headers["retry-after"]) <= 60);
});

test("U-9 a provider while social sign-in is off: 403 method_disabled", async () => {
	const here = await place(["password"]);
	expectError(await (await here.open()).act("social", { provider: "github" }), 403, "method_disabled");
});

test("U-15 a number that waits after five wrong codes takes none in its other flows either", async () => {
	const here = await place(["phone_otp"]);
	const phone = makePhone();
	const [one, two] = [await identified(here, phone), await identified(here, phone)];
	await one.go("send_code", {});
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${phone}`;
	await two.go("send_code", {});
	for (let i = 0; i < 5; i++)
		expectError(await one.act("verify_code", { code: "000000" }), 401, "invalid_code");
	expectError(await two.act("verify_code", { code: "000000" }), 429, "too_many_attempts");
});

test("U-9 what waits for its mail is off with its method: a sign-up's code and link, a reset's link", async () => {
	const here = await place(["password"]);
	const user = await makeUser(here.project, { email: makeEmail("pat") });
	const started = async () => {
		const flow = await here.open("sign_up");
		const email = makeEmail("new");
		await flow.go("sign_up", { email, password: makePassword() });
		return { flow, mail: await waitForMail(server, email) };
	};
	const typed = await started();
	const opened = await started();
	const forgotten = await here.open("recover");
	await forgotten.go("recover", { identifier: user.email });
	const reset = await waitForMail(server, user.email);
	await here.set({ methods: ["passkey"] });
	expectError(await typed.flow.act("verify_code", { code: typed.mail.code }), 403, "method_disabled");
	expectError(await redeem(opened.flow.browser, here.project, opened.mail.token), 403, "method_disabled");
	expectError(await redeem(forgotten.browser, here.project, reset.token), 403, "method_disabled");
	assert.equal(await users(here.project), 1);
	await here.set({ methods: ["password"] });
	assert.equal((await typed.flow.go("verify_code", { code: typed.mail.code })).state, "done");
	assert.equal(expectStatus(await redeem(opened.flow.browser, here.project, opened.mail.token), 200).state, "done");
	assert.equal(expectStatus(await redeem(forgotten.browser, here.project, reset.token), 200).state, "new_password");
});

for (const by of ["project", "client"])
	test(`U-9 a method turned off for the ${by} between its proof and complete: 403 method_disabled; on again, it goes on`, async () => {
		const here = await place(["password", "email_otp"]);
		const off = () => (by === "project" ? here.set({ methods: ["email_otp"] })
			: server.sql.run`UPDATE clients SET auth_methods = 'email_otp' WHERE project_id = ${here.project.id} AND id = ${here.project.clientId}`);
		const on = () => (by === "project" ? here.set({}) : server.sql.run`UPDATE clients SET auth_methods = NULL WHERE project_id = ${here.project.id} AND id = ${here.project.clientId}`);
		const user = await projectUser(server, here.project, { password: true });
		const byPassword = await identified(here, user.email);
		assert.equal((await byPassword.go("password", { password: user.password })).state, "done");
		const byCode = await identified(here, user.email);
		await byCode.go("send_code", {});
		assert.equal((await byCode.go("verify_code", { code: (await waitForMail(server, user.email)).code })).state, "done");
		await off();
		expectError(await byPassword.act("complete"), 403, "method_disabled");
		await byCode.go("complete");
		await on();
		await byPassword.go("complete");
	});
