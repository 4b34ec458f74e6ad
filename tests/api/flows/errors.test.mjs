// What an action answers out of its time: too late, in another state, with its method off, to somebody who may not come in.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
	Client, expectError, expectStatus, Flow, invitation, makeEmail, makePassword, newPasswordFlow, openFlow, person, recoverMail, sharedServer, signInFlow, signUpFlow,
	sqlTime, waitForMail,
} from "../../harness/index.mjs";

const server = await sharedServer();

/** A project with sign-in settings of its own, and the browser of somebody who comes to it. */
async function place(settings) {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const place_ = {
		project,
		set: (changes) => server.sql.run`REPLACE INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', ${JSON.stringify(changes)}, 1, ${sqlTime()})`,
		open: (kind, fields) => openFlow(server, kind, { browser: new Client(server, { site: "auth" }), client_id: project.clientId, ...fields }),
		user: async (email, status = "active") => {
			const known = await person(server, { email, password: true });
			await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${known.id}`;
			return known;
		},
	};
	if (settings)
		await place_.set(settings);
	return place_;
}

const BODIES = {
	identify: { identifier: "a@example.com" }, sign_up: { email: "a@example.com", password: "Vervain-quilt-90-zephyr", name: "A" }, password: { password: "Vervain-quilt-90-zephyr" },
	recover: { identifier: "a@example.com" }, send_code: { channel: "email" }, verify_code: { code: "123456" }, set_password: { password: "Vervain-quilt-90-zephyr" }, back: {}, complete: {},
	send_link: {}, anonymous: {}, social: { provider: "github" }, totp: { code: "123456" }, backup_code: { code: "AAAAA-AAAA-AAAA" }, totp_start: {}, totp_verify: { code: "123456" },
	passkey_options: {}, passkey: { credential: {} }, passkey_register_options: {}, passkey_register: { credential: {} },
};
// What the first state offers is out of place once an address waits to be proven.
const OF_THE_BEGINNING = ["identify", "sign_up", "recover", "anonymous", "social", "passkey_options", "passkey"];

for (const [action, body] of Object.entries(BODIES)) {
	test(`${action}: too late is 410 flow_expired`, async () => {
		const flow = await openFlow(server);
		await server.sql.run`UPDATE flows SET expires_at = ${sqlTime(-1000)} WHERE id = ${flow.id}`;
		expectError(await flow.act(action, body), 410, "flow_expired");
	});

	test(`${action}: in a state that doesn't have it, 409 flow_state_conflict`, async () => {
		const flow = await openFlow(server);
		if (OF_THE_BEGINNING.includes(action))
			await flow.go("recover", { identifier: makeEmail() });
		expectError(await flow.act(action, body), 409, "flow_state_conflict");
	});
}

for (const action of ["identify", "sign_up", "recover", "password", "set_password"])
	test(`U-9 ${action}: with passwords turned off meanwhile, 403 method_disabled; on again, it goes on`, async () => {
		const here = await place();
		let flow;
		if (action === "set_password") {
			const email = makeEmail();
			const signedUp = await here.open("sign_up");
			await signedUp.go("sign_up", { email, password: makePassword(), name: "N" });
			await signedUp.go("verify_code", { code: (await waitForMail(server, email)).code });
			await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${email}`;
			const recovery = await here.open("recover");
			await recovery.go("recover", { identifier: email });
			const mail = await waitForMail(server, email, { count: 2 });
			const browser = new Client(server, { site: "auth" });
			flow = new Flow(browser, expectStatus(await browser.post("/api/v1/flows/redeem", { token: mail.token, client_id: here.project.clientId }, { headers: { Origin: browser.origin } }), 200));
		} else {
			flow = await here.open(action === "sign_up" || action === "recover" ? action : "sign_in");
			if (action === "password")
				await flow.go("identify", { identifier: makeEmail() });
		}
		await here.set({ methods: [] });
		expectError(await flow.act(action, BODIES[action]), 403, "method_disabled");
		await here.set({ methods: ["password"] });
		assert.notEqual((await flow.act(action, { ...BODIES[action], ...(action === "sign_up" ? { email: makeEmail() } : {}) })).status, 403);
	});

test("U-9 POST /flows where no method is on: 403 method_disabled", async () => {
	const here = await place({ methods: [] });
	const browser = new Client(server, { site: "auth" });
	const open = () => browser.post("/api/v1/flows", { kind: "sign_in", transport: "cookie", client_id: here.project.clientId }, { headers: { Origin: browser.origin } });
	expectError(await open(), 403, "method_disabled");
	await here.set({});
	expectStatus(await open(), 201);
});

test("U-7 with verification off a taken address is 409 email_taken, a free one a user at once", async () => {
	const here = await place({ require_email_verification: false });
	const email = makeEmail();
	const body = { email, password: makePassword(), name: "N" };
	assert.equal((await (await here.open("sign_up")).go("sign_up", body)).state, "done");
	expectError(await (await here.open("sign_up")).act("sign_up", body), 409, "email_taken");
});

test("U-8 sign-up closed: 403 sign_up_disabled, without verification at once, with it after the proof, no user either way", async () => {
	const open = await place({ require_email_verification: false });
	const early = await open.open("sign_up");
	await open.set({ require_email_verification: false, sign_up: "closed" });
	expectError(await early.act("sign_up", { email: makeEmail(), password: makePassword(), name: "N" }), 403, "sign_up_disabled");

	// Each by a flow of its own: the refusal ends it.
	for (const by of ["code", "link"]) {
		const later = await place();
		const email = makeEmail();
		const flow = await later.open("sign_up");
		await flow.go("sign_up", { email, password: makePassword(), name: "N" });
		const { code, token } = await waitForMail(server, email);
		await later.set({ sign_up: "closed" });
		const browser = new Client(server, { site: "auth" });
		const answer = by === "code" ? await flow.act("verify_code", { code })
			: await browser.post("/api/v1/flows/redeem", { token, client_id: later.project.clientId }, { headers: { Origin: browser.origin } });
		expectError(answer, 403, "sign_up_disabled");
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE email = ${email}`, 0);
	}
});

