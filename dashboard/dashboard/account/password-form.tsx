// Changes one's own password.
import { Checkbox, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, send } from "../api/client";
import { ApiError, fieldErrors } from "../api/errors";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";

interface PasswordValues {
	current_password: string;
	new_password: string;
	revoke_others: boolean;
}

/** A wrong current password stands at its field. */
function errorsOf(error: unknown): Record<string, string> {
	if (error instanceof ApiError && error.code === "invalid_credentials") {
		return { current_password: "That isn't your password." };
	}
	return fieldErrors(error);
}

export function PasswordForm({ email }: { email: string }) {
	const form = useForm<PasswordValues>({
		initialValues: { current_password: "", new_password: "", revoke_others: true },
	});
	const change = useAction({
		run: (values: PasswordValues) => send(api.POST("/api/v1/account/password", { body: values })),
		refresh: [["session"], ["account", "sessions"]],
		done: "Password changed",
		onDone: () => form.reset(),
		hasOwnProblem: true,
	});
	return (
		<Section title="Password">
			<form
				className="gh-form"
				onSubmit={form.onSubmit((values) =>
					change.mutate(values, { onError: (error) => form.setErrors(errorsOf(error)) }),
				)}
			>
				<input type="hidden" name="username" autoComplete="username" value={email} readOnly />
				<PasswordInput
					label="Current password"
					autoComplete="current-password"
					required
					{...form.getInputProps("current_password")}
				/>
				<PasswordInput
					label="New password"
					description="At least 8 characters that aren't easy to guess"
					autoComplete="new-password"
					required
					{...form.getInputProps("new_password")}
				/>
				<Checkbox label="End my other sessions" {...form.getInputProps("revoke_others", { type: "checkbox" })} />
				<FormFoot
					submit="Change password"
					error={change.error}
					isRunning={change.isPending}
					isDisabled={!form.values.current_password || !form.values.new_password}
					calls={[
						{
							method: "POST",
							path: "/api/v1/account/password",
							body: { current_password: "…", new_password: "…", revoke_others: form.values.revoke_others },
							isSessionOnly: true,
							isPersonal: true,
						},
					]}
				/>
			</form>
		</Section>
	);
}
