// What a plan costs and a feature is worth, as people write it; and the queries that the pages of plans share.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import type { Plan } from "../api/types";
import { money } from "../ui/money";

const PER: Record<Plan["period"], string> = { monthly: "a month", yearly: "a year", one_time: "once" };

export const priceOf = (plan: Pick<Plan, "price" | "currency" | "period">) =>
	plan.price === 0 ? "Free" : `${money(plan.price, plan.currency)} ${PER[plan.period]}`;

export type FeatureValue = boolean | number | null;

/** A feature's value as people read it. */
export function writeValue(value: unknown): string {
	if (value === null) {
		return "No limit";
	}
	return typeof value === "boolean" ? (value ? "Yes" : "No") : String(value);
}

export const plansQuery = (projectId: string) =>
	queryOptions({
		queryKey: ["plans", projectId],
		queryFn: async () => {
			const page = await send(api.GET("/api/v1/plans", { params: { query: { limit: 100 } }, headers: onProject(projectId) }));
			return page.data;
		},
	});

export const featuresQuery = (projectId: string) =>
	queryOptions({
		queryKey: ["features", projectId],
		queryFn: async () => {
			const page = await send(api.GET("/api/v1/features", { params: { query: { limit: 100 } }, headers: onProject(projectId) }));
			return page.data.toSorted((a, b) => a.feature_key.localeCompare(b.feature_key));
		},
	});
