// Users of a project: made, shown, changed, deleted, and nobody else's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectField, expectStatus, makeEmail, makeId, makePassword, person, sharedServer, signIn, waitForMail } from "../../harness/index.mjs";
import { basic, makeProject } from "../oauth/oauth.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.project, session: await owner.session(), key: await owner.org.key({ project: owner.project }) };
}

const events = (project, type) => server.sql.rows`SELECT type, subject_id, data FROM events WHERE project_id = ${project.id} AND type = ${type}`;

test("POST /users: every field comes back as it was said, and is recorded", async () => {
	const { project, key } = await make();
	const email = makeEmail("Ada");
	const body = {
		email, email_verified: true, phone: "+4915112345678", username: "Ada_L", external_id: "crm:42", name: "Ada Lovelace", locale: "en-GB",
		metadata: { tier: "gold", tags: ["a", "b"], deep: { one: 1 } },
	};
	const user = expectStatus(await key.post("/api/v1/users", body), 201);
	assert.match(user.id, /^usr_[a-z0-9]{16}$/);
	for (const [name, value] of Object.entries({ ...body, username: "ada_l", phone_verified: false, status: "active", anonymous: false, has_password: false, mfa_enabled: false, image_url: null, locked: false, ban_reason: null, ban_expires_at: null, last_sign_in_at: null }))
		assert.deepEqual(user[name], value, name);
	assert.deepEqual(expectStatus(await key.get(`/api/v1/users/${user.id}`), 200), user);
	const [event] = await events(project, "user.created");
	assert.equal(event.subject_id, user.id);
	assert.equal(JSON.parse(event.data).username, "ada_l");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.created' AND target_id = ${user.id}`, 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${project.id}`, 0);
});

test("the user object: mfa_enabled with a confirmed factor, image_url with a picture that can be fetched", async () => {
	const { project, key } = await make();
	const one = expectStatus(await key.post("/api/v1/users", { email: makeEmail() }), 201);
	const two = expectStatus(await key.post("/api/v1/users", { email: makeEmail() }), 201);
	const factor = (user, kind, confirmed) => server.sql.run`INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, sign_count, is_backup_eligible, is_backed_up, created_at)
		VALUES (${project.id}, ${makeId("fac")}, ${user.id}, ${kind}, 'x', ${confirmed}, 0, FALSE, FALSE, NOW(3))`;
	await factor(one, "totp", null);
	await factor(one, "codes", new Date());
	await factor(two, "totp", new Date());
	const digest = Buffer.alloc(32, 7);
	await server.sql.run`UPDATE users SET image_digest = ${digest} WHERE project_id = ${project.id} AND id = ${two.id}`;
	const list = new Map(expectStatus(await key.get("/api/v1/users"), 200).data.map((user) => [user.id, user]));
	for (const [id, mfa, image] of [[one.id, false, null], [two.id, true, digest.toString("hex")]])
		for (const user of [list.get(id), expectStatus(await key.get(`/api/v1/users/${id}`), 200)]) {
			assert.equal(user.mfa_enabled, mfa);
			assert.ok(image === null ? user.image_url === null : user.image_url.startsWith("https://") && user.image_url.includes(project.clientId), user.image_url);
		}
});

test("POST /users with send_welcome mails the address once, with the sign-in page; without it nobody is mailed", async () => {
	const { project, key } = await make();
	const email = makeEmail("welcome");
	expectField(await key.post("/api/v1/users", { external_id: "1", send_welcome: true }), "send_welcome", "missing");
	expectStatus(await key.post("/api/v1/users", { email: makeEmail("quiet"), send_welcome: false }), 201);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${project.id}`, 0);
	const user = expectStatus(await key.post("/api/v1/users", { email, name: "Ada", send_welcome: true }), 201);
	const mail = await waitForMail(server, email);
	assert.match(mail.text, new RegExp(`/p/${project.clientId}/sign-in`));
	assert.deepEqual(await server.sql.rows`SELECT template, user_id FROM messages WHERE project_id = ${project.id}`, [{ template: "welcome", user_id: user.id }]);
	// A create that fails mails nobody.
	expectError(await key.post("/api/v1/users", { email, send_welcome: true }), 409, "email_taken");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${project.id}`, 1);
});

