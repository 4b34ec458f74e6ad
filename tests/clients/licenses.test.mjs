// The example programs of the guide to licenses, as they stand there: they run with a license that counts, and believe nobody else.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { expectStatus, isSigned, license, licenseFile, ownServer, person, publicKeyOf } from "../harness/index.mjs";
import { makeFolder, ROOT } from "../harness/workplace.mjs";

const run = promisify(execFile);
const server = await ownServer();
const owner = await person(server);
const project = owner.org.defaultProject;
const session = await owner.session({ headers: { "X-Project-Id": project.id } });
const { kid, public_key } = expectStatus(await session.post("/api/v1/license_signing_keys/rotate"), 201);
const example = (name) => path.join(ROOT, "docs/examples/licenses", name);

const program = path.join(makeFolder("l"), "license");
await run("cc", ["-Wall", "-Wextra", "-Werror", "-o", program, example("license.c"), "-lssl", "-lcrypto"]);

const PROGRAMS = {
	C: [program],
	Python: ["/usr/bin/python3", example("license.py")],
	Node: [process.execPath, "--import", path.join(ROOT, "tests/clients/localhost.mjs"), example("license.mjs")],
	PHP: ["php", example("license.php")],
};

/** The vector that is published with the contract: who checks answers begins with it. */
const VECTOR = {
	public_key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	kid: "lsk_0000000000000001",
	payload: '{"v":1,"valid":true,"code":"valid","client_id":"proj_aBcDeFgHiJkLmNoPqRsTuVwX","environment":"live","license_id":"lic_0000000000000001","activation_id":"act_0000000000000001","product_name":"Café Pro","status":"active","expires_at":"2027-01-15T10:30:00.000Z","time_left":31536000,"grace_until":null,"valid_until":"2026-01-16T10:30:00.000Z","heartbeat_before":null,"features":{"export":true,"seats":5},"nonce":"n0nce-0123456789","request_hash":"bd4e646d60930ed46677a0e2b0a6a6672dc8fc1abd603113eee30034279cfd71","signed_at":"2026-01-15T10:30:00.000Z"}',
	signature: "VlpxOAH99YtcJBg6BX5jRvlONAwT0mi5WwPvRdajNdmnGfH/jYfS9HnskUNcf3F/bkfoDRDv3QsbySytl8DcDA==",
};

/** {code, stdout, stderr} of a program that asks about a key. */
async function start([command, ...args], key, more = {}) {
	const env = {
		...process.env, GATEHOUSE_URL: server.url, GATEHOUSE_HOST: server.host, GATEHOUSE_CLIENT_ID: project.clientId, GATEHOUSE_KID: kid, GATEHOUSE_PUBLIC_KEY: public_key,
		GATEHOUSE_CA: server.ca, SSL_CERT_FILE: server.ca, NODE_EXTRA_CA_CERTS: server.ca, ...more,
	};
	return run(command, [...args, key], { env, timeout: 30000 }).then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}

/* Who asked anybody would be told that there is nobody. */
const NO_NETWORK = { GATEHOUSE_URL: "https://127.0.0.1:1", GATEHOUSE_HOST: "127.0.0.1:1" };

function saved(name, file) {
	const at = path.join(makeFolder("f"), `${name}.lic`);
	fs.writeFileSync(at, JSON.stringify(file));
	return at;
}

/** A file that a key of ours made, whatever it says: its payload is another one's, changed. The key is the published one. */
function forged({ file }, change) {
	const payload = JSON.stringify({ ...JSON.parse(file.payload), ...change });
	const key = createPrivateKey({ key: Buffer.from(`302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60`, "hex"), format: "der", type: "pkcs8" });
	return { ...file, payload, signature: sign(null, Buffer.from(`gatehouse-license-file-v1\n${file.kid}\n${payload}`), key).toString("base64") };
}

/** A server with a good certificate that answers every question as ours has answered one. */
async function impostor(answer) {
	const { cert, key } = server.basis.tls;
	const replay = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (request, response) => {
		request.resume();
		request.on("end", () => response.writeHead(200, { "Content-Type": "application/json" }).end(answer));
	});
	await new Promise((resolve) => replay.listen(0, "127.0.0.1", resolve));
	after(() => replay.close());
	return `localhost:${replay.address().port}`;
}

