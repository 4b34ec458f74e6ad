// The races of sign-in flows (users rules 3, 13, 15, 16, 20, 21, 23, 30 and 34): every step, try, code, link and challenge counts once.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { addPasskey, addTotp, Client, digest, expectStatus, makeEmail, makePassword, openFlow, person, projectUser, projectWith, tally, totp, waitForMail } from "../harness/index.mjs";
import { meetAt, race as declare, withoutGuardRow } from "./held.mjs";
import { warmUp, watchedServer, WIDE_LIMITS } from "./watched.mjs";

const GUESSES = 8;

const { server, proxy } = await watchedServer({
	jobs: true,
	config: { limits: { ...WIDE_LIMITS, flow_action: { limit: 1000000 } }, process: { request_workers: GUESSES, password_workers: GUESSES }, passwords: { memory_kib: 7168, passes: 1 } },
});
const { sql } = server;
const keeper = await person(server);
const key = await keeper.org.key();

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

const race = (name, schedule) => declare(name, { on: async () => ({ server, proxy, settle: () => warmUp(server, key) }), ...schedule });

/** An action of a flow, ready to be sent: from the same browser, on a connection of its own. */
const act = (flow, action, json = {}) => () => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/${action}`, json, { headers: flow.headers(), csrf: false });
const many = (times, make) => Array.from({ length: times }, (_, i) => make(i));
const won = (answers) => answers.filter(({ status }) => status === 200).length;
const sessionsOf = (user) => sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND revoked_at IS NULL`;

const STEP = /^UPDATE flows f SET f\.kind/;
/** The step's condition, taken out of its text. */
const atAnyVersion = (text) => text.replace("f.version = ?", "(f.version = ? OR TRUE)");

async function named(place, identifier) {
	const flow = await place.open();
	await flow.go("identify", { identifier });
	return flow;
}

race("U-3 two actions at once on one version of a flow", {
	guard: STEP,
	remove: atAnyVersion,
	async play({ meet }) {
		const place = await projectWith(server, {});
		const flow = await place.open();
		const answers = await meet(STEP, ...many(2, () => act(flow, "identify", { identifier: makeEmail() })));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 1, 409: 1 });
				assert.equal(answers.find(({ status }) => status === 409).json.error.code, "flow_state_conflict");
			},
		};
	},
});

const SPEND = /^UPDATE flows f SET f\.code_tries = f\.code_tries \+ 1/;

race("U-15 the right code is typed four times at once", {
	guard: /^UPDATE flows f SET f\.(kind|code_tries = f\.code_tries \+ 1)/,
	remove: (text) => atAnyVersion(text).replace("AND f.code_digest IS NOT NULL", "").replace("f.code_expires_at > ? AND", "(? IS NOT NULL) AND"),
	async play({ meet }) {
		const place = await projectWith(server, { methods: ["email_otp"] });
		const flow = await named(place, place.user.email);
		await flow.go("send_code");
		const { code } = await waitForMail(server, place.user.email);
		const answers = await meet(SPEND, ...many(4, () => act(flow, "verify_code", { code })));
		return { answers, check: async () => assert.equal(won(answers), 1, JSON.stringify(tally(answers))) };
	},
});

race("U-15 MF-07 eight wrong codes at once", {
	guard: SPEND,
	remove: (text) => text.replace("f.code_tries < ?", "(f.code_tries < ? OR TRUE)"),
	async play({ meet }) {
		const place = await projectWith(server, { methods: ["email_otp"] });
		const flow = await named(place, place.user.email);
		await flow.go("send_code");
		const { code } = await waitForMail(server, place.user.email);
		const wrong = many(GUESSES, (i) => String((Number(code) + 1 + i) % 1000000).padStart(6, "0"));
		const answers = await meet(SPEND, ...wrong.map((guess) => act(flow, "verify_code", { code: guess })));
		return {
			answers,
			async check() {
				assert.equal(answers.filter(({ json }) => json.error?.message === "The code is wrong.").length, 5, "five were looked at");
				assert.equal((await act(flow, "verify_code", { code })()).status, 401, "the right one comes too late");
			},
		};
	},
});

const redeem = (place, token) => () => {
	const browser = new Client(server, { site: "auth" });
	return browser.post("/api/v1/flows/redeem", { token, client_id: place.project.clientId }, { headers: { Origin: browser.origin } });
};
const USE_LINK = /^UPDATE one_time_tokens t SET t\.used_at = \? WHERE t\.project_id = \? AND t\.token_digest/;

