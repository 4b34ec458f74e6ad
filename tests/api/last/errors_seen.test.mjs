// After everything else: each error that a route declares as its own was produced by some test of this run.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { describe } from "../../harness/describe.mjs";
import { sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

function readSeen() {
	const folder = path.join(server.folder, "seen");
	return [...new Set(fs.readdirSync(folder).flatMap((name) => fs.readFileSync(path.join(folder, name), "utf8").split("\n")).filter(Boolean))].map((line) => line.split(" "));
}

test("every declared error was seen", { skip: process.env.GATEHOUSE_TEST_FULL ? false : "only a full run sees all" }, async () => {
	const seen = readSeen();
	const literal = (route) => (route.path.match(/\{/g) ?? []).length;
	const routes = (await describe()).map((route) => ({ ...route, pattern: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, "[^/]+")}$`) })).sort((a, b) => literal(a) - literal(b));
	const produced = new Set();
	for (const [method, target, code] of seen) {
		const route = routes.find((one) => one.method === method && one.pattern.test(target));
		if (route)
			produced.add(`${route.method} ${route.path} ${code}`);
	}
	const missing = routes.flatMap((route) => route.errors.map((code) => `${route.method} ${route.path} ${code}`)).filter((one) => !produced.has(one));
	assert.deepEqual(missing, []);
});
