// Listing, reading, changing, revoking and rotating keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, DAY, expectError, expectField, expectOneOf, expectStatus, fromNow, KEY_SCOPES, makeSecret, person, sharedServer, sqlTime, until, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();

async function make(role) {
	const owner = await person(server);
	const who = role ? await owner.org.member(role) : owner;
	return { owner, org: owner.org, who, session: await who.session() };
}

const ids = (answer) => expectStatus(answer, 200).data.map(({ id }) => id).sort();

test("lists: kind, project_id, environment, status, user_id", async () => {
	const { org, owner, session } = await make();
	const extra = await org.project({ environment: "test" });
	const [live, pinned, token] = [await org.key(), await org.key({ project: extra }), await owner.token()];
	const old = await org.key({ expires_at: sqlTime(-1000) });
	assert.deepEqual(ids(await session.get("/api/v1/api_keys")), [live.id, pinned.id, token.id, old.id].sort());
	assert.deepEqual(ids(await session.get("/api/v1/api_keys?kind=service")), [live.id, pinned.id, old.id].sort());
	assert.deepEqual(ids(await session.get("/api/v1/api_keys?kind=personal")), [token.id]);
	assert.deepEqual(ids(await session.get(`/api/v1/api_keys?project_id=${extra.id}`)), [pinned.id]);
	assert.deepEqual(ids(await session.get("/api/v1/api_keys?environment=test")), [pinned.id]);
	assert.deepEqual(ids(await session.get("/api/v1/api_keys?status=expired")), [old.id]);
	assert.deepEqual(ids(await session.get(`/api/v1/api_keys?user_id=${owner.id}`)), [token.id]);
});

test("without api_key.read one sees one's own personal tokens alone", async () => {
	const { org, who, session } = await make("member");
	await org.key();
	const mine = await who.token();
	const other = await (await org.member("viewer")).token();
	assert.deepEqual(ids(await session.get("/api/v1/api_keys?kind=personal")), [mine.id]);
	expectStatus(await session.get(`/api/v1/api_keys/${mine.id}`), 200);
	expectOneOf(await session.get(`/api/v1/api_keys/${other.id}`), 403, 404);
	expectOneOf(await session.get("/api/v1/api_keys?kind=service"), 200, 403);
});

test("status: active, expired, revoked, retiring; members that are unset are null, never absent", async () => {
	const { org, session } = await make();
	const read = async (key) => expectStatus(await session.get(`/api/v1/api_keys/${key.id}`), 200);
	const key = await org.key();
	const seen = await read(key);
	assert.equal(seen.status, "active");
	for (const name of ["last_used_at", "revoked_at", "replaced_by", "expires_at", "project_id", "user_id", "rate_limit_per_minute"])
		assert.equal(seen[name], null, name);
	assert.equal((await read(await org.key({ expires_at: sqlTime(-1) }))).status, "expired");
	expectStatus(await session.delete(`/api/v1/api_keys/${key.id}`), 204);
	assert.equal((await read(key)).status, "revoked");
	assert.ok((await read(key)).revoked_at);
});

test("T-27 TN-15 revoke: the very next request is 401; again: 204", async () => {
	const { org, session } = await make();
	const key = await org.key();
	const clients = await atOnce(8, () => key.with({}));
	for (const client of clients)
		expectStatus(await client.get("/api/v1/whoami"), 200);
	expectStatus(await session.delete(`/api/v1/api_keys/${key.id}`), 204);
	for (const answer of await Promise.all(clients.map((client) => client.get("/api/v1/whoami"))))
		expectError(answer, 401, "unauthorized");
	expectStatus(await session.delete(`/api/v1/api_keys/${key.id}`), 204);
});

test("T-24 unknown, expired, revoked, malformed, wrong checksum, deleted organization: one identical 401", async () => {
	const { org, session } = await make();
	const good = await org.key();
	expectStatus(await good.get("/api/v1/whoami"), 200);
	const revoked = await org.key();
	expectStatus(await session.delete(`/api/v1/api_keys/${revoked.id}`), 204);
	const dead = await person(server);
	const orphan = await dead.org.key();
	expectStatus(await (await dead.session()).delete(`/api/v1/orgs/${dead.org.id}?confirm=${dead.org.slug}`), 204);
	const flip = (text) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
	const bodies = new Set();
	for (const bearer of [makeSecret("gsk_live_"), makeSecret("gpat_"), (await org.key({ expires_at: sqlTime(-1) })).secret, revoked.secret, orphan.secret, flip(good.secret), "gsk_live_short", `gat_${good.secret.slice(9)}`, "x"]) {
		const answer = await new Client(server, { bearer }).get("/api/v1/whoami");
		expectError(answer, 401, "unauthorized");
		bodies.add(`${withoutRequestId(answer)} ${answer.headers["www-authenticate"]}`);
	}
	assert.equal(bodies.size, 1, [...bodies].join("\n"));
});

