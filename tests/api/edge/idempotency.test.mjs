// Idempotency-Key (tenancy rules 35 and 36).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, makeId, person, sharedServer, tally } from "../../harness/index.mjs";
import { sql } from "../../harness/sql.mjs";

const server = await sharedServer();
let number = 0;
const key = () => ({ "Idempotency-Key": `key-${process.pid}-${number++}` });
const count = (org) => server.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${org.id}`;

test("T-35 the same request again: the stored status and body, one object", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const headers = key();
	const first = await program.post("/api/v1/projects", { name: "Once" }, { headers });
	expectStatus(first, 201);
	assert.equal(first.headers["idempotency-replayed"], undefined);
	const second = await program.post("/api/v1/projects", { name: "Once" }, { headers });
	expectStatus(second, 201);
	assert.equal(second.headers["idempotency-replayed"], "true");
	assert.equal(second.text, first.text);
	assert.equal(await count(owner.org), 2);
});

test("T-35 anything else different: 409 idempotency_mismatch", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const extra = await owner.org.project();
	const headers = key();
	const at = `/api/v1/projects/${owner.org.defaultProject.id}`;
	expectStatus(await program.patch(at, { name: "One" }, { headers }), 200);
	expectError(await program.patch(at, { name: "Two" }, { headers }), 409, "idempotency_mismatch");
	expectError(await program.patch(`/api/v1/projects/${extra.id}`, { name: "One" }, { headers }), 409, "idempotency_mismatch");
	expectError(await program.post("/api/v1/projects", { name: "One" }, { headers }), 409, "idempotency_mismatch");
	expectStatus(await program.patch(at, { name: "One" }, { headers }), 200);
	expectStatus(await program.patch(at, { name: "Two" }, { headers: key() }), 200);
});

test("T-35 another credential's key is another key; one person's sessions share", async () => {
	const owner = await person(server);
	const headers = key();
	const [one, two] = [await owner.org.key(), await owner.org.key()];
	expectStatus(await one.post("/api/v1/projects", { name: "A" }, { headers }), 201);
	const other = await two.post("/api/v1/projects", { name: "A" }, { headers });
	expectStatus(other, 201);
	assert.equal(other.headers["idempotency-replayed"], undefined);
	const [first, second] = [await owner.session(), await owner.session()];
	const mine = key();
	const at = `/api/v1/projects/${owner.org.defaultProject.id}`;
	expectStatus(await first.patch(at, { name: "B" }, { headers: mine }), 200);
	assert.equal((await second.patch(at, { name: "B" }, { headers: mine })).headers["idempotency-replayed"], "true");
});

test("T-35 errors aren't stored: the retry runs", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const slug = `later-${makeId("x").slice(2)}`;
	const blocker = await owner.org.project({ slug });
	const headers = key();
	expectError(await program.post("/api/v1/projects", { name: "n", slug }, { headers }), 409, "slug_conflict");
	await server.sql.run`UPDATE projects SET slug = id WHERE id = ${blocker.id}`;
	const answer = await program.post("/api/v1/projects", { name: "n", slug }, { headers });
	expectStatus(answer, 201);
	assert.equal(answer.headers["idempotency-replayed"], undefined);
	expectError(await (await owner.org.key({ scopes: ["project.read"] })).post("/api/v1/projects", { name: "n" }, { headers: key() }), 403, "insufficient_scope");
});

test("T-35 many at once with one key: one object, every answer the stored one or 409 idempotency_in_progress", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const headers = key();
	const clients = await atOnce(20, () => program.with({}));
	const answers = await Promise.all(clients.map((client) => client.post("/api/v1/projects", { name: "Race" }, { headers })));
	assert.equal(await count(owner.org), 2, JSON.stringify(tally(answers)));
	const ids = new Set();
	for (const answer of answers) {
		if (answer.status === 201)
			ids.add(answer.json.id);
		else
			expectError(answer, 409, "idempotency_in_progress");
	}
	assert.equal(ids.size, 1);
});

test("T-36 TN-13 a reply that held a secret: 409 secret_already_shown with the id, never the secret", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const headers = key();
	const made = expectStatus(await session.post("/api/v1/api_keys", { kind: "service", name: "K" }, { headers }), 201);
	const again = await session.post("/api/v1/api_keys", { kind: "service", name: "K" }, { headers });
	const error = expectError(again, 409, "secret_already_shown");
	assert.deepEqual(error.details, { id: made.id });
	assert.ok(!again.text.includes(made.secret));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM api_keys WHERE org_id = ${owner.org.id}`, 1);
	const row = await server.sql.row`SELECT body, has_secret FROM idempotency_keys WHERE object_id = ${made.id}`;
	assert.equal(row.has_secret, 1);
	assert.ok(!row.body || !row.body.includes(made.secret), "T-31");
});

