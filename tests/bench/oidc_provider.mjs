// npm's oidc-provider as it comes, beside which ./dev bench shows Gatehouse's OAuth server: one process, everything in its memory, access tokens
// signed with ES256. Says when it listens; each further line of standard input is a number of refresh tokens it prints.
//
//	node oidc_provider.mjs PORT ISSUER CLIENT-ID SECRET

import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import readline from "node:readline";
import Provider from "oidc-provider";

console.info = console.warn = console.error;	// its notices; standard output is for tokens

const [port, issuer, client_id, client_secret] = process.argv.slice(2);
const API = "urn:example:api";
const HOUR_S = 3600;

/** Nothing is ever thrown away: its own memory adapter keeps a thousand objects, fewer than a round of refreshes makes. */
class Memory {
	static all = new Map();

	constructor(model) {
		this.model = model;
	}

	upsert(id, payload) {
		Memory.all.set(`${this.model} ${id}`, payload);
	}

	find(id) {
		return Memory.all.get(`${this.model} ${id}`);
	}

	consume(id) {
		this.find(id).consumed = Math.floor(Date.now() / 1000);
	}

	destroy(id) {
		Memory.all.delete(`${this.model} ${id}`);
	}

	revokeByGrantId() {
		throw new Error("a refresh token was used twice");
	}
}

const keyOf = ({ privateKey }, alg) => ({ ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: alg });

const oidc = new Provider(issuer, {
	adapter: Memory,
	clients: [{
		client_id, client_secret, redirect_uris: ["https://app.example.com/callback"], response_types: ["code"], token_endpoint_auth_method: "client_secret_basic",
		grant_types: ["authorization_code", "client_credentials", "refresh_token"],
	}],
	jwks: { keys: [keyOf(generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"), keyOf(generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256")] },
	cookies: { keys: ["bench"] },
	claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
	scopes: ["openid", "offline_access", "read"],
	findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, email: "sam@example.com", email_verified: true, name: "Sam" }) }),
	features: {
		clientCredentials: { enabled: true }, introspection: { enabled: true, allowedPolicy: () => true }, devInteractions: { enabled: false },
		resourceIndicators: {
			enabled: true, defaultResource: () => API, useGrantedResource: () => true,
			getResourceServerInfo: () => ({ scope: "read", audience: API, accessTokenTTL: HOUR_S, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
		},
	},
	rotateRefreshToken: true,
	ttl: { AccessToken: HOUR_S, ClientCredentials: HOUR_S, Grant: 24 * HOUR_S, RefreshToken: 24 * HOUR_S },
});
oidc.proxy = true;

const client = await oidc.Client.find(client_id);

async function makeGrant() {
	const grant = new oidc.Grant({ clientId: client_id, accountId: "sam" });
	grant.addOIDCScope("openid email profile offline_access");
	grant.addResourceScope(API, "read");
	return grant.save();
}

async function makeToken(kind, more) {
	return new oidc[kind]({ accountId: "sam", client, grantId: await makeGrant(), gty: "authorization_code", ...more }).save();
}

http.createServer(oidc.callback()).listen(Number(port), "127.0.0.1", async () => {
	console.log(await makeToken("AccessToken", { scope: "openid email profile" }));
});
for await (const count of readline.createInterface({ input: process.stdin })) {
	const tokens = [];
	for (let i = 0; i < Number(count); i++)
		tokens.push(await makeToken("RefreshToken", { scope: "read", resource: API }));
	console.log(tokens.join(" "));
}
process.exit(0);
