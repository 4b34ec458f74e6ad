// Tests of connectors: a job worker plays the client of an MCP server. The console's own server is the control; then servers of the tests' own
// with one fault each, which must be named.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { landing } from "../api/oauth/oauth.mjs";
import { expectError, expectField, expectStatus, MINUTE, moveClock, ownServer, person, sharedBasis, until } from "../harness/index.mjs";
import { HOST, startConnectors } from "../harness/connector.mjs";

const AT = "/api/v1/connector_tests";
const basis = await sharedBasis();
const connectors = await startConnectors(basis.tls);
after(() => connectors.stop());
const server = await ownServer({
	config: {
		outgoing: { allow: "127.0.0.0/8 ::1", ca_file: basis.tls.ca, connect_to: connectors.connectTo },
		limits: { connector_test: { limit: 100000, window_s: 60 }, credential: { limit: 100000, window_s: 60 } },
	},
});
const owner = await person(server);
const session = await owner.session({ headers: { "X-Project-Id": owner.org.defaultProject.id } });

const read = async (id) => expectStatus(await session.get(`${AT}/${id}`), 200);
const atRest = (id) => until("the test rests", async () => {
	const seen = await read(id);
	return seen.status === "running" ? null : seen;
});
const begin = async (url) => atRest(expectStatus(await session.post(AT, { url }), 202).id);
const goOn = async (id, answer) => {
	expectStatus(await session.post(`${AT}/${id}/answer`, answer), 202);
	return atRest(id);
};
const codesOf = ({ hops }) => hops.flatMap(({ problems }) => problems.map(({ code }) => code));
const stepsOf = ({ hops }) => hops.map(({ step, verdict }) => `${step} ${verdict}`);

test("the console's own MCP server passes, from the 401 to the list of its tools", async () => {
	const url = `${server.url}/mcp`;
	const waiting = await begin(url);
	assert.equal(waiting.status, "waiting", JSON.stringify(waiting.hops));
	const { request } = landing(await session.get(waiting.sign_in_url.slice(server.url.length), { check: false }));
	const { continue_url } = expectStatus(await session.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true, org_id: owner.org.id }), 200);
	const { address, ...answer } = landing(await session.get(continue_url.slice(continue_url.indexOf("/oauth/")), { check: false }));
	assert.equal(address, `${server.url}/dashboard/connector-test`);
	const done = await goOn(waiting.id, answer);
	assert.deepEqual(codesOf(done), []);
	assert.equal(done.status, "passed");
	assert.deepEqual(stepsOf(done), ["challenge", "resource", "server", "registration", "authorization", "answer", "token", "initialize", "initialized", "tools", "leaving"].map((step) => `${step} ok`));
	assert.match(done.hops[9].reply.body, /"project_list"/);
	assert.equal(done.sign_in_url, null);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM clients WHERE project_id = ${server.consoleId} AND name = 'Gatehouse connector test'`, 0, "what was registered is gone");
	expectError(await session.post(`${AT}/${waiting.id}/answer`, answer), 409, "already_decided");
});

test("a server of somebody else's passes; nothing secret stands in the database or in the reply", async () => {
	const connector = connectors.make();
	const waiting = await begin(connector.url);
	assert.equal(waiting.status, "waiting", JSON.stringify(waiting.hops));
	const answer = connector.signIn(waiting.sign_in_url);
	const done = await goOn(waiting.id, answer);
	assert.deepEqual([done.status, codesOf(done)], ["passed", []]);
	const [token] = connector.tokens.keys();
	const form = new URLSearchParams(connector.seen.find(({ name }) => name === "token").body);
	const secrets = [token, answer.code, answer.state.split(".")[2], form.get("code_verifier"), connector.seen.at(-1).headers.authorization.split(" ")[1]];
	const kept = await server.sql.value`SELECT CAST(report AS CHAR) FROM connector_tests WHERE id = ${waiting.id}`;
	for (const secret of secrets) {
		assert.ok(secret?.length >= 12);
		assert.ok(!kept.includes(secret) && !JSON.stringify(done).includes(secret), "a secret is shown");
	}
	assert.equal(new URL(waiting.sign_in_url).searchParams.get("scope"), "tools.read", "what the challenge names is asked for");
	assert.equal(connector.clients.size, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM flow_answers WHERE job_id = ${waiting.id}`, 0, "what it remembered is gone");
	assert.equal(connector.seen.find(({ name }) => name === "tools").headers["mcp-session-id"], "s-1");
});

