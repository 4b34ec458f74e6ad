// The pages that mails lead to: nothing happens until a button is pressed, so that a mail scanner's visit uses nothing up.
import { signInAddress } from "./brand";
import { button, link, show, showProblem } from "./card";
import { FlowRun } from "./flow";
import { runFlow } from "./flow-view";
import { showMissing, startPage } from "./page";
import { fragmentSecret } from "./place";
import { t } from "./text";

interface Words {
	title: string;
	text: string;
	button: string;
}

export function mailedLink(words: () => Words): void {
	void startPage(async () => {
		const secret = fragmentSecret("mlt_");
		if (!secret) {
			return showMissing(t("link_missing"));
		}
		const { title, text, button: label } = words();
		show({ title, text, body: [button(label, () => redeem(secret))] });
	});
}

async function redeem(secret: string): Promise<void> {
	let run: FlowRun;
	try {
		run = await FlowRun.redeem(secret);
	} catch (error) {
		showProblem(error, undefined, [link(t("back_to_sign_in"), signInAddress())]);
		return;
	}
	// The secret is used up: it needn't stay in the address or the history.
	history.replaceState(null, "", location.pathname + location.search);
	await runFlow(run);
}
