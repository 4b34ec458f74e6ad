// An HTTP client over TLS as tests need it: a source address of its own, a cookie jar, doubled headers, and exact octets.

import { randomInt } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import tls from "node:tls";
import { remember } from "./secrets.mjs";
import { checkReply } from "./openapi.mjs";

/** 127.x.y.z: every client is somebody else to the rate limits. */
export function makeAddress() {
	return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}

const SECRET_MEMBERS = new Set(["secret", "client_secret", "csrf_token", "flow_token", "password", "new_password", "current_password", "setup_token", "token"]);

function rememberSecrets(value) {
	if (!value || typeof value !== "object")
		return;
	for (const [name, member] of Object.entries(value)) {
		if (typeof member === "string" && SECRET_MEMBERS.has(name))
			remember(member);
		else if (name === "backup_codes" && Array.isArray(member))
			member.forEach(remember);
		else
			rememberSecrets(member);
	}
}

const ca = new Map();

function readCa(file) {
	if (!ca.has(file))
		ca.set(file, fs.readFileSync(file));
	return ca.get(file);
}

/** method, path and error code of every refusal, for the check that each declared error was produced by some test. */
function noteError(server, method, target, code) {
	fs.appendFileSync(path.join(process.env.GATEHOUSE_TEST_SEEN ?? path.join(server.folder, "seen"), `${process.pid}.txt`), `${method} ${target.split("?")[0]} ${code}\n`);
}

export class Client {
	#agent;
	#csrf;

	/**
	 * site: main, auth, or the name of another site that the same nginx serves. bearer: sent as Authorization. cookies: name → value.
	 * clientId: the project whose user this browser is, sent as X-Client-Id.
	 */
	constructor(server, { site = "main", address = makeAddress(), bearer, headers = {}, cookies = {}, clientId, check = true } = {}) {
		this.server = server;
		this.clientId = clientId;
		this.site = site;
		this.address = address;
		this.bearer = bearer;
		this.headers = headers;
		this.cookies = { ...cookies };
		this.check = check;
		this.#agent = new https.Agent({ keepAlive: true, maxSockets: 64 });
	}

	get host() {
		const own = { main: this.server.host, auth: this.server.authHost };
		return own[this.site] ?? `${this.site}:${this.server.port}`;
	}

	/** What the cookie of this browser's session is called. */
	get sessionCookie() {
		return this.clientId ? `__Host-gatehouse-${this.clientId}` : "__Host-gatehouse";
	}

	get origin() {
		return `https://${this.host}`;
	}

	/** The same person from the same place with other headers; the cookie jar is copied. */
	with(changes) {
		return new Client(this.server, { site: this.site, address: this.address, bearer: this.bearer, headers: this.headers, cookies: this.cookies, clientId: this.clientId, ...changes });
	}

	get(target, options) {
		return this.request("GET", target, options);
	}

	post(target, json, options) {
		return this.request("POST", target, { json: json ?? {}, ...options });
	}

	patch(target, json, options) {
		return this.request("PATCH", target, { json, ...options });
	}

	put(target, json, options) {
		return this.request("PUT", target, { json, ...options });
	}

	delete(target, options) {
		return this.request("DELETE", target, options);
	}

	/** X-CSRF-Token of this browser's session, asked for once. */
	async csrf() {
		if (!this.#csrf) {
			const answer = await this.request("GET", "/api/v1/session", { csrf: false });
			if (answer.status !== 200)
				throw new Error(`no CSRF token: ${answer.status} ${answer.text}`);
			this.#csrf = answer.json.csrf_token;
		}
		return this.#csrf;
	}

	forgetCsrf() {
		this.#csrf = undefined;
	}

