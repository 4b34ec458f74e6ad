// The organization's plan, what all of its projects used this month, and its invoices.
import { Button, Text } from "@mantine/core";
import { IconFileInvoice } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import type { Reply } from "../api/types";
import { priceOf } from "../plans/plan-queries";
import { usePlace } from "../shell/place";
import { Bar, count } from "../usage/bar";
import { BUILT_IN } from "../usage/meters";
import { useList } from "../ui/lists";
import { money } from "../ui/money";
import { More } from "../ui/more";
import { Page, Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { InvoicePill } from "./invoice-pill";
import { PayInvoice } from "./pay-invoice";

const ChoosePlan = lazy(() => import("./choose-plan"));

type Found = Reply<"/api/v1/billing", "get", 200>;

const AT = "/api/v1/billing";
const INVOICES = "/api/v1/invoices";

export function Billing() {
	const { org } = usePlace();
	const billing = useQuery({ queryKey: ["billing", org.id], queryFn: () => send(api.GET(AT)) });
	return (
		<Page
			title="Billing"
			lead={`What ${org.name} is on, what all of its projects used this month, and what it owes.`}
			calls={[
				{ label: "Billing", method: "GET", path: AT },
				{ label: "Invoices", method: "GET", path: INVOICES },
				{ label: "Use by project", method: "GET", path: "/api/v1/usage?scope=org" },
			]}
		>
			<Resource query={billing}>
				{(found) => (
					<>
						<Plan found={found} />
						<Caps found={found} />
						<Use found={found} />
					</>
				)}
			</Resource>
			<Invoices />
		</Page>
	);
}

function Choose({ found: { plan, plans } }: { found: Found }) {
	const [isChoosing, setChoosing] = useState(false);
	const forSale = plans.filter(({ price }) => price > 0);
	if (forSale.length === 0) {
		return null;
	}
	return (
		<>
			<Button onClick={() => setChoosing(true)}>Choose a plan</Button>
			{isChoosing ? (
				<Suspense>
					<ChoosePlan plans={forSale} current={plan?.plan_key ?? null} onClose={() => setChoosing(false)} />
				</Suspense>
			) : null}
		</>
	);
}

function Plan({ found }: { found: Found }) {
	const { plan, next_invoice: next } = found;
	if (!next) {
		return (
			<Section title="Plan">
				<Text mb="md">
					{found.plans.length > 0 ? "On no plan: nothing is limited, and nothing is owed." : "This installation sells no plans: nothing is limited, and nothing is owed."}
				</Text>
				<Choose found={found} />
			</Section>
		);
	}
	return (
		<Section title="Plan">
			<dl className="gh-facts">
				<dt>Plan</dt>
				<dd>{plan ? plan.display_name : "None any more"}</dd>
				{plan ? (
					<>
						<dt>Price</dt>
						<dd>{priceOf(plan)}</dd>
					</>
				) : null}
				{plan?.trial_ends_at ? (
					<>
						<dt>Trial until</dt>
						<dd>
							<Time at={plan.trial_ends_at} />
						</dd>
					</>
				) : null}
				{plan?.current_period_end ? (
					<>
						<dt>{plan.cancel_at_period_end ? "Ends" : "Paid until"}</dt>
						<dd>
							<Time at={plan.current_period_end} />
						</dd>
					</>
				) : null}
				<dt>Next invoice</dt>
				<dd>
					{money(next.total, next.currency)} if the month ended now
					{next.lines.length > 0 ? (
						<ul className="gh-problems">
							{next.lines.map((line) => (
								<li key={line.meter_key ?? "plan"}>
									{count(line.quantity)} × {line.description}: {money(line.amount, next.currency)}
								</li>
							))}
						</ul>
					) : null}
				</dd>
			</dl>
			<Choose found={found} />
		</Section>
	);
}

const CAPS: Record<string, string> = {
	projects: "Projects",
	members: "Members",
	api_keys: "Service keys",
	clients: "Clients",
	licenses: "Licenses",
};

function Caps({ found: { caps } }: { found: Found }) {
	return (
		<Section title="What there may be" lead="All projects together. What is there already stays, whatever the plan.">
			<Table
				label="What there may be"
				rows={caps}
				rowKey={({ limit_key }) => limit_key}
				columns={[
					{ key: "thing", label: "Of what", cell: (row) => CAPS[row.limit_key] ?? row.limit_key },
					{
						key: "used",
						label: "There are",
						cell: (row) => <Bar label={CAPS[row.limit_key] ?? row.limit_key} used={row.used} limit={row.limit} />,
					},
				]}
			/>
		</Section>
	);
}

function Use({ found: { usage } }: { found: Found }) {
	const { org } = usePlace();
	const projects = useQuery({
		queryKey: ["usage", "org", org.id],
		queryFn: () => send(api.GET("/api/v1/usage", { params: { query: { scope: "org" } } })).then(({ meters }) => meters),
		enabled: usage.length > 0,
	});
	const of = (key: string) => projects.data?.find(({ meter_key }) => meter_key === key)?.by_project ?? [];
	return (
		<Section title="Use this month" lead="All projects together, those that are gone too.">
			{usage.length === 0 ? (
				<Text c="dimmed">Nothing was counted yet.</Text>
			) : (
				<Table
					label="Use this month"
					rows={usage}
					rowKey={({ meter_key }) => meter_key}
					columns={[
						{ key: "meter", label: "Meter", cell: (row) => BUILT_IN[row.meter_key] ?? row.meter_key },
						{
							key: "used",
							label: "Used",
							cell: (row) => <Bar label={BUILT_IN[row.meter_key] ?? row.meter_key} used={row.used} limit={row.included} />,
						},
						{
							key: "projects",
							label: "By project",
							cell: (row) =>
								of(row.meter_key).map((project) => (
									<div key={project.project_id}>
										<Link to="/projects/$projectId/usage" params={{ projectId: project.project_id }}>
											{project.name}
										</Link>
										: {count(project.used)}
									</div>
								)),
						},
					]}
				/>
			)}
		</Section>
	);
}

function Invoices() {
	const { org } = usePlace();
	const invoices = useList({
		key: ["invoices", org.id],
		fetch: (cursor) => send(api.GET(INVOICES, { params: { query: { cursor } } })),
	});
	return (
		<Section title="Invoices">
			<Resource
				query={invoices}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No invoice yet" icon={<IconFileInvoice size={26} stroke={1.5} />}>
						One is opened when a month is over in which something was owed.
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Invoices"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{
								key: "number",
								label: "Number",
								cell: (row) => (
									<Link to="/orgs/$orgId/billing/$invoiceId" params={{ orgId: org.id, invoiceId: row.id }}>
										{`No. ${row.number}`}
									</Link>
								),
							},
							{ key: "period", label: "Month", cell: (row) => row.period },
							{ key: "status", label: "Status", cell: (row) => <InvoicePill status={row.status} /> },
							{ key: "total", label: "Total", cell: (row) => money(row.total, row.currency) },
							{ key: "due", label: "Due", cell: (row) => (row.due_at ? <Time at={row.due_at} /> : null) },
							{
								key: "pay",
								label: "Actions",
								isAction: true,
								cell: (row) => (row.status === "open" ? <PayInvoice invoice={row} /> : null),
							},
						]}
					/>
				)}
			</Resource>
			<More query={invoices} />
		</Section>
	);
}
