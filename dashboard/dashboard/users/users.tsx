// The people of a project: search, filters, and what makes more of them.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUpload, IconUserPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { issuerQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Avatar } from "../ui/avatar";
import { CopyBlock } from "../ui/copy";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { StatusPill } from "./status-pill";
import { labelOf } from "./user-label";

const CreateUser = lazy(() => import("./create-user"));
const ImportUsers = lazy(() => import("./import-users"));

const STATUSES = [
	{ value: "", label: "Any status" },
	{ value: "active", label: "Active" },
	{ value: "deactivated", label: "Deactivated" },
	{ value: "banned", label: "Banned" },
	{ value: "deletion_pending", label: "Deletion pending" },
] as const;

const SORTS = [
	{ value: "-created_at", label: "Newest first" },
	{ value: "created_at", label: "Oldest first" },
	{ value: "name", label: "By name" },
	{ value: "email", label: "By e-mail" },
	{ value: "-last_sign_in_at", label: "Latest sign-in first" },
] as const;

type Status = Exclude<(typeof STATUSES)[number]["value"], "">;
type Sort = (typeof SORTS)[number]["value"];

interface Filter {
	search: string;
	status: "" | Status;
	sort: Sort;
}

/** A search needs two letters or digits in a row, and comes newest or oldest first. */
function queryOf({ search, status, sort }: Filter) {
	const isSearch = /[\p{L}\p{N}]{2}/u.test(search);
	return {
		search: isSearch ? search : undefined,
		status: status || undefined,
		sort: isSearch && sort !== "created_at" ? undefined : sort,
	};
}

export function Users() {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const [filter, setFilter] = useState<Filter>({ search: "", status: "", sort: "-created_at" });
	const [search] = useDebouncedValue(filter.search.trim(), 250);
	const [dialog, setDialog] = useState<"create" | "import" | null>(null);
	const query = queryOf({ ...filter, search });
	const users = useList({
		key: ["users", project.id, query],
		fetch: (cursor) =>
			send(api.GET("/api/v1/users", { params: { query: { ...query, cursor } }, headers: onProject(project.id) })),
	});
	const isFiltered = Boolean(query.search ?? query.status);
	const canWrite = mayDo(project.role ?? org.role, "user.write");
	const canImport = mayDo(project.role ?? org.role, "user.import");
	const close = () => setDialog(null);
	return (
		<Page
			title="Users"
			lead={`The people who sign in to ${project.name}. The same address in another project is another user.`}
			action={
				<>
					{canImport ? (
						<Button variant="default" leftSection={<IconUpload size={16} />} onClick={() => setDialog("import")}>
							Import
						</Button>
					) : null}
					{canWrite ? (
						<Button leftSection={<IconUserPlus size={16} />} onClick={() => setDialog("create")}>
							New user
						</Button>
					) : null}
				</>
			}
			calls={[
				{ label: "List", method: "GET", path: "/api/v1/users", projectId: project.id },
				{ label: "Search", method: "GET", path: "/api/v1/users?search=ada", projectId: project.id },
				{
					label: "Create",
					method: "POST",
					path: "/api/v1/users",
					body: { email: "ada@example.com", name: "Ada Lovelace" },
					projectId: project.id,
				},
			]}
		>
			<Filters filter={filter} onChange={setFilter} />
			<Resource
				query={users}
				isEmpty={(rows) => rows.length === 0}
				empty={isFiltered ? <NobodyMatches /> : <NobodyYet />}
			>
				{(rows) => <UserTable rows={rows} projectId={project.id} />}
			</Resource>
			<More query={users} />
			<Suspense>
				{dialog === "create" ? <CreateUser onClose={close} /> : null}
				{dialog === "import" ? <ImportUsers onClose={close} /> : null}
			</Suspense>
		</Page>
	);
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
	return (
		<div className="gh-toolbar">
			<TextInput
				className="gh-toolbar-grow"
				aria-label="Search users"
				placeholder="Part of an e-mail, name or username; a whole id or phone"
				leftSection={<IconSearch size={16} />}
				value={filter.search}
				onChange={(event) => onChange({ ...filter, search: event.currentTarget.value })}
			/>
			<NativeSelect
				aria-label="Status"
				data={[...STATUSES]}
				value={filter.status}
				onChange={(event) => onChange({ ...filter, status: event.currentTarget.value as Filter["status"] })}
			/>
			<NativeSelect
				aria-label="Order"
				data={[...SORTS]}
				value={filter.sort}
				onChange={(event) => onChange({ ...filter, sort: event.currentTarget.value as Sort })}
			/>
		</div>
	);
}

function NobodyMatches() {
	return (
		<Empty title="Nobody matches" icon={<IconUsersGroup size={26} stroke={1.5} />}>
			Try a part of the e-mail address, name or username, or another status.
		</Empty>
	);
}

function NobodyYet() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const { data: issuer } = useQuery(issuerQuery(project.id));
	const { data: redirects } = useQuery({
		queryKey: ["redirect-settings", project.id, "targets"],
		queryFn: () => send(api.GET("/api/v1/redirect_settings", { headers: onProject(project.id) })),
		enabled: mayDo(project.role, "sign_in.read"),
	});
	const address = redirects?.sign_up_url ?? (issuer ? `${issuer}/sign-up` : null);
	return (
		<Empty title="Nobody has signed up yet" icon={<IconUsersGroup size={26} stroke={1.5} />}>
			Send people to your sign-up page, or bring them along from another system with <em>Import</em>.
			{address ? <CopyBlock text={address} label="Address of the sign-up page" /> : null}
		</Empty>
	);
}

/** As much as the list knows; the user's Methods tab has it all. */
function waysOf({ anonymous, has_password, mfa_enabled }: User): string {
	if (anonymous) {
		return "Guest";
	}
	const first = has_password ? "Password" : "No password";
	return mfa_enabled ? `${first}, 2nd factor` : first;
}

function UserTable({ rows, projectId }: { rows: User[]; projectId: string }) {
	return (
		<Table
			label="Users"
			rows={rows}
			rowKey={(row) => row.id}
			columns={[
				{
					key: "person",
					label: "User",
					cell: (row) => (
						<div className="gh-person">
							<Avatar name={row.name || labelOf(row)} imageUrl={null} isRound />
							<div className="gh-cell-main">
								<Link to="/projects/$projectId/users/$userId" params={{ projectId, userId: row.id }}>
									{labelOf(row)}
								</Link>
								<span className="gh-dim">{row.name || row.username || row.external_id}</span>
							</div>
						</div>
					),
				},
				{ key: "status", label: "Status", cell: (row) => <StatusPill user={row} /> },
				{ key: "methods", label: "Methods", cell: (row) => <span className="gh-whole">{waysOf(row)}</span> },
				{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
				{ key: "sign-in", label: "Last sign-in", cell: (row) => <Time at={row.last_sign_in_at} /> },
			]}
		/>
	);
}
