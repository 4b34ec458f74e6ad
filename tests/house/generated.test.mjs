// What is generated from the program's tables and committed is what the program says now.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.env.GATEHOUSE_BUILD ?? path.join(root, "build"));

/** The generator's files, made from this description. */
function generate(described) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "generated-"));
	try {
		execFileSync("node", [path.join(root, "dev.d/openapi.mjs"), folder], { input: described });
		return Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

const committed = (name) => fs.readFileSync(path.join(root, "docs", name), "utf8");
const described = execFileSync(path.join(build, "gatehoused"), ["--describe"], { encoding: "utf8", maxBuffer: 1 << 26 });

test("docs/openapi.json and docs/permissions.md are what ./dev openapi writes", () => {
	const made = generate(described);
	assert.deepEqual(Object.keys(made).sort(), ["openapi.json", "permissions.md"]);
	for (const [name, text] of Object.entries(made))
		assert.ok(committed(name) === text, `docs/${name} is out of date: ./dev openapi`);
});

test("a route that changed would be noticed", () => {
	const changed = generate(described.replace('"summary":"Create a project"', '"summary":"Create a Project"'));
	assert.notEqual(changed["openapi.json"], committed("openapi.json"));
	assert.equal(changed["permissions.md"], committed("permissions.md"));
});
