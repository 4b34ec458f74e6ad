// For each route a request that succeeds, made anew each time: the positive control of every generated case.
//
// A sample gets a world (a fresh organization with its owner) and answers
//	target	the address, its ids filled in
//	json	the body, for routes that take one
//	status	what success looks like (default 200; 404 for the set-up that is done, 429 for a second mail within the minute)
//	by	the client that sends it, where it isn't the owner with the kind of credential that is asked for
//	ids	{name: a stranger's id} for the path's parameters, to be answered like ids that don't exist

import { Client } from "../../harness/http.mjs";
import { KEY_SCOPES, operator, person, projectUser } from "../../harness/person.mjs";
import { Authenticator, totp } from "../../harness/authenticator.mjs";
import * as factors from "../../harness/factors.mjs";
import * as fixtures from "../../harness/fixtures.mjs";
import * as licenses from "../../harness/licenses.mjs";
import * as usage from "../../harness/usage.mjs";
import { png, upload } from "../../harness/pictures.mjs";
import { waitForMail } from "../../harness/mail.mjs";
import { digest, makeEmail, makeId, makePassword, makePhone, makeSecret, makeSlug } from "../../harness/secrets.mjs";
import { activationOf, licenseOf, licenseSamples } from "./samples_of_licenses.mjs";
import { connectionOf, itemOf, paymentOf, paymentSamples } from "./samples_of_payments.mjs";
import { featureOf, planOf, planSamples } from "./samples_of_plans.mjs";
import { usageSamples } from "./samples_of_usage.mjs";

export class World {
	static async make(server, options) {
		const world = new World();
		world.server = server;
		world.owner = await person(server, options);
		world.org = world.owner.org;
		world.project = world.org.defaultProject;
		return world;
	}

	/** The owner's session, personal token or OAuth token, or a service key with every scope. */
	client(kind) {
		if (kind === "S")
			return this.owner.session();
		if (kind === "P")
			return this.owner.token();
		if (kind === "O")
			return this.owner.accessToken();
		return this.org.key({ project: kind === "pinned" ? this.project : undefined, scopes: KEY_SCOPES });
	}
}

async function withFlow(flow, action, json, more = {}) {
	const by = flow.browser.with({ headers: flow.headers() });
	return { target: `/api/v1/flows/${flow.id}/${action}`, json, by, ...more };
}

/** A flow of a project in which these methods are on. */
async function methodFlow(world, methods) {
	await fixtures.signInSettings(world.project, { methods }, { server: world.server });
	return fixtures.openFlow(world.server, "sign_in", { browser: new Client(world.server, { site: "auth" }), client_id: world.project.clientId });
}

const fromBrowser = (world) => {
	const client = new Client(world.server);
	return client.with({ headers: { Origin: client.origin } });
};

const userOf = (world, options) => fixtures.user(world.project, { server: world.server, ...options });
const trustedIssuerOf = (world) => fixtures.trustedIssuer(world.owner, world.project, {}, { server: world.server });
const resourceServerOf = (world) => fixtures.resourceServer(world.owner, world.project);
const initialTokenOf = (world) => fixtures.initialToken(world.project, { server: world.server, by: world.owner });
const connectorTestOf = (world) => fixtures.connectorTest(world.project, { server: world.server });
const ownPasskey = async (world) => factors.addPasskey(await world.owner.session());
const ownTotp = async (world) => factors.addTotp(await world.owner.session());

