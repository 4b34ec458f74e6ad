// The page on which a guest gets an account of their own, and keeps what they have.
import { Refusal } from "../api";
import { link, showProblem } from "../card";
import { el } from "../dom";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startPage } from "../page";
import { pageUrl } from "../place";
import { t } from "../text";

void startPage(async () => {
	try {
		await runFlow(await FlowRun.open("upgrade"));
	} catch (error) {
		if (!(error instanceof Refusal) || (error.code !== "not_anonymous" && error.status !== 401)) {
			throw error;
		}
		const isGuest = error.status === 401;
		const on = isGuest ? link(t("sign_in"), pageUrl("sign-in")) : link(t("account_title"), pageUrl("account"));
		showProblem(isGuest ? new Refusal(401, "not_signed_in", "") : error, undefined, [el("p", {}, on)]);
	}
});
