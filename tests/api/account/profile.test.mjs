// What people see and change of themselves, in a project and in the console alike.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, makeSlug, person, projectUser, sharedServer } from "../../harness/index.mjs";
import { jpeg, png, upload, webp } from "../../harness/pictures.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();

test("GET /account: one's own, and nothing that is the members' alone", async () => {
	const user = await projectUser(server, project, { password: true, metadata: '{"note":"slow payer"}' });
	const browser = await user.session();
	const seen = expectStatus(await browser.get("/api/v1/account"), 200);
	assert.deepEqual([seen.id, seen.email, seen.email_verified, seen.has_password, seen.image_url, seen.pending_email], [user.id, user.email, true, true, null, null]);
	assert.deepEqual([seen.self_deletion, seen.deletion_grace_days], [true, 0]);
	assert.ok(!JSON.stringify(seen).includes("slow payer"));
	const console_ = await owner.session();
	assert.equal(expectStatus(await console_.get("/api/v1/account"), 200).id, owner.id);
});

test("PATCH /account: name, locale and username; null clears; the change is recorded", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	const username = makeSlug("Sam").replace("s", "S");
	const seen = expectStatus(await browser.patch("/api/v1/account", { name: "Samantha", locale: "es", username }), 200);
	assert.deepEqual([seen.name, seen.locale, seen.username], ["Samantha", "es", username.toLowerCase()]);
	assert.deepEqual([(await browser.patch("/api/v1/account", { username: null, locale: null })).json.username], [null]);
	const changes = JSON.parse(await server.sql.value`SELECT changes FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.updated' AND target_id = ${user.id} ORDER BY id LIMIT 1`);
	assert.deepEqual(changes.name, [user.name, "Samantha"]);
});

test("PW-16 PATCH /account: a username that is taken, one that isn't one, and what is the members' alone", async () => {
	const [one, two] = [await projectUser(server, project, { username: makeSlug("taken") }), await projectUser(server, project)];
	const browser = await two.session();
	const { username } = await one.row();
	expectError(await browser.patch("/api/v1/account", { username }), 409, "username_taken");
	expectField(await browser.patch("/api/v1/account", { username: "9lives" }), "username");
	for (const json of [{ email_verified: true }, { metadata: {} }, { status: "active" }, { external_id: "x" }, { email: "x@example.com" }, { phone_verified: true }])
		expectField(await browser.patch("/api/v1/account", { name: "x", ...json }), Object.keys(json)[0], "unknown");
	assert.equal((await two.row()).name, two.name);
	expectStatus(await browser.patch("/api/v1/account", { username: makeSlug("free") }), 200);
});

test("the picture: PNG, JPEG and WebP by their octets, served where the account says; away again", async () => {
	const user = await projectUser(server, project);
	const browser = await user.session();
	for (const [octets, media_type] of [[png({ width: 4, height: 4 }), "image/png"], [jpeg(), "image/jpeg"], [webp(), "image/webp"]]) {
		const seen = expectStatus(await browser.put("/api/v1/account/image", upload(octets, media_type)), 200);
		assert.ok(seen.image_url.startsWith(server.authUrl), seen.image_url);
		const picture = await new Client(server, { site: "auth", check: false }).get(new URL(seen.image_url).pathname);
		assert.deepEqual([picture.status, picture.headers["content-type"], picture.body.equals(octets)], [200, media_type, true]);
	}
	expectField(await browser.put("/api/v1/account/image", upload(png(), "image/jpeg")), "data_base64");
	expectField(await browser.put("/api/v1/account/image", upload(Buffer.from("<svg/>"), "image/svg+xml")), "data_base64", "media_type");
	expectField(await browser.put("/api/v1/account/image", upload(png({ noise: 101 * 1024 }))), "data_base64");
	expectStatus(await browser.put("/api/v1/account/image", upload(png({ noise: 90 * 1024 }))), 200);
	expectStatus(await browser.delete("/api/v1/account/image"), 204);
	assert.equal(expectStatus(await browser.get("/api/v1/account"), 200).image_url, null);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM assets WHERE owner_id = ${user.id}`, 0);
});

test("POST /account/password as a project's user: the session goes on under a new cookie, other accounts of the browser stay", async () => {
	const [user, other] = [await projectUser(server, project, { password: true }), await projectUser(server, project)];
	const [beside, elsewhere] = [await other.token(), await user.session()];
	const browser = await user.session({ others: [beside] });
	expectError(await browser.post("/api/v1/account/password", { current_password: "not it at all 4", new_password: "an entirely new phrase 7" }), 401, "invalid_credentials");
	expectStatus(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: "an entirely new phrase 7" }), 204);
	const seen = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.deepEqual([seen.session.id, seen.others.map((one) => one.user.id)], [browser.id, [other.id]]);
	expectError(await elsewhere.get("/api/v1/session"), 401, "unauthorized");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'password.changed' AND target_id = ${user.id}`, 1);
});
