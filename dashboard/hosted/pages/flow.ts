// The pages that begin with a flow of their own: to sign in, to sign up, to get back in.
import { Refusal } from "../api";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startOwnedPage } from "../page";

type Kind = "sign_in" | "sign_up" | "recover";

/** An app wants the person who is signed in to prove it again; who isn't any more signs in. */
async function open(): Promise<FlowRun> {
	const kind = document.body.dataset.flow as Kind;
	if (kind !== "sign_in" || !new URLSearchParams(location.search).has("again")) {
		return FlowRun.open(kind);
	}
	try {
		return await FlowRun.open("reauthenticate");
	} catch (error) {
		if (error instanceof Refusal && error.status === 401) {
			return FlowRun.open("sign_in");
		}
		throw error;
	}
}

void startOwnedPage(async () => runFlow(await open()));
