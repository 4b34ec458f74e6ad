// Chooses the organization and project; shows which one is at work, and whether it's live or test.
import { Menu } from "@mantine/core";
import { IconCheck, IconLayoutGrid, IconPlus, IconSelector } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { MyOrg } from "../api/types";
import { Avatar } from "../ui/avatar";
import { EnvironmentPill } from "../ui/pill";
import type { Place } from "./place";

export function Switcher({ orgs, place }: { orgs: MyOrg[]; place: Place }) {
	const navigate = useNavigate();
	const current = place.project ?? place.org;
	return (
		<Menu position="bottom-start" width={300}>
			<Menu.Target>
				<button type="button" className="gh-switch">
					<span className="gh-hidden">Switch organization or project, now at</span>
					<Avatar name={place.org.name} isSmall />
					<span className="gh-switch-text">
						<span className="gh-dim">{place.project ? `${place.org.name} / ` : ""}</span>
						{current.name}
					</span>
					<EnvironmentPill environment={place.project?.environment} />
					<IconSelector size={15} aria-hidden />
				</button>
			</Menu.Target>
			<Menu.Dropdown mah="70vh" style={{ overflowY: "auto" }}>
				{orgs.map((org) => (
					<OrgItems key={org.id} org={org} place={place} />
				))}
				<Menu.Divider />
				<Menu.Item leftSection={<IconPlus size={15} />} onClick={() => navigate({ to: "/orgs/new" })}>
					New organization
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

function OrgItems({ org, place }: { org: MyOrg; place: Place }) {
	const navigate = useNavigate();
	const isHere = org.id === place.org.id && !place.project;
	return (
		<>
			<Menu.Label>{org.name}</Menu.Label>
			<Menu.Item
				leftSection={<IconLayoutGrid size={15} />}
				rightSection={isHere ? <IconCheck size={15} aria-label="current" /> : null}
				onClick={() => navigate({ to: "/orgs/$orgId/projects", params: { orgId: org.id } })}
			>
				All projects
			</Menu.Item>
			{org.projects.map((project) => (
				<Menu.Item
					key={project.id}
					leftSection={<Avatar name={project.name} isSmall />}
					rightSection={
						project.id === place.project?.id ? (
							<IconCheck size={15} aria-label="current" />
						) : (
							<EnvironmentPill environment={project.environment} />
						)
					}
					onClick={() => navigate({ to: "/projects/$projectId", params: { projectId: project.id } })}
				>
					{project.name}
				</Menu.Item>
			))}
		</>
	);
}
