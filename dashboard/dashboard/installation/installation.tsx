// The operators' page: every organization of the installation, and suspending one.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import type { OperatorOrg } from "../api/types";
import { usePlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const ChangeStatus = lazy(() => import("./change-status"));

const PAUSE_MS = 300;

export function Installation() {
	const { org: place } = usePlace();
	const [text, setText] = useState("");
	const [q] = useDebouncedValue(text.trim(), PAUSE_MS);
	const [changing, setChanging] = useState<OperatorOrg | null>(null);
	const orgs = useList({
		key: ["installation", q],
		fetch: (cursor) =>
			send(api.GET("/api/v1/installation/orgs", { params: { query: { q: q === "" ? undefined : q, cursor } } })),
	});
	return (
		<Page
			title="Installation"
			lead="Every organization that this installation serves."
			calls={[{ method: "GET", path: "/api/v1/installation/orgs", isSessionOnly: true }]}
		>
			<TextInput
				label="Name, slug or id"
				value={text}
				maxLength={100}
				onChange={(event) => setText(event.currentTarget.value)}
				maw={420}
			/>
			<Resource
				query={orgs}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="None by that name" icon={<IconBuilding size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Organizations"
						rows={rows}
						rowKey={(row) => row.id}
						columns={[
							{ key: "name", label: "Name", cell: (row) => <strong>{row.name}</strong> },
							{ key: "slug", label: "Slug", cell: (row) => <code>{row.slug}</code> },
							{ key: "members", label: "Members", cell: (row) => row.member_count },
							{ key: "plan", label: "Plan", cell: (row) => row.plan ?? "no limits" },
							{
								key: "status",
								label: "State",
								cell: (row) => <Pill tone={row.status === "suspended" ? "danger" : "quiet"}>{row.status}</Pill>,
							},
							{ key: "made", label: "Made", cell: (row) => <Time at={row.created_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) =>
									row.id === place.id ? null : (
										<Button
											size="compact-sm"
											variant="subtle"
											color="gray"
											aria-label={`${row.status === "active" ? "Suspend" : "Resume"} ${row.slug}`}
											onClick={() => setChanging(row)}
										>
											{row.status === "active" ? "Suspend" : "Resume"}
										</Button>
									),
							},
						]}
					/>
				)}
			</Resource>
			<More query={orgs} />
			<Suspense>{changing ? <ChangeStatus org={changing} onClose={() => setChanging(null)} /> : null}</Suspense>
		</Page>
	);
}
