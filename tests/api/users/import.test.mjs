// Importing users: what becomes of each row, and that passwords of other systems work and are hashed anew.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, makeEmail, person, projectUser, sharedServer, signIn } from "../../harness/index.mjs";

const server = await sharedServer();
const PASSWORD = "correct horse battery";

async function make() {
	const owner = await person(server);
	const key = await owner.org.key({ project: owner.project });
	const send = (users, on_conflict = "skip") => key.post("/api/v1/users/import", { on_conflict, users });
	return { owner, project: owner.project, key, send };
}

const countOf = (project) => server.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id}`;

// ---- hashes, made by those who make them elsewhere ----

const php = (code) => execFileSync("php", ["-r", `$p = ${JSON.stringify(PASSWORD)}; echo ${code};`]).toString();
const openssl = (kind) => execFileSync("openssl", ["passwd", kind, PASSWORD]).toString().trim();
const base64 = (octets) => octets.toString("base64");
const bare = (octets) => base64(octets).replaceAll("=", "");

/** phpass and Drupal, by their description: digest of salt and password, then of itself and the password. */
function iterated(kind, log2) {
	const letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const algorithm = kind === "S" ? "sha512" : "md5";
	const next = (...parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash(algorithm)).digest();
	let digest = next("saltsalt", PASSWORD);
	for (let i = 0; i < 2 ** log2; i++)
		digest = next(digest, PASSWORD);
	let text = "";
	for (let i = 0; i < digest.length; i += 3) {
		const group = [...digest.subarray(i, i + 3)];
		const bits = group.reduce((sum, octet, k) => sum + octet * 256 ** k, 0);
		for (let k = 0; k <= group.length; k++)
			text += letters[Math.floor(bits / 64 ** k) % 64];
	}
	return `$${kind}$${letters[log2]}saltsalt${text}`.slice(0, kind === "S" ? 55 : 34);
}

/** Django's PBKDF2PasswordHasher.encode(). */
const django = (salt, iterations) => `pbkdf2_sha256$${iterations}$${salt}$${base64(crypto.pbkdf2Sync(PASSWORD, salt, iterations, 32, "sha256"))}`;

function betterAuth() {
	const salt = crypto.randomBytes(16).toString("hex");
	return `${salt}:${crypto.scryptSync(PASSWORD.normalize("NFKC"), salt, 64, { N: 16384, r: 16, p: 1, maxmem: 2 ** 27 }).toString("hex")}`;
}

const HASHES = {
	"PHP bcrypt": () => php("password_hash($p, PASSWORD_BCRYPT, ['cost' => 5])"),
	"PHP argon2id": () => php("password_hash($p, PASSWORD_ARGON2ID, ['memory_cost' => 2048, 'time_cost' => 2])"),
	"PHP argon2i": () => php("password_hash($p, PASSWORD_ARGON2I, ['memory_cost' => 2048, 'time_cost' => 2])"),
	"WordPress 6.8": () => php("'$wp'.password_hash(base64_encode(hash_hmac('sha384', trim($p), 'wp-sha384', true)), PASSWORD_BCRYPT, ['cost' => 5])"),
	"phpass $P$": () => iterated("P", 8),
	"phpass $H$": () => iterated("H", 9),
	"Drupal $S$": () => iterated("S", 8),
	"openssl passwd -1": () => openssl("-1"),
	"openssl passwd -5": () => openssl("-5"),
	"openssl passwd -6": () => openssl("-6"),
	"Django PBKDF2": () => django("pepperandsalt", 2000),
	"PBKDF2 in PHC form": () => `$pbkdf2-sha512$i=1500$${bare(Buffer.from("saltsaltsaltsalt"))}$${bare(crypto.pbkdf2Sync(PASSWORD, "saltsaltsaltsalt", 1500, 64, "sha512"))}`,
	"scrypt in PHC form": () => `$scrypt$ln=12,r=8,p=1$${bare(Buffer.from("saltsaltsaltsalt"))}$${bare(crypto.scryptSync(PASSWORD, "saltsaltsaltsalt", 32, { N: 4096, r: 8, p: 1 }))}`,
	"Better Auth": betterAuth,
	"{SSHA}": () => `{SSHA}${base64(Buffer.concat([crypto.createHash("sha1").update(`${PASSWORD}pepper`).digest(), Buffer.from("pepper")]))}`,
	"{SSHA512}": () => `{SSHA512}${base64(Buffer.concat([crypto.createHash("sha512").update(`${PASSWORD}pepper`).digest(), Buffer.from("pepper")]))}`,
};

for (const [name, hash] of Object.entries(HASHES))
	test(`rule 33 and 12: a password hashed by ${name} signs in, another doesn't, and it is Argon2id afterwards`, async () => {
		const { project, key, send } = await make();
		const email = makeEmail("moved");
		const answer = expectStatus(await send([{ email, email_verified: true, name: "Moved", password_hash: hash() }]), 200);
		assert.deepEqual([answer.created, answer.failed], [1, 0], JSON.stringify(answer.results));
		const enter = (password) => signIn(server, { email, password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
		const stored = async () => (await server.sql.rows`SELECT hash, scheme FROM user_passwords WHERE project_id = ${project.id} AND user_id = ${answer.results[0].user_id}`)[0];
		await assert.rejects(enter("wrong horse battery"), /invalid_credentials/);
		assert.notEqual((await stored()).scheme, undefined);
		await enter(PASSWORD);
		const after = await stored();
		assert.equal(after.scheme, "argon2id");
		assert.match(after.hash.toString(), /^\$argon2id\$v=19\$m=9216,t=4,p=1\$/);
		await enter(PASSWORD);
		assert.equal((await stored()).hash.toString(), after.hash.toString(), "once is enough");
		assert.equal((await key.get(`/api/v1/users/${answer.results[0].user_id}`)).json.has_password, true);
	});

