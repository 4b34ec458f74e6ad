// The dialog before somebody is erased: what they are called has to be typed.
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { labelOf } from "./user-label";

export default function DeleteUser({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/users/{id}", { params: { path: { id: user.id } }, headers: onProject(project.id) }),
			),
		refresh: [["users", project.id]],
		done: "The user is deleted",
		onDone: () => {
			onClose();
			void navigate({ to: "/projects/$projectId/users", params: { projectId: project.id } });
		},
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${labelOf(user)}?`}
			typed={labelOf(user)}
			button="Delete user"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/users/${user.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Addresses, credentials, sessions, profile and metadata go at once, and there is no way back. The audit log keeps the
			id alone.
		</Confirm>
	);
}
