// Plans that people choose by themselves: on the page that a sign-in passes, and in their account (licensing.md rule 24, section 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, atOnce, Client, connection, expectError, expectField, expectStatus, makeEmail, manualProvider, midtransKey, openFlow, paidBy, payment, plan, projectUser, projectWith, setSignIn, sharedServer, tally, waitForMail } from "../../harness/index.mjs";
import { authorizePath, landing, makeApp, REDIRECT_URI } from "../oauth/oauth.mjs";

const server = await sharedServer();
const NONE = "pln_0000000000000000";

/** A project with a free plan, which is the default, and one that costs something. */
async function place(settings = {}) {
	const world = await projectWith(server, settings);
	const session = await world.owner.session({ headers: { "X-Project-Id": world.project.id } });
	const free = await plan(world.owner, world.project, { plan_key: "free", display_name: "Free", price: 0, is_default: true, sort: 1 });
	const pro = await plan(world.owner, world.project, { plan_key: "pro", sort: 2 });
	const planOf = async (user = world.user) => expectStatus(await session.get(`/api/v1/users/${user.id}/plan`), 200);
	return { ...world, session, free, pro, planOf };
}

const paymentsOf = ({ project }) => server.sql.value`SELECT COUNT(*) FROM payments WHERE project_id = ${project.id}`;
const settle = async ({ session }, id) => expectStatus(await session.post(`/api/v1/payments/${id}/settle`, { reference: id }), 200);

test("rule 24: the page comes with the first public plan that isn't archived, before done; skipping it leads on", async () => {
	const world = await projectWith(server, {});
	const session = await world.owner.session({ headers: { "X-Project-Id": world.project.id } });
	assert.equal((await world.signIn()).state, "done");
	const hidden = await plan(world.owner, world.project, { is_public: false });
	const gone = await plan(world.owner, world.project);
	expectStatus(await session.patch(`/api/v1/plans/${gone.id}`, { archived: true }), 200);
	assert.equal((await world.signIn()).state, "done");
	const pro = await plan(world.owner, world.project, { display_name: "Pro", description: "All of it" });
	const flow = await world.signIn();
	assert.equal(flow.state, "plan");
	assert.deepEqual(flow.flow.options.map(({ action }) => action), ["choose", "skip"]);
	assert.deepEqual(flow.flow.plan_page, {
		plans: [{ id: pro.id, plan_key: pro.plan_key, display_name: "Pro", price: 2900, currency: "USD", period: "monthly", description: "All of it", features: {}, current: false }],
		needs_email: false, payment: null,
	});
	for (const id of [hidden.id, gone.id, NONE])
		expectField(await flow.act("choose", { id }), "id", "unknown");
	expectError(await flow.act("complete"), 409, "flow_state_conflict");
	const looked = await flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() });
	assert.deepEqual(expectStatus(looked, 200).plan_page, flow.flow.plan_page);
	const done = await flow.go("skip");
	assert.deepEqual([done.state, done.plan_page], ["done", undefined]);
	expectError(await flow.act("skip"), 409, "flow_state_conflict");
	expectStatus(await flow.act("complete"), 200);
	expectError(await flow.act("skip"), 410, "flow_expired");
	expectError(await flow.act("choose", { id: pro.id }), 410, "flow_expired");
});

test("rule 24: a free plan is theirs at once, and current at the next sign-in; two choices at once are one", async () => {
	const world = await place();
	const flow = await world.signIn();
	assert.deepEqual(flow.flow.plan_page.plans.map(({ plan_key, current }) => [plan_key, current]), [["free", true], ["pro", false]]);
	const answers = await atOnce(2, () => flow.browser.post(`/api/v1/flows/${flow.id}/choose`, { id: world.free.id }, { csrf: false, headers: flow.headers() }));
	assert.deepEqual(tally(answers), { 200: 1, 409: 1 });
	const { plan_key, source, status } = await world.planOf();
	assert.deepEqual([plan_key, source, status], ["free", "page", "active"]);
	const actors = await server.sql.rows`SELECT actor_kind, actor_id FROM audit_events WHERE chain_id = ${world.project.id} AND action = 'plan.assigned'`;
	assert.deepEqual(actors, [{ actor_kind: "user", actor_id: world.user.id }]);
	expectStatus(await flow.act("complete"), 200);
	expectError(await flow.act("skip"), 410, "flow_expired");
	const again = await world.signIn();
	await again.go("choose", { id: world.free.id });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${world.project.id} AND type = 'plan.assigned'`, 1, "who is on it stays on it");
});

test("rule 24: a plan that costs something is paid elsewhere and back to the same flow, paid or not", async () => {
	const world = await place();
	await manualProvider(world.owner, world.project);
	const flow = await world.signIn();
	const begun = await flow.go("choose", { id: world.pro.id });
	assert.equal(begun.state, "plan");
	const { payment: shown } = begun.plan_page;
	assert.deepEqual([shown.plan_id, shown.status, shown.invoice_url], [world.pro.id, "pending", begun.provider_url]);
	const made = expectStatus(await world.session.get(`/api/v1/payments/${shown.id}`), 200);
	assert.deepEqual([made.amount, made.currency, made.user_id, made.buyer_email, made.item_name], [2900, "USD", world.user.id, world.user.email, "Pro"]);
	assert.equal(made.return_url, `${server.authUrl}/p/${world.project.clientId}/plan#${flow.id}`);
	assert.equal((await flow.go("choose", { id: world.pro.id })).provider_url, begun.provider_url);
	assert.equal(await paymentsOf(world), 1, "whoever presses twice owes once");
	await settle(world, shown.id);
	const back = expectStatus(await flow.browser.get(`/api/v1/flows/${flow.id}`), 200);
	assert.deepEqual(back.plan_page.payment, { id: shown.id, plan_id: world.pro.id, status: "settlement", invoice_url: null });
	assert.deepEqual(back.plan_page.plans.map(({ current }) => current), [false, true]);
	await flow.go("skip");
	expectStatus(await flow.act("complete"), 200);
	assert.equal((await world.planOf()).payment_id, shown.id);

	const unpaid = await world.signIn();
	await unpaid.go("choose", { id: world.pro.id });
	await unpaid.go("skip");
	expectStatus(await unpaid.act("complete"), 200);
});

