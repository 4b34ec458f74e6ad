// Invitations by code: make, renew, withdraw, look up (tenancy.md section 3, rule 9).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, DAY, digest, expectError, expectField, expectStatus, fromNow, inviteCode, mailsTo, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const FORM = /^[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}$/;

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, session: await owner.session() };
}

const makeCode = (session, fields = {}) => session.post("/api/v1/invitations", { kind: "code", role: "member", ...fields });

test("POST: 201 with the code and the link once, no mail; the database has its SHA-256 alone", async () => {
	const { owner, org, session } = await make();
	const answer = await makeCode(session, { max_uses: 5 });
	const made = expectStatus(answer, 201);
	assert.match(answer.headers["cache-control"], /no-store/);
	assert.match(made.secret, FORM);
	assert.equal(made.url, `${server.url}/join#${made.secret}`);
	assert.deepEqual([made.kind, made.email, made.max_uses, made.uses, made.status], ["code", null, 5, 0, "pending"]);
	assert.ok(Math.abs(Date.parse(made.expires_at) - Date.now() - 7 * DAY) < 60000);
	const row = await server.sql.row`SELECT secret_digest, email_key, pending_email_key FROM invitations WHERE org_id = ${org.id}`;
	assert.deepEqual(Buffer.from(row.secret_digest), digest(made.secret));
	assert.deepEqual([row.email_key, row.pending_email_key], [null, null]);
	const { data } = expectStatus(await session.get("/api/v1/invitations?kind=code"), 200);
	assert.equal(data.length, 1);
	assert.ok(!("secret" in data[0]) && !("url" in data[0]));
	assert.equal(mailsTo(server, owner.email).length, 0);
	assert.notEqual(expectStatus(await makeCode(session), 201).secret, made.secret, "any number may be open at once");
});

test("max_uses 1 to 1000, 1 when absent; the other kind's fields are refused", async () => {
	const { session } = await make();
	assert.equal(expectStatus(await makeCode(session), 201).max_uses, 1);
	assert.equal(expectStatus(await makeCode(session, { max_uses: 1000 }), 201).max_uses, 1000);
	for (const max_uses of [0, 1001, -1, "5", null])
		expectField(await makeCode(session, { max_uses }), "max_uses");
	expectField(await makeCode(session, { email: "a@example.com" }), "email", "email_only");
	expectField(await session.post("/api/v1/invitations", { kind: "email", email: "a@example.com", role: "member", max_uses: 2 }), "max_uses", "code_only");
	expectStatus(await session.post("/api/v1/invitations", { kind: "email", email: "a@example.com", role: "member", max_uses: 1 }), 201);
	for (const expires_at of [fromNow(30 * 60 * 1000), fromNow(31 * DAY)])
		expectField(await makeCode(session, { expires_at }), "expires_at");
	expectStatus(await makeCode(session, { expires_at: fromNow(29 * DAY) }), 201);
});

test("T-9 a code makes a manager at most, whoever makes it", async () => {
	const { org, session } = await make();
	for (const role of ["admin", "owner"])
		expectError(await makeCode(session, { role }), 403, "role_too_high");
	expectStatus(await makeCode(session, { role: "manager" }), 201);
	const { id } = await inviteCode(org);
	expectError(await session.post(`/api/v1/invitations/${id}/resend`, { role: "admin" }), 403, "role_too_high");
	expectStatus(await session.post(`/api/v1/invitations/${id}/resend`, { role: "manager" }), 200);
});

test("resend: a new code, the old one dies; withdrawn: over", async () => {
	const { org, session } = await make();
	const first = await inviteCode(org, { max_uses: 3 });
	const second = expectStatus(await session.post(`/api/v1/invitations/${first.id}/resend`, {}), 200);
	assert.match(second.secret, FORM);
	const guest = await (await person(server)).session();
	expectError(await guest.post("/api/v1/orgs/join", { code: first.code }), 404, "not_found");
	expectStatus(await guest.post("/api/v1/orgs/join", { code: second.secret }), 201);
	expectStatus(await session.delete(`/api/v1/invitations/${first.id}`), 204);
	expectError(await (await (await person(server)).session()).post("/api/v1/orgs/join", { code: second.secret }), 410, "invitation_revoked");
});

test("T-7 whose maker is removed or sinks below manager: the code is withdrawn", async () => {
	const { org, session } = await make();
	const [gone, sunk] = [await org.member("manager"), await org.member("manager")];
	const codes = [await inviteCode(org, { invitedBy: gone.id }), await inviteCode(org, { invitedBy: sunk.id })];
	expectStatus(await session.delete(`/api/v1/members/${gone.memberId}`), 204);
	expectStatus(await session.patch(`/api/v1/members/${sunk.memberId}`, { role: "member" }), 200);
	const guest = await (await person(server)).session();
	for (const { code } of codes)
		expectError(await guest.post("/api/v1/orgs/join", { code }), 410, "invitation_revoked");
});

test("lookup shows what a code opens, without an address", async () => {
	const { owner, org } = await make();
	const { code } = await inviteCode(org, { role: "viewer", max_uses: 2 });
	const nobody = new Client(server);
	const seen = expectStatus(await nobody.post("/api/v1/invitations/lookup", { secret: code.toLowerCase() }, { headers: { Origin: nobody.origin } }), 200);
	assert.deepEqual([seen.org.name, seen.inviter_name, seen.email_hint, seen.role, seen.status], [org.name, owner.name, null, "viewer", "pending"]);
});
