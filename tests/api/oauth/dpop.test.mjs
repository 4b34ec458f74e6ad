// Tokens that are bound to a key (RFC 9449, oauth.md rule 24): at the token endpoint, from authorize on, at userinfo and in introspection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectOAuthError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { authorizePath, basic, decode, getCode, getTokens, landing, makeApp, makeProject, program, redeem, REDIRECT_URI, send } from "./oauth.mjs";

const server = await sharedServer();
const key = makeKey();
const proofFor = (app, changes = {}, by = key) => makeProof(by, { url: `${app.issuer}/oauth/token`, ...changes });

/** The form to the token endpoint with a proof beside it. */
const ask = (app, form, proof) => send(server, app, "token", app.isPublic ? { client_id: app.clientId, ...form } : form, { headers: { ...(app.isPublic ? {} : basic(app.clientId, app.secret)), ...(proof ? { DPoP: proof } : {}) } });
const forProgram = (app, proof) => ask(app, { grant_type: "client_credentials" }, proof);
const forCode = (app, code, proof) => ask(app, { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier }, proof);
const forRefresh = (app, refresh_token, proof) => ask(app, { grant_type: "refresh_token", refresh_token }, proof);
const userinfo = (app, token, { scheme = "DPoP", proof } = {}) => program(server).get(app.at("/oauth/userinfo"), { headers: { Authorization: `${scheme} ${token}`, ...(proof ? { DPoP: proof } : {}) } });
const proofWith = (app, token, changes = {}, by = key) => makeProof(by, { method: "GET", url: `${app.issuer}/oauth/userinfo`, token, ...changes });
const introspect = async (app, token) => expectStatus(await send(server, app, "introspect", { token }), 200);

test("a program's token is bound to the key of its proof, by each algorithm", async () => {
	const project = await makeProject(server);
	for (const alg of ["ES256", "EdDSA", "RS256", "PS256"]) {
		const own = makeKey(alg);
		const answer = expectStatus(await forProgram(project, proofFor(project, {}, own)), 200);
		assert.equal(answer.token_type, "DPoP");
		assert.deepEqual(decode(answer.access_token)[1].cnf, { jkt: own.thumbprint });
		const told = await introspect(project, answer.access_token);
		assert.deepEqual([told.active, told.token_type, told.cnf], [true, "DPoP", { jkt: own.thumbprint }]);
	}
	const plain = expectStatus(await forProgram(project), 200);
	assert.equal(plain.token_type, "Bearer");
	assert.equal(decode(plain.access_token)[1].cnf, undefined);
	assert.equal((await introspect(project, plain.access_token)).cnf, undefined);
	const metadata = expectStatus(await program(server).get(project.at("/.well-known/oauth-authorization-server")), 200);
	assert.deepEqual(metadata.dpop_signing_alg_values_supported, ["ES256", "EdDSA", "RS256", "PS256"]);
});

test("DP-01 each thing that is wrong with a proof is invalid_dpop_proof", async () => {
	const project = await makeProject(server);
	const other = makeKey();
	const symmetric = { kty: "oct", k: "c2VjcmV0" };
	const wrong = {
		"another method": { method: "GET" }, "a method in lower case": { method: "post" },
		"another address": { url: `${project.issuer}/oauth/par` }, "the address with a query": { url: `${project.issuer}/oauth/token?x=1` },
		"another host": { url: `https://evil.example/p/${project.clientId}/oauth/token` },
		"too old": { now_ms: Date.now() - 70_000 }, "of the future": { now_ms: Date.now() + 70_000 },
		"no time": { claims: { iat: undefined } }, "a time in words": { claims: { iat: "now" } }, "no jti": { claims: { jti: undefined } }, "an empty jti": { claims: { jti: "" } },
		"no type": { header: { typ: undefined } }, "another type": { header: { typ: "JWT" } },
		"no key": { header: { jwk: undefined } }, "another's key": { header: { jwk: other.jwk } }, "a private key": { header: { jwk: key.privateJwk } }, "a symmetric key": { header: { jwk: symmetric } },
		"no signature": { header: { alg: "none" } }, "an HMAC": { header: { alg: "HS256" } }, "another algorithm": { header: { alg: "RS256" } }, "an extension": { header: { crit: ["x"] } },
	};
	for (const [what, changes] of Object.entries(wrong)) {
		const answer = await forProgram(project, proofFor(project, changes));
		assert.equal(answer.json.error, "invalid_dpop_proof", what);
		expectOAuthError(answer, 400, "invalid_dpop_proof");
	}
	for (const text of ["x", "a.b.c", `${proofFor(project)}.x`, `${proofFor(project)}A`])
		expectOAuthError(await forProgram(project, text), 400, "invalid_dpop_proof");
	expectStatus(await forProgram(project, proofFor(project, { now_ms: Date.now() - 50_000 })), 200);
	expectStatus(await forProgram(project, proofFor(project)), 200);
});

