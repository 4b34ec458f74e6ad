// The browsers in which one is signed in, and how to end them.
import { Button, Group } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { api, send } from "../api/client";
import type { AccountSession } from "../api/types";
import { useAction } from "../ui/action";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { ViewAsApi } from "../ui/view-as-api";

const KEY = ["account", "sessions"] as const;

export function Sessions() {
	const sessions = useList({
		key: KEY,
		fetch: (cursor) => send(api.GET("/api/v1/account/sessions", { params: { query: { cursor } } })),
	});
	const endOthers = useAction({
		run: () => send(api.DELETE("/api/v1/account/sessions")),
		refresh: [KEY],
		done: "All other sessions are ended",
	});
	const hasOthers = (sessions.data?.length ?? 0) > 1;
	return (
		<Section
			title="Sessions"
			lead="The browsers in which you are signed in."
			action={
				hasOthers ? (
					<Button variant="default" size="xs" loading={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>
						End all others
					</Button>
				) : null
			}
		>
			<Resource
				query={sessions}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No session" icon={<IconDeviceDesktop size={26} stroke={1.5} />} />}
			>
				{(rows) => <SessionTable rows={rows} />}
			</Resource>
			<More query={sessions} />
			<ViewAsApi
				calls={[
					{ label: "List", method: "GET", path: "/api/v1/account/sessions", isSessionOnly: true, isPersonal: true },
					{
						label: "End one",
						method: "DELETE",
						path: "/api/v1/account/sessions/ses_…",
						isSessionOnly: true,
						isPersonal: true,
					},
					{
						label: "End all others",
						method: "DELETE",
						path: "/api/v1/account/sessions",
						isSessionOnly: true,
						isPersonal: true,
					},
				]}
			/>
		</Section>
	);
}

/** "Firefox on Linux" out of a user agent's long line; unknown ones stay as they are, cut. */
export function browserOf(userAgent: string | null | undefined): string {
	const text = userAgent ?? "";
	const browser = /Edg\//.test(text)
		? "Edge"
		: /Firefox\//.test(text)
			? "Firefox"
			: /Chrom(e|ium)\//.test(text)
				? "Chrome"
				: /Safari\//.test(text)
					? "Safari"
					: null;
	const system = /Android/.test(text)
		? "Android"
		: /iPhone|iPad/.test(text)
			? "iOS"
			: /Mac OS X/.test(text)
				? "macOS"
				: /Windows/.test(text)
					? "Windows"
					: /Linux/.test(text)
						? "Linux"
						: null;
	if (!browser) {
		return text.slice(0, 60) || "Unknown browser";
	}
	return system ? `${browser} on ${system}` : browser;
}

function SessionTable({ rows }: { rows: AccountSession[] }) {
	const end = useAction({
		run: (id: string) =>
			send(api.DELETE("/api/v1/account/sessions/{session_id}", { params: { path: { session_id: id } } })),
		refresh: [KEY],
		done: "Session ended",
	});
	return (
		<Table
			label="Sessions"
			rows={rows}
			rowKey={(row) => row.id}
			columns={[
				{
					key: "browser",
					label: "Browser",
					cell: (row) => (
						<Group gap={8}>
							<span title={row.user_agent ?? undefined}>{row.device || browserOf(row.user_agent)}</span>
							{row.current ? <Pill tone="accent">this one</Pill> : null}
						</Group>
					),
				},
				{ key: "ip", label: "Address", cell: (row) => row.ip ?? "" },
				{ key: "since", label: "Signed in", cell: (row) => <Time at={row.created_at} /> },
				{ key: "seen", label: "Last seen", cell: (row) => <Time at={row.last_seen_at} /> },
				{
					key: "actions",
					label: "Actions",
					isAction: true,
					cell: (row) =>
						row.current ? null : (
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
						),
				},
			]}
		/>
	);
}
