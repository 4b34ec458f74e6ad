// The organization's projects as cards.
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconLayoutGrid, IconPlus, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Environment, Project } from "../api/types";
import { usePlace } from "../shell/place";
import { Avatar } from "../ui/avatar";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { EnvironmentPill, Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";

const CreateProject = lazy(() => import("./create-project"));

type Filter = "all" | Environment;

function useProjects(orgId: string, filter: Filter, search: string) {
	return useList({
		key: ["projects", orgId, filter, search],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/projects", {
					params: {
						query: {
							cursor,
							environment: filter === "all" ? undefined : filter,
							search: search || undefined,
						},
					},
				}),
			),
	});
}

export function Projects() {
	const { org } = usePlace();
	const mayDo = useRights();
	const [filter, setFilter] = useState<Filter>("all");
	const [text, setText] = useState("");
	const [search] = useDebouncedValue(text.trim(), 250);
	const [isCreating, setCreating] = useState(false);
	const projects = useProjects(org.id, filter, search);
	const canCreate = mayDo(org.role, "project.create");
	const isFiltered = filter !== "all" || search !== "";
	const create = canCreate ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
			New project
		</Button>
	) : null;
	return (
		<Page
			title="Projects"
			lead="Each project holds one app's users, keys and settings, apart from all others."
			action={create}
			calls={[{ method: "GET", path: "/api/v1/projects" }]}
		>
			<div className="gh-toolbar">
				<TextInput
					className="gh-toolbar-grow"
					aria-label="Search projects"
					placeholder="Name, slug or id"
					leftSection={<IconSearch size={16} />}
					value={text}
					onChange={(event) => setText(event.currentTarget.value)}
				/>
				<SegmentedControl
					aria-label="Environment"
					value={filter}
					onChange={(value) => setFilter(value as Filter)}
					data={[
						{ value: "all", label: "All" },
						{ value: "live", label: "Live" },
						{ value: "test", label: "Test" },
					]}
				/>
			</div>
			<Resource
				query={projects}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty
						title={isFiltered ? "No project matches" : "No projects yet"}
						icon={<IconLayoutGrid size={26} stroke={1.5} />}
						action={isFiltered ? undefined : create}
					>
						{isFiltered
							? "Try another word, or look at all environments."
							: "Make one project for each app and environment."}
					</Empty>
				}
			>
				{(rows) => (
					<ul className="gh-cards">
						{rows.map((project) => (
							<li key={project.id}>
								<ProjectCard project={project} />
							</li>
						))}
					</ul>
				)}
			</Resource>
			<More query={projects} />
			{isCreating ? (
				<Suspense>
					<CreateProject onClose={() => setCreating(false)} />
				</Suspense>
			) : null}
		</Page>
	);
}

function ProjectCard({ project }: { project: Project }) {
	return (
		<Link
			to="/projects/$projectId"
			params={{ projectId: project.id }}
			className={project.environment === "test" ? "gh-card gh-card-test" : "gh-card"}
		>
			<div className="gh-card-head">
				<Avatar name={project.name} imageUrl={project.logo_url} />
				<div className="gh-cell-main">
					<span className="gh-card-name">{project.name}</span>
					<code className="gh-dim gh-card-slug">{project.slug}</code>
				</div>
			</div>
			{project.description ? <p className="gh-dim gh-card-text">{project.description}</p> : null}
			<div className="gh-card-foot">
				<EnvironmentPill environment={project.environment} />
				<Pill>{project.type}</Pill>
				{project.is_default ? <Pill>Default</Pill> : null}
			</div>
		</Link>
	);
}
