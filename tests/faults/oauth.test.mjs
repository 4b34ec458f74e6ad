// What the token endpoints cost, and that a database which fails never makes them say yes (oauth.md rule 31 and section 9).

import assert from "node:assert/strict";
import { test } from "node:test";
import { getToken, makeProject, send } from "../api/oauth/oauth.mjs";
import { expectOAuthError, expectStatus, person } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer({ jobs: false, config: { process: { request_workers: 1 } } });
const owner = await person(server);
await warmUp(server, await owner.org.key());
const project = await makeProject(server, { owner });
await getToken(server, project);

const STORAGE_ENGINE_ERROR = 1030;
const ask = (endpoint, form) => send(server, project, endpoint, form);
const texts = async (work) => {
	const { result, statements } = await proxy.during(work);
	expectStatus(result, 200);
	return statements.map(({ text }) => text);
};

test("a token costs one statement, and one more once a minute; introspection two, revocation three", async () => {
	const forms = { token: { grant_type: "client_credentials" }, introspect: { token: await getToken(server, project) }, revoke: { token: await getToken(server, project) } };
	await ask("introspect", forms.introspect);
	assert.equal((await texts(() => ask("token", forms.token))).length, 1);
	await server.sql.run`UPDATE clients SET last_used_at = last_used_at - INTERVAL 2 MINUTE WHERE id = ${project.clientId}`;
	assert.equal((await texts(() => ask("token", forms.token))).length, 2);
	assert.equal((await texts(() => ask("token", forms.token))).length, 1);
	assert.equal((await texts(() => ask("introspect", forms.introspect))).length, 2);
	assert.equal((await texts(() => ask("revoke", forms.revoke))).length, 3);
});

for (const endpoint of ["token", "introspect", "revoke"])
	test(`each statement of /oauth/${endpoint} fails once: 503, never 200`, async () => {
		const form = async () => (endpoint === "token" ? { grant_type: "client_credentials" } : { token: await getToken(server, project) });
		const old = () => server.sql.run`UPDATE clients SET last_used_at = NULL WHERE id = ${project.clientId}`;
		const first = await form();
		await old();
		const count = (await texts(() => ask(endpoint, first))).length;
		assert.ok(count >= 2);
		for (let nth = 1; nth <= count; nth++) {
			const next = await form();
			await old();
			const broken = proxy.fail(() => true, STORAGE_ENGINE_ERROR, { nth });
			const answer = await ask(endpoint, next);
			proxy.clear();
			assert.equal(broken.seen, nth);
			expectOAuthError(answer, 503, "temporarily_unavailable");
			if (endpoint === "revoke")
				assert.equal(expectStatus(await ask("introspect", next), 200).active, true, "nothing was revoked");
		}
	});

test("the first token of a project, with each statement failing once: no token, and then one key", async () => {
	const fresh = () => makeProject(server, { owner });
	const plain = await fresh();
	const count = (await texts(() => send(server, plain, "token", { grant_type: "client_credentials" }))).length;
	for (let nth = 1; nth <= count; nth++) {
		const hurt = await fresh();
		proxy.fail(() => true, STORAGE_ENGINE_ERROR, { nth });
		const answer = await send(server, hurt, "token", { grant_type: "client_credentials" });
		proxy.clear();
		assert.ok(answer.status >= 500, `statement ${nth} of ${count}: ${answer.status} ${answer.text}`);
		await getToken(server, hurt);
		assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM signing_keys WHERE project_id = ${hurt.id}`), 1);
	}
});