test("X-Auth-Token stands in for Authorization; where both come Authorization decides alone", async () => {
	const { org } = await make();
	const key = await org.key();
	const bare = new Client(server);
	expectStatus(await bare.get("/api/v1/whoami", { headers: { "X-Auth-Token": key.secret } }), 200);
	expectStatus(await bare.get("/api/v1/whoami", { headers: { Authorization: `Bearer ${key.secret}`, "X-Auth-Token": "nonsense" } }), 200);
	expectStatus(await bare.get("/api/v1/whoami", { headers: { Authorization: `bearer ${key.secret}` } }), 200);
	expectError(await bare.get("/api/v1/whoami", { headers: { Authorization: "Bearer nonsense", "X-Auth-Token": key.secret } }), 401, "unauthorized");
});

test("PATCH: name; scopes only fewer; expires_at only sooner; a revoked one 409 key_revoked", async () => {
	const { org, session } = await make();
	const key = await org.key({ scopes: ["project.read", "project.write"], expires_at: sqlTime(2 * DAY) });
	const at = `/api/v1/api_keys/${key.id}`;
	assert.equal(expectStatus(await session.patch(at, { name: "New" }), 200).name, "New");
	expectError(await session.patch(at, { scopes: ["project.read", "audit.read"] }), 422, "validation_failed");
	assert.deepEqual(expectStatus(await session.patch(at, { scopes: ["project.read"] }), 200).scopes, ["project.read"]);
	expectError(await key.patch(`/api/v1/projects/${org.defaultProject.id}`, { name: "x" }), 403, "insufficient_scope");
	expectError(await session.patch(at, { scopes: ["project.read", "project.write"] }), 422, "validation_failed");
	expectField(await session.patch(at, { expires_at: fromNow(3 * DAY) }), "expires_at");
	expectField(await session.patch(at, { expires_at: null }), "expires_at");
	expectStatus(await session.patch(at, { expires_at: fromNow(DAY) }), 200);
	for (const field of ["kind", "project_id", "environment", "secret"])
		expectError(await session.patch(at, { [field]: "x" }), 422, "validation_failed");
	expectStatus(await session.delete(at), 204);
	expectError(await session.patch(at, { name: "Late" }), 409, "key_revoked");
});

test("another's personal token: its own person changes it; owner and admin may only revoke it", async () => {
	const { org, session } = await make();
	const member = await org.member("member");
	const admin = await (await org.member("admin")).session();
	const manager = await (await org.member("manager")).session();
	const token = await member.token();
	const at = `/api/v1/api_keys/${token.id}`;
	for (const client of [session, admin, manager])
		expectOneOf(await client.patch(at, { name: "x" }), 403, 404);
	for (const client of [session, admin, manager])
		expectOneOf(await client.post(`${at}/rotate`, {}), 403, 404);
	expectOneOf(await manager.delete(at), 403, 404);
	expectStatus(await (await member.session()).patch(at, { name: "mine" }), 200);
	expectStatus(await admin.delete(at), 204);
	expectError(await token.get("/api/v1/me"), 401, "unauthorized");
});

test("T-28 rotate with grace: both work, the old one is retiring and names its successor", async () => {
	const { org, session } = await make();
	const key = await org.key({ scopes: ["project.read"], name: "Rotating", rate_limit_per_minute: 100 });
	const answer = await session.post(`/api/v1/api_keys/${key.id}/rotate`, { grace_s: 600 });
	const next = expectStatus(answer, 201);
	assert.match(answer.headers["cache-control"], /no-store/);
	assert.notEqual(next.id, key.id);
	assert.deepEqual([next.name, next.scopes, next.rate_limit_per_minute, next.environment, next.status], ["Rotating", ["project.read"], 100, "live", "active"]);
	const old = expectStatus(await session.get(`/api/v1/api_keys/${key.id}`), 200);
	assert.deepEqual([old.status, old.replaced_by], ["retiring", next.id]);
	expectStatus(await key.get("/api/v1/projects"), 200);
	expectStatus(await new Client(server, { bearer: next.secret }).get("/api/v1/projects"), 200);
	await server.sql.run`UPDATE api_keys SET expires_at = ${sqlTime(-1)} WHERE id = ${key.id}`;
	expectError(await key.get("/api/v1/projects"), 401, "unauthorized");
	expectStatus(await new Client(server, { bearer: next.secret }).get("/api/v1/projects"), 200);
});

test("T-28 without grace the old one dies at once; grace never extends the old expiry", async () => {
	const { org, session } = await make();
	const key = await org.key();
	expectStatus(await session.post(`/api/v1/api_keys/${key.id}/rotate`, {}), 201);
	expectError(await key.get("/api/v1/whoami"), 401, "unauthorized");
	const soon = sqlTime(60 * 1000);
	const short = await org.key({ expires_at: soon });
	expectStatus(await session.post(`/api/v1/api_keys/${short.id}/rotate`, { grace_s: 3600 }), 201);
	assert.equal(await server.sql.value`SELECT expires_at FROM api_keys WHERE id = ${short.id}`, soon);
	expectField(await session.post(`/api/v1/api_keys/${(await org.key()).id}/rotate`, { grace_s: 604801 }), "grace_s");
	expectField(await session.post(`/api/v1/api_keys/${(await org.key()).id}/rotate`, { grace_s: -1 }), "grace_s");
});

