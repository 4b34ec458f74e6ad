// The applications that rely on a project: search, filters, and the dialog that registers one.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAppWindow, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { ClientRow } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Avatar } from "../ui/avatar";
import { CopyId } from "../ui/copy";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { CLIENT_TYPES, SOURCES, typeLabel } from "./client-types";

const CreateClient = lazy(() => import("./create-client"));
const AT = "/api/v1/clients";

interface Filter {
	q: string;
	type: "" | ClientRow["type"];
	source: "" | ClientRow["source"];
}

export function Clients() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const [filter, setFilter] = useState<Filter>({ q: "", type: "", source: "" });
	const [q] = useDebouncedValue(filter.q.trim(), 250);
	const [isOpen, setOpen] = useState(false);
	const query = { q: q || undefined, type: filter.type || undefined, source: filter.source || undefined };
	const clients = useList({
		key: ["clients", project.id, query],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { ...query, cursor } }, headers: onProject(project.id) })),
	});
	return (
		<Page
			title="Clients"
			lead={`The applications that rely on ${project.name}: each has its own URIs, secrets and tokens.`}
			action={
				mayDo(project.role, "client.write") ? (
					<Button leftSection={<IconPlus size={16} />} onClick={() => setOpen(true)}>
						New client
					</Button>
				) : null
			}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{ label: "Search", method: "GET", path: `${AT}?type=web&q=shop`, projectId: project.id },
				{
					label: "Register",
					method: "POST",
					path: AT,
					body: { name: "Shop", type: "web", redirect_uris: ["https://shop.example.com/callback"] },
					projectId: project.id,
					isSessionOnly: true,
				},
			]}
		>
			<Filters filter={filter} onChange={setFilter} />
			<Resource
				query={clients}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No client matches" icon={<IconAppWindow size={26} stroke={1.5} />}>
						Try a part of the name, or another type or source.
					</Empty>
				}
			>
				{(rows) => <ClientTable rows={rows} projectId={project.id} />}
			</Resource>
			<More query={clients} />
			<Suspense>{isOpen ? <CreateClient onClose={() => setOpen(false)} /> : null}</Suspense>
		</Page>
	);
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
	return (
		<div className="gh-toolbar">
			<TextInput
				className="gh-toolbar-grow"
				aria-label="Search clients"
				placeholder="Part of a name, or a whole id"
				leftSection={<IconSearch size={16} />}
				value={filter.q}
				onChange={(event) => onChange({ ...filter, q: event.currentTarget.value })}
			/>
			<NativeSelect
				aria-label="Type"
				data={[{ value: "", label: "Any type" }, ...CLIENT_TYPES.map(({ value, label }) => ({ value, label }))]}
				value={filter.type}
				onChange={(event) => onChange({ ...filter, type: event.currentTarget.value as Filter["type"] })}
			/>
			<NativeSelect
				aria-label="Source"
				data={[
					{ value: "", label: "Any source" },
					...Object.entries(SOURCES).map(([value, label]) => ({ value, label })),
				]}
				value={filter.source}
				onChange={(event) => onChange({ ...filter, source: event.currentTarget.value as Filter["source"] })}
			/>
		</div>
	);
}

function ClientTable({ rows, projectId }: { rows: ClientRow[]; projectId: string }) {
	const { data } = useQuery(projectQuery(projectId));
	return (
		<Table
			label="Clients"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "name",
					label: "Client",
					cell: (row) => (
						<div className="gh-cell-main">
							<Avatar name={row.name} imageUrl={row.logo_url} isSmall />
							<Link to="/projects/$projectId/clients/$clientId" params={{ projectId, clientId: row.id }}>
								{row.name}
							</Link>
							{data?.value.client_id === row.id ? <Pill tone="accent">Default</Pill> : null}
						</div>
					),
				},
				{ key: "id", label: "Client id", cell: ({ id }) => <CopyId id={id} label="Copy client id" /> },
				{ key: "type", label: "Type", cell: ({ type }) => typeLabel(type) },
				{ key: "source", label: "Source", cell: ({ source }) => SOURCES[source] },
				{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
				{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
			]}
		/>
	);
}
