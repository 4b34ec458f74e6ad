// What was used over time, what plans allow of it, and what an organization owes (licensing.md rules 32, 34 and 36).

import assert from "node:assert/strict";
import { test } from "node:test";
import { consolePlan, DAY, expectError, expectField, expectStatus, fromNow, HOUR, invoice, limitProject, manualConsole, meter, operator, ownServer, person, setClock, sharedServer, until, use, user } from "../../harness/index.mjs";
import { makeId } from "../../harness/secrets.mjs";
import { stop } from "../../harness/workplace.mjs";

const shared = await sharedServer();
const CONSUME = "/api/v1/usage/consume";
const EVENTS = "/api/v1/usage/events";

async function make(server = shared) {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id, "X-Org-Id": owner.org.id } });
	return { owner, org: owner.org, project, session, one: await meter(owner, project), someone: await user(project, { server }) };
}

const now = new Date();
const month = (ago = 0) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString();

/** A plan that people of the project are on who weren't given one. */
async function projectPlan({ project }, { meters = [], features = {} }) {
	const plan = makeId("pln");
	await shared.sql.rows`INSERT INTO plans (project_id, id, plan_key, display_name, price, currency, period, description, meters, trial_days, is_public, is_default, sort, is_archived, version, created_at, updated_at)
		VALUES (${project.id}, ${plan}, 'free', 'Free', 0, 'USD', 'monthly', NULL, ${JSON.stringify(meters)}, 0, TRUE, 1, 0, FALSE, 1, NOW(3), NOW(3))`;
	for (const [meter_key, { value, fallback }] of Object.entries(features)) {
		const id = makeId("fea");
		await shared.sql.rows`INSERT INTO features (project_id, id, feature_key, type, default_value, meter_key, description, version, created_at, updated_at) VALUES (${project.id}, ${id}, ${meter_key}, 'limit', ${fallback}, ${meter_key}, NULL, 1, NOW(3), NOW(3))`;
		if (value !== undefined)
			await shared.sql.rows`INSERT INTO plan_features (project_id, plan_id, feature_id, value) VALUES (${project.id}, ${plan}, ${id}, ${value})`;
		features[meter_key].id = id;
	}
	return plan;
}

test("rule 32: what a plan includes is where somebody's use ends, each person's own; with overage it goes on", async () => {
	const place = await make();
	const { session, one, someone, project, owner } = place;
	const open = await meter(owner, project), priced = await meter(owner, project);
	const other = await user(project, { server: shared });
	await projectPlan(place, { meters: [
		{ meter_key: one.meter_key, included: 3, overage: null }, { meter_key: open.meter_key, included: null, overage: null },
		{ meter_key: priced.meter_key, included: 3, overage: { unit: 2, price: 10 } },
	] });
	assert.deepEqual([3, 0], (({ limit, remaining }) => [limit, remaining])(expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 3 })), 200)));
	const refused = await session.post(CONSUME, use(one, someone));
	expectError(refused, 403, "quota_exceeded");
	assert.deepEqual(refused.json.error.details, { meter_key: one.meter_key, limit: 3, used: 3, resets_at: month(-1) });
	assert.equal(expectStatus(await session.post(CONSUME, use(one, other)), 200).remaining, 2);
	assert.equal(expectStatus(await session.post(CONSUME, use(open, someone, { quantity: 1000 })), 200).limit, null);
	assert.deepEqual(((a) => [a.used, a.limit, a.remaining])(expectStatus(await session.post(CONSUME, use(priced, someone, { quantity: 7 })), 200)), [7, 3, 0]);
	const { meters } = expectStatus(await session.get(`/api/v1/usage?subject_id=${someone.id}`), 200);
	assert.deepEqual(Object.fromEntries(meters.map(({ meter_key, used, included, overage }) => [meter_key, [used, included, overage]])), { [one.meter_key]: [3, 3, 0], [open.meter_key]: [1000, null, 0], [priced.meter_key]: [7, 3, 4] });
});

