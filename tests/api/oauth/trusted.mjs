// Other issuers whose tokens a project takes: their keys, where the server finds them, and tokens signed by jose.

import { randomUUID } from "node:crypto";
import * as jose from "jose";
import { digest, expectStatus, identity, makeSlug, projectUser, socialProvider } from "../../harness/index.mjs";
import { nowOf } from "./keys.mjs";
import { basic, makeProject, program, send } from "./oauth.mjs";

export const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
export const RESOURCE = "https://mcp.example/";

/** An issuer with one key, of which the project has read the public half. */
export async function makeIssuer(server, project, alg = "ES256") {
	const name = makeSlug("idp");
	const pair = await jose.generateKeyPair(alg, { extractable: true, ...(alg === "EdDSA" ? { crv: "Ed25519" } : {}) });
	const kid = randomUUID();
	const jwk = { ...(await jose.exportJWK(pair.publicKey)), kid, alg, use: "sig" };
	const issuer = { issuer: `https://${name}.example.com`, jwks_uri: `https://${name}.example.com/keys`, alg, kid, jwk, privateKey: pair.privateKey };
	await haveRead(server, project, issuer.jwks_uri, { keys: [jwk] });
	return issuer;
}

/** As if a job worker had just fetched it. */
export async function haveRead(server, project, url, body) {
	const now = new Date(nowOf(server) * 1000);
	await server.sql.run`INSERT INTO client_documents (project_id, url_digest, url, kind, state, body, fresh_until, fetched_at)
		VALUES (${project.id}, ${digest(`keys\n${url}`)}, ${Buffer.from(url)}, 'keys', 'ok', ${JSON.stringify(body)}, ${new Date(now.getTime() + 3_600_000)}, ${now})`;
}

/** The claims signed by jose; one that is undefined is left out. */
export function sign(by, claims, header = {}) {
	return new jose.SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg: by.alg, kid: by.kid, ...header }).sign(by.privateKey);
}

export const manage = (project) => project.owner.session({ headers: { "X-Project-Id": project.id } });

/** A confidential client with that grant, for itself and for an API of the project; shows its secret. */
async function makeClient(project) {
	const session = await manage(project);
	expectStatus(await session.post("/api/v1/resource_servers", { identifier: RESOURCE, name: "Tools", scopes: ["tool:read", "tool:write"].map((name) => ({ name })) }), 201);
	const made = expectStatus(await session.post("/api/v1/clients", { name: "Agent", type: "agent", grant_types: ["client_credentials", "jwt-bearer"] }), 201);
	return expectStatus(await session.patch(`/api/v1/clients/${made.id}`, { audiences: [made.id, RESOURCE] }), 200) && made;
}

/** A company's identity provider that speaks for its people, one of whom has an account there. */
export async function makeEnterprise(server, { alg, owner, type = "hybrid", scopes = [], ...body } = {}) {
	const project = await makeProject(server, { type, owner });
	const client = await makeClient(project);
	const idp = await makeIssuer(server, project, alg);
	await socialProvider(project.owner, "oidc_acme", { enabled: true, client_id: "us", client_secret: "secret", issuer: idp.issuer }, { headers: { "X-Project-Id": project.id } });
	const session = await manage(project);
	const trusted = expectStatus(await session.post("/api/v1/trusted_issuers", {
		kind: "id_jag", issuer: idp.issuer, jwks_uri: idp.jwks_uri, provider: "oidc_acme", client_ids: [client.id], scopes, ...body,
	}), 201);
	const user = await projectUser(server, project);
	const subject = `00u-${user.id.slice(-8)}`;
	await identity(project.id, user.id, { server, provider: "oidc_acme", subject });
	return { project, client, idp, trusted, user, subject, session };
}

/** The enterprise's word about its person, with claims and header changed. */
export function assertionOf(server, { project, client, idp, subject }, claims = {}, header = {}, by = idp) {
	const now = nowOf(server);
	const good = { iss: idp.issuer, sub: subject, aud: project.issuer, client_id: client.id, resource: RESOURCE, scope: "tool:read", iat: now, exp: now + 300, jti: randomUUID() };
	return sign(by, { ...good, ...claims }, { typ: "oauth-id-jag+jwt", ...header });
}

export function bring(server, { project, client }, assertion, form = {}, headers = basic(client.id, client.client_secret)) {
	return send(server, project, "token", { grant_type: GRANT, assertion, ...form }, { headers, by: program(server) });
}

/** A workload that is a client: its tokens are all that it has. */
export async function makeWorkload(server, { alg, scopes = [], ...body } = {}) {
	const project = await makeProject(server);
	const client = await makeClient(project);
	const idp = await makeIssuer(server, project, alg);
	const subject = "system:serviceaccount:shop:agent";
	const session = await manage(project);
	const trusted = expectStatus(await session.post("/api/v1/trusted_issuers", { kind: "workload", issuer: idp.issuer, jwks_uri: idp.jwks_uri, subject, client_id: client.id, scopes, ...body }), 201);
	return { project, client, idp, trusted, subject, session };
}

export function workloadToken(server, { project, idp, subject }, claims = {}, header = {}, by = idp) {
	const now = nowOf(server);
	return sign(by, { iss: idp.issuer, sub: subject, aud: project.issuer, iat: now, exp: now + 3600, ...claims }, header);
}
