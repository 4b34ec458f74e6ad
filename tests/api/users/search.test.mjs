// Finding users: parts of e-mail, name and username, whole ids, filters, orders, pages; and what a search reads.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { expectField, expectStatus, makeEmail, makeId, person, sharedServer, sleep } from "../../harness/index.mjs";
import { quote } from "../../harness/sql.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const key = await owner.org.key({ project: owner.project });
	const add = async (body) => expectStatus(await key.post("/api/v1/users", body), 201);
	const found = async (query) => expectStatus(await key.get(`/api/v1/users?${new URLSearchParams(query)}`), 200).data.map(({ id }) => id);
	return { project: owner.project, key, add, found };
}

test("GET /users?search=: any part of e-mail, name and username, in any case, with or without accents", async () => {
	const { add, found } = await make();
	const ada = await add({ email: "ada.lovelace@analytical.example", name: "Augusta Ada King", username: "countess_l" });
	const jose = await add({ email: "jsmith42@example.com", name: "José Ünal-Müller" });
	for (const [search, who] of [
		["ada", [ada]], ["ADA", [ada]], ["velace", [ada]], ["lovelace@ana", [ada]], ["alytical.ex", [ada]], ["king", [ada]], ["ta Ada Ki", [ada]], ["ountess_l", [ada]],
		["smith", [jose]], ["th42", [jose]], ["jose", [jose]], ["josé", [jose]], ["ÜNAL", [jose]], ["unal-mull", [jose]], ["example", [jose, ada]], ["le", [jose, ada]],
		["lovelace@example", []], ["ada lovelace", []], ["xyz", []], ["ada.lovelace@analytical.exampleX", []],
	])
		assert.deepEqual(await found({ search }), who.map(({ id }) => id), search);
});

test("GET /users?search=: a percent sign, an underscore and an exclamation mark are themselves", async () => {
	const { add, found } = await make();
	const one = await add({ email: makeEmail(), name: "Sale 50% off" });
	const two = await add({ email: makeEmail(), name: "Sale 5000 off" });
	assert.deepEqual(await found({ search: "50% off" }), [one.id]);
	assert.deepEqual(await found({ search: "50" }), [two.id, one.id]);
	assert.deepEqual(await found({ search: "50_0" }), []);
	assert.deepEqual(await found({ search: "50!0" }), []);
});

test("GET /users?search=: a whole id, external id or telephone number; a part of one finds nobody", async () => {
	const { add, found } = await make();
	const one = await add({ external_id: "crm:Kunde-0815", phone: "+4915112340815" });
	await add({ external_id: "crm:Kunde-0816" });
	for (const search of [one.id, "crm:Kunde-0815", "+4915112340815"])
		assert.deepEqual(await found({ search }), [one.id], search);
	for (const search of ["Kunde-0815", "crm:Kunde", "15112340815", makeId("usr")])
		assert.deepEqual(await found({ search }), [], search);
});

test("GET /users?search=: follows a change, a deletion, and what is too short or holds no word is named", async () => {
	const { key, add, found } = await make();
	const one = await add({ email: makeEmail("before"), name: "Before Name" });
	expectStatus(await key.patch(`/api/v1/users/${one.id}`, { name: "Afterwards", email: "afterwards@example.net" }), 200);
	assert.deepEqual(await found({ search: "before" }), []);
	assert.deepEqual(await found({ search: "terwar" }), [one.id]);
	expectStatus(await key.delete(`/api/v1/users/${one.id}`), 204);
	assert.deepEqual(await found({ search: "terwar" }), []);
	expectField(await key.get("/api/v1/users?search=a"), "search", "length");
	expectField(await key.get(`/api/v1/users?search=${"a".repeat(101)}`), "search", "length");
	expectField(await key.get("/api/v1/users?search=..."), "search", "pattern");
	expectField(await key.get("/api/v1/users?search=ada&sort=name"), "sort", "search");
	expectStatus(await key.get("/api/v1/users?search=ada&sort=created_at"), 200);
});