test("rule 23: a limit feature that counts the meter decides, by override, plan, default", async () => {
	const place = await make();
	const { session, one, someone, project, owner } = place;
	const second = await meter(owner, project);
	const features = { [one.meter_key]: { value: 2, fallback: 9 }, [second.meter_key]: { fallback: 1 } };
	await projectPlan(place, { meters: [{ meter_key: one.meter_key, included: 100, overage: null }], features });
	const limitOf = async (of) => expectStatus(await session.post(CONSUME, use(of, someone)), 200).limit;
	assert.equal(await limitOf(one), 2);
	assert.equal(await limitOf(second), 1);
	expectError(await session.post(CONSUME, use(second, someone)), 403, "quota_exceeded");
	await shared.sql.rows`INSERT INTO feature_overrides (project_id, subject_id, feature_id, value, expires_at) VALUES (${project.id}, ${someone.id}, ${features[second.meter_key].id}, 5, NULL)`;
	assert.equal(await limitOf(second), 5);
});

test("rule 32: the project's limit comes before the person's", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	await projectPlan(place, { meters: [{ meter_key: one.meter_key, included: 2, overage: null }] });
	await limitProject(owner, project, { [one.meter_key]: 1 });
	expectStatus(await session.post(CONSUME, use(one, someone)), 200);
	const refused = await session.post(CONSUME, use(one, someone, { quantity: 5 }));
	assert.equal(refused.json.error.details.limit, 1);
	await limitProject(owner, project, {});
	assert.equal((await session.post(CONSUME, use(one, someone, { quantity: 5 }))).json.error.details.limit, 2);
});

test("GET /usage: by hours, days, weeks and months, empty ones too; what isn't asked for isn't shown", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	const other = await user(project, { server: shared });
	const second = await meter(owner, project);
	const day = (ago) => fromNow(-ago * DAY);
	expectStatus(await session.post(EVENTS, { events: [use(one, someone, { quantity: 5, occurred_at: day(3) }), use(one, other, { quantity: 2, occurred_at: day(1) }), use(second, someone, { quantity: 9 })] }), 200);
	const get = async (query) => expectStatus(await session.get(`/api/v1/usage?${query}`), 200);
	const days = await get(`meter_key=${one.meter_key}&from=${day(4)}`);
	assert.equal(days.bucket, "day");
	assert.deepEqual(days.meters.map(({ meter_key }) => meter_key), [one.meter_key]);
	assert.deepEqual(days.meters[0].points.map(({ value }) => value), [0, 5, 0, 2, 0]);
	assert.equal(days.meters[0].points[0].t, `${day(4).slice(0, 10)}T00:00:00.000Z`);
	const sum = ({ meters }) => meters[0].points.reduce((all, { value }) => all + value, 0);
	assert.equal(sum(await get(`meter_key=${one.meter_key}&from=${day(4)}&subject_id=${someone.id}`)), 5);
	const hours = await get(`meter_key=${one.meter_key}&from=${day(4)}&bucket=hour`);
	assert.equal(sum(hours), 7, "hours add up to days");
	const weeks = await get(`meter_key=${one.meter_key}&from=${day(10)}&bucket=week`);
	assert.equal(sum(weeks), 7);
	assert.equal(new Date(weeks.meters[0].points[0].t).getUTCDay(), 1);
	const months = await get(`meter_key=${one.meter_key}&from=${month(2)}&bucket=month`);
	assert.deepEqual(months.meters[0].points.map(({ t }) => t), [month(2), month(1), month(0)]);
	assert.equal(sum(months), 7);
	assert.deepEqual((await get("")).meters.map(({ meter_key }) => meter_key), [second.meter_key, one.meter_key, "requests", "token_issues", "validations", "key_verifications", "tool_calls", "deliveries", "emails", "mau"]);
	for (const [query, field] of [[`from=${day(36)}`, "from"], [`from=${fromNow(DAY)}`, "from"], [`bucket=month&from=1971-01-01T00:00:00Z&to=2099-01-01T00:00:00Z`, "bucket"], ["bucket=minute", "bucket"], ["meter_key=A", "meter_key"], ["scope=org&bucket=day", "bucket"], [`scope=org&subject_id=${someone.id}`, "subject_id"]])
		expectField(await session.get(`/api/v1/usage?${query}`), field);
});

