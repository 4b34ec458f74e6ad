// The races of a project's people (users rules 2, 18, 26, 29, 31 and 33): one address is one person, whoever writes it, and no organization loses its last owner.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { Client, expectStatus, makeEmail, makePassword, makePhone, openFlow, operator, person, projectUser, projectWith, sharedBasis, socialProvider, tally, until, waitForMail } from "../harness/index.mjs";
import { Provider } from "../harness/provider.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { overtake, race as declare, withoutGuardRow } from "./held.mjs";
import { warmUp, watchedServer, WIDE_LIMITS } from "./watched.mjs";

const basis = await sharedBasis();
const provider = await Provider.start(basis.tls, makeFolder("v"));
after(() => provider.stop());

async function makePlace() {
	const there = await watchedServer({
		jobs: true,
		config: { limits: { ...WIDE_LIMITS, flow_action: { limit: 1000000 }, flow_sign_up: { limit: 1000000 } }, outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca } },
	});
	const key = await (await person(there.server)).org.key();
	return { ...there, settle: () => warmUp(there.server, key) };
}

const place = await makePlace();
const { server, proxy } = place;

/** The same with no key that makes anything unique about a person. */
let bareOne;
async function bare() {
	bareOne ??= await makePlace();
	for (const name of ["email_key", "phone", "username", "external_id"])
		await bareOne.server.sql.query(`ALTER TABLE gatehouse.users DROP INDEX IF EXISTS uq_${name}, ADD INDEX IF NOT EXISTS k_${name} (project_id, ${name})`);
	await bareOne.server.sql.query("ALTER TABLE gatehouse.user_identities DROP INDEX IF EXISTS uq_provider_subject, ADD INDEX IF NOT EXISTS k_provider_subject (project_id, provider, subject)");
	return bareOne;
}

afterEach(async () => {
	for (const there of [place, bareOne].filter(Boolean)) {
		there.proxy.clear();
		there.proxy.cutAll();
		await there.settle();
	}
});

const race = (name, schedule) => declare(name, { on: async () => place, ...schedule });

const INSERT_USER = /^INSERT INTO users/;
const taken = { email: () => makeEmail("twin"), username: () => `twin${Date.now().toString(36)}`, phone: makePhone, external_id: () => `twin ${Date.now()}` };

for (const [name, make] of Object.entries(taken))
	race(`U-2 two people are made with one ${name} at once`, {
		bare,
		async play({ server: there, meet }) {
			const owner = await person(there);
			const api = await owner.org.key({ project: owner.project });
			const value = make();
			const create = () => api.with({}).post("/api/v1/users", { [name]: value });
			const answers = await meet(INSERT_USER, create, create);
			return {
				answers,
				async check() {
					assert.deepEqual(tally(answers), { 201: 1, 409: 1 });
					assert.equal(answers.find(({ status }) => status === 409).json.error.code, `${name}_taken`);
				},
			};
		},
	});

