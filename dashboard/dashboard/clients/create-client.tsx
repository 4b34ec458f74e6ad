// The dialog that registers a client, and shows its secret once.
import { NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretOnce } from "../ui/secret-once";
import { CLIENT_TYPES, linesOf } from "./client-types";
import { listErrors } from "./client-form";

interface Values {
	name: string;
	type: Client["type"];
	redirect_uris: string;
}

function toBody({ name, type, redirect_uris }: Values) {
	const uris = type === "service" ? [] : linesOf(redirect_uris);
	return { name, type, ...(uris.length > 0 ? { redirect_uris: uris } : {}) };
}

export default function CreateClient({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const [made, setMade] = useState<Client | null>(null);
	const form = useForm<Values>({ initialValues: { name: "", type: "web", redirect_uris: "" } });
	const leave = (client: Client) => {
		onClose();
		void navigate({
			to: "/projects/$projectId/clients/$clientId",
			params: { projectId: project.id, clientId: client.id },
		});
	};
	const create = useAction({
		run: (values: Values) =>
			send(api.POST("/api/v1/clients", { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["clients", project.id], ["audit-events", project.id]],
		done: "The client is registered",
		onDone: (client) => (client.client_secret ? setMade(client) : leave(client)),
		hasOwnProblem: true,
	});
	if (made?.client_secret) {
		return (
			<Dialog onClose={() => leave(made)} title={`The secret of ${made.name}`} showsSecret>
				<SecretOnce
					label="Client secret"
					secret={made.client_secret}
					env={[
						["GATEHOUSE_CLIENT_ID", made.id],
						["GATEHOUSE_CLIENT_SECRET", made.client_secret],
					]}
					onDone={() => leave(made)}
				/>
			</Dialog>
		);
	}
	const type = CLIENT_TYPES.find(({ value }) => value === form.values.type);
	return (
		<Dialog onClose={onClose} title="New client">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
				)}
			>
				<Stack gap="md">
					<TextInput
						label="Name"
						required
						maxLength={120}
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("name")}
					/>
					<NativeSelect
						label="Type"
						description={`${type?.hint}. It never changes.`}
						data={CLIENT_TYPES.map(({ value, label }) => ({ value, label }))}
						{...form.getInputProps("type")}
					/>
					{form.values.type === "service" ? null : (
						<Textarea
							label="Redirect URIs"
							description="One a line; they can be added later"
							placeholder="https://shop.example.com/callback"
							autosize
							minRows={2}
							{...form.getInputProps("redirect_uris")}
						/>
					)}
					<FormFoot
						submit="Register client"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[
							{
								method: "POST",
								path: "/api/v1/clients",
								body: toBody(form.values),
								projectId: project.id,
								isSessionOnly: true,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
