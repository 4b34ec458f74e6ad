// The steps of a flow about second factors and passkeys: prove one, or set one up.
import { Refusal } from "./api";
import { button, show } from "./card";
import { codeForm, resendButton, sentCodeForm, type Step } from "./code-view";
import { el } from "./dom";
import type { FlowRun } from "./flow";
import { form } from "./form";
import { hasPasskeys, isGivenUp, makePasskey, usePasskey } from "./passkey";
import { t } from "./text";

/** A button for something that the browser asks about; what the person gives up is said beside it. */
export function asking(text: string, kind: "primary" | "plain", run: () => Promise<void>): HTMLElement {
	const note = el("p", { class: "note", role: "status" });
	const made = button(
		text,
		async () => {
			note.textContent = "";
			try {
				await run();
			} catch (error) {
				const isUnknown = error instanceof Refusal && error.code === "invalid_credentials";
				if (!isUnknown && !isGivenUp(error)) {
					throw error;
				}
				note.textContent = t(isUnknown ? "passkey_unknown" : "passkey_given_up");
			}
		},
		kind,
	);
	return el("div", { class: "asking" }, made, note);
}

/** Null where the flow or the browser has no passkeys. */
export function passkeyButton(run: FlowRun, step: Step, kind: "primary" | "plain" = "plain"): HTMLElement | null {
	if (!run.may("passkey_options") || !hasPasskeys()) {
		return null;
	}
	return asking(t("use_passkey"), kind, async () => {
		await run.act("passkey_options");
		const credential = await usePasskey(run.flow.passkey_options as never);
		await step("passkey", { credential });
	});
}

/* ---- second_factor ---- */

/** A code to the phone: asked for, then answered. */
function phoneCode(run: FlowRun, step: Step): Node | null {
	if (!run.may("send_code")) {
		return null;
	}
	return run.flow.resend_at
		? sentCodeForm(run, step, t("sent_code"))
		: button(t("text_code"), () => step("send_code", {}), run.may("totp") ? "plain" : "primary");
}

function secondText(run: FlowRun, isSent: boolean): string {
	if (isSent) {
		return t("sent_to_phone", { who: run.flow.identifier_hint ?? "" });
	}
	if (run.may("totp")) {
		return t("second_text_app");
	}
	return run.may("send_code") ? t("second_text_phone") : t("second_text_passkey");
}

export function secondFactor(run: FlowRun, step: Step, foot: Node[]): void {
	const isSent = run.flow.resend_at !== null;
	const hasApp = run.may("totp") && !isSent;
	const isOther = hasApp || run.may("send_code");
	const toCodes = button(t("use_backup_code"), () => backupCode(run, step, foot), "link");
	show({
		title: t("second_title"),
		text: secondText(run, isSent),
		body: [
			hasApp ? codeForm("totp", step, t("app_code"), t("continue")) : null,
			phoneCode(run, step),
			passkeyButton(run, step, isOther ? "plain" : "primary"),
		],
		foot: [
			isSent ? resendButton(run, step) : null,
			isSent && run.may("totp") ? el("p", {}, button(t("use_app"), () => appCode(run, step, foot), "link")) : null,
			run.may("backup_code") ? el("p", {}, toCodes) : null,
			...foot,
		],
	});
}

/** The app after all, where a code to the phone was asked for. */
function appCode(run: FlowRun, step: Step, foot: Node[]): void {
	show({
		title: t("second_title"),
		text: t("second_text_app"),
		body: [codeForm("totp", step, t("app_code"), t("continue"))],
		foot: [el("p", {}, button(t("other_factor"), () => secondFactor(run, step, foot), "link"))],
	});
}

function backupCode(run: FlowRun, step: Step, foot: Node[]): void {
	show({
		title: t("backup_title"),
		text: t("backup_text"),
		body: [
			form({
				fields: [{ name: "code", label: t("backup_code"), autocomplete: "off", maxlength: 24 }],
				submit: t("continue"),
				fieldOf: { invalid_code: "code" },
				run: ({ code }) => step("backup_code", { code }),
			}),
		],
		foot: [el("p", {}, button(t("other_factor"), () => secondFactor(run, step, foot), "link"))],
	});
}

/* ---- enroll_factor ---- */

export function enrollFactor(run: FlowRun, step: Step, foot: Node[]): void {
	if (run.flow.resend_at) {
		return enrollPhone(run, step, foot);
	}
	const app = button(t("set_up_app"), async () => {
		await run.act("totp_start");
		if (run.flow.totp) {
			showApp(run.flow.totp, (code) => step("totp_verify", { code }));
		}
	});
	const passkey = asking(t("add_passkey"), "plain", async () => {
		await run.act("passkey_register_options");
		const credential = await makePasskey(run.flow.passkey_options as never);
		await step("passkey_register", { credential, name: t("passkey") });
	});
	const phone = button(t("use_phone"), () => askPhone((number) => step("send_code", { phone: number })), "plain");
	show({
		title: t("enroll_title"),
		text: t("enroll_text"),
		body: [
			run.may("totp_start") ? app : null,
			run.may("passkey_register_options") && hasPasskeys() ? passkey : null,
			run.may("send_code") ? phone : null,
		],
		foot,
	});
}

function enrollPhone(run: FlowRun, step: Step, foot: Node[]): void {
	show({
		title: t("use_phone"),
		text: t("sent_to_phone", { who: run.flow.identifier_hint ?? "" }),
		body: [sentCodeForm(run, step, t("sent_code"))],
		foot: [resendButton(run, step), ...foot],
	});
}

/** Which phone codes go to from now on. */
export function askPhone(send: (number: string) => Promise<void>): void {
	show({
		title: t("use_phone"),
		text: t("use_phone_text"),
		body: [
			form({
				fields: [{ name: "phone", label: t("phone"), hint: t("phone_hint"), type: "tel", autocomplete: "tel", maxlength: 16 }],
				submit: t("send_code"),
				fieldOf: { phone_not_supported: "phone" },
				run: ({ phone }) => send(phone.trim()),
			}),
		],
	});
}

/** The picture as elements: nothing of it can run. */
export function picture(svg: string, label: string): HTMLElement {
	const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
	return el("div", { class: "qr", role: "img", "aria-label": label }, document.importNode(drawn, true));
}

/** An app to set up; its first code is answered by `verify`. */
export function showApp(begun: { secret: string; qr_svg: string }, verify: (code: string) => Promise<void>): void {
	show({
		title: t("set_up_app"),
		text: t("scan_text"),
		body: [
			picture(begun.qr_svg, t("scan_label")),
			el("p", { class: "note" }, t("type_secret")),
			el("p", {}, el("code", { class: "secret" }, begun.secret)),
			codeForm("", (_, body) => verify(String(body?.code)), t("app_code"), t("continue")),
		],
	});
}

/** The codes that come with a first factor, before the flow goes on. */
export function showCodes(codes: string[], goOn: () => void | Promise<void>): void {
	show({
		title: t("codes_title"),
		text: t("codes_text"),
		body: [
			el("ul", { class: "codes" }, ...codes.map((code) => el("li", {}, el("code", {}, code)))),
			button(t("codes_saved"), goOn),
		],
	});
}
