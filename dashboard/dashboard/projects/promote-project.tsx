// The dialog that makes a project the organization's default.
import { api, send } from "../api/client";
import type { Project } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function PromoteProject({ project, onClose }: { project: Project; onClose: () => void }) {
	const promote = useAction({
		run: () =>
			send(
				api.PATCH("/api/v1/projects/{project_id}", {
					params: { path: { project_id: project.id } },
					body: { is_default: true },
				}),
			),
		refresh: [["project"], ["projects"], ["me", "orgs"]],
		done: `${project.name} is the default now`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Make this the default project?"
			button="Make default"
			isRunning={promote.isPending}
			error={promote.error}
			calls={[{ method: "PATCH", path: `/api/v1/projects/${project.id}`, body: { is_default: true } }]}
			onConfirm={() => promote.mutate(undefined)}
			onClose={onClose}
		>
			Keys and tokens that aren't pinned and name no project will work on <strong>{project.name}</strong> from the next
			request
			{project.environment === "test" ? ", which is a test project: live keys without a project will be refused" : ""}.
		</Confirm>
	);
}
