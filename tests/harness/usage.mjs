// What a project counts: meters, and use of them.

import { makeId } from "./secrets.mjs";

async function made(answer, status) {
	if (answer.status !== status)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

const makerOf = (owner, project) => owner.session({ headers: { "X-Project-Id": project.id } });

/** A meter of the project, with a key of its own. */
export async function meter(owner, project, body = {}) {
	return made(await (await makerOf(owner, project)).post("/api/v1/meters", { meter_key: makeId("tokens"), unit: "tokens", display_name: "Tokens", ...body }), 201);
}

/** The body of a consume, or one of the events of a report. */
export const use = ({ meter_key }, { id: subject_id }, more = {}) => ({ meter_key, subject_id, quantity: 1, event_key: makeId("use"), ...more });

export async function limitProject(owner, project, limits) {
	return made(await (await makerOf(owner, project)).put("/api/v1/project_limits", { limits }), 200);
}

/** A plan of the console that everybody is on who wasn't given one; meters as in plans. */
export async function consolePlan(server, { meters = [], price = 0, currency = "USD", plan_key = makeId("plan"), period = "monthly", is_default = true } = {}) {
	const id = makeId("pln");
	await server.sql.rows`INSERT INTO plans (project_id, id, plan_key, display_name, price, currency, period, description, meters, trial_days, is_public, is_default, sort, is_archived, version, created_at, updated_at)
		VALUES (${server.consoleId}, ${id}, ${plan_key}, 'Team', ${price}, ${currency}, ${period}, NULL, ${JSON.stringify(meters)}, 0, TRUE, ${is_default || null}, 0, FALSE, 1, NOW(3), NOW(3))`;
	return { id, plan_key };
}

/** An open invoice of an organization; its id. */
export async function invoice(org, { server, number = Math.floor(Math.random() * 2 ** 31), total = 4900, period_at = "2025-01-01 00:00:00.000" }) {
	const id = makeId("ivc");
	const lines = [{ description: "Team", quantity: 1, unit_price: total, amount: total, meter_key: null }];
	await server.sql.rows`INSERT INTO invoices (org_id, id, number, period_at, currency, total, status, line_items, due_at, paid_at, payment_id, created_at, updated_at)
		VALUES (${org.id}, ${id}, ${number}, ${period_at}, 'USD', ${total}, 'open', ${JSON.stringify(lines)}, '2025-02-15 00:00:00.000', NULL, NULL, NOW(3), NOW(3))`;
	return id;
}
