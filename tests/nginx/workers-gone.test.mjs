// What a client is told when no worker answers, or one is lost while it works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, startEdge } from "./edge.mjs";

test("without workers every request is told to come again", async () => {
	const edge = await startEdge({ workers: false });
	const reply = await ask(edge, "/api/v1/me");
	assert.equal(reply.status, 503);
	assert.equal(reply.json.error.code, "busy");
	assert.deepEqual(reply.headers["retry-after"], ["1"]);
});

test("a worker lost at work: a read may be repeated, the outcome of a write is unknown", async () => {
	const edge = await startEdge({ answer: () => (params) => (params.some(([, value]) => value === "/api/v1/die") ? null : { body: "{}" }) });
	const [read, write, good] = await Promise.all([ask(edge, "/api/v1/die"), ask(edge, "/api/v1/die", { method: "POST", body: "{}" }), ask(edge, "/api/v1/live")]);
	assert.deepEqual([read.status, read.json.error.code, write.status, write.json.error.code, good.status], [503, "busy", 503, "outcome_unknown", 200]);
	assert.match(write.json.request_id, /^req_[0-9a-f]{16}$/);
});

test("a worker's own error passes as it is", async () => {
	const edge = await startEdge({ answer: () => () => ({ head: ["Status: 503 Service Unavailable", "Retry-After: 7", "X-Request-Id: its-own"], body: '{"error":{"code":"own"}}' }) });
	const reply = await ask(edge, "/api/v1/me");
	assert.equal(reply.json.error.code, "own");
	assert.deepEqual(reply.headers["retry-after"], ["7"]);
	assert.match(reply.headers["x-request-id"].join(), /^req_[0-9a-f]{16}$/);
});
