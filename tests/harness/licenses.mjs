// Licenses of a project, and what a program that was shipped with one asks.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { Client } from "./http.mjs";
import { makeId } from "./secrets.mjs";

const sellerOf = (owner, project) => owner.session({ headers: { "X-Project-Id": project.id } });

async function made(answer, status = 201) {
	if (answer.status !== status)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

export async function license(owner, project, body = {}) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/licenses", { product_name: "Café Pro", ...body }));
}

/** A plan of the project with these features, {key: value}: true or false, a number, or null for no limit. */
export async function planWith(server, project, planKey, features) {
	const at = "2026-01-01 00:00:00";
	const plan = makeId("pln");
	await server.sql.run`INSERT INTO plans (project_id, id, plan_key, display_name, price, currency, period, trial_days, is_public, sort, is_archived, version, created_at, updated_at) VALUES (${project.id}, ${plan}, ${planKey}, ${planKey}, 0, 'USD', 'monthly', 0, TRUE, 0, FALSE, 1, ${at}, ${at})`;
	for (const [key, value] of Object.entries(features)) {
		const feature = makeId("fea");
		await server.sql.run`INSERT INTO features (project_id, id, feature_key, type, default_value, version, created_at, updated_at) VALUES (${project.id}, ${feature}, ${key}, ${typeof value === "boolean" ? "boolean" : "limit"}, 0, 1, ${at}, ${at})`;
		await server.sql.run`INSERT INTO plan_features (project_id, plan_id, feature_id, value) VALUES (${project.id}, ${plan}, ${feature}, ${value})`;
	}
	return plan;
}

/** What a machine of its own says of itself. */
export const machine = (more = {}) => ({ disk: makeId("dsk"), uuid: makeId("uid"), ...more });

/** The body of a question to /validate. */
export const question = (project, { key }, more = {}) => ({ client_id: project.clientId, license_key: key, fingerprint: machine(), ...more });

/** A machine of its own asks; answers what it is told. */
export async function ask(server, project, one, more) {
	return made(await new Client(server).post("/api/v1/validate", question(project, one, more)), 200);
}

/** A license with a machine on it: {license, fingerprint, answer}. */
export async function activation(owner, project, body = {}) {
	const fingerprint = machine();
	const one = await license(owner, project, body);
	const answer = await ask(owner.server, project, one, { fingerprint });
	return { license: one, fingerprint, answer };
}

/** A license file that who sells hands out: {id, file, expires_at}. */
export async function licenseFile(owner, project, { id }, body = {}) {
	return made(await (await sellerOf(owner, project)).post(`/api/v1/licenses/${id}/files`, body));
}

/** The id of a signing key that has retired. */
export async function retiredLicenseKey(owner, project) {
	const session = await sellerOf(owner, project);
	const first = await made(await session.post("/api/v1/license_signing_keys/rotate", {}));
	await made(await session.post("/api/v1/license_signing_keys/rotate", {}));
	return first.kid;
}

const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** An Ed25519 key of 32 octets in hexadecimal digits, as Node knows keys. */
export const publicKeyOf = (hex) => createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(hex, "hex")]), format: "der", type: "spki" });

/** Does the answer hold before somebody who has only the key compiled in? */
export const isSigned = ({ payload, signature, kid }, publicKey, format = "gatehouse-license-v1") =>
	verify(null, Buffer.from(`${format}\n${kid}\n${payload}`), publicKeyOf(publicKey), Buffer.from(signature, "base64"));

/** The answer's payload, once it is proven: signed by the key, for the body that was sent, and what stands beside it says the same. */
export function proven(answer, publicKey, body) {
	assert.ok(isSigned(answer, publicKey), "the signature holds");
	const payload = JSON.parse(answer.payload);
	const { payload: _, signature: __, kid: ___, file: ____, ...beside } = answer;
	assert.deepEqual(beside, payload);
	if (body !== undefined)
		assert.equal(payload.request_hash, createHash("sha256").update(body).digest("hex"));
	return payload;
}
