// Stands in for every verifier of bot checks: one HTTPS server under all their names, whose tokens say what it shall answer.

import crypto from "node:crypto";
import { listenAs } from "./provider.mjs";

const HOSTS = ["challenges.cloudflare.com", "api.hcaptcha.com", "www.google.com", "check.example.com"];

export class Verifier {
	seen = [];
	hanging = [];
	/** What a token that nobody made here is answered. */
	otherwise = "deny";
	#answers = new Map();

	static async start(tls, folder) {
		const verifier = new Verifier();
		verifier.server = await listenAs(tls, folder, HOSTS, (request, response) => verifier.#take(request, response));
		verifier.port = verifier.server.address().port;
		verifier.url = "https://check.example.com/verify";
		verifier.connectTo = HOSTS.map((host) => `${host}:443:127.0.0.1:${verifier.port}`).join(" ");
		return verifier;
	}

	/** A token that is answered like this: allow, deny, 500, nonsense, neither, cut, hang, bad secret. */
	token(answer) {
		const token = crypto.randomBytes(16).toString("hex");
		this.#answers.set(token, answer);
		return token;
	}

	/** Whoever hangs is cut off. */
	letGo() {
		for (const response of this.hanging.splice(0))
			response.destroy();
	}

	async #take(request, response) {
		let text = "";
		for await (const part of request)
			text += part;
		this.seen.push({ path: request.url, method: request.method, headers: request.headers, text });
		const isOwn = request.headers.host === "check.example.com";
		const token = isOwn ? JSON.parse(text).token : new URLSearchParams(text).get("response");
		const send = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(body);
		const say = (yes, more) => send(200, JSON.stringify({ [isOwn ? "allow" : "success"]: yes, ...more }));
		switch (this.#answers.get(token) ?? this.otherwise) {
		case "allow": return say(true);
		case "500": return send(500, JSON.stringify({ allow: true, success: true }));
		case "nonsense": return send(200, "<html>");
		case "neither": return say("true");
		case "cut": return response.destroy();
		case "hang": return this.hanging.push(response);
		case "bad secret": return say(false, { "error-codes": ["invalid-input-secret"] });
		default: return say(false, { "error-codes": ["timeout-or-duplicate"] });
		}
	}

	stop() {
		this.letGo();
		this.server.closeAllConnections();
		this.server.close();
	}
}
