// A PHP site and a static page on another host that nginx protects: people sign in with their browser, and the site knows who they are.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Client, expectStatus, person, projectUser, sharedBasis, startGatehouse, until, user } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";
import { freePort, makeFolder, start, stop } from "../harness/workplace.mjs";
import { openBrowser } from "./browser.mjs";

const SITE = "site.localhost";
const pages = makeFolder("w");
fs.writeFileSync(path.join(pages, "page.html"), "<!doctype html><html lang=en><title>Page</title><h1>The static page</h1><a href=/_gatehouse/sign_out>Sign out</a>\n");
fs.writeFileSync(path.join(pages, "who.php"), `<?php
header("Content-Type: application/json");
echo json_encode(["kind" => $_SERVER["HTTP_X_GATEHOUSE_KIND"], "user" => $_SERVER["HTTP_X_GATEHOUSE_USER"], "email" => $_SERVER["HTTP_X_GATEHOUSE_EMAIL"],
	"name" => rawurldecode($_SERVER["HTTP_X_GATEHOUSE_NAME"]), "query" => $_GET]);
`);
const phpPort = await freePort();
const php = start("php", ["-S", `127.0.0.1:${phpPort}`, "-t", pages], { log: path.join(pages, "php.log") });

// The project's client id is known only once the server runs, so nginx learns it from a file that is written then.
const clientFile = path.join(pages, "client.conf");
fs.writeFileSync(clientFile, "set $gatehouse_client proj_000000000000000000000000;\n");
const server = await startGatehouse({ basis: await sharedBasis(), nginx: { extra: ({ port, folder, basis }) => `
	server {
		listen 127.0.0.1:${port} ssl;
		server_name ${SITE};
		ssl_certificate ${basis.tls.cert};
		ssl_certificate_key ${basis.tls.key};
		root ${pages};
		include ${clientFile};
		include ${folder}/snippets/protect-with-gatehouse.conf;
		include ${folder}/snippets/sign-in-with-gatehouse.conf;
		location ~ \\.php$ {
			include ${folder}/snippets/gatehouse-identity.conf;
			proxy_pass http://127.0.0.1:${phpPort};
		}
	}` } });
after(async () => {
	await server.stop();
	await stop(php);
});

const origin = `https://${SITE}:${server.port}`;
const visitor = (options) => new Client(server, { site: SITE, check: false, ...options });
const ofNoProject = await visitor().get("/_gatehouse/sign_in");
const owner = await person(server, { password: true });
const project = await owner.org.project({ name: "Shop", redirect_uris: [`${origin}/_gatehouse/callback`] });
fs.writeFileSync(clientFile, `set $gatehouse_client ${project.clientId};\n`);
const before = children(server.nginx.pid);
server.nginx.kill("SIGHUP");
await until("nginx has read its configuration again", () => !children(server.nginx.pid).some((pid) => before.includes(pid)));

/** A browser with somebody signed in at the site, standing on the page they asked for. */
async function signedIn(target = "/page.html") {
	const who = await projectUser(server, project, { password: true, name: "Zoë Ünsal" });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(origin + target);
	await page.getByLabel("E-mail address").fill(who.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(server.owner.password);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.waitForURL(origin + target);
	const [cookie] = (await browser.context.cookies(origin)).filter(({ name }) => name === "__Host-gatehouse-app");
	return { who, browser, page, cookie };
}

test("T-43 a visitor is led to the project's sign-in and back to where they wanted, and PHP reads who it is", async () => {
	const { who, browser, page, cookie } = await signedIn("/who.php?a=1&b=2");
	const seen = JSON.parse(await page.locator("body").innerText());
	assert.deepEqual(seen, { kind: "session", user: who.id, email: who.email, name: "Zoë Ünsal", query: { a: "1", b: "2" } });
	assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, true, "Lax", "/"]);
	assert.ok(cookie.expires * 1000 - Date.now() <= 12 * 3600 * 1000 && cookie.expires * 1000 - Date.now() > 11 * 3600 * 1000);
	await server.sql.run`UPDATE sessions SET last_seen_at = last_seen_at - INTERVAL 1 HOUR WHERE user_id = ${who.id} AND parent_id IS NOT NULL`;
	await page.goto(`${origin}/page.html`);
	await page.getByRole("heading", { name: "The static page" }).waitFor();
	await until("a visit counts as use, or who works on would be signed out", async () => await server.sql.value`SELECT last_seen_at > created_at - INTERVAL 1 MINUTE FROM sessions
		WHERE user_id = ${who.id} AND parent_id IS NOT NULL` === 1);
	browser.assertCalm();
	await browser.close();
});

