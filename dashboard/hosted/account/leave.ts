// One's data to take along, and one's leave.
import { call } from "../api";
import { button, show } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { t } from "../text";
import { type Place, section } from "./parts";

export function takeAlong({ change }: Place): HTMLElement {
	return section(
		t("your_data"),
		null,
		el("p", { class: "lead" }, t("your_data_text")),
		button(
			t("download"),
			async () => {
				const data = await change<unknown>("GET", "/account/export");
				const file = new Blob([JSON.stringify(data, null, "\t")], { type: "application/json" });
				const address = URL.createObjectURL(file);
				el("a", { href: address, download: "account.json" }).click();
				URL.revokeObjectURL(address);
			},
			"plain",
		),
	);
}

export function leave({ account, change }: Place): HTMLElement | null {
	const days = account.deletion_grace_days;
	if (!account.self_deletion) {
		return null;
	}
	return section(
		t("delete_account"),
		null,
		el("p", { class: "lead" }, days > 0 ? t("delete_text_days", { n: days }) : t("delete_text")),
		form({
			fields: [{ name: "confirm", label: t("delete_confirm"), maxlength: 6 }],
			submit: t("delete_account"),
			run: async ({ confirm }) => {
				await change("DELETE", `/account?confirm=${encodeURIComponent(confirm)}`);
				show({ title: t("deleted_title"), text: days > 0 ? t("deleted_text_days", { n: days }) : t("deleted_text") });
			},
		}),
	);
}

/** Signs out of this account; another one of the browser goes on. */
export async function signOut({ session }: Place): Promise<void> {
	await call("DELETE", "/session", { csrfToken: session.csrf_token });
}
