// For each write: every statement it runs fails once. Then nothing of it is in the database and the answer is a 5xx;
// and when the failure is a deadlock, the request runs again and succeeds, once. Two files share the writes, for it takes its time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { samples, World } from "../api/generated/samples.mjs";
import { asPolicy, describe } from "../harness/describe.mjs";
import { openFlow, person } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer({ jobs: true, config: { process: { request_workers: 1, password_workers: 1 } } });
const keeper = await person(server);
const key = await keeper.org.key();
await warmUp(server, key);

const STORAGE_ENGINE_ERROR = 1030;	// nothing that is worth trying again
const DEADLOCK = 1213;

/** Columns that move by themselves: who was seen when, what job workers do to the outbox, and what they find out about providers. */
const IGNORED = { sessions: ["last_seen_at", "org_id"], api_keys: ["last_used_at"], members: ["last_seen_at"], social_providers: ["body", "version"] };
const TABLES = [
	"orgs", "members", "invitations", "invitation_uses", "projects", "project_members", "api_keys", "idempotency_keys", "clients", "client_uris",
	"client_secrets", "users", "user_passwords", "sessions", "one_time_tokens", "area_settings", "assets", "installation", "social_providers", "user_identities", "signing_keys", "resource_servers", "resource_server_scopes", "trusted_issuers", "license_settings", "license_signing_keys", "licenses", "activations", "items", "payments", "payment_providers", "payment_notifications", "connections", "meters", "usage_events", "usage_counters", "project_limits",
	"plans", "features", "plan_features", "feature_overrides", "plan_assignments", "plan_trials",
];
/** What Gatehouse counts itself is written down in batches, whatever a request does. */
const WHERE = { usage_counters: "WHERE meter_key NOT IN ('requests', 'token_issues', 'validations', 'key_verifications', 'tool_calls', 'deliveries', 'emails', 'mau')" };
// Written by the sealer and the fan-out too: rows are counted, not compared. What job workers record of messages isn't the request's.
const COUNTED = { audit_events: "action <> 'message.failed'", events: "type <> 'message.failed'", messages: "TRUE" };

const columns = {};
for (const { TABLE_NAME: table, COLUMN_NAME: column } of await server.sql.query("SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'gatehouse'"))
	if (!IGNORED[table]?.includes(column))
		(columns[table] ??= []).push(column);

const SNAPSHOT = [
	...TABLES.map((table) => `SELECT '${table}' AS t, COUNT(*) AS n, COALESCE(SUM(CRC32(CONCAT_WS('|', ${columns[table].map((column) => `COALESCE(\`${column}\`, 'NULL')`).join(", ")}))), 0) AS s FROM ${table} ${WHERE[table] ?? ""}`),
	...Object.entries(COUNTED).map(([table, which]) => `SELECT '${table}' AS t, COUNT(*) AS n, 0 AS s FROM ${table} WHERE ${which}`),
].join(" UNION ALL ");

/** Only what the asking worker runs counts: job workers and the process that writes last_used_at go on beside. */
const asking = new Set();
for (const send of [() => key.get("/api/v1/whoami"), () => openFlow(server).then((flow) => flow.act("sign_up", { email: "nobody", password: "x" }))])
	for (let i = 0; i < 3; i++)
		for (const { text, pid } of (await proxy.during(send)).statements)
			if (/FROM api_keys k JOIN orgs|FROM flows f/.test(text))
				asking.add(pid);
const byAsking = ({ pid, text }) => asking.has(pid) && text !== "ROLLBACK";

const snapshot = async () => Object.fromEntries((await server.sql.query(SNAPSHOT)).map(({ t, n, s }) => [t, `${n} ${s}`]));

// A failed try must stay counted (users rule 13) and a spent code spent: flows write before they work, on purpose.
const OWN_TRANSACTIONS = /^\/api\/v1\/flows\//;

export const writes = (await describe()).map((route) => ({ ...asPolicy(route), id: route.id, isAside: route.oauth || route.mcp }))
	.filter((route) => route.method !== "GET" && route.name !== "POST /api/v1/setup" && !route.isAside);

async function prepare(route) {
	const world = await World.make(server);
	const sample = await samples[route.name](world, "S");
	const client = sample.by ?? (await world.client("S"));
	if (client.cookies[client.sessionCookie])
		await client.csrf();
	return { status: sample.status ?? 200, send: () => client.request(route.method, sample.target ?? route.path, sample.json === undefined ? {} : { json: sample.json }) };
}

/** About half of the work. */
export const isOfPeople = (path) => /^\/api\/v1\/(flows|users|account|session|social)\b/.test(path);

/** The writes whose paths this takes, each statement of them failing: two files that need not wait for one another. */
export function failEveryStatement(isMine) {
	for (const route of writes.filter(({ path }) => isMine(path)))
		test(`${route.name}: each statement fails once`, async () => {
			const plain = await prepare(route);
			const { result, statements: all } = await proxy.during(plain.send);
			const statements = all.filter(byAsking);
			assert.equal(result.status, plain.status, result.text);
			const count = statements.length;
			assert.ok(count >= 1, `${count} statements`);
			const isFlow = OWN_TRANSACTIONS.test(route.path);

			// A request of which nothing is left can be sent again as it was.
			let hurt, before;
			for (let nth = 1; nth <= count; nth++) {
				hurt ??= await prepare(route);
				before ??= await snapshot();
				const broken = proxy.fail(byAsking, STORAGE_ENGINE_ERROR, { nth });
				const answer = await hurt.send();
				const what = `statement ${nth} of ${count}: ${statements[nth - 1].text.slice(0, 100)}`;
				proxy.clear();
				const isBroken = broken.seen >= nth;
				if (isBroken) {
					assert.ok(answer.status >= 500, `${what}: ${answer.status} ${answer.text}`);
					if (!isFlow)
						assert.deepEqual(await snapshot(), before, what);
					assert.ok(!/sql|storage|engine|1030/i.test(answer.json.error.message), "HT-17 nothing of the database is shown");
				}
				if (!isBroken || isFlow)
					hurt = before = undefined;
			}

			for (let nth = 1; nth <= count; nth++) {
				const hurt = await prepare(route);
				proxy.fail(byAsking, DEADLOCK, { nth });
				const answer = await hurt.send();
				const what = `deadlock at statement ${nth} of ${count}: ${statements[nth - 1].text.slice(0, 100)}`;
				proxy.clear();
				assert.ok(answer.status === hurt.status || answer.status === 503, `${what}: ${answer.status} ${answer.text}`);
				if (nth > 1 && !isFlow)
					assert.equal(answer.status, hurt.status, what);
			}
		});
}
