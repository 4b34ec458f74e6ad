// What happened how often: the roll-ups as charts ask for them (licensing.md rules 37 and 38).

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ask, Client, DAY, expectField, expectStatus, license, ownServer, payment, person, projectUser, question, until } from "../../harness/index.mjs";
import { countriesDatabase } from "../../harness/mmdb.mjs";
import { makeFolder, stop } from "../../harness/workplace.mjs";

const countries = path.join(makeFolder("c"), "countries.mmdb");
fs.writeFileSync(countries, countriesDatabase({ "127.0.77.0/24": "DE" }));	// clients whose address isn't said have others
const server = await ownServer({ config: { countries_file: countries } });
const HOUR = 3600000;
const at = (time) => new Date(time).toISOString();

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const get = async (what) => expectStatus(await session.get(`/api/v1/analytics/${what}`), 200);
	/** Puts a count where the flush would. */
	const put = (table, metric, time, n, dim = "", value = "") => server.sql.query(
		`INSERT INTO ${table} (project_id, metric, bucket_at, dim, dim_value, n) VALUES ('${project.id}', '${metric}', '${at(time).replace("T", " ").replace("Z", "")}', '${dim}', '${value}', ${n})`);
	return { owner, project, session, get, put };
}

const values = ({ points }) => points.map(({ value }) => value);

test("rule 37: weeks begin on Monday, months on the first, and what is empty is 0", async () => {
	const { get, put } = await make();
	await put("stat_daily", "sign_ins", Date.parse("2026-11-01"), 1);	// a Sunday
	await put("stat_daily", "sign_ins", Date.parse("2026-11-02"), 10);	// a Monday
	await put("stat_daily", "sign_ins", Date.parse("2026-11-08"), 100);	// its Sunday
	await put("stat_daily", "sign_ins", Date.parse("2026-11-09"), 1000);
	const span = "from=2026-11-01T00:00:00Z&to=2026-11-09T23:00:00Z";
	const days = await get(`sign_ins?${span}&bucket=day`);
	assert.deepEqual(values(days.series[0]), [1, 10, 0, 0, 0, 0, 0, 100, 1000]);
	assert.deepEqual(days.totals, [{ key: null, total: 1111 }]);
	const weeks = await get(`sign_ins?${span}&bucket=week`);
	assert.deepEqual(weeks.series[0].points, [{ t: "2026-10-26T00:00:00.000Z", value: 1 }, { t: "2026-11-02T00:00:00.000Z", value: 110 }, { t: "2026-11-09T00:00:00.000Z", value: 1000 }]);
	const months = await get("sign_ins?from=2026-09-30T23:59:59Z&to=2026-11-09T00:00:00Z&bucket=month");
	assert.deepEqual(months.series[0].points, [{ t: "2026-09-01T00:00:00.000Z", value: 0 }, { t: "2026-10-01T00:00:00.000Z", value: 0 }, { t: "2026-11-01T00:00:00.000Z", value: 1111 }]);
});

test("groups: one series a value, the largest first, as the text that it was; persons aren't added up", async () => {
	const { get, put } = await make();
	const day = Date.parse("2026-11-10");
	await put("stat_daily", "validations", day, 9);
	await put("stat_daily", "validations", day, 2, "product", "Caf%C3%A9%20Pro");
	await put("stat_daily", "validations", day, 3, "product", "Basic");
	await put("stat_daily", "validations", day + DAY, 4, "product", "Basic");
	await put("stat_daily", "validations", day, 99, "product", "other");
	const { series, totals } = await get("validations?group_by=product&from=2026-11-10T00:00:00Z&to=2026-11-11T00:00:00Z");
	assert.deepEqual(series.map((one) => [one.key, values(one)]), [["Basic", [3, 4]], ["Café Pro", [2, 0]], ["other", [99, 0]]]);
	assert.deepEqual(totals, [{ key: "Basic", total: 7 }, { key: "Café Pro", total: 2 }, { key: "other", total: 99 }]);
	for (const [n, time] of [[5, day], [7, day + DAY], [6, day + 2 * DAY]])
		await put("stat_daily", "dau", time, n);
	const dau = await get("dau?bucket=week&from=2026-11-10T00:00:00Z&to=2026-11-12T00:00:00Z");
	assert.deepEqual([values(dau.series[0]), dau.totals], [[7], [{ key: null, total: 7 }]]);
});

test("never more than 1000 points: a longer time is refused, more values are folded into other", async () => {
	const { session, get, put } = await make();
	expectField(await session.get("/api/v1/analytics/sign_ins?from=2024-01-01T00:00:00Z&to=2026-11-01T00:00:00Z&bucket=day"), "bucket", "range");
	assert.equal(values((await get("sign_ins?from=2024-02-08T00:00:00Z&to=2026-11-03T23:59:59Z&bucket=day")).series[0]).length, 1000);
	for (let i = 0; i < 12; i++)
		await put("stat_daily", "key_uses", Date.parse("2026-11-01"), i + 1, "api_key", `key_${i}`);
	const { series } = await get("key_uses?group_by=api_key&from=2026-08-01T00:00:00Z&to=2026-11-09T00:00:00Z&bucket=day");
	assert.equal(series.length, 9);
	assert.deepEqual([series[0].key, series[8].key], ["key_11", "other"]);
	assert.ok(series.reduce((sum, { points }) => sum + points.length, 0) <= 1000);
	assert.equal(series.flatMap(values).reduce((a, b) => a + b), 78, "nothing is left out");
});

