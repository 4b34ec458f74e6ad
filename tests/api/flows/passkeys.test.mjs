// Passkeys as the only factor: without a name, behind a name, and every refusal of users.md rule 23 beside the same ceremony that passes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Authenticator, cbor as cborOf, Client, expectError, expectStatus, FLAG, makeEmail, openFlow, projectUser, projectWith, Raw, sharedServer, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();
const SETTINGS = { methods: ["password", "passkey"] };

/** A project that takes passkeys, with somebody who has one. */
async function place(settings = SETTINGS, options = {}) {
	const made = await projectWith(server, settings);
	const authenticator = await give(made.user, options);
	return { ...made, authenticator };
}

/** A passkey for a project's user, by their account. */
async function give(user, options = {}) {
	const session = await user.session();
	const authenticator = new Authenticator({ origin: session.origin, ...options });
	const { passkey_options } = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200);
	expectStatus(await session.post("/api/v1/account/passkeys", { credential: authenticator.create(passkey_options) }), 201);
	return authenticator;
}

const ask = async (flow) => (await flow.go("passkey_options")).passkey_options;
const use = async (flow, authenticator, changes) => flow.act("passkey", { credential: authenticator.get(await ask(flow), changes) });

test("without a name: the passkey says who it is, is both factors, and makes a session of level 2", async () => {
	const { user, authenticator, open } = await place({ ...SETTINGS, mfa: "required" });
	const flow = await open();
	const options = await ask(flow);
	assert.deepEqual(options.allowCredentials, []);
	assert.equal(options.userVerification, "required");
	assert.equal((await flow.go("passkey", { credential: authenticator.get(options) })).state, "done", "U-22");
	await flow.go("complete");
	const session = await server.sql.row`SELECT auth_strength, amr, level FROM sessions WHERE user_id = ${user.id} ORDER BY created_at DESC, id DESC LIMIT 1`;
	assert.deepEqual(session, { auth_strength: "passkey", amr: "pop mfa", level: 2 });
	assert.ok(await server.sql.value`SELECT last_used_at FROM user_factors WHERE user_id = ${user.id}`);
});

test("all three algorithms register and sign in", async () => {
	for (const kind of ["ES256", "EdDSA", "RS256"]) {
		const { authenticator, open } = await place(SETTINGS, { kind });
		assert.equal(expectStatus(await use(await open(), authenticator), 200).state, "done", kind);
	}
});

test("behind a name: only that person's passkey; an unknown name answers alike", async () => {
	const { user, authenticator, open, project } = await place();
	const other = await projectUser(server, project, { password: true });
	const theirs = await give(other);
	const named = async (identifier) => {
		const flow = await open();
		await flow.go("identify", { identifier });
		return flow;
	};
	const known = await named(user.email);
	const unknown = await named(makeEmail("nobody"));
	const shape = ({ challenge, ...rest }) => rest;
	assert.deepEqual(shape(await ask(known)), shape(await ask(unknown)), "PW-07");
	const answers = [await use(known, theirs), await use(unknown, theirs), await use(unknown, authenticator)];
	for (const answer of answers)
		expectError(answer, 401, "invalid_credentials");
	assert.equal(withoutRequestId(answers[0]), withoutRequestId(answers[1]));
	assert.equal(expectStatus(await use(known, authenticator), 200).state, "done");
});

test("a method that is off: 403 method_disabled on every path", async () => {
	const { authenticator, open, project } = await place();
	const flow = await open();
	const options = await ask(flow);
	await server.sql.run`UPDATE area_settings SET body = '{"methods":["password"]}' WHERE project_id = ${project.id} AND area = 'sign_in'`;
	expectError(await flow.act("passkey_options"), 403, "method_disabled");
	expectError(await flow.act("passkey", { credential: authenticator.get(options) }), 403, "method_disabled");
	await server.sql.run`UPDATE area_settings SET body = '{"methods":["passkey"]}' WHERE project_id = ${project.id} AND area = 'sign_in'`;
	assert.equal((await flow.go("passkey", { credential: authenticator.get(options) })).state, "done");
});

