// What ./dev bench asks of the OAuth server: tokens for programs, refreshes, introspection, userinfo and keys, each of Gatehouse, of the bare worker
// that runs the same statements and makes or checks one signature, and of npm's oidc-provider.

import { fileURLToPath } from "node:url";
import readline from "node:readline";
import { basic, decode, fetchKeys, getToken, getTokens, makeApp, refresh, send } from "../api/oauth/oauth.mjs";
import { Client, DAY, digest, expectStatus, feature, makeId, makeSecret, plan as makePlan, sqlTime } from "../harness/index.mjs";
import { start } from "../harness/workplace.mjs";

const OIDC_CLIENT = "bench";

/** There is a plan, a feature and a claim, for the bare worker's statements are to find a row each. */
async function furnish(owner, app, user) {
	await makePlan(owner, app, { is_default: true });
	await feature(owner, app);
	const session = await owner.session({ headers: { "X-Project-Id": app.id } });
	expectStatus(await session.patch(`/api/v1/users/${user.id}/claims`, { claims: { tier: "gold" } }), 200);
}

/** A project for people and programs, somebody signed in with tokens for an app, and its statements with their values. */
export async function prepareOauth(server, owner) {
	const app = await makeApp(server, { type: "hybrid", owner });
	const { user, access_token } = await getTokens(server, app);
	const [{ kid }, { jti, gid }] = decode(access_token);
	await furnish(owner, app, user);
	const client = `oauth_client =${app.clientId}`;
	const state = `oauth_token_state =${jti} =${app.clientId} =${gid} =${app.id} =${kid}`;
	const told = [
		`user_claims =${app.id} =${user.id}`, `plan_of_subject =${user.id} =${app.id}`,
		`feature_offer_list =${user.id} =2026-01-01 =${user.id} null null =${user.id} null =${app.id} null null null null =64`,
	];
	const steps = {
		"/client_credentials": [client, "sign"],
		"/refresh": [
			client, "begin", ...told, `refresh_token_get =${app.id} token`, `grant_touch =${app.id} column:0`, `refresh_token_use null =${app.id} token`,
			`refresh_token_insert =${app.id} successor column:0 next:1 =${app.issuer} null later`, "commit", "sign",
		],
		"/introspect": [client, state, "verify"],
		"/userinfo": [`oauth_issuer =${app.clientId}`, state, ...told, "verify"],
		"/keys": [`signing_key_published =${app.clientId}`],
	};
	const plan = Object.entries(steps).flatMap(([path, lines]) => lines.map((line) => `${path} ${line}`));
	return { server, app, user, access_token, plan };
}

/** Refresh tokens, each of a grant of its own that outlives sign-ins and isn't for an ID token. */
async function makeRefreshTokens({ server, app, user }, count) {
	const made = Array.from({ length: count }, () => ({ id: makeId("grt"), token: makeSecret("rt_") }));
	const [now, end] = [sqlTime(), sqlTime(DAY)];
	for (const { id, token } of made) {
		await server.sql.run`INSERT INTO grants (project_id, id, user_id, client_id, issuer, resource, scopes, session_id, is_offline, client_digest, created_at, expires_at)
			VALUES (${app.id}, ${id}, ${user.id}, ${app.clientId}, ${Buffer.from(app.issuer)}, ${Buffer.from(app.clientId)}, 'profile email', ${makeId("ses")}, TRUE, ${digest(id)}, ${now}, ${end})`;
		await server.sql.run`INSERT INTO refresh_tokens (project_id, digest, grant_id, seq, issuer, created_at, idle_expires_at)
			VALUES (${app.id}, ${digest(token)}, ${id}, 1, ${Buffer.from(app.issuer)}, ${now}, ${end})`;
	}
	return made.map(({ token }) => token);
}

/** oidc-provider in a process of its own. refreshTokens(count): as many new ones. */
export async function startOidc({ port, issuer, log }) {
	const secret = makeSecret("sec_");
	const child = start(process.execPath, [fileURLToPath(new URL("oidc_provider.mjs", import.meta.url)), String(port), issuer, OIDC_CLIENT, secret], { log, stdio: ["pipe", "pipe", "pipe"] });
	const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const nextLine = async () => (await lines.next()).value;
	const access_token = await nextLine();
	return {
		child, issuer, access_token, proof: basic(OIDC_CLIENT, secret),
		refreshTokens: async (count) => {
			child.stdin.write(`${count}\n`);
			return (await nextLine()).split(" ");
		},
	};
}

const lines = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

/** Five questions to three servers; tokens: a function that makes refresh tokens to begin with. */
export function oauthTargets(oauth, bareUrl, oidc) {
	const { server, app, access_token } = oauth;
	const url = (path) => `${server.url}${app.at(path)}`;
	const host = { Host: server.authHost };	// wrk finds no auth.localhost
	const proof = lines({ ...host, ...basic(app.clientId, app.secret) });
	const program = "grant_type=client_credentials";
	const bearer = (token) => lines({ Authorization: `Bearer ${token}` });
	const tokens = (count) => makeRefreshTokens(oauth, count);
	return {
		bare_program: { url: `${bareUrl}/client_credentials`, headers: proof, form: program },
		program: { url: url("/oauth/token"), headers: proof, form: program },
		oidc_program: { url: `${oidc.issuer}/token`, headers: lines(oidc.proof), form: program },
		bare_refresh: { url: `${bareUrl}/refresh`, headers: proof, tokens },
		refresh: { url: url("/oauth/token"), headers: proof, tokens },
		oidc_refresh: { url: `${oidc.issuer}/token`, headers: lines(oidc.proof), tokens: oidc.refreshTokens },
		bare_introspect: { url: `${bareUrl}/introspect`, headers: proof, form: `token=${access_token}` },
		introspect: { url: url("/oauth/introspect"), headers: proof, form: `token=${access_token}` },
		oidc_introspect: { url: `${oidc.issuer}/token/introspection`, headers: lines(oidc.proof), form: `token=${oidc.access_token}` },
		bare_userinfo: { url: `${bareUrl}/userinfo`, headers: bearer(access_token) },
		userinfo: { url: url("/oauth/userinfo"), headers: [...lines(host), ...bearer(access_token)] },
		oidc_userinfo: { url: `${oidc.issuer}/me`, headers: bearer(oidc.access_token) },
		bare_keys: { url: `${bareUrl}/keys` },
		keys: { url: url("/.well-known/jwks.json"), headers: lines(host) },
		oidc_keys: { url: `${oidc.issuer}/jwks` },
	};
}

/** The same questions to Gatehouse, one at a time. */
export function oauthAsks(oauth) {
	const { server, app, access_token } = oauth;
	const bearer = new Client(server, { site: "auth.localhost", bearer: access_token, check: false });
	let token;
	return {
		program: () => getToken(server, app),
		refresh: async () => {
			[token] = token ? [token] : await makeRefreshTokens(oauth, 1);
			token = expectStatus(await refresh(server, app, token), 200).refresh_token;
		},
		introspect: async () => expectStatus(await send(server, app, "introspect", { token: access_token }), 200),
		userinfo: async () => expectStatus(await bearer.get(app.at("/oauth/userinfo")), 200),
		keys: () => fetchKeys(server, app),
	};
}

/**
 * What is said of each: the targets' stem, in words, and the most statements it may take (oauth.md section 9; what a token or userinfo says of
 * a person takes three more, licensing.md section 9).
 */
export const OAUTH_LINES = [
	["program", "client_credentials", 2],
	["refresh", "refresh", 10],
	["introspect", "introspection", 2],
	["userinfo", "userinfo", 5],
	["keys", "JWKS", 1],
];
