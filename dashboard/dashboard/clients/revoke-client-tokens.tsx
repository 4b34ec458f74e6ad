// The dialog before all tokens of a client go.
import { api, onProject, send } from "../api/client";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function RevokeClientTokens({ client, onClose }: { client: Client; onClose: () => void }) {
	const { project } = useProjectPlace();
	const revoke = useAction({
		run: () =>
			send(
				api.POST("/api/v1/clients/{id}/revoke_tokens", {
					params: { path: { id: client.id } },
					headers: onProject(project.id),
				}),
			),
		refresh: [
			["grants", project.id],
			["audit-events", project.id],
		],
		done: ({ revoked }) => `All tokens are revoked, ${revoked} of its grants with them`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Revoke all tokens of ${client.name}?`}
			button="Revoke tokens"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[
				{ method: "POST", path: `/api/v1/clients/${client.id}/revoke_tokens`, projectId: project.id, isSessionOnly: true },
			]}
			onConfirm={() => revoke.mutate(undefined)}
			onClose={onClose}
		>
			Refresh tokens end, and access tokens are refused here at once; an API that verifies them alone takes them until they
			expire. Users sign in again when they come back; a program asks for a new token.
		</Confirm>
	);
}
