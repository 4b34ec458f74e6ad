// npm's oidc-provider as a control: what a test asks of Gatehouse it asks of it, too, and where it is served there, the test itself is right.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import { after } from "node:test";
import Provider from "oidc-provider";
import { listenAs } from "../harness/provider.mjs";

const keyOf = (alg, { privateKey }) => ({ ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: alg });

console.info = console.warn = () => {};	// its notices about settings that tests may have

/** With a certificate of the tests' authority. Whoever comes is `sub`, and agrees to everything. clients: as it takes them. */
export async function startControl({ tls, folder, clients, sub = "somebody", claims = { email: "somebody@example.com", email_verified: true } }) {
	let handle;
	const server = await listenAs(tls, folder, ["localhost"], (request, response) => handle(request, response));
	after(() => {
		server.closeAllConnections();
		server.close();
	});
	const issuer = `https://localhost:${server.address().port}`;
	const oidc = new Provider(issuer, {
		clients, jwks: { keys: [keyOf("RS256", generateKeyPairSync("rsa", { modulusLength: 2048 })), keyOf("ES256", generateKeyPairSync("ec", { namedCurve: "P-256" }))] },
		claims: { openid: ["sub"], email: ["email", "email_verified"] }, conformIdTokenClaims: false, scopes: ["openid", "offline_access"],
		cookies: { keys: ["tests"] }, pkce: { required: () => true }, rotateRefreshToken: true, issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
		features: {
			clientCredentials: { enabled: true }, deviceFlow: { enabled: true }, devInteractions: { enabled: false }, introspection: { enabled: true, allowedPolicy: () => true },
			pushedAuthorizationRequests: { enabled: true }, registration: { enabled: true }, registrationManagement: { enabled: true }, revocation: { enabled: true, allowedPolicy: () => true },
			dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
		},
		findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
		interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
		loadExistingGrant: async ({ oidc: { client, session } }) => makeGrant(client.clientId, session.accountId),
	});

	async function makeGrant(clientId, accountId) {
		const grant = new oidc.Grant({ clientId, accountId });
		grant.addOIDCScope("openid email offline_access");
		await grant.save();
		return grant;
	}

	const serve = oidc.callback();
	handle = (request, response) => (request.url.startsWith("/interaction/") ? oidc.interactionFinished(request, response, { login: { accountId: sub } }) : serve(request, response));

	const ca = fs.readFileSync(tls.ca);
	/** As fetch() would, which can't be told whose certificates to trust. */
	const fetched = (url, { method = "GET", headers, body } = {}) => new Promise((resolve, reject) => {
		const request = https.request(url, { method, ca, family: 4, headers: Object.fromEntries(new Headers(headers)) }, async (answer) => {
			const parts = await answer.toArray();
			const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
			resolve(new Response(answer.statusCode === 204 ? null : Buffer.concat(parts), { status: answer.statusCode, headers: pairs }));
		});
		request.on("error", reject).end(body?.toString());
	});

	/** A browser that follows until it is sent to an app. */
	async function browse(url) {
		const jar = new Map();
		let at = new URL(url);
		while (at.origin === issuer) {
			const answer = await fetched(at, { headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") } });
			for (const cookie of answer.headers.getSetCookie()) {
				const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
				jar.set(name, value);
			}
			if (!answer.headers.get("location"))
				throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
			at = new URL(answer.headers.get("location"), issuer);
		}
		return at;
	}

	/** The person has typed the code and agreed. */
	async function approve(userCode) {
		const code = await oidc.DeviceCode.findByUserCode(userCode.replaceAll(/[^A-Z]/g, ""), { ignoreExpiration: true });
		const { jti } = await makeGrant(code.clientId, sub);
		Object.assign(code, { accountId: sub, grantId: jti, scope: "openid email", authTime: Math.floor(Date.now() / 1000), error: undefined });
		await code.save();
	}

	return { issuer, sub, fetched, browse, approve };
}