race("U-16 a magic link is opened in four browsers at once", {
	guard: /^UPDATE (one_time_tokens t SET t\.used_at = \? WHERE t\.project_id = \? AND t\.token_digest|flows f SET f\.kind)/,
	remove: (text) => (STEP.test(text) ? atAnyVersion(text) : withoutGuardRow(text)),
	async play({ meet }) {
		const place = await projectWith(server, { methods: ["magic_link"] });
		await (await named(place, place.user.email)).go("send_link");
		const { token } = await waitForMail(server, place.user.email);
		const answers = await meet(STEP, ...many(4, () => redeem(place, token)));
		return { answers, check: async () => assert.deepEqual(tally(answers), { 200: 1, 410: 3 }) };
	},
});

race("U-15 U-16 a sign-up's code is typed where it began, and its link opened elsewhere", {
	guard: STEP,
	remove: atAnyVersion,
	async play({ meet }) {
		const place = await projectWith(server, {});
		const flow = await place.open("sign_up");
		const email = makeEmail("both");
		await flow.go("sign_up", { email, password: makePassword(), name: "N" });
		const { code, token } = await waitForMail(server, email);
		const answers = await meet(STEP, act(flow, "verify_code", { code }), redeem(place, token));
		return {
			answers,
			async check() {
				assert.equal(await sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${place.project.id} AND email = ${email}`, 1);
				assert.equal(won(answers), 1, "the flow goes on in one browser alone");
			},
		};
	},
});

race("U-13 PW-09 eight wrong passwords at once", {
	guard: /^INSERT INTO sign_in_throttles .* ON DUPLICATE KEY UPDATE count = IF\(window_start_at < \?, 1, count \+ 1\)/,
	remove: (text) => text.replace("IF(window_start_at < ?, 1, count + 1)", "IF(window_start_at < ?, 1, 1)"),
	async play({ meet }) {
		const place = await projectWith(server, {});
		const flows = await Promise.all(many(GUESSES, () => named(place, place.user.email)));
		const answers = await meet(/^INSERT INTO sign_in_throttles/, ...flows.map((flow) => act(flow, "password", { password: makePassword() })));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 401: 5, 429: GUESSES - 5 });
				assert.equal(await sql.value`SELECT count FROM sign_in_throttles WHERE kind = 'account' AND subject_digest = ${digest(place.user.id)}`, GUESSES);
			},
		};
	},
});

test("U-13 PW-09 a try is counted and committed before its password is looked at", async () => {
	const place = await projectWith(server, {});
	const flow = await named(place, place.user.email);
	const counted = () => sql.value`SELECT count FROM sign_in_throttles WHERE kind = 'account' AND subject_digest = ${digest(place.user.id)}`;
	const seen = [];
	/* The first statement behind the hash, whose transaction has nothing to do with the count any more. */
	proxy.before(/^(DELETE FROM sign_in_throttles|UPDATE sign_in_throttles t SET t\.window_start_at)/, async () => seen.push(await counted()));
	assert.equal((await act(flow, "password", { password: makePassword() })()).status, 401);
	proxy.clear();
	proxy.before(/^(DELETE FROM sign_in_throttles|UPDATE sign_in_throttles t SET t\.window_start_at)/, async () => seen.push(await counted()));
	assert.equal((await act(flow, "password", { password: place.user.password })()).status, 200);
	assert.deepEqual(seen, [1, 2], "another connection saw the count while the answer wasn't decided");
	assert.equal(await counted(), null);
});

/** A project's user whose password is right in two flows, with what adds a factor. */
async function twice(addFactor) {
	const place = await projectWith(server, {});
	const factor = await addFactor(await place.user.session());
	return { place, factor, flows: [await place.signIn(), await place.signIn()] };
}

race("U-21 MF-06 one backup code in two flows at once", {
	guard: /^UPDATE backup_codes b SET b\.used_at/,
	remove: (text) => text.replace("AND b.used_at IS NULL", ""),
	async play({ meet }) {
		const { factor, flows } = await twice(addTotp);
		const answers = await meet(/^UPDATE backup_codes b SET b\.used_at/, ...flows.map((flow) => act(flow, "backup_code", { code: factor.backup_codes[0] })));
		return { answers, check: async () => assert.deepEqual(tally(answers), { 200: 1, 401: 1 }) };
	},
});

race("U-20 MF-01 one code of an authenticator app in two flows at once", {
	guard: /^UPDATE user_factors f SET f\.last_step = \?, f\.last_used_at/,
	remove: (text) => text.replace("f.last_step IS NULL", "TRUE"),
	async play({ meet }) {
		const { factor, flows } = await twice(addTotp);
		const code = totp(factor.secret);
		const answers = await meet(/^UPDATE user_factors f SET f\.last_step/, ...flows.map((flow) => act(flow, "totp", { code })));
		return { answers, check: async () => assert.deepEqual(tally(answers), { 200: 1, 401: 1 }) };
	},
});

race("U-20 MF-02 twelve wrong codes of an authenticator app, eight of them at once", {
	guard: /^INSERT INTO sign_in_throttles .* ON DUPLICATE KEY UPDATE count = IF\(window_start_at <= \?, 1, count \+ 1\)/,
	remove: (text) => text.replace("IF(window_start_at <= ?, 1, count + 1)", "IF(window_start_at <= ?, 1, 1)"),
	async play({ meet }) {
		const { factor, flows: [flow] } = await twice(addTotp);
		const wrong = (i) => String((Number(totp(factor.secret)) + 100 + i) % 1000000).padStart(6, "0");
		const answers = [];
		for (let i = 0; i < 4; i++)
			answers.push(await act(flow, "totp", { code: wrong(i) })());
		answers.push(...await meet(/^INSERT INTO sign_in_throttles/, ...many(GUESSES, (i) => act(flow, "totp", { code: wrong(4 + i) }))));
		return { answers, check: async () => assert.deepEqual(tally(answers), { 401: 10, 429: 2 }) };
	},
});

race("U-23 WA-01 one answer to a passkey's challenge is sent twice at once", {
	guard: /^(DELETE FROM one_time_tokens WHERE .* purpose = \? AND target = \?|UPDATE flows f SET f\.kind)/,
	remove: (text) => (STEP.test(text) ? atAnyVersion(text) : withoutGuardRow(text)),
	async play({ meet }) {
		const place = await projectWith(server, { methods: ["password", "passkey"] });
		const authenticator = await addPasskey(await place.user.session(), { counts: false });
		const flow = await place.open();
		const { passkey_options } = await flow.go("passkey_options");
		const credential = authenticator.get(passkey_options);
		const answers = await meet(STEP, ...many(2, () => act(flow, "passkey", { credential })));
		return { answers, check: async () => assert.equal(won(answers), 1, JSON.stringify(tally(answers))) };
	},
});

const SIGNED_IN = /^UPDATE users SET last_sign_in_at = \?/;
const whoeverTheyAre = (text) => text.replace(/WHERE project_id = \? AND id = \? AND token_version = \? AND \(.*$/, "WHERE project_id = ? AND id = ? AND (? IS NOT NULL) AND (? IS NOT NULL)");

for (const [what, end] of Object.entries({
	"banned": (api, user) => api.post(`/api/v1/users/${user.id}/ban`, { reason: "It had to be" }),
	"deactivated": (api, user) => api.post(`/api/v1/users/${user.id}/deactivate`),
	"signed out everywhere": (api, user) => api.delete(`/api/v1/users/${user.id}/sessions`),
}))
	race(`U-30 SE-07 somebody is ${what} while their sign-in completes`, {
		guard: SIGNED_IN,
		remove: whoeverTheyAre,
		async play({ overtake }) {
			const place = await projectWith(server, {});
			const api = await place.owner.org.key({ project: place.project });
			const flow = await place.signIn();
			const answers = await overtake(SIGNED_IN, act(flow, "complete"), () => end(api, place.user));
			assert.ok([200, 204].includes(answers[1].status), answers[1].text);
			return {
				answers,
				async check() {
					assert.equal(await sessionsOf(place.user), 0, "no session survives");
					assert.equal(answers[0].status, 410, answers[0].text);
				},
			};
		},
	});

race("U-34 somebody is deleted while their sign-in completes", {
	guard: /^(UPDATE users SET last_sign_in_at = \?|DELETE FROM flows WHERE project_id = \? AND user_id)/,
	remove: (text) => (SIGNED_IN.test(text) ? whoeverTheyAre(text) : withoutGuardRow(text)),
	async play({ overtake }) {
		const place = await projectWith(server, {});
		const api = await place.owner.org.key({ project: place.project });
		const flow = await place.signIn();
		const answers = await overtake(STEP, act(flow, "complete"), () => api.delete(`/api/v1/users/${place.user.id}`));
		expectStatus(answers[1], 204);
		return {
			answers,
			async check() {
				assert.equal(await sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${place.user.id}`, 0, "nothing of them is written any more");
				assert.ok(answers[0].status >= 400, answers[0].text);
			},
		};
	},
});

