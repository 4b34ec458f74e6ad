// The sender: what it hands to a mail server, when it tries again, when it gives up, and that it never sends a mail twice by itself.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, test } from "node:test";
import { jobWorkers } from "../harness/server.mjs";
import { digest, expectStatus, makeEmail, makeId, MINUTE, moveClock, ownServer, person, sleep, until, waitForMail } from "../harness/index.mjs";
import { SmtpServer } from "../harness/smtp.mjs";
import { makeCertificates } from "../harness/tls.mjs";
import { makeFolder, stop } from "../harness/workplace.mjs";

const certificates = await makeCertificates(makeFolder("k"));
const AUTH = { user: "gatehouse", password: "mail-in-tests" };

/** A mail server and a Gatehouse that sends to it. */
async function mailbox(smtpOptions = {}, mail = {}) {
	const smtp = await new SmtpServer(smtpOptions).start();
	after(() => smtp.stop());
	const server = await ownServer({ config: { mail: { transport: "smtp", url: `smtp://localhost:${smtp.port}`, ca_file: certificates.ca, require_tls: Boolean(smtpOptions.tls), ...mail } } });
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Ärger & Söhne" });
	const session = await owner.session();
	const invite = async (email = makeEmail("invited")) => {
		expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "member" }), 201);
		return email;
	};
	const row = (email) => server.sql.row`SELECT * FROM messages WHERE recipient = ${email}`;
	const settled = (email, ask) => until(`the mail to ${email} is as expected`, async () => {
		const found = await row(email);
		return found && (await ask(found)) ? found : null;
	}).catch(async (error) => {
		const { payload_sealed, ...found } = (await row(email)) ?? {};
		throw new Error(`${error.message}: ${JSON.stringify(found)}`);
	});
	return { smtp, server, invite, row, settled };
}

const idOf = (raw) => /^Message-ID: <(.+)>\r$/m.exec(raw)?.[1];

test("transport file: one file, both forms, one Message-ID; the row is sent and its text wiped", async () => {
	const server = await ownServer();
	const session = await (await person(server, { orgName: "Ärger & Söhne" })).session();
	const email = makeEmail("invited");
	expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "member" }), 201);
	const mail = await waitForMail(server, email);
	const row = await server.sql.row`SELECT * FROM messages WHERE recipient = ${email}`;
	assert.match(mail.subject, /Ärger & Söhne/);
	assert.match(mail.text, /https:\/\/localhost:\d+\/\S*#\S*ginv_/);
	assert.match(mail.html, /Ärger &amp; Söhne/);
	assert.equal(mail.headers["message-id"], `<${row.id}@localhost>`);
	assert.equal(mail.headers["auto-submitted"], "auto-generated");
	assert.match(mail.headers.from, /^"Gatehouse" <gatehouse@example\.com>$/);
	assert.ok(mail.file.endsWith(`/${row.id}.eml`));
	const sent = await until("the row is sent", async () => {
		const now = await server.sql.row`SELECT * FROM messages WHERE id = ${row.id}`;
		return now.status === "sent" ? now : null;
	});
	assert.deepEqual([sent.attempts, sent.payload_sealed, sent.next_attempt_at, sent.claimed_by, sent.lease_until], [1, null, null, null, null]);
	assert.notEqual(sent.sent_at, null);
});

test("SMTP with STARTTLS and a password: envelope, CRLF, our own name; nothing of it before TLS", async () => {
	const folder = makeFolder("p");
	fs.writeFileSync(`${folder}/mail`, `${AUTH.password}\n`, { mode: 0o600 });
	const { smtp, invite, settled } = await mailbox({ tls: certificates, auth: AUTH }, { user: AUTH.user, password_file: `${folder}/mail` });
	const email = await invite();
	const row = await settled(email, ({ status }) => status === "sent");
	assert.equal(smtp.mails.length, 1);
	const [mail] = smtp.mails;
	assert.deepEqual([mail.from, mail.to, mail.secure, mail.signedIn, mail.ehlo], ["gatehouse@example.com", [email], true, true, "localhost"]);
	assert.equal(idOf(mail.raw), `${row.id}@localhost`);
	assert.equal(mail.raw.match(/^Message-ID:/gm).length, 1);
	assert.ok(!/[^\r]\n/.test(mail.raw) && !/\r[^\n]/.test(mail.raw));
	assert.ok(mail.raw.split("\r\n").every((line) => line.length <= 998));
	assert.ok(/^[\x00-\x7f]*$/.test(mail.raw));
});

