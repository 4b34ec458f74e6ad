// What a project's people used this month, and how much of it they may.
import { Button, Group } from "@mantine/core";
import { IconGauge, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { CopyBlock } from "../ui/copy";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page, Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Bar } from "./bar";
import { BUILT_IN, LIMITS, type Limits, METERS, type Meter, type MeterUsage, USAGE, usageQuery } from "./meters";

const EditMeter = lazy(() => import("./edit-meter"));
const EditLimit = lazy(() => import("./edit-limit"));

export function Usage() {
	const { project } = useProjectPlace();
	return (
		<Page
			title="Usage & limits"
			lead={`What was used of ${project.name} this month, and how much may be. A month is one of UTC.`}
			calls={[
				{ label: "What was used", method: "GET", path: USAGE, projectId: project.id },
				{ label: "Limits", method: "PUT", path: LIMITS, body: { limits: { requests: 1000000 } }, projectId: project.id },
				{
					label: "Use",
					method: "POST",
					path: `${USAGE}/consume`,
					body: { meter_key: "tokens", subject_id: "usr_…", quantity: 1, event_key: "a name of your own" },
					projectId: project.id,
				},
			]}
		>
			<ThisMonth />
			<Meters />
		</Page>
	);
}

function useMeters() {
	const { project } = useProjectPlace();
	return useList({
		key: ["meters", project.id],
		fetch: (cursor) => send(api.GET(METERS, { params: { query: { cursor, limit: 100 } }, headers: onProject(project.id) })),
	});
}

function ThisMonth() {
	const { project } = useProjectPlace();
	const own = useMeters();
	const nameOf = ({ meter_key: key }: MeterUsage) => BUILT_IN[key] ?? own.data?.find(({ meter_key }) => meter_key === key)?.display_name ?? key;
	const mayDo = useRights();
	const [limiting, setLimiting] = useState<MeterUsage | null>(null);
	const usage = useQuery(usageQuery(project.id));
	const limits = useQuery({
		queryKey: ["project-limits", project.id],
		queryFn: () => send(api.GET(LIMITS, { headers: onProject(project.id) })).then((found) => found.limits as Limits),
	});
	const action = {
		key: "action",
		label: "Actions",
		isAction: true,
		cell: (row: MeterUsage) => (
			<Button variant="default" size="xs" aria-label={`Limit of ${nameOf(row)}`} onClick={() => setLimiting(row)}>
				Limit
			</Button>
		),
	};
	return (
		<Section title="This month" lead="Beyond its limit a meter is refused to everybody until the month is over; active users and deliveries are only told and billed.">
			<Resource query={usage}>
				{(rows) => (
					<Table
						label="Use this month"
						rows={rows}
						rowKey={({ meter_key }) => meter_key}
						columns={[
							{
								key: "meter",
								label: "Meter",
								cell: (row) => (
									<div className="gh-cell-main">
										<span>{nameOf(row)}</span>
										<code className="gh-dim">{row.meter_key}</code>
									</div>
								),
							},
							{ key: "used", label: "Used", cell: (row) => <Bar label={nameOf(row)} used={row.used} limit={row.included} /> },
							...(mayDo(project.role, "billing.write") ? [action] : []),
						]}
					/>
				)}
			</Resource>
			<Suspense>
				{limiting && limits.data ? (
					<EditLimit meter={limiting.meter_key} name={nameOf(limiting)} limits={limits.data} onClose={() => setLimiting(null)} />
				) : null}
			</Suspense>
		</Section>
	);
}

function Meters() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const canWrite = mayDo(project.role, "usage.write");
	const [editing, setEditing] = useState<Meter | "new" | null>(null);
	const [deleting, setDeleting] = useState<Meter | null>(null);
	const meters = useMeters();
	const create = canWrite ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setEditing("new")}>
			New meter
		</Button>
	) : null;
	const action = {
		key: "action",
		label: "Actions",
		isAction: true,
		cell: (row: Meter) => (
			<Group gap="xs" justify="flex-end">
				<Button variant="default" size="xs" aria-label={`Change ${row.display_name}`} onClick={() => setEditing(row)}>
					Change
				</Button>
				<Button variant="default" size="xs" aria-label={`Delete ${row.display_name}`} onClick={() => setDeleting(row)}>
					Delete
				</Button>
			</Group>
		),
	};
	return (
		<Section title="Meters of your own" lead="What your app counts; plans may include so much of it." action={meters.data?.length ? create : null}>
			<Resource
				query={meters}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Count something of your own" icon={<IconGauge size={26} stroke={1.5} />} action={create}>
						Make a meter, then let your server ask before each use:
						<CopyBlock
							label="curl line of a use"
							text={`curl ${window.location.origin}${USAGE}/consume -H 'Authorization: Bearer gsk_…' -H 'Content-Type: application/json' \\\n  -d '{"meter_key":"tokens","subject_id":"usr_…","quantity":1,"event_key":"a name of your own"}'`}
						/>
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Meters"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{
								key: "meter",
								label: "Meter",
								cell: (row) => (
									<div className="gh-cell-main">
										<span>{row.display_name}</span>
										<code className="gh-dim">{row.meter_key}</code>
									</div>
								),
							},
							{ key: "unit", label: "Unit", cell: (row) => row.unit },
							...(canWrite ? [action] : []),
						]}
					/>
				)}
			</Resource>
			<More query={meters} />
			<Suspense>
				{editing ? <EditMeter meter={editing === "new" ? null : editing} onClose={() => setEditing(null)} /> : null}
			</Suspense>
			{deleting ? <DeleteMeter meter={deleting} onClose={() => setDeleting(null)} /> : null}
		</Section>
	);
}

function DeleteMeter({ meter, onClose }: { meter: Meter; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/meters/{id}", { params: { path: { id: meter.id } }, headers: onProject(project.id) })),
		refresh: [["meters", project.id], ["usage", project.id], ["project-limits", project.id], ["audit-events", project.id]],
		done: "The meter is deleted",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${meter.display_name}?`}
			typed={meter.meter_key}
			button="Delete meter"
			calls={[{ method: "DELETE", path: `${METERS}/${meter.id}`, projectId: project.id }]}
			isRunning={remove.isPending}
			error={remove.error}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			All that it counted goes with it, and its limit. Whoever counts by it is told that there is no such meter.
		</Confirm>
	);
}
