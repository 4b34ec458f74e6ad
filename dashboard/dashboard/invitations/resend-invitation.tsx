// The dialog that sends an invitation anew, with a new link or code.
import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, send } from "../api/client";
import type { Invitation, NewInvitation } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { InvitationSecret } from "./invitation-secret";

export default function ResendInvitation({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
	const { org } = usePlace();
	const isCode = invitation.kind === "code";
	const [sent, setSent] = useState<NewInvitation | null>(null);
	const resend = useAction({
		run: () => send(api.POST("/api/v1/invitations/{id}/resend", { params: { path: { id: invitation.id } }, body: {} })),
		refresh: [
			["invitations", org.id],
			["audit-events", org.id],
		],
		onDone: (reply) => setSent(reply as NewInvitation),
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={isCode ? "Make a new code" : "Resend the invitation"} showsSecret={sent !== null}>
			{sent ? (
				<InvitationSecret invitation={sent} onDone={onClose} />
			) : (
				<form
					onSubmit={(event) => {
						event.preventDefault();
						resend.mutate(undefined);
					}}
				>
					<Stack gap="md">
						<Text>
							{isCode ? (
								"The invitation gets a new code; the old one stops working. Who joined stays."
							) : (
								<>
									<strong>{invitation.email}</strong> gets a new link; the old one stops working.
								</>
							)}
						</Text>
						<FormFoot
							submit={isCode ? "Make a new code" : "Resend"}
							error={resend.error}
							isRunning={resend.isPending}
							onCancel={onClose}
							calls={[
								{ method: "POST", path: `/api/v1/invitations/${invitation.id}/resend`, body: {}, isSessionOnly: true },
							]}
						/>
					</Stack>
				</form>
			)}
		</Dialog>
	);
}
