// A mail server for tests: says what a test tells it to say, keeps what it was sent.

import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";

/**
 * options: tls {cert, key} offers STARTTLS; implicit: TLS from the first octet; auth {user, password}: asked for before MAIL.
 * answer(word, session): "250 …" instead of the usual answer to CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, TEXT, NOOP;
 * "hang" never answers, "drop" cuts the line. undefined: as usual. TEXT is the end of the mail's text: dropping there is the
 * server that took a mail and died before it said so.
 */
export class SmtpServer {
	mails = [];
	commands = [];
	#sockets = new Set();

	constructor(options = {}) {
		Object.assign(this, { answer: () => undefined }, options);
		this.context = this.tls && tls.createSecureContext({ cert: fs.readFileSync(this.tls.cert), key: fs.readFileSync(this.tls.key) });
	}

	async start(port = 0) {
		this.server = net.createServer((socket) => this.#accept(socket));
		await new Promise((resolve, reject) => this.server.once("error", reject).listen(port, "127.0.0.1", resolve));
		this.port = this.server.address().port;
		return this;
	}

	async stop() {
		for (const socket of this.#sockets)
			socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}

	#accept(socket) {
		this.#sockets.add(socket);
		socket.on("close", () => this.#sockets.delete(socket));
		socket.on("error", () => {});
		const session = { secure: false, signedIn: false, from: null, to: [] };
		if (this.implicit)
			this.#wrap(socket, session);
		else
			this.#listen(socket, session);
		this.#say("CONNECT", session, "220 test ESMTP");
	}

	#wrap(socket, session) {
		socket.removeAllListeners("data");
		const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: this.context });
		secure.on("error", () => {});
		session.secure = true;
		this.#listen(secure, session);
	}

	#listen(socket, session) {
		session.socket = socket;
		let rest = "";
		socket.on("data", (chunk) => {
			rest += chunk.toString("latin1");
			for (;;) {
				const end = session.reading ? rest.indexOf("\r\n.\r\n") : rest.indexOf("\r\n");
				if (end < 0 || session.socket !== socket)
					return;
				const piece = rest.slice(0, end);
				rest = rest.slice(end + (session.reading ? 5 : 2));
				if (session.reading)
					this.#endText(session, piece);
				else
					this.#command(session, piece);
			}
		});
	}

	/** True when it was said as usual, or with another answer of the same kind. */
	#say(word, session, usual) {
		const text = this.answer(word, session) ?? usual;
		if (text === "hang")
			return false;
		if (text === "drop") {
			session.socket.destroy();
			return false;
		}
		session.socket.write(`${text}\r\n`);
		return text[0] === usual[0];
	}

	#command(session, line) {
		const word = line.split(/[ :]/)[0].toUpperCase();
		this.commands.push(line.startsWith("AUTH") ? "AUTH" : line);
		if (session.signing)
			return this.#signIn(session, line);
		switch (word) {
		case "EHLO":
			session.name = line.slice(5);
			return this.#say("EHLO", session, ["250-test", ...(this.tls && !session.secure ? ["250-STARTTLS"] : []),
				...(this.auth ? ["250-AUTH PLAIN"] : []), "250 8BITMIME"].join("\r\n"));
		case "STARTTLS":
			return this.#say("STARTTLS", session, "220 go on") && this.#wrap(session.socket, session);
		case "AUTH":
			if (line.split(" ").length > 2)
				return this.#signIn(session, line.split(" ")[2]);
			session.signing = true;
			return session.socket.write("334 \r\n");
		case "MAIL":
			if (this.auth && !session.signedIn)
				return session.socket.write("530 sign in first\r\n");
			session.from = /<(.*?)>/.exec(line)[1];
			session.to = [];
			return this.#say("MAIL", session, "250 sender ok");
		case "RCPT":
			if (this.#say("RCPT", session, "250 recipient ok"))
				session.to.push(/<(.*?)>/.exec(line)[1]);
			return undefined;
		case "DATA":
			session.reading = this.#say("DATA", session, "354 go on");
			return undefined;
		case "QUIT":
			return session.socket.end("221 bye\r\n");
		default:
			return this.#say(word, session, "250 ok");
		}
	}

	#signIn(session, line) {
		session.signing = false;
		const [, user, password] = Buffer.from(line, "base64").toString().split("\0");
		session.signedIn = user === this.auth?.user && password === this.auth?.password;
		this.#say("AUTH", session, session.signedIn ? "235 welcome" : "535 no");
	}

	#endText(session, text) {
		session.reading = false;
		const raw = `${text}\r\n`.replace(/(^|\r\n)\.\./g, "$1.");
		this.mails.push({ from: session.from, to: session.to, raw, secure: session.secure, signedIn: session.signedIn, ehlo: session.name });
		this.#say("TEXT", session, "250 taken");
	}
}
