// gatehousectl users import: files as WordPress, Laravel, Keycloak and Auth0 write them, with hashes made as they make them, then a real sign-in;
// what is refused and why; killed in the middle; all or nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Client, makeEmail, makeId, openFlow, ownServer, person, signIn, until, waitForMail } from "../harness/index.mjs";
import { BUILD, isRunning, makeFolder, start } from "../harness/workplace.mjs";

const server = await ownServer();
const folder = makeFolder("import");
const PASSWORD = "correct horse battery";

let files = 0;
function write(text, name = "people") {
	const file = path.join(folder, `${name}${files++}`);
	fs.writeFileSync(file, typeof text === "string" ? text : JSON.stringify(text));
	return file;
}

async function makeProject() {
	const owner = await person(server);
	return owner.project;
}

const args = (project, file, more) => ["users", "import", file, "--project", project.id, ...more];
const run = async (project, file, more = [], expect = 0) => JSON.parse((await server.ctl(["--json", ...args(project, file, more)], { expect })).stdout);
const counts = ({ rows, created, updated, skipped, failed }) => [rows, created, updated, skipped, failed];
const usersOf = (project) => server.sql.rows`SELECT id, email, username, external_id, name, status, version, updated_at, metadata, email_verified_at FROM users WHERE project_id = ${project.id} ORDER BY email_key, id`;
const countOf = async (project) => Number(await server.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id}`);
const text = (octets) => (octets === null ? null : octets.toString());

/** The report's rows, without its head. */
function reportOf(file) {
	const [head, ...rows] = fs.readFileSync(file, "utf8").trimEnd().split("\r\n");
	assert.equal(head, "row,identifier,code,field,message");
	return rows.map((row) => row.split(",").slice(0, 4));
}

const enter = (project, email, password = PASSWORD) => signIn(server, { email, password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });

/** The right password gets in and another doesn't; afterwards the hash is our own. */
async function expectSignIn(project, email) {
	await assert.rejects(enter(project, email, "wrong horse battery"), /invalid_credentials/, email);
	await enter(project, email);
	assert.equal(await server.sql.value`SELECT w.scheme FROM user_passwords w JOIN users u ON u.project_id = w.project_id AND u.id = w.user_id WHERE u.project_id = ${project.id} AND u.email = ${email}`, "argon2id", email);
}

// ---- hashes, made as the other program makes them ----

const php = (code) => execFileSync("php", ["-r", `$p = ${JSON.stringify(PASSWORD)}; echo ${code};`]).toString();
const bcrypt = () => php("password_hash($p, PASSWORD_BCRYPT, ['cost' => 5])");
const base64 = (octets) => octets.toString("base64");

/** PasswordHash::crypt_private() of WordPress before 6.8, run by PHP. */
const phpass = () => php(`(function ($p) {
	$letters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
	$hash = md5('saltsalt' . $p, true);
	for ($i = 0; $i < 256; $i++) $hash = md5($hash . $p, true);
	$out = '$P$' . $letters[8] . 'saltsalt';
	for ($i = 0; $i < 16;) {
		$value = ord($hash[$i++]); $out .= $letters[$value & 63];
		if ($i < 16) $value |= ord($hash[$i]) << 8; $out .= $letters[($value >> 6) & 63]; if ($i++ >= 16) break;
		if ($i < 16) $value |= ord($hash[$i]) << 16; $out .= $letters[($value >> 12) & 63]; if ($i++ >= 16) break;
		$out .= $letters[($value >> 18) & 63];
	}
	return $out;
})($p)`);
const wordpress68 = () => php("'$wp'.password_hash(base64_encode(hash_hmac('sha384', trim($p), 'wp-sha384', true)), PASSWORD_BCRYPT, ['cost' => 5])");

/** openssl kdf, in base64. */
function kdf(name, salt, octets, ...options) {
	const hex = execFileSync("openssl", ["kdf", "-keylen", String(octets), ...["pass:" + PASSWORD, "salt:" + salt, ...options].flatMap((option) => ["-kdfopt", option]), name]).toString();
	return base64(Buffer.from(hex.replaceAll(":", "").trim(), "hex"));
}

const credential = (algorithm, hashIterations, salt, value, additionalParameters = {}) => ({
	id: crypto.randomUUID(), type: "password", createdDate: 1700000000000,
	secretData: JSON.stringify({ value, salt, additionalParameters: {} }), credentialData: JSON.stringify({ hashIterations, algorithm, additionalParameters }),
});

/** Keycloak's default since version 24: Argon2id; PHP's hash is taken apart the way Keycloak stores it. */
function keycloakArgon2() {
	const [, , , , salt, value] = php("password_hash($p, PASSWORD_ARGON2ID, ['memory_cost' => 7168, 'time_cost' => 5, 'threads' => 1])").split("$");
	const padded = (part) => part + "=".repeat(-part.length & 3);
	return credential("argon2", 5, padded(salt), padded(value), { hashLength: ["32"], memory: ["7168"], type: ["id"], version: ["1.3"], parallelism: ["1"] });
}

// ---- the programs ----

test("WordPress: wp_users as CSV and as JSON, phpass and $wp$2y$; spam doesn't get in; a login that is no username stays in the metadata", async () => {
	const project = await makeProject();
	const [old, now, plain, spam] = ["old", "now", "plain", "spam"].map(makeEmail);
	const head = "ID,user_login,user_pass,user_nicename,user_email,user_url,user_registered,user_activation_key,user_status,display_name,spam";
	const csv = write(`${head}\r\n1,ada,${phpass()},ada,${old},,2019-05-06 07:08:09,,0,"Lovelace, Ada",0\r\n2,"new user","${wordpress68()}",new,${now},,2025-01-01 00:00:00,,0,New,0\r\n`);
	assert.deepEqual(counts(await run(project, csv)), [2, 2, 0, 0, 0]);
	const json = write([{ ID: 3, user_login: "plain", user_pass: bcrypt(), user_email: plain, display_name: "Plain" }, { ID: 4, user_login: "spam", user_pass: bcrypt(), user_email: spam, spam: 1 }]);
	const answer = await run(project, json, ["--format", "wordpress"]);
	assert.deepEqual([answer.shape, ...counts(answer)], ["WordPress", 2, 2, 0, 0, 0]);
	const people = new Map((await usersOf(project)).map((user) => [user.email, user]));
	assert.deepEqual([people.get(old).name, people.get(old).username, text(people.get(old).external_id), JSON.parse(people.get(old).metadata)],
		["Lovelace, Ada", "ada", "wordpress:1", { user_login: "ada", registered_at: "2019-05-06 07:08:09" }]);
	assert.deepEqual([people.get(now).username, JSON.parse(people.get(now).metadata).user_login], [null, "new user"]);
	assert.equal(people.get(spam).status, "deactivated");
	await server.sql.run`UPDATE users SET email_verified_at = NOW(3) WHERE project_id = ${project.id}`;
	for (const email of [old, now, plain])
		await expectSignIn(project, email);
	await assert.rejects(enter(project, spam), /user_deactivated/);
});

test("rule 19: whom a member imported proves the address at the first sign-in and keeps the password", async () => {
	const project = await makeProject();
	const email = makeEmail("unproven");
	await run(project, write([{ ID: 1, user_login: "ada", user_pass: bcrypt(), user_email: email }]));
	const flow = await openFlow(server, "sign_in", { client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
	await flow.go("identify", { identifier: email });
	assert.equal((await flow.go("password", { password: PASSWORD })).state, "verification");
	await flow.go("verify_code", { code: (await waitForMail(server, email)).code });
	assert.notEqual(await server.sql.value`SELECT email_verified_at FROM users WHERE project_id = ${project.id} AND email = ${email}`, null);
	await expectSignIn(project, email);
});

test("Laravel: the table users as CSV and as JSON Lines, bcrypt and Argon2; whom it soft-deleted doesn't get in", async () => {
	const project = await makeProject();
	const [one, two, gone] = ["one", "two", "gone"].map(makeEmail);
	const argon2 = php("password_hash($p, PASSWORD_ARGON2I, ['memory_cost' => 2048, 'time_cost' => 2])");
	const csv = write(`"id";"name";"email";"email_verified_at";"password";"remember_token";"created_at"\n"1";"Ada";"${one}";"2020-01-02 03:04:05";"${bcrypt()}";NULL;"2020-01-01 00:00:00"\n`);
	assert.deepEqual(counts(await run(project, csv)), [1, 1, 0, 0, 0]);
	const lines = [{ id: 2, name: "Bo", email: two, email_verified_at: "2020-01-02", password: argon2 }, { id: 3, email: gone, password: bcrypt(), deleted_at: "2021-01-01", email_verified_at: "2020-01-02" }];
	assert.deepEqual(counts(await run(project, write(`${lines.map((line) => JSON.stringify(line)).join("\n")}\n\n`))), [2, 2, 0, 0, 0]);
	await expectSignIn(project, one);
	await expectSignIn(project, two);
	await assert.rejects(enter(project, gone), /user_deactivated/);
});

test("Keycloak: a realm's export, whatever stands around its users; PBKDF2 and Argon2; a service account is refused, a disabled user doesn't get in", async () => {
	const project = await makeProject();
	const [sha1, sha256, sha512, argon2, off] = ["sha1", "sha256", "sha512", "argon2", "off"].map(makeEmail);
	const salt = "0123456789abcdef";
	const made = (digest, octets, name) => credential(name, 1000, base64(Buffer.from(salt)), kdf("PBKDF2", salt, octets, `digest:${digest}`, "iter:1000"));
	const user = (email, credentials, more) => ({ id: crypto.randomUUID(), createdTimestamp: 1577836800000, username: email, enabled: true, emailVerified: true, email, firstName: "Ada", lastName: "L", credentials: [{ type: "otp", secretData: "{}", credentialData: "{}" }, credentials], ...more });
	const realm = {
		id: "demo", realm: "demo", accessTokenLifespan: 300, roles: { realm: [{ name: "users", attributes: { users: ["}"] } }] },
		users: [
			user(sha1, made("SHA1", 20, "pbkdf2")), user(sha256, made("SHA256", 64, "pbkdf2-sha256"), { attributes: { locale: ["de"], shoe: ["42"] } }), user(sha512, made("SHA512", 64, "pbkdf2-sha512")),
			user(argon2, keycloakArgon2()), user(off, keycloakArgon2(), { enabled: false }), { id: crypto.randomUUID(), username: "service-account-app", enabled: true, serviceAccountClientId: "app" },
		],
		clients: [{ clientId: "app", weight: 1.5 }],
	};
	const report = path.join(folder, "keycloak.csv");
	const answer = await run(project, write(JSON.stringify(realm, null, 2)), ["--report", report], 1);
	assert.deepEqual([answer.shape, ...counts(answer)], ["Keycloak", 6, 5, 0, 0, 1]);
	assert.deepEqual(reportOf(report), [["6", "", "not_a_person", ""]]);
	assert.equal(fs.statSync(report).mode & 0o777, 0o600);
	for (const email of [sha1, sha256, sha512, argon2])
		await expectSignIn(project, email);
	await assert.rejects(enter(project, off), /user_deactivated/);
	const row = (await usersOf(project)).find(({ email }) => email === sha256);
	assert.deepEqual([row.name, text(row.external_id), JSON.parse(row.metadata).attributes.shoe], ["Ada L", realm.users[1].id, ["42"]]);
	assert.equal(await server.sql.value`SELECT locale FROM users WHERE project_id = ${project.id} AND email = ${sha256}`, "de");
});

test("Auth0: the export of profiles, then that of hashes with update; hashes of its import schema", async () => {
	const project = await makeProject();
	const [bcrypted, scrypted, pbkdf2ed, blocked] = ["bcrypted", "scrypted", "pbkdf", "blocked"].map(makeEmail);
	const lines = (list) => write(list.map((line) => JSON.stringify(line)).join("\n"));
	const profiles = lines([
		{ user_id: "auth0|60", email: bcrypted, email_verified: true, name: bcrypted, app_metadata: { plan: "pro" }, identities: [{ provider: "auth0", user_id: "60" }] },
		{ user_id: "auth0|61", email: blocked, email_verified: true, name: "Blocked", blocked: true },
	]);
	assert.deepEqual(counts(await run(project, profiles)), [2, 2, 0, 0, 0]);
	const hashes = lines([{ _id: { $oid: "60" }, email: bcrypted, email_verified: true, passwordHash: bcrypt(), password_set_date: { $date: "2020-01-01T00:00:00.000Z" }, tenant: "demo", connection: "Username-Password-Authentication" }]);
	assert.deepEqual(counts(await run(project, hashes, ["--on-conflict", "update"])), [1, 0, 1, 0, 0]);
	assert.deepEqual(counts(await run(project, hashes, ["--on-conflict", "update"])), [1, 0, 0, 1, 0]);
	const salt = crypto.randomBytes(16);
	const pbkdf2 = `$pbkdf2-sha256$i=1000,l=32$${base64(Buffer.from("saltsalt")).replaceAll("=", "")}$${kdf("PBKDF2", "saltsalt", 32, "digest:SHA256", "iter:1000").replaceAll("=", "")}`;
	const custom = lines([
		{ email: scrypted, email_verified: true, custom_password_hash: { algorithm: "scrypt", hash: { value: crypto.scryptSync(PASSWORD, salt, 64, { N: 4096, r: 8, p: 1 }).toString("hex"), encoding: "hex" }, salt: { value: salt.toString("hex"), encoding: "hex" }, keylen: 64, cost: 4096, blockSize: 8, parallelization: 1 } },
		{ email: pbkdf2ed, email_verified: true, custom_password_hash: { algorithm: "pbkdf2", hash: { value: pbkdf2, encoding: "utf8" } } },
		{ email: makeEmail("md5"), custom_password_hash: { algorithm: "md5", hash: { value: "5f4dcc3b5aa765d61d8327deb882cf99", encoding: "hex" } } },
	]);
	const { stderr } = await server.ctl(args(project, custom, []), { expect: 1 });
	assert.match(stderr, /^row 3 \(md5\S+\): hash_unsupported password_hash: That password hash is of no kind we know\.$/m);
	for (const email of [bcrypted, scrypted, pbkdf2ed])
		await expectSignIn(project, email);
	const [first] = (await usersOf(project)).filter(({ email }) => email === bcrypted);
	assert.deepEqual([text(first.external_id), first.name, JSON.parse(first.metadata)], ["auth0|60", "", { app_metadata: { plan: "pro" } }]);
});

test("Gatehouse's own members as CSV, JSON, JSON Lines and a body of the API; crypt(3) of openssl passwd", async () => {
	const project = await makeProject();
	const [one, two, three, four] = ["one", "two", "three", "four"].map(makeEmail);
	const hash = execFileSync("openssl", ["passwd", "-6", PASSWORD]).toString().trim();
	const csv = write(`\uFEFFemail,email_verified,username,name,metadata,password_hash,status\n${one},true,ada_l,"Ada ""Countess"" L","{""a"":1}",${hash},\n\n`);
	assert.deepEqual(counts(await run(project, csv, ["--format", "csv"])), [1, 1, 0, 0, 0]);
	assert.deepEqual(counts(await run(project, write([{ email: two, status: "deactivated" }]), ["--format", "json"])), [1, 1, 0, 0, 0]);
	assert.deepEqual(counts(await run(project, write(JSON.stringify({ email: three })), ["--format", "jsonl"])), [1, 1, 0, 0, 0]);
	assert.deepEqual(counts(await run(project, write({ on_conflict: "skip", users: [{ email: four }] }))), [1, 1, 0, 0, 0]);
	await expectSignIn(project, one);
	const people = await usersOf(project);
	assert.deepEqual(people.map(({ status }) => status), ["active", "active", "active", "deactivated"]);
	const [ada] = people.filter(({ email }) => email === one);
	assert.deepEqual([ada.name, ada.username, JSON.parse(ada.metadata)], ['Ada "Countess" L', "ada_l", { a: 1 }]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${project.id}`, 0, "nobody is mailed");
	const { actor_kind, changes } = (await server.sql.rows`SELECT actor_kind, changes FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.imported' ORDER BY id`)[0];
	assert.deepEqual([actor_kind, JSON.parse(changes)], ["cli", { created: [0, 1], updated: [0, 0] }]);
});

