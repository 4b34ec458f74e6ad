// The dialog that begins acting in a user's name: why, for how long, and the link that opens it once.
import { Button, Group, NativeSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
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

const TERMS = [5, 15, 30, 60].map((minutes) => ({ value: String(minutes), label: `${minutes} minutes` }));

interface Values {
	reason: string;
	ticket: string;
	minutes: string;
}

function toBody({ reason, ticket, minutes }: Values) {
	return { reason, ...(ticket ? { ticket } : {}), minutes: Number(minutes) };
}

export default function ImpersonateUser({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm<Values>({
		initialValues: { reason: "", ticket: "", minutes: "30" },
		validate: { reason: (text) => (text.length < 10 ? "Write at least 10 characters." : null) },
	});
	const begin = useAction({
		run: (values: Values) =>
			send(
				api.POST("/api/v1/users/{id}/impersonate", {
					params: { path: { id: user.id } },
					body: toBody(values),
					headers: onProject(project.id),
				}),
			),
		refresh: useUserKeys(user),
		hasOwnProblem: true,
	});
	if (begin.data) {
		return <OpenLink user={user} href={begin.data.redirect_to} onClose={onClose} />;
	}
	return (
		<Dialog onClose={onClose} title={`Act as ${labelOf(user)}`}>
			<form
				onSubmit={form.onSubmit((values) =>
					begin.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<Text>
						You see the app as they do. Everything you do is recorded with both names, and you can't change how they sign in.
					</Text>
					<Textarea
						label="Reason"
						description="Recorded with the session"
						autosize
						minRows={2}
						maxLength={500}
						data-autofocus
						{...form.getInputProps("reason")}
					/>
					<TextInput label="Ticket" description="Optional" maxLength={120} autoComplete="off" {...form.getInputProps("ticket")} />
					<NativeSelect label="For" data={TERMS} {...form.getInputProps("minutes")} />
					<FormFoot
						submit="Make a link"
						error={begin.error}
						isRunning={begin.isPending}
						onCancel={onClose}
						calls={[
							{
								method: "POST",
								path: `/api/v1/users/${user.id}/impersonate`,
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

function OpenLink({ user, href, onClose }: { user: User; href: string; onClose: () => void }) {
	return (
		<Dialog onClose={onClose} title={`Act as ${labelOf(user)}`}>
			<Stack gap="md">
				<Text>The link works once, in this browser, within a minute.</Text>
				<Group justify="flex-end">
					<Button variant="default" onClick={onClose}>
						Cancel
					</Button>
					<Button component="a" href={href} target="_blank" rel="noopener" data-autofocus onClick={onClose}>
						Open in a new tab
					</Button>
				</Group>
			</Stack>
		</Dialog>
	);
}