test("POST /users: what is wrong is named; one identifier is enough, none isn't", async () => {
	const { key } = await make();
	const bad = [
		[{}, "email", "required"], [{ email: "nonsense" }, "email", "email"], [{ email: "ä@example.com" }, "email", "email"],
		[{ phone: "0151" }, "phone", "pattern"], [{ phone: "+0123456789" }, "phone", "pattern"], [{ username: "1ada" }, "username", "pattern"],
		[{ username: "ad" }, "username", "length"], [{ username: "ada lovelace" }, "username", "pattern"], [{ external_id: "x".repeat(256) }, "external_id", "length"],
		[{ email: makeEmail(), name: "x".repeat(256) }, "name", "length"], [{ email: makeEmail(), name: "a\u202eb" }, "name", "characters"],
		[{ email: makeEmail(), locale: "english please" }, "locale", "pattern"], [{ email: makeEmail(), metadata: [] }, "metadata", "type"],
		[{ email: makeEmail(), metadata: { a: "x".repeat(16384) } }, "metadata", "length"],
		[{ email: makeEmail(), metadata: JSON.parse(`${'{"a":'.repeat(9)}1${"}".repeat(9)}`) }, "metadata", "depth"],
		[{ username: "adal", email_verified: true }, "email_verified", "missing"], [{ email: makeEmail(), status: "banned" }, "status", "unknown"],
		[{ email: makeEmail(), id: makeId("usr") }, "id", "unknown"],
	];
	for (const [body, field, rule] of bad)
		expectField(await key.post("/api/v1/users", body), field, rule);
	for (const body of [{ email: makeEmail() }, { phone: "+12125550123" }, { username: "ada" }, { external_id: "7" }, { email: makeEmail(), metadata: JSON.parse(`${'{"a":'.repeat(8)}1${"}".repeat(8)}`) }])
		expectStatus(await key.post("/api/v1/users", body), 201);
});

test("rule 2: an e-mail, username, phone or external id belongs to one user of a project, however it is spelled", async () => {
	const { key } = await make();
	const other = await make();
	const email = makeEmail("once");
	const taken = { email_taken: { email }, username_taken: { username: "once" }, phone_taken: { phone: "+491701234567" }, external_id_taken: { external_id: "a" } };
	const first = expectStatus(await key.post("/api/v1/users", Object.assign({}, ...Object.values(taken))), 201);
	const second = expectStatus(await key.post("/api/v1/users", { email: makeEmail() }), 201);
	for (const [code, body] of Object.entries(taken)) {
		expectError(await key.post("/api/v1/users", body), 409, code);
		expectError(await key.patch(`/api/v1/users/${second.id}`, body), 409, code);
		expectStatus(await key.patch(`/api/v1/users/${first.id}`, body), 200);
		expectStatus(await other.key.post("/api/v1/users", body), 201);
	}
	expectError(await key.post("/api/v1/users", { email: email.toUpperCase() }), 409, "email_taken");
	expectError(await key.post("/api/v1/users", { username: "ONCE" }), 409, "username_taken");
	expectStatus(await key.post("/api/v1/users", { external_id: "A" }), 201);
});

