// A user's second factors, as the project's members see and remove them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addTotp, atOnce, expectError, expectStatus, factor, identity, makeId, person, projectUser, projectWith, sharedServer, totp, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const at = (user, id = "") => `/api/v1/users/${user.id}/factors${id && `/${id}`}`;

/** A user with an authenticator app, the session it was set up in, and a member who looks after them. */
async function guarded() {
	const place = await projectWith(server, {});
	const session = await place.user.session();
	const app = await addTotp(session);
	return { ...place, session, app, member: await place.owner.session({ headers: { "X-Project-Id": place.project.id } }) };
}

test("they are listed without keys and seeds; a factor that isn't confirmed says so", async () => {
	const { project, user, app, member } = await guarded();
	const pending = await factor(project.id, user.id, { server, kind: "totp", name: "New app", confirmed: false });
	const answer = await member.get(at(user));
	const listed = expectStatus(answer, 200).data;
	assert.deepEqual(listed.map(({ id, kind, confirmed, user_id }) => [id, kind, confirmed, user_id]),
		[[app.factor_id, "totp", true, user.id], [pending, "totp", false, user.id]]);
	assert.ok(!answer.text.includes(app.secret) && !answer.text.includes("secret"));
	expectError(await member.get(at({ id: makeId("usr") })), 404, "not_found");
});

test("SE-07 one is removed: sign-in asks for it no more, sessions and backup codes end, the person is told, the member is recorded", async () => {
	const { owner, user, app, session, member, signIn } = await guarded();
	assert.equal((await signIn()).state, "second_factor");
	expectStatus(await session.get("/api/v1/account/factors"), 200);
	const waiting = await signIn();
	await waitForMail(server, user.email);
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE user_id = ${user.id}`;
	expectStatus(await member.delete(at(user, app.factor_id)), 204);
	expectError(await session.get("/api/v1/account/factors"), 401, "unauthorized");
	expectError(await waiting.act("totp", { code: totp(app.secret) }), 401, "invalid_code");
	assert.equal((await signIn()).state, "done");
	assert.deepEqual(expectStatus(await member.get(at(user)), 200).data, []);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM backup_codes WHERE user_id = ${user.id}`, 0);
	const recorded = await server.sql.row`SELECT actor_id, result FROM audit_events WHERE target_id = ${app.factor_id} AND action = 'two_factor.disabled'`;
	assert.deepEqual(recorded, { actor_id: owner.id, result: "ok" });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE subject_id = ${app.factor_id} AND type = 'two_factor.disabled'`, 1);
	assert.match((await waitForMail(server, user.email, { count: 2 })).text, /authenticator app was removed/i);
	expectError(await member.delete(at(user, app.factor_id)), 404, "not_found");
});

test("U-24 WA-10 the last way to sign in stays: 409 last_sign_in_method, also for two at once", async () => {
	for (let round = 0; round < 4; round++) {
		const owner = await person(server);
		const project = owner.org.defaultProject;
		const user = await projectUser(server, project);
		await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', '{"methods":["passkey","social"]}', 1, NOW(3))`;
		const ids = [await factor(project.id, user.id, { server, kind: "passkey" }), await factor(project.id, user.id, { server, kind: "passkey" })];
		const member = await owner.session();
		await member.csrf();
		const answers = await atOnce(2, (i) => member.delete(at(user, ids[i])));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
		const [left] = expectStatus(await member.get(at(user)), 200).data;
		expectError(await member.delete(at(user, left.id)), 409, "last_sign_in_method");
		await identity(project.id, user.id, { server });
		expectStatus(await member.delete(at(user, left.id)), 204);
	}
});

test("a viewer sees them and removes none; a factor of somebody else isn't there", async () => {
	const { owner, project, user, app, member } = await guarded();
	const viewer = await (await owner.org.member("viewer")).session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await viewer.get(at(user)), 200);
	expectError(await viewer.delete(at(user, app.factor_id)), 403, "forbidden");
	const other = await projectUser(server, project);
	expectError(await member.delete(at(other, app.factor_id)), 404, "not_found");
	expectStatus(await member.delete(at(user, app.factor_id)), 204);
});
