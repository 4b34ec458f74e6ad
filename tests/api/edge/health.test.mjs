// Liveness and readiness.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectStatus, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

test("/healthz is 200 {status: ok}, on both hosts", async () => {
	for (const site of ["main", "auth"])
		assert.deepEqual(expectStatus(await new Client(server, { site }).get("/healthz"), 200), { status: "ok" });
});

test("/readyz names its checks", async () => {
	const { status, checks } = expectStatus(await new Client(server).get("/readyz"), 200);
	assert.equal(status, "ok");
	for (const name of ["database", "schema", "master_key", "jobs"])
		assert.ok(name in checks, name);
});