test("user_banned and user_deactivated only behind the right passkey", async () => {
	for (const status of ["banned", "deactivated"]) {
		const { user, authenticator, open } = await place();
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${user.id}`;
		const flow = await open();
		expectError(await use(flow, authenticator, { breakSignature: true }), 401, "invalid_credentials");
		expectError(await use(flow, authenticator), 403, `user_${status}`);
	}
});

test("WA-01 a challenge answers once, in its flow and its five minutes", async () => {
	const { authenticator, open, project } = await place();
	const [one, two] = [await open(), await open()];
	const options = await ask(one);
	expectError(await two.act("passkey", { credential: authenticator.get(options) }), 401, "invalid_credentials");
	expectError(await one.act("passkey", { credential: authenticator.get(options, { breakSignature: true }) }), 401, "invalid_credentials");
	expectError(await one.act("passkey", { credential: authenticator.get(options) }), 401, "invalid_credentials");
	const late = await ask(one);
	await server.sql.run`UPDATE one_time_tokens SET expires_at = '2020-01-01' WHERE project_id = ${project.id} AND purpose = 'passkey_sign_in'`;
	expectError(await one.act("passkey", { credential: authenticator.get(late) }), 401, "invalid_credentials");
	assert.equal(expectStatus(await use(one, authenticator), 200).state, "done");
});

const KEY = "00".repeat(32);
const refusals = {
	"WA-02 another type": { type: "webauthn.create" },
	"WA-02 another challenge": { challenge: KEY.slice(0, 43) },
	"WA-02 another origin": { origin: "https://auth.localhost.evil.example" },
	"WA-02 crossOrigin": { crossOrigin: true },
	"WA-02 topOrigin": { topOrigin: "https://shop.example.com" },
	"WA-03 another rpIdHash": { rpId: "localhost" },
	"WA-04 no user presence": { flags: FLAG.UV },
	"WA-04 no user verification": { flags: FLAG.UP },
	"WA-05 backed up without being eligible": { flags: FLAG.UP | FLAG.UV | FLAG.BS },
	"WA-05 eligible, which it wasn't": { flags: FLAG.UP | FLAG.UV | FLAG.BE },
	"WA-06 a count that doesn't rise": { signCount: 1 },
	"WA-08 another user handle": { userHandle: KEY.slice(0, 43) },
	"WA-08 an id that nobody has": { id: Buffer.alloc(32, 7) },
	"a wrong signature": { breakSignature: true },
	"octets behind the data": { behind: "00" },
	"client data that isn't JSON": { clientDataText: "{" },
};

for (const [name, changes] of Object.entries(refusals))
	test(`U-23 ${name}: 401, and the same without it signs in`, async () => {
		const { user, authenticator, open } = await place();
		const flow = await open();
		expectError(await use(flow, authenticator, changes), 401, "invalid_credentials");
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND level = 2`, 0);
		assert.equal(expectStatus(await use(flow, authenticator), 200).state, "done");
		const suspicions = await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'passkey.suspicious' AND project_id = ${user.project.id}`;
		assert.equal(suspicions, name.startsWith("WA-06") ? 1 : 0);
	});

test("U-23 an authenticator without a counter sends 0 for ever", async () => {
	const { authenticator, open } = await place(SETTINGS, { counts: false });
	for (let i = 0; i < 3; i++)
		assert.equal(expectStatus(await use(await open(), authenticator), 200).state, "done");
});

// ---- registering

const long = (length) => ({ id: Buffer.alloc(length, 9) });
const broken = {
	"WA-02 another type": { type: "webauthn.get" },
	"WA-02 another origin": { origin: "https://evil.example" },
	"WA-03 another rpIdHash": { rpId: "localhost" },
	"WA-04 no user presence": { flags: FLAG.UV | FLAG.AT },
	"WA-05 backed up without being eligible": { flags: FLAG.UP | FLAG.AT | FLAG.BS },
	"WA-07 an id of 1,024 octets": long(1024),
	"WA-07 an id longer than what follows": { idLength: 1000 },
	"WA-07 another algorithm": { publicKey: new Map([[1, 2], [3, -35], [-1, 2], [-2, Buffer.alloc(48, 1)], [-3, Buffer.alloc(48, 2)]]) },
	"WA-07 a point beside the curve": { publicKey: new Map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.alloc(32, 1)], [-3, Buffer.alloc(32, 2)]]) },
	"WA-07 none that says something": { statement: new Map([["x", 1]]) },
	"WA-09 an indefinite map": { statement: new Raw("bfff") },
	"WA-09 depth over 4": { statement: new Map([["x", [[[[1]]]]]]) },
	"WA-09 a tag": { statement: new Raw("c1a0") },
	"WA-09 a length over the end": { object: () => Buffer.from("a363666d74645b7fffffffffffffff", "hex") },
	"WA-09 octets behind the end": { object: (object) => Buffer.concat([cborOf(object), Buffer.from([0])]) },
	"no key at all": { withoutKey: true, flags: FLAG.UP | FLAG.UV },
};

for (const [name, changes] of Object.entries(broken))
	test(`U-23 registering with ${name}: 422, and the same without it registers`, async () => {
		const { user } = await projectWith(server, SETTINGS);
		const session = await user.session();
		const authenticator = new Authenticator({ origin: session.origin });
		const send = async (what) => {
			const { passkey_options } = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200);
			return session.post("/api/v1/account/passkeys", { credential: authenticator.create(passkey_options, what) });
		};
		expectError(await send(changes), 422, "validation_failed");
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${user.id}`, 0);
		expectStatus(await send({}), 201);
	});

