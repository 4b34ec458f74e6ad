// Who works on a project: each member's role, and the override that narrows or widens it here.
import { NativeSelect } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import { useRights } from "../api/rights";
import { type ProjectMember, rolesUpTo } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Avatar } from "../ui/avatar";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import type { ApiCall } from "../ui/view-as-api";

const ConfirmRole = lazy(() => import("../ui/confirm-role"));

type Override = NonNullable<ProjectMember["override"]>;

export function ProjectMembers() {
	const { project } = useProjectPlace();
	const path = `/api/v1/projects/${project.id}/members`;
	const members = useList({
		key: ["project-members", project.id],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/projects/{project_id}/members", {
					params: { path: { project_id: project.id }, query: { cursor } },
				}),
			),
	});
	return (
		<Page
			title="Project members"
			lead="Everybody in the organization works here with their organization role, unless you give them another one for this project."
			calls={[
				{ label: "List", method: "GET", path },
				{ label: "Set a role for this project", method: "POST", path, body: { user_id: "usr_…", role: "admin" } },
				{ label: "Back to the organization role", method: "DELETE", path: `${path}/usr_…` },
			]}
		>
			<Resource
				query={members}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="Nobody here" icon={<IconUsers size={26} stroke={1.5} />} />}
			>
				{(rows) => <MemberTable rows={rows} />}
			</Resource>
			<More query={members} />
		</Page>
	);
}

function MemberTable({ rows }: { rows: ProjectMember[] }) {
	return (
		<Table
			label="Project members"
			rows={rows}
			rowKey={(row) => row.user_id}
			columns={[
				{
					key: "person",
					label: "Person",
					cell: (row) => (
						<div className="gh-person">
							<Avatar name={row.name || row.email || ""} isRound />
							<div className="gh-cell-main">
								<span>{row.name || row.email}</span>
								<span className="gh-dim">{row.email}</span>
							</div>
						</div>
					),
				},
				{ key: "org", label: "In the organization", cell: (row) => <Pill>{row.org_role}</Pill> },
				{ key: "override", label: "In this project", cell: (row) => <OverrideSelect row={row} /> },
				{
					key: "role",
					label: "Works as",
					cell: (row) => <Pill tone={row.override ? "accent" : "quiet"}>{row.role}</Pill>,
				},
			]}
		/>
	);
}

function callFor(projectId: string, userId: string, role: Override | ""): ApiCall {
	const path = `/api/v1/projects/${projectId}/members`;
	return role ? { method: "POST", path, body: { user_id: userId, role } } : { method: "DELETE", path: `${path}/${userId}` };
}

function OverrideSelect({ row }: { row: ProjectMember }) {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const [chosen, setChosen] = useState<Override | "" | null>(null);
	const set = useAction({
		run: async (role: Override | null) => {
			if (role) {
				await send(
					api.POST("/api/v1/projects/{project_id}/members", {
						params: { path: { project_id: project.id } },
						body: { user_id: row.user_id, role },
					}),
				);
			} else {
				await send(
					api.DELETE("/api/v1/projects/{project_id}/members/{user_id}", {
						params: { path: { project_id: project.id, user_id: row.user_id } },
					}),
				);
			}
		},
		refresh: [
			["project-members", project.id],
			["me", "orgs"],
			["audit-events", project.id],
		],
		done: `Role of ${row.name || row.email} changed`,
		onDone: () => setChosen(null),
		hasOwnProblem: true,
	});
	const close = () => {
		setChosen(null);
		set.reset();
	};
	if (row.org_role === "owner") {
		return <span className="gh-dim">always owner</span>;
	}
	if (!mayDo(project.role, "project_member.write")) {
		return <span className="gh-dim">{row.override ?? "as in the organization"}</span>;
	}
	const grantable = rolesUpTo(project.role).filter((role) => role !== "owner");
	const choices = row.override && !grantable.includes(row.override) ? [row.override, ...grantable] : grantable;
	return (
		<>
			<NativeSelect
				size="xs"
				aria-label={`Role of ${row.name || row.email} in this project`}
				value={row.override ?? ""}
				onChange={(event) => setChosen(event.currentTarget.value as Override | "")}
				data={[{ value: "", label: `as in the organization (${row.org_role})` }, ...choices]}
			/>
			<Suspense>
				{chosen === null ? null : (
					<ConfirmRole
						person={row}
						place={project.name}
						from={row.role}
						to={chosen || row.org_role}
						calls={[callFor(project.id, row.user_id, chosen)]}
						isRunning={set.isPending}
						error={set.error}
						onConfirm={() => set.mutate(chosen || null)}
						onClose={close}
					/>
				)}
			</Suspense>
		</>
	);
}
