// @modelcontextprotocol/conformance: the console as an authorization server, and /mcp on the wire of 2026-07-28, as far as the suite needs no
// test tools of its own in the server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, test } from "node:test";
import { Client, consoleClient, expectStatus, ownServer, person } from "../harness/index.mjs";
import { freePort, makeFolder, ROOT } from "../harness/workplace.mjs";

const server = await ownServer();
const who = await person(server);
const folder = makeFolder("c");
const inTests = (name) => path.join(ROOT, "tests", name);

/** Runs the suite; seen: called with all it has said so far, whenever it says more. Answers its checks, id → statuses. */
async function conformance(args, seen = () => {}) {
	const results = fs.mkdtempSync(path.join(folder, "r"));
	const child = spawn(process.execPath, ["--import", inTests("clients/localhost.mjs"), "--import", inTests("clients/conformance_hook.mjs"),
		inTests("node_modules/@modelcontextprotocol/conformance/dist/index.js"), ...args, "-o", results], { env: { ...process.env, NODE_EXTRA_CA_CERTS: server.ca, NO_COLOR: "1" } });
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (data) => {
			said += data;
			seen(said);
		});
	await new Promise((resolve) => child.on("close", resolve));
	const files = fs.readdirSync(results, { recursive: true }).filter((name) => name.endsWith("checks.json"));
	assert.ok(files.length > 0, said);
	const checks = files.flatMap((name) => JSON.parse(fs.readFileSync(path.join(results, name), "utf8")));
	return checks.map(({ id, status, errorMessage }) => ({ id, status, errorMessage }));
}

const notGood = (checks) => checks.filter(({ status }) => ["FAILURE", "WARNING"].includes(status));

/** Until clients can be named by the address of a document (CIMD) the suite warns that they can't. */
const saysNoCimd = ({ status, errorMessage }) => status === "WARNING" && /client_id_metadata_document_supported/.test(errorMessage);

test("authorization-server-metadata-endpoint and authorization-code-grant: no failure, no warning", async () => {
	const port = await freePort();
	const { clientId } = await consoleClient(server, { is_first_party: false, redirect_uris: [`http://127.0.0.1:${port}/callback`] });
	const browser = await who.session();
	let answered;
	const follow = async (url) => {
		const answer = await browser.get(url.pathname + url.search, { check: false });
		return new URL(answer.headers.location);
	};
	/** What the person does in their browser. */
	const agree = async (address) => {
		const page = await follow(new URL(address));
		const request = page.searchParams.get("request");
		const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true, org_id: who.org.id }), 200);
		await fetch(await follow(new URL(continue_url)));
	};
	const checks = await conformance(["authorization", "--url", server.url, "--client-id", clientId, "--resource", `${server.url}/mcp`, "-p", String(port)], (said) => {
		const address = /https:\/\/localhost:\d+\/oauth\/authorize\?\S+/.exec(said)?.[0];
		if (address && said.includes("\n", said.indexOf(address)))
			answered ??= agree(address);
	});
	await answered;
	assert.deepEqual(notGood(checks).filter((check) => !saysNoCimd(check)), []);
	assert.ok(["authorization-server-metadata", "authorization-code-grant"].every((wanted) => checks.some(({ id, status }) => id === wanted && status === "SUCCESS")), JSON.stringify(checks));
});

/** The suite speaks plain HTTP and brings no token: both are put on here. */
async function door() {
	const bearer = (await who.accessToken({ resource: "mcp" })).secret;
	const proxy = http.createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request)
			chunks.push(chunk);
		const { host, connection, "content-length": length, ...headers } = request.headers;
		const answer = await new Client(server, { bearer, check: false }).request(request.method, request.url, { headers, ...(chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {}) });
		response.writeHead(answer.status, { "Content-Type": answer.headers["content-type"] ?? "application/json" });
		response.end(answer.text);
	});
	await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	after(() => proxy.close());
	return `http://127.0.0.1:${proxy.address().port}/mcp`;
}

/** What the suite can only see in a server that has its own tools, prompts and resources. */
const NEEDS_ITS_OWN = {
	"server-stateless": ["sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400", "sep-2575-http-server-no-independent-requests-on-stream", "sep-2575-server-no-log-without-loglevel"],
	caching: ["sep-2549-prompts-list-caching-hints", "sep-2549-resources-list-caching-hints", "sep-2549-resources-templates-list-caching-hints"],
	"tools-list": [],
	"http-header-validation": [],
};

const url = await door();

for (const [scenario, without] of Object.entries(NEEDS_ITS_OWN))
	test(`${scenario}: nothing fails but what needs the suite's own tools`, async () => {
		const checks = await conformance(["server", "--url", url, "--scenario", scenario, "--spec-version", "2026-07-28"]);
		assert.deepEqual(notGood(checks).filter(({ id }) => !without.includes(id)), []);
		assert.ok(checks.some(({ status }) => status === "SUCCESS"));
	});
