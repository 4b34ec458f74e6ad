// The organization's members with their roles, and what each role may do.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMailForward, IconSearch, IconTable, IconUserMinus, IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import { useSession } from "../api/queries";
import { useRights } from "../api/rights";
import { type Member, type Role, rolesUpTo } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Avatar } from "../ui/avatar";
import { useTargetedList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const ConfirmRole = lazy(() => import("../ui/confirm-role"));
const RemoveMember = lazy(() => import("./remove-member"));
const RoleMatrix = lazy(() => import("./role-matrix"));

export function Members() {
	const { org } = usePlace();
	const mayDo = useRights();
	const [text, setText] = useState("");
	const [search] = useDebouncedValue(text.trim(), 250);
	const [isMatrixOpen, setMatrixOpen] = useState(false);
	const [removing, setRemoving] = useState<Member | null>(null);
	const members = useTargetedList({
		key: ["members", org.id, search],
		fetch: (cursor) => send(api.GET("/api/v1/members", { params: { query: { cursor, q: search || undefined } } })),
		one: search ? undefined : (id) => send(api.GET("/api/v1/members/{id}", { params: { path: { id } } })),
	});
	return (
		<Page
			title="Members"
			lead={`The people of ${org.name}. A role counts from the next request on.`}
			action={
				<>
					<Button variant="default" leftSection={<IconTable size={16} />} onClick={() => setMatrixOpen(true)}>
						What roles may do
					</Button>
					{mayDo(org.role, "invitation.write") ? (
						<Button component={Link} to={`/orgs/${org.id}/invitations`} leftSection={<IconMailForward size={16} />}>
							Invite
						</Button>
					) : null}
				</>
			}
			calls={[
				{ label: "List", method: "GET", path: "/api/v1/members" },
				{ label: "Change a role", method: "PATCH", path: "/api/v1/members/mem_…", body: { role: "manager" } },
				{ label: "Remove", method: "DELETE", path: "/api/v1/members/mem_…" },
			]}
		>
			<TextInput
				aria-label="Search members"
				placeholder="Name or e-mail"
				leftSection={<IconSearch size={16} />}
				value={text}
				onChange={(event) => setText(event.currentTarget.value)}
			/>
			<Resource
				query={members}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Nobody matches" icon={<IconUsers size={26} stroke={1.5} />}>
						Try a part of the name or e-mail address.
					</Empty>
				}
			>
				{(rows) => <MemberTable rows={rows} onRemove={setRemoving} />}
			</Resource>
			<More query={members} />
			<Suspense>
				{isMatrixOpen ? <RoleMatrix onClose={() => setMatrixOpen(false)} /> : null}
				{removing ? <RemoveMember member={removing} onClose={() => setRemoving(null)} /> : null}
			</Suspense>
		</Page>
	);
}

interface MemberTableProps {
	rows: Member[];
	onRemove: (member: Member) => void;
}

function MemberTable({ rows, onRemove }: MemberTableProps) {
	const { org } = usePlace();
	const { data: session } = useSession();
	const mayDo = useRights();
	const canWrite = mayDo(org.role, "member.write");
	return (
		<Table
			label="Members"
			rows={rows}
			rowKey={(row) => row.id}
			columns={[
				{
					key: "person",
					label: "Person",
					cell: (row) => (
						<div className="gh-person">
							<Avatar name={row.name || row.email || ""} imageUrl={row.image_url} isRound />
							<div className="gh-cell-main">
								<span>
									{row.name || row.email} {row.user_id === session?.user.id ? <Pill>you</Pill> : null}
								</span>
								<span className="gh-dim">{row.email}</span>
							</div>
						</div>
					),
				},
				{ key: "role", label: "Role", cell: (row) => <RoleSelect member={row} canWrite={canWrite} /> },
				{ key: "joined", label: "Joined", cell: (row) => <Time at={row.created_at} /> },
				{ key: "seen", label: "Last seen", cell: (row) => <Time at={row.last_seen_at} /> },
				{
					key: "actions",
					label: "Actions",
					isAction: true,
					cell: (row) =>
						canWrite && row.user_id !== session?.user.id && canTouch(org.role, row.role) ? (
							<Button
								size="compact-sm"
								variant="subtle"
								color="gray"
								leftSection={<IconUserMinus size={15} />}
								aria-label={`Remove ${row.name || row.email}`}
								onClick={() => onRemove(row)}
							>
								Remove
							</Button>
						) : null,
				},
			]}
		/>
	);
}

/** Nobody touches a role above their own. */
function canTouch(own: string, role: string): boolean {
	return rolesUpTo(own).includes(role as Role);
}

function RoleSelect({ member, canWrite }: { member: Member; canWrite: boolean }) {
	const { org } = usePlace();
	const [chosen, setChosen] = useState<Role | null>(null);
	const change = useAction({
		run: (role: Role) =>
			send(api.PATCH("/api/v1/members/{id}", { params: { path: { id: member.id } }, body: { role } })),
		refresh: [
			["members", org.id],
			["me", "orgs"],
			["audit-events", org.id],
		],
		done: `Role of ${member.name || member.email} changed`,
		onDone: () => setChosen(null),
		hasOwnProblem: true,
	});
	const close = () => {
		setChosen(null);
		change.reset();
	};
	if (!canWrite || !canTouch(org.role, member.role)) {
		return <Pill>{member.role}</Pill>;
	}
	return (
		<>
			<NativeSelect
				size="xs"
				aria-label={`Role of ${member.name || member.email}`}
				data={rolesUpTo(org.role)}
				value={member.role}
				onChange={(event) => setChosen(event.currentTarget.value as Role)}
			/>
			<Suspense>
				{chosen ? (
					<ConfirmRole
						person={member}
						place={org.name}
						from={member.role}
						to={chosen}
						calls={[{ method: "PATCH", path: `/api/v1/members/${member.id}`, body: { role: chosen } }]}
						isRunning={change.isPending}
						error={change.error}
						onConfirm={() => change.mutate(chosen)}
						onClose={close}
					/>
				) : null}
			</Suspense>
		</>
	);
}
