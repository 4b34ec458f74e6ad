// A project's own providers: the shape of each request, what answers mean, and that no call leaves for where it may not go.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { expectField, expectStatus, makeEmail, ownServer, person, until } from "../harness/index.mjs";
import { Provider } from "../harness/carrier.mjs";
import { makePhone, makePassword } from "../harness/secrets.mjs";
import { SmtpServer } from "../harness/smtp.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const FROM = { from_name: "Shop, Ltd", from_address: "shop@example.com" };
const folder = makeFolder("t");
const sent = path.join(folder, "sendmail.out");
const sendmail = path.join(folder, "sendmail");
const code = path.join(folder, "code");
fs.writeFileSync(sendmail, `#!/bin/sh\n[ -s ${code} ] && exit $(cat ${code})\nprintf '%s\\n' "$@" > ${sent}.args\ncat > ${sent}\n`, { mode: 0o700 });
const provider = await Provider.start(makeFolder("v"));
const server = await ownServer({ config: { outgoing: provider.outgoing, mail: { sendmail } } });
const owner = await person(server, { orgName: "Shop" });
after(() => provider.stop());

/** A project with these settings, and what becomes of a mail it sends. */
async function project(settings = {}, sms = {}) {
	const made = await owner.org.project({ name: "Shop & Co" });
	const session = await owner.session({ headers: { "X-Project-Id": made.id } });
	if (Object.keys(settings).length > 0)
		expectStatus(await session.patch("/api/v1/mail_settings", settings), 200);
	if (Object.keys(sms).length > 0)
		expectStatus(await session.patch("/api/v1/sms_settings", sms), 200);
	const become = (message, ask = ({ status }) => status !== "queued") => until("the message is as expected", async () => {
		const { json } = await session.get(`/api/v1/messages/${message.id}`);
		return ask(json) ? json : null;
	}, { patience_ms: 25000, every_ms: 250 });
	const mail = async (to = makeEmail("to"), ask) => become(expectStatus(await session.post("/api/v1/mail_settings/test", { to }), 202), ask);
	const text = async (to = makePhone(), ask) => become(expectStatus(await session.post("/api/v1/sms_settings/test", { to }), 202), ask);
	return { made, session, mail, text, become };
}

/** The one request that the action caused. */
async function requestOf(action) {
	provider.requests = [];
	const message = await action();
	assert.equal(provider.requests.length, 1, JSON.stringify(message));
	return { ...provider.requests[0], message };
}

const basic = (pair) => `Basic ${Buffer.from(pair).toString("base64")}`;
const SUBJECT = "A test of Shop & Co";
const SENDER = '"Shop, Ltd" <shop@example.com>';

