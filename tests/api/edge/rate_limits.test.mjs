// The true default limits (tenancy rule 32, users rule 14), each counted for its own subject.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectStatus, invitation, inviteCode, makeAddress, makeInviteCode, makeSecret, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();

/** Sends until the first 429; answers how many passed, and the refusal. */
async function passed(limit, send) {
	let count = 0;
	for (let i = 0; i < limit + 5; i++) {
		const answer = await send(i);
		if (answer.status === 429)
			return { count, refusal: answer };
		count++;
	}
	return { count, refusal: null };
}

function expectLimited({ count, refusal }, limit, family) {
	assert.ok(refusal, `${count} passed and none was refused`);
	assert.ok(Math.abs(count - limit) <= 1, `${count} passed, the limit is ${limit}`);
	const error = expectError(refusal, 429, "rate_limited");
	assert.equal(error.details.family, family);
	assert.equal(error.details.limit, limit);
	assert.ok(error.details.retry_after >= 1);
	assert.equal(refusal.headers["x-ratelimit-limit"], String(limit));
	assert.equal(refusal.headers["x-ratelimit-remaining"], "0");
}

/** Fifty at once until one is refused; the window slides on meanwhile, so that many more may pass. */
async function floods(limit, send) {
	const began = Date.now();
	const answers = [];
	while (answers.length < 3 * limit && !answers.some(({ status }) => status === 429))
		answers.push(...await atOnce(50, send));
	const seen = tally(answers);
	const slid = Math.ceil(limit * (Date.now() - began) / 60000);
	assert.ok(seen[200] >= limit - 3 && seen[200] <= limit + slid + 3, `${JSON.stringify(seen)}, ${slid} of which may be the window's move`);
	return answers.find(({ status }) => status === 429);
}

test("T-32 credential: 600 in 60 seconds per key, headers count down; another key isn't touched", async () => {
	const owner = await person(server);
	const key = await owner.org.key();
	const first = await key.get("/api/v1/org_roles");
	assert.equal(first.headers["x-ratelimit-limit"], "600");
	assert.equal(first.headers["x-ratelimit-remaining"], "599");
	assert.ok(Number(first.headers["x-ratelimit-reset"]) <= 60);
	expectLimited({ count: 600, refusal: await floods(600, () => key.get("/api/v1/org_roles")) }, 600, "credential");
	expectStatus(await (await owner.org.key()).get("/api/v1/org_roles"), 200);
});

test("what a session can't see, and what no route is, count too", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const foreign = (await person(server)).org.defaultProject.id;
	const left = async () => Number((await session.get("/api/v1/org_roles")).headers["x-ratelimit-remaining"]);
	const before = await left();
	for (let i = 0; i < 5; i++)
		expectError(await session.get(`/api/v1/projects/${foreign}`), 404, "not_found");
	assert.equal(before - await left(), 6);
	const stranger = new Client(server, { bearer: makeSecret("gsk_live_") });
	const first = await stranger.get("/api/v1/nothing_here");
	expectError(first, 404, "not_found");
	const second = await stranger.get("/api/v1/nothing_here");
	assert.equal(first.headers["x-ratelimit-remaining"] - second.headers["x-ratelimit-remaining"], 1);
});

test("a key's own limit tightens the default", async () => {
	const owner = await person(server);
	const key = await owner.org.key({ rate_limit_per_minute: 5 });
	expectLimited(await passed(5, () => key.get("/api/v1/org_roles")), 5, "credential");
});

test("T-32 failed credentials: 30 in 60 seconds per address; good ones from elsewhere aren't touched", async () => {
	const owner = await person(server);
	const key = await owner.org.key();
	const stranger = new Client(server, { bearer: makeSecret("gsk_live_") });
	expectLimited(await passed(30, () => stranger.get("/api/v1/whoami")), 30, "failed_credentials");
	expectStatus(await key.get("/api/v1/whoami"), 200);
});

test("T-32 a wrong client_secret in the body is a failed credential, too", async () => {
	const { clientId } = await (await person(server)).org.project();
	const stranger = new Client(server, { check: false });
	const guess = () => stranger.post("/api/v1/features/check", { client_id: clientId, client_secret: "wrong", user_id: "usr_0000000000000001", feature_key: "a" });
	expectLimited(await passed(30, guess), 30, "failed_credentials");
});

test("T-32 POST, PATCH, DELETE /projects: 30 in 60 seconds per credential; reading goes on; requests refused by it don't spend the other buckets", async () => {
	const owner = await person(server);
	const key = await owner.org.key();
	const at = `/api/v1/projects/${owner.org.defaultProject.id}`;
	expectLimited(await passed(30, (i) => key.patch(at, { name: `n${i}` })), 30, "project_write");
	const before = Number((await key.get(at)).headers["x-ratelimit-remaining"]);
	for (let i = 0; i < 10; i++)
		assert.equal((await key.patch(at, { name: "x" })).status, 429);
	const after = Number((await key.get(at)).headers["x-ratelimit-remaining"]);
	assert.ok(before - after <= 2, `${before} → ${after}`);
});

