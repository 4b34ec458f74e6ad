// npm's jose signs every JWT that the server takes from others, well and badly: access tokens and ID tokens (by a key that the project publishes), the
// assertions of clients, and proofs of possession. Each door takes the good one before and after it has refused the bad ones (security.md AT-*, TK-17, DP-01).

import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";
import * as jose from "jose";
import { Client, digest, makeId, ownServer, person, resourceServer, sqlTime } from "../harness/index.mjs";
import { basic, decode, getTokens, makeApp, send } from "../api/oauth/oauth.mjs";
import { bring, makeEnterprise, makeWorkload, RESOURCE } from "../api/oauth/trusted.mjs";

const server = await ownServer();
const owner = await person(server);
const NEXT = "https://next.example/";
const BYE = "https://app.example.com/bye";
const OTHER = "https://other.example";
const HOUR_S = 3600;
const URN = "urn:ietf:params:oauth:";

const app = await makeApp(server, { type: "hybrid", owner, columns: { grant_types: "authorization_code client_credentials refresh_token token-exchange" } });
await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, NEXT])}, id_jag_targets = ${JSON.stringify([{ audience: OTHER, resource: `${OTHER}/mcp` }])} WHERE project_id = ${app.id}`;
await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'logout', ${digest(BYE)}, ${Buffer.from(BYE)})`;
await resourceServer(owner, app, { identifier: NEXT });

// ---- keys

/** A pair of keys as jose makes them, under that kid. */
async function makePair(alg, kid) {
	const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
	const jwk = { ...await jose.exportJWK(publicKey), ...(kid ? { kid, alg, use: "sig" } : {}) };
	return { alg, kid, jwk, privateKey, pem: await jose.exportSPKI(publicKey), privateJwk: await jose.exportJWK(privateKey) };
}

const strangers = new Map();

/** A pair of nobody's, made once for each algorithm. */
async function stranger(alg) {
	if (!strangers.has(alg))
		strangers.set(alg, makePair(alg));
	return strangers.get(alg);
}

/** One more key of the project, published as a retired one: what it signed counts as long as it is. */
async function publishKey(alg) {
	const pair = await makePair(alg, makeId("sgk"));
	await server.sql.run`INSERT INTO signing_keys (project_id, id, alg, state, active_alg, public_jwk, private_sealed, not_before, expires_at, created_at)
		VALUES (${app.id}, ${pair.kid}, ${alg}, 'retired', NULL, ${JSON.stringify(pair.jwk)}, NULL, ${sqlTime(-HOUR_S * 1000)}, ${sqlTime(HOUR_S * 1000)}, ${sqlTime()})`;
	return pair;
}

// ---- tokens, good and bad

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
const signed = ({ header, claims, pair }, more = {}) => new jose.CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ ...header, ...more }).sign(pair.privateKey, { crit: { unheard: true } });
const hmac = ({ header, claims }, secret) => {
	const input = `${part({ ...header, alg: "HS256" })}.${part(claims)}`;
	return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
};

