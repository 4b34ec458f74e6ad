// The dialog that invites somebody by e-mail.
import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { type NewInvitation, type Role, rolesUpTo } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { InvitationSecret } from "./invitation-secret";

const EXPIRIES = [
	{ value: "1", label: "In a day" },
	{ value: "7", label: "In 7 days" },
	{ value: "30", label: "In 30 days" },
];

const DAY_MS = 86_400_000;

interface InvitationValues {
	email: string;
	role: Role;
	expires_in_days: string;
}

/** The request; a week is what the server takes by itself. */
function toBody({ email, role, expires_in_days: days }: InvitationValues, now: number) {
	// A minute less than the choice, so that a clock that runs ahead doesn't make it too long.
	const until = new Date(Math.floor((now + Number(days) * DAY_MS) / 60_000) * 60_000 - 60_000);
	return { kind: "email" as const, email, role, ...(days === "7" ? {} : { expires_at: until.toISOString() }) };
}

export default function CreateInvitation({ onClose }: { onClose: () => void }) {
	const [created, setCreated] = useState<NewInvitation | null>(null);
	return (
		<Dialog onClose={onClose} title={created ? "Invitation made" : "Invite somebody"} closeOnClickOutside={!created}>
			{created ? (
				<InvitationSecret invitation={created} onDone={onClose} />
			) : (
				<InvitationForm onCreated={setCreated} onClose={onClose} />
			)}
		</Dialog>
	);
}

interface InvitationFormProps {
	onCreated: (invitation: NewInvitation) => void;
	onClose: () => void;
}

function InvitationForm({ onCreated, onClose }: InvitationFormProps) {
	const { org } = usePlace();
	const form = useForm<InvitationValues>({ initialValues: { email: "", role: "member", expires_in_days: "7" } });
	const create = useAction({
		run: (values: InvitationValues) => send(api.POST("/api/v1/invitations", { body: toBody(values, Date.now()) })),
		refresh: [
			["invitations", org.id],
			["audit-events", org.id],
		],
		onDone: onCreated,
		hasOwnProblem: true,
	});
	return (
		<form
			onSubmit={form.onSubmit((values) =>
				create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<Stack gap="md">
				<TextInput
					label="E-mail address"
					type="email"
					required
					maxLength={254}
					autoComplete="off"
					data-autofocus
					{...form.getInputProps("email")}
				/>
				<NativeSelect label="Role" data={rolesUpTo(org.role)} {...form.getInputProps("role")} />
				<NativeSelect
					label="Expires"
					data={EXPIRIES}
					{...form.getInputProps("expires_in_days")}
					error={form.errors.expires_at}
				/>
				<FormFoot
					submit="Invite"
					error={create.error}
					isRunning={create.isPending}
					onCancel={onClose}
					calls={[
						{
							method: "POST",
							path: "/api/v1/invitations",
							body: toBody(form.values, Date.now()),
							isSessionOnly: true,
						},
					]}
				/>
			</Stack>
		</form>
	);
}
