// Where a user is signed in, and ending it.
import { Button } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { browserOf } from "../account/sessions";
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const EndSessions = lazy(() => import("./end-sessions"));

export function UserSessions({ user, canWrite }: { user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const key = ["user-sessions", project.id, user.id] as const;
	const [isEnding, setEnding] = useState(false);
	const sessions = useList({
		key,
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/users/{id}/sessions", {
					params: { path: { id: user.id }, query: { cursor } },
					headers: onProject(project.id),
				}),
			),
	});
	const end = useAction({
		run: (id: string) =>
			send(api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } }, headers: onProject(project.id) })),
		refresh: [key],
		done: "Session ended",
	});
	return (
		<Section
			title="Sessions"
			lead="Browsers and devices in which they are signed in."
			action={
				canWrite && (sessions.data?.length ?? 0) > 0 ? (
					<Button variant="default" size="xs" onClick={() => setEnding(true)}>
						End all
					</Button>
				) : null
			}
		>
			<Resource
				query={sessions}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="Not signed in anywhere" icon={<IconDeviceDesktop size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Sessions"
						rows={rows}
						rowKey={(row) => row.id}
						columns={[
							{
								key: "browser",
								label: "Browser",
								cell: (row) => (
									<span title={row.user_agent ?? undefined}>{row.device || browserOf(row.user_agent)}</span>
								),
							},
							{ key: "how", label: "Signed in by", cell: (row) => row.auth_strength },
							{ key: "ip", label: "Address", cell: (row) => row.ip ?? "" },
							{ key: "since", label: "Since", cell: (row) => <Time at={row.created_at} /> },
							{ key: "seen", label: "Last seen", cell: (row) => <Time at={row.last_seen_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) =>
									canWrite ? (
										<Button
											size="compact-sm"
											variant="subtle"
											color="gray"
											loading={end.isPending && end.variables === row.id}
											aria-label={`End the session ${browserOf(row.user_agent)}`}
											onClick={() => end.mutate(row.id)}
										>
											End
										</Button>
									) : null,
							},
						]}
					/>
				)}
			</Resource>
			<More query={sessions} />
			<Suspense>{isEnding ? <EndSessions user={user} onClose={() => setEnding(false)} /> : null}</Suspense>
		</Section>
	);
}
