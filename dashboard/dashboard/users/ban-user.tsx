// The dialog that bans somebody, for a while or for ever.
import { NativeSelect, Stack, Text, Textarea } from "@mantine/core";
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

const TERMS = [
	{ value: "1", label: "A day" },
	{ value: "7", label: "A week" },
	{ value: "30", label: "Thirty days" },
	{ value: "", label: "For ever" },
];
const DAY_MS = 86_400_000;

interface Values {
	reason: string;
	days: string;
}

function toBody({ reason, days }: Values) {
	return {
		...(reason ? { reason } : {}),
		...(days ? { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() } : {}),
	};
}

export default function BanUser({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm<Values>({ initialValues: { reason: "", days: "" } });
	const ban = useAction({
		run: (values: Values) =>
			send(
				api.POST("/api/v1/users/{id}/ban", {
					params: { path: { id: user.id } },
					body: toBody(values),
					headers: onProject(project.id),
				}),
			),
		refresh: useUserKeys(user),
		done: "The user is banned",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Ban ${labelOf(user)}`}>
			<form
				onSubmit={form.onSubmit((values) =>
					ban.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<Text>Every session ends at once, and they can't sign in until the ban is over or lifted.</Text>
					<NativeSelect label="How long" data={TERMS} {...form.getInputProps("days")} />
					<Textarea
						label="Reason"
						description="For your own people; the user doesn't see it"
						autosize
						minRows={2}
						maxLength={500}
						{...form.getInputProps("reason")}
					/>
					<FormFoot
						submit="Ban user"
						error={ban.error}
						isRunning={ban.isPending}
						onCancel={onClose}
						calls={[
							{ method: "POST", path: `/api/v1/users/${user.id}/ban`, body: toBody(form.values), projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
