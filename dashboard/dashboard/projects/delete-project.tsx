// The dialog that deletes a project once its slug has been typed.
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import type { Project } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

/** How many active keys would stop; a page's worth is counted, more reads "100 or more". */
function useKeyCount(projectId: string): string | null {
	const { data } = useQuery({
		queryKey: ["api-keys", projectId, "count"],
		queryFn: () =>
			send(
				api.GET("/api/v1/api_keys", {
					params: { query: { kind: "service", project_id: projectId, status: "active", limit: 100 } },
				}),
			),
		retry: false,
	});
	if (!data) {
		return null;
	}
	return data.next_cursor ? "100 or more" : String(data.data.length);
}

interface DeleteProjectProps {
	project: Project;
	onClose: () => void;
	onDeleted: () => void;
}

export default function DeleteProject({ project, onClose, onDeleted }: DeleteProjectProps) {
	const keys = useKeyCount(project.id);
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/projects/{project_id}", {
					params: { path: { project_id: project.id }, query: { confirm: project.slug } },
				}),
			),
		done: `${project.name} is deleted`,
		refresh: [["projects"], ["me", "orgs"]],
		onDone: onDeleted,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Delete this project?"
			typed={project.slug}
			button="Delete for good"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/projects/${project.id}?confirm=${project.slug}` }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			<strong>{project.name}</strong> stops at once: its client, its users' sessions
			{keys === null ? " and its keys" : keys === "1" ? " and its 1 active key" : ` and its ${keys} active keys`}. There
			is no undo; the audit log stays.
		</Confirm>
	);
}
