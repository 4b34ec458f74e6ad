// GET /palette/search: any id, name or slug of what the person may see leads to its page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { auditEvent, event, expectField, expectStatus, inviteCode, invitation, license, makeSlug, override, person, sharedServer, user } from "../../harness/index.mjs";

const server = await sharedServer();

const find = async (client, q) => expectStatus(await client.get(`/api/v1/palette/search?q=${encodeURIComponent(q)}`), 200).data;
const short = ({ type, id, url }) => ({ type, id, url });

/** One of everything, with the address it should lead to. */
async function furnish(org) {
	const project = await org.project({ name: makeSlug("Palette shop") });
	const pinnedName = makeSlug("Pinned");
	const [key, pinned] = [await org.key(), await org.key({ project, name: pinnedName })];
	const member = await org.member("viewer", { name: makeSlug("Grace") });
	const guest = await invitation(org);
	const at = (page, id) => `/dashboard/orgs/${org.id}/${page}${id ? `#${id}` : ""}`;
	const inProject = (page, id) => `/dashboard/projects/${project.id}${page}${id ? `#${id}` : ""}`;
	const code = await inviteCode(org);
	const [orgEntry, entry] = [await auditEvent(org), await auditEvent(org, { project })];
	const happened = await event(project, { server });
	const shopper = await user(project, { server, name: makeSlug("Shopper") });
	return {
		project, member,
		byId: [
			["org", org.id, at("projects")], ["project", project.id, inProject("")], ["client", project.clientId, inProject(`/clients/${project.clientId}`)],
			["api_key", key.id, at("api-keys", key.id)], ["api_key", pinned.id, inProject("/api-keys", pinned.id)],
			["member", member.memberId, at("members", member.memberId)], ["user", member.id, at("members", member.memberId)], ["user", shopper.id, inProject(`/users/${shopper.id}`)],
			["invitation", guest.id, at("invitations", guest.id)], ["invitation", code.id, at("invitations", code.id)],
			["audit_event", orgEntry.id, at("audit-log", orgEntry.id)], ["audit_event", entry.id, inProject("/audit-log", entry.id)],
			["event", happened.id, inProject("/events", happened.id)],
		],
		byName: [
			["org", org.slug, org.id], ["project", project.name, project.id], ["project", project.slug, project.id], ["api_key", pinnedName, pinned.id],
			["member", member.name, member.memberId], ["member", member.email, member.memberId], ["invitation", guest.email, guest.id],
			["user", shopper.email.toUpperCase(), shopper.id],
		],
	};
}

test("each id lands on its object, names and slugs find theirs; a stranger finds none of them", async () => {
	const owner = await person(server);
	const things = await furnish(owner.org);
	const clients = [await owner.session(), await owner.token()];
	const stranger = await (await person(server)).session();
	for (const [type, id, url] of things.byId) {
		for (const client of clients)
			assert.deepEqual((await find(client, id)).map(short), [{ type, id, url }]);
	}
	const others = [await owner.session(), stranger];
	for (const [type, q, id] of things.byName) {
		assert.ok((await find(others[0], q)).some((item) => item.type === type && item.id === id), `${type} by ${q}`);
		assert.deepEqual(await find(stranger, q), []);
	}
	const another = await (await person(server)).session();
	for (const [, id] of things.byId)
		assert.deepEqual(await find(another, id), []);
});

