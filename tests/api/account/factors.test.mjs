// One's own second factors: authenticator app, backup codes, passkeys; what they are called and how they go.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { addPasskey, addTotp, atOnce, Authenticator, expectError, expectField, expectStatus, makeId, MINUTE, person, projectUser, sharedServer, signInSettings, tally, totp, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const signedIn = async (options) => {
	const user = await person(server, { password: true });
	return { user, session: await user.session(options) };
};
const factors = async (session) => expectStatus(await session.get("/api/v1/account/factors"), 200).data;
const events = (user) => server.sql.rows`SELECT action, actor_id FROM audit_events WHERE actor_id = ${user.id} ORDER BY occurred_at, id`;
const actions = async (user) => (await events(user)).map(({ action }) => action);

// ---- authenticator apps

test("an app is begun, doesn't count, and counts after its first code; oathtool makes the same one", async () => {
	const { user, session } = await signedIn();
	const begun = expectStatus(await session.post("/api/v1/account/totp"), 201);
	assert.match(begun.secret, /^[A-Z2-7]{32}$/, "20 octets");
	assert.ok(begun.otpauth_uri.startsWith("otpauth://totp/"));
	assert.ok(begun.otpauth_uri.includes(`secret=${begun.secret}`));
	assert.match(begun.qr_svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
	const [waiting] = await factors(session);
	assert.deepEqual({ kind: waiting.kind, confirmed: waiting.confirmed }, { kind: "totp", confirmed: false });
	const code = execFileSync("oathtool", ["--totp", "--base32", begun.secret], { encoding: "utf8" }).trim();
	const { backup_codes } = expectStatus(await session.post("/api/v1/account/totp/verify", { code }), 200);
	assert.equal(backup_codes.length, 10);
	for (const one of backup_codes)
		assert.match(one, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/, "U-21");
	const [confirmed] = await factors(session);
	assert.equal(confirmed.id, begun.factor_id);
	assert.equal(confirmed.confirmed, true);
	assert.deepEqual(await actions(user), ["two_factor.enabled", "backup_codes.created"]);
	assert.match((await waitForMail(server, user.email)).text, /authenticator app was added/i);
});

test("MF-04 neither seed nor codes are ever shown again, nor stored as they are", async () => {
	const { user, session } = await signedIn();
	const { secret, backup_codes } = await addTotp(session);
	const shown = JSON.stringify(await factors(session));
	assert.ok(!shown.includes(secret) && !shown.includes(backup_codes[0]));
	const stored = await server.sql.rows`SELECT HEX(secret_sealed) AS sealed FROM user_factors WHERE user_id = ${user.id}`;
	assert.equal(stored.length, 2, "the seed, and the key of the codes");
	for (const { sealed } of stored)
		assert.ok(!sealed.includes(Buffer.from(secret).toString("hex").toUpperCase()));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id} AND LENGTH(code_digest) = 32`, 10);
});

test("a wrong first code: 401 invalid_code, the right one then works; no app waiting: 401", async () => {
	const { session } = await signedIn();
	expectError(await session.post("/api/v1/account/totp/verify", { code: "123456" }), 401, "invalid_code");
	const { secret } = expectStatus(await session.post("/api/v1/account/totp"), 201);
	const right = totp(secret);
	const wrong = String((Number(right) + 1) % 1000000).padStart(6, "0");
	expectError(await session.post("/api/v1/account/totp/verify", { code: wrong }), 401, "invalid_code");
	expectError(await session.post("/api/v1/account/totp/verify", { code: totp(secret, { steps: 9 }) }), 401, "invalid_code");
	expectStatus(await session.post("/api/v1/account/totp/verify", { code: `${right.slice(0, 3)} ${right.slice(3)}` }), 200);
});

test("a new app takes the place of the one before, and a second beginning that of the first", async () => {
	const { session } = await signedIn();
	const first = await addTotp(session);
	const begun = expectStatus(await session.post("/api/v1/account/totp"), 201);
	const second = expectStatus(await session.post("/api/v1/account/totp"), 201);
	expectError(await session.post("/api/v1/account/totp/verify", { code: totp(begun.secret) }), 401, "invalid_code");
	assert.equal((await factors(session)).filter(({ confirmed }) => confirmed)[0].id, first.factor_id, "the old one counts until then");
	expectStatus(await session.post("/api/v1/account/totp/verify", { code: totp(second.secret) }), 200);
	assert.deepEqual((await factors(session)).map(({ id }) => id), [second.factor_id]);
});

// ---- backup codes

test("U-21 new backup codes void the old ones", async () => {
	const { user, session } = await signedIn();
	const { backup_codes } = await addTotp(session);
	const fresh = expectStatus(await session.post("/api/v1/account/backup_codes"), 201).backup_codes;
	assert.equal(new Set([...backup_codes, ...fresh]).size, 20);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id}`, 10);
});