test("rule 2: eight creates with one e-mail at once: one 201, the others 409 email_taken", async () => {
	const { project, key } = await make();
	const email = makeEmail("race");
	const answers = await atOnce(8, () => key.post("/api/v1/users", { email }));
	assert.equal(answers.filter(({ status }) => status === 201).length, 1);
	for (const answer of answers.filter(({ status }) => status !== 201))
		expectError(answer, 409, "email_taken");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id}`, 1);
});

test("TN-01: a user of A doesn't exist in B, whatever is asked", async () => {
	const { key } = await make();
	const other = await make();
	const email = makeEmail("two");
	const mine = expectStatus(await key.post("/api/v1/users", { email, external_id: "x" }), 201);
	const theirs = expectStatus(await other.key.post("/api/v1/users", { email }), 201);
	assert.notEqual(mine.id, theirs.id);
	for (const [method, path, json] of [
		["GET", ""], ["PATCH", "", { name: "x" }], ["DELETE", ""], ["GET", "/sessions"], ["DELETE", "/sessions"], ["PUT", "/password", { password: makePassword() }],
		...["activate", "deactivate", "ban", "unban", "unlock"].map((verb) => ["POST", `/${verb}`, {}]),
	]) {
		expectError(await other.key.request(method, `/api/v1/users/${mine.id}${path}`, { json }), 404, "not_found");
		expectError(await key.request(method, `/api/v1/users/${makeId("usr")}${path}`, { json }), 404, "not_found");
	}
	expectError(await other.key.get("/api/v1/users/lookup?external_id=x"), 404, "not_found");
	assert.equal(expectStatus(await key.get("/api/v1/users/lookup?external_id=x"), 200).id, mine.id);
	assert.deepEqual(expectStatus(await other.key.get("/api/v1/users"), 200).data.map(({ id }) => id), [theirs.id]);
	assert.deepEqual(expectStatus(await other.key.get(`/api/v1/users?search=${mine.id}`), 200).data, []);
	assert.equal(expectStatus(await key.get(`/api/v1/users/${mine.id}`), 200).name, "");
});

test("GET /users/lookup: by e-mail in any spelling or by external id, one of them", async () => {
	const { key } = await make();
	const email = makeEmail("look");
	const user = expectStatus(await key.post("/api/v1/users", { email, external_id: "a b" }), 201);
	assert.equal(expectStatus(await key.get(`/api/v1/users/lookup?email=${encodeURIComponent(email.toUpperCase())}`), 200).id, user.id);
	assert.equal(expectStatus(await key.get("/api/v1/users/lookup?external_id=a%20b"), 200).id, user.id);
	expectError(await key.get("/api/v1/users/lookup?external_id=a"), 404, "not_found");
	expectError(await key.get("/api/v1/users/lookup?email=nobody"), 404, "not_found");
	expectField(await key.get("/api/v1/users/lookup"), "email", "one_of");
	expectField(await key.get(`/api/v1/users/lookup?external_id=a&email=${encodeURIComponent(email)}`), "email", "one_of");
});

test("PATCH /users/{id}: metadata is merged by its top-level members, null takes one away; the whole stays within 16 KB", async () => {
	const { key } = await make();
	const user = expectStatus(await key.post("/api/v1/users", { email: makeEmail(), metadata: { keep: 1, drop: 2, change: { a: 1, b: 2 } } }), 201);
	const patch = async (metadata) => key.patch(`/api/v1/users/${user.id}`, { metadata });
	assert.deepEqual(expectStatus(await patch({ drop: null, change: { c: 3 }, added: "x" }), 200).metadata, { keep: 1, change: { c: 3 }, added: "x" });
	expectField(await patch({ big: "x".repeat(16370) }), "metadata", "length");
	expectField(await patch([1]), "metadata", "type");
	assert.deepEqual(expectStatus(await patch({}), 200).metadata, { keep: 1, change: { c: 3 }, added: "x" });
});

test("PATCH /users/{id}: a new e-mail isn't verified, another spelling of it stays so; null clears, but one identifier stays", async () => {
	const { key, project } = await make();
	const email = makeEmail("spell");
	const user = expectStatus(await key.post("/api/v1/users", { email, email_verified: true, username: "speller" }), 201);
	const patch = (body) => key.patch(`/api/v1/users/${user.id}`, body);
	assert.equal(expectStatus(await patch({ email: email.toUpperCase() }), 200).email_verified, true);
	await server.sql.run`INSERT INTO one_time_tokens (project_id, token_digest, purpose, user_id, expires_at) VALUES (${project.id}, ${Buffer.alloc(32, 1)}, 'reset', ${user.id}, '2099-01-01')`;
	assert.equal(expectStatus(await patch({ email: makeEmail("other") }), 200).email_verified, false);
	assert.ok(await server.sql.value`SELECT used_at FROM one_time_tokens WHERE project_id = ${project.id} AND user_id = ${user.id}`, "links mailed to the old address are dead");
	assert.equal(expectStatus(await patch({ email_verified: true }), 200).email_verified, true);
	assert.equal(expectStatus(await patch({ email: null }), 200).email_verified, false);
	expectField(await patch({ username: null }), "external_id", "required");
	expectField(await patch({ email_verified: true }), "email_verified", "missing");
	expectStatus(await patch({ phone: "+12125550199", username: null }), 200);
	const [event] = (await events(project, "user.updated")).slice(-1);
	assert.equal(JSON.parse(event.data).phone, "+12125550199");
});

test("PATCH and DELETE honour If-Match", async () => {
	const { key } = await make();
	const made = await key.post("/api/v1/users", { email: makeEmail() });
	const path = `/api/v1/users/${made.json.id}`;
	const etag = (await key.get(path)).headers.etag;
	expectStatus(await key.patch(path, { name: "One" }, { headers: { "If-Match": etag } }), 200);
	expectError(await key.patch(path, { name: "Two" }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	expectError(await key.delete(path, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	assert.equal((await key.get(path)).json.name, "One");
	expectStatus(await key.delete(path, { headers: { "If-Match": (await key.get(path)).headers.etag } }), 204);
});

test("POST /users with a password: judged, hashed, never shown; PUT …/password replaces it and ends sessions unless told otherwise", async () => {
	const { key, project } = await make();
	const email = makeEmail("pass");
	expectError(await key.post("/api/v1/users", { email, password: "password" }), 422, "weak_password");
	const password = makePassword();
	const answer = await key.post("/api/v1/users", { email, email_verified: true, password });
	const user = expectStatus(answer, 201);
	assert.equal(user.has_password, true);
	assert.equal(answer.text.includes(password), false);
	await signIn(server, { email, password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
	const sessions = async () => expectStatus(await key.get(`/api/v1/users/${user.id}/sessions`), 200).data;
	assert.equal((await sessions()).length, 1);
	const version = async () => server.sql.value`SELECT token_version FROM users WHERE project_id = ${project.id} AND id = ${user.id}`;
	const before = await version();
	expectError(await key.put(`/api/v1/users/${user.id}/password`, { password: "12345678" }), 422, "weak_password");
	expectStatus(await key.put(`/api/v1/users/${user.id}/password`, { password: makePassword(), sign_out: false }), 204);
	assert.equal((await sessions()).length, 1);
	expectStatus(await key.put(`/api/v1/users/${user.id}/password`, { password: makePassword() }), 204);
	assert.equal((await sessions()).length, 0);
	assert.ok(await version() > before, "older tokens are worth nothing");
	assert.equal((await events(project, "password.changed")).length, 2);
});

test("rule 34: DELETE erases the person at once and frees the address; the id is nobody's afterwards", async () => {
	const { key, project } = await make();
	const email = makeEmail("gone");
	const body = { email, username: "gone", phone: "+491700000001", external_id: "gone", name: "Gone Girl", metadata: { secret: "s" } };
	const user = expectStatus(await key.post("/api/v1/users", { ...body, password: makePassword() }), 201);
	const kept = expectStatus(await key.post("/api/v1/users", { email: makeEmail("kept"), password: makePassword() }), 201);
	await server.sql.run`INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, sign_count, is_backup_eligible, is_backed_up, created_at)
		VALUES (${project.id}, ${makeId("fac")}, ${user.id}, 'totp', 'App', NOW(3), 0, FALSE, FALSE, NOW(3))`;
	await server.sql.run`INSERT INTO user_identities (project_id, id, user_id, provider, subject, is_email_verified, linked_at)
		VALUES (${project.id}, ${makeId("idn")}, ${user.id}, 'github', '4711', TRUE, NOW(3))`;
	expectStatus(await key.delete(`/api/v1/users/${user.id}`), 204);
	expectError(await key.get(`/api/v1/users/${user.id}`), 404, "not_found");
	expectError(await key.delete(`/api/v1/users/${user.id}`), 404, "not_found");
	for (const [method, at, data] of [["get", "/sessions"], ["get", "/factors"], ["get", "/identities"], ["get", "/export"], ["delete", "/sessions"], ["put", "/password", { password: makePassword() }],
		["post", "/mail", { template: "verification" }], ["post", "/ban", {}], ["post", "/activate", {}], ["post", "/unlock", {}]]) {
		expectError(await key[method](`/api/v1/users/${user.id}${at}`, data), 404, "not_found");
		assert.notEqual((await key[method](`/api/v1/users/${kept.id}${at}`, data)).status, 404, `${method} ${at} of somebody who is there`);
	}
	for (const table of ["user_passwords", "user_factors", "user_identities", "backup_codes", "sessions", "user_words", "one_time_tokens", "messages"])
		assert.equal(await server.sql.value([`SELECT COUNT(*) FROM ${table} WHERE user_id = `, ""], user.id), 0, table);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_passwords WHERE user_id = ${kept.id}`, 1);
	const row = (await server.sql.rows`SELECT * FROM users WHERE project_id = ${project.id} AND id = ${user.id}`)[0];
	for (const name of ["email", "email_key", "phone", "username", "external_id", "locale"])
		assert.equal(row[name], null, name);
	assert.equal(row.name, "");
	assert.equal(row.metadata, "{}");
	assert.deepEqual(expectStatus(await key.get("/api/v1/users?include_total=true"), 200).data.map(({ id }) => id), [kept.id]);
	const again = expectStatus(await key.post("/api/v1/users", body), 201);
	assert.notEqual(again.id, user.id);
	const [event] = await events(project, "user.deleted");
	assert.equal(event.subject_id, user.id);
	assert.equal(event.data.toString().includes(email), false);
});

