// How long a key may live, as a choice of days.

export const EXPIRIES = [
	{ value: "", label: "Never" },
	{ value: "7", label: "In 7 days" },
	{ value: "30", label: "In 30 days" },
	{ value: "90", label: "In 90 days" },
	{ value: "365", label: "In a year" },
];

const DAY_MS = 86_400_000;

/** The moment so many days from now, to the minute so that a shown request doesn't flicker; null for never. */
export function expiresAt(days: string, now: number = Date.now()): string | null {
	if (days === "") {
		return null;
	}
	return new Date(Math.floor((now + Number(days) * DAY_MS) / 60_000) * 60_000).toISOString();
}
