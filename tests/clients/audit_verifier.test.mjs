// The verifier of docs/audit.md, run on exports of a real chain: untouched it agrees, and each way to tamper is found.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { sealedRows } from "../harness/chain.mjs";
import { expectStatus, ownServer, person } from "../harness/index.mjs";
import { makeFolder, ROOT } from "../harness/workplace.mjs";

const PROGRAM = path.join(ROOT, "docs/examples/python/verify_audit.py");
const server = await ownServer();
const owner = await person(server, { name: "Zoë \u2028 </script> 😀" });
const session = await owner.session();
const project = owner.org.defaultProject;
for (const name of ["One", "Zwei \"2\" \\ <b>", "Três 😀\u2028", "Four"])
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name }), 200);
expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { description: "first line\nsecond line" }), 200);
await sealedRows(server, project.id);
const exported = (await session.get("/api/v1/audit_events/export?format=jsonl")).text;
const lines = exported.split("\n").filter(Boolean);
const rows = lines.map((line) => JSON.parse(line));
const anchor = ({ seq, hash }) => `${seq}:${hash}`;
const folder = makeFolder("v");

/** Exit status and what was said. */
function verify(text, ...anchors) {
	const file = path.join(folder, "export.jsonl");
	fs.writeFileSync(file, text);
	return new Promise((resolve) => {
		execFile("/usr/bin/python3", [PROGRAM, file, ...anchors], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }));
	});
}

const join = (some) => some.map((line) => `${line}\n`).join("");

async function expectGood(text, ...anchors) {
	const { code, said } = await verify(text, ...anchors);
	assert.equal(code, 0, said);
	assert.match(said, /are as they were sealed/);
}

async function expectBad(words, text, ...anchors) {
	const { code, said } = await verify(text, ...anchors);
	assert.equal(code, 1, said);
	assert.match(said, words);
}

test("the program has at most 60 lines and uses nothing but the standard library", () => {
	const text = fs.readFileSync(PROGRAM, "utf8");
	assert.ok(text.split("\n").length - 1 <= 60);
	assert.deepEqual([...text.matchAll(/^(?:import|from) (\w+)/gm)].map((match) => match[1]), ["hashlib", "json", "sys"]);
});

test("an export as it came is well, with and without an anchor, and in any order of its lines", async () => {
	assert.equal(rows.length, 5);
	await expectGood(exported);
	await expectGood(exported, anchor(rows[4]));
	await expectGood(exported, anchor(rows[1]), anchor(rows[4]));
	await expectGood(join([...lines].reverse()));
});

test("a changed octet is found in every line", async () => {
	for (const [i, line] of lines.entries()) {
		for (const [from, to] of [["One", "one"], ["Zwei", "zwei"], ["Três", "Tres"], ["Four", "four"], ["second", "secund"], ["usr_", "usR_"], ["\"ok\"", "\"OK\""]]) {
			if (!line.includes(from))
				continue;
			const changed = lines.with(i, line.replace(from, to));
			await expectBad(new RegExp(`seq ${i + 1} was changed`), join(changed));
		}
	}
	await expectGood(join(lines));
});

test("a changed hash is found", async () => {
	const { hash } = rows[2];
	await expectBad(/seq 3 was changed/, exported.replace(hash, hash.replace(/.$/, (c) => (c === "0" ? "1" : "0"))));
});

test("a removed row is found: the first, one in the middle", async () => {
	await expectBad(/seq 1 is missing/, join(lines.slice(1)));
	await expectBad(/seq 3 is missing/, join(lines.toSpliced(2, 1)));
	await expectBad(/seq 3 was changed/, join([...lines.slice(0, 2), ...lines.slice(3).map((line, i) => line.replace(/"seq":\d+/, `"seq":${i + 3}`))]));
});

test("a cut tail is found by an anchor and by nothing else", async () => {
	await expectGood(join(lines.slice(0, 3)));
	await expectBad(/the tail after seq 3 was cut off/, join(lines.slice(0, 3)), anchor(rows[4]));
	await expectBad(/the tail after seq 0 was cut off/, "", anchor(rows[4]));
});

test("a chain forged from a row on is found by an anchor", async () => {
	await expectBad(/seq 2 isn't what the anchor says/, exported, `2:${rows[3].hash}`);
});

test("an export that begins later is verified with the hash before it", async () => {
	await expectGood(join(lines.slice(2)), anchor(rows[1]));
	await expectBad(/seq 3 was changed/, join(lines.slice(2)), `2:${rows[0].hash}`);
});

test("rows that aren't sealed yet are left out, and what is no export is refused", async () => {
	const waiting = lines[0].replace(/"seq":1/, "\"seq\":null").replace(rows[0].hash, "").replace("\"hash\":\"\"", "\"hash\":null");
	await expectGood(exported + `${waiting}\n`);
	await expectBad(/isn't an audit event/, `${exported}nonsense\n`);
	await expectBad(/isn't an audit event/, exported.slice(0, -20));
});

test("gatehousectl exports the same octets, and says of the chain what the program says", async () => {
	const { stdout } = await server.ctl(["audit", "export", project.id]);
	assert.equal(stdout, exported);
	const { stdout: told } = await server.ctl(["audit", "verify", project.id, "--json"]);
	const [verdict] = JSON.parse(told).data;
	assert.deepEqual([verdict.valid, verdict.checked, verdict.head_seq, verdict.head_hash], [true, 5, 5, rows[4].hash]);
});
