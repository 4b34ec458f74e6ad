// Draws the step that a flow is at, and goes on to the next one.
import { Refusal } from "./api";
import { appName, hasMethod, signInAddress, signUpAddress, signUpMode } from "./brand";
import { button, link, sentence, show, showProblem } from "./card";
import { resendButton, sentCodeForm, type Step } from "./code-view";
import { el } from "./dom";
import { enrollFactor, passkeyButton, secondFactor, showCodes } from "./factors-view";
import type { FlowRun } from "./flow";
import { type Field, form } from "./form";
import { clientId, pageUrl } from "./place";
import { type MessageKey, t } from "./text";

interface ViewOptions {
	/** What the person typed as their address, for password managers and sentences. */
	identifier?: string;
	/** Instead of following the flow's address at the end. */
	onComplete?: (redirectTo: string) => void | Promise<void>;
}

/** Shows the flow's step and keeps showing the next ones until it's over. */
export async function runFlow(run: FlowRun, options: ViewOptions = {}): Promise<void> {
	const again = (more: ViewOptions = {}) => runFlow(run, { ...options, ...more });
	const go: Step = (action, body) => step(run, again, action, body);
	switch (run.flow.state) {
		case "identify":
			return identify(run, again);
		case "first_factor":
			return firstFactor(run, options, again);
		case "second_factor":
			return secondFactor(run, go, [backToSignIn(run)]);
		case "enroll_factor":
			return enrollFactor(run, go, [backToSignIn(run)]);
		case "waiting":
			return waiting(run, again);
		case "verification":
			return verification(run, options, again);
		case "new_password":
			return newPassword(run, options, again);
		case "plan":
			return shown(run, () => location.assign(`${pageUrl("plan")}#${run.flow.id}`));
		case "done":
			return shown(run, () => done(run, options));
		default:
			run.forget();
			return showProblem(new Refusal(410, run.flow.error_code ?? "flow_expired", ""), undefined, [startAgain()]);
	}
}

/** Codes that are shown once come first. */
function shown(run: FlowRun, goOn: () => void | Promise<void>): void | Promise<void> {
	return run.flow.backup_codes ? showCodes(run.flow.backup_codes, goOn) : goOn();
}

type Again = (more?: ViewOptions) => Promise<void>;

/** Out of what is under way, which a reload would go on with: whoever mistyped their address begins anew. */
function backToSignIn(run: FlowRun): HTMLElement {
	const back = link(t("back_to_sign_in"), signInAddress());
	back.addEventListener("click", () => run.forget());
	return el("p", {}, back);
}

function startAgain(): HTMLElement {
	return button(t("start_again"), () => location.assign(pageUrl("sign-in")), "plain");
}

/** Runs one action and the next step; a flow that is over or moved on elsewhere is shown as it is now. */
async function step(
	run: FlowRun,
	again: Again,
	action: string,
	body?: Record<string, unknown>,
	more?: ViewOptions,
): Promise<void> {
	try {
		await run.act(action, body);
	} catch (error) {
		if (error instanceof Refusal && error.code === "flow_state_conflict") {
			return again(more);
		}
		if (error instanceof Refusal && (error.status === 410 || error.code === "csrf_failed")) {
			run.forget();
			return showProblem(error, undefined, [startAgain()]);
		}
		throw error;
	}
	return again(more);
}

/** A job asks the provider. */
async function waiting(run: FlowRun, again: Again): Promise<void> {
	show({ title: t("waiting_title"), text: t("waiting_text") });
	await run.settle();
	return again();
}

const NAMES: Record<string, string> = { github: "GitHub", gitlab: "GitLab", linkedin: "LinkedIn", twitter: "X" };