test("T-28 rotating twice: 409 key_revoked; at once: one 201", async () => {
	const { owner, org } = await make();
	const key = await org.key();
	const sessions = await atOnce(9, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.post(`/api/v1/api_keys/${key.id}/rotate`, { grace_s: 60 })));
	assert.equal(answers.filter(({ status }) => status === 201).length, 1);
	for (const answer of answers.filter(({ status }) => status !== 201))
		expectError(answer, 409, "key_revoked");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM api_keys WHERE org_id = ${org.id}`, 2);
});

test("T-26 rotating asks the rights of the key's scopes: 403 scope_too_wide", async () => {
	const { org, session } = await make("manager");
	const wide = await org.key({ scopes: ["audit.read"] });
	expectError(await session.post(`/api/v1/api_keys/${wide.id}/rotate`, {}), 403, "scope_too_wide");
	const narrow = await org.key({ scopes: ["project.read"] });
	expectStatus(await session.post(`/api/v1/api_keys/${narrow.id}/rotate`, {}), 201);
});

test("T-29 the helpful 401: names both environments and the project, and only for a project of the key's organization", async () => {
	const { org } = await make();
	const project = await org.project({ environment: "test" });
	const key = await org.key({ environment: "live" });
	const error = expectError(await key.get("/api/v1/events", { headers: { "X-Project-Id": project.id } }), 401, "unauthorized");
	assert.match(error.message, /^This is a \*?live\*? key, but the project is a \*?test\*? project\. Use a \*?test\*? key or choose a \*?live\*? project\.$/);
	assert.deepEqual(error.details, { key_environment: "live", project_environment: "test", project_id: project.id });
	const stranger = await person(server);
	const foreign = await stranger.org.project({ environment: "test" });
	expectError(await key.get("/api/v1/events", { headers: { "X-Project-Id": foreign.id } }), 404, "not_found");
	expectStatus(await (await org.key({ environment: "test" })).get("/api/v1/events", { headers: { "X-Project-Id": project.id } }), 200);
});

test("a test key can always list its projects, and /whoami tells about the mismatch without failing", async () => {
	const { org } = await make();
	const key = await org.key({ environment: "test" });
	expectStatus(await key.get("/api/v1/projects"), 200);
	const who = expectStatus(await key.get("/api/v1/whoami"), 200);
	assert.equal(who.environment_matches, false);
	assert.equal(who.project.id, org.defaultProject.id);
	assert.equal(expectStatus(await (await org.key()).get("/api/v1/whoami"), 200).environment_matches, true);
});

test("T-30 a personal token without membership: 401; X-Org-Id of another organization: 403 org_mismatch; foreign ids: 404", async () => {
	const { owner } = await make();
	const other = await person(server);
	await owner.join(other.org, "admin");
	const token = await owner.token();
	expectStatus(await token.get("/api/v1/projects", { headers: { "X-Org-Id": owner.org.id } }), 200);
	expectError(await token.get("/api/v1/projects", { headers: { "X-Org-Id": other.org.id } }), 403, "org_mismatch");
	expectError(await token.get(`/api/v1/projects/${other.org.defaultProject.id}`), 404, "not_found");
	await owner.org.member("owner");
	await server.sql.run`DELETE FROM members WHERE org_id = ${owner.org.id} AND user_id = ${owner.id}`;
	expectError(await token.get("/api/v1/projects"), 401, "unauthorized");
});

test("TN-06 a key never does more than its scopes, whoever made it", async () => {
	const { org } = await make();
	const reader = await org.key({ scopes: ["project.read"] });
	expectStatus(await reader.get("/api/v1/projects"), 200);
	expectError(await reader.post("/api/v1/projects", { name: "n" }), 403, "insufficient_scope");
	expectError(await reader.get("/api/v1/members"), 403, "insufficient_scope");
	expectStatus(await (await org.key({ scopes: KEY_SCOPES })).get("/api/v1/members"), 200);
});

test("last_used_at appears within seconds and never blocks (TN-15)", async () => {
	const { org, session } = await make();
	const key = await org.key();
	expectStatus(await key.get("/api/v1/whoami"), 200);
	await until("last_used_at is written", async () => (await session.get(`/api/v1/api_keys/${key.id}`)).json.last_used_at, { patience_ms: 12000, every_ms: 500 });
});

test("a key that was used since is shown anew, not 304, though its ETag is good for a change", async () => {
	const { org, session } = await make();
	const key = await org.key();
	const at = `/api/v1/api_keys/${key.id}`;
	const { headers } = await session.get(at);
	await server.sql.run`UPDATE api_keys SET last_used_at = NOW(3) WHERE id = ${key.id}`;
	const again = await session.get(at, { headers: { "If-None-Match": headers.etag } });
	assert.notEqual(expectStatus(again, 200).last_used_at, null);
	expectStatus(await session.patch(at, { name: "Renamed" }, { headers: { "If-Match": headers.etag } }), 200);
	expectError(await session.patch(at, { name: "Again" }, { headers: { "If-Match": headers.etag } }), 412, "precondition_failed");
});
