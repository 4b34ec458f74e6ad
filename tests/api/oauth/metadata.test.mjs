// What a project's server says of itself (RFC 8414), in both spellings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, makePublicId, sharedServer } from "../../harness/index.mjs";
import { makeProject, program } from "./oauth.mjs";

const server = await sharedServer();
const spellings = (clientId) => ["oauth-authorization-server", "openid-configuration"].flatMap((name) => [`/.well-known/${name}/p/${clientId}`, `/p/${clientId}/.well-known/${name}`]);

test("MD-05 four addresses, one document, for pages of any origin and a while in a cache", async () => {
	const project = await makeProject(server);
	const answers = await Promise.all(spellings(project.clientId).map((path) => program(server).get(path)));
	for (const answer of answers) {
		assert.deepEqual(expectStatus(answer, 200), answers[0].json);
		assert.match(answer.headers["content-type"], /^application\/json/);
		assert.equal(answer.headers["access-control-allow-origin"], "*");
		assert.match(answer.headers["cache-control"], /max-age=300/);
	}
	const document = answers[0].json;
	assert.equal(document.issuer, project.issuer);
	assert.equal(document.token_endpoint, `${project.issuer}/oauth/token`);
	assert.equal(document.jwks_uri, `${project.issuer}/.well-known/jwks.json`);
	assert.deepEqual(document.grant_types_supported, ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:token-exchange"]);
	assert.deepEqual(document.authorization_grant_profiles_supported, ["urn:ietf:params:oauth:grant-profile:id-jag"]);
	assert.ok(Object.values(document).every((value) => value !== null), "what is off is absent");
	const keys = await program(server).get(project.at("/.well-known/jwks.json"));
	assert.deepEqual(expectStatus(keys, 200), { keys: [] }, "no key before the first token");
	assert.deepEqual([keys.headers["access-control-allow-origin"], keys.headers["cache-control"]], ["*", answers[0].headers["cache-control"]]);
});

test("MD-02 whatever host a request names, the document names the configured one", async () => {
	const project = await makeProject(server);
	const plain = expectStatus(await program(server).get(spellings(project.clientId)[0]), 200);
	for (const headers of [{ "X-Forwarded-Host": "evil.example" }, { Forwarded: "host=evil.example;proto=http" }, { "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80" }, { "X-Original-URL": "/" }])
		assert.deepEqual(expectStatus(await program(server).get(spellings(project.clientId)[0], { headers }), 200), plain);
	const elsewhere = await program(server).get(spellings(project.clientId)[0], { headers: { Host: "evil.example" } });
	assert.ok(!elsewhere.text.includes("evil.example"), elsewhere.text);
	assert.equal(JSON.stringify(plain).match(/https?:\/\/[^/"]+/g).every((origin) => origin === server.authUrl), true);
});

test("MD-03 a project for the web says what it does for people, and promises no more", async () => {
	const project = await makeProject(server, { type: "web" });
	const document = expectStatus(await program(server).get(spellings(project.clientId)[0]), 200);
	assert.deepEqual(document.grant_types_supported, ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]);
	assert.equal(document.authorization_endpoint, `${project.issuer}/oauth/authorize`);
	assert.equal(document.userinfo_endpoint, `${project.issuer}/oauth/userinfo`);
	assert.deepEqual(document.response_types_supported, ["code"]);
	assert.deepEqual(document.response_modes_supported, ["query", "form_post"]);
	assert.deepEqual(document.code_challenge_methods_supported, ["S256"]);
	assert.deepEqual(document.subject_types_supported, ["public"]);
	assert.equal(document.authorization_response_iss_parameter_supported, true);
	assert.ok(document.id_token_signing_alg_values_supported.includes("RS256"));
	assert.ok(document.token_endpoint_auth_methods_supported.includes("none"));
	assert.deepEqual([document.request_parameter_supported, document.request_uri_parameter_supported], [false, false]);
	for (const [name, address] of Object.entries(document).filter(([key]) => key.endsWith("_endpoint")))
		assert.notEqual((await program(server).request("POST", new URL(address).pathname, { form: {} })).status, 404, name);
});

test("a project that isn't there and the console: 404; on HOST there is nothing of a project", async () => {
	const project = await makeProject(server);
	const console_ = await server.sql.value`SELECT client_id FROM projects WHERE id = ${server.consoleId}`;
	for (const clientId of [makePublicId(), console_])
		for (const path of spellings(clientId))
			expectError(await program(server).get(path), 404, "not_found");
	expectError(await program(server).get(`/p/${makePublicId()}/.well-known/jwks.json`), 404, "not_found");
	for (const path of [...spellings(project.clientId), project.at("/.well-known/jwks.json")]) {
		assert.equal((await program(server).get(path)).status, 200);
		assert.equal((await project.session.get(path, { check: false })).status, 404);
	}
});
