// @simplewebauthn/server judges the same ceremonies: good ones and each lie of users.md rule 23. Where it says something else than Gatehouse,
// the case says why.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { addPasskey, Authenticator, cbor, FLAG, openFlow, ownServer, person, Raw, setSignIn } from "../harness/index.mjs";

const server = await ownServer({ config: { limits: { flow_action: { limit: 100000, window_s: 60 } } } });
await setSignIn(server, server.consoleId, { methods: ["password", "passkey"] });
const ALGORITHMS = [-7, -8, -257];
const EVIL = "https://evil.example";

/** Whether a judge takes it, and in its own words why not. */
async function verdictOf(judge) {
	try {
		const { verified } = await judge();
		return { good: verified, why: verified ? "good" : "not verified" };
	} catch (error) {
		return { good: false, why: error.message };
	}
}

/* ---- registration */

/** Both verdicts on one registration. */
async function register({ authenticator: make = {}, changes = {}, challenge } = {}) {
	const user = await person(server, { password: true });
	const session = await user.session();
	const { passkey_options } = (await session.post("/api/v1/account/passkeys/options")).json;
	const authenticator = new Authenticator({ origin: session.origin, ...make });
	const credential = authenticator.create(challenge ? { ...passkey_options, challenge } : passkey_options, changes);
	const answer = await session.post("/api/v1/account/passkeys", { credential });
	assert.ok([201, 422].includes(answer.status), answer.text);
	const theirs = await verdictOf(() => verifyRegistrationResponse({
		response: credential,
		expectedChallenge: passkey_options.challenge,
		expectedOrigin: session.origin,
		expectedRPID: passkey_options.rp.id,
		requireUserVerification: false,
		supportedAlgorithmIDs: ALGORITHMS,
	}));
	return { ours: answer.status === 201, theirs, text: answer.text };
}

const at = (object, name, value) => new Map([...object].map(([key, old]) => [key, key === name ? value : old]));

const GOOD_REGISTRATIONS = [
	["as it should be", {}],
	["EdDSA", { authenticator: { kind: "EdDSA" } }],
	["RS256", { authenticator: { kind: "RS256" } }],
	["a counter that stays 0", { authenticator: { counts: false } }],
	["a passkey that is backed up", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.BE | FLAG.BS | FLAG.AT } }],
	["without user verification, which isn't asked here", { changes: { flags: FLAG.UP | FLAG.AT } }],
	["an id of 1,023 octets", { authenticator: { id: randomBytes(1023) } }],
	["extensions behind the key", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.AT | FLAG.ED, behind: "a0" } }],
	["of an attestation format nobody knows", { changes: { format: "nobodys" } }, "statements aren't trusted here, so they aren't read: it is as good as one of format none"],
];

const BAD_REGISTRATIONS = [
	["another type", { changes: { type: "webauthn.get" } }],
	["another challenge", { challenge: randomBytes(32).toString("base64url") }],
	["another origin", { changes: { origin: EVIL } }],
	["an origin with a path", { changes: { origin: `${EVIL}/` } }],
	["another rp id", { changes: { rpId: "evil.example" } }],
	["user absent", { changes: { flags: FLAG.UV | FLAG.AT } }],
	["backed up but not eligible", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.BS | FLAG.AT } }],
	["no credential in it", { changes: { withoutKey: true, flags: FLAG.UP | FLAG.UV } }],
	["an algorithm that wasn't asked for", { authenticator: { kind: "ES384" } }],
	["a key that is no map", { changes: { publicKey: new Raw("80") } }],
	["a key cut short", { changes: { publicKey: new Raw("a5010203") } }],
	["octets behind the authenticator data", { changes: { behind: "00" } }],
	["statement of format none with something in it", { changes: { statement: new Map([["x", 1]]) } }],
	["client data that is no JSON", { changes: { clientDataText: "{" } }],
	["an attestation object that is no CBOR", { changes: { object: () => Buffer.from("ff", "hex") } }],
	["an attestation object without authenticator data", { changes: { object: (object) => cbor(new Map([...object].slice(0, 2))) } }],
	["authenticator data as text", { changes: { object: (object) => cbor(at(object, "authData", "text")) } }],
	["in a frame of another origin", { changes: { crossOrigin: true } }, "it doesn't look at crossOrigin here"],
	["with the origin of the page around it", { changes: { topOrigin: EVIL } }, "it doesn't look at topOrigin"],
	["an id over 1,023 octets", { authenticator: { id: randomBytes(1024) } }, "WebAuthn Level 3 section 7.1 step 25 has the limit; it doesn't"],
	["a map of indefinite length", { changes: { object: (object) => Buffer.concat([Buffer.from("bf", "hex"), ...[...object].flat().map(cbor), Buffer.from("ff", "hex")]) } }],
	["octets behind the attestation object", { changes: { object: (object) => Buffer.concat([cbor(object), Buffer.from("00", "hex")]) } }, "it reads one item and looks no further"],
	["nested deeper than four", { changes: { object: (object) => cbor(at(object, "attStmt", new Map([["x", [[[[[1]]]]]]]))) } }],
];

