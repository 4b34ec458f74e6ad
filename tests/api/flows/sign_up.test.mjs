// Signing up with e-mail and password: proof first, then user, organization and Default project in one transaction.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectField, expectOneOf, expectStatus, Flow, mailsTo, makeEmail, makePassword, openFlow, person, sharedServer, signIn, signUp, signUpFlow, sleep, tally, until, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const usersWith = (email) => server.sql.value`SELECT COUNT(*) FROM users WHERE email_key = ${Buffer.from(email.toLowerCase())}`;

test("U-7 nothing is made before the proof; the code makes user, organization, owner and Default (T-1)", async () => {
	const flow = await signUpFlow(server, { name: "Nora New" });
	assert.equal(flow.state, "verification");
	assert.equal(await usersWith(flow.email), 0);
	const mail = await waitForMail(server, flow.email);
	assert.match(mail.code, /^\d{6}$/);
	assert.equal((await flow.go("verify_code", { code: mail.code })).state, "done");
	await flow.go("complete");
	const me = expectStatus(await flow.browser.get("/api/v1/me"), 200);
	assert.deepEqual([me.email, me.email_verified, me.name, me.org.name, me.org.role], [flow.email, true, "Nora New", "Nora New's organization", "owner"]);
	const { data } = expectStatus(await flow.browser.get("/api/v1/projects?is_default=true"), 200);
	assert.equal(data.length, 1);
	assert.deepEqual([data[0].name, data[0].slug, data[0].environment, data[0].type, data[0].redirect_uris], ["Default", "default", "live", "web", ["http://localhost/callback"]]);
	await signIn(server, { email: flow.email, password: flow.password });
});

test("T-1 without a name the organization is called after the address", async () => {
	const flow = await signUpFlow(server, { name: "" });
	const mail = await waitForMail(server, flow.email);
	await flow.go("verify_code", { code: mail.code });
	await flow.go("complete");
	assert.equal(expectStatus(await flow.browser.get("/api/v1/me"), 200).org.name, `${flow.email.split("@")[0]}'s organization`);
});

test("the mailed link works as the code does where the password was typed, once", async () => {
	const flow = await signUpFlow(server);
	const mail = await waitForMail(server, flow.email);
	assert.match(mail.token, /^mlt_[A-Za-z0-9]{38}$/, "U-16");
	assert.ok(mail.url.startsWith(`${server.url}/verify#`), "the link is of the configuration's address, the token in the fragment");
	const redeem = (token) => flow.browser.post("/api/v1/flows/redeem", { token }, { headers: { Origin: flow.browser.origin }, csrf: false });
	expectError(await redeem(`${mail.token.slice(0, -1)}~`), 410, "link_invalid");
	flow.take(expectStatus(await redeem(mail.token), 200));
	assert.equal(flow.state, "done");
	expectError(await redeem(mail.token), 410, "link_invalid");
	await flow.go("complete");
	await signIn(server, { email: flow.email, password: flow.password });
});

test("a link opened elsewhere takes the flow there and drops the typed password: it proves the mailbox, not the typist (PW-15)", async () => {
	const stranger = await signUpFlow(server, { email: makeEmail("victim") });
	const mail = await waitForMail(server, stranger.email);
	const browser = new Client(server);
	const answer = expectStatus(await browser.post("/api/v1/flows/redeem", { token: mail.token }, { headers: { Origin: browser.origin } }), 200);
	const flow = new Flow(browser, answer);
	assert.equal(flow.state, "new_password");
	expectError(await stranger.act("verify_code", { code: mail.code }), 404, "not_found");
	const password = makePassword();
	await flow.go("set_password", { password });
	await flow.go("complete");
	assert.equal(expectStatus(await browser.get("/api/v1/me"), 200).email, stranger.email);
	const guess = await openFlow(server);
	await guess.go("identify", { identifier: stranger.email });
	expectError(await guess.act("password", { password: stranger.password }), 401, "invalid_credentials");
	await signIn(server, { email: stranger.email, password });
});

test("U-15 the code: spaces are ignored; five wrong tries void it; two right ones at once: one wins", async () => {
	const spaced = await signUpFlow(server);
	const { code } = await waitForMail(server, spaced.email);
	assert.equal((await spaced.go("verify_code", { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })).state, "done");

	const guessed = await signUpFlow(server);
	const right = (await waitForMail(server, guessed.email)).code;
	for (let i = 0; i < 5; i++)
		expectError(await guessed.act("verify_code", { code: right === "111111" ? "222222" : "111111" }), 401, "invalid_code");
	expectError(await guessed.act("verify_code", { code: right }), 401, "invalid_code");
	assert.equal(await usersWith(guessed.email), 0);

	const raced = await signUpFlow(server);
	const both = (await waitForMail(server, raced.email)).code;
	const answers = await atOnce(6, () => raced.browser.post(`/api/v1/flows/${raced.id}/verify_code`, { code: both }, { headers: raced.headers() }));
	assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(tally(answers)));
	assert.equal(await usersWith(raced.email), 1);
});

test("U-15 a code lives for link_minutes", async () => {
	const flow = await signUpFlow(server);
	const { code } = await waitForMail(server, flow.email);
	await server.sql.run`UPDATE flows SET code_expires_at = NOW(3) - INTERVAL 1 SECOND WHERE id = ${flow.id}`;
	expectError(await flow.act("verify_code", { code }), 401, "invalid_code");
});

