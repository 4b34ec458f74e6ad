// How people may sign in to a project: read, changed member by member, kept apart from other projects.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, person, sharedServer, socialProvider } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/sign_in_settings";

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

const DEFAULTS = {
	methods: ["password"], sign_up: "open", require_email_verification: true,
	password_min_length: 8, password_max_length: 128, password_min_score: 2, password_block_breached: true,
	mfa: "optional", mfa_methods: ["totp", "passkey", "phone"],
	session_max_lifetime_s: 7776000, session_inactivity_s: 2592000, multi_session: true, link_verified_email: true, self_deletion: true,
	passkey: { rp_id: null, rp_name: null, origins: null },
	phone: { channels: ["sms"], calling_codes: null, daily_limit: 500 },
	reset_minutes: 30, link_minutes: 10, plan_page: "always", anonymous_max_age_days: 30, deletion_grace_days: 0,
	bot_check: { provider: "none", site_key: null, url: null, secret: { set: false, last4: null }, on: [], fail_open: true },
};

test("a new project has the defaults of the contract", async () => {
	const { session } = await make();
	assert.deepEqual(expectStatus(await session.get(AT), 200), DEFAULTS);
});

test("every member can be set and goes back to its default", async () => {
	const { session } = await make();
	const set = {
		methods: ["password", "magic_link", "email_otp", "username", "anonymous", "phone_otp", "passkey", "social", "sso"], sign_up: "invite_only", require_email_verification: false,
		password_min_length: 12, password_max_length: 64, password_min_score: 4, password_block_breached: false,
		mfa: "required", mfa_methods: ["totp"],
		session_max_lifetime_s: 3600, session_inactivity_s: 300, multi_session: false, link_verified_email: false, self_deletion: false,
		passkey: { rp_id: "example.com", rp_name: "Shop", origins: ["https://example.com", "https://shop.example.com:8443"] },
		phone: { channels: ["sms", "voice"], calling_codes: ["+49", "+1"], daily_limit: 9 },
		reset_minutes: 5, link_minutes: 30, plan_page: "never", anonymous_max_age_days: 0, deletion_grace_days: 30,
		bot_check: { provider: "turnstile", site_key: "0xKEY", on: [], fail_open: false },
	};
	const shown = { ...set, bot_check: { ...set.bot_check, url: null, secret: { set: true, last4: "wxyz" } } };
	const answer = await session.patch(AT, { ...set, bot_check: { ...set.bot_check, secret: "a-long-secret-wxyz" } });
	assert.deepEqual(expectStatus(answer, 200), shown);
	assert.deepEqual(expectStatus(await session.get(AT), 200), shown);
	const names = Object.keys(DEFAULTS);
	const isBool = (name) => typeof DEFAULTS[name] === "boolean";
	const isObject = (name) => ["passkey", "phone", "bot_check"].includes(name);
	const back = Object.fromEntries(names.map((name) => [name, isBool(name) ? DEFAULTS[name] : null]).filter(([name]) => !isObject(name)));
	const nulls = (object, ...bools) => Object.fromEntries(Object.keys(object).filter((name) => !bools.includes(name)).map((name) => [name, null]));
	const reset = { ...back, passkey: nulls(DEFAULTS.passkey), phone: nulls(DEFAULTS.phone), bot_check: { ...nulls(DEFAULTS.bot_check, "fail_open"), fail_open: true } };
	assert.deepEqual(expectStatus(await session.patch(AT, reset), 200), DEFAULTS);
});

test("each limit: one beyond is 422 and named, the limit itself is taken", async () => {
	const { session } = await make();
	const limits = {
		password_min_length: [8, 64], password_max_length: [64, 256], password_min_score: [0, 4], session_inactivity_s: [300, 2592000],
		reset_minutes: [5, 60], link_minutes: [5, 30], anonymous_max_age_days: [0, 3650], deletion_grace_days: [0, 30],
	};
	for (const [name, [low, high]] of Object.entries(limits)) {
		for (const bad of [low - 1, high + 1, "x"])
			expectField(await session.patch(AT, { [name]: bad }), name);
		for (const good of [low, high])
			assert.equal(expectStatus(await session.patch(AT, { [name]: good }), 200)[name], good);
	}
	for (const bad of [299, 31536001])
		expectField(await session.patch(AT, { session_max_lifetime_s: bad }), "session_max_lifetime_s");
	for (const bad of [0, 100001])
		expectField(await session.patch(AT, { phone: { daily_limit: bad } }), "phone.daily_limit");
});