// ---- passkeys

test("a passkey is added under its name; the same one again is 409 passkey_exists, also for another person", async () => {
	const { user, session } = await signedIn();
	const authenticator = await addPasskey(session, { name: "Laptop" });
	const [shown] = await factors(session);
	assert.deepEqual({ id: shown.id, kind: shown.kind, name: shown.name, confirmed: shown.confirmed, user_id: shown.user_id },
		{ id: authenticator.factor_id, kind: "passkey", name: "Laptop", confirmed: true, user_id: user.id });
	assert.deepEqual(await actions(user), ["passkey.added"]);

	const again = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200).passkey_options;
	assert.deepEqual(again.excludeCredentials.map(({ id }) => id), [authenticator.id.toString("base64url")]);
	expectError(await session.post("/api/v1/account/passkeys", { credential: authenticator.create(again) }), 409, "passkey_exists");
	const other = await signedIn();
	const { passkey_options } = expectStatus(await other.session.post("/api/v1/account/passkeys/options"), 200);
	expectError(await other.session.post("/api/v1/account/passkeys", { credential: authenticator.create(passkey_options) }), 409, "passkey_exists");
	assert.equal((await factors(other.session)).length, 0);
});

test("WA-01 a challenge answers once, in 5 minutes, for the session that asked", async () => {
	const { user, session } = await signedIn();
	const authenticator = new Authenticator({ origin: session.origin });
	const ask = async () => expectStatus(await session.post("/api/v1/account/passkeys/options"), 200).passkey_options;
	const send = (by, credential) => by.post("/api/v1/account/passkeys", { credential });

	const options = await ask();
	assert.equal(Buffer.from(options.challenge, "base64url").length, 32);
	assert.deepEqual(options.pubKeyCredParams.map(({ alg }) => alg), [-7, -8, -257]);
	assert.equal(options.attestation, "none");
	const broken = authenticator.create(options, { origin: "https://evil.example" });
	expectField(await send(session, broken), "credential", "passkey");
	expectField(await send(session, authenticator.create(options)), "credential", "passkey");

	const elsewhere = await user.session();
	expectField(await send(elsewhere, authenticator.create(await ask())), "credential", "passkey");
	const late = await ask();
	await server.sql.run`UPDATE one_time_tokens SET expires_at = '2020-01-01' WHERE user_id = ${user.id} AND used_at IS NULL`;
	expectField(await send(session, authenticator.create(late)), "credential", "passkey");
	expectStatus(await send(session, authenticator.create(await ask())), 201);
});

test("two answers to one challenge at once: one passkey", async () => {
	const { session } = await signedIn();
	const { passkey_options } = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200);
	await session.csrf();
	const answers = await atOnce(6, () => session.post("/api/v1/account/passkeys", { credential: new Authenticator({ origin: session.origin }).create(passkey_options) }));
	assert.deepEqual(tally(answers), { 201: 1, 422: 5 });
	assert.equal((await factors(session)).length, 1);
});

test("twenty passkeys are enough: 403 plan_limit_reached", async () => {
	const { user, session } = await signedIn();
	const { factor_id } = await addPasskey(session);
	for (let i = 0; i < 19; i++)
		await server.sql.run`INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, credential_id, credential_digest, public_key, sign_count, is_backup_eligible, is_backed_up, created_at)
			SELECT project_id, ${makeId("fac")}, user_id, kind, name, confirmed_at, credential_id, ${Buffer.from(`${factor_id}${i}`.padEnd(32).slice(-32))}, public_key, 0, FALSE, FALSE, created_at FROM user_factors WHERE id = ${factor_id}`;
	const { passkey_options } = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200);
	expectError(await session.post("/api/v1/account/passkeys", { credential: new Authenticator({ origin: session.origin }).create(passkey_options) }), 403, "plan_limit_reached");
	await server.sql.run`DELETE FROM user_factors WHERE user_id = ${user.id} AND id <> ${factor_id} LIMIT 1`;
	await addPasskey(session);
});

// ---- names, and how they go

test("a factor is renamed; nothing but its name changes", async () => {
	const { session } = await signedIn();
	const { factor_id } = await addPasskey(session);
	const target = `/api/v1/account/factors/${factor_id}`;
	assert.equal(expectStatus(await session.patch(target, { name: "Work phone" }), 200).name, "Work phone");
	expectField(await session.patch(target, { name: "" }), "name", "length");
	expectField(await session.patch(target, { name: "x".repeat(121) }), "name", "length");
	expectField(await session.patch(target, { name: "x", kind: "totp" }), "kind", "unknown");
});

