// The dashboard's addresses; every page is a chunk of its own.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Loading } from "./ui/resource";
import { NotFound } from "./shell/not-found";
import { PageCrash } from "./shell/page-crash";
import { Shell } from "./shell/shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
	getParentRoute: () => root,
	path: "/",
	component: lazyRouteComponent(() => import("./shell/home"), "Home"),
});

const newOrg = createRoute({
	getParentRoute: () => root,
	path: "/orgs/new",
	component: lazyRouteComponent(() => import("./orgs/new-org"), "NewOrg"),
});

const join = createRoute({
	getParentRoute: () => root,
	path: "/join",
	component: lazyRouteComponent(() => import("./orgs/join"), "Join"),
});

const account = createRoute({
	getParentRoute: () => root,
	path: "/account",
	component: lazyRouteComponent(() => import("./account/account"), "Account"),
});

const connectorAnswer = createRoute({
	getParentRoute: () => root,
	path: "/connector-test",
	component: lazyRouteComponent(() => import("./connector-tests/answer"), "ConnectorAnswer"),
});

const orgRoutes = [
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/projects",
		component: lazyRouteComponent(() => import("./projects/projects"), "Projects"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/members",
		component: lazyRouteComponent(() => import("./members/members"), "Members"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/invitations",
		component: lazyRouteComponent(() => import("./invitations/invitations"), "Invitations"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/api-keys",
		component: lazyRouteComponent(() => import("./api-keys/api-keys"), "OrgApiKeys"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/mcp",
		component: lazyRouteComponent(() => import("./mcp/mcp"), "Mcp"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/audit-log",
		component: lazyRouteComponent(() => import("./audit-events/audit-events"), "OrgAuditEvents"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/installation",
		component: lazyRouteComponent(() => import("./installation/installation"), "Installation"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/settings",
		component: lazyRouteComponent(() => import("./orgs/org-settings"), "OrgSettings"),
	}),
];

const projectRoutes = [
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId",
		component: lazyRouteComponent(() => import("./projects/project-overview"), "ProjectOverview"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/users",
		component: lazyRouteComponent(() => import("./users/users"), "Users"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/users/$userId",
		component: lazyRouteComponent(() => import("./users/user"), "UserPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/clients",
		component: lazyRouteComponent(() => import("./clients/clients"), "Clients"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/clients/$clientId",
		component: lazyRouteComponent(() => import("./clients/client"), "ClientPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/connected-apps",
		component: lazyRouteComponent(() => import("./grants/grants"), "Grants"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/api-keys",
		component: lazyRouteComponent(() => import("./api-keys/api-keys"), "ProjectApiKeys"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/members",
		component: lazyRouteComponent(() => import("./project-members/project-members"), "ProjectMembers"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/sign-in",
		component: lazyRouteComponent(() => import("./sign-in-settings/methods"), "SignInMethods"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/sign-in/providers",
		component: lazyRouteComponent(() => import("./social-providers/providers"), "Providers"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/sign-in/sessions",
		component: lazyRouteComponent(() => import("./sign-in-settings/session-policy"), "SessionPolicy"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/sign-in/protection",
		component: lazyRouteComponent(() => import("./sign-in-settings/protection"), "Protection"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/branding",
		component: lazyRouteComponent(() => import("./branding/branding"), "BrandingPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/redirects",
		component: lazyRouteComponent(() => import("./redirect-settings/redirect-settings"), "RedirectSettingsPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/mail",
		component: lazyRouteComponent(() => import("./mail-settings/mail-settings"), "MailSettingsPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/sms",
		component: lazyRouteComponent(() => import("./sms-settings/sms-settings"), "SmsSettingsPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/mail-templates",
		component: lazyRouteComponent(() => import("./mail-templates/mail-templates"), "MailTemplates"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/mail-templates/$slug/$locale",
		component: lazyRouteComponent(() => import("./mail-templates/mail-template"), "MailTemplatePage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/messages",
		component: lazyRouteComponent(() => import("./messages/messages"), "Messages"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/oauth",
		component: lazyRouteComponent(() => import("./oauth-settings/oauth-settings"), "OauthSettingsPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/plans",
		component: lazyRouteComponent(() => import("./plans/plans"), "Plans"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/analytics",
		component: lazyRouteComponent(() => import("./analytics/analytics"), "Analytics"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/licenses",
		component: lazyRouteComponent(() => import("./licenses/licenses"), "Licenses"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/licenses/validation",
		component: lazyRouteComponent(() => import("./license-settings/license-settings"), "LicenseSettingsPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/licenses/$licenseId",
		component: lazyRouteComponent(() => import("./licenses/license"), "LicensePage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/payments",
		component: lazyRouteComponent(() => import("./payments/payments"), "Payments"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/payments/items",
		component: lazyRouteComponent(() => import("./items/items"), "Items"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/payments/providers",
		component: lazyRouteComponent(() => import("./payment-providers/payment-providers"), "PaymentProviders"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/payments/$paymentId",
		component: lazyRouteComponent(() => import("./payments/payment"), "PaymentPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/usage",
		component: lazyRouteComponent(() => import("./usage/usage"), "Usage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/billing",
		component: lazyRouteComponent(() => import("./billing/billing"), "Billing"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/orgs/$orgId/billing/$invoiceId",
		component: lazyRouteComponent(() => import("./billing/invoice"), "InvoicePage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/resource-servers",
		component: lazyRouteComponent(() => import("./resource-servers/resource-servers"), "ResourceServers"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/resource-servers/$resourceServerId",
		component: lazyRouteComponent(() => import("./resource-servers/resource-server"), "ResourceServerPage"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/settings",
		component: lazyRouteComponent(() => import("./projects/project-settings"), "ProjectSettings"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/audit-log",
		component: lazyRouteComponent(() => import("./audit-events/audit-events"), "ProjectAuditEvents"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/events",
		component: lazyRouteComponent(() => import("./events/events"), "Events"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/playground",
		component: lazyRouteComponent(() => import("./playground/playground"), "Playground"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/connector-test",
		component: lazyRouteComponent(() => import("./connector-tests/connector-tests"), "ConnectorTests"),
	}),
	createRoute({
		getParentRoute: () => root,
		path: "/projects/$projectId/protect",
		component: lazyRouteComponent(() => import("./protect/protect"), "Protect"),
	}),
];

export const router = createRouter({
	routeTree: root.addChildren([home, newOrg, join, account, connectorAnswer, ...orgRoutes, ...projectRoutes]),
	basepath: "/dashboard",
	defaultPreload: "intent",
	defaultPendingComponent: Loading,
	defaultErrorComponent: PageCrash,
	scrollRestoration: true,
});

declare module "@tanstack/react-router" {
	interface Register {
		router: typeof router;
	}
}
