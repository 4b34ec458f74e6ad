// How many statements a request costs (tenancy.md section 9): authentication is one, a hot read is that one alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeProject, send } from "../api/oauth/oauth.mjs";
import { expectStatus, person, projectUser, resourceServer } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer({ config: { process: { request_workers: 1 } } });
const owner = await person(server);
const [session, token, key] = [await owner.session(), await owner.token(), await owner.org.key()];
await warmUp(server, key);

async function cost(send) {
	await send();
	const { result, statements } = await proxy.during(send);
	return { answer: result, kinds: statements.map(({ kind }) => kind), texts: statements.map(({ text }) => text), prepares: proxy.prepares };
}

for (const [name, client] of Object.entries({ session, token, key }))
	test(`/whoami as ${name}: one statement, its own transaction, prepared once`, async () => {
		await client.get("/api/v1/whoami");
		const before = proxy.prepares;
		const { answer, kinds } = await cost(() => client.get("/api/v1/whoami"));
		expectStatus(answer, 200);
		assert.deepEqual(kinds, ["execute"]);
		assert.equal(proxy.prepares, before, "nothing is prepared again");
	});

test("a project's own user: authentication is one statement, with the project's session policy in it", async () => {
	const project = await owner.org.project();
	const browser = await (await projectUser(server, project)).session();
	const { answer, kinds, texts } = await cost(() => browser.get("/api/v1/session"));
	expectStatus(answer, 200);
	assert.deepEqual(kinds, ["execute", "execute"], texts.join("\n"));
});

test("/auth_request: one statement", async () => {
	const { answer, kinds } = await cost(() => key.get(`/api/v1/auth_request?client_id=${owner.org.defaultProject.clientId}&accept=api_key`));
	expectStatus(answer, 204);
	assert.equal(kinds.length, 1);
});

test("a program's token: one statement for the client itself, one more for a resource server (oauth.md section 9)", async () => {
	const project = await makeProject(server, { owner });
	const api = await resourceServer(owner, project, { scopes: [{ name: "a" }, { name: "b" }] });
	expectStatus(await project.session.patch(`/api/v1/clients/${project.clientId}`, { audiences: [project.clientId, api.identifier] }, { headers: { "X-Project-Id": project.id } }), 200);
	const ask = (more) => cost(() => send(server, project, "token", { grant_type: "client_credentials", ...more }));
	const own = await ask({});
	assert.deepEqual(own.kinds, ["execute"], own.texts.join("\n"));
	const other = await ask({ resource: api.identifier });
	assert.equal(expectStatus(other.answer, 200).scope, "a b");
	assert.deepEqual(other.kinds, ["execute", "execute"], other.texts.join("\n"));
});

test("a list: authentication and one; with the total one more", async () => {
	const list = await cost(() => key.get("/api/v1/projects"));
	assert.deepEqual(list.kinds, ["execute", "execute"], list.texts.join("\n"));
	const total = await cost(() => key.get("/api/v1/projects?include_total=true"));
	assert.equal(total.kinds.filter((kind) => kind === "execute").length, 3, total.texts.join("\n"));
});

test("one object: authentication and one", async () => {
	const { kinds, texts } = await cost(() => key.get(`/api/v1/projects/${owner.org.defaultProject.id}`));
	assert.deepEqual(kinds, ["execute", "execute"], texts.join("\n"));
});

test("a wrong checksum costs none (T-24)", async () => {
	const { answer, kinds } = await cost(() => key.with({ bearer: `${key.secret.slice(0, -1)}~` }).get("/api/v1/whoami"));
	assert.equal(answer.status, 401);
	assert.deepEqual(kinds, []);
});

test("T-12 a malformed invitation secret costs no query", async () => {
	const { texts } = await cost(() => key.with({ bearer: undefined, headers: { Origin: key.origin } }).post("/api/v1/invitations/lookup", { secret: "ginv_nonsense" }));
	assert.ok(!texts.some((text) => /FROM invitations/.test(text)), texts.join("\n"));
});

test("a refused write starts no transaction: the role is judged first", async () => {
	const viewer = await (await owner.org.member("viewer")).token();
	const { answer, texts } = await cost(() => viewer.patch(`/api/v1/projects/${owner.org.defaultProject.id}`, { name: "x" }));
	assert.equal(answer.status, 403);
	assert.ok(!texts.some((text) => /^UPDATE projects|^UPDATE orgs/.test(text)), texts.join("\n"));
});

test("/healthz asks the database nothing", async () => {
	const { kinds } = await cost(() => key.get("/healthz"));
	assert.deepEqual(kinds, []);
});