test("WA-07 an id of 1,023 octets registers and signs in", async () => {
	const { authenticator, open } = await place(SETTINGS, long(1023));
	assert.equal(expectStatus(await use(await open(), authenticator), 200).state, "done");
});

test("a project's own rp_id and origins count instead of the issuer's", async () => {
	const { user, project } = await projectWith(server, { ...SETTINGS, passkey: { rp_id: "example.com", rp_name: "Shop", origins: ["https://shop.example.com", "https://www.example.com"] } });
	const session = await user.session();
	const options = async () => expectStatus(await session.post("/api/v1/account/passkeys/options"), 200).passkey_options;
	const asked = await options();
	assert.deepEqual(asked.rp, { id: "example.com", name: "Shop" });
	const elsewhere = new Authenticator({ origin: session.origin });
	expectError(await session.post("/api/v1/account/passkeys", { credential: elsewhere.create(asked) }), 422, "validation_failed");
	const authenticator = new Authenticator({ origin: "https://www.example.com" });
	expectStatus(await session.post("/api/v1/account/passkeys", { credential: authenticator.create(await options()) }), 201);
	const flow = await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth" }), client_id: project.clientId });
	assert.equal(expectStatus(await use(flow, authenticator), 200).state, "done");
});

test("PW-10 a passkey still opens an account whose password is off, and turns it on again", async () => {
	const { user, authenticator, open } = await place();
	const flow = await open();
	await flow.go("identify", { identifier: user.email });
	expectError(await flow.act("password", { password: "wrong" }), 401, "invalid_credentials");
	await server.sql.run`UPDATE sign_in_throttles SET count = 100, blocked_until_at = '9999-01-01' WHERE kind = 'account' AND subject = ${user.id}`;
	expectError(await flow.act("password", { password: user.password }), 429, "too_many_attempts");
	assert.equal(expectStatus(await use(flow, authenticator), 200).state, "done");
	const again = await open();
	await again.go("identify", { identifier: user.email });
	assert.equal((await again.go("password", { password: user.password })).state, "second_factor");
});