race("U-33 somebody is imported and made at once", {
	bare,
	async play({ server: there, meet }) {
		const owner = await person(there);
		const api = await owner.org.key({ project: owner.project });
		const email = makeEmail("twin");
		const answers = await meet(INSERT_USER, () => api.post("/api/v1/users/import", { on_conflict: "skip", users: [{ email }] }), () => api.with({}).post("/api/v1/users", { email }));
		return {
			answers,
			async check() {
				assert.equal(await there.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${owner.project.id} AND email = ${email}`, 1);
				// They go on together, so either may be the first to write.
				const [imported, made] = answers;
				assert.deepEqual([imported.status, imported.json.created, made.status], made.status === 201 ? [200, 0, 201] : [200, 1, 409]);
			},
		};
	},
});

test("U-33 a row whose username is taken by somebody else while it is written fails alone, by creating and by updating", async () => {
	const { owner, project, user } = await projectWith(server, { methods: ["password", "username"] });
	const api = await owner.org.key({ project });
	const session = await user.session();
	await session.csrf();
	for (const [at, known] of [[INSERT_USER, null], [/^UPDATE users SET email = IF/, await projectUser(server, project)]]) {
		const username = `fast${Date.now().toString(36)}`;
		const row = { email: known?.email ?? makeEmail("slow"), username };
		const other = { email: makeEmail("beside") };
		const hold = proxy.hold(at);
		const importing = api.post("/api/v1/users/import", { on_conflict: "update", users: [row, other] });
		await hold.reached;
		expectStatus(await session.patch("/api/v1/account", { username }), 200);
		hold.release();
		const { failed, created, results } = expectStatus(await importing, 200);
		assert.deepEqual([failed, created, results[0].code], [1, 1, "username_taken"]);
	}
});

/** Somebody asks for a new address; answers the code of the mail, which is the nth that goes there. */
async function askForAddress(there, session, email, nth) {
	await there.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${email}`;
	expectStatus(await session.post("/api/v1/account/email", { email }), 202);
	return (await waitForMail(there, email, { count: nth })).code;
}

const TAKE_ADDRESS = /^(UPDATE users SET email = IF|INSERT INTO users)/;

for (const first of ["change", "sign-up"])
	race(`U-18 an address is proven by who changes theirs and by who signs up, the ${first} first`, {
		bare,
		async play({ server: there, meet }) {
			const { project, user, open } = await projectWith(there, {});
			const email = makeEmail("wanted");
			const flow = await open("sign_up");
			await flow.go("sign_up", { email, password: makePassword(), name: "N" });
			const mail = await waitForMail(there, email);
			const session = await user.session();
			const code = await askForAddress(there, session, email, 2);
			const requests = {
				"change": () => session.post("/api/v1/account/email/verify", { code }),
				"sign-up": () => flow.act("verify_code", { code: mail.code }),
			};
			const answers = await meet(TAKE_ADDRESS, requests[first], requests[first === "change" ? "sign-up" : "change"]);
			return {
				answers,
				async check() {
					const owners = await there.sql.rows`SELECT id FROM users WHERE project_id = ${project.id} AND email = ${email}`;
					assert.equal(owners.length, 1);
					// They go on together, so either may be the first to write.
					const [change, signUp] = first === "change" ? answers : [...answers].reverse();
					assert.deepEqual([change.status, signUp.status], [owners[0].id === user.id ? 204 : 409, 200], "who proves the address second gets in to the person who has it, or is told");
				},
			};
		},
	});

race("U-18 two people prove one new address at once", {
	bare,
	async play({ server: there, meet }) {
		const { project, user } = await projectWith(there, {});
		const email = makeEmail("wanted");
		const sessions = [await user.session(), await (await projectUser(there, project)).session()];
		const codes = [await askForAddress(there, sessions[0], email, 1), await askForAddress(there, sessions[1], email, 2)];
		const answers = await meet(TAKE_ADDRESS, ...sessions.map((session, i) => () => session.post("/api/v1/account/email/verify", { code: codes[i] })));
		return {
			answers,
			async check() {
				assert.equal(await there.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id} AND email = ${email}`, 1);
				assert.equal(answers.filter(({ status }) => status === 204).length, 1, JSON.stringify(tally(answers)));
			},
		};
	},
});

const OWNERS_GUARD = /^UPDATE orgs (o JOIN members|SET guard)/;
const COUNT_OWNERS = /COUNT\(\*\) AS total FROM members m JOIN (orgs|users)/;
const ownersLeft = (org) => server.sql.value`SELECT COUNT(*) FROM members m JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
	WHERE m.org_id = ${org.id} AND m.role = 'owner' AND u.status = 'active'`;

/** Somebody of the installation, at the console's people. */
async function atConsole() {
	const session = (await (await operator(server)).session()).with({ headers: { "X-Project-Id": server.consoleId } });
	await session.csrf();
	return session;
}

async function ownSession(someone) {
	const session = await someone.session();
	await session.csrf();
	return session;
}

/** What can take an organization's two owners away at the same moment. */
const departures = {
	"two owners are deactivated at once": async (one, two) => {
		const [first, second] = [await atConsole(), await atConsole()];
		return [() => first.post(`/api/v1/users/${one.id}/deactivate`), () => second.post(`/api/v1/users/${two.id}/deactivate`)];
	},
	"one owner is banned, the other deleted": async (one, two) => {
		const [first, second] = [await atConsole(), await atConsole()];
		return [() => first.post(`/api/v1/users/${one.id}/ban`, { reason: "It had to be" }), () => second.delete(`/api/v1/users/${two.id}`)];
	},
	"two owners delete their accounts at once": async (one, two) => {
		const [first, second] = [await ownSession(one), await ownSession(two)];
		return [() => first.delete("/api/v1/account?confirm=DELETE"), () => second.delete("/api/v1/account?confirm=DELETE")];
	},
	"one owner is deactivated while the other deletes their account": async (one, two) => {
		const [first, second] = [await atConsole(), await ownSession(two)];
		return [() => first.post(`/api/v1/users/${one.id}/deactivate`), () => second.delete("/api/v1/account?confirm=DELETE")];
	},
	"one owner is deactivated while the other leaves": async (one, two) => {
		const [first, second] = [await atConsole(), await ownSession(two)];
		return [() => first.post(`/api/v1/users/${one.id}/deactivate`), () => second.delete("/api/v1/members/me", { headers: { "X-Org-Id": two.org.id } })];
	},
	"one owner is deactivated while that one makes the other a member": async (one, two) => {
		const [first, second] = [await atConsole(), await ownSession(one)];
		return [() => first.post(`/api/v1/users/${one.id}/deactivate`), () => second.patch(`/api/v1/members/${two.memberId}`, { role: "member" })];
	},
};

for (const [name, leave] of Object.entries(departures))
	race(`U-31 TN-08 ${name}`, {
		guard: OWNERS_GUARD,
		async play({ meet }) {
			const one = await person(server);
			const two = await one.org.member("owner");
			const answers = await meet(COUNT_OWNERS, ...await leave(one, two));
			return {
				answers,
				async check() {
					assert.equal(await ownersLeft(one.org), 1, JSON.stringify(answers.map(({ status, text }) => [status, text])));
					assert.equal(answers.filter(({ status }) => status === 409).length, 1);
				},
			};
		},
	});

/** A project with the tests' provider, ready. */
async function withProvider(there) {
	const owner = await person(there);
	const session = await owner.session();
	expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["password", "social"] }), 200);
	await socialProvider(owner, "oidc_tests", { enabled: true, client_id: "us", client_secret: "a secret of the tests", issuer: provider.issuer });
	await until("the provider is checked", async () => (await session.get("/api/v1/social_providers")).json.data[0].ready);
	return owner.project;
}

/** A browser that is back from the provider, whose answer waits to be looked at. */
async function backFromProvider(there, project, claims) {
	const flow = await openFlow(there, "sign_in", { browser: new Client(there, { site: "auth" }), client_id: project.clientId });
	const { state, nonce } = Object.fromEntries(new URL((await flow.go("social", { provider: "oidc_tests" })).provider_url).searchParams);
	const answer = await flow.browser.get(`/api/v1/social/callback?${new URLSearchParams({ state, code: provider.code({ nonce, claims }) })}`);
	assert.equal(answer.status, 303, answer.text);
	return flow;
}

race("U-26 one new person comes back from their provider in two browsers at once", {
	bare,
	async play({ server: there, meet }) {
		const project = await withProvider(there);
		const claims = { sub: `sub-${Date.now()}`, email: makeEmail("new"), email_verified: true };
		const flows = [await backFromProvider(there, project, claims), await backFromProvider(there, project, claims)];
		await until("both answers are there", async () => await there.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${project.id}` === 0);
		const look = (flow) => () => flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() });
		const answers = await meet(INSERT_USER, ...flows.map(look));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status, json }) => [status, json.state]), [[200, "done"], [200, "done"]]);
				assert.equal(await there.sql.value`SELECT COUNT(*) FROM users WHERE project_id = ${project.id}`, 1);
				assert.equal(await there.sql.value`SELECT COUNT(*) FROM user_identities WHERE project_id = ${project.id}`, 1);
			},
		};
	},
});