test("resend: JSON with a bearer key, our Message-ID, an idempotency key; its id is kept", async () => {
	const api_key = makePassword();
	const { mail } = await project({ provider: "resend", ...FROM, reply_to: "help@example.com", api_key });
	provider.answer = () => ({ status: 200, body: '{"id":"re_123"}' });
	const { host, method, path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	const body = JSON.parse(text);
	assert.deepEqual([host, method, at, headers.authorization], ["api.resend.com", "POST", "/emails", `Bearer ${api_key}`]);
	assert.deepEqual([body.from, body.to, body.reply_to, body.subject], [SENDER, "ada@example.com", "help@example.com", SUBJECT]);
	assert.equal(body.headers["Message-ID"], `<${message.id}@localhost>`);
	assert.equal(headers["idempotency-key"], `${message.id}@localhost`);
	assert.match(body.html, /^<!doctype html>/);
	assert.deepEqual([message.status, message.provider_message_id, message.attempts], ["sent", "re_123", 1]);
});

test("sendgrid: personalizations and content; the id comes in a header", async () => {
	const api_key = makePassword();
	const { mail } = await project({ provider: "sendgrid", ...FROM, api_key });
	provider.answer = () => ({ status: 202, headers: { "X-Message-Id": "sg-7" } });
	const { host, path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	const body = JSON.parse(text);
	assert.deepEqual([host, at, headers.authorization], ["api.sendgrid.com", "/v3/mail/send", `Bearer ${api_key}`]);
	assert.deepEqual(body.personalizations, [{ to: [{ email: "ada@example.com" }] }]);
	assert.deepEqual(body.from, { email: "shop@example.com", name: "Shop, Ltd" });
	assert.deepEqual(body.content.map(({ type }) => type), ["text/plain", "text/html"]);
	assert.equal(message.provider_message_id, "sg-7");
});

test("ses: the mail's own octets, signed with Signature Version 4", async () => {
	const api_key = makePassword();
	const { mail } = await project({ provider: "ses", ...FROM, username: "AKIDEXAMPLE", region: "eu-west-1", api_key });
	provider.answer = () => ({ status: 200, body: '{"MessageId":"ses-1"}' });
	const { host, path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	const raw = Buffer.from(JSON.parse(text).Content.Raw.Data, "base64").toString();
	assert.match(raw, /^From: "Shop, Ltd" <shop@example\.com>\r$/m);
	assert.match(raw, new RegExp(`^Message-ID: <${message.id}@localhost>\r$`, "m"));
	assert.equal(message.provider_message_id, "ses-1");
	const date = headers["x-amz-date"];
	const sha = (data) => createHash("sha256").update(data).digest("hex");
	const hmac = (key, data) => createHmac("sha256", key).update(data).digest();
	const scope = `${date.slice(0, 8)}/eu-west-1/ses/aws4_request`;
	const canonical = `POST\n${at}\n\ncontent-type:application/json\nhost:${host}\nx-amz-date:${date}\n\ncontent-type;host;x-amz-date\n${sha(text)}`;
	const key = scope.split("/").reduce((last, part) => hmac(last, part), `AWS4${api_key}`);
	const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha(canonical)}`).toString("hex");
	assert.equal(headers.authorization, `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`);
});

test("mailgun: a form to the sender's domain, Basic api:key; the EU has a host of its own", async () => {
	const api_key = makePassword();
	const { mail, session } = await project({ provider: "mailgun", ...FROM, api_key });
	provider.answer = () => ({ status: 200, body: '{"id":"<mg@example.com>"}' });
	const { host, path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	const form = new URLSearchParams(text);
	assert.deepEqual([host, at, headers.authorization], ["api.mailgun.net", "/v3/example.com/messages", basic(`api:${api_key}`)]);
	assert.deepEqual([form.get("from"), form.get("to"), form.get("subject"), form.get("h:Message-Id")], [SENDER, "ada@example.com", SUBJECT, `<${message.id}@localhost>`]);
	expectStatus(await session.patch("/api/v1/mail_settings", { region: "eu" }), 200);
	assert.equal((await requestOf(() => mail())).host, "api.eu.mailgun.net");
});

test("postmark: its token header, both bodies, our Message-ID kept", async () => {
	const api_key = makePassword();
	const { mail } = await project({ provider: "postmark", ...FROM, api_key });
	provider.answer = () => ({ status: 200, body: '{"ErrorCode":0,"MessageID":"pm-1"}' });
	const { host, path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	const body = JSON.parse(text);
	assert.deepEqual([host, at, headers["x-postmark-server-token"]], ["api.postmarkapp.com", "/email", api_key]);
	assert.deepEqual([body.From, body.To, body.Subject, body.MessageStream], [SENDER, "ada@example.com", SUBJECT, "outbound"]);
	assert.deepEqual(body.Headers, [{ Name: "Message-ID", Value: `<${message.id}@localhost>` }, { Name: "X-PM-KeepID", Value: "true" }]);
	assert.equal(message.provider_message_id, "pm-1");
});

test("http: our JSON to any https address, the credential in a header of one's own", async () => {
	const api_key = makePassword();
	const { mail } = await project({ provider: "http", ...FROM, url: "https://mail.example.com/take?x=1", header: "X-Token", api_key });
	provider.answer = () => ({ status: 204 });
	const { path: at, headers, text, message } = await requestOf(() => mail("ada@example.com"));
	assert.deepEqual([at, headers["x-token"], headers.cookie], ["/take?x=1", api_key, undefined]);
	assert.deepEqual(Object.keys(JSON.parse(text)), ["message_id", "from", "to", "subject", "text", "html"]);
	assert.equal(message.status, "sent");
});

test("4xx is final, also one that asks for patience; 5xx, a cut line and silence are tried again; a redirect isn't followed", async () => {
	const { mail } = await project({ provider: "http", ...FROM, url: "https://mail.example.com/take" });
	const isLater = ({ attempts, status, last_error }) => attempts === 1 && status === "queued" && last_error !== null;
	// First: what is tried again later would wait with it.
	provider.answer = () => "hang";
	const began = Date.now();
	const silent = await mail(makeEmail(), isLater);
	assert.match(silent.last_error, /time/i);
	assert.equal(silent.repeated, true, "it may have been taken: the log says so");
	assert.ok(Date.now() - began < 16000, "ten seconds");
	for (const status of [400, 401, 404, 408, 422, 425, 429]) {
		provider.answer = () => ({ status, body: '{"message":"no such\\r\\nsender"}' });
		const message = await mail();
		assert.deepEqual([message.status, message.attempts, message.last_error], ["failed", 1, `HTTP ${status}: no such  sender`]);
	}
	provider.answer = () => ({ status: 302, headers: { Location: "https://mail.example.com/other" } });
	assert.match((await requestOf(() => mail())).message.last_error, /^HTTP 302/);
	for (const status of [500, 503]) {
		provider.answer = () => ({ status, body: "busy" });
		const busy = await mail(makeEmail(), isLater);
		assert.match(busy.last_error, /busy/);
		assert.equal(busy.repeated, false);
	}
	provider.answer = () => ({ status: 200, body: "x".repeat(300 * 1024) });
	assert.match((await mail(makeEmail(), isLater)).last_error, /too long/);
});

test("a server that isn't at a public address is never called, by its number, its name or an IPv4 within IPv6", async () => {
	const guarded = await ownServer({ config: { outgoing: { ...provider.outgoing, allow: "" } } });
	const person_ = await person(guarded);
	const session = await person_.session();
	provider.answer = () => ({ status: 204 });
	const become = async () => {
		const { id } = expectStatus(await session.post("/api/v1/mail_settings/test", { to: makeEmail() }), 202);
		return until("it is decided", async () => {
			const { json } = await session.get(`/api/v1/messages/${id}`);
			return json.status === "queued" ? null : json;
		});
	};
	provider.requests = [];
	for (const url of [`https://127.0.0.1:${provider.port}/`, `https://localhost:${provider.port}/`, `https://[::ffff:127.0.0.1]:${provider.port}/`, "https://mail.example.com/", "https://169.254.169.254/latest/meta-data/"]) {
		expectStatus(await session.patch("/api/v1/mail_settings", { provider: "http", ...FROM, url }), 200);
		const message = await become();
		assert.equal(message.status, "failed", url);
		assert.match(message.last_error, /public address/, url);
	}
	const smtp = await new SmtpServer().start();
	expectStatus(await session.patch("/api/v1/mail_settings", { provider: "smtp", ...FROM, host: "localhost", port: smtp.port }), 200);
	assert.match((await become()).last_error, /public address/);
	assert.deepEqual([provider.requests.length, smtp.commands.length], [0, 0]);
	await smtp.stop();
	const allowed = await project({ provider: "http", ...FROM, url: `https://127.0.0.1:${provider.port}/` });
	assert.equal((await allowed.mail()).status, "sent");
});

test("smtp: STARTTLS, AUTH and the project's sender; never without TLS", async () => {
	const auth = { user: "shop", password: makePassword() };
	const smtp = await new SmtpServer({ tls: provider.certificates, auth }).start();
	const { mail, session } = await project({ provider: "smtp", ...FROM, host: "localhost", port: smtp.port, username: auth.user, password: auth.password });
	assert.equal((await mail("ada@example.com")).status, "sent");
	const [got] = smtp.mails;
	assert.deepEqual([got.from, got.to, got.secure, got.signedIn, got.ehlo], ["shop@example.com", ["ada@example.com"], true, true, "localhost"]);
	const plain = await new SmtpServer().start();
	expectStatus(await session.patch("/api/v1/mail_settings", { port: plain.port, password: auth.password }), 200);
	await mail(makeEmail(), ({ attempts, last_error }) => attempts === 1 && last_error !== null);
	assert.equal(plain.mails.length, 0);
	assert.ok(!plain.commands.some((command) => /^(MAIL|AUTH)/.test(command)));
	await Promise.all([smtp.stop(), plain.stop()]);
});

test("sendmail is refused where its program is missing or can't be run", async () => {
	const { session, mail } = await project({});
	const choose = () => session.patch("/api/v1/mail_settings", { provider: "sendmail", ...FROM });
	for (const [harm, mend] of [[() => fs.renameSync(sendmail, `${sendmail}.away`), () => fs.renameSync(`${sendmail}.away`, sendmail)], [() => fs.chmodSync(sendmail, 0o600), () => fs.chmodSync(sendmail, 0o700)]]) {
		harm();
		const refused = expectField(await choose(), "provider", "unavailable");
		assert.match(JSON.stringify(refused), /This server has no program .*sendmail/);
		mend();
	}
	expectStatus(await choose(), 200);
});

test("sendmail: the envelope as arguments, the mail as input; its exit status decides", async () => {
	const { mail } = await project({ provider: "sendmail", ...FROM });
	assert.equal((await mail("ada@example.com")).status, "sent");
	assert.deepEqual(fs.readFileSync(`${sent}.args`, "utf8").trim().split("\n"), ["-i", "-f", "shop@example.com", "--", "ada@example.com"]);
	assert.match(fs.readFileSync(sent, "utf8"), /^Subject: A test of Shop & Co\r$/m);
	fs.writeFileSync(code, "67");
	assert.deepEqual([(await mail()).status], ["failed"]);
	fs.writeFileSync(code, "75");
	assert.match((await mail(makeEmail(), ({ attempts, last_error }) => attempts === 1 && last_error !== null)).last_error, /ended with 75/);
	fs.rmSync(code);
});

test("twilio, vonage, messagebird, http: each its shape; a channel the provider lacks fails", async () => {
	const api_key = makePassword();
	provider.answer = () => ({ status: 201, body: '{"sid":"SM1"}' });
	const twilio = await project({}, { provider: "twilio", username: "AC1", from: "+15005550006", api_key });
	let got = await requestOf(() => twilio.text("+491701234567"));
	assert.deepEqual([got.host, got.path, got.headers.authorization], ["api.twilio.com", "/2010-04-01/Accounts/AC1/Messages.json", basic(`AC1:${api_key}`)]);
	assert.deepEqual(Object.fromEntries(new URLSearchParams(got.text)), { To: "+491701234567", From: "+15005550006", Body: "A test of text messages from Shop & Co." });
	assert.equal(got.message.provider_message_id, "SM1");
	expectStatus(await twilio.session.patch("/api/v1/sms_settings", { default_channel: "whatsapp" }), 200);
	got = await requestOf(() => twilio.text());
	assert.match(new URLSearchParams(got.text).get("To"), /^whatsapp:\+/);

	provider.answer = () => ({ status: 200, body: '{"messages":[{"status":"0","message-id":"V1"}]}' });
	const vonage = await project({}, { provider: "vonage", username: "key", from: "Shop", api_key });
	got = await requestOf(() => vonage.text("+491701234567"));
	const { api_secret, to, text } = JSON.parse(got.text);
	assert.deepEqual([got.host, api_secret, to, text, got.message.provider_message_id], ["rest.nexmo.com", api_key, "491701234567", "A test of text messages from Shop & Co.", "V1"]);
	provider.answer = () => ({ status: 200, body: '{"messages":[{"status":"6","error-text":"Unroutable"}]}' });
	assert.deepEqual((({ status, last_error }) => [status, last_error])(await vonage.text()), ["failed", "status 6: Unroutable"]);
	expectStatus(await vonage.session.patch("/api/v1/sms_settings", { default_channel: "voice" }), 200);
	assert.match((await vonage.text()).last_error, /doesn't bring messages by voice/);

	provider.answer = () => ({ status: 201, body: '{"id":"MB1"}' });
	const bird = await project({}, { provider: "messagebird", from: "Shop", api_key });
	got = await requestOf(() => bird.text("+491701234567"));
	assert.deepEqual([got.host, got.path, got.headers.authorization, JSON.parse(got.text).recipients], ["rest.messagebird.com", "/messages", `AccessKey ${api_key}`, "491701234567"]);

	const own = await project({}, { provider: "http", url: "https://mail.example.com/sms", api_key });
	got = await requestOf(() => own.text("+491701234567"));
	assert.deepEqual([got.headers.authorization, JSON.parse(got.text).channel, JSON.parse(got.text).to], [api_key, "sms", "+491701234567"]);

	const none = await project();
	assert.match((await none.text()).last_error, /no provider/);
});

test("rule 40: a mail that is switched off is canceled, switched on it can be tried again; one that a method needs goes", async () => {
	const { session, become, made } = await project({ switches: { welcome: false } });
	const send = async () => expectStatus(await session.post("/api/v1/mail/send", { to: makeEmail(), template: "welcome", data: { url: "https://example.com/" } }), 202);
	const message = await send();
	const canceled = await become(message);
	assert.deepEqual([canceled.status, canceled.last_error], ["canceled", "this mail is switched off"]);
	expectStatus(await session.patch("/api/v1/mail_settings", { switches: { welcome: true } }), 200);
	/* A minute later its recipient may have another. */
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 1 MINUTE WHERE id = ${message.id}`;
	expectStatus(await session.post(`/api/v1/messages/${message.id}/retry`, {}), 200);
	assert.equal((await become(message)).status, "sent");
	await server.sql.run`UPDATE area_settings SET body = '{"switches":{"verification":false}}' WHERE project_id = ${made.id} AND area = 'mail'`;
	const needed = expectStatus(await session.post("/api/v1/mail_templates/verification/test", { to: makeEmail() }), 202);
	assert.equal((await become(needed)).status, "sent");
});