// ---- rows ----

test("POST /users/import: a bad row fails alone, and its code and field say why", async () => {
	const { project, send } = await make();
	const rows = [
		[{ email: makeEmail("good"), metadata: { plan: "a" } }, "created"], [{ email: "nonsense" }, "failed", "validation_failed", "email"], [{}, "failed", "validation_failed", "email"],
		[{ username: "1x" }, "failed", "validation_failed", "username"], [{ email: makeEmail(), password_hash: "5f4dcc3b5aa765d61d8327deb882cf99" }, "failed", "hash_unsupported", "password_hash"],
		[{ email: makeEmail(), password_hash: `$2y$15$${"a".repeat(53)}` }, "failed", "hash_too_costly", "password_hash"], [{ email: makeEmail(), password: "x" }, "failed", "validation_failed", null],
		["text", "failed", "validation_failed", null], [{ phone: "+4915112345678" }, "created"], [{ email: makeEmail(), metadata: { a: "x".repeat(17000) } }, "failed", "validation_failed", "metadata"],
	];
	const answer = expectStatus(await send(rows.map(([row]) => row)), 200);
	assert.deepEqual([answer.created, answer.updated, answer.skipped, answer.failed], [2, 0, 0, 8]);
	for (const [i, [, status, code = null, field = null]] of rows.entries())
		assert.deepEqual((({ index, status, code, field }) => ({ index, status, code, field }))(answer.results[i]), { index: i, status, code, field });
	assert.equal(await countOf(project), 2);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${project.id}`, 0, "nobody is mailed");
	const [event] = await server.sql.rows`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'user.imported'`;
	assert.deepEqual(JSON.parse(event.data).user_ids, [answer.results[0].user_id, answer.results[8].user_id]);
});

test("POST /users/import: skip leaves who is there and changes nothing when repeated; update changes what is named", async () => {
	const { project, key, send } = await make();
	const users = [{ email: makeEmail("one"), name: "One", external_id: "1", metadata: { a: 1 } }, { email: makeEmail("two"), name: "Two" }];
	const first = expectStatus(await send(users), 200);
	const state = () => server.sql.rows`SELECT id, name, version, updated_at FROM users WHERE project_id = ${project.id} ORDER BY id`;
	const recorded = () => server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id}`;
	const before = [await state(), await recorded()];
	const again = expectStatus(await send(users.map((user) => ({ ...user, name: "Other" }))), 200);
	assert.equal(again.skipped, 2);
	assert.deepEqual(again.results.map(({ user_id }) => user_id), first.results.map(({ user_id }) => user_id));
	assert.deepEqual([await state(), await recorded()], before);
	const updated = expectStatus(await send([{ external_id: "1", name: "Uno", metadata: { b: 2 } }], "update"), 200);
	assert.equal(updated.updated, 1);
	const user = expectStatus(await key.get(`/api/v1/users/${first.results[0].user_id}`), 200);
	assert.deepEqual([user.name, user.email, user.metadata], ["Uno", users[0].email, { a: 1, b: 2 }]);
	// A row that names two different people is nobody's.
	const torn = expectStatus(await send([{ email: users[1].email, external_id: "1" }], "update"), 200);
	assert.deepEqual([torn.results[0].status, torn.failed], ["failed", 1]);
});

test("rule 30 POST /users/import: another password ends the user's sessions, the same one and none at all don't", async () => {
	const { project, send } = await make();
	const user = await projectUser(server, project);
	const session = await user.session();
	const [first, second] = [HASHES["PHP bcrypt"](), HASHES["PHP bcrypt"]()];
	await send([{ email: user.email, name: "Renamed" }], "update");
	expectStatus(await session.get("/api/v1/session"), 200);
	await send([{ email: user.email, password_hash: first }], "update");
	expectError(await session.get("/api/v1/session"), 401, "unauthorized");
	const later = await user.session();
	await send([{ email: user.email, password_hash: first }], "update");
	expectStatus(await later.get("/api/v1/session"), 200);
	await send([{ email: user.email, password_hash: second }], "update");
	expectError(await later.get("/api/v1/session"), 401, "unauthorized");
});

