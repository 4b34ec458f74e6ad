// The templates of a project: built-in ones and its own, by category and language.
import { Button, NativeSelect } from "@mantine/core";
import { IconPlus, IconTemplate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useRights } from "../api/rights";
import type { MailTemplate } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { CATEGORIES } from "./categories";
import { templatesQuery } from "./templates-query";

const CreateTemplate = lazy(() => import("./create-template"));

const LABELS = new Map(CATEGORIES.map(({ value, label }) => [value, label]));

function compare(a: MailTemplate, b: MailTemplate): number {
	return a.slug.localeCompare(b.slug) || a.locale.localeCompare(b.locale);
}

export function MailTemplates() {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const [filter, setFilter] = useState({ category: "", locale: "en" });
	const [isCreating, setCreating] = useState(false);
	const templates = useQuery(templatesQuery(project.id));
	const locales = [...new Set((templates.data ?? []).map(({ locale }) => locale))].sort();
	const isShown = ({ category, locale }: MailTemplate) =>
		(filter.category === "" || category === filter.category) && (filter.locale === "" || locale === filter.locale);
	return (
		<Page
			title="Templates"
			lead="What the mails say, in each language. A language that a person prefers and no template has falls back to the project's, then to English."
			action={
				mayDo(project.role ?? org.role, "mail.write") ? (
					<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
						New template
					</Button>
				) : null
			}
			calls={[{ method: "GET", path: "/api/v1/mail_templates", projectId: project.id }]}
		>
			<div className="gh-toolbar">
				<NativeSelect
					label="Category"
					data={[{ value: "", label: "Any category" }, ...CATEGORIES]}
					value={filter.category}
					onChange={(event) => setFilter({ ...filter, category: event.currentTarget.value })}
				/>
				<NativeSelect
					label="Language"
					data={[{ value: "", label: "Any language" }, ...locales]}
					value={filter.locale}
					onChange={(event) => setFilter({ ...filter, locale: event.currentTarget.value })}
				/>
			</div>
			<Resource
				query={templates}
				isEmpty={(all) => !all.some(isShown)}
				empty={
					<Empty title="No template of that kind" icon={<IconTemplate size={26} stroke={1.5} />}>
						Choose another category or language.
					</Empty>
				}
			>
				{(all) => <TemplateTable rows={all.filter(isShown).sort(compare)} projectId={project.id} />}
			</Resource>
			<Suspense>
				{isCreating ? <CreateTemplate templates={templates.data ?? []} onClose={() => setCreating(false)} /> : null}
			</Suspense>
		</Page>
	);
}

function TemplateTable({ rows, projectId }: { rows: MailTemplate[]; projectId: string }) {
	return (
		<Table
			label="Templates"
			rows={rows}
			rowKey={({ slug, locale }) => `${slug} ${locale}`}
			columns={[
				{
					key: "name",
					label: "Template",
					cell: ({ slug, locale, name }) => (
						<div className="gh-cell-main">
							<Link to="/projects/$projectId/mail-templates/$slug/$locale" params={{ projectId, slug, locale }}>
								{name}
							</Link>
							<span className="gh-dim">{slug}</span>
						</div>
					),
				},
				{ key: "locale", label: "Language", cell: ({ locale }) => locale },
				{ key: "category", label: "Category", cell: ({ category }) => LABELS.get(category) },
				{
					key: "words",
					label: "Words",
					cell: ({ builtin, customized }) =>
						builtin && !customized ? <Pill>Built in</Pill> : <Pill tone="accent">{builtin ? "Your words" : "Your own"}</Pill>,
				},
				{ key: "updated", label: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
			]}
		/>
	);
}
