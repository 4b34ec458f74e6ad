// Use that is counted: before it happens, by consume, and afterwards, by events (licensing.md rules 31, 32 and 34).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, client, DAY, expectError, expectField, expectStatus, fromNow, HOUR, limitProject, makeId, meter, MINUTE, moveClock, ownServer, person, sharedServer, tally, use, user } from "../../harness/index.mjs";
import { basic } from "../oauth/oauth.mjs";

const shared = await sharedServer();
const CONSUME = "/api/v1/usage/consume";
const EVENTS = "/api/v1/usage/events";

async function make(server = shared) {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session, one: await meter(owner, project), someone: await user(project, { server }) };
}

const used = ({ project }, { meter_key }, subject, server = shared) =>
	server.sql.value`SELECT SUM(used) FROM usage_counters WHERE project_id = ${project.id} AND meter_key = ${meter_key} AND subject_id = ${subject.id}`;
const eventsOf = (server, { project }, type) => server.sql.rows`SELECT data FROM events WHERE project_id = ${project.id} AND type = ${type} ORDER BY id`.then((rows) => rows.map(({ data }) => JSON.parse(data)));
const monthEnd = () => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 1)).toISOString();

test("rule 31: what is taken is counted, for the subject and for the project; without a limit nothing is refused", async () => {
	const place = await make();
	const { session, one, someone, project } = place;
	const other = await user(project, { server: shared });
	assert.deepEqual(expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 3 })), 200), { allowed: true, used: 3, limit: null, remaining: null, resets_at: monthEnd() });
	assert.equal(expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 1000000000 })), 200).used, 1000000003);
	assert.equal(expectStatus(await session.post(CONSUME, use(one, other)), 200).used, 1);
	assert.deepEqual([await used(place, one, someone), await used(place, one, other), await used(place, one, project)].map(Number), [1000000003, 1, 1000000004]);
});

test("rule 32: over the project's limit 403 quota_exceeded with what is left to know; a refusal counts nothing", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	await limitProject(owner, project, { [one.meter_key]: 10 });
	assert.deepEqual(expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 7 })), 200), { allowed: true, used: 7, limit: 10, remaining: 3, resets_at: monthEnd() });
	const refused = use(one, someone, { quantity: 4 });
	const answer = await session.post(CONSUME, refused);
	expectError(answer, 403, "quota_exceeded");
	assert.deepEqual(answer.json.error.details, { meter_key: one.meter_key, limit: 10, used: 7, resets_at: monthEnd() });
	assert.equal(expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 3 })), 200).remaining, 0);
	expectError(await session.post(CONSUME, use(one, someone)), 403, "quota_exceeded");
	assert.equal(Number(await used(place, one, project)), 10);
	await limitProject(owner, project, { [one.meter_key]: 14 });
	assert.equal(expectStatus(await session.post(CONSUME, refused), 200).used, 14, "what was refused may come again");
	await limitProject(owner, project, { [one.meter_key]: 0 });
	expectError(await session.post(CONSUME, use(one, someone)), 403, "quota_exceeded");
});

test("rule 31: of 20 at once on 7 left exactly 7 pass, each with a number of its own; of different people too", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	const other = await user(project, { server: shared });
	await limitProject(owner, project, { [one.meter_key]: 8 });
	expectStatus(await session.post(CONSUME, use(one, someone)), 200);
	const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => session.post(CONSUME, use(one, i % 2 ? someone : other))));
	assert.deepEqual(tally(answers), { 200: 7, 403: 13 });
	assert.deepEqual(answers.filter(({ status }) => status === 200).map(({ json }) => json.used).sort(), [2, 3, 4, 5, 6, 7, 8]);
	assert.equal(Number(await used(place, one, project)), 8);
	assert.equal(Number(await used(place, one, someone)) + Number(await used(place, one, other)), 8);
});

test("rule 31: one event_key is counted once and always answered as first, also of ten at once; another meter's is another", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	const body = use(one, someone, { quantity: 2 });
	const answers = await atOnce(10, () => session.post(CONSUME, body));
	assert.deepEqual(tally(answers), { 200: 10 });
	for (const { json } of answers)
		assert.deepEqual(json, answers[0].json);
	expectStatus(await session.post(CONSUME, use(one, someone)), 200);
	await limitProject(owner, project, { [one.meter_key]: 1 });
	assert.deepEqual(expectStatus(await session.post(CONSUME, { ...body, quantity: 9 }), 200), answers[0].json);
	assert.equal(Number(await used(place, one, someone)), 3);
	const second = await meter(owner, project);
	assert.equal(expectStatus(await session.post(CONSUME, { ...body, meter_key: second.meter_key }), 200).used, 2);
});

