// The proxy itself, against a real MariaDB: what it says it does must be what happens.

import assert from "node:assert/strict";
import net from "node:net";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import * as my from "../harness/mysql-packets.mjs";
import { makeTemplate, MariaDb } from "../harness/mariadb.mjs";
import { Sql } from "../harness/sql.mjs";
import { makeFolder, run, sleep } from "../harness/workplace.mjs";
import { Proxy } from "./proxy.mjs";

let db;
let proxy;

before(async () => {
	const folder = makeFolder("p");
	db = await MariaDb.clone(await makeTemplate(), folder);
	await db.start();
	await db.sql.query("CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL); INSERT INTO t VALUES (1, 0), (2, 0)");
	proxy = new Proxy({ listen: path.join(folder, "proxy.sock"), target: db.socket });
	await proxy.start();
});

after(async () => {
	proxy.stop();
	await db.stop();
});

beforeEach(() => proxy.clear());

const connect = () => Sql.connect({ socket: proxy.socket });
const n = (id) => db.sql.value`SELECT n FROM t WHERE id = ${id}`;

/** Prepares and runs one statement without parameters by the binary protocol; answers the first packet of each answer. */
async function prepareAndExecute(text) {
	const socket = net.connect(proxy.socket);
	const packets = [];
	let wake;
	const splitter = new my.PacketSplitter((sequence, payload) => {
		packets.push(Buffer.from(payload));
		wake?.();
	});
	socket.on("data", (chunk) => splitter.push(chunk));
	let isClosed = false;
	socket.on("error", () => {});
	socket.on("close", () => {
		isClosed = true;
		wake?.();
	});
	const next = async () => {
		while (packets.length === 0) {
			if (isClosed)
				throw new Error("closed");
			await new Promise((resolve) => (wake = resolve));
		}
		return packets.shift();
	};
	await next();
	const head = Buffer.alloc(32);
	head.writeUInt32LE(0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000, 0);
	head.writeUInt32LE(0x1000000, 4);
	head[8] = 45;
	socket.write(my.frame(1, Buffer.concat([head, Buffer.from("root\0"), Buffer.from([0]), Buffer.from("gatehouse\0mysql_native_password\0")])));
	await next();
	socket.write(my.frame(0, Buffer.concat([Buffer.from([my.COM_STMT_PREPARE]), Buffer.from(text)])));
	const prepared = await next();
	const execute = Buffer.alloc(10);
	execute[0] = my.COM_STMT_EXECUTE;
	prepared.copy(execute, 1, 1, 5);
	execute.writeUInt32LE(1, 6);
	socket.write(my.frame(0, execute));
	try {
		return { prepared, executed: await next() };
	} finally {
		socket.destroy();
	}
}

test("statements pass through unchanged and are listed", async () => {
	const client = await connect();
	assert.deepEqual(await client.once("SELECT id FROM t ORDER BY id"), [{ id: 1 }, { id: 2 }]);
	const { statements } = await proxy.during(() => client.once("UPDATE t SET n = n + 1 WHERE id = 1"));
	assert.deepEqual(statements.map(({ kind, text }) => ({ kind, text })), [{ kind: "query", text: "UPDATE t SET n = n + 1 WHERE id = 1" }]);
	assert.equal(await n(1), 1);
	client.close();
});

test("Debian's own client works through it and names its process", async () => {
	const { stdout } = await run("mariadb", ["--no-defaults", "--batch", "-uroot", `--socket=${proxy.socket}`, "gatehouse", "-e", "SELECT COUNT(*) AS c FROM t"]);
	assert.equal(stdout, "c\n2\n");
	assert.ok(proxy.statements.some((statement) => statement.pid > 0));
});

test("a prepared statement is known by its text when it is executed", async () => {
	const { executed } = await prepareAndExecute("UPDATE t SET n = 7 WHERE id = 2");
	assert.equal(executed[0], 0x00);
	assert.deepEqual(proxy.statements.filter(({ kind }) => kind === "execute").map(({ text }) => text), ["UPDATE t SET n = 7 WHERE id = 2"]);
	assert.equal(await n(2), 7);
});

test("hold keeps the Nth matching statement back until it is released", async () => {
	const client = await connect();
	await client.once("UPDATE t SET n = 0");
	const hold = proxy.hold(/^UPDATE t/, { nth: 2 });
	await client.once("UPDATE t SET n = 1 WHERE id = 1");
	const second = client.once("UPDATE t SET n = 2 WHERE id = 1");
	await hold.reached;
	await sleep(50);
	assert.equal(await n(1), 1);
	hold.release();
	await second;
	assert.equal(await n(1), 2);
	client.close();
});

for (const code of [1213, 1205, 1062, 1180])
	test(`fail answers ${code} and the statement doesn't run`, async () => {
		const client = await connect();
		await client.once("UPDATE t SET n = 0");
		proxy.fail(/^UPDATE t/, code);
		await assert.rejects(client.once("UPDATE t SET n = 9 WHERE id = 1"), (error) => error.errno === code);
		assert.equal(await n(1), 0);
		await client.once("UPDATE t SET n = 3 WHERE id = 1");
		assert.equal(await n(1), 3, "only one statement fails");
		client.close();
	});

test("fail works on prepared statements", async () => {
	proxy.fail(/^UPDATE t SET n = 8/, 1205);
	const { executed } = await prepareAndExecute("UPDATE t SET n = 8 WHERE id = 2");
	assert.equal(executed[0], 0xff);
	assert.equal(my.parseError(executed).errno, 1205);
	assert.notEqual(await n(2), 8);
});

test("a made-up deadlock rolls the real transaction back, as a true one does", async () => {
	const client = await connect();
	await client.once("UPDATE t SET n = 0");
	await client.once("START TRANSACTION");
	await client.once("UPDATE t SET n = 5 WHERE id = 1");
	proxy.fail(/id = 2/, 1213);
	await assert.rejects(client.once("UPDATE t SET n = 5 WHERE id = 2"), (error) => error.errno === 1213);
	await client.once("COMMIT");
	assert.equal(await n(1), 0);
	client.close();
});

test("cutBefore: the database never sees the statement", async () => {
	const client = await connect();
	await client.once("UPDATE t SET n = 0");
	proxy.cutBefore(/^UPDATE t/);
	await assert.rejects(client.once("UPDATE t SET n = 4 WHERE id = 1"));
	assert.equal(await n(1), 0);
});

test("cutAfter COMMIT: the change is there, the answer isn't", async () => {
	const client = await connect();
	await client.once("UPDATE t SET n = 0");
	proxy.cutAfter(/^COMMIT/);
	await client.once("START TRANSACTION");
	await client.once("UPDATE t SET n = 6 WHERE id = 1");
	await assert.rejects(client.once("COMMIT"));
	assert.equal(await n(1), 6);
});

test("rewrite changes the text at PREPARE, and the old text still names it", async () => {
	await db.sql.query("UPDATE t SET n = 0");
	proxy.rewrite(/n = 11 WHERE id = 2 AND n > 100/, (text) => text.replace(" AND n > 100", ""));
	await prepareAndExecute("UPDATE t SET n = 11 WHERE id = 2 AND n > 100");
	assert.equal(proxy.rewritten, 1);
	assert.equal(await n(2), 11);
	assert.ok(proxy.statements.some(({ text }) => text.includes("n > 100")));
});
