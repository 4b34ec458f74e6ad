// The licenses of the programs that a project's makers ship.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconLicense, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { License } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { LicensePill } from "./license-pill";
import { LicenseTools } from "./license-tools";
import { useOpenPlans } from "./plan-choice";

const CreateLicense = lazy(() => import("./create-license"));
const AT = "/api/v1/licenses";

const STATUSES = [
	{ value: "", label: "Any status" },
	{ value: "active", label: "Active" },
	{ value: "expired", label: "Expired" },
	{ value: "suspended", label: "Suspended" },
	{ value: "revoked", label: "Revoked" },
] as const;

type Status = (typeof STATUSES)[number]["value"];

export function Licenses() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const [typed, setTyped] = useState("");
	const [status, setStatus] = useState<Status>("");
	const [plan, setPlan] = useState("");
	const plans = useOpenPlans();
	const [isOpen, setOpen] = useState(false);
	const [text] = useDebouncedValue(typed.trim(), 250);
	const query = { search: text.length >= 2 ? text : undefined, status: status || undefined, plan_key: plan || undefined };
	const licenses = useList({
		key: ["licenses", project.id, query],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { ...query, cursor } }, headers: onProject(project.id) })),
	});
	const create = mayDo(project.role, "license.write") ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setOpen(true)}>
			New license
		</Button>
	) : null;
	return (
		<Page
			title="Licenses"
			lead={`Keys for the programs that ${project.name} ships, and the machines they run on.`}
			action={
				<>
					<Button
						variant="default"
						renderRoot={(props) => (
							<Link to="/projects/$projectId/licenses/validation" params={{ projectId: project.id }} {...props} />
						)}
					>
						Validation
					</Button>
					<LicenseTools
						projectId={project.id}
						filter={query}
						canWrite={mayDo(project.role, "license.write")}
						canManage={mayDo(project.role, "license.manage")}
					/>
					{create}
				</>
			}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{ label: "Search", method: "GET", path: `${AT}?search=my+app`, projectId: project.id },
				{ label: "Export", method: "GET", path: `${AT}/export`, projectId: project.id },
				{ label: "Make", method: "POST", path: AT, body: { product_name: "My app", max_activations: 3 }, projectId: project.id },
			]}
		>
			<div className="gh-toolbar">
				<TextInput
					className="gh-toolbar-grow"
					aria-label="Search licenses"
					placeholder="Part of a product's name, a whole key, or its last four"
					leftSection={<IconSearch size={16} />}
					value={typed}
					onChange={(event) => setTyped(event.currentTarget.value)}
				/>
				<NativeSelect
					aria-label="Status"
					data={[...STATUSES]}
					value={status}
					onChange={(event) => setStatus(event.currentTarget.value as Status)}
				/>
				{plans.length > 0 ? (
					<NativeSelect
						aria-label="Plan"
						data={[{ value: "", label: "Any plan" }, ...plans.map(({ plan_key, display_name }) => ({ value: plan_key, label: display_name }))]}
						value={plan}
						onChange={(event) => setPlan(event.currentTarget.value)}
					/>
				) : null}
			</div>
			<Resource
				query={licenses}
				isEmpty={(rows) => rows.length === 0}
				empty={query.search || query.status || query.plan_key ? <NothingMatches /> : <NothingYet action={create} />}
			>
				{(rows) => <LicenseTable rows={rows} projectId={project.id} />}
			</Resource>
			<More query={licenses} />
			<Suspense>{isOpen ? <CreateLicense onClose={() => setOpen(false)} /> : null}</Suspense>
		</Page>
	);
}

function NothingMatches() {
	return (
		<Empty title="No license matches" icon={<IconLicense size={26} stroke={1.5} />}>
			Try a part of the product's name, a whole key, or another status or plan.
		</Empty>
	);
}

function NothingYet({ action }: { action: React.ReactNode }) {
	const { project } = useProjectPlace();
	const { data } = useQuery(projectQuery(project.id));
	const question = { client_id: data?.value.client_id ?? "proj_…", license_key: "XXXX-XXXX-XXXX-XXXX", fingerprint: { disk: "serial number" } };
	return (
		<Empty title="Sell your first license" icon={<IconLicense size={26} stroke={1.5} />} action={action}>
			Make a license, give its key to whoever bought it, and let your program ask whether it counts:
			<CopyBlock
				label="curl line of a question"
				text={`curl ${window.location.origin}/api/v1/validate -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(question)}'`}
			/>
		</Empty>
	);
}

function LicenseTable({ rows, projectId }: { rows: License[]; projectId: string }) {
	return (
		<Table
			label="Licenses"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "license",
					label: "License",
					cell: (row) => (
						<div className="gh-cell-main">
							<Link to="/projects/$projectId/licenses/$licenseId" params={{ projectId, licenseId: row.id }}>
								{row.product_name}
							</Link>
							<code className="gh-dim">{row.key_hint}</code>
						</div>
					),
				},
				{ key: "status", label: "Status", cell: (row) => <LicensePill license={row} /> },
				{
					key: "machines",
					label: "Machines",
					cell: (row) => `${row.current_activations} of ${row.max_activations}${row.mode === "floating" ? ", floating" : ""}`,
				},
				{ key: "plan", label: "Plan", cell: ({ plan_key }) => (plan_key ? <code>{plan_key}</code> : "None") },
				{ key: "ends", label: "Ends", cell: (row) => (row.expires_at ? <Time at={row.expires_at} /> : "Never") },
				{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
			]}
		/>
	);
}
