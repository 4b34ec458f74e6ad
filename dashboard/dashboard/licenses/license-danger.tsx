// What stops a license: for a while, for good, or with everything.
import { Button, Group, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { License } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { Section } from "../ui/page";
import { labelOf, licenseKeys, useMachines } from "./license-machines";

type Verb = "suspend" | "reinstate" | "revoke" | "reset_hardware";

const DONE: Record<Verb, string> = {
	suspend: "The license is suspended",
	reinstate: "The license counts again",
	revoke: "The license is revoked",
	reset_hardware: "All machines are taken off",
};

function useMove(license: License, verb: Verb, onDone?: () => void) {
	const { project } = useProjectPlace();
	return useAction({
		run: (reason: string) =>
			send(
				api.POST(`/api/v1/licenses/{id}/${verb}`, {
					params: { path: { id: license.id } },
					body: reason ? { reason } : {},
					headers: onProject(project.id),
				}),
			),
		refresh: licenseKeys(project.id, license.id),
		done: DONE[verb],
		onDone,
		hasOwnProblem: Boolean(onDone),
	});
}

export function LicenseDanger({ license, canManage }: { license: License; canManage: boolean }) {
	const [dialog, setDialog] = useState<"suspend" | "revoke" | "reset" | "delete" | null>(null);
	const reinstate = useMove(license, "reinstate");
	const close = () => setDialog(null);
	const isRevoked = license.status === "revoked";
	return (
		<Section title="Danger zone" lead="What programs are told with their next question." isDanger>
			<Group>
				{license.status === "suspended" ? (
					<Button variant="default" loading={reinstate.isPending} onClick={() => reinstate.mutate("")}>
						Reinstate
					</Button>
				) : null}
				{license.status === "suspended" || isRevoked ? null : (
					<Button variant="default" onClick={() => setDialog("suspend")}>
						Suspend
					</Button>
				)}
				<Button variant="default" onClick={() => setDialog("reset")}>
					Take off all machines
				</Button>
				{canManage && !isRevoked ? (
					<Button color="red.8" onClick={() => setDialog("revoke")}>
						Revoke
					</Button>
				) : null}
				{canManage ? (
					<Button color="red.8" onClick={() => setDialog("delete")}>
						Delete license
					</Button>
				) : null}
			</Group>
			{dialog === "suspend" ? <Suspend license={license} onClose={close} /> : null}
			{dialog === "reset" ? <Reset license={license} onClose={close} /> : null}
			{dialog === "revoke" ? <Revoke license={license} onClose={close} /> : null}
			{dialog === "delete" ? <Delete license={license} onClose={close} /> : null}
		</Section>
	);
}

interface DialogProps {
	license: License;
	onClose: () => void;
}

function Suspend({ license, onClose }: DialogProps) {
	const { project } = useProjectPlace();
	const [reason, setReason] = useState("");
	const suspend = useMove(license, "suspend", onClose);
	return (
		<Confirm
			title={`Suspend ${license.product_name}?`}
			button="Suspend"
			isRunning={suspend.isPending}
			error={suspend.error}
			calls={[
				{ method: "POST", path: `/api/v1/licenses/${license.id}/suspend`, body: reason ? { reason } : {}, projectId: project.id },
			]}
			onConfirm={() => suspend.mutate(reason.trim())}
			onClose={onClose}
		>
			Programs are told <code>suspended</code> until it is reinstated. Machines keep their seats.
			<TextInput
				mt="md"
				label="Reason"
				description="For the audit log; programs never see it"
				maxLength={255}
				value={reason}
				onChange={(event) => setReason(event.currentTarget.value)}
			/>
		</Confirm>
	);
}

function Reset({ license, onClose }: DialogProps) {
	const { project } = useProjectPlace();
	const { data: machines = [] } = useMachines(project.id, license.id);
	const reset = useMove(license, "reset_hardware", onClose);
	return (
		<Confirm
			title="Take off all machines?"
			button="Take off all"
			isRunning={reset.isPending}
			error={reset.error}
			calls={[{ method: "POST", path: `/api/v1/licenses/${license.id}/reset_hardware`, body: {}, projectId: project.id }]}
			onConfirm={() => reset.mutate("")}
			onClose={onClose}
		>
			{machines.length === 0
				? "No machine has a seat; the lock on an address opens."
				: `These lose their seats: ${machines.map(labelOf).join(", ")}. The machines that ask next take them.`}
		</Confirm>
	);
}

function Revoke({ license, onClose }: DialogProps) {
	const { project } = useProjectPlace();
	const revoke = useMove(license, "revoke", onClose);
	return (
		<Confirm
			title={`Revoke ${license.product_name}?`}
			typed={license.key_hint}
			button="Revoke for good"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[{ method: "POST", path: `/api/v1/licenses/${license.id}/revoke`, body: {}, projectId: project.id }]}
			onConfirm={() => revoke.mutate("")}
			onClose={onClose}
		>
			It never counts again. {license.current_activations} machines stop with their next question.
		</Confirm>
	);
}

function Delete({ license, onClose }: DialogProps) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/licenses/{id}", { params: { path: { id: license.id } }, headers: onProject(project.id) })),
		refresh: [["licenses", project.id], ["audit-events", project.id]],
		done: "The license is deleted",
		onDone: () => {
			onClose();
			void navigate({ to: "/projects/$projectId/licenses", params: { projectId: project.id } });
		},
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${license.product_name}?`}
			typed={license.key_hint}
			button="Delete license"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/licenses/${license.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			With its {license.current_activations} machines. Programs are told <code>not_found</code> from then on.
		</Confirm>
	);
}
