// The frame of the pages about signing in, with the way from one to the other.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useProjectPlace } from "../shell/place";
import { Page } from "../ui/page";
import type { ApiCall } from "../ui/view-as-api";

const PAGES = [
	{ to: "/projects/$projectId/sign-in", label: "Methods" },
	{ to: "/projects/$projectId/sign-in/providers", label: "Providers" },
	{ to: "/projects/$projectId/sign-in/sessions", label: "Sessions" },
	{ to: "/projects/$projectId/sign-in/protection", label: "Protection" },
];

interface SignInPageProps {
	title: string;
	lead: ReactNode;
	action?: ReactNode;
	calls?: ApiCall[];
	children: ReactNode;
}

export function SignInPage({ children, ...frame }: SignInPageProps) {
	const { project } = useProjectPlace();
	return (
		<Page {...frame}>
			<nav className="gh-tabs" aria-label="Sign-in">
				<ul>
					{PAGES.map(({ to, label }) => (
						<li key={to}>
							<Link to={to} params={{ projectId: project.id } as never} activeOptions={{ exact: true }}>
								{label}
							</Link>
						</li>
					))}
				</ul>
			</nav>
			{children}
		</Page>
	);
}
