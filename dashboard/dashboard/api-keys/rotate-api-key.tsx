// The dialog that replaces a key by a new one, with a time in which both work.
import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, send } from "../api/client";
import type { ApiKey, NewApiKey } from "../api/types";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { GraceChoice, USUAL_GRACE_S } from "../ui/grace-choice";
import { SecretOnce } from "../ui/secret-once";

export default function RotateApiKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
	const [grace, setGrace] = useState(USUAL_GRACE_S);
	const [created, setCreated] = useState<NewApiKey | null>(null);
	const body = { grace_s: grace };
	const rotate = useAction({
		run: () => send(api.POST("/api/v1/api_keys/{id}/rotate", { params: { path: { id: apiKey.id } }, body })),
		refresh: [["api-keys"], ["audit-events"]],
		onDone: setCreated,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Rotate ${apiKey.name}`} showsSecret={created !== null}>
			{created ? (
				<SecretOnce
					label="New key"
					secret={created.secret ?? ""}
					env={[["GATEHOUSE_KEY", created.secret ?? ""]]}
					onDone={onClose}
				/>
			) : (
				<form
					onSubmit={(event) => {
						event.preventDefault();
						rotate.mutate(undefined);
					}}
				>
					<Stack gap="md">
						<Text>
							You get a new key with the same permissions. Keep the old one{" "}
							<code>
								{apiKey.prefix}…{apiKey.last4}
							</code>{" "}
							working until every program has the new one.
						</Text>
						<GraceChoice label="The old key" grace_s={grace} onChange={setGrace} />
						<FormFoot
							submit="Rotate"
							error={rotate.error}
							isRunning={rotate.isPending}
							onCancel={onClose}
							calls={[{ method: "POST", path: `/api/v1/api_keys/${apiKey.id}/rotate`, body, isSessionOnly: true }]}
						/>
					</Stack>
				</form>
			)}
		</Dialog>
	);
}