test("words that don't exist, empty sets, doubles and objects of another shape: 422 with the member's name", async () => {
	const { session } = await make();
	const bad = [
		[{ methods: [] }, "methods"], [{ methods: ["fax"] }, "methods[0]"], [{ methods: ["password", "password"] }, "methods[1]"], [{ sign_up: "maybe" }, "sign_up"],
		[{ mfa: "always" }, "mfa"], [{ mfa_methods: ["fax"] }, "mfa_methods[0]"], [{ plan_page: "x" }, "plan_page"], [{ multi_session: null }, "multi_session"],
		[{ phone: { channels: ["pigeon"] } }, "phone.channels[0]"], [{ phone: { calling_codes: [] } }, "phone.calling_codes"],
		[{ phone: { calling_codes: ["49"] } }, "phone.calling_codes[0]"], [{ phone: { calling_codes: ["+0"] } }, "phone.calling_codes[0]"], [{ phone: { calling_codes: ["+123456"] } }, "phone.calling_codes[0]"],
		[{ passkey: { rp_id: "https://x.example" } }, "passkey.rp_id"], [{ passkey: { origins: ["https://x.example/path"] } }, "passkey.origins[0]"], [{ passkey: { origins: ["http://x.example"] } }, "passkey.origins[0]"],
		[{ bot_check: { provider: "luck" } }, "bot_check.provider"], [{ bot_check: { url: "http://x.example" } }, "bot_check.url"], [{ bot_check: { on: ["everywhere"] } }, "bot_check.on[0]"], [{ phone: [] }, "phone"],
	];
	for (const [patch, field] of bad)
		expectField(await session.patch(AT, patch), field);
	assert.deepEqual(expectStatus(await session.get(AT), 200), DEFAULTS, "nothing of it was taken");
	expectStatus(await session.patch(AT, { methods: ["email_otp"], phone: { calling_codes: ["+62"] }, passkey: { origins: ["http://localhost:3000"] } }), 200);
});

test("members that must go together: judged as they would be stored", async () => {
	const { session } = await make();
	expectField(await session.patch(AT, { session_max_lifetime_s: 600 }), "session_inactivity_s");
	expectStatus(await session.patch(AT, { session_max_lifetime_s: 600, session_inactivity_s: 600 }), 200);
	expectField(await session.patch(AT, { session_inactivity_s: 601 }), "session_inactivity_s");
	for (const provider of ["turnstile", "hcaptcha", "recaptcha"])
		expectField(await session.patch(AT, { bot_check: { provider, site_key: "k" } }), "bot_check.secret");
	expectField(await session.patch(AT, { bot_check: { provider: "http" } }), "bot_check.url");
	expectField(await session.patch(AT, { bot_check: { on: ["sign_in"] } }), "bot_check.provider", "required");
	expectStatus(await session.patch(AT, { bot_check: { provider: "http", url: "https://check.example/", on: ["sign_in"] } }), 200);
	expectField(await session.patch(AT, { bot_check: { provider: "none" } }), "bot_check.provider", "required");
	expectStatus(await session.patch(AT, { passkey: { rp_id: "example.com", origins: ["https://a.example.com"] } }), 200);
	for (const origin of ["https://example.com.evil.example", "https://notexample.com", "https://example.org"])
		expectField(await session.patch(AT, { passkey: { origins: [origin] } }), "passkey.origins");
	expectField(await session.patch(AT, { passkey: { rp_id: "other.example" } }), "passkey.origins");
});

test("an object is merged: what isn't named stays", async () => {
	const { session } = await make();
	expectStatus(await session.patch(AT, { phone: { calling_codes: ["+49"], daily_limit: 3 } }), 200);
	assert.deepEqual(expectStatus(await session.patch(AT, { phone: { daily_limit: 4 } }), 200).phone, { channels: ["sms"], calling_codes: ["+49"], daily_limit: 4 });
});