test("what a payment can't be made of is refused where it is chosen, in the flow and in the account; the free plan beside it isn't", async () => {
	const world = await place();
	const flow = await world.signIn();
	const account = await world.user.session();
	const choices = () => [flow.act("choose", { id: world.pro.id }), account.put("/api/v1/account/plan", { plan_key: "pro" })];
	for (const answer of choices())
		expectError(await answer, 409, "no_payment_provider");
	await paidBy(world.owner, world.project, midtransKey());
	for (const answer of choices())
		expectError(await answer, 422, "currency_not_supported");
	await connection(world.owner, world.project);
	for (const send of [(more) => flow.act("choose", { id: world.pro.id, ...more }), (more) => account.put("/api/v1/account/plan", { plan_key: "pro", ...more })]) {
		expectField(await send({ return_url: "https://evil.example/" }), "return_url", "origin");
		expectField(await send({ buyer_email: "nobody" }), "buyer_email", "email");
	}
	const other = await place();
	expectField(await flow.act("choose", { id: other.free.id }), "id", "unknown");
	assert.equal(await paymentsOf(world), 0);
	await flow.go("choose", { id: world.free.id });
});

test("plan_page: never; until_chosen, until a plan that counts was assigned; always", async () => {
	const world = await place({ plan_page: "never" });
	assert.equal((await world.signIn()).state, "done");
	await setSignIn(server, world.project.id, { plan_page: "until_chosen" });
	assert.equal((await world.signIn()).state, "plan", "the default plan was given to nobody");
	await assign(world.owner, world.project, world.user, { plan_key: "pro" });
	assert.equal((await world.signIn()).state, "done");
	await server.sql.run`UPDATE plan_assignments SET expires_at = NOW(3) - INTERVAL 1 DAY WHERE project_id = ${world.project.id}`;
	assert.equal((await world.signIn()).state, "plan", "it counts no more");
	await setSignIn(server, world.project.id, {});
	await server.sql.run`UPDATE plan_assignments SET expires_at = NULL WHERE project_id = ${world.project.id}`;
	assert.equal((await world.signIn()).state, "plan");
});

test("rule 24: it comes behind every way in, and not behind a second look or prompt=none", async () => {
	const world = await place({ methods: ["password", "email_otp", "anonymous"] });
	const { user, project } = world;
	const signUp = await world.open("sign_up");
	const email = makeEmail("new");
	await signUp.go("sign_up", { email, password: user.password, name: "New" });
	assert.equal((await signUp.go("verify_code", { code: (await waitForMail(server, email)).code })).state, "plan");
	const byCode = await world.open();
	await byCode.go("identify", { identifier: user.email });
	await byCode.go("send_code");
	assert.equal((await byCode.go("verify_code", { code: (await waitForMail(server, user.email)).code })).state, "plan");
	const guest = await world.open();
	assert.equal((await guest.go("anonymous")).state, "plan");
	assert.equal(guest.flow.plan_page.needs_email, true);
	await manualProvider(world.owner, project);
	expectField(await guest.act("choose", { id: world.pro.id }), "buyer_email", "required");
	const begun = await guest.go("choose", { id: world.pro.id, buyer_email: "guest@example.com" });
	assert.equal(await server.sql.value`SELECT buyer_email FROM payments WHERE project_id = ${project.id} AND id = ${begun.plan_page.payment.id}`, "guest@example.com");
	const browser = await user.session();
	const look = await openFlow(server, "reauthenticate", { browser: browser.with({ headers: { Origin: browser.origin } }), client_id: project.clientId });
	assert.equal((await look.go("password", { password: user.password })).state, "done");

	const app = await makeApp(server);
	await plan(app.owner, app, { price: 0 });
	const shopper = await projectUser(server, app);
	const answer = await (await shopper.session()).get(authorizePath(app, { prompt: "none" }), { check: false });
	assert.ok(landing(answer).code, "whoever is signed in is asked nothing");
});

