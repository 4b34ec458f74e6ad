// Puts what was built in the place of what was there, each folder in one step: nginx may be serving it meanwhile.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const DIST = join(import.meta.dirname, "../dist");
const NEXT = join(DIST, ".next");
const OLD = join(DIST, ".old");

rmSync(OLD, { recursive: true, force: true });
mkdirSync(OLD);
for (const face of ["dashboard", "hosted"]) {
	const place = join(DIST, face);
	if (existsSync(place)) {
		renameSync(place, join(OLD, face));
	}
	renameSync(join(NEXT, face), place);
}
rmSync(OLD, { recursive: true });
rmSync(NEXT, { recursive: true });
