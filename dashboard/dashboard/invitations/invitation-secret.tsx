// An invitation's link or code, at the one moment it can be read.
import { Button, Group, Stack, Text } from "@mantine/core";
import type { NewInvitation } from "../api/types";
import { CopyBlock } from "../ui/copy";
import { Moment } from "../ui/time";

export function InvitationSecret({ invitation, onDone }: { invitation: NewInvitation; onDone: () => void }) {
	if (invitation.kind === "code") {
		return <CodeSecret invitation={invitation} onDone={onDone} />;
	}
	return (
		<Stack gap="md">
			<Text>
				A mail is on its way to <strong>{invitation.email}</strong>. You can also hand over the link yourself:
			</Text>
			{invitation.url ? <CopyBlock text={invitation.url} label="Invitation link" /> : null}
			<Text size="sm" c="dimmed">
				It's shown this once, and it works until <Moment at={invitation.expires_at} /> for this address alone.
			</Text>
			<Group justify="flex-end">
				<Button onClick={onDone}>Done</Button>
			</Group>
		</Stack>
	);
}

function CodeSecret({ invitation, onDone }: { invitation: NewInvitation; onDone: () => void }) {
	const people = invitation.max_uses === 1 ? "One person" : `Up to ${invitation.max_uses} people`;
	return (
		<Stack gap="md">
			<Text>{people} can join with this code, or with the link:</Text>
			{invitation.secret ? <CopyBlock text={invitation.secret} label="Invite code" /> : null}
			{invitation.url ? <CopyBlock text={invitation.url} label="Invitation link" /> : null}
			<Text size="sm" c="dimmed">
				It's shown this once, and it works until <Moment at={invitation.expires_at} /> for whoever has it.
			</Text>
			<Group justify="flex-end">
				<Button onClick={onDone}>Done</Button>
			</Group>
		</Stack>
	);
}
