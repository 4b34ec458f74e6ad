// ./dev bench: Gatehouse beside a bare worker that does the same statement, both behind the same nginx, in interleaved rounds.
//
// Times drift by tens of percent on a shared machine, so only ratios within a round count, and their medians are the result.
//
//	./dev bench                 the ratios, memory, statements, and sign-ins beside /whoami
//	./dev bench --scale         the ratio with 10, 10,000 and 1,000,000 keys
//	./dev bench --rounds 15 --seconds 3

import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeBasis, startGatehouse } from "../harness/server.mjs";
import { person } from "../harness/person.mjs";
import { BUILD, freePort, sleep, start, stop, until } from "../harness/workplace.mjs";

const run = promisify(execFile);
const options = { rounds: 9, seconds: 2, connections: 24, workers: 8, scale: false };
for (let i = 2; i < process.argv.length; i++) {
	const name = process.argv[i].replace(/^--/, "");
	if (!(name in options)) {
		console.error(`bench: unknown option ${process.argv[i]}`);
		process.exit(2);
	}
	options[name] = name === "scale" ? true : Number(process.argv[++i]);
}

// ---- the two servers

/** nginx's own hello, a file, and the bare worker behind a location of the same nginx, with the same parameters, log and headers. */
function bareSite(server, port) {
	const { cert, key } = server.basis.tls;
	fs.mkdirSync(path.join(server.folder, "hello"));
	fs.writeFileSync(path.join(server.folder, "hello/hello.json"), '{"status":"ok"}');
	return `
	upstream bare { server unix:${server.folder}/bare.sock max_fails=0; }
	server {
		listen 127.0.0.1:${port} ssl http2;
		server_name localhost;
		ssl_certificate ${cert};
		ssl_certificate_key ${key};
		include ${server.folder}/snippets/gatehouse-headers.conf;
		access_log access.log gatehouse;
		location = /hello.json { root ${server.folder}/hello; }
		location / {
			set $gatehouse_site main;
			${fs.readFileSync(path.join(server.folder, "snippets/gatehouse-workers.conf"), "utf8").replace(/fastcgi_pass .*;/, "fastcgi_pass bare;").replace(/limit_.*;/g, "")}
		}
	}`;
}

async function open() {
	const basis = await makeBasis();
	const port = await freePort();
	const limits = Object.fromEntries(["credential", "anonymous", "failed_credentials", "flow_action"].map((family) => [family, { limit: 60000000, window_s: 60 }]));
	const server = await startGatehouse({
		basis, nginx: { extra: (s) => bareSite(s, port), workers: "auto" }, config: {
			process: { request_workers: options.workers }, limits, log_level: "warn",
			test_clock_file: "",	// nobody moves the clock here, and looking for it isn't the server's work
		},
	});
	const caller = await person(server);
	const key = await caller.org.key();
	const session = await caller.session();
	const bare = start(path.join(BUILD, "tests/bench/bare_worker"), [
		path.join(server.folder, "bare.sock"), server.db.socket, "gatehouse", path.join(server.folder, "gatehouse.password"), "gatehouse",
		String(options.workers), key.secret, session.token,
	], { log: path.join(server.folder, "bare.log") });
	await until("the bare worker listens", () => fs.existsSync(path.join(server.folder, "bare.sock")));
	return { server, bare, port, caller, key, session };
}

// ---- measuring

/** Requests a second. Anything but 2xx is an error of the bench. */
async function rate(url, headers = [], seconds = options.seconds) {
	const args = ["-t", "2", "-c", String(options.connections), "-d", `${seconds}s`, ...headers.flatMap((h) => ["-H", h]), url];
	const { stdout } = await run("wrk", args);
	if (/Non-2xx/.test(stdout) || /Socket errors/.test(stdout))
		throw new Error(`${url}:\n${stdout}`);
	return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (value) => value.toFixed(value < 10 ? 3 : 0).padStart(8);

async function ratios({ server, port, key, session }) {
	const bearer = [`Authorization: Bearer ${key.secret}`];
	const cookie = [`Cookie: __Host-gatehouse=${session.token}`];
	const bareUrl = `https://localhost:${port}`;
	const targets = {
		nginx_hello: [`${bareUrl}/hello.json`], bare_hello: [`${bareUrl}/hello`], healthz: [`${server.url}/healthz`],
		bare_key: [`${bareUrl}/key`, bearer], whoami_key: [`${server.url}/api/v1/whoami`, bearer],
		bare_session: [`${bareUrl}/session`, cookie], whoami_session: [`${server.url}/api/v1/whoami`, cookie],
	};
	const rows = [];
	for (const [url, headers = []] of Object.values(targets))
		await rate(url, headers, 1);
	for (let round = 1; round <= options.rounds; round++) {
		const row = {};
		for (const [name, [url, headers = []]] of Object.entries(targets))
			row[name] = await rate(url, headers);
		rows.push(row);
		console.log(`round ${String(round).padStart(2)}  ${Object.entries(row).map(([name, value]) => `${name} ${Math.round(value)}`).join("  ")}`);
	}
	const of = (a, b) => median(rows.map((row) => row[a] / row[b]));
	return {
		"the bare worker's hello, of nginx's own": of("bare_hello", "nginx_hello"),
		"/healthz, of the bare worker's hello": of("healthz", "bare_hello"),
		"/whoami with a service key, of the bare worker with the same statement": of("whoami_key", "bare_key"),
		"/whoami with a session, of the bare worker with the same statement": of("whoami_session", "bare_session"),
	};
}

/** Statements that the database counted for one request. */
async function statements({ server, key }) {
	const count = async () => Number(await server.sql.value`SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'QUESTIONS'`);
	const times = 50;
	let least = Infinity;
	await key.get("/api/v1/whoami");
	// The process that notes last uses adds a statement of its own now and then, and takes none away.
	for (let trial = 0; trial < 3; trial++) {
		const before = await count();
		for (let i = 0; i < times; i++)
			await key.get("/api/v1/whoami");
		least = Math.min(least, ((await count()) - before - 1) / times);
	}
	return least;
}

/** KiB that no other process shares, of each request worker; the largest. */
function privateMemory(server) {
	return Math.max(...server.workers().map((pid) => {
		const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
		return ["Private_Clean", "Private_Dirty"].reduce((sum, name) => sum + Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)[1]), 0);
	}));
}

