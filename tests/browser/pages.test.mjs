// Every page and every dialog, with data: axe finds nothing, nothing is wider than the window, in light and dark, wide and 320 px.

import { test } from "node:test";
import { activation, assign, auditEvent, client, connectorTest, event, expectStatus, factor, feature, GITHUB, grant, identity, invitation, invoice, message, override, overrideFeature, ownServer, paidBy, payment, person, plan, rateLimit, resourceServer, retiredLicenseKey, socialProvider, toldPayment, trustedIssuer, user, userSession } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const LOOKS = [
	{ width: 1280, height: 860, scheme: "light" },
	{ width: 320, height: 720, scheme: "dark" },
];

const REPORT = {
	sign_in_url: "https://mcp.subdomain.with.a.rather.long.name.example.com/authorize?response_type=code",
	hops: [{
		step: "challenge", verdict: "failed",
		request: { method: "POST", url: "https://mcp.subdomain.with.a.rather.long.name.example.com/mcp", headers: "Content-Type: application/json", body: "{\"jsonrpc\":\"2.0\"}" },
		reply: { status: 401, headers: "Content-Type: application/json", body: "{}", took_ms: 12 },
		problems: [{ code: "no_challenge", message: "The 401 has no WWW-Authenticate header.", remedy: "Send WWW-Authenticate: Bearer resource_metadata=\"…\" with each 401.", detail: "https://mcp.subdomain.with.a.rather.long.name.example.com/mcp" }],
	}],
};

/** Two plans, one of which is over, that differ in features; the user is on one, and was given more than it gives. */
async function sell(owner, project, somebody) {
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	await feature(owner, project, { feature_key: "export_with_a_rather_long_name_that_has_to_be_cut_somewhere" });
	await feature(owner, project, { feature_key: "seats", type: "limit" });
	await plan(owner, project, { plan_key: "pro", display_name: "Pro for small shops", trial_days: 14, features: { seats: 5 } });
	const old = await plan(owner, project, { plan_key: "old", display_name: "Old" });
	expectStatus(await session.patch(`/api/v1/plans/${old.id}`, { archived: true }), 200);
	await assign(owner, project, somebody, { plan_key: "pro", trial: true });
	await overrideFeature(owner, project, somebody, "seats", { value: 50 });
	expectStatus(await session.patch(`/api/v1/users/${somebody.id}/claims`, { claims: { tier: "gold", regions: ["Batavia", "Bandung"], beta: true } }), 200);
}

/** An organization with something in each of its lists. */
async function furnish(server) {
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = await owner.org.project({ name: "Shop", redirect_uris: ["https://shop.example.com/callback", "http://localhost:3000/callback"] });
	await owner.org.project({ name: "A test project with a long name that has to be cut somewhere", environment: "test" });
	const colleague = await owner.org.member("manager", { name: "Mary Somerville" });
	await owner.org.member("viewer", { name: "Luigi Menabrea" });
	await override(project, colleague, "admin");
	await owner.org.key({ project, name: "Billing worker" });
	await owner.org.key({ environment: "test", name: "CI" });
	await owner.token({ name: "My laptop" });
	await invitation(owner.org);
	await auditEvent(owner.org);
	await auditEvent(owner.org, { project, changes: JSON.stringify({ name: ["Shp", "Shop"] }) });
	await auditEvent(owner.org, { project, action: "access.denied", result: "denied" });
	await event(project, { server });
	await rateLimit(project, { server });
	await socialProvider(owner, "github", GITHUB, { headers: { "X-Project-Id": project.id } });
	const somebody = await user(project, { server, email: "uma@example.com" });
	await user(project, { server, email: "victor.with.a.rather.long.address@subdomain.example.com", status: "banned" });
	await userSession(project, somebody, { server });
	await message({ owner, project, server });
	await factor(project.id, somebody.id, { server });
	await factor(project.id, somebody.id, { server, kind: "passkey", name: "A laptop with a long name", confirmed: false });
	await identity(project.id, somebody.id, { server });
	const app = await client(owner, { name: "Shop app", redirect_uris: ["https://shop.example.com/app/callback"], scopes: ["tool:read"] }, { headers: { "X-Project-Id": project.id } });
	await trustedIssuer(owner, project, { issuer: "https://cluster.with.a.rather.long.name.example.com/oidc/4f1c", subject: "system:serviceaccount:shop:agent" }, { server });
	const api = await resourceServer(owner, project, { name: "Orders", identifier: "https://orders.subdomain.with.a.rather.long.name.example.com/mcp", scopes: [{ name: "orders:read", description: "See your orders" }] });
	await grant(project, somebody.id, { server });
	const tested = await connectorTest(project, { server, report: REPORT });
	const { license } = await activation(owner, project, { product_name: "Analytical Engine with a rather long name", max_activations: 3, ip_locked: true });
	await retiredLicenseKey(owner, project);
	await sell(owner, project, somebody);
	const bill = await invoice(owner.org, { server });
	const pending = await payment(owner, project, { buyer_email: "victor.with.a.rather.long.address@subdomain.example.com" });
	const told = await toldPayment(owner, project);
	await server.sql.run`UPDATE payments SET provider = 'stripe' WHERE id = ${told.id}`;
	await paidBy(owner, project);
	return { owner, project, somebody, app, api, tested, license, bill, pending, told };
}

