// Every reply the tests see is compared with docs/openapi.json: the paths, the status, the headers' shape and the body's schema.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { ROOT } from "./workplace.mjs";

let document;
let table;

export function openapi() {
	if (document === undefined) {
		const file = path.join(ROOT, "docs/openapi.json");
		document = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : null;
	}
	return document;
}

function resolveRef(schema) {
	while (schema?.$ref)
		schema = schema.$ref.slice(2).split("/").reduce((at, name) => at[name.replace(/~1/g, "/").replace(/~0/g, "~")], openapi());
	return schema;
}

/** The operation a request reaches; literal segments win over parameters. */
export function findOperation(method, target) {
	if (!table) {
		table = [];
		for (const [template, methods] of Object.entries(openapi().paths)) {
			const pattern = new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "([^/]+)")}$`);
			for (const [name, operation] of Object.entries(methods))
				table.push({ method: name.toUpperCase(), template, pattern, operation, parameters: (template.match(/\{/g) ?? []).length });
		}
		table.sort((a, b) => a.parameters - b.parameters);
	}
	const asked = method === "HEAD" ? "GET" : method;
	const base = openapi().servers?.[0]?.url ?? "";
	const where = target.split("?")[0];
	const short = base && base.startsWith("/") && where.startsWith(base) ? where.slice(base.length) : where;
	return table.find((entry) => entry.method === asked && (entry.pattern.test(where) || entry.pattern.test(short))) ?? null;
}

const TYPES = {
	object: (v) => v !== null && typeof v === "object" && !Array.isArray(v),
	array: Array.isArray,
	string: (v) => typeof v === "string",
	integer: Number.isInteger,
	number: (v) => typeof v === "number",
	boolean: (v) => typeof v === "boolean",
	null: (v) => v === null,
};

const FORMATS = {
	"date-time": (v) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(v),
	uri: (v) => URL.canParse(v),
};

/** JSON Schema 2020-12 as far as the document uses it; an unknown keyword is a mistake, not ignored. */
export function problems(schema, value, at = "$") {
	schema = resolveRef(schema);
	if (schema === true || schema === undefined)
		return [];
	const found = [];
	const bad = (what) => found.push(`${at}: ${what}`);
	for (const [keyword, rule] of Object.entries(schema)) {
		switch (keyword) {
		case "type": {
			const types = [rule].flat();
			if (!types.some((type) => TYPES[type](value)))
				return [`${at}: ${JSON.stringify(value)} isn't ${types.join(" or ")}`];
			break;
		}
		case "nullable": case "description": case "title": case "example": case "examples": case "readOnly": case "writeOnly":
		case "default": case "deprecated": case "contentEncoding": case "contentMediaType": case "$schema": case "$id": case "$comment":
			break;
		case "enum":
			if (!rule.includes(value))
				bad(`${JSON.stringify(value)} isn't one of ${rule.join(", ")}`);
			break;
		case "const":
			if (rule !== value)
				bad(`isn't ${JSON.stringify(rule)}`);
			break;
		case "format":
			if (typeof value === "string" && FORMATS[rule] && !FORMATS[rule](value))
				bad(`${value} isn't a ${rule}`);
			break;
		case "pattern":
			if (typeof value === "string" && !new RegExp(rule, "u").test(value))
				bad(`${value} doesn't match ${rule}`);
			break;
		case "minLength":
			if (typeof value === "string" && [...value].length < rule)
				bad("is too short");
			break;
		case "maxLength":
			if (typeof value === "string" && [...value].length > rule)
				bad("is too long");
			break;
		case "minimum":
			if (typeof value === "number" && value < rule)
				bad(`is below ${rule}`);
			break;
		case "maximum":
			if (typeof value === "number" && value > rule)
				bad(`is above ${rule}`);
			break;
		case "minItems":
			if (Array.isArray(value) && value.length < rule)
				bad("has too few elements");
			break;
		case "maxItems":
			if (Array.isArray(value) && value.length > rule)
				bad("has too many elements");
			break;
		case "uniqueItems":
			if (rule && Array.isArray(value) && new Set(value.map((v) => JSON.stringify(v))).size !== value.length)
				bad("has an element twice");
			break;
		case "items":
			if (Array.isArray(value))
				value.forEach((element, i) => found.push(...problems(rule, element, `${at}[${i}]`)));
			break;
		case "required":
			if (TYPES.object(value))
				rule.filter((name) => !(name in value)).forEach((name) => bad(`lacks ${name}`));
			break;
		case "properties":
			if (TYPES.object(value))
				for (const [name, member] of Object.entries(rule))
					if (name in value)
						found.push(...problems(member, value[name], `${at}.${name}`));
			break;
		case "additionalProperties":
			if (TYPES.object(value))
				for (const name of Object.keys(value))
					if (!(name in (schema.properties ?? {})))
						found.push(...(rule === false ? [`${at}: ${name} isn't documented`] : problems(rule, value[name], `${at}.${name}`)));
			break;
		case "allOf":
			rule.forEach((part) => found.push(...problems(part, value, at)));
			break;
		case "anyOf": case "oneOf": {
			const fits = rule.filter((part) => problems(part, value, at).length === 0).length;
			if (keyword === "oneOf" ? fits !== 1 : fits === 0)
				bad(`fits ${fits} of ${keyword}`);
			break;
		}
		default:
			throw new Error(`openapi.json uses the keyword "${keyword}", which the tests don't know`);
		}
	}
	return found;
}

/** nginx's own errors, which come before any worker, are no part of the document. */
const FROM_NGINX = new Set(["invalid_request", "uri_too_long", "request_timeout", "misdirected_request", "https_required"]);

/** Fails the test when a reply isn't what the document says. Paths that aren't in it are judged by their own tests. */
export function checkReply(method, target, answer) {
	if (!openapi() || answer.status >= 500 || FROM_NGINX.has(answer.json?.error?.code))
		return;
	const entry = findOperation(method, target);
	if (!entry)
		return;
	const responses = entry.operation.responses;
	const response = resolveRef(responses[answer.status] ?? responses[`${String(answer.status)[0]}XX`] ?? responses.default);
	const name = `${method} ${entry.template} ${answer.status}`;
	if (answer.status < 400 && answer.status !== 304)
		assert.ok(response, `${name}: this status isn't documented`);
	const schema = response?.content?.["application/json"]?.schema;
	if (schema && method !== "HEAD" && answer.status !== 304) {
		assert.ok(answer.json !== undefined, `${name}: the body isn't JSON`);
		assert.deepEqual(problems(schema, answer.json), [], `${name}: the body isn't as documented: ${answer.text.slice(0, 500)}`);
	}
}
