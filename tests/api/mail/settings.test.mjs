// mail_settings and sms_settings: who carries a project's mail; credentials go in and never come out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, makeEmail, person, sharedServer } from "../../harness/index.mjs";
import { makePhone, makePassword } from "../../harness/secrets.mjs";

const server = await sharedServer();
const MAIL = "/api/v1/mail_settings";
const SMS = "/api/v1/sms_settings";

async function make(options = {}) {
	const owner = await person(server, { orgName: "Shop" });
	const project = await owner.org.project(options);
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }) };
}

const smtp = (password) => ({ provider: "smtp", host: "mail.example.com", port: 465, security: "tls", username: "shop", password, from_address: "shop@example.com" });

test("a project that set nothing sends by the platform, with every mail on; texts go nowhere", async () => {
	const { session } = await make();
	const mail = expectStatus(await session.get(MAIL), 200);
	assert.deepEqual([mail.provider, mail.from_address, mail.locale, mail.updated_at], ["platform", null, "en", null]);
	assert.deepEqual(mail.password, { set: false, last4: null });
	assert.deepEqual(new Set(Object.values(mail.switches)), new Set([true]));
	assert.ok("new-sign-in" in mail.switches);
	const sms = expectStatus(await session.get(SMS), 200);
	assert.deepEqual([sms.provider, sms.default_channel, sms.api_key.set], ["none", "sms", false]);
});

test("rule 36: a secret is stored sealed, shown as {set, last4}, kept when it isn't sent, cleared by null", async () => {
	const { session, project } = await make();
	const password = makePassword();
	const saved = expectStatus(await session.patch(MAIL, smtp(password)), 200);
	assert.deepEqual(saved.password, { set: true, last4: password.slice(-4) });
	assert.equal(saved.api_key.set, false);
	const stored = await server.sql.row`SELECT body, secret_sealed FROM area_settings WHERE project_id = ${project.id} AND area = 'mail'`;
	assert.ok(!stored.body.includes(password) && !stored.secret_sealed.includes(Buffer.from(password)));
	const renamed = expectStatus(await session.patch(MAIL, { from_name: "Shop" }), 200);
	assert.deepEqual([renamed.password.set, renamed.from_name, renamed.host], [true, "Shop", "mail.example.com"]);
	const audit = await server.sql.rows`SELECT changes FROM audit_events WHERE project_id = ${project.id} AND action = 'mail_settings.updated'`;
	assert.equal(audit.length, 2);
	assert.ok(!JSON.stringify(audit).includes(password));
	assert.equal(expectStatus(await session.patch(MAIL, { password: null }), 200).password.set, false);
	expectStatus(await session.patch(MAIL, { password: "short" }), 200);
	assert.deepEqual(expectStatus(await session.get(MAIL), 200).password, { set: true, last4: null });
});

test("a credential isn't sent to another server than it was given for: it must be given again", async () => {
	const { session } = await make();
	const password = makePassword();
	expectStatus(await session.patch(MAIL, smtp(password)), 200);
	for (const change of [{ host: "evil.example.net" }, { port: 2525 }, { username: "other" }])
		expectField(await session.patch(MAIL, change), "password", "required");
	assert.equal(expectStatus(await session.get(MAIL), 200).host, "mail.example.com");
	expectStatus(await session.patch(MAIL, { host: "evil.example.net", password }), 200);
	const other = expectStatus(await session.patch(MAIL, { provider: "http", url: "https://example.com/mail" }), 200);
	assert.deepEqual([other.password.set, other.api_key.set], [false, false], "another provider doesn't inherit it");
});

test("each provider names what it needs", async () => {
	const { session } = await make();
	const needs = {
		smtp: ["from_address", "host"], sendmail: ["from_address"], http: ["from_address", "url"], resend: ["from_address", "api_key"],
		sendgrid: ["from_address", "api_key"], ses: ["from_address", "username", "region", "api_key"], mailgun: ["from_address", "api_key"], postmark: ["from_address", "api_key"],
	};
	for (const [provider, fields] of Object.entries(needs)) {
		const refused = expectError(await session.patch(MAIL, { provider }), 422, "validation_failed");
		assert.deepEqual(refused.details.fields.map(({ field }) => field).sort(), [...fields].sort(), provider);
	}
	expectStatus(await session.patch(MAIL, { provider: "ses", from_address: "a@example.com", username: "AKID", region: "eu-west-1", api_key: makePassword() }), 200);
	expectStatus(await session.patch(MAIL, { provider: "platform" }), 200);
	expectField(await session.patch(SMS, { provider: "twilio" }), "username", "required");
	expectStatus(await session.patch(SMS, { provider: "twilio", username: "AC123", from: "+15005550006", api_key: makePassword() }), 200);
});

