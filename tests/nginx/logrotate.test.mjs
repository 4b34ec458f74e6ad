// The log of the site is turned over by logrotate while requests come in: each one is in the old log or the new one, and nginx goes on in the new.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { ROOT, run, sleep, until } from "../harness/workplace.mjs";
import { raw, startEdge } from "./edge.mjs";

const RULE = path.join(ROOT, "packaging/logrotate/gatehouse");
const LOGROTATE = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].find(fs.existsSync) ?? "logrotate";

/** The rule with this test's places and account; change() breaks it. */
function placed(edge, change = (text) => text) {
	const file = path.join(edge.folder, "logrotate.conf");
	const { username, gid } = os.userInfo();
	const text = change(fs.readFileSync(RULE, "utf8"))
		.replace("/var/log/gatehouse/*.log", `${edge.folder}/access*.log`)
		.replaceAll("/run/nginx.pid", `${edge.folder}/nginx.pid`)
		.replace("create 0640 www-data adm", `create 0640 ${username} ${fs.readFileSync("/etc/group", "utf8").match(new RegExp(`^(.*):.*:${gid}:`, "m"))[1]}`);
	assert.doesNotMatch(text, /\/var\/log|\/run\/nginx/);
	// logrotate reads no rule that others could write, and only one of root's when it is root.
	fs.writeFileSync(file, text, { mode: 0o600 });
	return file;
}

const rotate = (edge, file) => run(LOGROTATE, ["--force", "--state", path.join(edge.folder, "logrotate.state"), file]);

/** The numbers that a log's lines end with, /seen/17 is 17. */
const seen = (file) => fs.existsSync(file)
	? fs.readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => Number(JSON.parse(line).path.match(/^\/seen\/(\d+)$/)[1])) : [];

const ask = (edge, number) => raw(edge, `GET /seen/${number} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);

test("the rule names the log that the site is installed with", () => {
	const site = fs.readFileSync(path.join(ROOT, "nginx/gatehouse.http.conf"), "utf8");
	const log = site.match(/access_log (\S+) gatehouse;/)[1];
	const pattern = fs.readFileSync(RULE, "utf8").match(/^(\/\S+) \{/m)[1];
	assert.equal(path.dirname(log), path.dirname(pattern));
	assert.equal(path.basename(pattern), "*.log");
	assert.match(log, /\.log$/);
	assert.match(fs.readFileSync(path.join(ROOT, "systemd/tmpfiles.d/gatehouse.conf"), "utf8"), new RegExp(`^d ${path.dirname(log)} 0755 root adm$`, "m"));
	// nginx's own package turns over everything in its folder: a log there would be turned over twice.
	assert.doesNotMatch(log, /^\/var\/log\/nginx\//);
});

test("nothing is lost while logs are turned over, and nginx goes on in the new one", async () => {
	const edge = await startEdge();
	const rule = placed(edge);
	const log = edge.logs.access;
	let sent = 0;
	let isOver = false;
	const clients = Array.from({ length: 4 }, async () => {
		while (!isOver)
			await ask(edge, ++sent);
	});
	for (let turn = 1; turn <= 3; turn++) {
		await until("some requests are in the log", () => seen(log).length >= 20);
		await rotate(edge, rule);
		await until("the new log is written to", () => seen(log).length > 0);
	}
	isOver = true;
	await Promise.all(clients);
	await until("the last request is written down", () => seen(log).length > 0);
	await run("gunzip", fs.readdirSync(edge.folder).filter((name) => /^access\.log\.\d+\.gz$/.test(name)).map((name) => path.join(edge.folder, name)));
	const logs = [log, `${log}.1`, `${log}.2`, `${log}.3`];
	assert.ok(logs.every((file) => seen(file).length > 0), "each turn left a log with lines");
	assert.deepEqual(logs.flatMap(seen).sort((a, b) => a - b), Array.from({ length: sent }, (_, i) => i + 1));
	assert.equal(fs.statSync(log).mode & 0o777, 0o640);
});

test("without the word to nginx, the new log stays empty", async () => {
	const edge = await startEdge();
	await ask(edge, 1);
	await until("the request is in the log", () => seen(edge.logs.access).length === 1);
	await rotate(edge, placed(edge, (text) => text.replace(/\tpostrotate[^]*endscript\n/, "")));
	await ask(edge, 2);
	await until("the old log grew", () => seen(`${edge.logs.access}.1`).length === 2);
	await sleep(100);
	assert.deepEqual(seen(edge.logs.access), []);
});
