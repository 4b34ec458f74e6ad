// A backup made while people work, put into an empty database elsewhere: it is whole, everybody gets in, and what is damaged isn't taken.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Client, expectStatus, makeEmail, openFlow, ownServer, person, signIn, sleep, until } from "../harness/index.mjs";

const server = await ownServer();
const owner = await person(server, { password: true });
const session = await owner.session();
const key = await owner.org.key();
const passphraseFile = path.join(server.folder, "passphrase");
fs.writeFileSync(passphraseFile, "correct horse battery staple\n", { mode: 0o600 });

/** The configuration of the account that may change the schema. */
function migrateConfig(of) {
	const file = path.join(of.folder, "migrate.conf");
	fs.writeFileSync(file, fs.readFileSync(of.configFile, "utf8").replace('user = "gatehouse"', 'user = "gatehouse_migrate"').replace("gatehouse.password", "gatehouse_migrate.password"));
	return file;
}

const admin = (of, args, options) => of.ctl(["--config", migrateConfig(of), ...args], options);
const refused = async (of, args, line) => assert.match((await admin(of, args, { expect: 2 })).stderr, line);
const file = (name) => path.join(server.folder, name);
const tables = (of) => of.sql.value`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'gatehouse'`;
const PROJECTS = "/api/v1/projects";

/** Makes projects until it is told to stop. */
function load() {
	const made = [], failed = [];
	let going = true;
	const working = Array.from({ length: 3 }, async (_, i) => {
		const somebody = await (await person(server)).session();
		for (let n = 0; going; n++) {
			const answer = await somebody.patch(`${PROJECTS}/${(await somebody.get(PROJECTS)).json.data[0].id}`, { name: `Load ${i} ${n}` });
			(answer.status === 200 || answer.status === 429 ? made : failed).push(`${answer.status} ${answer.text}`);
			await (await openFlow(server)).go("identify", { identifier: makeEmail() });
		}
	});
	return {
		made,
		async stop() {
			going = false;
			await Promise.all(working);
			return failed;
		},
	};
}

/** A Gatehouse whose database has no table and whose key file is gone. */
async function emptyServer() {
	const other = await ownServer({ state: "empty", jobs: false });
	await other.sql.query("DROP DATABASE gatehouse; CREATE DATABASE gatehouse CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci; USE gatehouse");
	fs.rmSync(other.keyFile);
	return other;
}

let other;

