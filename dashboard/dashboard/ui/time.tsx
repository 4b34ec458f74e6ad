// Times as people read them, with the exact moment on hover.

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
	["year", 31_536_000],
	["month", 2_592_000],
	["week", 604_800],
	["day", 86_400],
	["hour", 3_600],
	["minute", 60],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const local = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export function ago(moment: string, now: number = Date.now()): string {
	const seconds = (Date.parse(moment) - now) / 1000;
	for (const [unit, size] of STEPS) {
		if (Math.abs(seconds) >= size) {
			// What is to come is rounded: a week just begun has 7 days left, not 6.
			const count = seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size);
			return relative.format(count, unit);
		}
	}
	return seconds > 0 ? "in a moment" : "just now";
}

export function Time({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
	if (!at) {
		return <span className="gh-dim">{none}</span>;
	}
	return (
		<time dateTime={at} title={`${local.format(new Date(at))}\n${at}`}>
			{ago(at)}
		</time>
	);
}

/** A moment to come within a sentence: "until 2 Dec 2026, 14:35:10". */
export function Moment({ at }: { at: string }) {
	return (
		<time dateTime={at} title={at}>
			{local.format(new Date(at))}
		</time>
	);
}
