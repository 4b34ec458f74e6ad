// The links at the side: the project's pages, then the organization's.
import {
	IconActivity,
	IconAppWindow,
	IconArrowGuide,
	IconBuilding,
	IconCash,
	IconChartLine,
	IconDeviceMobileMessage,
	IconGauge,
	IconHistory,
	IconKey,
	IconLayoutGrid,
	IconMail,
	IconLicense,
	IconLogin2,
	IconMailForward,
	IconMessages,
	IconPalette,
	IconRobot,
	IconPlugConnected,
	IconReceipt,
	IconRoute,
	IconServer2,
	IconServerCog,
	IconServer,
	IconSettings,
	IconShieldCheck,
	IconSignature,
	IconTags,
	IconTemplate,
	IconTerminal2,
	IconUsers,
	IconUsersGroup,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useRights } from "../api/rights";
import { isConsole } from "../api/types";
import type { Place } from "./place";

interface NavItem {
	to: string;
	label: string;
	icon: ComponentType<{ size?: number; stroke?: number }>;
	/** The permission without which the page would only say "forbidden". */
	needs?: string;
	/** The first of several pages, whose addresses begin with this one's. */
	isArea?: boolean;
}

const PROJECT_ITEMS: NavItem[] = [
	{ to: "/projects/$projectId", label: "Overview", icon: IconActivity },
	{ to: "/projects/$projectId/analytics", label: "Analytics", icon: IconChartLine, needs: "analytics.read" },
	{ to: "/projects/$projectId/users", label: "Users", icon: IconUsersGroup, needs: "user.read", isArea: true },
	{ to: "/projects/$projectId/clients", label: "Clients", icon: IconAppWindow, needs: "client.read", isArea: true },
	{ to: "/projects/$projectId/resource-servers", label: "Resource servers", icon: IconServer, needs: "resource_server.read", isArea: true },
	{ to: "/projects/$projectId/connected-apps", label: "Connected apps", icon: IconPlugConnected, needs: "user.read" },
	{ to: "/projects/$projectId/plans", label: "Plans", icon: IconTags, needs: "plan.read" },
	{ to: "/projects/$projectId/licenses", label: "Licenses", icon: IconLicense, needs: "license.read", isArea: true },
	{ to: "/projects/$projectId/payments", label: "Payments", icon: IconCash, needs: "payment.read", isArea: true },
	{ to: "/projects/$projectId/usage", label: "Usage & limits", icon: IconGauge, needs: "usage.read" },
	{ to: "/projects/$projectId/api-keys", label: "API keys", icon: IconKey },
	{ to: "/projects/$projectId/members", label: "Members", icon: IconUsers, needs: "project_member.read" },
	{ to: "/projects/$projectId/sign-in", label: "Sign-in", icon: IconLogin2, needs: "sign_in.read", isArea: true },
	{ to: "/projects/$projectId/branding", label: "Branding", icon: IconPalette, needs: "sign_in.read" },
	{ to: "/projects/$projectId/redirects", label: "Redirects", icon: IconArrowGuide, needs: "sign_in.read" },
	{ to: "/projects/$projectId/mail", label: "Mail", icon: IconMail, needs: "mail.read" },
	{ to: "/projects/$projectId/sms", label: "SMS", icon: IconDeviceMobileMessage, needs: "mail.read" },
	{ to: "/projects/$projectId/mail-templates", label: "Templates", icon: IconTemplate, needs: "mail.read", isArea: true },
	{ to: "/projects/$projectId/messages", label: "Messages", icon: IconMessages, needs: "mail.read" },
	{ to: "/projects/$projectId/events", label: "Events", icon: IconServer2, needs: "event.read" },
	{ to: "/projects/$projectId/audit-log", label: "Audit log", icon: IconHistory, needs: "audit.read" },
	{ to: "/projects/$projectId/protect", label: "Protect a site", icon: IconShieldCheck },
	{ to: "/projects/$projectId/connector-test", label: "Test a connector", icon: IconRoute, needs: "oauth_settings.write" },
	{ to: "/projects/$projectId/playground", label: "API playground", icon: IconTerminal2 },
	{ to: "/projects/$projectId/oauth", label: "OAuth settings", icon: IconSignature, needs: "oauth_settings.read" },
	{ to: "/projects/$projectId/settings", label: "Settings", icon: IconSettings },
];

const ORG_ITEMS: NavItem[] = [
	{ to: "/orgs/$orgId/projects", label: "Projects", icon: IconLayoutGrid },
	{ to: "/orgs/$orgId/members", label: "Members", icon: IconUsers, needs: "member.read" },
	{ to: "/orgs/$orgId/invitations", label: "Invitations", icon: IconMailForward, needs: "invitation.read" },
	{ to: "/orgs/$orgId/api-keys", label: "API keys", icon: IconKey },
	{ to: "/orgs/$orgId/mcp", label: "MCP", icon: IconRobot },
	{ to: "/orgs/$orgId/billing", label: "Billing", icon: IconReceipt, needs: "billing.read", isArea: true },
	{ to: "/orgs/$orgId/audit-log", label: "Audit log", icon: IconHistory, needs: "audit.read" },
	{ to: "/orgs/$orgId/settings", label: "Settings", icon: IconBuilding },
];

const INSTALLATION: NavItem = { to: "/orgs/$orgId/installation", label: "Installation", icon: IconServerCog };

/** Owners and admins of the organization that runs the installation. */
function isOperated({ org }: Place): boolean {
	return (org.role === "owner" || org.role === "admin") && org.projects.some(isConsole);
}

interface NavListProps {
	title: string;
	items: NavItem[];
	params: Record<string, string>;
	role: string;
}

function NavList({ title, items, params, role }: NavListProps) {
	const mayDo = useRights();
	return (
		<section aria-label={title}>
			<h2>{title}</h2>
			<ul>
				{items
					.filter(({ needs }) => !needs || mayDo(role, needs))
					.map(({ to, label, icon: Icon, isArea }) => (
						<li key={to}>
							<Link to={to} params={params as never} activeOptions={{ exact: !isArea }}>
								<Icon size={17} stroke={1.7} aria-hidden />
								{label}
							</Link>
						</li>
					))}
			</ul>
		</section>
	);
}

export function Navigation({ place }: { place: Place }) {
	return (
		<nav className="gh-nav" aria-label="Main">
			{place.project ? (
				<NavList
					title={place.project.name}
					items={PROJECT_ITEMS}
					params={{ projectId: place.project.id }}
					role={place.project.role}
				/>
			) : null}
			<NavList
				title={place.org.name}
				items={isOperated(place) ? [...ORG_ITEMS, INSTALLATION] : ORG_ITEMS}
				params={{ orgId: place.org.id }}
				role={place.org.role}
			/>
		</nav>
	);
}
