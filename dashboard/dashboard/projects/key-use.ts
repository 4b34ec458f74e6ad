// What of a project's keys is in use: the sentence in front of what would stop them.
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import type { ApiKey } from "../api/types";

const DAY_MS = 86_400_000;
const PAGE = 100;

/** "14 keys used in the last 24 hours"; of the newest hundred, more reads "14 or more". */
export function keyUse(keys: Pick<ApiKey, "last_used_at">[], isAll: boolean, now: number): string {
	const used = keys.filter(({ last_used_at: at }) => at !== null && now - Date.parse(at) < DAY_MS).length;
	const count = isAll ? String(used) : `${used} or more`;
	return `${count} ${count === "1" ? "key" : "keys"} used in the last 24 hours`;
}

/** null until it's known, and for whoever may not see the keys. */
export function useKeyUse(projectId: string): string | null {
	const { data } = useQuery({
		queryKey: ["api-keys", projectId, "use"],
		queryFn: () =>
			send(
				api.GET("/api/v1/api_keys", { params: { query: { kind: "service", project_id: projectId, limit: PAGE } } }),
			),
		retry: false,
	});
	return data ? keyUse(data.data, data.next_cursor === null, Date.now()) : null;
}
