// POST /oauth/introspect and /oauth/revoke (RFC 7662, RFC 7009; oauth.md rules 28 to 30).

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { expectOAuthError, expectStatus, sharedServer } from "../../harness/index.mjs";
import { decode, fetchKeys, getToken, makeProject, send, tampered } from "./oauth.mjs";

const server = await sharedServer();
const ask = async (project, token, form = {}) => expectStatus(await send(server, project, "introspect", { token, ...form }), 200);

test("a token that lives says what it is", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	const [, claims] = decode(token);
	assert.deepEqual(await ask(project, token, { token_type_hint: "access_token" }), {
		active: true, iss: project.issuer, sub: project.clientId, aud: project.clientId, client_id: project.clientId, scope: "tool:read", jti: claims.jti,
		token_type: "Bearer", project_id: project.id, environment: "test", iat: claims.iat, exp: claims.exp,
	});
});

test("anything else is inactive and nothing more: malformed, changed, another project's, signed by others or not at all", async () => {
	const project = await makeProject(server);
	const other = await makeProject(server);
	const token = await getToken(server, project);
	const [header, claims] = decode(token);
	const [key] = await fetchKeys(server, project);
	const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const forge = (head, signer) => {
		const input = `${part({ ...header, ...head })}.${part(claims)}`;
		return `${input}.${signer(input)}`;
	};
	const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const es256 = (input) => sign("sha256", Buffer.from(input), { key: own.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
	const bad = {
		"no token": "nonsense", "two parts": token.split(".").slice(0, 2).join("."), "a longer life": tampered(token, { exp: claims.exp + 3600 }),
		"another scope": tampered(token, { scope: "tool:admin" }), "another project's token": await getToken(server, other),
		"another key": forge({}, es256), "its own key within": forge({ jwk: own.publicKey.export({ format: "jwk" }) }, es256),
		"alg none": forge({ alg: "none" }, () => ""), "HMAC with the public key": forge({ alg: "HS256" }, (input) => createHmac("sha256", JSON.stringify(key)).update(input).digest("base64url")),
		"an unknown key": forge({ kid: "sgk_0000000000000000" }, es256), "crit": forge({ crit: ["exp"] }, es256),
	};
	for (const [what, text] of Object.entries(bad))
		assert.deepEqual(await ask(project, text), { active: false }, what);
	assert.equal((await ask(project, token)).active, true);
	assert.deepEqual(await ask(other, token), { active: false }, "asked by another project's client");
});

test("a revoked token is inactive at once, and stays it; another client's revocation does nothing, and all answers are 200", async () => {
	const project = await makeProject(server);
	const other = await makeProject(server);
	const token = await getToken(server, project);
	const second = await getToken(server, project);
	expectStatus(await send(server, other, "revoke", { token }), 200);
	expectStatus(await send(server, project, "revoke", { token: "nonsense" }), 200);
	assert.equal((await ask(project, token)).active, true);
	for (let time = 0; time < 2; time++) {
		expectStatus(await send(server, project, "revoke", { token }), 200);
		assert.deepEqual(await ask(project, token), { active: false });
	}
	assert.equal((await ask(project, second)).active, true, "the other token lives on");
});

test("who doesn't prove themselves learns nothing and ends nothing", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	for (const endpoint of ["introspect", "revoke"]) {
		expectOAuthError(await send(server, { ...project, secret: `${project.secret}x` }, endpoint, { token }), 401, "invalid_client");
		expectOAuthError(await send(server, project, endpoint, {}), 400, "invalid_request");
	}
	assert.equal((await ask(project, token)).active, true);
});

test("a client that is no more has no tokens any more", async () => {
	const project = await makeProject(server);
	const token = await getToken(server, project);
	await server.sql.run`UPDATE clients SET is_active = FALSE WHERE project_id = ${project.id}`;
	expectOAuthError(await send(server, project, "introspect", { token }), 401, "invalid_client");
	await server.sql.run`UPDATE clients SET is_active = TRUE WHERE project_id = ${project.id}`;
	assert.equal((await ask(project, token)).active, true);
});
