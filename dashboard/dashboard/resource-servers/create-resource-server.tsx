// The dialog that registers a resource server.
import { Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { listErrors } from "../clients/client-form";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { scopesOf } from "./scope-lines";

const AT = "/api/v1/resource_servers";

export default function CreateResourceServer({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const form = useForm({ initialValues: { name: "", identifier: "", scopes: "" } });
	const toBody = ({ scopes, ...rest }: typeof form.values) => ({ ...rest, scopes: scopesOf(scopes) });
	const create = useAction({
		run: (values: typeof form.values) => send(api.POST(AT, { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["resource-servers", project.id], ["audit-events", project.id]],
		done: "The resource server is registered",
		onDone: ({ id }) => {
			onClose();
			void navigate({
				to: "/projects/$projectId/resource-servers/$resourceServerId",
				params: { projectId: project.id, resourceServerId: id },
			});
		},
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New resource server">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
				)}
			>
				<Stack gap="md">
					<TextInput
						label="Name"
						description="Shown to people who are asked for it"
						required
						maxLength={120}
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("name")}
					/>
					<TextInput
						label="Identifier"
						description="The address of the API or MCP server, exactly as clients call it. It never changes."
						placeholder="https://mcp.example.com/"
						required
						maxLength={255}
						spellCheck={false}
						autoComplete="off"
						{...form.getInputProps("identifier")}
					/>
					<Textarea
						label="Scopes"
						description="One a line: its name, and what people are told of it. They can be added later."
						placeholder="orders:read See your orders"
						autosize
						minRows={2}
						maxRows={10}
						spellCheck={false}
						{...form.getInputProps("scopes")}
					/>
					<FormFoot
						submit="Register"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: AT, body: toBody(form.values), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
