// POST /api_keys: personal tokens and service keys, scopes, pins, environments, caps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, checksum, Client, DAY, digest, expectError, expectField, expectStatus, fromNow, operator, override, person, sharedServer, sqlTime, tally } from "../../harness/index.mjs";

const server = await sharedServer();

async function make(role) {
	const owner = await person(server);
	const who = role ? await owner.org.member(role) : owner;
	return { owner, org: owner.org, who, session: await who.session() };
}

const mint = (session, fields) => session.post("/api/v1/api_keys", { kind: "service", name: "Key", ...fields });

test("T-24 TN-12 a personal token: prefix, 32 characters, checksum; shown once; its digest stored", async () => {
	const { who, org, session } = await make();
	const answer = await mint(session, { kind: "personal", name: "Laptop" });
	const key = expectStatus(answer, 201);
	assert.match(answer.headers["cache-control"], /no-store/, "T-31");
	assert.match(key.secret, /^gpat_[A-Za-z0-9]{38}$/);
	assert.equal(key.secret.slice(-6), checksum(key.secret.slice(0, -6)));
	assert.equal(key.prefix, key.secret.slice(0, 12));
	assert.equal(key.last4, key.secret.slice(-4));
	assert.deepEqual([key.kind, key.org_id, key.user_id, key.project_id, key.environment, key.status, key.expires_at], ["personal", org.id, who.id, null, null, "active", null]);
	assert.deepEqual(await server.sql.value`SELECT secret_digest FROM api_keys WHERE id = ${key.id}`, digest(key.secret));
	const later = expectStatus(await session.get(`/api/v1/api_keys/${key.id}`), 200);
	assert.ok(!("secret" in later) || later.secret === null);
	assert.equal(expectStatus(await new Client(server, { bearer: key.secret }).get("/api/v1/me"), 200).id, who.id);
});

for (const environment of ["live", "test"])
	test(`T-24 a service key for ${environment}: gsk_${environment}_`, async () => {
		const { session } = await make();
		const key = expectStatus(await mint(session, { environment }), 201);
		assert.match(key.secret, new RegExp(`^gsk_${environment}_[A-Za-z0-9]{38}$`));
		assert.equal(key.environment, environment);
		assert.equal(key.user_id, null);
	});

test("an unpinned key defaults to live; a pinned one takes its project's environment, and another is 422 rule environment_mismatch", async () => {
	const { org, session } = await make();
	const project = await org.project({ environment: "test" });
	assert.equal(expectStatus(await mint(session), 201).environment, "live");
	const pinned = expectStatus(await mint(session, { project_id: project.id }), 201);
	assert.deepEqual([pinned.environment, pinned.project_id], ["test", project.id]);
	expectField(await mint(session, { project_id: project.id, environment: "live" }), "environment", "environment_mismatch");
});

test("warning default_project_environment_differs on an unpinned key of the other environment", async () => {
	const { session } = await make();
	assert.equal(expectStatus(await mint(session, { environment: "test" }), 201).warning, "default_project_environment_differs");
	assert.equal(expectStatus(await mint(session, { environment: "live" }), 201).warning, null);
});

test("scopes: sorted; absent means every grantable one the minter holds, written out", async () => {
	const { session } = await make("manager");
	const some = expectStatus(await mint(session, { scopes: ["project.write", "event.read", "project.read"] }), 201);
	assert.deepEqual(some.scopes, ["event.read", "project.read", "project.write"]);
	const all = expectStatus(await mint(session), 201).scopes;
	assert.deepEqual(all, [...all].sort());
	for (const scope of ["project.create", "client.write", "event.read", "org.read"])
		assert.ok(all.includes(scope), scope);
	for (const scope of ["audit.read", "project.delete", "project_member.write", "org.write", "member.write", "api_key.read", "api_key.write", "invitation.write"])
		assert.ok(!all.includes(scope), `a manager's key has no ${scope}`);
});

test("T-26 scopes outside the minter's rights, or never for keys: refused", async () => {
	const { session } = await make("manager");
	expectError(await mint(session, { scopes: ["audit.read"] }), 403, "scope_too_wide");
	const owner = (await make()).session;
	expectStatus(await mint(owner, { scopes: ["audit.read"] }), 201);
	for (const scope of ["api_key.write", "org.write", "member.write", "invitation.write", "org.delete", "installation.write"]) {
		const answer = await mint(owner, { scopes: [scope] });
		assert.ok([403, 422].includes(answer.status), `${scope}: ${answer.status}`);
	}
	assert.ok([422].includes((await mint(owner, { scopes: ["nonsense.read"] })).status));
	assert.deepEqual(expectStatus(await mint(owner, { scopes: ["project.read", "project.read"] }), 201).scopes, ["project.read"]);
});

test("T-26 a pinned key's scopes are measured by the role on that project", async () => {
	const { org } = await make();
	const manager = await org.member("manager");
	const project = await org.project();
	await override(project, manager, "admin");
	const session = await manager.session();
	expectStatus(await mint(session, { project_id: project.id, scopes: ["audit.read"] }), 201);
	expectError(await mint(session, { scopes: ["audit.read"] }), 403, "scope_too_wide");
});

