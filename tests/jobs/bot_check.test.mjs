// The bot check from POST /flows to the action that asks for it: what the verifier is told, what its answers do, and what happens without one
// (users.md rule 41).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, expectError, expectStatus, makeEmail, makePassword, openFlow, ownServer, person, sharedBasis, signInSettings, socialProvider, until } from "../harness/index.mjs";
import { jobWorkers } from "../harness/server.mjs";
import { sql } from "../harness/sql.mjs";
import { Verifier } from "../harness/verifier.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const basis = await sharedBasis();
const verifier = await Verifier.start(basis.tls, makeFolder("b"));
after(() => verifier.stop());
const server = await ownServer({
	config: {
		outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: verifier.connectTo },
		limits: { anonymous: { limit: 100000, window_s: 60 }, flow_action: { limit: 100000, window_s: 60 }, flow_sign_up: { limit: 100000, window_s: 60 }, flow_recover: { limit: 100000, window_s: 60 }, flow_anonymous: { limit: 100000, window_s: 60 } },
	},
});

const EVERYWHERE = ["sign_in", "sign_up", "recover", "send"];

async function make(check = {}, settings = {}) {
	const owner = await person(server);
	const session = await owner.session();
	expectStatus(await session.patch("/api/v1/sign_in_settings", {
		methods: ["password", "magic_link", "email_otp", "anonymous", "passkey", "social"], ...settings,
		bot_check: { provider: "http", url: verifier.url, secret: "a secret of the tests", on: EVERYWHERE, ...check },
	}), 200);
	await socialProvider(owner, "github");
	return { owner, session, project: owner.project };
}

const begin = ({ project }, bot_token, { kind = "sign_in" } = {}) =>
	openFlow(server, kind, { browser: new Client(server, { site: "auth" }), client_id: project.clientId, ...(bot_token === undefined ? {} : { bot_token }) });

const settle = (flow) => until("the verdict is there", async () => {
	const answer = await flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() });
	expectStatus(answer, 200);
	flow.take(answer.json);
	return answer.json.state === "waiting" ? null : answer.json;
}, { patience_ms: 40000 });

async function checked(place, bot_token, options) {
	const flow = await begin(place, bot_token, options);
	await settle(flow);
	return flow;
}

const recover = (flow) => flow.act("recover", { identifier: makeEmail() });
const audit = (project) => server.sql.query(sql`SELECT e.data AS data FROM events e WHERE e.project_id = ${project.id} AND e.type = 'bot_check.failed'`)
	.then((rows) => rows.map(({ data }) => JSON.parse(data.toString())));
/** What each action that may ask for a check is sent, and the kind and step of its flow. */
const ACTIONS = {
	sign_up: { json: () => ({ email: makeEmail(), password: makePassword() }), kind: "sign_up" },
	recover: { json: () => ({ identifier: makeEmail() }), kind: "recover" },
	anonymous: {}, social: { json: () => ({ provider: "github" }) },
	passkey: { json: () => ({ credential: {} }) },
	password: { json: () => ({ password: "wrong" }), named: true },
	send_code: { named: true }, send_link: { named: true },
};

const act = async (flow, action) => {
	const { json = () => ({}), named } = ACTIONS[action];
	if (named && flow.state === "identify")
		await flow.go("identify", { identifier: makeEmail() });
	return flow.act(action, json());
};

const CHECK_CODES = ["bot_check_failed", "bot_check_unavailable"];
const passes = (answer) => assert.ok(!CHECK_CODES.includes(answer.json?.error?.code), answer.text);

test("rule 41 a token that the verifier likes: the flow waits, then every action goes on", async () => {
	const place = await make();
	for (const action of Object.keys(ACTIONS)) {
		const flow = await begin(place, verifier.token("allow"), ACTIONS[action]);
		assert.equal(flow.state, "waiting");
		assert.equal((await settle(flow)).error_code, null);
		passes(await act(flow, action));
	}
});

test("rule 41 no token: 403 bot_check_failed on each action of a place that asks, and only there", async () => {
	const place = await make();
	for (const token of [undefined, ""])
		for (const action of Object.keys(ACTIONS))
			expectError(await act(await begin(place, token, ACTIONS[action]), action), 403, "bot_check_failed");
	const nowhere = await make({ on: [] });
	for (const action of Object.keys(ACTIONS))
		passes(await act(await begin(nowhere, undefined, ACTIONS[action]), action));
	const groups = { sign_in: ["password", "passkey", "social"], sign_up: ["sign_up", "anonymous"], recover: ["recover"], send: ["send_code", "send_link"] };
	for (const [where, asked] of Object.entries(groups)) {
		const one = await make({ on: [where] });
		for (const action of Object.keys(ACTIONS)) {
			const answer = await act(await begin(one, undefined, ACTIONS[action]), action);
			if (asked.includes(action))
				expectError(answer, 403, "bot_check_failed");
			else
				passes(answer);
		}
	}
});

test("rule 41 the verifier says no: 403, error_code, and one line in the audit log", async () => {
	const place = await make();
	const flow = await checked(place, verifier.token("deny"), { kind: "recover" });
	assert.deepEqual([flow.state, flow.flow.error_code], ["identify", "bot_check_failed"]);
	for (let i = 0; i < 2; i++)
		expectError(await recover(flow), 403, "bot_check_failed");
	assert.deepEqual(await audit(place.project), [{ reason: "denied", allowed: false }]);
	passes(await recover(await checked(place, verifier.token("allow"), { kind: "recover" })));
});

