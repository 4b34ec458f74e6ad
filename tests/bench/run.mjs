// ./dev bench: Gatehouse beside a bare worker that does the same statements, both behind the same nginx, in interleaved rounds; its OAuth server
// beside npm's oidc-provider, too.
//
// Times drift by tens of percent on a shared machine, so only ratios within a round count, and their medians are the result.
//
//	./dev bench                 the ratios, memory, statements, and sign-ins beside /whoami
//	./dev bench --only oauth    the OAuth server's alone
//	./dev bench --only licenses  what shipped programs ask, alone; with --scale beside 10 and 1,000,000 licenses
//	./dev bench --only sign-in  five hundred sign-ins at once, and the times of known and unknown addresses alone; --tries 1000 --people 500
//	./dev bench --only analytics  the overview of a project with ten million events alone; --events 10000000
//	./dev bench --scale         the ratio with 10, 10,000 and 1,000,000 keys, and with 10 and 1,000,000 licenses
//	./dev bench --rounds 15 --seconds 3

import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeBasis, startGatehouse } from "../harness/server.mjs";
import { person } from "../harness/person.mjs";
import { BUILD, freePort, sleep, start, stop, until } from "../harness/workplace.mjs";
import { prepareSignIn, signInLines } from "./sign_in.mjs";
import { analyticsLines } from "./analytics.mjs";
import { fillLicenses, licenseTargets, prepareLicenses } from "./licenses.mjs";
import { OAUTH_LINES, oauthAsks, oauthTargets, prepareOauth, startOidc } from "./oauth.mjs";

const run = promisify(execFile);
const options = { rounds: 9, seconds: 2, connections: 24, workers: 8, scale: false, only: "", tries: 1000, people: 500, events: 10_000_000 };
for (let i = 2; i < process.argv.length; i++) {
	const name = process.argv[i].replace(/^--/, "");
	if (!(name in options)) {
		console.error(`bench: unknown option ${process.argv[i]}`);
		process.exit(2);
	}
	options[name] = name === "scale" ? true : name === "only" ? process.argv[++i] : Number(process.argv[++i]);
}

// ---- the two servers

/** nginx's own hello, a file, the bare worker behind a location of the same nginx, with the same parameters, log and headers, and oidc-provider. */
function bareSite(server, { bare, oidc, oidcItself }) {
	const { cert, key } = server.basis.tls;
	fs.mkdirSync(path.join(server.folder, "hello"));
	fs.writeFileSync(path.join(server.folder, "hello/hello.json"), '{"status":"ok"}');
	return `
	upstream bare { server unix:${server.folder}/bare.sock max_fails=0; }
	server {
		listen 127.0.0.1:${bare} ssl http2;
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
	}
	upstream oidc { server 127.0.0.1:${oidcItself} max_fails=0; keepalive ${options.connections}; }
	server {
		listen 127.0.0.1:${oidc} ssl http2;
		server_name localhost;
		ssl_certificate ${cert};
		ssl_certificate_key ${key};
		access_log access.log gatehouse;
		location / {
			proxy_pass http://oidc;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host localhost:${oidc};
			proxy_set_header X-Forwarded-Proto https;
		}
	}`;
}

async function open() {
	const basis = await makeBasis();
	const ports = { bare: await freePort(), oidc: await freePort(), oidcItself: await freePort() };
	const limits = Object.fromEntries(["credential", "anonymous", "failed_credentials", "flow_action", "oauth_token", "oauth_introspect", "validate", "validate_license"].map((family) => [family, { limit: 60000000, window_s: 60 }]));
	const server = await startGatehouse({
		basis, nginx: { extra: (s) => bareSite(s, ports), workers: "auto" }, config: {
			process: { request_workers: options.workers }, limits, log_level: "warn",
			test_clock_file: "",	// nobody moves the clock here, and looking for it isn't the server's work
		},
	});
	const caller = await person(server);
	const key = await caller.org.key();
	const session = await caller.session();
	const oauth = await prepareOauth(server, caller);
	const licenses = await prepareLicenses(server, caller);
	const plan = path.join(server.folder, "bare.plan");
	fs.writeFileSync(plan, [
		`/key credential_by_key null null #${key.secret}`, `/session credential_by_session #${session.token} null null null past`, ...oauth.plan, ...licenses.plan, "",
	].join("\n"));
	const bare = start(path.join(BUILD, "tests/bench/bare_worker"), [
		path.join(server.folder, "bare.sock"), server.db.socket, "gatehouse", path.join(server.folder, "gatehouse.password"), "gatehouse",
		String(options.workers), plan,
	], { log: path.join(server.folder, "bare.log") });
	await until("the bare worker listens", () => fs.existsSync(path.join(server.folder, "bare.sock")));
	const oidc = await startOidc({ port: ports.oidcItself, issuer: `https://localhost:${ports.oidc}`, log: path.join(server.folder, "oidc.log") });
	return { server, bare, oidc, bareUrl: `https://localhost:${ports.bare}`, caller, key, session, oauth, licenses };
}

