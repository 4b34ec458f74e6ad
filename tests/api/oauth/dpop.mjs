// Proofs of possession as a client makes them (RFC 9449), by Node's own crypto; each part can be made wrong.

import { constants, createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const KINDS = {
	ES256: { make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }), names: ["crv", "kty", "x", "y"], sign: (data, key) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }) },
	EdDSA: { make: () => generateKeyPairSync("ed25519"), names: ["crv", "kty", "x"], sign: (data, key) => sign(null, data, key) },
	RS256: { make: () => generateKeyPairSync("rsa", { modulusLength: 2048 }), names: ["e", "kty", "n"], sign: (data, key) => sign("sha256", data, key) },
	PS256: { make: () => generateKeyPairSync("rsa", { modulusLength: 2048 }), names: ["e", "kty", "n"], sign: (data, key) => sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }) },
};

const base64url = (object) => Buffer.from(JSON.stringify(object)).toString("base64url");

/** A key pair of a client: its public half, what it is called by (RFC 7638), and what it signs. */
export function makeKey(alg = "ES256") {
	const kind = KINDS[alg];
	const { publicKey, privateKey } = kind.make();
	const jwk = publicKey.export({ format: "jwk" });
	const thumbprint = createHash("sha256").update(JSON.stringify(Object.fromEntries(kind.names.map((name) => [name, jwk[name]])))).digest("base64url");
	return { alg, jwk, thumbprint, privateJwk: privateKey.export({ format: "jwk" }), sign: (text) => kind.sign(Buffer.from(text), privateKey).toString("base64url") };
}

/** A proof for one request. header, claims: what is otherwise; undefined leaves a member out. */
export function makeProof(key, { method = "POST", url, token, nonce, now_ms = Date.now(), header = {}, claims = {} }) {
	const ath = token && createHash("sha256").update(token).digest("base64url");
	const head = { typ: "dpop+jwt", alg: key.alg, jwk: key.jwk, ...header };
	const body = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now_ms / 1000), ath, nonce, ...claims };
	const input = `${base64url(head)}.${base64url(body)}`;
	return `${input}.${key.sign(input)}`;
}
