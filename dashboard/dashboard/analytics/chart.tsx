// Lines over time, drawn by hand as SVG. What it shows stands in the table view too; to a screen reader it is one picture with a name.
import "./analytics.css";

export interface Line {
	label: string;
	values: number[];
	/** What is compared with. */
	isBefore?: boolean;
}

/** What may be reached, drawn across where the lines come near it; what it means stands below them in any case. */
export interface Ceiling {
	label: string;
	value: number;
}

interface ChartProps {
	label: string;
	/** When each bucket begins. */
	times: string[];
	lines: Line[];
	format: (time: string) => string;
	ceiling?: Ceiling;
}

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 24;

/** The next 1, 2 or 5 with zeros, so that the axis has whole numbers. */
export function niceTop(most: number): number {
	for (let step = 1; ; step *= 10) {
		for (const factor of [1, 2, 5]) {
			if (step * factor * 4 >= most) {
				return step * factor * 4;
			}
		}
	}
}

/** So many times what is shown is still drawn: lines that lie on the ground say nothing. */
const REACH = 8;

export function Chart({ label, times, lines, format, ceiling }: ChartProps) {
	const most = Math.max(1, ...lines.flatMap(({ values }) => values));
	const isNear = ceiling !== undefined && ceiling.value <= most * REACH;
	const top = niceTop(isNear ? Math.max(most, ceiling.value) : most);
	const x = (index: number) => LEFT + (times.length < 2 ? 0.5 : index / (times.length - 1)) * (WIDTH - LEFT - 8);
	const y = (value: number) => 8 + (1 - value / top) * (HEIGHT - BOTTOM - 8);
	const shown = times.length < 3 ? times.map((_, index) => index) : [0, Math.floor(times.length / 2), times.length - 1];
	return (
		<figure className="gh-chart">
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
				{[0, 1, 2, 3, 4].map((step) => (
					<g key={step}>
						<line className="gh-chart-grid" x1={LEFT} x2={WIDTH - 8} y1={y((top / 4) * step)} y2={y((top / 4) * step)} />
						<text x={LEFT - 8} y={y((top / 4) * step) + 4} textAnchor="end">
							{((top / 4) * step).toLocaleString()}
						</text>
					</g>
				))}
				{shown.map((index) => (
					<text
						key={index}
						x={x(index)}
						y={HEIGHT - 6}
						textAnchor={index === 0 ? "start" : index === times.length - 1 ? "end" : "middle"}
					>
						{format(times[index])}
					</text>
				))}
				{lines.map(({ label: name, values, isBefore }, index) => (
					<g key={name} className={isBefore ? "gh-chart-before" : `gh-chart-line gh-chart-${index % 8}`}>
						<polyline points={values.map((value, at) => `${x(at)},${y(value)}`).join(" ")} />
						{values.map((value, at) => (
							<circle key={times[at]} cx={x(at)} cy={y(value)} r={isBefore ? 1.5 : 2.5}>
								<title>{`${name}, ${format(times[at])}: ${value.toLocaleString()}`}</title>
							</circle>
						))}
					</g>
				))}
				{isNear ? (
					<line className="gh-chart-ceiling" x1={LEFT} x2={WIDTH - 8} y1={y(ceiling.value)} y2={y(ceiling.value)}>
						<title>{ceiling.label}</title>
					</line>
				) : null}
			</svg>
			{lines.length > 1 || ceiling ? (
				<figcaption>
					{lines.map(({ label: name, isBefore }, index) => (
						<span key={name} className={isBefore ? "gh-chart-before" : `gh-chart-${index % 8}`}>
							<i aria-hidden />
							{name}
						</span>
					))}
					{ceiling ? (
						<span className="gh-chart-4">
							<i aria-hidden />
							{ceiling.label}
							{isNear ? "" : ", far above this"}
						</span>
					) : null}
				</figcaption>
			) : null}
		</figure>
	);
}
