// Races over one code, one refresh token, one assertion, one consent, one device, one registration and one proof, held at the statement that decides; each also
// with its guard's text removed, which must break the rule (oauth.md rules 13, 17, 19, 23 to 25, 27, 35 and 36).

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { makeKey, makeProof } from "../api/oauth/dpop.mjs";
import { authorizePath, basic, getCode, getTokens, landing, makeApp, makeProject, redeem, REDIRECT_URI, refresh, send } from "../api/oauth/oauth.mjs";
import { assertionOf, makeKeyClient, TYPE as ASSERTION } from "../api/oauth/keys.mjs";
import { CALLBACK, manage, openProject, register, registered } from "../api/oauth/register.mjs";
import { assertionOf as wordOf, bring, makeEnterprise } from "../api/oauth/trusted.mjs";
import { Client, expectStatus, person, projectUser, sleep } from "../harness/index.mjs";
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
const statuses = (answers) => answers.map(({ status }) => status).sort();

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

race("rule 27 one assertion about a person is brought twice", {
	guard: /^INSERT INTO used_jtis/,
	remove: (text) => `${text} ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)`,
	async play() {
		const world = await makeEnterprise(server, { owner: keeper });
		const go = async (assertion) => bring(server, world, assertion);
		assert.equal((await go(await wordOf(server, world))).status, 200);
		const assertion = await wordOf(server, world);
		const answers = await meet(/^INSERT INTO used_jtis/, () => go(assertion), () => go(assertion));
		return {
			answers,
			async check() {
				assert.equal(succeeded(answers), 1);
				assert.equal(await sql.value`SELECT COUNT(*) FROM grants WHERE project_id = ${world.project.id}`, 2);
			},
		};
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

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** A device that shows its codes, and two people who could type one. */
async function makeDevice() {
	const app = await makeApp(server, { owner: keeper, columns: { grant_types: "device_code" } });
	const codes = expectStatus(await send(server, app, "device_authorization", {}), 200);
	const browsers = [];
	for (let i = 0; i < 2; i++)
		browsers.push(await (await projectUser(server, app)).session());
	await Promise.all(browsers.map((browser) => browser.csrf()));
	const claim = (browser) => () => browser.post("/api/v1/device_authorizations/claim", { user_code: codes.user_code });
	const poll = () => send(server, app, "token", { grant_type: DEVICE_CODE, device_code: codes.device_code });
	return { app, browsers, claim, poll };
}

race("DV-03 two people type one device's code", {
	guard: /^UPDATE device_authorizations SET claimed_by/,
	remove: (text) => text.replace("claimed_by IS NULL OR", "TRUE OR"),
	async play() {
		const { browsers, claim } = await makeDevice();
		const answers = await meet(/^UPDATE device_authorizations SET claimed_by/, claim(browsers[0]), claim(browsers[1]));
		return { answers, check: async () => assert.deepEqual(statuses(answers), [200, 409]) };
	},
});

race("rule 25 a device polls twice once its person has agreed", {
	guard: /^UPDATE device_authorizations SET consumed_at/,
	remove: (text) => text.replace(" AND consumed_at IS NULL", ""),
	async play() {
		const { app, browsers, claim, poll } = await makeDevice();
		await getTokens(server, await makeApp(server, { owner: keeper }));
		const { id } = expectStatus(await claim(browsers[0])(), 200);
		expectStatus(await browsers[0].post(`/api/v1/oauth_requests/${id}/decision`, { approve: true }), 200);
		await send(server, app, "token", { grant_type: DEVICE_CODE, device_code: "nobody's" });	// the keys are made
		const answers = await meet(/^UPDATE device_authorizations SET consumed_at/, poll, poll);
		return { answers, check: async () => assert.deepEqual(statuses(answers), [200, 400]) };
	},
});

race("TK-17 one assertion of a client proves it twice", {
	guard: /^INSERT INTO used_jtis/,
	remove: (text) => `${text} ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)`,
	async play() {
		const { project, client, key: clientKey } = await makeKeyClient(server, "ES256", { project: await makeProject(server, { owner: keeper }) });
		const ask = (client_assertion) => () => send(server, project, "token", { grant_type: "client_credentials", client_assertion, client_assertion_type: ASSERTION }, { headers: {} });
		expectStatus(await ask(assertionOf(project, client, clientKey))(), 200);
		const assertion = assertionOf(project, client, clientKey);
		const answers = await meet(/^INSERT INTO used_jtis/, ask(assertion), ask(assertion));
		return { answers, check: async () => assert.deepEqual(statuses(answers), [200, 401]) };
	},
});

race("CR-16 one registration token changes a registration twice", {
	guard: /^UPDATE clients SET version = version \+ 1, updated_at = \? WHERE .*registration_digest/,
	remove: (text) => text.replace("registration_digest = ?", "(TRUE OR registration_digest = ?)"),
	async play() {
		const project = await openProject(server, { owner: keeper });
		const client = await registered(server, project);
		const change = (client_name) => () => manage(server, project, "PUT", client, { json: { client_id: client.client_id, client_name, redirect_uris: [CALLBACK] } });
		const answers = await meet(/^UPDATE clients SET version = version \+ 1, updated_at = \? WHERE .*registration_digest/, change("One"), change("Other"));
		return {
			answers,
			async check() {
				assert.deepEqual(statuses(answers), [200, 401]);
				const { client_name } = answers.find(({ status }) => status === 200).json;
				assert.equal(await sql.value`SELECT name FROM clients WHERE id = ${client.client_id}`, client_name);
			},
		};
	},
});

race("CR-09 the last use of an initial token is made twice", {
	guard: /^UPDATE initial_tokens SET uses_left/,
	remove: (text) => text.replace("uses_left = uses_left - 1", "uses_left = uses_left").replace("uses_left > 0", "uses_left >= 0"),
	async play() {
		const project = await openProject(server, { owner: keeper, dcr: "token" });
		const made = await project.session.post("/api/v1/oauth_settings/initial_tokens", { uses: 1, expires_in_s: 600 }, { headers: { "X-Project-Id": project.id } });
		const headers = { Authorization: `Bearer ${expectStatus(made, 201).token}` };
		const come = () => register(server, project, { client_name: "Notes", redirect_uris: [CALLBACK] }, { headers });
		const answers = await meet(/^UPDATE initial_tokens SET uses_left/, come, come);
		return { answers, check: async () => assert.deepEqual(statuses(answers), [201, 401]) };
	},
});
