// The logo: real pictures by their octets, served to everybody, gone when it's taken away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, person, sharedServer } from "../../harness/index.mjs";
import { jpeg, png, upload, webp } from "../../harness/pictures.mjs";

const server = await sharedServer();
const AT = "/api/v1/branding/logo";

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	return { project, session: await owner.session({ headers: { "X-Project-Id": project.id } }) };
}

const put = (session, body) => session.request("PUT", AT, { json: body });

test("PNG, JPEG and WebP come back as they were sent", async () => {
	const { session } = await make();
	for (const [octets, type] of [[png(), "image/png"], [jpeg(), "image/jpeg"], [webp(), "image/webp"]]) {
		const { logo_url } = expectStatus(await put(session, upload(octets, type)), 200);
		const answer = await new Client(server, { site: "auth" }).get(new URL(logo_url).pathname, { check: false });
		assert.equal(answer.headers["content-type"], type);
		assert.deepEqual(answer.body, octets);
	}
});

test("rule 37 octets that aren't the media type are refused, whatever they are called", async () => {
	const { session } = await make();
	const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
	for (const body of [upload(jpeg(), "image/png"), upload(png(), "image/webp"), upload(svg, "image/png"), upload(png().subarray(0, 40)), upload(Buffer.concat([png(), Buffer.from("<script>")]))])
		expectField(await put(session, body), "data_base64", "media_type");
	for (const type of ["image/svg+xml", "text/html", "image/gif", "IMAGE/PNG"])
		expectField(await put(session, upload(svg, type)), "media_type");
	expectStatus(await put(session, upload(png())), 200);
});

test("rule 37 at most 1024 by 1024 pixels and 256 KB of base64", async () => {
	const { session } = await make();
	expectField(await put(session, upload(png({ width: 1025 }))), "data_base64", "dimensions");
	expectField(await put(session, upload(png({ noise: 196_600 }))), "data_base64", "length");
	expectStatus(await put(session, upload(png({ width: 1024, height: 1024, noise: 180_000 }))), 200);
});

test("base64 is the padded alphabet and nothing else", async () => {
	const { session } = await make();
	const good = upload(png({ noise: 1 }));
	assert.match(good.data_base64, /=$/);
	for (const data_base64 of [good.data_base64.replace(/=+$/, ""), `${good.data_base64}\n`, `data:image/png;base64,${good.data_base64}`, good.data_base64.replace(/[A-Z]/, "-")])
		expectField(await put(session, { ...good, data_base64 }), "data_base64");
	expectStatus(await put(session, good), 200);
});

test("taken away it's gone from every address; taken away twice is 404", async () => {
	const { session, project } = await make();
	const { logo_url } = expectStatus(await put(session, upload(png())), 200);
	expectStatus(await session.delete(AT), 204);
	expectError(await session.delete(AT), 404, "not_found");
	expectError(await new Client(server, { site: "auth" }).get(new URL(logo_url).pathname), 404, "not_found");
	const config = expectStatus(await new Client(server, { site: "auth" }).get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`), 200);
	assert.equal(config.branding.logo_url, null);
});

test("a new logo makes an older copy of the branding stale", async () => {
	const { session } = await make();
	const { etag } = (await session.get("/api/v1/branding")).headers;
	expectStatus(await put(session, upload(png())), 200);
	expectError(await session.patch("/api/v1/branding", { radius: 1 }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
});