test("DP-01 a proof counts once; of twenty at once one does", async () => {
	const project = await makeProject(server);
	const proof = proofFor(project);
	expectStatus(await forProgram(project, proof), 200);
	expectOAuthError(await forProgram(project, proof), 400, "invalid_dpop_proof");
	const jti = "the same word";
	expectStatus(await forProgram(project, proofFor(project, { claims: { jti } })), 200);
	expectOAuthError(await forProgram(project, proofFor(project, { claims: { jti } })), 400, "invalid_dpop_proof");
	expectStatus(await forProgram(project, proofFor(project, { claims: { jti } }, makeKey())), 200);
	const contested = proofFor(project);
	const answers = await atOnce(20, () => forProgram(project, contested));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)]);
});

test("DP-02 two proofs are 400", async () => {
	const project = await makeProject(server);
	const answer = await send(server, project, "token", { grant_type: "client_credentials" }, { headers: { ...basic(project.clientId, project.secret), DPoP: [proofFor(project), proofFor(project)] } });
	expectOAuthError(answer, 400, "invalid_request");
	expectStatus(await forProgram(project, proofFor(project)), 200);
});

test("rule 24 a dpop_bound client gets no token without a proof", async () => {
	const app = await makeApp(server, { columns: { is_dpop_bound: 1 } });
	const browser = await (await projectUser(server, app)).session();
	const code = await getCode(app, browser);
	expectOAuthError(await redeem(server, app, code), 400, "invalid_dpop_proof");
	const tokens = expectStatus(await forCode(app, code, proofFor(app)), 200);
	assert.equal(tokens.token_type, "DPoP");
	expectOAuthError(await forRefresh(app, tokens.refresh_token), 400, "invalid_dpop_proof");
	assert.equal(expectStatus(await forRefresh(app, tokens.refresh_token, proofFor(app, {}, makeKey())), 200).token_type, "DPoP");
});

test("RT-08 rule 24 a public client's refresh token works with its key alone, and what doesn't fit leaves it good", async () => {
	const app = await makeApp(server, { isPublic: true });
	const browser = await (await projectUser(server, app)).session();
	const first = expectStatus(await forCode(app, await getCode(app, browser), proofFor(app)), 200);
	expectOAuthError(await forRefresh(app, first.refresh_token), 400, "invalid_grant");
	expectOAuthError(await forRefresh(app, first.refresh_token, proofFor(app, {}, makeKey())), 400, "invalid_grant");
	const second = expectStatus(await forRefresh(app, first.refresh_token, proofFor(app)), 200);
	assert.deepEqual([second.token_type, decode(second.access_token)[1].cnf], ["DPoP", { jkt: key.thumbprint }]);
	expectOAuthError(await forRefresh(app, second.refresh_token), 400, "invalid_grant");
	expectStatus(await forRefresh(app, second.refresh_token, proofFor(app)), 200);
});

test("DP-03 dpop_jkt binds the code: another key or none is invalid_grant, and burns it", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	for (const proof of [undefined, proofFor(app, {}, makeKey())]) {
		const code = await getCode(app, browser, { dpop_jkt: key.thumbprint });
		expectOAuthError(await forCode(app, code, proof), 400, "invalid_grant");
		expectOAuthError(await forCode(app, code, proofFor(app)), 400, "invalid_grant");
	}
	expectStatus(await forCode(app, await getCode(app, browser, { dpop_jkt: key.thumbprint }), proofFor(app)), 200);
	for (const dpop_jkt of ["short", `${key.thumbprint}A`, "=".repeat(43)])
		assert.equal(landing(await browser.get(authorizePath(app, { dpop_jkt }), { check: false })).error, "invalid_request");
});

