// The samples of licenses, their settings and keys, and of what programs ask (see samples.mjs).

import * as licenses from "../../harness/licenses.mjs";

export const licenseOf = (world) => licenses.license(world.owner, world.project);
export const activationOf = (world) => licenses.activation(world.owner, world.project);

export const licenseSamples = {
	"GET /api/v1/licenses": async () => ({}),
	"POST /api/v1/licenses": async () => ({ json: { product_name: "Café Pro", max_activations: 3 }, status: 201 }),
	"POST /api/v1/licenses/bulk": async () => ({ json: { count: 2, template: { product_name: "Café Pro" } }, status: 201 }),
	"POST /api/v1/licenses/import": async (world) => {
		await licenseOf(world);
		return { json: { csv: "product_name,max_activations\r\nCafé Pro,3\r\n" } };
	},
	"GET /api/v1/licenses/export": async (world) => {
		await licenseOf(world);
		return {};
	},
	...Object.fromEntries(Object.entries({ GET: {}, PATCH: { json: { product_name: "Renamed" } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/licenses/{id}`, async (world) => ({ target: `/api/v1/licenses/${(await licenseOf(world)).id}`, ...more })])),
	...Object.fromEntries(["suspend", "reinstate", "revoke", "reset_hardware"].map((verb) =>
		[`POST /api/v1/licenses/{id}/${verb}`, async (world) => ({ target: `/api/v1/licenses/${(await licenseOf(world)).id}/${verb}`, json: {} })])),
	"GET /api/v1/licenses/{id}/activations": async (world) => {
		const { license } = await licenses.activation(world.owner, world.project, { max_activations: 2 });
		await licenses.ask(world.server, world.project, license);
		return { target: `/api/v1/licenses/${license.id}/activations` };
	},
	"DELETE /api/v1/licenses/{id}/activations/{activation_id}": async (world) => {
		const { license, answer } = await activationOf(world);
		return { target: `/api/v1/licenses/${license.id}/activations/${answer.activation_id}`, status: 204 };
	},
	"GET /api/v1/licenses/{id}/files": async (world) => {
		const { id } = await licenseOf(world);
		for (let i = 0; i < 2; i++)
			await licenses.licenseFile(world.owner, world.project, { id });
		return { target: `/api/v1/licenses/${id}/files` };
	},
	"POST /api/v1/licenses/{id}/files": async (world) => ({ target: `/api/v1/licenses/${(await licenseOf(world)).id}/files`, json: { fingerprint: licenses.machine() }, status: 201 }),
	"GET /api/v1/license_settings": async () => ({}),
	"PATCH /api/v1/license_settings": async () => ({ json: { match_threshold: 70 } }),
	"GET /api/v1/license_signing_keys": async () => ({}),
	"POST /api/v1/license_signing_keys/rotate": async () => ({ json: {}, status: 201 }),
	"POST /api/v1/license_signing_keys/{kid}/revoke": async (world) => ({ target: `/api/v1/license_signing_keys/${await licenses.retiredLicenseKey(world.owner, world.project)}/revoke`, json: {} }),
	...Object.fromEntries(["", "/file"].map((what) => [`POST /api/v1/validate${what}`, async (world) => {
		await licenses.retiredLicenseKey(world.owner, world.project);	// the first answer of a project makes its key, once
		return { json: licenses.question(world.project, await licenseOf(world)) };
	}])),
	"POST /api/v1/validate/activations": async (world) => {
		const { license } = await activationOf(world);
		return { json: { client_id: world.project.clientId, license_key: license.key } };
	},
	...Object.fromEntries(["heartbeat", "release"].map((verb) => [`POST /api/v1/validate/${verb}`, async (world) => {
		const { license, answer } = await activationOf(world);
		return { json: licenses.question(world.project, license, { activation_id: answer.activation_id }) };
	}])),
};
