// What the token endpoints cost, and that a database which fails never makes them say yes (oauth.md rule 31 and section 9).

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeKey, makeProof } from "../api/oauth/dpop.mjs";
import { assertionOf, makeKeyClient, TYPE as ASSERTION } from "../api/oauth/keys.mjs";
import { assertionOf as assertionOfPerson, bring, makeEnterprise, makeWorkload, workloadToken } from "../api/oauth/trusted.mjs";
import { authorizePath, basic, getCode, getToken, getTokens, landing, makeApp, makeProject, redeem, refresh, send } from "../api/oauth/oauth.mjs";
import { Client, expectOAuthError, expectStatus, person, projectUser, resourceServer } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer({ jobs: false, config: { process: { request_workers: 1 } } });
const owner = await person(server);
await warmUp(server, await owner.org.key());
const project = await makeProject(server, { owner });
await getToken(server, project);
const app = await makeApp(server, { owner });
const browser = await (await projectUser(server, app)).session();
await getTokens(server, app, { browser });

const STORAGE_ENGINE_ERROR = 1030;
const ask = (endpoint, form) => send(server, project, endpoint, form);
// The process that writes times of last use has a connection, too: only what the worker asks counts.
const { pid: worker } = (await proxy.during(() => ask("token", { grant_type: "client_credentials" }))).statements.find(({ text }) => /FROM clients c/.test(text));
const byWorker = ({ pid }) => pid === worker;
const statementsOf = async (work) => {
	const { result, statements } = await proxy.during(work);
	return { result, statements: statements.filter(byWorker) };
};
const texts = async (work) => {
	const { result, statements } = await statementsOf(work);
	expectStatus(result, 200);
	return statements.map(({ text }) => text);
};

test("a token costs one statement, and one more once a minute; introspection two, revocation three", async () => {
	const forms = { token: { grant_type: "client_credentials" }, introspect: { token: await getToken(server, project) }, revoke: { token: await getToken(server, project) } };
	await ask("introspect", forms.introspect);
	assert.equal((await texts(() => ask("token", forms.token))).length, 1);
	await server.sql.run`UPDATE clients SET last_used_at = last_used_at - INTERVAL 2 MINUTE WHERE id = ${project.clientId}`;
	assert.equal((await texts(() => ask("token", forms.token))).length, 2);
	assert.equal((await texts(() => ask("token", forms.token))).length, 1);
	assert.equal((await texts(() => ask("introspect", forms.introspect))).length, 2);
	assert.equal((await texts(() => ask("revoke", forms.revoke))).length, 3);
});

for (const endpoint of ["token", "introspect", "revoke"])
	test(`each statement of /oauth/${endpoint} fails once: 503, never 200`, async () => {
		const form = async () => (endpoint === "token" ? { grant_type: "client_credentials" } : { token: await getToken(server, project) });
		const old = () => server.sql.run`UPDATE clients SET last_used_at = NULL WHERE id = ${project.clientId}`;
		const first = await form();
		await old();
		const count = (await texts(() => ask(endpoint, first))).length;
		assert.ok(count >= 2);
		for (let nth = 1; nth <= count; nth++) {
			const next = await form();
			await old();
			const broken = proxy.fail(byWorker, STORAGE_ENGINE_ERROR, { nth });
			const answer = await ask(endpoint, next);
			proxy.clear();
			assert.equal(broken.seen, nth);
			expectOAuthError(answer, 503, "temporarily_unavailable");
			if (endpoint === "revoke")
				assert.equal(expectStatus(await ask("introspect", next), 200).active, true, "nothing was revoked");
		}
	});

