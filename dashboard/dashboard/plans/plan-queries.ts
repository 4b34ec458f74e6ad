// What a plan costs and a feature is worth, as people write it; and the queries that the pages of plans share.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import type { Plan } from "../api/types";

/** Currencies whose least unit isn't a hundredth; the rest have two decimals. */
const DECIMALS: Record<string, number> = { IDR: 0, JPY: 0, KRW: 0, VND: 0, CLP: 0, KWD: 3, BHD: 3, TND: 3 };

export function writePrice(price: number, currency: string): string {
	const decimals = DECIMALS[currency] ?? 2;
	try {
		return new Intl.NumberFormat("en", {
			style: "currency",
			currency,
			minimumFractionDigits: decimals,
			maximumFractionDigits: decimals,
		}).format(price / 10 ** decimals);
	} catch {
		return `${price} ${currency}`;
	}
}

const PER: Record<Plan["period"], string> = { monthly: "a month", yearly: "a year", one_time: "once" };

export const priceOf = (plan: Pick<Plan, "price" | "currency" | "period">) =>
	plan.price === 0 ? "Free" : `${writePrice(plan.price, plan.currency)} ${PER[plan.period]}`;

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
