// Sign-in with a provider, from the button to the session: the exchange, every lie a provider can tell, and whose account it becomes.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "../harness/http.mjs";
import { addTotp, atOnce, expectError, expectStatus, GITHUB, identity, makeEmail, MINUTE, moveClock, openFlow, ownServer, person, projectUser, sharedBasis, socialProvider, totp, until, waitForMail } from "../harness/index.mjs";
import { Provider, startOidcProvider } from "../harness/provider.mjs";
import { jobWorkers } from "../harness/server.mjs";
import { sql } from "../harness/sql.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const basis = await sharedBasis();
const provider = await Provider.start(basis.tls, makeFolder("v"));
after(() => provider.stop());
const server = await ownServer({
	config: {
		outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: `github.com:443:localhost:${provider.port} api.github.com:443:localhost:${provider.port}` },
		limits: { flow_action: { limit: 100000, window_s: 60 } },
	},
});
const KEY = "oidc_tests";
const SECRET = "a secret of the tests";

/** A project with the provider, checked and ready. */
async function make({ settings = {}, issuer = provider.issuer, key = KEY, body } = {}) {
	const owner = await person(server);
	const session = await owner.session();
	expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["password", "social"], ...settings }), 200);
	await socialProvider(owner, key, body ?? { enabled: true, client_id: "us", client_secret: SECRET, issuer });
	const state = () => session.get("/api/v1/social_providers").then((answer) => answer.json.data[0]);
	await until("the provider is checked", async () => (await state()).ready);
	return { owner, session, project: owner.project, state };
}

const browserOf = () => new Client(server, { site: "auth" });

/** Sent to the provider: what its address asks for. */
async function away(project, { kind = "sign_in", key = KEY, browser = browserOf(), ...more } = {}) {
	const flow = await openFlow(server, kind, { browser, client_id: project.clientId, ...more });
	const answer = await flow.go("social", { provider: key });
	const url = new URL(answer.provider_url);
	return { flow, url, asked: Object.fromEntries(url.searchParams) };
}

const back = (browser, query) => browser.get(`/api/v1/social/callback?${new URLSearchParams(query)}`);

/** The callback, and the flow once nothing is waited for any more. */
async function comeBack({ flow, asked }, query) {
	const answer = await back(flow.browser, { state: asked.state, ...query });
	assert.equal(answer.status, 303, answer.text);
	return settle(flow);
}

async function look(flow) {
	const answer = await flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() });
	if (answer.status === 200)
		flow.take(answer.json);
	return answer;
}

const settle = (flow) => until("the provider's answer is there", async () => {
	const answer = await look(flow);
	return answer.status !== 200 || answer.json.state !== "waiting" ? answer.json : null;
});

/** One whole sign-in of this person up to the flow's next step. */
async function signIn(project, claims, { code = {}, ...options } = {}) {
	const trip = await away(project, options);
	const flow = await comeBack(trip, { code: provider.code({ nonce: trip.asked.nonce, claims, ...code }) });
	return { ...trip, state: flow.state, error: flow.error_code, answer: flow };
}

const subject = () => `sub-${Math.random().toString(36).slice(2)}`;
const usersOf = (project) => server.sql.query(sql`SELECT id, email, email_verified_at, name FROM users WHERE project_id = ${project.id} ORDER BY id`);
const identitiesOf = (project) => server.sql.query(sql`SELECT user_id, provider, email, is_email_verified FROM user_identities WHERE project_id = ${project.id} ORDER BY id`);

/** A user of the project with an address, made by SQL. */
async function user(project, email, { verified = true } = {}) {
	const { makeId } = await import("../harness/secrets.mjs");
	const { digest } = await import("../harness/secrets.mjs");
	const { sqlTime } = await import("../harness/clock.mjs");
	const id = makeId("usr");
	await server.sql.query(sql`INSERT INTO users (project_id, id, email, email_key, email_verified_at, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		VALUES (${project.id}, ${id}, ${email}, ${Buffer.from(email.toLowerCase())}, ${verified ? sqlTime() : null}, 'Known', '{}', 'active', FALSE, ${digest(id)}, 1, 1, ${sqlTime()}, ${sqlTime()})`);
	await server.sql.query(sql`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
		SELECT ${project.id}, ${id}, hash, scheme, is_change_due, changed_at FROM user_passwords WHERE user_id = ${server.owner.userId}`);
	return id;
}

