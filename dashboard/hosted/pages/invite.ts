// The page that an invitation's link opens: who invites to what, then accept or decline, or sign up and join.
import { call, Refusal } from "../api";
import { button, show, showProblem } from "../card";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { goToJoined, type Invitation, invitationNotes, invitationWords, type Joined, showOver } from "../invitation";
import { showMissing, startPage } from "../page";
import { fragmentSecret } from "../place";
import { currentSession } from "../session";
import { t } from "../text";

/** Accepts as whoever is signed in; a wrong person may sign in as another. */
async function accept(secret: string): Promise<void> {
	const session = await currentSession();
	try {
		const joined = await call<Joined>("POST", "/invitations/accept", {
			body: { secret },
			csrfToken: session?.csrf_token ?? "",
		});
		goToJoined(joined);
	} catch (error) {
		if (error instanceof Refusal && error.code === "already_member") {
			location.assign("/dashboard/");
			return;
		}
		showProblem(error, undefined, [button(t("invite_other"), () => signIn(secret), "plain")]);
	}
}

async function decline(secret: string): Promise<void> {
	const session = await currentSession();
	await call("POST", "/invitations/decline", { body: { secret }, csrfToken: session?.csrf_token ?? "" });
	show({ title: t("invite_declined_title"), text: t("invite_declined_text") });
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
		text: invitationWords(invitation),
		body: [
			invitationNotes(invitation, session),
			...(session
				? [
						button(t("invite_accept"), () => accept(secret)),
						button(t("invite_decline"), () => decline(secret), "plain"),
						button(t("invite_other"), () => signIn(secret), "link"),
					]
				: [
						button(t("invite_sign_up"), () => signUp(secret)),
						button(t("invite_sign_in"), () => signIn(secret), "plain"),
					]),
		],
	});
});
