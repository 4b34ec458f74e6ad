// A client that proves itself by a key (RFC 7523; oauth.md rule 23, security.md TK-17): at the token endpoint, introspection and revocation.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { expectError, expectOAuthError, expectStatus, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { makeProject, program, send } from "./oauth.mjs";
import { assertionOf, clientKey, makeKeyClient, nowOf, TYPE } from "./keys.mjs";

const server = await sharedServer();

const ask = (project, form) => send(server, project, "token", { grant_type: "client_credentials", ...form }, { headers: {} });
const proof = (...parts) => ({ client_assertion_type: TYPE, client_assertion: assertionOf(...parts) });

for (const alg of ["RS256", "PS256", "ES256", "EdDSA"])
	test(`TK-17 a client signs with ${alg}, for the issuer or the token endpoint`, async () => {
		const { project, client, key } = await makeKeyClient(server, alg);
		const { access_token } = expectStatus(await ask(project, proof(project, client, key)), 200);
		expectStatus(await ask(project, { ...proof(project, client, key, { aud: `${project.issuer}/oauth/token` }), client_id: client.id }), 200);
		const form = { token: access_token };
		assert.equal(expectStatus(await send(server, project, "introspect", { ...form, ...proof(project, client, key) }, { headers: {} }), 200).active, true);
		expectStatus(await send(server, project, "revoke", { ...form, ...proof(project, client, key) }, { headers: {} }), 200);
		assert.equal(expectStatus(await send(server, project, "introspect", { ...form, ...proof(project, client, key) }, { headers: {} }), 200).active, false);
	});

test("AT-05 times may have fractions: of a client's token, and of a proof of possession", async () => {
	const { project, client, key } = await makeKeyClient(server, "ES256");
	const now = nowOf(server);
	expectStatus(await ask(project, proof(project, client, key, { exp: now + 60.5, iat: now - 0.25 })), 200);
	expectOAuthError(await ask(project, proof(project, client, key, { exp: now - 120.5 })), 401, "invalid_client");
	const bound = makeKey();
	const DPoP = (iat) => makeProof(bound, { url: `${project.issuer}/oauth/token`, claims: { iat } });
	const asked = (iat) => send(server, project, "token", { grant_type: "client_credentials", ...proof(project, client, key) }, { headers: { DPoP: DPoP(iat) } });
	assert.equal(expectStatus(await asked(now + 0.5), 200).token_type, "DPoP");
	assert.equal((await asked(now - 300.5)).json.error, "invalid_dpop_proof");
});

test("TK-17 each claim that is wrong is 401, and so is every other way to sign", async (t) => {
	const { project, client, key } = await makeKeyClient(server, "ES256");
	const other = await makeKeyClient(server, "ES256");
	const now = nowOf(server);
	const refused = {
		"another issuer": proof(project, client, key, { iss: other.client.id }),
		"another subject": proof(project, client, key, { sub: other.client.id }),
		"another audience": proof(project, client, key, { aud: other.project.issuer }),
		"a list of audiences": proof(project, client, key, { aud: [project.issuer] }),
		"too old": proof(project, client, key, { exp: now - 120 }),
		"too long": proof(project, client, key, { exp: now + 600 }),
		"no end": proof(project, client, key, { exp: undefined }),
		"of the future": proof(project, client, key, { iat: now + 600 }),
		"no name": proof(project, client, key, { jti: undefined }),
		"another's key": proof(project, client, other.key),
		"a key of its own in the header": proof(project, client, other.key, {}, { jwk: other.key.jwk }),
		"no algorithm": proof(project, client, key, {}, { alg: "none" }),
		"an algorithm that isn't the key's": proof(project, client, key, {}, { alg: "RS256" }),
		"another id beside it": { ...proof(project, client, key), client_id: other.client.id },
		"a secret beside it": { ...proof(project, client, key), client_id: client.id, client_secret: "sec_x" },
		"no type": { client_assertion: assertionOf(project, client, key) },
		"another type": { ...proof(project, client, key), client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" },
		"no proof": { client_id: client.id },
		"no token": { client_assertion_type: TYPE, client_assertion: "x.y.z" },
		"of a client of another project": proof(project, other.client, other.key),
	};
	for (const [what, form] of Object.entries(refused))
		await t.test(what, async () => expectOAuthError(await ask(project, form), 401, "invalid_client"));
	expectStatus(await ask(project, proof(project, client, key)), 200);
});

test("TK-17 one token works once, also when twenty come at the same time", async () => {
	const { project, client, key } = await makeKeyClient(server, "EdDSA");
	const once = proof(project, client, key);
	const answers = await atOnce(20, () => ask(project, once));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(401)]);
	const jti = randomUUID();
	const sameName = (lifetime_s) => ask(project, proof(project, client, key, { jti, exp: nowOf(server) + lifetime_s }));
	expectStatus(await sameName(60), 200);
	expectOAuthError(await sameName(61), 401, "invalid_client");
	const other = await makeKeyClient(server, "EdDSA", { project });
	expectStatus(await ask(project, proof(project, other.client, other.key, { jti })), 200);
});

