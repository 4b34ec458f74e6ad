// A phone as second factor, with codes that a provider of texts really gets: set up, asked for, and what doesn't count as one.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { expectError, expectField, expectStatus, MINUTE, mailsTo, openFlow, ownServer, projectWith, until } from "../harness/index.mjs";
import { Provider } from "../harness/carrier.mjs";
import { Client } from "../harness/http.mjs";
import { makePassword, makePhone } from "../harness/secrets.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const provider = await Provider.start(makeFolder("v"));
const server = await ownServer({ config: { outgoing: provider.outgoing, limits: { flow_action: { limit: 100000, window_s: 60 } } } });
after(() => provider.stop());
const VERIFY = "/api/v1/account/phone/verify";

/** A project with these settings, whose texts go out. */
async function place(settings = {}, { sends = true } = {}) {
	const made = await projectWith(server, settings);
	const session = await made.owner.session({ headers: { "X-Project-Id": made.project.id } });
	if (sends)
		expectStatus(await session.patch("/api/v1/sms_settings", { provider: "http", url: "https://mail.example.com/sms", api_key: makePassword() }), 200);
	return made;
}

const textsTo = (phone) => provider.requests.map(({ text }) => JSON.parse(text)).filter(({ to }) => to === phone);

/** The newest code that went to a number, once there are at least `count`. */
async function codeAt(phone, count = 1) {
	const texts = await until(`${count} text(s) to ${phone}`, () => {
		const found = textsTo(phone);
		return found.length >= count ? found : null;
	}, { patience_ms: 15000, every_ms: 50 });
	return /\d{6}/.exec(texts.at(-1).text)[0];
}

/** A minute passes for the number. */
const aMinutePasses = (phone) => server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${phone}`;
const options = ({ flow }) => flow.options.map(({ action }) => action).sort();
const wrong = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");
const factorsOf = async (session) => expectStatus(await session.get("/api/v1/account/factors"), 200).data;

/** The user's phone becomes a second factor; answers the number. */
async function addPhone(user, session, phone = makePhone()) {
	expectStatus(await session.post("/api/v1/account/phone", { phone }), 202);
	expectStatus(await session.post(VERIFY, { code: await codeAt(phone), second_factor: true }), 204);
	await aMinutePasses(phone);
	return phone;
}

test("U-20 U-22 a proven number becomes a factor only when its owner says so; then sign-in asks for a code to it", async () => {
	const here = await place();
	const session = await here.user.session();
	const plain = makePhone();
	expectStatus(await session.post("/api/v1/account/phone", { phone: plain }), 202);
	expectStatus(await session.post(VERIFY, { code: await codeAt(plain) }), 204);
	assert.deepEqual(await factorsOf(session), []);
	assert.equal((await here.signIn()).state, "done");

	const phone = await addPhone(here.user, session);
	const [factor] = await factorsOf(session);
	assert.deepEqual([factor.kind, factor.name, factor.confirmed], ["phone", `Phone •••${phone.slice(-4)}`, true]);
	const flow = await here.signIn();
	assert.equal(flow.state, "second_factor");
	assert.deepEqual(options(flow), ["send_code", "verify_code"]);
	expectError(await flow.act("verify_code", { code: "123456" }), 401, "invalid_code");
	const sent = await flow.go("send_code", {});
	assert.deepEqual([sent.identifier_hint, sent.tries_left], [`${phone.slice(0, 3)}•••${phone.slice(-2)}`, 5]);
	assert.notEqual(sent.resend_at, null);
	const code = await codeAt(phone, 2);
	expectError(await flow.act("verify_code", { code: wrong(code) }), 401, "invalid_code");
	assert.equal((await flow.go("verify_code", { code: `${code.slice(0, 3)} ${code.slice(3)}` })).state, "done");
	await flow.go("complete");
	const made = await server.sql.row`SELECT auth_strength, amr, level FROM sessions WHERE user_id = ${here.user.id} AND level = 2`;
	assert.deepEqual({ ...made }, { auth_strength: "phone_otp", amr: "pwd sms mfa", level: 2 });
	assert.notEqual((await factorsOf(session))[0].last_used_at, null);
	assert.ok(!JSON.stringify(await server.sql.rows`SELECT HEX(secret_sealed) AS sealed, name FROM user_factors WHERE user_id = ${here.user.id}`)
		.includes(Buffer.from(phone).toString("hex").toUpperCase()), "the number is sealed");
});

test("U-15 MF-02 five wrong codes void the one that was sent and lock the number; a code of another flow is none", async () => {
	const here = await place();
	const phone = await addPhone(here.user, await here.user.session());
	const [flow, other] = [await here.signIn(), await here.signIn()];
	await flow.go("send_code", {});
	const code = await codeAt(phone, 2);
	expectError(await other.act("verify_code", { code }), 401, "invalid_code");
	for (let i = 0; i < 5; i++)
		expectError(await flow.act("verify_code", { code: wrong(code) }), 401, "invalid_code");
	expectError(await flow.act("verify_code", { code }), 401, "invalid_code");
	await aMinutePasses(phone);
	expectError(await other.act("send_code", {}), 429, "too_many_attempts");
	await server.sql.run`DELETE FROM sign_in_throttles WHERE kind IN ('phone', 'factor')`;
	await other.go("send_code", {});
	assert.equal((await other.go("verify_code", { code: await codeAt(phone, 3) })).state, "done");
});

test("a code that was mailed or texted as the first factor is none as the second", async () => {
	const here = await place({ methods: ["password", "email_otp"] });
	await addPhone(here.user, await here.user.session());
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE user_id = ${here.user.id}`;
	const before = mailsTo(server, here.user.email).length;
	const flow = await here.open();
	await flow.go("identify", { identifier: here.user.email });
	await flow.go("send_code", {});
	const mail = await until("the code is mailed", () => mailsTo(server, here.user.email).slice(before).at(-1));
	await flow.go("password", { password: here.user.password });
	assert.deepEqual([flow.state, flow.flow.tries_left], ["second_factor", null]);
	expectError(await flow.act("verify_code", { code: mail.code }), 401, "invalid_code");
});

