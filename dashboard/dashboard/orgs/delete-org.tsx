// The dialog that deletes the organization once its slug has been typed.
import { api, send } from "../api/client";
import type { Org } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function DeleteOrg({ org, onClose }: { org: Org; onClose: () => void }) {
	const { org: place } = usePlace();
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/orgs/{org_id}", {
					params: { path: { org_id: org.id }, query: { confirm: org.slug } },
				}),
			),
		onDone: () => location.assign("/dashboard/"),
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${org.name}?`}
			typed={org.slug}
			button="Delete for good"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/orgs/${org.id}?confirm=${org.slug}`, isSessionOnly: true }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			{place.projects.length === 1 ? "Its project" : `Its ${place.projects.length} projects`} and everything in them
			stop at once: keys, clients, users, sessions. There is no undo.
		</Confirm>
	);
}
