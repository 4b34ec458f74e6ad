// A project's providers, read again and again while one of them is being looked at.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { settingsKey } from "../sign-in-settings/settings";
import { useAction } from "../ui/action";
import { AT, type Provider } from "./kinds";

/** How long a job is waited for; the answer comes all the same. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 1000;

export function providersKey(projectId: string): readonly unknown[] {
	return ["social-providers", projectId];
}

/** What a change of a provider makes stale: also whether the method is ready. */
export function staleAfter(projectId: string): readonly (readonly unknown[])[] {
	return [providersKey(projectId), settingsKey(projectId), ["audit-events", projectId]];
}

async function readAll(projectId: string): Promise<Provider[]> {
	const found: Provider[] = [];
	let cursor: string | undefined;
	do {
		const page = await send(api.GET(AT, { params: { query: { limit: 100, cursor } }, headers: onProject(projectId) }));
		found.push(...page.data);
		cursor = page.next_cursor ?? undefined;
	} while (cursor);
	return found;
}

export function useProviders(projectId: string, isExpected: (provider: Provider) => boolean) {
	return useQuery({
		queryKey: providersKey(projectId),
		queryFn: () => readAll(projectId),
		refetchInterval: ({ state }) => (state.data?.some(isExpected) ? LOOK_EVERY_MS : false),
	});
}

/** Which checks are under way: of whom, since when, and what stood there before. */
interface Expected {
	[key: string]: { before: string | null; until: number };
}

export function useCheck(projectId: string) {
	const [expected, setExpected] = useState<Expected>({});
	const expect = ({ key, checked_at }: Provider) =>
		setExpected((all) => ({ ...all, [key]: { before: checked_at, until: Date.now() + PATIENCE_MS } }));
	const ask = useAction({
		run: ({ key }: Provider) =>
			send(api.POST(`${AT}/{key}/check`, { params: { path: { key } }, headers: onProject(projectId) })),
		onDone: expect,
		refresh: [providersKey(projectId)],
	});
	return {
		start: (provider: Provider) => ask.mutate(provider),
		expect,
		isExpected: ({ key, checked_at }: Provider) => {
			const one = expected[key];
			return one !== undefined && one.before === checked_at && Date.now() < one.until;
		},
	};
}
