// Races that are held, not hoped for: two requests meet at the statement that decides. With its guard each rule holds;
// with the guard's text removed the same schedule must break it, or the test proves nothing.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { expectOneOf, invitation, makeEmail, person, signInFlow, sleep, sqlTime } from "../harness/index.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const keeper = await person(server);
const key = await keeper.org.key();

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

/** The guard's row isn't written any more; a statement with as many parameters that hits one row stands in its place. */
const withoutGuardRow = (text) => {
	const parameters = (text.match(/\?/g) ?? []).length;
	return `INSERT INTO faults.nothing (id) VALUES (CONCAT_WS(',', ${Array(parameters).fill("?").join(", ")}))`;
};

/** Both requests are kept at the statement, or the second waits for the first's guard; then they go on together. */
async function meet(at, first, second) {
	const hold = proxy.hold(at, { times: 2 });
	const running = [first()];
	await Promise.race([hold.reached, running[0].then((answer) => assert.fail(`the first never came to ${at}: ${answer.status} ${answer.text}`))]);
	running.push(second());
	await sleep(400);
	hold.release();
	return Promise.all(running);
}

function race(name, { guard, remove = withoutGuardRow, play }) {
	test(`${name}: holds`, async () => {
		const { check, answers } = await play();
		await check(answers);
	});
	test(`${name}: breaks without its guard`, async () => {
		proxy.rewrite(guard, remove);
		await warmUp(server, key);
		const { check, answers } = await play();
		assert.ok(proxy.rewritten > 0, "the guard was met and taken out");
		await assert.rejects(async () => check(answers), { name: "AssertionError" }, "the same schedule must break the rule");
	});
}

const ORG_GUARD = /^UPDATE orgs SET guard = guard \+ 1/;

race("T-4 two owners remove each other", {
	guard: ORG_GUARD,
	async play() {
		const one = await person(server);
		const two = await one.org.member("owner");
		const [first, second] = [await one.session(), await two.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const answers = await meet(/COUNT\(\*\) AS total FROM members m WHERE m\.org_id = \? AND m\.role = 'owner'/,
			() => first.delete(`/api/v1/members/${two.memberId}`), () => second.delete(`/api/v1/members/${one.memberId}`));
		return {
			answers,
			async check() {
				assert.equal(answers.filter(({ status }) => status === 204).length, 1);
				assert.equal(await sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${one.org.id} AND role = 'owner'`, 1);
			},
		};
	},
});

race("T-15 a project is deleted and promoted at once", {
	guard: ORG_GUARD,
	async play() {
		const owner = await person(server);
		const extra = await owner.org.project();
		const [first, second] = [await owner.session(), await owner.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const answers = await meet(/COUNT\(\*\) AS total FROM projects p WHERE p\.org_id = \? AND p\.status = 'active'$/,
			() => first.delete(`/api/v1/projects/${extra.id}?confirm=${extra.slug}`), () => second.patch(`/api/v1/projects/${extra.id}`, { is_default: true }));
		return {
			answers,
			async check() {
				assert.equal(await sql.value`SELECT p.status FROM orgs o JOIN projects p ON p.id = o.default_project_id WHERE o.id = ${owner.org.id}`, "active", "a deleted default");
			},
		};
	},
});

race("T-25 the twentieth personal token is minted twice", {
	guard: /^UPDATE members SET updated_at = \? WHERE org_id = \? AND user_id = \?/,
	async play() {
		const owner = await person(server);
		for (let i = 0; i < 19; i++)
			await owner.token();
		const [first, second] = [await owner.session(), await owner.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const mint = (session) => () => session.post("/api/v1/api_keys", { kind: "personal", name: "n" });
		const answers = await meet(/COUNT\(\*\) AS total FROM api_keys k/, mint(first), mint(second));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 403]);
				assert.equal(await sql.value`SELECT COUNT(*) FROM api_keys WHERE user_id = ${owner.id}`, 20);
			},
		};
	},
});

race("T-28 a key is rotated twice", {
	guard: /^UPDATE api_keys SET replaced_by = \?/,
	remove: (text) => text.replace(" AND revoked_at IS NULL AND replaced_by IS NULL", ""),
	async play() {
		const owner = await person(server);
		const old = await owner.org.key();
		const [first, second] = [await owner.session(), await owner.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const rotate = (session) => () => session.post(`/api/v1/api_keys/${old.id}/rotate`, { grace_s: 60 });
		const answers = await meet(/^UPDATE api_keys SET replaced_by = \?/, rotate(first), rotate(second));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
				assert.equal(await sql.value`SELECT COUNT(*) FROM api_keys WHERE org_id = ${owner.org.id}`, 2);
			},
		};
	},
});

race("U-3 a sign-in is completed twice", {
	guard: /^UPDATE flows f SET f\.kind/,
	remove: (text) => text.replace("f.version = ? AND f.expires_at", "(f.version = ? OR TRUE) AND f.expires_at"),
	async play() {
		const user = await person(server, { password: true, email: makeEmail() });
		const flow = await signInFlow(server, { email: user.email, password: user.password });
		const complete = () => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: flow.headers(), csrf: false });
		const answers = await meet(/^UPDATE flows f SET f\.kind/, complete, complete);
		return {
			answers,
			async check() {
				assert.equal(answers.filter(({ status }) => status === 200).length, 1);
				assert.equal(await sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id}`, 1);
			},
		};
	},
});

race("T-11 an invitation is used twice", {
	guard: /^UPDATE invitations SET uses = uses \+ 1/,
	remove: (text) => text.replace(" AND uses < max_uses", "").replace("uses = uses + 1,", "uses = LEAST(uses + 1, max_uses),"),
	async play() {
		// A user who was removed again comes back with the same link: only the use count stands in the way.
		const owner = await person(server);
		const guest = await person(server);
		const { secret, id } = await invitation(owner.org, { email: guest.email });
		const session = await guest.session();
		const first = await session.post("/api/v1/invitations/accept", { secret });
		expectOneOf(first, 201);
		await sql.run`DELETE FROM members WHERE org_id = ${owner.org.id} AND user_id = ${guest.id}`;
		await sql.run`DELETE FROM invitation_uses WHERE invitation_id = ${id}`;
		await sql.run`UPDATE invitations SET expires_at = ${sqlTime(86400000)} WHERE id = ${id}`;
		const again = await session.post("/api/v1/invitations/accept", { secret });
		return {
			answers: [first, again],
			async check() {
				assert.equal(again.status, 410, again.text);
			},
		};
	},
});

race("T-20 the last two redirect URIs are removed at once", {
	guard: /^UPDATE clients SET version = version \+ 1, updated_at = \? WHERE/,
	async play() {
		const owner = await person(server);
		const uris = ["https://a.example.com/cb", "https://b.example.com/cb"];
		const project = await owner.org.project({ redirect_uris: uris });
		const sessions = [await owner.session({ headers: { "X-Project-Id": project.id } }), await owner.session({ headers: { "X-Project-Id": project.id } })];
		await Promise.all(sessions.map((one) => one.csrf()));
		const remove = (i) => () => sessions[i].delete(`/api/v1/clients/${project.clientId}/redirect_uris?uri=${encodeURIComponent(uris[i])}`);
		const answers = await meet(/COUNT\(\*\) AS total FROM client_uris u/, remove(0), remove(1));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
				assert.equal(await sql.value`SELECT COUNT(*) FROM client_uris WHERE client_id = ${project.clientId}`, 1);
			},
		};
	},
});
