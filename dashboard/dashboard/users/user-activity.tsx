// What happened to a user, out of the project's audit log.
import { IconHistory } from "@tabler/icons-react";
import { api, onProject, send } from "../api/client";
import { AuditTimeline } from "../audit-events/audit-timeline";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";

export function UserActivity({ userId }: { userId: string }) {
	const { project } = useProjectPlace();
	const events = useList({
		key: ["audit-events", project.id, { target_id: userId }],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/audit_events", {
					params: { query: { target_id: userId, cursor, chain: "project" } },
					headers: onProject(project.id),
				}),
			),
	});
	return (
		<Section title="Activity" lead="What was done to this user, the newest first.">
			<Resource
				query={events}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="Nothing yet" icon={<IconHistory size={26} stroke={1.5} />} />}
			>
				{(rows) => <AuditTimeline events={rows} />}
			</Resource>
			<More query={events} />
		</Section>
	);
}
