// A person presses a provider's button, signs in there, and comes back signed in: npm's oidc-provider at the other end.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { expectStatus, makeEmail, ownServer, person, projectUser, sharedBasis, socialProvider, until, waitForMail } from "../harness/index.mjs";
import { startOidcProvider } from "../harness/provider.mjs";
import { sql } from "../harness/sql.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowser, signInAs } from "./browser.mjs";

const basis = await sharedBasis();
const server = await ownServer({ config: { outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca } } });
const SECRET = "a secret of the tests";
const real = await startOidcProvider(basis.tls, makeFolder("x"), { client_id: "us", client_secret: SECRET, redirect_uris: [`${server.authUrl}/api/v1/social/callback`] });
after(() => real.stop());

const owner = await person(server);
const session = await owner.session();
expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["password", "social"] }), 200);
await socialProvider(owner, "oidc_acme", { enabled: true, client_id: "us", client_secret: SECRET, issuer: real.issuer });
await until("the provider is ready", async () => (await session.get("/api/v1/social_providers")).json.data[0].ready);
const page_of = (page) => `${server.authUrl}/p/${owner.project.clientId}/${page}`;
const users = () => server.sql.query(sql`SELECT email, name FROM users WHERE project_id = ${owner.project.id} ORDER BY id`);

test("with a verified address: one press, and signed in", async () => {
	const { page, close } = await openBrowser();
	real.next = { sub: "one", email: makeEmail(), email_verified: true, name: "Grace Hopper" };
	await page.goto(page_of("sign-in"));
	await page.getByRole("button", { name: "Continue with Acme" }).waitFor();
	await assertGoodPage(page, "sign-in with a provider");
	await page.getByRole("button", { name: "Continue with Acme" }).click();
	await page.waitForURL(/\/error/);	// where a flow without an app to lead back to ends
	assert.equal((await users())[0].name, "Grace Hopper");
	assert.ok((await page.context().cookies()).some(({ name }) => name.startsWith("__Host-gatehouse-proj_")));
	await close?.();
});

test("without an address: it is asked for, and verified by a code", async () => {
	const { page, close } = await openBrowser({ width: 320, locale: "es" });
	real.next = { sub: "two", name: "Ada" };
	await page.goto(page_of("sign-up"));
	await page.getByRole("button", { name: "Continuar con Acme" }).click();
	await page.getByRole("heading", { name: "Tu dirección de correo" }).waitFor();
	await assertGoodPage(page, "the page that asks for an address");
	const email = makeEmail();
	await page.locator("#field-email").fill(email);
	await page.locator("button[type=submit]").click();
	const mail = await waitForMail(server, email);
	await page.locator("#field-code").fill(mail.code);
	await page.locator("button[type=submit]").click();
	await page.waitForURL(/\/error/);
	assert.ok((await users()).some((user) => user.email === email));
	await close?.();
});

test("who is signed in links an account, sees it, and unlinks it, but not as the last way in", async () => {
	const user = await projectUser(server, owner.project, { password: true });
	const browser = await openBrowser({ width: 320, height: 720, scheme: "dark" });
	const { page } = browser;
	const open = () => page.locator("summary", { hasText: "Linked accounts" }).click();
	await signInAs(browser, user);
	real.next = { sub: "three", email: makeEmail(), email_verified: true };
	await page.goto(page_of("account"));
	await open();
	await page.getByRole("button", { name: "Link an account" }).click();
	await page.getByRole("button", { name: "Continue with Acme" }).waitFor();
	await assertGoodPage(page, "linking an account");
	await page.getByRole("button", { name: "Continue with Acme" }).click();
	await page.getByRole("heading", { name: user.name }).waitFor();
	await open();
	await page.getByRole("button", { name: "Unlink" }).click();
	await page.getByRole("heading", { name: "Remove Acme?" }).waitFor();
	await assertGoodPage(page, "unlinking an account");
	await page.getByRole("button", { name: "Back" }).click();
	await page.getByRole("heading", { name: user.name }).waitFor();

	await server.sql.query(sql`DELETE FROM user_passwords WHERE user_id = ${user.id}`);
	await open();
	await page.getByRole("button", { name: "Unlink" }).click();
	await page.getByRole("button", { name: "Remove" }).click();
	await page.getByText("That is the last way to sign in to your account.").waitFor();
	await server.sql.query(sql`INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
		SELECT ${owner.project.id}, ${user.id}, hash, scheme, is_change_due, changed_at FROM user_passwords WHERE user_id = ${server.owner.userId}`);
	await page.getByRole("button", { name: "Remove" }).click();
	await page.getByText("Saved.").waitFor();
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_identities WHERE user_id = ${user.id}`, 0);
	browser.assertCalm();
	await browser.close();
});
