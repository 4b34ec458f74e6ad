// Stripe's and Midtrans's API on this machine, as far as payments need them: what they are asked is kept, what they answer a test decides.

import { listenAs } from "./provider.mjs";

const HOSTS = ["api.stripe.com", "app.midtrans.com", "app.sandbox.midtrans.com", "api.midtrans.com", "api.sandbox.midtrans.com"];

export class Cashiers {
	static async start(tls, folder) {
		const cashiers = Object.assign(new Cashiers(), { seen: [], answers: new Map(), tls });
		cashiers.server = await listenAs(tls, folder, HOSTS, (request, response) => cashiers.answer(request, response));
		cashiers.port = cashiers.server.address().port;
		return cashiers;
	}

	/** For the configuration: their names lead here. */
	get outgoing() {
		return { allow: "127.0.0.0/8", ca_file: this.tls.ca, connect_to: HOSTS.map((host) => `${host}:443:localhost:${this.port}`).join(" ") };
	}

	stop() {
		this.server.closeAllConnections();
		this.server.close();
	}

	async answer(request, response) {
		let body = "";
		for await (const part of request)
			body += part;
		const send = (status, json) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(json));
		const { method, url, headers } = request;
		this.seen.push({ host: headers.host, method, path: url, headers, body });
		const decided = this.answers.get(`${method} ${url}`);
		if (decided)
			return send(...decided);
		if (method === "POST" && url === "/v1/checkout/sessions") {
			const id = `cs_${new URLSearchParams(body).get("client_reference_id")}`;
			return send(200, { id, object: "checkout.session", url: `https://checkout.stripe.com/c/pay/${id}` });
		}
		if (method === "POST" && url === "/snap/v1/transactions") {
			const { order_id } = JSON.parse(body).transaction_details;
			return send(201, { token: order_id, redirect_url: `https://app.midtrans.com/snap/v4/redirection/${order_id}` });
		}
		return send(404, { error: "none" });
	}

	/** The requests that name it, in the body or the path. */
	about(word) {
		return this.seen.filter(({ path, body }) => `${path} ${decodeURIComponent(body)}`.includes(word));
	}
}
