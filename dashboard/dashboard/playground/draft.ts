// From what is typed to a request: each text becomes what its schema asks for, or a sentence that says what is wrong with it.
import type { Field, Operation, Schema } from "./operations";

/** Texts by field, as "body.name"; an empty text isn't sent, the word null is where null is allowed. */
export type Draft = Record<string, string>;

export interface Request {
	method: Operation["method"];
	/** With the query. */
	path: string;
	headers: Record<string, string>;
	body?: unknown;
}

type Place = "path" | "query" | "header" | "body";

export function keyOf(place: Place, name: string): string {
	return `${place}.${name}`;
}

export function typesOf({ type }: Schema): string[] {
	return typeof type === "string" ? [type] : (type ?? []);
}

/** Typed as JSON: lists, objects, and what the schema leaves open. */
export function isJson(schema: Schema): boolean {
	const types = typesOf(schema);
	return types.includes("object") || types.includes("array") || (types.length === 0 && !schema.enum);
}

function fieldsOf(operation: Operation): [Place, Field][] {
	return [
		...operation.inPath.map((field): [Place, Field] => ["path", field]),
		...operation.inQuery.map((field): [Place, Field] => ["query", field]),
		...operation.inHeader.map((field): [Place, Field] => ["header", field]),
		...operation.inBody.map((field): [Place, Field] => ["body", field]),
	];
}

/** What is wrong with a text, or nothing. The API says the rest. */
export function problemOf(field: Field, text: string): string | undefined {
	if (text === "") {
		return field.isRequired ? "It is needed." : undefined;
	}
	const types = typesOf(field.schema);
	if (text === "null" && types.includes("null")) {
		return undefined;
	}
	if (types.includes("integer") && !/^-?\d+$/.test(text)) {
		return "It must be a whole number.";
	}
	return isJson(field.schema) ? problemOfJson(text, types) : undefined;
}

function problemOfJson(text: string, types: string[]): string | undefined {
	const problem = types.length > 0 ? `It must be a JSON ${types[0]}.` : "It must be JSON.";
	try {
		const value: unknown = JSON.parse(text);
		const found = Array.isArray(value) ? "array" : typeof value;
		return types.length === 0 || types.includes(found) ? undefined : problem;
	} catch {
		return problem;
	}
}

function valueOf({ schema }: Field, text: string): unknown {
	const types = typesOf(schema);
	if (text === "null" && types.includes("null")) {
		return null;
	}
	if (types.includes("integer")) {
		return Number(text);
	}
	if (types.includes("boolean")) {
		return text === "true";
	}
	return isJson(schema) ? JSON.parse(text) : text;
}

/** By key; empty when the request can be sent. */
export function problemsOf(operation: Operation, draft: Draft): Record<string, string> {
	const problems: Record<string, string> = {};
	for (const [place, field] of fieldsOf(operation)) {
		const key = keyOf(place, field.name);
		const problem = problemOf(field, draft[key] ?? "");
		if (problem) {
			problems[key] = problem;
		}
	}
	return problems;
}

/** What a draft without problems asks for; unfilled parts of the path keep their braces, so that it can be shown early. */
export function requestOf(operation: Operation, draft: Draft): Request {
	const sent = fieldsOf(operation)
		.map(([place, field]) => ({ place, field, text: draft[keyOf(place, field.name)] ?? "" }))
		.filter(({ field, text }) => text !== "" && !problemOf(field, text));
	const of = (place: Place) => sent.filter((each) => each.place === place);
	const path = of("path").reduce(
		(all, { field, text }) => all.replace(`{${field.name}}`, encodeURIComponent(text)),
		operation.path,
	);
	const query = new URLSearchParams(of("query").map(({ field, text }) => [field.name, text])).toString();
	const body = of("body").map(({ field, text }) => [field.name, valueOf(field, text)]);
	return {
		method: operation.method,
		path: query ? `${path}?${query}` : path,
		headers: Object.fromEntries(of("header").map(({ field, text }) => [field.name, text])),
		...(operation.inBody.length > 0 ? { body: Object.fromEntries(body) } : {}),
	};
}
