// What ./dev bench asks of licenses: may a machine that has a seat run, of Gatehouse and of the bare worker that runs the same statement and makes one
// Ed25519 signature; alone, and beside a million licenses with a machine each.

import { Client, license, machine, planWith, question } from "../harness/index.mjs";

const FEATURES = { export: true, seats: 5 };

/** A license of a plan, a machine that has a seat, what it asks, and the bare worker's statement for it. */
export async function prepareLicenses(server, owner) {
	const project = owner.project;
	await planWith(server, project, "pro", FEATURES);
	const one = await license(owner, project, { plan_key: "pro" });
	const asked = question(project, one, { fingerprint: machine({ mac: ["00:1A:2B:3C:4D:5E"] }), nonce: "n0nce-0123456789" });
	const client = new Client(server, { check: false });
	const ask = async () => {
		const { status, text, json: answer } = await client.post("/api/v1/validate", asked);
		if (status !== 200 || answer.code !== "valid" || answer.features.seats !== FEATURES.seats)
			throw new Error(`/validate: ${status} ${text}`);
	};
	await ask();
	const digest = (text) => `hex:${text.toLowerCase()}`;
	const key = digest(await server.sql.value`SELECT HEX(key_digest) FROM licenses WHERE project_id = ${project.id} AND id = ${one.id}`);
	const seat = digest(await server.sql.value`SELECT HEX(machine_digest) FROM activations WHERE project_id = ${project.id} AND license_id = ${one.id}`);
	return {
		server, project, json: JSON.stringify(asked), ask,
		plan: [`/validate validation_find null null ${key} ${seat} =${project.clientId}`, "/validate sign_ed25519"],
	};
}

export const licenseTargets = ({ server, json }, bareUrl) => ({
	bare_validate: { url: `${bareUrl}/validate`, json },
	validate: { url: `${server.url}/api/v1/validate`, json },
});

/**
 * Licenses with the numbers from..to, each with a machine. Their digests are spread evenly and rise with the number: to whom looks for one they are like those
 * that chance made, and a small buffer pool takes a million of them in a minute.
 */
export async function fillLicenses({ server, project }, from, to) {
	const id = (prefix) => `CONCAT('${prefix}_', LPAD(LOWER(CONV(seq, 10, 36)), 16, '0'))`;
	const digest = "UNHEX(CONCAT(LPAD(HEX(seq * 4294), 8, '0'), LEFT(SHA2(seq, 256), 56)))";
	await server.sql.query(`INSERT INTO licenses (project_id, id, key_digest, key_sealed, key_first4, key_last4, product_name, status, mode, max_activations,
		grace_days, ip_locked, lease_ttl_s, metadata, is_expired_sent, guard, version, created_at, updated_at)
		SELECT '${project.id}', ${id("lic")}, ${digest}, REPEAT('x', 80), 'XXXX', 'XXXX', 'Filler', 'active', 'node_locked', 1,
		0, FALSE, 900, '{}', FALSE, 1, 1, NOW(3), NOW(3) FROM seq_${from}_to_${to}`);
	await server.sql.query(`INSERT INTO activations (project_id, id, license_id, seat, machine_digest, components, country, created_at, last_seen_at)
		SELECT '${project.id}', ${id("act")}, ${id("lic")}, 1, UNHEX(SHA2(seq, 256)), REPEAT('x', 80), 'ZZ', NOW(3), NOW(3) FROM seq_${from}_to_${to}`);
}
