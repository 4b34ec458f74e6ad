// The console's server at HOST's root: a client of it, somebody's consent with an organization, tokens.

import { Client, consoleClient, expectStatus } from "../../harness/index.mjs";
import { landing, makePkce, REDIRECT_URI } from "./oauth.mjs";

/** A program without cookies at HOST. */
export const visitor = (server) => new Client(server, { check: false });

export async function consoleApp(server, columns = {}) {
	const client = await consoleClient(server, { is_first_party: false, ...columns });
	return { ...client, issuer: server.url, pkce: makePkce(), resource: `${server.url}/api` };
}

export function authorizePath(app, changes = {}) {
	const { code_challenge, code_challenge_method } = app.pkce;
	const asked = {
		response_type: "code", client_id: app.clientId, redirect_uri: REDIRECT_URI, scope: "org.read project.read", state: "st",
		resource: app.resource, code_challenge, code_challenge_method, ...changes,
	};
	return `/oauth/authorize?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== undefined))}`;
}

/** The request that waits for somebody's consent. */
export async function askConsent(app, browser, changes) {
	return landing(await browser.get(authorizePath(app, changes), { check: false }));
}

export const decide = (browser, request, body) => browser.post(`/api/v1/oauth_requests/${request}/decision`, body);

/** Somebody agrees, in an organization of theirs. */
export async function getCode(app, browser, org, changes) {
	const { request } = await askConsent(app, browser, changes);
	const { continue_url } = expectStatus(await decide(browser, request, { approve: true, org_id: org.id }), 200);
	const url = new URL(continue_url);
	return landing(await browser.get(url.pathname + url.search, { check: false })).code;
}

export const form = (server, endpoint, fields, options) => visitor(server).request("POST", `/oauth/${endpoint}`, { form: fields, ...options });

export function redeem(server, app, code, changes = {}) {
	return form(server, "token", { grant_type: "authorization_code", client_id: app.clientId, code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier, ...changes });
}

export function refresh(server, app, refresh_token, changes = {}) {
	return form(server, "token", { grant_type: "refresh_token", client_id: app.clientId, refresh_token, ...changes });
}

export async function getTokens(server, app, who, { org = who.org, ...changes } = {}) {
	const browser = await who.session();
	return expectStatus(await redeem(server, app, await getCode(app, browser, org, changes)), 200);
}

export const withToken = (server, access_token) => new Client(server, { bearer: access_token });
