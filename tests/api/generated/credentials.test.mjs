// Generated for every route: who is asking, may that kind of credential, may that role or scope, and is it our own page.

import assert from "node:assert/strict";
import { expectError } from "../../harness/expect.mjs";
import { openFlow } from "../../harness/fixtures.mjs";
import { KEY_SCOPES, OAUTH_SCOPES } from "../../harness/person.mjs";
import { expectPlain, gate, gated, isPublic, kindsOf, LEAST_ROLE, perKind, prepare, ROLES, stripped } from "./cases.mjs";

const guarded = gated.filter((route) => !isPublic(route));
const withPermission = guarded.filter((route) => route.permission && route.permission !== "*");

gate("each allowed credential succeeds", 516, perKind(guarded), async (one) => {
	await expectPlain(await prepare(one, one.kind));
});

gate("no credential: 401 with WWW-Authenticate", 185, guarded, async (route) => {
	const request = await prepare(route);
	expectError(await request.send({ by: stripped(request.client) }), 401, "unauthorized");
	await expectPlain(request);
});

gate("a malformed credential: 401, also beside a good X-Auth-Token or cookie", 185, guarded, async (route) => {
	const request = await prepare(route);
	const nobody = stripped(request.client);
	for (const text of ["nonsense", "gpat_", "gsk_live_0123456789abcdefghijklmnopqrstuv000000", "a b"])
		expectError(await request.send({ by: nobody, headers: { Authorization: `Bearer ${text}` } }), 401, "unauthorized");
	expectError(await request.send({ by: nobody, headers: { Authorization: "Basic dXNlcjpwYXNz" } }), 401, "unauthorized");
	expectError(await request.send({ by: nobody, headers: { "X-Auth-Token": "nonsense" } }), 401, "unauthorized");
	expectError(await request.send({ by: stripped(request.client, { cookies: { "__Host-gatehouse": "nonsense" } }), csrf: false }), 401, "unauthorized");
	expectError(await request.send({ headers: { Authorization: "Bearer nonsense", "X-Auth-Token": request.client.secret } }), 401, "unauthorized");
	await expectPlain(request);
});

// Where none of the console's credentials is ever sent, none is the wrong one.
const wrongKinds = guarded.filter((route) => route.site !== "auth").flatMap((route) => [
	...[..."SPKO"].filter((kind) => !kindsOf(route).includes(kind)).map((kind) => ({ ...route, kind, label: `${route.name} as ${kind}` })),
	...(route.callers.includes("U") ? [{ ...route, kind: "pinned", label: `${route.name} as a pinned key` }] : []),
]);

gate("the wrong kind of credential: 403 credential_not_allowed", 226, wrongKinds, async (one) => {
	const request = await prepare(one);
	expectError(await request.send({ by: await request.world.client(one.kind) }), 403, "credential_not_allowed");
	await expectPlain(request);
});

const lowRoles = withPermission.filter((route) => !["viewer", "operator"].includes(LEAST_ROLE[route.permission]))
	.flatMap((route) => [..."SPO"].filter((kind) => route.callers.includes(kind)).map((kind) => ({ ...route, kind, label: `${route.name} as ${kind}` })));

gate("the role just below: 403 forbidden", 272, lowRoles, async (one) => {
	const least = LEAST_ROLE[one.permission];
	const request = await prepare(one);
	const below = await request.world.org.member(ROLES[ROLES.indexOf(least) - 1]);
	const enough = await request.world.org.member(least);
	const as = (person) => ({ S: () => person.session(), P: () => person.token(), O: () => person.accessToken() })[one.kind]();
	expectError(await request.send({ by: await as(below) }), 403, "forbidden");
	const answer = await request.send({ by: await as(enough) });
	if (answer.status !== request.status)
		throw new Error(`with the role ${least}: ${answer.status} ${answer.text}`);
});

