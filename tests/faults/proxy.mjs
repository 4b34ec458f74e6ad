// Stands between the workers and the database on a unix socket, understands the protocol, and can count, hold, fail, cut and rewrite
// single statements. Nothing in the server knows that it is there.

import fs from "node:fs";
import net from "node:net";
import * as my from "../harness/mysql-packets.mjs";

const WITHOUT_ANSWER = new Set([my.COM_QUIT, my.COM_STMT_CLOSE, my.COM_STMT_SEND_LONG_DATA]);
const LAST_PREPARED = 0xffffffff;	// MariaDB: "the one I prepared just now"

/** What a statement is judged by: its text with white space folded. */
const fold = (text) => text.replace(/\s+/g, " ").trim();

class Rule {
	/** flusher: takes the transactions' ends of the process that writes counters and times of last use; else they pass, whatever the pattern. */
	constructor(match, { nth = 1, times = 1, flusher = false } = {}, act) {
		this.flusher = flusher;
		this.match = typeof match === "function" ? match : (statement) => match.test(statement.text);
		this.first = nth;
		this.last = nth + times - 1;
		this.seen = 0;
		this.act = act;
		this.reached = new Promise((resolve) => (this.arrive = resolve));
	}

	/** Is it this statement's turn? */
	takes(statement) {
		if (statement.kind === "query" && statement.line.isFlusher !== this.flusher)
			return false;
		if (!this.match(statement))
			return false;
		this.seen++;
		return this.seen >= this.first && this.seen <= this.last;
	}
}

class Line {
	#prepared = new Map();
	#lastPrepared;
	#queue = [];
	#busy = false;
	#isAuthenticated = false;
	#intercept = null;

	constructor(proxy, client) {
		this.proxy = proxy;
		this.client = client;
		this.server = net.connect(proxy.target);
		this.pid = null;
		this.isFlusher = false;
		const fromClient = new my.PacketSplitter((sequence, payload, raw) => this.#fromClient(sequence, payload, raw));
		const fromServer = new my.PacketSplitter((sequence, payload, raw) => this.#fromServer(payload, raw));
		client.on("data", (chunk) => fromClient.push(chunk));
		this.server.on("data", (chunk) => fromServer.push(chunk));
		for (const socket of [client, this.server]) {
			socket.on("error", () => this.cut());
			socket.on("close", () => this.cut());
		}
	}

	cut() {
		this.client.destroy();
		this.server.destroy();
		this.proxy.lines.delete(this);
	}

	#fromServer(payload, raw) {
		if (!this.#isAuthenticated && payload[0] === 0x00)
			this.#isAuthenticated = true;
		const take = this.#intercept;
		if (take)
			take(payload, raw);
		else
			this.client.write(raw);
	}

	#fromClient(sequence, payload, raw) {
		if (!this.#isAuthenticated || sequence !== 0) {
			this.#learnPid(payload);
			this.server.write(raw);
			return;
		}
		this.#queue.push({ payload: Buffer.from(payload), raw: Buffer.from(raw) });
		this.#work();
	}

	/** libmariadb names its process in the connection attributes; the kernel says what kind of process that is. */
	#learnPid(payload) {
		const at = payload.indexOf("\x04_pid");
		if (at < 0)
			return;
		this.pid = Number(my.readText(payload, at + 5)[0].toString());
		try {
			this.isFlusher = fs.readFileSync(`/proc/${this.pid}/comm`, "utf8").trim() === "gh-flusher";
		} catch {
			this.isFlusher = false;	// it has ended
		}
	}

	async #work() {
		if (this.#busy)
			return;
		this.#busy = true;
		while (this.#queue.length > 0)
			await this.#command(this.#queue.shift());
		this.#busy = false;
	}

	async #command({ payload, raw }) {
		const command = payload[0];
		if (command === my.COM_STMT_PREPARE)
			return this.#prepare(payload);
		if (command === my.COM_STMT_CLOSE)
			this.#prepared.delete(payload.readUInt32LE(1));
		if (command === my.COM_RESET_CONNECTION)
			this.#prepared.clear();
		if (command === my.COM_QUERY)
			return this.#statement({ kind: "query", text: fold(payload.subarray(1).toString()), line: this }, raw);
		if (command === my.COM_STMT_EXECUTE) {
			const id = payload.readUInt32LE(1);
			const text = id === LAST_PREPARED ? this.#lastPrepared : this.#prepared.get(id);
			return this.#statement({ kind: "execute", text: text ?? "", line: this, payload }, raw);
		}
		this.server.write(raw);
		return undefined;
	}