test("the first token of a project, with each statement failing once: no token, and then one key", async () => {
	const fresh = () => makeProject(server, { owner });
	const plain = await fresh();
	const count = (await texts(() => send(server, plain, "token", { grant_type: "client_credentials" }))).length;
	for (let nth = 1; nth <= count; nth++) {
		const hurt = await fresh();
		proxy.fail(byWorker, STORAGE_ENGINE_ERROR, { nth });
		const answer = await send(server, hurt, "token", { grant_type: "client_credentials" });
		proxy.clear();
		assert.ok(answer.status >= 500, `statement ${nth} of ${count}: ${answer.status} ${answer.text}`);
		await getToken(server, hurt);
		assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM signing_keys WHERE project_id = ${hurt.id}`), 1);
	}
});

/** Each statement of a request fails once, each time for a fresh one: 503 and nothing done, so that the same request succeeds afterwards. */
async function failEach(make, ask, { least = 6 } = {}) {
	const first = await make();
	const { result, statements } = await statementsOf(() => ask(first));
	expectStatus(result, 200);
	assert.ok(statements.length >= least, `${statements.length} statements`);
	for (let nth = 1; nth <= statements.length; nth++) {
		const fresh = await make();
		const what = `statement ${nth} of ${statements.length}: ${statements[nth - 1].text.slice(0, 80)}`;
		const broken = proxy.fail(byWorker, STORAGE_ENGINE_ERROR, { nth });
		const answer = await ask(fresh);
		proxy.clear();
		if (broken.seen < nth)
			continue;	// it was asked once a minute alone
		assert.equal(answer.status, 503, `${what}: ${answer.status} ${answer.text}`);
		assert.ok(["temporarily_unavailable"].includes(answer.json.error), what);
		if (answer.json.error_description.startsWith("The database's answer to the commit"))
			continue;
		expectStatus(await ask(fresh), 200);
	}
	return statements.map(({ text }) => text);
}

test("TK-18 each statement of a code's redemption fails once: 503, and the code is still good; it costs nine at most beside its transaction", async () => {
	const each = await failEach(() => getCode(app, browser), (code) => redeem(server, app, code));
	assert.ok(each.length <= 11, each.join("\n"));
});

test("TK-18 each statement of a refresh fails once: 503, and the token is still good; it costs seven at most beside its transaction, and three for what it says of its person", async () => {
	const each = await failEach(async () => (await getTokens(server, app, { browser })).refresh_token, (token) => refresh(server, app, token));
	assert.ok(each.length <= 12, each.join("\n"));
});

test("TK-18 each statement of a device's redemption fails once: 503, and its code is still good", async () => {
	const device = await makeApp(server, { owner, columns: { grant_types: "device_code refresh_token" } });
	const person = await (await projectUser(server, device)).session();
	await failEach(async () => {
		const { device_code, user_code } = expectStatus(await send(server, device, "device_authorization", {}), 200);
		const { id } = expectStatus(await person.post("/api/v1/device_authorizations/claim", { user_code }), 200);
		expectStatus(await person.post(`/api/v1/oauth_requests/${id}/decision`, { approve: true }), 200);
		return device_code;
	}, (device_code) => send(server, device, "token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code }));
});

test("each statement of a device's poll fails once: 503, and it is asked to wait afterwards as before", async () => {
	const device = await makeApp(server, { owner, columns: { grant_types: "device_code" } });
	const ask = (device_code) => send(server, device, "token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
	const begin = async () => expectStatus(await send(server, device, "device_authorization", {}), 200).device_code;
	await ask(await begin());
	const first = await begin();
	const count = (await statementsOf(() => ask(first))).statements.length;
	assert.ok(count >= 5, `${count} statements`);
	for (let nth = 1; nth <= count; nth++) {
		const code = await begin();
		proxy.fail(byWorker, STORAGE_ENGINE_ERROR, { nth });
		const answer = await ask(code);
		proxy.clear();
		expectOAuthError(answer, 503, "temporarily_unavailable");
		if (nth < count)	// the commit's answer may have been all that was lost
			expectOAuthError(await ask(code), 400, "authorization_pending");
	}
});

test("each statement of an exchange fails once: 503, and the token is still good", async () => {
	const chain = await makeApp(server, { owner, type: "hybrid", columns: { grant_types: "authorization_code token-exchange", audiences: JSON.stringify(["https://next.example/"]) } });
	await resourceServer(owner, chain, { identifier: "https://next.example/" });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([chain.clientId, "https://next.example/"])} WHERE id = ${chain.clientId}`;
	const { access_token } = await getTokens(server, chain);
	const form = { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token_type: "urn:ietf:params:oauth:token-type:access_token", resource: "https://next.example/", subject_token: access_token };
	await failEach(() => form, (fresh) => send(server, chain, "token", fresh), { least: 3 });
});

test("TK-18 each statement of a jwt-bearer grant fails once: 503, and the assertion is still good, once", async () => {
	const company = await makeEnterprise(server, { owner });
	const bring_ = (assertion) => bring(server, company, assertion);
	await failEach(() => assertionOfPerson(server, company), bring_);
	const used = await assertionOfPerson(server, company);
	expectStatus(await bring_(used), 200);
	expectOAuthError(await bring_(used), 400, "invalid_grant");
	const workload = await makeWorkload(server);
	await failEach(() => workloadToken(server, workload), (assertion) => bring(server, workload, assertion), { least: 3 });
});

test("each statement of an introspection by a service key fails once: 503, never an answer", async () => {
	const { secret } = await owner.org.key({ scopes: ["token.introspect"], environment: "test" });
	const access_token = await getToken(server, project);
	const asked = () => send(server, project, "introspect", { token: access_token }, { headers: { Authorization: `Bearer ${secret}` } });
	assert.equal(expectStatus(await asked(), 200).active, true);
	await failEach(() => null, asked, { least: 2 });
});

test("rule 31 a database that can't note that a proof was used: 503, never a token", async () => {
	const { client, key } = await makeKeyClient(server, "ES256", { project });
	const makeAssertion = () => assertionOf(project, client, key);
	const form = { grant_type: "client_credentials", client_assertion_type: ASSERTION };
	await failEach(makeAssertion, (client_assertion) => send(server, project, "token", { ...form, client_assertion }, { headers: {} }), { least: 2 });
	const proof = () => makeProof(makeKey(), { url: `${project.issuer}/oauth/token` });
	await failEach(proof, (DPoP) => send(server, project, "token", { grant_type: "client_credentials" }, { headers: { ...basic(project.clientId, project.secret), DPoP } }), { least: 2 });
});

test("a code without a page costs eight statements at most beside its transaction", async () => {
	const { result, statements } = await statementsOf(() => browser.get(authorizePath(app), { check: false }));
	assert.ok(landing(result).code);
	assert.ok(statements.length <= 10, statements.map(({ text }) => text.slice(0, 60)).join("\n"));
});

test("DP-01 a proof at the API costs one statement more, and what can't record it opens nothing", async () => {
	const key = makeKey();
	const { secret } = await owner.accessToken({ dpop_jkt: key.thumbprint });
	const show = () => {
		const DPoP = makeProof(key, { method: "GET", url: `${server.url}/api/v1/whoami`, token: secret });
		return new Client(server, { check: false, headers: { Authorization: `DPoP ${secret}`, DPoP } }).get("/api/v1/whoami");
	};
	await show();
	assert.equal((await texts(show)).length, 2);
	const broken = proxy.fail(({ text }) => /^INSERT INTO used_jtis/.test(text), STORAGE_ENGINE_ERROR);
	const answer = await show();
	proxy.clear();
	assert.equal(broken.seen, 1);
	assert.ok(answer.status >= 500, `${answer.status} ${answer.text}`);
	expectStatus(await show(), 200);
});