test("Projekt: ten mints an hour and user, rotating counted in", async () => {
	const owner = await person(server);
	const [one, two] = [await owner.session(), await owner.session()];
	const result = await passed(10, (i) => (i % 2 ? one : two).post("/api/v1/api_keys", { kind: "service", name: "n" }));
	expectLimited(result, 10, "key_mint");
	const key = await owner.org.key();
	expectError(await one.post(`/api/v1/api_keys/${key.id}/rotate`, {}), 429, "rate_limited");
	expectStatus(await (await (await owner.org.member("manager")).session()).post("/api/v1/api_keys", { kind: "service", name: "n" }), 201);
});

test("T-12 invitation secrets: ten tries in 60 seconds per address, and per user from anywhere", async () => {
	const owner = await person(server);
	const nobody = new Client(server);
	const lookup = () => nobody.post("/api/v1/invitations/lookup", { secret: makeSecret("ginv_") }, { headers: { Origin: nobody.origin } });
	expectLimited(await passed(10, lookup), 10, "invitation_use");
	const guest = await person(server);
	const session = await guest.session();
	const csrf = await session.csrf();
	const accept = () => session.with({ address: makeAddress() }).post("/api/v1/invitations/accept", { secret: makeSecret("ginv_") }, { csrf: false, headers: { "X-CSRF-Token": csrf, Origin: session.origin } });
	expectLimited(await passed(10, accept), 10, "invitation_use");
	const other = await person(server);
	const { secret } = await invitation(owner.org, { email: other.email });
	expectStatus(await (await other.session()).post("/api/v1/invitations/accept", { secret }), 201);
});

test("T-32 POST /invitations: 60 an hour and organization", async () => {
	const owner = await person(server);
	const sessions = [await owner.session(), await owner.session()];
	const result = await passed(60, (i) => sessions[i % 2].post("/api/v1/invitations", { kind: "email", email: `guest${i}.${owner.id}@example.com`, role: "viewer" }));
	expectLimited(result, 60, "invitation_send");
	expectStatus(await (await (await person(server)).session()).post("/api/v1/invitations", { kind: "email", email: `other.${owner.id}@example.com`, role: "viewer" }), 201);
});

test("flow actions: 30 in 60 seconds per address", async () => {
	const browser = new Client(server);
	const result = await passed(30, () => browser.post("/api/v1/flows/flw_0000000000000000/identify", { identifier: "a@example.com" }, { headers: { Origin: browser.origin } }));
	expectLimited(result, 30, "flow_action");
});

test("T-32 anonymous: 600 in 60 seconds per address", async () => {
	const nobody = new Client(server);
	expectLimited({ count: 600, refusal: await floods(600, () => nobody.get("/api/v1/setup")) }, 600, "anonymous");
	expectStatus(await nobody.with({ address: makeAddress() }).get("/api/v1/setup"), 200);
});

test("T-12 wrong codes: ten in 60 seconds per user, from anywhere; another user joins", async () => {
	const owner = await person(server);
	const guest = await person(server);
	const session = await guest.session();
	const csrf = await session.csrf();
	const join = () => session.with({ address: makeAddress() }).post("/api/v1/orgs/join", { code: makeInviteCode() }, { csrf: false, headers: { "X-CSRF-Token": csrf, Origin: session.origin } });
	expectLimited(await passed(10, join), 10, "invitation_use");
	const { code } = await inviteCode(owner.org);
	expectStatus(await (await (await person(server)).session()).post("/api/v1/orgs/join", { code }), 201);
});

test("T-32 searching: 30 in 60 seconds per credential, the three searches together; other reading goes on", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const searches = ["orgs", "people", "palette"];
	expectLimited(await passed(30, (i) => session.get(`/api/v1/${searches[i % 3]}/search?q=example`)), 30, "search");
	expectStatus(await session.get("/api/v1/projects"), 200);
	expectStatus(await (await owner.session()).get("/api/v1/people/search?q=example"), 200);
});

test("exporting and verifying the audit log: six in 60 seconds per credential, both together; reading it goes on", async () => {
	const owner = await person(server);
	const session = await owner.session();
	expectLimited(await passed(6, (i) => (i % 2 ? session.get("/api/v1/audit_events/export") : session.post("/api/v1/audit_events/verify", {}))), 6, "audit_export");
	expectError(await session.get("/api/v1/audit_events/export"), 429, "rate_limited");
	expectError(await session.post("/api/v1/audit_events/verify", {}), 429, "rate_limited");
	expectStatus(await session.get("/api/v1/audit_events"), 200);
	expectStatus(await (await owner.session()).get("/api/v1/audit_events/export"), 200);
});

test("HT-19 X-Forwarded-For moves no bucket", async () => {
	const stranger = new Client(server, { bearer: makeSecret("gsk_live_") });
	const from = (i) => ({ headers: { "X-Forwarded-For": `203.0.113.${i}`, "X-Real-IP": `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}` } });
	expectLimited(await passed(30, (i) => stranger.get("/api/v1/whoami", from(i))), 30, "failed_credentials");
	expectError(await stranger.with({ address: makeAddress() }).get("/api/v1/whoami"), 401, "unauthorized");
});
