// What happened in the project, as programs that subscribe would see it.
import { Button, TextInput } from "@mantine/core";
import { IconFilter, IconServer2 } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Event } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { useTargetedList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Time } from "../ui/time";
import { Timeline } from "../ui/timeline";

export function Events() {
	const { project } = useProjectPlace();
	const [text, setText] = useState("");
	const [types, setTypes] = useState("");
	const events = useTargetedList({
		key: ["events", project.id, types],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/events", {
					params: { query: { cursor, types: types || undefined } },
					headers: onProject(project.id),
				}),
			),
		one: types
			? undefined
			: (id) => send(api.GET("/api/v1/events/{id}", { params: { path: { id } }, headers: onProject(project.id) })),
	});
	return (
		<Page
			title="Events"
			lead="What happened in this project, newest first."
			calls={[
				{
					method: "GET",
					path: `/api/v1/events${types ? `?types=${encodeURIComponent(types)}` : ""}`,
					projectId: project.id,
				},
			]}
		>
			<form
				className="gh-toolbar"
				onSubmit={(event) => {
					event.preventDefault();
					setTypes(text.trim());
				}}
			>
				<TextInput
					className="gh-toolbar-grow"
					aria-label="Types of events"
					placeholder="api_key.* or project.updated"
					value={text}
					onChange={(event) => setText(event.currentTarget.value)}
				/>
				<Button type="submit" variant="default" leftSection={<IconFilter size={15} />}>
					Filter
				</Button>
			</form>
			<Resource
				query={events}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title={types ? "Nothing matches" : "No events yet"} icon={<IconServer2 size={26} stroke={1.5} />}>
						{types
							? "Try a family such as project.*"
							: "Changes to this project and what its users do will stand here."}
					</Empty>
				}
			>
				{(rows) => (
					<div className="gh-section">
						<Timeline rows={rows} summary={summaryOf} details={detailsOf} />
					</div>
				)}
			</Resource>
			<More query={events} />
		</Page>
	);
}

function summaryOf(event: Event) {
	return (
		<>
			<strong>{event.type}</strong>
			<Pill>{event.source}</Pill>
			{event.subject_id ? <code className="gh-dim">{event.subject_id}</code> : null}
			<Time at={event.created_at} />
		</>
	);
}

function detailsOf(event: Event) {
	return <CopyBlock text={JSON.stringify(event, null, 2)} label={`JSON of ${event.id}`} />;
}
