// What users allow applications, as a table: the app, whose it is, its scopes, and how it ends.
import { Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { ConnectedApp, Grant } from "../api/types";
import { Avatar } from "../ui/avatar";
import { CopyId } from "../ui/copy";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const RevokeGrant = lazy(() => import("./revoke-grant"));

export function AppCell({ app }: { app: Pick<ConnectedApp, "client"> }) {
	return (
		<Box miw={140}>
			<div className="gh-cell-main">
				<Avatar name={app.client.name} imageUrl={app.client.logo_url} isSmall />
				{app.client.name}
			</div>
			{app.client.host ? (
				<Text size="xs" c="dimmed">
					{app.client.host}
				</Text>
			) : null}
		</Box>
	);
}

/** So many stand open; who has more unfolds them. */
const SCOPES_SHOWN = 6;

function Scopes({ scopes }: { scopes: string[] }) {
	return (
		<Group gap={6}>
			{scopes.map((scope) => (
				<code key={scope}>{scope}</code>
			))}
		</Group>
	);
}

export function ScopesCell({ scopes }: { scopes: string[] }) {
	const more = scopes.slice(SCOPES_SHOWN);
	return (
		<>
			<Scopes scopes={scopes.slice(0, SCOPES_SHOWN)} />
			{more.length > 0 ? (
				<details>
					<summary>{more.length} more</summary>
					<Scopes scopes={more} />
				</details>
			) : null}
		</>
	);
}

interface GrantTableProps {
	rows: Grant[];
	projectId: string;
	canWrite: boolean;
	/** All of one user's: then the user is said elsewhere. */
	isOfOneUser?: boolean;
}

export function GrantTable({ rows, projectId, canWrite, isOfOneUser = false }: GrantTableProps) {
	const [revoking, setRevoking] = useState<Grant | null>(null);
	const user = {
		key: "user",
		label: "User",
		cell: ({ user_id, user }: Grant) => (
			<Link to="/projects/$projectId/users/$userId" params={{ projectId, userId: user_id }}>
				{user.email ?? user.username ?? (user.name || user_id)}
			</Link>
		),
	};
	const org = { key: "org", label: "Works in", cell: ({ org_id }: Grant) => (org_id ? <CopyId id={org_id} /> : null) };
	return (
		<>
			<Table
				label="Connected apps"
				rows={rows}
				rowKey={({ id }) => id}
				columns={[
					{ key: "app", label: "App", cell: (row) => <AppCell app={row} /> },
					...(isOfOneUser ? [] : [user]),
					...(rows.some(({ org_id }) => org_id) ? [org] : []),
					{ key: "scopes", label: "Scopes", cell: ({ scopes }) => <ScopesCell scopes={scopes} /> },
					{ key: "since", label: "Since", cell: (row) => <Time at={row.created_at} /> },
					{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
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
									aria-label={`Revoke ${row.client.name}`}
									onClick={() => setRevoking(row)}
								>
									Revoke
								</Button>
							) : null,
					},
				]}
			/>
			<Suspense>
				{revoking ? <RevokeGrant grant={revoking} projectId={projectId} onClose={() => setRevoking(null)} /> : null}
			</Suspense>
		</>
	);
}
