// The house's rules (docs/house.md): what may stand in which room. Each rule is a function from files to what breaks it,
// with a planted fault that it must find and a clean piece that it must leave alone.

import fs from "node:fs";
import path from "node:path";
import { ROOT, eachMatch, functionsOf, splitC } from "./source.mjs";

export const FUNCTION_LINES_MAX = 80;
export const FILE_LINES_MAX = 600;

/** Which rooms a room may include. sql/compiler runs on the build machine and stands alone. */
const ARROWS = {
	lib: ["lib"],
	sys: ["sys", "lib"],
	"sql/compiler": ["sql/compiler", "lib"],
	sql: ["sql", "sys", "lib"],
	domain: ["domain", "sql", "sys", "lib"],
	fcgi: ["fcgi", "sql", "sys", "lib"],
	handlers: ["handlers", "fcgi", "domain", "sql", "sys", "lib"],
	jobs: ["jobs", "domain", "sql", "sys", "lib"],
	ctl: ["ctl", "domain", "sql", "sys", "lib"],
};

/** What handlers may see of fcgi/: a request, and what a token is worth, which both judge. */
const HANDLER_HEADERS = new Set(["fcgi/route.h", "fcgi/request.h", "fcgi/project_token.h"]);

const roomOf = (name) => (name.startsWith("sql/compiler/") ? "sql/compiler" : name.split("/")[0]);
const isC = (file) => /\.[ch]$/.test(file.path);
const inRooms = (file) => isC(file) && roomOf(file.path) in ARROWS;
const problem = (file, line, message) => ({ path: file.path, line, message });

function eachInclude(file, found) {
	eachMatch(splitC(file.text).withoutComments, /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm, (match, line) => found(match[2], match[1] === "\"", line));
}

function arrows(files) {
	const problems = [];
	for (const file of files.filter(inRooms)) {
		const room = roomOf(file.path);
		eachInclude(file, (name, isOurs, line) => {
			if (!isOurs)
				return;
			if (!name.includes("/"))
				problems.push(problem(file, line, `"${name}" isn't named by its room`));
			else if (!ARROWS[room].includes(roomOf(name)))
				problems.push(problem(file, line, `${room}/ may not include ${name}`));
			else if (room === "handlers" && roomOf(name) === "fcgi" && !HANDLER_HEADERS.has(name))
				problems.push(problem(file, line, `handlers/ see only ${[...HANDLER_HEADERS].join(" and ")} of fcgi/`));
		});
	}
	return problems;
}

/** A handler's header is for its own resource (the files of its stem or folder) and for the table of tables. */
function ownHeadersOnly(files) {
	const problems = [];
	for (const file of files.filter((each) => isC(each) && roomOf(each.path) === "handlers" && each.path !== "handlers/routes.c")) {
		const stem = file.path.split("/")[1].replace(/\.[ch]$/, "");
		eachInclude(file, (name, isOurs, line) => {
			if (isOurs && roomOf(name) === "handlers" && name !== "handlers/routes.h" && name.split("/")[1].replace(/\.h$/, "") !== stem)
				problems.push(problem(file, line, `${name} is another resource's; what two need goes to domain/`));
		});
	}
	return problems;
}

function circles(files) {
	const includes = new Map();
	for (const file of files.filter(inRooms)) {
		const names = [];
		eachInclude(file, (name, isOurs) => isOurs && names.push(name));
		includes.set(file.path, names);
	}
	const problems = [];
	const done = new Set();
	const visit = (name, trail) => {
		if (trail.includes(name)) {
			problems.push({ path: name, line: 1, message: `includes itself by way of ${trail.slice(trail.indexOf(name) + 1).join(", ")}` });
			return;
		}
		if (done.has(name))
			return;
		for (const next of includes.get(name) ?? [])
			visit(next, [...trail, name]);
		done.add(name);
	};
	for (const name of includes.keys())
		visit(name, []);
	return problems;
}

function functionLength(files) {
	return files.filter(isC).flatMap((file) => functionsOf(file.text).filter((each) => each.length > FUNCTION_LINES_MAX)
		.map((each) => problem(file, each.line, `${each.name}() has ${each.length} lines, over ${FUNCTION_LINES_MAX}`)));
}

/** Written by a program, from files that the rule holds for. */
const isGenerated = (file) => file.path.endsWith(".d.ts") || file.path === "sql/migrations/0001_baseline.sql";

