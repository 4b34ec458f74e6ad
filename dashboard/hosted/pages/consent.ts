// The page on which somebody lets an app act for them, or doesn't.
import { call, Refusal } from "../api";
import { appName } from "../brand";
import { button, link, show, showProblem } from "../card";
import { el } from "../dom";
import { startPage } from "../page";
import { pageUrl } from "../place";
import { currentSession } from "../session";
import { type MessageKey, t } from "../text";

interface Scope {
	name: string;
	description: string;
	required: boolean;
}

interface Asked {
	id: string;
	status: string;
	client: { name: string; host: string | null; redirect_host: string; is_loopback_only: boolean };
	scopes: Scope[];
}

const KNOWN: Record<string, MessageKey> = {
	openid: "scope_openid",
	profile: "scope_profile",
	email: "scope_email",
	phone: "scope_phone",
	offline_access: "scope_offline_access",
};

function scopeLine({ name, description, required }: Scope): HTMLElement {
	const key = KNOWN[name];
	return el(
		"label",
		{ class: "choice" },
		el("input", { type: "checkbox", name: "scope", value: name, checked: true, disabled: required }),
		el("span", {}, key ? t(key) : description),
	);
}

function chosen(list: HTMLElement): string[] {
	return [...list.querySelectorAll<HTMLInputElement>("input")].filter(({ checked }) => checked).map(({ value }) => value);
}

/** To another account of this person's, and back to the same request. */
function goToSignIn(): void {
	location.assign(pageUrl("sign-in"));
}

async function draw(id: string): Promise<void> {
	const [asked, session] = [await call<Asked>("GET", `/oauth_requests/${id}`), await currentSession()];
	if (!session) {
		return goToSignIn();
	}
	const { client, scopes } = asked;
	const list = el("div", { class: "notes" }, ...scopes.map(scopeLine));
	const decide = async (approve: boolean): Promise<void> => {
		const body = approve ? { approve, scopes: chosen(list) } : { approve };
		const done = await call<{ continue_url: string }>("POST", `/oauth_requests/${id}/decision`, {
			body,
			csrfToken: session.csrf_token,
		});
		location.assign(done.continue_url);
	};
	const who = session.user.email ?? session.user.username ?? session.user.name;
	show({
		title: t("consent_title", { client: client.name, app: appName() }),
		text: t("consent_text"),
		body: [
			list,
			client.host ? el("p", { class: "notes" }, client.host) : null,
			el("p", { class: "notes" }, t("consent_goes_to", { host: client.redirect_host })),
			client.is_loopback_only ? el("p", { class: "notes" }, t("consent_loopback")) : null,
			button(t("allow"), () => decide(true)),
			button(t("deny"), () => decide(false), "plain"),
		],
		foot: [
			el("p", {}, t("signing_in_as", { who })),
			link(t("other_account"), pageUrl("sign-in")),
		],
	});
}

void startPage(async () => {
	const id = new URLSearchParams(location.search).get("request") ?? "";
	if (!/^ort_[a-z0-9]{16}$/.test(id)) {
		return showProblem(new Refusal(410, "request_expired", ""));
	}
	try {
		await draw(id);
	} catch (error) {
		// What is over can't be tried again from here.
		const isOver = error instanceof Refusal && (error.status === 404 || error.status === 410);
		if (!isOver) {
			throw error;
		}
		showProblem(new Refusal(410, "request_expired", "", error.requestId));
	}
});