test("rule 25 the browser is sent with PKCE S256, state and nonce, and comes back signed in", async () => {
	const { project } = await make();
	const email = makeEmail();
	const trip = await away(project);
	assert.equal(trip.url.origin + trip.url.pathname, `${provider.issuer}/authorize`);
	assert.equal(trip.asked.code_challenge_method, "S256");
	assert.equal(trip.asked.redirect_uri, `${server.authUrl}/api/v1/social/callback`);
	assert.ok(trip.asked.state.length > 60 && trip.asked.nonce.length > 40 && trip.asked.code_challenge.length === 43);
	assert.equal(trip.asked.client_id, "us");

	const code = provider.code({ nonce: trip.asked.nonce, claims: { sub: subject(), email, email_verified: true, name: "Grace Hopper" } });
	const answer = await back(trip.flow.browser, { state: trip.asked.state, code, session_state: "ignored", scope: "openid" });
	assert.equal(answer.status, 303);
	assert.equal(answer.headers.location, `${server.authUrl}/p/${project.clientId}/callback#${trip.flow.id}`);
	const done = await settle(trip.flow);
	assert.equal(done.state, "done");
	await trip.flow.go("complete");
	assert.ok(Object.keys(trip.flow.browser.cookies).some((name) => name.startsWith("__Host-gatehouse-proj_")));

	const { form, headers } = provider.seen.filter(({ path }) => path === "/token").at(-1);
	const { createHash } = await import("node:crypto");
	assert.equal(createHash("sha256").update(form.get("code_verifier")).digest("base64url"), trip.asked.code_challenge);
	assert.equal(headers.authorization, `Basic ${Buffer.from(`us:${encodeURIComponent(SECRET)}`).toString("base64")}`);
	const [made] = await usersOf(project);
	assert.equal(made.email, email);
	assert.equal(made.name, "Grace Hopper");
	assert.notEqual(made.email_verified_at, null);
	assert.equal((await identitiesOf(project)).length, 1);
	const session = await server.sql.row`SELECT auth_strength, amr FROM sessions WHERE project_id = ${project.id}`;
	assert.deepEqual({ ...session }, { auth_strength: "social_oauth", amr: "fed" });
});

const LIES = [
	["another issuer", { change: { iss: "https://evil.example" } }],
	["another audience", { change: { aud: "them" } }],
	["several audiences without azp", { change: { aud: ["us", "them"] } }],
	["another authorized party", { change: { azp: "them" } }],
	["another nonce", { change: { nonce: "somebody else's" } }],
	["no nonce", { change: { nonce: undefined } }],
	["an expired token", { change: { exp: Math.floor(Date.now() / 1000) - 120 } }],
	["a token of the future", { change: { iat: Math.floor(Date.now() / 1000) + 600 } }],
	["no subject", { change: { sub: undefined } }],
	["algorithm none", { token: "none" }],
	["HMAC with the client's id", { token: "hmac" }],
	["a key that isn't the provider's", { token: "wrong key" }],
];

test("SS-04 every mismatch is refused, and the same without it signs in", async () => {
	const { project } = await make();
	for (const alg of ["RS256", "ES256"])
		assert.equal((await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true }, { code: { alg } })).state, "done");
	const before = (await usersOf(project)).length;
	for (const [name, code] of LIES) {
		const lied = await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true }, { code });
		assert.deepEqual([lied.state, lied.error], ["identify", "provider_refused"], name);
	}
	assert.equal((await usersOf(project)).length, before);
	assert.equal((await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true })).state, "done");
});

