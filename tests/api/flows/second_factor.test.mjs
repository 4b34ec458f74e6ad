// The states second_factor and enroll_factor: asked behind every first factor, set up where a project demands it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addPasskey, addTotp, atOnce, Authenticator, enrollFlow, expectError, expectField, expectStatus, newPasswordFlow, makePhone, openFlow, person, projectWith, setSignIn, sharedServer, signIn, signInFlow, tally, totp, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();

/** Somebody of the console with an authenticator app and a password. */
async function guarded() {
	const user = await person(server, { password: true });
	const session = await user.session();
	return { user, session, ...await addTotp(session) };
}

const begin = ({ email, password }) => signInFlow(server, { email, password });
const options = (flow) => flow.flow.options.map(({ action }) => action).sort();
/** A minute passes for the mails to somebody (rule 14). */
async function afterTheMail(user) {
	await waitForMail(server, user.email);
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE user_id = ${user.id}`;
}
const sessionOf = (user) => server.sql.row`SELECT auth_strength, amr, level FROM sessions WHERE user_id = ${user.id} ORDER BY created_at DESC, id DESC LIMIT 1`;
const wrongOf = (secret) => String((Number(totp(secret)) + 7) % 1000000).padStart(6, "0");

test("U-22 MF-03 after the right password the second factor is asked; the session is of level 2", async () => {
	const { user, secret } = await guarded();
	const flow = await begin(user);
	assert.equal(flow.state, "second_factor");
	assert.deepEqual(options(flow), ["backup_code", "totp"]);
	expectError(await flow.act("complete"), 409, "flow_state_conflict");
	assert.equal(flow.browser.cookies["__Host-gatehouse"], undefined, "SE-05 no session before");
	expectError(await flow.act("totp", { code: wrongOf(secret) }), 401, "invalid_code");
	assert.equal((await flow.go("totp", { code: totp(secret) })).state, "done");
	await flow.go("complete");
	assert.deepEqual(await sessionOf(user), { auth_strength: "totp_mfa", amr: "pwd otp mfa", level: 2 });
});

test("U-20 MF-01 a code is taken once: the same one, and the one of the step before, are refused afterwards", async () => {
	const { user, secret } = await guarded();
	const code = totp(secret);
	await (await begin(user)).go("totp", { code });
	const again = await begin(user);
	expectError(await again.act("totp", { code }), 401, "invalid_code");
	expectError(await again.act("totp", { code: totp(secret, { steps: -1 }) }), 401, "invalid_code");
	assert.equal((await again.go("totp", { code: totp(secret, { steps: 1 }) })).state, "done");
});

test("U-20 an app that waits for its first code is no factor", async () => {
	const user = await person(server, { password: true });
	const session = await user.session();
	const { secret } = expectStatus(await session.post("/api/v1/account/totp"), 201);
	assert.equal((await begin(user)).state, "done");
	expectStatus(await session.post("/api/v1/account/totp/verify", { code: totp(secret) }), 200);
	assert.equal((await begin(user)).state, "second_factor");
});

test("U-21 a backup code works once, however it is typed; one of an old set doesn't", async () => {
	const { user, session, backup_codes } = await guarded();
	const flow = await begin(user);
	expectError(await flow.act("backup_code", { code: "00000-0000-0000" }), 401, "invalid_code");
	assert.equal((await flow.go("backup_code", { code: backup_codes[0].toLowerCase().replaceAll("-", " ") })).state, "done");
	const again = await begin(user);
	expectError(await again.act("backup_code", { code: backup_codes[0] }), 401, "invalid_code");
	const fresh = expectStatus(await session.post("/api/v1/account/backup_codes"), 201).backup_codes;
	expectError(await again.act("backup_code", { code: backup_codes[1] }), 401, "invalid_code");
	assert.equal((await again.go("backup_code", { code: fresh[1] })).state, "done");
	const used = await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'backup_codes.used' AND actor_id = ${user.id}`;
	assert.equal(used, 2);
});

test("U-21 one backup code in ten flows at once: one goes on", async () => {
	const { user, backup_codes } = await guarded();
	const flows = [];
	for (let i = 0; i < 6; i++)
		flows.push(await begin(user));
	const answers = await Promise.all(flows.map((flow) => flow.act("backup_code", { code: backup_codes[3] })));
	assert.deepEqual(tally(answers), { 200: 1, 401: 5 });
});

