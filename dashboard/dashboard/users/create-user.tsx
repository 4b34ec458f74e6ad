// The dialog that makes a user.
import { Checkbox, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";

interface Values {
	email: string;
	email_verified: boolean;
	name: string;
	username: string;
	phone: string;
	external_id: string;
	password: string;
}

/** What was left empty is left out. */
function toBody({ email_verified, ...texts }: Values) {
	const said = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));
	return email_verified && texts.email ? { ...said, email_verified } : said;
}

export default function CreateUser({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const form = useForm<Values>({
		initialValues: {
			email: "",
			email_verified: false,
			name: "",
			username: "",
			phone: "",
			external_id: "",
			password: "",
		},
	});
	const create = useAction({
		run: (values: Values) => send(api.POST("/api/v1/users", { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["users", project.id]],
		done: "The user is there",
		onDone: (user) => {
			onClose();
			void navigate({
				to: "/projects/$projectId/users/$userId",
				params: { projectId: project.id, userId: user.id },
			});
		},
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New user">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<TextInput label="E-mail" type="email" autoComplete="off" data-autofocus {...form.getInputProps("email")} />
					<Checkbox
						label="The address is verified"
						description="They needn't prove that it is theirs"
						{...form.getInputProps("email_verified", { type: "checkbox" })}
					/>
					<TextInput label="Name" autoComplete="off" {...form.getInputProps("name")} />
					<TextInput
						label="Username"
						description="3 to 32 letters, digits, - and _"
						autoComplete="off"
						{...form.getInputProps("username")}
					/>
					<TextInput label="Phone" placeholder="+491511234567" autoComplete="off" {...form.getInputProps("phone")} />
					<TextInput
						label="External id"
						description="What another system of yours calls them"
						autoComplete="off"
						{...form.getInputProps("external_id")}
					/>
					<PasswordInput
						label="Password"
						description="Empty: they choose one by “Forgot password”"
						autoComplete="new-password"
						{...form.getInputProps("password")}
					/>
					<FormFoot
						submit="Create user"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[
							{
								method: "POST",
								path: "/api/v1/users",
								body: toBody({ ...form.values, password: form.values.password ? "…" : "" }),
								projectId: project.id,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
