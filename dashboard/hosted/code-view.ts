// Codes that were sent, by mail or to a phone: typed in, or sent again.
import { button } from "./card";
import { el } from "./dom";
import type { FlowRun } from "./flow";
import { form } from "./form";
import { t } from "./text";

/** Runs an action of the flow and draws what comes next. */
export type Step = (action: string, body?: Record<string, unknown>) => Promise<void>;

const withoutSpaces = (code: string) => code.replace(/\s/g, "");

/** A code in a field of its own, answered by an action. */
export function codeForm(action: string, step: Step, label: string, submit: string, hint?: string): HTMLFormElement {
	return form({
		fields: [{ name: "code", label, type: "code", autocomplete: "one-time-code", hint }],
		submit,
		fieldOf: { invalid_code: "code" },
		run: ({ code }) => step(action, { code: withoutSpaces(code) }),
	});
}

/** The one that was sent, with the tries that are left of it. */
export function sentCodeForm(run: FlowRun, step: Step, label: string): HTMLFormElement {
	const tries = run.flow.tries_left;
	const hint = tries !== null && tries < 5 ? t("tries_left", { n: tries }) : undefined;
	return codeForm("verify_code", step, label, t("verify_button"), hint);
}

/** Sends it again once the server allows it; counts down until then. */
export function resendButton(run: FlowRun, step: Step): HTMLElement | null {
	if (!run.may("send_code")) {
		return null;
	}
	const made = button(t("resend"), () => step("send_code", {}), "link");
	const allowedAt = run.flow.resend_at ? Date.parse(run.flow.resend_at) : 0;
	const tick = () => {
		const seconds = Math.ceil((allowedAt - Date.now()) / 1000);
		made.disabled = seconds > 0;
		made.textContent = seconds > 0 ? t("resend_in", { s: seconds }) : t("resend");
		if (seconds > 0 && made.isConnected) {
			setTimeout(tick, 1000);
		}
	};
	setTimeout(tick);
	return el("p", {}, made);
}
