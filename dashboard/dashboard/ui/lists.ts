// Lists that come in pages: one hook for all of them.
import { type InfiniteData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTarget } from "./target";

export interface ListPage<Row> {
	data: Row[];
	next_cursor: string | null;
}

interface ListQuery<Row> {
	key: readonly unknown[];
	fetch: (cursor: string | undefined) => Promise<ListPage<Row>>;
	isEnabled?: boolean;
}

/** The next page that has rows: one may end before it has found any, and say where to go on. */
async function fetchRows<Row>(fetch: ListQuery<Row>["fetch"], cursor: string | undefined): Promise<ListPage<Row>> {
	let page = await fetch(cursor);
	while (page.data.length === 0 && page.next_cursor !== null)
		page = await fetch(page.next_cursor);
	return page;
}

/** All rows fetched so far, with what <Resource> and <More> need. */
export function useList<Row>({ key, fetch, isEnabled = true }: ListQuery<Row>) {
	return useInfiniteQuery({
		queryKey: key,
		queryFn: ({ pageParam }) => fetchRows(fetch, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (last) => last.next_cursor ?? undefined,
		select: (pages: InfiniteData<ListPage<Row>>) => pages.pages.flatMap((page) => page.data),
		enabled: isEnabled,
	});
}

interface TargetedListQuery<Row> extends ListQuery<Row> {
	/** Fetches one row by its id; undefined while the list is filtered. */
	one: ((id: string) => Promise<Row | undefined>) | undefined;
}

/** The same; the row that the address points to comes first when the pages fetched so far don't have it. */
export function useTargetedList<Row extends { id: string }>({ one, ...list }: TargetedListQuery<Row>) {
	const target = useTarget();
	const found = useList(list);
	const isElsewhere = target !== "" && found.data !== undefined && !found.data.some(({ id }) => id === target);
	const { data: row } = useQuery({
		queryKey: [...list.key, "target", target],
		queryFn: async () => (await one?.(target)) ?? null,
		enabled: isElsewhere && one !== undefined,
		retry: false,
	});
	return isElsewhere && one && row ? { ...found, data: [row, ...(found.data ?? [])] } : found;
}
