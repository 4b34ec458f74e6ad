// A passkey's authenticator and its browser in software, written from the specification and apart from lib/webauthn.c: answers the options of a
// ceremony as navigator.credentials would, or with one thing changed.

import { createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const sha256 = (octets) => createHash("sha256").update(octets).digest();
const base64url = (octets) => Buffer.from(octets).toString("base64url");

// ---- CBOR (RFC 8949): as much of it as is needed here

function head(kind, value) {
	if (value < 24)
		return Buffer.from([kind << 5 | value]);
	if (value < 256)
		return Buffer.from([kind << 5 | 24, value]);
	if (value < 65536)
		return Buffer.from([kind << 5 | 25, value >> 8, value & 255]);
	const octets = Buffer.alloc(5);
	octets[0] = kind << 5 | 26;
	octets.writeUInt32BE(value, 1);
	return octets;
}

/** Numbers, texts, octets, arrays and Maps; a Raw stands for itself. */
export class Raw {
	constructor(hex) {
		this.octets = Buffer.from(hex, "hex");
	}
}

export function cbor(value) {
	if (value instanceof Raw)
		return value.octets;
	if (typeof value === "number")
		return value >= 0 ? head(0, value) : head(1, -1 - value);
	if (typeof value === "string")
		return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
	if (Buffer.isBuffer(value))
		return Buffer.concat([head(2, value.length), value]);
	if (Array.isArray(value))
		return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
	return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

// ---- keys

const KINDS = {
	ES256: { make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }), hash: "sha256" },
	EdDSA: { make: () => generateKeyPairSync("ed25519"), hash: null },
	RS256: { make: () => generateKeyPairSync("rsa", { modulusLength: 2048 }), hash: "sha256" },
	ES384: { make: () => generateKeyPairSync("ec", { namedCurve: "P-384" }), hash: "sha384" },
};

/** The public key as COSE has it (RFC 9053). */
function coseKey(kind, publicKey) {
	const jwk = publicKey.export({ format: "jwk" });
	const octets = (name) => Buffer.from(jwk[name], "base64url");
	if (kind === "ES256")
		return new Map([[1, 2], [3, -7], [-1, 1], [-2, octets("x")], [-3, octets("y")]]);
	if (kind === "ES384")
		return new Map([[1, 2], [3, -35], [-1, 2], [-2, octets("x")], [-3, octets("y")]]);
	if (kind === "EdDSA")
		return new Map([[1, 1], [3, -8], [-1, 6], [-2, octets("x")]]);
	return new Map([[1, 3], [3, -257], [-1, octets("n")], [-2, octets("e")]]);
}

export const FLAG = { UP: 1, UV: 4, BE: 8, BS: 16, AT: 64, ED: 128 };

// ---- the authenticator

export class Authenticator {
	constructor({ origin, kind = "ES256", counts = true, id = randomBytes(32), flags = FLAG.UP | FLAG.UV } = {}) {
		Object.assign(this, { origin, kind, counts, id, flags, count: 0 });
		const pair = KINDS[kind].make();
		this.privateKey = createPrivateKey(pair.privateKey.export({ format: "pem", type: "pkcs8" }));
		this.cose = coseKey(kind, createPublicKey(pair.publicKey.export({ format: "pem", type: "spki" })));
	}

	/** changes: type, challenge, origin, crossOrigin, topOrigin, clientDataText. */
	#clientData(type, options, changes) {
		const data = {
			type: changes.type ?? type, challenge: changes.challenge ?? options.challenge, origin: changes.origin ?? this.origin,
			crossOrigin: changes.crossOrigin ?? false, ...(changes.topOrigin ? { topOrigin: changes.topOrigin } : {}),
		};
		return Buffer.from(changes.clientDataText ?? JSON.stringify(data));
	}

	/** changes: rpId, flags, signCount, behind (hex). */
	#data(rpId, attested, changes) {
		const octets = Buffer.alloc(5);
		octets[0] = changes.flags ?? (this.flags | (attested ? FLAG.AT : 0));
		octets.writeUInt32BE(changes.signCount ?? this.#nextCount(), 1);
		return Buffer.concat([sha256(changes.rpId ?? rpId), octets, ...(attested ?? []), Buffer.from(changes.behind ?? "", "hex")]);
	}

	#nextCount() {
		return this.counts ? ++this.count : 0;
	}

	/** changes besides: id, idLength, publicKey (Map or Raw), statement, format, object (Raw). */
	create(options, changes = {}) {
		this.handle = options.user.id;
		this.rpId = options.rp.id;
		const id = changes.id ?? this.id;
		const length = Buffer.alloc(2);
		length.writeUInt16BE(changes.idLength ?? id.length);
		const attested = [Buffer.alloc(16), length, id, cbor(changes.publicKey ?? this.cose)];
		const authData = this.#data(options.rp.id, changes.withoutKey ? null : attested, changes);
		const object = new Map([["fmt", changes.format ?? "none"], ["attStmt", changes.statement ?? new Map()], ["authData", authData]]);
		return {
			id: base64url(id), rawId: base64url(id), type: "public-key", clientExtensionResults: {}, authenticatorAttachment: "platform",
			response: {
				clientDataJSON: base64url(this.#clientData("webauthn.create", options, changes)),
				attestationObject: base64url(changes.object ? changes.object(object) : cbor(object)),
				transports: ["internal"],
			},
		};
	}

	/** changes besides: id, userHandle, signature, message. */
	get(options, changes = {}) {
		const clientData = this.#clientData("webauthn.get", options, changes);
		const authData = this.#data(options.rpId, null, changes);
		const signature = sign(KINDS[this.kind].hash, Buffer.concat([authData, sha256(clientData)]), this.privateKey);
		if (changes.breakSignature)
			signature[signature.length - 1] ^= 1;
		const id = base64url(changes.id ?? this.id);
		return {
			id, rawId: id, type: "public-key", clientExtensionResults: {}, authenticatorAttachment: "platform",
			response: {
				clientDataJSON: base64url(clientData), authenticatorData: base64url(authData), signature: base64url(signature),
				...(changes.userHandle === null ? {} : { userHandle: changes.userHandle ?? this.handle }),
			},
		};
	}
}

// ---- an authenticator app (RFC 6238)

function fromBase32(text) {
	const bits = [...text].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	return Buffer.from(bits.match(/.{8}/g).map((octet) => Number.parseInt(octet, 2)));
}

/** The code of a secret now, or steps of 30 s before or after. */
export function totp(secret, { steps = 0, at_ms = Date.now() } = {}) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at_ms / 30000) + steps));
	const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
	const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
	return String(number % 1000000).padStart(6, "0");
}
