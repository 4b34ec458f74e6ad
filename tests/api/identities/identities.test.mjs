// People's accounts at providers: seen and unlinked by themselves and by the project's members, never the last way in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, identity, makePhone, MINUTE, person, projectUser, sharedServer, signInSettings } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/account/identities";
const link = (who, provider) => identity(server.consoleId, who.id, { server, provider });

test("one's own are listed and unlinked, with a recent sign-in; a stranger's aren't there", async () => {
	const one = await person(server, { password: true });
	const other = await person(server, { password: true });
	const id = await link(one, "github");
	const session = await one.session();
	const listed = expectStatus(await session.get(AT), 200).data;
	assert.deepEqual(listed.map((each) => [each.id, each.provider, each.user_id]), [[id, "github", one.id]]);
	expectError(await (await other.session()).delete(`${AT}/${id}`), 404, "not_found");
	expectError(await (await one.session({ signedInAgo_ms: 6 * MINUTE })).delete(`${AT}/${id}`), 403, "reauthentication_required");
	expectStatus(await session.delete(`${AT}/${id}`), 204);
	expectError(await session.delete(`${AT}/${id}`), 404, "not_found");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${id} AND action = 'identity.unlinked'`, 1);
});

/** A project whose people sign in with providers, and one of them without a password. */
async function make(methods = ["password", "social"]) {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	await signInSettings(project, { methods }, { server });
	const user = await projectUser(server, project);
	const ids = [await identity(project.id, user.id, { server }), await identity(project.id, user.id, { server, provider: "discord" })];
	return { owner, project, user, ids };
}

test("rule 24 the last way to sign in stays: 409 last_sign_in_method, also for two at once", async () => {
	for (let round = 0; round < 6; round++) {
		const { user, ids } = await make();
		const sessions = await atOnce(2, () => user.session());
		await Promise.all(sessions.map((session) => session.csrf()));
		const answers = await Promise.all(ids.map((id, i) => sessions[i].delete(`${AT}/${id}`)));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
		const [left] = expectStatus(await sessions[0].get(AT), 200).data;
		expectError(await sessions[0].delete(`${AT}/${left.id}`), 409, "last_sign_in_method");
	}
});

test("rule 24 members can't take a user's last way in either", async () => {
	const { owner, user, ids } = await make();
	const session = await owner.session();
	expectStatus(await session.delete(`/api/v1/users/${user.id}/identities/${ids[0]}`), 204);
	expectError(await session.delete(`/api/v1/users/${user.id}/identities/${ids[1]}`), 409, "last_sign_in_method");
});

test("rule 24 what the project doesn't let people sign in with is no way in, a phone is one where codes go there", async () => {
	const off = await make(["password", "passkey"]);
	expectError(await (await off.owner.session()).delete(`/api/v1/users/${off.user.id}/identities/${off.ids[0]}`), 409, "last_sign_in_method");
	const phone = await make(["password", "phone_otp"]);
	await server.sql.run`UPDATE users SET phone = ${makePhone()} WHERE project_id = ${phone.project.id} AND id = ${phone.user.id}`;
	for (const id of phone.ids)
		expectStatus(await (await phone.owner.session()).delete(`/api/v1/users/${phone.user.id}/identities/${id}`), 204);
});

test("rule 30 what a member unlinks signs nobody in any more, and who was signed in is signed out; one's own unlinking leaves one there", async () => {
	const { owner, project, user, ids } = await make();
	const browser = await user.session();
	const third = await identity(project.id, user.id, { server, provider: "gitlab" });
	expectStatus(await browser.delete(`${AT}/${third}`), 204);
	expectStatus(await browser.get("/api/v1/account"), 200);
	const key = await owner.org.key({ project });
	expectStatus(await key.delete(`/api/v1/users/${user.id}/identities/${ids[0]}`), 204);
	expectError(await browser.get("/api/v1/account"), 401, "unauthorized");
});
