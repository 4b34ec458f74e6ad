// People's accounts at providers: seen and unlinked by themselves and by the project's members, never the last way in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, identity, MINUTE, person, projectUser, sharedServer } from "../../harness/index.mjs";

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

test("rule 24 the last way to sign in stays: 409 last_sign_in_method, also for two at once", async () => {
	for (let round = 0; round < 6; round++) {
		const one = await person(server);	// no password
		const ids = [await link(one, "github"), await link(one, "discord")];
		const sessions = await atOnce(2, () => one.session());
		await Promise.all(sessions.map((session) => session.csrf()));
		const answers = await Promise.all(ids.map((id, i) => sessions[i].delete(`${AT}/${id}`)));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
		const [left] = expectStatus(await sessions[0].get(AT), 200).data;
		expectError(await sessions[0].delete(`${AT}/${left.id}`), 409, "last_sign_in_method");
	}
});

test("rule 24 members can't take a user's last way in either", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const user = await projectUser(server, project);
	const session = await owner.session();
	const ids = [await identity(project.id, user.id, { server }), await identity(project.id, user.id, { server, provider: "discord" })];
	expectStatus(await session.delete(`/api/v1/users/${user.id}/identities/${ids[0]}`), 204);
	expectError(await session.delete(`/api/v1/users/${user.id}/identities/${ids[1]}`), 409, "last_sign_in_method");
});
