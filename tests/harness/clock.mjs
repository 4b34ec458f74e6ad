// Moves the server's clock (test_clock_file): only for servers of a test's own, others run on it at the same time.

import fs from "node:fs";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function setClock(server, offset_ms) {
	const next = `${server.clockFile}.next`;
	fs.writeFileSync(next, `${offset_ms}\n`);
	fs.renameSync(next, server.clockFile);
	server.offset_ms = offset_ms;
}

export function moveClock(server, by_ms) {
	setClock(server, (server.offset_ms ?? 0) + by_ms);
}

/** A time as the API writes it. */
export const fromNow = (ms, server) => new Date(Date.now() + (server?.offset_ms ?? 0) + ms).toISOString();
/** The same for DATETIME(3) columns. */
export const sqlTime = (ms = 0) => new Date(Date.now() + ms).toISOString().replace("T", " ").replace("Z", "");
