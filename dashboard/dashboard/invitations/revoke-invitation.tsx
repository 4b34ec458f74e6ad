// The dialog that withdraws an invitation.
import { api, send } from "../api/client";
import type { Invitation } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function RevokeInvitation({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
	const { org } = usePlace();
	const revoke = useAction({
		run: () => send(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id: invitation.id } } })),
		refresh: [
			["invitations", org.id],
			["audit-events", org.id],
		],
		done: "Invitation withdrawn",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Withdraw the invitation?"
			button="Withdraw"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[{ method: "DELETE", path: `/api/v1/invitations/${invitation.id}`, isSessionOnly: true }]}
			onConfirm={() => revoke.mutate(undefined)}
			onClose={onClose}
		>
			{invitation.kind === "code" ? (
				"The code stops working. Who joined by it stays."
			) : (
				<>
					The link that <strong>{invitation.email}</strong> has stops working. You can invite again at any time.
				</>
			)}
		</Confirm>
	);
}
