// Limits on what Gatehouse counts itself: each is refused where it is used, and by nothing else (licensing.md rules 32 and 33).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, license, limitProject, makeEmail, person, question, sharedServer, until } from "../../harness/index.mjs";
import { callTool } from "../mcp/mcp.mjs";
import { makeProject, send } from "../oauth/oauth.mjs";

const server = await sharedServer();
const METERS = "/api/v1/meters";

/** A limit of five of a meter of which so much was used. */
async function full(project, meter_key, { used = 5 } = {}) {
	const now = new Date();
	const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString().slice(0, 23).replace("T", " ");
	await server.sql.run`INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent) VALUES (${project.id}, ${meter_key}, ${project.id}, ${month}, ${used}, 0) ON DUPLICATE KEY UPDATE used = ${used}`;
	await limitProject(project.owner, project, { [meter_key]: 5 });
}

async function make(options) {
	const owner = await person(server);
	return { ...(await owner.org.project(options)), owner, org: owner.org };
}

/** What was counted before may be written meanwhile, so one more may have been used. */
function isRefused(answer, meter_key) {
	const { details } = expectError(answer, 403, "quota_exceeded");
	assert.deepEqual([details.meter_key, details.limit], [meter_key, 5]);
	assert.ok(details.used === 5 || details.used === 6, String(details.used));
}

const toldOf = async (project) => (await server.sql.rows`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'quota.exceeded'`).map(({ data }) => JSON.parse(data).meter_key);

test("requests: programs are refused, the first of them is told; people at the dashboard aren't, nor who looks at use or sets the limit, which holds from the next request on", async () => {
	const project = await make();
	const key = await project.org.key({ project });
	const session = await project.owner.session({ headers: { "X-Project-Id": project.id } });
	const elsewhere = await project.org.key({ project: await project.org.project() });
	await full(project, "requests", { used: 4 });
	expectStatus(await key.get(METERS), 200);
	await server.sql.run`UPDATE usage_counters SET used = 5 WHERE project_id = ${project.id}`;
	await limitProject(project.owner, project, { requests: 5 });
	for (let i = 0; i < 2; i++)
		isRefused(await key.get(METERS), "requests");
	assert.deepEqual(await toldOf(project), ["requests"]);
	expectStatus(await session.get(METERS), 200);
	expectStatus(await elsewhere.get(METERS), 200);
	expectStatus(await key.get("/api/v1/usage"), 200);
	expectStatus(await key.get("/api/v1/project_limits"), 200);
	await limitProject(project.owner, project, { requests: 60 });
	expectStatus(await key.get(METERS), 200);
	await limitProject(project.owner, project, {});
	expectStatus(await key.get(METERS), 200);
});

test("token_issues: the token endpoint says so in its own words, and another meter is no reason", async () => {
	const project = await makeProject(server);
	const ask = () => send(server, project, "token", { grant_type: "client_credentials" });
	await full(project, "validations");
	expectStatus(await ask(), 200);
	await full(project, "token_issues");
	const refused = expectStatus(await ask(), 403);
	assert.equal(refused.error, "quota_exceeded");
	await limitProject(project.owner, project, { token_issues: 6 });
	expectStatus(await ask(), 200);
});

test("validations: an unsigned refusal, which is no verdict", async () => {
	const project = await make();
	const one = await license(project.owner, project);
	const ask = () => new Client(server).post("/api/v1/validate", question(project, one));
	expectStatus(await ask(), 200);
	await full(project, "validations");
	isRefused(await ask(), "validations");
	for (const [path, more] of [["file", {}], ["heartbeat", { activation_id: "act_0000000000000001" }], ["release", { activation_id: "act_0000000000000001" }]])
		isRefused(await new Client(server).post(`/api/v1/validate/${path}`, question(project, one, more)), "validations");
});

test("key_verifications: nginx is told why; keys are counted there", async () => {
	const project = await make();
	const key = await project.org.key({ project });
	const ask = () => key.get(`/api/v1/auth_request?client_id=${project.clientId}&accept=api_key`, { check: false });
	assert.equal((await ask()).status, 204);
	await full(project, "key_verifications");
	const refused = await ask();
	assert.deepEqual([refused.status, refused.headers["x-gatehouse-error"]], [403, "quota_exceeded"]);
	await limitProject(project.owner, project, {});
	assert.equal((await ask()).status, 204);
	await until("they are counted", async () => Number(await server.sql.value`SELECT used FROM usage_counters WHERE project_id = ${project.id} AND meter_key = 'key_verifications'`) === 7);
});

test("tool_calls: what a model calls in the project, and no tool elsewhere", async () => {
	const project = await make();
	const key = await project.org.key({ project });
	const call = async () => (await callTool(key, "user_list")).json.result;
	assert.equal((await call()).isError ?? false, false);
	await full(project, "tool_calls");
	const refused = await call();
	assert.equal(refused.isError, true);
	assert.match(JSON.stringify(refused), /quota_exceeded/);
	await limitProject(project.owner, project, {});
	assert.equal((await call()).isError ?? false, false);
});

test("emails: one that isn't sent says why; another project's goes", async () => {
	const [project, other] = [await make(), await make()];
	await full(project, "emails");
	for (const { id, owner } of [project, other])
		expectStatus(await (await owner.session({ headers: { "X-Project-Id": id } })).post("/api/v1/mail_settings/test", { to: makeEmail() }), 202);
	const message = async ({ id }) => (await server.sql.rows`SELECT status, last_error FROM messages WHERE project_id = ${id}`)[0];
	await until("it is given up", async () => (await message(project)).status === "failed");
	assert.match((await message(project)).last_error, /quota/);
	await until("the other one is sent", async () => (await message(other)).status === "sent");
});
