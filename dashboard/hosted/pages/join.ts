// The page that a shared code leads to, in the link or typed: which organization it opens, then join it.
import { call, Refusal } from "../api";
import { button, show, showProblem } from "../card";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { form } from "../form";
import { goToJoined, type Invitation, invitationNotes, invitationWords, type Joined, showOver } from "../invitation";
import { startPage } from "../page";
import { currentSession } from "../session";
import { t } from "../text";

const CODE_LENGTH = 14;

/** Joins as whoever is signed in. */
async function join(code: string): Promise<void> {
	const session = await currentSession();
	try {
		goToJoined(await call<Joined>("POST", "/orgs/join", { body: { code }, csrfToken: session?.csrf_token ?? "" }));
	} catch (error) {
		if (error instanceof Refusal && error.code === "already_member") {
			location.assign("/dashboard/");
			return;
		}
		showProblem(error, undefined, [button(t("invite_other"), () => signIn(code), "plain")]);
	}
}

async function signIn(code: string): Promise<void> {
	await runFlow(await FlowRun.open("sign_in"), { onComplete: () => join(code) });
}

async function signUp(code: string): Promise<void> {
	await runFlow(await FlowRun.open("sign_up"), { onComplete: () => join(code) });
}

async function showInvitation(code: string): Promise<void> {
	const invitation = await call<Invitation>("POST", "/invitations/lookup", { body: { secret: code } });
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
				? [button(t("join_button"), () => join(code)), button(t("invite_other"), () => signIn(code), "plain")]
				: [
						button(t("invite_sign_in"), () => signIn(code)),
						button(t("invite_sign_up"), () => signUp(code), "plain"),
					]),
		],
	});
}

function askForCode(): void {
	show({
		title: t("join_title"),
		text: t("join_text"),
		body: [
			form({
				fields: [{ name: "code", label: t("join_code"), autocomplete: "off", maxlength: CODE_LENGTH }],
				submit: t("continue"),
				fieldOf: { not_found: "code" },
				run: ({ code = "" }) => showInvitation(code),
			}),
		],
	});
}

void startPage(async () => {
	const code = decodeURIComponent(location.hash.slice(1));
	if (!code) {
		return askForCode();
	}
	try {
		await showInvitation(code);
	} catch (error) {
		if (error instanceof Refusal && error.status === 404) {
			return showOver();
		}
		throw error;
	}
});
