// A project at a glance: its ids, its keys, what happened last, and how to call the API.
import { Button, Text } from "@mantine/core";
import { IconHistory, IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import { type ApiKey, isConsole, type Project } from "../api/types";
import { AuditTimeline } from "../audit-events/audit-timeline";
import { useProjectPlace } from "../shell/place";
import { CopyBlock, CopyId } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { EnvironmentPill, Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

export function ProjectOverview() {
	const { project: place } = useProjectPlace();
	const project = useQuery(projectQuery(place.id));
	const mayDo = useRights();
	return (
		<Page
			title={place.name}
			lead={project.data?.value.description}
			action={
				<Button component={Link} to={`/projects/${place.id}/settings`} variant="default">
					Settings
				</Button>
			}
			calls={[{ method: "GET", path: `/api/v1/projects/${place.id}` }]}
		>
			<Resource query={project}>{({ value }) => <Facts project={value} />}</Resource>
			{mayDo(place.role, "api_key.read") && !isConsole(place) ? <LatestKeys projectId={place.id} /> : null}
			{isConsole(place) ? null : <Resource query={project}>{({ value }) => <FirstCall project={value} />}</Resource>}
			{mayDo(place.role, "audit.read") ? <LatestAudit projectId={place.id} /> : null}
		</Page>
	);
}

function Facts({ project }: { project: Project }) {
	return (
		<Section title="This project">
			<dl className="gh-facts">
				<dt>Environment</dt>
				<dd className="gh-pills">
					<EnvironmentPill environment={project.environment} />
					<Pill>{project.type}</Pill>
					{project.is_default ? <Pill>Default</Pill> : null}
				</dd>
				<dt>Project id</dt>
				<dd>
					<CopyId id={project.id} label="Copy project id" />
				</dd>
				<dt>Client id</dt>
				<dd>
					<CopyId id={project.client_id} label="Copy client id" />
				</dd>
				<dt>Created</dt>
				<dd>
					<Time at={project.created_at} />
				</dd>
			</dl>
		</Section>
	);
}

function LatestKeys({ projectId }: { projectId: string }) {
	const keys = useQuery({
		queryKey: ["api-keys", projectId, "latest"],
		queryFn: () =>
			send(
				api.GET("/api/v1/api_keys", {
					params: { query: { kind: "service", project_id: projectId, status: "active", limit: 5 } },
				}),
			),
	});
	const all = (
		<Button component={Link} to={`/projects/${projectId}/api-keys`} variant="default" size="xs">
			All keys
		</Button>
	);
	return (
		<Section title="API keys" action={all}>
			<Resource
				query={keys}
				isEmpty={(list) => list.data.length === 0}
				empty={
					<Empty
						title="No key yet"
						icon={<IconKey size={26} stroke={1.5} />}
						action={
							<Button component={Link} to={`/projects/${projectId}/api-keys`}>
								Create a key
							</Button>
						}
					>
						A program needs one to call the API: one key per integration.
					</Empty>
				}
			>
				{(list) => <KeyTable keys={list.data} />}
			</Resource>
		</Section>
	);
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
	return (
		<Table
			label="Newest API keys"
			rows={keys}
			rowKey={(key) => key.id}
			columns={[
				{ key: "name", label: "Name", cell: (key) => <strong>{key.name}</strong> },
				{
					key: "secret",
					label: "Key",
					cell: (key) => (
						<code>
							{key.prefix}…{key.last4}
						</code>
					),
				},
				{ key: "used", label: "Last used", cell: (key) => <Time at={key.last_used_at} /> },
			]}
		/>
	);
}

function FirstCall({ project }: { project: Project }) {
	const snippet = [
		`export GATEHOUSE_KEY=gsk_${project.environment}_…`,
		`curl '${location.origin}/api/v1/whoami' \\`,
		'  -H "Authorization: Bearer $GATEHOUSE_KEY" \\',
		`  -H 'X-Project-Id: ${project.id}'`,
	].join("\n");
	return (
		<Section
			title="Call the API"
			lead="With a key of this project's environment; a key pinned to the project needs no X-Project-Id."
		>
			<CopyBlock text={snippet} label="First call" />
		</Section>
	);
}

function LatestAudit({ projectId }: { projectId: string }) {
	const events = useQuery({
		queryKey: ["audit-events", projectId, "latest"],
		queryFn: () =>
			send(api.GET("/api/v1/audit_events", { params: { query: { limit: 6 } }, headers: onProject(projectId) })),
	});
	const all = (
		<Button component={Link} to={`/projects/${projectId}/audit-log`} variant="default" size="xs">
			Audit log
		</Button>
	);
	return (
		<Section title="What happened last" action={all}>
			<Resource
				query={events}
				isEmpty={(list) => list.data.length === 0}
				empty={
					<Text c="dimmed" size="sm">
						<IconHistory size={14} aria-hidden /> Nothing yet: every change to the project will stand here.
					</Text>
				}
			>
				{(list) => <AuditTimeline events={list.data} />}
			</Resource>
		</Section>
	);
}
