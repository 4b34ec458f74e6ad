// Two senders meet at the statement that decides who sends. With its guard one mail goes; without it the same schedule sends two.
// And a sender that dies between the server's last word and its own note: the mail goes twice, and its row says so.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { watchedServer } from "../faults/watched.mjs";
import { expectStatus, makeEmail, MINUTE, moveClock, person, sleep, until } from "../harness/index.mjs";
import { jobWorkers } from "../harness/server.mjs";
import { SmtpServer } from "../harness/smtp.mjs";

const CLAIM = /^UPDATE messages m SET m\.is_repeated = IF/;
const NOTE_SENT = /^UPDATE messages m SET m\.status = 'sent'/;
const GUARD = "(m.lease_until IS NULL OR m.lease_until <= ?)";

let hangs = false;
const smtp = await new SmtpServer({ answer: (word) => (word === "TEXT" && hangs ? "hang" : undefined) }).start();
after(() => smtp.stop());
const { server, proxy } = await watchedServer({
	config: { process: { job_workers: 2 }, mail: { transport: "smtp", url: `smtp://localhost:${smtp.port}`, require_tls: false } }, jobs: true,
});
const session = await (await person(server)).session();
await until("both senders are there", () => jobWorkers(server).length === 2);

/** How many mails go when the second sender's claim arrives while the first is in the middle of sending. */
async function meet() {
	const before = smtp.mails.length;
	hangs = true;
	const first = proxy.hold(CLAIM);
	const second = proxy.hold(CLAIM);
	const email = makeEmail("raced");
	expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "member" }), 201);
	const [one, two] = await Promise.all([first.reached, second.reached]);
	assert.notEqual(one.line.pid, two.line.pid);
	first.release();
	await until("the first has handed its mail over", () => smtp.mails.length === before + 1);
	second.release();
	await sleep(2000);
	hangs = false;
	const sent = smtp.mails.length - before;
	proxy.clear();
	await server.sql.run`UPDATE messages SET status = 'canceled', claimed_by = NULL WHERE recipient = ${email}`;
	return sent;
}

test("two senders claim one message: one mail", async () => {
	assert.equal(await meet(), 1);
});

test("the claim without its guard: the same schedule sends two", async () => {
	// The transfer of the test before is given up after 10 s.
	await sleep(11000);
	proxy.rewrite(CLAIM, (text) => text.replace(GUARD, "(TRUE OR m.lease_until <= ?)"));
	assert.equal(await meet(), 2);
});

/** A sender is killed at its note that the mail server has taken the mail; its successor comes once the lease is over. */
async function dieBeforeTheNote() {
	const before = smtp.mails.length;
	const note = proxy.hold(NOTE_SENT);
	const email = makeEmail("cut");
	expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "member" }), 201);
	const { line } = await note.reached;
	process.kill(line.pid, "SIGKILL");
	await until("both senders are there", () => jobWorkers(server).length === 2 && !jobWorkers(server).map(Number).includes(line.pid));
	await until("its connection is gone", () => !proxy.lines.has(line));
	note.release();
	const row = () => server.sql.row`SELECT status, attempts, is_repeated FROM messages WHERE recipient = ${email}`;
	assert.deepEqual([(await row()).status, smtp.mails.length - before], ["queued", 1]);
	moveClock(server, 3 * MINUTE);
	const sent = await until("it is sent", async () => {
		const now = await row();
		return now.status === "sent" ? now : null;
	}, { patience_ms: 30000 });
	const [first, second, ...more] = smtp.mails.slice(before).filter(({ to }) => to.includes(email));
	assert.equal(more.length, 0);
	assert.equal(first.raw, second.raw, "octet for octet, with one Message-ID");
	return Boolean(Number(sent.is_repeated));
}

test("a sender dies between the last dot and its note: the mail goes again and the row says so", async () => {
	proxy.clear();
	proxy.cutAll();
	await sleep(2500);
	assert.equal(await dieBeforeTheNote(), true);
});

test("a claim that doesn't look who held the message before: the same death leaves no word of it", async () => {
	proxy.rewrite(CLAIM, (text) => text.replace("IF(m.claimed_by IS NULL, m.is_repeated, TRUE)", "m.is_repeated"));
	assert.equal(await dieBeforeTheNote(), false);
	assert.ok(proxy.rewritten > 0);
});
