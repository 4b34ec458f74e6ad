// The page on which somebody types the code that a device shows, and the one that says how it went.
import { call } from "../api";
import { appName } from "../brand";
import { link, show } from "../card";
import { form } from "../form";
import { startPage } from "../page";
import { clientId, pageUrl } from "../place";
import { currentSession, type Session } from "../session";
import { t } from "../text";

const KEPT = "gatehouse-device-code";

/** To sign-in and back here; the code waits in this tab meanwhile. */
function goToSignIn(code: string): void {
	sessionStorage.setItem(KEPT, code);
	const query = new URLSearchParams({ redirect_uri: `${location.origin}${location.pathname}` });
	location.assign(`${pageUrl("sign-in").split("?")[0]}?${query}`);
}

/** Where the code of an address came from is anybody's guess: whoever has the device compares the two. */
function ask(code: string, session: Session): void {
	show({
		title: t("device_title", { app: appName() }),
		text: code ? t("device_check") : t("device_text"),
		body: [
			form({
				fields: [{ name: "user_code", label: t("device_code"), value: code, autocomplete: "off", maxlength: 32 }],
				submit: t("continue"),
				fieldOf: { code_not_found: "user_code", code_claimed: "user_code" },
				run: async ({ user_code }) => {
					const body = { user_code };
					const { id } = await call<{ id: string }>("POST", "/device_authorizations/claim", { body, csrfToken: session.csrf_token });
					sessionStorage.removeItem(KEPT);
					location.assign(`${pageUrl("consent").split("?")[0]}?request=${id}`);
				},
			}),
		],
	});
}

function showEnd(done: string): void {
	const isApproved = done === "approved";
	show({
		title: t(isApproved ? "device_approved_title" : "device_denied_title"),
		text: t(isApproved ? "device_approved_text" : "device_denied_text"),
		foot: [link(t("account_title"), clientId ? (pageUrl("account").split("?")[0] ?? "") : "/dashboard/account")],
	});
}

void startPage(async () => {
	const query = new URLSearchParams(location.search);
	const done = query.get("done");
	if (done) {
		return showEnd(done);
	}
	const code = query.get("user_code") ?? sessionStorage.getItem(KEPT) ?? "";
	const session = await currentSession();
	return session ? ask(code, session) : goToSignIn(code);
});
