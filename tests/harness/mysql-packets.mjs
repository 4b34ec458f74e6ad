// The MySQL client/server protocol, as far as a small client and a watching proxy need it: packets, lengths, texts.

import { createHash } from "node:crypto";

export const COM_QUIT = 0x01;
export const COM_QUERY = 0x03;
export const COM_PING = 0x0e;
export const COM_STMT_PREPARE = 0x16;
export const COM_STMT_EXECUTE = 0x17;
export const COM_STMT_SEND_LONG_DATA = 0x18;
export const COM_STMT_CLOSE = 0x19;
export const COM_STMT_RESET = 0x1a;
export const COM_RESET_CONNECTION = 0x1f;

export const CLIENT_DEPRECATE_EOF = 1 << 24;
export const CLIENT_MULTI_STATEMENTS = 1 << 16;
export const CLIENT_MULTI_RESULTS = 1 << 17;
export const CLIENT_SSL = 1 << 11;

export const SERVER_MORE_RESULTS = 0x0008;

/** A packet with its header: three octets of length, one of sequence. */
export function frame(sequence, payload) {
	const header = Buffer.alloc(4);
	header.writeUIntLE(payload.length, 0, 3);
	header[3] = sequence & 0xff;
	return Buffer.concat([header, payload]);
}

/** Cuts a stream of octets into packets; calls `take(sequence, payload, raw)` for each whole one. */
export class PacketSplitter {
	#rest = Buffer.alloc(0);
	#take;

	constructor(take) {
		this.#take = take;
	}

	push(chunk) {
		this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		while (this.#rest.length >= 4) {
			const length = this.#rest.readUIntLE(0, 3);
			if (this.#rest.length < 4 + length)
				return;
			const raw = this.#rest.subarray(0, 4 + length);
			this.#rest = this.#rest.subarray(4 + length);
			this.#take(raw[3], raw.subarray(4), raw);
		}
	}
}

/** A length-encoded integer at `at`; answers the value (null for SQL NULL) and where the next thing begins. */
export function readLength(buffer, at) {
	const first = buffer[at];
	if (first < 0xfb)
		return [first, at + 1];
	if (first === 0xfb)
		return [null, at + 1];
	if (first === 0xfc)
		return [buffer.readUInt16LE(at + 1), at + 3];
	if (first === 0xfd)
		return [buffer.readUIntLE(at + 1, 3), at + 4];
	return [Number(buffer.readBigUInt64LE(at + 1)), at + 9];
}

export function readText(buffer, at) {
	const [length, start] = readLength(buffer, at);
	if (length === null)
		return [null, start];
	return [buffer.subarray(start, start + length), start + length];
}

const SQL_STATES = { 1062: "23000", 1205: "HY000", 1213: "40001", 1180: "HY000", 1047: "08S01" };

/** An error packet as the server would send it. */
export function errorPacket(sequence, code, message) {
	const head = Buffer.alloc(3);
	head[0] = 0xff;
	head.writeUInt16LE(code, 1);
	return frame(sequence, Buffer.concat([head, Buffer.from(`#${SQL_STATES[code] ?? "HY000"}${message}`)]));
}

export function parseError(payload) {
	const code = payload.readUInt16LE(1);
	const text = payload.subarray(3).toString();
	return Object.assign(new Error(text.startsWith("#") ? text.slice(6) : text), { errno: code });
}

/** mysql_native_password: SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))). */
export function nativePassword(password, scramble) {
	if (!password)
		return Buffer.alloc(0);
	const sha1 = (data) => createHash("sha1").update(data).digest();
	const once = sha1(password);
	const mixed = sha1(Buffer.concat([scramble, sha1(once)]));
	return Buffer.from(once.map((octet, i) => octet ^ mixed[i]));
}
