// Who am I, where do I belong: /me, /me/orgs, /whoami, /org_roles.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, makeId, makePublicId, override, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

test("/me: the person and the organization of now", async () => {
	const owner = await person(server, { name: "Ada" });
	for (const client of [await owner.session(), await owner.token()]) {
		const me = expectStatus(await client.get("/api/v1/me"), 200);
		assert.deepEqual([me.id, me.email, me.email_verified, me.name], [owner.id, owner.email, true, "Ada"]);
		assert.deepEqual([me.org.id, me.org.slug, me.org.role], [owner.org.id, owner.org.slug, "owner"]);
		for (const name of ["username", "locale", "image_url"])
			assert.equal(me[name], null);
	}
	expectError(await (await owner.org.key()).get("/api/v1/me"), 403, "credential_not_allowed");
});

test("/me of a person without any organization: org is null", async () => {
	const lonely = await person(server);
	const home = lonely.org;
	await home.member("owner");
	await server.sql.run`DELETE FROM members WHERE user_id = ${lonely.id}`;
	assert.equal(expectStatus(await (await lonely.session({ org: null })).get("/api/v1/me"), 200).org, null);
});

test("/me/orgs: every organization with its projects and effective roles; a token sees its own alone", async () => {
	const owner = await person(server);
	const other = await person(server);
	const extra = await other.org.project({ name: "Extra", environment: "test" });
	await owner.join(other.org, "member");
	await override(extra, owner, "admin");
	const { data } = expectStatus(await (await owner.session()).get("/api/v1/me/orgs"), 200);
	assert.deepEqual(data.map(({ id }) => id).sort(), [owner.org.id, other.org.id].sort());
	const joined = data.find(({ id }) => id === other.org.id);
	assert.equal(joined.role, "member");
	assert.equal(joined.plan, null);
	assert.deepEqual(joined.projects.map(({ id, role, is_default, environment }) => ({ id, role, is_default, environment })).sort((a, b) => (a.id < b.id ? -1 : 1)), [
		{ id: other.org.defaultProject.id, role: "member", is_default: true, environment: "live" }, { id: extra.id, role: "admin", is_default: false, environment: "test" },
	].sort((a, b) => (a.id < b.id ? -1 : 1)));
	const narrow = expectStatus(await (await owner.token()).get("/api/v1/me/orgs"), 200).data;
	assert.deepEqual(narrow.map(({ id }) => id), [owner.org.id]);
});

test("/me/orgs: an organization whose projects are more than an answer holds says so, and so does the one behind it", async () => {
	const owner = await person(server);
	const [small, behind] = [await person(server), await person(server)];
	await owner.join(behind.org, "member");
	await owner.join(small.org, "member");
	const session = await owner.session();
	const orgs = async () => expectStatus(await session.get("/api/v1/me/orgs"), 200).data.map(({ projects, has_more_projects }) => [projects.length, has_more_projects]);
	assert.deepEqual(await orgs(), [[1, false], [1, false], [1, false]]);
	const large = [owner.org, small.org, behind.org].sort((a, b) => (a.id < b.id ? -1 : 1))[1];
	// The copies of a project's row, for making 1,999 by requests takes an hour.
	for (const [more, expected] of [[1997, [[1, false], [1998, false], [1, false]]], [1, [[1, false], [1999, true], [0, true]]]]) {
		const ids = Array.from({ length: more }, () => makeId("prj"));
		await server.sql.query(`INSERT INTO projects (id, org_id, client_id, name, slug, type, environment, status, version, created_at, updated_at)
			VALUES ${ids.map((id) => `('${id}', '${large.id}', '${makePublicId()}', 'n', '${id.replace("_", "-")}', 'web', 'live', 'active', 1, NOW(3), NOW(3))`).join(", ")}`);
		assert.deepEqual(await orgs(), expected);
	}
});

test("/whoami says what the credential is and where it works", async () => {
	const owner = await person(server);
	const extra = await owner.org.project();
	const session = expectStatus(await (await owner.session()).get("/api/v1/whoami"), 200);
	assert.equal(session.credential.kind, "session");
	assert.equal(session.user.id, owner.id);
	assert.equal(session.role, "owner");
	assert.equal(session.pinned, false);
	const token = await owner.token({ name: "CLI" });
	const personal = expectStatus(await token.get("/api/v1/whoami"), 200);
	assert.deepEqual([personal.credential.kind, personal.credential.id, personal.credential.name, personal.credential.last4], ["personal_token", token.id, "CLI", token.secret.slice(-4)]);
	const key = await owner.org.key({ project: extra, scopes: ["project.read"] });
	const service = expectStatus(await key.get("/api/v1/whoami"), 200);
	assert.deepEqual([service.credential.kind, service.credential.environment, service.credential.scopes, service.user, service.role, service.pinned, service.project.id, service.environment_matches], ["service_key", "live", ["project.read"], null, null, true, extra.id, true]);
	assert.equal(service.org.id, owner.org.id);
});

test("/org_roles is the table of least roles", async () => {
	const owner = await person(server);
	const answer = await (await owner.session()).get("/api/v1/org_roles");
	expectStatus(answer, 200);
	for (const word of ["owner", "viewer", "project.create", "audit.read", "org.delete"])
		assert.ok(answer.text.includes(`"${word}"`), word);
	expectStatus(await (await owner.org.key({ scopes: ["project.read"] })).get("/api/v1/org_roles"), 200);
});

test("the console's people are users of project zero: a deactivated or banned one's credentials stop", async () => {
	for (const status of ["deactivated", "banned"]) {
		const owner = await person(server);
		const clients = [await owner.session(), await owner.token()];
		for (const client of clients)
			expectStatus(await client.get("/api/v1/me"), 200);
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${owner.id}`;
		for (const client of clients)
			expectError(await client.get("/api/v1/me"), 401, "unauthorized");
	}
});
