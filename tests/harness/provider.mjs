// Sign-in providers on this machine, with certificates of the tests' own authority: one that can be made to lie, and a real one.

import crypto from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import { run } from "./workplace.mjs";

const b64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A key and certificate for these names, signed by the tests' authority. */
async function certificateFor(tls, folder, names) {
	const file = (name) => path.join(folder, `provider.${name}`);
	await run("openssl", ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=provider", "-keyout", file("key"), "-out", file("csr")]);
	fs.writeFileSync(file("ext"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`);
	await run("openssl", ["x509", "-req", "-in", file("csr"), "-CA", tls.ca, "-CAkey", path.join(path.dirname(tls.ca), "ca.key"), "-CAcreateserial", "-days", "2", "-extfile", file("ext"), "-out", file("crt")]);
	return { key: fs.readFileSync(file("key")), cert: fs.readFileSync(file("crt")) };
}

export async function listenAs(tls, folder, names, handler) {
	const server = https.createServer(await certificateFor(tls, folder, names), handler);
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return server;
}

function keyPair(alg) {
	const pair = alg === "RS256" ? crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }) : crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const kid = crypto.randomBytes(6).toString("hex");
	return { ...pair, kid, alg, jwk: { ...pair.publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

function sign({ privateKey, kid, alg }, claims, header = {}) {
	const input = `${b64({ alg, kid, ...header })}.${b64(claims)}`;
	const signature = crypto.sign("sha256", Buffer.from(input), alg === "ES256" ? { key: privateKey, dsaEncoding: "ieee-p1363" } : privateKey);
	return `${input}.${signature.toString("base64url")}`;
}

/** An OpenID provider, and GitHub's shape of one, whose answers a test decides for each code. */
export class Provider {
	static async start(tls, folder) {
		const provider = new Provider();
		Object.assign(provider, { codes: new Map(), tokens: new Map(), seen: [], keys: { RS256: keyPair("RS256"), ES256: keyPair("ES256") }, other: keyPair("ES256"), metadata: {} });
		provider.server = await listenAs(tls, folder, ["localhost", "github.com", "api.github.com"], (request, response) => provider.answer(request, response));
		provider.port = provider.server.address().port;
		provider.issuer = `https://localhost:${provider.port}`;
		return provider;
	}

	stop() {
		this.server.closeAllConnections();
		this.server.close();
	}

	/** A code that stands for this person; change: what is done to the good claims, token: instead of signing them well. */
	code({ nonce, client_id = "us", claims = {}, change = {}, alg = "RS256", token, github, hold }) {
		const code = crypto.randomBytes(16).toString("hex");
		const now = Math.floor(Date.now() / 1000);
		this.codes.set(code, { claims: { iss: this.issuer, aud: client_id, iat: now, exp: now + 300, nonce, ...claims, ...change }, alg, token, github, hold });
		return code;
	}

	idToken({ claims, alg, token }) {
		const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
		if (token === "none")
			return `${b64({ alg: "none" })}.${b64(kept)}.`;
		if (token === "wrong key")
			return sign(this.other, kept, { kid: this.keys.ES256.kid });
		if (token === "hmac")
			return `${b64({ alg: "HS256", kid: this.keys.RS256.kid })}.${b64(kept)}.${crypto.createHmac("sha256", "us").update("x").digest("base64url")}`;
		return sign(this.keys[alg], kept);
	}

	async answer(request, response) {
		let body = "";
		for await (const part of request)
			body += part;
		const send = (status, json) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(json));
		const url = new URL(request.url, this.issuer);
		const form = new URLSearchParams(body);
		this.seen.push({ path: url.pathname, form, headers: request.headers });
		switch (url.pathname) {
		case "/.well-known/openid-configuration":
			return send(200, { issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/keys`, ...this.metadata });
		case "/keys": return send(200, { keys: Object.values(this.keys).map(({ jwk }) => jwk) });
		case "/token":
		case "/login/oauth/access_token": return this.trade(form, send);
		case "/user":
		case "/user/emails": return this.tell(url, request, send);
		default: return send(404, { error: "not_found" });
		}
	}

	async trade(form, send) {
		const made = this.codes.get(form.get("code"));
		this.codes.delete(form.get("code"));
		if (!made)
			return send(400, { error: "invalid_grant" });
		await made.hold;
		const access_token = crypto.randomBytes(16).toString("hex");
		this.tokens.set(access_token, made);
		return send(200, { access_token, token_type: "bearer", ...(made.github ? {} : { id_token: this.idToken(made) }) });
	}

	tell(url, request, send) {
		const made = this.tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""));
		if (!made?.github)
			return send(401, { message: "Bad credentials" });
		return send(200, url.pathname === "/user" ? made.github.user : made.github.emails);
	}
}

/** npm's oidc-provider: whoever comes is the account that `next` names, and agrees to everything. */
export async function startOidcProvider(tls, folder, { client_id, client_secret, redirect_uris }) {
	const { default: Oidc } = await import("oidc-provider");
	let handle;
	const server = await listenAs(tls, folder, ["localhost"], (request, response) => handle(request, response));
	const issuer = `https://localhost:${server.address().port}`;
	const accounts = new Map();
	const made = { issuer, next: undefined, accounts, stop: () => { server.closeAllConnections(); server.close(); } };
	const oidc = new Oidc(issuer, {
		clients: [{ client_id, client_secret, redirect_uris, grant_types: ["authorization_code"], response_types: ["code"], token_endpoint_auth_method: "client_secret_basic" }],
		claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
		pkce: { required: () => true },
		features: { devInteractions: { enabled: false } },
		interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
		cookies: { keys: ["tests"] },
		findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
		loadExistingGrant: async (ctx) => {
			const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
			grant.addOIDCScope("openid email profile");
			await grant.save();
			return grant;
		},
	});
	const callback = oidc.callback();
	handle = async (request, response) => {
		if (!request.url.startsWith("/interaction/"))
			return callback(request, response);
		const { sub, ...claims } = made.next;
		accounts.set(sub, claims);
		return oidc.interactionFinished(request, response, { login: { accountId: sub } });
	};
	return made;
}
