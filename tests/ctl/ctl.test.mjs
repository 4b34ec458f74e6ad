// gatehousectl against a database of its own: what it makes, what it refuses, and with which exit status.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { BUILD, makeFolder, ROOT, run } from "../harness/workplace.mjs";
import { digest, makeEmail, makePassword, remember } from "../harness/secrets.mjs";
import { makeDatabase } from "./database.mjs";

const CTL = path.join(BUILD, "gatehousectl");
const db = await makeDatabase();
after(() => db.stop());

const ctl = (args, { expect = 0, ...options } = {}) => run(CTL, ["--config", db.configFile, ...args], { expect, ...options });
const asJson = async (args, options) => JSON.parse((await ctl(["--json", ...args], options)).stdout);
const audit = (action) => db.sql.rows`SELECT * FROM audit_events WHERE action = ${action} ORDER BY id`;

test("the help is printed from the table of commands, and a command has its own", async () => {
	const { stdout } = await run(CTL, ["--help"]);
	for (const command of ["init-key FILE", "migrate", "setup", "owner create", "user reset-password E", "user reset-factors E", "key create", "orgs list", "projects list", "doctor"])
		assert.match(stdout, new RegExp(`^  ${command}$`, "m"));
	const { stdout: own } = await run(CTL, ["key", "create", "--help"]);
	assert.match(own, /--scopes S/);
	assert.doesNotMatch(own, /owner create/);
});