test("GET /billing, /invoices: who has no plan owes nothing; billing.read is for administrators", async () => {
	const { org, session, owner } = await make();
	const { limits, usage, plans, caps, ...rest } = expectStatus(await session.get("/api/v1/billing"), 200);
	assert.deepEqual(rest, { plan: null, next_invoice: null });
	assert.ok(caps.every(({ limit }) => limit === null));
	assert.deepEqual([limits, usage], [{}, []]);
	const second = await invoice(org, { server: shared });
	const { data } = expectStatus(await session.get("/api/v1/invoices"), 200);
	assert.deepEqual(data.map(({ id, period, status, total, lines }) => [id, period, status, total, lines[0].description]), [[second, "2025-01", "open", 4900, "Team"]]);
	assert.deepEqual(expectStatus(await session.get(`/api/v1/invoices/${second}`), 200), data[0]);
	const manager = await (await owner.org.member("manager")).session({ headers: { "X-Org-Id": org.id } });
	for (const path of ["/api/v1/billing", "/api/v1/invoices", `/api/v1/invoices/${second}`])
		expectError(await manager.get(path), 403, "forbidden");
	const stranger = await make();
	expectError(await stranger.session.get(`/api/v1/invoices/${second}`), 404, "not_found");
});

test("a personal token sees its one organization's billing: another X-Org-Id is 403 org_mismatch", async () => {
	const { owner } = await make();
	const token = await owner.token();
	const elsewhere = await make();
	expectStatus(await token.get("/api/v1/billing"), 200);
	expectError(await token.get("/api/v1/billing", { headers: { "X-Org-Id": elsewhere.org.id } }), 403, "org_mismatch");
});

test("rules 32 and 36: an organization's plan holds all its projects, its overage is priced by started units, and a month has one invoice that doesn't change", async () => {
	const server = await ownServer();
	const place = await make(server);
	const { owner, org, session, one, someone, project } = place;
	const second = await org.project();
	const elsewhere = await user(second, { server });
	const twin = await meter(owner, second, { meter_key: one.meter_key });
	const priced = await meter(owner, project);
	const beside = await owner.session({ headers: { "X-Project-Id": second.id } });
	await consolePlan(server, { price: 4900, meters: [
		{ meter_key: one.meter_key, included: 4, overage: null }, { meter_key: priced.meter_key, included: 20000, overage: { unit: 1000, price: 150 } },
	] });
	expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 3 })), 200);
	expectStatus(await beside.post(CONSUME, use(twin, elsewhere)), 200);
	const refused = await session.post(CONSUME, use(one, someone));
	expectError(refused, 403, "quota_exceeded");
	assert.deepEqual([refused.json.error.details.limit, refused.json.error.details.used], [4, 4]);
	expectStatus(await session.post(CONSUME, use(priced, someone, { quantity: 20000 })), 200);
	expectStatus(await session.post(EVENTS, { events: [use(priced, someone, { quantity: 1001 })] }), 200);

	const billing = expectStatus(await session.get("/api/v1/billing"), 200);
	assert.deepEqual([billing.plan.display_name, billing.plan.price, billing.next_invoice.status], ["Team", 4900, "draft"]);
	assert.deepEqual(billing.usage.find(({ meter_key }) => meter_key === priced.meter_key), { meter_key: priced.meter_key, used: 21001, included: 20000, overage: 1001, unit: 1000, unit_price: 150, amount: 300 });
	assert.deepEqual(billing.next_invoice.lines.map(({ quantity, unit_price, amount, meter_key }) => [quantity, unit_price, amount, meter_key]), [[1, 4900, 4900, null], [2, 150, 300, priced.meter_key]]);
	assert.equal(billing.next_invoice.total, 5200);
	const { meters } = expectStatus(await session.get(`/api/v1/usage?scope=org&meter_key=${one.meter_key}`), 200);
	assert.deepEqual(meters.map(({ used, included, by_project }) => [used, included, by_project.map((of) => [of.project_id, of.used]).sort()]), [[4, 4, [[project.id, 3], [second.id, 1]].sort()]]);
	const told = await server.sql.rows`SELECT data FROM events WHERE type = 'usage.threshold' ORDER BY id`;
	assert.deepEqual(told.map(({ data }) => JSON.parse(data)).filter(({ scope }) => scope === "org").map(({ meter_key, percent }) => [meter_key, percent]), [[one.meter_key, 100], [priced.meter_key, 100]]);

	setClock(server, Date.parse(month(-1)) - Date.now() + 2 * 60 * 60 * 1000);
	await stop(server.jobs);
	server.startJobs();
	const key = await org.key({ scopes: ["billing.read"] });
	const invoices = async () => expectStatus(await key.get("/api/v1/invoices"), 200).data;
	await until("the month's invoice is open", async () => (await invoices()).length === 1);
	const [open] = await invoices();
	assert.deepEqual([open.period, open.status, open.total, open.lines.length], [month(0).slice(0, 7), "open", 5200, 2]);
	const numbers = (await server.sql.rows`SELECT number FROM invoices WHERE number IS NOT NULL ORDER BY number`).map(({ number }) => Number(number));
	assert.deepEqual(numbers, numbers.map((_, i) => i + 1), "without a gap in the installation");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${open.id} AND action = 'invoice.opened'`, 1);
	await server.sql.rows`UPDATE plans SET price = 1`;
	await stop(server.jobs);
	server.startJobs();
	assert.deepEqual(await invoices(), [open]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM invoices WHERE org_id = ${org.id}`, 1);
	assert.equal(expectStatus(await key.get("/api/v1/billing"), 200).next_invoice.total, 1, "the new month starts from nothing");
});

