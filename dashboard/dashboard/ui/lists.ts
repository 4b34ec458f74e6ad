// Lists that come in pages: one hook for all of them.
import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";

export interface ListPage<Row> {
	data: Row[];
	next_cursor: string | null;
}

interface ListQuery<Row> {
	key: readonly unknown[];
	fetch: (cursor: string | undefined) => Promise<ListPage<Row>>;
	isEnabled?: boolean;
}

/** All rows fetched so far, with what <Resource> and <More> need. */
export function useList<Row>({ key, fetch, isEnabled = true }: ListQuery<Row>) {
	return useInfiniteQuery({
		queryKey: key,
		queryFn: ({ pageParam }) => fetch(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (last) => last.next_cursor ?? undefined,
		select: (pages: InfiniteData<ListPage<Row>>) => pages.pages.flatMap((page) => page.data),
		enabled: isEnabled,
	});
}
