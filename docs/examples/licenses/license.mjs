// May this program run? Asks Gatehouse about a license, and believes nothing that the project's key didn't sign.
//
//	GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
//		node license.mjs XXXX-XXXX-XXXX-XXXX
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

async function ask(licenseKey) {
	const nonce = randomBytes(24).toString("base64url");
	const body = JSON.stringify({ client_id: clientId, license_key: licenseKey, fingerprint: machine(), nonce, kid });
	const reply = await fetch(`${url}/api/v1/validate`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: AbortSignal.timeout(10000) });
	const answer = await reply.json();
	if (!reply.ok)
		throw new Error(`${reply.status} ${answer.error?.code}: ${answer.error?.message}`);
	return proven(answer, nonce, body);
}

function proven(answer, nonce, body) {
	const signed = Buffer.from(`gatehouse-license-v1\n${kid}\n${answer.payload}`);
	if (answer.kid !== kid || !verify(null, signed, publicKey, Buffer.from(answer.signature, "base64")))
		throw new Error("the answer isn't signed by our key");
	const payload = JSON.parse(answer.payload);	// from here on nothing but the payload is looked at
	if (payload.nonce !== nonce || payload.request_hash !== createHash("sha256").update(body).digest("hex") || payload.client_id !== clientId)
		throw new Error("the answer is to another question");
	return payload;
}

const verdict = await ask(process.argv[2]);
console.log(`${verdict.code}: ${verdict.product_name ?? "no such license"}, until ${verdict.valid_until}`);
process.exitCode = verdict.valid ? 0 : 1;
