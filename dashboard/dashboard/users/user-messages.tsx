// The mails and texts to a user, and sending them a link.
import { Button } from "@mantine/core";
import { IconMailForward } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useRights } from "../api/rights";
import type { User } from "../api/types";
import { MessageList } from "../messages/message-list";
import { useProjectPlace } from "../shell/place";
import { Section } from "../ui/page";

const SendMail = lazy(() => import("./send-mail"));

export function UserMessages({ user }: { user: User }) {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const [isSending, setSending] = useState(false);
	return (
		<Section
			title="Messages"
			lead="Of the last 30 days. What they said isn't kept."
			action={
				mayDo(project.role ?? org.role, "user.write") ? (
					<Button variant="default" size="xs" leftSection={<IconMailForward size={14} />} onClick={() => setSending(true)}>
						Send mail
					</Button>
				) : null
			}
		>
			<MessageList filter={{ user_id: user.id }} empty="Nothing was sent to them lately." />
			<Suspense>{isSending ? <SendMail user={user} onClose={() => setSending(false)} /> : null}</Suspense>
		</Section>
	);
}