	/**
	 * json: sent as application/json; form: as application/x-www-form-urlencoded; body: octets as they are. A header given as an array is sent that often; null leaves it out.
	 * csrf: with a session cookie, writes carry the token and Origin unless this is false.
	 */
	async request(method, target, { json, form, body, headers = {}, csrf = true, check = this.check } = {}) {
		const head = { Host: this.host, ...this.headers };
		if (this.clientId)
			head["X-Client-Id"] = this.clientId;
		if (this.bearer)
			head.Authorization = `Bearer ${this.bearer}`;
		const jar = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join("; ");
		if (jar)
			head.Cookie = jar;
		if (csrf && !["GET", "HEAD"].includes(method) && this.cookies[this.sessionCookie]) {
			if (!("X-CSRF-Token" in headers))
				head["X-CSRF-Token"] = await this.csrf();
			head.Origin = this.origin;
		}
		if (json !== undefined) {
			rememberSecrets(json);
			body = JSON.stringify(json);
			head["Content-Type"] = "application/json";
		}
		if (form !== undefined) {
			rememberSecrets(form);
			body = new URLSearchParams(form).toString();
			head["Content-Type"] = "application/x-www-form-urlencoded";
		}
		Object.assign(head, headers);
		if (body !== undefined && !("Content-Length" in head) && !("Transfer-Encoding" in head))
			head["Content-Length"] = Buffer.byteLength(body);
		for (const name of Object.keys(head))
			if (head[name] === null || head[name] === undefined)
				delete head[name];
		const answer = await this.#send(method, target, head, body);
		this.#keep(answer);
		// OAuth's errors are a word, or stand on a page.
		const code = answer.json?.error?.code ?? answer.json?.error ?? (answer.status >= 400 ? /<code>(\w+)<\/code>/.exec(answer.text)?.[1] : undefined);
		if (typeof code === "string")
			noteError(this.server, method, target, code);
		if (check)
			checkReply(method, target, answer);
		return answer;
	}

	#send(method, target, headers, body) {
		return new Promise((resolve, reject) => {
			const request = https.request({
				host: "127.0.0.1", port: this.server.port, servername: this.host.split(":")[0], localAddress: this.address,
				ca: readCa(this.server.ca), agent: this.#agent, method, path: target, headers, setHost: false,
			}, (response) => {
				const chunks = [];
				response.on("data", (chunk) => chunks.push(chunk));
				response.on("error", reject);
				response.on("end", () => resolve(makeAnswer(response.statusCode, response.headers, Buffer.concat(chunks), response.rawHeaders)));
			});
			request.on("error", (error) => {
				// A kept connection that nginx closed meanwhile: nothing was answered, so asking again is safe for a test.
				if (request.reusedSocket && error.code === "ECONNRESET" && !body)
					this.#send(method, target, headers, body).then(resolve, reject);
				else
					reject(error);
			});
			request.end(body);
		});
	}

	#keep(answer) {
		rememberSecrets(answer.json);
		for (const line of answer.headers["set-cookie"] ?? []) {
			const [pair, ...attributes] = line.split("; ");
			const at = pair.indexOf("=");
			const name = pair.slice(0, at);
			const value = pair.slice(at + 1);
			if (value === "" || attributes.some((a) => /^max-age=0$/i.test(a))) {
				delete this.cookies[name];
			} else {
				value.split(".").forEach(remember);
				this.cookies[name] = value;
			}
			if (name === this.sessionCookie)
				this.#csrf = undefined;
		}
	}

	close() {
		this.#agent.destroy();
	}
}

function makeAnswer(status, headers, body, rawHeaders = []) {
	const text = body.toString();
	let json;
	if (/^application\/json(;|$)/.test(headers["content-type"] ?? "") && text !== "")
		json = JSON.parse(text);
	return { status, headers, rawHeaders, body, text, json };
}

/** Sends exactly these octets over TLS and reads until the server closes or falls silent. */
export function sendOctets(server, octets, { address = makeAddress(), servername = "localhost", patience_ms = 4000, cutAfterSend = false } = {}) {
	return new Promise((resolve, reject) => {
		const socket = tls.connect({ host: "127.0.0.1", port: server.port, servername, localAddress: address, ca: readCa(server.ca) }, () => {
			socket.write(octets, () => {
				if (cutAfterSend)
					socket.destroy();
			});
		});
		const chunks = [];
		const done = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve(parseAnswers(Buffer.concat(chunks)));
		};
		const timer = setTimeout(done, patience_ms);
		socket.on("data", (chunk) => chunks.push(chunk));
		socket.on("end", done);
		socket.on("close", done);
		socket.on("error", (error) => (chunks.length > 0 || error.code === "ECONNRESET" ? done() : reject(error)));
	});
}

/** The first answer of what came back; status 0 when nothing did. */
function parseAnswers(data) {
	const text = data.toString("latin1");
	const end = text.indexOf("\r\n\r\n");
	if (end < 0)
		return { status: 0, headers: {}, text: "", whole: text };
	const [line, ...fields] = text.slice(0, end).split("\r\n");
	const headers = {};
	for (const field of fields) {
		const at = field.indexOf(":");
		headers[field.slice(0, at).toLowerCase()] = field.slice(at + 1).trim();
	}
	const body = data.subarray(end + 4);
	let answer = { status: Number(line.split(" ")[1]), headers, text: body.toString(), whole: text };
	try {
		answer.json = JSON.parse(headers["content-length"] ? body.subarray(0, Number(headers["content-length"])).toString() : answer.text);
	} catch {}
	return answer;
}
