// The samples of plans and features, and of what users have of them (see samples.mjs).

import { projectWith } from "../../harness/factors.mjs";
import * as fixtures from "../../harness/fixtures.mjs";
import { manualProvider } from "../../harness/payments.mjs";
import { projectUser } from "../../harness/person.mjs";
import * as plans from "../../harness/plans.mjs";

const userOf = (world) => fixtures.user(world.project, { server: world.server });
export const planOf = (world, body) => plans.plan(world.owner, world.project, body);
export const featureOf = (world, body) => plans.feature(world.owner, world.project, body);

/** A project's own user, in their browser. */
const shopperOf = async (world) => {
	const user = await projectUser(world.server, world.project);
	return { user, by: await user.session() };
};

/** The step of a sign-in that asks for a plan. */
async function planFlow(world, action, bodyOf) {
	const { owner, project, signIn } = await projectWith(world.server, {});
	const { id } = await plans.plan(owner, project, { price: 0 });
	const flow = await signIn();
	return { target: `/api/v1/flows/${flow.id}/${action}`, json: bodyOf(id), by: flow.browser.with({ headers: flow.headers() }) };
}

export const planSamples = {
	"POST /api/v1/flows/{flow_id}/choose": (world) => planFlow(world, "choose", (id) => ({ id })),
	"POST /api/v1/flows/{flow_id}/skip": (world) => planFlow(world, "skip", () => ({})),
	"GET /api/v1/account/plan": async () => ({}),
	"GET /api/v1/account/payments": async (world) => {
		const { by } = await shopperOf(world);
		await manualProvider(world.owner, world.project);
		for (let i = 0; i < 2; i++)
			await by.put("/api/v1/account/plan", { plan_key: (await planOf(world)).plan_key });
		return { by };
	},
	"PUT /api/v1/account/plan": async (world) => ({ by: (await shopperOf(world)).by, json: { plan_key: (await planOf(world, { price: 0 })).plan_key } }),
	"DELETE /api/v1/account/plan": async (world) => {
		const { user, by } = await shopperOf(world);
		await plans.assign(world.owner, world.project, user, { plan_key: (await planOf(world)).plan_key });
		return { by, status: 204 };
	},
	"GET /api/v1/plans": async () => ({}),
	"POST /api/v1/plans": async () => ({ json: { plan_key: "pro", display_name: "Pro", price: 2900, currency: "USD", period: "monthly", is_default: true }, status: 201 }),
	...Object.fromEntries(Object.entries({ GET: {}, PATCH: { json: { display_name: "Renamed" } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/plans/{id}`, async (world) => ({ target: `/api/v1/plans/${(await planOf(world)).id}`, ...more })])),
	"GET /api/v1/features": async () => ({}),
	"POST /api/v1/features": async () => ({ json: { feature_key: "export", type: "boolean" }, status: 201 }),
	...Object.fromEntries(Object.entries({ PATCH: { json: { description: "Files" } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/features/{id}`, async (world) => ({ target: `/api/v1/features/${(await featureOf(world)).id}`, ...more })])),
	"POST /api/v1/features/check": async (world) => ({ json: { user_id: (await userOf(world)).id, feature_key: (await featureOf(world)).feature_key } }),
	"GET /api/v1/users/{id}/plan": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/plan` }),
	"PUT /api/v1/users/{id}/plan": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/plan`, json: { plan_key: (await planOf(world, { trial_days: 7 })).plan_key, trial: true } }),
	"DELETE /api/v1/users/{id}/plan": async (world) => {
		const one = await userOf(world);
		await plans.assign(world.owner, world.project, one, { plan_key: (await planOf(world)).plan_key });
		return { target: `/api/v1/users/${one.id}/plan`, status: 204 };
	},
	"GET /api/v1/users/{id}/features": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/features` }),
	"PUT /api/v1/users/{id}/features/{feature_key}": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/features/${(await featureOf(world)).feature_key}`, json: { value: true } }),
	"DELETE /api/v1/users/{id}/features/{feature_key}": async (world) => {
		const [one, { feature_key }] = [await userOf(world), await featureOf(world)];
		await plans.overrideFeature(world.owner, world.project, one, feature_key, { value: true });
		return { target: `/api/v1/users/${one.id}/features/${feature_key}`, status: 204 };
	},
};
