// Logos of clients, fetched once by job workers and served from here (security.md CR-07).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, expectStatus, MINUTE, moveClock, ownServer, person, projectUser, sharedBasis, until } from "../harness/index.mjs";
import { authorizePath, getTokens, landing, makeApp } from "../api/oauth/oauth.mjs";
import { jpeg, png, webp } from "../harness/pictures.mjs";
import { listenAs } from "../harness/provider.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const HOST = "app.example.com";
const basis = await sharedBasis();
const pages = new Map();
const asked = [];
const web = await listenAs(basis.tls, makeFolder("w"), [HOST], (request, response) => {
	asked.push(request.url);
	const { status = 200, type = "image/png", body = "", location } = pages.get(request.url) ?? { status: 404 };
	response.writeHead(status, { "Content-Type": type, ...(location ? { Location: location } : {}) });
	return response.end(body);
});
after(() => { web.closeAllConnections(); web.close(); });
const server = await ownServer({
	config: { outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: `${HOST}:443:127.0.0.1:${web.address().port}` } },
});
const owner = await person(server);
const project = await owner.org.project({ name: "Shop", type: "web" });
const session = await owner.session({ headers: { "X-Project-Id": project.id } });
const anybody = new Client(server, { site: "auth.localhost" });

let count = 0;
const publish = (page) => {
	const path = `/logo-${++count}`;
	pages.set(path, page);
	return `https://${HOST}${path}`;
};
const add = async (logo_uri) => expectStatus(await session.post("/api/v1/clients", { name: "Notes", type: "web", redirect_uris: [`https://${HOST}/callback`], logo_uri }), 201);
const read = async (id) => expectStatus(await session.get(`/api/v1/clients/${id}`), 200);
const served = (id) => until("the logo is here", async () => (await read(id)).logo_url);
const jobsLeft = () => server.sql.value`SELECT COUNT(*) FROM jobs WHERE kind = 'client_logo' AND project_id = ${project.id}`;
const settled = () => until("the job is over", async () => (await jobsLeft()) === 0);

for (const [type, body] of [["image/png", png({ width: 64, height: 64 })], ["image/jpeg", jpeg({ width: 64, height: 64 })], ["image/webp", webp({ width: 64, height: 64 })]])
	test(`CR-07 a logo is fetched once and served from here: ${type}`, async () => {
		const logo_uri = publish({ body, type: "application/octet-stream" });
		const made = await add(logo_uri);
		assert.equal(made.logo_url, null, "nobody waits for it");
		const logo_url = await served(made.id);
		assert.ok(logo_url.startsWith(`${server.authUrl}/api/v1/public/assets/${project.client_id}/`), logo_url);
		const answer = await anybody.get(new URL(logo_url).pathname);
		assert.deepEqual([answer.status, answer.headers["content-type"]], [200, type], "by its octets, whatever it was called");
		assert.equal(Number(answer.headers["content-length"] ?? body.length), body.length);
		const listed = expectStatus(await session.get("/api/v1/clients"), 200).data.find(({ id }) => id === made.id);
		assert.equal(listed.logo_url, logo_url);
		assert.equal(asked.filter((path) => logo_uri.endsWith(path)).length, 1);
		assert.equal((await read(made.id)).updated_at, made.updated_at, "nobody changed the client");
	});

test("people see it where they are asked, among their apps and where they sign in; nobody's browser asks the app's server", async () => {
	const app = await makeApp(server, { owner, type: "web", isFirstParty: false });
	const here = await owner.session({ headers: { "X-Project-Id": app.id } });
	expectStatus(await here.patch(`/api/v1/clients/${app.clientId}`, { logo_uri: publish({ body: png({ width: 16, height: 16 }) }) }), 200);
	const logo_url = await until("the logo is here", async () => expectStatus(await here.get(`/api/v1/clients/${app.clientId}`), 200).logo_url);
	const browser = await (await projectUser(server, app)).session();
	const { request } = landing(await browser.get(authorizePath(app), { check: false }));
	assert.equal(expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200).client.logo_url, logo_url);
	await server.sql.run`UPDATE clients SET is_first_party = TRUE WHERE project_id = ${app.id}`;
	const tokens = await getTokens(server, app);
	assert.deepEqual(expectStatus(await here.get("/api/v1/grants"), 200).data.map(({ client }) => client.logo_url), [logo_url]);
	assert.deepEqual(expectStatus(await tokens.browser.get("/api/v1/account/grants"), 200).data.map(({ client }) => client.logo_url), [logo_url]);
	const { branding } = expectStatus(await anybody.get(`/api/v1/public/sign_in_config?client_id=${app.clientId}`), 200);
	assert.equal(branding.logo_url, logo_url, "a project without a logo of its own shows its client's");
});

