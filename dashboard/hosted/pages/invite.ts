// The page that an invitation's link opens: who invites to what, then accept, or sign up and join.
import { call, Refusal } from "../api";
import { button, link, show, showProblem } from "../card";
import { el } from "../dom";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { showMissing, startPage } from "../page";
import { fragmentSecret } from "../place";
import { t } from "../text";

interface Invitation {
	org: { name: string; slug: string; logo_url: string | null };
	inviter_name: string | null;
	email_hint: string | null;
	role: string;
	expires_at: string;
	status: string;
}

interface Session {
	user: { email: string };
	csrf_token: string;
}

async function currentSession(): Promise<Session | null> {
	try {
		return await call<Session>("GET", "/session");
	} catch (error) {
		if (error instanceof Refusal && error.status === 401) {
			return null;
		}
		throw error;
	}
}

function showOver(): void {
	show({
		title: t("invite_over_title"),
		text: t("invite_over_text"),
		foot: [link(t("back_to_sign_in"), "/sign-in")],
	});
}

function words(invitation: Invitation): string {
	const values = { org: invitation.org.name, role: invitation.role, inviter: invitation.inviter_name ?? "" };
	return invitation.inviter_name ? t("invite_text", values) : t("invite_text_plain", values);
}

function notes(invitation: Invitation, session: Session | null): HTMLElement {
	const until = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
	return el(
		"div",
		{ class: "notes" },
		invitation.email_hint ? el("p", {}, t("invite_for", { email: invitation.email_hint })) : null,
		session ? el("p", {}, t("invite_as", { email: session.user.email })) : null,
		el("p", {}, t("invite_until", { date: until.format(new Date(invitation.expires_at)) })),
	);
}

/** Accepts as whoever is signed in; a wrong person may sign in as another. */
async function accept(secret: string): Promise<void> {
	const session = await currentSession();
	try {
		await call("POST", "/invitations/accept", { body: { secret }, csrfToken: session?.csrf_token ?? "" });
	} catch (error) {
		if (error instanceof Refusal && error.code === "already_member") {
			location.assign("/dashboard/");
			return;
		}
		showProblem(error, undefined, [button(t("invite_other"), () => signIn(secret), "plain")]);
		return;
	}
	location.assign("/dashboard/");
}

async function signIn(secret: string): Promise<void> {
	await runFlow(await FlowRun.open("sign_in"), { onComplete: () => accept(secret) });
}

/** A new account that carries the invitation joins by itself. */
async function signUp(secret: string): Promise<void> {
	await runFlow(await FlowRun.open("sign_up", { invitation_secret: secret }));
}

void startPage(async () => {
	const secret = fragmentSecret("ginv_");
	if (!secret) {
		return showMissing(t("invite_missing"));
	}
	let invitation: Invitation;
	try {
		invitation = await call<Invitation>("POST", "/invitations/lookup", { body: { secret } });
	} catch (error) {
		if (error instanceof Refusal && error.status === 404) {
			return showOver();
		}
		throw error;
	}
	if (invitation.status !== "pending") {
		return showOver();
	}
	const session = await currentSession();
	show({
		title: t("invite_title", { org: invitation.org.name }),
		text: words(invitation),
		body: [
			notes(invitation, session),
			...(session
				? [button(t("invite_accept"), () => accept(secret)), button(t("invite_other"), () => signIn(secret), "plain")]
				: [
						button(t("invite_sign_up"), () => signUp(secret)),
						button(t("invite_sign_in"), () => signIn(secret), "plain"),
					]),
		],
	});
});
