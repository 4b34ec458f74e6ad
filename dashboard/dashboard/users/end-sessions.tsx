// The dialog before all of a user's sessions end.
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { labelOf } from "./user-label";
import { useUserKeys } from "./user-status";

export default function EndSessions({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const end = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/users/{id}/sessions", {
					params: { path: { id: user.id } },
					headers: onProject(project.id),
				}),
			),
		refresh: useUserKeys(user),
		done: "All sessions are ended",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`End all sessions of ${labelOf(user)}?`}
			button="End all"
			isRunning={end.isPending}
			error={end.error}
			calls={[{ method: "DELETE", path: `/api/v1/users/${user.id}/sessions`, projectId: project.id }]}
			onConfirm={() => end.mutate(undefined)}
			onClose={onClose}
		>
			They have to sign in again everywhere. Refresh tokens and links mailed to them end as well.
		</Confirm>
	);
}
