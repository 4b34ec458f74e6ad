// The dialog before a feature is deleted.
import { api, onProject, send } from "../api/client";
import type { Feature } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function DeleteFeature({ feature, onClose }: { feature: Feature; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/features/{id}", { params: { path: { id: feature.id } }, headers: onProject(project.id) })),
		refresh: [
			["features", project.id],
			["plans", project.id],
			["audit-events", project.id],
		],
		done: "The feature is deleted",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete the feature ${feature.feature_key}?`}
			typed={feature.feature_key}
			button="Delete feature"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/features/${feature.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			What plans and overrides say of it goes along. Code that asks for it gets 404 from then on.
		</Confirm>
	);
}