race("U-34 somebody is deleted while they add an authenticator app", {
	guard: /^UPDATE users SET version = version \+ 1, updated_at = \? WHERE project_id = \? AND id = \?/,
	async play({ overtake }) {
		const place = await projectWith(server, {});
		const api = await place.owner.org.key({ project: place.project });
		const session = await place.user.session();
		await session.csrf();
		const answers = await overtake(/^UPDATE users SET version = version \+ 1, updated_at = \? WHERE project_id = \? AND id = \?/, () => session.post("/api/v1/account/totp"), () => api.delete(`/api/v1/users/${place.user.id}`));
		expectStatus(answers[1], 204);
		return {
			answers,
			async check() {
				assert.equal(await sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${place.user.id}`, 0, "nothing of them is written any more");
				assert.ok(answers[0].status >= 400, answers[0].text);
			},
		};
	},
});

const RECIPIENT = /^INSERT INTO sign_in_throttles .*'recipient'/;

race("U-14 MF-08 two codes for one mailbox are asked for at once", {
	guard: RECIPIENT,
	async play({ meet }) {
		const place = await projectWith(server, { methods: ["email_otp", "magic_link"] });
		const flows = [await named(place, place.user.email), await named(place, place.user.email)];
		const answers = await meet(/^SELECT COALESCE\(SUM\(IF\(COALESCE\(m\.retried_at/, act(flows[0], "send_code"), act(flows[1], "send_link"));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 2 });
				assert.equal(await sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${place.project.id}`, 1);
			},
		};
	},
});

