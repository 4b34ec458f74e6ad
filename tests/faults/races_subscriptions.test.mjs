// Two of Stripe's notifications of one renewal, held at the statement that decides (held.mjs; licensing.md rules 27 and 28).

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { paidBy, paidPlan, person, planPayment, stripeBegun, stripeInvoice, tally, tellByStripe, user } from "../harness/index.mjs";
import { makeId } from "../harness/secrets.mjs";
import { race } from "./held.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const owner = await person(server);
const key = await owner.org.key();
const project = await owner.org.project({ environment: "live" });
const hook = await paidBy(owner, project);
const plan = await paidPlan(owner, project);

const settle = async () => {
	proxy.cutAll();
	await warmUp(server, key);
};

afterEach(async () => {
	proxy.clear();
	await settle();
});

/** On another node the rows that are written first hold nobody up, and the key decides. */
async function withoutKey() {
	await sql.rows`ALTER TABLE payments DROP KEY uq_provider_provider_ref`;
	return { server, proxy, settle };
}

race("rule 27 a renewal is told twice at once", {
	on: async () => ({ server, proxy, settle }),
	bare: withoutKey,
	guard: /^UPDATE (payments SET guard = guard \+ 1|users SET updated_at)/,
	async play({ meet }) {
		const payment = await planPayment(owner, project, await user(project, { server }), plan);
		const subscription = makeId("sub");
		await tellByStripe(server, hook, stripeBegun(payment, subscription));
		const renewal = stripeInvoice(payment, subscription);
		const answers = await meet(/^INSERT INTO payments/, ...["evt_1", "evt_2"].map((id) => () => tellByStripe(server, hook, { ...renewal, id })));
		return {
			answers,
			async check() {
				assert.deepEqual(tally(answers), { 200: 2 });
				assert.equal(await sql.value`SELECT COUNT(*) FROM payments WHERE project_id = ${project.id} AND subscription_ref = ${subscription}`, 2);
			},
		};
	},
});
