// Signing in by a code to a phone, end to end: what the person reads comes out of the request that a provider got (users rules 15 and 28).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, expectError, expectStatus, makePassword, makePhone, openFlow, ownServer, person, until } from "../harness/index.mjs";
import { Provider } from "../harness/carrier.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const provider = await Provider.start(makeFolder("v"));
after(() => provider.stop());
const server = await ownServer({ config: { outgoing: provider.outgoing } });

const form = ({ text }) => new URLSearchParams(text);
const json = ({ text }) => JSON.parse(text);

/** Each provider's settings, what it answers, and how a text and its recipient stand in its request. */
const providers = {
	twilio: {
		settings: { username: "AC1", from: "+15005550006" }, host: "api.twilio.com", answer: { status: 201, body: '{"sid":"SM1"}' },
		read: (request) => ({ to: form(request).get("To"), text: form(request).get("Body") }),
	},
	vonage: {
		settings: { username: "key", from: "Shop" }, host: "rest.nexmo.com", answer: { status: 200, body: '{"messages":[{"status":"0","message-id":"V1"}]}' },
		read: (request) => ({ to: `+${json(request).to}`, text: json(request).text }),
	},
	messagebird: {
		settings: { from: "Shop" }, host: "rest.messagebird.com", answer: { status: 201, body: '{"id":"MB1"}' },
		read: (request) => ({ to: `+${json(request).recipients}`, text: json(request).body }),
	},
	http: {
		settings: { url: "https://mail.example.com/sms" }, host: "mail.example.com", answer: { status: 204 },
		read: (request) => ({ to: json(request).to, text: json(request).text }),
	},
};

/** A project that signs people in by phone, with this provider. */
async function place(name) {
	const { settings, host, answer, read } = providers[name];
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["phone_otp"] }), 200);
	expectStatus(await session.patch("/api/v1/sms_settings", { provider: name, ...settings, api_key: makePassword() }), 200);
	provider.answer = () => answer;
	/** The code that a number got, once there are so many texts to it. */
	const codeTo = async (phone, count = 1) => {
		const texts = await until(`${name} was asked`, () => {
			const found = provider.requests.filter((request) => request.host === host).map(read).filter(({ to }) => to === phone);
			return found.length >= count ? found : null;
		});
		assert.equal(texts.length, count, "each code goes out once");
		const [code] = /\d{6}/.exec(texts.at(-1).text);
		return code;
	};
	const ask = async (phone, browser = new Client(server, { site: "auth" })) => {
		const flow = await openFlow(server, "sign_in", { browser, client_id: project.clientId });
		await flow.go("identify", { identifier: phone });
		await flow.go("send_code", {});
		return flow;
	};
	return { project, codeTo, ask };
}

const wrongFor = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");

for (const name of Object.keys(providers))
	test(`${name}: the right code makes an account, signs in to it the next time, and works once; a wrong one doesn't`, async () => {
		const here = await place(name);
		const phone = makePhone();
		const flow = await here.ask(phone);
		const code = await here.codeTo(phone);
		expectError(await flow.act("verify_code", { code: wrongFor(code) }), 401, "invalid_code");
		assert.equal((await flow.go("verify_code", { code })).state, "done");
		await flow.go("complete");
		flow.browser.clientId = here.project.clientId;
		const { user, session } = expectStatus(await flow.browser.get("/api/v1/session"), 200);
		assert.equal(session.auth_strength, "phone_otp");
		const row = await server.sql.row`SELECT id, phone, phone_verified_at IS NOT NULL AS proven FROM users WHERE project_id = ${here.project.id}`;
		assert.deepEqual({ ...row }, { id: user.id, phone, proven: 1 });

		await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${phone}`;
		const again = await here.ask(phone);
		const next = await here.codeTo(phone, 2);
		if (next !== code)
			expectError(await again.act("verify_code", { code }), 401, "invalid_code");
		assert.equal((await again.go("verify_code", { code: next })).state, "done");
		expectError(await again.act("verify_code", { code: next }), 409, "flow_state_conflict");
		await again.go("complete");
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${here.project.id}`, 1);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE project_id = ${here.project.id} AND user_id = ${user.id}`, 2);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE recipient = ${phone} AND status = 'sent' AND payload_sealed IS NULL`, 2, "no code is kept once it is sent");
	});

test("a provider that is down for a moment brings the code late; one that refuses the number brings none, and the person sees no difference", async () => {
	const here = await place("twilio");
	const phone = makePhone();
	let isDown = true;
	provider.answer = () => (isDown ? { status: 503, body: "later" } : providers.twilio.answer);
	const flow = await here.ask(phone);
	await until("the first try failed", async () => await server.sql.value`SELECT attempts FROM messages WHERE recipient = ${phone} AND lease_until IS NULL` === 1);
	isDown = false;
	provider.requests = [];
	await server.sql.run`UPDATE messages SET next_attempt_at = NOW(3) WHERE recipient = ${phone}`;
	assert.equal((await flow.go("verify_code", { code: await here.codeTo(phone) })).state, "done");

	provider.answer = () => ({ status: 400, body: '{"message":"not a mobile number"}' });
	const landline = makePhone();
	const silent = await here.ask(landline);
	await until("it is given up", async () => await server.sql.value`SELECT status FROM messages WHERE recipient = ${landline}` === "failed");
	assert.deepEqual(silent.flow.options.map(({ action }) => action).sort(), ["back", "send_code", "verify_code"]);
	expectError(await silent.act("verify_code", { code: "000000" }), 401, "invalid_code");
});