test("smtps: TLS from the first octet", async () => {
	const { smtp, server, invite, settled } = await mailbox({ tls: certificates, implicit: true });
	server.writeConfig({ mail: { transport: "smtp", url: `smtps://localhost:${smtp.port}`, ca_file: certificates.ca, require_tls: true } });
	await restartJobs(server);
	await settled(await invite(), ({ status }) => status === "sent");
	assert.equal(smtp.mails[0].secure, true);
});

test("a server without TLS, one whose certificate nobody knows, one that doesn't take the password: no mail, tried again later", async () => {
	const plain = await mailbox({}, { require_tls: true });
	const unknown = await mailbox({ tls: certificates }, { ca_file: "/etc/ssl/certs/ca-certificates.crt" });
	for (const { smtp, invite, settled } of [plain, unknown]) {
		const row = await settled(await invite(), ({ status, attempts, lease_until }) => status === "queued" && attempts === 1 && lease_until === null);
		assert.notEqual(row.last_error, null);
		assert.notEqual(row.payload_sealed, null);
		assert.equal(smtp.mails.length, 0);
		assert.ok(!smtp.commands.some((command) => /^(MAIL|AUTH)/.test(command)), smtp.commands.join());
	}
	const { smtp, invite, settled } = await mailbox({ tls: certificates, auth: AUTH }, { user: "gatehouse", password_file: certificates.ca });
	const row = await settled(await invite(), ({ attempts, lease_until }) => attempts === 1 && lease_until === null);
	assert.equal(row.status, "queued");
	assert.equal(smtp.mails.length, 0);
});

