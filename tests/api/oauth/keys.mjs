// Clients that prove themselves by a key: the keys, and the tokens signed with them (RFC 7523).

import { constants, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { expectStatus, fromNow } from "../../harness/index.mjs";
import { makeProject } from "./oauth.mjs";

export const TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const MAKE = {
	RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
	PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
	ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
	EdDSA: () => generateKeyPairSync("ed25519"),
};

const SIGN = {
	RS256: (text, key) => sign("sha256", text, key),
	PS256: (text, key) => sign("sha256", text, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
	ES256: (text, key) => sign("sha256", text, { key, dsaEncoding: "ieee-p1363" }),
	EdDSA: (text, key) => sign(null, text, key),
};

/** A pair of keys, its public half as a client registers it. */
export function clientKey(alg) {
	const { publicKey, privateKey } = MAKE[alg]();
	const kid = randomUUID();
	return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** This second, by the server's clock. */
export const nowOf = (server) => Math.floor(Date.parse(fromNow(0, server)) / 1000);

/** A token for the project's issuer, with claims and header changed; a claim that is undefined is left out. */
export function assertionOf(project, client, key, claims = {}, header = {}) {
	const now = nowOf(project.server);
	const all = { iss: client.id, sub: client.id, aud: project.issuer, iat: now, exp: now + 60, jti: randomUUID(), ...claims };
	const text = `${part({ alg: key.alg, kid: key.kid, ...header })}.${part(all)}`;
	return `${text}.${header.alg === "none" ? "" : SIGN[key.alg](Buffer.from(text), key.privateKey).toString("base64url")}`;
}

/** A project with a client of the dashboard that signs. */
export async function makeKeyClient(server, alg, { project, type = "agent", ...changes } = {}) {
	project ??= await makeProject(server);
	project.server = server;
	const key = clientKey(alg);
	const body = { name: "Signs", type, token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] }, ...changes };
	const client = expectStatus(await project.session.post("/api/v1/clients", body, { headers: { "X-Project-Id": project.id } }), 201);
	return { project, client, key };
}