const scoped = withPermission.filter((route) => kindsOf(route).includes("K"));

gate("a key without the scope: 403 insufficient_scope", 103, scoped, async (route) => {
	const request = await prepare(route, "K");
	const without = await request.world.org.key({ scopes: KEY_SCOPES.filter((scope) => scope !== route.permission) });
	expectError(await request.send({ by: without }), 403, "insufficient_scope");
	const only = await request.world.org.key({ scopes: [route.permission] });
	const answer = await request.send({ by: only });
	if (answer.status !== request.status)
		throw new Error(`with only ${route.permission}: ${answer.status} ${answer.text}`);
});

const narrowed = withPermission.filter((route) => kindsOf(route).includes("O"));

gate("AT-10 an OAuth token without the scope: 403 insufficient_scope, and the challenge names it beside what the token has", 103, narrowed, async (route) => {
	const request = await prepare(route, "O");
	const { owner } = request.world;
	const scopes = OAUTH_SCOPES.filter((scope) => scope !== route.permission).slice(0, 2);
	const answer = await request.send({ by: await owner.accessToken({ scopes }) });
	expectError(answer, 403, "insufficient_scope");
	assert.match(answer.headers["www-authenticate"], /^Bearer .*error="insufficient_scope", resource_metadata="https:\/\/localhost:\d+\/\.well-known\/oauth-protected-resource\/api", scope="/);
	assert.equal(/scope="([^"]*)"$/.exec(answer.headers["www-authenticate"])[1], [...scopes, route.permission].join(" "));
	const only = await request.send({ by: await owner.accessToken({ scopes: [route.permission] }) });
	if (only.status !== request.status)
		throw new Error(`with only ${route.permission}: ${only.status} ${only.text}`);
});

const written = guarded.filter((route) => route.method !== "GET" && route.callers.includes("S"));

gate("U-5 SE-09 a session's write that doesn't come from our page: 403 csrf_failed", 116, written, async (route) => {
	const request = await prepare(route, "S");
	const other = await request.world.owner.session();
	expectError(await request.send({ headers: { "X-CSRF-Token": null } }), 403, "csrf_failed");
	expectError(await request.send({ headers: { "X-CSRF-Token": await other.csrf() } }), 403, "csrf_failed");
	expectError(await request.send({ headers: { Origin: null } }), 403, "csrf_failed");
	await expectPlain(request);
	// Somebody else goes on: some routes may be asked six times a minute.
	const again = await prepare(route, "S");
	expectError(await again.send({ headers: { Origin: "https://evil.example" } }), 403, "csrf_failed");
	expectError(await again.send({ headers: { Origin: `${again.client.origin}.evil.example` } }), 403, "csrf_failed");
	expectError(await again.send({ headers: { Origin: "null" } }), 403, "csrf_failed");
	expectError(await again.send({ headers: { "Sec-Fetch-Site": "cross-site" } }), 403, "csrf_failed");
	await expectPlain(again);
});

const flowActions = gated.filter((route) => route.path.startsWith("/api/v1/flows/{flow_id}/"));

gate("U-4 a flow's action without its token or from another page: 403 csrf_failed; from another browser: 404", 20, flowActions, async (route) => {
	const request = await prepare(route);
	expectError(await request.send({ headers: { "X-Flow-Token": null } }), 403, "csrf_failed");
	expectError(await request.send({ headers: { "X-Flow-Token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } }), 403, "csrf_failed");
	expectError(await request.send({ headers: { Origin: null } }), 403, "csrf_failed");
	expectError(await request.send({ headers: { Origin: "https://evil.example" } }), 403, "csrf_failed");
	expectError(await request.send({ by: request.client.with({ cookies: {} }) }), 403, "csrf_failed");
	const { browser } = await openFlow(request.world.server);
	expectError(await request.send({ by: request.client.with({ cookies: browser.cookies }) }), 404, "not_found");
	await expectPlain(request);
});