test("T-35 the key's grammar: 1 to 128 printable ASCII characters, else 400 invalid_header", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const at = `/api/v1/projects/${owner.org.defaultProject.id}`;
	for (const bad of ["", "x".repeat(129), "tab\tinside", "\u00fc"])
		expectError(await program.patch(at, { name: "x" }, { headers: { "Idempotency-Key": bad } }), 400, "invalid_header");
	expectStatus(await program.patch(at, { name: "x" }, { headers: { "Idempotency-Key": `${"x".repeat(120)}${number++}`.slice(0, 128) } }), 200);
});

test("T-35 DELETE again: 204 again, not 404", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const extra = await owner.org.project();
	const headers = key();
	expectStatus(await program.delete(`/api/v1/projects/${extra.id}`, { headers }), 204);
	const again = await program.delete(`/api/v1/projects/${extra.id}`, { headers });
	expectStatus(again, 204);
	expectError(await program.delete(`/api/v1/projects/${extra.id}`, { headers: key() }), 404, "not_found");
});

test("T-35 DELETE again by a person in a browser: 204 again, not 404", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const extra = await owner.org.project();
	const at = `/api/v1/projects/${extra.id}?confirm=${extra.slug}`;
	const headers = key();
	expectStatus(await session.delete(at, { headers }), 204);
	const again = await session.delete(at, { headers });
	expectStatus(again, 204);
	assert.equal(again.headers["idempotency-replayed"], "true");
	expectError(await session.delete(at, { headers: key() }), 404, "not_found");
	const stranger = await (await person(server)).session();
	expectError(await stranger.delete(at, { headers }), 404, "not_found");
});

test("T-35 the same request again after it made another project the default: the stored reply", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const headers = key();
	const first = await program.post("/api/v1/projects", { name: "New default", is_default: true }, { headers });
	expectStatus(first, 201);
	const again = await program.post("/api/v1/projects", { name: "New default", is_default: true }, { headers });
	expectStatus(again, 201);
	assert.equal(again.text, first.text);
	const elsewhere = { ...headers, "X-Project-Id": first.json.id };
	expectError(await program.post("/api/v1/projects", { name: "New default", is_default: true }, { headers: elsewhere }), 409, "idempotency_mismatch");
});

test("T-35 after 24 hours the key is new", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const headers = key();
	expectStatus(await program.post("/api/v1/projects", { name: "A" }, { headers }), 201);
	await server.sql.run`UPDATE idempotency_keys SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE actor_id = ${program.id}`;
	const answer = await program.post("/api/v1/projects", { name: "A" }, { headers });
	expectStatus(answer, 201);
	assert.equal(answer.headers["idempotency-replayed"], undefined);
	assert.equal(await count(owner.org), 3);
});

test("T-36 an answer over 64 KiB isn't kept: the repetition has its status and id, and says that the rest is omitted", async () => {
	const owner = await person(server);
	const program = await owner.org.key();
	const [kept, large] = [key(), key()];
	const send = (headers) => program.with({ check: false }).post("/api/v1/projects", { name: "Kept" }, { headers });
	const first = [await send(kept), await send(large)];
	first.forEach((answer) => expectStatus(answer, 201));
	// What such an answer leaves behind.
	await server.sql.query(sql`UPDATE idempotency_keys SET body = NULL WHERE idempotency_key = ${large["Idempotency-Key"]}`);
	const second = [await send(kept), await send(large)];
	second.forEach((answer) => expectStatus(answer, 201));
	assert.deepEqual(second.map(({ headers }) => headers["idempotency-replayed"]), ["true", "true"]);
	assert.deepEqual(second.map(({ headers }) => headers["idempotency-body"]), [undefined, "omitted"]);
	assert.equal(second[0].text, first[0].text);
	assert.deepEqual(JSON.parse(second[1].text), { id: JSON.parse(first[1].text).id });
	const gone = key();
	const at = `/api/v1/clients/${owner.org.defaultProject.clientId}/redirect_uris`;
	for (const uri of ["https://one.example.com/", "https://two.example.com/"])
		expectStatus(await program.post(at, { uri }), 201);
	for (const replayed of [undefined, "true"]) {
		const answer = await program.delete(`${at}?uri=${encodeURIComponent("https://one.example.com/")}`, { headers: gone });
		expectStatus(answer, 204);
		assert.equal(answer.headers["idempotency-replayed"], replayed);
		assert.equal(answer.headers["idempotency-body"], undefined);
	}
});
