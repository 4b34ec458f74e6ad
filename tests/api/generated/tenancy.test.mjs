// Generated for every route: what belongs to somebody else answers exactly like what doesn't exist (TN-01, conventions.md section 6).

import assert from "node:assert/strict";
import { expectError, withoutRequestId } from "../../harness/expect.mjs";
import { expectPlain, gate, gated, kindsOf, prepare } from "./cases.mjs";
import { nobodysId, strangersId } from "./samples.mjs";

const parametersOf = (route) => [...route.path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]);

/** The target with another value for one of the path's parameters. */
function replaceParameter(request, parameter, value) {
	const [path, query] = request.target.split("?");
	const at = request.route.path.split("/").indexOf(`{${parameter}}`);
	const segments = path.split("/");
	segments[at] = value;
	return segments.join("/") + (query ? `?${query}` : "");
}

// Operators see every organization: theirs are written by hand.
// A template that isn't there is made by its PUT; a metric is a word, the same for everybody.
const NAMES_A_WORD = new Set(["mail_template_put", "analytics_metric"]);
const inPath = gated.filter((route) => route.permission !== "installation.write" && !NAMES_A_WORD.has(route.id)).flatMap((route) => parametersOf(route).flatMap((parameter) =>
	(kindsOf(route).length > 0 ? kindsOf(route) : [undefined]).map((kind) => ({ ...route, parameter, kind, label: `${route.name} {${parameter}}${kind ? ` as ${kind}` : ""}` }))));

gate("TN-01 a stranger's id in the path: 404, the same octets as an id that doesn't exist", 303, inPath, async (one) => {
	const request = await prepare(one, one.kind);
	const strangers = await request.send({ target: replaceParameter(request, one.parameter, await strangersId(request.world, one.parameter, one)) });
	const nobodys = await request.send({ target: replaceParameter(request, one.parameter, nobodysId(one.parameter, one)) });
	expectError(strangers, 404, "not_found");
	expectError(nobodys, 404, "not_found");
	assert.equal(withoutRequestId(strangers), withoutRequestId(nobodys));
	await expectPlain(request);
});

const isId = (route, parameter) => route.input.find(({ name }) => name === parameter)?.type === "id";

gate("a malformed id in the path: 400 invalid_id, before anything is looked up", 105, gated.flatMap((route) => parametersOf(route).filter((parameter) => isId(route, parameter)).map((parameter) => ({ ...route, parameter, label: `${route.name} {${parameter}}` }))), async (one) => {
	const request = await prepare(one);
	const good = nobodysId(one.parameter, one);
	for (const bad of ["x", good.slice(0, -1), `${good}0`, good.toUpperCase(), `aaa_${good.split("_")[1]}`, `${good.slice(0, -1)}'`])
		expectMalformed(one, await request.send({ target: replaceParameter(request, one.parameter, bad) }));
	await expectPlain(await prepare(one));	// somebody else: some routes may be asked six times a minute
});

/** nginx knows the password pool's routes by well-formed ids: a malformed one reaches the other pool, which has no such route. */
function expectMalformed(route, answer) {
	if (route.pool === "password" && answer.status === 404)
		expectError(answer, 404, "not_found");
	else
		expectError(answer, 400, "invalid_id");
}

const onProject = gated.filter((route) => route.tenant === "project").flatMap((route) => kindsOf(route).map((kind) => ({ ...route, kind, label: `${route.name} as ${kind}` })));

gate("X-Project-Id and ?project_id= of a stranger: 404, the same octets as one that doesn't exist", 378, onProject, async (one) => {
	const request = await prepare(one, one.kind);
	const glue = (target, id) => `${target.replace(/([?&])project_id=[^&]*/, "$1").replace(/[?&]$/, "")}${target.replace(/[?&]project_id=[^&]*/, "").includes("?") ? "&" : "?"}project_id=${id}`;
	const plain = request.target.replace(/[?&]project_id=[^&]*/, "");
	const strangers = await strangersId(request.world, "project_id");
	const nobodys = nobodysId("project_id");
	for (const send of [(id) => request.send({ target: plain, headers: { "X-Project-Id": id } }), (id) => request.send({ target: glue(request.target, id) })]) {
		const first = await send(strangers);
		const second = await send(nobodys);
		expectError(first, 404, "not_found");
		assert.equal(withoutRequestId(first), withoutRequestId(second));
	}
	expectError(await request.send({ target: plain, headers: { "X-Project-Id": "prj_nonsense" } }), 400, "invalid_id");
	await expectPlain(request);
});

const onOrg = gated.filter((route) => ["org", "project", "project_in_path"].includes(route.tenant) && route.callers.includes("S"));

gate("X-Org-Id of a stranger: 404 for a session, the same octets as one that doesn't exist", 137, onOrg, async (route) => {
	const request = await prepare(route, "S");
	const strangers = await request.send({ headers: { "X-Org-Id": await strangersId(request.world, "org_id") } });
	const nobodys = await request.send({ headers: { "X-Org-Id": nobodysId("org_id") } });
	expectError(strangers, 404, "not_found");
	assert.equal(withoutRequestId(strangers), withoutRequestId(nobodys));
	expectError(await request.send({ headers: { "X-Org-Id": "org_nonsense" } }), 400, "invalid_id");
	await expectPlain(request);
});