/** Each case: ours is as the list says, and theirs is the same unless a reason says why not. */
async function compare(t, cases, judge, isGood) {
	for (const [what, options, reason] of cases)
		await t.test(what, async () => {
			const { ours, theirs, text } = await judge(options);
			assert.equal(ours, isGood, text);
			assert.equal(theirs.good, isGood === (reason === undefined), `theirs: ${theirs.why}; ${reason ?? "no difference is meant"}`);
		});
}

test("registrations that are good", (t) => compare(t, GOOD_REGISTRATIONS, register, true));
test("registrations that are bad", (t) => compare(t, BAD_REGISTRATIONS, register, false));

/* ---- assertion */

/** Both verdicts on one assertion: passwordless, so user verification is asked. */
async function authenticate({ make = {}, changes = {}, challenge } = {}) {
	const user = await person(server, { password: true });
	const authenticator = await addPasskey(await user.session(), make);
	const row = await server.sql.row`SELECT credential_id, public_key, sign_count FROM user_factors WHERE id = ${authenticator.factor_id}`;
	const flow = await openFlow(server);
	const { passkey_options } = await flow.go("passkey_options", {});
	const asked = challenge ? { ...passkey_options, challenge } : passkey_options;
	const credential = authenticator.get(asked, typeof changes === "function" ? changes(authenticator) : changes);
	const theirs = await verdictOf(() => verifyAuthenticationResponse({
		response: credential,
		expectedChallenge: passkey_options.challenge,
		expectedOrigin: flow.browser.origin,
		expectedRPID: passkey_options.rpId,
		requireUserVerification: true,
		credential: { id: row.credential_id.toString("base64url"), publicKey: new Uint8Array(row.public_key), counter: Number(row.sign_count) },
	}));
	const answer = await flow.act("passkey", { credential });
	assert.ok([200, 401].includes(answer.status), answer.text);
	return { ours: answer.status === 200, theirs, text: answer.text };
}

const SYNCED = { flags: FLAG.UP | FLAG.UV | FLAG.BE | FLAG.BS };

const GOOD_ASSERTIONS = [
	["as it should be", {}],
	["EdDSA", { make: { kind: "EdDSA" } }],
	["RS256", { make: { kind: "RS256" } }],
	["a counter that stays 0", { make: { counts: false } }],
	["a counter that jumps", { changes: { signCount: 4000000000 } }],
	["without a user handle", { changes: { userHandle: null } }],
	["a synced passkey", { make: SYNCED }],
	["a synced passkey that isn't backed up any more", { make: SYNCED, changes: { flags: FLAG.UP | FLAG.UV | FLAG.BE } }],
	["extensions", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.ED, behind: "a0" } }],
];

const BAD_ASSERTIONS = [
	["another type", { changes: { type: "webauthn.create" } }],
	["another challenge", { challenge: randomBytes(32).toString("base64url") }],
	["another origin", { changes: { origin: EVIL } }],
	["another rp id", { changes: { rpId: "evil.example" } }],
	["user absent", { changes: { flags: FLAG.UV } }],
	["user unverified", { changes: { flags: FLAG.UP } }],
	["backed up but not eligible", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.BS } }],
	["a broken signature", { changes: { breakSignature: true } }],
	["a counter that stands", { changes: (authenticator) => ({ signCount: authenticator.count }) }],
	["a counter that fell to 0", { changes: { signCount: 0 } }],
	["client data that is no JSON", { changes: { clientDataText: "{" } }],
	["octets behind the authenticator data", { changes: { behind: "00" } }],
	["extensions that aren't there", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.ED } }],
	["in a frame of another origin", { changes: { crossOrigin: true } }, "it lets frames pass that don't name the page around them, as those of Safari"],
	["in a frame, with the page around it", { changes: { crossOrigin: true, topOrigin: EVIL } }],
	["with the origin of the page around it", { changes: { topOrigin: EVIL } }],
	["eligible for backup, which it wasn't", { changes: { flags: FLAG.UP | FLAG.UV | FLAG.BE } }, "it isn't told what was stored, and leaves that to its caller"],
	["eligible for backup no more", { make: SYNCED, changes: { flags: FLAG.UP | FLAG.UV } }, "it isn't told what was stored, and leaves that to its caller"],
	["somebody else's user handle", { changes: { userHandle: randomBytes(32).toString("base64url") } }, "it leaves section 7.2 step 6 to its caller"],
];

test("assertions that are good", (t) => compare(t, GOOD_ASSERTIONS, authenticate, true));
test("assertions that are bad", (t) => compare(t, BAD_ASSERTIONS, authenticate, false));