test("what a role may: a viewer reads, a manager writes, an admin deletes", async () => {
	const { org, key } = await make();
	const user = expectStatus(await key.post("/api/v1/users", { email: makeEmail() }), 201);
	const path = `/api/v1/users/${user.id}`;
	const [viewer, manager, admin] = await Promise.all(["viewer", "manager", "admin"].map(async (role) => (await org.member(role)).session()));
	expectStatus(await viewer.get(path), 200);
	expectError(await viewer.patch(path, { name: "x" }), 403, "forbidden");
	expectStatus(await manager.patch(path, { name: "x" }), 200);
	expectError(await manager.delete(path), 403, "forbidden");
	expectStatus(await admin.delete(path), 204);
});

/** A project whose default client's secret is known, with a user in it. */
async function makeWithSecret(options) {
	const project = await makeProject(server, { type: "hybrid", ...options });
	const key = await project.owner.org.key({ project: { ...project, environment: "test" } });
	const email = makeEmail("basic");
	const user = expectStatus(await key.post("/api/v1/users", { email, external_id: "crm 7" }), 201);
	return { ...project, user, email, key };
}

const LOOKUP = "/api/v1/users/lookup?external_id=crm%207";
const byBasic = (id, secret, target = LOOKUP, headers = {}) => new Client(server, { check: false }).request("GET", target, { headers: { ...basic(id, secret), ...headers } });