test("rule 22 a text behind a text proves nothing more: another factor is asked, or to be set up", async () => {
	const here = await place({ methods: ["password", "phone_otp"], mfa: "required" });
	const phone = await addPhone(here.user, await here.user.session());
	const flow = await here.open();
	await flow.go("identify", { identifier: phone });
	await flow.go("send_code", {});
	await flow.go("verify_code", { code: await codeAt(phone, 2) });
	assert.equal(flow.state, "enroll_factor");
	assert.deepEqual(options(flow), ["passkey_register", "passkey_register_options", "totp_start", "totp_verify"]);
	assert.deepEqual(options(await here.signIn()), ["send_code", "verify_code"]);
});

test("enroll_factor: a phone is set up where texts go out, and brings backup codes; elsewhere it isn't offered", async () => {
	const silent = await place({ mfa: "required" }, { sends: false });
	const nothing = await silent.signIn();
	assert.deepEqual(options(nothing), ["passkey_register", "passkey_register_options", "totp_start", "totp_verify"]);
	expectError(await nothing.act("send_code", { phone: makePhone() }), 403, "method_disabled");

	const here = await place({ mfa: "required", phone: { calling_codes: ["+1"] } });
	const phone = makePhone();
	const flow = await here.signIn();
	assert.equal(flow.state, "enroll_factor");
	expectField(await flow.act("send_code", {}), "phone", "required");
	expectField(await flow.act("send_code", { phone: "0815" }), "phone");
	expectError(await flow.act("send_code", { phone: "+6281212345678" }), 422, "phone_not_supported");
	expectField(await flow.act("send_code", { phone, email: "ada@example.com" }), "email");
	await flow.go("send_code", { phone: `${phone.slice(0, 3)} ${phone.slice(3)}` });
	const code = await codeAt(phone);
	expectError(await flow.act("verify_code", { code: wrong(code) }), 401, "invalid_code");
	const done = await flow.go("verify_code", { code });
	assert.equal(done.state, "done");
	assert.equal(done.backup_codes.length, 10);
	await flow.go("complete");
	const again = await here.signIn();
	assert.deepEqual(options(again), ["backup_code", "send_code", "verify_code"]);
	expectField(await again.act("send_code", { phone }), "phone", "not_here");
	assert.equal((await again.go("backup_code", { code: done.backup_codes[0] })).state, "done");
	const recorded = await server.sql.rows`SELECT action FROM audit_events WHERE actor_id = ${here.user.id} ORDER BY occurred_at, id`;
	assert.ok(recorded.some(({ action }) => action === "two_factor.enabled"));
});

test("U-24 a number becomes a factor by a fresh sign-in alone, where the project takes phones; a new one takes its place", async () => {
	const here = await place();
	const [old, session] = [await here.user.session({ signedInAgo_ms: 6 * MINUTE }), await here.user.session()];
	const first = makePhone();
	expectStatus(await session.post("/api/v1/account/phone", { phone: first }), 202);
	const code = await codeAt(first);
	expectError(await old.post(VERIFY, { code, second_factor: true }), 403, "reauthentication_required");
	expectStatus(await session.post(VERIFY, { code, second_factor: true }), 204);
	const second = await addPhone(here.user, session);
	assert.deepEqual((await factorsOf(session)).map(({ name }) => name), [`Phone •••${second.slice(-4)}`]);
	const [{ id }] = await factorsOf(session);
	expectStatus(await session.delete(`/api/v1/account/factors/${id}`), 204);
	assert.equal((await here.signIn()).state, "done");

	const none = await place({ mfa_methods: ["totp"] });
	const theirs = await none.user.session();
	const phone = makePhone();
	assert.deepEqual(expectStatus(await theirs.get("/api/v1/account"), 200).mfa_methods, ["totp"]);
	expectStatus(await theirs.post("/api/v1/account/phone", { phone }), 202);
	const other = await codeAt(phone);
	expectField(await theirs.post(VERIFY, { code: other, second_factor: true }), "second_factor", "off");
	expectStatus(await theirs.post(VERIFY, { code: other }), 204);
	assert.equal((await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth" }), client_id: none.project.clientId })).state, "identify");
});
