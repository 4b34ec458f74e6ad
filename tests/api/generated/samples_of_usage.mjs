// Requests that succeed, of meters, use, limits and billing: a part of samples.mjs.

import * as fixtures from "../../harness/fixtures.mjs";
import * as payments from "../../harness/payments.mjs";
import * as usage from "../../harness/usage.mjs";

const userOf = (world) => fixtures.user(world.project, { server: world.server });
const meterOf = (world) => usage.meter(world.owner, world.project);
const useOf = async (world) => usage.use(await meterOf(world), await userOf(world));

export const usageSamples = {
	"GET /api/v1/meters": async () => ({}),
	"POST /api/v1/meters": async () => ({ json: { meter_key: "tokens", unit: "tokens", display_name: "Tokens" }, status: 201 }),
	"PATCH /api/v1/meters/{id}": async (world) => ({ target: `/api/v1/meters/${(await meterOf(world)).id}`, json: { unit: "pieces" } }),
	"DELETE /api/v1/meters/{id}": async (world) => ({ target: `/api/v1/meters/${(await meterOf(world)).id}`, status: 204 }),
	"POST /api/v1/usage/events": async (world) => ({ json: { events: [await useOf(world)] } }),
	"POST /api/v1/usage/consume": async (world) => ({ json: await useOf(world) }),
	"GET /api/v1/project_limits": async () => ({}),
	"PUT /api/v1/project_limits": async () => ({ json: { limits: { requests: 1000000 } } }),
	"GET /api/v1/usage": async (world) => ({ target: `/api/v1/usage?bucket=month&meter_key=${(await meterOf(world)).meter_key}` }),
	"GET /api/v1/billing": async () => ({}),
	"POST /api/v1/billing/checkout": async (world) => {
		await payments.manualConsole(world.server);
		return { json: { invoice_id: await usage.invoice(world.org, { server: world.server }) }, status: 201 };
	},
	"GET /api/v1/invoices": async () => ({}),
	"GET /api/v1/invoices/{id}": async (world) => ({ target: `/api/v1/invoices/${await usage.invoice(world.org, { server: world.server })}` }),
};
