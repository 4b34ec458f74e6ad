// What each value makes of the whole: the chart's series added up, the largest first.
import { Table } from "../ui/table";

export interface Share {
	name: string;
	total: number;
}

export function Shares({ label, of, shares }: { label: string; of: string; shares: Share[] }) {
	const whole = Math.max(1, shares.reduce((sum, { total }) => sum + total, 0));
	return (
		<Table
			label={label}
			rows={shares}
			rowKey={({ name }) => name}
			columns={[
				{ key: "name", label: of, cell: ({ name }) => name },
				{ key: "total", label: "In all", cell: ({ total }) => total.toLocaleString() },
				{
					key: "share",
					label: "Share",
					cell: ({ name, total }) => (
						<div className="gh-bar">
							<span>{Math.round((100 * total) / whole)} %</span>
							<svg className="gh-bar-track" role="img" aria-label={`${name}: ${total.toLocaleString()}`} viewBox="0 0 100 8" preserveAspectRatio="none">
								<rect className="gh-bar-whole" width="100" height="8" />
								<rect className="gh-bar-used gh-bar-plain" width={(100 * total) / whole} height="8" />
							</svg>
						</div>
					),
				},
			]}
		/>
	);
}