test("SS-03 a state works once, in its browser and its flow; no other", async () => {
	const { project } = await make();
	const nowhere = (answer) => {
		assert.equal(answer.status, 303);
		assert.match(answer.headers.location, /\/error\?code=link_invalid/);
	};
	const mine = await away(project);
	const code = () => provider.code({ nonce: mine.asked.nonce, claims: { sub: subject(), email: makeEmail(), email_verified: true } });
	const theirs = await away(project);
	nowhere(await back(theirs.flow.browser, { state: mine.asked.state, code: code() }));
	nowhere(await back(browserOf(), { state: mine.asked.state, code: code() }));
	nowhere(await back(mine.flow.browser, { state: `${mine.asked.state.slice(0, -1)}x`, code: code() }));
	nowhere(await back(mine.flow.browser, { code: code() }));
	const swapped = `${mine.asked.state.split(".").slice(0, 2).join(".")}.${theirs.asked.state.split(".")[2]}`;
	nowhere(await back(mine.flow.browser, { state: swapped, code: code() }));
	assert.equal((await comeBack(mine, { code: code() })).state, "done");
	nowhere(await back(mine.flow.browser, { state: mine.asked.state, code: code() }));
});

test("SS-03 a newer trip voids the older one's state", async () => {
	const { project } = await make();
	const first = await away(project);
	const second = await first.flow.go("social", { provider: KEY });
	const asked = Object.fromEntries(new URL(second.provider_url).searchParams);
	const old = await back(first.flow.browser, { state: first.asked.state, code: "x" });
	assert.match(old.headers.location, /link_invalid/);
	const code = provider.code({ nonce: asked.nonce, claims: { sub: subject(), email: makeEmail(), email_verified: true } });
	assert.equal((await comeBack({ flow: first.flow, asked }, { code })).state, "done");
});

test("mix-up: an answer that names another issuer is refused, also one that names none where the provider always does", async () => {
	const { project } = await make();
	const trip = await away(project);
	const code = (asked) => provider.code({ nonce: asked.nonce, claims: { sub: subject(), email: makeEmail(), email_verified: true } });
	const refused = await comeBack(trip, { code: code(trip.asked), iss: "https://evil.example" });
	assert.deepEqual([refused.state, refused.error_code], ["identify", "provider_refused"]);
	const good = await away(project);
	assert.equal((await comeBack(good, { code: code(good.asked), iss: provider.issuer })).state, "done");

	provider.metadata = { authorization_response_iss_parameter_supported: true };
	const strict = await make();
	provider.metadata = {};
	const silent = await away(strict.project);
	assert.equal((await comeBack(silent, { code: code(silent.asked) })).error_code, "provider_refused");
	const named = await away(strict.project);
	assert.equal((await comeBack(named, { code: code(named.asked), iss: provider.issuer })).state, "done");
});

test("who changes their mind at the provider is back where they were, and may go again", async () => {
	const { project } = await make();
	const trip = await away(project);
	const canceled = await comeBack(trip, { error: "access_denied", error_description: "<script>" });
	assert.deepEqual([canceled.state, canceled.error_code], ["identify", "provider_canceled"]);
	const again = await trip.flow.go("social", { provider: KEY });
	assert.equal(again.error_code, null);
});

test("rule 26 a known subject is that user, whatever the address says now", async () => {
	const { project } = await make();
	const sub = subject();
	const email = makeEmail();
	assert.equal((await signIn(project, { sub, email, email_verified: true })).state, "done");
	const later = await signIn(project, { sub, email: makeEmail(), email_verified: false });
	assert.equal(later.state, "done");
	const users = await usersOf(project);
	assert.equal(users.length, 1);
	assert.equal(users[0].email, email);
});

