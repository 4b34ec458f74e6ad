// Ids and secrets as the server makes them, and the list of every secret a test run knows (for the search through the logs).

import { createHash, randomBytes, randomInt } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const letters = (alphabet, count) => Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join("");

const IDS_PER_MS = 28274847169n;	// 36^16 / 2^48

let lastMs = 0;

/** prj_…: the time in the upper part of the value of 16 digits in base 36, so that ids sort by creation. */
export function makeId(prefix) {
	lastMs = Math.max(Date.now(), lastMs + 1);
	const value = BigInt(lastMs) * IDS_PER_MS + BigInt(randomInt(2 ** 34));
	return `${prefix}_${value.toString(36).padStart(16, "0")}`;
}

export const makePublicId = () => `proj_${letters(BASE62, 24)}`;
/** A number of nobody, in a range kept for examples. */
export const makePhone = () => `+1555${String(randomInt(0, 10 ** 7)).padStart(7, "0")}`;
export const makeSlug = (stem = "s") => `${stem}-${letters(BASE36, 12)}`;
export const makeEmail = (stem = "p") => `${stem}.${letters(BASE36, 12)}@example.com`;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let k = 0; k < 8; k++)
		c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c;
});

export function crc32(text) {
	let crc = 0xffffffff;
	for (const octet of Buffer.from(text))
		crc = CRC_TABLE[(crc ^ octet) & 0xff] ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}

export function checksum(text) {
	let rest = crc32(text);
	let out = "";
	for (let i = 0; i < 6; i++) {
		out = BASE62[rest % 62] + out;
		rest = Math.floor(rest / 62);
	}
	return out;
}

/** gpat_, gsk_live_ … with 32 characters of base62 and the checksum. */
export function makeSecret(prefix) {
	const body = prefix + letters(BASE62, 32);
	return remember(body + checksum(body));
}

/** XXXX-XXXX-XXXX. */
export const makeInviteCode = () => remember([0, 1, 2].map(() => letters("23456789ABCDEFGHJKMNPQRSTUVWXYZ", 4)).join("-"));

export const makeCookie = () => remember(randomBytes(32).toString("base64url"));
export const makePassword = () => remember(`Zephyr-${letters(BASE62, 14)}-quilt`);
export const digest = (text) => createHash("sha256").update(text).digest();

let file;
const known = new Set();

/** From here on secrets are written to a list in this folder. */
export function rememberIn(folder) {
	const list = path.join(folder, "canaries");
	fs.mkdirSync(list, { recursive: true });
	file = path.join(list, `${process.pid}.txt`);
	if (known.size > 0)
		fs.appendFileSync(file, `${[...known].join("\n")}\n`);
}

const ID = /^[a-z]{3}_[a-z0-9]{16}$/;

/** Notes a secret; ids are none (a flow cookie begins with one), short things (six-digit codes) would be found by chance and are left out. */
export function remember(secret) {
	if (typeof secret === "string" && secret.length >= 12 && !ID.test(secret) && !known.has(secret)) {
		known.add(secret);
		if (file)
			fs.appendFileSync(file, `${secret}\n`);
	}
	return secret;
}

export function rememberedIn(folder) {
	const list = path.join(folder, "canaries");
	const all = new Set();
	for (const name of fs.existsSync(list) ? fs.readdirSync(list) : [])
		for (const line of fs.readFileSync(path.join(list, name), "utf8").split("\n"))
			if (line)
				all.add(line);
	return all;
}
