// The limit of what a metric counts, where there is one: limits are of a month, charts of days and hours.
import { useQuery } from "@tanstack/react-query";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { usageQuery } from "../usage/meters";
import type { Ceiling } from "./chart";

/** Metrics that are counted by a meter of the same name. */
const METERED = ["token_issues", "validations", "deliveries", "mau"];

const write = (value: number) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value)).toLocaleString("en");

function daysOfMonth(): number {
	const now = new Date();
	return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate();
}

/** A month's limit spread over its days or hours; people of a month are a month's in any bucket. */
function ceilingOf(metric: string, limit: number, bucket: "hour" | "day"): Ceiling {
	if (metric === "mau") {
		return { label: `limit: ${write(limit)} a month`, value: limit };
	}
	const value = limit / daysOfMonth() / (bucket === "hour" ? 24 : 1);
	return { label: `limit: ${write(limit)} a month, spread evenly ${write(value)} ${bucket === "hour" ? "an hour" : "a day"}`, value };
}

export function useCeiling(metric: string, bucket: "hour" | "day"): Ceiling | undefined {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const isMetered = METERED.includes(metric) && mayDo(project.role, "usage.read");
	const { data } = useQuery({ ...usageQuery(project.id), enabled: isMetered });
	const limit = isMetered ? data?.find(({ meter_key }) => meter_key === metric)?.included : undefined;
	return limit === undefined || limit === null ? undefined : ceilingOf(metric, limit, bucket);
}
