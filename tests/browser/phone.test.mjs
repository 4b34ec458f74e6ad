// Signing in by a code to one's phone on a project's own pages; Twilio's place is taken by a server that keeps what it is asked.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { expectStatus, makePassword, makePhone, ownServer, person, until } from "../harness/index.mjs";
import { Provider } from "../harness/carrier.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const provider = await Provider.start(makeFolder("v"));
after(() => provider.stop());
const server = await ownServer({ config: { outgoing: provider.outgoing } });

/** A project whose people sign in by phone, and the code that a number got. */
async function place() {
	const owner = await person(server);
	const session = await owner.session();
	expectStatus(await session.patch("/api/v1/sign_in_settings", { methods: ["phone_otp"] }), 200);
	expectStatus(await session.patch("/api/v1/sms_settings", { provider: "twilio", username: "AC1", from: "+15005550006", api_key: makePassword() }), 200);
	provider.answer = () => ({ status: 201, body: '{"sid":"SM1"}' });
	const codeTo = (phone) => until("the text was sent", () => {
		const text = provider.requests.map((request) => new URLSearchParams(request.text)).find((form) => form.get("To") === phone)?.get("Body");
		return text && /\d{6}/.exec(text)[0];
	});
	return { project: owner.project, codeTo };
}

test("a number as people write it, a wrong code, the right one", async () => {
	const { project, codeTo } = await place();
	const phone = makePhone();
	const browser = await openBrowser({ width: 360, height: 740 });
	const { page } = browser;
	await page.goto(`${server.authUrl}/p/${project.clientId}/sign-in`);
	await page.getByLabel("Phone").fill(`${phone.slice(0, 2)} (${phone.slice(2, 5)}) ${phone.slice(5)}`);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("button", { name: "Send me a code" }).click();
	const field = page.getByLabel("Code from the message");
	await field.waitFor();
	await assertGoodPage(page, "the page for the code that a phone got");
	const code = await codeTo(phone);
	await field.fill(String((Number(code) + 1) % 1000000).padStart(6, "0"));
	await page.getByRole("button", { name: "Confirm" }).click();
	await page.getByText(/code is wrong/i).waitFor();
	await field.fill(code);
	await page.getByRole("button", { name: "Confirm" }).click();
	await page.getByRole("heading", { name: "You can go back to the app" }).waitFor();
	const row = await server.sql.row`SELECT s.auth_strength, u.phone FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.project_id = ${project.id}`;
	assert.deepEqual({ ...row }, { auth_strength: "phone_otp", phone });
	await browser.close();
});