test("a license is found by its id, by its key as people type it, by the key's last four and by how its product begins", async () => {
	const owner = await person(server);
	const project = await owner.org.project();
	const product = makeSlug("Café Pro 100%");
	const one = await license(owner, project, { product_name: product });
	const seller = await owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await seller.patch("/api/v1/license_settings", { custom_keys: true }), 200);
	const custom = await license(owner, project, { key: "K7QFAAAABBBB2026", product_name: "Chosen" });
	await license(owner, project, { key: "K7QFCCCCDDDD2026", product_name: "Alike" });
	const url = `/dashboard/projects/${project.id}/licenses/${one.id}`;
	const last4 = one.key.slice(-4);
	const [session, stranger] = [await (await owner.org.member("viewer")).session(), await (await person(server)).session()];
	for (const q of [one.id, one.key, one.key.toLowerCase().replaceAll("-", " "), last4, product, product.slice(0, 9)]) {
		assert.deepEqual((await find(session, q)).filter(({ id }) => id === one.id).map(short), [{ type: "license", id: one.id, url }], q);
		assert.deepEqual((await find(stranger, q)).filter(({ id }) => id === one.id), [], q);
	}
	assert.deepEqual((await find(session, custom.key)).map(({ id }) => id), [custom.id]);
	assert.equal((await find(session, "2026")).filter(({ type }) => type === "license").length, 2);
	assert.deepEqual(await find(session, product.slice(5)), []);
});

test("what the role doesn't show isn't found; a project's own role counts in the project", async () => {
	const { org } = await person(server);
	const things = await furnish(org);
	const viewer = await org.member("viewer");
	const typesSeenBy = async (client) => {
		const seen = [];
		for (const [type, id, url] of things.byId)
			if ((await find(client, id)).length > 0)
				seen.push(`${type}${url.startsWith("/dashboard/projects/") ? " of the project" : ""}`);
		return seen;
	};
	const basis = ["org", "project of the project", "client of the project", "member", "user", "user of the project"];
	assert.deepEqual(await typesSeenBy(await viewer.session()), basis);
	await override(things.project, viewer, "admin");
	assert.deepEqual(await typesSeenBy(await viewer.session()), [...basis.slice(0, 3), "api_key of the project", ...basis.slice(3), "audit_event of the project", "event of the project"]);
	const manager = await org.member("manager");
	await override(things.project, manager, "viewer");
	assert.deepEqual(await typesSeenBy(await manager.session()), [...basis.slice(0, 3), "api_key", ...basis.slice(3), "invitation", "invitation"]);
});

test("what is over isn't found: revoked keys, closed invitations, deleted projects; one's own token is", async () => {
	const owner = await person(server);
	const member = await owner.org.member("viewer");
	const token = await member.token();
	const session = await member.session();
	assert.equal((await find(session, token.id)).length, 1);
	assert.equal((await find(await owner.session(), token.id)).length, 1);
	await server.sql.run`UPDATE api_keys SET revoked_at = NOW(3) WHERE id = ${token.id}`;
	assert.deepEqual(await find(session, token.id), []);
	const boss = await owner.session();
	const guest = await invitation(owner.org, { expires_in_ms: -1000 });
	assert.deepEqual(await find(boss, guest.id), []);
	const project = await owner.org.project();
	assert.equal((await find(boss, project.id)).length, 1);
	expectStatus(await boss.delete(`/api/v1/projects/${project.id}?confirm=${project.slug}`), 204);
	assert.deepEqual(await find(boss, project.id), []);
	assert.deepEqual(await find(boss, project.clientId), []);
});

test("at most 5 of a type; a token sees its own organization's alone; q has 2 to 100 characters", async () => {
	const name = makeSlug("Many");
	const owner = await person(server);
	for (let i = 0; i < 7; i++)
		await owner.org.project({ name });
	const second = await person(server, { orgName: name });
	await owner.join(second.org, "viewer");
	const count = (items, type) => items.filter((item) => item.type === type).length;
	const seen = await find(await owner.session(), name);
	assert.deepEqual([count(seen, "project"), count(seen, "client"), count(seen, "org")], [5, 5, 1]);
	assert.equal(count(await find(await owner.token(), name), "org"), 0);
	const session = await owner.session();
	assert.deepEqual(await find(session, "Größe ✓"), []);
	for (const q of ["a", "a".repeat(101)])
		expectField(await session.get(`/api/v1/palette/search?q=${q}`), "q", "length");
});