test("what can't be counted is a 422 that names it, and nothing is counted", async () => {
	const place = await make();
	const { owner, session, one, someone } = place;
	const stranger = await make();
	for (const [field, value] of [["meter_key", "nothing"], ["meter_key", "requests"], ["meter_key", "A"], ["subject_id", stranger.someone.id], ["subject_id", makeId("usr")], ["subject_id", "usr_x"], ["quantity", 0], ["quantity", -1], ["quantity", 1000000001], ["quantity", "1"], ["event_key", ""], ["event_key", "a b"], ["event_key", "ü"], ["event_key", "x".repeat(65)], ["other", 1]])
		expectField(await session.post(CONSUME, use(one, someone, { [field]: value })), field);
	for (const field of ["meter_key", "subject_id", "quantity", "event_key"])
		expectField(await session.post(CONSUME, use(one, someone, { [field]: undefined })), field, "required");
	assert.equal(await used(place, one, someone), null);
	expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 1000000000, event_key: "x".repeat(64) })), 200);
	const viewer = await (await owner.org.member("viewer")).session({ headers: { "X-Project-Id": place.project.id } });
	expectError(await viewer.post(CONSUME, use(one, someone)), 403, "forbidden");
});

test("a client with its secret counts in its own project, whatever it names", async () => {
	const place = await make();
	const { owner, one, someone, project } = place;
	const app = await client(owner, {}, { headers: { "X-Project-Id": project.id } });
	const by = (secret) => new Client(shared, { check: false, headers: basic(app.id, secret) });
	assert.equal(expectStatus(await by(app.client_secret).post(CONSUME, use(one, someone)), 200).used, 1);
	assert.deepEqual(expectStatus(await by(app.client_secret).post(EVENTS, { events: [use(one, someone)] }), 200), { accepted: 1, duplicates: 0 });
	expectError(await by(`${app.client_secret}x`).post(CONSUME, use(one, someone)), 401, "unauthorized");
	const stranger = await make();
	expectField(await by(app.client_secret).post(CONSUME, use(stranger.one, stranger.someone)), "meter_key", "unknown");
	assert.equal(Number(await used(place, one, someone)), 2);
});

test("POST /usage/events: a thousand at once, each counted once, in any order; limits don't refuse them", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	const second = await meter(owner, project);
	const other = await user(project, { server: shared });
	await limitProject(owner, project, { [one.meter_key]: 1 });
	const events = Array.from({ length: 1000 }, (_, i) => use(i % 2 ? one : second, i % 3 ? someone : other, { quantity: i + 1 }));
	events[999] = { ...events[1] };
	assert.deepEqual(expectStatus(await session.post(EVENTS, { events }), 200), { accepted: 999, duplicates: 1 });
	assert.deepEqual(expectStatus(await session.post(EVENTS, { events: [...events.slice(0, 5).reverse(), use(one, other)] }), 200), { accepted: 1, duplicates: 5 });
	const sum = (test) => events.slice(0, 999).filter(test).reduce((all, { quantity }) => all + quantity, 0);
	assert.equal(Number(await used(place, second, project)), sum(({ meter_key }) => meter_key === second.meter_key));
	assert.equal(Number(await used(place, one, project)), sum(({ meter_key }) => meter_key === one.meter_key) + 1);
	assert.equal(Number(await used(place, second, other)), sum(({ meter_key, subject_id }) => meter_key === second.meter_key && subject_id === other.id));
	expectError(await session.post(CONSUME, use(one, someone)), 403, "quota_exceeded");
	assert.equal(expectStatus(await session.post(CONSUME, { ...events[1], quantity: 1 }), 200).allowed, true, "what was reported isn't counted again");
});

