// After everything else: no log holds a secret that any test made (LG-01), and every line is what it should be.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { findSecretsInLogs, logEntries } from "../../harness/logs.mjs";
import { remember } from "../../harness/secrets.mjs";
import { Client, expectStatus, makeSecret, sharedServer, until } from "../../harness/index.mjs";

const server = await sharedServer();

test("LG-01 the search finds what is there: a secret sent where it doesn't belong stands in nginx's log", async () => {
	// A path is logged, so a secret in one is found; then the line is taken out again for the search below.
	const planted = remember(`planted${Date.now()}planted`);
	await new Client(server, { check: false }).get(`/nonsense/${planted}`);
	const { found } = await until("the planted word is logged", () => {
		const result = findSecretsInLogs(server.folder);
		return result.found.some(({ secret }) => secret === planted) ? result : null;
	});
	assert.ok(found.length >= 1);
	for (const file of Object.values(server.logs))
		if (fs.existsSync(file))
			fs.writeFileSync(file, fs.readFileSync(file, "utf8").replaceAll(planted, "taken-out"));
});

test("LG-01 no secret of the whole run stands in any log", async () => {
	expectStatus(await new Client(server, { bearer: makeSecret("gsk_live_") }).get("/healthz"), 200);
	const { found, secrets, octets } = findSecretsInLogs(server.folder);
	assert.ok(secrets > 5, `${secrets} secrets are known`);
	assert.ok(octets > 1000, `${octets} octets of logs were read`);
	assert.deepEqual(found.map(({ file, line, secret }) => `${file}:${line} ${secret.slice(0, 10)}…`), []);
});

test("LG-02 every line of the workers' log is one JSON object with a time in UTC", () => {
	const entries = logEntries(server.logs.request);
	assert.ok(entries.length > 0);
	assert.deepEqual(entries.filter(({ raw }) => raw !== undefined).slice(0, 5), []);
	for (const entry of entries)
		assert.match(entry.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("no request of the run ended in a 500, no worker was lost, no sanitizer complained", () => {
	const entries = logEntries(server.logs.request);
	assert.deepEqual(entries.filter(({ status }) => status === 500).slice(0, 5), []);
	assert.deepEqual(entries.filter(({ message, raw }) => /worker died|AddressSanitizer|runtime error/.test(message ?? raw ?? "")).slice(0, 5), []);
});
