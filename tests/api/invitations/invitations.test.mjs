// Invitations by e-mail: make, send again, withdraw, look up, accept.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, checksum, Client, DAY, expectError, expectField, expectStatus, fromNow, invitation, makeEmail, makePassword, mailsTo, openFlow, person, sharedServer, tally, waitForMail, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, session: await owner.session() };
}

const invite = (session, fields = {}) => session.post("/api/v1/invitations", { kind: "email", email: makeEmail("guest"), role: "member", ...fields });

test("POST: 201 with the secret and the link once, a mail, seven days; lists have no secret", async () => {
	const { org, session } = await make();
	const email = makeEmail("guest");
	const answer = await invite(session, { email });
	const made = expectStatus(answer, 201);
	assert.match(answer.headers["cache-control"], /no-store/);
	assert.match(made.secret, /^ginv_[A-Za-z0-9]{38}$/);
	assert.equal(made.secret.slice(-6), checksum(made.secret.slice(0, -6)));
	assert.ok(made.url.startsWith(`${server.url}/invite#`), made.url);
	assert.ok(made.url.includes(made.secret), "the secret is in the fragment, which no server sees");
	assert.equal(made.status, "pending");
	assert.equal(made.max_uses, 1);
	assert.equal(made.uses, 0);
	assert.ok(Math.abs(Date.parse(made.expires_at) - Date.now() - 7 * DAY) < 60000);
	const { data } = expectStatus(await session.get("/api/v1/invitations"), 200);
	assert.equal(data.length, 1);
	assert.ok(!("secret" in data[0]) || data[0].secret === null);
	const mail = await waitForMail(server, email);
	assert.ok(mail.text.includes(made.secret));
	assert.ok(mail.text.includes(org.name));
});

