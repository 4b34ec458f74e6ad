// The button that fetches a list's next page.
import { Button, Group } from "@mantine/core";

interface MoreProps {
	query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

export function More({ query }: MoreProps) {
	if (!query.hasNextPage) {
		return null;
	}
	return (
		<Group justify="center">
			<Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
				Show more
			</Button>
		</Group>
	);
}
