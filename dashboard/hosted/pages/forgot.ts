// The page for a forgotten password.
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startOwnedPage } from "../page";

void startOwnedPage(async () => runFlow(await FlowRun.open("recover")));