const BAD = {
	"a drawing that is a program": { body: `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, type: "image/svg+xml" },
	"a page that says to be a picture": { body: "<script>alert(1)</script>" },
	"a picture that is cut off": { body: png({ width: 64, height: 64 }).subarray(0, 40) },
	"more than 100 KiB": { body: png({ noise: 100 * 1024 }), isTooLong: true },
	"more than 1024 pixels": { body: png({ width: 1025, height: 2 }) },
	"a redirect": { status: 302, location: `https://${HOST}/good`, body: png() },
	"an error with a picture": { status: 404, body: png() },
};
test("CR-07 what isn't such a picture is never shown", async (t) => {
	pages.set("/good", { body: png() });
	for (const [what, { isTooLong, ...page }] of Object.entries(BAD))
		await t.test(what, async () => {
			if (isTooLong)
				assert.ok(page.body.length > 100 * 1024, `${page.body.length} octets`);
			const logo_uri = publish(page);
			const { id } = await add(logo_uri);
			await until("it was asked for", () => asked.some((path) => logo_uri.endsWith(path)));
			if (isTooLong)	// like one that doesn't answer: asked again later
				await until("a try is over", () => server.sql.value`SELECT COUNT(*) FROM jobs WHERE kind = 'client_logo' AND project_id = ${project.id} AND last_error IS NOT NULL`);
			else
				await settled();
			assert.equal((await read(id)).logo_url, null);
			await server.sql.run`DELETE FROM jobs WHERE kind = 'client_logo' AND project_id = ${project.id}`;
			// The control: the same client with a picture.
			expectStatus(await session.patch(`/api/v1/clients/${id}`, { logo_uri: `https://${HOST}/good` }), 200);
			await served(id);
		});
});

test("another address forgets the old logo at once; so does none, and the client's end", async () => {
	const { id } = await add(publish({ body: png({ width: 8, height: 8, color: [1, 2, 3] }) }));
	const first = await served(id);
	expectStatus(await session.patch(`/api/v1/clients/${id}`, { name: "Renamed" }), 200);
	assert.equal((await read(id)).logo_url, first, "another change leaves it");
	const changed = expectStatus(await session.patch(`/api/v1/clients/${id}`, { logo_uri: publish({ body: png({ width: 8, height: 8, color: [3, 2, 1] }) }) }), 200);
	assert.equal(changed.logo_url, null);
	assert.equal((await anybody.get(new URL(first).pathname)).status, 404);
	const second = await served(id);
	assert.notEqual(second, first);
	expectStatus(await session.patch(`/api/v1/clients/${id}`, { logo_uri: null }), 200);
	assert.equal((await anybody.get(new URL(second).pathname)).status, 404);
	expectStatus(await session.patch(`/api/v1/clients/${id}`, { logo_uri: publish({ body: png({ width: 9, height: 9 }) }) }), 200);
	const third = await served(id);
	assert.equal((await anybody.get(new URL(third).pathname)).status, 200);
	expectStatus(await session.delete(`/api/v1/clients/${id}`), 204);
	assert.equal((await anybody.get(new URL(third).pathname)).status, 404);
});

test("a server that fails to answer is asked again", async () => {
	const logo_uri = publish({ body: png({ noise: 100 * 1024 }) });
	const { id } = await add(logo_uri);
	await until("the first try is over", () => server.sql.value`SELECT COUNT(*) FROM jobs WHERE kind = 'client_logo' AND project_id = ${project.id} AND last_error IS NOT NULL`);
	pages.set(new URL(logo_uri).pathname, { body: png({ width: 10, height: 10 }) });
	await moveClock(server, 2 * MINUTE);
	await served(id);
});
