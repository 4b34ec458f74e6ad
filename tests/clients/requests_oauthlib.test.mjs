// Debian's python3-requests-oauthlib, unchanged: a code with PKCE, a refresh and a program's token, at a project's server, the console's, and npm's
// oidc-provider as the control.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { test } from "node:test";
import { ownServer, person, projectUser } from "../harness/index.mjs";
import { ROOT } from "../harness/workplace.mjs";
import { consoleApp, decide } from "../api/oauth/console.mjs";
import { decode, makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { startControl } from "./control.mjs";

const server = await ownServer();
const owner = await person(server);
const SECRET = "a secret of thirty-two characters and some more";
const control = await startControl({ tls: server.basis.tls, folder: server.folder, clients: [{
	client_id: "python", client_secret: SECRET, redirect_uris: [REDIRECT_URI], response_types: ["code"], grant_types: ["authorization_code", "refresh_token", "client_credentials"],
}] });

/** The script from beginning to end; browse: where a browser ends that is sent to an address. */
async function python(asked, browse) {
	const words = JSON.stringify({ ca: server.ca, metadata: `${asked.issuer}/.well-known/openid-configuration`, redirect_uri: REDIRECT_URI, scope: ["openid", "email"], more: {}, ...asked });
	const child = spawn("/usr/bin/python3", [path.join(ROOT, "tests/clients/python_client.py"), words], { stdio: ["pipe", "pipe", "pipe"] });
	let complaint = "";
	child.stderr.on("data", (chunk) => {
		complaint += chunk;
	});
	let last;
	for await (const line of readline.createInterface({ input: child.stdout })) {
		last = line;
		if (line.startsWith("https://"))
			child.stdin.write(`${await browse(new URL(line))}\n`);
	}
	assert.ok(last?.startsWith("{"), complaint);
	return JSON.parse(last);
}

const locationOf = async (browser, url) => new URL((await browser.get(url.pathname + url.search, { check: false })).headers.location);

function judge({ first, second, is_reuse_refused }) {
	assert.deepEqual([first.token_type, second.token_type].map((type) => type.toLowerCase()), ["bearer", "bearer"]);
	assert.notEqual(second.refresh_token, first.refresh_token);
	assert.notEqual(second.access_token, first.access_token);
	assert.equal(is_reuse_refused, true, "RT-01");
}

for (const isPublic of [false, true])
	test(`a project's server, for a client ${isPublic ? "without" : "with"} a secret`, async () => {
		const app = await makeApp(server, { owner, isPublic });
		const user = await projectUser(server, app);
		const browser = await user.session();
		const told = await python({ does: "sign_in", issuer: app.issuer, client_id: app.clientId, ...(isPublic ? {} : { client_secret: app.secret }) }, (url) => locationOf(browser, url));
		judge(told);
		assert.deepEqual([told.userinfo.sub, told.userinfo.email, decode(told.first.access_token)[1].sub], [user.id, user.email, user.id]);
	});

test("the console's server, with the organization chosen at consent", async () => {
	const app = await consoleApp(server);
	const browser = await owner.session();
	const told = await python({ does: "sign_in", issuer: server.url, client_id: app.clientId, scope: ["org.read", "project.read"], more: { resource: app.resource } }, async (url) => {
		const page = await locationOf(browser, url);
		const { json } = await decide(browser, page.searchParams.get("request"), { approve: true, org_id: owner.org.id });
		return locationOf(browser, new URL(json.continue_url));
	});
	judge(told);
	assert.match(told.second.access_token, /^gat_/);
});

test("a program's token", async () => {
	const app = await makeApp(server, { owner, type: "hybrid", columns: { grant_types: "client_credentials" } });
	const { token } = await python({ does: "of_program", issuer: app.issuer, client_id: app.clientId, client_secret: app.secret });
	assert.equal(decode(token.access_token)[1].sub, app.clientId);
	assert.equal(token.refresh_token, undefined);
});

test("the control: the same script at oidc-provider", async () => {
	const known = { issuer: control.issuer, client_id: "python", client_secret: SECRET };
	const told = await python({ does: "sign_in", ...known }, control.browse);
	judge(told);
	assert.equal(told.userinfo.sub, control.sub);
	assert.ok((await python({ does: "of_program", ...known })).token.access_token);
});
