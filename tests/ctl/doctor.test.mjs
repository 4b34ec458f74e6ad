// gatehousectl doctor beside a whole server: what is well, and each thing that can be broken, broken once.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Client, MINUTE, moveClock, ownServer, setClock, sqlTime, until } from "../harness/index.mjs";
import { digest, makeId } from "../harness/secrets.mjs";
import { SmtpServer } from "../harness/smtp.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer();

/** What doctor says, by check; several findings of one check joined. */
async function examine(expect) {
	const { stdout } = await server.ctl(["--json", "doctor"], { expect });
	const found = {};
	for (const { check, result, message, remedy } of JSON.parse(stdout).data) {
		assert.equal(remedy === null, result === "ok", `${check}: ${message}`);
		(found[check] ??= []).push({ result, message });
	}
	return found;
}

const worst = (findings) => ["failed", "warning", "ok"].find((result) => findings.some((one) => one.result === result));

test("a development server: nothing failed; mail to files, no breached list and an own authority are warnings", async () => {
	const found = await examine(1);
	for (const check of ["configuration", "addresses", "master key", "database", "clock", "schema", "trigger", "grants", "setup", "outbox", "socket", "nginx"])
		assert.equal(worst(found[check] ?? []), "ok", `${check}: ${JSON.stringify(found[check])}`);
	for (const check of ["breached list", "mail", "tls"])
		assert.equal(worst(found[check]), "warning", check);
	assert.equal(found.socket.length, 2);
	assert.equal(found.nginx.length, 2);
	assert.ok(found.tls.some(({ message }) => /\d+ days? of the certificate/.test(message)), JSON.stringify(found.tls));
	const { stdout } = await server.ctl(["doctor"], { expect: 1 });
	assert.match(stdout, /^warning +mail +.* → set mail\.transport to smtp$/m);
});

test("the trigger gone: failed", async () => {
	const ddl = (await server.sql.query("SHOW CREATE TRIGGER projects_environment_immutable"))[0]["SQL Original Statement"];
	await server.sql.query("DROP TRIGGER projects_environment_immutable");
	const before = await server.sql.rows`SELECT id, environment FROM projects ORDER BY id`;
	assert.equal(worst((await examine(2)).trigger), "failed");
	assert.deepEqual(await server.sql.rows`SELECT id, environment FROM projects ORDER BY id`, before, "what was tried out is rolled back");
	await server.sql.query(ddl);
	assert.equal(worst((await examine(1)).trigger), "ok");
});

test("an account that may delete audit rows: warning", async () => {
	await server.sql.query("GRANT DELETE ON gatehouse.audit_events TO gatehouse@localhost");
	assert.equal(worst((await examine(1)).grants), "warning");
	await server.sql.query("REVOKE DELETE ON gatehouse.audit_events FROM gatehouse@localhost");
	assert.equal(worst((await examine(1)).grants), "ok");
});

test("a schema that this program doesn't know: failed, and what needs it isn't looked at", async () => {
	await server.sql.query("UPDATE schema_migrations SET checksum = REVERSE(checksum)");
	const found = await examine(2);
	assert.equal(worst(found.schema), "failed");
	assert.equal(found.trigger, undefined);
	await server.sql.query("UPDATE schema_migrations SET checksum = REVERSE(checksum)");
	assert.equal(worst((await examine(1)).schema), "ok");
});

test("clocks apart: 5 s are a warning, a minute is a failure", async () => {
	moveClock(server, 5000);
	assert.equal(worst((await examine(1)).clock), "warning");
	setClock(server, MINUTE);
	assert.equal(worst((await examine(2)).clock), "failed");
	setClock(server, 0);
	assert.equal(worst((await examine(1)).clock), "ok");
});

test("files open to others: failed", async () => {
	for (const [file, check, bad, good] of [[server.keyFile, "master key", 0o644, 0o600], [server.configFile, "configuration", 0o666, 0o644]]) {
		fs.chmodSync(file, bad);
		assert.equal(worst((await examine(2))[check]), "failed");
		fs.chmodSync(file, good);
		assert.equal(worst((await examine(1))[check]), "ok");
	}
});

