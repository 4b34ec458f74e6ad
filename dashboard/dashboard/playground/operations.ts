// The API's routes as the playground shows them, read from the OpenAPI document that these pages were built with.
import { queryOptions } from "@tanstack/react-query";
import document from "../../../docs/openapi.json?url";

/** As much of JSON Schema as the document uses for what is sent. */
export interface Schema {
	type?: string | string[];
	enum?: (string | number | null)[];
	description?: string;
	format?: string;
	default?: unknown;
	minimum?: number;
	maximum?: number;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
}

export interface Field {
	name: string;
	schema: Schema;
	isRequired: boolean;
	description?: string;
}

export type Caller = "session" | "key";

export interface Operation {
	id: string;
	method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	path: string;
	summary: string;
	description?: string;
	permission?: string;
	area: string;
	inPath: Field[];
	inQuery: Field[];
	/** Headers that somebody may want to set; those that the playground sets itself aren't here. */
	inHeader: Field[];
	inBody: Field[];
	isOnProject: boolean;
	isOnOrg: boolean;
	/** Whom it takes; nobody: it needs no credential. */
	callers: Caller[];
}

interface Parameter {
	name: string;
	in: "path" | "query" | "header";
	required?: boolean;
	description?: string;
	schema: Schema;
}

interface Described {
	operationId: string;
	summary: string;
	description?: string;
	"x-permission"?: string;
	security?: Record<string, unknown>[];
	parameters?: Parameter[];
	requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Document {
	paths: Record<string, Record<string, Described>>;
}

const PREFIX = "/api/v1/";
const SET_BY_US = ["X-Org-Id", "X-Project-Id", "X-CSRF-Token"];

function fieldsOf({ properties = {}, required = [] }: Schema): Field[] {
	return Object.entries(properties).map(([name, schema]) => ({
		name,
		schema,
		description: schema.description,
		isRequired: required.includes(name),
	}));
}

function callersOf(security: Record<string, unknown>[] = []): Caller[] {
	const named = security.flatMap((each) => Object.keys(each));
	return [
		...(named.includes("session") ? ["session" as const] : []),
		...(named.includes("service_key") || named.includes("personal_token") ? ["key" as const] : []),
	];
}

function operationOf(path: string, method: string, described: Described): Operation {
	const parameters = described.parameters ?? [];
	const body = described.requestBody?.content["application/json"]?.schema;
	const isThere = (name: string) => parameters.some((each) => each.name === name);
	const fieldsIn = (place: Parameter["in"]) =>
		parameters
			.filter((each) => each.in === place && !SET_BY_US.includes(each.name))
			.map(({ name, schema, required, description }) => ({ name, schema, description, isRequired: required === true }));
	return {
		id: described.operationId,
		method: method.toUpperCase() as Operation["method"],
		path,
		summary: described.summary,
		description: described.description,
		permission: described["x-permission"],
		area: path.slice(PREFIX.length).split("/")[0].replaceAll("_", " "),
		inPath: fieldsIn("path"),
		inQuery: fieldsIn("query"),
		inHeader: fieldsIn("header"),
		inBody: body ? fieldsOf(body) : [],
		isOnProject: isThere("X-Project-Id"),
		isOnOrg: isThere("X-Org-Id"),
		callers: callersOf(described.security),
	};
}

/** Only what calls of an app's own server or of the dashboard use: flows belong to sign-in pages, which hold their cookie. */
function isOffered(path: string): boolean {
	return path.startsWith(PREFIX) && !path.startsWith(`${PREFIX}flows`);
}

async function readOperations(): Promise<Operation[]> {
	const answer = await fetch(document);
	if (!answer.ok) {
		throw new Error(`The API's description couldn't be had: ${answer.status}.`);
	}
	const { paths } = (await answer.json()) as Document;
	return Object.entries(paths)
		.filter(([path]) => isOffered(path))
		.flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
		)
		.sort((one, other) => one.area.localeCompare(other.area));
}

export const operationsQuery = queryOptions({
	queryKey: ["api-operations"],
	queryFn: readOperations,
	staleTime: Number.POSITIVE_INFINITY,
});
