// The dialog that mails somebody a link: to verify their address, choose a password, or sign in.
import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { MessageOutcome } from "../messages/message-status";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { labelOf } from "./user-label";

const MAILS = [
	{
		value: "verification",
		label: "Verify the address",
		description: "The link proves that the address is theirs, and signs nobody in.",
	},
	{ value: "password-reset", label: "Choose a new password", description: "As “Forgot password” would." },
	{ value: "magic-link", label: "Sign in", description: "The link is their first factor; a second one is still asked for." },
] as const;

type Template = (typeof MAILS)[number]["value"];

export default function SendMail({ user, onClose }: { user: User; onClose: () => void }) {
	const { project } = useProjectPlace();
	const [template, setTemplate] = useState<Template>("verification");
	const path = `/api/v1/users/${user.id}/mail`;
	const mail = useAction({
		run: () =>
			send(
				api.POST("/api/v1/users/{id}/mail", {
					params: { path: { id: user.id } },
					headers: onProject(project.id),
					body: { template },
				}),
			),
		refresh: [
			["messages", project.id],
			["audit-events", project.id],
		],
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Send ${labelOf(user)} a mail`}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					mail.mutate(undefined);
				}}
			>
				<Stack gap="md">
					<Radio.Group label="Which" value={template} onChange={(value) => setTemplate(value as Template)}>
						<Stack gap="sm" mt="xs">
							{MAILS.map(({ value, label, description }) => (
								<Radio key={value} value={value} label={label} description={description} />
							))}
						</Stack>
					</Radio.Group>
					{mail.data ? <MessageOutcome key={mail.data.id} id={mail.data.id} /> : null}
					<FormFoot
						submit="Send"
						error={mail.error}
						isRunning={mail.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path, body: { template }, projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