test("T-43 signing out ends the site's session, and the page that asks about the sign-in itself is shown", async () => {
	const { browser, page, cookie } = await signedIn();
	const old = visitor({ cookies: { [cookie.name]: cookie.value } });
	assert.equal((await old.get("/page.html")).status, 200);
	assert.equal((await old.get("/_gatehouse/sign_out", { headers: { "Sec-Fetch-Site": "cross-site" } })).status, 403);
	assert.equal((await old.get("/page.html")).status, 200);
	await page.getByRole("link", { name: "Sign out" }).click();
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByText("You are signed out").first().waitFor();
	assert.equal((await old.get("/page.html")).status, 303);
	await page.goto(`${origin}/page.html`);
	await page.getByLabel("E-mail address").waitFor();
	await browser.close();
});

test("T-43 the site's session dies with its sign-in, with the user, and by the project's policy; it is no session anywhere else", async () => {
	for (const end of [
		({ who }) => server.sql.run`UPDATE sessions SET revoked_at = UTC_TIMESTAMP(3) WHERE user_id = ${who.id} AND parent_id IS NULL`,
		({ who }) => server.sql.run`UPDATE users SET status = 'deactivated' WHERE id = ${who.id}`,
		({ who }) => server.sql.run`UPDATE sessions SET created_at = created_at - INTERVAL 400 DAY WHERE user_id = ${who.id}`,
	]) {
		const here = await signedIn();
		const client = visitor({ cookies: { [here.cookie.name]: here.cookie.value } });
		assert.equal((await client.get("/page.html")).status, 200);
		// On the sign-in host it opens nothing, and lists show the sign-in alone.
		const hosted = new Client(server, { site: "auth", check: false, cookies: { [`__Host-gatehouse-${project.clientId}`]: here.cookie.value }, headers: { "X-Client-Id": project.clientId } });
		assert.equal((await hosted.get("/api/v1/session")).status, 401);
		const listed = (await (await owner.token()).with({ headers: { "X-Project-Id": project.id } }).get(`/api/v1/users/${here.who.id}/sessions`)).json;
		assert.equal(listed.data.length, 1);
		await end(here);
		assert.equal((await client.get("/page.html")).status, 303, String(end));
		await here.browser.close();
	}
});

test("T-43 a host that isn't registered, an answer of another browser, a used code, a path that leads elsewhere", async () => {
	assert.equal(ofNoProject.status, 400);
	assert.match(ofNoProject.text, /invalid_client/);
	const unregistered = await visitor().get("/_gatehouse/sign_in", { headers: { Host: `${SITE}:1` } });
	assert.equal(unregistered.status, 403);
	assert.match(unregistered.text, /redirect_uri_not_registered/);
	const begun = await visitor().get("/_gatehouse/sign_in?return_to=%2Fpage.html");
	assert.equal(begun.status, 303);
	const asked = new URL(begun.headers.location);
	assert.equal(asked.pathname, `/p/${project.clientId}/oauth/authorize`);
	assert.equal(asked.searchParams.get("redirect_uri"), `${origin}/_gatehouse/callback`);
	assert.equal(asked.searchParams.get("code_challenge_method"), "S256");

	// What a signed-in browser is sent back with works once, there alone.
	const { browser } = await signedIn();
	const cookiesAt = async (url) => Object.fromEntries((await browser.context.cookies(url)).map(({ name, value }) => [name, value]));
	const mine = visitor({ cookies: await cookiesAt(origin) });
	const sent = new URL((await mine.get(`/_gatehouse/sign_in?return_to=${encodeURIComponent("//evil.example/")}`)).headers.location);
	const hosted = new Client(server, { site: "auth", check: false, cookies: await cookiesAt(server.authUrl) });
	const answer = (await hosted.get(sent.pathname + sent.search)).headers.location.slice(origin.length);
	assert.match(answer, /^\/_gatehouse\/callback\?/);
	assert.equal((await visitor().get(answer)).status, 400, "without the cookie that began it");
	const forged = new URL(origin + answer);
	forged.searchParams.set("iss", "https://evil.example");
	assert.equal((await mine.get(forged.pathname + forged.search)).status, 400);
	const began = { ...mine.cookies };
	const landed = await mine.get(answer);
	assert.deepEqual([landed.status, landed.headers.location], [303, "/"], "nowhere else");
	assert.equal((await visitor({ cookies: began }).get(answer)).status, 400, "a code works once");
	await browser.close();
});

test("keys work beside sessions; a bad one isn't led anywhere; a visitor can't say himself where he is", async () => {
	const key = await owner.org.key({ project });
	assert.equal((await visitor({ bearer: key.secret }).get("/page.html")).status, 200);
	assert.equal((await visitor({ bearer: "nonsense" }).get("/page.html")).status, 401);
	const direct = new Client(server, { check: false });
	const forged = { "Gatehouse-Visited-Host": SITE, "X-Forwarded-Host": SITE };
	assert.equal((await direct.get(`/api/v1/auth_request/sign_in?client_id=${project.clientId}`, { headers: forged })).status, 400);
	assert.equal((await visitor().get(`/_gatehouse/sign_in?client_id=${project.clientId}`)).status, 400, "the project is named once");
	await user(project, { server });
	expectStatus(await visitor().get("/page.html"), 303);
});
