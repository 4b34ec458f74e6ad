// A template as the editor holds it, and what saving or showing it sends.
import type { MailTemplate } from "../api/types";
import { type ApiBlock, type Block, fromApi, toApi } from "./blocks";

export interface Variable {
	key: string;
	name: string;
	fallback: string;
	isRequired: boolean;
}

export interface Draft {
	name: string;
	category: MailTemplate["category"];
	subject: string;
	preview_text: string;
	blocks: Block[];
	variables: Variable[];
}

let variables = 0;
export function newVariable(name = "", fallback = "", isRequired = false): Variable {
	variables += 1;
	return { key: `variable-${variables}`, name, fallback, isRequired };
}

interface ApiVariable {
	name: string;
	default?: string | null;
	required?: boolean;
}

export function draftOf(template: MailTemplate): Draft {
	return {
		name: template.name,
		category: template.category,
		subject: template.subject,
		preview_text: template.preview_text ?? "",
		blocks: (template.blocks as unknown as ApiBlock[]).map(fromApi),
		variables: (template.variables as unknown as ApiVariable[]).map(({ name, default: fallback, required }) =>
			newVariable(name, fallback ?? "", required ?? false),
		),
	};
}

/** What the mail says; the variables of a built-in template are given. */
export function wordsOf(draft: Draft, isBuiltin: boolean) {
	return {
		subject: draft.subject,
		preview_text: draft.preview_text || null,
		blocks: draft.blocks.map(toApi),
		...(isBuiltin
			? {}
			: {
					variables: draft.variables.map(({ name, fallback, isRequired }) => ({
						name,
						...(fallback ? { default: fallback } : {}),
						required: isRequired,
					})),
				}),
	};
}

export function bodyOf(draft: Draft, isBuiltin: boolean) {
	return { name: draft.name, ...(isBuiltin ? {} : { category: draft.category }), ...wordsOf(draft, isBuiltin) };
}

const EXAMPLES: Record<string, string> = {
	user_name: "Ada",
	url: "https://example.com/open",
	code: "123456",
	organization_name: "Analytical Engines",
	inviter_name: "Mary Somerville",
	new_email: "ada@example.com",
	device: "Firefox on Linux",
	ip: "192.0.2.1",
	time: "2026-01-15 10:30 UTC",
	change: "an authenticator app was added",
};

/** A value for each variable: what was typed for it, an example, or its name. A default shows itself. */
export function valuesOf(draft: Draft, typed: Record<string, string>): Record<string, string> {
	const names = ["user_name", ...draft.variables.filter(({ fallback }) => !fallback).map(({ name }) => name)];
	const known = new Set(["user_name", ...draft.variables.map(({ name }) => name)]);
	return {
		...Object.fromEntries(names.filter(Boolean).map((name) => [name, EXAMPLES[name] ?? `[${name}]`])),
		...Object.fromEntries(Object.entries(typed).filter(([name]) => known.has(name))),
	};
}