test("TK-17 a token is used up by whatever is refused afterwards, also where a device begins", async () => {
	const { project, client, key } = await makeKeyClient(server, "ES256", { project: await makeProject(server, { type: "hybrid" }), type: "web", grant_types: ["device_code"] });
	const begin = (form) => send(server, project, "device_authorization", form, { headers: {} });
	const once = proof(project, client, key);
	expectOAuthError(await begin({ ...once, resource: "https://elsewhere.example/" }), 400, "invalid_target");
	expectOAuthError(await begin(once), 401, "invalid_client");
	expectStatus(await begin(proof(project, client, key)), 200);
});

test("a client of the dashboard has secret or keys, not both", async () => {
	const project = await makeProject(server);
	const key = clientKey("ES256");
	const headers = { "X-Project-Id": project.id };
	const make = (changes) => project.session.post("/api/v1/clients", { name: "Signs", type: "agent", token_endpoint_auth_method: "private_key_jwt", ...changes }, { headers });
	const answer = await make({});
	assert.deepEqual(expectError(answer, 422, "validation_failed").details.fields.map(({ field, rule }) => [field, rule]), [["jwks", "required"]]);
	expectError(await make({ jwks: { keys: [key.privateKey.export({ format: "jwk" })] } }), 422, "validation_failed");
	const made = expectStatus(await make({ jwks: { keys: [key.jwk] } }), 201);
	assert.equal(made.client_secret, undefined);
	expectError(await project.session.post(`/api/v1/clients/${made.id}/rotate_secret`, {}, { headers }), 409, "client_is_public");
	const withSecret = { headers: { Authorization: `Basic ${Buffer.from(`${made.id}:x`).toString("base64")}` } };
	expectOAuthError(await send(server, project, "token", { grant_type: "client_credentials" }, withSecret), 401, "invalid_client");
	expectOAuthError(await send(server, project, "token", { grant_type: "client_credentials", ...proof({ ...project, server }, { id: project.clientId }, key) }, { headers: {} }), 401, "invalid_client");
	expectStatus(await ask(project, proof(project, made, key)), 200);
});

test("the metadata names the method with its algorithms at each endpoint", async () => {
	const project = await makeProject(server);
	const document = expectStatus(await program(server).get(project.at("/.well-known/openid-configuration")), 200);
	for (const endpoint of ["token", "introspection", "revocation"]) {
		assert.ok(document[`${endpoint}_endpoint_auth_methods_supported`].includes("private_key_jwt"));
		assert.deepEqual(document[`${endpoint}_endpoint_auth_signing_alg_values_supported`], ["RS256", "PS256", "ES256", "EdDSA"]);
	}
});
