// Two senders meet at the statement that decides who sends. With its guard one mail goes; without it the same schedule sends two.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { watchedServer } from "../faults/watched.mjs";
import { expectStatus, makeEmail, person, sleep, until } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";
import { SmtpServer } from "../harness/smtp.mjs";

const CLAIM = /^UPDATE messages m SET m\.claimed_by = \?/;
const GUARD = "(m.lease_until IS NULL OR m.lease_until <= ?)";

let hangs = false;
const smtp = await new SmtpServer({ answer: (word) => (word === "TEXT" && hangs ? "hang" : undefined) }).start();
after(() => smtp.stop());
const { server, proxy } = await watchedServer({
	config: { process: { job_workers: 2 }, mail: { transport: "smtp", url: `smtp://localhost:${smtp.port}`, require_tls: false } }, jobs: true,
});
const session = await (await person(server)).session();
await until("both senders are there", () => children(server.jobs.pid).length === 2);

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
