// The page on which people make an account.
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import { startPage } from "../page";

void startPage(async () => runFlow(await FlowRun.open("sign_up")));
