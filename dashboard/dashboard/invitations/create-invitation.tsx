// The dialog that invites: somebody by e-mail, or whoever gets a code.
import { NativeSelect, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
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
	kind: "email" | "code";
	email: string;
	max_uses: number | string;
	role: Role;
	expires_in_days: string;
}

/** The request; a week is what the server takes by itself. */
function toBody({ kind, email, max_uses: uses, role, expires_in_days: days }: InvitationValues, now: number) {
	// A minute less than the choice, so that a clock that runs ahead doesn't make it too long.
	const until = new Date(Math.floor((now + Number(days) * DAY_MS) / 60_000) * 60_000 - 60_000);
	const whom = kind === "code" ? { kind, max_uses: Number(uses) } : { kind, email };
	return { ...whom, role, ...(days === "7" ? {} : { expires_at: until.toISOString() }) };
}

/** A code, which anybody may pass on, makes managers at most. */
function rolesFor(kind: string, own: string | null | undefined): Role[] {
	return rolesUpTo(own).filter((role) => kind === "email" || (role !== "owner" && role !== "admin"));
}

export default function CreateInvitation({ onClose }: { onClose: () => void }) {
	const [created, setCreated] = useState<NewInvitation | null>(null);
	return (
		<Dialog onClose={onClose} title={created ? "Invitation made" : "Invite somebody"} showsSecret={created !== null}>
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
	const form = useForm<InvitationValues>({
		initialValues: { kind: "email", email: "", max_uses: 10, role: "member", expires_in_days: "7" },
	});
	const isCode = form.values.kind === "code";
	const choose = (kind: string) =>
		form.setValues({ kind: kind as InvitationValues["kind"], role: rolesFor(kind, org.role).includes(form.values.role) ? form.values.role : "member" });
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
				<SegmentedControl
					aria-label="How to invite"
					value={form.values.kind}
					onChange={choose}
					data={[
						{ value: "email", label: "By e-mail" },
						{ value: "code", label: "By a code" },
					]}
				/>
				{isCode ? (
					<NumberInput
						label="How many people may join"
						required
						min={1}
						max={1000}
						allowDecimal={false}
						{...form.getInputProps("max_uses")}
					/>
				) : (
					<TextInput
						label="E-mail address"
						type="email"
						required
						maxLength={254}
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("email")}
					/>
				)}
				<NativeSelect label="Role" data={rolesFor(form.values.kind, org.role)} {...form.getInputProps("role")} />
				<NativeSelect
					label="Expires"
					data={EXPIRIES}
					{...form.getInputProps("expires_in_days")}
					error={form.errors.expires_at}
				/>
				<FormFoot
					submit={isCode ? "Make the code" : "Invite"}
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
