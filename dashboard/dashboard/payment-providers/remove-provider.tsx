// The dialog before a payment provider is taken away, and its key with it if that is wanted.
import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { PROVIDERS } from "../payments/payment-words";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import type { ApiCall } from "../ui/view-as-api";
import { type Setup, staleAfter } from "./queries";

export default function RemoveProvider({ setup, onClose }: { setup: Setup; onClose: () => void }) {
	const { project } = useProjectPlace();
	const { key, provider, connection } = setup;
	const name = PROVIDERS[key];
	// A key that nothing is paid by can only be wiped.
	const [isWiped, setWiped] = useState(provider === null);
	const headers = onProject(project.id);
	const remove = useAction({
		run: async () => {
			if (provider) {
				await send(api.DELETE("/api/v1/payment_providers/{provider}", { params: { path: { provider: key } }, headers }));
			}
			if (connection && isWiped) {
				await send(api.POST("/api/v1/connections/{id}/revoke", { params: { path: { id: connection.id } }, headers }));
			}
		},
		refresh: staleAfter(project.id),
		done: `${name} is taken away`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	const calls: ApiCall[] = [{ label: "Take away", method: "DELETE", path: `/api/v1/payment_providers/${key}`, projectId: project.id }];
	if (connection) {
		calls.push({ label: "Wipe the key", method: "POST", path: `/api/v1/connections/${connection.id}/revoke`, projectId: project.id });
	}
	return (
		<Confirm
			title={`Take ${name} away?`}
			typed={isWiped ? key : undefined}
			button="Take away"
			isRunning={remove.isPending}
			error={remove.error}
			calls={calls}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			{provider ? "Nobody new pays by it. Payments that have begun go on." : "Nobody pays by it any more; its key is still stored."}
			{connection ? (
				<Checkbox
					mt="md"
					label="Wipe the key for good"
					description={`Then ${name} isn't believed any more, and isn't asked: what is pending there stays open until it expires.`}
					checked={isWiped}
					disabled={provider === null}
					onChange={(event) => setWiped(event.currentTarget.checked)}
				/>
			) : null}
		</Confirm>
	);
}