test("GET /users: filters", async () => {
	const { key, add, found } = await make();
	const verified = await add({ email: makeEmail("verified"), email_verified: true });
	await sleep(5);
	const banned = await add({ email: makeEmail("banned") });
	expectStatus(await key.post(`/api/v1/users/${banned.id}/ban`, {}), 200);
	for (const [query, who] of [
		[{ status: "banned" }, [banned]], [{ status: "active" }, [verified]], [{ status: "deactivated" }, []], [{ email_verified: "true" }, [verified]],
		[{ email_verified: "false" }, [banned]], [{ anonymous: "true" }, []], [{ anonymous: "false" }, [banned, verified]], [{ email: banned.email.toUpperCase() }, [banned]],
		[{ created_after: verified.created_at }, [banned]], [{ created_before: banned.created_at }, [verified]], [{ search: "bann", status: "active" }, []],
		[{ search: "bann", status: "banned" }, [banned]],
	])
		assert.deepEqual(await found(query), who.map(({ id }) => id), JSON.stringify(query));
	expectField(await key.get("/api/v1/users?status=deleted"), "status", "enum");
	expectField(await key.get(`/api/v1/users?workspace_id=${makeId("wsp")}`), "workspace_id", "unavailable");
	expectField(await key.get("/api/v1/users?email=nonsense"), "email", "email");
});

test("GET /users: every order pages through everybody once, also those without the value", async () => {
	const { key, project, add } = await make();
	const people = [];
	for (let i = 0; i < 7; i++)
		people.push(await add({ ...(i % 3 === 0 ? { external_id: `x${i}` } : { email: `${String.fromCharCode(103 - i)}@example.com` }), name: ["b", "a", "B", "", "a", "c", ""][i] }));
	for (const i of [1, 4, 5])
		await server.sql.run`UPDATE users SET last_sign_in_at = ${new Date(1.7e12 + (i === 4 ? 1 : i) * 1000)} WHERE project_id = ${project.id} AND id = ${people[i].id}`;
	const walk = async (sort) => {
		const seen = [];
		for (let cursor = ""; cursor !== null;) {
			const page = expectStatus(await key.get(`/api/v1/users?limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`), 200);
			seen.push(...page.data);
			cursor = page.next_cursor;
		}
		return seen;
	};
	const newest = people.map(({ id }) => id).reverse();
	assert.deepEqual((await walk("-created_at")).map(({ id }) => id), newest);
	assert.deepEqual((await walk("created_at")).map(({ id }) => id), newest.toReversed());
	for (const [sort, value, descending] of [["name", "name"], ["email", "email"], ["last_sign_in_at", "last_sign_in_at"], ["-last_sign_in_at", "last_sign_in_at", true]]) {
		const seen = await walk(sort);
		assert.deepEqual(seen.map(({ id }) => id).sort(), newest.toSorted(), `${sort}: everybody once`);
		const values = seen.map((user) => (user[value] ?? "").toLowerCase());
		assert.deepEqual(values, descending ? values.toSorted().reverse() : values.toSorted(), sort);
	}
});

test("GET /users: include_total counts what the filters and the search let through", async () => {
	const { key, add } = await make();
	for (let i = 0; i < 3; i++)
		await add({ email: makeEmail("tot"), name: i === 0 ? "Special" : "Plain" });
	for (const [query, total] of [["", 3], ["search=special&", 1], ["search=tot&", 3], ["status=banned&", 0]])
		assert.equal(expectStatus(await key.get(`/api/v1/users?${query}include_total=true&limit=1`), 200).total, total, query);
});

// ---- what a search reads ----

const QUERIES = fs.readFileSync(new URL("../../../sql/queries/user_object.sql", import.meta.url), "utf8");