test("rule 26 PW-14 an address verified there and here is linked; with link_verified_email off, or unverified there, it proves itself first", async () => {
	const open = await make();
	const email = makeEmail();
	const id = await user(open.project, email);
	assert.equal((await signIn(open.project, { sub: subject(), email: email.toUpperCase(), email_verified: true })).state, "done");
	assert.deepEqual((await identitiesOf(open.project)).map(({ user_id }) => user_id), [id]);

	const unsure = makeEmail();
	const other = await user(open.project, unsure);
	const asked = await signIn(open.project, { sub: subject(), email: unsure, email_verified: false });
	assert.equal(asked.state, "verification");
	assert.equal((await identitiesOf(open.project)).length, 1);
	const mail = await waitForMail(server, unsure);
	assert.equal((await asked.flow.go("verify_code", { code: mail.code })).state, "done");
	assert.deepEqual((await identitiesOf(open.project)).map(({ user_id }) => user_id).sort(), [id, other].sort());
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_passwords WHERE user_id = ${other}`, 1);

	const closed = await make({ settings: { link_verified_email: false } });
	const known = makeEmail();
	await user(closed.project, known);
	assert.equal((await signIn(closed.project, { sub: subject(), email: known, email_verified: true })).state, "verification");
	assert.deepEqual(await identitiesOf(closed.project), []);
});

test("rule 19 an account that somebody made ahead of its owner: proof of the address drops what they left", async () => {
	const { project } = await make();
	const email = makeEmail();
	const id = await user(project, email, { verified: false });
	const { makeId } = await import("../harness/secrets.mjs");
	await server.sql.query(sql`INSERT INTO user_identities (project_id, id, user_id, provider, subject, email, is_email_verified, linked_at)
		VALUES (${project.id}, ${makeId("idn")}, ${id}, 'github', ${Buffer.from("thief")}, NULL, FALSE, NOW(3))`);
	const owner = await signIn(project, { sub: subject(), email, email_verified: true });
	assert.equal(owner.state, "verification");
	const mail = await waitForMail(server, email);
	assert.equal((await owner.flow.go("verify_code", { code: mail.code })).state, "done");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_passwords WHERE user_id = ${id}`, 0);
	assert.deepEqual((await identitiesOf(project)).map(({ user_id, provider: at }) => [user_id, at]), [[id, KEY]]);
	await owner.flow.go("complete");
});

test("rule 26 a new address that isn't verified proves itself; what comes of it doesn't tell whether it had an account", async () => {
	const { project } = await make();
	const fresh = makeEmail();
	const taken = makeEmail();
	await user(project, taken);
	const shape = ({ answer }) => ({ ...answer, id: 0, flow_token: 0, resend_at: 0, expires_at: 0, identifier_hint: 0 });
	const first = await signIn(project, { sub: subject(), email: fresh, email_verified: false });
	const second = await signIn(project, { sub: subject(), email: taken, email_verified: false });
	assert.equal(first.state, "verification");
	assert.deepEqual(shape(first), shape(second));
	assert.equal((await usersOf(project)).length, 1);
	const mail = await waitForMail(server, fresh);
	assert.equal((await first.flow.go("verify_code", { code: mail.code })).state, "done");
	assert.equal((await usersOf(project)).length, 2);
});

test("a mailed link that is opened in another browser proves the address and links nothing", async () => {
	const { project } = await make();
	const email = makeEmail();
	await user(project, email);
	await signIn(project, { sub: subject(), email, email_verified: false });
	const mail = await waitForMail(server, email);
	const victim = browserOf();
	const answer = await victim.post("/api/v1/flows/redeem", { token: mail.token, client_id: project.clientId }, { headers: { Origin: victim.origin } });
	assert.equal(answer.status, 200, answer.text);
	assert.deepEqual(await identitiesOf(project), []);
});

test("rule 26 no address from the provider: it is asked for and verified", async () => {
	const { project } = await make();
	const asked = await signIn(project, { sub: subject() });
	assert.equal(asked.state, "verification");
	assert.equal(asked.answer.identifier_hint, null);
	const email = makeEmail();
	const sent = await asked.flow.act("send_code", { email });
	assert.equal(sent.status, 200, sent.text);
	const mail = await waitForMail(server, email);
	assert.equal((await asked.flow.go("verify_code", { code: mail.code })).state, "done");
	const [made] = await usersOf(project);
	assert.equal(made.email, email);
	assert.equal((await identitiesOf(project)).length, 1);
});

