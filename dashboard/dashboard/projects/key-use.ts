// What of a project's keys is in use: the sentence in front of what would stop them.
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import type { ApiKey } from "../api/types";

const DAY_MS = 86_400_000;
const PAGE = 100;

/** "14 keys used in the last 24 hours" */
function keyUse(keys: Pick<ApiKey, "last_used_at">[], now: number): string {
	const used = keys.filter(({ last_used_at: at }) => at !== null && now - Date.parse(at) < DAY_MS).length;
	return `${used} ${used === 1 ? "key" : "keys"} used in the last 24 hours`;
}

async function everyKey(projectId: string): Promise<ApiKey[]> {
	const keys: ApiKey[] = [];
	let cursor: string | undefined;
	do {
		const query = { kind: "service", project_id: projectId, limit: PAGE, cursor } as const;
		const page = await send(api.GET("/api/v1/api_keys", { params: { query } }));
		keys.push(...page.data);
		cursor = page.next_cursor ?? undefined;
	} while (cursor);
	return keys;
}

/** null until it's known, and for whoever may not see the keys. */
export function useKeyUse(projectId: string): string | null {
	const { data } = useQuery({
		queryKey: ["api-keys", projectId, "use"],
		queryFn: () => everyKey(projectId),
		retry: false,
	});
	return data ? keyUse(data, Date.now()) : null;
}
