// The page for failures that have no page of their own, such as a sign-in that came back broken.
import { Refusal } from "../api";
import { signInAddress } from "../brand";
import { link, show, showProblem } from "../card";
import { startPage } from "../page";
import { pageUrl } from "../place";
import { t } from "../text";

void startPage(async () => {
	if (!location.pathname.endsWith("/error")) {
		// nginx shows this page in place of one that isn't there.
		show({ title: t("no_page_title"), text: t("no_page_text"), foot: [link(t("home"), "/")] });
		return;
	}
	const query = new URLSearchParams(location.search);
	const code = query.get("code");
	if (!code) {
		// A sign-in of an app that named no address to go back to ends here.
		show({ title: t("nowhere_title"), text: t("nowhere_text") });
		return;
	}
	const requestId = query.get("request_id");
	const error = new Refusal(
		400,
		/^[a-z_]{1,64}$/.test(code) ? code : "unknown",
		t("error_text"),
		requestId && /^req_[a-z0-9]{16}$/.test(requestId) ? requestId : null,
	);
	showProblem(error, undefined, [link(t("back_to_sign_in"), signInAddress(pageUrl("sign-in").split("?")[0]))]);
});
