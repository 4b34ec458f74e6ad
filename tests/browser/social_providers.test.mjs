// The page of a project's sign-in providers: credentials that are written and never shown, checks, refusals, and taking one away.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { expectStatus, GITHUB, identity, ownServer, person, sharedBasis, socialProvider, until, user } from "../harness/index.mjs";
import { startOidcProvider } from "../harness/provider.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const basis = await sharedBasis();
const server = await ownServer({ config: { outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca } } });
const CALLBACK = `${server.authUrl}/api/v1/social/callback`;
const real = await startOidcProvider(basis.tls, makeFolder("providers"), { client_id: "us", client_secret: "a secret of the tests", redirect_uris: [CALLBACK] });
after(() => real.stop());

const APPLE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
`;

async function make() {
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = await owner.org.project({ name: "Shop" });
	const headers = { "X-Project-Id": project.id };
	const session = await owner.session({ headers });
	const providers = async () => Object.fromEntries(expectStatus(await session.get("/api/v1/social_providers"), 200).data.map((one) => [one.key, one]));
	return { owner, project, session, headers, providers, address: `${server.url}/dashboard/projects/${project.id}/sign-in/providers` };
}

const rowOf = (page, key) => page.getByRole("row").filter({ has: page.locator("code").getByText(key, { exact: true }) });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

test("a provider is set up, shows what is missing, and keeps its secret to itself", async () => {
	const { owner, address, providers } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	const seen = [];
	browser.context.on("response", async (answer) => seen.push(await answer.text().catch(() => "")));
	await page.goto(address);
	await page.getByText("nobody is offered these").waitFor();
	await page.getByRole("region", { name: "Callback URL", exact: true }).getByText(CALLBACK).waitFor();
	await press(page, "Set up GitHub");
	await page.getByLabel("Client id").fill("Iv1.example");
	await assertGoodPage(page, "setting up a provider");
	await press(page, "Save");
	await rowOf(page, "github").getByText("The client secret is missing.").waitFor();
	assert.deepEqual((await providers()).github.problems, ["client_secret_missing"]);
	await press(page, "Edit GitHub");
	await page.getByText("Never shown again.", { exact: true }).waitFor();
	await page.getByLabel("Client secret").fill("a secret of github 1234");
	await press(page, "Save");
	await rowOf(page, "github").getByText("Ready", { exact: true }).waitFor();
	await press(page, "Edit GitHub");
	await page.getByPlaceholder("Stored: ••••1234").waitFor();
	assert.equal(await page.getByLabel("Client secret").inputValue(), "");
	await page.getByRole("dialog").getByText(CALLBACK).waitFor();
	await page.getByRole("switch", { name: /^Offer it to people/ }).uncheck();
	await page.getByLabel("Scopes").fill("read:user  user:email");
	await press(page, "Save");
	await rowOf(page, "github").getByText("Off", { exact: true }).waitFor();
	const { github } = await providers();
	assert.deepEqual([github.enabled, github.client_secret, github.scopes], [false, { set: true, last4: "1234" }, ["read:user", "user:email"]]);
	assert.ok(seen.length > 3 && seen.every((text) => !text.includes("a secret of github 1234")));
	browser.assertCalm();
	await browser.close();
});

test("Apple's, Microsoft's and GitLab's own settings; what is refused stands beside its field", async () => {
	const { owner, address, providers } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(address);
	await press(page, "Set up Apple");
	await page.getByLabel("Services id").fill("com.example.web");
	await page.getByLabel("Team id").fill("ABCDE12345");
	await page.getByLabel("Key id").fill("short");
	await page.getByLabel("Private key").fill("no key at all");
	await press(page, "Save");
	await page.getByText("Some fields need another look").waitFor();
	assert.equal(await page.getByLabel("Key id").getAttribute("aria-invalid"), "true");
	await assertGoodPage(page, "a refused provider");
	await page.getByLabel("Key id").fill("KEY1234567");
	await press(page, "Save");
	await page.getByText("This isn't a PEM private key on the curve P-256.").first().waitFor();
	await page.getByLabel("Private key").fill(APPLE_KEY);
	await press(page, "Save");
	await rowOf(page, "apple").getByText("Ready", { exact: true }).waitFor();
	await press(page, "Edit Apple");
	await page.getByText("Left empty, the stored one stays.").waitFor();
	await press(page, "Cancel");

	await press(page, "Set up Microsoft");
	await page.getByLabel("Application (client) id").fill("00000000-0000-0000-0000-000000000001");
	await page.getByLabel("Client secret").fill("a secret of microsoft");
	await page.getByLabel("Tenant").fill("two words");
	await press(page, "Save");
	await page.getByText("Some fields need another look").waitFor();
	assert.equal(await page.getByLabel("Tenant").getAttribute("aria-invalid"), "true");
	assert.equal((await providers()).microsoft, undefined);
	await page.getByLabel("Tenant").fill("contoso.onmicrosoft.com");
	await press(page, "Save");
	await page.getByRole("dialog").waitFor({ state: "detached" });

	await press(page, "Set up GitLab");
	await page.getByLabel("Application id").fill("app");
	await page.getByLabel("Issuer").fill("https://gitlab.example.com");
	await page.getByLabel("Client secret").fill("a secret of gitlab");
	await press(page, "Save");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	const { apple, microsoft, gitlab } = await providers();
	assert.deepEqual([apple.team_id, apple.key_id, apple.private_key], ["ABCDE12345", "KEY1234567", { set: true, last4: null }]);
	assert.deepEqual([microsoft.tenant, gitlab.issuer], ["contoso.onmicrosoft.com", "https://gitlab.example.com"]);
	browser.assertCalm();
	await browser.close();
});

test("an OpenID provider of one's own is added, looked at by itself, and looked at again when somebody asks", async () => {
	const { owner, address, providers } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(address);
	await press(page, "Add an OpenID provider");
	await page.getByLabel("Name").fill("Not A Slug");
	await page.getByLabel("Client id").fill("us");
	await page.getByLabel("Client secret").fill("a secret of the tests");
	await page.getByLabel("Issuer").fill(real.issuer);
	await press(page, "Save");
	await page.getByText("1 to 32 small letters").waitFor();
	await page.getByLabel("Name").fill("acme");
	await press(page, "Save");
	await rowOf(page, "oidc_acme").getByText("Ready", { exact: true }).waitFor();
	const before = (await providers()).oidc_acme.checked_at;
	await press(page, "Check now: OpenID: acme");
	await until("it was looked at again", async () => (await providers()).oidc_acme.checked_at !== before);
	await rowOf(page, "oidc_acme").getByText("being looked at").waitFor({ state: "detached" });
	await press(page, "Add an OpenID provider");
	await page.getByLabel("Name").fill("acme");
	await page.getByLabel("Client id").fill("us");
	await press(page, "Save");
	await page.getByText("There is a provider of that name already.").waitFor();
	browser.assertCalm();
	await browser.close();
});

test("taking one away is typed where it stops sign-ins, and refused while people have accounts there", async () => {
	const { owner, project, headers, address, providers } = await make();
	await socialProvider(owner, "github", GITHUB, { headers });
	await socialProvider(owner, "google", { ...GITHUB, enabled: false }, { headers });
	const somebody = await user(project, { server });
	await identity(project.id, somebody.id, { server, provider: "google" });
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(address);
	await press(page, "Delete GitHub");
	const remove = page.getByRole("dialog").getByRole("button", { name: "Delete provider" });
	assert.ok(await remove.isDisabled());
	await page.getByRole("dialog").getByRole("textbox").fill("github");
	await assertGoodPage(page, "taking a provider away");
	await remove.click();
	await page.getByRole("dialog").waitFor({ state: "detached" });
	assert.equal((await providers()).github, undefined);

	await press(page, "Delete Google");
	await page.getByRole("dialog").getByRole("button", { name: "Delete provider" }).click();
	await page.getByText("Turn it off, or remove their accounts there first.").first().waitFor();
	await page.keyboard.press("Escape");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	assert.ok((await providers()).google);
	browser.assertCalm();
	await browser.close();
});