test("one bad event and none is counted; every bad one is named", async () => {
	const place = await make();
	const { session, one, someone } = place;
	const stranger = await make();
	const good = use(one, someone);
	const post = (...events) => session.post(EVENTS, { events });
	for (const [field, value] of [["meter_key", "nothing"], ["meter_key", "requests"], ["subject_id", stranger.someone.id], ["quantity", 0], ["event_key", "ö"], ["occurred_at", "soon"], ["occurred_at", fromNow(HOUR)], ["occurred_at", fromNow(-36 * DAY)]])
		expectField(await post(good, use(one, someone, { [field]: value })), `events[1].${field}`);
	const answer = await post(use({ meter_key: "b" }, someone), good, use({ meter_key: "a" }, { id: makeId("usr") }));
	assert.deepEqual(answer.json.error.details.fields.map(({ field }) => field).sort(), ["events[0].meter_key", "events[2].meter_key", "events[2].subject_id"]);
	expectField(await session.post(EVENTS, { events: [] }), "events");
	expectField(await session.post(EVENTS, { events: Array(1001).fill(good) }), "events");
	assert.equal(await used(place, one, someone), null);
	assert.deepEqual(expectStatus(await post({ ...good, occurred_at: fromNow(MINUTE) }, use(one, someone, { occurred_at: fromNow(-34 * DAY) })), 200), { accepted: 2, duplicates: 0 });
	assert.equal(Number(await used(place, one, someone)), 2);
	assert.equal(await shared.sql.value`SELECT COUNT(*) FROM usage_counters WHERE project_id = ${place.project.id} AND subject_id = ${someone.id}`, 2, "each in its month");
});

test("the same batch ten times at once counts once", async () => {
	const place = await make();
	const { session, one, someone } = place;
	const events = Array.from({ length: 20 }, () => use(one, someone));
	const answers = await atOnce(10, () => session.post(EVENTS, { events }));
	assert.deepEqual(tally(answers), { 200: 10 });
	assert.equal(answers.reduce((sum, { json }) => sum + json.accepted, 0), 20);
	assert.equal(Number(await used(place, one, someone)), 20);
});

test("rule 34: usage.threshold at 80 and 100 per cent, once a month and meter; quota.exceeded at the first refusal", async () => {
	const place = await make();
	const { owner, session, one, someone, project } = place;
	await limitProject(owner, project, { [one.meter_key]: 10 });
	const told = async () => (await eventsOf(shared, place, "usage.threshold")).map(({ percent, used: now }) => [percent, now]);
	expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 7 })), 200);
	assert.deepEqual(await told(), []);
	expectStatus(await session.post(CONSUME, use(one, someone)), 200);
	expectStatus(await session.post(CONSUME, use(one, someone)), 200);
	assert.deepEqual(await told(), [[80, 8]]);
	await atOnce(5, () => session.post(CONSUME, use(one, someone)));
	assert.deepEqual(await told(), [[80, 8], [100, 10]]);
	assert.deepEqual(await eventsOf(shared, place, "quota.exceeded"), [{ meter_key: one.meter_key, scope: "project", subject_id: null, percent: 101, limit: 10, used: 10, resets_at: monthEnd() }]);
	const second = await meter(owner, project);
	await limitProject(owner, project, { [second.meter_key]: 5 });
	expectStatus(await session.post(EVENTS, { events: [use(second, someone, { quantity: 50 })] }), 200);
	assert.deepEqual((await told()).at(-1), [100, 50], "what is reported passes both at once");
});

test("a new month starts from nothing, and an event_key is forgotten after 35 days", async () => {
	const server = await ownServer();
	const place = await make(server);
	const { owner, one, someone, project } = place;
	const key = await owner.org.key({ project, scopes: ["usage.write"] });
	await limitProject(owner, project, { [one.meter_key]: 1 });
	const body = use(one, someone);
	expectStatus(await key.post(CONSUME, body), 200);
	expectError(await key.post(CONSUME, use(one, someone)), 403, "quota_exceeded");
	moveClock(server, 34 * DAY);
	assert.equal(expectStatus(await key.post(CONSUME, body), 200).used, 1);
	assert.equal(Number(await used(place, one, someone, server)), 1, "known still");
	moveClock(server, 2 * DAY);
	assert.equal(expectStatus(await key.post(CONSUME, body), 200).used, 1);
	assert.equal(Number(await used(place, one, someone, server)), 2, "a new use of another month");
});

test("a person's own numbers go with them; the project's sum stays", async () => {
	const place = await make();
	const { session, one, someone, project } = place;
	expectStatus(await session.post(CONSUME, use(one, someone, { quantity: 5 })), 200);
	expectStatus(await session.delete(`/api/v1/users/${someone.id}`), 204);
	assert.equal(await used(place, one, someone), null);
	assert.equal(await shared.sql.value`SELECT COUNT(*) FROM usage_events WHERE project_id = ${project.id}`, 0);
	assert.equal(Number(await used(place, one, project)), 5);
	expectField(await session.post(CONSUME, use(one, someone)), "subject_id", "unknown");
});