test("bad values are named: addresses, host, port, URL, header, locale, switches", async () => {
	const { session } = await make();
	const bad = {
		from_address: ["not an address", "a@b@c.example", "ä@example.com"], reply_to: ["x"], host: ["a b", "-x", "mail.example.com/path"], port: [0, 65536, "25"],
		url: ["http://example.com/", "https://user@example.com/"], header: ["Host", "X Y", "A:b", "Content-Length"], locale: ["english please", "e"],
		region: ["../x"], security: ["none"], provider: ["pigeon"], from_name: ["a\r\nBcc: x@example.com", "x".repeat(101)], switches: [[], "x"],
	};
	for (const [field, values] of Object.entries(bad))
		for (const value of values)
			expectField(await session.patch(MAIL, { [field]: value }), field);
	expectField(await session.patch(MAIL, { switches: { welcome: 1 } }), "switches.welcome", "type");
	expectStatus(await session.patch(MAIL, { reply_to: "help@example.com", locale: "es-MX", switches: { welcome: false } }), 200);
});

test("rule 40: a switch that is named changes alone; one that a method which is on needs can't be off", async () => {
	const { session } = await make();
	expectStatus(await session.patch(MAIL, { switches: { welcome: false, "order-shipped": false } }), 200);
	const settings = expectStatus(await session.patch(MAIL, { switches: { "new-sign-in": false, welcome: true } }), 200);
	assert.deepEqual([settings.switches.welcome, settings.switches["new-sign-in"], settings.switches["order-shipped"]], [true, false, false]);
	expectField(await session.patch(MAIL, { switches: { "password-reset": false } }), "switches.password-reset", "method_enabled");
	expectField(await session.patch(MAIL, { switches: { verification: false } }), "switches.verification", "method_enabled");
	expectStatus(await session.patch(MAIL, { switches: { "magic-link": false } }), 200);
});

test("If-Match: a stale ETag is 412, the right one 200", async () => {
	const { session } = await make();
	expectStatus(await session.patch(MAIL, { from_name: "One" }), 200);
	const { etag } = (await session.get(MAIL)).headers;
	expectStatus(await session.patch(MAIL, { from_name: "Two" }), 200);
	expectError(await session.patch(MAIL, { from_name: "Three" }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	expectStatus(await session.patch(MAIL, { from_name: "Three" }, { headers: { "If-Match": (await session.get(MAIL)).headers.etag } }), 200);
});

test("SMS settings of a test project leave the live one alone", async () => {
	const owner = await person(server);
	const live = await owner.org.project();
	const trial = await owner.org.project({ environment: "test" });
	const at = (project) => owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await (await at(trial)).patch(SMS, { provider: "messagebird", from: "Shop", api_key: makePassword() }), 200);
	assert.equal(expectStatus(await (await at(trial)).get(SMS), 200).provider, "messagebird");
	assert.equal(expectStatus(await (await at(live)).get(SMS), 200).provider, "none");
});

test("POST test: 202 with the message; a second to the same address within the minute is 429 with Retry-After", async () => {
	const { session } = await make();
	const to = makeEmail("tester");
	const message = expectStatus(await session.post(`${MAIL}/test`, { to }), 202);
	assert.deepEqual([message.template, message.channel, message.recipient, message.status], ["test", "mail", to, "queued"]);
	const refused = await session.post(`${MAIL}/test`, { to });
	expectError(refused, 429, "rate_limited");
	assert.ok(Number(refused.headers["retry-after"]) > 0);
	expectField(await session.post(`${MAIL}/test`, { to: "nobody" }), "to", "email");
	const number = makePhone();
	assert.equal(expectStatus(await session.post(`${SMS}/test`, { to: number }), 202).channel, "sms");
	expectError(await session.post(`${SMS}/test`, { to: number }), 429, "rate_limited");
	for (const bad of ["0170123456", "+0123456789", "+49 170 1234567", "+4917012345678901"])
		expectField(await session.post(`${SMS}/test`, { to: bad }), "to");
});