test("users.md rule 4: an app's own screens choose as well, and say where the payment leads back to", async () => {
	const app = await makeApp(server, { isPublic: true, columns: { direct_flow: 1 } });
	const pro = await plan(app.owner, app, { price: 2900 });
	await manualProvider(app.owner, app);
	const user = await projectUser(server, app, { password: true });
	const client = new Client(server, { site: "auth" });
	let flow = expectStatus(await client.post("/api/v1/flows", { client_id: app.clientId, kind: "sign_in", transport: "code", redirect_uri: REDIRECT_URI, code_challenge: app.pkce.code_challenge }), 201);
	const go = async (action, json = {}) => {
		flow = expectStatus(await client.post(`/api/v1/flows/${flow.id}/${action}`, json, { headers: { "X-Flow-Token": flow.flow_token } }), 200);
		return flow;
	};
	await go("identify", { identifier: user.email });
	await go("password", { password: user.password });
	const returnOf = async (json) => {
		const { plan_page } = await go("choose", { id: pro.id, ...json });
		return server.sql.value`SELECT return_url FROM payments WHERE project_id = ${app.id} AND id = ${plan_page.payment.id}`;
	};
	assert.equal(await returnOf({}), null);
	assert.equal(await returnOf({}), null);
	assert.equal(await paymentsOf({ project: app }), 1);
	assert.equal(await returnOf({ return_url: "https://app.example.com/plans" }), "https://app.example.com/plans");
	await go("skip");
	assert.ok((await go("complete")).result.code);
});

test("what ends somebody's sessions ends their choice", async () => {
	const world = await place();
	const [flow, other] = [await world.signIn(), await world.signIn()];
	await flow.go("choose", { id: world.free.id });
	await server.sql.run`UPDATE users SET token_version = token_version + 1 WHERE id = ${world.user.id}`;
	expectError(await other.act("choose", { id: world.free.id }), 410, "flow_expired");
});

test("/account/plan: a free plan at once, another by a payment, an end now or when its time is over", async () => {
	const world = await place();
	const account = await world.user.session();
	const at = "/api/v1/account/plan";
	assert.deepEqual(expectStatus(await account.get(at), 200), await world.planOf());
	assert.equal(expectStatus(await account.put(at, { plan_key: "free" }), 200).source, "page");
	await manualProvider(world.owner, world.project);
	const paid = expectStatus(await account.put(at, { plan_key: "pro" }), 201);
	assert.deepEqual([paid.status, paid.amount, paid.item_name, paid.buyer_email, "metadata" in paid], ["pending", 2900, "Pro", world.user.email, false]);
	assert.equal(expectStatus(await world.session.get(`/api/v1/payments/${paid.id}`), 200).return_url, `${server.authUrl}/p/${world.project.clientId}/account`);
	const answers = await atOnce(3, () => account.put(at, { plan_key: "pro" }));
	assert.deepEqual(answers.map(({ json }) => json.id), [paid.id, paid.id, paid.id]);
	assert.equal(expectStatus(await account.get(at), 200).plan_key, "free");
	await settle(world, paid.id);
	assert.deepEqual([(await account.get(at)).json.plan_key, (await account.get(at)).json.payment_id], ["pro", paid.id]);
	assert.equal(expectStatus(await account.delete(`${at}?at_period_end=true`), 200).cancel_at_period_end, true);
	expectStatus(await account.delete(at), 204);
	expectError(await account.delete(at), 404, "not_found");
	assert.equal(expectStatus(await account.get(at), 200).effective_plan_key, "free");
	expectField(await account.put(at, { plan_key: "none" }), "plan_key", "unknown");
	/* Plans of the console are for organizations. */
	const { owner } = world;
	expectField(await (await owner.session()).put(at, { plan_key: "free" }), "plan_key", "unknown");
});

test("/account/payments: their own, the newest first, and nobody else's", async () => {
	const world = await place();
	await manualProvider(world.owner, world.project);
	const other = await projectUser(server, world.project);
	const [mine, theirs] = [await world.user.session(), await other.session()];
	const buy = async (account, plan_key) => expectStatus(await account.put("/api/v1/account/plan", { plan_key }), 201).id;
	await plan(world.owner, world.project, { plan_key: "max", price: 9900 });
	const ids = [await buy(mine, "pro"), await buy(mine, "max")];
	const foreign = await buy(theirs, "pro");
	await payment(world.owner, world.project);
	const { data, total } = expectStatus(await mine.get("/api/v1/account/payments?include_total=true"), 200);
	assert.deepEqual([data.map(({ id }) => id), total], [ids.toReversed(), 2]);
	await settle(world, ids[0]);
	assert.deepEqual((await mine.get("/api/v1/account/payments?status=settlement")).json.data.map(({ id }) => id), [ids[0]]);
	assert.deepEqual((await theirs.get("/api/v1/account/payments")).json.data.map(({ id }) => id), [foreign]);
	assert.deepEqual((await (await world.owner.session()).get("/api/v1/account/payments")).json.data, []);
});
