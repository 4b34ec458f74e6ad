// The dialog that gives a client a new secret and shows it once.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { GraceChoice, USUAL_GRACE_S } from "../ui/grace-choice";
import { FormProblem } from "../ui/resource";
import { SecretOnce } from "../ui/secret-once";
import { ViewAsApi } from "../ui/view-as-api";

interface RotateClientSecretProps {
	projectId: string;
	clientId: string;
	/** What people sign in to by it. */
	name: string;
	onClose: () => void;
}

export default function RotateClientSecret({ projectId, clientId, name, onClose }: RotateClientSecretProps) {
	const [secret, setSecret] = useState<string | null>(null);
	const [grace, setGrace] = useState(USUAL_GRACE_S);
	const body = { grace_s: grace };
	const rotate = useAction({
		run: () =>
			send(
				api.POST("/api/v1/clients/{id}/rotate_secret", {
					params: { path: { id: clientId } },
					headers: onProject(projectId),
					body,
				}),
			),
		refresh: [["client", projectId, clientId], ["audit-events", projectId]],
		onDone: (reply) => setSecret(reply.client_secret),
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New client secret" showsSecret={secret !== null}>
			{secret ? (
				<SecretOnce
					label="Client secret"
					secret={secret}
					env={[
						["GATEHOUSE_CLIENT_ID", clientId],
						["GATEHOUSE_CLIENT_SECRET", secret],
					]}
					onDone={onClose}
				/>
			) : (
				<Stack gap="md">
					<Text>
						Apps that sign people in to <strong>{name}</strong> need the new secret.{" "}
						{grace === 0
							? "With the old one they stop working at once."
							: "Keep the old one working until every app has the new one; one that was replaced before ends now."}
					</Text>
					<GraceChoice label="The old secret" grace_s={grace} onChange={setGrace} />
					<FormProblem error={rotate.error} />
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>
							Cancel
						</Button>
						<Button color="red.8" loading={rotate.isPending} onClick={() => rotate.mutate(undefined)}>
							Replace the secret
						</Button>
					</Group>
					<ViewAsApi
						calls={[
							{
								method: "POST",
								path: `/api/v1/clients/${clientId}/rotate_secret`,
								body,
								projectId: projectId,
								isSessionOnly: true,
							},
						]}
					/>
				</Stack>
			)}
		</Dialog>
	);
}
