// What the OAuth tests share: a project with its client and secret, forms to its endpoints, and tokens read by Node's own crypto.

import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { Client, digest, expectStatus, makeSlug, person, projectUser } from "../../harness/index.mjs";

const HASHES = { ES256: "sha256", RS256: "sha256", EdDSA: null };

/** A project made over the API, so that its secret is known. */
export async function makeProject(server, { type = "mcp", owner, environment = "test" } = {}) {
	owner ??= await person(server);
	const session = await owner.session();
	const made = expectStatus(await session.post("/api/v1/projects", { name: "Machines", slug: makeSlug("machines"), type, environment }), 201);
	return {
		owner, session, id: made.id, slug: made.slug, orgId: owner.org.id, clientId: made.client_id, secret: made.client_secret,
		issuer: `${server.authUrl}/p/${made.client_id}`, at: (path) => `/p/${made.client_id}${path}`,
	};
}

export const basic = (id, secret) => ({ Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}` });

/** A program without cookies at AUTH_HOST. */
export const program = (server) => new Client(server, { site: "auth.localhost", check: false });

/** One form to an endpoint of the project, with the client's secret unless headers or form say otherwise. */
export function send(server, project, endpoint, form, { headers = basic(project.clientId, project.secret), by = program(server) } = {}) {
	return by.request("POST", project.at(`/oauth/${endpoint}`), { form, headers });
}

export async function getToken(server, project, form = {}) {
	const answer = await send(server, project, "token", { grant_type: "client_credentials", ...form });
	return expectStatus(answer, 200).access_token;
}

export const decode = (token) => token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));

export async function fetchKeys(server, project) {
	return expectStatus(await program(server).get(project.at("/.well-known/jwks.json")), 200).keys;
}

/** As any verifier would: the key by kid, the algorithm by the key, the signature over header.payload. */
export function isSignedBy(keys, token) {
	const [header] = decode(token);
	const jwk = keys.find(({ kid }) => kid === header.kid);
	if (!jwk || jwk.alg !== header.alg)
		return false;
	const [head, payload, signature] = token.split(".");
	return verify(HASHES[jwk.alg], Buffer.from(`${head}.${payload}`), { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

/** The token with its claims changed, the signature as it was. */
export function tampered(token, changes) {
	const [head, , signature] = token.split(".");
	const [, claims] = decode(token);
	assert.ok(signature);
	return [head, Buffer.from(JSON.stringify({ ...claims, ...changes })).toString("base64url"), signature].join(".");
}

/** What an app keeps while somebody is away for a code (RFC 7636). */
export function makePkce() {
	const code_verifier = randomBytes(32).toString("base64url");
	return { code_verifier, code_challenge: createHash("sha256").update(code_verifier).digest("base64url"), code_challenge_method: "S256" };
}

export const REDIRECT_URI = "https://app.example.com/callback";

/** A project for people, with one registered address, and a client of the browser kind beside its default one. */
export async function makeApp(server, { isPublic = false, isFirstParty = true, columns = {}, ...options } = {}) {
	const project = await makeProject(server, { type: "web", ...options });
	await server.sql.run`DELETE FROM client_uris WHERE project_id = ${project.id}`;
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${project.id}, ${project.clientId}, 'redirect', ${digest(REDIRECT_URI)}, ${Buffer.from(REDIRECT_URI)})`;
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = ${isPublic ? "none" : "client_secret_basic"}, is_first_party = ${isFirstParty} WHERE project_id = ${project.id}`;
	for (const [name, value] of Object.entries(columns))
		await server.sql.query(`UPDATE clients SET ${name} = ${Number.isInteger(value) ? value : `'${value}'`} WHERE project_id = '${project.id}'`);
	return { ...project, isPublic, pkce: makePkce() };
}

/** The address to which the app sends its people. A parameter that is undefined is left out. */
export function authorizePath(app, changes = {}) {
	const { code_challenge, code_challenge_method } = app.pkce;
	const asked = { response_type: "code", client_id: app.clientId, redirect_uri: REDIRECT_URI, scope: "openid profile email", state: "st", code_challenge, code_challenge_method, ...changes };
	const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== undefined));
	return app.at(`/oauth/authorize?${query}`);
}

/** Where a redirect leads, its parameters taken apart. */
export function landing(answer) {
	if (answer.status !== 303)
		throw new Error(`no redirect: ${answer.status} ${answer.text}`);
	const url = new URL(answer.headers.location);
	return { address: url.origin + url.pathname, ...Object.fromEntries(url.searchParams) };
}

/** A code for somebody who is signed in, and needn't be asked. */
export async function getCode(app, browser, changes) {
	const { code, error } = landing(await browser.get(authorizePath(app, changes), { check: false }));
	if (!code)
		throw new Error(`no code: ${error}`);
	return code;
}

/** The form that redeems a code, with the client's proof of itself. */
export function redeem(server, app, code, changes = {}) {
	const form = { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier, ...(app.isPublic ? { client_id: app.clientId } : {}), ...changes };
	for (const name of Object.keys(form))
		if (form[name] === undefined)
			delete form[name];
	return send(server, app, "token", form, app.isPublic ? { headers: {} } : {});
}

export function refresh(server, app, refresh_token, changes = {}) {
	return send(server, app, "token", { grant_type: "refresh_token", refresh_token, ...(app.isPublic ? { client_id: app.clientId } : {}), ...changes }, app.isPublic ? { headers: {} } : {});
}

/** Somebody signed in, and the tokens that the app got for them. */
export async function getTokens(server, app, { user, browser, ...changes } = {}) {
	user ??= await projectUser(server, app);
	browser ??= await user.session();
	const tokens = expectStatus(await redeem(server, app, await getCode(app, browser, changes)), 200);
	return { user, browser, ...tokens };
}
