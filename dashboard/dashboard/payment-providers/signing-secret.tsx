// The dialog that stores what Stripe signs its notifications with.
import { Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Connection } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretField } from "../ui/secret-field";
import { staleAfter } from "./queries";

export default function SigningSecret({ connection, onClose }: { connection: Connection; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: { inbound_secret: "" } });
	const save = useAction({
		run: (body: typeof form.values) =>
			send(api.PATCH("/api/v1/connections/{id}", { params: { path: { id: connection.id } }, body, headers: onProject(project.id) })),
		refresh: staleAfter(project.id),
		done: "Stripe is believed from now on",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="Stripe's signing secret">
			<form
				noValidate
				onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}
			>
				<Stack gap="md">
					<Text size="sm">Stripe shows it, whsec_…, on the page of the webhook endpoint. A notification that isn't signed with it is refused.</Text>
					<SecretField
						label="Signing secret"
						stored={{ set: connection.has_inbound_secret, last4: null }}
						isNeeded
						draft={form.values.inbound_secret || undefined}
						error={form.errors.inbound_secret as string | undefined}
						onChange={(secret) => form.setFieldValue("inbound_secret", secret ?? "")}
					/>
					<FormFoot
						submit="Save"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={form.values.inbound_secret === ""}
						onCancel={onClose}
						calls={[
							{ method: "PATCH", path: `/api/v1/connections/${connection.id}`, body: { inbound_secret: "whsec_…" }, projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
