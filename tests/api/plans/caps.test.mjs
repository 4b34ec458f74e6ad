// What an organization's own plan, a plan of the console, allows it to have (licensing.md rule 35, tenancy.md rules 33 and 34).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, feature, invitation, limitProject, operator, ownServer, person, plan, tally } from "../../harness/index.mjs";

const server = await ownServer();
const boss = await operator(server);
const console_ = { id: server.consoleId };
const operating = await boss.session();
const onConsole = await boss.session({ headers: { "X-Project-Id": server.consoleId } });
for (const feature_key of ["projects", "members", "api_keys", "clients", "licenses", "requests_per_minute"])
	await feature(boss, console_, { feature_key, type: "limit", default: null });
for (const feature_key of ["floating_licenses", "license_bulk", "trusted_issuers"])
	await feature(boss, console_, { feature_key });
const small = await plan(boss, console_, { plan_key: "small", features: { projects: 3, members: 2, api_keys: 1 } });
await plan(boss, console_, { plan_key: "maker", features: { clients: 2, licenses: 4, license_bulk: true } });
await plan(boss, console_, { plan_key: "slow", features: { requests_per_minute: 3 } });
await plan(boss, console_, { plan_key: "whole", features: { floating_licenses: true, license_bulk: true, trusted_issuers: true } });
await plan(boss, console_, {
	plan_key: "metered",
	meters: [{ meter_key: "requests", included: 100, overage: null }, { meter_key: "emails", included: 10, overage: { unit: 10, price: 5 } }, { meter_key: "mau", included: null, overage: null }],
});

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

const LICENSES = "/api/v1/licenses";
const sold = { product_name: "Pro" };

test("rule 35: of 20 licenses made at once with four places left four are, in whichever project; in bulk and by import all or none; a revoked one leaves its place", async () => {
	const owner = await person(server);
	const [one, other] = [await owner.org.project(), await owner.org.project()];
	const [session, second] = [await owner.session({ headers: { "X-Project-Id": one.id } }), await owner.session({ headers: { "X-Project-Id": other.id } })];
	await setPlan(owner, "maker");
	assert.deepEqual(tally(await atOnce(20, (i) => (i % 2 ? session : second).post(LICENSES, sold))), { 201: 4, 403: 16 });
	const full = { limit_key: "licenses", limit: 4, used: 4 };
	assert.deepEqual(expectError(await session.post(LICENSES, sold), 403, "plan_limit_reached").details, full);
	// Which of the projects they are in is the race's own affair.
	const found = await Promise.all([session, second].map(async (by) => expectStatus(await by.get(LICENSES), 200).data.map(({ id }) => ({ by, id }))));
	const { by, id } = found.flat()[0];
	expectStatus(await by.post(`${LICENSES}/${id}/revoke`, {}), 200);
	const csv = "product_name\nPro\nPro";
	assert.deepEqual(expectError(await session.post(`${LICENSES}/bulk`, { count: 2, template: sold }), 403, "plan_limit_reached").details, { ...full, used: 3 });
	expectError(await session.post(`${LICENSES}/import`, { csv, dry_run: true }), 403, "plan_limit_reached");
	expectError(await session.post(`${LICENSES}/import`, { csv }), 403, "plan_limit_reached");
	expectStatus(await session.post(`${LICENSES}/bulk`, { count: 1, template: sold }), 201);
	await setPlan(owner, "whole");
	assert.equal(expectStatus(await session.post(`${LICENSES}/import`, { csv }), 200).created, 2);
});

test("of ten clients made at once with one place left one is; those of other projects count", async () => {
	const owner = await person(server);
	const session = await owner.session({ headers: { "X-Project-Id": owner.org.defaultProject.id } });
	await setPlan(owner, "maker");
	assert.deepEqual(tally(await atOnce(10, () => session.post("/api/v1/clients", { name: "App" }))), { 201: 1, 403: 9 });
	assert.deepEqual(expectError(await session.post("/api/v1/clients", { name: "App" }), 403, "plan_limit_reached").details, { limit_key: "clients", limit: 2, used: 2 });
});

test("rule 35: what a plan leaves out needs an upgrade, by the next request after it there is no need", async () => {
	const owner = await person(server);
	const project = await owner.org.project({ type: "mcp" });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const asked = {
		floating_licenses: () => session.post(LICENSES, { ...sold, mode: "floating" }),
		license_bulk: () => session.post(`${LICENSES}/bulk`, { count: 1, template: sold }),
		trusted_issuers: () => session.post("/api/v1/trusted_issuers", { kind: "workload", issuer: "https://cluster.example", jwks_uri: "https://cluster.example/jwks", subject: "agent", client_id: project.clientId }),
	};
	const floatingOnes = () => session.post(`${LICENSES}/import`, { csv: "product_name,mode\nPro,floating" });
	await setPlan(owner, "small");
	for (const [feature_key, ask] of Object.entries(asked))
		assert.deepEqual(expectError(await ask(), 403, "upgrade_required").details, { feature_key });
	expectError(await floatingOnes(), 403, "upgrade_required");
	expectStatus(await session.post(LICENSES, sold), 201);
	await setPlan(owner, "maker");
	assert.deepEqual(expectError(await floatingOnes(), 403, "upgrade_required").details, { feature_key: "floating_licenses" });
	await setPlan(owner, "whole");
	for (const ask of Object.values(asked))
		expectStatus(await ask(), 201);
	assert.equal(expectStatus(await floatingOnes(), 200).created, 1);
});

test("a project's limit isn't above what the organization's plan includes, where nothing beyond that is sold; the bill shows what is used of each cap", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id, "X-Org-Id": owner.org.id } });
	await limitProject(owner, project, { requests: 1000 });
	await setPlan(owner, "metered");
	const put = (limits) => session.put("/api/v1/project_limits", { limits });
	expectField(await put({ requests: 101, emails: 1 }), "limits.requests", "above_plan");
	assert.deepEqual(expectStatus(await session.get("/api/v1/project_limits"), 200), { limits: { requests: 1000 } });
	expectStatus(await put({ requests: 100, emails: 1000, mau: 1000, validations: 1000 }), 200);
	await setPlan(owner, "small");
	const { caps } = expectStatus(await session.get("/api/v1/billing"), 200);
	assert.deepEqual(caps, [
		{ limit_key: "projects", limit: 3, used: 1 }, { limit_key: "members", limit: null, used: 1 }, { limit_key: "api_keys", limit: 1, used: 0 },
		{ limit_key: "clients", limit: null, used: 1 }, { limit_key: "licenses", limit: null, used: 0 },
	]);
});

test("tenancy rule 32: a plan's requests_per_minute hold each project's programs together, its people not; the change of plan counts at once", async () => {
	const owner = await person(server);
	const project = await owner.org.project();
	const keys = [await owner.org.key({ project }), await owner.org.key({ project })];
	const elsewhere = await owner.org.key({ project: await owner.org.project() });
	const ask = (by) => by.get("/api/v1/meters");
	for (let i = 0; i < 4; i++)
		expectStatus(await ask(keys[0]), 200);
	await setPlan(owner, "slow");
	const answers = await atOnce(8, (i) => ask(keys[i % 2]));
	assert.deepEqual(tally(answers), { 200: 3, 429: 5 });
	assert.deepEqual((({ family, limit }) => [family, limit])(expectError(await ask(keys[1]), 429, "rate_limited").details), ["project", 3]);
	assert.equal((await ask(elsewhere)).headers["x-ratelimit-limit"], "3");
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await ask(session), 200);
	await setPlan(owner, "whole");
	expectStatus(await ask(keys[0]), 200);
});
