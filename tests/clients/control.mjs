// npm's oidc-provider as a control: what a test asks of Gatehouse it asks of it, too, and where it is served there, the test itself is right.

import http from "node:http";
import { after } from "node:test";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const ISSUER = "https://control.example";
const keyOf = (alg, { privateKey }) => ({ ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: alg });

console.info = console.warn = () => {};	// its notices about settings that tests may have

/** Whoever comes is `sub`, and agrees to everything. clients: as it takes them. */
export async function startControl({ clients, sub = "somebody", claims = { email: "somebody@example.com", email_verified: true } }) {
	const oidc = new Provider(ISSUER, {
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
	oidc.proxy = true;

	async function makeGrant(clientId, accountId) {
		const grant = new oidc.Grant({ clientId, accountId });
		grant.addOIDCScope("openid email offline_access");
		await grant.save();
		return grant;
	}

	const serve = oidc.callback();
	const server = http.createServer((request, response) => (request.url.startsWith("/interaction/") ? oidc.interactionFinished(request, response, { login: { accountId: sub } }) : serve(request, response)));
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	after(() => {
		server.closeAllConnections();
		server.close();
	});

	/** As fetch() would, were there such a host. */
	const fetched = (url, { method, headers, body } = {}) => {
		const { pathname, search } = new URL(url);
		const forwarded = { ...Object.fromEntries(new Headers(headers)), "x-forwarded-proto": "https", "x-forwarded-host": new URL(ISSUER).host };
		return fetch(`http://127.0.0.1:${server.address().port}${pathname}${search}`, { method, headers: forwarded, body, redirect: "manual" });
	};

	/** A browser that follows until it is sent to an app. */
	async function browse(url) {
		const jar = new Map();
		let at = new URL(url);
		while (at.origin === ISSUER) {
			const answer = await fetched(at, { headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") } });
			for (const cookie of answer.headers.getSetCookie()) {
				const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
				jar.set(name, value);
			}
			if (!answer.headers.get("location"))
				throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
			at = new URL(answer.headers.get("location"), ISSUER);
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

	return { issuer: ISSUER, sub, fetched, browse, approve };
}
