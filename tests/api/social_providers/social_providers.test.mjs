// Which providers a project's people may sign in with: settings, write-only secrets, readiness.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, GITHUB, makeId, person, sharedServer } from "../../harness/index.mjs";
import { digest } from "../../harness/secrets.mjs";
import { sql } from "../../harness/sql.mjs";
import { sqlTime } from "../../harness/clock.mjs";

const server = await sharedServer();
const AT = "/api/v1/social_providers";

const APPLE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
`;

async function make(options = {}) {
	const owner = await person(server);
	const session = await owner.session(options);
	return { owner, project: owner.project, session };
}

/** Somebody of the project who signs in with the provider. */
async function linked(project, provider) {
	const user = makeId("usr");
	await server.sql.query(sql`INSERT INTO users (project_id, id, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		VALUES (${project.id}, ${user}, '', '{}', 'active', FALSE, ${digest(user)}, 1, 1, ${sqlTime()}, ${sqlTime()})`);
	await server.sql.query(sql`INSERT INTO user_identities (project_id, id, user_id, provider, subject, email, is_email_verified, linked_at)
		VALUES (${project.id}, ${makeId("idn")}, ${user}, ${provider}, ${Buffer.from(user)}, NULL, FALSE, ${sqlTime()})`);
}

test("a provider is set up, shown without its secret, changed, and taken away", async () => {
	const { session } = await make();
	const made = expectStatus(await session.put(`${AT}/github`, GITHUB), 200);
	assert.equal(made.name, "GitHub");
	assert.equal(made.ready, true);
	assert.deepEqual(made.problems, []);
	assert.deepEqual(made.client_secret, { set: true, last4: GITHUB.client_secret.slice(-4) });
	assert.equal(made.callback_url, `${server.authUrl}/api/v1/social/callback`);
	assert.deepEqual(expectStatus(await session.get(AT), 200).data, [made]);
	assert.ok(!JSON.stringify(made).includes(GITHUB.client_secret));

	const off = expectStatus(await session.put(`${AT}/github`, { enabled: false, client_id: "Iv1.other" }), 200);
	assert.equal(off.ready, false);
	assert.equal(off.client_id, "Iv1.other");
	expectStatus(await session.delete(`${AT}/github`), 204);
	assert.deepEqual(expectStatus(await session.get(AT), 200).data, []);
	expectError(await session.delete(`${AT}/github`), 404, "not_found");
});

test("rule 36 saving without a secret keeps it, and it is sealed", async () => {
	const { session, project } = await make();
	expectStatus(await session.put(`${AT}/github`, GITHUB), 200);
	const before = await server.sql.value`SELECT HEX(secret_sealed) FROM social_providers WHERE project_id = ${project.id}`;
	const kept = expectStatus(await session.put(`${AT}/github`, { enabled: true, client_id: GITHUB.client_id }), 200);
	assert.deepEqual(kept.client_secret, { set: true, last4: GITHUB.client_secret.slice(-4) });
	assert.equal(await server.sql.value`SELECT HEX(secret_sealed) FROM social_providers WHERE project_id = ${project.id}`, before);
	assert.ok(!Buffer.from(before, "hex").includes(GITHUB.client_secret));
	const changed = expectStatus(await session.put(`${AT}/github`, { ...GITHUB, client_secret: "another secret" }), 200);
	assert.equal(changed.client_secret.last4, "cret");
	const audit = JSON.stringify(await server.sql.query(sql`SELECT changes FROM audit_events WHERE project_id = ${project.id}`));
	assert.ok(!audit.includes(GITHUB.client_secret) && !audit.includes("another secret"));
});

test("rule 36 a secret doesn't go to another issuer: it is given again, or missing", async () => {
	const { session } = await make();
	const said = { enabled: true, client_id: "abc", issuer: "https://one.example.com" };
	expectStatus(await session.put(`${AT}/oidc_own`, { ...said, client_secret: "only for one" }), 200);
	assert.equal(expectStatus(await session.put(`${AT}/oidc_own`, said), 200).client_secret.set, true);
	const moved = expectStatus(await session.put(`${AT}/oidc_own`, { ...said, issuer: "https://two.example.com" }), 200);
	assert.deepEqual([moved.client_secret.set, moved.ready], [false, false]);
	assert.equal(expectStatus(await session.put(`${AT}/oidc_own`, { ...said, client_secret: "again" }), 200).client_secret.set, true);
});

test("what is missing is a problem, and who isn't ready says so", async () => {
	const { session } = await make();
	const github = expectStatus(await session.put(`${AT}/github`, { enabled: true, client_id: "x" }), 200);
	assert.deepEqual([github.ready, github.problems], [false, ["client_secret_missing"]]);
	const apple = expectStatus(await session.put(`${AT}/apple`, { enabled: true, client_id: "com.example.web" }), 200);
	assert.deepEqual(apple.problems, ["private_key_missing", "team_id_missing", "key_id_missing"]);
	const whole = expectStatus(await session.put(`${AT}/apple`, { enabled: true, client_id: "com.example.web", team_id: "ABCDE12345", key_id: "KEY1234567", private_key: APPLE_KEY }), 200);
	assert.equal(whole.ready, true);
	assert.deepEqual(whole.private_key, { set: true, last4: null });
	assert.deepEqual(whole.client_secret, { set: false, last4: null });
	const generic = expectStatus(await session.put(`${AT}/oidc_acme`, { enabled: true, client_id: "x", client_secret: "a long secret" }), 200);
	assert.deepEqual(generic.problems, ["issuer_missing"]);
});

test("settings of other providers and what isn't one are refused by name", async () => {
	const { session } = await make();
	const put = (key, more) => session.put(`${AT}/${key}`, { ...GITHUB, ...more });
	expectStatus(await put("github"), 200);
	expectField(await put("github", { tenant: "acme" }), "tenant", "not_here");
	expectField(await put("github", { issuer: "https://id.example.com" }), "issuer", "not_here");
	expectField(await put("github", { team_id: "ABCDE12345" }), "team_id", "not_here");
	expectField(await put("github", { private_key: APPLE_KEY }), "private_key", "not_here");
	expectField(await put("apple"), "client_secret", "not_here");
	expectField(await session.put(`${AT}/apple`, { enabled: true, client_id: "x", private_key: "no key" }), "private_key", "pattern");
	expectField(await put("oidc_acme", { issuer: "http://id.example.com" }), "issuer");
	expectField(await put("microsoft", { tenant: "a/b" }), "tenant", "pattern");
	expectField(await put("github", { scopes: ["a b"] }), "scopes[0]", "pattern");
	expectField(await put("github", { client_id: "x".repeat(513) }), "client_id", "length");
	expectField(await session.put(`${AT}/github`, {}), "enabled", "required");
	for (const key of ["nobody", "oidc_", "oidc_UPPER", `oidc_${"z".repeat(33)}`])
		expectError(await put(key), 404, "not_found");
});

test("SS-06 a provider that people sign in with keeps its issuer and can't be deleted: 409 provider_in_use", async () => {
	const { session, project } = await make();
	const put = (issuer) => session.put(`${AT}/oidc_acme`, { ...GITHUB, issuer });
	expectStatus(await put("https://one.example.com"), 200);
	expectStatus(await put("https://two.example.com"), 200);
	await linked(project, "oidc_acme");
	expectError(await put("https://three.example.com"), 409, "provider_in_use");
	expectStatus(await put("https://two.example.com"), 200);
	expectError(await session.delete(`${AT}/oidc_acme`), 409, "provider_in_use");
	await server.sql.query(sql`DELETE FROM user_identities WHERE project_id = ${project.id}`);
	expectStatus(await session.delete(`${AT}/oidc_acme`), 204);
});

test("TN-01 another project's providers aren't there", async () => {
	const mine = await make();
	const other = await make();
	expectStatus(await mine.session.put(`${AT}/github`, GITHUB), 200);
	assert.deepEqual(expectStatus(await other.session.get(AT), 200).data, []);
	expectError(await other.session.delete(`${AT}/github`), 404, "not_found");
	expectError(await other.session.post(`${AT}/github/check`, {}), 404, "not_found");
	expectStatus(await mine.session.delete(`${AT}/github`), 204);
});

test("changes are recorded as social_provider.updated and .deleted", async () => {
	const { session, project } = await make();
	await session.put(`${AT}/github`, GITHUB);
	await session.delete(`${AT}/github`);
	const rows = await server.sql.query(sql`SELECT action FROM audit_events WHERE project_id = ${project.id} ORDER BY id`);
	assert.deepEqual(rows.map(({ action }) => action), ["social_provider.updated", "social_provider.deleted"]);
});
