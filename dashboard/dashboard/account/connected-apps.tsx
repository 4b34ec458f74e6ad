// The apps that act for the person, and how to disconnect them.
import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import { myOrgsQuery } from "../api/queries";
import { AppCell, ScopesCell } from "../grants/grant-table";
import { useAction } from "../ui/action";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { ViewAsApi } from "../ui/view-as-api";

const KEY = ["account", "grants"] as const;
const AT = "/api/v1/account/grants";

export function ConnectedApps() {
	const apps = useList({ key: KEY, fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } } })) });
	const orgs = useQuery(myOrgsQuery);
	const nameOf = (id: string) => orgs.data?.find((org) => org.id === id)?.name ?? id;
	const revoke = useAction({
		run: (id: string) => send(api.DELETE("/api/v1/account/grants/{id}", { params: { path: { id } } })),
		refresh: [KEY],
		done: "The app is disconnected",
	});
	return (
		<Section title="Connected apps" lead="What you allow applications to do for you.">
			<Resource
				query={apps}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No app is connected yet" icon={<IconPlugConnected size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Connected apps"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{ key: "app", label: "App", cell: (row) => <AppCell app={row} /> },
							{ key: "orgs", label: "Works in", cell: ({ org_ids }) => org_ids.map(nameOf).join(", ") },
							{ key: "scopes", label: "Scopes", cell: ({ scopes }) => <ScopesCell scopes={scopes} /> },
							{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) => (
									<Button
										size="compact-sm"
										variant="subtle"
										color="gray"
										loading={revoke.isPending && revoke.variables === row.id}
										aria-label={`Revoke ${row.client.name}`}
										onClick={() => revoke.mutate(row.id)}
									>
										Revoke
									</Button>
								),
							},
						]}
					/>
				)}
			</Resource>
			<More query={apps} />
			<ViewAsApi
				calls={[
					{ label: "List", method: "GET", path: AT, isSessionOnly: true, isPersonal: true },
					{ label: "Revoke", method: "DELETE", path: `${AT}/grt_…`, isSessionOnly: true, isPersonal: true },
				]}
			/>
		</Section>
	);
}
