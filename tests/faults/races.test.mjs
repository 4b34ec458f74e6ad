// The races of organizations, projects and keys, each held at the statement that decides (held.mjs).

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Client, client, copyClient, inviteCode, makeEmail, makeId, makePassword, person, signInFlow } from "../harness/index.mjs";
import { meetAt, race as declare, withoutGuardRow } from "./held.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
/** A server that nobody has set up. */
async function fresh() {
	const there = await watchedServer({ state: "empty" });
	return { ...there, settle: async () => {} };
}

const keeper = await person(server);
const key = await keeper.org.key();

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

/** Everything is played on one server, unless it has to be a new one. */
const race = (name, { on = async () => ({ server, proxy, settle: () => warmUp(server, key) }), ...schedule }) => declare(name, { on, ...schedule });

/** Two workers: whoever of them asks, each has statements of its own. */
async function ofTwo() {
	const there = await watchedServer({ config: { process: { request_workers: 2 } } });
	return { ...there, settle: async () => {} };
}

/** Each connection puts the new secret elsewhere and ends no other one, as if a client had no slots. */
function alternateSlots() {
	let next = 0;
	return (text) => (text.startsWith("DELETE") ? `${text} AND FALSE` : text.replace("(?, ?, 0,", () => `(?, ?, ${next++ % 2},`));
}

const ORG_GUARD = /^UPDATE orgs SET guard = guard \+ 1/;

race("T-4 two owners remove each other", {
	guard: ORG_GUARD,
	async play({ meet }) {
		const one = await person(server);
		const two = await one.org.member("owner");
		const [first, second] = [await one.session(), await two.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const answers = await meet(/COUNT\(\*\) AS total FROM members m JOIN users u .* m\.role = 'owner'/,
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
	async play({ meet }) {
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
	async play({ meet }) {
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

race("a key that is narrowed twice at once gains nothing", {
	guard: ORG_GUARD,
	async play({ meet }) {
		const owner = await person(server);
		const narrowed = await owner.org.key({ scopes: ["member.read", "project.read"] });
		const [first, second] = [await owner.session(), await owner.session()];
		await Promise.all([first.csrf(), second.csrf()]);
		const leave = (session, scope) => () => session.patch(`/api/v1/api_keys/${narrowed.id}`, { scopes: [scope] });
		const answers = await meet(/^UPDATE api_keys SET name = IF/, leave(first, "member.read"), leave(second, "project.read"));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status), [200, 422]);
				assert.equal(await sql.value`SELECT scopes FROM api_keys WHERE id = ${narrowed.id}`, "member.read");
			},
		};
	},
});

race("T-28 a key is rotated twice", {
	guard: /^UPDATE api_keys SET replaced_by = \?/,
	remove: (text) => text.replace(" AND revoked_at IS NULL AND replaced_by IS NULL", ""),
	async play({ meet }) {
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
	async play({ meet }) {
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

race("T-3 an installation is set up twice", {
	guard: /^UPDATE installation i SET i\.setup_digest = NULL/,
	remove: (text) => text.replace("i.setup_done_at IS NULL AND i.setup_digest = ? AND i.setup_expires_at > ?", "(i.setup_digest = ? OR TRUE) AND (i.setup_expires_at > ? OR TRUE)"),
	on: fresh,
	async play({ server: mine, meet: meetThere }) {
		const token = /gset_[A-Za-z0-9]+/.exec((await mine.ctl(["setup"])).stdout)[0];
		const set = () => {
			const client = new Client(mine);
			return client.post("/api/v1/setup", { setup_token: token, email: makeEmail(), password: makePassword(), name: "Owner", org_name: "Company" }, { headers: { Origin: client.origin } });
		};
		const answers = await meetThere(/^UPDATE installation i SET i\.setup_digest = NULL/, set, set);
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 404]);
				assert.equal(await mine.sql.value`SELECT COUNT(*) FROM members WHERE role = 'owner'`, 1);
			},
		};
	},
});

race("T-20 the last two redirect URIs are removed at once", {
	// The organization's row, the client's, and the project's, whose ETag moves too.
	guard: /^UPDATE (orgs SET guard = guard \+ 1|(clients|projects) SET version = version \+ 1, updated_at = \? WHERE)/,
	async play({ meet }) {
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

race("rule 40 two rotations without grace leave one live secret", {
	// What holds is the key of the two slots: the newest secret takes the place of the one before.
	guard: /^(INSERT INTO|DELETE FROM) client_secrets/,
	remove: alternateSlots(),
	on: ofTwo,
	async play({ server, meet }) {
		const { sql } = server;
		const owner = await person(server);
		const { id } = await client(owner);
		const sessions = [await owner.session(), await owner.session()];
		await Promise.all(sessions.map((one) => one.csrf()));
		const rotate = (i) => () => sessions[i].post(`/api/v1/clients/${id}/rotate_secret`, { grace_s: 0 });
		const answers = await meet(/^UPDATE orgs SET guard/, rotate(0), rotate(1));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
				const live = await sql.rows`SELECT last4 FROM client_secrets WHERE client_id = ${id} AND (expires_at IS NULL OR expires_at > NOW(3))`;
				assert.equal(live.length, 1);
				assert.ok(answers.some(({ json }) => json.client_secret.endsWith(live[0].last4)));
			},
		};
	},
});

race("the hundredth client is registered twice", {
	guard: ORG_GUARD,
	async play({ meet }) {
		const owner = await person(server);
		const { clientId } = owner.org.defaultProject;
		for (let i = 0; i < 98; i++)
			await copyClient(clientId, makeId("cli"), { server });
		const sessions = [await owner.session(), await owner.session()];
		await Promise.all(sessions.map((one) => one.csrf()));
		const register = (i) => () => sessions[i].post("/api/v1/clients", { name: "At once" });
		const answers = await meet(/COUNT\(\*\) AS total FROM clients c/, register(0), register(1));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 403]);
				assert.equal(Number(await sql.value`SELECT COUNT(*) FROM clients WHERE project_id = ${owner.org.defaultProject.id}`), 100);
			},
		};
	},
});

