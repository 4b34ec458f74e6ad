// The dialog before somebody is deactivated.
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Confirm } from "../ui/confirm";
import { labelOf } from "./user-label";
import { useStatusChange } from "./user-status";

export default function DeactivateUser({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const deactivate = useStatusChange(user, "deactivate", "The user is deactivated", onClose);
	return (
		<Confirm
			title={`Deactivate ${labelOf(user)}?`}
			button="Deactivate"
			isRunning={deactivate.isPending}
			error={deactivate.error}
			calls={[{ method: "POST", path: `/api/v1/users/${user.id}/deactivate`, body: {}, projectId: project.id }]}
			onConfirm={() => deactivate.mutate(undefined)}
			onClose={onClose}
		>
			They can't sign in to <strong>{project.name}</strong> any more, and every session of theirs ends at once. Nothing is
			deleted: they can be activated again.
		</Confirm>
	);
}