test("a service key needs api_key.write (manager); a personal token only membership", async () => {
	const { session } = await make("member");
	expectError(await mint(session), 403, "forbidden");
	expectStatus(await mint((await make("viewer")).session, { kind: "personal" }), 201);
	expectStatus(await mint((await make("manager")).session), 201);
});

test("fields: name 1–128, expires_at in the future and within 10 years, rate limit 1–60000, service-only fields", async () => {
	// Ten mints an hour and person: each look comes from another one.
	const { owner } = await make();
	const session = { post: async (...request) => (await (await owner.org.member("manager")).session()).post(...request) };
	expectField(await mint(session, { name: "" }), "name");
	expectField(await mint(session, { name: "x".repeat(129) }), "name");
	expectStatus(await mint(session, { name: "x".repeat(128) }), 201);
	for (const expires_at of [fromNow(-1000), fromNow(3660 * DAY), "soon"])
		expectField(await mint(session, { expires_at }), "expires_at");
	expectStatus(await mint(session, { expires_at: fromNow(DAY) }), 201);
	for (const rate_limit_per_minute of [0, 60001, -1, "9"])
		expectField(await mint(session, { rate_limit_per_minute }), "rate_limit_per_minute");
	expectField(await mint(session, { kind: "robot" }), "kind");
	for (const field of [{ scopes: ["org.read"] }, { environment: "live" }, { rate_limit_per_minute: 5 }])
		expectError(await mint(session, { kind: "personal", ...field }), 422, "validation_failed");
});

test("a rate limit above the default needs installation.write; below it doesn't", async () => {
	const { session } = await make();
	assert.equal(expectStatus(await mint(session, { rate_limit_per_minute: 100 }), 201).rate_limit_per_minute, 100);
	const wide = await mint(session, { rate_limit_per_minute: 6000 });
	assert.ok([403, 422].includes(wide.status), wide.text);
	const boss = await (await operator(server)).session();
	assert.equal(expectStatus(await mint(boss, { rate_limit_per_minute: 6000 }), 201).rate_limit_per_minute, 6000);
});

test("a project of another organization or a deleted one: 404; the console never has a service key", async () => {
	const { session, org } = await make();
	const stranger = await person(server);
	expectError(await mint(session, { project_id: stranger.org.defaultProject.id }), 404, "not_found");
	const gone = await org.project();
	await server.sql.run`UPDATE projects SET status = 'deleted', slug = id WHERE id = ${gone.id}`;
	expectError(await mint(session, { project_id: gone.id }), 404, "not_found");
	const boss = await (await operator(server)).session();
	const console_ = await mint(boss, { project_id: server.consoleId });
	assert.ok(console_.status >= 400 && console_.status < 500, console_.text);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM api_keys WHERE project_id = ${server.consoleId}`, 0);
});

async function withTokens(count) {
	const owner = await person(server);
	for (let i = 0; i < count; i++)
		await owner.token();
	return owner;
}

test("T-25 the 21st active personal token: 403 plan_limit_reached with its key and numbers; expired, revoked and retiring ones don't count", async () => {
	const owner = await withTokens(19);
	await owner.token({ expires_at: sqlTime(-1000) });
	await owner.token({ revoked_at: sqlTime(-1000) });
	const session = await owner.session();
	expectStatus(await mint(session, { kind: "personal" }), 201);
	const error = expectError(await mint(session, { kind: "personal" }), 403, "plan_limit_reached");
	assert.deepEqual(error.details, { limit_key: "personal_tokens", limit: 20, used: 20 });
	const { data } = expectStatus(await session.get("/api/v1/api_keys?kind=personal&status=active"), 200);
	expectStatus(await session.delete(`/api/v1/api_keys/${data[0].id}`), 204);
	expectStatus(await mint(session, { kind: "personal" }), 201);
});

test("T-25 TN-14 fifty mints at once with 19 active: exactly one 201 (the hourly limit of 10 mints aside)", async () => {
	const owner = await withTokens(19);
	// 10 an hour and user: the limit is part of the truth, so the race is among the ten that pass it, five times over.
	const sessions = await atOnce(50, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => mint(one, { kind: "personal" })));
	const seen = tally(answers);
	assert.equal(seen[201], 1, JSON.stringify(seen));
	assert.equal((seen[403] ?? 0) + (seen[429] ?? 0), 49);
	assert.ok(seen[403] >= 9, "at least nine reached the cap");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM api_keys WHERE user_id = ${owner.id} AND revoked_at IS NULL`, 20);
});

test("T-37 a pinned key's audit row stands in the project's chain, an unpinned one's in the organization's; no secret in either", async () => {
	const { org, session } = await make();
	const extra = await org.project();
	const pinned = expectStatus(await mint(session, { project_id: extra.id }), 201);
	const unpinned = expectStatus(await mint(session), 201);
	const rows = await server.sql.rows`SELECT chain_id, target_id, changes FROM audit_events WHERE org_id = ${org.id} AND action = 'api_key.created'`;
	assert.equal(rows.find(({ target_id }) => target_id === pinned.id).chain_id, extra.id);
	assert.equal(rows.find(({ target_id }) => target_id === unpinned.id).chain_id, org.id);
	for (const { changes } of rows)
		for (const key of [pinned, unpinned])
			assert.ok(!changes.includes(key.secret.slice(-20)));
});
