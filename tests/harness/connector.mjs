// MCP servers with their authorization server, on this machine under a public name: good but for what a test plants in one of its answers.

import { createHash, randomBytes } from "node:crypto";
import { listenAs } from "./provider.mjs";
import { makeFolder } from "./workplace.mjs";

export const HOST = "mcp.example.com";
const ORIGIN = `https://${HOST}`;
const TOKEN = /^Bearer (\S+)$/;

/** One server at a path of its own. faults: {name of an answer: changes of it}. */
class Connector {
	constructor(number, faults) {
		Object.assign(this, { faults, path: `/t${number}`, codes: new Map(), tokens: new Map(), clients: new Map(), seen: [] });
		this.url = `${ORIGIN}${this.path}/mcp`;
		this.issuer = `${ORIGIN}${this.path}`;
	}

	answers = {
		challenge: () => ({ status: 401, headers: { "WWW-Authenticate": `Bearer resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource${this.path}/mcp", scope="tools.read"` }, json: { error: "invalid_token" } }),
		resource: () => ({ json: { resource: this.url, authorization_servers: [this.issuer], scopes_supported: ["tools.read", "tools.write"] } }),
		server: () => ({ json: {
			issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, registration_endpoint: `${this.issuer}/register`,
			response_types_supported: ["code"], code_challenge_methods_supported: ["S256"], authorization_response_iss_parameter_supported: true,
		} }),
		register: ({ body }) => {
			const client = { client_id: randomBytes(6).toString("hex"), management: randomBytes(12).toString("hex"), redirect_uris: JSON.parse(body).redirect_uris };
			this.clients.set(client.client_id, client);
			return { status: 201, json: { ...JSON.parse(body), client_id: client.client_id, registration_access_token: client.management, registration_client_uri: `${this.issuer}/register/${client.client_id}` } };
		},
		unregister: ({ path, headers }) => {
			const [id] = path.split("/").slice(-1);
			const isOwn = this.clients.get(id)?.management === TOKEN.exec(headers.authorization)?.[1];
			return { status: isOwn && this.clients.delete(id) ? 204 : 401 };
		},
		authorize: () => ({ status: 302, headers: { Location: `${this.issuer}/login` } }),
		token: ({ body }) => {
			const form = new URLSearchParams(body);
			const code = this.codes.get(form.get("code"));
			const isGood = code && code.challenge === createHash("sha256").update(form.get("code_verifier")).digest("base64url") && code.client_id === form.get("client_id") && code.resource === form.get("resource") && code.redirect_uri === form.get("redirect_uri");
			this.codes.delete(form.get("code"));
			if (!isGood)
				return { status: 400, json: { error: "invalid_grant", error_description: "No such code" } };
			const access_token = randomBytes(20).toString("hex");
			this.tokens.set(access_token, form.get("resource"));
			return { headers: { "Cache-Control": "no-store" }, json: { access_token, token_type: "Bearer", expires_in: 60 } };
		},
		initialize: ({ id }) => ({ headers: { "Mcp-Session-Id": "s-1" }, json: { jsonrpc: "2.0", id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "planted", version: "1" } } } }),
		initialized: () => ({ status: 202 }),
		tools: ({ id }) => ({ headers: { "Content-Type": "text/event-stream" }, text: `event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, result: { tools: [{ name: "add", inputSchema: { type: "object" } }] } })}\n\n` }),
	};

	/** The person signs in, and is sent back with this. */
	signIn(signInUrl, changes = {}) {
		const asked = new URL(signInUrl).searchParams;
		const code = randomBytes(12).toString("hex");
		this.codes.set(code, { challenge: asked.get("code_challenge"), client_id: asked.get("client_id"), resource: asked.get("resource"), redirect_uri: asked.get("redirect_uri") });
		const answer = { state: asked.get("state"), code, iss: this.issuer, ...changes };
		return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
	}

	which({ method, path, headers, body }) {
		const own = path.replace(this.path, "");
		if (own === "/mcp") {
			const call = JSON.parse(body || "{}");
			const token = TOKEN.exec(headers.authorization ?? "")?.[1];
			if (this.tokens.get(token) !== this.url)
				return ["challenge", call];
			return [{ initialize: "initialize", "notifications/initialized": "initialized", "tools/list": "tools" }[call.method], call];
		}
		const fixed = { [`/.well-known/oauth-protected-resource/mcp`]: "resource", "/.well-known/oauth-authorization-server": "server", "/register": "register", "/authorize": "authorize", "/token": "token" };
		return [method === "DELETE" ? "unregister" : fixed[own], {}];
	}

	answer(request) {
		const [name, call] = this.which(request);
		this.seen.push({ name, ...request });
		if (!name)
			return { status: 404, json: {} };
		const good = this.answers[name]({ ...request, id: call.id });
		const fault = this.faults[name];
		return typeof fault === "function" ? fault(good, this) : { ...good, ...fault };
	}
}

export async function startConnectors(tls) {
	const connectors = new Map();
	const web = await listenAs(tls, makeFolder("n"), [HOST], async (request, response) => {
		let body = "";
		for await (const part of request)
			body += part;
		const connector = connectors.get(/\/t\d+(?=\/|$)/.exec(request.url.split("?")[0])?.[0]);
		const { status = 200, headers = {}, json, text } = connector?.answer({ method: request.method, path: request.url.split("?")[0], url: request.url, headers: request.headers, body }) ?? { status: 404 };
		response.writeHead(status, { ...(json ? { "Content-Type": "application/json" } : {}), ...headers });
		response.end(text ?? (json ? JSON.stringify(json) : ""));
	});
	return {
		connectTo: `${HOST}:443:127.0.0.1:${web.address().port}`,
		make(faults = {}) {
			const made = new Connector(connectors.size + 1, faults);
			connectors.set(made.path, made);
			return made;
		},
		stop() {
			web.closeAllConnections();
			web.close();
		},
	};
}