test("rule 8 sign-up that is closed makes nobody; those who are known come in", async () => {
	const { project, session } = await make();
	const sub = subject();
	assert.equal((await signIn(project, { sub, email: makeEmail(), email_verified: true })).state, "done");
	expectStatus(await session.patch("/api/v1/sign_in_settings", { sign_up: "closed" }), 200);
	const shut = await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true });
	assert.deepEqual([shut.state, shut.error], ["identify", "sign_up_disabled"]);
	assert.equal((await signIn(project, { sub, email: makeEmail(), email_verified: true })).state, "done");
	assert.equal((await usersOf(project)).length, 1);
});

test("a banned or deactivated person doesn't come in by their provider (SS-05)", async () => {
	const { project } = await make();
	const sub = subject();
	await signIn(project, { sub, email: makeEmail(), email_verified: true });
	for (const [status, error] of [["banned", "user_banned"], ["deactivated", "user_deactivated"]]) {
		await server.sql.query(sql`UPDATE users SET status = ${status} WHERE project_id = ${project.id}`);
		assert.equal((await signIn(project, { sub })).error, error);
	}
	await server.sql.query(sql`UPDATE users SET status = 'active' WHERE project_id = ${project.id}`);
	assert.equal((await signIn(project, { sub })).state, "done");
});

