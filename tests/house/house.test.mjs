// Holds the tree to the house's rules, and first shows of each rule that it finds the fault it is for.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { rules } from "./rules.mjs";
import { ROOT, readTree } from "./source.mjs";

const exceptions = fs.readFileSync(path.join(ROOT, "tests/house/exceptions.tsv"), "utf8").split("\n")
	.filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
		const [file, words, reason] = line.split("\t");
		assert.ok(reason?.length > 10, `an exception needs a reason: ${line}`);
		return { file, words, isNeeded: false };
	});

function isExcepted({ path: file, message }) {
	const exception = exceptions.find((each) => each.file === file && message.includes(each.words));
	if (exception)
		exception.isNeeded = true;
	return exception !== undefined;
}

describe("each rule finds its planted faults and leaves clean code alone", () => {
	for (const rule of rules)
		test(rule.name, () => {
			for (const fault of rule.faults)
				assert.notDeepEqual(rule.find(fault), [], `not found: ${JSON.stringify(fault)}`);
			assert.deepEqual(rule.find(rule.clean), []);
		});
});

describe("the tree keeps the rules", () => {
	const files = readTree();
	for (const rule of rules)
		test(rule.name, () => {
			const broken = rule.find(files).filter((problem) => !isExcepted(problem));
			assert.equal(broken.map((each) => `${each.path}:${each.line}: ${each.message}`).join("\n"), "");
		});
	test("no exception is listed that nothing needs", () => {
		assert.deepEqual(exceptions.filter((each) => !each.isNeeded).map((each) => `${each.file}: ${each.words}`), []);
	});
});
