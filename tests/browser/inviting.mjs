// Invites somebody in the dashboard, as several walks begin.

import { assertGoodPage } from "./browser.mjs";

/** Answers the link that the dialog shows. */
export async function invite(page, server, owner, email, role) {
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/invitations`);
	await page.getByRole("button", { name: "Invite somebody" }).first().click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("E-mail address").fill(email);
	await dialog.getByLabel("Role").selectOption(role);
	await assertGoodPage(page, "the dialog that invites");
	await dialog.getByRole("button", { name: "Invite", exact: true }).click();
	const link = await dialog.getByLabel("Invitation link", { exact: true }).innerText();
	await assertGoodPage(page, "the link that is shown once");
	await dialog.getByRole("button", { name: "Done" }).click();
	await page.getByRole("table").getByText(email).waitFor();
	return link;
}
