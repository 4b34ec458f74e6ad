// The page for a forgotten password.
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startPage } from "../page";

void startPage(async () => runFlow(await FlowRun.open("recover")));
