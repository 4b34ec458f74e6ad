// The steps of a flow about second factors and passkeys: prove one, or set one up.
import { Refusal } from "./api";
import { button, show } from "./card";
import { el } from "./dom";
import type { FlowRun } from "./flow";
import { form } from "./form";
import { hasPasskeys, isGivenUp, makePasskey, usePasskey } from "./passkey";
import { t } from "./text";

/** Runs an action of the flow and draws what comes next. */
export type Step = (action: string, body?: Record<string, unknown>) => Promise<void>;

const withoutSpaces = (code: string) => code.replace(/\s/g, "");

/** A button for something that the browser asks about; what the person gives up is said beside it. */
function asking(text: string, kind: "primary" | "plain", run: () => Promise<void>): HTMLElement {
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

function codeForm(action: string, step: Step): HTMLFormElement {
	return form({
		fields: [{ name: "code", label: t("app_code"), type: "code", autocomplete: "one-time-code" }],
		submit: t("continue"),
		fieldOf: { invalid_code: "code" },
		run: ({ code }) => step(action, { code: withoutSpaces(code) }),
	});
}

/* ---- second_factor ---- */

export function secondFactor(run: FlowRun, step: Step, foot: Node[]): void {
	const hasApp = run.may("totp");
	const toCodes = button(t("use_backup_code"), () => backupCode(run, step, foot), "link");
	show({
		title: t("second_title"),
		text: hasApp ? t("second_text_app") : t("second_text_passkey"),
		body: [hasApp ? codeForm("totp", step) : null, passkeyButton(run, step, hasApp ? "plain" : "primary")],
		foot: [run.may("backup_code") ? el("p", {}, toCodes) : null, ...foot],
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

export function enrollFactor(run: FlowRun, step: Step): void {
	const app = button(t("set_up_app"), async () => {
		await run.act("totp_start");
		showApp(run, step);
	});
	const passkey = asking(t("add_passkey"), "plain", async () => {
		await run.act("passkey_register_options");
		const credential = await makePasskey(run.flow.passkey_options as never);
		await step("passkey_register", { credential });
	});
	show({
		title: t("enroll_title"),
		text: t("enroll_text"),
		body: [
			run.may("totp_start") ? app : null,
			run.may("passkey_register_options") && hasPasskeys() ? passkey : null,
		],
	});
}

/** The picture as elements: nothing of it can run. */
export function picture(svg: string, label: string): HTMLElement {
	const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
	return el("div", { class: "qr", role: "img", "aria-label": label }, document.importNode(drawn, true));
}

function showApp(run: FlowRun, step: Step): void {
	const begun = run.flow.totp;
	if (!begun) {
		return;
	}
	show({
		title: t("set_up_app"),
		text: t("scan_text"),
		body: [
			picture(begun.qr_svg, t("scan_label")),
			el("p", { class: "note" }, t("type_secret")),
			el("p", {}, el("code", { class: "secret" }, begun.secret)),
			codeForm("totp_verify", step),
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
