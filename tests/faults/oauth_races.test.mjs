// Races over one code, one refresh token and one consent, held at the statement that decides; each also with its guard's text removed, which
// must break the rule (oauth.md rules 13, 17 and 19).

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { makeKey, makeProof } from "../api/oauth/dpop.mjs";
import { authorizePath, basic, getCode, getTokens, landing, makeApp, makeProject, redeem, REDIRECT_URI, refresh, send } from "../api/oauth/oauth.mjs";
import { Client, person, projectUser, sleep } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const keeper = await person(server);
const key = await keeper.org.key();
await warmUp(server, key);

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

/** Both are kept at the statement, or the second waits behind the first's rows; then they go on together. */
async function meet(at, first, second) {
	const hold = proxy.hold(at, { times: 2 });
	const running = [first()];
	await Promise.race([hold.reached, running[0].then((answer) => assert.fail(`never came to ${at}: ${answer.status} ${answer.text}`))]);
	running.push(second());
	for (let waited_ms = 0; hold.seen < 2 && waited_ms < 1200; waited_ms += 20)
		await sleep(20);
	hold.release();
	return Promise.all(running);
}

function race(name, { guard, remove, play }) {
	test(`${name}: holds`, async () => {
		const { check, answers } = await play();
		await check(answers);
	});
	test(`${name}: breaks without its guard`, async () => {
		proxy.rewrite(guard, remove);
		proxy.cutAll();
		await warmUp(server, key);
		const { check, answers } = await play();
		assert.ok(proxy.rewritten > 0, "the guard was met and taken out");
		await assert.rejects(async () => check(answers), { name: "AssertionError" }, "the same schedule must break the rule");
	});
}

const succeeded = (answers) => answers.filter(({ status }) => status === 200 || status === 303).length;

race("TK-09 a code is redeemed twice", {
	guard: /^UPDATE oauth_codes SET used_at/,
	remove: (text) => text.replace(" AND used_at IS NULL", ""),
	async play() {
		const app = await makeApp(server, { owner: keeper, columns: { grant_types: "authorization_code" } });
		const browser = await (await projectUser(server, app)).session();
		await getTokens(server, app, { browser });
		const code = await getCode(app, browser);
		const answers = await meet(/^UPDATE oauth_codes SET used_at/, () => redeem(server, app, code), () => redeem(server, app, code));
		return { answers, check: async () => assert.equal(succeeded(answers), 1) };
	},
});

race("RT-01 a refresh token is used twice", {
	guard: /^UPDATE refresh_tokens SET used_at/,
	remove: (text) => text.replace(" AND used_at IS NULL", ""),
	async play() {
		const app = await makeApp(server, { owner: keeper });
		const { refresh_token, access_token } = await getTokens(server, app);
		const answers = await meet(/^UPDATE grants SET last_used_at/, () => refresh(server, app, refresh_token), () => refresh(server, app, refresh_token));
		return {
			answers,
			async check() {
				assert.ok(access_token);
				assert.equal(succeeded(answers), 1);
				assert.equal(await sql.value`SELECT COUNT(*) FROM grants WHERE project_id = ${app.id} AND revoked_at IS NOT NULL`, 1);
			},
		};
	},
});

race("DP-01 one proof of possession is shown twice", {
	guard: /^INSERT INTO used_jtis/,
	remove: (text) => `${text} ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)`,
	async play() {
		const project = await makeProject(server, { owner: keeper });
		const ask = (DPoP) => () => send(server, project, "token", { grant_type: "client_credentials" }, { headers: { ...basic(project.clientId, project.secret), DPoP } });
		const [first, proof] = [0, 1].map(() => makeProof(makeKey(), { url: `${project.issuer}/oauth/token` }));
		assert.equal((await ask(first)()).status, 200);
		const answers = await meet(/^INSERT INTO used_jtis/, ask(proof), ask(proof));
		return { answers, check: async () => assert.equal(succeeded(answers), 1) };
	},
});

race("OA-15 one consent is decided twice", {
	guard: /^UPDATE oauth_requests SET status = \?, scopes/,
	remove: (text) => text.replace("status = 'consent'", "status IN ('consent', 'ready', 'denied')"),
	async play() {
		const app = await makeApp(server, { owner: keeper, isFirstParty: false, columns: { scopes: "openid email" } });
		const browser = await (await projectUser(server, app)).session();
		const { request } = landing(await browser.get(authorizePath(app), { check: false }));
		await browser.csrf();
		const decide = (approve) => () => browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve });
		const answers = await meet(/^UPDATE oauth_requests SET status = \?, scopes/, decide(true), decide(false));
		return { answers, check: async () => assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]) };
	},
});

race("a request becomes a code twice", {
	guard: /^DELETE FROM oauth_requests WHERE/,
	remove: (text) => text.replace(/^DELETE FROM oauth_requests WHERE/, "UPDATE oauth_requests SET flow_id = flow_id WHERE"),
	async play() {
		const app = await makeApp(server, { owner: keeper });
		const user = await projectUser(server, app);
		const browser = await user.session({ signedInAgo_ms: 60_000 });
		const { request } = landing(await browser.get(authorizePath(app, { prompt: "login" }), { check: false }));
		await sql.run`UPDATE sessions SET authenticated_at = authenticated_at + INTERVAL 1 HOUR WHERE user_id = ${user.id}`;
		const go = () => browser.get(app.at(`/oauth/continue?request=${request}`), { check: false });
		const answers = await meet(/^DELETE FROM oauth_requests WHERE/, go, go);
		return { answers, check: async () => assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400]) };
	},
});

race("PA-02 two browsers come with one pushed request", {
	guard: /^UPDATE oauth_requests SET flow_digest/,
	remove: (text) => text.replace(" AND flow_digest IS NULL", ""),
	async play() {
		const app = await makeApp(server, { owner: keeper });
		const { code_challenge, code_challenge_method } = app.pkce;
		const { json } = await send(server, app, "par", { response_type: "code", redirect_uri: REDIRECT_URI, scope: "openid", code_challenge, code_challenge_method });
		const path = app.at(`/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri: json.request_uri })}`);
		const go = () => new Client(server, { site: "auth", check: false }).get(path);
		const answers = await meet(/^UPDATE oauth_requests SET flow_digest/, go, go);
		return { answers, check: async () => assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400]) };
	},
});
