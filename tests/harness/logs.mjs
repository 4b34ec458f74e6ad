// Reads the logs of a server: lines of one request, and the search for secrets that must never be there.

import fs from "node:fs";
import path from "node:path";
import { rememberedIn } from "./secrets.mjs";
import { until } from "./workplace.mjs";

export function logLines(file) {
	if (!fs.existsSync(file))
		return [];
	return fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
}

/** Parsed lines of gatehoused's log; lines that aren't JSON are given as {raw}. */
export function logEntries(file) {
	return logLines(file).map((line) => {
		try {
			return JSON.parse(line);
		} catch {
			return { raw: line };
		}
	});
}

/** The log line that a request left. */
export function entryOf(server, requestId) {
	return until(`a log line of ${requestId}`, () => logEntries(server.logs.request).find((entry) => entry.request_id === requestId));
}

function* files(folder) {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const full = path.join(folder, entry.name);
		if (entry.isDirectory() && !["data", "canaries", "mail", "run"].includes(entry.name))
			yield* files(full);
		else if (entry.isFile() && entry.name.endsWith(".log"))
			yield full;
	}
}

const KEY = 12;

/** Every place where a known secret stands in a log of this server, also in the middle of a longer word. */
export function findSecretsInLogs(folder) {
	const byStart = new Map();
	let count = 0;
	for (const secret of rememberedIn(folder)) {
		const start = secret.slice(0, KEY);
		byStart.set(start, [...(byStart.get(start) ?? []), secret]);
		count++;
	}
	const found = [];
	let octets = 0;
	for (const file of files(folder)) {
		const text = fs.readFileSync(file, "utf8");
		octets += text.length;
		for (let at = 0; at + KEY <= text.length; at++)
			for (const secret of byStart.get(text.slice(at, at + KEY)) ?? [])
				if (text.startsWith(secret, at))
					found.push({ file: path.basename(file), secret, line: text.slice(0, at).split("\n").length });
	}
	return { found, secrets: count, octets };
}
