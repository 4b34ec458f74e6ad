// The races of machines for a license's seats, each held at the statement that decides (held.mjs; licensing.md rules 5 to 8).

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { ask, Client, expectStatus, license, licenseFile, machine, person, question } from "../harness/index.mjs";
import { race as declare } from "./held.mjs";
import { warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const owner = await person(server);
const key = await owner.org.key();
const project = owner.org.defaultProject;
const session = await owner.session({ headers: { "X-Project-Id": project.id } });

afterEach(async () => {
	proxy.clear();
	proxy.cutAll();
	await warmUp(server, key);
});

const race = (name, schedule) => declare(name, { on: async () => ({ server, proxy, settle: () => warmUp(server, key) }), guard: /^UPDATE licenses SET guard = guard \+ 1, ip_hint/, ...schedule });

const validate = (one, more = {}, path = "") => new Client(server).post(`/api/v1/validate${path}`, question(project, one, more));
const codesOf = (answers) => answers.map(({ status, json }) => (status === 200 ? json.code : status)).sort();
const seatsOf = (one) => sql.value`SELECT COUNT(*) FROM activations WHERE license_id = ${one.id} AND seat IS NOT NULL`;
const TAKE = /^INSERT INTO activations/;

race("rule 6 two machines want the last seat", {
	async play({ meet }) {
		const one = await license(owner, project);
		const answers = await meet(TAKE, () => validate(one), () => validate(one));
		return {
			answers,
			async check() {
				assert.deepEqual(codesOf(answers), ["activation_limit", "valid"]);
				assert.equal(await seatsOf(one), 1);
			},
		};
	},
});

race("rule 5 one machine asks twice for its first seat", {
	async play({ meet }) {
		const one = await license(owner, project, { max_activations: 2 });
		const fingerprint = machine();
		const answers = await meet(TAKE, () => validate(one, { fingerprint }), () => validate(one, { fingerprint }));
		return {
			answers,
			async check() {
				assert.deepEqual(codesOf(answers), ["valid", "valid"]);
				assert.equal(answers[0].json.activation_id, answers[1].json.activation_id);
				assert.equal(await seatsOf(one), 1);
			},
		};
	},
});

race("rule 7 two addresses want an open lock", {
	async play({ meet }) {
		const one = await license(owner, project, { max_activations: 2, ip_locked: true });
		const answers = await meet(TAKE, () => validate(one), () => validate(one));
		return {
			answers,
			async check() {
				assert.deepEqual(codesOf(answers), ["ip_mismatch", "valid"]);
				assert.equal(await seatsOf(one), 1);
			},
		};
	},
});

race("rule 8 the last release of thirty days is asked for twice", {
	async play({ meet }) {
		expectStatus(await session.patch("/api/v1/license_settings", { releases_per_30d: 1 }), 200);
		const one = await license(owner, project, { max_activations: 2 });
		const seats = [await ask(server, project, one), await ask(server, project, one)];
		const release = ({ activation_id }) => validate(one, { activation_id, fingerprint: undefined }, "/release");
		const answers = await meet(/COUNT\(\*\) AS total FROM activations a WHERE .* a\.end_reason = 'released'/, () => release(seats[0]), () => release(seats[1]));
		return {
			answers,
			async check() {
				assert.deepEqual(codesOf(answers), ["release_limit", "released"]);
				assert.equal(await seatsOf(one), 1);
			},
		};
	},
});

race("rule 16 the last file of thirty days is asked for twice", {
	async play({ meet }) {
		const one = await license(owner, project, { max_activations: 2 });
		for (let i = 0; i < 19; i++)
			await licenseFile(owner, project, one);
		const answers = await meet(/COUNT\(\*\) AS total FROM license_files f WHERE .* f\.created_at/, () => validate(one, {}, "/file"), () => validate(one, {}, "/file"));
		return {
			answers,
			async check() {
				assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
				assert.equal(await sql.value`SELECT COUNT(*) FROM license_files WHERE license_id = ${one.id}`, 20);
			},
		};
	},
});
