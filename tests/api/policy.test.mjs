// The route table must be what the contract says: policy.tsv is typed by hand from it, never generated.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asPolicy, describe, policy } from "../harness/describe.mjs";
import { openapi } from "../harness/openapi.mjs";

/** No fewer than there were: a row that is lost on both sides is found too. */
const LEAST_ROUTES = 256;

const described = new Map((await describe()).map((route) => [`${route.method} ${route.path}`, route]));
const wanted = policy();

test("the contract's routes are all here and no others", () => {
	assert.ok(wanted.length >= LEAST_ROUTES, `${wanted.length} rows are left`);
	assert.deepEqual([...described.keys()].sort(), wanted.map(({ name }) => name).sort());
});

for (const row of wanted)
	test(`${row.name} has the callers, permission, tenant and errors of the contract`, () => {
		const route = described.get(row.name);
		assert.ok(route, "the route is served");
		assert.deepEqual(asPolicy(route), { ...row, errors: [...row.errors].sort() });
	});

test("every route but those of OAuth and MCP is in openapi.json under its id, and nothing else is", () => {
	assert.ok(openapi(), "docs/openapi.json is there");
	const documented = Object.entries(openapi().paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => `${method.toUpperCase()} ${path} ${operation.operationId}`));
	assert.deepEqual(documented.sort(), [...described.values()].filter((route) => !route.oauth && !route.mcp).map((route) => `${route.method} ${route.path} ${route.id}`).sort());
});