/** The people of crowd.mjs, at the lowest priority; end() answers how often they signed in. */
function gather({ url, host, port, ca, owner }, people) {
	const crowd = spawn("nice", ["-n", "19", process.execPath, fileURLToPath(new URL("crowd.mjs", import.meta.url)), JSON.stringify({ url, host, port, ca, owner }),
		...people.map(({ email }) => email)], { stdio: ["pipe", "pipe", "inherit"] });
	let output = "";
	crowd.stdout.on("data", (chunk) => {
		output += chunk;
	});
	const ended = new Promise((resolve) => crowd.on("close", () => resolve(Number(output))));
	return { end: () => (crowd.stdin.end(), ended) };
}

/** /whoami alone and beside 12 clients that sign in as fast as they are let. */
async function beside({ server, key }) {
	const bearer = [`Authorization: Bearer ${key.secret}`];
	const url = `${server.url}/api/v1/whoami`;
	const people = await Promise.all(Array.from({ length: 12 }, () => person(server, { password: true })));
	const shares = [];
	let signIns = 0;
	for (let round = 0; round < 3; round++) {
		const quiet = await rate(url, bearer, 4);
		const crowd = gather(server, people);
		await sleep(1000);
		const busy = await rate(url, bearer, 4);
		signIns += await crowd.end();
		shares.push(busy / quiet);
	}
	if (signIns === 0)
		throw new Error("nobody signed in: the measurement says nothing");
	return { share: median(shares), signIns };
}

async function scale(opened) {
	const { server, port, key, caller } = opened;
	const bearer = [`Authorization: Bearer ${key.secret}`];
	const bareUrl = `https://localhost:${port}/key`, whoamiUrl = `${server.url}/api/v1/whoami`;
	const results = {};
	let filled = 0;
	for (const size of [10, 10_000, 1_000_000]) {
		for (; filled < size; filled += Math.min(10_000, size - filled)) {
			const count = Math.min(10_000, size - filled);
			await server.sql.query(`INSERT INTO api_keys (id, kind, org_id, name, environment, prefix, last4, secret_digest, scopes, version, created_by, created_at, updated_at)
				SELECT CONCAT('key_', LPAD(LOWER(CONV(${filled} + seq, 10, 36)), 16, '0')), 'service', '${caller.org.id}', 'Filler', 'live', 'gsk_live_xxx', 'xxxx',
				UNHEX(SHA2(CONCAT('filler', ${filled} + seq), 256)), '', 1, '${caller.id}', NOW(3), NOW(3) FROM seq_1_to_${count}`);
		}
		const found = [];
		for (let round = 0; round < options.rounds; round++) {
			// By turns the one and the other first: what the fill left to be written is still being written in the first rounds.
			const urls = [bareUrl, whoamiUrl];
			const rates = {};
			for (const url of round % 2 === 0 ? urls : urls.reverse())
				rates[url] = await rate(url, bearer);
			found.push(rates[whoamiUrl] / rates[bareUrl]);
		}
		results[size] = median(found);
		console.log(`${String(size).padStart(8)} keys: /whoami at ${show(results[size])} of the bare worker`);
	}
	return results;
}

// ---- the report

function report(lines) {
	let missed = 0;
	for (const [text, value, target, isMost] of lines) {
		const good = target === undefined || (isMost ? value <= target : value >= target);
		missed += good ? 0 : 1;
		console.log(`${show(value)}  ${text}${target === undefined ? "" : `  (${isMost ? "at most" : "at least"} ${target}${good ? "" : ": MISSED"})`}`);
	}
	console.log(missed === 0 ? "every target is met" : `${missed} targets are missed`);
}

const opened = await open();
try {
	if (options.scale) {
		const results = Object.values(await scale(opened));
		report([["least of the ratios, of the greatest", Math.min(...results) / Math.max(...results), 0.9]]);
	} else {
		const found = Object.entries(await ratios(opened));
		const targets = [0.4, 0.85, 0.85, 0.85];
		const asked = await statements(opened);
		const memory = privateMemory(opened.server) / 1024;
		const { share, signIns } = await beside(opened);
		report([
			...found.map(([text, value], i) => [text, value, targets[i]]),
			["statements that authenticate a request, counted by the database", asked, 1, true],
			["MiB of its own in the largest worker", memory, 3, true],
			[`/whoami beside 12 clients signing in (${signIns} sign-ins), of its quiet rate`, share, 0.8],
		]);
	}
} finally {
	await stop(opened.bare);
	await opened.server.stop();
}
process.exit(0);
