// A private MariaDB on a unix socket, its data cloned from a template that is made once.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Sql } from "./sql.mjs";
import { isRunning, makeFolder, ROOT, run, start, stop, tail, until } from "./workplace.mjs";

export const PASSWORDS = { migrate: "migrate-in-tests", runtime: "runtime-in-tests" };

const MARIADBD = process.env.MARIADBD ?? ["/usr/sbin/mariadbd", "/usr/libexec/mariadbd"].find(fs.existsSync) ?? "mariadbd";

// Small and quick, but nothing that weakens a COMMIT.
const OPTIONS = [
	"--no-defaults", "--skip-networking", "--skip-log-bin", "--skip-name-resolve", "--performance-schema=OFF",
	"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-data-file-path=ibdata1:12M:autoextend",
	"--innodb-flush-log-at-trx-commit=1", "--innodb-lock-wait-timeout=3", "--innodb-snapshot-isolation=ON",
	"--max-connections=200", "--character-set-server=utf8mb4", "--default-time-zone=+00:00", "--innodb-fast-shutdown=1",
];

/** A starting server removes every temporary table it finds in its tmpdir, a neighbour's too: each has a folder of its own. */
function temporary(folder) {
	const own = path.join(folder, "tmp");
	fs.mkdirSync(own, { recursive: true });
	return own;
}

/** A folder with an empty installation of MariaDB: database gatehouse and its accounts, nothing in it. */
export async function makeTemplate() {
	const folder = makeFolder("t");
	const data = path.join(folder, "data");
	await run("mariadb-install-db", [
		"--no-defaults", `--datadir=${data}`, `--tmpdir=${temporary(folder)}`, "--skip-test-db", "--skip-name-resolve", "--auth-root-authentication-method=normal",
		`--user=${os.userInfo().username}`, "--innodb-log-file-size=16M", "--innodb-data-file-path=ibdata1:12M:autoextend",
	]);
	const db = new MariaDb(folder);
	await db.start({ database: "mysql" });
	// The accounts that an installation has; a table in a database apart is for statements that a fault test turns into nothing.
	const accounts = fs.readFileSync(path.join(ROOT, "packaging/accounts.sql"), "utf8")
		.replaceAll("@MIGRATE_PASSWORD@", PASSWORDS.migrate).replaceAll("@RUNTIME_PASSWORD@", PASSWORDS.runtime);
	await db.sql.query(accounts.replace(/^--.*$/gm, ""));
	await db.sql.query(`CREATE DATABASE faults; CREATE TABLE faults.nothing (id VARCHAR(64) NOT NULL);
		GRANT ALL ON faults.* TO gatehouse@localhost`);
	await db.stop();
	return data;
}

/** What packaging/grants.sql gives the running program on each table. */
export async function grantTables(db) {
	const queries = fs.readFileSync(path.join(ROOT, "packaging/grants.sql"), "utf8").replace(/^--.*$/gm, "").split(/;$/m).filter((text) => text.trim());
	for (const query of queries)
		for (const row of await db.sql.query(query))
			await db.sql.query(Object.values(row)[0]);
}

export class MariaDb {
	#extra = [];

	constructor(folder) {
		this.folder = folder;
		this.data = path.join(folder, "data");
		this.socket = path.join(folder, "db.sock");
		this.log = path.join(folder, "mariadb.log");
	}

	static async clone(template, folder) {
		fs.cpSync(template, path.join(folder, "data"), { recursive: true, mode: fs.constants.COPYFILE_FICLONE });
		return new MariaDb(folder);
	}

	async start({ database = "gatehouse", options } = {}) {
		this.#extra = options ?? this.#extra;
		this.child = start(MARIADBD, [
			...OPTIONS, `--user=${os.userInfo().username}`, `--datadir=${this.data}`, `--socket=${this.socket}`,
			`--pid-file=${this.folder}/db.pid`, `--tmpdir=${temporary(this.folder)}`, ...this.#extra,
		], { log: this.log });
		this.sql = await until("MariaDB accepts connections", async () => {
			if (!isRunning(this.child))
				throw new Error(`mariadbd ended:\n${tail(this.log)}`);
			return Sql.connect({ socket: this.socket, database }).catch((error) => {
				if (["ENOENT", "ECONNREFUSED", "ECONNRESET"].includes(error.code))
					return null;
				throw error;
			});
		});
	}

	/** Another connection, for tests that hold a transaction open. */
	connect(options = {}) {
		return Sql.connect({ socket: this.socket, ...options });
	}

	async stop() {
		this.sql?.close();
		await stop(this.child, { patience_ms: 20000 });
	}

	/** As a power cut, but for the page cache. */
	async kill() {
		this.child.ref();
		this.child.kill("SIGKILL");
		await this.child.ended;
	}
}