export function providerName(key: string): string {
	const plain = key.replace(/^oidc_/, "");
	return NAMES[key] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

async function goTo(run: FlowRun, again: Again, provider: string): Promise<void> {
	await step(run, again, "social", { provider });
	if (run.flow.provider_url) {
		location.assign(run.flow.provider_url);
	}
}

/** What a step that failed at a provider says, and the ways to providers. */
function providerButtons(run: FlowRun, again: Again): Node[] {
	const code = run.flow.error_code;
	return [
		...(code ? [el("div", { class: "problem", role: "alert" }, el("p", {}, sentence(new Refusal(400, code, ""))))] : []),
		...run.providers().map((key) =>
			button(t("continue_with", { provider: providerName(key) }), () => goTo(run, again, key), "plain"),
		),
	];
}

function identify(run: FlowRun, again: Again): void {
	switch (run.flow.kind) {
		case "sign_up":
		case "upgrade":
			return signUp(run, again);
		case "recover":
			return recover(run, again);
		case "link":
			return linkProvider(run, again);
		default:
			return signIn(run, again);
	}
}

/** By what people are called here, and nothing else. */
function identifierLabel(): MessageKey {
	const hasPhones = hasMethod("phone_otp");
	if (hasMethod("username")) {
		return hasPhones ? "identifier" : "identifier_username";
	}
	if (!hasPhones) {
		return "email";
	}
	return ["password", "magic_link", "email_otp"].some(hasMethod) ? "identifier_phone" : "phone";
}

function identifierField(): Field {
	const label = identifierLabel();
	return {
		name: "identifier",
		label: t(label),
		type: label === "email" ? "email" : label === "phone" ? "tel" : "text",
		hint: hasMethod("phone_otp") ? t("identifier_phone_hint") : undefined,
		autocomplete: "username",
		maxlength: 254,
	};
}

function signIn(run: FlowRun, again: Again): void {
	show({
		title: t("sign_in_to", { app: appName() }),
		body: [
			form({
				fields: [identifierField()],
				submit: t("continue"),
				fieldOf: { phone_not_supported: "identifier" },
				run: ({ identifier }) => step(run, again, "identify", { identifier }, { identifier }),
			}),
			passkeyButton(run, (action, body) => step(run, again, action, body)),
			...providerButtons(run, again),
		],
		foot: [
			run.may("anonymous") ? el("p", {}, button(t("as_guest"), () => step(run, again, "anonymous", {}), "link")) : null,
			run.may("sign_up") ? el("p", {}, `${t("no_account")} `, link(t("sign_up"), signUpAddress())) : null,
			run.may("recover") ? el("p", {}, link(t("forgot_link"), pageUrl("forgot"))) : null,
		],
	});
}

/** Said at once, and not when everything is typed and proven. */
function shut(code: string): void {
	showProblem(new Refusal(403, code, ""), undefined, [el("p", {}, link(t("back_to_sign_in"), signInAddress()))]);
}

function signUp(run: FlowRun, again: Again): void {
	if (run.flow.kind === "sign_up" && !run.may("sign_up") && run.providers().length === 0) {
		return shut(signUpMode() === "open" ? "method_disabled" : "sign_up_disabled");
	}
	show({
		title: t("sign_up_to", { app: appName() }),
		body: [
			form({
				fields: [
					...(hasMethod("username") ? [{ name: "username", label: t("username"), maxlength: 32 }] : []),
					{ name: "name", label: t("name"), autocomplete: "name" },
					{ name: "email", label: t("email"), type: "email", autocomplete: "username", maxlength: 254 },
					...(hasMethod("password") ? [{
						name: "password",
						label: t("password"),
						type: "password" as const,
						autocomplete: "new-password",
						hint: t("password_hint"),
						maxlength: 256,
					}] : []),
				],
				submit: t("sign_up"),
				fieldOf: { weak_password: "password", email_taken: "email", username_taken: "username" },
				run: (values) => step(run, again, "sign_up", values, { identifier: values.email }),
			}),
			...providerButtons(run, again),
		],
		foot: [el("p", {}, `${t("have_account")} `, link(t("sign_in"), signInAddress()))],
	});
}

function linkProvider(run: FlowRun, again: Again): void {
	show({
		title: t("link_title"),
		text: t("link_text"),
		body: providerButtons(run, again),
		foot: [el("p", {}, link(t("account_title"), pageUrl("account")))],
	});
}

function recover(run: FlowRun, again: Again): void {
	if (!run.may("recover")) {
		return shut("method_disabled");
	}
	show({
		title: t("forgot_title"),
		text: t("forgot_text"),
		body: [
			form({
				fields: [{ name: "identifier", label: t("email"), type: "email", autocomplete: "username", maxlength: 254 }],
				submit: t("forgot_button"),
				run: ({ identifier }) => step(run, again, "recover", { identifier }, { identifier }),
			}),
		],
		foot: [backToSignIn(run)],
	});
}

/** The address as a field that only password managers see. */
function usernameFor(identifier: string | undefined): Node[] {
	return identifier
		? [
				el("input", {
					type: "email",
					name: "username",
					autocomplete: "username",
					value: identifier,
					hidden: true,
					readonly: true,
				}),
			]
		: [];
}

function passwordForm(run: FlowRun, options: ViewOptions, again: Again): HTMLFormElement {
	return form({
		fields: [
			{
				name: "password",
				label: t("password"),
				type: "password",
				autocomplete: "current-password",
				maxlength: 1024,
			},
		],
		extra: usernameFor(options.identifier),
		submit: t("sign_in"),
		fieldOf: { invalid_credentials: "password" },
		run: ({ password }) => step(run, again, "password", { password }),
	});
}

function goesToPhone(run: FlowRun): boolean {
	return run.flow.options.some(({ action, method }) => action === "send_code" && method === "phone_otp");
}

/** The ways to prove it, as the flow offers them; once a code is out, that comes first. */
function firstFactor(run: FlowRun, options: ViewOptions, again: Again): void {
	const who = options.identifier ?? run.flow.identifier_hint ?? "";
	const isSent = run.flow.resend_at !== null;
	const hasCode = run.flow.tries_left !== null;
	const byPhone = goesToPhone(run);
	const kind = run.may("password") || isSent ? "link" : "plain";
	const go: Step = (action, body) => step(run, again, action, body);
	const send = (action: string, label: string, style: "plain" | "link") =>
		run.may(action) && !isSent ? button(label, () => go(action, {}), style) : null;
	show({
		title: t("sign_in_to", { app: appName() }),
		text: isSent ? t("sent_text", { who }) : t("signing_in_as", { who }),
		body: [
			hasCode ? sentCodeForm(run, go, byPhone ? t("phone_code") : t("code")) : null,
			run.may("password") && !hasCode ? passwordForm(run, options, again) : null,
			send("send_code", byPhone ? t("text_code") : t("mail_code"), kind),
			send("send_link", t("mail_link"), kind),
			passkeyButton(run, go),
			...providerButtons(run, again),
		],
		foot: [
			hasCode ? resendButton(run, go) : null,
			run.may("password") ? el("p", {}, link(t("forgot_link"), pageUrl("forgot"))) : null,
			run.may("back")
				? el(
						"p",
						{},
						button(t("other_account"), () => step(run, again, "back", undefined, { identifier: undefined }), "link"),
					)
				: null,
		],
	});
}

function verification(run: FlowRun, options: ViewOptions, again: Again): void {
	const who = options.identifier ?? run.flow.identifier_hint;
	if (!who && !run.flow.resend_at && run.may("send_code")) {
		return askAddress(run, again);
	}
	const isByCode = run.may("verify_code");
	const byLink = who ? t("verify_text_link", { who }) : t("verify_text_link_plain");
	const byCode = who ? t("verify_text", { who }) : t("verify_text_plain");
	const go: Step = (action, body) => step(run, again, action, body);
	show({
		title: t("verify_title"),
		text: isByCode ? byCode : byLink,
		body: isByCode ? [sentCodeForm(run, go, goesToPhone(run) ? t("phone_code") : t("code"))] : [],
		foot: [resendButton(run, go), backToSignIn(run)],
	});
}

/** The provider gave no address. */
function askAddress(run: FlowRun, again: Again): void {
	show({
		title: t("address_title"),
		text: t("address_text"),
		body: [
			form({
				fields: [{ name: "email", label: t("email"), type: "email", autocomplete: "email", maxlength: 254 }],
				submit: t("continue"),
				run: ({ email }) => step(run, again, "send_code", { email }, { identifier: email }),
			}),
		],
	});
}

function newPassword(run: FlowRun, options: ViewOptions, again: Again): void {
	// Whoever signed up elsewhere may have been somebody else: what they chose doesn't count.
	const isFirst = run.flow.kind === "sign_up";
	show({
		title: isFirst ? t("first_password_title") : t("new_password_title"),
		text: isFirst ? t("first_password_text") : t("new_password_text"),
		body: [
			form({
				fields: [
					{
						name: "password",
						label: t("new_password"),
						type: "password",
						autocomplete: "new-password",
						hint: t("password_hint"),
						maxlength: 256,
					},
				],
				extra: usernameFor(options.identifier),
				submit: t("new_password_button"),
				fieldOf: { weak_password: "password" },
				run: ({ password }) => step(run, again, "set_password", { password }),
			}),
		],
	});
}

async function done(run: FlowRun, options: ViewOptions): Promise<void> {
	const redirectTo = await run.complete();
	if (options.onComplete) {
		return options.onComplete(redirectTo);
	}
	location.assign(redirectTo || (clientId ? pageUrl("sign-in") : "/dashboard/"));
}
