// Logos, style sheets and pictures under their public addresses.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Client, expectError, expectStatus, person, sharedServer } from "../../harness/index.mjs";
import { makeId } from "../../harness/secrets.mjs";
import { png } from "../../harness/pictures.mjs";

const server = await sharedServer();
const PICTURE = png();

const digestOf = (octets) => createHash("sha256").update(octets).digest("hex");
const addressOf = (project, octets = PICTURE) => `/api/v1/public/assets/${project.clientId}/${digestOf(octets)}`;

async function withAsset({ kind = "logo", type = "image/png", body = PICTURE } = {}) {
	const project = (await person(server)).org.defaultProject;
	await server.sql.query(`INSERT INTO assets (project_id, owner_id, kind, body_digest, media_type, body)
		VALUES ('${project.id}', '${project.id}', '${kind}', 0x${digestOf(body)}, '${type}', 0x${body.toString("hex")})`);
	return project;
}

test("its octets come back with their type, to be kept for ever, for pages of any host, and not to be run", async () => {
	const project = await withAsset();
	for (const site of ["main", "auth"]) {
		const answer = await new Client(server, { site }).get(addressOf(project), { check: false });
		assert.equal(answer.status, 200);
		assert.deepEqual(answer.body, PICTURE);
		assert.equal(answer.headers["content-type"], "image/png");
		assert.equal(answer.headers["cache-control"], "public, max-age=31536000, immutable");
		assert.equal(answer.headers["x-content-type-options"], "nosniff");
		assert.equal(answer.headers["cross-origin-resource-policy"], "cross-origin");
		assert.equal(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
		assert.equal(answer.headers["set-cookie"], undefined);
	}
});

test("a style sheet says what it is", async () => {
	const body = Buffer.from(".gh-card{color:#123456}\n");
	const project = await withAsset({ kind: "css", type: "text/css; charset=utf-8", body });
	const answer = await new Client(server).get(addressOf(project, body), { check: false });
	assert.equal(answer.headers["content-type"], "text/css; charset=utf-8");
	assert.equal(answer.text, body.toString());
});

test("another project's address, another digest and what isn't one are 404, and nobody may keep that", async () => {
	const project = await withAsset();
	const other = (await person(server)).org.defaultProject;
	const client = new Client(server);
	assert.equal((await client.get(addressOf(project), { check: false })).status, 200);
	for (const target of [addressOf(other), addressOf(project, Buffer.from("other")), `/api/v1/public/assets/${project.clientId}/${"A".repeat(64)}`, `/api/v1/public/assets/${project.clientId}/00`]) {
		const answer = await client.get(target);
		expectError(answer, 404, "not_found");
		assert.equal(answer.headers["cache-control"], "no-store");
	}
	assert.equal((await client.get(`${addressOf(project)}`)).headers["cross-origin-resource-policy"], "cross-origin");
	assert.equal((await client.get("/api/v1/setup", { check: false })).headers["cross-origin-resource-policy"], "same-origin");
});

test("T-22 a reset project has no files of its own any more", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const picture = PICTURE.toString("hex");
	for (const id of [project.id, makeId("usr")])
		await server.sql.query(`INSERT INTO assets (project_id, owner_id, kind, body_digest, media_type, body) VALUES ('${project.id}', '${id}', 'logo', 0x${digestOf(PICTURE)}, 'image/png', 0x${picture})`);
	expectStatus(await (await owner.session()).post(`/api/v1/projects/${project.id}/reset`, { confirm: "RESET" }), 204);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM assets WHERE project_id = ${project.id} AND owner_id = ${project.id}`, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM assets WHERE project_id = ${project.id}`, 1);
});