for (const status of ["banned", "deactivated"]) {
	test(`U-6 ${status} between the password and the end: 403 user_${status}, no session`, async () => {
		const user = await person(server, { password: true });
		const flow = await signInFlow(server, { email: user.email, password: user.password });
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${user.id}`;
		expectError(await flow.act("complete"), 403, `user_${status}`);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id}`, 0);
	});

	test(`U-7 proof of an address whose account is ${status} meanwhile: 403 user_${status}, by code and by link`, async () => {
		for (const by of ["code", "link"]) {
			const flow = await signUpFlow(server);
			const mail = await waitForMail(server, flow.email);
			const known = await person(server, { email: flow.email, password: true });
			await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${known.id}`;
			const browser = new Client(server);
			const answer = by === "code" ? await flow.act("verify_code", { code: mail.code })
				: await browser.post("/api/v1/flows/redeem", { token: mail.token }, { headers: { Origin: browser.origin } });
			expectError(answer, 403, `user_${status}`);
		}
	});

	test(`a reset link of somebody who is ${status} meanwhile doesn't let them in`, async () => {
		const user = await person(server, { password: true });
		const mail = await recoverMail(server, user.email);
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${user.id}`;
		const browser = new Client(server);
		const answer = await browser.post("/api/v1/flows/redeem", { token: mail.token }, { headers: { Origin: browser.origin } });
		assert.ok(answer.status === 403 || answer.status === 410, answer.text);
	});
}

test("U-7 if a user exists by then, proof signs in and the pending password is dropped", async () => {
	const flow = await signUpFlow(server);
	const { code } = await waitForMail(server, flow.email);
	const known = await person(server, { email: flow.email, password: true });
	await flow.go("verify_code", { code });
	await flow.go("complete");
	assert.equal(expectStatus(await flow.browser.get("/api/v1/me"), 200).id, known.id);
	const old = await openFlow(server);
	await old.go("identify", { identifier: flow.email });
	expectError(await old.act("password", { password: flow.password }), 401, "invalid_credentials");
	assert.equal((await old.go("password", { password: known.password })).state, "done");
});

test("T-2 TN-09 a sign-up with an invitation that is for another address, too old, withdrawn or used: refused", async () => {
	const owner = await person(server);
	const attempt = async (secret, email) => (await openFlow(server, "sign_up", { invitation_secret: secret })).act("sign_up", { email, password: makePassword(), name: "G" });
	const other = await invitation(owner.org);
	expectError(await attempt(other.secret, makeEmail()), 403, "invitation_email_mismatch");
	for (const [code, change] of [["invitation_expired", "expires_at = '2020-01-01'"], ["invitation_revoked", "revoked_at = NOW(3), closed_at = NOW(3), pending_email_key = NULL"], ["invitation_used", "uses = max_uses, closed_at = NOW(3), pending_email_key = NULL"]]) {
		const one = await invitation(owner.org);
		const flow = await openFlow(server, "sign_up", { invitation_secret: one.secret });
		await server.sql.query(`UPDATE invitations SET ${change} WHERE id = '${one.id}'`);
		expectError(await flow.act("sign_up", { email: one.email, password: makePassword(), name: "G" }), 410, code);
	}
	const good = await invitation(owner.org);
	expectStatus(await attempt(good.secret, good.email), 200);
});

test("U-13 guessing the old password at /account/password waits too: 429 too_many_attempts", async () => {
	const user = await person(server, { password: true });
	const session = await user.session();
	const statuses = [];
	for (let i = 0; i < 6; i++)
		statuses.push((await session.post("/api/v1/account/password", { current_password: makePassword(), new_password: makePassword() })).status);
	assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
});

test("a recovery's set_password also refuses a weak one, and goes on with a good one", async () => {
	const user = await person(server, { password: true });
	const flow = await newPasswordFlow(server, user.email);
	expectError(await flow.act("set_password", { password: user.email.split("@")[0] }), 422, "weak_password");
	assert.equal((await flow.go("set_password", { password: makePassword() })).state, "done");
});
