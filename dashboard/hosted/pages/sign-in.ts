// The page on which people sign in.
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startOwnedPage } from "../page";

void startOwnedPage(async () => runFlow(await FlowRun.open("sign_in")));
