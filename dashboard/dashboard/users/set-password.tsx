// The dialog that gives somebody a password.
import { Checkbox, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { labelOf } from "./user-label";
import { useUserKeys } from "./user-status";

interface Values {
	password: string;
	sign_out: boolean;
}

export default function SetPassword({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm<Values>({ initialValues: { password: "", sign_out: true } });
	const set = useAction({
		run: (body: Values) =>
			send(
				api.PUT("/api/v1/users/{id}/password", {
					params: { path: { id: user.id } },
					body,
					headers: onProject(project.id),
				}),
			),
		refresh: useUserKeys(user),
		done: "The password is set",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Password of ${labelOf(user)}`}>
			<form
				onSubmit={form.onSubmit((values) =>
					set.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<PasswordInput
						label="New password"
						autoComplete="new-password"
						data-autofocus
						{...form.getInputProps("password")}
					/>
					<Checkbox
						label="End their sessions"
						{...form.getInputProps("sign_out", { type: "checkbox" })}
					/>
					<FormFoot
						submit="Set password"
						error={set.error}
						isRunning={set.isPending}
						onCancel={onClose}
						calls={[
							{
								method: "PUT",
								path: `/api/v1/users/${user.id}/password`,
								body: { password: "…", sign_out: form.values.sign_out },
								projectId: project.id,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
