// How often a client and an address may ask (oauth.md rule 41): the true limits, each counted for its own subject.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectOAuthError, expectStatus, sharedServer } from "../../harness/index.mjs";
import { authorizePath, basic, makeApp, makeProject, program, send } from "./oauth.mjs";
import { CALLBACK, openProject, register } from "./register.mjs";

const server = await sharedServer();
const FORM = { grant_type: "client_credentials" };

/** Sends until the first 429; answers how many passed, and the refusal. */
async function passed(most, once) {
	for (let count = 0; count < most; count++) {
		const answer = await once();
		if (answer.status === 429)
			return { count, refusal: answer };
	}
	return { count: most, refusal: null };
}

function expectLimit({ count, refusal }, limit) {
	assert.ok(refusal && Math.abs(count - limit) <= 2, `${count} passed`);
	expectOAuthError(refusal, 429, "temporarily_unavailable");
	assert.ok(Number(refusal.headers["retry-after"]) >= 1);
	assert.equal(refusal.headers["x-ratelimit-remaining"], "0");
}

test("tokens: 60 a minute of a client at an address; another client there and the client elsewhere aren't touched", async () => {
	const [project, other] = [await makeProject(server), await makeProject(server)];
	const by = program(server);
	expectLimit(await passed(70, () => send(server, project, "token", FORM, { by })), 60);
	expectStatus(await send(server, other, "token", FORM, { by }), 200);
	expectStatus(await send(server, project, "token", FORM, { by: program(server) }), 200);
});

test("tokens: who only says to be the client is counted where they are, and spends nobody else's", async () => {
	const project = await makeProject(server);
	const by = program(server);
	expectLimit(await passed(70, () => send(server, project, "token", FORM, { by, headers: basic(project.clientId, `${project.secret}x`) })), 60);
	expectOAuthError(await send(server, project, "token", FORM, { by }), 429, "temporarily_unavailable");
	expectStatus(await send(server, project, "token", FORM), 200);
});

test("introspection: 600 a minute of a client that has proven itself, wherever it is", async () => {
	const project = await makeProject(server);
	const ask = (options) => send(server, project, "introspect", { token: "x" }, options);
	for (let i = 0; i < 5; i++)
		expectOAuthError(await ask({ headers: basic(project.clientId, "wrong") }), 401, "invalid_client");
	assert.equal((await ask()).headers["x-ratelimit-remaining"], "599", "what wasn't the client isn't counted");
	const [here, there] = [program(server), program(server)];
	let turn = 0;
	expectLimit(await passed(640, () => ask({ by: turn++ % 2 ? here : there })), 599);
});

test("pushed requests and device codes: 60 a minute of a client, wherever it is, and no token less for it", async () => {
	const project = await makeApp(server, { columns: { grant_types: "authorization_code device_code refresh_token" } });
	const [here, there] = [program(server), program(server)];
	let turn = 0;
	const once = () => (turn++ % 2 ? send(server, project, "par", {}, { by: here }) : send(server, project, "device_authorization", {}, { by: there }));
	const wrong = await send(server, project, "par", {}, { headers: basic(project.clientId, "wrong") });
	expectOAuthError(wrong, 401, "invalid_client");
	expectLimit(await passed(70, once), 60);
	expectOAuthError(await send(server, project, "token", { grant_type: "refresh_token", refresh_token: "x" }, { by: here }), 400, "invalid_grant");
	const other = await makeApp(server);
	expectOAuthError(await send(server, other, "par", {}, { by: here }), 400, "invalid_request");
});

test("authorize: 60 a minute of an address", async () => {
	const app = await makeApp(server);
	const by = program(server);
	const { count, refusal } = await passed(70, () => by.get(authorizePath(app)));
	assert.ok(refusal && Math.abs(count - 60) <= 2, `${count} passed`);
	assert.ok(Number(refusal.headers["retry-after"]) >= 1);
	assert.equal((await program(server).get(authorizePath(app))).status, 303);
});

test("rule 38: ten addresses an hour that nobody has seen, of who brings them, failures too; what is being fetched isn't counted", async () => {
	const project = await makeApp(server, { type: "hybrid" });
	const [by, elsewhere, waiting] = [program(server), program(server), program(server)];
	const ask = (i, who = by) => who.get(authorizePath(project, { client_id: `https://app${i}.invalid/client.json` }));
	const tries = [];
	for (let i = 0; i < 11; i++)
		tries.push((await ask(i)).status);
	assert.deepEqual(tries, [...Array(10).fill(303), 429]);
	const again = async (state, who) => {
		await server.sql.run`UPDATE client_documents SET state = ${state} WHERE project_id = ${project.id}`;
		return (await ask(0, who)).status;
	};
	for (let i = 0; i < 12; i++)
		assert.equal(await again("wanted", waiting), 303);
	const failures = [];
	for (let i = 0; i < 11; i++)
		failures.push(await again("failed", elsewhere));
	assert.deepEqual(failures, [...Array(10).fill(303), 429]);
	assert.equal((await ask(10, program(server))).status, 303);
});

test("rule 35: 10,000 applications that registered themselves, in a project", async () => {
	const project = await openProject(server, { type: "hybrid" });
	await server.sql.run`INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, audiences, require_pkce, require_par, is_dpop_bound, direct_flow,
			access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, is_active, version, created_at, updated_at)
		SELECT project_id, CONCAT('cli_', LPAD(seq, 16, '0')), 'Filler', type, 'dcr', FALSE, token_endpoint_auth_method, grant_types, scopes, audiences, require_pkce, require_par, is_dpop_bound, direct_flow,
			access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, is_active, version, created_at, updated_at
		FROM clients, seq_1_to_9999 WHERE project_id = ${project.id} AND source = 'dashboard'`;
	const answers = await atOnce(3, () => register(server, project, { redirect_uris: [CALLBACK] }));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 429, 429]);
	expectOAuthError(answers.find(({ status }) => status === 429), 429, "temporarily_unavailable");
	await server.sql.run`DELETE FROM clients WHERE project_id = ${project.id} AND name = 'Filler' LIMIT 1`;
	expectStatus(await register(server, project, { redirect_uris: [CALLBACK] }), 201);
	await server.sql.run`DELETE FROM clients WHERE project_id = ${project.id} AND name = 'Filler'`;
});
