// The dialog before a plan is deleted.
import { api, onProject, send } from "../api/client";
import type { Plan } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function DeletePlan({ plan, onClose }: { plan: Plan; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/plans/{id}", { params: { path: { id: plan.id } }, headers: onProject(project.id) })),
		refresh: [["plans", project.id], ["audit-events", project.id]],
		done: "The plan is deleted",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete the plan ${plan.display_name}?`}
			typed={plan.plan_key}
			button="Delete plan"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/plans/${plan.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Only a plan that nobody is on, and that nobody paid for, can be deleted. Tokens that name it stay as they are.
		</Confirm>
	);
}
