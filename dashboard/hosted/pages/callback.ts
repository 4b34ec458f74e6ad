// Where a sign-in provider sends the browser back to: goes on with the flow that the fragment names.
import { Refusal } from "../api";
import { button, showProblem } from "../card";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startOwnedPage } from "../page";
import { fragmentSecret, pageUrl } from "../place";
import { t } from "../text";

void startOwnedPage(async () => {
	const id = fragmentSecret("flw_");
	if (!id) {
		const again = button(t("start_again"), () => location.assign(pageUrl("sign-in")), "plain");
		return showProblem(new Refusal(410, "flow_expired", ""), undefined, [again]);
	}
	return runFlow(await FlowRun.takeUp(id));
});
