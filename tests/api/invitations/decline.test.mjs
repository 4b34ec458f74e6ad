// POST /invitations/decline: the mailed link ends for good.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, invitation, makeSecret, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const decline = async (guest, secret) => (await guest.session()).post("/api/v1/invitations/decline", { secret });
const accept = async (guest, secret) => (await guest.session()).post("/api/v1/invitations/accept", { secret });

test("204; then it can be neither accepted nor declined; the address may be invited again; recorded with who declined", async () => {
	const owner = await person(server);
	const guest = await person(server);
	const { id, secret } = await invitation(owner.org, { email: guest.email });
	expectStatus(await decline(guest, secret), 204);
	expectError(await accept(guest, secret), 410, "invitation_revoked");
	expectError(await decline(guest, secret), 410, "invitation_revoked");
	assert.equal(await guest.role(owner.org), null);
	const row = await server.sql.row`SELECT actor_id, target_id, changes FROM audit_events WHERE chain_id = ${owner.org.id} AND action = 'invitation.declined'`;
	assert.deepEqual([row.actor_id, row.target_id, JSON.parse(row.changes)], [guest.id, id, { status: ["pending", "revoked"] }]);
	const again = await (await owner.session()).post("/api/v1/invitations", { kind: "email", email: guest.email, role: "member" });
	expectStatus(await accept(guest, expectStatus(again, 201).secret), 201);
});

test("unknown and malformed: 404; expired and used: 410", async () => {
	const { org } = await person(server);
	const guest = await person(server);
	for (const secret of [makeSecret("ginv_"), "nonsense"])
		expectError(await decline(guest, secret), 404, "not_found");
	expectError(await decline(guest, (await invitation(org, { email: guest.email, expires_in_ms: -1000 })).secret), 410, "invitation_expired");
	const used = await invitation(org, { email: guest.email.replace("@", "+used@") });
	await server.sql.run`UPDATE invitations SET uses = 1 WHERE id = ${used.id}`;
	expectError(await decline(guest, used.secret), 410, "invitation_used");
	expectStatus(await decline(guest, (await invitation(org)).secret), 204);
});