test("addresses that are equal, a breached list that isn't there: warning and failure; a list that is: well", async () => {
	const list = path.join(server.folder, "breached");
	server.writeConfig({ auth_url: server.url });
	assert.equal(worst((await examine(1)).addresses), "warning");
	server.writeConfig({ passwords: { breached_file: list } });
	assert.equal(worst((await examine(2))["breached list"]), "failed");
	fs.writeFileSync(list, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8\n");
	assert.equal(worst((await examine(1))["breached list"]), "ok");
	server.writeConfig();
});

test("mail by SMTP: a server that takes it, one that doesn't know the password, none", async () => {
	const smtp = await new SmtpServer({ tls: { cert: server.basis.tls.cert, key: server.basis.tls.key }, auth: { user: "u", password: "right" } }).start();
	after(() => smtp.stop());
	const password = path.join(server.folder, "mail.password");
	const mail = { transport: "smtp", url: `smtp://localhost:${smtp.port}`, user: "u", password_file: password, ca_file: server.basis.tls.ca, require_tls: true };
	server.writeConfig({ mail });
	fs.writeFileSync(password, "right\n", { mode: 0o600 });
	assert.equal(worst((await examine(1)).mail), "ok");
	assert.equal(smtp.mails.length, 0);
	fs.writeFileSync(password, "wrong\n", { mode: 0o600 });
	assert.equal(worst((await examine(2)).mail), "failed");
	server.writeConfig({ mail: { ...mail, url: "smtp://localhost:1" } });
	assert.equal(worst((await examine(2)).mail), "failed");
	server.writeConfig();
});

test("a sendmail that needs setgid: warning, for the job workers' service takes that away; a plain one: well", async () => {
	const program = path.join(server.folder, "sendmail");
	fs.writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
	server.writeConfig({ mail: { sendmail: program } });
	// Where Postfix is installed, its postdrop makes a plain one suspect too.
	assert.equal(worst((await examine(1)).sendmail), fs.existsSync("/usr/sbin/postdrop") ? "warning" : "ok");
	fs.chmodSync(program, 0o2755);
	assert.equal(worst((await examine(1)).sendmail), "warning");
	server.writeConfig();
});

test("a mail that has waited for long: warning; job workers that are away are what it means", async () => {
	await stop(server.jobs);
	await server.sql.run`INSERT INTO messages (project_id, id, channel, template, recipient, recipient_digest, status, attempts, next_attempt_at, created_at)
		VALUES (${server.consoleId}, ${makeId("msg")}, 'mail', 'verification', 'late@example.com', ${digest("late")}, 'queued', 0, ${sqlTime(-6 * MINUTE)}, ${sqlTime(-6 * MINUTE)})`;
	assert.equal(worst((await examine(1)).outbox), "warning");
	server.startJobs();
	await until("the mail is dealt with", async () => (await server.sql.value`SELECT status FROM messages WHERE recipient = 'late@example.com'`) !== "queued");
	assert.equal(worst((await examine(1)).outbox), "ok");
});

test("an audit event or an event that has waited for long: warning, until job workers are there", async () => {
	await stop(server.jobs);
	const old = (prefix) => `${prefix}_${"0".repeat(16)}`;
	const [chain, project] = [makeId("org"), server.consoleId];
	await server.sql.run`INSERT INTO audit_events (chain_id, id, org_id, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, user_agent, request_id, occurred_at)
		VALUES (${chain}, ${old("aud")}, ${chain}, 'org.updated', 'system', '', '', 'org', ${chain}, '', 'ok', '{}', '', '', ${sqlTime()})`;
	assert.deepEqual([worst((await examine(1)).audit), worst((await examine(1)).events)], ["warning", "ok"]);
	await server.sql.run`INSERT INTO events (project_id, id, type, source, source_key, data, created_at) VALUES (${project}, ${old("evt")}, 'org.updated', 'platform', '-', '{}', ${sqlTime()})`;
	await server.sql.run`INSERT INTO event_queue (project_id, event_id) VALUES (${project}, ${old("evt")})`;
	assert.equal(worst((await examine(1)).events), "warning");
	const client = new Client(server);
	assert.equal((await client.get("/readyz")).json.checks.jobs, "failed");
	server.startJobs();
	await until("both are dealt with", async () => (await client.get("/readyz")).json.checks.jobs === "ok");
	const found = await examine(1);
	assert.deepEqual([worst(found.audit), worst(found.events)], ["ok", "ok"]);
});

test("workers away, then nginx away: failed", async () => {
	await stop(server.gatehoused, { patience_ms: 10000 });
	const found = await examine(2);
	assert.equal(worst(found.socket), "failed");
	assert.equal(worst(found.nginx), "failed");
	await server.startWorkers();
	await server.waitReady();
	assert.equal(worst((await examine(1)).nginx), "ok");
	await stop(server.nginx);
	assert.equal(worst((await examine(2)).nginx), "failed");
});
