// The built pages as nginx serves them: under which addresses, with which policy, kept for how long.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/workplace.mjs";
import { ask, startEdge } from "./edge.mjs";

const edge = await startEdge();
const CLIENT = "proj_0123456789abcdefghijklmn";
const HOSTED = ["sign-in", "sign-up", "callback", "verify", "forgot", "reset", "invite"];

function assertPage(reply, what) {
	assert.equal(reply.status, 200, what);
	assert.deepEqual(reply.headers["content-type"], ["text/html; charset=utf-8"], what);
	assert.deepEqual(reply.headers["cache-control"], ["no-store"], what);
	assert.deepEqual(reply.headers["referrer-policy"], ["no-referrer"], what);
	assert.equal(reply.headers["content-security-policy"]?.length, 1, what);
	assert.match(reply.body, /<!doctype html>/i, what);
	return reply.headers["content-security-policy"][0];
}

test("every address of the dashboard is its one page, with a nonce that no other answer has", async () => {
	const nonces = new Set();
	for (const target of ["/dashboard/", "/dashboard/projects/prj_0123456789abcdef/api-keys", "/dashboard/"]) {
		const reply = await ask(edge, target);
		const policy = assertPage(reply, target);
		const nonce = /script-src 'self' 'nonce-([0-9a-f]{32})'/.exec(policy)?.[1];
		assert.ok(nonce, policy);
		assert.ok(reply.body.includes(`nonce="${nonce}"`), "the page has the policy's nonce");
		assert.doesNotMatch(reply.body, /__CSP_NONCE__/);
		nonces.add(nonce);
	}
	assert.equal(nonces.size, 3);
});

test("SE-12 the policy lets in nothing from elsewhere, no inline script, no frame", async () => {
	const policy = assertPage(await ask(edge, "/dashboard/"), "dashboard");
	const directives = Object.fromEntries(policy.split("; ").map((each) => [each.split(" ")[0], each.split(" ").slice(1)]));
	assert.deepEqual(directives["default-src"], ["'none'"]);
	assert.deepEqual(directives["frame-ancestors"], ["'none'"]);
	assert.deepEqual(directives["base-uri"], ["'none'"]);
	for (const [name, sources] of Object.entries(directives))
		for (const source of sources)
			assert.match(source, /^('none'|'self'|'nonce-[0-9a-f]{32}')$|^data:$/, `${name} ${source}`);
});

test("the frame for mails is of nobody's origin, runs its one script and is framed by the dashboard alone", async () => {
	const policy = assertPage(await ask(edge, "/dashboard/mail-preview.html"), "the frame");
	assert.match(policy, /default-src 'none'; script-src 'nonce-[0-9a-f]{32}';.* frame-ancestors 'self'; sandbox allow-scripts$/);
	assert.match(assertPage(await ask(edge, "/dashboard/"), "dashboard"), / frame-src 'self';/);
	for (const [target, host] of [["/error", "localhost"], [`/p/${CLIENT}/error`, "auth.localhost"]])
		assert.doesNotMatch(assertPage(await ask(edge, target, { host }), target), /frame-src/);
});

test("OA-12 the hosted pages: the console's on HOST, a project's on AUTH_HOST below its client id", async () => {
	for (const page of [...HOSTED, "setup", "join", "sign-out", "select-account", "consent", "device"])
		assertPage(await ask(edge, `/${page}`), page);
	for (const page of [...HOSTED, "upgrade", "account", "sign-out", "consent", "device"])
		assertPage(await ask(edge, `/p/${CLIENT}/${page}`, { host: "auth.localhost" }), page);
	for (const [target, host] of [[`/p/${CLIENT}/sign-in`, "localhost"], [`/p/${CLIENT}/dashboard`, "auth.localhost"], ["/dashboard/", "auth.localhost"], ["/sign-in", "auth.localhost"]])
		assert.doesNotMatch((await ask(edge, target, { host })).body, /<!doctype/i, `${host}${target}`);
});