for (const [language, command] of Object.entries(PROGRAMS)) {
	test(`${language}: runs with a license that counts, stops with one that doesn't, and takes one seat`, async () => {
		const one = await license(owner, project, { product_name: `Café "${language}"` });
		for (let i = 0; i < 2; i++) {
			const ran = await start(command, one.key);
			assert.equal(ran.code, 0, ran.stderr);
			assert.match(ran.stdout, new RegExp(`^valid: Café "${language}"`));
		}
		assert.equal(expectStatus(await session.get(`/api/v1/licenses/${one.id}`), 200).current_activations, 1);
		expectStatus(await session.post(`/api/v1/licenses/${one.id}/suspend`, {}), 200);
		const stopped = await start(command, one.key);
		assert.deepEqual([stopped.code, stopped.stdout.split(":")[0]], [1, "suspended"], stopped.stderr);
		const unknown = await start(command, "2222-2222-2222-2222");
		assert.deepEqual([unknown.code, unknown.stdout.split(",")[0].trim()], [1, "not_found: no such license"], unknown.stderr);
	});

	test(`${language}: believes neither another key nor an answer that was given before`, async () => {
		const one = await license(owner, project);
		assert.equal((await start(command, one.key)).code, 0);
		const other = await start(command, one.key, { GATEHOUSE_PUBLIC_KEY: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" });
		assert.notEqual(other.code, 0);
		assert.notEqual(other.stdout.split(":")[0], "valid");
		const answer = (await session.post("/api/v1/validate", { client_id: project.clientId, license_key: one.key, fingerprint: { uuid: "u-1", disk: "d-1" }, kid })).text;
		const host = await impostor(answer);
		const replayed = await start(command, one.key, { GATEHOUSE_URL: `https://${host}`, GATEHOUSE_HOST: host });
		assert.notEqual(replayed.code, 0);
		assert.match(replayed.stderr, /to another question/);
	});
}

const machineId = fs.readFileSync("/etc/machine-id", "utf8").trim();

for (const [language, command] of Object.entries(PROGRAMS)) {
	test(`rule 16 ${language}: a license file is enough without a network, on its machine, in its time, as it was signed`, async () => {
		const one = await license(owner, project, { product_name: `Café "${language}"`, max_activations: 3 });
		const offline = (name, file, more) => start(command, saved(name, file), { ...NO_NETWORK, ...more });
		const any = await licenseFile(owner, project, one);
		const mine = await licenseFile(owner, project, one, { fingerprint: { uuid: ` ${machineId.toUpperCase()}\t` } });
		for (const { file } of [any, mine]) {
			const ran = await offline("good", file);
			assert.equal(ran.code, 0, ran.stderr);
			assert.match(ran.stdout, new RegExp(`^valid: Café "${language}"`));
		}
		const elsewhere = await licenseFile(owner, project, one, { fingerprint: { uuid: "another", mac: ["02:00:00:00:00:01"] } });
		const half = await licenseFile(owner, project, one, { fingerprint: { uuid: machineId, disk: "another" } });
		const changed = { ...any.file, payload: any.file.payload.replace("active", "ACTIVE") };
		const published = { GATEHOUSE_PUBLIC_KEY: VECTOR.public_key };
		assert.equal((await offline("forged", forged(any, {}), published)).code, 0, "the forger's own key signs");
		for (const [why, file, env] of [
			["another machine", elsewhere.file], ["another machine", half.file], ["", changed], ["", forged(any, {})],
			["time is over", forged(any, { file_expires_at: "2020-01-01T00:00:00.000Z" }), published], ["time is over", forged(any, { signed_at: "2999-01-01T00:00:00.000Z" }), published],
			["another product", forged(any, { client_id: "proj_aBcDeFgHiJkLmNoPqRsTuVwX" }), published],
		]) {
			const ran = await offline("bad", file, env);
			assert.ok(ran.code !== 0 && ran.stdout === "" && ran.stderr.includes(why), `${why}: ${ran.stdout}${ran.stderr}`);
		}
		assert.notEqual((await start(command, one.key, NO_NETWORK)).code, 0, "there was no network");
	});
}

test("the published vector verifies with OpenSSL, Node, Python and PHP, and not with one octet changed", async () => {
	const folder = makeFolder("v");
	const file = (name, content) => {
		fs.writeFileSync(path.join(folder, name), content);
		return path.join(folder, name);
	};
	const octets = Buffer.from(`gatehouse-license-v1\n${VECTOR.kid}\n${VECTOR.payload}`);
	const [signature, key] = [file("signature", Buffer.from(VECTOR.signature, "base64")), file("key.pem", publicKeyOf(VECTOR.public_key).export({ type: "spki", format: "pem" }))];
	const signed = file("signed", octets);
	const changed = file("changed", Buffer.from(octets.toString().replace('"seats":5', '"seats":6')));
	assert.ok(isSigned(VECTOR, VECTOR.public_key));
	assert.ok(!isSigned({ ...VECTOR, payload: VECTOR.payload.replace('"seats":5', '"seats":6') }, VECTOR.public_key));
	const python = "import sys; from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as K; r = lambda p: open(p, 'rb').read(); K.from_public_bytes(bytes.fromhex(sys.argv[1])).verify(r(sys.argv[2]), r(sys.argv[3]))";
	const php = "exit(sodium_crypto_sign_verify_detached(file_get_contents($argv[2]), file_get_contents($argv[3]), hex2bin($argv[1])) ? 0 : 1);";
	for (const [command, args] of [
		["openssl", (what) => ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", signature, "-in", what]],
		["/usr/bin/python3", (what) => ["-c", python, VECTOR.public_key, signature, what]],
		["php", (what) => ["-r", php, "--", VECTOR.public_key, signature, what]],
	]) {
		await run(command, args(signed));
		await assert.rejects(run(command, args(changed)), command);
	}
});
