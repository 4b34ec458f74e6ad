// Plans and features of a project, and who has what.

import { makeSlug } from "./secrets.mjs";

async function made(answer, status = 201) {
	if (answer.status !== status)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

const sellerOf = (owner, project) => owner.session({ headers: { "X-Project-Id": project.id } });

/** A plan that costs 29 dollars a month, unless said otherwise. */
export async function plan(owner, project, body = {}) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/plans", {
		plan_key: makeSlug("plan"), display_name: "Pro", price: 2900, currency: "USD", period: "monthly", ...body,
	}));
}

export async function feature(owner, project, body = {}) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/features", { feature_key: makeSlug("f").replaceAll("-", "_"), type: "boolean", ...body }));
}

/** Puts a user on a plan. */
export async function assign(owner, project, user, body) {
	return made(await (await sellerOf(owner, project)).put(`/api/v1/users/${user.id}/plan`, body), 200);
}

/** Gives a user a feature, whatever their plan says. */
export async function overrideFeature(owner, project, user, featureKey, body) {
	return made(await (await sellerOf(owner, project)).put(`/api/v1/users/${user.id}/features/${featureKey}`, body), 200);
}
