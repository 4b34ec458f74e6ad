// A new e-mail address or phone number: it counts once proven, and nobody learns who has it already.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, mailsTo, makeEmail, makePhone, MINUTE, person, projectUser, sharedServer, tally, until, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();

const askEmail = (browser, email) => browser.post("/api/v1/account/email", { email });
const verifyEmail = (browser, json) => browser.post("/api/v1/account/email/verify", json);

test("U-18 the new address proves itself by the code; the old one is told", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const email = makeEmail("next");
	expectStatus(await askEmail(browser, email), 202);
	const seen = expectStatus(await browser.get("/api/v1/account"), 200);
	assert.deepEqual([seen.email, seen.pending_email], [user.email, email]);
	const mail = await waitForMail(server, email);
	expectStatus(await verifyEmail(browser, { code: mail.code }), 204);
	const after = expectStatus(await browser.get("/api/v1/account"), 200);
	assert.deepEqual([after.email, after.email_verified, after.pending_email], [email, true, null]);
	const told = await waitForMail(server, user.email);
	assert.ok(told.text.includes(email), told.text);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'email.changed' AND target_id = ${user.id}`, 1);
	expectError(await verifyEmail(browser, { code: mail.code }), 401, "invalid_code");
});

test("U-16 or by the link, in a browser that is signed in as the same user; anybody else's session can't use it (PW-13)", async () => {
	const [user, other] = [await projectUser(server, project), await projectUser(server, project)];
	const browser = await user.session();
	const email = makeEmail("next");
	expectStatus(await askEmail(browser, email), 202);
	const mail = await waitForMail(server, email);
	assert.ok(mail.url.startsWith(`${server.authUrl}/p/${project.clientId}/account#mlt_`), mail.url);
	expectError(await verifyEmail(await other.session(), { token: mail.token }), 410, "link_invalid");
	expectError(await verifyEmail(browser, { token: "mlt_nonsense" }), 410, "link_invalid");
	expectStatus(await verifyEmail(await user.session(), { token: mail.token }), 204);
	assert.equal((await user.row()).email, email);
});

test("U-18 an older pending change is void; so is one from before the password changed", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const [first, second, third] = [makeEmail("first"), makeEmail("second"), makeEmail("third")];
	expectStatus(await askEmail(browser, first), 202);
	const old = await waitForMail(server, first);
	expectStatus(await askEmail(browser, second), 202);
	const mail = await waitForMail(server, second);
	expectError(await verifyEmail(browser, { token: old.token }), 410, "link_invalid");
	expectStatus(await verifyEmail(browser, { token: mail.token }), 204);
	expectStatus(await askEmail(browser, third), 202);
	const late = await waitForMail(server, third);
	expectStatus(await browser.post("/api/v1/account/password", { new_password: "an entirely new phrase 7" }), 204);
	expectError(await verifyEmail(browser, { token: late.token }), 410, "link_invalid");
});

test("PW-07 an address that somebody has: the same answer; its owner is told, and no code makes it one's own", async () => {
	const [user, holder] = [await projectUser(server, project), await projectUser(server, project)];
	const browser = await user.session();
	const [free, taken] = [await askEmail(await (await projectUser(server, project)).session(), makeEmail("free")), await askEmail(browser, holder.email)];
	assert.deepEqual([taken.status, Object.keys(taken.json)], [free.status, Object.keys(free.json)]);
	const mail = await waitForMail(server, holder.email);
	assert.equal(mail.code, undefined, "no code goes there");
	expectError(await verifyEmail(browser, { code: "000000" }), 401, "invalid_code");
	assert.equal((await user.row()).email, user.email);
});

test("an address taken between asking and proving: 409 email_taken, and the account is as it was", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const email = makeEmail("wanted");
	expectStatus(await askEmail(browser, email), 202);
	const mail = await waitForMail(server, email);
	await projectUser(server, project, { email });
	expectError(await verifyEmail(browser, { code: mail.code }), 409, "email_taken");
	assert.equal((await user.row()).email, user.email);
});

test("U-15 five wrong codes and the right one is void; a new one counts", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const email = makeEmail("next");
	expectStatus(await askEmail(browser, email), 202);
	const mail = await waitForMail(server, email);
	const wrong = mail.code === "111111" ? "222222" : "111111";
	for (let i = 0; i < 5; i++)
		expectError(await verifyEmail(browser, { code: wrong }), 401, "invalid_code");
	expectError(await verifyEmail(browser, { code: mail.code }), 401, "invalid_code");
	const next = makeEmail("next");
	expectStatus(await askEmail(browser, next), 202);
	const fresh = await waitForMail(server, next);
	expectStatus(await verifyEmail(browser, { code: `${fresh.code.slice(0, 3)} ${fresh.code.slice(3)}` }), 204);
});