race("U-32 an impersonation's link is opened in two browsers at once", {
	guard: USE_LINK,
	remove: (text) => text.replace("AND t.used_at IS NULL", ""),
	async play({ meet }) {
		const project = await keeper.org.project();
		const user = await projectUser(server, project);
		const session = await keeper.session();
		const made = expectStatus(await session.post(`/api/v1/users/${user.id}/impersonate`, { reason: "They can't find their order" }, { headers: { "X-Project-Id": project.id } }), 201);
		const token = made.redirect_to.split("#as=")[1];
		const open = () => {
			const browser = new Client(server, { site: "auth", clientId: project.clientId });
			return browser.post("/api/v1/session/impersonate", { client_id: project.clientId, token }, { csrf: false, headers: { Origin: browser.origin } });
		};
		const answers = await meet(USE_LINK, open, open);
		return { answers, check: async () => assert.deepEqual(tally(answers), { 204: 1, 410: 1 }) };
	},
});

race("U-17 PW-11 a reset ends the sign-in that had proven the old password and completes now", {
	guard: SIGNED_IN,
	remove: whoeverTheyAre,
	async play({ overtake }) {
		const place = await projectWith(server, {});
		const reset = await place.open("recover");
		await reset.go("recover", { identifier: place.user.email });
		const { token } = await waitForMail(server, place.user.email);
		const opened = await reset.browser.post("/api/v1/flows/redeem", { token, client_id: place.project.clientId }, { headers: { Origin: reset.browser.origin } });
		reset.take(expectStatus(opened, 200));
		const flow = await place.signIn();
		const answers = await overtake(SIGNED_IN, act(flow, "complete"), act(reset, "set_password", { password: makePassword() }));
		expectStatus(answers[1], 200);
		return {
			answers,
			async check() {
				assert.equal(await sessionsOf(place.user), 0, "no session of the old password survives");
				assert.equal(answers[0].status, 410, answers[0].text);
			},
		};
	},
});

test("U-4 a flow's id and token in another browser are nothing, also while its own browser acts", async () => {
	const place = await projectWith(server, {});
	const [mine, theirs] = [await place.open(), await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth" }), client_id: place.project.clientId })];
	const stolen = () => theirs.browser.with({}).post(`/api/v1/flows/${mine.id}/identify`, { identifier: place.user.email }, { headers: mine.headers(), csrf: false });
	const [own, foreign] = await meetAt({ proxy }, /FROM flows f JOIN projects p/, act(mine, "identify", { identifier: place.user.email }), stolen);
	assert.deepEqual([own.status, foreign.status], [200, 404]);
});
