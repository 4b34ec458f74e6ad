// What the Debian package says of itself agrees with the rest of the tree; nothing is built for it (tests/package/run.sh does that).
// Each check first finds a planted fault.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT, readTree } from "./source.mjs";

const DEBIAN = "packaging/debian";
const tree = new Map(readTree().map(({ path: name, text }) => [name, text]));

/** What debhelper and build-essential bring. */
const BROUGHT = new Set(["autoconf", "automake", "gcc", "libc6-dev", "make"]);

const checks = {
	"the versions of configure.ac, the changelog and the pages are one"(files) {
		const versions = [
			/^AC_INIT\(\[gatehouse\], \[(.*)\]\)$/m.exec(files.get("configure.ac"))[1],
			/^gatehouse \(([^)]+)-\d+\) /.exec(files.get(`${DEBIAN}/changelog`))?.[1],
			JSON.parse(files.get("dashboard/package.json")).version,
		];
		return versions.filter((version) => version !== versions[0]);
	},
	"it is built with what ./packages lists"(files) {
		const listed = [...files.get("packages").matchAll(/^build +debian +(\S+)$/gm)].map(([, name]) => name).filter((name) => !BROUGHT.has(name));
		const field = /^Build-Depends:\n((?: .*\n)*)/m.exec(files.get(`${DEBIAN}/control`))[1];
		const wanted = [...field.matchAll(/^ ([a-z0-9.+-]+)/gm)].map(([, name]) => name).filter((name) => !/^(debhelper-compat|dh-sequence-.*)$/.test(name));
		return [...listed.filter((name) => !wanted.includes(name)), ...wanted.filter((name) => !listed.includes(name))];
	},
	"the documents and examples that it takes along exist"(files) {
		const names = ["docs", "examples"].flatMap((kind) => files.get(`${DEBIAN}/gatehouse.${kind}`).trim().split("\n"));
		return names.filter((name) => ![...files.keys()].some((file) => file === name || file.startsWith(`${name}/`)));
	},
	"each unit is handled when it is installed, and stopped when it is removed"(files) {
		const units = [...files.keys()].filter((name) => /^systemd\/[^/]+\.(service\.in|socket)$/.test(name)).map((name) => path.basename(name, ".in"));
		const named = (file) => [...files.get(`${DEBIAN}/${file}`).replace(/^#.*$/gm, "").matchAll(/\bgatehouse[a-z-]*\.(?:service|socket)\b/g)].map(([unit]) => unit);
		return ["rules", "gatehouse.prerm"].flatMap((file) => [
			...units.filter((unit) => !named(file).includes(unit)), ...named(file).filter((unit) => !units.includes(unit)),
		].map((unit) => `${file}: ${unit}`));
	},
	"the README's files are those that are installed"(files) {
		const readme = files.get(`${DEBIAN}/gatehouse.README.Debian`);
		const sites = [...readme.matchAll(/sites-available\/(gatehouse[\w.-]*\.conf)/g)].map(([, name]) => name).filter((name) => !files.has(`nginx/${name}`) && !files.has(`nginx/${name}.in`));
		return [...sites, ...[...readme.matchAll(/\/usr\/share\/gatehouse\/([\w.]+)/g)].map(([, name]) => name).filter((name) => !files.has(`packaging/${name}`))];
	},
	"purging unlinks the sites that the README links"(files) {
		const links = [...files.get(`${DEBIAN}/gatehouse.README.Debian`).matchAll(/sites-available\/(gatehouse[\w.-]*\.conf)/g)].map(([, name]) => name);
		const removed = /for site in (.*);/.exec(files.get(`${DEBIAN}/gatehouse.postrm`))[1].split(" ");
		return links.filter((name) => !removed.includes(name));
	},
	"every library in the pages is named in the copyright"(files) {
		const { packages } = JSON.parse(files.get("dashboard/package-lock.json"));
		return Object.entries(packages).filter(([name, { dev, devOptional, optional }]) => name !== "" && !dev && !devOptional && !optional)
			.map(([name]) => name.replace(/^.*node_modules\//, "")).filter((name) => !new RegExp(`[ (]${name.replace(/[.]/g, "\\.")}[,)]`).test(files.get(`${DEBIAN}/copyright`)));
	},
	"an overridden complaint has its reason above it"(files) {
		return [...files].filter(([name]) => name.endsWith("lintian-overrides"))
			.flatMap(([name, text]) => text.trim().split("\n").filter((line, i, lines) => !line.startsWith("#") && !(lines[i - 1] ?? "").startsWith("# ")).map((line) => `${name}: ${line}`));
	},
};

/** One change that each check must notice: file, what stands there, what instead. */
const faults = {
	"the versions of configure.ac, the changelog and the pages are one": [`${DEBIAN}/changelog`, /^gatehouse \(/, "gatehouse (9"],
	"it is built with what ./packages lists": [`${DEBIAN}/control`, " libargon2-dev,\n", ""],
	"the documents and examples that it takes along exist": [`${DEBIAN}/gatehouse.docs`, "docs/api.md", "docs/apis.md"],
	"each unit is handled when it is installed, and stopped when it is removed": [`${DEBIAN}/gatehouse.prerm`, " gatehouse-jobs.service", ""],
	"the README's files are those that are installed": [`${DEBIAN}/gatehouse.README.Debian`, "sites-available/gatehouse.http.conf", "sites-available/gatehouse-80.conf"],
	"purging unlinks the sites that the README links": [`${DEBIAN}/gatehouse.postrm`, " gatehouse.http.conf;", ";"],
	"every library in the pages is named in the copyright": [`${DEBIAN}/copyright`, "get-nonce, ", ""],
	"an overridden complaint has its reason above it": [`${DEBIAN}/source/lintian-overrides`, /^#.*\n/gm, ""],
};

for (const [name, check] of Object.entries(checks))
	test(`package: ${name}`, () => {
		const [file, what, instead] = faults[name];
		const changed = tree.get(file).replace(what, instead);
		assert.notEqual(changed, tree.get(file), "the fault is planted");
		assert.notDeepEqual(check(new Map([...tree, [file, changed]])), [], "and found");
		assert.deepEqual(check(tree), []);
	});

test("package: what is run as a program can be", () => {
	for (const name of ["packaging/build", `${DEBIAN}/rules`, "tests/package/run.sh", "tests/package/systemctl", "tests/package/hold-sockets"])
		assert.ok(fs.statSync(path.join(ROOT, name)).mode & 0o100, name);
});
