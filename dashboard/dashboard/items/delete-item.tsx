// The dialog before an item is deleted.
import { api, onProject, send } from "../api/client";
import type { Item } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function DeleteItem({ item, onClose }: { item: Item; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/items/{id}", { params: { path: { id: item.id } }, headers: onProject(project.id) })),
		refresh: [
			["items", project.id],
			["audit-events", project.id],
		],
		done: "The item is deleted",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${item.name}?`}
			button="Delete item"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/items/${item.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Links to it lead nowhere then. What somebody has bought, or begun to buy, can only be taken off sale.
		</Confirm>
	);
}
