// The frame of a page: title, one sentence, main action, "View as API".
import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { type ApiCall, ViewAsApi } from "./view-as-api";

interface PageProps {
	title: string;
	lead?: ReactNode;
	action?: ReactNode;
	calls?: ApiCall[];
	children: ReactNode;
}

export function Page({ title, lead, action, calls, children }: PageProps) {
	useEffect(() => {
		document.title = `${title} · Gatehouse`;
	}, [title]);
	return (
		<div className="gh-page">
			<header className="gh-page-head">
				<div className="gh-page-title">
					<Title order={1}>{title}</Title>
					{lead ? (
						<Text c="dimmed" maw={640}>
							{lead}
						</Text>
					) : null}
				</div>
				{action ? <Group gap="xs">{action}</Group> : null}
			</header>
			{children}
			{calls ? <ViewAsApi calls={calls} /> : null}
		</div>
	);
}

interface SectionProps {
	title: string;
	lead?: ReactNode;
	action?: ReactNode;
	isDanger?: boolean;
	children: ReactNode;
}

export function Section({ title, lead, action, isDanger, children }: SectionProps) {
	return (
		<section className={isDanger ? "gh-section gh-section-danger" : "gh-section"} aria-label={title}>
			<div className="gh-section-head">
				<div>
					<Title order={2}>{title}</Title>
					{lead ? (
						<Text c="dimmed" size="sm">
							{lead}
						</Text>
					) : null}
				</div>
				{action}
			</div>
			{children}
		</section>
	);
}
