// POST /orgs/join: membership by a code (tenancy rules 10 to 12).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, inviteCode, makeInviteCode, makeSecret, person, sharedServer, tally, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();

const join = async (guest, code) => (await guest.session()).post("/api/v1/orgs/join", { code });

test("201 with the member, by invite_code; recorded with who joined; typed in small letters without hyphens too", async () => {
	const { org } = await person(server);
	const { id, code } = await inviteCode(org, { role: "manager", max_uses: 2 });
	const guest = await person(server);
	const member = expectStatus(await join(guest, code), 201);
	assert.deepEqual([member.org_id, member.user_id, member.role, member.joined_via], [org.id, guest.id, "manager", "invite_code"]);
	assert.equal(await guest.role(org), "manager");
	assert.equal(await server.sql.value`SELECT uses FROM invitations WHERE id = ${id}`, 1);
	const audit = await server.sql.row`SELECT actor_id, changes FROM audit_events WHERE chain_id = ${org.id} AND action = 'invitation.accepted'`;
	assert.equal(audit.actor_id, guest.id);
	assert.deepEqual(JSON.parse(audit.changes), { uses: [0, 1] });
	expectStatus(await join(await person(server), code.toLowerCase().replaceAll("-", "")), 201);
});

test("T-10 an address that isn't verified: 403 email_not_verified, whatever the code", async () => {
	const { org } = await person(server);
	const { code } = await inviteCode(org);
	const guest = await person(server, { verified: false });
	for (const text of [code, makeInviteCode(), "nonsense"])
		expectError(await join(guest, text), 403, "email_not_verified");
	await server.sql.run`UPDATE users SET email_verified_at = NOW(3) WHERE id = ${guest.id}`;
	expectStatus(await join(guest, code), 201);
});

test("T-12 unknown and malformed codes, and secrets of mails: the same 404", async () => {
	const { org } = await person(server);
	const guest = await (await person(server)).session();
	const unknown = await guest.post("/api/v1/orgs/join", { code: makeInviteCode() });
	expectError(unknown, 404, "not_found");
	for (const code of ["x", "0000-0000-0000", "ABCD-EFGH-234", makeSecret("ginv_")]) {
		const answer = await guest.post("/api/v1/orgs/join", { code });
		expectError(answer, 404, "not_found");
		assert.equal(withoutRequestId(answer), withoutRequestId(unknown));
	}
	const { code } = await inviteCode(org);
	expectError(await guest.post("/api/v1/invitations/accept", { secret: code }), 404, "not_found");
	expectError(await guest.post("/api/v1/invitations/decline", { secret: code }), 404, "not_found");
	expectStatus(await guest.post("/api/v1/orgs/join", { code }), 201);
});

test("expired, withdrawn, used up: 410 with its own code; a member already: 409", async () => {
	const owner = await person(server);
	const { org } = owner;
	expectError(await join(await person(server), (await inviteCode(org, { expires_in_ms: -1000 })).code), 410, "invitation_expired");
	const withdrawn = await inviteCode(org);
	expectStatus(await (await owner.session()).delete(`/api/v1/invitations/${withdrawn.id}`), 204);
	expectError(await join(await person(server), withdrawn.code), 410, "invitation_revoked");
	expectError(await join(await person(server), (await inviteCode(org, { max_uses: 2, uses: 2 })).code), 410, "invitation_used");
	const open = await inviteCode(org, { max_uses: 3 });
	expectError(await join(await org.member("viewer"), open.code), 409, "already_member");
	assert.equal(await server.sql.value`SELECT uses FROM invitations WHERE id = ${open.id}`, 0, "a refusal uses nothing up");
	expectStatus(await join(await person(server), open.code), 201);
});

test("who was removed can't come back by the code they used: 410 invitation_used", async () => {
	const owner = await person(server);
	const { code } = await inviteCode(owner.org, { max_uses: 3 });
	const guest = await person(server);
	const { id } = expectStatus(await join(guest, code), 201);
	expectError(await join(guest, code), 409, "already_member");
	expectStatus(await (await owner.session()).delete(`/api/v1/members/${id}`), 204);
	expectError(await join(guest, code), 410, "invitation_used");
	assert.equal(await guest.role(owner.org), null);
	expectStatus(await join(await person(server), code), 201);
});

test("T-11 a code for 5, joined by 20 people at once: 5 × 201, 15 × 410, 5 members, 5 uses", async () => {
	const { org } = await person(server);
	const { id, code } = await inviteCode(org, { max_uses: 5 });
	const people = await atOnce(20, () => person(server));
	const sessions = await Promise.all(people.map((one) => one.session()));
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.post("/api/v1/orgs/join", { code })));
	assert.deepEqual(tally(answers), { 201: 5, 410: 15 });
	for (const answer of answers.filter(({ status }) => status === 410))
		expectError(answer, 410, "invitation_used");
	const row = await server.sql.row`SELECT uses, closed_at FROM invitations WHERE id = ${id}`;
	assert.equal(row.uses, 5);
	assert.notEqual(row.closed_at, null);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${org.id} AND joined_via = 'invite_code'`, 5);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM invitation_uses WHERE invitation_id = ${id}`, 5);
});
