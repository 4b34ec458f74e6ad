// The page on which people look after their account.
import { apps } from "../account/apps";
import { profile } from "../account/profile";
import { email, phone } from "../account/contact";
import { factors } from "../account/factors";
import { identities } from "../account/identities";
import { leave, signOut, takeAlong } from "../account/leave";
import { type Account, makePlace, type Place } from "../account/parts";
import { planAndPayments } from "../account/plan";
import { password, sessions } from "../account/security";
import { call } from "../api";
import { button, link, show } from "../card";
import { el } from "../dom";
import { startPage } from "../page";
import { clientId, fragmentSecret, pageUrl } from "../place";
import { currentSession, nameOf, type Session } from "../session";
import { currentStage } from "../stage";
import { t } from "../text";

const LINK = "gatehouse-account-link";

/** Another page, which leads back here. */
function andBack(page: string): string {
	const query = new URLSearchParams(location.search);
	query.set("redirect_uri", `${location.origin}${location.pathname}`);
	return `${pageUrl(page).split("?")[0]}?${query}`;
}

/** The secret of a mailed link waits in this tab meanwhile. */
function goToSignIn(): void {
	location.assign(andBack("sign-in"));
}

function forgetFragment(): void {
	history.replaceState(null, "", location.pathname + location.search);
}

function banner(place: Place): HTMLElement | null {
	const who = place.session.impersonator_email;
	if (!who) {
		return null;
	}
	return el(
		"div",
		{ class: "problem", role: "alert" },
		el("p", {}, t("impersonating", { who })),
		button(
			t("stop_impersonating"),
			async () => {
				await place.change("POST", "/session/stop_impersonating");
				location.reload();
			},
			"link",
		),
	);
}

function otherAccounts(place: Place): HTMLElement[] {
	return place.session.others.map(({ session, user }) =>
		el(
			"p",
			{},
			button(
				t("switch_to", { who: nameOf(user) }),
				async () => {
					await place.change("POST", "/session/switch", { session_id: session.id });
					location.reload();
				},
				"link",
			),
		),
	);
}

/** A guest is asked to stay. */
function guest(): HTMLElement {
	return el(
		"div",
		{ class: "notice" },
		el("p", {}, t("guest_text")),
		el("p", {}, link(t("sign_up"), andBack("upgrade"))),
	);
}

async function draw(notice?: string): Promise<void> {
	const session = await currentSession();
	if (!session) {
		return goToSignIn();
	}
	const account = await call<Account>("GET", "/account");
	const place = makePlace(account, session, draw);
	show({
		title: account.name || account.email || t("account_title"),
		text: account.name ? (account.email ?? undefined) : undefined,
		body: [
			notice ? el("p", { class: "notice", role: "status" }, notice) : null,
			banner(place),
			account.anonymous ? guest() : null,
			account.image_url ? el("img", { class: "picture", src: account.image_url, alt: "" }) : null,
			profile(place),
			email(place),
			phone(place),
			password(place),
			await factors(place),
			await identities(place),
			...(await planAndPayments(place)),
			await sessions(place),
			await apps(place),
			takeAlong(place),
			leave(place),
		],
		foot: [
			...otherAccounts(place),
			el("p", {}, link(t("add_account"), andBack("sign-in"))),
			el(
				"p",
				{},
				button(
					t("sign_out"),
					async () => {
						await signOut(place);
						location.reload();
					},
					"link",
				),
			),
		],
	});
}

/** A member who follows the link of an impersonation. */
function askImpersonation(token: string): void {
	show({
		title: t("impersonate_title"),
		text: t("impersonate_text"),
		body: [
			button(t("continue"), async () => {
				await call("POST", "/session/impersonate", { body: { client_id: clientId, token } });
				forgetFragment();
				await draw();
			}),
		],
	});
}

function askEmail(session: Session, token: string): void {
	show({
		title: t("verify_link_title"),
		text: t("verify_link_text"),
		body: [
			button(t("verify_link_button"), async () => {
				sessionStorage.removeItem(LINK);
				await call("POST", "/account/email/verify", { body: { token }, csrfToken: session.csrf_token });
				forgetFragment();
				await draw(t("saved"));
			}),
		],
	});
}

void startPage(async () => {
	currentStage().root.style.setProperty("--card-width", "560px");
	const impersonation = fragmentSecret("as=mlt_");
	if (impersonation) {
		return askImpersonation(impersonation.slice("as=".length));
	}
	const token = fragmentSecret("mlt_") ?? sessionStorage.getItem(LINK);
	const session = token ? await currentSession() : null;
	if (token && !session) {
		sessionStorage.setItem(LINK, token);
	}
	return token && session ? askEmail(session, token) : draw();
}, { isForSuspended: true });