test("a new value each time, 200 a day for three months: the largest are told apart, and nothing is left out", async () => {
	const { project, get } = await make();
	await server.sql.query(`INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n)
		SELECT '${project.id}', 'key_uses', '2026-08-01' + INTERVAL seq DIV 200 DAY, 'api_key', CONCAT('key_', seq), seq FROM seq_0_to_17999`);
	const { series, totals } = await get("key_uses?group_by=api_key&from=2026-08-01T00:00:00Z&to=2026-10-29T00:00:00Z&bucket=day");
	assert.deepEqual(series.map(({ key }) => key), [...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `key_${17999 - i}`), "other"]);
	assert.equal(totals.reduce((sum, { total }) => sum + total, 0), 17999 * 9000);
	assert.equal(series.flatMap(values).reduce((a, b) => a + b), 17999 * 9000);
});

test("what can't be asked names its parameter", async () => {
	const { session, get } = await make();
	const refused = async (query, field, rule) => expectField(await session.get(`/api/v1/analytics/${query}`), field, rule);
	await refused("sign_ins?group_by=product", "group_by", "choice");
	await refused("dau?group_by=method", "group_by", "choice");
	await refused("dau?bucket=hour", "bucket", "choice");
	await refused("sign_ins?from=2026-11-10T00:00:00Z&to=2026-11-09T00:00:00Z", "from", "order");
	await refused(`sign_ins?bucket=hour&from=${at(Date.now() - 40 * DAY)}`, "from", "range");
	assert.equal((await get("sign_ins?group_by=method")).series.length, 0);
	assert.equal(values((await get("sign_ins?bucket=hour")).series[0]).length, 25);
	assert.equal((await session.get("/api/v1/analytics/nothing")).status, 422);
	expectStatus(await session.get("/api/v1/analytics/overview?period=30d"), 200);
	assert.equal((await session.get("/api/v1/analytics/overview?period=31d")).status, 422);
});

test("the overview: each metric's total, the same time before, and its points; persons by their last day", async () => {
	const { get, put } = await make();
	const now = Date.now();
	const today = now - now % DAY;
	for (const [metric, ago, n] of [["sign_ins", 0, 5], ["sign_ins", 6, 7], ["sign_ins", 7, 11], ["sign_ins", 13, 13], ["sign_ins", 14, 500], ["dau", 0, 3], ["dau", 1, 8], ["dau", 7, 6]])
		await put("stat_daily", metric, today - ago * DAY, n);
	const week = await get("overview?period=7d");
	const of = (overview, metric) => overview.metrics.find((each) => each.metric === metric);
	assert.deepEqual([of(week, "sign_ins").total, of(week, "sign_ins").previous, values(of(week, "sign_ins"))], [12, 24, [7, 0, 0, 0, 0, 0, 5]]);
	assert.deepEqual([of(week, "dau").total, of(week, "dau").previous], [3, 6]);
	assert.equal(of(await get("overview?period=90d"), "sign_ins").points.length, 90);
	const hour = now - now % HOUR;
	await put("stat_hourly", "errors", hour, 2);
	await put("stat_hourly", "errors", hour - 24 * HOUR, 4);
	const day = await get("overview?period=24h");
	assert.deepEqual([of(day, "errors").total, of(day, "errors").previous, of(day, "errors").points.length], [2, 4, 24]);
	assert.deepEqual([of(day, "dau").total, of(day, "dau").previous, of(day, "sign_ups").total], [3, 8, 0]);
});

test("another project's counts don't show", async () => {
	const { put, get } = await make();
	const stranger = await make();
	await put("stat_daily", "sign_ins", Date.now() - Date.now() % DAY, 5);
	assert.equal((await get("sign_ins")).totals[0].total, 5);
	assert.equal((await stranger.get("sign_ins")).totals[0].total, 0);
});

