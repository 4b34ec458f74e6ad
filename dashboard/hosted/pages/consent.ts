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
	kind: string;
	status: string;
	client: { name: string; host: string | null; logo_url: string | null; redirect_host: string; is_loopback_only: boolean };
	scopes: Scope[];
	resource: string;
	/** Of the console: where the app may work, one of them. */
	organizations: { id: string; name: string }[];
	asked_from: string | null;
}

const KNOWN: Record<string, MessageKey> = {
	openid: "scope_openid",
	profile: "scope_profile",
	email: "scope_email",
	phone: "scope_phone",
	offline_access: "scope_offline_access",
};

/** What a resource server calls "account" is said by itself; Gatehouse's own has words in each language. */
const wordsOf = (name: string, resource: string): MessageKey | undefined =>
	name === "account" && resource === `${location.origin}/api` ? "scope_account" : KNOWN[name];

function scopeLine({ name, description, required }: Scope, resource: string): HTMLElement {
	const key = wordsOf(name, resource);
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

/** Nothing is chosen for somebody who has several. */
function orgPicker(organizations: Asked["organizations"]): HTMLElement | null {
	if (organizations.length === 0) {
		return null;
	}
	return el(
		"fieldset",
		{ class: "notes" },
		el("legend", {}, t("consent_organization")),
		...organizations.map(({ id, name }) =>
			el(
				"label",
				{ class: "choice" },
				el("input", { type: "radio", name: "org_id", value: id, checked: organizations.length === 1 }),
				el("span", {}, name),
			),
		),
	);
}

const pickedOrg = (picker: HTMLElement | null): string | undefined =>
	picker?.querySelector<HTMLInputElement>("input:checked")?.value;

/** To another account of this person's, and back to the same request. */
function goToSignIn(): void {
	location.assign(pageUrl("sign-in"));
}

async function draw(id: string): Promise<void> {
	const [asked, session] = [await call<Asked>("GET", `/oauth_requests/${id}`), await currentSession()];
	if (!session) {
		return goToSignIn();
	}
	const { client, scopes, resource, organizations, asked_from: place } = asked;
	const isDevice = asked.kind === "device";
	const picker = orgPicker(organizations);
	const problem = el("div", { class: "problem", role: "alert" });
	const logo = client.logo_url ? el("img", { class: "logo", src: client.logo_url, alt: "" }) : null;
	const list = el("div", { class: "notes" }, ...scopes.map((scope) => scopeLine(scope, resource)));
	const decide = async (approve: boolean): Promise<void> => {
		const org_id = pickedOrg(picker);
		if (approve && picker && !org_id) {
			problem.replaceChildren(el("p", {}, t("consent_organization")));
			return;
		}
		const body = approve ? { approve, scopes: chosen(list), org_id } : { approve };
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
			picker,
			client.logo_url || client.host ? el("p", { class: "choice" }, logo, client.host ?? client.name) : null,
			isDevice ? el("p", { class: "notes" }, t("consent_device")) : null,
			isDevice && place ? el("p", { class: "notes" }, t("consent_asked_from", { place })) : null,
			isDevice ? null : el("p", { class: "notes" }, t("consent_goes_to", { host: client.redirect_host })),
			client.is_loopback_only ? el("p", { class: "notes" }, t("consent_loopback")) : null,
			problem,
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
