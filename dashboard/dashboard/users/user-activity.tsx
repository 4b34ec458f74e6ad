// What happened to a user, and what they did themselves, out of the project's audit log.
import { SegmentedControl } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { AuditTimeline } from "../audit-events/audit-timeline";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";

/** The audit log's filters by whom an event is about, and by who did it. */
type Side = "target_id" | "actor_id";

const SIDES: { value: Side; label: string }[] = [
	{ value: "target_id", label: "Done to them" },
	{ value: "actor_id", label: "Done by them" },
];

export function UserActivity({ userId }: { userId: string }) {
	const { project } = useProjectPlace();
	const [side, setSide] = useState<Side>("target_id");
	const events = useList({
		key: ["audit-events", project.id, { [side]: userId }],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/audit_events", {
					params: { query: { [side]: userId, cursor, chain: "project" } },
					headers: onProject(project.id),
				}),
			),
	});
	return (
		<Section title="Activity" lead="What was done to this user, and what they did, the newest first.">
			<SegmentedControl
				aria-label="Which events"
				data={SIDES}
				value={side}
				onChange={(value) => setSide(value as Side)}
				mb="md"
			/>
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
