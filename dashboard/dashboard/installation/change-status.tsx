// The dialog that suspends an organization once its slug has been typed, or resumes it.
import { api, send } from "../api/client";
import type { OperatorOrg } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function ChangeStatus({ org, onClose }: { org: OperatorOrg; onClose: () => void }) {
	const status = org.status === "active" ? ("suspended" as const) : ("active" as const);
	const change = useAction({
		run: () =>
			send(
				api.PATCH("/api/v1/installation/orgs/{org_id}", { params: { path: { org_id: org.id } }, body: { status } }),
			),
		refresh: [["installation"]],
		done: `${org.name} is ${status}`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={status === "suspended" ? `Suspend ${org.name}?` : `Resume ${org.name}?`}
			typed={status === "suspended" ? org.slug : undefined}
			button={status === "suspended" ? "Suspend" : "Resume"}
			isRunning={change.isPending}
			error={change.error}
			calls={[
				{ method: "PATCH", path: `/api/v1/installation/orgs/${org.id}`, body: { status }, isSessionOnly: true },
			]}
			onConfirm={() => change.mutate(undefined)}
			onClose={onClose}
		>
			{status === "suspended"
				? "Its people, keys and tokens are refused from their next request on. Nothing is lost: they can still read the organization, leave it, and go on once it's resumed."
				: "Its people, keys and tokens work again at once."}
		</Confirm>
	);
}
