// The filter for fail2ban, shown the log of a server that was really knocked at.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeEmail, makeSecret, openFlow, ownServer, person, until } from "../harness/index.mjs";
import { makeFolder, ROOT } from "../harness/workplace.mjs";

const server = await ownServer({ jobs: false });
const owner = await person(server, { password: true });

const filter = path.join(ROOT, "packaging/fail2ban/filter.d/gatehouse.conf");

/** Address → how many lines of the log the filter takes for a failure of it. */
function matches(log) {
	const { stdout, stderr, status } = spawnSync("fail2ban-regex", ["--out", "ip", log, filter], { encoding: "utf8" });
	assert.equal(status, 0, stderr);
	const counts = {};
	for (const ip of stdout.split("\n").filter(Boolean))
		counts[ip] = (counts[ip] ?? 0) + 1;
	return counts;
}

test("wrong keys, passwords and codes count against their address; good requests and none at all don't", async () => {
	const [badKey, badPassword, good, nothing, missing] = ["127.61.0.1", "127.61.0.2", "127.61.0.3", "127.61.0.4", "127.61.0.5"];
	for (let i = 0; i < 5; i++)
		expectError(await new Client(server, { address: badKey, bearer: makeSecret("gsk_live_") }).get("/api/v1/whoami"), 401, "unauthorized");
	for (const [address, email, password] of [[badPassword, owner.email, "wrong-password-1"], [badPassword, makeEmail(), "wrong-password-2"]]) {
		const flow = await openFlow(server, "sign_in", { browser: new Client(server, { address }) });
		await flow.go("identify", { identifier: email });
		expectError(await flow.act("password", { password }), 401, "invalid_credentials");
	}
	const key = await owner.org.key();
	for (let i = 0; i < 5; i++) {
		expectStatus(await key.with({ address: good }).get("/api/v1/whoami"), 200);
		expectError(await new Client(server, { address: nothing }).get("/api/v1/whoami"), 401, "unauthorized");
		expectError(await key.with({ address: missing }).get("/api/v1/nothing"), 404, "not_found");
	}
	await until("all is logged", () => (fs.readFileSync(server.logs.request, "utf8").match(/127\.61\.0\.5"/g) ?? []).length === 5);
	assert.deepEqual(matches(server.logs.request), { [badKey]: 5, [badPassword]: 2 });
});

test("what a stranger can write into a line doesn't make it another's failure", () => {
	const log = path.join(makeFolder("f"), "log");
	const real = fs.readFileSync(server.logs.request, "utf8").split("\n").find((line) => line.includes('"ip":"127.61.0.1"'));
	fs.writeFileSync(log, `${real}\n${real.replace('"ip":"127.61.0.1"}', '"ip":"127.61.0.9"},"x":"y"}')}\nx ${real}\n`);
	assert.deepEqual(matches(log), { "127.61.0.1": 1 });
});

test("the jail comes turned off", () => {
	const jail = fs.readFileSync(path.join(ROOT, "packaging/fail2ban/jail.d/gatehouse.conf"), "utf8");
	assert.match(jail, /^\[gatehouse\]\nenabled = false$/m);
	assert.match(jail, /^filter = gatehouse$/m);
});
