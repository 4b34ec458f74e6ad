// A database of a test's own with a configuration file that names it; no server.

import fs from "node:fs";
import path from "node:path";
import { MariaDb, makeTemplate, PASSWORDS } from "../harness/mariadb.mjs";
import { makeFolder } from "../harness/workplace.mjs";

let template;

/** account: gatehouse (what the program runs with; here it may do everything) or gatehouse_migrate. */
export async function makeDatabase({ config = "" } = {}) {
	template ??= makeTemplate();
	const folder = makeFolder("c");
	const db = await MariaDb.clone(await template, folder);
	await db.start();
	await db.sql.query("GRANT ALL ON gatehouse.* TO gatehouse@localhost");
	fs.writeFileSync(path.join(folder, "password"), `${PASSWORDS.runtime}\n`, { mode: 0o600 });
	db.keyFile = path.join(folder, "master.key");
	db.configFile = path.join(folder, "gatehouse.conf");
	fs.writeFileSync(db.configFile, `public_url = "https://localhost:8443";
auth_url = "https://auth.localhost:8443";
database = { hosts = ["${db.socket}"]; name = "gatehouse"; user = "gatehouse"; password_file = "${folder}/password"; };
master_key_file = "${db.keyFile}";
process = { directory = "${folder}"; };
mail = { transport = "file"; directory = "${folder}/mail"; from_address = "gatehouse@example.com"; };
log_level = "info";
${config}`);
	db.pause = () => db.stop();
	db.resume = () => db.start();
	return db;
}