test("rule 41 the verifier is down: let through and audited with fail_open, else 503 with Retry-After", async () => {
	for (const down of ["500", "nonsense", "neither", "cut"]) {
		const open = await make({ fail_open: true });
		const through = await checked(open, verifier.token(down), { kind: "recover" });
		assert.equal(through.flow.error_code, null);
		passes(await recover(through));
		assert.deepEqual(await audit(open.project), [{ reason: "unavailable", allowed: true }]);
		const shut = await make({ fail_open: false });
		const stopped = await checked(shut, verifier.token(down), { kind: "recover" });
		assert.equal(stopped.flow.error_code, "bot_check_unavailable");
		expectError(await recover(stopped), 503, "bot_check_unavailable");
		assert.deepEqual(await audit(shut.project), [{ reason: "unavailable", allowed: false }]);
	}
	const shut = await make({ fail_open: false });
	for (const action of Object.keys(ACTIONS))
		expectError(await act(await checked(shut, verifier.token("500"), ACTIONS[action]), action), 503, "bot_check_unavailable");
});

test("a token counts once: the second flow that shows it has failed, and nobody is asked again; also of two at once", async () => {
	const place = await make();
	const token = verifier.token("allow");
	passes(await recover(await checked(place, token, { kind: "recover" })));
	const asked = verifier.seen.length;
	const again = await begin(place, token, { kind: "recover" });
	assert.deepEqual([again.state, again.flow.error_code], ["identify", "bot_check_failed"]);
	expectError(await recover(again), 403, "bot_check_failed");
	assert.equal(verifier.seen.length, asked);
	const twin = verifier.token("allow");
	const flows = await Promise.all([1, 2, 3].map(() => begin(place, twin, { kind: "recover" })));
	assert.deepEqual(flows.map(({ state }) => state).sort(), ["identify", "identify", "waiting"]);
	passes(await recover(await checked(await make(), token, { kind: "recover" })));	// another project's verifier judges for itself
});

test("one flow's good check is nothing to another flow", async () => {
	const place = await make();
	const good = await checked(place, verifier.token("allow"), { kind: "recover" });
	const other = await openFlow(server, "recover", { browser: good.browser, client_id: place.project.clientId });
	expectError(await recover(other), 403, "bot_check_failed");
	passes(await recover(good));
});

test("what each verifier is told, and whom it believes", async () => {
	const own = await make();
	const token = verifier.token("allow");
	await checked(own, token, { kind: "sign_up" });
	const told = verifier.seen.at(-1);
	const { ip, ...rest } = JSON.parse(told.text);
	assert.deepEqual(rest, { token, action: "sign_up" });
	assert.match(ip, /^127\./);
	assert.deepEqual([told.method, told.headers["content-type"], told.headers.authorization], ["POST", "application/json", "Bearer a secret of the tests"]);
	for (const [provider, host, path] of [["turnstile", "challenges.cloudflare.com", "/turnstile/v0/siteverify"], ["hcaptcha", "api.hcaptcha.com", "/siteverify"], ["recaptcha", "www.google.com", "/recaptcha/api/siteverify"]]) {
		const place = await make({ provider, site_key: "0xSITE", secret: "their secret" });
		const theirs = verifier.token("allow");
		passes(await recover(await checked(place, theirs, { kind: "recover" })));
		const asked = verifier.seen.at(-1);
		assert.deepEqual([asked.headers.host, asked.path, asked.headers.authorization], [host, path, undefined]);
		const form = Object.fromEntries(new URLSearchParams(asked.text));
		assert.deepEqual([form.secret, form.response, form.sitekey], ["their secret", theirs, provider === "hcaptcha" ? "0xSITE" : undefined]);
		assert.match(form.remoteip, /^127\./);
		expectError(await recover(await checked(place, verifier.token("deny"), { kind: "recover" })), 403, "bot_check_failed");
		const wrong = await make({ provider, site_key: "0xSITE", secret: "their secret", fail_open: false });
		expectError(await recover(await checked(wrong, verifier.token("bad secret"), { kind: "recover" })), 503, "bot_check_unavailable");
	}
});

test("who is signed in already isn't asked", async () => {
	const place = await make();
	const shown = expectStatus(await new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${place.project.clientId}`), 200);
	assert.deepEqual(shown.bot_check, { provider: "http", site_key: null, on: EVERYWHERE });
	assert.equal(expectStatus(await new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${(await make({ on: [] })).project.clientId}`), 200).bot_check, null);
	await signInSettings({ id: server.consoleId }, { methods: ["password"], bot_check: { provider: "http", url: verifier.url, on: EVERYWHERE } }, { server });
	try {
		const owner = await person(server);
		const session = await owner.session();
		const flow = await openFlow(server, "reauthenticate", { browser: session });
		passes(await flow.act("password", { password: "wrong" }));
		const stranger = await openFlow(server, "sign_in");
		await stranger.go("identify", { identifier: makeEmail() });
		expectError(await stranger.act("password", { password: "wrong" }), 403, "bot_check_failed");
	} finally {
		await signInSettings({ id: server.consoleId }, { methods: ["password"] }, { server });
	}
});

test("a worker that is killed while it asks: the flow stops waiting after 20 s and goes by fail_open", async () => {
	const shut = await make({ fail_open: false });
	const open = await make({ fail_open: true });
	const flows = [await begin(shut, verifier.token("hang"), { kind: "recover" }), await begin(open, verifier.token("hang"), { kind: "recover" })];
	await until("the verifier is being asked", () => verifier.hanging.length > 0);
	for (const pid of jobWorkers(server))
		process.kill(pid, "SIGKILL");
	verifier.letGo();
	await Promise.all(flows.map(settle));
	expectError(await recover(flows[0]), 503, "bot_check_unavailable");
	passes(await recover(flows[1]));
	passes(await recover(await checked(shut, verifier.token("allow"), { kind: "recover" })));
});
