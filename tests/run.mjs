// Runs the API and fault tests: one server for all API files, `node --test` for the files, the search through the logs at the end.
//
//	node run.mjs [api|faults|all] [part of a path …] [--concurrency N] [--keep]

import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { makeBasis, startGatehouse } from "./harness/server.mjs";
import { ROOT } from "./harness/workplace.mjs";

const args = process.argv.slice(2);
const takeOption = (name, fallback) => {
	const at = args.indexOf(name);
	return at < 0 ? fallback : args.splice(at, 2)[1];
};
const concurrency = takeOption("--concurrency", "4");
const keep = args.includes("--keep") && args.splice(args.indexOf("--keep"), 1).length > 0;
if (keep)
	process.env.GATEHOUSE_TEST_KEEP = "1";
const suites = { api: ["api"], faults: ["faults"], all: ["api", "faults"] }[args[0]] ?? ["api"];
if (["api", "faults", "all"].includes(args[0]))
	args.shift();

const testsIn = (folder) => fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".test.mjs")).map((name) => path.join(folder, name)).sort();
const wanted = (file) => args.length === 0 || args.some((part) => file.includes(part));
// The search through the logs and the comparison with what was seen come when all else is done.
const isLast = (file) => file.includes(`${path.sep}last${path.sep}`);

function nodeTest(files, env, parallel) {
	if (files.length === 0)
		return Promise.resolve({ passed: 0, failed: 0 });
	return new Promise((resolve) => {
		const child = spawn(process.execPath, ["--test", `--test-concurrency=${parallel}`, "--test-timeout=900000", "--test-reporter=spec", ...files], {
			cwd: path.join(ROOT, "tests"), env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"],
		});
		const counts = { passed: 0, failed: 0 };
		let text = "";
		child.stdout.on("data", (chunk) => {
			process.stdout.write(chunk);
			text += chunk;
		});
		child.on("close", (code) => {
			counts.passed = Number(/^ℹ pass (\d+)/m.exec(text)?.[1] ?? 0);
			counts.failed = Number(/^ℹ fail (\d+)/m.exec(text)?.[1] ?? 0) + Number(/^ℹ cancelled (\d+)/m.exec(text)?.[1] ?? 0);
			if (code !== 0 && counts.failed === 0)
				counts.failed = 1;
			resolve(counts);
		});
	});
}

const total = { passed: 0, failed: 0 };
const add = (counts) => {
	total.passed += counts.passed;
	total.failed += counts.failed;
};

const basis = await makeBasis();
const env = { GATEHOUSE_TEST_BASIS: JSON.stringify(basis) };

if (suites.includes("api")) {
	const server = await startGatehouse({ basis });
	env.GATEHOUSE_TEST_SERVER = server.describe();
	env.GATEHOUSE_TEST_SEEN = `${server.folder}/seen`;
	env.GATEHOUSE_TEST_FULL = args.length === 0 ? "1" : "";
	const files = testsIn(path.join(ROOT, "tests/api")).filter(wanted);
	add(await nodeTest(files.filter((file) => !isLast(file)), env, concurrency));
	add(await nodeTest(files.filter(isLast), env, 1));
	await server.stop();
	delete env.GATEHOUSE_TEST_SERVER;
}
if (suites.includes("faults"))
	add(await nodeTest(testsIn(path.join(ROOT, "tests/faults")).filter(wanted), env, 2));

console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
