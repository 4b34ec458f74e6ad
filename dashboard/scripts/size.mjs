// Fails when what a browser loads grows over its budget, measured as gzip sends it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = join(import.meta.dirname, "../dist/.next");
const BUDGETS_KB = { "dashboard, signed-in first view": 330, "hosted page that loads most, all its scripts": 30 };

function gzipped(file) {
	return gzipSync(readFileSync(file), { level: 6 }).length;
}

/** Everything that an entry of Vite's manifest loads by itself: its imports and all their styles. */
function closure(manifest, keys) {
	const seen = new Set();
	const files = new Set();
	const visit = (key) => {
		if (seen.has(key)) {
			return;
		}
		seen.add(key);
		const { file, css = [], imports = [] } = manifest[key];
		for (const each of [file, ...css]) {
			files.add(each);
		}
		imports.forEach(visit);
	};
	keys.forEach(visit);
	return files;
}

/** What an entry fetches when it needs it, and what that fetches. */
function laterOf(manifest, key, seen = new Set()) {
	const { imports = [], dynamicImports = [] } = manifest[key];
	for (const each of [...imports, ...dynamicImports].filter((each) => !seen.has(each))) {
		seen.add(each);
		laterOf(manifest, each, seen);
	}
	return seen;
}

/** The page, what it always loads, and the chunk of the page that signing in leads to. */
function dashboardBytes() {
	const root = join(DIST, "dashboard");
	const manifest = JSON.parse(readFileSync(join(root, ".vite/manifest.json"), "utf8"));
	const files = closure(manifest, ["index.html", "shell/home.tsx", "projects/projects.tsx"]);
	for (const each of ["index.html", "color-scheme.js", "icon.svg"]) {
		files.add(each);
	}
	return [...files].reduce((sum, file) => sum + gzipped(join(root, file)), 0);
}

/** The scripts of the hosted page that loads most, with all that it may fetch later on. */
function hostedBytes() {
	const root = join(DIST, "hosted");
	const manifest = JSON.parse(readFileSync(join(root, ".vite/manifest.json"), "utf8"));
	const pages = Object.keys(manifest).filter((key) => key.endsWith(".html"));
	const scripts = (page) => [...closure(manifest, [page, ...laterOf(manifest, page)])].filter((file) => file.endsWith(".js"));
	return Math.max(...pages.map((page) => scripts(page).reduce((sum, file) => sum + gzipped(join(root, file)), 0)));
}

const measured = {
	"dashboard, signed-in first view": dashboardBytes(),
	"hosted page that loads most, all its scripts": hostedBytes(),
};

for (const [what, bytes] of Object.entries(measured)) {
	const kb = bytes / 1000;
	const isOver = kb > BUDGETS_KB[what];
	console.log(`${isOver ? "OVER" : "ok  "} ${what}: ${kb.toFixed(1)} kB gzip of ${BUDGETS_KB[what]}`);
	if (isOver) {
		process.exitCode = 1;
	}
}
