// The page to which an app sends people to sign out: asks, ends the sessions of this browser, leads back to a registered address.
import { call, Refusal } from "../api";
import { appName, signInAddress } from "../brand";
import { button, link, show } from "../card";
import { startPage } from "../page";
import { clientId } from "../place";
import { currentSession, nameOf, type Session } from "../session";
import { t } from "../text";

/** Where to go afterwards; the server takes registered addresses alone: the project's, or those of the app that asks. */
async function findTarget(): Promise<string | null> {
	const asked = new URLSearchParams(location.search);
	const query = new URLSearchParams(clientId ? { client_id: clientId } : {});
	for (const name of ["client_id", "redirect_uri", "post_logout_redirect_uri", "state"]) {
		const value = asked.get(name);
		if (value) {
			query.set(name, value);
		}
	}
	try {
		return (await call<{ redirect_to: string | null }>("GET", `/public/sign_out_target?${query}`)).redirect_to;
	} catch (error) {
		if (error instanceof Refusal && error.fields.some(({ field }) => field.endsWith("redirect_uri"))) {
			throw new Refusal(error.status, "redirect_not_registered", "", error.requestId);
		}
		throw error;
	}
}

function leave(target: string | null): void {
	if (target) {
		location.replace(target);
		return;
	}
	show({ title: t("signed_out_title"), text: t("signed_out_text"), foot: [link(t("sign_in"), signInAddress())] });
}

/** Every account of this browser: whoever stays signed in as somebody else would be taken for signed out. */
async function signOut({ csrf_token }: Session): Promise<void> {
	try {
		await call("DELETE", "/session?all=true", { csrfToken: csrf_token });
	} catch (error) {
		if (!(error instanceof Refusal) || error.status !== 401) {
			throw error;
		}
	}
}

void startPage(async () => {
	if (new URLSearchParams(location.search).has("signed_out")) {
		return leave(null);
	}
	const target = await findTarget();
	const session = await currentSession();
	if (!session) {
		return leave(target);
	}
	const people = [session, ...session.others].map(({ user }) => nameOf(user));
	show({
		title: t("sign_out_title", { app: appName() }),
		text: t("sign_out_text", { who: people.join(", ") }),
		body: [
			button(t("sign_out"), async () => {
				await signOut(session);
				leave(target);
			}),
		],
	});
}, { isForSuspended: true });
