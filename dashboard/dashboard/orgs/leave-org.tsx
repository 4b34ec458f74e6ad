// The dialog that leaves the organization.
import { api, send } from "../api/client";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function LeaveOrg({ onClose }: { onClose: () => void }) {
	const { org } = usePlace();
	const leave = useAction({
		run: () => send(api.DELETE("/api/v1/members/me")),
		onDone: () => location.assign("/dashboard/"),
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Leave ${org.name}?`}
			button="Leave"
			isRunning={leave.isPending}
			error={leave.error}
			calls={[{ method: "DELETE", path: "/api/v1/members/me", isSessionOnly: true }]}
			onConfirm={() => leave.mutate(undefined)}
			onClose={onClose}
		>
			You lose access to its projects at once, and your personal tokens here end.
		</Confirm>
	);
}
