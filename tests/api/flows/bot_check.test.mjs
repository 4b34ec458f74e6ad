// Rule 41 at each action that may ask for a bot check: without a token, and with a verifier that nobody can ask. The rest is jobs/bot_check.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeEmail, makePassword, openFlow, person, sharedServer, socialProvider, until } from "../../harness/index.mjs";

const server = await sharedServer();
/** An address that is never called. */
const NOWHERE = "https://127.0.0.1/verify";

async function make(check) {
	const owner = await person(server);
	const session = await owner.session();
	expectStatus(await session.patch("/api/v1/sign_in_settings", {
		methods: ["password", "magic_link", "email_otp", "anonymous", "passkey", "social"],
		bot_check: { provider: "http", url: NOWHERE, on: ["sign_in", "sign_up", "recover", "send"], ...check },
	}), 200);
	await socialProvider(owner, "github");
	return owner.project;
}

async function begin(project, kind, bot_token) {
	const flow = await openFlow(server, kind, { browser: new Client(server, { site: "auth" }), client_id: project.clientId, ...(bot_token && { bot_token }) });
	await until("the verdict is there", async () => {
		flow.take(expectStatus(await flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() }), 200));
		return flow.state !== "waiting";
	});
	return flow;
}

const ACTIONS = [
	["sign_up", "sign_up", () => ({ email: makeEmail(), password: makePassword() })], ["recover", "recover", () => ({ identifier: makeEmail() })],
	["anonymous", "sign_in", () => ({})], ["social", "sign_in", () => ({ provider: "github" })], ["passkey", "sign_in", () => ({ credential: {} })],
	["password", "sign_in", () => ({ password: "wrong" }), true], ["send_code", "sign_in", () => ({}), true], ["send_link", "sign_in", () => ({}), true],
];

for (const [action, kind, json, isNamed] of ACTIONS)
	test(`rule 41 ${action}: 403 without a token, 503 without a verifier; it goes on when that is forgiven`, async () => {
		const act = async (project, token) => {
			const flow = await begin(project, kind, token);
			if (isNamed)
				await flow.go("identify", { identifier: makeEmail() });
			return flow.act(action, json());
		};
		const shut = await make({ fail_open: false });
		expectError(await act(shut), 403, "bot_check_failed");
		expectError(await act(shut, `token of ${action}`), 503, "bot_check_unavailable");
		const forgiven = await act(await make({ fail_open: true }), `token of ${action}`);
		assert.ok(!forgiven.text.includes("bot_check"), forgiven.text);
	});
