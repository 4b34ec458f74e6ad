// Reads the tree's sources, and C text with its comments and strings told apart.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Every file that is or will be committed: { path, text }. */
export function readTree() {
	const names = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
	return names.split("\0").filter((name) => name !== "" && fs.existsSync(path.join(ROOT, name)) && fs.statSync(path.join(ROOT, name)).isFile())
		.map((name) => ({ path: name, text: fs.readFileSync(path.join(ROOT, name), "utf8") }));
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
const blank = (text) => text.replace(/[^\n]/g, " ");

/** The text with comments blanked, and with strings blanked too; line numbers stay. */
export function splitC(text) {
	const isComment = (token) => token.startsWith("/*") || token.startsWith("//");
	return {
		withoutComments: text.replace(TOKEN, (token) => (isComment(token) ? blank(token) : token)),
		code: text.replace(TOKEN, (token) => (isComment(token) ? blank(token) : `${token[0]}${blank(token.slice(1, -1))}${token[0]}`)),
	};
}

/** Calls found(match, line number) for each match of a global expression. */
export function eachMatch(text, expression, found) {
	for (const match of text.matchAll(expression))
		found(match, text.slice(0, match.index).split("\n").length);
}

/** The functions of a C file in the house's style: name at the first column, braces too. */
export function functionsOf(text) {
	const lines = text.split("\n");
	const functions = [];
	let name = null;
	let start = 0;
	let isInside = false;
	lines.forEach((line, i) => {
		const head = /^(\w+)\(/.exec(line);
		if (!isInside && head) {
			name = head[1];
			start = i;
		} else if (!isInside && line.startsWith("{") && name) {
			isInside = true;
		} else if (isInside && line.startsWith("}")) {
			functions.push({ name, line: start + 1, length: i - start + 1 });
			isInside = false;
			name = null;
		}
	});
	return functions;
}