test("backup under load: nobody is held up; the file is new, private, and tells nothing without its passphrase", async () => {
	await server.ctl(["master-key", "rotate"]);
	const busy = load();
	await until("the load runs", () => busy.made.length > 10);
	const { stdout } = await admin(server, ["--json", "backup", file("sealed"), "--passphrase-file", passphraseFile]);
	const answer = JSON.parse(stdout);
	assert.deepEqual([answer.file, answer.sealed], [file("sealed"), true]);
	assert.ok(answer.dump_bytes > 10000, stdout);
	await admin(server, ["backup", file("plain")]);
	await sleep(100);
	assert.deepEqual((await busy.stop()).slice(0, 3), []);
	assert.equal(fs.statSync(file("sealed")).mode & 0o777, 0o600);
	const secret = fs.readFileSync(server.keyFile, "utf8").split("\n")[0].slice(6);
	for (const text of [secret, "CREATE TABLE", owner.email])
		assert.ok(!fs.readFileSync(file("sealed")).includes(text));
	await refused(server, ["backup", file("sealed")], /can't be made/);
});

test("the account that serves requests may not see triggers: no backup rather than one without them", async () => {
	const { stderr } = await server.ctl(["backup", file("lacking")], { expect: 2 });
	assert.match(stderr, /may not see the schema's triggers|mariadb-dump failed/);
	assert.ok(!fs.existsSync(file("lacking")));
});

test("what is damaged, cut or sealed with another passphrase isn't restored, and nothing is touched", async () => {
	other = await emptyServer();
	const whole = fs.readFileSync(file("sealed"));
	const damage = {
		changed: Buffer.concat([whole.subarray(0, whole.length - 40), Buffer.from([whole[whole.length - 40] ^ 1]), whole.subarray(whole.length - 39)]),
		early: Buffer.concat([whole.subarray(0, 60), Buffer.from([whole[60] ^ 1]), whole.subarray(61)]),
		cut: whole.subarray(0, whole.length - 20),	// the last, empty chunk is away
		longer: Buffer.concat([whole, Buffer.from("x")]),
	};
	for (const [name, octets] of Object.entries(damage)) {
		fs.writeFileSync(file(name), octets);
		await refused(other, ["restore", file(name), "--passphrase-file", passphraseFile], /is damaged/);
	}
	fs.writeFileSync(file("other"), "another passphrase\n");
	await refused(other, ["restore", file("sealed"), "--passphrase-file", file("other")], /another passphrase/);
	await refused(other, ["restore", file("sealed")], /--passphrase-file names what with/);
	await refused(other, ["restore", server.configFile], /is no backup/);
	fs.writeFileSync(file("short"), "short\n");
	await refused(other, ["backup", file("never"), "--passphrase-file", file("short")], /no usable master key|at least 12/);
	assert.equal(await tables(other), 0);
	assert.ok(!fs.existsSync(other.keyFile));
});

test("restored into an empty database: whole, with triggers; then sign-in and key work", async () => {
	await admin(other, ["restore", file("sealed"), "--passphrase-file", passphraseFile]);
	assert.equal(fs.readFileSync(other.keyFile, "utf8"), fs.readFileSync(server.keyFile, "utf8"));
	assert.equal(fs.statSync(other.keyFile).mode & 0o777, 0o600);
	assert.equal(await tables(other), await tables(server));
	assert.equal(await other.sql.value`SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'gatehouse'`,
		await server.sql.value`SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'gatehouse'`);
	// One moment: each change has its audit row and each audit row its change.
	assert.equal(Number(await other.sql.value`SELECT SUM(version - 1) FROM projects`), await other.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'project.updated'`);
	assert.ok(await other.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'project.updated'` > 0);

	other.gatehoused.kill("SIGHUP");
	await until("the key file is taken", async () => (await new Client(other, { check: false }).get("/readyz")).status === 200, { patience_ms: 20000 });
	await signIn(other, { email: owner.email, password: owner.password });
	const whoami = expectStatus(await new Client(other, { bearer: key.secret }).get("/api/v1/whoami"), 200);
	assert.match(JSON.stringify(whoami), new RegExp(key.id));
	assert.equal(JSON.parse((await other.ctl(["--json", "master-key", "status"])).stdout).data.some(({ state }) => state === "missing"), false);
});

test("a database with rows is refused; with --force it is replaced, and another key file put aside", async () => {
	await refused(other, ["restore", file("plain")], /isn't empty; --force/);
	await admin(other, ["restore", file("sealed"), "--force", "--passphrase-file", passphraseFile]);
	await other.ctl(["master-key", "rotate"]);
	const rotated = fs.readFileSync(other.keyFile, "utf8");
	expectStatus(await session.get("/api/v1/me"), 200);
	await admin(other, ["restore", file("plain"), "--force"]);
	assert.equal(fs.readFileSync(`${other.keyFile}.before-restore`, "utf8"), rotated);
	assert.equal(fs.readFileSync(other.keyFile, "utf8"), fs.readFileSync(server.keyFile, "utf8"));
	assert.equal(await other.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'master_key.rotated'`, 1);
});

test("keys that an earlier restore put aside aren't overwritten", async () => {
	await other.ctl(["master-key", "rotate"]);
	const keys = fs.readFileSync(other.keyFile, "utf8");
	const aside = fs.readFileSync(`${other.keyFile}.before-restore`, "utf8");
	await refused(other, ["restore", file("plain"), "--force"], /earlier restore/);
	assert.equal(fs.readFileSync(`${other.keyFile}.before-restore`, "utf8"), aside);
	assert.equal(fs.readFileSync(other.keyFile, "utf8"), keys);
	fs.rmSync(`${other.keyFile}.before-restore`);
	await admin(other, ["restore", file("plain"), "--force"]);
	assert.equal(fs.readFileSync(`${other.keyFile}.before-restore`, "utf8"), keys);
});

test("the backup's configuration is put beside this one", () => {
	assert.match(fs.readFileSync(path.join(other.folder, "migrate.conf.from-backup"), "utf8"), new RegExp(`public_url = "${server.url}"`));
});
