// The guide's examples as they stand there: a PHP site, apps in Node, Python and Go, and a static page, in Chromium, through the hosted pages.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, test } from "node:test";
import { openBrowser } from "../browser/browser.mjs";
import { digest, ownServer, person, projectUser, until } from "../harness/index.mjs";
import { freePort, makeFolder, ROOT, start, stop } from "../harness/workplace.mjs";
import { makeProject } from "../api/oauth/oauth.mjs";

const server = await ownServer();
const owner = await person(server);
const folder = makeFolder("a");
const shim = path.join(folder, "resolve.so");
execFileSync("cc", ["-shared", "-fPIC", "-o", shim, path.join(ROOT, "tests/clients/resolve_localhost.c"), "-ldl"]);
const example = (name) => path.join(ROOT, "docs/examples/sign-in", name);

/** A project whose default client may lead to this address, and one of its people. */
async function makeClient(redirectUri) {
	const project = await makeProject(server, { owner, type: "web" });
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${project.id}, ${project.clientId}, 'redirect', ${digest(redirectUri)}, ${Buffer.from(redirectUri)})`;
	return { ...project, user: await projectUser(server, project, { password: true, email: `${project.slug}@example.com` }) };
}

/** Runs a program as the first lines of the example say. */
async function serve(command, args, env = {}) {
	const port = await freePort();
	const appUrl = `http://localhost:${port}`;
	const client = await makeClient(`${appUrl}/callback`);
	const child = start(command, args(port), { log: path.join(folder, `${path.basename(command)}.log`), env: {
		...process.env, LD_PRELOAD: shim, GATEHOUSE_ISSUER: client.issuer, GATEHOUSE_CLIENT_ID: client.clientId, GATEHOUSE_CLIENT_SECRET: client.secret, APP_URL: appUrl,
		GATEHOUSE_CA: server.ca, NODE_EXTRA_CA_CERTS: server.ca, SSL_CERT_FILE: server.ca, ...env,
	} });
	after(() => stop(child));
	await until("the app answers", () => fetch(appUrl).then(() => true, () => false));
	return { appUrl, client };
}

/** From the app to the hosted pages and back. */
async function signIn(page, { user, issuer }) {
	await page.getByText("Sign in", { exact: true }).click();
	await page.waitForURL(`${issuer}/sign-in?**`);
	await page.getByLabel("E-mail address").fill(user.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByText(`Hello ${user.email}`).waitFor();
}

async function walk({ appUrl, client }) {
	const browser = await openBrowser();
	await browser.page.goto(appUrl);
	await signIn(browser.page, client);
	await browser.page.goto(appUrl);
	await browser.page.getByText(`Hello ${client.user.email}`).waitFor();
	await browser.page.getByText("Sign out").click();
	// Who is still signed in at Gatehouse comes straight back.
	await browser.page.getByText("Sign in", { exact: true }).click();
	await browser.page.getByText(`Hello ${client.user.email}`).waitFor();
	browser.assertCalm();
	await browser.page.goto(`${appUrl}/callback?code=stolen&state=x&iss=${encodeURIComponent(client.issuer)}`);
	assert.match(await browser.page.textContent("body"), /Sign-in failed: this answer isn't for a sign-in begun here/);
	await browser.close();
}

test("a PHP site", async () => {
	await walk(await serve("php", (port) => ["-S", `localhost:${port}`, example("sign-in.php")]));
});

test("a Node app", async () => {
	await walk(await serve("node", () => [example("sign-in.mjs")]));
});

test("a Python app", async () => {
	await walk(await serve("/usr/bin/python3", () => [example("sign-in.py")]));
});

/** The Go on this machine; undefined where there is none: it is too large for the tests to bring along. */
function findGo() {
	try {
		return execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
	} catch {
		return undefined;
	}
}

const go = findGo();

test("a Go app", { skip: go ? false : "not built and not run: there is no go on this machine" }, async () => {
	const program = path.join(folder, "sign-in");
	execFileSync("go", ["build", "-o", program, example("sign-in.go")], { cwd: folder, env: { ...process.env, CGO_ENABLED: "1" } });
	assert.equal(execFileSync("gofmt", ["-l", example("sign-in.go")], { encoding: "utf8" }), "");
	// It asks libc as the others do, and so finds auth.localhost.
	await walk(await serve(program, () => [], { GODEBUG: "netdns=cgo" }));
});

test("a static page", async () => {
	const port = await freePort();
	const address = `http://localhost:${port}/static.html`;
	const client = await makeClient(address);
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'none' WHERE project_id = ${client.id}`;
	const text = fs.readFileSync(example("static.html"), "utf8").replace("\"GATEHOUSE_ISSUER\"", JSON.stringify(client.issuer)).replace("\"GATEHOUSE_CLIENT_ID\"", JSON.stringify(client.clientId));
	const site = http.createServer((request, response) => response.setHeader("Content-Type", "text/html").end(request.url.startsWith("/static.html") ? text : "")).listen(port, "localhost");
	after(() => site.close());
	const browser = await openBrowser();
	await browser.page.goto(address);
	await signIn(browser.page, client);
	assert.equal(browser.page.url(), address, "the code doesn't stay in the address");
	browser.assertCalm();
	await browser.page.goto(`${address}?code=stolen&state=x&iss=${encodeURIComponent(client.issuer)}`);
	await browser.page.getByText("Sign-in failed: this answer isn't for a sign-in begun here").waitFor();
	await browser.close();
});
