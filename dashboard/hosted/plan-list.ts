// Plans as people choose them, on the page of a sign-in and in their account.
import { el } from "./dom";
import { money } from "./money";
import { type PlanKey, planWord } from "./plan-words";
import { currentLanguage } from "./text";

export interface Plan {
	id: string;
	plan_key: string;
	display_name: string;
	price: number;
	currency: string;
	period: "monthly" | "yearly" | "one_time";
	description: string | null;
	features: Record<string, boolean | number | null>;
}

export const say = (key: PlanKey, values?: Record<string, string>) => planWord(currentLanguage(), key, values);

export const dayOf = (time: string) => new Date(time).toLocaleDateString(currentLanguage(), { dateStyle: "long" });

export function priceOf({ price, currency, period }: Plan): string {
	return price === 0 ? say("plan_free") : say(`plan_${period}`, { price: money(price, currency, currentLanguage()) });
}

/** What it gives; a feature that it lacks isn't named. */
function featuresOf({ features }: Plan): string[] {
	return Object.entries(features).flatMap(([key, value]) => {
		const feature = key.replaceAll("_", " ");
		if (value === null) {
			return say("plan_unlimited", { feature });
		}
		if (typeof value === "number") {
			return say("plan_limit", { feature, n: value.toLocaleString(currentLanguage()) });
		}
		return value ? feature : [];
	});
}

/** One line a plan, its button beside it. */
export function planList<P extends Plan>(plans: P[], isCurrent: (plan: P) => boolean, choose: (plan: P) => HTMLElement | null): HTMLElement {
	return el(
		"ul",
		{ class: "plans" },
		...plans.map((plan) =>
			el(
				"li",
				isCurrent(plan) ? { class: "current" } : {},
				el("h2", {}, plan.display_name, isCurrent(plan) ? el("span", { class: "badge" }, say("plan_current")) : null),
				el("p", { class: "price" }, priceOf(plan)),
				plan.description ? el("p", { class: "note" }, plan.description) : null,
				featuresOf(plan).length > 0 ? el("ul", { class: "features" }, ...featuresOf(plan).map((text) => el("li", {}, text))) : null,
				choose(plan),
			),
		),
	);
}
