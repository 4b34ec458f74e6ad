// Things that happened, one under the other; each opens to its details, the one that the address points to by itself.
import { type ReactNode, useEffect, useState } from "react";
import { land, useTarget } from "./target";

interface TimelineProps<Row> {
	rows: readonly Row[];
	summary: (row: Row) => ReactNode;
	/** Drawn when it's opened. */
	details: (row: Row) => ReactNode;
}

export function Timeline<Row extends { id: string; result?: string }>({ rows, summary, details }: TimelineProps<Row>) {
	const target = useTarget();
	return (
		<ol className="gh-timeline">
			{rows.map((row) => (
				<li key={row.id} data-result={row.result}>
					<Entry isTarget={row.id === target} summary={summary(row)} details={() => details(row)} />
				</li>
			))}
		</ol>
	);
}

interface EntryProps {
	isTarget: boolean;
	summary: ReactNode;
	details: () => ReactNode;
}

function Entry({ isTarget, summary, details }: EntryProps) {
	const [isOpen, setOpen] = useState(false);
	useEffect(() => {
		if (isTarget) {
			setOpen(true);
		}
	}, [isTarget]);
	return (
		<details
			className={isTarget ? "gh-entry gh-target" : "gh-entry"}
			ref={isTarget ? land : undefined}
			open={isOpen}
			onToggle={(toggle) => setOpen(toggle.currentTarget.open)}
		>
			<summary>{summary}</summary>
			{isOpen ? <div className="gh-entry-body">{details()}</div> : null}
		</details>
	);
}
