// The log of mails and texts: what was sent to whom, and how that went. Never what they said.
import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Message } from "../api/types";
import { templatesQuery } from "../mail-templates/templates-query";
import { useProjectPlace } from "../shell/place";
import { Page } from "../ui/page";
import { type MessageFilter, MessageList } from "./message-list";

const STATUSES: { value: "" | Message["status"]; label: string }[] = [
	{ value: "", label: "Any status" },
	{ value: "queued", label: "Waiting" },
	{ value: "sent", label: "Sent" },
	{ value: "failed", label: "Failed" },
	{ value: "canceled", label: "Called off" },
];
const TEXT_TEMPLATES = ["phone-otp"];

interface Filter {
	template: string;
	status: "" | Message["status"];
	user: string;
	since: string;
}

/** A user's id is complete or isn't asked for; a day begins where the reader is. */
function queryOf({ template, status, user, since }: Filter): MessageFilter {
	return {
		template: template || undefined,
		status: status || undefined,
		user_id: /^usr_[a-z0-9]{16}$/.test(user.trim()) ? user.trim() : undefined,
		created_after: since ? new Date(`${since}T00:00:00`).toISOString() : undefined,
	};
}

function useTemplateNames(): string[] {
	const { project } = useProjectPlace();
	const { data } = useQuery(templatesQuery(project.id));
	return [...new Set([...(data ?? []).map(({ slug }) => slug), ...TEXT_TEMPLATES])].sort();
}

export function Messages() {
	const { project } = useProjectPlace();
	const names = useTemplateNames();
	const [filter, setFilter] = useState<Filter>({ template: "", status: "", user: "", since: "" });
	const query = queryOf(filter);
	const isFiltered = Object.values(query).some(Boolean);
	const change = (changes: Partial<Filter>) => setFilter((before) => ({ ...before, ...changes }));
	const isUserOdd = filter.user.trim() !== "" && !query.user_id;
	return (
		<Page
			title="Messages"
			lead={`Mails and texts to the people of ${project.name}, kept for 30 days. What they said isn't kept.`}
			calls={[
				{ label: "List", method: "GET", path: "/api/v1/messages?status=failed", projectId: project.id },
				{
					label: "Send a mail",
					method: "POST",
					path: "/api/v1/mail/send",
					body: { to: "ada@example.com", template: "welcome", data: { url: "https://shop.example.com/" } },
					projectId: project.id,
				},
			]}
		>
			<div className="gh-toolbar">
				<NativeSelect
					label="Template"
					data={[{ value: "", label: "Any template" }, ...names]}
					value={filter.template}
					onChange={(event) => change({ template: event.currentTarget.value })}
				/>
				<NativeSelect
					label="Status"
					data={STATUSES}
					value={filter.status}
					onChange={(event) => change({ status: event.currentTarget.value as Filter["status"] })}
				/>
				<TextInput
					className="gh-toolbar-grow"
					label="User"
					placeholder="usr_…"
					error={isUserOdd ? "A user's whole id: usr_ and 16 letters or digits." : undefined}
					value={filter.user}
					onChange={(event) => change({ user: event.currentTarget.value })}
				/>
				<TextInput
					label="Since"
					type="date"
					value={filter.since}
					onChange={(event) => change({ since: event.currentTarget.value })}
				/>
			</div>
			<MessageList
				filter={query}
				empty={isFiltered ? "None matches. Try another template, status or day." : "Every mail and text that is sent stands here."}
			/>
		</Page>
	);
}