/** A server whose operator gives plans, and whose job workers open the invoices of the month before. */
async function cashier() {
	const server = await ownServer();
	const keeper = await operator(server);
	const places = await Promise.all([1, 2, 3, 4].map(() => make(server)));
	return {
		server, places,
		session: await keeper.session({ headers: { "X-Project-Id": server.consoleId } }),
		setPlan: ({ org }, plan) => server.ctl(["org", "set-plan", org.slug, plan?.plan_key ?? "--none"]),
		/** So long after the month began that comes so many months from now. */
		at: (ahead, ms) => setClock(server, Date.parse(month(-ahead)) + ms - Date.now()),
		async close(ahead) {
			this.at(ahead, 2 * HOUR);
			await stop(server.jobs);
			server.startJobs();
			const period = month(1 - ahead).replace("T", " ").replace("Z", "");
			await until("every organization has its month", async () => places.length === await server.sql.value`SELECT COUNT(*) FROM invoices WHERE period_at = ${period} AND org_id IN (${places[0].org.id}, ${places[1].org.id}, ${places[2].org.id}, ${places[3].org.id})`);
		},
		/** What each owed, month by month. */
		owed: () => Promise.all(places.map(async ({ org }) => (await server.sql.rows`SELECT total FROM invoices WHERE org_id = ${org.id} ORDER BY period_at`).map(({ total }) => Number(total)))),
	};
}

test("rule 36: a month goes by the dearest plan that held in it, as it was then, whatever holds when its invoice is opened", async () => {
	const world = await cashier();
	const { server, setPlan } = world;
	const [left, stayed, late, gone] = world.places;
	const { one, someone, session } = left;
	const terms = (price) => [{ meter_key: one.meter_key, included: 10, overage: { unit: 10, price } }];
	const team = await consolePlan(server, { price: 4900, is_default: false, meters: terms(7) });
	const small = await consolePlan(server, { price: 900, is_default: false, meters: terms(1000) });
	await setPlan(left, team);
	await setPlan(stayed, small);
	await setPlan(late, small);
	await setPlan(gone, team);

	await setPlan(left, small);
	await setPlan(gone, null);
	const at = `/api/v1/plans/${small.id}`;
	expectStatus(await world.session.patch(at, { price: 500 }, { headers: { "If-Match": (await world.session.get(at)).headers.etag } }), 200);
	expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 25 })), 200);
	const billing = expectStatus(await session.get("/api/v1/billing"), 200);
	assert.deepEqual([billing.plan.plan_key, billing.usage[0].amount, billing.next_invoice.total], [small.plan_key, 2000, 4914]);
	const ended = expectStatus(await gone.session.get("/api/v1/billing"), 200);
	assert.deepEqual([ended.plan, ended.next_invoice.total], [null, 4900]);

	world.at(1, HOUR / 2);
	await setPlan(late, team);
	await world.close(1);
	assert.deepEqual(await world.owed(), [[4914], [900], [900], [4900]]);
	await world.close(2);
	assert.deepEqual(await world.owed(), [[4914, 500], [900, 500], [900, 4900], [4900, 0]]);
});