test("what people and programs do arrives: validations by code, payments, uses of a key, errors, metered requests; looking at it isn't use", async () => {
	const { owner, project, session, get } = await make();
	const one = await license(owner, project, { product_name: "Café Pro" });
	expectStatus(await new Client(server, { address: "127.0.77.1" }).post("/api/v1/validate", question(project, one)), 200);
	for (let i = 0; i < 2; i++)
		await ask(server, project, one);
	assert.equal(expectStatus(await session.get(`/api/v1/licenses/${one.id}/activations`), 200).data[0].country, "DE");
	expectStatus(await new Client(server).post("/api/v1/validate", { ...question(project, one), license_key: "2222-2222-2222-2223" }), 200);
	const [paid, late] = [await payment(owner, project), await payment(owner, project)];
	for (const [{ id }, verb] of [[paid, "settle"], [late, "cancel"], [late, "settle"]])
		expectStatus(await session.post(`/api/v1/payments/${id}/${verb}`, { reference: `${verb}-${id}` }), 200);
	const key = await owner.org.key({ project });
	expectStatus(await key.get("/api/v1/licenses"), 200);
	assert.equal((await key.get("/api/v1/licenses/lic_0000000000000000")).status, 404);
	for (let i = 0; i < 5; i++)
		expectStatus(await key.get("/api/v1/analytics/overview"), 200);
	const totals = async (what) => Object.fromEntries((await get(what)).totals.map(({ key: name, total }) => [name, total]));
	await until("it is written", async () => (await get("validations")).totals[0].total === 4 && (await get("key_uses")).totals[0].total === 7, { patience_ms: 20000 });
	assert.deepEqual(await totals("validations?group_by=code"), { activation_limit: 2, valid: 1, not_found: 1 });
	assert.deepEqual(await totals("validations?group_by=product"), { "Café Pro": 3, other: 1 });
	assert.deepEqual(await totals("validations?group_by=country"), { ZZ: 3, DE: 1 });
	assert.deepEqual(await totals("activations"), { null: 1 });
	assert.deepEqual(await totals("payments?group_by=status"), { settlement: 2, cancel: 1 });
	assert.deepEqual(await totals("payments?group_by=provider"), { manual: 3 });
	assert.deepEqual(await totals("key_uses?group_by=api_key"), { [key.id]: 7 });
	assert.deepEqual(await totals("errors?group_by=code"), { not_found: 1 });
	assert.deepEqual(await totals("usage?group_by=meter"), { validations: 3, requests: 2 });
	assert.deepEqual((await server.sql.rows`SELECT meter_key, CAST(used AS INT) AS used FROM usage_counters WHERE project_id = ${project.id} AND subject_id = ${project.id} ORDER BY meter_key`).map(Object.values), [["requests", 2], ["validations", 3]]);
	assert.deepEqual((await server.sql.rows`SELECT meter_key, CAST(used AS INT) AS used FROM org_usage WHERE org_id = ${owner.org.id} ORDER BY meter_key`).map(Object.values), [["requests", 2], ["validations", 3]]);
});

test("rule 38: of more than 200 values of a day the later ones are other, and nothing is lost", async () => {
	const { owner, project, get, put } = await make();
	const today = Date.now() - Date.now() % DAY;
	for (let i = 0; i < 199; i++)
		await put("stat_daily", "key_uses", today, 1, "api_key", `key_${String(i).padStart(16, "0")}`);
	const keys = [];
	for (let i = 0; i < 4; i++)
		keys.push(await owner.org.key({ project }));
	for (const key of keys)
		expectStatus(await key.get("/api/v1/licenses"), 200);
	await until("they are written", async () => (await get("key_uses")).totals[0].total === 4, { patience_ms: 20000 });
	const { totals } = await get(`key_uses?group_by=api_key&from=${at(today)}`);
	assert.deepEqual(totals.at(-1), { key: "other", total: 3 });
	assert.equal(totals.length, 201);
});

test("rule 38: who was there counts once a day and once in thirty, and what is too old goes", async () => {
	const { project, get, put } = await make();
	const users = [];
	for (let i = 0; i < 3; i++)
		users.push(await projectUser(server, project));
	const day = (ago) => at(Date.now() - ago * DAY).slice(0, 10);
	for (const [user, ago] of [[0, 0], [1, 0], [0, 1], [2, 29], [2, 70]])
		await server.sql.run`INSERT INTO user_days (project_id, day, user_id) VALUES (${project.id}, ${day(ago)}, ${users[user].id})`;
	await put("stat_hourly", "sign_ins", Date.now() - Date.now() % HOUR - 36 * DAY, 1);
	await put("stat_hourly", "sign_ins", Date.now() - Date.now() % HOUR - 34 * DAY, 1);
	await put("stat_daily", "sign_ins", Date.parse("2020-01-01"), 1);
	await stop(server.jobs);
	server.startJobs();
	await until("they are counted", async () => (await get("mau")).totals[0].total === 3, { patience_ms: 20000 });
	assert.deepEqual(values((await get(`dau?from=${at(Date.now() - DAY)}`)).series[0]), [1, 2]);
	await until("the old is gone", async () => await server.sql.value`SELECT COUNT(*) FROM user_days WHERE project_id = ${project.id}` === 4
		&& await server.sql.value`SELECT COUNT(*) FROM stat_hourly WHERE project_id = ${project.id} AND metric = 'sign_ins'` === 1
		&& await server.sql.value`SELECT COUNT(*) FROM stat_daily WHERE project_id = ${project.id} AND metric = 'sign_ins'` === 0);
	const metered = await server.sql.value`SELECT CAST(used AS INT) FROM usage_counters WHERE project_id = ${project.id} AND meter_key = 'mau' AND subject_id = ${project.id}
		ORDER BY period_at DESC LIMIT 1`;
	assert.ok(metered >= 2, `${metered}`);
});
