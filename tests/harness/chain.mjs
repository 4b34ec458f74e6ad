// The hash chain of the audit log, computed anew from the database's rows by this file's own hands (tenancy rule 38).

import { createHash } from "node:crypto";
import { until } from "./workplace.mjs";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

const ipText = (ip) => (ip === null ? null : [...ip.subarray(12)].join("."));
const timeText = (at) => `${at.replace(" ", "T")}Z`;

/** JSON.stringify writes strings, nulls and whole numbers as RFC 8785 asks for. */
export function linkHash(previous, row) {
	return sha256(previous, JSON.stringify([
		Number(row.seq), row.chain_id, row.id, row.workspace_id, timeText(row.occurred_at), row.action, row.actor_kind, row.actor_id, row.actor_label,
		row.target_type, row.target_id, row.target_label, row.result, ipText(row.ip), row.user_agent, row.request_id, sha256(row.changes).toString("hex"),
	]));
}

/** Waits until every row of the chain is sealed; answers the rows in their order. */
export async function sealedRows(server, chain, { patience_ms = 10000 } = {}) {
	await until(`the chain ${chain} is sealed`, async () => Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${chain} AND seq IS NULL`) === 0, { patience_ms });
	return server.sql.rows`SELECT * FROM audit_events WHERE chain_id = ${chain} ORDER BY seq`;
}

/** The first seq that isn't what it must be, or null; the head included. */
export async function firstBroken(server, chain, options) {
	const rows = await sealedRows(server, chain, options);
	const head = await server.sql.row`SELECT * FROM audit_chains WHERE chain_id = ${chain}`;
	let previous = Buffer.alloc(32);
	for (const [i, row] of rows.entries()) {
		const hash = linkHash(previous, row);
		if (Number(row.seq) !== i + 1 || !hash.equals(row.hash))
			return i + 1;
		previous = hash;
	}
	return Number(head.seq) === rows.length && previous.equals(head.hash) ? null : Number(head.seq);
}