test("POST /users/import: with fail one row that is in the way stops all of them", async () => {
	const { project, send } = await make();
	const taken = { email: makeEmail("taken") };
	expectStatus(await send([taken]), 200);
	const answer = expectStatus(await send([{ email: makeEmail() }, taken, { email: makeEmail() }], "fail"), 200);
	assert.deepEqual([answer.created, answer.skipped, answer.failed], [0, 2, 1]);
	assert.deepEqual([answer.results[1].status, answer.results[1].code], ["failed", "email_taken"]);
	assert.equal(await countOf(project), 1);
	const twin = makeEmail("twin");
	expectError(await send([{ email: twin }, { email: twin }], "fail"), 409, "email_taken");
	assert.equal(await countOf(project), 1);
	assert.equal(expectStatus(await send([{ email: twin }, { email: makeEmail() }], "fail"), 200).created, 2);
	// The list is looked at twice; the hash is there the second time, too.
	const hashed = expectStatus(await send([{ email: makeEmail("hashed"), password_hash: HASHES["PHP bcrypt"]() }], "fail"), 200);
	assert.equal(hashed.created, 1, JSON.stringify(hashed.results));
	assert.match((await server.sql.value`SELECT hash FROM user_passwords WHERE project_id = ${project.id} AND user_id = ${hashed.results[0].user_id}`).toString(), /^\$2y\$05\$/);
});

test("POST /users/import: with update a user who is as the row says is skipped, and a status is only a new user's", async () => {
	const { project, key, send } = await make();
	const users = [{ email: makeEmail("same"), name: "Same", metadata: { a: 1 }, password_hash: HASHES["PHP bcrypt"](), status: "deactivated" }, { email: makeEmail("active") }];
	const first = expectStatus(await send(users, "update"), 200);
	assert.equal(first.created, 2);
	const state = () => server.sql.rows`SELECT id, status, version, updated_at FROM users WHERE project_id = ${project.id} ORDER BY id`;
	const before = await state();
	assert.deepEqual(before.map(({ status }) => status).sort(), ["active", "deactivated"]);
	const again = expectStatus(await send(users.map((user) => ({ ...user, status: "deactivated" })), "update"), 200);
	assert.deepEqual([again.updated, again.skipped], [0, 2]);
	assert.deepEqual(await state(), before);
	assert.equal(expectStatus(await send([{ ...users[0], metadata: { a: 2 } }], "update"), 200).updated, 1);
	assert.deepEqual((await key.get(`/api/v1/users/${first.results[0].user_id}`)).json.metadata, { a: 2 });
	assert.deepEqual(expectStatus(await send([{ email: makeEmail(), status: "banned" }]), 200).results[0].field, "status");
});

test("POST /users/import: 500 at once, no more; a user of another project is in nobody's way", async () => {
	const { project, key, send } = await make();
	const other = await make();
	const users = Array.from({ length: 500 }, (_, i) => ({ email: `import${i}@example.com`, name: `Person Number ${i}`, metadata: { i } }));
	assert.equal(expectStatus(await send(users), 200).created, 500);
	assert.equal(expectStatus(await other.send(users), 200).created, 500);
	assert.equal(await countOf(project), 500);
	assert.equal(expectStatus(await key.get("/api/v1/users?search=port499&include_total=true"), 200).total, 1);
	expectField(await send([...users, { email: makeEmail() }]), "users", "length");
	expectField(await send([]), "users", "length");
	expectField(await key.post("/api/v1/users/import", { users }), "on_conflict", "required");
});

test("POST /users takes a hash instead of a password, not both", async () => {
	const { key } = await make();
	const password_hash = HASHES["PHP bcrypt"]();
	expectError(await key.post("/api/v1/users", { email: makeEmail(), password_hash: "nonsense" }), 422, "hash_unsupported");
	expectError(await key.post("/api/v1/users", { email: makeEmail(), password_hash: `$2y$20$${"a".repeat(53)}` }), 422, "hash_too_costly");
	expectField(await key.post("/api/v1/users", { email: makeEmail(), password_hash, password: PASSWORD }), "password_hash", "one_of");
	assert.equal(expectStatus(await key.post("/api/v1/users", { email: makeEmail(), password_hash }), 201).has_password, true);
});

test("each row stands for itself: one without an e-mail isn't taken for the one before it", async () => {
	const { project, send } = await make();
	const email = makeEmail();
	const first = expectStatus(await send([{ email }]), 200);
	assert.equal(first.created, 1);
	const { results } = expectStatus(await send([{ email }, { external_id: "second" }, { external_id: "third" }]), 200);
	assert.deepEqual(results.map(({ status }) => status), ["skipped", "created", "created"]);
	assert.equal(new Set(results.map(({ user_id }) => user_id)).size, 3);
	assert.equal(Number(await countOf(project)), 3);
});
