// The manual pages: no warning of the formatter, and all that the program's tables have.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BUILD, makeFolder, ROOT, run } from "../harness/workplace.mjs";

const pages = [path.join(BUILD, "gatehousectl.1"), path.join(BUILD, "gatehouse.conf.5"), path.join(ROOT, "man/gatehoused.8")];
const env = { ...process.env, LC_ALL: "C.UTF-8", MANWIDTH: "100", MANPAGER: "cat", PAGER: "cat" };

function format(page) {
	const result = spawnSync("man", ["--warnings=w", "-E", "UTF-8", "-l", page], { env, encoding: "utf8" });
	return { text: (result.stdout ?? "").replace(/.\x08/g, "").replace(/\x1b\[[0-9;]*m/g, ""), said: `${result.stderr}${result.error ?? ""}`, status: result.status };
}

test("man says nothing against any page; against a bad one it does", () => {
	for (const page of pages) {
		const { said, status, text } = format(page);
		assert.equal(said, "", page);
		assert.equal(status, 0);
		for (const section of ["NAME", "SYNOPSIS|DESCRIPTION", "SEE ALSO"])
			assert.match(text, new RegExp(`^(${section})$`, "m"), page);
	}
	const bad = path.join(makeFolder("m"), "bad.1");
	fs.writeFileSync(bad, ".TH BAD 1\n.SH NAME\nbad \\- bad\n.NOSUCH x\n\\[nosuchglyph]\n");
	assert.notEqual(format(bad).said, "");
});

test("gatehousectl(1) has every command and option of the help", async () => {
	const { text } = format(pages[0]);
	const { stdout } = await run(path.join(BUILD, "gatehousectl"), ["--help"]);
	const commands = stdout.split("Commands:\n")[1].match(/^ {2}[a-z].*$/gm).map((line) => line.trim());
	const options = stdout.match(/^ {6}--[a-z-]+/gm).map((line) => line.trim());
	assert.ok(commands.length >= 10 && options.length >= 10);
	for (const name of [...commands, ...options])
		assert.ok(text.includes(name), name);
});

test("gatehouse.conf(5) has every key of the example", () => {
	const { text } = format(pages[1]);
	const names = fs.readFileSync(path.join(BUILD, "gatehouse.conf.example"), "utf8").match(/^\t*[a-z_]+ = (?!\{)/gm).map((line) => line.trim().split(" ")[0]);
	assert.ok(names.length > 30, `${names.length}`);
	for (const name of names)
		assert.match(text, new RegExp(`^ +([a-z_]+\\.)*${name}$`, "m"));
});

test("gatehoused(8) has every option of the program's help", async () => {
	const { text } = format(pages[2]);
	const { stdout } = await run(path.join(BUILD, "gatehoused"), ["--help"]);
	for (const option of new Set(stdout.match(/--[a-z-]+/g)))
		assert.ok(text.includes(option), option);
});
