// May this program run? Asks Gatehouse about a license, or reads a license file, and believes nothing that the project's key didn't sign.
//
//	GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
//		node license.mjs XXXX-XXXX-XXXX-XXXX    (or, without a network: node license.mjs FILE.lic)
//
// In a program of yours the first four are compiled in. Node 20 or newer. Ends with 0 when the license counts.
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const { GATEHOUSE_URL: url, GATEHOUSE_CLIENT_ID: clientId, GATEHOUSE_KID: kid, GATEHOUSE_PUBLIC_KEY: hex } = process.env;

/** An Ed25519 key as Node knows keys: the 32 octets behind what says so (RFC 8410). */
const publicKey = createPublicKey({ key: Buffer.from(`302a300506032b6570032100${hex}`, "hex"), format: "der", type: "spki" });

/** What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced. */
function machine() {
	const cards = readdirSync("/sys/class/net").map((name) => readFileSync(`/sys/class/net/${name}/address`, "utf8").trim());
	return { uuid: readFileSync("/etc/machine-id", "utf8").trim(), mac: cards.slice(0, 16) };
}

/** What is signed in an answer or a file: nothing but that is looked at. */
function opened(format, { kid: signedBy, payload, signature }) {
	const signed = Buffer.from(`${format}\n${kid}\n${payload}`);
	if (signedBy !== kid || !verify(null, signed, publicKey, Buffer.from(signature, "base64")))
		throw new Error("the answer isn't signed by our key");
	return JSON.parse(payload);
}

// ---- with a network

async function ask(licenseKey) {
	const nonce = randomBytes(24).toString("base64url");
	const body = JSON.stringify({ client_id: clientId, license_key: licenseKey, fingerprint: machine(), nonce, kid });
	const reply = await fetch(`${url}/api/v1/validate`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: AbortSignal.timeout(10000) });
	const answer = await reply.json();
	if (!reply.ok)
		throw new Error(`${reply.status} ${answer.error?.code}: ${answer.error?.message}`);
	const payload = opened("gatehouse-license-v1", answer);
	if (payload.nonce !== nonce || payload.request_hash !== createHash("sha256").update(body).digest("hex") || payload.client_id !== clientId)
		throw new Error("the answer is to another question");
	return payload;
}

// ---- without one

/** A part of a machine in the form in which it is compared. */
function compared(name, text) {
	const tidy = text.trim().toLowerCase().replace(/\s+/g, " ");
	return name === "mac" ? tidy.replace(/[ :.-]/g, "") : tidy;
}

/** Is this the machine that the file was made for? */
function fits({ salt, threshold, min_matches, components }) {
	const said = machine();
	const digest = (name, text) => createHash("sha256").update(Buffer.from(salt, "base64")).update(`${name}\0${compared(name, text)}`).digest().subarray(0, 16).toString("base64");
	const fitting = components.filter(({ name, digests }) => [said[name] ?? []].flat().some((text) => digests.includes(digest(name, text))));
	const weigh = (parts) => parts.reduce((sum, { weight }) => sum + weight, 0);
	const needed = weigh(components) > 0 ? Math.min(min_matches, components.length) : components.length;
	return fitting.length >= needed && weigh(fitting) * 100 >= weigh(components) * threshold;
}

/** As times are written in a payload: texts that sort as they follow each other. */
const moment = (seconds = 0) => new Date(Date.now() + seconds * 1000).toISOString();

function read(path) {
	const payload = opened("gatehouse-license-file-v1", JSON.parse(readFileSync(path, "utf8")));
	if (payload.client_id !== clientId)
		throw new Error("the file is another product's");
	if (payload.file_expires_at <= moment() || payload.signed_at > moment(300))
		throw new Error("the file's time is over, or this machine's clock is wrong");
	if (payload.machine !== null && !fits(payload.machine))
		throw new Error("the file is for another machine");
	return payload;
}

const verdict = process.argv[2].endsWith(".lic") ? read(process.argv[2]) : await ask(process.argv[2]);
console.log(`${verdict.code}: ${verdict.product_name ?? "no such license"}, until ${verdict.valid_until}`);
process.exitCode = verdict.valid ? 0 : 1;
