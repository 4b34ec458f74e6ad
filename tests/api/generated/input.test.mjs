// Generated for every route: what can't be read or isn't expected is refused, never guessed (HT-*, conventions.md section 6).

import assert from "node:assert/strict";
import { expectError, expectField } from "../../harness/expect.mjs";
import { expectPlain, gate, gated, prepare, routes, takesBody } from "./cases.mjs";

const DECIDING = ["X-Auth-Token", "X-Org-Id", "X-Project-Id", "X-Client-Id", "X-Flow-Token", "X-CSRF-Token", "Idempotency-Key", "DPoP", "Content-Type", "Origin"];
const withBody = gated.filter(takesBody);
const withoutBody = gated.filter((route) => !takesBody(route));
const addQuery = (target, pair) => `${target}${target.includes("?") ? "&" : "?"}${pair}`;

gate("HT-04 a header that decides something, sent twice: 400 ambiguous_header", 220, gated, async (route) => {
	const request = await prepare(route);
	for (const name of DECIDING)
		expectError(await request.send({ headers: { [name]: ["a", "a"] } }), 400, "ambiguous_header");
	await expectPlain(request);
});

gate("an unknown query parameter: 422 rule unknown", 220, gated, async (route) => {
	const request = await prepare(route);
	expectField(await request.send({ target: addQuery(request.target, "nonsense=1") }), "nonsense", "unknown");
	await expectPlain(request);
});

gate("a query parameter sent twice: 422", 220, gated, async (route) => {
	const request = await prepare(route);
	expectError(await request.send({ target: addQuery(request.target, "nonsense=1&nonsense=1") }), 422, "validation_failed");
	await expectPlain(request);
});

gate("HT-16 an unknown member: 422 rule unknown", 113, withBody, async (route) => {
	const request = await prepare(route);
	expectField(await request.send({ json: { ...request.json, nonsense: 1 } }), "nonsense", "unknown");
	await expectPlain(request);
});

const BAD_JSON = [
	"{", "[]", "1", '"text"', "null", '{"a":1,"a":2}', '{"a":"\\u0000"}', '{"a":NaN}', "{'a':1}", '{"a":1,}', '{"a":1} x', '\uFEFF{}',
	'{"a":1.5e400}', '{"a":9007199254740993}', `${'{"a":'.repeat(33)}1${"}".repeat(33)}`, '{"a":"\\ud800"}', "{/**/}",
	Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0xaf, 0x22, 0x7d]),	// an overlong slash
];

gate("HT-15 malformed JSON: 400 invalid_json", 113, withBody, async (route) => {
	const request = await prepare(route);
	const headers = { "Content-Type": "application/json" };
	// All of them on one route; elsewhere a few in turn, so that the tighter rate limits don't answer first.
	const turn = withBody.findIndex(({ name }) => name === route.name);
	const bodies = route.name === "POST /api/v1/orgs" ? BAD_JSON : [0, 1, 2, 3].map((i) => BAD_JSON[(turn * 4 + i) % BAD_JSON.length]);
	for (const body of bodies)
		expectError(await request.send({ body, headers }), 400, "invalid_json");
	await expectPlain(request);
});

gate("HT-12 HT-13 another content type or a compressed body: 415", 113, withBody, async (route) => {
	const request = await prepare(route);
	const body = JSON.stringify(request.json ?? {});
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1", "application/jsonp", "multipart/form-data; boundary=x"])
		expectError(await request.send({ body, headers: { "Content-Type": type } }), 415, "unsupported_media_type");
	await expectPlain(request);
	// Somebody else goes on: some routes may be asked six times a minute.
	const again = await prepare(route);
	expectError(await again.send({ body, headers: { "Content-Type": null } }), 415, "unsupported_media_type");
	expectError(await again.send({ headers: { "Content-Encoding": "gzip" } }), 415, "unsupported_media_type");
	await expectPlain(again);
});

gate("HT-11 a body over the route's limit: 413", 113, withBody, async (route) => {
	const request = await prepare(route);
	const body = JSON.stringify({ ...request.json, nonsense: "x".repeat(route.body_bytes_max) });
	const answer = await request.send({ body, headers: { "Content-Type": "application/json" } });
	assert.equal(answer.status, 413, answer.text);
	assert.equal(answer.json.error.code, "body_too_large");
	await expectPlain(request);
});

