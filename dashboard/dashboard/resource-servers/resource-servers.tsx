// The APIs and MCP servers that a project's tokens may be for.
import { Button } from "@mantine/core";
import { IconPlus, IconServer } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { ResourceServer } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const CreateResourceServer = lazy(() => import("./create-resource-server"));
const AT = "/api/v1/resource_servers";

export function ResourceServers() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const [isOpen, setOpen] = useState(false);
	const servers = useList({
		key: ["resource-servers", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	const canWrite = mayDo(project.role, "resource_server.write");
	const register = canWrite ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setOpen(true)}>
			New resource server
		</Button>
	) : null;
	return (
		<Page
			title="Resource servers"
			lead={`APIs and MCP servers that take ${project.name}'s tokens, and what those may allow there.`}
			action={register}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{
					label: "Register",
					method: "POST",
					path: AT,
					body: { identifier: "https://api.example.com/", name: "API", scopes: [{ name: "orders:read" }] },
					projectId: project.id,
				},
			]}
		>
			<Resource
				query={servers}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Protect your first API" icon={<IconServer size={26} stroke={1.5} />} action={register}>
						Register an API or MCP server by its address, name its scopes, and copy what it has to answer to whom it doesn't know.
					</Empty>
				}
			>
				{(rows) => <ServerTable rows={rows} projectId={project.id} />}
			</Resource>
			<More query={servers} />
			<Suspense>{isOpen ? <CreateResourceServer onClose={() => setOpen(false)} /> : null}</Suspense>
		</Page>
	);
}

function ServerTable({ rows, projectId }: { rows: ResourceServer[]; projectId: string }) {
	return (
		<Table
			label="Resource servers"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "name",
					label: "Resource server",
					cell: (row) => (
						<div className="gh-cell-main">
							<Link
								to="/projects/$projectId/resource-servers/$resourceServerId"
								params={{ projectId, resourceServerId: row.id }}
							>
								{row.name}
							</Link>
							{row.is_active ? null : <Pill>Off</Pill>}
						</div>
					),
				},
				{ key: "identifier", label: "Identifier", cell: ({ identifier }) => <code className="gh-break">{identifier}</code> },
				{ key: "scopes", label: "Scopes", cell: ({ scopes }) => String(scopes.length) },
				{ key: "third", label: "Third parties", cell: (row) => (row.allow_third_party ? "Let in" : "Kept out") },
				{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
			]}
		/>
	);
}
