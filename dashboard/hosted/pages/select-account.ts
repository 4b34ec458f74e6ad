// The page on which somebody says with which of this browser's accounts they go on to an app.
import { call, Refusal } from "../api";
import { button, link, show, showProblem } from "../card";
import { el } from "../dom";
import { startPage } from "../page";
import { pageUrl } from "../place";
import { currentSession, nameOf, type Session } from "../session";
import { t } from "../text";

interface Asked {
	id: string;
	client: { name: string };
}

async function choose(requestId: string, sessionId: string, session: Session): Promise<void> {
	if (sessionId !== session.session.id) {
		await call("POST", "/session/switch", { body: { session_id: sessionId }, csrfToken: session.csrf_token });
	}
	location.assign(`${pageUrl("oauth/continue").split("?")[0]}?request=${requestId}&account=${sessionId}`);
}

async function draw(requestId: string): Promise<void> {
	const [asked, session] = [await call<Asked>("GET", `/oauth_requests/${requestId}`), await currentSession()];
	if (!session) {
		return location.assign(pageUrl("sign-in"));
	}
	const accounts = [{ session: session.session, user: session.user }, ...session.others];
	show({
		title: t("select_account_title"),
		text: t("select_account_text", { client: asked.client.name }),
		body: [
			el(
				"div",
				{ class: "notes" },
				...accounts.map(({ session: { id }, user }) =>
					button(nameOf(user), () => choose(requestId, id, session), "plain"),
				),
			),
		],
		foot: [link(t("other_account"), pageUrl("sign-in"))],
	});
}

void startPage(async () => {
	const id = new URLSearchParams(location.search).get("request") ?? "";
	const over = (requestId: string | null = null): void => showProblem(new Refusal(410, "request_expired", "", requestId));
	if (!/^ort_[a-z0-9]{16}$/.test(id)) {
		return over();
	}
	try {
		await draw(id);
	} catch (error) {
		if (!(error instanceof Refusal) || (error.status !== 404 && error.status !== 410)) {
			throw error;
		}
		over(error.requestId);
	}
});
