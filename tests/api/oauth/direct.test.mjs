// Transport code: the screens that an app draws itself (users.md rule 4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectError, expectStatus, makeEmail, makePassword, openFlow, projectUser, sharedServer, waitForMail } from "../../harness/index.mjs";
import { decode, makeApp, redeem, refresh, REDIRECT_URI } from "./oauth.mjs";

const server = await sharedServer();
const ORIGIN = "https://app.example.com";
const makeDirect = (options) => makeApp(server, { isPublic: true, ...options, columns: { direct_flow: 1, ...options?.columns } });
const allowOrigin = (app) => server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'origin', ${digest(ORIGIN)}, ${Buffer.from(ORIGIN)})`;
const body = (app, changes) => ({ client_id: app.clientId, kind: "sign_in", transport: "code", redirect_uri: REDIRECT_URI, code_challenge: app.pkce.code_challenge, state: "st", ...changes });

/** An app's program, which has no cookie and names no origin. */
class Screens {
	constructor(headers = {}) {
		this.client = new Client(server, { site: "auth", headers });
	}

	async open(app, changes) {
		this.flow = expectStatus(await this.client.post("/api/v1/flows", body(app, changes)), 201);
		assert.deepEqual(this.client.cookies, {});
		return this;
	}

	act(action, json = {}, headers = {}) {
		return this.client.post(`/api/v1/flows/${this.flow.id}/${action}`, json, { headers: { "X-Flow-Token": this.flow.flow_token, ...headers } });
	}

	async go(action, json) {
		this.flow = expectStatus(await this.act(action, json), 200);
		return this.flow;
	}
}

test("an app's own screens sign somebody in and get a code, without any cookie; the code is redeemed like every other", async () => {
	const app = await makeDirect();
	const user = await projectUser(server, app, { password: true });
	const screens = await new Screens().open(app);
	assert.equal(screens.flow.transport, "code");
	await screens.go("identify", { identifier: user.email });
	await screens.go("password", { password: user.password });
	const { result } = await screens.go("complete");
	assert.equal(result.state, "st");
	assert.equal(result.redirect_to, `${REDIRECT_URI}?code=${result.code}&state=st&iss=${encodeURIComponent(app.issuer)}`);
	assert.deepEqual(screens.client.cookies, {});
	const tokens = expectStatus(await redeem(server, app, result.code), 200);
	const [, claims] = decode(tokens.access_token);
	assert.deepEqual([claims.sub, claims.amr, claims.scope], [user.id, ["pwd"], "openid profile email"]);
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
	expectError(await screens.act("complete"), 410, "flow_expired");
});

test("somebody new signs up on them", async () => {
	const app = await makeDirect();
	const email = makeEmail("direct");
	const screens = await new Screens().open(app, { kind: "sign_up", scope: "openid email offline_access" });
	await screens.go("sign_up", { email, password: makePassword(), name: "New Person" });
	await screens.go("verify_code", { code: (await waitForMail(server, email)).code });
	const { result } = await screens.go("complete");
	assert.equal(decode(expectStatus(await redeem(server, app, result.code), 200).id_token)[1].email, email);
});

test("TK-04 the code is worth nothing without the verifier", async () => {
	const app = await makeDirect();
	const user = await projectUser(server, app, { password: true });
	const screens = await new Screens().open(app);
	await screens.go("identify", { identifier: user.email });
	await screens.go("password", { password: user.password });
	const { result } = await screens.go("complete");
	assert.equal((await redeem(server, app, result.code, { code_verifier: undefined })).json.error, "invalid_grant");
});

test("only a client of the project's own that may, with a registered address and S256: else 403 direct_flow_not_allowed", async () => {
	const app = await makeDirect();
	const ask = (on, changes) => new Client(server, { site: "auth" }).post("/api/v1/flows", body(on, changes));
	for (const changes of [{ redirect_uri: "https://evil.example/" }, { redirect_uri: undefined }, { code_challenge: undefined }, { code_challenge: "short" }, { kind: "link" }, { kind: "upgrade" }, { kind: "reauthenticate" }]) {
		const answer = await ask(app, changes);
		assert.ok([401, 403].includes(answer.status), `${JSON.stringify(changes)} ${answer.text}`);
		if (!["link", "upgrade", "reauthenticate"].includes(changes.kind))
			expectError(answer, 403, "direct_flow_not_allowed");
	}
	expectStatus(await ask(app), 201);
	for (const columns of [{ direct_flow: 0 }, { is_first_party: 0 }, { grant_types: "refresh_token" }])
		expectError(await ask(await makeDirect({ columns })), 403, "direct_flow_not_allowed");
});

test("U-4 SE-11 pages of the client's origins may call, without credentials; other pages and other tokens may not", async () => {
	const app = await makeDirect();
	const user = await projectUser(server, app, { password: true });
	const from = (origin) => new Screens({ Origin: origin });
	expectError(await from(ORIGIN).client.post("/api/v1/flows", body(app)), 403, "csrf_failed");
	await allowOrigin(app);
	expectError(await from("https://evil.example").client.post("/api/v1/flows", body(app)), 403, "csrf_failed");
	const screens = await from(ORIGIN).open(app);
	const answer = await screens.act("identify", { identifier: user.email });
	assert.equal(answer.headers["access-control-allow-origin"], ORIGIN);
	assert.equal(answer.headers["access-control-allow-credentials"], undefined);
	expectError(await screens.act("password", { password: user.password }, { Origin: "https://evil.example" }), 403, "csrf_failed");
	const other = await from(ORIGIN).open(app);
	assert.equal((await screens.act("password", { password: user.password }, { "X-Flow-Token": other.flow.flow_token })).status, 404);
	expectError(await screens.act("password", { password: user.password }, { "X-Flow-Token": null }), 403, "csrf_failed");
	expectStatus(await screens.act("password", { password: user.password }), 200);
	const preflight = await screens.client.request("OPTIONS", `/api/v1/flows/${screens.flow.id}/complete`, { headers: { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-flow-token" } });
	assert.deepEqual([preflight.status, preflight.headers["access-control-allow-origin"], preflight.headers["access-control-allow-headers"]], [204, ORIGIN, "Content-Type, X-Flow-Token"]);
});

test("a flow of a hosted page isn't moved from elsewhere, and has no token that would", async () => {
	const app = await makeDirect();
	await allowOrigin(app);
	const browser = new Client(server, { site: "auth", clientId: app.clientId });
	const flow = await openFlow(server, "sign_in", { browser, client_id: app.clientId });
	const move = (headers) => browser.post(`/api/v1/flows/${flow.id}/identify`, { identifier: makeEmail() }, { headers: { "X-Flow-Token": flow.token, ...headers }, csrf: false });
	expectError(await move({ Origin: ORIGIN }), 403, "csrf_failed");
	expectError(await move({}), 403, "csrf_failed");
	assert.equal((await move({ Origin: browser.origin, "X-Flow-Token": `${app.id}.${flow.token}` })).status, 404);
	expectStatus(await move({ Origin: browser.origin }), 200);
});
