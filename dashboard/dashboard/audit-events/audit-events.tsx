// The audit log of a project or of the organization: filters as chips, a timeline below.
import { Button, TextInput } from "@mantine/core";
import { IconFilter, IconHistory, IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { api, onProject, send } from "../api/client";
import { usePlace, useProjectPlace } from "../shell/place";
import { useTargetedList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import type { ApiCall } from "../ui/view-as-api";
import { type AuditFilter, AuditTimeline } from "./audit-timeline";
import { AuditTools } from "./audit-tools";

export function OrgAuditEvents() {
	const { org } = usePlace();
	return <AuditEvents key={org.id} name={org.name} ownerId={org.id} projectId={null} />;
}

export function ProjectAuditEvents() {
	const { project } = useProjectPlace();
	return <AuditEvents key={project.id} name={project.name} ownerId={project.id} projectId={project.id} />;
}

interface AuditEventsProps {
	name: string;
	ownerId: string;
	projectId: string | null;
}

function useAuditEvents(ownerId: string, projectId: string | null, filter: AuditFilter) {
	const chain = projectId ? "project" : "org";
	const headers = projectId ? onProject(projectId) : {};
	const isFiltered = Object.keys(filter).length > 0;
	return useTargetedList({
		key: ["audit-events", ownerId, filter],
		fetch: (cursor) =>
			send(api.GET("/api/v1/audit_events", { params: { query: { ...filter, cursor, chain } }, headers })),
		one: isFiltered
			? undefined
			: (id) => send(api.GET("/api/v1/audit_events/{id}", { params: { path: { id }, query: { chain } }, headers })),
	});
}

function AuditEvents({ name, ownerId, projectId }: AuditEventsProps) {
	const [filter, setFilter] = useState<AuditFilter>({});
	const events = useAuditEvents(ownerId, projectId, filter);
	const isFiltered = Object.keys(filter).length > 0;
	const query = new URLSearchParams({ chain: projectId ? "project" : "org", ...(filter as Record<string, string>) });
	return (
		<Page
			title="Audit log"
			lead={`Who did what in ${name}. Entries are sealed in a chain of hashes: verifying it shows what was changed or removed.`}
			action={<AuditTools ownerId={ownerId} projectId={projectId} filter={filter} />}
			calls={callsOf(query, projectId)}
		>
			<Filters filter={filter} onChange={setFilter} />
			<Resource
				query={events}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty
						title={isFiltered ? "Nothing matches" : "Nothing has happened yet"}
						icon={<IconHistory size={26} stroke={1.5} />}
						action={
							isFiltered ? (
								<Button variant="default" onClick={() => setFilter({})}>
									Clear the filters
								</Button>
							) : undefined
						}
					>
						{isFiltered ? undefined : "Every change leaves an entry here."}
					</Empty>
				}
			>
				{(rows) => (
					<div className="gh-section">
						<AuditTimeline events={rows} onFilter={(more) => setFilter({ ...filter, ...more })} />
					</div>
				)}
			</Resource>
			<More query={events} />
		</Page>
	);
}

function callsOf(query: URLSearchParams, projectId: string | null): ApiCall[] {
	const on = { projectId: projectId ?? undefined };
	return [
		{ label: "List", method: "GET", path: `/api/v1/audit_events?${query}`, ...on },
		{ label: "Verify", method: "POST", path: "/api/v1/audit_events/verify", body: { chain: query.get("chain") }, ...on },
		{ label: "Export", method: "GET", path: `/api/v1/audit_events/export?${query}&format=csv`, ...on },
	];
}

interface FiltersProps {
	filter: AuditFilter;
	onChange: (filter: AuditFilter) => void;
}

/** An id or an action's name says by its looks which filter it means. */
function toFilter(text: string): AuditFilter {
	if (/^(usr|key)_[a-z0-9]+$/.test(text)) {
		return { actor_id: text };
	}
	return /^[a-z]{3}_[a-z0-9]{16}$/.test(text) ? { target_id: text } : { action: text };
}

const NAMES: Record<keyof AuditFilter, string> = { action: "action", actor_id: "by", target_id: "on" };

function Filters({ filter, onChange }: FiltersProps) {
	const [text, setText] = useState("");
	const submit = (event: FormEvent) => {
		event.preventDefault();
		const trimmed = text.trim();
		if (trimmed) {
			onChange({ ...filter, ...toFilter(trimmed) });
			setText("");
		}
	};
	return (
		<>
			<form className="gh-toolbar" onSubmit={submit}>
				<TextInput
					className="gh-toolbar-grow"
					aria-label="Filter by action, person, key or object"
					placeholder="api_key.created, usr_…, key_… or prj_…"
					value={text}
					onChange={(event) => setText(event.currentTarget.value)}
				/>
				<Button type="submit" variant="default" leftSection={<IconFilter size={15} />}>
					Filter
				</Button>
			</form>
			<div className="gh-chips">
				{(Object.keys(filter) as (keyof AuditFilter)[]).map((name) => (
					<button
						key={name}
						type="button"
						className="gh-chip"
						aria-label={`Remove the filter ${NAMES[name]} ${filter[name]}`}
						onClick={() => {
							const { [name]: _removed, ...rest } = filter;
							onChange(rest);
						}}
					>
						<span className="gh-dim">{NAMES[name]}</span> {filter[name]} <IconX size={13} aria-hidden />
					</button>
				))}
			</div>
		</>
	);
}
