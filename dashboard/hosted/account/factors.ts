// Second factors and passkeys: set up, removed; backup codes.
import { call } from "../api";
import { hasMethod } from "../brand";
import { button, show } from "../card";
import { codeForm } from "../code-view";
import { el } from "../dom";
import { askPhone, asking, showApp, showCodes } from "../factors-view";
import { type CreationOptions, hasPasskeys, makePasskey } from "../passkey";
import { currentLanguage, t } from "../text";
import { confirmRemoval, type Place, section } from "./parts";

interface Factor {
	id: string;
	kind: "totp" | "passkey" | "phone";
	name: string;
	confirmed: boolean;
	last_used_at: string | null;
}

function line(place: Place, one: Factor): HTMLElement {
	const used = one.last_used_at && new Date(one.last_used_at).toLocaleString(currentLanguage());
	return el(
		"li",
		{},
		el("p", {}, one.kind === "totp" ? t("authenticator_app") : one.name),
		el("p", { class: "note" }, one.confirmed ? (used ?? t("never_used")) : t("not_finished")),
		button(t("remove"), () => confirmRemoval(place, one.name, t("remove_factor_text"), `/account/factors/${one.id}`), "link"),
	);
}

function setUpApp({ change, redraw }: Place): HTMLElement {
	return button(
		t("set_up_app"),
		async () => {
			const begun = await change<{ secret: string; qr_svg: string }>("POST", "/account/totp");
			showApp(begun, async (code) => {
				const { backup_codes } = await change<{ backup_codes: string[] }>("POST", "/account/totp/verify", { code });
				showCodes(backup_codes, () => redraw(t("saved")));
			});
		},
		"plain",
	);
}

function addPasskey({ change, redraw }: Place): HTMLElement {
	return asking(t("add_passkey"), "plain", async () => {
		const { passkey_options } = await change<{ passkey_options: CreationOptions }>("POST", "/account/passkeys/options");
		const credential = await makePasskey(passkey_options);
		await change("POST", "/account/passkeys", { credential, name: t("passkey") });
		await redraw(t("saved"));
	});
}

function usePhone({ change, redraw }: Place): HTMLElement {
	const verify = async (code: unknown) => {
		await change("POST", "/account/phone/verify", { code, second_factor: true });
		await redraw(t("saved"));
	};
	const send = async (phone: string) => {
		await change("POST", "/account/phone", { phone });
		show({
			title: t("use_phone"),
			text: t("sent_to_phone", { who: phone }),
			body: [codeForm("", (_, body) => verify(body?.code), t("sent_code"), t("verify_button"))],
		});
	};
	return button(t("use_phone"), () => askPhone(send), "plain");
}

function newCodes({ change, redraw }: Place): HTMLElement {
	return button(
		t("new_codes"),
		async () => {
			const { backup_codes } = await change<{ backup_codes: string[] }>("POST", "/account/backup_codes");
			showCodes(backup_codes, () => redraw(t("saved")));
		},
		"plain",
	);
}

/** Null where nothing asks for any. */
export async function factors(place: Place): Promise<HTMLElement | null> {
	const { mfa_methods } = place.account;
	const { data } = await call<{ data: Factor[] }>("GET", "/account/factors");
	const takesPasskeys = hasPasskeys() && (mfa_methods.includes("passkey") || hasMethod("passkey"));
	if (data.length === 0 && mfa_methods.length === 0 && !takesPasskeys) {
		return null;
	}
	const confirmed = data.filter((one) => one.confirmed);
	return section(
		t("factors"),
		confirmed.length > 0 ? String(confirmed.length) : t("none"),
		el("p", { class: "lead" }, t("factors_text")),
		el("ul", { class: "lines" }, ...data.map((one) => line(place, one))),
		mfa_methods.includes("totp") ? setUpApp(place) : null,
		takesPasskeys ? addPasskey(place) : null,
		mfa_methods.includes("phone") ? usePhone(place) : null,
		confirmed.length > 0 ? newCodes(place) : null,
	);
}