test("U-20 MF-02 ten wrong second factors an hour, over all kinds of them; a spaced code is no new bucket", async () => {
	const { user, secret, backup_codes } = await guarded();
	const flow = await begin(user);
	const wrong = wrongOf(secret);
	for (let i = 0; i < 5; i++)
		expectError(await flow.act("totp", { code: i % 2 ? wrong : `${wrong.slice(0, 3)} ${wrong.slice(3)}` }), 401, "invalid_code");
	const other = await begin(user);
	for (let i = 0; i < 5; i++)
		expectError(await other.act("backup_code", { code: `00000-0000-000${i}` }), 401, "invalid_code");
	const third = await begin(user);
	const refused = await third.act("totp", { code: totp(secret) });
	expectError(refused, 429, "too_many_attempts");
	assert.ok(Number(refused.headers["retry-after"]) > 3500, "the hour began with the first of them");
	expectError(await third.act("backup_code", { code: backup_codes[0] }), 429, "too_many_attempts");

	const somebody = await guarded();
	await (await begin(somebody.user)).go("totp", { code: totp(somebody.secret) });
	await server.sql.run`UPDATE sign_in_throttles SET window_start_at = window_start_at - INTERVAL 61 MINUTE WHERE kind = 'factor' AND subject = ${user.id}`;
	assert.equal((await third.go("totp", { code: totp(secret) })).state, "done");
});

test("U-20 right codes don't count: eleven sign-ins in a row", async () => {
	const { user, backup_codes } = await guarded();
	for (const code of backup_codes)
		await (await begin(user)).go("backup_code", { code });
	assert.equal(await server.sql.value`SELECT count FROM sign_in_throttles WHERE kind = 'factor' AND subject = ${user.id}`, 0);
});

test("U-20 a hundred guesses at once count as many as they are", async () => {
	const { user, secret } = await guarded();
	const flow = await begin(user);
	const answers = await atOnce(25, (i) => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/totp`, { code: String(i).padStart(6, "0") === totp(secret) ? "999999" : String(i).padStart(6, "0") }, { headers: flow.headers(), csrf: false }));
	assert.equal(answers.filter(({ status }) => status === 401).length, 10, JSON.stringify(tally(answers)));
});

test("U-17 recovery asks the second factor before the new password", async () => {
	const { user, secret } = await guarded();
	await afterTheMail(user);
	const flow = await newPasswordFlow(server, user.email);
	assert.equal(flow.state, "second_factor");
	expectError(await flow.act("set_password", { password: "correct horse battery staple 1" }), 409, "flow_state_conflict");
	assert.equal((await flow.go("totp", { code: totp(secret) })).state, "new_password");
	assert.equal((await flow.go("set_password", { password: "correct horse battery staple 1" })).state, "done");
	await flow.go("complete");
	assert.equal((await sessionOf(user)).level, 2);
});

test("MF-04 MF-05 to prove oneself again asks the second factor, too, and raises the session's level", async () => {
	const user = await person(server, { password: true });
	const { browser } = await signIn(server, { email: user.email, password: user.password });
	const { secret } = await addTotp(browser);
	assert.equal((await sessionOf(user)).level, 1);
	browser.forgetCsrf();
	const flow = await openFlow(server, "reauthenticate", { browser });
	await flow.go("password", { password: user.password });
	assert.equal(flow.state, "second_factor");
	await flow.go("totp", { code: totp(secret) });
	await flow.go("complete");
	assert.equal((await sessionOf(user)).level, 2);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND revoked_at IS NULL`, 1);
});

test("a passkey as second factor: named to nobody but who gave the password", async () => {
	const user = await person(server, { password: true });
	const authenticator = await addPasskey(await user.session());
	const flow = await begin(user);
	assert.deepEqual(options(flow), ["passkey", "passkey_options"]);
	const { passkey_options } = await flow.go("passkey_options");
	assert.deepEqual(passkey_options.allowCredentials, [{ type: "public-key", id: authenticator.id.toString("base64url") }]);
	expectError(await flow.act("passkey", { credential: authenticator.get(passkey_options, { breakSignature: true }) }), 401, "invalid_credentials");
	const again = (await flow.go("passkey_options")).passkey_options;
	assert.equal((await flow.go("passkey", { credential: authenticator.get(again, { flags: 1 }) })).state, "done", "as a second factor it needn't verify the user");
	await flow.go("complete");
	assert.deepEqual(await sessionOf(user), { auth_strength: "passkey", amr: "pwd pop mfa", level: 2 });
});

