// The dialog before what a user allowed an application ends.
import { api, onProject, send } from "../api/client";
import type { Grant } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function RevokeGrant({ grant, projectId, onClose }: { grant: Grant; projectId: string; onClose: () => void }) {
	const revoke = useAction({
		run: () =>
			send(api.DELETE("/api/v1/grants/{id}", { params: { path: { id: grant.id } }, headers: onProject(projectId) })),
		refresh: [
			["grants", projectId],
			["audit-events", projectId],
		],
		done: "The app's access is revoked",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Revoke ${grant.client.name}?`}
			button="Revoke access"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[{ method: "DELETE", path: `/api/v1/grants/${grant.id}`, projectId, isSessionOnly: true }]}
			onConfirm={() => revoke.mutate(undefined)}
			onClose={onClose}
		>
			Its refresh and access tokens for this user stop at once. The user is asked again when the app comes back.
		</Confirm>
	);
}