/** A flow that proves again who is signed in, one step from its end. */
async function reauthentication(place_) {
	const session = await place_.user.session();
	const flow = await openFlow(server, "reauthenticate", { browser: session, client_id: place_.project.clientId });
	await flow.go("password", { password: place_.user.password });
	return { session, flow };
}

race("U-29 a session is revoked while it gets a new token", {
	guard: /^UPDATE sessions s SET s\.token_digest/,
	remove: withoutGuardRow,
	async play({ overtake }) {
		const there = await projectWith(server, {});
		const { session, flow } = await reauthentication(there);
		const other = await there.user.session();
		await other.csrf();
		const complete = () => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: flow.headers(), csrf: false });
		const answers = await overtake(/^UPDATE sessions s SET s\.token_digest/, complete, () => other.delete(`/api/v1/account/sessions/${session.id}`));
		expectStatus(answers[1], 204);
		return { answers, check: async () => assert.equal(answers[0].status, 410, answers[0].text) };
	},
});

test("U-29 SE-06 a session that is revoked while its last use is written stays revoked", async () => {
	const { user } = await projectWith(server, {});
	const [session, other] = [await user.session({ seenAgo_ms: 120000 }), await user.session()];
	await other.csrf();
	const hold = proxy.hold(/^UPDATE sessions SET last_seen_at = GREATEST/);
	expectStatus(await session.get("/api/v1/account"), 200);
	await hold.reached;
	expectStatus(await other.delete(`/api/v1/account/sessions/${session.id}`), 204);
	hold.release();
	await until("the use is written", async () => await server.sql.value`SELECT last_seen_at > NOW(3) - INTERVAL 1 MINUTE FROM sessions WHERE id = ${session.id}` === 1);
	assert.equal((await session.get("/api/v1/account")).status, 401);
});

test("U-29 an account of the browser whose session is revoked while it is switched to isn't switched to", async () => {
	const { user, project } = await projectWith(server, {});
	const theirs = await (await projectUser(server, project)).token();
	const browser = await user.session({ others: [theirs] });
	await browser.csrf();
	const switchTo = () => browser.with({}).post("/api/v1/session/switch", { session_id: theirs.id }, { headers: { "X-CSRF-Token": csrf } });
	const csrf = await browser.csrf();
	expectStatus(await switchTo(), 204);
	const [late] = await overtake(proxy, /^SELECT s\.id, s\.user_id, s\.client_id, .* s\.token_digest IN/, switchTo,
		() => server.sql.run`UPDATE sessions SET revoked_at = NOW(3) WHERE id = ${theirs.id}`);
	expectStatus(late, 404);
});
