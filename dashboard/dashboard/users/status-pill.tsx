// A user's status as a coloured word, with what else is the matter.
import { Group } from "@mantine/core";
import type { User } from "../api/types";
import { Pill, type Tone } from "../ui/pill";

const LOOKS: Record<string, [label: string, tone: Tone]> = {
	active: ["Active", "accent"],
	deactivated: ["Deactivated", "quiet"],
	banned: ["Banned", "danger"],
	deletion_pending: ["Deletion pending", "danger"],
};

export function StatusPill({ user }: { user: User }) {
	const [label, tone] = LOOKS[user.status] ?? [user.status, "quiet"];
	return (
		<Group gap={6}>
			<Pill tone={tone}>{label}</Pill>
			{user.locked ? <Pill tone="danger">Password off</Pill> : null}
			{user.email && !user.email_verified ? <Pill>Unverified</Pill> : null}
			{user.anonymous ? <Pill>Anonymous</Pill> : null}
		</Group>
	);
}
