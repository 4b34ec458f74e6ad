// What ./dev bench says about signing in: five hundred people at once, and whether the time of an answer tells who has an account.

import { spawn } from "node:child_process";
import fs from "node:fs";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { addCrowd, Client, crowdEmail, makeEmail, openFlow, projectWith, sleep } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";

const ROUNDS = 3;

/** A project with that many people who share a password. */
export async function prepareSignIn(server, people) {
	const place = await projectWith(server, {});
	await addCrowd(place.project, place.user, people, { server });
	return { server, people, ...place };
}

// ---- five hundred at once

/** The most that any worker has held so far, in MiB. */
function peak(server) {
	const kib = children(server.gatehoused.pid).map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1]));
	return Math.max(...kib) / 1024;
}

/** The people of rush.mjs before the door. go(): they push, and what came of it. */
async function assemble({ server, people, project, user }) {
	const { url, authUrl, host, authHost, port, ca, folder } = server;
	const about = JSON.stringify({ url, authUrl, host, authHost, port, ca, folder });
	const child = spawn("nice", ["-n", "19", process.execPath, fileURLToPath(new URL("rush.mjs", import.meta.url)), about, project.clientId, user.password, String(people)], { stdio: ["pipe", "pipe", "inherit"] });
	const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	if ((await lines.next()).value !== "ready")
		throw new Error("they didn't come to the door");
	let isOver = false;
	return {
		isOver: () => isOver,
		go: async () => {
			child.stdin.write("go\n");
			const { value } = await lines.next();
			isOver = true;
			const [took_ms, comebacks] = value.split(" ").map(Number);
			return { took_ms, comebacks };
		},
	};
}

/** /whoami alone, and while five hundred sign in; a share counts only when they were still at it at its end. */
async function rush(place, whoami, rate) {
	const shares = [], times = [];
	let cut = 0;
	for (let round = 1; round <= ROUNDS; round++) {
		const quiet = await rate(whoami, 4);
		const pushing = await assemble(place);
		const ended = pushing.go();
		await sleep(500);
		const busy = await rate(whoami, 4);
		cut += pushing.isOver() ? 1 : 0;
		const { took_ms, comebacks } = await ended;
		shares.push(busy / quiet);
		times.push(took_ms / 1000);
		console.log(`round ${round}  quiet ${Math.round(quiet)}  busy ${Math.round(busy)}  all in after ${(took_ms / 1000).toFixed(1)} s, ${comebacks} times somebody came again`);
	}
	if (cut === ROUNDS)
		throw new Error("all were in before the rate was measured: it says nothing");
	return { shares, times };
}

// ---- known or not

/** Milliseconds from request to answer. */
async function time(flow, action, json, expected) {
	const began = performance.now();
	const answer = await flow.act(action, json);
	const took = performance.now() - began;
	if (answer.status !== expected)
		throw new Error(`${action}: ${answer.status} ${answer.text}`);
	return took;
}

const STEPS = {
	identify: (flow, identifier) => time(flow, "identify", { identifier }, 200),
	password: async (flow, identifier) => {
		await flow.go("identify", { identifier });
		return time(flow, "password", { password: "not this one, surely" }, 401);
	},
};

/** Each try by an address, and of a browser, of its own; known and unknown take turns in an order that nobody knows. */
async function timesOf({ server, people, project }, step, tries) {
	const times = { known: [], unknown: [] };
	for (let i = 0; i < tries; i++)
		for (const kind of Math.random() < 0.5 ? ["known", "unknown"] : ["unknown", "known"]) {
			const identifier = kind === "known" ? crowdEmail(1 + (i % people)) : makeEmail("nobody");
			const flow = await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth", check: false }), client_id: project.clientId });
			times[kind].push(await STEPS[step](flow, identifier));
			flow.browser.close();
		}
	return times;
}

/**
 * How much two distributions have in common: 1 less the greatest difference of their cumulative shares (Kolmogorov and Smirnov). The best that somebody
 * who looks at one time, with any threshold, can do is to be right with probability 1 - overlap / 2. Two samples of one distribution don't reach 1 either.
 */
function overlap(a, b) {
	const all = [...a.map((value) => [value, 1 / a.length]), ...b.map((value) => [value, -1 / b.length])].sort(([x], [y]) => x - y);
	let sum = 0, most = 0;
	for (const [, step] of all) {
		sum += step;
		most = Math.max(most, Math.abs(sum));
	}
	return 1 - most;
}

/** Of 95 in 100 pairs of samples this large out of one distribution, the overlap is at least this. */
const overlapByChance = (n) => Number((1 - 1.36 * Math.sqrt(2 / n)).toFixed(3));

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A millisecond is a target where there are tries enough for their medians to say so little. */
async function telling(place, step, tries) {
	const { known, unknown } = await timesOf(place, step, tries);
	const [one, other] = [median(known), median(unknown)];
	console.log(`${step}: median of ${tries} known ${one.toFixed(2)} ms, of ${tries} unknown ${other.toFixed(2)} ms`);
	return [
		[`ms between the medians of ${step} for ${tries} known and ${tries} unknown addresses`, Math.abs(one - other), ...(tries >= 1000 ? [1, true] : [])],
		[`overlap of the two distributions of ${step}'s time`, overlap(known, unknown), overlapByChance(tries)],
	];
}

// ---- the lines

/** rate: requests a second, as run.mjs measures them. tries: of each kind; a tenth of it where a password is hashed. */
export async function signInLines(place, { whoami, rate, tries }) {
	const { shares, times } = await rush(place, whoami, rate);
	const memory = peak(place.server);
	return [
		[`/whoami while ${place.people} people sign in at once, of its quiet rate`, median(shares), 0.8],
		[`s until all ${place.people} are in`, median(times)],
		["MiB at most in any worker meanwhile, shared pages included", memory, 32, true],
		...await telling(place, "identify", tries),
		...await telling(place, "password", Math.max(50, Math.floor(tries / 10))),
	];
}
