// The overview of a project with ten million recorded events: they are made by the database, one number each, and added up by hours and days into the
// rows that the flush of the counters would have left; then the overview is asked for over and over.

const DAY = 86400000;
/** As far back as the overview of 90 days looks, for it compares them with the 90 before; hours are kept for 35. */
const DAYS = 180;
const HOURLY_DAYS = 35;
const ASKS = 200;

/** As lib/stats.def has them. */
const METRICS = {
	sign_ups: ["method"], sign_ins: ["method"], sign_in_failures: ["reason"], token_issues: ["grant"], key_uses: ["api_key"],
	validations: ["code", "country", "product"], activations: [], payments: ["status", "provider"], errors: ["code"], deliveries: ["status"], usage: ["meter"],
};
const DIMENSIONS = Object.entries(METRICS).flatMap(([metric, dims], at) => ["", ...dims].map((dim) => `SELECT ${at} AS at, '${metric}' AS metric, '${dim}' AS dim`)).join(" UNION ALL ");

const day = (time) => new Date(time).toISOString().slice(0, 10);

/** Those with the numbers from..to happen on one day: what, when and with which of 200 values follows from the number, few values often and many seldom. */
const events = (from, to) => `(SELECT MOD(CRC32(seq), ${Object.keys(METRICS).length}) AS what, MOD(CRC32(CONCAT('hour', seq)), 24) AS hour,
	FLOOR(200 * POW(MOD(CRC32(CONCAT('value', seq)), 10000) / 10000, 3)) AS value FROM seq_${from}_to_${to})`;

const roll = (table, bucket, from, to) => `INSERT INTO ${table} (project_id, metric, bucket_at, dim, dim_value, n)
	SELECT p.id, d.metric, ${bucket}, d.dim, IF(d.dim = '', '', CONCAT('value-', e.value)), COUNT(*)
	FROM projects p JOIN ${events(from, to)} e JOIN (${DIMENSIONS}) d ON d.at = e.what`;

/** How many rows the roll-ups have then. */
async function fill({ sql }, project, count) {
	const today = Date.now() - Date.now() % DAY, each = Math.ceil(count / DAYS);
	const quoted = `WHERE p.id = '${project.id}' GROUP BY d.metric, d.dim, IF(d.dim = '', '', CONCAT('value-', e.value))`;
	for (let ago = 0; ago < DAYS; ago++) {
		const date = day(today - ago * DAY), [from, to] = [ago * each + 1, Math.min((ago + 1) * each, count)];
		await sql.query(`${roll("stat_daily", `'${date}'`, from, to)} ${quoted}`);
		if (ago < HOURLY_DAYS)
			await sql.query(`${roll("stat_hourly", `'${date}' + INTERVAL e.hour HOUR`, from, to)} ${quoted}, e.hour`);
		for (const [metric, n] of [["dau", 20000], ["mau", 90000]])
			await sql.query(`INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n) VALUES ('${project.id}', '${metric}', '${date}', '', '', ${n})`);
	}
	const counted = Number(await sql.value`SELECT SUM(n) FROM stat_daily WHERE project_id = ${project.id} AND dim = '' AND metric NOT IN ('dau', 'mau')`);
	if (counted !== count)
		throw new Error(`${counted} of ${count} events were rolled up`);
	return Number(await sql.value`SELECT (SELECT COUNT(*) FROM stat_daily WHERE project_id = ${project.id}) + (SELECT COUNT(*) FROM stat_hourly WHERE project_id = ${project.id})`);
}

/** Milliseconds from request to answer, sorted, one request after the other. */
async function times(key, path) {
	const took = [];
	for (let i = 0; i < ASKS + 10; i++) {
		const began = performance.now();
		const answer = await key.get(path);
		if (answer.status !== 200)
			throw new Error(`${path}: ${answer.status} ${answer.text}`);
		if (i >= 10)
			took.push(performance.now() - began);
	}
	return took.sort((a, b) => a - b);
}

/** statements: how many the database counts for one request. */
export async function analyticsLines({ server, key, project }, count, statements) {
	const rows = await fill(server, project, count);
	console.log(`${count.toLocaleString("en")} events are ${rows.toLocaleString("en")} rows of roll-ups`);
	const lines = [];
	for (const period of ["24h", "7d", "30d", "90d"]) {
		const took = await times(key, `/api/v1/analytics/overview?period=${period}`);
		lines.push([`ms for the overview of ${period}, median`, took[ASKS / 2], 50, true], [`ms for the overview of ${period}, 95 in 100`, took[ASKS * 0.95]]);
	}
	const grouped = await times(key, "/api/v1/analytics/validations?group_by=product");
	return [
		...lines,
		["ms for 30 days of validations by 200 products, median", grouped[ASKS / 2]],
		["statements of the overview with who asks, counted by the database", await statements(server, () => key.get("/api/v1/analytics/overview")), 2, true],
	];
}
