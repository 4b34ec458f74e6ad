// nginx with the shipped site, workers that echo, and raw requests to it.

import fs from "node:fs";
import path from "node:path";
import tls from "node:tls";
import net from "node:net";
import { after } from "node:test";
import { startNginx } from "../harness/nginx.mjs";
import { makeCertificates } from "../harness/tls.mjs";
import { freePort, makeFolder, stop } from "../harness/workplace.mjs";
import { echo, startEchoWorker } from "./echo-worker.mjs";

/** options: answer(pool) makes the workers' answers; extra(edge): more for nginx's http block; workers: false starts none. */
export async function startEdge({ answer = echo, extra, workers = true } = {}) {
	const folder = makeFolder("e");
	const edge = {
		folder, port: await freePort(), sockets: path.join(folder, "run"),
		logs: { access: path.join(folder, "access.log"), error: path.join(folder, "error.log") },
		basis: { tls: await makeCertificates(folder) },
	};
	fs.mkdirSync(edge.sockets);
	const listening = [];
	// Before anything can fail: a listener that stays keeps the whole file from ending.
	after(async () => {
		await stop(edge.nginx);
		listening.forEach((server) => server.close());
	});
	for (const pool of workers ? ["request", "password"] : [])
		listening.push(await startEchoWorker(path.join(edge.sockets, `${pool}.sock`), answer(pool)));
	edge.nginx = await startNginx(edge, { extra });
	return edge;
}

/** Sends these very octets and reads until the line closes. */
export function raw(edge, text, { host = "localhost", plain = false } = {}) {
	return new Promise((resolve, reject) => {
		const connection = plain ? net.connect(edge.port, "127.0.0.1")
			: tls.connect({ port: edge.port, host: "127.0.0.1", servername: host, ca: fs.readFileSync(edge.basis.tls.ca) });
		const chunks = [];
		connection.on(plain ? "connect" : "secureConnect", () => connection.write(Buffer.from(text, "latin1")));
		connection.on("data", (chunk) => chunks.push(chunk));
		// nginx may end a line it wants no more of with a reset: no answer, then.
		connection.on("error", (error) => error.code !== "ECONNRESET" && reject(error));
		connection.on("close", () => resolve(parse(Buffer.concat(chunks).toString("latin1"))));
	});
}

function parse(text) {
	const end = text.indexOf("\r\n\r\n");
	const [first = "", ...lines] = text.slice(0, end < 0 ? 0 : end).split("\r\n");
	const headers = {};
	for (const line of lines) {
		const name = line.slice(0, line.indexOf(":")).toLowerCase();
		(headers[name] ??= []).push(line.slice(line.indexOf(":") + 1).trim());
	}
	const reply = { status: Number(first.split(" ")[1] ?? 0), headers, body: end < 0 ? "" : text.slice(end + 4) };
	if (headers["transfer-encoding"])
		reply.body = reply.body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n/gi, "").replace(/\r\n$/, "");
	try {
		reply.json = JSON.parse(reply.body);
	} catch {}
	return reply;
}

/** A well-formed request, by default GET on HOST. */
export function ask(edge, target, { method = "GET", host = "localhost", headers = [], body = "", ...options } = {}) {
	const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...headers];
	if (body !== "")
		lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
	return raw(edge, `${lines.join("\r\n")}\r\n\r\n${body}`, { host: host.startsWith("auth.") ? host : "localhost", ...options });
}

/** The value of one parameter that the worker got; throws when it came twice. */
export function param(reply, name) {
	const values = reply.json.params.filter(([each]) => each === name);
	if (values.length > 1)
		throw new Error(`${name} came ${values.length} times`);
	return values[0]?.[1];
}
