// How a project's OAuth server behaves: defaults by its type, what may be said, who may say it, and tokens that register clients.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, digest, expectError, expectField, expectStatus, operator, person, sharedServer, tally } from "../../harness/index.mjs";
import { program } from "../oauth/oauth.mjs";

const server = await sharedServer();
const AT = "/api/v1/oauth_settings";
const TOKENS = `${AT}/initial_tokens`;

async function make(project = {}) {
	const owner = await person(server);
	const made = await owner.org.project(project);
	return { owner, project: made, session: await owner.session({ headers: { "X-Project-Id": made.id } }) };
}

const read = async (session) => expectStatus(await session.get(AT), 200);
const FIRST = { signing_alg: "ES256", access_token_ttl_s: 3600, dcr: "off", cimd: "off", cimd_trusted_domains: [], require_par: false, dpop_require_nonce: false, min_token_version: 0 };

test("a project begins with what its type says: registration is off in web and mcp, open in hybrid and in the console", async () => {
	for (const [type, policies] of Object.entries({ web: {}, mcp: {}, hybrid: { dcr: "open", cimd: "on" } })) {
		const { session, project } = await make({ type });
		assert.deepEqual(await read(session), { issuer: `${server.authUrl}/p/${project.clientId}`, ...FIRST, ...policies }, type);
	}
	const session = await (await operator(server)).session({ headers: { "X-Project-Id": server.consoleId } });
	assert.deepEqual(await read(session), { issuer: server.url, ...FIRST, dcr: "open", cimd: "on" });
});

test("each member changes alone and is kept; null gives the type's policy back", async () => {
	const { session } = await make({ type: "hybrid" });
	const { issuer, ...all } = await read(session);
	const said = { signing_alg: "EdDSA", access_token_ttl_s: 300, dcr: "token", cimd: "trusted", cimd_trusted_domains: ["example.com", "apps.example.org"], require_par: true, dpop_require_nonce: true, min_token_version: 7 };
	for (const [name, value] of Object.entries(said))
		assert.deepEqual(expectStatus(await session.patch(AT, { [name]: value }), 200), { issuer, ...Object.assign(all, { [name]: value }) }, name);
	assert.deepEqual(await read(session), { issuer, ...said });
	const { dcr, cimd } = expectStatus(await session.patch(AT, { dcr: null, cimd: null }), 200);
	assert.deepEqual([dcr, cimd], ["open", "on"]);
});

test("what can't be is a 422 that names it; its neighbour passes", async () => {
	const { session } = await make({ type: "hybrid" });
	const bad = {
		signing_alg: "HS256", access_token_ttl_s: 299, dcr: "on", cimd: "open", require_par: 1, dpop_require_nonce: "no", min_token_version: -1,
	};
	for (const [name, value] of Object.entries(bad))
		expectField(await session.patch(AT, { [name]: value }), name);
	for (const domain of ["https://example.com", "EXAMPLE.com", "a b.example", "example.com:443", "", "x".repeat(254)])
		expectField(await session.patch(AT, { cimd_trusted_domains: ["example.com", domain] }), "cimd_trusted_domains[1]");
	expectField(await session.patch(AT, { cimd_trusted_domains: Array.from({ length: 101 }, (_, i) => `d${i}.example`) }), "cimd_trusted_domains");
	expectStatus(await session.patch(AT, { cimd_trusted_domains: Array.from({ length: 100 }, (_, i) => `d${i}.example`), access_token_ttl_s: 86400 }), 200);
	expectStatus(await session.patch(AT, {}), 422);
});

test("min_token_version only rises, also when two raise it at once", async () => {
	const { session } = await make();
	expectStatus(await session.patch(AT, { min_token_version: 5 }), 200);
	expectField(await session.patch(AT, { min_token_version: 4 }), "min_token_version", "only_rises");
	expectStatus(await session.patch(AT, { min_token_version: 5 }), 200);
	const wanted = [30, 10, 20, 25, 15, 12, 28, 11];
	const answers = await atOnce(wanted.length, (i) => session.patch(AT, { min_token_version: wanted[i] }));
	assert.ok(answers.every(({ status }) => status === 200 || status === 422));
	assert.equal((await read(session)).min_token_version, 30);
});

test("nobody registers in a project of type mcp, whatever was set before; what was set holds again with the type", async () => {
	const { session, project } = await make({ type: "mcp" });
	for (const [name, value] of Object.entries({ dcr: "token", cimd: "trusted" }))
		expectField(await session.patch(AT, { [name]: value }), name, "not_for_type");
	expectStatus(await session.patch(AT, { dcr: "off", cimd: null }), 200);
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { type: "hybrid" }), 200);
	assert.deepEqual((({ dcr, cimd }) => [dcr, cimd])(await read(session)), ["off", "on"]);
	expectStatus(await session.patch(AT, { dcr: "token" }), 200);
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { type: "mcp" }), 200);
	assert.deepEqual((({ dcr, cimd }) => [dcr, cimd])(await read(session)), ["off", "off"]);
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { type: "web" }), 200);
	assert.deepEqual((({ dcr, cimd }) => [dcr, cimd])(await read(session)), ["token", "off"]);
});