test("a removed factor is gone, and backup codes go with the last one", async () => {
	const { user, session } = await signedIn();
	const { factor_id } = await addTotp(session);
	const passkey = await addPasskey(session);
	const left = () => server.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id}`;
	expectStatus(await session.delete(`/api/v1/account/factors/${factor_id}`), 204);
	assert.equal(await left(), 10, "the passkey is still a second factor");
	expectStatus(await session.delete(`/api/v1/account/factors/${passkey.factor_id}`), 204);
	assert.equal(await left(), 0);
	expectError(await session.delete(`/api/v1/account/factors/${factor_id}`), 404, "not_found");
	assert.deepEqual((await actions(user)).slice(-2), ["two_factor.disabled", "passkey.removed"]);
});

test("U-24 WA-10 the last way to sign in stays: 409 last_sign_in_method; with a password beside it, it goes", async () => {
	const user = await person(server);
	const session = await user.session();
	const { factor_id } = await addPasskey(session);
	expectError(await session.delete(`/api/v1/account/factors/${factor_id}`), 409, "last_sign_in_method");
	assert.equal((await factors(session)).length, 1);
	await server.sql.run`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
		SELECT project_id, ${user.id}, hash, scheme, FALSE, changed_at FROM user_passwords WHERE user_id = ${server.owner.userId}`;
	expectStatus(await session.delete(`/api/v1/account/factors/${factor_id}`), 204);
});

test("U-24 MF-04 changing factors asks for a sign-in no older than 5 minutes; looking and renaming don't", async () => {
	const { user, session } = await signedIn();
	const { factor_id } = await addPasskey(session);
	const stale = await user.session({ signedInAgo_ms: 6 * MINUTE });
	for (const [method, target, json] of [
		["POST", "/api/v1/account/totp", {}], ["POST", "/api/v1/account/totp/verify", { code: "123456" }],
		["POST", "/api/v1/account/backup_codes", {}], ["POST", "/api/v1/account/passkeys/options", {}],
		["POST", "/api/v1/account/passkeys", { credential: {} }], ["DELETE", `/api/v1/account/factors/${factor_id}`],
	])
		expectError(await stale.request(method, target, { json }), 403, "reauthentication_required");
	expectStatus(await stale.get("/api/v1/account/factors"), 200);
	expectStatus(await stale.patch(`/api/v1/account/factors/${factor_id}`, { name: "Renamed" }), 200);
	expectStatus(await session.delete(`/api/v1/account/factors/${factor_id}`), 204);
});

test("somebody else's factor doesn't exist", async () => {
	const [one, two] = [await signedIn(), await signedIn()];
	const { factor_id } = await addPasskey(one.session);
	expectError(await two.session.patch(`/api/v1/account/factors/${factor_id}`, { name: "Mine" }), 404, "not_found");
	expectError(await two.session.delete(`/api/v1/account/factors/${factor_id}`), 404, "not_found");
	assert.equal((await factors(one.session))[0].name, "Passkey");
});

test("U-20 ten wrong codes an hour and account, counting every try at once", async () => {
	const { user, session } = await signedIn();
	const { secret } = expectStatus(await session.post("/api/v1/account/totp"), 201);
	const wrong = String((Number(totp(secret)) + 1) % 1000000).padStart(6, "0");
	await session.csrf();
	const answers = await atOnce(12, () => session.post("/api/v1/account/totp/verify", { code: wrong }));
	assert.deepEqual(tally(answers), { 401: 10, 429: 2 });
	expectError(await session.post("/api/v1/account/totp/verify", { code: totp(secret) }), 429, "too_many_attempts");
	await server.sql.run`UPDATE sign_in_throttles SET window_start_at = window_start_at - INTERVAL 61 MINUTE WHERE kind = 'factor' AND subject = ${user.id}`;
	expectStatus(await session.post("/api/v1/account/totp/verify", { code: totp(secret) }), 200);
});

test("a factor that the project doesn't want isn't begun: 403 method_disabled; what is there goes on working", async () => {
	const owner = await person(server);
	for (const [settings, totp_, passkey] of [
		[{ mfa: "off" }, 403, 403], [{ mfa: "optional", mfa_methods: ["passkey"] }, 403, 200], [{ mfa: "required", mfa_methods: ["totp"] }, 201, 403],
		[{ mfa: "off", methods: ["password", "passkey"] }, 403, 200], [{}, 201, 200],
	]) {
		const project = await owner.org.project();
		await signInSettings(project, settings, { server });
		const session = await (await projectUser(server, project, { password: true })).session();
		const answers = [await session.post("/api/v1/account/totp"), await session.post("/api/v1/account/passkeys/options")];
		assert.deepEqual(answers.map(({ status }) => status), [totp_, passkey], JSON.stringify(settings));
		for (const answer of answers.filter(({ status }) => status === 403))
			expectError(answer, 403, "method_disabled");
		if (passkey === 403)
			expectError(await session.post("/api/v1/account/passkeys", { credential: {} }), 403, "method_disabled");
	}
});
