// What the pages about use have in common.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import type { Reply } from "../api/types";

export const USAGE = "/api/v1/usage";
export const METERS = "/api/v1/meters";
export const LIMITS = "/api/v1/project_limits";

export type Meter = Reply<"/api/v1/meters", "get", 200>["data"][number];
export type MeterUsage = Reply<"/api/v1/usage", "get", 200>["meters"][number];
export type Limits = Record<string, number>;

/** What was used of each meter this month, and how much may be. */
export const usageQuery = (projectId: string) =>
	queryOptions({
		queryKey: ["usage", projectId],
		queryFn: () =>
			send(api.GET(USAGE, { params: { query: { bucket: "month" } }, headers: onProject(projectId) })).then(({ meters }) => meters),
	});

/** Those that every project has. */
export const BUILT_IN: Record<string, string> = {
	requests: "API requests",
	token_issues: "Tokens issued",
	validations: "License validations",
	key_verifications: "Keys verified",
	tool_calls: "Tool calls",
	deliveries: "Deliveries",
	emails: "E-mails",
	mau: "People of the month",
};