test("rule 36: a plan by the year or once that an operator gave is billed with its month, and by the year again; one that was paid at a checkout isn't", async () => {
	const world = await cashier();
	const { server, setPlan } = world;
	const [byYear, forever, paid, standard] = world.places;
	const yearly = await consolePlan(server, { price: 49000, period: "yearly", is_default: false });
	const once = await consolePlan(server, { price: 99000, period: "one_time", is_default: false });
	await consolePlan(server, { price: 300 });
	await manualConsole(server);
	await setPlan(byYear, yearly);
	await setPlan(forever, once);
	const payment = expectStatus(await paid.session.post("/api/v1/billing/checkout", { plan_key: yearly.plan_key }), 201);
	expectStatus(await world.session.post(`/api/v1/payments/${payment.id}/settle`, { reference: makeId("ref") }), 200);
	assert.equal(expectStatus(await standard.session.get("/api/v1/billing"), 200).next_invoice.total, 300);
	await world.close(1);
	assert.deepEqual(await world.owed(), [[49000], [99000], [0], [300]]);
	await setPlan(byYear, yearly);
	await world.close(2);
	assert.deepEqual(await world.owed(), [[49000, 0], [99000, 0], [0, 0], [300, 300]], "given again is no new year");
	await world.close(13);
	assert.deepEqual(await world.owed(), [[49000, 0, 49000], [99000, 0, 0], [0, 0, 0], [300, 300, 300]]);
	await world.close(15);
	assert.deepEqual((await world.owed()).map((all) => all[3]), [0, 0, 300, 300], "the default plan takes the place of what was paid and ended");
});

test("rule 33: requests are counted of their project and organization, those that ask for usage aren't; at the limit programs are refused; thresholds are told", async () => {
	const server = await ownServer();
	const { owner, project, org } = await make(server);
	const key = await org.key({ project, scopes: ["usage.read"] });
	const beside = await org.project();
	const other = await org.key({ project: beside, scopes: ["usage.read"] });
	await limitProject(owner, project, { requests: 6 });
	const { id } = await consolePlan(server, { meters: [{ meter_key: "requests", included: 8, overage: null }] });
	const used = async () => Number(await server.sql.value`SELECT used FROM org_usage WHERE org_id = ${org.id} AND meter_key = 'requests'`);
	for (let i = 0; i < 6; i++)
		expectStatus(await key.get("/api/v1/meters"), 200);
	for (let i = 0; i < 3; i++)
		expectStatus(await key.get("/api/v1/usage"), 200);
	expectStatus(await other.get("/api/v1/meters"), 200);
	await until("they are flushed", async () => await used() >= 7);
	assert.deepEqual(expectError(await key.get("/api/v1/meters"), 403, "quota_exceeded").details, { meter_key: "requests", limit: 6, used: 6, resets_at: month(-1) });
	const { meters } = expectStatus(await key.get("/api/v1/usage?meter_key=requests&bucket=month"), 200);
	assert.deepEqual(meters.map(({ used, included, overage }) => [used, included, overage]), [[6, 6, 0]]);
	await stop(server.jobs);
	server.startJobs();
	const told = async () => (await server.sql.rows`SELECT type, data FROM events WHERE type IN ('usage.threshold', 'quota.exceeded')`).map(({ type, data }) => [type, JSON.parse(data).scope, JSON.parse(data).percent].join(" ")).sort();
	await until("the organization's threshold is told", async () => (await told()).length === 3);
	assert.deepEqual(await told(), ["quota.exceeded project 101", "usage.threshold org 80", "usage.threshold project 100"]);

	await server.sql.run`UPDATE plans SET meters = ${JSON.stringify([{ meter_key: "requests", included: 7, overage: null }])} WHERE id = ${id}`;
	await limitProject(owner, beside, { requests: 7 });
	assert.deepEqual(expectError(await other.get("/api/v1/meters"), 403, "quota_exceeded").details, { meter_key: "requests", limit: 7, used: 7, resets_at: month(-1) });
	assert.deepEqual((await told()).filter((one) => one.includes("org")), ["quota.exceeded org 101", "usage.threshold org 100", "usage.threshold org 80"]);
	await server.sql.run`UPDATE plans SET meters = ${JSON.stringify([{ meter_key: "requests", included: 7, overage: { unit: 1, price: 1 } }])} WHERE id = ${id}`;
	expectStatus(await other.get("/api/v1/meters"), 200);
	assert.equal(await used(), 7, "what is refused isn't counted");
});