test("a server that reads documents at client ids, and registers nobody, is given ours", async () => {
	const connector = connectors.make({ server: ({ json: { registration_endpoint: _, ...json } }) => ({ json: { ...json, client_id_metadata_document_supported: true } }) });
	const waiting = await begin(connector.url);
	const clientId = new URL(waiting.sign_in_url).searchParams.get("client_id");
	assert.equal(clientId, `${server.url}/api/v1/public/connector_client`);
	const document = expectStatus(await session.get(clientId.slice(server.url.length)), 200);
	assert.equal(document.client_id, clientId);
	assert.deepEqual(document.redirect_uris, [new URL(waiting.sign_in_url).searchParams.get("redirect_uri")]);
	assert.equal((await goOn(waiting.id, connector.signIn(waiting.sign_in_url))).status, "passed");
});

const changed = (changes) => ({ json, ...rest }) => ({ ...rest, json: Object.fromEntries(Object.entries({ ...json, ...changes }).filter(([, value]) => value !== undefined)) });
const jwt = (claims) => `${["{\"alg\":\"ES256\"}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".")}`;

/** What is planted, and the code by which it must be named; where somebody could sign in all the same, the walk goes on. */
const BEFORE_SIGN_IN = {
	"a server that asks for no token": ["not_protected", { challenge: { status: 200 } }],
	"another status than 401": ["no_401", { challenge: { status: 403 } }],
	"no WWW-Authenticate": ["no_challenge", { challenge: { headers: {} } }, true],
	"another scheme than Bearer": ["not_bearer", { challenge: { headers: { "WWW-Authenticate": 'Basic realm="a, Bearer resource_metadata"' } } }, true],
	"no resource_metadata": ["no_metadata_url", { challenge: { headers: { "WWW-Authenticate": 'Bearer realm="x"' } } }, true],
	"no metadata of the resource": ["no_resource_metadata", { resource: { status: 404 } }],
	"metadata that is a page": ["not_json", { resource: { json: undefined, text: "<p>Hello", headers: { "Content-Type": "text/html" } } }],
	"metadata without resource": ["no_resource", { resource: changed({ resource: undefined }) }],
	"metadata of another resource": ["wrong_resource", { resource: changed({ resource: "https://other.example.com/mcp" }) }],
	"metadata of the host": ["parent_resource", { resource: changed({ resource: `https://${HOST}/` }) }, true],
	"no authorization server": ["no_authorization_server", { resource: changed({ authorization_servers: [] }) }],
	"an issuer without TLS": ["server_not_https", { resource: changed({ authorization_servers: ["http://mcp.example.com"] }) }],
	"no metadata of the authorization server": ["no_server_metadata", { server: { status: 404 } }],
	"another issuer": ["wrong_issuer", { server: changed({ issuer: "https://mcp.example.com/other" }) }],
	"no S256": ["no_s256", { server: changed({ code_challenge_methods_supported: ["plain"] }) }],
	"no PKCE": ["no_s256", { server: changed({ code_challenge_methods_supported: undefined }) }],
	"no response type code": ["no_code", { server: changed({ response_types_supported: ["token"] }) }],
	"no iss in answers": ["no_iss", { server: changed({ authorization_response_iss_parameter_supported: undefined }) }, true],
	"no token endpoint": ["no_endpoints", { server: changed({ token_endpoint: undefined }) }],
	"an endpoint without TLS": ["server_not_https", { server: changed({ token_endpoint: "http://mcp.example.com/token" }) }],
	"an endpoint at a private address": ["not_allowed", { server: changed({ registration_endpoint: "https://10.0.0.1/register" }) }],
	"no way to become a client": ["no_registration", { server: changed({ registration_endpoint: undefined }) }],
	"a registration that is refused": ["registration_refused", { register: { status: 400, json: { error: "invalid_redirect_uri" } } }],
	"a registration without client_id": ["no_client_id", { register: changed({ client_id: undefined }) }],
	"an authorization endpoint that sends back": ["authorize_refused", { authorize: (_, { seen }) => ({ status: 302, headers: { Location: `${new URL(`https://x${seen.at(-1).url}`).searchParams.get("redirect_uri")}?error=invalid_target&state=x` } }) }],
	"an authorization endpoint that fails": ["authorize_refused", { authorize: { status: 500 } }],
	"an authorization endpoint that leads nowhere": ["no_page", { authorize: { headers: {} } }],
};

test("each fault on the way to the sign-in is named, with its remedy", async (t) => {
	for (const [what, [code, faults, goesOn = false]] of Object.entries(BEFORE_SIGN_IN))
		await t.test(what, async () => {
			const connector = connectors.make(faults);
			const seen = await begin(connector.url);
			assert.deepEqual(codesOf(seen), [code], JSON.stringify(seen.hops));
			assert.equal(seen.status, goesOn ? "waiting" : "failed");
			const [{ message, remedy }] = seen.hops.flatMap(({ problems }) => problems);
			assert.ok(message.endsWith(".") && remedy.length > 20);
		});
});

const AFTER_SIGN_IN = {
	"somebody who refuses": ["sign_in_failed", {}, { code: undefined, error: "access_denied" }],
	"an answer of another issuer": ["wrong_answer_iss", {}, { iss: "https://mcp.example.com/other" }],
	"an answer without iss": ["no_answer_iss", {}, { iss: undefined }],
	"a token that is refused": ["token_refused", { token: { status: 400, json: { error: "invalid_grant" } } }],
	"no access token": ["no_access_token", { token: changed({ access_token: undefined }) }],
	"a token of another type": ["wrong_token_type", { token: changed({ token_type: "mac" }) }],
	"a token that proxies may keep": ["token_may_be_kept", { token: ({ headers: _, ...rest }) => rest }, {}, "passed"],
	"a token for somebody else": ["wrong_audience", { token: (good, connector) => {
		const access_token = jwt({ aud: "https://other.example.com" });
		connector.tokens.set(access_token, connector.url);
		return changed({ access_token })(good);
	} }],
	"a token that its own server refuses": ["token_not_taken", { initialize: { status: 401, headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' }, json: {} } }],
	"a scope that wasn't named": ["scope_missing", { tools: { status: 403, headers: { "WWW-Authenticate": 'Bearer error="insufficient_scope"' }, text: "" } }],
	"an answer of another protocol": ["not_mcp", { initialize: { json: { hello: "world" } } }],
	"a protocol's error": ["not_mcp", { tools: { headers: {}, text: undefined, json: { jsonrpc: "2.0", id: 2, error: { code: -32601, message: "No tools here" } } } }],
};

test("each fault after the sign-in is named, and what was registered goes all the same", async (t) => {
	for (const [what, [code, faults, changes = {}, status = "failed"]] of Object.entries(AFTER_SIGN_IN))
		await t.test(what, async () => {
			const connector = connectors.make(faults);
			const waiting = await begin(connector.url);
			assert.equal(waiting.status, "waiting", JSON.stringify(waiting.hops));
			const seen = await goOn(waiting.id, connector.signIn(waiting.sign_in_url, changes));
			assert.deepEqual([seen.status, codesOf(seen)], [status, [code]], JSON.stringify(seen.hops));
			assert.equal(connector.clients.size, 0);
		});
});

test("SF-02 what isn't at a public address is never called", async () => {
	for (const url of ["https://10.0.0.1/mcp", "https://192.168.1.1/mcp", "https://169.254.169.254/latest", "https://[fd00::1]/mcp"]) {
		const seen = await begin(url);
		assert.deepEqual([seen.status, codesOf(seen), seen.hops[0].reply], ["failed", ["not_allowed"], null], url);
	}
	for (const url of ["http://mcp.example.com/mcp", "ftp://mcp.example.com", "https://me@mcp.example.com/mcp", "https://mcp.example.com/#a", "mcp"])
		expectField(await session.post(AT, { url }), "url");
});

test("another state than the one that was sent there is refused, and changes nothing; after half an hour it is too late", async () => {
	const connector = connectors.make();
	const waiting = await begin(connector.url);
	const answer = connector.signIn(waiting.sign_in_url);
	expectField(await session.post(`${AT}/${waiting.id}/answer`, { ...answer, state: "x" }), "state", "unknown");
	expectField(await session.post(`${AT}/${waiting.id}/answer`, { ...answer, state: answer.state.replace(/.$/, (c) => (c === "A" ? "B" : "A")) }), "state", "unknown");
	assert.equal((await read(waiting.id)).status, "waiting");
	const late = await begin(connector.url);
	assert.equal((await goOn(waiting.id, answer)).status, "passed");
	await moveClock(server, 31 * MINUTE);
	expectError(await session.post(`${AT}/${late.id}/answer`, connector.signIn(late.sign_in_url)), 410, "request_expired");
});