/** A query of sql/queries with its parameters filled in; those that aren't given are NULL. */
function filled(name, values) {
	const text = QUERIES.split(/^-- name: /m).find((part) => part.startsWith(`${name} `)).split(";")[0].replace(/^.*\n(-- .*\n)*/, "");
	return text.replace(/:([a-z_]+)/g, (_, parameter) => quote(values[parameter] ?? null));
}

/** Rows and index entries that a statement touches. */
async function touched(text) {
	await server.sql.query("FLUSH STATUS");
	const rows = await server.sql.query(text);
	const counters = await server.sql.rows`SHOW SESSION STATUS LIKE 'Handler_read%'`;
	return { rows: rows.length, reads: counters.reduce((sum, row) => sum + Number(Object.values(row)[1]), 0), counters };
}

test("a search among 20,000 users reads a few hundred entries at most, however rare or common the word, and never the table", async () => {
	const { project } = await make();
	const numbers = "(SELECT 1000 * a.n + b.n AS n FROM (SELECT seq AS n FROM seq_0_to_19) a JOIN (SELECT seq AS n FROM seq_0_to_999) b)";
	await server.sql.query(`INSERT INTO users (project_id, id, email, email_key, name, metadata, status, is_anonymous, webauthn_handle, token_version, version, created_at, updated_at)
		SELECT ${quote(project.id)}, CONCAT('usr_', LPAD(x.n, 16, '0')), CONCAT('w', x.n, 'q@example.com'), CONCAT('w', x.n, 'q@example.com'), CONCAT('Number', x.n), '{}', 'active', FALSE,
		UNHEX(SHA2(CONCAT(${quote(project.id)}, x.n), 256)), 1, 1, NOW(3), NOW(3) FROM ${numbers} x`);
	for (const [head, words] of [["'ex'", "' example'"], ["CONCAT('w', LEFT(x.n, 1))", "CONCAT(' w', x.n, 'q')"], ["'nu'", "CONCAT(' number', x.n)"]])
		await server.sql.query(`INSERT INTO user_words (project_id, head, user_id, words) SELECT ${quote(project.id)}, ${head}, CONCAT('usr_', LPAD(x.n, 16, '0')), ${words} FROM ${numbers} x`);
	await server.sql.query("ANALYZE TABLE users, user_words");
	const search = (query, typed, head, more) => touched(filled(query, {
		project_id: project.id, head, word: `% ${typed}%`, part: `%${typed}%`, ascii_part: `%${typed}%`, ascii_whole: typed, limit: 51, ...more,
	}));
	for (const [query, typed, head, rows, reads] of [
		["user_search_newest", "example", "ex", 51, 500], ["user_search_oldest", "example", "ex", 51, 500],
		// One list of the two letters is walked to its end, entry by entry, but nobody's row is read for it.
		["user_search_newest", "w17777q", "w1", 1, 12000],
	]) {
		const found = await search(query, typed, head);
		assert.equal(found.rows, rows, `${query} ${typed}`);
		assert.ok(found.reads <= reads, `${query} ${typed}: ${JSON.stringify(found.counters)}`);
	}
	// The control: without the list of words the whole table is read.
	const scan = await touched(`SELECT id FROM users WHERE project_id = ${quote(project.id)} AND email LIKE '%w17777q%' ORDER BY id DESC LIMIT 51`);
	assert.equal(scan.rows, 1);
	assert.ok(scan.reads >= 20000, JSON.stringify(scan.counters));
	for (const [query, key] of [["user_list_newest", "k_created_at_id"], ["user_list_by_name", "k_name_id"], ["user_list_by_email", "uq_email_key"], ["user_list_by_latest_sign_in", "k_last_sign_in_at_id"]]) {
		const first = await touched(filled(query, { project_id: project.id, limit: 51 }));
		assert.equal(first.rows, 51);
		assert.ok(first.reads <= 500, `${query} walks ${key}: ${JSON.stringify(first.counters)}`);
	}
});