/** What is wrong with a token whatever it is for; each made of a good one. */
const FORGERIES = {
	"AT-01 no signature, and says so": ({ header, claims }) => `${part({ ...header, alg: "none" })}.${part(claims)}.`,
	"AT-01 none in other letters": ({ header, claims }) => `${part({ ...header, alg: "NonE" })}.${part(claims)}.`,
	"AT-01 the signature left out": async (good) => `${(await signed(good)).split(".").slice(0, 2).join(".")}.`,
	"AT-01 an HMAC with the public key as PEM": (good) => hmac(good, good.pair.pem),
	"AT-01 an HMAC with the public key as JWK": (good) => hmac(good, JSON.stringify(good.pair.jwk)),
	"AT-01 an HMAC with nothing": (good) => hmac(good, ""),
	"AT-01 the algorithm in small letters": async (good) => {
		const [, payload, signature] = (await signed(good)).split(".");
		return `${part({ ...good.header, alg: good.header.alg.toLowerCase() })}.${payload}.${signature}`;
	},
	"AT-01 an algorithm that isn't the key's": async (good) => {
		const other = await stranger(good.pair.alg === "ES256" ? "RS256" : "ES256");
		return signed({ ...good, pair: other }, { alg: other.alg });
	},
	"AT-02 somebody else's key": async (good) => signed({ ...good, pair: await stranger(good.pair.alg) }),
	"AT-02 an extension that nobody knows": (good) => signed(good, { crit: ["unheard"], unheard: true }),
	"AT-03 four parts": async (good) => `${await signed(good)}.x`,
	"AT-03 two parts": async (good) => (await signed(good)).split(".").slice(0, 2).join("."),
	"AT-03 padding": async (good) => `${await signed(good)}=`,
	"AT-03 an octet more at the end": async (good) => `${await signed(good)}A`,
	"AT-03 more than 8 KiB": (good) => signed({ ...good, claims: { ...good.claims, padding: "x".repeat(9000) } }),
	"AT-07 an encrypted token": (good) => new jose.CompactEncrypt(Buffer.from(JSON.stringify(good.claims))).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(Buffer.alloc(32)),
	"claims that were changed": async (good) => {
		const [head, , signature] = (await signed(good)).split(".");
		return `${head}.${part({ ...good.claims, extra: 1 })}.${signature}`;
	},
};

/** For tokens that don't bring their key along. */
const FOREIGN_KEYS = {
	"AT-02 a key of its own in the header": async (good) => {
		const own = await stranger(good.pair.alg);
		return signed({ ...good, pair: own }, { jwk: own.jwk });
	},
	"AT-02 the right key, but in the header": (good) => signed(good, { jwk: without(without(without(good.pair.jwk, "kid"), "use"), "alg") }),
	"AT-02 an address of keys": (good) => signed(good, { jku: "https://evil.example/keys" }),
	"AT-02 an address of certificates": (good) => signed(good, { x5u: "https://evil.example/chain" }),
	"AT-02 a kid that isn't there": (good) => signed(good, { kid: makeId("sgk") }),
	"AT-02 a kid that is a path": (good) => signed(good, { kid: "../../../dev/null" }),
};

const ofClaims = (changes) => Object.fromEntries(Object.entries(changes).map(([what, change]) => [what, (good) => signed({ ...good, claims: change(good.claims) })]));
const ofType = (...types) => Object.fromEntries(types.map((typ) => [`AT-04 of type ${typ}`, (good) => signed(typ ? good : { ...good, header: without(good.header, "typ") }, typ ? { typ } : {})]));

/** AT-05: who made it, for whom, how long. */
const TIMES = ofClaims({
	"AT-05 another issuer": (claims) => ({ ...claims, iss: `${claims.iss}/` }),
	"AT-05 no issuer": (claims) => without(claims, "iss"),
	"AT-05 it has run out": (claims) => ({ ...claims, iat: claims.iat - 2 * HOUR_S, exp: claims.iat - 120 }),
	"AT-05 no end": (claims) => without(claims, "exp"),
	"AT-05 an end in words": (claims) => ({ ...claims, exp: "never" }),
});

/** The good one is taken, each bad one isn't, and then a good one is again. */
async function judge(t, door, forgeries) {
	assert.ok(await door.takes(await signed(await door.make())), "the good one");
	for (const [what, forge] of Object.entries(forgeries))
		await t.test(what, async () => assert.equal(await door.takes(await forge(await door.make())), false));
	assert.ok(await door.takes(await signed(await door.make())), "the good one afterwards");
}

// ---- access tokens

const tokens = await getTokens(server, app, { scope: "openid email" });
const program = new Client(server, { site: "auth", check: false });

