// How much of a limit is used: a bar with the limit drawn as a line, also when more than that was used.

interface BarProps {
	label: string;
	used: number;
	/** null: there is none. */
	limit: number | null;
}

const numbers = new Intl.NumberFormat("en");

export const count = (value: number) => numbers.format(value);

export function Bar({ label, used, limit }: BarProps) {
	const whole = Math.max(used, limit ?? used, 1);
	const share = limit === null || limit === 0 ? 0 : used / limit;
	const tone = limit !== null && used >= limit ? "danger" : share >= 0.8 ? "warning" : "plain";
	return (
		<div className="gh-bar">
			<span>
				{limit === null ? count(used) : `${count(used)} of ${count(limit)}`}
				{limit !== null && used > limit ? `, ${count(used - limit)} beyond` : ""}
			</span>
			{limit === null ? null : (
				<svg className="gh-bar-track" role="img" aria-label={`${label}: ${count(used)} of ${count(limit)} used`} viewBox="0 0 100 8" preserveAspectRatio="none">
					<rect className="gh-bar-whole" width="100" height="8" />
					<rect className={`gh-bar-used gh-bar-${tone}`} width={(100 * used) / whole} height="8" />
					<rect className="gh-bar-limit" x={Math.min((100 * limit) / whole, 99.2)} width="0.8" height="8" />
				</svg>
			)}
		</div>
	);
}
