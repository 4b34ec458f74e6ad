// The machines that a license runs on.
import { Button } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Activation, License } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const AT = "/api/v1/licenses/{id}/activations";

/** Keys of what shows this license and its machines. */
export const licenseKeys = (projectId: string, id: string) => [
	["license", projectId, id],
	["activations", projectId, id],
	["licenses", projectId],
	["audit-events", projectId],
];

export const labelOf = ({ label, seat }: Activation) => label ?? `Machine ${seat}`;

export function useMachines(projectId: string, id: string) {
	return useList({
		key: ["activations", projectId, id],
		fetch: (cursor) => send(api.GET(AT, { params: { path: { id }, query: { cursor } }, headers: onProject(projectId) })),
	});
}

export function LicenseMachines({ license, canWrite }: { license: License; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const [leaving, setLeaving] = useState<Activation | null>(null);
	const machines = useMachines(project.id, license.id);
	const action = {
		key: "action",
		label: "Actions",
		isAction: true,
		cell: (row: Activation) => (
			<Button variant="default" size="xs" aria-label={`Take off ${labelOf(row)}`} onClick={() => setLeaving(row)}>
				Take off
			</Button>
		),
	};
	return (
		<Section
			title="Machines"
			lead={`${license.current_activations} of ${license.max_activations} have a seat${license.ip_hint ? `, from ${license.ip_hint}` : ""}.`}
		>
			<Resource
				query={machines}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No machine yet" icon={<IconDeviceDesktop size={26} stroke={1.5} />}>
						A machine takes a seat when its program asks for the first time.
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Machines"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{ key: "machine", label: "Machine", cell: labelOf },
							{ key: "parts", label: "Known by", cell: ({ components }) => components.join(", ") },
							{ key: "seen", label: "Last seen", cell: (row) => <Time at={row.last_seen_at} /> },
							...(license.mode === "floating"
								? [{ key: "lease", label: "Seat until", cell: (row: Activation) => <Time at={row.lease_expires_at} /> }]
								: []),
							{ key: "since", label: "Since", cell: (row) => <Time at={row.created_at} /> },
							...(canWrite ? [action] : []),
						]}
					/>
				)}
			</Resource>
			<More query={machines} />
			{leaving ? <TakeOff license={license} machine={leaving} onClose={() => setLeaving(null)} /> : null}
		</Section>
	);
}

function TakeOff({ license, machine, onClose }: { license: License; machine: Activation; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/licenses/{id}/activations/{activation_id}", {
					params: { path: { id: license.id, activation_id: machine.id } },
					headers: onProject(project.id),
				}),
			),
		refresh: licenseKeys(project.id, license.id),
		done: "The machine is taken off",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Take off ${labelOf(machine)}?`}
			button="Take off"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/licenses/${license.id}/activations/${machine.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Its seat is free for the machine that asks next, which may be this one again.
		</Confirm>
	);
}
