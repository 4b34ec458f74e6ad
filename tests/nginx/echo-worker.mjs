// A FastCGI responder that answers with the parameters and body it got, as JSON: what nginx really hands to a worker.

import net from "node:net";

const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;

function record(type, id, content = Buffer.alloc(0)) {
	const head = Buffer.alloc(8);
	head[0] = 1;
	head[1] = type;
	head.writeUInt16BE(id, 2);
	head.writeUInt16BE(content.length, 4);
	return Buffer.concat([head, content]);
}

function parseParams(data) {
	const params = [];
	let at = 0;
	const readLength = () => {
		const length = data[at] < 128 ? data[at] : data.readUInt32BE(at) & 0x7fffffff;
		at += data[at] < 128 ? 1 : 4;
		return length;
	};
	while (at < data.length) {
		const [nameLength, valueLength] = [readLength(), readLength()];
		params.push([data.toString("latin1", at, at + nameLength), data.toString("latin1", at + nameLength, at + nameLength + valueLength)]);
		at += nameLength + valueLength;
	}
	return params;
}

/** answer(params, body): { head: ["Status: 204", …], body } or null to cut the line; params is a list of pairs. */
export function startEchoWorker(socketPath, answer) {
	const server = net.createServer((socket) => {
		let input = Buffer.alloc(0);
		const params = [];
		const body = [];
		socket.on("error", () => {});
		socket.on("data", (chunk) => {
			input = Buffer.concat([input, chunk]);
			for (;;) {
				if (input.length < 8)
					return;
				const [type, id, length] = [input[1], input.readUInt16BE(2), input.readUInt16BE(4)];
				if (input.length < 8 + length + input[6])
					return;
				const content = input.subarray(8, 8 + length);
				input = input.subarray(8 + length + input[6]);
				if (type === PARAMS)
					params.push(content);
				if (type === STDIN)
					body.push(content);
				if (type === STDIN && length === 0) {
					const reply = answer(parseParams(Buffer.concat(params)), Buffer.concat(body));
					if (reply === null)
						return socket.destroy();
					const text = `${(reply.head ?? []).concat("Content-Type: application/json").join("\r\n")}\r\n\r\n${reply.body ?? ""}`;
					const pieces = Buffer.from(text).toString("latin1").match(/[^]{1,32768}/g).map((piece) => record(STDOUT, id, Buffer.from(piece, "latin1")));
					socket.end(Buffer.concat([...pieces, record(STDOUT, id), record(END, id, Buffer.alloc(8))]));
				}
				if (type !== BEGIN && type !== PARAMS && type !== STDIN)
					return socket.destroy();
			}
		});
	});
	return new Promise((resolve) => server.listen(socketPath, () => resolve(server)));
}

/** Answers with everything it got. */
export const echo = (pool) => (params, body) => ({ body: JSON.stringify({ pool, params, body: body.toString("latin1") }) });