test("4xx: tried at 0 s, 1, 5, 30 min and 2 h, then failed, with one audit row and one event", async () => {
	const { smtp, server, invite, row, settled } = await mailbox({ answer: (word) => (word === "RCPT" ? "451 later" : undefined) });
	const email = await invite();
	let tries = 1;
	for (const wait_ms of [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE]) {
		const now = await settled(email, ({ attempts, lease_until }) => attempts === tries && lease_until === null);
		assert.equal(now.status, "queued");
		assert.match(now.last_error, /451/);
		const due_ms = Date.parse(`${now.next_attempt_at.replace(" ", "T")}Z`) - Date.now() - (server.offset_ms ?? 0);
		assert.ok(Math.abs(due_ms - wait_ms) < 20000, `${due_ms} for ${wait_ms}`);
		moveClock(server, wait_ms - 30000);
		await sleep(1500);
		assert.equal((await row(email)).attempts, tries, "not before its time");
		moveClock(server, 31000);
		tries++;
	}
	const end = await settled(email, ({ status }) => status === "failed");
	assert.deepEqual([end.attempts, end.next_attempt_at], [5, null]);
	assert.notEqual(end.payload_sealed, null, "kept for somebody who lets it be tried again");
	assert.equal(smtp.commands.filter((command) => command.startsWith("RCPT")).length, 5);
	const audit = await server.sql.rows`SELECT * FROM audit_events WHERE action = 'message.failed' AND target_id = ${end.id}`;
	assert.equal(audit.length, 1);
	assert.equal(audit[0].actor_kind, "system");
	assert.match(JSON.parse(audit[0].changes).last_error[1], /451/);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE type = 'message.failed' AND subject_id = ${end.id}`, 1);
});

test("5xx to the recipient, the sender or the text: failed at once; the next mail goes", async () => {
	let refusal = null;
	const { smtp, invite, settled } = await mailbox({ answer: (word) => (word === refusal ? "550 no" : undefined) });
	for (refusal of ["RCPT", "MAIL", "TEXT"]) {
		const row = await settled(await invite(), ({ status }) => status === "failed");
		assert.equal(row.attempts, 1);
		assert.match(row.last_error, /550/);
	}
	refusal = null;
	await settled(await invite(), ({ status }) => status === "sent");
	assert.equal(smtp.mails.at(-1).to.length, 1);
});

test("a server that says nothing: given up after 10 s, tried again", async () => {
	const { invite, settled } = await mailbox({ answer: (word) => (word === "DATA" ? "hang" : undefined) });
	const email = await invite();
	const began = Date.now();
	const row = await settled(email, ({ attempts, lease_until }) => attempts === 1 && lease_until === null);
	assert.ok(Date.now() - began < 16000);
	assert.equal(row.status, "queued");
	assert.match(row.last_error, /tim/i);
});

test("the sender dies after the mail was taken: once the lease is over it goes again with the same Message-ID, not before", async () => {
	let hangs = true;
	const { smtp, server, invite, row, settled } = await mailbox({ answer: (word) => (word === "TEXT" && hangs ? "hang" : undefined) });
	const email = await invite();
	await until("the text was handed over", () => smtp.mails.length === 1);
	for (const pid of jobWorkers(server))
		process.kill(Number(pid), "SIGKILL");
	hangs = false;
	await sleep(3000);
	const held = await row(email);
	assert.deepEqual([held.status, held.attempts], ["queued", 1]);
	assert.notEqual(held.lease_until, null);
	assert.equal(smtp.mails.length, 1);
	moveClock(server, 3 * MINUTE);
	await settled(email, ({ status, attempts }) => status === "sent" && attempts === 2);
	assert.equal(smtp.mails.length, 2);
	assert.equal(idOf(smtp.mails[0].raw), idOf(smtp.mails[1].raw));
	assert.equal(smtp.mails[0].raw, smtp.mails[1].raw);
});

test("thirty mails, three workers: each goes once", async () => {
	const { smtp, server, invite } = await mailbox();
	server.writeConfig({ ...server.settings, process: { job_workers: 3 } });
	await restartJobs(server);
	await until("three workers", () => jobWorkers(server).length >= 3);
	const people = [];
	for (let i = 0; i < 30; i++)
		people.push(await invite());
	await until("all are sent", async () => (await server.sql.value`SELECT COUNT(*) FROM messages WHERE status = 'sent'`) === 30);
	assert.deepEqual(smtp.mails.flatMap(({ to }) => to).sort(), people.sort());
	assert.equal(await server.sql.value`SELECT MAX(attempts) FROM messages`, 1);
});

test("what has expired isn't sent; what can't be opened fails; a deleted project's mail is called off", async () => {
	const { smtp, server, invite, settled } = await mailbox({ answer: (word) => (word === "RCPT" ? "451 later" : undefined) });
	const owner = await person(server);
	const project = await owner.org.project();
	const late = await invite();
	await settled(late, ({ attempts, lease_until }) => attempts === 1 && lease_until === null);
	smtp.answer = () => undefined;
	await settled(await invite(), ({ status }) => status === "sent");
	moveClock(server, 31 * 24 * 60 * MINUTE);
	const expired = await settled(late, ({ status }) => status === "failed");
	assert.match(expired.last_error, /expired/);
	assert.equal(expired.payload_sealed, null);
	const insert = async (projectId, attempts = 0) => {
		const email = makeEmail("odd");
		await server.sql.run`INSERT INTO messages (project_id, id, channel, template, recipient, recipient_digest, payload_sealed, status, attempts, next_attempt_at, created_at)
			VALUES (${projectId}, ${makeId("msg")}, 'mail', 'verification', ${email}, ${digest(email)}, ${Buffer.from("not sealed")}, 'queued', ${attempts}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`;
		return email;
	};
	assert.match((await settled(await insert(project.id), ({ status }) => status === "failed")).last_error, /can't be opened/);
	assert.match((await settled(await insert(project.id, 5), ({ status }) => status === "failed")).last_error, /cut short/);
	await server.sql.run`UPDATE projects SET status = 'deleted', deleted_at = UTC_TIMESTAMP(3) WHERE id = ${project.id}`;
	assert.equal((await settled(await insert(project.id), ({ status }) => status !== "queued")).status, "canceled");
	assert.equal(smtp.mails.length, 1);
});

test("the database goes and comes back: the workers wait and go on", async () => {
	const { server, invite, settled } = await mailbox();
	await settled(await invite(), ({ status }) => status === "sent");
	const before = jobWorkers(server);
	await server.db.stop();
	await sleep(2500);
	await server.db.start();
	await until("the request workers are back", async () => (await server.sql.value`SELECT 1`) === 1);
	await settled(await invite(), ({ status }) => status === "sent");
	assert.deepEqual(jobWorkers(server), before);
});

test("the database goes while a mail is on its way: it comes back, the mail is noted as sent and goes once", async () => {
	let taken;
	const { smtp, server, invite, row, settled } = await mailbox({
		answer: (word, session) => {
			if (word !== "TEXT" || taken)
				return undefined;
			taken = () => session.socket.write("250 taken\r\n");
			return "hang";
		},
	});
	const email = await invite();
	await until("the text was handed over", () => taken);
	await server.db.stop();
	taken();
	await sleep(2500);
	await server.db.start();
	const sent = await settled(email, ({ status }) => status === "sent");
	assert.equal(sent.attempts, 1);
	moveClock(server, 5 * MINUTE);
	await sleep(2500);
	assert.equal((await row(email)).status, "sent");
	assert.equal(smtp.mails.length, 1);
});

async function restartJobs(server) {
	await stop(server.jobs, { patience_ms: 10000 });
	server.startJobs();
}
