// What the OAuth tests share: a project with its client and secret, forms to its endpoints, and tokens read by Node's own crypto.

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { Client, expectStatus, makeSlug, person } from "../../harness/index.mjs";

const HASHES = { ES256: "sha256", RS256: "sha256", EdDSA: null };

/** A project made over the API, so that its secret is known. */
export async function makeProject(server, { type = "mcp", owner, environment = "test" } = {}) {
	owner ??= await person(server);
	const session = await owner.session();
	const made = expectStatus(await session.post("/api/v1/projects", { name: "Machines", slug: makeSlug("machines"), type, environment }), 201);
	return {
		owner, session, id: made.id, slug: made.slug, orgId: owner.org.id, clientId: made.client_id, secret: made.client_secret,
		issuer: `${server.authUrl}/p/${made.client_id}`, at: (path) => `/p/${made.client_id}${path}`,
	};
}

export const basic = (id, secret) => ({ Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}` });

/** A program without cookies at AUTH_HOST. */
export const program = (server) => new Client(server, { site: "auth.localhost", check: false });

/** One form to an endpoint of the project, with the client's secret unless headers or form say otherwise. */
export function send(server, project, endpoint, form, { headers = basic(project.clientId, project.secret), by = program(server) } = {}) {
	return by.request("POST", project.at(`/oauth/${endpoint}`), { form, headers });
}

export async function getToken(server, project, form = {}) {
	const answer = await send(server, project, "token", { grant_type: "client_credentials", ...form });
	return expectStatus(answer, 200).access_token;
}

export const decode = (token) => token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));

export async function fetchKeys(server, project) {
	return expectStatus(await program(server).get(project.at("/.well-known/jwks.json")), 200).keys;
}

/** As any verifier would: the key by kid, the algorithm by the key, the signature over header.payload. */
export function isSignedBy(keys, token) {
	const [header] = decode(token);
	const jwk = keys.find(({ kid }) => kid === header.kid);
	if (!jwk || jwk.alg !== header.alg)
		return false;
	const [head, payload, signature] = token.split(".");
	return verify(HASHES[jwk.alg], Buffer.from(`${head}.${payload}`), { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

/** The token with its claims changed, the signature as it was. */
export function tampered(token, changes) {
	const [head, , signature] = token.split(".");
	const [, claims] = decode(token);
	assert.ok(signature);
	return [head, Buffer.from(JSON.stringify({ ...claims, ...changes })).toString("base64url"), signature].join(".");
}
