// What moves a payment at once, each held at the statement that decides (held.mjs; licensing.md rules 26 and 27): whoever has paid isn't told that it is
// over, and nobody is told twice.

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { expectStatus, order, paidBy, payment, person, projectApp, stripeEvent, tally, tellByStripe, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";
import { race as declare, withoutGuardRow } from "./held.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const owner = await person(server);
const key = await owner.org.key();
const project = await owner.org.project({ environment: "live" });
const session = await owner.session({ headers: { "X-Project-Id": project.id } });

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

/** A payment has two guards besides the organization's row: its own row, and the state that a move starts from. */
const GUARDS = /^UPDATE (orgs SET guard = guard \+ 1|payments SET (guard = guard \+ 1|status))/;
const withoutGuards = (text) => (text.includes("guard = guard + 1") ? withoutGuardRow(text) : text.replace(/status = \?$/, "(status = ? OR TRUE)"));
const MOVE = /^UPDATE payments SET status = \?/;

const race = (name, schedule) => declare(name, { on: async () => ({ server, proxy, settle: () => warmUp(server, key) }), guard: GUARDS, remove: withoutGuards, ...schedule });

const byHand = (one, verb) => session.post(`/api/v1/payments/${one.id}/${verb}`, { reference: `${verb}-${one.id}` });
const statusOf = (one) => sql.value`SELECT status FROM payments WHERE id = ${one.id}`;
const eventsOf = async (one) => (await sql.rows`SELECT type FROM events WHERE subject_id = ${one.id} ORDER BY id`).map(({ type }) => type);

race("rule 26 the money is seen while somebody calls the payment off", {
	async play({ cross }) {
		const one = await payment(owner, project);
		const answers = await cross(MOVE, () => byHand(one, "cancel"), () => byHand(one, "settle"));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 2 });
				assert.equal(await statusOf(one), "settlement");
				assert.deepEqual(await eventsOf(one), ["payment.created", "payment.failed", "item.purchased"]);
			},
		};
	},
});

/** A job worker looks at what is due when it starts. */
async function expire(one) {
	await sql.run`UPDATE payments SET check_at = NOW(3) - INTERVAL 1 MINUTE WHERE id = ${one.id}`;
	server.startJobs();
	await until("the job has looked", async () => await sql.value`SELECT COUNT(*) FROM payments WHERE id = ${one.id} AND check_at IS NOT NULL` === 0
		&& (await eventsOf(one)).includes("payment.expired"));
	await stop(server.jobs);
	return { status: 200, text: "expired" };
}

race("rule 26 the money is seen while the payment expires", {
	async play({ cross }) {
		const one = await payment(owner, project);
		const answers = await cross(MOVE, () => expire(one), () => byHand(one, "settle"));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 2 });
				assert.equal(await statusOf(one), "settlement");
				assert.deepEqual(await eventsOf(one), ["payment.created", "payment.expired", "item.purchased"]);
			},
		};
	},
});

const shop = await owner.org.project({ environment: "live" });
const hook = await paidBy(owner, shop);
const app = await projectApp(owner, shop);

race("rule 27 two notifications say that one payment is paid", {
	async play({ meet }) {
		const one = expectStatus(await app.post("/api/v1/shop_payments", order()), 201);
		const tell = () => tellByStripe(server, hook, stripeEvent(one));
		const answers = await meet(MOVE, tell, tell);
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 2 });
				assert.deepEqual(await eventsOf(one), ["payment.created", "item.purchased"]);
			},
		};
	},
});