test("a wrong command line: status 2 and a line that names the option", async () => {
	for (const [args, line] of [
		[[], /which command/],
		[["frobnicate"], /no command 'frobnicate'/],
		[["key", "frobnicate"], /no command 'key frobnicate'/],
		[["orgs", "list", "--bla"], /no option --bla/],
		[["setup", "--sign-up", "perhaps"], /--sign-up: 'perhaps' is none of open\|invite_only/],
		[["setup", "--sign-up"], /--sign-up needs a value/],
		[["setup", "--sign-up=open", "--sign-up=open"], /--sign-up is given twice/],
		[["key", "create", "--org", "operator"], /needs --name/],
		[["key", "create", "--org", "", "--name", "x"], /--org is empty/],
		[["user", "reset-password"], /needs E/],
		[["user", "reset-factors"], /needs E/],
		[["orgs", "list", "more"], /doesn't know what to do with 'more'/],
	]) {
		const { stderr, stdout } = await ctl(args, { expect: 2 });
		assert.match(stderr, line);
		assert.equal(stdout, "");
	}
	await ctl(["--help"]);
});

test("init-key makes a file of mode 0600 once and never overwrites it", async () => {
	const file = path.join(db.folder, "other.key");
	await ctl(["init-key", file]);
	const text = fs.readFileSync(file, "utf8");
	assert.match(text, /^k0001 [A-Za-z0-9+/]{43}=\n$/);
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	const { stderr } = await ctl(["init-key", file], { expect: 2 });
	assert.match(stderr, /is there already and stays/);
	assert.equal(fs.readFileSync(file, "utf8"), text);
	await ctl(["init-key", path.join(db.folder, "third.key")]);
	assert.notEqual(fs.readFileSync(path.join(db.folder, "third.key"), "utf8"), text);
});

test("without a key file, and with one that others may read: status 2, and the remedy", async () => {
	const { stderr } = await ctl(["setup"], { expect: 2 });
	assert.match(stderr, /gatehousectl init-key FILE/);
	await ctl(["init-key", db.keyFile]);
	fs.chmodSync(db.keyFile, 0o644);
	assert.match((await ctl(["setup"], { expect: 2 })).stderr, /master\.key/);
	fs.chmodSync(db.keyFile, 0o600);
});

test("an empty database: commands say to set up, migrate --dry-run says 1 and changes nothing", async () => {
	assert.match((await ctl(["orgs", "list"], { expect: 2 })).stderr, /gatehousectl setup/);
	assert.equal((await asJson(["migrate", "--dry-run"], { expect: 1 })).schema, "empty");
	assert.equal(await db.sql.value`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'gatehouse'`, 0);
	assert.equal((await asJson(["migrate"])).schema, "current");
	assert.equal((await asJson(["migrate", "--dry-run"])).schema, "current");
	assert.match((await ctl(["orgs", "list"], { expect: 2 })).stderr, /no console yet/);
});

test("setup makes operator organization, console and Default once, and a new link each time", async () => {
	const first = await asJson(["setup"]);
	const second = await asJson(["setup", "--sign-up", "open"]);
	const token = (answer) => remember(/^https:\/\/localhost:8443\/setup#(gset_[A-Za-z0-9]{38})$/.exec(answer.url)[1]);
	assert.equal(first.needed, true);
	assert.equal(first.org_id, second.org_id);
	assert.equal(first.console_id, second.console_id);
	assert.notEqual(token(first), token(second));
	const row = await db.sql.row`SELECT * FROM installation`;
	assert.deepEqual(Buffer.from(row.setup_digest), digest(token(second)));
	assert.equal(row.setup_done_at, null);
	const life_ms = Date.parse(second.url_expires_at) - Date.now();
	assert.ok(life_ms > 3_500_000 && life_ms <= 3_600_000, second.url_expires_at);
	const projects = (await asJson(["projects", "list"])).data;
	assert.deepEqual(projects.map(({ slug, is_default, environment }) => [slug, is_default, environment]), [["console", false, "live"], ["default", true, "live"]]);
	assert.deepEqual((await asJson(["orgs", "list"])).data.map(({ slug, name, member_count, project_count }) => [slug, name, member_count, project_count]), [["operator", "Operator", 0, 2]]);
	assert.match(await db.sql.value`SELECT body FROM area_settings WHERE project_id = ${first.console_id} AND area = 'sign_in'`, /"sign_up":"open"/);
	assert.equal((await audit("org.created")).length, 1);
});

test("two that prepare at once make one installation", async () => {
	const other = await makeDatabase();
	try {
		fs.copyFileSync(db.keyFile, other.keyFile);
		fs.chmodSync(other.keyFile, 0o600);
		await run(CTL, ["--config", other.configFile, "migrate"]);
		const answers = await Promise.all([1, 2, 3].map(() => run(CTL, ["--config", other.configFile, "--json", "setup"])));
		assert.equal(new Set(answers.map(({ stdout }) => JSON.parse(stdout).console_id)).size, 1);
		for (const table of ["orgs", "installation"])
			assert.equal(await other.sql.value([`SELECT COUNT(*) FROM ${table}`]), 1);
		assert.equal(await other.sql.value`SELECT COUNT(*) FROM projects`, 2);
	} finally {
		await other.stop();
	}
});

const ownerArgs = (email) => ["setup", "--owner-email", email, "--owner-password-stdin", "--owner-name", "Ada", "--org-name", "Ada & Co", "--sign-up", "invite_only"];

test("the first owner: a bad address, no password or a weak one change nothing", async () => {
	const email = makeEmail("owner");
	assert.match((await ctl(ownerArgs("nonsense"), { expect: 2, input: `${makePassword()}\n` })).stderr, /--owner-email: 'nonsense'/);
	assert.match((await ctl(ownerArgs(email), { expect: 2, input: "" })).stderr, /the owner's password/);
	assert.match((await ctl(ownerArgs(email), { expect: 2, input: "password1\n" })).stderr, /breaks the rule 'score'/);
	assert.match((await ctl(["setup", "--owner-email", email], { expect: 2 })).stderr, /--owner-password-stdin/);
	assert.match((await ctl(["setup", "--owner-name", "Ada"], { expect: 2 })).stderr, /go with --owner-email/);
	assert.equal(await db.sql.value`SELECT COUNT(*) FROM users`, 0);
	assert.equal(await db.sql.value`SELECT setup_done_at FROM installation`, null);
});

test("five make the first owner at once: one does, the others are told that it is done; no later link", async () => {
	const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => asJson(ownerArgs(makeEmail(`owner${i}`)), { input: `${makePassword()}\n` })));
	assert.equal(answers.filter(({ owner_user_id }) => owner_user_id !== null).length, 1, JSON.stringify(answers));
	assert.ok(answers.every(({ needed, url }) => needed === false && url === null));
	const user = await db.sql.row`SELECT id, name, email, email_verified_at FROM users`;
	assert.equal(user.name, "Ada");
	assert.notEqual(user.email_verified_at, null);
	assert.match((await db.sql.row`SELECT hash FROM user_passwords`).hash.toString(), /^\$argon2id\$v=19\$m=9216,t=4,p=1\$/);
	assert.equal(await db.sql.value`SELECT role FROM members WHERE user_id = ${user.id}`, "owner");
	assert.deepEqual((await asJson(["orgs", "list"])).data.map(({ slug, name }) => [slug, name]), [["ada-co", "Ada & Co"]]);
	const row = await db.sql.row`SELECT setup_digest, setup_done_at FROM installation`;
	assert.equal(row.setup_digest, null);
	assert.notEqual(row.setup_done_at, null);
	assert.equal((await audit("setup.completed")).length, 1);
	const again = await asJson(["setup"]);
	assert.deepEqual([again.needed, again.url], [false, null]);
});

test("owner create: a new person gets a link once, a member is promoted, an unknown organization is refused; audited as cli", async () => {
	const email = makeEmail("second");
	const made = await asJson(["owner", "create", "--email", email]);
	const token = remember(/^https:\/\/localhost:8443\/reset#(mlt_[A-Za-z0-9]{38})$/.exec(made.url)[1]);
	const row = await db.sql.row`SELECT * FROM one_time_tokens WHERE user_id = ${made.user_id}`;
	assert.deepEqual(Buffer.from(row.token_digest), digest(token));
	assert.equal(await db.sql.value`SELECT role FROM members WHERE id = ${made.member_id}`, "owner");
	await db.sql.run`UPDATE members SET role = 'viewer' WHERE id = ${made.member_id}`;
	const again = await asJson(["owner", "create", "--email", email.toUpperCase()]);
	assert.deepEqual([again.user_id, again.member_id, again.url], [made.user_id, made.member_id, null]);
	assert.equal(await db.sql.value`SELECT role FROM members WHERE id = ${made.member_id}`, "owner");
	const changed = (await audit("member.role_changed"))[0];
	assert.deepEqual(JSON.parse(changed.changes).role, ["viewer", "owner"]);
	assert.equal(changed.actor_kind, "cli");
	assert.match((await ctl(["owner", "create", "--email", email, "--org", "nope"], { expect: 2 })).stderr, /--org: there is no organization 'nope'/);
});

test("user reset-password: sessions end, older links die, the new one lives for 30 minutes", async () => {
	const user = await db.sql.row`SELECT u.id, u.email, u.project_id, u.token_version FROM users u JOIN members m ON m.user_id = u.id ORDER BY u.id DESC LIMIT 1`;
	await db.sql.run`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at, created_at, last_seen_at, expires_at)
		VALUES (${user.project_id}, 'ses_0000000000000001', ${user.id}, ${digest("x")}, 'web_user', 'password', 'pwd', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY)`;
	const answer = await asJson(["user", "reset-password", user.email.toUpperCase()]);
	assert.equal(answer.user_id, user.id);
	remember(answer.url.split("#")[1]);
	assert.notEqual(await db.sql.value`SELECT revoked_at FROM sessions WHERE id = 'ses_0000000000000001'`, null);
	assert.ok(await db.sql.value`SELECT token_version FROM users WHERE id = ${user.id}` > user.token_version);
	const open = await db.sql.rows`SELECT token_digest, expires_at FROM one_time_tokens WHERE user_id = ${user.id} AND used_at IS NULL`;
	assert.equal(open.length, 1);
	assert.deepEqual(Buffer.from(open[0].token_digest), digest(answer.url.split("#")[1]));
	const life_ms = Date.parse(answer.url_expires_at) - Date.now();
	assert.ok(life_ms > 1_700_000 && life_ms <= 1_800_000);
	assert.equal((await audit("password.reset_requested")).at(-1).actor_kind, "cli");
	assert.match((await ctl(["user", "reset-password", "nobody@example.com"], { expect: 2 })).stderr, /no user 'nobody@example\.com'/);
	assert.match((await ctl(["user", "reset-password", user.email, "--project", "prj_0000000000000000"], { expect: 2 })).stderr, /--project: there is no project/);
	assert.match((await ctl(["user", "reset-password", user.email, "--project", "x"], { expect: 2 })).stderr, /--project: 'x' isn't the id/);
});

test("user reset-factors: factors and backup codes go, sessions end, the person is told, the audit log has it", async () => {
	const user = await db.sql.row`SELECT u.id, u.email, u.project_id FROM users u JOIN members m ON m.user_id = u.id ORDER BY u.id DESC LIMIT 1`;
	const factor = (id, kind) => db.sql.run`INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, sign_count, is_backup_eligible, is_backed_up, created_at)
		VALUES (${user.project_id}, ${id}, ${user.id}, ${kind}, 'One', UTC_TIMESTAMP(3), 0, FALSE, FALSE, UTC_TIMESTAMP(3))`;
	await factor("fac_0000000000000001", "totp");
	await factor("fac_0000000000000002", "passkey");
	await factor("fac_0000000000000003", "codes");
	await db.sql.run`INSERT INTO backup_codes (project_id, user_id, code_digest) VALUES (${user.project_id}, ${user.id}, ${digest("code")})`;
	await db.sql.run`INSERT INTO sessions (project_id, id, user_id, token_digest, session_class, auth_strength, amr, level, authenticated_at, created_at, last_seen_at, expires_at)
		VALUES (${user.project_id}, 'ses_0000000000000002', ${user.id}, ${digest("y")}, 'web_user', 'totp_mfa', 'pwd', 2, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY)`;
	assert.deepEqual(await asJson(["user", "reset-factors", user.email]),
		{ user_id: user.id, email: user.email, project_id: user.project_id, factor_count: 2 });
	assert.equal(await db.sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${user.id}`, 0);
	assert.equal(await db.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id}`, 0);
	assert.notEqual(await db.sql.value`SELECT revoked_at FROM sessions WHERE id = 'ses_0000000000000002'`, null);
	assert.equal(await db.sql.value`SELECT COUNT(*) FROM messages WHERE user_id = ${user.id} AND template = 'mfa-changed'`, 1);
	const [recorded] = await audit("two_factor.disabled");
	assert.deepEqual([recorded.actor_kind, recorded.target_id], ["cli", user.id]);
	assert.equal((await asJson(["user", "reset-factors", user.email])).factor_count, 0);
	assert.equal((await audit("two_factor.disabled")).length, 1, "nothing was left to remove");
	assert.match((await ctl(["user", "reset-factors", "nobody@example.com"], { expect: 2 })).stderr, /no user 'nobody@example\.com'/);
});

test("key create: pinned and unpinned, its digest stored, its secret in no table; not on the console, not with wrong words", async () => {
	const project = (await asJson(["projects", "list", "--org", "ada-co"])).data.find(({ slug }) => slug === "default");
	const console_ = (await asJson(["projects", "list"])).data.find(({ slug }) => slug === "console");
	const key = await asJson(["key", "create", "--org", "ada-co", "--name", "CI", "--scopes", "project.read client.read project.read"]);
	remember(key.secret);
	assert.match(key.secret, /^gsk_live_[A-Za-z0-9]{38}$/);
	const row = await db.sql.row`SELECT * FROM api_keys WHERE id = ${key.id}`;
	assert.deepEqual(Buffer.from(row.secret_digest), digest(key.secret));
	assert.deepEqual([row.scopes, row.environment, row.project_id, row.prefix, row.last4], ["client.read project.read", "live", null, key.secret.slice(0, 12), key.secret.slice(-4)]);
	const pinned = await asJson(["key", "create", "--org", "ada-co", "--project", project.id, "--name", "Pinned"]);
	remember(pinned.secret);
	assert.equal((await db.sql.row`SELECT project_id FROM api_keys WHERE id = ${pinned.id}`).project_id, project.id);
	assert.ok(pinned.scopes.includes("project.read") && !pinned.scopes.includes("api_key.write"));
	const test_ = await asJson(["key", "create", "--org", "ada-co", "--name", "T", "--environment", "test"]);
	assert.match(remember(test_.secret), /^gsk_test_/);
	for (const [args, line] of [
		[["--org", "nope"], /--org: there is no organization/],
		[["--org", "ada-co", "--project", console_.id], /no service keys on the console/],
		[["--org", "ada-co", "--project", "prj_0000000000000000"], /has no project/],
		[["--org", "ada-co", "--project", project.id, "--environment", "test"], /--environment: the project is a live project/],
		[["--org", "ada-co", "--scopes", "project.read api_key.write"], /--scopes: 'api_key\.write'/],
		[["--org", "ada-co", "--scopes", "bogus"], /--scopes: 'bogus'/],
	])
		assert.match((await ctl(["key", "create", "--name", "x", ...args], { expect: 2 })).stderr, line);
	assert.match((await ctl(["key", "create", "--org", "ada-co", "--name", "a\u0007b"], { expect: 2 })).stderr, /--name: 1 to 128/);
	const rows = await audit("api_key.created");
	assert.deepEqual(rows.map(({ chain_id }) => chain_id).sort(), [row.org_id, row.org_id, project.id].sort());
	for (const { changes } of rows)
		assert.ok(![key, pinned, test_].some(({ secret }) => changes.includes(secret)));
});

test("lists for people are tables, and an unknown organization is refused", async () => {
	const { stdout } = await ctl(["projects", "list", "--org", "ada-co"]);
	const lines = stdout.trimEnd().split("\n");
	assert.match(lines[0], /^id +client_id +org +slug +name/);
	assert.equal(lines.length, 3);
	assert.match((await ctl(["projects", "list", "--org", "nope"], { expect: 2 })).stderr, /--org/);
});

test("a configuration that is wrong names file and key; one that is missing names the file", async () => {
	const file = path.join(makeFolder("c"), "bad.conf");
	fs.writeFileSync(file, fs.readFileSync(db.configFile, "utf8").replace("log_level", "log_levle"));
	const { stderr } = await run(CTL, ["--config", file, "orgs", "list"], { expect: 2 });
	assert.match(stderr, /bad\.conf:\d+: log_levle/);
	assert.match((await run(CTL, ["--config", `${file}.gone`, "orgs", "list"], { expect: 2 })).stderr, /bad\.conf\.gone/);
	await ctl(["orgs", "list"]);
});

test("the database away: status 2 and the way to find out more", async () => {
	await db.pause();
	const { stderr } = await ctl(["orgs", "list"], { expect: 2 });
	assert.match(stderr, /gatehousectl doctor/);
	const doctor = (await asJson(["doctor"], { expect: 2 })).data;
	assert.equal(doctor.find(({ check }) => check === "database").result, "failed");
	await db.resume();
	await ctl(["orgs", "list"]);
});

test("org suspend and resume: by slug, recorded with actor cli; twice changes nothing; never the operator's", async () => {
	const [operator] = (await asJson(["orgs", "list"])).data;
	const id = "org_0suspended0test0";
	await db.sql.run`INSERT INTO orgs (id, name, slug, discoverable, status, version, created_at, updated_at) VALUES (${id}, 'Lapsed', 'lapsed', FALSE, 'active', 1, NOW(3), NOW(3))`;
	const status = () => db.sql.value`SELECT status FROM orgs WHERE id = ${id}`;
	assert.match((await ctl(["org", "suspend", "lapsed"])).stdout, /Lapsed .* is suspended/);
	assert.equal(await status(), "suspended");
	assert.equal((await asJson(["org", "suspend", "lapsed"])).status, "suspended");
	const rows = (await audit("org.suspended")).filter((row) => row.target_id === id);
	assert.deepEqual(rows.map(({ actor_kind, changes }) => [actor_kind, JSON.parse(changes)]), [["cli", { status: ["active", "suspended"] }]]);
	await ctl(["org", "resume", "lapsed"]);
	assert.equal(await status(), "active");
	assert.equal((await audit("org.resumed")).length, 1);
	assert.match((await ctl(["org", "suspend", operator.slug], { expect: 2 })).stderr, /operator organization can't be suspended/);
	assert.match((await ctl(["org", "suspend", "nobody"], { expect: 2 })).stderr, /no organization 'nobody'/);
});

test("org set-plan: a plan of the console by its key, recorded with actor cli; another one in its place; --none takes it away", async () => {
	const id = "org_0planned00test00";
	const console_ = await db.sql.value`SELECT console_id FROM installation`;
	await db.sql.run`INSERT INTO orgs (id, name, slug, discoverable, status, version, created_at, updated_at) VALUES (${id}, 'Planned', 'planned', FALSE, 'active', 1, NOW(3), NOW(3))`;
	for (const [plan, key, archived] of [["pln_0team00000test00", "team", false], ["pln_0old000000test00", "old", true]])
		await db.sql.run`INSERT INTO plans (project_id, id, plan_key, display_name, price, currency, period, trial_days, is_public, sort, is_archived, version, created_at, updated_at)
			VALUES (${console_}, ${plan}, ${key}, ${key}, 0, 'USD', 'monthly', 0, FALSE, 0, ${archived}, 1, NOW(3), NOW(3))`;
	assert.match((await ctl(["org", "set-plan", "planned", "team"])).stdout, /Planned .* is on team/);
	assert.equal((await asJson(["org", "set-plan", "planned", "team"])).plan, "team");
	assert.deepEqual((await audit("plan.assigned")).filter((row) => row.target_id === id).map(({ actor_kind }) => actor_kind), ["cli", "cli"]);
	for (const [args, problem] of [
		[["planned"], /name a plan of the console, or say --none/], [["planned", "team", "--none"], /name a plan/], [["planned", "gold"], /no plan 'gold'/],
		[["planned", "old"], /'old' is archived/], [["nobody", "team"], /no organization 'nobody'/],
	])
		assert.match((await ctl(["org", "set-plan", ...args], { expect: 2 })).stderr, problem);
	assert.equal((await asJson(["org", "set-plan", "planned", "--none"])).plan, null);
	assert.equal((await audit("plan.canceled")).length, 1);
});

test("docs/gatehousectl.md shows the help as it is", async () => {
	const { stdout } = await run(CTL, ["--help"]);
	const text = fs.readFileSync(path.join(ROOT, "docs/gatehousectl.md"), "utf8");
	assert.ok(text.includes(stdout.replace(/\(default \/\S*\/gatehouse\.conf\)/, "(default /etc/gatehouse/gatehouse.conf)")), stdout);
});