test("rule 26 two callbacks with one new subject: one user", async () => {
	const { project } = await make();
	for (let round = 0; round < 5; round++) {
		const before = (await usersOf(project)).length;
		const claims = { sub: subject(), email: makeEmail(), email_verified: true };
		const trips = await atOnce(4, () => away(project));
		await Promise.all(trips.map((trip) => back(trip.flow.browser, { state: trip.asked.state, code: provider.code({ nonce: trip.asked.nonce, claims }) })));
		await until("all answers are there", async () => await server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${project.id}` === 0);
		const flows = await Promise.all(trips.map(({ flow }) => settle(flow)));
		assert.deepEqual(flows.map(({ state }) => state), ["done", "done", "done", "done"]);
		assert.equal((await usersOf(project)).length, before + 1);
	}
});

test("rule 22 a matching address links nothing before the second factor is proven: a provider's word alone adds no way in", async () => {
	const { project } = await make();
	const known = await projectUser(server, project, { password: true });
	const { secret } = await addTotp(await known.session());
	const [sub, claims] = [subject(), { email: known.email, email_verified: true }];
	const first = await signIn(project, { sub, ...claims });
	assert.equal(first.state, "second_factor");
	assert.deepEqual(await identitiesOf(project), []);
	expectError(await first.flow.act("totp", { code: "000000" }), 401, "invalid_code");
	assert.deepEqual(await identitiesOf(project), []);
	assert.equal((await first.flow.go("totp", { code: totp(secret) })).state, "done");
	assert.deepEqual((await identitiesOf(project)).map(({ user_id }) => user_id), [known.id]);
	await first.flow.go("complete");
	const session = await server.sql.row`SELECT amr, level FROM sessions WHERE project_id = ${project.id} AND auth_strength = 'totp_mfa'`;
	assert.deepEqual({ ...session }, { amr: "fed otp mfa", level: 2 });
});

test("rule 26 an account at the provider that became somebody else's before the second factor ends the sign-in", async () => {
	const { project } = await make();
	const known = await projectUser(server, project, { password: true });
	const other = await projectUser(server, project);
	const { secret } = await addTotp(await known.session());
	const sub = subject();
	const { flow } = await signIn(project, { sub, email: known.email, email_verified: true });
	assert.equal(flow.state, "second_factor");
	await identity(project.id, other.id, { server, provider: KEY, subject: sub });
	const over = await flow.go("totp", { code: totp(secret) });
	assert.deepEqual([over.state, over.error_code], ["failed", "identity_taken"]);
	expectError(await flow.act("complete"), 410, "flow_expired");
	assert.deepEqual((await identitiesOf(project)).map(({ user_id }) => user_id), [other.id]);
});

test("a link flow of who has a second factor links once that is proven", async () => {
	const { project } = await make();
	const known = await projectUser(server, project, { password: true });
	const browser = await known.session();
	const { secret } = await addTotp(browser);
	const linked = await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true }, { browser, kind: "link" });
	assert.equal(linked.state, "second_factor");
	assert.deepEqual(await identitiesOf(project), []);
	await linked.flow.go("totp", { code: totp(secret) });
	assert.deepEqual((await identitiesOf(project)).map(({ user_id }) => user_id), [known.id]);
});

test("rule 24 the proof has to be fresh when the account is linked, not only when the link begins", async () => {
	const { project } = await make();
	const known = await projectUser(server, project, { password: true });
	const claims = () => ({ sub: subject(), email: makeEmail(), email_verified: true });
	const link = async ({ minutes }) => {
		const browser = await known.session();
		const trip = await away(project, { browser, kind: "link" });
		await server.sql.run`UPDATE sessions SET authenticated_at = authenticated_at - INTERVAL ${minutes} MINUTE WHERE id = ${browser.id}`;
		return comeBack(trip, { code: provider.code({ nonce: trip.asked.nonce, claims: claims() }) });
	};
	const late = await link({ minutes: 6 });
	assert.deepEqual([late.state, late.error_code], ["identify", "reauthentication_required"]);
	assert.deepEqual(await identitiesOf(project), []);
	assert.equal((await link({ minutes: 4 })).state, "done");
	assert.deepEqual((await identitiesOf(project)).map(({ user_id }) => user_id), [known.id]);
});

test("rule 30 who ends their sessions ends a link that is under way in one", async () => {
	const { project } = await make();
	const known = await projectUser(server, project, { password: true });
	const browser = await known.session();
	const { secret } = await addTotp(browser);
	const linked = await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true }, { browser, kind: "link" });
	assert.equal(linked.state, "second_factor");
	expectStatus(await (await known.session()).delete("/api/v1/account/sessions"), 204);
	expectError(await linked.flow.act("totp", { code: totp(secret) }), 410, "flow_expired");
	assert.deepEqual(await identitiesOf(project), []);
});

test("rule 9 a provider that is off, not ready or unknown, and the method off: 403 method_disabled", async () => {
	const { project, session, owner } = await make();
	const flow = await openFlow(server, "sign_in", { browser: browserOf(), client_id: project.clientId });
	expectError(await flow.act("social", { provider: "google" }), 403, "method_disabled");
	expectError(await flow.act("social", { provider: "nobody" }), 403, "method_disabled");
	await socialProvider(owner, KEY, { enabled: false, client_id: "us", issuer: provider.issuer });
	expectError(await flow.act("social", { provider: KEY }), 403, "method_disabled");
	await socialProvider(owner, KEY, { enabled: true, client_id: "us", issuer: provider.issuer });
	expectStatus(await flow.act("social", { provider: KEY }), 200);
	expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["password"] }), 200);
	expectError(await flow.act("social", { provider: KEY }), 403, "method_disabled");
});

test("GitHub's shape: the person from /user, the address from /user/emails, the secret in the form", async () => {
	const { project } = await make({ key: "github", body: { ...GITHUB, client_id: "us" } });
	const email = makeEmail();
	const github = { user: { id: 4711, login: "octo", name: "Octo Cat", email: "shown@example.com" }, emails: [{ email: "old@example.com", primary: false, verified: true }, { email, primary: true, verified: true }] };
	const trip = await away(project, { key: "github" });
	assert.equal(trip.url.origin, "https://github.com");
	assert.equal(trip.asked.nonce, undefined);
	const flow = await comeBack(trip, { code: provider.code({ github }) });
	assert.equal(flow.state, "done");
	const [made] = await usersOf(project);
	assert.deepEqual([made.email, made.name], [email, "Octo Cat"]);
	const { form } = provider.seen.filter(({ path }) => path === "/login/oauth/access_token").at(-1);
	assert.equal(form.get("client_secret"), GITHUB.client_secret);
	const unverified = { user: { id: 4712, name: "X" }, emails: [{ email: makeEmail(), primary: true, verified: false }] };
	const other = await away(project, { key: "github" });
	assert.equal((await comeBack(other, { code: provider.code({ github: unverified }) })).state, "verification");
});

test("a form from the provider's page waits under a handle that works once (Apple)", async () => {
	const { project } = await make();
	const trip = await away(project);
	const code = provider.code({ nonce: trip.asked.nonce, claims: { sub: subject(), email: makeEmail(), email_verified: true } });
	const form = new URLSearchParams({ state: trip.asked.state, code, user: JSON.stringify({ name: { firstName: "Ada", lastName: "Lovelace" } }) });
	const stranger = browserOf();	// the Lax cookie stays away from another site's form
	const posted = await stranger.request("POST", "/api/v1/social/callback", { body: String(form), csrf: false, headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: "https://appleid.apple.com" } });
	assert.equal(posted.status, 303, posted.text);
	const next = new URL(posted.headers.location);
	assert.ok(!posted.headers.location.includes(code));
	const theirs = await stranger.get(next.pathname + next.search);
	assert.match(theirs.headers.location, /link_invalid/);
	const mine = await trip.flow.browser.get(next.pathname + next.search);
	assert.match(mine.headers.location, /\/callback#flw_/);
	assert.equal((await settle(trip.flow)).state, "done");
	assert.equal((await usersOf(project))[0].name, "Ada Lovelace");
	assert.match((await trip.flow.browser.get(next.pathname + next.search)).headers.location, /link_invalid/);
});

test("the provider is silent: after 20 seconds the step fails with provider_unavailable, and a worker killed in the middle loses nothing but the try", async () => {
	const { project } = await make();
	const trip = await away(project);
	let release;
	const hold = new Promise((resolve) => { release = resolve; });
	const code = provider.code({ nonce: trip.asked.nonce, claims: { sub: subject(), email: makeEmail(), email_verified: true }, hold });
	const asked = provider.seen.length;
	await back(trip.flow.browser, { state: trip.asked.state, code });
	await until("the provider is asked", () => provider.seen.slice(asked).some(({ path }) => path === "/token"));
	for (const pid of jobWorkers(server))
		process.kill(pid, "SIGKILL");
	assert.equal((await look(trip.flow)).json.state, "waiting");
	await moveClock(server, 21_000);
	const flow = (await look(trip.flow)).json;
	assert.deepEqual([flow.state, flow.error_code], ["identify", "provider_unavailable"]);
	release();
	await moveClock(server, 5 * MINUTE);
	await until("the old job is gone", async () => await server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${project.id}` === 0);
	assert.deepEqual(await usersOf(project), []);
	await moveClock(server, 0);
	assert.equal((await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true })).state, "done");
});

