// A short temporary folder and the processes that live in it. All of them end with the test process, however that ends.

import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const BUILD = path.resolve(process.env.GATEHOUSE_BUILD ?? path.join(ROOT, "build"));

// The undertaker outlives this process: when the pipe to it closes, it ends what is still listed and removes the folders.
const UNDERTAKER = `
trap '' INT HUP TERM
pids=' ' dirs=''
while read -r word value; do
	case $word in
	pid) pids="$pids$value " ;;
	gone) pids=$(printf %s "$pids" | sed "s/ $value / /") ;;
	dir) dirs="$dirs $value" ;;
	esac
done
for pid in $pids; do kill -TERM "-$pid" 2>/dev/null; done
[ "$pids" = ' ' ] || sleep 1
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
[ -n "$KEEP" ] || rm -rf -- $dirs
`;

let undertaker;

function tellUndertaker(line) {
	if (!undertaker) {
		undertaker = spawn("sh", ["-c", UNDERTAKER], {
			detached: true, stdio: ["pipe", "ignore", "ignore"], env: { ...process.env, KEEP: process.env.GATEHOUSE_TEST_KEEP ?? "" },
		});
		undertaker.unref();
		undertaker.stdin.unref?.();
	}
	undertaker.stdin.write(`${line}\n`);
}

/** Memory-backed where there is such a place: fsync stays what it is for the program and costs nothing. */
export function makeFolder(name) {
	let base = os.tmpdir();
	try {
		fs.accessSync("/dev/shm", fs.constants.W_OK);
		base = "/dev/shm";
	} catch {}
	const folder = fs.mkdtempSync(path.join(base, `gh-${name}-`));
	fs.chmodSync(folder, 0o755);
	tellUndertaker(`dir ${folder}`);
	return folder;
}

/** Starts a program in a process group of its own; its output goes to a file. */
export function start(program, args, { log, cwd, env, ...rest } = {}) {
	const out = log ? fs.openSync(log, "a") : "ignore";
	const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: ["ignore", out, out], ...rest });
	if (log)
		fs.closeSync(out);
	child.program = path.basename(program);
	child.log = log;
	child.ended = new Promise((resolve) => {
		child.on("exit", (code, signal) => {
			if (child.pid)
				tellUndertaker(`gone ${child.pid}`);
			resolve({ code, signal });
		});
		child.on("error", (error) => resolve({ error }));
	});
	if (child.pid)
		tellUndertaker(`pid ${child.pid}`);
	child.unref();
	return child;
}

export function isRunning(child) {
	return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
}

/** TERM, then KILL for the whole group when it doesn't end in time. */
export async function stop(child, { signal = "SIGTERM", patience_ms = 5000 } = {}) {
	if (!child || !isRunning(child))
		return;
	child.ref();
	child.kill(signal);
	const timer = setTimeout(() => {
		try {
			process.kill(-child.pid, "SIGKILL");
		} catch {}
	}, patience_ms);
	await child.ended;
	clearTimeout(timer);
}

/** Runs a program to its end. Throws with its output when it fails, unless told what to expect. */
export function run(program, args, { input, cwd, env, expect = 0 } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
		const out = [];
		const err = [];
		child.stdout.on("data", (chunk) => out.push(chunk));
		child.stderr.on("data", (chunk) => err.push(chunk));
		child.stdin.on("error", () => {});
		child.on("error", reject);
		child.on("close", (code, signal) => {
			const result = { code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
			if (expect === null || code === expect)
				resolve(result);
			else
				reject(new Error(`${program} ${args.join(" ")}: ${signal ?? code}\n${result.stdout}${result.stderr}`));
		});
		child.stdin.end(input ?? "");
	});
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is truthy. */
export async function until(what, ask, { patience_ms = 20000, every_ms = 25 } = {}) {
	const end = Date.now() + patience_ms;
	for (;;) {
		const answer = await ask();
		if (answer)
			return answer;
		if (Date.now() > end)
			throw new Error(`waited ${patience_ms} ms in vain: ${what}`);
		await sleep(every_ms);
	}
}

export function tail(file, lines = 30) {
	try {
		return fs.readFileSync(file, "utf8").split("\n").slice(-lines).join("\n");
	} catch {
		return "";
	}
}

export function freePort() {
	return new Promise((resolve, reject) => {
		const server = net.createServer();
		server.on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}
