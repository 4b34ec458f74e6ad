// Claims as rows of an editor: each has a name, a type and what was typed.

export type ClaimType = "text" | "number" | "boolean" | "list";
export type ClaimValue = string | number | boolean | string[];
export type Claims = Record<string, ClaimValue>;

export interface ClaimRow {
	/** Stays while name and type are typed. */
	key: number;
	name: string;
	type: ClaimType;
	/** Of a list: one a line. */
	text: string;
}

export const CLAIM_TYPES: { value: ClaimType; label: string }[] = [
	{ value: "text", label: "Text" },
	{ value: "number", label: "Number" },
	{ value: "boolean", label: "Yes or no" },
	{ value: "list", label: "List of texts" },
];

let lastKey = 0;

function typeOf(value: ClaimValue): ClaimType {
	if (Array.isArray(value)) {
		return "list";
	}
	return typeof value === "string" ? "text" : (typeof value as "number" | "boolean");
}

export function emptyRow(): ClaimRow {
	return { key: ++lastKey, name: "", type: "text", text: "" };
}

export function rowsOf(claims: Claims): ClaimRow[] {
	return Object.entries(claims).map(([name, value]) => ({
		key: ++lastKey,
		name,
		type: typeOf(value),
		text: Array.isArray(value) ? value.join("\n") : String(value),
	}));
}

function valueOf({ type, text }: ClaimRow): ClaimValue {
	switch (type) {
		case "number":
			return Number(text);
		case "boolean":
			return text === "true";
		case "list":
			return text.split("\n").filter((line) => line !== "");
		default:
			return text;
	}
}

/** What is wrong with a row, before the server is asked; null: nothing. */
export function problemOf(row: ClaimRow, rows: ClaimRow[]): string | null {
	if (rows.some((other) => other !== row && other.name === row.name)) {
		return "There is a claim of that name already.";
	}
	if (row.type === "number" && (row.text.trim() === "" || !Number.isFinite(Number(row.text)))) {
		return "This isn't a number.";
	}
	return null;
}

const isSame = (a: ClaimValue | undefined, b: ClaimValue) => JSON.stringify(a) === JSON.stringify(b);

/** Only what differs; null for what is gone. */
export function claimsPatch(before: Claims, rows: ClaimRow[]): Record<string, ClaimValue | null> {
	const named = rows.filter(({ name }) => name !== "");
	const now = Object.fromEntries(named.map((row) => [row.name, valueOf(row)]));
	const gone = Object.keys(before).filter((name) => !(name in now));
	const changed = Object.entries(now).filter(([name, value]) => !isSame(before[name], value));
	return { ...Object.fromEntries(changed), ...Object.fromEntries(gone.map((name) => [name, null])) };
}