const press = (name, role = "button") => async (page) => page.getByRole(role, { name }).first().click();
const choose = (menu, item) => async (page) => {
	await page.getByRole("button", { name: menu }).first().click();
	await page.getByRole("menuitem", { name: item }).click();
};
const openDialog = (...steps) => async (page) => {
	for (const step of steps)
		await step(page);
	await page.getByRole("dialog").waitFor();
	await page.getByRole("dialog").getByRole("button", { name: "View as API" }).click();
};
const openFirstEntry = async (page) => page.locator("summary").first().click();

function views({ owner, project, somebody, app, api, tested, license, bill, pending, told }) {
	const org = `/dashboard/orgs/${owner.org.id}`;
	const one = `/dashboard/projects/${project.id}`;
	return [
		[`${org}/projects`, "Projects", { "new project": openDialog(press("New project"), press(/^Type, description/)), "the switcher": press(/Switch organization/) }],
		[`${org}/mcp`, "MCP", { "a client": press("Claude Code", "tab") }],
		[`${org}/billing`, "Billing", { "as API": press("View as API") }],
		[`${org}/billing/${bill}`, /^Invoice No\. /, {}],
		[one, "Shop", {}],
		[`${one}/users`, "Users", { "new user": openDialog(press("New user")), import: press("Import") }],
		[`${one}/users/${somebody.id}`, "uma@example.com", {
			sessions: press("Sessions", "tab"),
			"end all sessions": openDialog(press("Sessions", "tab"), press("End all")),
			"set password": openDialog(press("Methods", "tab"), press("Set password")),
			messages: press("Messages", "tab"),
			"send mail": openDialog(press("Messages", "tab"), press("Send mail")),
			methods: press("Methods", "tab"),
			"remove factor": openDialog(press("Methods", "tab"), press("Remove Authenticator app")),
			"unlink account": openDialog(press("Methods", "tab"), press("Unlink github")),
			apps: press("Apps", "tab"),
			plan: press("Plan", "tab"),
			"override a feature": openDialog(press("Plan", "tab"), press("Override seats")),
			claims: press("Claims", "tab"),
			"a new claim": async (page) => {
				await press("Claims", "tab")(page);
				await press("Add a claim")(page);
			},
			activity: press("Activity", "tab"),
			impersonate: openDialog(press("Impersonate")),
			deactivate: openDialog(press("Deactivate")),
			ban: openDialog(press("Ban")),
			"delete user": openDialog(press("Delete user")),
		}],
		[`${one}/clients`, "Clients", { "new client": openDialog(press("New client")) }],
		[`${one}/clients/${app.id}`, "Shop app", {
			uris: press("URIs and origins", "tab"),
			secrets: press("Secrets", "tab"),
			"new client secret": openDialog(press("Secrets", "tab"), press("New client secret")),
			tokens: press("Tokens", "tab"),
			"revoke all tokens": openDialog(press("Tokens", "tab"), press("Revoke all tokens")),
			snippets: press("Snippets", "tab"),
			"delete client": openDialog(press("Delete client")),
		}],
		[`${one}/analytics`, "Analytics", { "as a table": async (page) => page.getByRole("switch", { name: "Table" }).check() }],
		[`${one}/plans`, "Plans", {
			"new plan": openDialog(press("New plan")),
			"edit plan": openDialog(press("Edit plan pro")),
			"delete plan": openDialog(press("Delete plan old")),
			"new feature": openDialog(press("New feature")),
			"delete feature": openDialog(press("Delete feature seats")),
		}],
		[`${one}/licenses`, "Licenses", {
			"new license": openDialog(press("New license")),
			"many licenses": openDialog(choose("Many at once", "Make many")),
			"import licenses": openDialog(choose("Many at once", "Import a file")),
		}],
		[`${one}/licenses/${license.id}`, license.product_name, {
			"take off a machine": openDialog(press(/^Take off/)),
			settings: press("Settings", "tab"),
			suspend: openDialog(press("Settings", "tab"), press("Suspend")),
			"take off all": openDialog(press("Settings", "tab"), press("Take off all machines")),
			revoke: openDialog(press("Settings", "tab"), press("Revoke")),
			"delete license": openDialog(press("Settings", "tab"), press("Delete license")),
		}],
		[`${one}/licenses/validation`, "License validation", {
			"new key": openDialog(press("New key")),
			"revoke a key": openDialog(press(/^Revoke lsk_/)),
		}],
		[`${one}/payments`, "Payments", { "none matches": async (page) => page.getByLabel("What was sold").selectOption("Invoice") }],
		[`${one}/payments/${pending.id}`, "Sticker", {
			"the money came": openDialog(press("The money came")),
			"call it off": openDialog(press("Call it off")),
		}],
		[`${one}/payments/${told.id}`, "Sticker", {}],
		[`${one}/payments/items`, "Items", {
			"new item": openDialog(press("New item")),
			"sell an item": async (page) => { await press("Sell Sticker")(page); await page.getByLabel("Buyer's e-mail address").waitFor(); },
			"delete an item": openDialog(press("Delete Sticker")),
		}],
		[`${one}/payments/providers`, "Payment providers", {
			"by hand": openDialog(press("Edit By hand")),
			"a key": openDialog(press("Set up Midtrans")),
			"a signing secret": openDialog(press("Replace the signing secret")),
			"take away": openDialog(press("Take away Stripe"), (page) => page.getByLabel("Wipe the key for good").check()),
		}],
		[`${one}/usage`, "Usage & limits", { "new meter": openDialog(press("New meter")), "a limit": openDialog(press("Limit of API requests")) }],
		[`${one}/connected-apps`, "Connected apps", { "revoke access": openDialog(press(/^Revoke /)) }],
		[`${one}/api-keys`, "API keys", {
			"new key": openDialog(press("New service key"), (page) => page.getByLabel("Only some").check()),
			"a key's menu": press("Actions for Billing worker"),
			"edit key": openDialog(choose("Actions for Billing worker", "Edit")),
			"rotate key": openDialog(choose("Actions for Billing worker", "Rotate")),
			"revoke key": openDialog(choose("Actions for Billing worker", "Revoke")),
			"personal tokens": press("Your personal tokens", "tab"),
			"new token": openDialog(press("Your personal tokens", "tab"), press("New personal token")),
		}],
		[`${one}/members`, "Project members", { "as API": press("View as API") }],
		[`${one}/settings`, "Project settings", {
			"new client secret": openDialog(press("New client secret")),
			"make default": openDialog(press("Make default")),
			"delete project": openDialog(press("Delete project")),
		}],
		[`${one}/branding`, "Branding", { "in the dark": async (page) => page.getByRole("radiogroup", { name: "Colours" }).getByText("Dark").click() }],
		[`${one}/redirects`, "Redirects", { "as API": press("View as API") }],
		[`${one}/mail`, "Mail", { "an SMTP server": async (page) => page.getByLabel("Provider").selectOption("An SMTP server") }],
		[`${one}/sms`, "SMS", { twilio: async (page) => page.getByLabel("Provider").selectOption("Twilio") }],
		[`${one}/mail-templates`, "Templates", { "new template": openDialog(press("New template")) }],
		[`${one}/mail-templates/invitation/en`, "Invitation", { "text only": async (page) => page.getByText("Text only").click(), "the kinds of blocks": press("Add a block to the mail") }],
		[`${one}/messages`, "Messages", { "as API": press("View as API"), details: openDialog(press(/^Details of/)) }],
		[`${one}/sign-in`, "Sign-in methods", { "as API": press("View as API") }],
		[`${one}/sign-in/sessions`, "Sessions", { "as API": press("View as API") }],
		[`${one}/sign-in/protection`, "Protection", {
			"a bot check's fields": async (page) => page.getByLabel("Provider", { exact: true }).selectOption("turnstile"),
		}],
		[`${one}/sign-in/providers`, "Sign-in providers", {
			"a provider": openDialog(press("Edit GitHub")),
			"Apple's fields": openDialog(press("Set up Apple")),
			"an OpenID provider": openDialog(press("Add an OpenID provider")),
			"delete a provider": openDialog(press("Delete GitHub")),
		}],
		[`${one}/resource-servers`, "Resource servers", { "new resource server": openDialog(press("New resource server")) }],
		[`${one}/resource-servers/${api.id}`, "Orders", {
			"set up your server": press("Set up your server", "tab"),
			"delete resource server": openDialog(press("Delete resource server")),
		}],
		[`${one}/oauth`, "OAuth settings", {
			"trusted domains": async (page) => page.getByLabel("Whose metadata document").selectOption("trusted"),
			"new initial token": openDialog(press("New initial token")),
			"new trusted issuer": openDialog(press("New trusted issuer")),
			"a workload": openDialog(press("New trusted issuer"), (page) => page.getByLabel("Its tokens stand for").selectOption("workload")),
			"edit trusted issuer": openDialog(press(/^Edit https/)), "stop trusting an issuer": openDialog(press(/^Delete https/)),
			"publish a successor": openDialog(press("Publish a successor")), "replace at once": openDialog(press("Replace at once")),
		}],
		[`${one}/audit-log`, "Audit log", { "an entry": openFirstEntry }],
		[`${one}/events`, "Events", { "an event": openFirstEntry }],
		[`${one}/protect`, "Protect a site", {}],
		[`${one}/connector-test?test=${tested}`, "Test a connector", { "a step": openFirstEntry }],
		["/dashboard/connector-test", "Test a connector", {}],
		[`${one}/playground`, "API playground", {}],
		[`${org}/api-keys`, "API keys", {}],
		[`${org}/members`, "Members", { "the role table": openDialog(press("What roles may do")), "remove member": openDialog(press(/^Remove/)) }],
		[`${org}/invitations`, "Invitations", {
			invite: openDialog(press("Invite somebody")),
			"invite by a code": openDialog(press("Invite somebody"), (page) => page.getByRole("dialog").getByText("By a code").click()),
			resend: openDialog(press(/^Resend/)),
			withdraw: openDialog(press(/^Revoke/)),
		}],
		[`${org}/audit-log`, "Audit log", { "an entry": openFirstEntry }],
		[`${org}/settings`, "Organization settings", {
			leave: openDialog(press("Leave")),
			"delete organization": openDialog(press("Delete organization")),
		}],
		["/dashboard/orgs/new", "New organization", {}],
		["/dashboard/account", "Your account", { "the account menu": press(/Account of/), "deleting the account": press("Delete your account") }],
		["/dashboard/nowhere", "Nothing lives at this address", {}],
	];
}

for (const look of LOOKS) {
	test(`every page and dialog is sound at ${look.width} px in the ${look.scheme}`, async (t) => {
		const server = await ownServer();
		const furnished = await furnish(server);
		const browser = await openBrowserOf(server, furnished.owner, look);
		const { page } = browser;
		const open = async (address, heading) => {
			await page.goto(server.url + address);
			await page.getByRole("heading", { level: 1, name: heading }).waitFor();
			await page.waitForFunction(() => !document.querySelector("[aria-label=Loading]"));
		};
		for (const [address, heading, states] of views(furnished)) {
			await t.test(`${heading} (${address.replace(/\w{3}_[a-z0-9]{16}/, "…")})`, async () => {
				await open(address, heading);
				await assertGoodPage(page, heading);
				for (const [what, reach] of Object.entries(states)) {
					await open(address, heading);
					await reach(page);
					await assertGoodPage(page, `${heading}: ${what}`);
				}
				browser.assertCalm();
			});
		}
		await browser.close();
	});
}
