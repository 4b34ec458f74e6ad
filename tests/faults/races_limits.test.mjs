// The races for the last of what may be, each held at the statement that decides (held.mjs; licensing.md rules 31 and 35).

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { consolePlan, limitProject, makeId, meter, person, use, user } from "../harness/index.mjs";
import { race as declare, withoutGuardRow } from "./held.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const key = await (await person(server)).org.key();

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

const race = (name, schedule) => declare(name, { on: async () => ({ server, proxy, settle: () => warmUp(server, key) }), ...schedule });
const statusesOf = (answers) => answers.map(({ status }) => status).sort();

// One license at most, for whoever is on this plan of the console.
const single = await consolePlan(server, { is_default: false });
const feature = makeId("fea");
await sql.run`INSERT INTO features (project_id, id, feature_key, type, default_value, version, created_at, updated_at) VALUES (${server.consoleId}, ${feature}, 'licenses', 'limit', 1, 1, NOW(3), NOW(3))`;

race("rule 35 the last license of a cap is made twice", {
	guard: /^UPDATE orgs SET guard = guard \+ 1/,
	async play({ meet }) {
		const owner = await person(server);
		await sql.run`INSERT INTO plan_assignments (project_id, subject_id, plan_id, source, announced, cancel_at_period_end, version, created_at, updated_at)
			VALUES (${server.consoleId}, ${owner.org.id}, ${single.id}, 'admin', 'active', FALSE, 1, NOW(3), NOW(3))`;
		const session = await owner.session({ headers: { "X-Project-Id": owner.org.defaultProject.id } });
		await session.csrf();
		const make = () => session.post("/api/v1/licenses", { product_name: "Pro" });
		const answers = await meet(/^INSERT INTO licenses /, make, make);
		return {
			answers,
			async check() {
				assert.deepEqual(statusesOf(answers), [201, 403]);
				assert.equal(await sql.value`SELECT COUNT(*) FROM licenses WHERE project_id = ${owner.org.defaultProject.id}`, 1);
			},
		};
	},
});

const TAKE = /^UPDATE usage_counters SET used = used \+ \?/;
const CONDITION = "used + ? <= IF(subject_id = ?, ?, ?)";

race("rule 31 the last of a quota is used twice", {
	guard: /^INSERT INTO usage_counters .* used = used \+ 0$|^UPDATE usage_counters SET used = used \+ \?/,
	remove: (text) => (TAKE.test(text) ? text.replace(CONDITION, "COALESCE(?, ?, ?, ?) IS NOT NULL") : withoutGuardRow(text)),
	async play({ meet }) {
		const owner = await person(server);
		const project = owner.org.defaultProject;
		const [one, someone] = [await meter(owner, project), await user(project, { server })];
		await limitProject(owner, project, { [one.meter_key]: 2 });
		const now = new Date();
		const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString().slice(0, 23).replace("T", " ");
		for (const subject of [project, someone])
			await sql.run`INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent) VALUES (${project.id}, ${one.meter_key}, ${subject.id}, ${month}, 1, 101)`;
		const program = await owner.org.key({ project });
		const consume = () => program.post("/api/v1/usage/consume", use(one, someone));
		const answers = await meet(TAKE, consume, consume);
		return {
			answers,
			async check() {
				assert.deepEqual(statusesOf(answers), [200, 403]);
				assert.equal(Number(await sql.value`SELECT used FROM usage_counters WHERE project_id = ${project.id} AND meter_key = ${one.meter_key} AND subject_id = ${project.id}`), 2);
			},
		};
	},
});
