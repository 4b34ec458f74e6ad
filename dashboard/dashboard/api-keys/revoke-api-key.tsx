// The dialog that ends a key.
import { api, send } from "../api/client";
import type { ApiKey } from "../api/types";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { ago } from "../ui/time";

export default function RevokeApiKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
	const revoke = useAction({
		run: () => send(api.DELETE("/api/v1/api_keys/{id}", { params: { path: { id: apiKey.id } } })),
		refresh: [["api-keys"], ["audit-events"]],
		done: `${apiKey.name} is revoked`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Revoke ${apiKey.name}?`}
			button="Revoke"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[{ method: "DELETE", path: `/api/v1/api_keys/${apiKey.id}`, isSessionOnly: true }]}
			onConfirm={() => revoke.mutate(undefined)}
			onClose={onClose}
		>
			Whatever uses{" "}
			<code>
				{apiKey.prefix}…{apiKey.last4}
			</code>{" "}
			is refused from its next request on.{" "}
			{apiKey.last_used_at ? <strong>It was last used {ago(apiKey.last_used_at)}.</strong> : "It has never been used."}{" "}
			There is no undo; to replace it without a gap, rotate it instead.
		</Confirm>
	);
}
