// Scopes as lines of text: "orders:read See your orders", and behind a bar the plans whose people may have it: "| pro team".
import type { ResourceServer } from "../api/types";
import { linesOf } from "../clients/client-types";

type Scope = ResourceServer["scopes"][number];

export function linesOfScopes(scopes: Scope[]): string {
	return scopes
		.map(({ name, description, plans }) =>
			[name, description, ...(plans.length > 0 ? [`| ${plans.join(" ")}`] : [])].filter(Boolean).join(" "),
		)
		.join("\n");
}

function scopeOf(line: string): Scope {
	const bar = line.lastIndexOf("|");
	const [head, plans] = bar < 0 ? [line, ""] : [line.slice(0, bar), line.slice(bar + 1)];
	const [name = "", ...words] = head.trim().split(/\s+/);
	return { name, description: words.join(" "), plans: plans.trim().split(/\s+/).filter(Boolean) };
}

export function scopesOf(text: string): Scope[] {
	return linesOf(text).map(scopeOf);
}
