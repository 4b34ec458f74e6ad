// The pages that mails lead to: nothing happens until a button is pressed, so that a mail scanner's visit uses nothing up.
import { signInAddress } from "../brand";
import { button, link, show, showProblem } from "../card";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { showMissing, startPage } from "../page";
import { fragmentSecret } from "../place";
import { t } from "../text";

const WORDS = {
	verify: ["verify_link_title", "verify_link_text", "verify_link_button"],
	reset: ["reset_link_title", "reset_link_text", "continue"],
	"magic-link": ["magic_link_title", "magic_link_text", "sign_in"],
} as const;

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

void startPage(async () => {
	const secret = fragmentSecret("mlt_");
	if (!secret) {
		return showMissing(t("link_missing"));
	}
	const [title, text, label] = WORDS[document.body.dataset.link as keyof typeof WORDS];
	show({ title: t(title), text: t(text), body: [button(t(label), () => redeem(secret))] });
});