test("U-15 two right codes at once: one counts", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const email = makeEmail("next");
	expectStatus(await askEmail(browser, email), 202);
	const mail = await waitForMail(server, email);
	await browser.csrf();
	const answers = await atOnce(4, () => verifyEmail(browser, { code: mail.code }));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 401, 401, 401], JSON.stringify(tally(answers)));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'email.changed' AND target_id = ${user.id}`, 1);
});

test("U-24 asking needs a young sign-in; one's own address, and what is none: 422", async () => {
	const user = await projectUser(server, project);
	expectError(await askEmail(await user.session({ signedInAgo_ms: 6 * MINUTE }), makeEmail()), 403, "reauthentication_required");
	const browser = await user.session();
	expectField(await askEmail(browser, user.email.toUpperCase()), "email", "same");
	expectField(await askEmail(browser, "nobody"), "email");
	expectField(await verifyEmail(browser, {}), "code", "required");
	expectField(await verifyEmail(browser, { code: "12345" }), "code", "pattern");
	expectStatus(await askEmail(browser, makeEmail()), 202);
});

test("U-14 the same recipient twice within a minute: 429, and one mail", async () => {
	const browser = await (await projectUser(server, project)).session();
	const email = makeEmail("often");
	expectStatus(await askEmail(browser, email), 202);
	expectError(await askEmail(browser, email), 429, "rate_limited");
	await waitForMail(server, email);
	assert.equal(mailsTo(server, email).length, 1);
});

test("in the console too: the link leads to the dashboard", async () => {
	const someone = await person(server);
	const browser = await someone.session();
	const email = makeEmail("console");
	expectStatus(await askEmail(browser, email), 202);
	const mail = await waitForMail(server, email);
	assert.ok(mail.url.startsWith(`${server.url}/dashboard/account#mlt_`), mail.url);
	expectStatus(await verifyEmail(browser, { token: mail.token }), 204);
	assert.equal(expectStatus(await browser.get("/api/v1/me"), 200).email, email);
});

test("a phone number: a text is queued with a code; five wrong codes lock for 15 minutes", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const phone = makePhone();
	expectStatus(await browser.post("/api/v1/account/phone", { phone }), 202);
	const row = await until("the text is in the outbox", () => server.sql.row`SELECT channel, user_id FROM messages WHERE recipient = ${phone}`);
	assert.deepEqual([row.channel, row.user_id], ["sms", user.id]);
	assert.equal(expectStatus(await browser.get("/api/v1/account"), 200).pending_phone, phone);
	for (let i = 0; i < 5; i++)
		expectError(await browser.post("/api/v1/account/phone/verify", { code: "000000" }), 401, "invalid_code");
	expectError(await browser.post("/api/v1/account/phone", { phone: makePhone() }), 429, "too_many_attempts");
	await server.sql.run`UPDATE contact_changes SET locked_until = NOW(3) - INTERVAL 1 SECOND WHERE user_id = ${user.id}`;
	expectStatus(await browser.post("/api/v1/account/phone", { phone: makePhone() }), 202);
});

test("U-28 a number of somebody else gets no text, and the answer is the same; countries that aren't served: 422", async () => {
	const place = await owner.org.project();
	const [user, holder] = [await projectUser(server, place), await projectUser(server, place, { phone: makePhone() })];
	const browser = await user.session();
	const { phone } = await holder.row();
	expectStatus(await browser.post("/api/v1/account/phone", { phone }), 202);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE recipient = ${phone}`, 0);
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${place.id}, 'sign_in', '{"phone":{"calling_codes":["+62"]}}', 1, NOW(3))`;
	expectError(await browser.post("/api/v1/account/phone", { phone: makePhone() }), 422, "phone_not_supported");
	expectStatus(await browser.post("/api/v1/account/phone", { phone: `+62812${String(Date.now()).slice(-7)}` }), 202);
	expectField(await browser.post("/api/v1/account/phone", { phone: "0815" }), "phone");
});

test("an account takes a phone, and phones as second factors, where texts can be sent", async () => {
	const owner = await person(server);
	const settings = await owner.session();
	const browser = await (await projectUser(server, owner.project)).session();
	const said = async () => {
		const { takes_phone, mfa_methods } = expectStatus(await browser.get("/api/v1/account"), 200);
		return { takes_phone, mfa_methods };
	};
	assert.deepEqual(await said(), { takes_phone: false, mfa_methods: ["totp", "passkey"] });
	expectStatus(await settings.patch("/api/v1/sms_settings", { provider: "messagebird", from: "Shop", api_key: "live-key-of-a-provider" }), 200);
	assert.deepEqual(await said(), { takes_phone: true, mfa_methods: ["totp", "passkey", "phone"] });
});