function fileLength(files) {
	return files.filter((file) => /\.(c|h|ts|tsx|mjs|sh|sql)$/.test(file.path) && !isGenerated(file)).flatMap((file) => {
		const lines = file.text.split("\n").length - 1;
		return lines > FILE_LINES_MAX ? [problem(file, lines, `${lines} lines, over ${FILE_LINES_MAX}`)] : [];
	});
}

/** lib/banned.h is the list. */
function bannedCalls(files) {
	const list = files.find((file) => file.path === "lib/banned.h");
	const names = [...list.text.matchAll(/^(?:#pragma GCC poison |BANNED\()([\w ]+)/gm)].flatMap((match) => match[1].trim().split(/\s+/));
	const expression = new RegExp(`(?<![\\w.>])(${names.join("|")})\\s*\\(`, "g");
	const problems = [];
	for (const file of files.filter((each) => isC(each) && each !== list))
		eachMatch(splitC(file.text).code, expression, (match, line) => problems.push(problem(file, line, `${match[1]}() is banned`)));
	return problems;
}

/** Calls that have one place, by name: [expression, what, where it may stand]. */
const PLACES = [
	[/(?<!\w)(strto[a-z]+)\s*\(/g, "numbers are read by lib/'s wrapper", /^(lib\/(number|encode|text|json|times|config)[^/]*\.c|sql\/compiler\/)/],
	[/(?<!\w)(json_tokener_\w+)\s*\(/g, "only lib/json.c calls json-c's parser", /^lib\/json[^/]*\.c$/],
	[/(?<!\w)(getenv|secure_getenv)\s*\(/g, "the environment is read by sys/ and by the process's start", /^(sys\/|fcgi\/(main|sockets)\.c$)/],
	[/(?<!\w)(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf|free)\s*\(/g,
		"memory comes from the arena", /^(lib\/arena\.c$|sql\/compiler\/)/],
	[/(?<!\w)(mysql_\w+)\s*\(/g, "only sql/db*.c and sql/migrate.c talk to the client library", /^sql\/(db|migrate)[^/]*\.c$/],
	[/(?<!\w)(FCGX_\w+)\s*\(/g, "only fcgi/gateway.c talks to libfcgi", /^fcgi\/gateway\.c$/],
];

function places(files) {
	const problems = [];
	for (const file of files.filter(inRooms)) {
		const { code } = splitC(file.text);
		for (const [expression, why, where] of PLACES)
			if (!where.test(file.path))
				eachMatch(code, expression, (match, line) => problems.push(problem(file, line, `${match[1]}(): ${why}`)));
	}
	return problems;
}

function systemHeaders(files) {
	const homes = { "mysql.h": /^sql\/(db|migrate)[^/]*\.[ch]$/, "fcgiapp.h": /^fcgi\/gateway\.c$/, "fcgi_stdio.h": /^$/ };
	const problems = [];
	for (const file of files.filter(inRooms))
		eachInclude(file, (name, isOurs, line) => {
			const home = homes[name.split("/").pop()];
			if (!isOurs && home && !home.test(file.path))
				problems.push(problem(file, line, `<${name}> has no place here`));
		});
	return problems;
}

/** Two names of one enum for the same bit: whoever sets one sets the other. */
function sharedBits(files) {
	const problems = [];
	for (const file of files.filter(inRooms))
		eachMatch(splitC(file.text).withoutComments, /\benum\s+\w*\s*\{([^}]*)\}/g, (match, line) => {
			const names = new Map();
			for (const [, name, bit] of match[1].matchAll(/(\w+)\s*=\s*1u?\s*<<\s*(\d+)/g)) {
				if (names.has(bit))
					problems.push(problem(file, line, `${names.get(bit)} and ${name} are the same bit`));
				names.set(bit, name);
			}
		});
	return problems;
}

/** memcmp on what must not tell by its duration how much was right. */
function secretCompare(files) {
	const problems = [];
	for (const file of files.filter((each) => inRooms(each) && roomOf(each.path) !== "sql/compiler"))
		eachMatch(splitC(file.text).code, /(?<!\w)(memcmp|strcmp|strncmp|bcmp)\s*\(([^;]*)/g, (match, line) => {
			const words = /\b\w*(secret|password|digest|token|hmac|_mac|checksum_of_secret)\w*\b/i.exec(match[2].split(")")[0]);
			if (words && !/(_len|_kind|_type|_name|_id)\b/.test(words[0]))
				problems.push(problem(file, line, `${match[1]}() on ${words[0]}: use the constant-time comparison`));
		});
	return problems;
}

const SQL_TEXT = /"\s*(SELECT\s|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|REPLACE\s+INTO|CREATE\s+(TABLE|TRIGGER)|ALTER\s+TABLE|START\s+TRANSACTION|SET\s+SESSION)/g;

function sqlText(files) {
	const problems = [];
	for (const file of files.filter((each) => inRooms(each) && !each.path.startsWith("sql/")))
		eachMatch(splitC(file.text).withoutComments, SQL_TEXT, (match, line) => problems.push(problem(file, line, `SQL ("${match[1]} …") stands only in sql/`)));
	return problems;
}

const MARKS = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`, "g");

function marks(files) {
	const problems = [];
	for (const file of files.filter((each) => /\.(c|h|def|sql|ts|tsx|css|html|mjs|sh|conf|in|ac|am)$/.test(each.path) || each.path === "dev"))
		eachMatch(file.text, MARKS, (match, line) => problems.push(problem(file, line, `${match[1]}: do it or leave it`)));
	return problems;
}

function firstComment(files) {
	return files.filter((file) => /\.(c|h|def|mjs|ts|tsx|sh|sql|am)$/.test(file.path) && file.text.trim() !== "" && !file.path.endsWith(".d.ts")).flatMap((file) => {
		const text = file.text.replace(/^#!.*\n/, "");
		return /^(\/\*|\/\/|#\s|--\s|dnl\s)/.test(text) ? [] : [problem(file, 1, "doesn't begin with a sentence about what it is for")];
	});
}

/** What a room compiles is what stands in it: a file that nobody builds is dead, and a header that isn't listed isn't in the tarball. */
function listed(files) {
	const problems = [];
	for (const room of Object.keys(ARROWS).filter((each) => each !== "sql/compiler")) {
		const list = files.find((file) => file.path === `${room}/sources.am`);
		if (!list)
			continue;
		const words = new Set(list.text.replace(/^#.*$/gm, "").split(/[\s\\=]+/));
		for (const file of files.filter((each) => /\.[ch]$/.test(each.path) && each.path.startsWith(`${room}/`)))
			if (!words.has(file.path) && file.path !== "fcgi/main.c")
				problems.push(problem(file, 1, `${room}/sources.am doesn't list it`));
	}
	return problems;
}

const banned = { path: "lib/banned.h", text: fs.readFileSync(path.join(ROOT, "lib/banned.h"), "utf8") };
const BANNED_AT_LEAST = ["strcpy", "strcat", "sprintf", "strtok", "strncpy", "atoi", "system", "popen", "rand", "localtime", "gmtime", "tmpnam", "setlocale"];
const c = (path, text) => ({ path, text });
const longFunction = (lines) => `int\nfind(void)\n{\n${"\tgo();\n".repeat(lines - 3)}}\n`;

export const rules = [
	{ name: "includes follow the arrows between the rooms", find: arrows,
		faults: [
			[c("lib/x.c", '#include "sql/db.h"\n')], [c("sql/x.c", '#include "fcgi/request.h"\n')], [c("domain/x.c", '#include "fcgi/route.h"\n')],
			[c("fcgi/x.c", '#include "domain/org.h"\n')], [c("jobs/x.c", '#include "fcgi/route.h"\n')], [c("ctl/x.c", '#include "handlers/me.h"\n')],
			[c("handlers/x.c", '#include "fcgi/worker.h"\n')], [c("lib/y.c", '#include "arena.h"\n')],
		],
		clean: [c("handlers/x.c", '#include "fcgi/request.h"\n#include "domain/org.h"\n'), c("sql/x.c", '#include "sys/log.h"\n/* #include "fcgi/route.h" */\n')] },
	{ name: "a handler includes no other resource's header", find: ownHeadersOnly,
		faults: [[c("handlers/projects.c", '#include "handlers/members.h"\n')]],
		clean: [c("handlers/projects.c", '#include "handlers/projects.h"\n'), c("handlers/oauth/token.c", '#include "handlers/oauth/oauth.h"\n')] },
	{ name: "no header includes itself in a circle", find: circles,
		faults: [[c("lib/a.h", '#include "lib/b.h"\n'), c("lib/b.h", '#include "lib/a.h"\n')]],
		clean: [c("lib/a.h", '#include "lib/b.h"\n'), c("lib/b.h", ""), c("lib/c.h", '#include "lib/a.h"\n#include "lib/b.h"\n')] },
	{ name: `functions have at most ${FUNCTION_LINES_MAX} lines`, find: functionLength,
		faults: [[c("lib/x.c", longFunction(FUNCTION_LINES_MAX + 1))]], clean: [c("lib/x.c", longFunction(FUNCTION_LINES_MAX))] },
	{ name: `files have at most ${FILE_LINES_MAX} lines`, find: fileLength,
		faults: [[c("lib/x.c", "\n".repeat(FILE_LINES_MAX + 1))]], clean: [c("lib/x.c", "\n".repeat(FILE_LINES_MAX)), c("sql/migrations/0001_baseline.sql", "\n".repeat(FILE_LINES_MAX + 1))] },
	{ name: "no banned call", find: bannedCalls,
		faults: [...BANNED_AT_LEAST.map((name) => [banned, c("lib/x.c", `\t${name}(x);\n`)]), [banned, c("ctl/x.c", '\tif (system ("x"))\n')]],
		clean: [banned, c("lib/x.c", '\tsay("strcpy(a)"); /* system(x) */\n\tfile_system(x);\n\tx->system(y);\n')] },
	{ name: "calls that have one place stand there", find: places,
		faults: [
			[c("handlers/x.c", "\tn = strtol(text, NULL, 10);\n")], [c("fcgi/x.c", "\tjson_tokener_parse(text);\n")], [c("domain/x.c", '\tgetenv("HOME");\n')],
			[c("domain/x.c", "\tvoid *p = malloc(3);\n")], [c("jobs/x.c", "\tfree(p);\n")], [c("ctl/x.c", "\tmysql_close(m);\n")], [c("fcgi/x.c", "\tFCGX_Init();\n")],
		],
		clean: [c("lib/arena.c", "\tfree(malloc(3));\n"), c("sql/db.c", "\tmysql_close(m);\n"), c("lib/x.c", "\tarena_free(a); /* malloc() */\n")] },
	{ name: "<mysql.h> and <fcgiapp.h> are included in their one place", find: systemHeaders,
		faults: [[c("domain/x.c", "#include <mysql.h>\n")], [c("sql/x.c", "#include <mariadb/mysql.h>\n")], [c("fcgi/x.c", "#include <fcgiapp.h>\n")], [c("fcgi/gateway.c", "#include <fcgi_stdio.h>\n")]],
		clean: [c("sql/db.c", "#include <mysql.h>\n"), c("fcgi/gateway.c", "#include <fcgiapp.h>\n")] },
	{ name: "the flags of an enum have a bit each", find: sharedBits,
		faults: [[c("lib/x.h", "enum flag {\n\tA = 1 << 0, /* a */\n\tB = 1 << 1,\n\tC = 1u << 1,\n};\n")]],
		clean: [c("lib/x.h", "enum flag { A = 1 << 0, B = 1 << 1 };\nenum other { C = 1 << 1, /* D = 1 << 1, */ E = 2 };\n")] },
	{ name: "secrets are compared in constant time", find: secretCompare,
		faults: [[c("lib/x.c", "\treturn memcmp(digest, expected, 32) == 0;\n")], [c("fcgi/x.c", "\tif (strcmp(csrf_token, sent) == 0)\n")]],
		clean: [c("lib/x.c", "\tif (memcmp(name, other, 3) == 0)\n\tif (strcmp(token_kind, other) == 0)\n")] },
	{ name: "SQL text stands only in sql/", find: sqlText,
		faults: [[c("domain/x.c", '\trun("SELECT 1");\n')], [c("ctl/x.c", '\trun("UPDATE orgs SET a = 1");\n')]],
		clean: [c("sql/x.c", '\trun("SELECT 1");\n'), c("ctl/x.c", '\tsay("Select a project"); /* "SELECT 1" */\n')] },
	{ name: "nothing is left for later", find: marks,
		faults: [[c("lib/x.c", `/* ${"TO" + "DO"}: more */\n`)], [c("dev", `# ${"FIX" + "ME"}\n`)]], clean: [c("lib/x.c", "/* todo lists are for others */\n")] },
	{ name: "every file begins by saying what it is for", find: firstComment,
		faults: [[c("lib/x.c", "#include <stdio.h>\n")], [c("tests/x.sh", "#!/bin/sh\nset -eu\n")]],
		clean: [c("lib/x.c", "/*\n * For this.\n */\n"), c("tests/x.sh", "#!/bin/sh\n# For this.\n"), c("x.mjs", "// For this.\n")] },
	{ name: "every source is listed in its room's sources.am", find: listed,
		faults: [[c("lib/sources.am", "# lib/y.c\nlib_sources = \\\n\tlib/x.c\n"), c("lib/y.c", "")]],
		clean: [c("lib/sources.am", "lib_sources = \\\n\tlib/x.c lib/x.h\n"), c("lib/x.c", ""), c("lib/x.h", "")] },
];
