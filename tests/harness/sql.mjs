// A small SQL client over a unix socket, so that tests look into the database without starting a program for each look.

import net from "node:net";
import * as my from "./mysql-packets.mjs";

const DEADLOCK = 1213;
const BINARY = 63;	// the character set number of octets that aren't text
const BLOB_TYPES = new Set([0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0x0f]);
const INTEGER_TYPES = new Set([0x01, 0x02, 0x03, 0x08, 0x09, 0x0d]);

/** 'text', 12, NULL, X'00ff': a value as SQL. Undefined is a mistake of the caller. */
export function quote(value) {
	if (value === null)
		return "NULL";
	if (value === undefined)
		throw new TypeError("undefined is no SQL value");
	if (typeof value === "boolean")
		return value ? "1" : "0";
	if (typeof value === "number" || typeof value === "bigint")
		return String(value);
	if (Buffer.isBuffer(value))
		return `X'${value.toString("hex")}'`;
	if (value instanceof Date)
		return `'${value.toISOString().replace("T", " ").replace("Z", "")}'`;
	return `'${String(value).replace(/[\\']/g, (c) => (c === "'" ? "''" : "\\\\"))}'`;
}

/** sql`SELECT … WHERE id = ${id}`: text with quoted values. */
export function sql(parts, ...values) {
	return parts.reduce((text, part, i) => text + quote(values[i - 1]) + part);
}

export class Sql {
	#socket;
	#waiting = [];
	#splitter;

	static connect({ socket, user = "root", password = "", database = "gatehouse" }) {
		return new Promise((resolve, reject) => {
			const client = new Sql();
			client.#socket = net.connect(socket);
			client.#splitter = new my.PacketSplitter((sequence, payload) => client.#receive(sequence, payload));
			client.#socket.on("data", (chunk) => client.#splitter.push(chunk));
			client.#socket.on("error", (error) => client.#end(error));
			client.#socket.on("close", () => client.#end(new Error("the database closed the connection")));
			client.#waiting.push({ handshake: { user, password, database }, resolve: () => resolve(client), reject });
		});
	}

	/** Rows of the last result with rows; for other statements {affected}. Several statements may be joined by ';'. */
	async query(text) {
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.once(text);
			} catch (error) {
				// The server's flusher or a worker was at the same rows; what was asked has been rolled back.
				if (error.errno !== DEADLOCK || attempt === 5)
					throw error;
			}
		}
	}

	/** The same without a second try. */
	once(text) {
		return new Promise((resolve, reject) => {
			const first = this.#waiting.length === 0;
			this.#waiting.push({ text, resolve, reject, columns: null, rows: [], state: "head", result: { affected: 0 } });
			if (first)
				this.#send();
		});
	}

	async rows(parts, ...values) {
		return this.query(sql(parts, ...values));
	}

	/** The only row, or null. More than one is a mistake. */
	async row(parts, ...values) {
		const rows = await this.query(sql(parts, ...values));
		if (rows.length > 1)
			throw new Error(`expected one row, got ${rows.length}`);
		return rows[0] ?? null;
	}

	/** The first column of the only row. */
	async value(parts, ...values) {
		const row = await this.row(parts, ...values);
		return row === null ? null : Object.values(row)[0];
	}

	async run(parts, ...values) {
		return this.query(sql(parts, ...values));
	}

	close() {
		this.#socket.end(my.frame(0, Buffer.from([my.COM_QUIT])));
	}

	#end(error) {
		for (const one of this.#waiting.splice(0))
			one.reject(error);
	}

	#send() {
		const next = this.#waiting[0];
		if (!next)
			return this.#socket.unref();
		this.#socket.ref();
		if (next.text !== undefined)
			this.#socket.write(my.frame(0, Buffer.concat([Buffer.from([my.COM_QUERY]), Buffer.from(next.text)])));
	}

	#finish(error) {
		const done = this.#waiting.shift();
		if (error)
			done.reject(error);
		else
			done.resolve(done.columns ? done.rows : done.result);
		this.#send();
	}

	#receive(sequence, payload) {
		const now = this.#waiting[0];
		if (!now)
			return;
		if (now.handshake)
			return this.#greet(sequence, payload, now.handshake);
		if (payload[0] === 0xff && now.state !== "column")
			return this.#finish(my.parseError(payload));
		if (now.state === "head")
			return this.#head(payload, now);
		if (now.state === "column") {
			if (payload[0] === 0xfe && payload.length < 9)
				now.state = "row";
			else
				now.columns.push(readColumn(payload));
			return;
		}
		if (payload[0] === 0xfe && payload.length < 9) {
			now.state = "head";
			if (!(payload.readUInt16LE(3) & my.SERVER_MORE_RESULTS))
				this.#finish();
			return;
		}
		now.rows.push(readRow(payload, now.columns));
	}

	#head(payload, now) {
		if (payload[0] === 0x00) {
			let [affected, at] = my.readLength(payload, 1);
			[, at] = my.readLength(payload, at);
			now.result.affected += affected;
			if (!(payload.readUInt16LE(at) & my.SERVER_MORE_RESULTS))
				this.#finish();
			return;
		}
		now.columns = [];
		now.rows = [];
		now.state = "column";
	}

	#greet(sequence, payload, { user, password, database }) {
		if (payload[0] === 0x00)
			return this.#finish();
		if (payload[0] === 0xff)
			return this.#finish(my.parseError(payload));
		if (payload[0] === 0xfe) {	// AuthSwitchRequest
			const end = payload.indexOf(0, 1);
			const scramble = payload.subarray(end + 1, end + 21);
			return this.#socket.write(my.frame(sequence + 1, my.nativePassword(password, scramble)));
		}
		const version = payload.indexOf(0, 1);
		const scramble = Buffer.concat([payload.subarray(version + 5, version + 13), payload.subarray(version + 32, version + 44)]);
		const auth = my.nativePassword(password, scramble);
		const head = Buffer.alloc(32);
		// LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, MULTI_*, PLUGIN_AUTH
		head.writeUInt32LE(0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | my.CLIENT_MULTI_STATEMENTS | my.CLIENT_MULTI_RESULTS | 0x80000, 0);
		head.writeUInt32LE(0x1000000, 4);
		head[8] = 45;	// utf8mb4_general_ci
		this.#socket.write(my.frame(sequence + 1, Buffer.concat([
			head, Buffer.from(`${user}\0`), Buffer.from([auth.length]), auth, Buffer.from(`${database}\0mysql_native_password\0`),
		])));
	}
}

function readColumn(payload) {
	let at = 0;
	let name;
	for (let i = 0; i < 6; i++) {
		let text;
		[text, at] = my.readText(payload, at);
		if (i === 4)
			name = text.toString();
	}
	return { name, charset: payload.readUInt16LE(at + 1), type: payload[at + 7] };
}

function readRow(payload, columns) {
	const row = {};
	let at = 0;
	for (const { name, charset, type } of columns) {
		let text;
		[text, at] = my.readText(payload, at);
		if (text === null)
			row[name] = null;
		else if (INTEGER_TYPES.has(type))
			row[name] = Number(text.toString());
		else
			row[name] = charset === BINARY && BLOB_TYPES.has(type) ? Buffer.from(text) : text.toString();
	}
	return row;
}