test("a stale If-Match is 412; each change is recorded, what is the same isn't listed", async () => {
	const { session, project } = await make();
	const { etag } = (await session.get(AT)).headers;
	expectStatus(await session.patch(AT, { require_par: true }, { headers: { "If-Match": etag } }), 200);
	expectError(await session.patch(AT, { require_par: false }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	const [row] = await server.sql.rows`SELECT action, changes FROM audit_events WHERE project_id = ${project.id} AND target_id = ${project.id} ORDER BY id DESC LIMIT 1`;
	assert.equal(row.action, "oauth_settings.updated");
	assert.deepEqual(JSON.parse(row.changes), { require_par: [false, true] });
});

test("a token that registers clients is shown once and kept as a digest", async () => {
	const { session, project } = await make({ type: "hybrid" });
	const answer = await session.post(TOKENS, { expires_in_s: 3600, uses: 3 });
	const made = expectStatus(answer, 201);
	assert.match(made.id, /^itk_[a-z0-9]{16}$/);
	assert.match(made.token, /^dcr_[0-9A-Za-z]{38}$/);
	assert.equal(answer.headers["cache-control"], "no-store");
	const [row] = await server.sql.rows`SELECT id, digest, uses_left, TIMESTAMPDIFF(SECOND, created_at, expires_at) AS life FROM initial_tokens WHERE project_id = ${project.id}`;
	assert.deepEqual([row.id, Buffer.compare(row.digest, digest(made.token)), Number(row.uses_left), Number(row.life)], [made.id, 0, 3, 3600]);
	const [{ changes, data }] = await server.sql.rows`SELECT a.changes, e.data FROM audit_events a JOIN events e ON e.project_id = a.project_id AND e.type = a.action WHERE a.project_id = ${project.id} AND a.action = 'oauth_settings.updated'`;
	assert.deepEqual(JSON.parse(changes), { initial_token: [null, made.id] });
	assert.ok(!`${changes}${data}`.includes(made.token));
});

test("how long and how often it works has bounds", async () => {
	const { session } = await make();
	for (const [name, value] of Object.entries({ expires_in_s: 59, uses: 0 }))
		expectField(await session.post(TOKENS, { expires_in_s: 60, uses: 1, [name]: value }), name);
	for (const [name, value] of Object.entries({ expires_in_s: 2592001, uses: 101 }))
		expectField(await session.post(TOKENS, { expires_in_s: 60, uses: 1, [name]: value }), name);
	expectField(await session.post(TOKENS, { uses: 1 }), "expires_in_s", "required");
	expectStatus(await session.post(TOKENS, { expires_in_s: 60, uses: 1 }), 201);
	expectStatus(await session.post(TOKENS, { expires_in_s: 2592000, uses: 100 }), 201);
});

test("a reset gives the defaults back, but for what only rises", async () => {
	const { session, project } = await make({ type: "hybrid" });
	expectStatus(await session.patch(AT, { signing_alg: "RS256", dcr: "off", require_par: true, min_token_version: 3 }), 200);
	expectStatus(await session.post(`/api/v1/projects/${project.id}/reset`, { confirm: "RESET" }), 204);
	const { issuer, ...rest } = await read(session);
	assert.deepEqual(rest, { ...FIRST, dcr: "open", cimd: "on", min_token_version: 3 }, issuer);
});

test("clients and resource servers that are registered from then on begin with the project's lifetime and algorithm", async () => {
	const { session } = await make({ type: "hybrid" });
	const register = async (identifier) => {
		const api = expectStatus(await session.post("/api/v1/resource_servers", { identifier, name: "API" }), 201);
		const app = expectStatus(await session.post("/api/v1/clients", { name: "App" }), 201);
		return [api.access_token_ttl_s, api.signing_alg, app.access_token_ttl_s];
	};
	assert.deepEqual(await register("urn:example:one"), [3600, "ES256", 3600]);
	expectStatus(await session.patch(AT, { access_token_ttl_s: 900, signing_alg: "RS256" }), 200);
	assert.deepEqual(await register("urn:example:two"), [900, "RS256", 900]);
});

test("those that still register something are listed without themselves, and one that is ended registers nobody", async () => {
	const { session, project, owner } = await make({ type: "hybrid" });
	expectStatus(await session.patch(AT, { dcr: "token" }), 200);
	const [used, kept, old] = [await session.post(TOKENS, { expires_in_s: 3600, uses: 1 }), await session.post(TOKENS, { expires_in_s: 3600, uses: 3 }), await session.post(TOKENS, { expires_in_s: 60, uses: 1 })].map((answer) => expectStatus(answer, 201));
	await server.sql.run`UPDATE initial_tokens SET expires_at = created_at WHERE id = ${old.id}`;
	const clientId = await server.sql.value`SELECT client_id FROM projects WHERE id = ${project.id}`;
	const register = ({ token }) => program(server).request("POST", `/p/${clientId}/oauth/register`, { json: { redirect_uris: ["https://app.example.com/cb"] }, headers: { Authorization: `Bearer ${token}` } });
	for (const one of [used, kept])
		assert.equal((await register(one)).status, 201);
	const list = async () => expectStatus(await session.get(`${TOKENS}?include_total=true`), 200);
	const { data, total } = await list();
	assert.equal(total, 1);
	const [{ created_at, ...shown }] = data;
	assert.deepEqual(shown, { id: kept.id, uses_left: 2, created_by: owner.id, created_by_email: owner.email, expires_at: kept.expires_at });
	assert.ok(created_at < kept.expires_at);
	expectStatus(await session.delete(`${TOKENS}/${kept.id}`), 204);
	assert.equal((await register(kept)).status, 401);
	for (const { id } of [kept, used, old])
		expectError(await session.delete(`${TOKENS}/${id}`), 404, "not_found");
	assert.deepEqual((await list()).data, []);
	const changes = await server.sql.rows`SELECT changes FROM audit_events WHERE project_id = ${project.id} AND action = 'oauth_settings.updated' ORDER BY id DESC LIMIT 1`;
	assert.deepEqual(JSON.parse(changes[0].changes), { initial_token: [kept.id, null] });
});
