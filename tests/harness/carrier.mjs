// Stands in for every provider of mails and texts: one HTTPS server under all their names, that records what it is asked.

import fs from "node:fs";
import https from "node:https";
import { makeCertificates } from "./tls.mjs";

const HOSTS = [
	"api.resend.com", "api.sendgrid.com", "email.eu-west-1.amazonaws.com", "api.mailgun.net", "api.eu.mailgun.net", "api.postmarkapp.com",
	"api.twilio.com", "rest.nexmo.com", "rest.messagebird.com", "mail.example.com",
];

/** answer(request): {status, headers, body} for a request {host, method, path, headers, text}; "hang" never answers. */
export class Provider {
	requests = [];
	answer = () => ({ status: 200, body: "{}" });

	static async start(folder) {
		const provider = new Provider();
		provider.certificates = await makeCertificates(folder, { names: HOSTS });
		const { cert, key } = provider.certificates;
		provider.server = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (incoming, outgoing) => provider.#take(incoming, outgoing));
		await new Promise((resolve) => provider.server.listen(0, "127.0.0.1", resolve));
		provider.port = provider.server.address().port;
		return provider;
	}

	/** What a Gatehouse's configuration needs to find this instead of the providers. */
	get outgoing() {
		return { allow: "127.0.0.0/8 ::1", ca_file: this.certificates.ca, connect_to: HOSTS.map((host) => `${host}:443:127.0.0.1:${this.port}`).join(" ") };
	}

	#take(incoming, outgoing) {
		const chunks = [];
		incoming.on("data", (chunk) => chunks.push(chunk));
		incoming.on("end", () => {
			const request = { host: incoming.headers.host, method: incoming.method, path: incoming.url, headers: incoming.headers, text: Buffer.concat(chunks).toString() };
			this.requests.push(request);
			const answer = this.answer(request);
			if (answer === "hang")
				return;
			outgoing.writeHead(answer.status, answer.headers ?? { "Content-Type": "application/json" });
			outgoing.end(answer.body ?? "");
		});
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
