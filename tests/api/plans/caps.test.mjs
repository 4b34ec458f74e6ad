// What an organization's own plan, a plan of the console, allows it to have (licensing.md rule 35, tenancy.md rules 33 and 34).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, feature, invitation, operator, ownServer, person, plan, tally } from "../../harness/index.mjs";

const server = await ownServer();
const boss = await operator(server);
const console_ = { id: server.consoleId };
const operating = await boss.session();
const onConsole = await boss.session({ headers: { "X-Project-Id": server.consoleId } });
for (const feature_key of ["projects", "members", "api_keys"])
	await feature(boss, console_, { feature_key, type: "limit" });
const small = await plan(boss, console_, { plan_key: "small", features: { projects: 3, members: 2, api_keys: 1 } });

const setPlan = async ({ org }, key) => expectStatus(await operating.patch(`/api/v1/installation/orgs/${org.id}`, { plan: key }), 200).plan;

test("an operator puts an organization on a plan, everybody there sees it, and takes it away", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const seen = async () => [expectStatus(await session.get(`/api/v1/orgs/${owner.org.id}`), 200).plan, expectStatus(await session.get("/api/v1/me/orgs"), 200).data.find(({ id }) => id === owner.org.id).plan];
	assert.deepEqual(await seen(), [null, null]);
	assert.equal(await setPlan(owner, "small"), "small");
	assert.deepEqual(await seen(), ["small", "small"]);
	expectField(await operating.patch(`/api/v1/installation/orgs/${owner.org.id}`, { plan: "nothing" }), "plan", "unknown_plan");
	const old = await plan(boss, console_, { plan_key: "old" });
	expectStatus(await onConsole.patch(`/api/v1/plans/${old.id}`, { archived: true }), 200);
	expectError(await operating.patch(`/api/v1/installation/orgs/${owner.org.id}`, { plan: "old" }), 409, "plan_archived");
	assert.equal(await setPlan(owner, null), null);
	assert.equal(await setPlan(owner, null), null);
	assert.deepEqual(await seen(), [null, null]);
});

test("rule 33: of 20 projects made at once with one place left one is; without a plan there is no limit", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const create = () => session.post("/api/v1/projects", { name: "Shop" });
	expectStatus(await create(), 201);
	await setPlan(owner, "small");
	const answers = await atOnce(20, create);
	assert.deepEqual(tally(answers), { 201: 1, 403: 19 });
	const { details } = expectError(await create(), 403, "plan_limit_reached");
	assert.deepEqual(details, { limit_key: "projects", limit: 3, used: 3 });
	await setPlan(owner, null);
	expectStatus(await create(), 201);
	await setPlan(owner, "small");
	// rule 34: more than the plan allows is there, and stays
	assert.equal(expectStatus(await session.get("/api/v1/projects"), 200).data.length, 4);
	assert.equal(expectError(await create(), 403, "plan_limit_reached").details.used, 4);
});

test("service keys have a cap, personal tokens don't; a revoked key leaves its place", async () => {
	const owner = await person(server);
	const session = await owner.session();
	await setPlan(owner, "small");
	const create = (kind) => session.post("/api/v1/api_keys", { kind, name: "One" });
	const key = expectStatus(await create("service"), 201);
	const { details } = expectError(await create("service"), 403, "plan_limit_reached");
	assert.deepEqual(details, { limit_key: "api_keys", limit: 1, used: 1 });
	expectStatus(await create("personal"), 201);
	expectStatus(await session.delete(`/api/v1/api_keys/${key.id}`), 204);
	expectStatus(await create("service"), 201);
});

test("of two people who accept at once with one place left one becomes a member; a full organization invites nobody", async () => {
	const owner = await person(server);
	const session = await owner.session();
	await setPlan(owner, "small");
	const invited = await Promise.all([1, 2].map(async () => {
		const one = await person(server);
		const { secret } = await invitation(owner.org, { email: one.email });
		return { browser: await one.session(), secret };
	}));
	const answers = await atOnce(2, (i) => invited[i].browser.post("/api/v1/invitations/accept", { secret: invited[i].secret }));
	assert.deepEqual(tally(answers), { 201: 1, 403: 1 });
	assert.deepEqual(expectError(answers.find(({ status }) => status === 403), 403, "plan_limit_reached").details, { limit_key: "members", limit: 2, used: 2 });
	const invite = () => session.post("/api/v1/invitations", { kind: "email", email: "somebody@example.com", role: "member" });
	expectError(await invite(), 403, "plan_limit_reached");
	expectStatus(await onConsole.patch(`/api/v1/plans/${small.id}`, { features: { projects: 3, members: null, api_keys: 1 } }), 200);
	expectStatus(await invite(), 201);
});
