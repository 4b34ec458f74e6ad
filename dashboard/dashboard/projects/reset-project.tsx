// The dialog that resets a project's settings once RESET has been typed.
import { api, send } from "../api/client";
import type { Project } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function ResetProject({ project, onClose }: { project: Project; onClose: () => void }) {
	const body = { confirm: "RESET" };
	const reset = useAction({
		run: () =>
			send(api.POST("/api/v1/projects/{project_id}/reset", { params: { path: { project_id: project.id } }, body })),
		done: `${project.name} has the settings of its first day`,
		refresh: [[]],
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Reset this project's settings?"
			typed="RESET"
			button="Reset"
			isRunning={reset.isPending}
			error={reset.error}
			calls={[{ method: "POST", path: `/api/v1/projects/${project.id}/reset`, body, isSessionOnly: true }]}
			onConfirm={() => reset.mutate(undefined)}
			onClose={onClose}
		>
			Its sign-in settings and branding go back to their defaults, its redirect URIs to{" "}
			<code>http://localhost/callback</code> alone. Providers with their secrets and mail templates are gone. Users, sessions,
			keys and the audit log stay.
		</Confirm>
	);
}
