// The dialog that removes a second factor.
import { api, send } from "../api/client";
import type { Factor } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { FACTORS } from "./factors";

export default function RemoveFactor({ factor, onClose }: { factor: Factor; onClose: () => void }) {
	const path = { factor_id: factor.id };
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/account/factors/{factor_id}", { params: { path } })),
		refresh: [FACTORS],
		done: `${factor.name} is removed`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Remove ${factor.name}?`}
			button="Remove"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[
				{ method: "DELETE", path: `/api/v1/account/factors/${factor.id}`, isSessionOnly: true, isPersonal: true },
			]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			It won't be asked any more. With your last second factor your backup codes go, too.
		</Confirm>
	);
}