gate("HT-10 a body where the method takes none: 400", 107, withoutBody, async (route) => {
	const request = await prepare(route);
	const answer = await request.send({ body: "{}", headers: { "Content-Type": "application/json" } });
	assert.equal(answer.status, 400, answer.text);
	await expectPlain(request);
});

gate("HT-08 the path in another letter case or with a slash behind: 404", 227, routes, async (route) => {
	const request = await prepare(route);
	const [path, query] = request.target.split("?");
	const behind = query ? `?${query}` : "";
	const literal = route.path.split("/").findLastIndex((segment) => segment && !segment.startsWith("{"));
	const shouted = path.split("/").map((segment, i) => (i === literal ? segment[0].toUpperCase() + segment.slice(1) : segment)).join("/");
	const other = await request.send({ target: shouted + behind });
	// Where a sibling takes an id, the shouted word is a malformed id to it.
	const isId = methodsOf(shouted).length > 0;
	assert.ok(isId ? other.status >= 400 && other.status < 500 : other.status === 404, `${shouted}: ${other.status}`);
	assert.equal((await request.send({ target: `${path}/${behind}` })).status, 404);
	await expectPlain(request);
});

gate("HT-07 an ambiguous path: 400, no redirect", 220, gated, async (route) => {
	const request = await prepare(route);
	const [path] = request.target.split("?");
	for (const bad of [path.replace("/api/v1/", "/api/v1//"), path.replace("/api/v1/", "/api/v1/./"), path.replace("/api/v1/", "/api/v1/x/../"), path.replace("/v1/", "/v1%2F"), `${path};x`, `${path}%00`, path.replace("/v1/", "/%761/")]) {
		const answer = await request.send({ target: bad });
		assert.ok([400, 404].includes(answer.status), `${bad}: ${answer.status}`);
		if (!bad.includes("%761"))
			assert.equal(answer.status, 400, `${bad}: ${answer.text}`);
	}
	await expectPlain(request);
});

/** Also those of a route that takes the segment for an id: /members/me is a path of /members/{id}. */
const methodsOf = (path) => routes.filter((route) => new RegExp(`^${route.path.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path)).map((route) => route.method);

gate("HT-09 another method: 405 with Allow; an override header changes nothing", 220, gated, async (route) => {
	const request = await prepare(route);
	const methods = methodsOf(route.path);
	const own = routes.filter(({ path }) => path === route.path).map(({ method }) => method);
	const foreign = ["PUT", "PATCH"].find((name) => !methods.includes(name));
	for (const method of [foreign, "FOO", ...["GET", "POST", "DELETE"].filter((name) => !methods.includes(name)).slice(0, 1)]) {
		const answer = await request.send({ method, body: undefined, check: false, csrf: false });
		expectError(answer, 405, "method_not_allowed");
		const allowed = answer.headers.allow.split(/, */);
		for (const name of own)
			assert.ok(allowed.includes(name), `Allow names ${name}: ${answer.headers.allow}`);
		assert.ok(!allowed.includes(method));
	}
	const overridden = await request.send({ method: foreign, body: undefined, check: false, csrf: false, headers: { "X-HTTP-Method-Override": route.method } });
	expectError(overridden, 405, "method_not_allowed");
	await expectPlain(request);
});

gate("HEAD is GET without the body", 81, routes.filter((route) => route.method === "GET"), async (route) => {
	const request = await prepare(route);
	const head = await request.send({ method: "HEAD" });
	assert.equal(head.status, request.status);
	assert.equal(head.text, "");
	await expectPlain(request);
});

gate("HT-17 HT-18 every reply: request id, JSON in UTF-8, nosniff, HSTS, rate-limit headers", 220, gated, async (route) => {
	const request = await prepare(route);
	const answer = await request.send();
	assert.equal(answer.status, request.status, answer.text);
	assert.match(answer.headers["x-request-id"], /^req_[a-z0-9]{16}$/);
	assert.equal(answer.headers["x-content-type-options"], "nosniff");
	assert.match(answer.headers["strict-transport-security"], /max-age=(\d{8,}).*includeSubDomains/i);
	for (const name of ["limit", "remaining", "reset"])
		assert.match(answer.headers[`x-ratelimit-${name}`] ?? "", /^\d+$/, `X-RateLimit-${name}`);
	if (answer.text)
		assert.match(answer.headers["content-type"], route.name === "GET /api/v1/audit_events/export" ? /^text\/csv; charset=utf-8/ : /^application\/json; charset=utf-8$/i);
	assert.equal(answer.headers.server?.includes("/") ?? false, false, "no version");
});

