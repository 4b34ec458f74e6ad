// One whole Gatehouse in one short folder: MariaDB, schema, master key, certificates, workers, job workers and nginx.

import fs from "node:fs";
import path from "node:path";
import { grantTables, MariaDb, makeTemplate, PASSWORDS } from "./mariadb.mjs";
import { startNginx } from "./nginx.mjs";
import { makePassword, remember, rememberIn } from "./secrets.mjs";
import { Client } from "./http.mjs";
import { makeCertificates } from "./tls.mjs";
import { BUILD, freePort, isRunning, makeFolder, run, start, stop, tail, until } from "./workplace.mjs";

const GATEHOUSED = path.join(BUILD, "gatehoused");
const GATEHOUSECTL = path.join(BUILD, "gatehousectl");

/** A JavaScript value as libconfig text. */
function setting(value) {
	if (Array.isArray(value))
		return `[ ${value.map(setting).join(", ")} ]`;
	if (value !== null && typeof value === "object")
		return `{ ${settings(value)} }`;
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const settings = (object) => Object.entries(object).map(([name, value]) => `${name} = ${setting(value)};`).join("\n");

function writeConfig(server, { hosts, config = {}, user = "gatehouse", file = server.configFile }) {
	const base = {
		public_url: server.url,
		auth_url: server.authUrl,
		database: { hosts: hosts ?? [server.db.socket], name: "gatehouse", user, password_file: path.join(server.folder, `${user}.password`) },
		master_key_file: server.keyFile,
		process: { directory: server.sockets, request_workers: 4, password_workers: 2, job_workers: 1, drain_ms: 5000 },
		mail: { sendmail: "/bin/true", transport: "file", directory: server.mailFolder, from_address: "gatehouse@example.com", from_name: "Gatehouse" },
		log_level: "info",
		test_clock_file: server.clockFile,
	};
	for (const [name, value] of Object.entries(config))
		base[name] = value !== null && typeof value === "object" && !Array.isArray(value) ? { ...base[name], ...value } : value;
	fs.writeFileSync(file, `${settings(base)}\n`);
}

async function layOut(folder) {
	const port = await freePort();
	const server = {
		folder, port,
		host: `localhost:${port}`, authHost: `auth.localhost:${port}`,
		url: `https://localhost:${port}`, authUrl: `https://auth.localhost:${port}`,
		configFile: path.join(folder, "gatehouse.conf"),
		keyFile: path.join(folder, "master.key"),
		mailFolder: path.join(folder, "mail"),
		clockFile: path.join(folder, "clock"),
		sockets: path.join(folder, "run"),
		logs: {
			request: path.join(folder, "gatehoused.log"), jobs: path.join(folder, "jobs.log"),
			access: path.join(folder, "access.log"), error: path.join(folder, "error.log"),
		},
	};
	for (const [name, mode] of [["mail", 0o700], ["run", 0o750], ["seen", 0o755]])
		fs.mkdirSync(path.join(folder, name), { mode });
	fs.writeFileSync(server.clockFile, "0\n");
	fs.writeFileSync(path.join(folder, "gatehouse.password"), `${remember(PASSWORDS.runtime)}\n`, { mode: 0o600 });
	fs.writeFileSync(path.join(folder, "gatehouse_migrate.password"), `${remember(PASSWORDS.migrate)}\n`, { mode: 0o600 });
	rememberIn(folder);
	return server;
}

export function ctl(server, args, options) {
	return run(GATEHOUSECTL, ["--config", server.configFile, ...args], options);
}

/** What every server of a run is cloned from: a migrated database, one that is set up, the key that seals in it, certificates. */
export async function makeBasis() {
	const folder = makeFolder("b");
	const basis = { folder, empty: path.join(folder, "empty"), owned: path.join(folder, "owned"), keyFile: path.join(folder, "master.key") };
	basis.tls = await makeCertificates(folder);
	basis.owner = { email: "owner@example.com", password: makePassword() };

	const server = await layOut(makeFolder("m"));
	server.db = await MariaDb.clone(await makeTemplate(), server.folder);
	writeConfig(server, {});
	await server.db.start();
	await run(GATEHOUSECTL, ["init-key", server.keyFile]);
	const migrateConfig = path.join(server.folder, "migrate.conf");
	writeConfig(server, { user: "gatehouse_migrate", file: migrateConfig });
	await run(GATEHOUSECTL, ["--config", migrateConfig, "migrate"]);
	await grantTables(server.db);
	fs.copyFileSync(server.keyFile, basis.keyFile);
	fs.chmodSync(basis.keyFile, 0o600);
	await server.db.stop();
	fs.cpSync(server.db.data, basis.empty, { recursive: true });

	await server.db.start();
	await ctl(server, ["setup", "--sign-up", "open", "--owner-email", basis.owner.email, "--owner-password-stdin"], { input: `${basis.owner.password}\n` });
	await server.db.stop();
	fs.renameSync(server.db.data, basis.owned);
	return basis;
}

/**
 * options: basis; state "owned" (default) or "empty"; config: more settings; hosts: database.hosts instead of the server's own socket
 * (a function of the server: a proxy is made there); jobs: false leaves the job workers out; wrap: a program before gatehoused.
 */
export async function startGatehouse({ basis, state = "owned", config, hosts, jobs = true, dbOptions, ready = true, env, nginx = {} } = {}) {
	const server = new Server();
	Object.assign(server, await layOut(makeFolder("s")));
	server.basis = basis;
	server.ca = basis.tls.ca;
	server.owner = basis.owner;
	remember(basis.owner.password);
	server.db = await MariaDb.clone(basis[state], server.folder);
	await server.db.start({ options: dbOptions });
	fs.copyFileSync(basis.keyFile, server.keyFile);
	fs.chmodSync(server.keyFile, 0o600);
	server.hosts = hosts ? await hosts(server) : undefined;
	server.settings = config;
	writeConfig(server, { hosts: server.hosts, config });
	await server.startWorkers({ env });
	if (jobs)
		server.startJobs({ env });
	server.nginx = await startNginx(server, nginx);
	if (ready)
		await server.waitReady();
	if (state === "owned")
		await server.learn();
	return server;
}

/** What a door of its own to the same installation looks like: the same names and database, another port and place. */
async function besides(server) {
	const { host, authHost, url, authUrl, keyFile, clockFile, mailFolder, db, basis, ca, owner, consoleId, operatorOrgId } = server;
	const own = await layOut(makeFolder("n"));
	return Object.assign(new Server(), own, { host, authHost, url, authUrl, keyFile, clockFile, mailFolder, db, basis, ca, owner, consoleId, operatorOrgId });
}

/** A second node on the database of a server, with its own workers, job workers and nginx; ended by end(). config: as the server's. */
export async function startNode(server, { config } = {}) {
	const node = await besides(server);
	writeConfig(node, { config });
	await node.startWorkers();
	node.startJobs();
	node.nginx = await startNginx(node);
	await node.waitReady();
	return node;
}

/** One nginx in front of several nodes, with an upstream of all their sockets. */
export async function startFront(nodes) {
	const front = await besides(nodes[0]);
	front.nginx = await startNginx(front, {
		site: (text) => text.replace(/\tserver unix:@SOCKETS@\/(\w+)\.sock max_fails=0;\n/g, (line, pool) =>
			nodes.map(({ sockets }) => `\tserver unix:${sockets}/${pool}.sock max_fails=0;\n`).join("")),
	});
	return front;
}

export class Server {
	async startWorkers({ env } = {}) {
		this.gatehoused = start(GATEHOUSED, ["--config", this.configFile], { log: this.logs.request, env });
		await until("the workers' sockets exist", () => {
			if (!isRunning(this.gatehoused))
				throw new Error(`gatehoused ended:\n${tail(this.logs.request)}`);
			return fs.existsSync(path.join(this.sockets, "request.sock")) && fs.existsSync(path.join(this.sockets, "password.sock"));
		});
	}

	startJobs({ env } = {}) {
		this.jobs = start(GATEHOUSED, ["--config", this.configFile, "--jobs"], { log: this.logs.jobs, env });
	}

	async waitReady() {
		const client = new Client(this, { check: false });
		let last;
		await until("/readyz answers 200", async () => {
			if (!isRunning(this.gatehoused))
				throw new Error(`gatehoused ended:\n${tail(this.logs.request)}`);
			last = await client.get("/readyz").catch((error) => ({ status: error.message }));
			return last.status === 200;
		}).catch((error) => {
			throw new Error(`${error.message}; last: ${last?.status} ${last?.text ?? ""}\n${tail(this.logs.request)}\n${tail(this.logs.error)}`);
		});
		client.close();
	}

	/** Which project is the console, and the owner's rows. */
	async learn() {
		const row = await this.db.sql.row`SELECT i.console_id, i.operator_org_id, u.id AS user_id FROM installation i
			LEFT JOIN users u ON u.project_id = i.console_id AND u.email = ${this.owner.email}`;
		this.consoleId = row?.console_id;
		this.operatorOrgId = row?.operator_org_id;
		this.owner = { ...this.owner, userId: row?.user_id };
	}

	get sql() {
		return this.db.sql;
	}

	ctl(args, options) {
		return ctl(this, args, options);
	}

	writeConfig(config, hosts = this.hosts) {
		writeConfig(this, { hosts, config });
	}

	workers() {
		return children(this.gatehoused.pid);
	}

	/** What another process needs to use this server: see attach(). */
	describe() {
		const { nginx, gatehoused, jobs, db, ...plain } = this;
		return JSON.stringify({ ...plain, pids: { nginx: nginx?.pid, gatehoused: gatehoused?.pid, jobs: jobs?.pid }, dbFolder: db.folder });
	}

	/** All but the database. */
	async end() {
		await stop(this.nginx);
		await Promise.all([stop(this.gatehoused, { patience_ms: 10000 }), stop(this.jobs, { patience_ms: 10000 })]);
	}

	async stop() {
		await this.end();
		await this.db.stop();
	}

	/** As a power cut: workers, password workers and job workers at once. */
	kill() {
		for (const { pid } of [this.gatehoused, this.jobs])
			process.kill(-pid, "SIGKILL");
	}
}

/** The server that another process started and owns. */
export async function attach(text) {
	const server = Object.assign(new Server(), JSON.parse(text));
	rememberIn(server.folder);
	server.db = new MariaDb(server.dbFolder);
	server.db.sql = await server.db.connect();
	server.gatehoused = { pid: server.pids.gatehoused };
	return server;
}

/** Process ids of a process's children. */
export function children(pid) {
	const found = [];
	for (const task of fs.readdirSync(`/proc/${pid}/task`))
		found.push(...fs.readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number));
	return found;
}

/** Process ids of a server's job workers: beside them its job master has one that writes counts down. */
export const jobWorkers = (server) => children(server.jobs.pid).filter((pid) => {
	try {
		return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "gh-job";
	} catch {
		return false;	// gone meanwhile
	}
});
