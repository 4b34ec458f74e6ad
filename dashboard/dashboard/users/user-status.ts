// Changes of a user's status: one call each, and what they make stale.
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";

/** Keys of what shows this user. */
export function useUserKeys(user: User): readonly (readonly unknown[])[] {
	const { project } = useProjectPlace();
	return [
		["user", project.id, user.id],
		["users", project.id],
		["user-sessions", project.id, user.id],
		["audit-events", project.id],
	];
}

export function useStatusChange(
	user: User,
	verb: "activate" | "deactivate" | "unban" | "unlock",
	done: string,
	onDone?: () => void,
) {
	const { project } = useProjectPlace();
	return useAction({
		run: () =>
			send(
				api.POST(`/api/v1/users/{id}/${verb}`, { params: { path: { id: user.id } }, headers: onProject(project.id) }),
			),
		refresh: useUserKeys(user),
		done,
		onDone,
		hasOwnProblem: Boolean(onDone),
	});
}