test("U-36 a secret is never shown, stays when it isn't named, and goes with null; it is sealed for this project", async () => {
	const { session, project } = await make();
	const secret = "bot-check-secret-1234";
	const check = (patch) => session.patch(AT, { bot_check: patch });
	const answer = await check({ provider: "hcaptcha", site_key: "k", secret });
	assert.ok(!answer.text.includes(secret));
	assert.deepEqual(answer.json.bot_check.secret, { set: true, last4: "1234" });
	assert.deepEqual(expectStatus(await check({ site_key: "other" }), 200).bot_check.secret, { set: true, last4: "1234" });
	const row = await server.sql.row`SELECT body, secret_sealed FROM area_settings WHERE project_id = ${project.id} AND area = 'sign_in'`;
	assert.ok(!row.body.includes(secret));
	assert.ok(row.secret_sealed.length > secret.length && !row.secret_sealed.toString("latin1").includes(secret));
	const events = await server.sql.query(`SELECT CONVERT(data USING utf8mb4) AS data FROM events WHERE project_id = '${project.id}' AND type = 'sign_in_settings.updated'`);
	assert.ok(events.length === 2 && events.every(({ data }) => !data.includes(secret)));
	expectField(await check({ secret: null }), "bot_check.secret");
	assert.deepEqual(expectStatus(await check({ provider: "none", secret: null }), 200).bot_check.secret, { set: false, last4: null });
	assert.equal(await server.sql.value`SELECT secret_sealed FROM area_settings WHERE project_id = ${project.id} AND area = 'sign_in'`, null);
});

test("rule 36 a bot check's secret doesn't go to another verifier: it is given again, or taken away", async () => {
	const { session } = await make();
	const check = (patch) => session.patch(AT, { bot_check: patch });
	expectStatus(await check({ provider: "http", url: "https://one.example.com/", secret: "only for one" }), 200);
	expectStatus(await check({ url: "https://one.example.com/" }), 200);
	expectField(await check({ url: "https://two.example.com/" }), "bot_check.secret", "required");
	expectField(await check({ provider: "turnstile", site_key: "k" }), "bot_check.secret", "required");
	assert.equal(expectStatus(await check({ url: "https://two.example.com/", secret: "for two" }), 200).bot_check.secret.set, true);
	assert.equal(expectStatus(await check({ url: "https://three.example.com/", secret: null }), 200).bot_check.secret.set, false);
});

test("ETag and If-Match: stale is 412, also before anything was ever set; at once one of many wins", async () => {
	const { session, owner } = await make();
	const first = (await session.get(AT)).headers.etag;
	assert.ok(first);
	const taken = await session.patch(AT, { link_minutes: 11 }, { headers: { "If-Match": first } });
	assert.equal(expectStatus(taken, 200).link_minutes, 11);
	expectError(await session.patch(AT, { link_minutes: 12 }, { headers: { "If-Match": first } }), 412, "precondition_failed");
	const now = (await session.get(AT)).headers.etag;
	assert.equal(now, taken.headers.etag);
	assert.equal((await session.get(AT, { headers: { "If-None-Match": now } })).status, 304);
	const sessions = await atOnce(5, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one, i) => one.patch(AT, { link_minutes: 20 + i }, { headers: { "If-Match": now } })));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412, 412]);
});

test("the change is in the audit log with both sides", async () => {
	const { session, project } = await make();
	expectStatus(await session.patch(AT, { sign_up: "closed" }), 200);
	const changes = await server.sql.value`SELECT changes FROM audit_events WHERE chain_id = ${project.id} AND action = 'sign_in_settings.updated'`;
	assert.deepEqual(JSON.parse(changes), { sign_up: ["open", "closed"] });
});

test("one project's settings are nothing to another's, also of the same organization", async () => {
	const { session, org } = await make();
	const other = await org.project();
	expectStatus(await session.patch(AT, { sign_up: "closed" }), 200);
	assert.equal(expectStatus(await session.get(`${AT}?project_id=${other.id}`), 200).sign_up, "open");
});

test("readiness: what each method still needs, and where providers must lead back to", async () => {
	const { session, owner } = await make();
	const read = async () => Object.fromEntries(expectStatus(await session.get(`${AT}/readiness`), 200).methods.map(({ method, ...rest }) => [method, rest]));
	const before = await read();
	assert.equal(Object.keys(before).length, 9);
	assert.deepEqual(before.password, { enabled: true, ready: true, problems: [], callback_urls: [] });
	assert.deepEqual(before.phone_otp, { enabled: false, ready: false, problems: ["no_sms_provider"], callback_urls: [] });
	assert.deepEqual(before.social.callback_urls, [`${server.authUrl}/api/v1/social/callback`]);
	assert.equal(before.social.ready, false);
	assert.equal(before.username.ready, true);
	await socialProvider(owner, "github");
	assert.deepEqual((await read()).social.problems, []);
	expectStatus(await session.patch(AT, { methods: ["username", "anonymous"], sign_up: "closed" }), 200);
	const after = await read();
	assert.deepEqual([after.username.enabled, after.username.problems, after.anonymous.problems, after.password.enabled], [true, ["password_off"], ["sign_up_closed"], false]);
});