// ---- what is refused ----

test("bad rows fail alone, with their row, identifier, code and field in the report", async () => {
	const project = await makeProject();
	const good = makeEmail("good");
	const report = path.join(folder, "bad.csv");
	const csv = write(`email,username,password_hash\n${good},,\nnonsense,,\n${makeEmail()},1x,\n,,\n"a,b\n${makeEmail()},,md5\n`);
	const broken = await server.ctl(args(project, csv, ["--report", report]), { expect: 2 });
	assert.match(broken.stderr, /row 6 is longer than 1048576 octets, or a quote or bracket before it is left open/);
	assert.deepEqual(reportOf(report).map(([row, , code, field]) => [row, code, field]), [["3", "validation_failed", "email"], ["4", "validation_failed", "username"], ["5", "validation_failed", "email"]]);
	assert.equal(await countOf(project), 1, "what stands before the open quote is there");
	const lines = write(`{"email":"${makeEmail()}"}\n{"email":\n{"email":"a@b.example","price":1.5}\n7\n{"email":"${makeEmail()}","password_hash":"$2y$20$${"a".repeat(53)}"}\n{"email":"\\u001b[2J@example.com"}\n`);
	const { stderr } = await server.ctl(args(project, lines, ["--report", report]), { expect: 1 });
	assert.deepEqual(reportOf(report).map(([row, , code]) => [row, code]).sort(), [["2", "invalid_json"], ["3", "validation_failed"], ["4", "validation_failed"], ["5", "hash_too_costly"], ["6", "validation_failed"]]);
	assert.match(fs.readFileSync(report, "utf8"), /^4,.*This isn't a JSON object/m);
	assert.doesNotMatch(stderr, /\u001b/, "a terminal isn't told what to do by a file");
	assert.equal(await countOf(project), 2);
	const list = write(JSON.stringify([null, { email: makeEmail() }, "a@b.example", []]));
	await server.ctl(args(project, list, ["--report", report]), { expect: 1 });
	assert.deepEqual(reportOf(report).map(([row, , code]) => [row, code]), [["1", "validation_failed"], ["3", "validation_failed"], ["4", "validation_failed"]]);
	assert.equal(await countOf(project), 3, "and what is one is taken, wherever it stands");
});

test("what is wrong with the command or the file is said, and nothing is written", async () => {
	const project = await makeProject();
	const good = write([{ email: makeEmail() }]);
	for (const [file, more, line] of [
		[path.join(folder, "gone"), [], /gone: No such file/], [folder, [], /isn't a file/], [write(""), [], /it has no header/], [write("email,colour\na@b.example,red\n"), [], /there is no member 'colour'/],
		[write('[{"email":"a@'), [], /behind row 0: the file ends in the middle/], [write('{"people":[]}'), ["--format", "json"], /no JSON array of users/], [good, ["--format", "xml"], /--format: 'xml' is none of/],
		[good, ["--on-conflict", "merge"], /--on-conflict: 'merge' is none of/], [good, ["--report", good], /--report: this is the file that is read/], [good, ["--report", path.join(folder, "none/x")], /--report: .*No such file/],
		[write("email,name\n\xff,x\n"), ["--format", "nope"], /--format/],
	])
		assert.match((await server.ctl(args(project, file, more), { expect: 2 })).stderr, line);
	assert.match((await server.ctl(args({ id: "x" }, good, []), { expect: 2 })).stderr, /--project: 'x' isn't the id/);
	assert.match((await server.ctl(args({ id: makeId("prj") }, good, []), { expect: 2 })).stderr, /--project: there is no project/);
	assert.match((await server.ctl(["users", "import", good], { expect: 2 })).stderr, /needs --project ID/);
	assert.equal(await countOf(project), 0);
	assert.deepEqual(counts(await run(project, good)), [1, 1, 0, 0, 0]);
});

// ---- again, and in the middle ----

const many = (count, make = (i) => ({ email: `person${i}@example.com`, name: `Person ${i}`, external_id: String(i), password_hash: HASH })) => Array.from({ length: count }, (_, i) => make(i));
const HASH = bcrypt();
const state = async (project) => [await usersOf(project), await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id}`];

test("rule 33: repeating with skip or with update changes nothing; update changes what differs; a dry run writes nothing and tells it all", async () => {
	const project = await makeProject();
	const file = write(many(450));
	assert.deepEqual(counts(await run(project, file, ["--dry-run"])), [450, 450, 0, 0, 0]);
	assert.equal(await countOf(project), 0);
	assert.deepEqual(counts(await run(project, file)), [450, 450, 0, 0, 0]);
	const before = await state(project);
	assert.deepEqual(counts(await run(project, file)), [450, 0, 0, 450, 0]);
	assert.deepEqual(counts(await run(project, file, ["--on-conflict", "update"])), [450, 0, 0, 450, 0]);
	assert.deepEqual(await state(project), before);
	const changed = write([...many(450).slice(0, 3).map((user, i) => ({ ...user, name: i === 1 ? "Other" : user.name, password_hash: i === 2 ? bcrypt() : HASH })), { email: makeEmail() }]);
	assert.deepEqual(counts(await run(project, changed, ["--on-conflict", "update", "--dry-run"])), [4, 1, 2, 1, 0]);
	assert.deepEqual(await state(project), before);
	assert.deepEqual(counts(await run(project, changed, ["--on-conflict", "update"])), [4, 1, 2, 1, 0]);
	assert.deepEqual((await usersOf(project)).filter(({ version }) => version > 1).map(({ name }) => name), ["Other"]);
});

test("with fail one row that is in the way stops a file of many batches, and nothing is written; without it all are", async () => {
	const project = await makeProject();
	const taken = { email: makeEmail("taken") };
	await run(project, write([taken]));
	const before = await state(project);
	const report = path.join(folder, "fail.csv");
	const rows = many(700);
	for (const [bad, code, row] of [[taken, "email_taken", 501], [{ email: "nonsense" }, "validation_failed", 501], [{ email: rows[3].email.toUpperCase() }, "email_taken", 501]]) {
		const answer = await run(project, write(rows.toSpliced(500, 0, bad)), ["--on-conflict", "fail", "--report", report], 2);
		assert.deepEqual(counts(answer), [701, 0, 0, 0, 1], JSON.stringify(bad));
		assert.deepEqual(reportOf(report).map(([at, , why]) => [at, why]), [[String(row), code]]);
		assert.deepEqual(await state(project), before);
	}
	// Two of one batch.
	assert.deepEqual(counts(await run(project, write([rows[0], rows[1], rows[0]]), ["--on-conflict", "fail"], 2)), [3, 0, 0, 0, 1]);
	assert.deepEqual(await state(project), before);
	assert.deepEqual(counts(await run(project, write(rows), ["--on-conflict", "fail", "--report", report])), [700, 700, 0, 0, 0]);
	assert.deepEqual(reportOf(report), []);
	assert.equal(await countOf(project), 701);
});

/** Starts it and kills it once some people are there. */
async function killInTheMiddle(project, file, more = []) {
	const child = start(path.join(BUILD, "gatehousectl"), ["--config", server.configFile, ...args(project, file, more)]);
	await until("somebody is imported", async () => (await countOf(project)) > 0 || !isRunning(child), { patience_ms: 60000, every_ms: 5 });
	assert.ok(isRunning(child), "it still runs");
	child.kill("SIGKILL");
	await until("it is dead", () => !isRunning(child));
}

test("5,000 rows: kill -9 in the middle, the same command again: everybody is there once, whole batches at a time", async () => {
	const project = await makeProject();
	const file = write(many(5000).map((user) => JSON.stringify(user)).join("\n"));
	await killInTheMiddle(project, file);
	await until("the database has noticed", async () => Number(await server.sql.value`SELECT COUNT(*) FROM information_schema.innodb_trx`) === 0, { every_ms: 250 });
	const there = await countOf(project);
	assert.ok(there > 0 && there < 5000, String(there));
	assert.equal(there % 200, 0, "a batch is there or not");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.imported'`, there / 200);
	const { stdout, stderr } = await server.ctl(args(project, file, []));
	assert.match(stdout, new RegExp(`^5000 rows as Gatehouse writes them: ${5000 - there} created, 0 updated, ${there} skipped, 0 refused\\.$`, "m"));
	assert.equal(stderr.replace(/^ *\d+ %  \d+ rows, 0 refused, \d+ a second\n/gm, ""), "");
	assert.equal(await countOf(project), 5000);
	assert.equal(await server.sql.value`SELECT COUNT(DISTINCT email_key) FROM users WHERE project_id = ${project.id}`, 5000);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_passwords WHERE project_id = ${project.id}`, 5000);
});

test("two at once import one file: nobody twice", async () => {
	const project = await makeProject();
	const file = write(many(1000));
	const answers = await Promise.all([1, 2].map(() => server.ctl(["--json", ...args(project, file, [])], { expect: null })));
	for (const { code, stderr } of answers)
		assert.ok(code < 2, stderr);
	assert.equal(await countOf(project), 1000);
	assert.equal(answers.reduce((sum, { stdout }) => sum + JSON.parse(stdout).created, 0), 1000);
});

test("a terminal sees how far it is, and the line is gone when it is done", async () => {
	const project = await makeProject();
	const command = [path.join(BUILD, "gatehousectl"), "--config", server.configFile, ...args(project, write(many(450)), [])];
	const shown = execFileSync("script", ["-qec", command.join(" "), "/dev/null"], { stdio: ["ignore", "pipe", "pipe"] }).toString();
	assert.match(shown, /\d+ %  200 rows, 0 refused, \d+ a second\r\u001b\[K/);
	assert.match(shown, /\r\u001b\[K450 rows as Gatehouse writes them: 450 created/);
});

test("TN-01: people of another project are in nobody's way", async () => {
	const [one, other] = [await makeProject(), await makeProject()];
	const file = write(many(3));
	await run(other, file);
	assert.deepEqual(counts(await run(one, file, ["--on-conflict", "fail"])), [3, 3, 0, 0, 0]);
	assert.equal(await countOf(other), 3);
});