const ofAccessToken = (pair) => async () => {
	const [header, claims] = decode(tokens.access_token);
	return { header: { ...header, alg: pair.alg, kid: pair.kid }, claims: { ...claims, jti: makeId("tok") }, pair };
};
const ACCESS_TOKEN_FORGERIES = { ...FORGERIES, ...FOREIGN_KEYS, ...TIMES, ...ofType("JWT", "logout+jwt", undefined), ...ofClaims({
	"AT-02 another project's issuer": (claims) => ({ ...claims, iss: `${server.authUrl}/p/proj_${"0".repeat(24)}` }),
	"another person": (claims) => ({ ...claims, sub: makeId("usr") }),
	"another grant": (claims) => ({ ...claims, gid: makeId("grt") }),
	"a client that isn't there": (claims) => ({ ...claims, client_id: makeId("cli") }),
	"no jti": (claims) => without(claims, "jti"),
}) };

for (const alg of ["ES256", "RS256", "EdDSA"])
	test(`an access token signed with ${alg}, at userinfo`, async (t) => {
		const takes = async (token) => (await program.get(app.at("/oauth/userinfo"), { headers: { Authorization: `Bearer ${token}` } })).status === 200;
		await judge(t, { make: ofAccessToken(await publishKey(alg)), takes }, ACCESS_TOKEN_FORGERIES);
	});

test("an access token at introspection", async (t) => {
	const takes = async (token) => {
		const { status, json } = await send(server, app, "introspect", { token });
		if (status === 200 && !json.active)
			assert.deepEqual(json, { active: false }, "IR-03 nothing more is said");
		return status === 200 && json.active;
	};
	await judge(t, { make: ofAccessToken(await publishKey("ES256")), takes }, { ...ACCESS_TOKEN_FORGERIES, ...ofClaims({ "IR-02 for an audience that isn't there": (claims) => ({ ...claims, client_id: makeId("cli"), aud: "https://else.example/" }) }) });
});

const exchange = (form) => send(server, app, "token", { grant_type: `${URN}grant-type:token-exchange`, ...form });

test("an access token as the subject of an exchange", async (t) => {
	const takes = async (subject_token) => (await exchange({ subject_token, subject_token_type: `${URN}token-type:access_token`, resource: NEXT })).status === 200;
	await judge(t, { make: ofAccessToken(await publishKey("ES256")), takes }, ACCESS_TOKEN_FORGERIES);
});

// ---- ID tokens

const ofIdToken = (pair, of) => async () => {
	const [header, claims] = decode((await of()).id_token);
	return { header: { ...header, alg: pair.alg, kid: pair.kid }, claims, pair };
};
const ID_TOKEN_FORGERIES = { ...FORGERIES, ...FOREIGN_KEYS, ...ofType("at+jwt", "logout+jwt"), ...ofClaims({
	"AT-05 another issuer": (claims) => ({ ...claims, iss: `${claims.iss}/` }),
	"AT-05 another client's": (claims) => ({ ...claims, aud: makeId("cli") }),
	"another sign-in": (claims) => ({ ...claims, sid: makeId("ses") }),
	"no sign-in": (claims) => without(claims, "sid"),
}) };

test("an ID token as the subject of an exchange for another server", async (t) => {
	const takes = async (subject_token) => {
		const answer = await exchange({ subject_token, subject_token_type: `${URN}token-type:id_token`, requested_token_type: `${URN}token-type:id-jag`, audience: OTHER, resource: `${OTHER}/mcp` });
		return answer.status === 200;
	};
	await judge(t, { make: ofIdToken(await publishKey("RS256"), () => tokens), takes }, { ...ID_TOKEN_FORGERIES, ...TIMES, ...ofClaims({ "another person": (claims) => ({ ...claims, sub: makeId("usr") }) }) });
});

test("an ID token as a hint of who signs out", async (t) => {
	let leaver = await getTokens(server, app);
	const takes = async (id_token_hint) => {
		const query = new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: BYE, id_token_hint });
		const answer = await leaver.browser.get(app.at(`/oauth/logout?${query}`), { check: false });
		const isOut = (await leaver.browser.get("/api/v1/session", { check: false })).status === 401;
		assert.equal(answer.headers.location?.startsWith(BYE) ?? false, isOut, "out and sent on, or neither");
		if (isOut)
			leaver = await getTokens(server, app);
		return isOut;
	};
	// One that is longer than an address may be doesn't come as far as that: 414.
	await judge(t, { make: ofIdToken(await publishKey("RS256"), () => leaver), takes }, without(ID_TOKEN_FORGERIES, "AT-03 more than 8 KiB"));
});