export const samples = {
	"GET /api/v1/setup": async () => ({}),
	"POST /api/v1/setup": async (world) => ({
		by: fromBrowser(world), status: 404,
		json: { setup_token: makeSecret("gset_"), email: makeEmail(), password: makePassword(), name: "Owner", org_name: "Company" },
	}),
	"GET /api/v1/installation/orgs": async (world) => {
		await person(world.server, { orgName: `Near ${world.org.slug}` });
		return { by: await (await operator(world.server)).session(), target: `/api/v1/installation/orgs?q=${world.org.slug}` };
	},
	"PATCH /api/v1/installation/orgs/{org_id}": async (world) => ({
		by: await (await operator(world.server)).session(), target: `/api/v1/installation/orgs/${world.org.id}`, json: { status: "suspended" },
	}),
	"GET /api/v1/me": async () => ({}),
	"GET /api/v1/me/orgs": async () => ({}),
	"GET /api/v1/whoami": async () => ({}),
	"GET /api/v1/org_roles": async () => ({}),
	"GET /api/v1/orgs": async () => ({}),
	"POST /api/v1/orgs": async () => ({ json: { name: "Second", slug: makeSlug() }, status: 201 }),
	"GET /api/v1/orgs/{org_id}": async (world) => ({ target: `/api/v1/orgs/${world.org.id}` }),
	"PATCH /api/v1/orgs/{org_id}": async (world) => ({ target: `/api/v1/orgs/${world.org.id}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/orgs/{org_id}": async (world) => ({ target: `/api/v1/orgs/${world.org.id}?confirm=${world.org.slug}`, status: 204 }),
	"GET /api/v1/members": async () => ({}),
	"GET /api/v1/members/{id}": async (world) => ({ target: `/api/v1/members/${world.owner.memberId}` }),
	"PATCH /api/v1/members/{id}": async (world) => {
		const other = await world.org.member("member");
		return { target: `/api/v1/members/${other.memberId}`, json: { role: "viewer" } };
	},
	"DELETE /api/v1/members/{id}": async (world) => ({ target: `/api/v1/members/${(await world.org.member("member")).memberId}`, status: 204 }),
	"DELETE /api/v1/members/me": async (world) => ({ by: await (await world.org.member("member")).session(), status: 204 }),
	"GET /api/v1/invitations": async () => ({}),
	"POST /api/v1/invitations": async () => ({ json: { kind: "email", email: makeEmail(), role: "member" }, status: 201 }),
	"POST /api/v1/invitations/{id}/resend": async (world) => ({ target: `/api/v1/invitations/${(await fixtures.invitation(world.org)).id}/resend`, json: {} }),
	"DELETE /api/v1/invitations/{id}": async (world) => ({ target: `/api/v1/invitations/${(await fixtures.invitation(world.org)).id}`, status: 204 }),
	"POST /api/v1/invitations/lookup": async (world) => ({ by: fromBrowser(world), json: { secret: (await fixtures.invitation(world.org)).secret } }),
	"POST /api/v1/invitations/accept": async (world) => {
		const email = makeEmail();
		const { secret } = await fixtures.invitation(world.org, { email });
		const other = await person(world.server, { email });
		return { by: await other.session(), json: { secret }, status: 201 };
	},
	"POST /api/v1/invitations/decline": async (world) => ({ json: { secret: (await fixtures.invitation(world.org)).secret }, status: 204 }),
	"POST /api/v1/orgs/join": async (world) => ({
		by: await (await person(world.server)).session(), json: { code: (await fixtures.inviteCode(world.org)).code }, status: 201,
	}),
	"GET /api/v1/orgs/search": async (world) => {
		const near = await person(world.server, { orgName: `Near ${world.org.slug}` });
		await world.server.sql.run`UPDATE orgs SET discoverable = TRUE WHERE id = ${world.org.id} OR id = ${near.org.id}`;
		return { target: `/api/v1/orgs/search?q=${world.org.slug}` };
	},
	"GET /api/v1/people/search": async () => ({ target: "/api/v1/people/search?q=pat" }),
	"GET /api/v1/palette/search": async (world) => ({ target: `/api/v1/palette/search?q=${world.org.slug}` }),
	"GET /api/v1/projects": async () => ({}),
	"POST /api/v1/projects": async () => ({ json: { name: "Shop" }, status: 201 }),
	"GET /api/v1/projects/{project_id}": async (world) => ({ target: `/api/v1/projects/${world.project.id}` }),
	"PATCH /api/v1/projects/{project_id}": async (world) => ({ target: `/api/v1/projects/${world.project.id}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/projects/{project_id}": async (world) => {
		const extra = await world.org.project();
		return { target: `/api/v1/projects/${extra.id}?confirm=${extra.slug}`, status: 204 };
	},
	"POST /api/v1/projects/{project_id}/reset": async (world) => ({ target: `/api/v1/projects/${world.project.id}/reset`, json: { confirm: "RESET" }, status: 204 }),
	"GET /api/v1/projects/{project_id}/members": async (world) => ({ target: `/api/v1/projects/${world.project.id}/members` }),
	"POST /api/v1/projects/{project_id}/members": async (world) => ({
		target: `/api/v1/projects/${world.project.id}/members`, json: { user_id: (await world.org.member("member")).id, role: "admin" }, status: 201,
	}),
	"PATCH /api/v1/projects/{project_id}/members/{user_id}": async (world) => {
		const other = await world.org.member("member");
		await fixtures.override(world.project, other, "viewer");
		return { target: `/api/v1/projects/${world.project.id}/members/${other.id}`, json: { role: "manager" } };
	},
	"DELETE /api/v1/projects/{project_id}/members/{user_id}": async (world) => {
		const other = await world.org.member("member");
		await fixtures.override(world.project, other, "viewer");
		return { target: `/api/v1/projects/${world.project.id}/members/${other.id}`, status: 204 };
	},
	"GET /api/v1/api_keys": async () => ({}),
	"POST /api/v1/api_keys": async () => ({ json: { kind: "service", name: "Shop server" }, status: 201 }),
	"GET /api/v1/api_keys/{id}": async (world) => ({ target: `/api/v1/api_keys/${(await world.org.key()).id}` }),
	"PATCH /api/v1/api_keys/{id}": async (world) => ({ target: `/api/v1/api_keys/${(await world.org.key()).id}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/api_keys/{id}": async (world) => ({ target: `/api/v1/api_keys/${(await world.org.key()).id}`, status: 204 }),
	"POST /api/v1/api_keys/{id}/rotate": async (world) => ({ target: `/api/v1/api_keys/${(await world.org.key()).id}/rotate`, json: { grace_s: 60 }, status: 201 }),
	"GET /api/v1/clients": async () => ({}),
	"POST /api/v1/clients": async () => ({ json: { name: "Shop" }, status: 201 }),
	"PATCH /api/v1/clients/{id}": async (world) => ({ target: `/api/v1/clients/${world.project.clientId}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/clients/{id}": async (world) => ({ target: `/api/v1/clients/${(await fixtures.client(world.owner)).id}`, status: 204 }),
	"GET /api/v1/clients/{id}": async (world) => ({ target: `/api/v1/clients/${world.project.clientId}` }),
	"POST /api/v1/clients/{id}/redirect_uris": async (world) => ({
		target: `/api/v1/clients/${world.project.clientId}/redirect_uris`, json: { uri: "https://shop.example.com/callback" }, status: 201,
	}),
	"DELETE /api/v1/clients/{id}/redirect_uris": async (world) => {
		const extra = await world.org.project({ redirect_uris: ["http://localhost/callback", "https://shop.example.com/callback"] });
		return { target: `/api/v1/clients/${extra.clientId}/redirect_uris?uri=${encodeURIComponent("https://shop.example.com/callback")}&project_id=${extra.id}`, status: 204 };
	},
	"POST /api/v1/clients/{id}/rotate_secret": async (world) => ({ target: `/api/v1/clients/${world.project.clientId}/rotate_secret`, json: {} }),
	"GET /api/v1/audit_events": async () => ({}),
	"GET /api/v1/audit_events/{id}": async (world) => ({ target: `/api/v1/audit_events/${(await fixtures.auditEvent(world.org, { project: world.project })).id}` }),
	"GET /api/v1/audit_events/export": async () => ({}),
	"POST /api/v1/audit_events/verify": async () => ({ json: {} }),
	"GET /api/v1/events/tail": async () => ({}),
	"GET /api/v1/events": async () => ({}),
	"GET /api/v1/events/{id}": async (world) => ({ target: `/api/v1/events/${(await fixtures.event(world.project, { server: world.server })).id}` }),
	"GET /api/v1/event_types": async () => ({}),
	"GET /api/v1/auth_request": async (world, kind) => ({
		by: kind ? await world.client(kind) : await world.org.key(), target: `/api/v1/auth_request?client_id=${world.project.clientId}&accept=api_key`, status: 204,
	}),
	"GET /api/v1/public/sign_in_config": async () => ({}),
	"GET /api/v1/public/assets/{client_id}/{digest}": async (world) => {
		const name = digest(makeId("usr")).toString("hex");
		await world.server.sql.query(`REPLACE INTO assets (project_id, owner_id, kind, body_digest, media_type, body) VALUES ('${world.project.id}', '${world.project.id}', 'css', 0x${name}, 'text/css; charset=utf-8', '')`);
		return { target: `/api/v1/public/assets/${world.project.clientId}/${name}` };
	},
	"POST /api/v1/flows": async (world) => ({ by: fromBrowser(world), json: { kind: "sign_in", transport: "cookie" }, status: 201 }),
	"GET /api/v1/flows/{flow_id}": async (world) => {
		const flow = await fixtures.openFlow(world.server);
		return { by: flow.browser, target: `/api/v1/flows/${flow.id}` };
	},
	"POST /api/v1/flows/{flow_id}/identify": async (world) => withFlow(await fixtures.openFlow(world.server), "identify", { identifier: makeEmail() }),
	"POST /api/v1/flows/{flow_id}/sign_up": async (world) =>
		withFlow(await fixtures.openFlow(world.server, "sign_up"), "sign_up", { email: makeEmail(), password: makePassword(), name: "New" }),
	"POST /api/v1/flows/{flow_id}/password": async (world) => {
		const known = await person(world.server, { password: true });
		const flow = await fixtures.openFlow(world.server);
		await flow.go("identify", { identifier: known.email });
		return withFlow(flow, "password", { password: known.password });
	},
	"POST /api/v1/flows/{flow_id}/recover": async (world) => withFlow(await fixtures.openFlow(world.server, "recover"), "recover", { identifier: makeEmail() }),
	"POST /api/v1/flows/{flow_id}/send_code": async (world) => withFlow(await fixtures.signUpFlow(world.server), "send_code", { channel: "email" }, { status: 429 }),
	"POST /api/v1/flows/{flow_id}/send_link": async (world) => {
		const flow = await methodFlow(world, ["magic_link"]);
		await flow.go("identify", { identifier: makeEmail() });
		return withFlow(flow, "send_link", {});
	},
	"POST /api/v1/flows/{flow_id}/anonymous": async (world) => withFlow(await methodFlow(world, ["anonymous"]), "anonymous", {}),
	"POST /api/v1/flows/{flow_id}/verify_code": async (world) => {
		const flow = await fixtures.signUpFlow(world.server);
		const mail = await waitForMail(world.server, flow.email);
		return withFlow(flow, "verify_code", { code: mail.code });
	},
	"POST /api/v1/flows/{flow_id}/set_password": async (world) => {
		const known = await person(world.server, { password: true });
		return withFlow(await fixtures.newPasswordFlow(world.server, known.email), "set_password", { password: makePassword() });
	},
	"POST /api/v1/flows/{flow_id}/back": async (world) => {
		const flow = await fixtures.openFlow(world.server);
		await flow.go("identify", { identifier: makeEmail() });
		return withFlow(flow, "back", {});
	},
	"POST /api/v1/flows/{flow_id}/complete": async (world) => {
		const known = await person(world.server, { password: true });
		return withFlow(await fixtures.signInFlow(world.server, { email: known.email, password: known.password }), "complete", {});
	},
	"POST /api/v1/flows/{flow_id}/totp": async (world) => {
		const { flow, secret } = await factors.secondFactorFlow(world.server);
		return withFlow(flow, "totp", { code: totp(secret) });
	},
	"POST /api/v1/flows/{flow_id}/backup_code": async (world) => {
		const { flow, backup_codes } = await factors.secondFactorFlow(world.server);
		return withFlow(flow, "backup_code", { code: backup_codes[0] });
	},
	"POST /api/v1/flows/{flow_id}/passkey_options": async (world) => withFlow((await factors.secondFactorFlow(world.server, "passkey")).flow, "passkey_options", {}),
	"POST /api/v1/flows/{flow_id}/passkey": async (world) => {
		const { flow, authenticator } = await factors.secondFactorFlow(world.server, "passkey");
		const { passkey_options } = await flow.go("passkey_options");
		return withFlow(flow, "passkey", { credential: authenticator.get(passkey_options) });
	},
	"POST /api/v1/flows/{flow_id}/totp_start": async (world) => withFlow((await factors.enrollFlow(world.server)).flow, "totp_start", {}),
	"POST /api/v1/flows/{flow_id}/totp_verify": async (world) => {
		const { flow } = await factors.enrollFlow(world.server);
		const begun = await flow.go("totp_start");
		return withFlow(flow, "totp_verify", { code: totp(begun.totp.secret) });
	},
	"POST /api/v1/flows/{flow_id}/passkey_register_options": async (world) => withFlow((await factors.enrollFlow(world.server)).flow, "passkey_register_options", {}),
	"POST /api/v1/flows/{flow_id}/passkey_register": async (world) => {
		const { flow } = await factors.enrollFlow(world.server);
		const { passkey_options } = await flow.go("passkey_register_options");
		return withFlow(flow, "passkey_register", { credential: new Authenticator({ origin: flow.browser.origin }).create(passkey_options) });
	},
	"POST /api/v1/flows/{flow_id}/social": async (world) => {
		await fixtures.socialProvider(world.owner, "github");
		await (await world.owner.session()).patch("/api/v1/sign_in_settings", { methods: ["password", "social"] });
		const flow = await fixtures.openFlow(world.server, "sign_in", { browser: new Client(world.server, { site: "auth" }), client_id: world.project.clientId });
		return withFlow(flow, "social", { provider: "github" });
	},
	"GET /api/v1/social/callback": async () => ({ target: "/api/v1/social/callback?state=nobodys&code=x", status: 303 }),
	"POST /api/v1/social/callback": async () => ({ status: 303 }),
	"POST /api/v1/flows/redeem": async (world) => {
		const known = await person(world.server, { password: true });
		const mail = await fixtures.recoverMail(world.server, known.email);
		return { by: fromBrowser(world), json: { token: mail.token } };
	},
	"GET /api/v1/branding": async () => ({}),
	"PATCH /api/v1/branding": async () => ({ json: { primary_color: "#123456" } }),
	"POST /api/v1/branding/check": async () => ({ json: { custom_css: ".gh-card{color:red}" } }),
	"PUT /api/v1/branding/logo": async () => ({ json: upload(png()) }),
	"DELETE /api/v1/branding/logo": async (world) => {
		const session = await world.owner.session({ headers: { "X-Project-Id": world.project.id } });
		await session.request("PUT", "/api/v1/branding/logo", { json: upload(png()) });
		return { status: 204 };
	},
	"GET /api/v1/redirect_settings": async () => ({}),
	"PATCH /api/v1/redirect_settings": async () => ({ json: { app_homepage_url: "https://shop.example.com/" } }),
	"GET /api/v1/public/sign_out_target": async (world) => ({
		by: new Client(world.server, { site: "auth" }), target: `/api/v1/public/sign_out_target?client_id=${world.project.clientId}`,
	}),
	"GET /api/v1/public/username_available": async (world) => {
		await fixtures.signInSettings(world.project, { methods: ["password", "username"] }, { server: world.server });
		return { by: new Client(world.server, { site: "auth" }), target: `/api/v1/public/username_available?client_id=${world.project.clientId}&username=pat` };
	},
	"GET /api/v1/sign_in_settings": async () => ({}),
	"PATCH /api/v1/sign_in_settings": async () => ({ json: { link_minutes: 20 } }),
	"GET /api/v1/sign_in_settings/readiness": async () => ({}),
	"GET /api/v1/mail_settings": async () => ({}),
	"PATCH /api/v1/mail_settings": async () => ({ json: { from_name: "Shop" } }),
	"POST /api/v1/mail_settings/test": async () => ({ json: { to: makeEmail() }, status: 202 }),
	"GET /api/v1/sms_settings": async () => ({}),
	"PATCH /api/v1/sms_settings": async () => ({ json: { default_channel: "sms" } }),
	"POST /api/v1/sms_settings/test": async () => ({ json: { to: makePhone() }, status: 202 }),
	"GET /api/v1/mail_templates": async () => ({}),
	"GET /api/v1/mail_templates/{slug}": async () => ({ target: "/api/v1/mail_templates/welcome" }),
	"PUT /api/v1/mail_templates/{slug}": async () => ({ target: "/api/v1/mail_templates/welcome", json: fixtures.WORDS }),
	"DELETE /api/v1/mail_templates/{slug}": async () => ({ target: "/api/v1/mail_templates/welcome", status: 204 }),
	"POST /api/v1/mail_templates/{slug}/preview": async () => ({ target: "/api/v1/mail_templates/welcome/preview", json: { data: { url: "https://example.com/" } } }),
	"POST /api/v1/mail_templates/{slug}/test": async () => ({ target: "/api/v1/mail_templates/welcome/test", json: { to: makeEmail() }, status: 202 }),
	"POST /api/v1/users/{id}/mail": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/mail`, json: { template: "verification" }, status: 202 }),
	"POST /api/v1/mail/send": async () => ({ json: { to: makeEmail(), template: "welcome", data: { url: "https://example.com/" } }, status: 202 }),
	"GET /api/v1/messages": async () => ({}),
	"GET /api/v1/messages/{message_id}": async (world) => ({ target: `/api/v1/messages/${await fixtures.message(world)}` }),
	"POST /api/v1/messages/{message_id}/retry": async (world) => ({ target: `/api/v1/messages/${await fixtures.message(world)}/retry`, json: {} }),
	"GET /api/v1/rate_limits": async () => ({}),
	"DELETE /api/v1/rate_limits/{key}": async (world) => ({ target: `/api/v1/rate_limits/${await fixtures.rateLimit(world.project, { server: world.server })}`, status: 204 }),
	"GET /api/v1/session": async () => ({}),
	"DELETE /api/v1/session": async () => ({ status: 204 }),
	"POST /api/v1/session/switch": async (world) => {
		const browser = await world.owner.session();
		return { by: browser, json: { session_id: browser.id }, status: 204 };
	},
	"POST /api/v1/users/{id}/impersonate": async (world) => ({
		target: `/api/v1/users/${(await projectUser(world.server, world.project)).id}/impersonate`,
		json: { reason: "They can't find their order" }, status: 201,
	}),
	"POST /api/v1/session/impersonate": async (world) => {
		const { clientId } = world.project;
		const owner = await world.owner.session();
		const user = await projectUser(world.server, world.project);
		const answer = await owner.post(`/api/v1/users/${user.id}/impersonate`, { reason: "They can't find their order" });
		const browser = new Client(world.server, { site: "auth" });
		browser.headers = { Origin: browser.origin };
		return { by: browser, json: { client_id: clientId, token: answer.json.redirect_to.split("#as=")[1] }, status: 204 };
	},
	"POST /api/v1/session/stop_impersonating": async (world) => {
		const user = await projectUser(world.server, world.project);
		return { by: await user.session({ impersonator_id: world.owner.id, impersonation_reason: "testing" }), json: {}, status: 204 };
	},
	"GET /api/v1/oauth_requests/{id}": async (world) => {
		const { browser, id } = await fixtures.consentRequest(world.server, world.project);
		return { by: browser, target: `/api/v1/oauth_requests/${id}` };
	},
	"POST /api/v1/oauth_requests/{id}/decision": async (world) => {
		const { browser, id } = await fixtures.consentRequest(world.server, world.project);
		return { by: browser, target: `/api/v1/oauth_requests/${id}/decision`, json: { approve: true } };
	},
	"GET /api/v1/grants": async (world) => {
		for (let i = 0; i < 2; i++)
			await fixtures.grant(world.project, (await userOf(world)).id, { server: world.server });
		return {};
	},
	"DELETE /api/v1/grants/{id}": async (world) => ({ target: `/api/v1/grants/${await fixtures.grant(world.project, (await userOf(world)).id, { server: world.server })}`, status: 204 }),
	"GET /api/v1/account/grants": async (world) => {
		for (let i = 0; i < 2; i++)
			await fixtures.consoleGrant(world.owner, { server: world.server });
		return {};
	},
	"DELETE /api/v1/account/grants/{id}": async (world) => ({ target: `/api/v1/account/grants/${await fixtures.consoleGrant(world.owner, { server: world.server })}`, status: 204 }),
	"POST /api/v1/clients/{id}/revoke_tokens": async (world) => ({ target: `/api/v1/clients/${world.project.clientId}/revoke_tokens`, json: {} }),
	"POST /api/v1/device_authorizations/claim": async (world) => {
		const { browser, user_code } = await fixtures.waitingDevice(world.server, world.project);
		return { by: browser, json: { user_code } };
	},
	"GET /api/v1/account/export": async () => ({}),
	"GET /api/v1/users/{id}/export": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/export` }),
	"GET /api/v1/account": async () => ({}),
	"PATCH /api/v1/account": async () => ({ json: { name: "Renamed" } }),
	"DELETE /api/v1/account": async (world) => ({ by: await (await world.org.member("member")).session(), target: "/api/v1/account?confirm=DELETE", status: 202 }),
	"PUT /api/v1/account/image": async () => ({ json: upload(png()) }),
	"DELETE /api/v1/account/image": async () => ({ status: 204 }),
	"POST /api/v1/account/email": async () => ({ json: { email: makeEmail("next") }, status: 202 }),
	"POST /api/v1/account/email/verify": async (world) => {
		const browser = await world.owner.session();
		const email = makeEmail("next");
		await browser.post("/api/v1/account/email", { email });
		return { by: browser, json: { code: (await waitForMail(world.server, email)).code }, status: 204 };
	},
	"POST /api/v1/account/phone": async () => ({ json: { phone: makePhone() }, status: 202 }),
	// The code is on its way to a phone: the best answer that can be had here is that it's another one.
	"POST /api/v1/account/phone/verify": async () => ({ json: { code: "000000" }, status: 401 }),
	"GET /api/v1/account/sessions": async () => ({}),
	"DELETE /api/v1/account/sessions": async () => ({ status: 204 }),
	"DELETE /api/v1/account/sessions/{session_id}": async (world) => ({ target: `/api/v1/account/sessions/${(await world.owner.session()).id}`, status: 204 }),
	"GET /api/v1/account/factors": async () => ({}),
	"PATCH /api/v1/account/factors/{factor_id}": async (world) => ({ target: `/api/v1/account/factors/${(await ownPasskey(world)).factor_id}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/account/factors/{factor_id}": async (world) => {
		const { factor_id } = await ownTotp(world);
		return { target: `/api/v1/account/factors/${factor_id}`, status: 204 };
	},
	"POST /api/v1/account/totp": async () => ({ json: {}, status: 201 }),
	"POST /api/v1/account/totp/verify": async (world) => {
		const by = await world.owner.session();
		const { json } = await by.post("/api/v1/account/totp");
		return { by, json: { code: totp(json.secret) } };
	},
	"POST /api/v1/account/backup_codes": async () => ({ json: {}, status: 201 }),
	"POST /api/v1/account/passkeys/options": async () => ({ json: {} }),
	"POST /api/v1/account/passkeys": async (world) => {
		const by = await world.owner.session();
		const { json } = await by.post("/api/v1/account/passkeys/options");
		return { by, json: { credential: new Authenticator({ origin: by.origin }).create(json.passkey_options) }, status: 201 };
	},
	"POST /api/v1/account/password": async (world) => {
		const known = await person(world.server, { password: true });
		return { by: await known.session(), json: { current_password: known.password, new_password: makePassword() }, status: 204 };
	},
	"GET /api/v1/social_providers": async () => ({}),
	"PUT /api/v1/social_providers/{key}": async () => ({ target: "/api/v1/social_providers/github", json: fixtures.GITHUB }),
	"DELETE /api/v1/social_providers/{key}": async (world) => {
		await fixtures.socialProvider(world.owner, "github");
		return { target: "/api/v1/social_providers/github", status: 204 };
	},
	"POST /api/v1/social_providers/{key}/check": async (world) => {
		await fixtures.socialProvider(world.owner, "github");
		return { target: "/api/v1/social_providers/github/check", json: {}, status: 202 };
	},
	"GET /api/v1/users": async () => ({}),
	"POST /api/v1/users": async () => ({ json: { email: makeEmail() }, status: 201 }),
	"POST /api/v1/users/import": async () => ({ json: { on_conflict: "skip", users: [{ email: makeEmail() }] } }),
	"GET /api/v1/users/lookup": async (world) => ({ target: `/api/v1/users/lookup?email=${encodeURIComponent((await userOf(world)).email)}` }),
	"GET /api/v1/users/{id}": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}` }),
	"PATCH /api/v1/users/{id}": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}`, json: { name: "Renamed" } }),
	"DELETE /api/v1/users/{id}": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}`, status: 204 }),
	...Object.fromEntries(["activate", "deactivate", "ban", "unban", "unlock"].map((verb) =>
		[`POST /api/v1/users/{id}/${verb}`, async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/${verb}`, json: {} })])),
	"PUT /api/v1/users/{id}/password": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/password`, json: { password: makePassword() }, status: 204 }),
	"GET /api/v1/users/{id}/claims": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/claims` }),
	"PATCH /api/v1/users/{id}/claims": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/claims`, json: { claims: { tier: "gold" } } }),
	"POST /api/v1/claims": async (world) => ({ json: { user_id: (await userOf(world)).id, claims: { tier: "gold" } } }),
	"GET /api/v1/users/{id}/sessions": async (world) => {
		const one = await userOf(world);
		await fixtures.userSession(world.project, one, { server: world.server });
		await fixtures.userSession(world.project, one, { server: world.server });
		return { target: `/api/v1/users/${one.id}/sessions` };
	},
	"DELETE /api/v1/users/{id}/sessions": async (world) => ({ target: `/api/v1/users/${(await userOf(world)).id}/sessions`, status: 204 }),
	"DELETE /api/v1/sessions/{id}": async (world) => ({
		target: `/api/v1/sessions/${(await fixtures.userSession(world.project, await userOf(world), { server: world.server })).id}`, status: 204,
	}),
	"GET /api/v1/resource_servers": async () => ({}),
	"POST /api/v1/resource_servers": async () => ({ json: { identifier: "https://api.example.com/v1", name: "API", scopes: [{ name: "orders:read", description: "See orders" }] }, status: 201 }),
	...Object.fromEntries(Object.entries({ GET: {}, PATCH: { json: { name: "Renamed", scopes: [] } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/resource_servers/{id}`, async (world) => ({ target: `/api/v1/resource_servers/${(await resourceServerOf(world)).id}`, ...more })])),
	"GET /api/v1/trusted_issuers": async (world) => {
		await trustedIssuerOf(world);
		await trustedIssuerOf(world);
		return {};
	},
	"POST /api/v1/trusted_issuers": async (world) => {
		await world.server.sql.run`UPDATE projects SET type = 'hybrid' WHERE id = ${world.project.id}`;
		return { json: { kind: "workload", issuer: "https://ci.example.com", jwks_uri: "https://ci.example.com/keys", subject: "repo:shop", client_id: world.project.clientId }, status: 201 };
	},
	...Object.fromEntries(Object.entries({ GET: {}, PATCH: { json: { scopes: ["tool:read"] } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/trusted_issuers/{id}`, async (world) => ({ target: `/api/v1/trusted_issuers/${(await trustedIssuerOf(world)).id}`, ...more })])),
	...licenseSamples,
	"GET /api/v1/analytics/overview": async () => ({}),
	"GET /api/v1/analytics/{metric}": async () => ({ target: "/api/v1/analytics/sign_ins" }),
	...usageSamples,
	...paymentSamples,
	...planSamples,
	"GET /api/v1/oauth_settings": async () => ({}),
	"PATCH /api/v1/oauth_settings": async () => ({ json: { access_token_ttl_s: 900 } }),
	"GET /api/v1/clients/{id}/claims": async (world) => ({ target: `/api/v1/clients/${world.project.clientId}/claims?user_id=${(await userOf(world)).id}` }),
	"POST /api/v1/connector_tests": async () => ({ json: { url: "https://mcp.example.com/mcp" }, status: 202 }),
	"GET /api/v1/connector_tests/{id}": async (world) => ({ target: `/api/v1/connector_tests/${await connectorTestOf(world)}` }),
	"POST /api/v1/connector_tests/{id}/answer": async (world) => ({ target: `/api/v1/connector_tests/${await connectorTestOf(world)}/answer`, json: { state: "s", code: "c" }, status: 410 }),
	"GET /api/v1/public/connector_client": async () => ({}),
	"POST /api/v1/oauth_settings/initial_tokens": async () => ({ json: { expires_in_s: 3600, uses: 1 }, status: 201 }),
	"GET /api/v1/oauth_settings/initial_tokens": async (world) => {
		for (let i = 0; i < 2; i++)
			await initialTokenOf(world);
		return {};
	},
	"DELETE /api/v1/oauth_settings/initial_tokens/{id}": async (world) => ({ target: `/api/v1/oauth_settings/initial_tokens/${await initialTokenOf(world)}`, status: 204 }),
	"GET /api/v1/signing_keys": async () => ({}),
	"POST /api/v1/signing_keys/rotate": async () => ({ json: { alg: "ES256", mode: "planned" }, status: 201 }),
	"GET /api/v1/account/identities": async () => ({}),
	"DELETE /api/v1/account/identities/{identity_id}": async (world) => {
		const known = await person(world.server, { password: true });
		const id = await fixtures.identity(known.server.consoleId, known.id, { server: world.server });
		return { by: await known.session(), target: `/api/v1/account/identities/${id}`, status: 204 };
	},
	"GET /api/v1/users/{id}/identities": async (world) => {
		const one = await userOf(world);
		for (const provider of ["github", "discord"])
			await fixtures.identity(world.project.id, one.id, { server: world.server, provider });
		return { target: `/api/v1/users/${one.id}/identities` };
	},
	"DELETE /api/v1/users/{id}/identities/{identity_id}": async (world) => {
		await fixtures.signInSettings(world.project, { methods: ["password", "social"] }, { server: world.server });
		const one = await userOf(world);
		await fixtures.identity(world.project.id, one.id, { server: world.server, provider: "discord" });
		return { target: `/api/v1/users/${one.id}/identities/${await fixtures.identity(world.project.id, one.id, { server: world.server })}`, status: 204 };
	},
	"GET /api/v1/users/{id}/factors": async (world) => {
		const one = await userOf(world);
		for (let i = 0; i < 2; i++)
			await fixtures.factor(world.project.id, one.id, { server: world.server });
		return { target: `/api/v1/users/${one.id}/factors` };
	},
	"DELETE /api/v1/users/{id}/factors/{factor_id}": async (world) => {
		const one = await userOf(world);
		return { target: `/api/v1/users/${one.id}/factors/${await fixtures.factor(world.project.id, one.id, { server: world.server })}`, status: 204 };
	},
	"GET /healthz": async () => ({}),
	"GET /readyz": async () => ({}),
	"GET /metrics": async () => ({}),
};