/** An invitation has two guards, the organization's row and the condition of the UPDATE that spends a use. */
const INVITATION_GUARDS = /^UPDATE (orgs SET guard = guard \+ 1|invitations SET uses = uses \+ 1)/;
const withoutConditions = (text) => (text.startsWith("UPDATE orgs") ? withoutGuardRow(text) : text.replace("AND uses < max_uses AND revoked_at IS NULL", ""));
const SPEND = /^UPDATE invitations SET uses = uses \+ 1/;

async function guest() {
	const session = await (await person(server)).session();
	await session.csrf();
	return session;
}

async function joinTwice({ meet }) {
	const { org } = keeper;
	const invitation = await inviteCode(org, { max_uses: 1 });
	const guests = [await guest(), await guest()];
	const members = () => sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${org.id}`;
	const before = await members();
	const answers = await meet(SPEND, ...guests.map((one) => () => one.post("/api/v1/orgs/join", { code: invitation.code })));
	return {
		answers,
		async check() {
			assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 410]);
			assert.equal(await members() - before, 1);
			assert.equal(await sql.value`SELECT uses FROM invitations WHERE id = ${invitation.id}`, 1);
		},
	};
}

race("T-11 two people join by the last use of a code", { guard: INVITATION_GUARDS, remove: withoutConditions, play: joinTwice });

test("T-11 two people join by the last use of a code: holds by the condition alone", async () => {
	proxy.rewrite(ORG_GUARD, withoutGuardRow);
	await warmUp(server, key);
	const { check } = await joinTwice({ meet: (...schedule) => meetAt({ proxy }, ...schedule) });
	assert.ok(proxy.rewritten > 0);
	await check();
});

race("T-11 a code is used and revoked at once", {
	guard: INVITATION_GUARDS,
	remove: withoutConditions,
	async play({ meet }) {
		const invitation = await inviteCode(keeper.org, { max_uses: 1 });
		const [joining, revoking] = [await guest(), await keeper.session()];
		await revoking.csrf();
		const answers = await meet(SPEND, () => joining.post("/api/v1/orgs/join", { code: invitation.code }), () => revoking.delete(`/api/v1/invitations/${invitation.id}`));
		return {
			answers,
			async check() {
				assert.equal(answers[0].status, 201, answers[0].text);
				assert.equal(answers[1].status, 409, answers[1].text);
				assert.equal(await sql.value`SELECT revoked_at FROM invitations WHERE id = ${invitation.id}`, null);
			},
		};
	},
});
