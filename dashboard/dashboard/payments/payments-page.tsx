// The frame of the pages about money: what was paid, what is sold, by whom the project is paid.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { Page } from "../ui/page";
import type { ApiCall } from "../ui/view-as-api";

const PAGES = [
	{ to: "/projects/$projectId/payments", label: "Payments", needs: "payment.read" },
	{ to: "/projects/$projectId/payments/items", label: "Items", needs: "payment.read" },
	{ to: "/projects/$projectId/payments/providers", label: "Providers", needs: "payment.write" },
];

interface PaymentsPageProps {
	title: string;
	lead: ReactNode;
	action?: ReactNode;
	calls?: ApiCall[];
	children: ReactNode;
}

export function PaymentsPage({ children, ...frame }: PaymentsPageProps) {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	return (
		<Page {...frame}>
			<nav className="gh-tabs" aria-label="Payments">
				<ul>
					{PAGES.filter(({ needs }) => mayDo(project.role, needs)).map(({ to, label }) => (
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