	/**
	 * Sends a packet and looks at the first packet of the answer. The client gets it only with `pass`, and then at once: what follows in
	 * the same read must not overtake it.
	 */
	#ask(raw, { pass = false } = {}) {
		return new Promise((resolve, reject) => {
			const lost = () => reject(new Error("the database is gone"));
			this.server.once("close", lost);
			this.#intercept = (payload, rawAnswer) => {
				this.#intercept = null;
				this.server.off("close", lost);
				if (pass)
					this.client.write(rawAnswer);
				resolve({ payload: Buffer.from(payload) });
			};
			this.server.write(raw);
		});
	}

	async #prepare(payload) {
		const text = payload.subarray(1).toString();
		let sent = text;
		for (const [pattern, change] of this.proxy.rewrites)
			if (pattern.test(fold(sent))) {
				sent = change(fold(sent));
				this.proxy.rewritten++;
			}
		this.proxy.prepares++;
		let answer;
		try {
			answer = await this.#ask(my.frame(0, Buffer.concat([Buffer.from([my.COM_STMT_PREPARE]), Buffer.from(sent)])), { pass: true });
		} catch {
			return;
		}
		if (answer.payload[0] === 0x00) {
			this.#lastPrepared = fold(text);
			this.#prepared.set(answer.payload.readUInt32LE(1), this.#lastPrepared);
		}
	}

	async #statement(statement, raw) {
		statement.pid = this.pid;
		this.proxy.statements.push({ kind: statement.kind, text: statement.text, pid: this.pid });
		for (const rule of this.proxy.rules) {
			if (!rule.takes(statement))
				continue;
			rule.arrive(statement);
			const forward = await rule.act(statement, raw, this);
			if (forward === false)
				return;
		}
		if (!this.server.destroyed)
			this.server.write(raw);
	}

	/** The server's transaction is rolled back too when the real error would have done that. */
	async fail(code, message) {
		if (code === 1213 || code === 1180)
			await this.#ask(my.frame(0, Buffer.concat([Buffer.from([my.COM_QUERY]), Buffer.from("ROLLBACK")]))).catch(() => {});
		this.client.write(my.errorPacket(1, code, message));
	}

	async swallow(raw) {
		await this.#ask(raw).catch(() => {});
	}
}

export class Proxy {
	/** listen: path of the socket to make; target: the database's. */
	constructor({ listen, target }) {
		this.socket = listen;
		this.target = target;
		this.lines = new Set();
		this.rules = [];
		this.rewrites = [];
		this.statements = [];
		this.prepares = 0;
		this.rewritten = 0;
	}

	start() {
		fs.rmSync(this.socket, { force: true });
		this.listener = net.createServer((client) => this.lines.add(new Line(this, client)));
		this.listener.unref();
		return new Promise((resolve, reject) => {
			this.listener.on("error", reject);
			this.listener.listen(this.socket, () => {
				fs.chmodSync(this.socket, 0o666);
				resolve();
			});
		});
	}

	stop() {
		this.cutAll();
		this.listener.close();
	}

	/** Every connection ends now; the workers make new ones and prepare again. */
	cutAll() {
		for (const line of [...this.lines])
			line.cut();
	}

	/** Forgets rules, rewrites and what was counted. */
	clear() {
		for (const rule of this.rules)
			rule.release?.();
		this.rules = [];
		this.rewrites = [];
		this.statements = [];
		this.rewritten = 0;
	}

	#add(rule) {
		this.rules.push(rule);
		return rule;
	}

	/** Keeps the statement back until release(). `reached` resolves with the statement when it is there. */
	hold(match, options) {
		let release;
		const released = new Promise((resolve) => (release = resolve));
		const rule = new Rule(match, options, () => released);
		rule.release = release;
		return this.#add(rule);
	}

	/** Answers with an error instead of running it. */
	fail(match, code, options) {
		return this.#add(new Rule(match, options, async (statement, raw, line) => {
			await line.fail(code, `made by the tests (${code})`);
			return false;
		}));
	}

	/** The database never sees it. */
	cutBefore(match, options) {
		return this.#add(new Rule(match, options, (statement, raw, line) => {
			line.cut();
			return false;
		}));
	}

	/** The database has run it; the answer is lost with the line. */
	cutAfter(match, options) {
		return this.#add(new Rule(match, options, async (statement, raw, line) => {
			await line.swallow(raw);
			line.cut();
			return false;
		}));
	}

	/** Calls `look` when the statement is about to run, and waits for it. */
	before(match, look, options) {
		return this.#add(new Rule(match, options, (statement) => look(statement)));
	}

	/** From now on such statements are prepared with another text; connections are cut so that they are prepared again. */
	rewrite(pattern, change) {
		this.rewrites.push([pattern, change]);
		this.cutAll();
	}

	/** What ran while `work` did. */
	async during(work) {
		const start = this.statements.length;
		const result = await work();
		return { result, statements: this.statements.slice(start) };
	}
}