test("U-22 somebody else's passkey is no second factor of mine", async () => {
	const [one, two] = [await person(server, { password: true }), await person(server, { password: true })];
	const mine = await addPasskey(await one.session());
	const theirs = await addPasskey(await two.session());
	const flow = await begin(one);
	const ask = async () => (await flow.go("passkey_options")).passkey_options;
	expectError(await flow.act("passkey", { credential: theirs.get(await ask()) }), 401, "invalid_credentials");
	assert.equal((await flow.go("passkey", { credential: mine.get(await ask()) })).state, "done");
});

// ---- a project's policy

test("mfa required: an app is set up before anything else, ten codes are shown once, and it is asked from then on", async () => {
	const { user, signIn: open } = await projectWith(server, { mfa: "required" });
	const flow = await open();
	assert.equal(flow.state, "enroll_factor");
	assert.deepEqual(options(flow), ["passkey_register", "passkey_register_options", "totp_start", "totp_verify"]);
	expectError(await flow.act("complete"), 409, "flow_state_conflict");
	expectError(await flow.act("totp_verify", { code: "123456" }), 401, "invalid_code");
	const { totp: begun } = await flow.go("totp_start");
	assert.ok(begun.otpauth_uri.includes(begun.secret) && begun.qr_svg.startsWith("<svg"));
	expectError(await flow.act("totp_verify", { code: wrongOf(begun.secret) }), 401, "invalid_code");
	const done = await flow.go("totp_verify", { code: totp(begun.secret, { steps: -1 }) });
	assert.equal(done.state, "done");
	assert.equal(done.backup_codes.length, 10);
	await flow.go("complete");
	assert.deepEqual(await sessionOf(user), { auth_strength: "totp_mfa", amr: "pwd otp mfa", level: 2 });
	const next = await open();
	assert.equal(next.state, "second_factor");
	await next.go("totp", { code: totp(begun.secret) });
});

test("mfa required: a passkey does as well, with codes for the day it is lost", async () => {
	const { user, signIn: open } = await projectWith(server, { mfa: "required", mfa_methods: ["passkey"] });
	const flow = await open();
	assert.deepEqual(options(flow), ["passkey_register", "passkey_register_options"]);
	expectError(await flow.act("totp_start"), 403, "method_disabled");
	expectError(await flow.act("totp_verify", { code: "123456" }), 403, "method_disabled");
	const authenticator = new Authenticator({ origin: flow.browser.origin });
	const ask = async () => (await flow.go("passkey_register_options")).passkey_options;
	expectField(await flow.act("passkey_register", { credential: authenticator.create(await ask(), { type: "webauthn.get" }) }), "credential", "passkey");
	const done = await flow.go("passkey_register", { credential: authenticator.create(await ask()), name: "Key" });
	assert.equal(done.state, "done");
	assert.equal(done.backup_codes.length, 10);
	await flow.go("complete");
	assert.equal((await sessionOf(user)).level, 2);

	const next = await open();
	assert.deepEqual(options(next), ["backup_code", "passkey", "passkey_options"]);
	expectError(await next.act("totp", { code: "123456" }), 403, "method_disabled");
	const { passkey_options } = await next.go("passkey_options");
	await next.go("passkey", { credential: authenticator.get(passkey_options) });
	const another = (await (await projectWith(server, { mfa: "required" })).signIn());
	assert.equal(another.state, "enroll_factor");
	const elsewhere = (await another.go("passkey_register_options")).passkey_options;
	assert.equal((await another.go("passkey_register", { credential: authenticator.create(elsewhere) })).state, "done", "another project's people are others");
});

test("passkey_exists while one is set up; without the passkey method the actions are method_disabled", async () => {
	const { signIn: open, project } = await projectWith(server, { mfa: "required" });
	const flow = await open();
	const authenticator = new Authenticator({ origin: flow.browser.origin });
	await flow.go("passkey_register", { credential: authenticator.create((await flow.go("passkey_register_options")).passkey_options) });
	const member = await projectWith(server, { mfa: "required" });
	await server.sql.run`UPDATE user_factors SET project_id = ${member.project.id}, user_id = ${member.user.id} WHERE project_id = ${project.id} AND kind = 'passkey'`;
	await server.sql.run`UPDATE user_factors SET confirmed_at = NULL WHERE project_id = ${member.project.id}`;
	const other = await member.signIn();
	expectError(await other.act("passkey_register", { credential: authenticator.create((await other.go("passkey_register_options")).passkey_options) }), 409, "passkey_exists");
	await setSignIn(server, member.project.id, { mfa: "required", mfa_methods: ["totp"] });
	expectError(await other.act("passkey_register_options"), 403, "method_disabled");
	expectError(await other.act("passkey_register", { credential: {} }), 403, "method_disabled");
});

