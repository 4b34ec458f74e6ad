// Messages that match a filter, newest first; each opens its detail.
import { Button } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Message } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { MessageStatus } from "./message-status";

const MessageDetail = lazy(() => import("./message-detail"));

export interface MessageFilter {
	template?: string;
	status?: Message["status"];
	user_id?: string;
	created_after?: string;
}

export function MessageList({ filter, empty }: { filter: MessageFilter; empty: ReactNode }) {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const [opened, setOpened] = useState<Message | null>(null);
	const messages = useList({
		key: ["messages", project.id, "list", filter],
		fetch: (cursor) =>
			send(api.GET("/api/v1/messages", { params: { query: { ...filter, cursor } }, headers: onProject(project.id) })),
	});
	return (
		<>
			<Resource
				query={messages}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No messages" icon={<IconMail size={26} stroke={1.5} />}>
						{empty}
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Messages"
						rows={rows}
						rowKey={(row) => row.id}
						columns={[
							{ key: "template", label: "Template", cell: (row) => row.template },
							{ key: "to", label: "To", cell: (row) => <span className="gh-break">{row.recipient}</span> },
							{ key: "channel", label: "By", cell: (row) => (row.channel === "mail" ? "Mail" : "Text") },
							{ key: "status", label: "Status", cell: (row) => <MessageStatus message={row} /> },
							{ key: "written", label: "Written", cell: (row) => <Time at={row.created_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) => (
									<Button
										size="compact-sm"
										variant="subtle"
										color="gray"
										aria-label={`Details of ${row.template} to ${row.recipient}`}
										onClick={() => setOpened(row)}
									>
										Details
									</Button>
								),
							},
						]}
					/>
				)}
			</Resource>
			<More query={messages} />
			<Suspense>
				{opened ? (
					<MessageDetail
						message={opened}
						canWrite={mayDo(project.role ?? org.role, "mail.write")}
						onClose={() => setOpened(null)}
					/>
				) : null}
			</Suspense>
		</>
	);
}
