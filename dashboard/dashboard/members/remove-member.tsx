// The dialog that removes somebody from the organization.
import { api, send } from "../api/client";
import type { Member } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

export default function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
	const { org } = usePlace();
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/members/{id}", { params: { path: { id: member.id } } })),
		refresh: [
			["members", org.id],
			["invitations", org.id],
			["audit-events", org.id],
		],
		done: `${member.name || member.email} is removed`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Remove ${member.name || member.email}?`}
			button="Remove"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/members/${member.id}` }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			They lose access to <strong>{org.name}</strong> and all its projects at once. Their personal tokens and open
			invitations end; service keys that they made keep working.
		</Confirm>
	);
}