test("mfa off: nobody is asked; optional: who has one is", async () => {
	const { project, signIn: open } = await projectWith(server, { mfa: "required" });
	const flow = await open();
	const { totp: begun } = await flow.go("totp_start");
	await flow.go("totp_verify", { code: totp(begun.secret) });
	await setSignIn(server, project.id, { mfa: "off" });
	assert.equal((await open()).state, "done");
	await setSignIn(server, project.id, { mfa: "optional" });
	assert.equal((await open()).state, "second_factor");
	await setSignIn(server, project.id, { mfa: "optional", mfa_methods: ["passkey"] });
	assert.equal((await open()).state, "done", "an app isn't asked where apps don't count");
});

test("a second factor that is gone meanwhile: 401, and the flow of a new sign-in asks none", async () => {
	const { user, session, factor_id, secret } = await guarded();
	const flow = await begin(user);
	expectStatus(await session.delete(`/api/v1/account/factors/${factor_id}`), 204);
	expectError(await flow.act("totp", { code: totp(secret) }), 401, "invalid_code");
	assert.equal((await begin(user)).state, "done");
});

test("U-19 the first proof of an address drops the factors that are older", async () => {
	const user = await person(server, { password: true, verified: false });
	await addTotp(await user.session());
	await afterTheMail(user);
	const flow = await newPasswordFlow(server, user.email);
	assert.equal(flow.state, "new_password", "who made the account may not be who reads the mailbox");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${user.id}`, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id}`, 0);
});

test("U-20 ten wrong tries of any kind spend the hour: a passkey and an app that is being set up wait too", async () => {
	const user = await person(server, { password: true });
	const session = await user.session();
	const { secret } = await addTotp(session);
	const authenticator = await addPasskey(session);
	const flow = await begin(user);
	const { passkey_options } = await flow.go("passkey_options");
	for (let i = 0; i < 10; i++)
		expectError(await flow.act("totp", { code: wrongOf(secret) }), 401, "invalid_code");
	expectError(await flow.act("passkey", { credential: authenticator.get(passkey_options) }), 429, "too_many_attempts");

	const { flow: enrolling } = await enrollFlow(server);
	const begun = await enrolling.go("totp_start");
	for (let i = 0; i < 10; i++)
		expectError(await enrolling.act("totp_verify", { code: wrongOf(begun.totp.secret) }), 401, "invalid_code");
	expectError(await enrolling.act("totp_verify", { code: totp(begun.totp.secret) }), 429, "too_many_attempts");
});

test("U-22 a factor that the person doesn't have is no way on: 403 method_disabled", async () => {
	const user = await person(server, { password: true });
	await addPasskey(await user.session());
	const flow = await begin(user);
	expectError(await flow.act("totp", { code: "123456" }), 403, "method_disabled");
	expectError(await flow.act("backup_code", { code: "AAAAA-AAAA-AAAA" }), 403, "method_disabled");
	assert.equal(flow.flow.state, "second_factor");
});

test("U-28 enroll_factor: a phone of another country isn't set up; without a provider of texts none is", async () => {
	const place = await projectWith(server, { mfa: "required", phone: { calling_codes: ["+1"] } });
	expectError(await (await place.signIn()).act("send_code", { phone: makePhone() }), 403, "method_disabled");
	const member = await place.owner.session({ headers: { "X-Project-Id": place.project.id } });
	expectStatus(await member.patch("/api/v1/sms_settings", { provider: "messagebird", from: "Shop", api_key: "a key of the tests" }), 200);
	const flow = await place.signIn();
	expectError(await flow.act("send_code", { phone: "+6281212345678" }), 422, "phone_not_supported");
	expectField(await flow.act("send_code", {}), "phone", "required");
	assert.notEqual((await flow.go("send_code", { phone: makePhone() })).resend_at, null);
});
