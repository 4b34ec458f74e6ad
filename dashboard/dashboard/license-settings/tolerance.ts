// Whether a machine is one that is known already, by the server's own rules: for who sets the tolerance and wants to see what it does.

export const PARTS = [
	{ value: "uuid", label: "System UUID" },
	{ value: "motherboard", label: "Motherboard" },
	{ value: "disk", label: "Disk" },
	{ value: "mac", label: "Network cards" },
	{ value: "bios", label: "BIOS" },
	{ value: "cpu", label: "Processor" },
	{ value: "gpu", label: "Graphics card" },
] as const;

export type Part = (typeof PARTS)[number]["value"];

/** A machine as it was typed: of network cards several, with commas between them. */
export type Machine = Record<Part, string>;

export interface Rules {
	match_threshold: number;
	min_matches: number;
	weights: Record<Part, number>;
	required_components: string[];
}

export type Outcome = "same" | "differs" | "missing" | "uncounted";

export interface Comparison {
	parts: Record<Part, Outcome>;
	/** Of the known machine's parts. */
	count: number;
	matching: number;
	needed: number;
	/** Millionths of what the known machine's parts weigh. */
	score: number;
	isSame: boolean;
}

const PHRASES = ["", "none", "unknown", "default string", "to be filled by o.e.m."];
const FULL = 1_000_000;

/** Only ASCII changes its case: the server knows no other letters. */
function tidy(text: string): string {
	return text
		.replace(/[ \t-\r]+/g, " ")
		.replace(/^ | $/g, "")
		.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const saysNothing = (value: string) => PHRASES.includes(value) || /^[ \-:.{}]*0[0 \-:.{}]*$/.test(value) || /^[ \-:.{}]*f[f \-:.{}]*$/.test(value);

/** The values that count, as they are compared. */
function valuesOf(part: Part, typed: string): string[] {
	const said = (part === "mac" ? typed.split(",") : [typed]).map(tidy).filter((value) => !saysNothing(value));
	return part === "mac" ? said.map((value) => value.replace(/[ \-:.]/g, "")) : said;
}

export function isMalformed(part: Part, typed: string): boolean {
	return part === "mac" && valuesOf(part, typed).some((value) => !/^[0-9a-f]{12}$/.test(value));
}

/** Why such a machine gets an error instead of an answer. */
export function refusalOf(machine: Machine, required: readonly string[]): string | null {
	if (PARTS.some(({ value }) => isMalformed(value, machine[value]))) {
		return "the address of a network card isn't one";
	}
	if (PARTS.every(({ value }) => valuesOf(value, machine[value]).length === 0)) {
		return "it names no part";
	}
	const lacking = PARTS.filter(({ value }) => required.includes(value) && valuesOf(value, machine[value]).length === 0);
	return lacking.length > 0 ? `it doesn't name ${lacking.map(({ label }) => label).join(", ")}, which each machine must` : null;
}

function outcomeOf(known: string[], said: string[]): Outcome {
	if (known.length === 0) {
		return "uncounted";
	}
	if (said.length === 0) {
		return "missing";
	}
	return known.some((value) => said.includes(value)) ? "same" : "differs";
}

export function compare(known: Machine, said: Machine, rules: Rules): Comparison {
	const parts = Object.fromEntries(
		PARTS.map(({ value }) => [value, outcomeOf(valuesOf(value, known[value]), valuesOf(value, said[value]))]),
	) as Record<Part, Outcome>;
	const counted = PARTS.map(({ value }) => value).filter((part) => parts[part] !== "uncounted");
	const same = counted.filter((part) => parts[part] === "same");
	const weigh = (some: Part[]) => some.reduce((sum, part) => sum + Number(rules.weights[part]), 0);
	const needed = Math.min(rules.min_matches, counted.length);
	// Where nothing of the known machine weighs anything, all of it must be the same.
	const whole = weigh(counted) || counted.length;
	const score = Math.floor(((weigh(counted) > 0 ? weigh(same) : same.length === counted.length ? whole : 0) * FULL) / whole);
	return {
		parts,
		count: counted.length,
		matching: same.length,
		needed,
		score,
		isSame: counted.length > 0 && same.length >= needed && score * 100 >= rules.match_threshold * FULL,
	};
}

/** Rounded down, so that what isn't enough doesn't look as if it were. */
export const percentOf = (score: number) => `${Math.floor(score / 1000) / 10} %`;