// ---- what clients sign themselves

const ASSERTION_FORGERIES = { ...FORGERIES, ...FOREIGN_KEYS, ...TIMES, ...ofClaims({
	"AT-05 another audience": (claims) => ({ ...claims, aud: `${server.authUrl}/p/proj_${"0".repeat(24)}` }),
	"AT-05 two audiences": (claims) => ({ ...claims, aud: [claims.aud, claims.aud] }),
	"another subject": (claims) => ({ ...claims, sub: makeId("cli") }),
	"no jti": (claims) => without(claims, "jti"),
	"a life of an hour": (claims) => ({ ...claims, exp: claims.iat + HOUR_S }),
	"not before an hour": (claims) => ({ ...claims, nbf: claims.iat + HOUR_S }),
}) };

for (const alg of ["RS256", "PS256", "ES256", "EdDSA"])
	test(`TK-17 a client's assertion signed with ${alg}`, async (t) => {
		const pair = await makePair(alg, randomUUID());
		const made = await app.session.post("/api/v1/clients", { name: "Signs", type: "agent", token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [pair.jwk] } }, { headers: { "X-Project-Id": app.id } });
		const { id } = made.json;
		const make = async () => {
			const now = Math.floor(Date.now() / 1000);
			return { header: { alg, kid: pair.kid }, claims: { iss: id, sub: id, aud: app.issuer, iat: now, exp: now + 60, jti: randomUUID() }, pair };
		};
		const takes = async (client_assertion) => (await send(server, app, "token", { grant_type: "client_credentials", client_assertion, client_assertion_type: `${URN}client-assertion-type:jwt-bearer` }, { headers: {} })).status === 200;
		await judge(t, { make, takes }, ASSERTION_FORGERIES);
	});

// ---- what other issuers sign (rule 27)

const pairOf = async ({ idp }) => ({ ...idp, pem: await jose.exportSPKI(await jose.importJWK(idp.jwk, idp.alg, { extractable: true })) });
const GRANT_FORGERIES = { ...FORGERIES, ...FOREIGN_KEYS, ...TIMES, ...ofClaims({
	"AT-05 another audience": (claims) => ({ ...claims, aud: `${server.authUrl}/p/proj_${"0".repeat(24)}` }),
	"AT-05 two audiences": (claims) => ({ ...claims, aud: [claims.aud, "https://else.example"] }),
	"another subject": (claims) => ({ ...claims, sub: `${claims.sub}x` }),
	"no subject": (claims) => without(claims, "sub"),
	"not before an hour": (claims) => ({ ...claims, nbf: claims.iat + HOUR_S }),
	"a life of two days": (claims) => ({ ...claims, exp: claims.iat + 48 * HOUR_S }),
}) };

for (const alg of ["ES256", "RS256", "EdDSA"])
	test(`a company's word about its person, signed with ${alg}, as a grant`, async (t) => {
		const company = await makeEnterprise(server, { alg, owner });
		const pair = await pairOf(company);
		const make = async () => {
			const now = Math.floor(Date.now() / 1000);
			const claims = { iss: pair.issuer, sub: company.subject, aud: company.project.issuer, client_id: company.client.id, resource: RESOURCE, scope: "tool:read", iat: now, exp: now + 300, jti: randomUUID() };
			return { header: { typ: "oauth-id-jag+jwt", alg, kid: pair.kid }, claims, pair };
		};
		const takes = async (assertion) => (await bring(server, company, assertion)).status === 200;
		await judge(t, { make, takes }, { ...GRANT_FORGERIES, ...ofType("JWT", "at+jwt", undefined), ...ofClaims({
			"another client's": (claims) => ({ ...claims, client_id: makeId("cli") }),
			"no client's": (claims) => without(claims, "client_id"),
			"another resource": (claims) => ({ ...claims, resource: "https://else.example/" }),
			"no resource": (claims) => without(claims, "resource"),
			"more than there is": (claims) => ({ ...claims, scope: "admin" }),
			"no jti": (claims) => without(claims, "jti"),
		}) });
		const once = await signed(await make());
		assert.deepEqual([await takes(once), await takes(once)], [true, false]);
	});

