// Fails when what a browser loads grows over its budget, measured as gzip sends it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = join(import.meta.dirname, "../dist/.next");
const BUDGETS_KB = { "dashboard, signed-in first view": 330, "hosted pages, all scripts": 30 };

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

function hostedBytes() {
	const assets = join(DIST, "hosted/assets");
	return readdirSync(assets)
		.filter((file) => file.endsWith(".js"))
		.reduce((sum, file) => sum + gzipped(join(assets, file)), 0);
}

const measured = {
	"dashboard, signed-in first view": dashboardBytes(),
	"hosted pages, all scripts": hostedBytes(),
};

for (const [what, bytes] of Object.entries(measured)) {
	const kb = bytes / 1000;
	const isOver = kb > BUDGETS_KB[what];
	console.log(`${isOver ? "OVER" : "ok  "} ${what}: ${kb.toFixed(1)} kB gzip of ${BUDGETS_KB[what]}`);
	if (isOver) {
		process.exitCode = 1;
	}
}
