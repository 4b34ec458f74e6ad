// What an invitation says, by mail or by code, and the card for one that is over.
import { link, show } from "./card";
import { el } from "./dom";
import type { Session } from "./session";
import { t } from "./text";

export interface Invitation {
	org: { name: string; slug: string; logo_url: string | null };
	inviter_name: string | null;
	email_hint: string | null;
	role: string;
	expires_at: string;
	status: string;
}

/** The membership that accepting makes. */
export interface Joined {
	org_id: string;
}

/** Leaves for the organization just joined; the dashboard says so once it's there. */
export function goToJoined({ org_id }: Joined): void {
	try {
		sessionStorage.setItem("gatehouse-joined", org_id);
	} catch {
		// Without storage the organization is shown all the same.
	}
	location.assign(`/dashboard/orgs/${org_id}/projects`);
}

export function showOver(): void {
	show({
		title: t("invite_over_title"),
		text: t("invite_over_text"),
		foot: [link(t("back_to_sign_in"), "/sign-in")],
	});
}

export function invitationWords(invitation: Invitation): string {
	const values = { org: invitation.org.name, role: invitation.role, inviter: invitation.inviter_name ?? "" };
	return invitation.inviter_name ? t("invite_text", values) : t("invite_text_plain", values);
}

export function invitationNotes(invitation: Invitation, session: Session | null): HTMLElement {
	const until = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
	return el(
		"div",
		{ class: "notes" },
		invitation.email_hint ? el("p", {}, t("invite_for", { email: invitation.email_hint })) : null,
		session ? el("p", {}, t("invite_as", { email: session.user.email ?? session.user.name })) : null,
		el("p", {}, t("invite_until", { date: until.format(new Date(invitation.expires_at)) })),
	);
}