test("rule 22: GET /users/lookup takes an application's id and secret, and finds its project's people", async () => {
	const project = await makeWithSecret();
	const other = await makeWithSecret();
	assert.equal(expectStatus(await byBasic(project.clientId, project.secret), 200).id, project.user.id);
	assert.equal(expectStatus(await byBasic(project.clientId, project.secret, `/api/v1/users/lookup?email=${encodeURIComponent(project.email)}`), 200).id, project.user.id);
	expectError(await byBasic(project.clientId, project.secret, `/api/v1/users/lookup?email=${encodeURIComponent(other.email)}`), 404, "not_found");
	// Its project is the one it belongs to, whatever else is named.
	assert.equal(expectStatus(await byBasic(project.clientId, project.secret, LOOKUP, { "X-Project-Id": other.id }), 200).id, project.user.id);
	expectStatus(await byBasic(project.clientId, project.secret, LOOKUP, { "X-Org-Id": project.owner.org.id }), 200);
	expectError(await byBasic(project.clientId, project.secret, LOOKUP, { "X-Org-Id": other.owner.org.id }), 403, "org_mismatch");
});

test("rule 22: wrong, old, public, foreign and self-registered clients are refused, and one of the console", async () => {
	const project = await makeWithSecret();
	const headers = { "X-Project-Id": project.id };
	const add = async (body) => expectStatus(await project.session.post("/api/v1/clients", { name: "Shop", ...body }, { headers }), 201);
	const refuse = async (id, secret, what) => {
		const answer = await byBasic(id, secret);
		expectError(answer, 401, "unauthorized");
		assert.match(answer.headers["www-authenticate"], /^Basic realm=/, what);
	};
	const shop = await add({ type: "web" });
	expectStatus(await byBasic(shop.id, shop.client_secret), 200);
	await refuse(shop.id, `${shop.client_secret}x`, "a wrong secret");
	await refuse(shop.id, project.secret, "another client's secret");
	await refuse(`${shop.id} `, shop.client_secret, "an id with a space");
	await refuse(`cli_${"0".repeat(16)}`, shop.client_secret, "an unknown id");
	await refuse((await add({ type: "spa" })).id, "", "a public client");
	const foreign = await add({ type: "web", first_party: false });
	await refuse(foreign.id, foreign.client_secret, "somebody else's application");
	for (const [column, bad, good] of [["source", "'dcr'", "'dashboard'"], ["is_active", "FALSE", "TRUE"], ["token_endpoint_auth_method", "'private_key_jwt'", "'client_secret_post'"]]) {
		await server.sql.query(`UPDATE clients SET ${column} = ${bad} WHERE id = '${shop.id}'`);
		await refuse(shop.id, shop.client_secret, column);
		await server.sql.query(`UPDATE clients SET ${column} = ${good} WHERE id = '${shop.id}'`);
		expectStatus(await byBasic(shop.id, shop.client_secret), 200);
	}
	const rotated = expectStatus(await project.session.post(`/api/v1/clients/${shop.id}/rotate_secret`, {}, { headers }), 200);
	await refuse(shop.id, shop.client_secret, "the secret before");
	expectStatus(await byBasic(shop.id, rotated.client_secret), 200);
	const old = expectStatus(await project.session.post(`/api/v1/clients/${shop.id}/rotate_secret`, { grace_s: 600 }, { headers }), 200);
	for (const secret of [rotated.client_secret, old.client_secret])
		expectStatus(await byBasic(shop.id, secret), 200);
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${project.owner.org.id}`;
	expectError(await byBasic(shop.id, old.client_secret), 403, "org_suspended");
});

test("rule 22: Basic opens nothing else, and no cookie helps it", async () => {
	const project = await makeWithSecret();
	for (const target of [`/api/v1/users/${project.user.id}`, "/api/v1/users", "/api/v1/clients", "/api/v1/whoami", "/api/v1/projects"])
		expectError(await byBasic(project.clientId, project.secret, target), 401, "unauthorized");
	expectError(await project.session.with({ check: false }).request("GET", LOOKUP, { headers: { ...basic(project.clientId, "wrong"), "X-Project-Id": project.id } }), 401, "unauthorized");
	expectStatus(await project.session.request("GET", LOOKUP, { headers: { "X-Project-Id": project.id } }), 200);
	expectStatus(await byBasic(project.clientId, project.secret), 200);
});