/** {id} is of the noun before it. */
function kindOf(parameter, route) {
	if (route?.path.startsWith("/api/v1/social_providers/"))
		return "provider";
	const nouns = { members: "member_id", invitations: "invitation_id", api_keys: "key_id", clients: "client_id", audit_events: "audit_event_id", events: "event_id", users: "project_user_id", sessions: "project_session_id", resource_servers: "resource_server_id", licenses: "license_id", plans: "plan_id", features: "feature_id", items: "item_id", payments: "payment_id", checkout: "payment_id", connections: "connection_id", meters: "meter_id", invoices: "invoice_id", trusted_issuers: "trusted_issuer_id", oauth_requests: "oauth_request_id", grants: "grant_id", connector_tests: "connector_test_id", oauth_settings: "initial_token_id" };
	if (parameter === "id" && route?.path.startsWith("/api/v1/account/grants"))
		return "account_grant_id";
	return parameter === "id" ? nouns[route.path.split("/")[3]] : parameter;
}

/** A stranger's object for a path parameter, of the kind that the route names; null where ids of strangers are no question. */
export async function strangersId(world, parameter, route) {
	const stranger = await World.make(world.server);
	switch (kindOf(parameter, route)) {
	case "org_id": return stranger.org.id;
	case "project_id": return stranger.project.id;
	case "member_id": return stranger.owner.memberId;
	case "user_id": return stranger.owner.id;
	case "invitation_id": return (await fixtures.invitation(stranger.org)).id;
	case "key_id": return (await stranger.org.key()).id;
	case "client_id": return stranger.project.clientId;
	case "audit_event_id": return (await fixtures.auditEvent(stranger.org, { project: stranger.project })).id;
	case "oauth_request_id": return (await fixtures.consentRequest(world.server, stranger.project)).id;
	case "grant_id": return fixtures.grant(stranger.project, (await userOf(stranger)).id, { server: world.server });
	case "account_grant_id": return fixtures.consoleGrant(stranger.owner, { server: world.server });
	case "trusted_issuer_id": return (await trustedIssuerOf(stranger)).id;
	case "resource_server_id": return (await resourceServerOf(stranger)).id;
	case "connector_test_id": return connectorTestOf(stranger);
	case "initial_token_id": return initialTokenOf(stranger);
	case "invoice_id": return usage.invoice(stranger.org, { server: world.server });
	case "meter_id": return (await usage.meter(stranger.owner, stranger.project)).id;
	case "connection_id": return (await connectionOf(stranger)).id;
	case "item_id": return (await itemOf(stranger)).id;
	case "payment_id": return (await paymentOf(stranger)).id;
	case "plan_id": return (await planOf(stranger)).id;
	case "feature_id": return (await featureOf(stranger)).id;
	case "feature_key": return (await featureOf(stranger)).feature_key;
	case "license_id": return (await licenseOf(stranger)).id;
	case "activation_id": return (await activationOf(stranger)).answer.activation_id;
	case "kid": return licenses.retiredLicenseKey(stranger.owner, stranger.project);
	case "project_user_id": return (await userOf(stranger)).id;
	case "project_session_id": return (await fixtures.userSession(stranger.project, await userOf(stranger), { server: world.server })).id;
	case "event_id": return (await fixtures.event(stranger.project, { server: world.server })).id;
	case "session_id": return (await stranger.owner.session()).id;
	case "key": return fixtures.rateLimit(stranger.project, { server: world.server });
	// A provider's key is a word, the same for everybody: whose it is, social_providers.test.mjs asks.
	case "identity_id": return fixtures.identity(world.server.consoleId, stranger.owner.id, { server: world.server });
	case "provider": return "strangers";
	case "slug": return "strangers";
	case "message_id": return fixtures.message(stranger);
	case "factor_id": return (await factors.addPasskey(await stranger.owner.session())).factor_id;
	case "flow_id": return (await fixtures.openFlow(world.server)).id;
	default: throw new Error(`samples.mjs doesn't know {${parameter}}`);
	}
}

export function nobodysId(parameter, route) {
	const prefixes = { org_id: "org", license_id: "lic", plan_id: "pln", feature_id: "fea", item_id: "itm", payment_id: "pay", connection_id: "con", meter_id: "mtr", invoice_id: "ivc", activation_id: "act", kid: "lsk", project_id: "prj", member_id: "mem", user_id: "usr", project_user_id: "usr", project_session_id: "ses", invitation_id: "inv", key_id: "key", audit_event_id: "aud", event_id: "evt", message_id: "msg", session_id: "ses", flow_id: "flw", factor_id: "fac", identity_id: "idn", resource_server_id: "rsv", connector_test_id: "cnt", trusted_issuer_id: "tis", oauth_request_id: "ort", grant_id: "grt", account_grant_id: "grt", initial_token_id: "itk" };
	const kind = kindOf(parameter, route);
	if (kind === "key")
		return `account_${"0".repeat(64)}`;
	if (kind === "provider" || kind === "feature_key")
		return "nobodys";
	if (kind === "slug")
		return "nobodys";
	return kind === "client_id" ? "proj_000000000000000000000000" : makeId(prefixes[kind]);
}