test("the frame of a bot check alone may run the providers' scripts, and only our own pages may draw it", async () => {
	for (const [target, host] of [["/bot-check", "localhost"], [`/p/${CLIENT}/bot-check`, "auth.localhost"]]) {
		const policy = assertPage(await ask(edge, target, { host }), target);
		assert.match(policy, /script-src 'self' https:\/\/challenges\.cloudflare\.com /);
		assert.match(policy, /default-src 'none'/);
		assert.match(policy, /frame-ancestors 'self'$/);
		assert.doesNotMatch(policy, /script-src[^;]*'unsafe/);
	}
	assert.doesNotMatch(assertPage(await ask(edge, "/sign-in"), "sign-in"), /cloudflare|hcaptcha|google/);
});

test("what a page loads exists, is kept for ever where its name has a digest, and is not a page when it's missing", async () => {
	for (const [target, host] of [["/dashboard/", "localhost"], ["/setup", "localhost"], [`/p/${CLIENT}/sign-in`, "auth.localhost"]]) {
		const files = [...(await ask(edge, target, { host })).body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
		assert.ok(files.some((file) => file.endsWith(".js")), `${target} loads a script`);
		for (const file of files) {
			const { status, headers } = await ask(edge, file, { host });
			assert.equal(status, 200, file);
			assert.match(headers["content-type"][0], /^(application\/javascript|text\/css|image\/svg\+xml); charset=utf-8$/, file);
			assert.equal(headers["cache-control"][0], file.includes("/assets/") ? "public, max-age=31536000, immutable" : "public, max-age=3600", file);
		}
	}
	const missing = await ask(edge, "/dashboard/assets/index-00000000.js");
	assert.equal(missing.status, 404);
	assert.equal(missing.json.error.code, "not_found");
});

test("an address that nobody has is a page for who asks for pages on HOST, and the API's refusal for all others", async () => {
	const browser = { headers: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"] };
	const page = await ask(edge, "/nope", browser);
	assert.equal(page.status, 404);
	assert.match(page.body, /<!doctype html>[^]*\/hosted\/assets\/error-/);
	assert.match(page.headers["content-security-policy"][0], /script-src 'self' 'nonce-/);
	for (const reply of [
		await ask(edge, "/nope"),
		await ask(edge, "/nope", { headers: ["Accept: application/json"] }),
		await ask(edge, "/nope", { ...browser, method: "POST", body: "x" }),
		await ask(edge, "/nope", { ...browser, host: "auth.localhost" }),
		await ask(edge, "/dashboard/assets/nope.js", browser),
	]) {
		assert.equal(reply.status, 404);
		assert.equal(reply.json.error.code, "not_found");
	}
});

test("a page of a project that nobody has is one, too, on AUTH_HOST; a program is told as by the API, and OAuth's addresses are the workers'", async () => {
	const host = "auth.localhost";
	const browser = { host, headers: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"] };
	const place = `/p/proj_${"A".repeat(24)}`;
	for (const target of ["nope", ""]) {
		const page = await ask(edge, `${place}/${target}`, browser);
		assert.equal(page.status, 404);
		assert.match(page.body, /<!doctype html>[^]*\/hosted\/assets\/error-/);
		assert.match(page.headers["content-security-policy"][0], /script-src 'self' 'nonce-/);
	}
	assert.equal((await ask(edge, `${place}/sign-in`, browser)).status, 200);
	for (const target of ["oauth/authorize", ".well-known/jwks.json"])
		assert.doesNotMatch((await ask(edge, `${place}/${target}`, browser)).body, /<!doctype html>/, target);
	for (const reply of [
		await ask(edge, `${place}/nope`, { host }),
		await ask(edge, `${place}/nope`, { ...browser, method: "POST", body: "x" }),
	]) {
		assert.equal(reply.status, 404);
		assert.equal(reply.json.error.code, "not_found");
	}
});

test("nothing of the build is served but pages and assets", async () => {
	assert.ok(fs.existsSync(path.join(ROOT, "dashboard/dist/dashboard/.vite/manifest.json")));
	for (const target of ["/dashboard/.vite/manifest.json", "/hosted/sign-in.html", "/hosted/../dashboard/index.html"])
		assert.doesNotMatch((await ask(edge, target)).body, /"isEntry"/, target);
	assert.equal((await ask(edge, "/hosted/sign-in.html")).status, 404);
});

test("a page and an asset can only be read", async () => {
	for (const target of ["/dashboard/", "/setup", "/dashboard/color-scheme.js"]) {
		const reply = await ask(edge, target, { method: "POST", body: "x" });
		assert.equal(reply.status, 405, target);
		assert.deepEqual(reply.headers.allow, ["GET, HEAD"], target);
		assert.equal((await ask(edge, target, { method: "HEAD" })).status, 200, target);
	}
});
