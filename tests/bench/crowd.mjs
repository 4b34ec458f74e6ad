// Twelve people who sign in as fast as they are let, until standard input ends; then the number of sign-ins. A process of its own, so that it can be
// niced: what is measured is what sign-ins cost the server, not what pretending to be browsers costs this machine.
//
//	nice node crowd.mjs SERVER-AS-TEXT [EMAIL…]

import { Client } from "../harness/http.mjs";

const [serverText, ...emails] = process.argv.slice(2);
const server = JSON.parse(serverText);
let goesOn = true;
let signIns = 0;

async function signIn(email) {
	const browser = new Client(server, { check: false, headers: { origin: server.url } });
	const flow = await browser.post("/api/v1/flows", { kind: "sign_in", transport: "cookie" });
	const act = (action, body) => browser.post(`/api/v1/flows/${flow.json.id}/${action}`, body, { headers: { "x-flow-token": flow.json.flow_token } });
	await act("identify", { identifier: email });
	const result = await act("password", { password: server.owner.password });
	browser.close();
	return result.status === 200;
}

process.stdin.resume();
process.stdin.on("end", () => {
	goesOn = false;
});
await Promise.all(emails.map(async (email) => {
	while (goesOn)
		signIns += await signIn(email) ? 1 : 0;
}));
console.log(signIns);