test("DP-03 the key is still bound after pages in between", async () => {
	const app = await makeApp(server, { isFirstParty: false, columns: { scopes: "openid email" } });
	const browser = await (await projectUser(server, app)).session();
	const { request } = landing(await browser.get(authorizePath(app, { scope: "openid", dpop_jkt: key.thumbprint }), { check: false }));
	await browser.csrf();
	const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true }), 200);
	const url = new URL(continue_url);
	const { code } = landing(await browser.get(url.pathname + url.search, { check: false }));
	expectOAuthError(await forCode(app, code), 400, "invalid_grant");
});

test("DP-02 IR-06 a bound token works with its key's proof alone, at userinfo", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const browser = await user.session();
	const { access_token } = expectStatus(await forCode(app, await getCode(app, browser), proofFor(app)), 200);
	const bearer = await userinfo(app, access_token, { scheme: "Bearer" });
	expectOAuthError(bearer, 401, "invalid_token");
	assert.match(bearer.headers["www-authenticate"], /error="invalid_token".*DPoP algs="ES256 EdDSA RS256 PS256"/);
	const wrong = {
		"no proof": undefined, "as Bearer with a proof": null, "another's key": proofWith(app, access_token, {}, makeKey()), "another token's": proofWith(app, `${access_token}x`), "no token's": proofWith(app, undefined),
		"another method": proofWith(app, access_token, { method: "POST" }), "another address": proofWith(app, access_token, { url: `${app.issuer}/oauth/token` }),
	};
	for (const [what, proof] of Object.entries(wrong)) {
		const answer = await userinfo(app, access_token, proof === null ? { scheme: "Bearer", proof: proofWith(app, access_token) } : { proof });
		assert.equal(answer.status, 401, what);
	}
	assert.match((await userinfo(app, access_token)).headers["www-authenticate"], /DPoP algs="[^"]+", error="invalid_dpop_proof"/);
	const proof = proofWith(app, access_token);
	assert.equal(expectStatus(await userinfo(app, access_token, { proof }), 200).sub, user.id);
	assert.equal((await userinfo(app, access_token, { proof })).status, 401, "the proof is used up");
	const { access_token: plain } = await getTokens(server, app, { user, browser });
	assert.equal((await userinfo(app, plain, { proof: proofWith(app, plain) })).status, 401, "what isn't bound isn't DPoP's");
	expectStatus(await userinfo(app, plain, { scheme: "Bearer" }), 200);
});

test("DP-04 where a nonce is demanded, a proof needs one that is fresh and the project's", async () => {
	const app = await makeApp(server, { type: "hybrid" });
	const other = await makeProject(server, { owner: app.owner });
	for (const { session, id } of [app, other])
		expectStatus(await session.patch("/api/v1/oauth_settings", { dpop_require_nonce: true }, { headers: { "X-Project-Id": id } }), 200);
	const without = await forProgram(app, proofFor(app));
	expectOAuthError(without, 400, "use_dpop_nonce");
	const nonce = without.headers["dpop-nonce"];
	assert.match(nonce, /^[A-Za-z0-9_-]{43}$/);
	assert.match(without.headers["access-control-expose-headers"], /DPoP-Nonce/);
	for (const wrong of ["x", `${nonce}A`, "", (await forProgram(other, proofFor(other))).headers["dpop-nonce"]])
		expectOAuthError(await forProgram(app, proofFor(app, { nonce: wrong })), 400, "use_dpop_nonce");
	const good = await forProgram(app, proofFor(app, { nonce }));
	expectStatus(good, 200);
	assert.ok(good.headers["dpop-nonce"], "the next one comes along");
	expectStatus(await forProgram(app), 200);
	const browser = await (await projectUser(server, app)).session();
	const { access_token } = expectStatus(await forCode(app, await getCode(app, browser), proofFor(app, { nonce })), 200);
	const refused = await userinfo(app, access_token, { proof: proofWith(app, access_token) });
	assert.equal(refused.status, 401);
	assert.match(refused.headers["www-authenticate"], /DPoP algs="[^"]+", error="use_dpop_nonce"/);
	expectStatus(await userinfo(app, access_token, { proof: proofWith(app, access_token, { nonce: refused.headers["dpop-nonce"] }) }), 200);
});
