// The dialog that invites by e-mail or makes a code to hand on.
import { Input, Modal, NativeSelect, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { type NewInvitation, type Role, rolesUpTo } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { InvitationSecret } from "./invitation-secret";

interface InvitationValues {
	kind: "email" | "code";
	email: string;
	role: Role;
	max_uses: number | "";
}

function toBody(values: InvitationValues) {
	return {
		kind: values.kind,
		role: values.role,
		...(values.kind === "email" ? { email: values.email } : {}),
		...(values.kind === "code" && values.max_uses !== "" ? { max_uses: values.max_uses } : {}),
	};
}

export default function CreateInvitation({ onClose }: { onClose: () => void }) {
	const [created, setCreated] = useState<NewInvitation | null>(null);
	return (
		<Modal opened onClose={onClose} title={created ? "Invitation made" : "Invite somebody"} closeOnClickOutside={!created}>
			{created ? (
				<InvitationSecret invitation={created} onDone={onClose} />
			) : (
				<InvitationForm onCreated={setCreated} onClose={onClose} />
			)}
		</Modal>
	);
}

interface InvitationFormProps {
	onCreated: (invitation: NewInvitation) => void;
	onClose: () => void;
}

function InvitationForm({ onCreated, onClose }: InvitationFormProps) {
	const { org } = usePlace();
	const form = useForm<InvitationValues>({ initialValues: { kind: "email", email: "", role: "member", max_uses: 1 } });
	const create = useAction({
		run: (values: InvitationValues) => send(api.POST("/api/v1/invitations", { body: toBody(values) })),
		refresh: [["invitations", org.id], ["audit-events", org.id]],
		onDone: onCreated,
		hasOwnProblem: true,
	});
	const isCode = form.values.kind === "code";
	const roles = rolesUpTo(org.role).filter((role) => !isCode || !["owner", "admin"].includes(role));
	return (
		<form
			onSubmit={form.onSubmit((values) =>
				create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<Stack gap="md">
				<Input.Wrapper label="How" labelElement="div">
					<SegmentedControl
						mt={4}
						fullWidth
						aria-label="How to invite"
						data={[
							{ value: "email", label: "By e-mail" },
							{ value: "code", label: "By a code" },
						]}
						value={form.values.kind}
						onChange={(kind) => {
							form.setFieldValue("kind", kind as InvitationValues["kind"]);
							form.setFieldValue("role", "member");
						}}
					/>
				</Input.Wrapper>
				{isCode ? (
					<NumberInput
						label="How many people may use it"
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
				<NativeSelect label="Role" data={roles} {...form.getInputProps("role")} />
				<FormFoot
					submit="Invite"
					error={create.error}
					isRunning={create.isPending}
					onCancel={onClose}
					calls={[{ method: "POST", path: "/api/v1/invitations", body: toBody(form.values), isSessionOnly: true }]}
				/>
			</Stack>
		</form>
	);
}
