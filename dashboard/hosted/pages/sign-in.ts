// The page on which people sign in.
import { Refusal } from "../api";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startOwnedPage } from "../page";

/** An app wants the person who is signed in to prove it again; who isn't any more signs in. */
async function open(): Promise<FlowRun> {
	if (!new URLSearchParams(location.search).has("again")) {
		return FlowRun.open("sign_in");
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
