// What the redirect settings change: where mails lead, what the hosted pages are told, where signing out may lead to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, makeEmail, makePassword, openFlow, person, projectUser, sharedServer, waitForMail } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/redirect_settings";
const APP = "https://shop.example.com";

async function make(settings) {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	if (settings)
		expectStatus(await session.patch(AT, settings), 200);
	return { owner, project, session, hosted: (page) => `${server.authUrl}/p/${project.clientId}/${page}` };
}

const ofProject = (project) => ({ client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
const withoutToken = (url) => url.split("#")[0];

async function resetMail(project) {
	const somebody = await projectUser(server, project, { password: makePassword() });
	const flow = await openFlow(server, "recover", ofProject(project));
	await flow.go("recover", { identifier: somebody.email });
	return { somebody, mail: await waitForMail(server, somebody.email) };
}

test("a reset mail leads to password_reset_url with its token behind the #, else to the hosted page; the token works from there", async () => {
	const { project, session, hosted } = await make();
	assert.equal(withoutToken((await resetMail(project)).mail.url), hosted("reset"));
	expectStatus(await session.patch(AT, { password_reset_url: `${APP}/new-password?from=mail` }), 200);
	const { mail } = await resetMail(project);
	assert.equal(withoutToken(mail.url), `${APP}/new-password?from=mail`);
	assert.match(mail.url, /#mlt_[A-Za-z0-9]{38}$/);
	const browser = new Client(server, { site: "auth" });
	const redeem = () => browser.post("/api/v1/flows/redeem", { token: mail.token, client_id: project.clientId }, { csrf: false, headers: { Origin: browser.origin } });
	assert.equal(expectStatus(await redeem(), 200).state, "new_password");
	expectError(await redeem(), 410, "link_invalid");
});

test("only the project's own pages change: another project of the organization mails what it mailed before", async () => {
	const { owner, project } = await make({ password_reset_url: `${APP}/new-password`, sign_in_url: `${APP}/login` });
	const other = await owner.org.project();
	assert.equal(withoutToken((await resetMail(project)).mail.url), `${APP}/new-password`);
	assert.equal(withoutToken((await resetMail(other)).mail.url), `${server.authUrl}/p/${other.clientId}/reset`);
});

test("who signs up with an address that is taken is told where to sign in: at sign_in_url, else at the hosted page", async () => {
	const { project, session, hosted } = await make();
	const told = async () => {
		const somebody = await projectUser(server, project);
		const flow = await openFlow(server, "sign_up", ofProject(project));
		await flow.go("sign_up", { email: somebody.email, password: makePassword(), name: "Ada" });
		return (await waitForMail(server, somebody.email)).url;
	};
	assert.equal(await told(), hosted("sign-in"));
	expectStatus(await session.patch(AT, { sign_in_url: `${APP}/login` }), 200);
	assert.equal(await told(), `${APP}/login`);
});

test("the same where somebody wants an address that is taken for their account", async () => {
	const { project } = await make({ sign_in_url: `${APP}/login` });
	const holder = await projectUser(server, project);
	const asker = await (await projectUser(server, project)).session();
	expectStatus(await asker.post("/api/v1/account/email", { email: holder.email }), 202);
	assert.equal((await waitForMail(server, holder.email)).url, `${APP}/login`);
});

test("mails that only the hosted pages can take stay with them", async () => {
	const { project, hosted } = await make({ sign_in_url: `${APP}/login`, sign_up_url: `${APP}/join`, invitation_url: `${APP}/invited`, password_reset_url: `${APP}/new-password` });
	const email = makeEmail();
	const flow = await openFlow(server, "sign_up", ofProject(project));
	await flow.go("sign_up", { email, password: makePassword(), name: "Ada" });
	assert.equal(withoutToken((await waitForMail(server, email)).url), hosted("verify"));
});

test("the hosted pages are told of the app's own sign-in and sign-up; the answer's ETag changes with them", async () => {
	const { project, session } = await make();
	const client = new Client(server, { site: "auth" });
	const read = () => client.get(`/api/v1/public/sign_in_config?client_id=${project.clientId}`);
	const before = await read();
	assert.deepEqual([before.json.sign_in_url, before.json.sign_up_url], [null, null]);
	expectStatus(await session.patch(AT, { sign_in_url: `${APP}/login`, sign_up_url: `${APP}/join` }), 200);
	const after = await read();
	assert.deepEqual([after.json.sign_in_url, after.json.sign_up_url], [`${APP}/login`, `${APP}/join`]);
	assert.notEqual(after.headers.etag, before.headers.etag);
});

test("rule 38 signing out leads to a registered address, else to the homepage; what isn't registered is refused", async () => {
	const { owner, project, session } = await make();
	const client = new Client(server, { site: "auth" });
	const ask = (uri, { clientId } = project) => client.get(`/api/v1/public/sign_out_target?client_id=${clientId}${uri === undefined ? "" : `&redirect_uri=${encodeURIComponent(uri)}`}`);
	assert.deepEqual(expectStatus(await ask(), 200), { redirect_to: null });
	expectField(await ask(`${APP}/bye`), "redirect_uri", "unregistered");
	expectStatus(await session.patch(AT, { sign_out_redirects: [`${APP}/bye`], app_homepage_url: `${APP}/` }), 200);
	assert.deepEqual(expectStatus(await ask(), 200), { redirect_to: `${APP}/` });
	assert.deepEqual(expectStatus(await ask(`${APP}/bye`), 200), { redirect_to: `${APP}/bye` });
	for (const bad of [`${APP}/bye/`, `${APP}/bye?x`, `${APP}/Bye`, `${APP}/`, "https://evil.example/", "http://localhost/callback", "javascript:alert(1)"])
		expectField(await ask(bad), "redirect_uri", "unregistered");
	expectField(await ask(""), "redirect_uri");
	const other = await owner.org.project();
	expectField(await ask(`${APP}/bye`, other), "redirect_uri", "unregistered");
	expectError(await ask(`${APP}/bye`, { clientId: `proj_${"0".repeat(24)}` }), 404, "not_found");
});