test("T-9 a second pending one for the same address, in any case: 409 invitation_pending; fifty at once: one 201", async () => {
	const { owner, session } = await make();
	const email = makeEmail("guest");
	expectStatus(await invite(session, { email }), 201);
	expectError(await invite(session, { email: email.toUpperCase() }), 409, "invitation_pending");
	const racing = makeEmail("race");
	const sessions = await atOnce(50, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	assert.deepEqual(tally(await Promise.all(sessions.map((one) => invite(one, { email: racing })))), { 201: 1, 409: 49 });
});

test("T-9 up to the inviter's own role: above it 403 role_too_high", async () => {
	const { org } = await make();
	const manager = await (await org.member("manager")).session();
	for (const role of ["admin", "owner"])
		expectError(await invite(manager, { role }), 403, "role_too_high");
	expectStatus(await invite(manager, { role: "manager" }), 201);
});

test("T-13 answers alike whether the address has an account; only a member gives 409 already_member", async () => {
	const { org, session } = await make();
	const stranger = await person(server);
	const member = await org.member("viewer");
	const shape = (object) => Object.keys(object).sort();
	const known = expectStatus(await invite(session, { email: stranger.email }), 201);
	const unknown = expectStatus(await invite(session), 201);
	assert.deepEqual(shape(known), shape(unknown));
	expectError(await invite(session, { email: member.email }), 409, "already_member");
	expectError(await invite(session, { email: member.email.toUpperCase() }), 409, "already_member");
});

test("fields: e-mail by the one rule, kind, role, expires_at within 1 hour and 30 days", async () => {
	const { session } = await make();
	for (const email of ["", "x", "a@@b.c", "a b@example.com", "ä@example.com", "a@", "@b.c", "a@b@c.d"])
		expectField(await invite(session, { email }), "email");
	expectField(await invite(session, { kind: "pigeon" }), "kind");
	expectField(await invite(session, { role: "king" }), "role");
	expectField(await session.post("/api/v1/invitations", { kind: "email", role: "member" }), "email");
	for (const expires_at of [fromNow(30 * 60 * 1000), fromNow(31 * DAY), "tomorrow"])
		expectField(await invite(session, { expires_at }), "expires_at");
	expectStatus(await invite(session, { expires_at: fromNow(29 * DAY) }), 201);
});

test("lookup shows who invites whom to what, the address masked; the wrong secret is 404 like a malformed one", async () => {
	const { owner, org } = await make();
	const guest = await invitation(org, { role: "manager" });
	const nobody = new Client(server);
	const lookup = (secret) => nobody.post("/api/v1/invitations/lookup", { secret }, { headers: { Origin: nobody.origin } });
	const seen = expectStatus(await lookup(guest.secret), 200);
	assert.equal(seen.org.name, org.name);
	assert.equal(seen.org.slug, org.slug);
	assert.equal(seen.inviter_name, owner.name);
	assert.equal(seen.role, "manager");
	assert.equal(seen.status, "pending");
	assert.ok(!JSON.stringify(seen).includes(guest.email), "only a hint");
	const unknown = await lookup(`ginv_${"0".repeat(32)}${checksum(`ginv_${"0".repeat(32)}`)}`);
	expectError(unknown, 404, "not_found");
	for (const bad of ["ginv_x", `${guest.secret}x`, guest.secret.slice(0, -1) + "~", guest.secret.replace(/.$/, (c) => (c === "0" ? "1" : "0"))]) {
		const answer = await lookup(bad);
		expectError(answer, 404, "not_found");
		assert.equal(withoutRequestId(answer), withoutRequestId(unknown), "T-12");
	}
});

test("T-10 accept needs a session whose verified address is the invited one: else 403 invitation_email_mismatch, without the address", async () => {
	const { org } = await make();
	const email = makeEmail("guest");
	const { secret } = await invitation(org, { email, role: "manager" });
	const other = await (await person(server)).session();
	const refused = await other.post("/api/v1/invitations/accept", { secret });
	expectError(refused, 403, "invitation_email_mismatch");
	assert.ok(!refused.text.includes(email));
	const unverified = await person(server, { email, verified: false });
	expectError(await (await unverified.session()).post("/api/v1/invitations/accept", { secret }), 403, "invitation_email_mismatch");
	await server.sql.run`UPDATE users SET email_verified_at = NOW(3) WHERE id = ${unverified.id}`;
	const member = expectStatus(await (await unverified.session()).post("/api/v1/invitations/accept", { secret }), 201);
	assert.equal(member.role, "manager");
	assert.equal(member.joined_via, "invitation");
	assert.equal(member.org_id, org.id);
	assert.equal(await unverified.role(org), "manager");
});

test("accepted twice: 409 already_member or 410 invitation_used", async () => {
	const { org } = await make();
	const guest = await person(server);
	const { secret } = await invitation(org, { email: guest.email });
	const session = await guest.session();
	expectStatus(await session.post("/api/v1/invitations/accept", { secret }), 201);
	const again = await session.post("/api/v1/invitations/accept", { secret });
	assert.ok([409, 410].includes(again.status), again.text);
	const row = await server.sql.row`SELECT uses, closed_at, pending_email_key FROM invitations WHERE org_id = ${org.id}`;
	assert.equal(row.uses, 1);
	assert.equal(row.pending_email_key, null, "the address may be invited again");
});

test("T-11 accepting at once from many browsers: one 201, the rest refused, one member, one use", async () => {
	const { org } = await make();
	const guest = await person(server);
	const { secret, id } = await invitation(org, { email: guest.email });
	const sessions = await atOnce(10, () => guest.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.post("/api/v1/invitations/accept", { secret })));
	assert.equal(answers.filter(({ status }) => status === 201).length, 1, JSON.stringify(tally(answers)));
	for (const answer of answers.filter(({ status }) => status !== 201))
		assert.ok([409, 410].includes(answer.status), answer.text);
	assert.equal(await server.sql.value`SELECT uses FROM invitations WHERE id = ${id}`, 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${org.id} AND user_id = ${guest.id}`, 1);
});

test("TN-09 expired: 410 invitation_expired; withdrawn: 410 invitation_revoked; used up: 410 invitation_used; already a member: 409", async () => {
	const { org, session } = await make();
	const accept = async (guest, secret) => (await guest.session()).post("/api/v1/invitations/accept", { secret });
	const late = await person(server);
	const expired = await invitation(org, { email: late.email, expires_in_ms: -1000 });
	expectError(await accept(late, expired.secret), 410, "invitation_expired");
	const unwanted = await person(server);
	const withdrawn = await invitation(org, { email: unwanted.email });
	expectStatus(await session.delete(`/api/v1/invitations/${withdrawn.id}`), 204);
	expectError(await accept(unwanted, withdrawn.secret), 410, "invitation_revoked");
	const member = await org.member("viewer");
	const needless = await invitation(org, { email: member.email });
	expectError(await accept(member, needless.secret), 409, "already_member");
	const gone = await person(server);
	const used = await invitation(org, { email: gone.email });
	expectStatus(await accept(gone, used.secret), 201);
	expectStatus(await session.delete(`/api/v1/members/${await server.sql.value`SELECT id FROM members WHERE org_id = ${org.id} AND user_id = ${gone.id}`}`), 204);
	expectError(await accept(gone, used.secret), 410, "invitation_used");
});

test("resend: a new secret, the old one dies; role and expiry may change", async () => {
	const { org, session } = await make();
	const guest = await person(server);
	const first = await invitation(org, { email: guest.email });
	const answer = await session.post(`/api/v1/invitations/${first.id}/resend`, { role: "viewer" });
	const second = expectStatus(answer, 200);
	assert.match(answer.headers["cache-control"], /no-store/);
	assert.notEqual(second.secret, first.secret);
	assert.equal(second.role, "viewer");
	const browser = await guest.session();
	expectError(await browser.post("/api/v1/invitations/accept", { secret: first.secret }), 404, "not_found");
	expectStatus(await browser.post("/api/v1/invitations/accept", { secret: second.secret }), 201);
	expectError(await session.post(`/api/v1/invitations/${first.id}/resend`, {}), 409, "invitation_not_pending");
	expectError(await session.delete(`/api/v1/invitations/${first.id}`), 409, "invitation_not_pending");
});

test("resend above one's own role: 403 role_too_high", async () => {
	const { org } = await make();
	const guest = await invitation(org, { role: "member" });
	const manager = await (await org.member("manager")).session();
	expectError(await manager.post(`/api/v1/invitations/${guest.id}/resend`, { role: "owner" }), 403, "role_too_high");
	expectStatus(await manager.post(`/api/v1/invitations/${guest.id}/resend`, {}), 200);
});

test("filters status and kind", async () => {
	const { org, session } = await make();
	const pending = await invitation(org);
	const expired = await invitation(org, { expires_in_ms: -1000 });
	const list = async (query) => expectStatus(await session.get(`/api/v1/invitations?${query}`), 200).data.map(({ id, status }) => `${id} ${status}`);
	assert.deepEqual(await list("status=pending"), [`${pending.id} pending`]);
	assert.deepEqual(await list("status=expired"), [`${expired.id} expired`]);
	assert.equal((await list("kind=email")).length, 2);
});

test("T-2 a sign-up that carries an invitation joins that organization, has none of its own, and needs no mail", async () => {
	const { org } = await make();
	const email = makeEmail("guest");
	const { secret } = await invitation(org, { email, role: "admin" });
	const flow = await openFlow(server, "sign_up", { invitation_secret: secret });
	await flow.go("sign_up", { email, password: makePassword(), name: "Guest" });
	await flow.go("complete");
	const { data } = expectStatus(await flow.browser.get("/api/v1/me/orgs"), 200);
	assert.deepEqual(data.map(({ id, role }) => ({ id, role })), [{ id: org.id, role: "admin" }]);
	assert.equal(expectStatus(await flow.browser.get("/api/v1/me"), 200).email_verified, true);
	assert.equal(mailsTo(server, email).filter(({ code }) => code).length, 0);
});
