// Chromium for the walks: pages that fail a test on any script error or refused resource, axe, and a signed-in person.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../harness/workplace.mjs";

const installed = createRequire(path.join(ROOT, "dashboard/package.json"));
const { chromium } = installed("playwright-core");
const AXE = fs.readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** A slow network for who looks for tests that ask too early: each call of the API waits up to so many milliseconds. */
const LAG_MS = Number(process.env.BROWSER_LAG_MS ?? 0);
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

let running;

function launched() {
	running ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
	return running;
}

/** Browsers whose test hasn't come to its end: when all is over, they say where they stood. */
const open = new Set();

async function sayWhereTheyStood() {
	for (const { page, unanswered } of open) {
		const text = await page.evaluate(() => document.body.innerText).catch((error) => error.message);
		console.log(`A browser was left at ${page.url()}, waiting for ${[...unanswered].join(", ") || "no answer"}:\n${text}`);
	}
}

after(async () => {
	await sayWhereTheyStood();
	await (await running)?.close();
});

/** What the browser complained about; an answer that the API meant to give (4xx) isn't a complaint, a planned failure neither. */
function watch(page, complaints, answersMayFail) {
	page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
	page.on("console", (message) => {
		const isAnswer = message.text().startsWith(`Failed to load resource: the server responded with a status of ${answersMayFail ? "" : "4"}`);
		if (["error", "warning"].includes(message.type()) && !isAnswer)
			complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
	});
}

/** No browser waits for an answer, and none of the answers led to another question; or 2 s are over. */
async function allAnswered() {
	for (let waits = 0, quiet = 0; quiet < 2 && waits < 80; waits++) {
		await sleep(25);
		quiet = [...open].every(({ unanswered }) => unanswered.size === 0) ? quiet + 1 : 0;
	}
}

/**
 * A page that is left while it asks may complain of the answers it never gets, and what one browser has just sent is to be seen in the
 * other: a page is left, or loaded anew, when all is answered.
 */
function leaveAtRest(page) {
	for (const way of ["goto", "reload"]) {
		const leave = page[way].bind(page);
		page[way] = async (...how) => {
			await allAnswered();
			return leave(...how);
		};
	}
}

/** A browser of its own: its cookies are nobody else's. */
export async function openBrowser({ width = 1280, height = 860, scheme = "light", locale = "en-GB", answersMayFail = false } = {}) {
	const context = await (await launched()).newContext({
		ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme: scheme, locale, reducedMotion: "reduce",
	});
	if (LAG_MS > 0)
		await context.route(/\/api\/v1\//, async (route) => {
			await sleep(LAG_MS * (0.3 + 0.7 * Math.random()));
			await route.continue().catch(() => {});
		});
	const complaints = [];
	context.on("page", (page) => watch(page, complaints, answersMayFail));
	context.setDefaultTimeout(30000);
	const unanswered = new Set();
	context.on("request", (request) => unanswered.add(request.url()));
	for (const end of ["requestfinished", "requestfailed"])
		context.on(end, (request) => unanswered.delete(request.url()));
	const page = await context.newPage();
	leaveAtRest(page);
	const browser = {
		context,
		page,
		unanswered,
		/** Fails when the browser complained since the last call. */
		assertCalm() {
			assert.deepEqual(complaints.splice(0), []);
		},
		/** What a page complained of that is gone now. */
		forget() {
			complaints.length = 0;
		},
		close() {
			open.delete(browser);
			return context.close();
		},
	};
	open.add(browser);
	return browser;
}

/** The same with a session of somebody. */
export async function openBrowserOf(server, person, { signedInAgo_ms, ...options } = {}) {
	const browser = await openBrowser(options);
	const session = await person.session({ signedInAgo_ms });
	await browser.context.addCookies([{ name: "__Host-gatehouse", value: session.token, url: server.url, secure: true, httpOnly: true, sameSite: "Lax" }]);
	return browser;
}

/** The page waits for nothing: each answer is there, and none of them led to another question. */
export async function atRest({ page, unanswered }) {
	for (let quiet = 0; quiet < 3; quiet = unanswered.size === 0 ? quiet + 1 : 0)
		await page.waitForTimeout(50);
	await page.waitForFunction(() => !document.querySelector("[aria-label=Loading]"));
}

/** Presses a form's button and waits until its answer is on the page: what is typed before that is the answered form's no more. */
export async function save(page, name = "Save") {
	await page.getByRole("button", { name, exact: true }).click();
	await allAnswered();
	await page.waitForFunction(() => !document.querySelector("button[data-loading]"));
}

/** A session of a project's user in this browser. */
export async function signInAs({ context }, user, options) {
	const session = await user.session(options);
	const [[name, value]] = Object.entries(session.cookies);
	await context.addCookies([{ name, value, url: user.server.authUrl, secure: true, httpOnly: true, sameSite: "Lax" }]);
	return session;
}

/** Chromium's virtual authenticator (chrome devtools protocol, domain WebAuthn), plugged into the browser's page. */
export async function plugIn({ context, page }) {
	const cdp = await context.newCDPSession(page);
	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
		options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
	});
	return { credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials };
}

async function violationsIn(page) {
	const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, any }) => `${target.join(" ")} (${any[0]?.message ?? ""})`).join("; ")}`);
}

/** No rule of axe is broken, and nothing is wider than the window. */
export async function assertGoodPage(page, what) {
	await page.evaluate(AXE);
	let violations = await violationsIn(page);
	// What is still fading in or out is looked at again; what stays is a fault.
	for (let tries = 0; violations.length > 0 && tries < 4; tries++) {
		await page.waitForTimeout(400);
		violations = await violationsIn(page);
	}
	assert.deepEqual(violations, [], `axe: ${what}`);
	const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.ok(excess <= 0, `${what} is ${excess} px wider than the window`);
}