test("U-7 PW-07 a taken address: the same reply, another mail (account-exists), no second user", async () => {
	const user = await person(server, { password: true });
	const fresh = await openFlow(server, "sign_up");
	const taken = await openFlow(server, "sign_up");
	const strip = ({ json, status, headers }) => JSON.stringify([status, { ...json, id: "", flow_token: "", identifier_hint: "", expires_at: "", resend_at: "" }, Object.keys(headers).sort()]);
	const one = await fresh.act("sign_up", { email: makeEmail(), password: makePassword(), name: "N" });
	const two = await taken.act("sign_up", { email: user.email, password: makePassword(), name: "N" });
	assert.equal(strip(one), strip(two));
	const mail = await waitForMail(server, user.email);
	assert.equal(mail.code, undefined, "no code goes to somebody who has an account");
	assert.equal(await usersWith(user.email), 1);
});

test("U-2 T-1 two sign-ups of one address, both proven at once: one user, one organization, one default", async () => {
	const email = makeEmail("twin");
	const one = await signUpFlow(server, { email });
	const first = (await waitForMail(server, email)).code;
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${email}`;
	const two = await signUpFlow(server, { email });
	const second = (await waitForMail(server, email, { count: 2 })).code;
	const answers = await Promise.all([one.act("verify_code", { code: first }), two.act("verify_code", { code: second })]);
	for (const answer of answers)
		expectOneOf(answer, 200, 409);
	assert.equal(await usersWith(email), 1);
	const userId = await server.sql.value`SELECT id FROM users WHERE email_key = ${Buffer.from(email)}`;
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE user_id = ${userId}`, 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM orgs WHERE created_by = ${userId}`, 1);
});

test("U-10 weak passwords: 422 weak_password with the rule length, score or context; long and odd ones pass as sent", async () => {
	const email = makeEmail("weakling");
	const tried = async (password) => (await openFlow(server, "sign_up")).act("sign_up", { email, password, name: "W" });
	const local = email.split("@")[0];
	for (const [password, rule] of [["Ab1!xyz", "length"], ["password1", "score"], ["aaaaaaaaaaaa", "score"], [`${local}-9z!`, "context"]]) {
		const error = expectError(await tried(password), 422, "weak_password");
		assert.equal(error.details?.rule ?? error.details?.fields?.[0]?.rule, rule, `${rule}: ${JSON.stringify(error)}`);
	}
	const long = await tried("é".repeat(600));
	assert.equal(long.status, 422, "over 1,024 octets");
	const odd = " pa ss  wörd 🐘 vervain quilt ";
	const flow = await signUp(server, { password: odd });
	await signIn(server, { email: flow.email, password: odd });
	const trimmed = await openFlow(server);
	await trimmed.go("identify", { identifier: flow.email });
	expectError(await trimmed.act("password", { password: odd.trim() }), 401, "invalid_credentials");
});

test("U-1 addresses that are none: 422 names email", async () => {
	for (const email of ["x", "a@@b.example", "a b@example.com", "ä@example.com", "a@exa\u200bmple.com", "a@b@c.example", `${"x".repeat(250)}@example.com`])
		expectField(await (await openFlow(server, "sign_up")).act("sign_up", { email, password: makePassword(), name: "N" }), "email");
});

test("U-1 an IDNA domain is one address in both spellings", async () => {
	const local = makeEmail().split("@")[0];
	const flow = await signUp(server, { email: `${local}@bücher.example` });
	assert.equal(await server.sql.value`SELECT email_key FROM users WHERE email = ${flow.email}`.then(String), `${local}@xn--bcher-kva.example`);
	await signIn(server, { email: `${local}@XN--BCHER-KVA.example`, password: flow.password });
});

test("U-14 one mail a minute and recipient; a new code voids the old", async () => {
	const flow = await signUpFlow(server);
	const first = await waitForMail(server, flow.email);
	const early = await flow.act("send_code", { channel: "email" });
	expectOneOf(early, 200, 429);
	await sleep(400);
	assert.equal(mailsTo(server, flow.email).length, 1);
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${flow.email}`;
	const later = await flow.act("send_code", { channel: "email" });
	if (later.status === 200) {
		const second = await waitForMail(server, flow.email, { count: 2 });
		if (second.code !== first.code)
			expectError(await flow.act("verify_code", { code: first.code }), 401, "invalid_code");
		assert.equal((await flow.go("verify_code", { code: second.code })).state, "done");
	}
});

test("LG-01 the sealed flow row holds no password, the message row no code", async () => {
	const flow = await signUpFlow(server);
	const row = await server.sql.row`SELECT data_sealed FROM flows WHERE id = ${flow.id}`;
	assert.ok(!row.data_sealed.includes(flow.password));
	const mail = await waitForMail(server, flow.email);
	await until("the payload is wiped once sent", async () => {
		const message = await server.sql.row`SELECT status, payload_sealed FROM messages WHERE recipient = ${flow.email}`;
		return message.status === "sent" && message.payload_sealed === null;
	});
	assert.ok(mail.headers["message-id"]);
});

test("U-14 eleven sign-ups a minute from one address: 429", async () => {
	const flows = [];
	const browser = new Client(server);
	for (let i = 0; i < 11; i++)
		flows.push(await openFlow(server, "sign_up", { browser: browser.with({}) }));
	const statuses = [];
	for (const flow of flows)
		statuses.push((await flow.act("sign_up", { email: makeEmail(), password: makePassword(), name: "N" })).status);
	assert.deepEqual(statuses.slice(0, 10), Array(10).fill(200));
	assert.equal(statuses[10], 429);
});
