// The page on which an installation gets its owner, once.
import { call } from "../api";
import { link, show } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { showMissing, startPage } from "../page";
import { fragmentSecret } from "../place";
import { t } from "../text";

function signUpChoice(): HTMLElement {
	const choice = (value: string, label: string, isChecked: boolean) =>
		el("label", { class: "choice" }, el("input", { type: "radio", name: "sign_up", value, checked: isChecked }), label);
	return el(
		"fieldset",
		{},
		el("legend", {}, t("who_may_sign_up")),
		choice("invite_only", t("invite_only"), true),
		choice("open", t("open"), false),
	);
}

function showForm(token: string): void {
	show({
		title: t("setup_title"),
		text: t("setup_text"),
		body: [
			form({
				fields: [
					{ name: "name", label: t("name"), autocomplete: "name" },
					{ name: "email", label: t("email"), type: "email", autocomplete: "username", maxlength: 254 },
					{
						name: "password",
						label: t("password"),
						type: "password",
						autocomplete: "new-password",
						hint: t("password_hint"),
						maxlength: 256,
					},
					{ name: "org_name", label: t("org_name"), autocomplete: "organization" },
				],
				extra: [signUpChoice()],
				submit: t("setup_button"),
				fieldOf: { weak_password: "password" },
				run: async (values) => {
					await call("POST", "/setup", { body: { setup_token: token, ...values } });
					location.assign("/dashboard/");
				},
			}),
		],
	});
}

void startPage(async () => {
	const { needed } = await call<{ needed: boolean }>("GET", "/setup");
	if (!needed) {
		show({ title: t("setup_done_title"), text: t("setup_done_text"), foot: [link(t("sign_in"), "/sign-in")] });
		return;
	}
	const token = fragmentSecret("gset_");
	if (!token) {
		return showMissing(t("setup_missing"));
	}
	showForm(token);
});
