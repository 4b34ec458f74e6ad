// So many people who give their password at the same moment, and come again when they are told to, until all are in. A process of its own, niced as
// crowd.mjs is. It says "ready", waits for a line, and then says how many milliseconds it took and how often somebody had to come again.
//
//	nice node rush.mjs SERVER-AS-TEXT CLIENT-ID PASSWORD COUNT

import readline from "node:readline";
import { Client } from "../harness/http.mjs";
import { crowdEmail, openFlow } from "../harness/fixtures.mjs";
import { sleep } from "../harness/workplace.mjs";

const [serverText, client_id, password, countText] = process.argv.slice(2);
const server = JSON.parse(serverText);
const flows = [];
let comebacks = 0;

async function stepUp(i) {
	const flow = await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth", check: false }), client_id });
	await flow.go("identify", { identifier: crowdEmail(i) });
	flow.browser.close();
	flows.push(flow);
}

/** On a connection of its own: nginx doesn't keep one for as long as some wait. */
async function getIn(flow) {
	for (let came = false;; came = true) {
		const browser = flow.browser.with({ check: false });
		const { status, headers } = await browser.post(`/api/v1/flows/${flow.id}/password`, { password }, { headers: flow.headers(), csrf: false });
		browser.close();
		/* 409: the answer that was given up took the step nevertheless, and the person is in. */
		if (status === 200 || (status === 409 && came))
			return;
		if (status !== 503 && status !== 429)
			throw new Error(`a password was answered ${status}`);
		comebacks++;
		/* As people do: some at once, some after a look elsewhere. */
		await sleep(1000 * Number(headers["retry-after"]) * (1 + 4 * Math.random()));
	}
}

const rest = Array.from({ length: Number(countText) }, (_, i) => i + 1);
await Promise.all(Array.from({ length: 24 }, async () => {
	while (rest.length > 0)
		await stepUp(rest.pop());
}));
console.log("ready");
await readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const began = performance.now();
await Promise.all(flows.map(getIn));
console.log(`${Math.round(performance.now() - began)} ${comebacks}`);
process.exit(0);
