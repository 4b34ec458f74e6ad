// One message: who, how, what the provider said; and another try.
import { Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import type { Message } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyId } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";
import { Moment } from "../ui/time";
import { ViewAsApi } from "../ui/view-as-api";
import { MessageStatus, messageQuery } from "./message-status";

interface DetailProps {
	message: Message;
	canWrite: boolean;
	onClose: () => void;
}

export default function MessageDetail({ message: listed, canWrite, onClose }: DetailProps) {
	const { project } = useProjectPlace();
	const { data: message = listed } = useQuery(messageQuery(project.id, listed.id));
	const at = `/api/v1/messages/${message.id}`;
	const retry = useAction({
		run: () =>
			send(
				api.POST("/api/v1/messages/{message_id}/retry", {
					params: { path: { message_id: message.id } },
					headers: onProject(project.id),
				}),
			),
		refresh: [
			["messages", project.id],
			["audit-events", project.id],
		],
		done: "It is tried again now",
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`${message.template} to ${message.recipient}`} size="lg">
			<Stack gap="md">
				<Facts message={message} />
				<FormProblem error={retry.error} />
				<Group justify="space-between">
					<ViewAsApi
						calls={[
							{ label: "Get", method: "GET", path: at, projectId: project.id },
							{ label: "Try again", method: "POST", path: `${at}/retry`, projectId: project.id },
						]}
					/>
					{canWrite && message.status !== "sent" ? (
						<Button loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
							Try again now
						</Button>
					) : null}
				</Group>
			</Stack>
		</Dialog>
	);
}

function Facts({ message }: { message: Message }) {
	const { project } = useProjectPlace();
	return (
		<dl className="gh-facts">
			<dt>Status</dt>
			<dd>
				<MessageStatus message={message} />
				{message.repeated ? " It may have arrived more than once: a try was cut short." : null}
			</dd>
			<dt>Id</dt>
			<dd>
				<CopyId id={message.id} />
			</dd>
			{message.user_id ? (
				<>
					<dt>User</dt>
					<dd>
						<Link to="/projects/$projectId/users/$userId" params={{ projectId: project.id, userId: message.user_id }}>
							{message.user_id}
						</Link>
					</dd>
				</>
			) : null}
			<dt>Written</dt>
			<dd>
				<Moment at={message.created_at} />
			</dd>
			<dt>Tries</dt>
			<dd>{message.attempts}</dd>
			{message.sent_at ? (
				<>
					<dt>Sent</dt>
					<dd>
						<Moment at={message.sent_at} />
					</dd>
				</>
			) : null}
			{message.next_attempt_at ? (
				<>
					<dt>Next try</dt>
					<dd>
						<Moment at={message.next_attempt_at} />
					</dd>
				</>
			) : null}
			{message.last_error ? (
				<>
					<dt>The provider said</dt>
					<dd>{message.last_error}</dd>
				</>
			) : null}
			{message.provider_message_id ? (
				<>
					<dt>The provider's id</dt>
					<dd>
						<CopyId id={message.provider_message_id} />
					</dd>
				</>
			) : null}
		</dl>
	);
}