test("npm's oidc-provider, verified mail and not, and its own refusal of a second use of a code", async () => {
	const real = await startOidcProvider(basis.tls, makeFolder("w"), { client_id: "us", client_secret: SECRET, redirect_uris: [`${server.authUrl}/api/v1/social/callback`] });
	after(() => real.stop());
	const { project, state } = await make({ issuer: real.issuer });
	assert.deepEqual((await state()).problems, []);
	for (const [claims, expected] of [[{ email: makeEmail(), email_verified: true, name: "Real Person" }, "done"], [{ email: makeEmail(), email_verified: false, name: "Real Person" }, "verification"]]) {
		real.next = { sub: subject(), ...claims };
		const trip = await away(project);
		const location = await walk(trip.url);
		const answer = await trip.flow.browser.get(location.pathname + location.search);
		assert.match(answer.headers.location, /\/callback#flw_/);
		const flow = await settle(trip.flow);
		assert.equal(flow.state, expected, flow.error_code);
	}
	assert.equal((await usersOf(project))[0].name, "Real Person");
});

/** A browser at the provider: follows its redirects, with its cookies, until it is sent back to us. */
async function walk(url) {
	const { default: https } = await import("node:https");
	const fs = await import("node:fs");
	const cookies = new Map();
	const ca = fs.readFileSync(basis.tls.ca);
	for (let at = url; ; ) {
		if (at.href.startsWith(server.authUrl))
			return at;
		const response = await new Promise((resolve, reject) => https.get(at, { ca, headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") } }, resolve).on("error", reject));
		response.resume();
		for (const cookie of response.headers["set-cookie"] ?? []) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
			cookies.set(name, value);
		}
		assert.ok(response.headers.location, `${at}: ${response.statusCode}`);
		at = new URL(response.headers.location, at);
	}
}

test("a check writes what is wrong into problems, and what is right takes it away", async () => {
	const { owner, session, state } = await make();
	await socialProvider(owner, KEY, { enabled: true, client_id: "us", client_secret: SECRET, issuer: `${provider.issuer}/elsewhere` });
	await until("the check is done", async () => (await state()).checked_at !== null);
	assert.deepEqual((await state()).problems, ["issuer_unreachable"]);
	assert.equal((await state()).ready, false);
	await socialProvider(owner, KEY, { enabled: true, client_id: "us", client_secret: SECRET, issuer: provider.issuer });
	await until("the check is done", async () => (await state()).ready);
	expectStatus(await session.post(`/api/v1/social_providers/${KEY}/check`, {}), 202);
});

test("a link flow adds the account at the provider to who is signed in; somebody else's is refused", async () => {
	const { project } = await make();
	const first = await signIn(project, { sub: subject(), email: makeEmail(), email_verified: true });
	await first.flow.go("complete");
	const browser = first.flow.browser;
	browser.clientId = project.clientId;
	const options = { browser, kind: "link" };
	const sub = subject();
	const linked = await signIn(project, { sub, email: makeEmail(), email_verified: false }, options);
	assert.equal(linked.state, "done", linked.error);
	await linked.flow.go("complete");
	assert.equal((await usersOf(project)).length, 1);
	assert.equal((await identitiesOf(project)).length, 2);

	const other = subject();
	await signIn(project, { sub: other, email: makeEmail(), email_verified: true });
	const taken = await signIn(project, { sub: other, email: makeEmail(), email_verified: true }, options);
	assert.deepEqual([taken.state, taken.error], ["identify", "identity_taken"]);
	const anonymous = browserOf();
	const refused = await anonymous.post("/api/v1/flows", { kind: "link", client_id: project.clientId }, { headers: { Origin: anonymous.origin } });
	assert.equal(refused.status, 401);
});

test("rule 27 a guest who goes on with a provider stays who they are, wherever sign-up stands; nobody else's account or address is taken", async () => {
	const { project, session } = await make({ settings: { methods: ["password", "social", "anonymous"] } });
	const guest = async () => {
		const flow = await openFlow(server, "sign_in", { browser: browserOf(), client_id: project.clientId });
		await flow.go("anonymous");
		await flow.go("complete");
		flow.browser.clientId = project.clientId;
		return { browser: flow.browser, id: (await usersOf(project)).at(-1).id };
	};
	const [first, second, third] = [await guest(), await guest(), await guest()];
	expectStatus(await session.patch("/api/v1/sign_in_settings", { sign_up: "closed" }), 200);
	const sub = subject();
	const email = makeEmail("first");
	const upgrade = (claims, browser) => signIn(project, claims, { browser, kind: "upgrade" });
	const plain = await upgrade({ sub, email, email_verified: true }, first.browser);
	assert.equal(plain.state, "done", plain.error);
	await plain.flow.go("complete");

	const proven = makeEmail("second");
	const asked = await upgrade({ sub: subject(), email: proven, email_verified: false }, second.browser);
	assert.equal(asked.state, "verification", asked.error);
	await asked.flow.go("verify_code", { code: (await waitForMail(server, proven)).code });
	await asked.flow.go("complete");

	assert.deepEqual([(await upgrade({ sub, email: makeEmail(), email_verified: true }, third.browser)).error], ["identity_taken"]);
	assert.deepEqual([(await upgrade({ sub: subject(), email, email_verified: true }, third.browser)).error], ["email_taken"]);
	assert.deepEqual((await usersOf(project)).map((user) => [user.id, user.email]), [[first.id, email], [second.id, proven], [third.id, null]]);
	assert.deepEqual((await identitiesOf(project)).map(({ user_id }) => user_id).sort(), [first.id, second.id].sort());
});
