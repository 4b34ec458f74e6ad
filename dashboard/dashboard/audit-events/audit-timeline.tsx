// Audit events one under the other; each opens to its changes and its JSON.
import type { AuditEvent } from "../api/types";
import { CopyBlock } from "../ui/copy";
import { Pill } from "../ui/pill";
import { Time } from "../ui/time";
import { Timeline } from "../ui/timeline";

interface AuditTimelineProps {
	events: AuditEvent[];
	/** Filters by what is pressed, where the page has filters. */
	onFilter?: (filter: AuditFilter) => void;
}

export interface AuditFilter {
	action?: string;
	actor_id?: string;
	target_id?: string;
}

export function AuditTimeline({ events, onFilter }: AuditTimelineProps) {
	return (
		<Timeline
			rows={events}
			summary={(event) => <Summary event={event} />}
			details={(event) => (
				<>
					{onFilter ? <FilterChips event={event} onFilter={onFilter} /> : null}
					<Changes changes={event.changes} />
					<CopyBlock text={JSON.stringify(event, null, 2)} label={`JSON of ${event.id}`} />
				</>
			)}
		/>
	);
}

function Summary({ event }: { event: AuditEvent }) {
	return (
		<>
			<strong>{event.action}</strong>
			{event.result === "denied" ? <Pill tone="danger">denied</Pill> : null}
			<span className="gh-dim gh-break">
				{event.target.label || event.target.id} by {event.actor.label || event.actor.kind}
			</span>
			<Time at={event.occurred_at} />
		</>
	);
}

interface FilterChipsProps {
	event: AuditEvent;
	onFilter: (filter: AuditFilter) => void;
}

function FilterChips({ event, onFilter }: FilterChipsProps) {
	const { actor, target } = event;
	return (
		<div className="gh-chips">
			<button type="button" className="gh-chip" onClick={() => onFilter({ action: event.action })}>
				only {event.action}
			</button>
			{actor.id ? (
				<button type="button" className="gh-chip" onClick={() => onFilter({ actor_id: actor.id ?? undefined })}>
					only by {actor.label || actor.id}
				</button>
			) : null}
			{target.id ? (
				<button type="button" className="gh-chip" onClick={() => onFilter({ target_id: target.id ?? undefined })}>
					only on {target.label || target.id}
				</button>
			) : null}
		</div>
	);
}

function show(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}

function Changes({ changes }: { changes: unknown }) {
	const entries = typeof changes === "object" && changes !== null ? Object.entries(changes) : [];
	if (entries.length === 0) {
		return null;
	}
	return (
		<ul className="gh-changes">
			{entries.map(([field, pair]) => (
				<li key={field}>
					<code>{field}</code>: {Array.isArray(pair) ? `${show(pair[0])} → ${show(pair[1])}` : show(pair)}
				</li>
			))}
		</ul>
	);
}