// ---- measuring

const LUA = fileURLToPath(new URL(".", import.meta.url));

/** wrk's own arguments for what it sends: a form or JSON each time, or refresh tokens one after the other, more than it has connections. */
async function scriptOf({ form, json, tokens }) {
	if (form)
		return [["-s", path.join(LUA, "post.lua")], ["--", "application/x-www-form-urlencoded", form]];
	if (json)
		return [["-s", path.join(LUA, "post.lua")], ["--", "application/json", json]];
	return tokens ? [["-s", path.join(LUA, "refresh.lua")], ["--", ...await tokens(2 * options.connections)]] : [[], []];
}

/** Requests a second. Anything but 2xx is an error of the bench. */
async function rate({ url, headers = [], ...sent }, seconds = options.seconds) {
	const [script, more] = await scriptOf(sent);
	const args = ["-t", "2", "-c", String(options.connections), "-d", `${seconds}s`, ...script, ...headers.flatMap((h) => ["-H", h]), url, ...more];
	const { stdout } = await run("wrk", args);
	if (/Non-2xx/.test(stdout) || /Socket errors/.test(stdout))
		throw new Error(`${url}:\n${stdout}`);
	return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (value) => value.toFixed(value < 10 ? 3 : 0).padStart(8);

/** One row a round of every target's rate. */
async function measure(targets) {
	const rows = [];
	for (const target of Object.values(targets))
		await rate(target, 1);
	for (let round = 1; round <= options.rounds; round++) {
		const row = {};
		for (const [name, target] of Object.entries(targets))
			row[name] = await rate(target);
		rows.push(row);
		console.log(`round ${String(round).padStart(2)}  ${Object.entries(row).map(([name, value]) => `${name} ${Math.round(value)}`).join("  ")}`);
	}
	return (a, b) => median(rows.map((row) => row[a] / row[b]));
}

async function ratios({ server, bareUrl, key, session }) {
	const headers = [`Authorization: Bearer ${key.secret}`];
	const cookie = [`Cookie: __Host-gatehouse=${session.token}`];
	const of = await measure({
		nginx_hello: { url: `${bareUrl}/hello.json` }, bare_hello: { url: `${bareUrl}/hello` }, healthz: { url: `${server.url}/healthz` },
		bare_key: { url: `${bareUrl}/key`, headers }, whoami_key: { url: `${server.url}/api/v1/whoami`, headers },
		bare_session: { url: `${bareUrl}/session`, headers: cookie }, whoami_session: { url: `${server.url}/api/v1/whoami`, headers: cookie },
	});
	return [
		["the bare worker's hello, of nginx's own", of("bare_hello", "nginx_hello"), 0.4],
		["/healthz, of the bare worker's hello", of("healthz", "bare_hello"), 0.85],
		["/whoami with a service key, of the bare worker with the same statement", of("whoami_key", "bare_key"), 0.85],
		["/whoami with a session, of the bare worker with the same statement", of("whoami_session", "bare_session"), 0.85],
	];
}

async function oauthRatios({ server, bareUrl, oauth, oidc }) {
	const targets = oauthTargets(oauth, bareUrl, oidc);
	const of = await measure(targets);
	const asks = oauthAsks(oauth);
	const found = [];
	for (const [name, text, most] of OAUTH_LINES)
		found.push(
			[`${text}, of the bare worker with the same statements${name === "keys" ? "" : " and a signature"}`, of(name, `bare_${name}`), 0.85],
			[`${text}, times oidc-provider in one process`, of(name, `oidc_${name}`)],
			[`statements of ${text}, counted by the database`, await statements(server, asks[name]), most, true],
		);
	return found;
}

async function licenseRatios({ server, bareUrl, licenses }) {
	const of = await measure(licenseTargets(licenses, bareUrl));
	return [
		["validation of a known machine, of the bare worker with the same statement and an Ed25519 signature", of("validate", "bare_validate"), 0.85],
		["statements of such a validation, counted by the database", await statements(server, licenses.ask), 1, true],
	];
}

/** Statements that the database counted for one request. */
async function statements({ sql }, ask) {
	const count = async () => Number(await sql.value`SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'QUESTIONS'`);
	const times = 50;
	let least = Infinity;
	await ask();
	// Jobs and the process that notes last uses add a statement of their own now and then, never one a request, and take none away.
	for (let trial = 0; trial < 3; trial++) {
		const before = await count();
		for (let i = 0; i < times; i++)
			await ask();
		least = Math.min(least, ((await count()) - before - 1) / times);
	}
	return Math.floor(least);
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
	const whoami = { url: `${server.url}/api/v1/whoami`, headers: [`Authorization: Bearer ${key.secret}`] };
	const people = await Promise.all(Array.from({ length: 12 }, () => person(server, { password: true })));
	const shares = [];
	let signIns = 0;
	for (let round = 0; round < 3; round++) {
		const quiet = await rate(whoami, 4);
		const crowd = gather(server, people);
		await sleep(1000);
		const busy = await rate(whoami, 4);
		signIns += await crowd.end();
		shares.push(busy / quiet);
	}
	if (signIns === 0)
		throw new Error("nobody signed in: the measurement says nothing");
	return { share: median(shares), signIns };
}

/** The median ratio of the second target to the first, beside as many of something as each size says. fill(from, to): makes those with these numbers. */
async function scale({ name, what, sizes, fill, targets }) {
	const results = [];
	let filled = 0;
	for (const size of sizes) {
		for (; filled < size; filled = Math.min(filled + 10_000, size))
			await fill(filled + 1, Math.min(filled + 10_000, size));
		const found = [];
		for (let round = 0; round < options.rounds; round++) {
			// By turns the one and the other first: what the fill left to be written is still being written in the first rounds.
			const rates = new Map();
			for (const target of round % 2 === 0 ? targets : targets.toReversed())
				rates.set(target, await rate(target));
			found.push(rates.get(targets[1]) / rates.get(targets[0]));
		}
		results.push(median(found));
		console.log(`${String(size).padStart(8)} ${name}: ${what} at ${show(results.at(-1))} of the bare worker`);
	}
	return [`least of the ratios of ${what} beside few and many ${name}, of the greatest`, Math.min(...results) / Math.max(...results), 0.9];
}

function scaleKeys({ server, bareUrl, key, caller }) {
	const headers = [`Authorization: Bearer ${key.secret}`];
	return scale({
		name: "keys", what: "/whoami", sizes: [10, 10_000, 1_000_000],
		targets: [{ url: `${bareUrl}/key`, headers }, { url: `${server.url}/api/v1/whoami`, headers }],
		fill: (from, to) => server.sql.query(`INSERT INTO api_keys (id, kind, org_id, name, environment, prefix, last4, secret_digest, scopes, version, created_by, created_at, updated_at)
			SELECT CONCAT('key_', LPAD(LOWER(CONV(seq, 10, 36)), 16, '0')), 'service', '${caller.org.id}', 'Filler', 'live', 'gsk_live_xxx', 'xxxx',
			UNHEX(SHA2(CONCAT('filler', seq), 256)), '', 1, '${caller.id}', NOW(3), NOW(3) FROM seq_${from}_to_${to}`),
	});
}

function scaleLicenses({ bareUrl, licenses }) {
	return scale({
		name: "licenses", what: "/validate", sizes: [10, 1_000_000], targets: Object.values(licenseTargets(licenses, bareUrl)),
		fill: (from, to) => fillLicenses(licenses, from, to),
	});
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

async function signIns({ server, key }) {
	const whoami = { url: `${server.url}/api/v1/whoami`, headers: [`Authorization: Bearer ${key.secret}`] };
	return signInLines(await prepareSignIn(server, options.people), { whoami, rate, tries: options.tries });
}

function analytics({ server, key, caller }) {
	return analyticsLines({ server, key, project: caller.org.defaultProject }, options.events, statements);
}

const PARTS = { analytics, licenses: licenseRatios, oauth: oauthRatios, "sign-in": signIns, "": everything };

async function everything(opened) {
	const found = await ratios(opened);
	const oauth = await oauthRatios(opened);
	const licenses = await licenseRatios(opened);
	const asked = await statements(opened.server, () => opened.key.get("/api/v1/whoami"));
	const memory = privateMemory(opened.server) / 1024;
	const { share, signIns } = await beside(opened);
	return [
		...found, ...oauth, ...licenses,
		["statements that authenticate a request, counted by the database", asked, 1, true],
		["MiB of its own in the largest worker", memory, 3, true],
		[`/whoami beside 12 clients signing in (${signIns} sign-ins), of its quiet rate`, share, 0.8],
		...await signIns(opened),
	];
}

if (!(options.only in PARTS)) {
	console.error(`bench: --only takes ${Object.keys(PARTS).filter(Boolean).join(" or ")}`);
	process.exit(2);
}
const opened = await open();
try {
	if (options.scale) {
		const lines = options.only === "licenses" ? [] : [await scaleKeys(opened)];
		report([...lines, await scaleLicenses(opened)]);
	} else {
		report(await PARTS[options.only](opened));
	}
} finally {
	await stop(opened.oidc.child);
	await stop(opened.bare);
	await opened.server.stop();
}
process.exit(0);