test("a workload's token as a grant, again and again while it lasts", async (t) => {
	const workload = await makeWorkload(server);
	const pair = await pairOf(workload);
	const make = async () => {
		const now = Math.floor(Date.now() / 1000);
		return { header: { alg: pair.alg, kid: pair.kid }, claims: { iss: pair.issuer, sub: workload.subject, aud: workload.project.issuer, iat: now, exp: now + 3600 }, pair };
	};
	const takes = async (assertion) => (await bring(server, workload, assertion)).status === 200;
	await judge(t, { make, takes }, { ...GRANT_FORGERIES, ...ofType("oauth-id-jag+jwt") });
	const once = await signed(await make());
	assert.deepEqual([await takes(once), await takes(once)], [true, true]);
});

const proofs = (pair, { method, path, token }) => async () => {
	const ath = token && createHash("sha256").update(token).digest("base64url");
	const now = Math.floor(Date.now() / 1000);
	return { header: { typ: "dpop+jwt", alg: pair.alg, jwk: pair.jwk }, claims: { jti: randomUUID(), htm: method, htu: `${app.issuer}${path}`, iat: now, ...(ath ? { ath } : {}) }, pair };
};
const PROOF_FORGERIES = { ...FORGERIES, ...ofType("JWT", "at+jwt", undefined), ...ofClaims({
	"another method": (claims) => ({ ...claims, htm: "PUT" }),
	"another address": (claims) => ({ ...claims, htu: `${claims.htu}/` }),
	"too old": (claims) => ({ ...claims, iat: claims.iat - 120 }),
	"of the future": (claims) => ({ ...claims, iat: claims.iat + 120 }),
	"no jti": (claims) => without(claims, "jti"),
}), "no key": (good) => signed({ ...good, header: without(good.header, "jwk") }),
"a private key": (good) => signed(good, { jwk: good.pair.privateJwk }),
"a symmetric key": (good) => hmac({ ...good, header: { ...good.header, jwk: { kty: "oct", k: "c2VjcmV0" } } }, "secret"),
"another's key": async (good) => signed(good, { jwk: (await stranger(good.pair.alg)).jwk }) };

for (const alg of ["ES256", "RS256", "PS256", "EdDSA"])
	test(`DP-01 a proof of possession signed with ${alg}, at the token endpoint`, async (t) => {
		const takes = async (DPoP) => (await send(server, app, "token", { grant_type: "client_credentials" }, { headers: { ...basic(app.clientId, app.secret), DPoP } })).status === 200;
		await judge(t, { make: proofs(await makePair(alg), { method: "POST", path: "/oauth/token" }), takes }, PROOF_FORGERIES);
	});

test("DP-02 a proof beside its token, at userinfo", async (t) => {
	const pair = await makePair("ES256");
	const proof = async () => signed(await proofs(pair, { method: "POST", path: "/oauth/token" })());
	const refreshed = await send(server, app, "token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token }, { headers: { ...basic(app.clientId, app.secret), DPoP: await proof() } });
	const { access_token } = refreshed.json;
	const takes = async (DPoP) => (await program.get(app.at("/oauth/userinfo"), { headers: { Authorization: `DPoP ${access_token}`, DPoP } })).status === 200;
	await judge(t, { make: proofs(pair, { method: "GET", path: "/oauth/userinfo", token: access_token }), takes }, { ...PROOF_FORGERIES, ...ofClaims({
		"of another token": (claims) => ({ ...claims, ath: digest("another").toString("base64url") }),
		"of no token": (claims) => without(claims, "ath"),
	}) });
});
