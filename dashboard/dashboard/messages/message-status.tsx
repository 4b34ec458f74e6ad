// How it went with a message: a word for lists, a sentence for whoever just sent it.
import { useQuery } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import type { Message } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Pill, type Tone } from "../ui/pill";
import { Problem } from "../ui/resource";
import { Time } from "../ui/time";

const TONES: Record<Message["status"], Tone> = { queued: "test", sent: "accent", failed: "danger", canceled: "quiet" };
const WORDS: Record<Message["status"], string> = { queued: "Waiting", sent: "Sent", failed: "Failed", canceled: "Called off" };

export function MessageStatus({ message }: { message: Message }) {
	return <Pill tone={TONES[message.status]}>{WORDS[message.status]}</Pill>;
}

export function messageQuery(projectId: string, id: string) {
	return {
		queryKey: ["messages", projectId, "one", id],
		queryFn: () =>
			send(
				api.GET("/api/v1/messages/{message_id}", {
					params: { path: { message_id: id } },
					headers: onProject(projectId),
				}),
			),
	};
}

/** Nobody can say more yet: it waits for its first try. */
function isUndecided(message: Message | undefined): boolean {
	return message === undefined || (message.status === "queued" && message.last_error === null);
}

function sentenceOf(message: Message) {
	if (message.status === "sent") {
		return message.provider_message_id ? (
			<>
				Taken by the provider as <code>{message.provider_message_id}</code>.
			</>
		) : (
			"Taken by the provider."
		);
	}
	if (isUndecided(message)) {
		return "On its way …";
	}
	return (
		<>
			The provider said: <q>{message.last_error}</q>.{" "}
			{message.status === "queued" ? (
				<>
					It is tried again <Time at={message.next_attempt_at} />.
				</>
			) : (
				"It isn't tried again by itself."
			)}
		</>
	);
}

/** The answer of the provider to a message that was just written, as soon as it is there. */
export function MessageOutcome({ id }: { id: string }) {
	const { project } = useProjectPlace();
	const message = useQuery({
		...messageQuery(project.id, id),
		refetchInterval: ({ state }) => (isUndecided(state.data) ? 700 : false),
	});
	if (message.error) {
		return <Problem error={message.error} />;
	}
	return (
		<div className="gh-banner gh-outcome" role="status">
			{message.data ? (
				<p>
					<MessageStatus message={message.data} /> To {message.data.recipient}. {sentenceOf(message.data)}
				</p>
			) : (
				<p>On its way …</p>
			)}
		</div>
	);
}
