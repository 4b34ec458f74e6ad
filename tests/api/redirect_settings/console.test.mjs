// The console's own redirect settings: every organization's invitations follow them, so this has a server of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, makeEmail, operator, ownServer, person, waitForMail } from "../../harness/index.mjs";

const server = await ownServer();
const APP = "https://shop.example.com";

test("an invitation's link leads to the console's invitation_url where the operator has a page of their own", async () => {
	const somebody = await operator(server);
	const session = await somebody.session({ headers: { "X-Project-Id": server.consoleId } });
	const owner = await (await person(server)).session();
	const invite = async (more) => expectStatus(await owner.post("/api/v1/invitations", { role: "member", ...more }), 201);
	const byMail = () => invite({ kind: "email", email: makeEmail("invited") });
	assert.ok((await byMail()).url.startsWith(`${server.url}/invite#ginv_`));
	assert.ok((await invite({ kind: "code" })).url.startsWith(`${server.url}/join#`));
	expectStatus(await session.patch("/api/v1/redirect_settings", { invitation_url: `${APP}/invited` }), 200);
	const { url, email, secret } = await byMail();
	assert.equal(url, `${APP}/invited#${secret}`);
	assert.equal((await waitForMail(server, email)).url, url);
	const code = await invite({ kind: "code" });
	assert.equal(code.url, `${APP}/invited#${code.secret}`);
});
