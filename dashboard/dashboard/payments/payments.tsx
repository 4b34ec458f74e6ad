// What people owe the project and what they paid.
import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCash, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Payment } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { useList } from "../ui/lists";
import { money } from "../ui/money";
import { More } from "../ui/more";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { KINDS, PROVIDERS, STATUSES, type Status, StatusPill, statusLabel } from "./payment-words";
import { PaymentsPage } from "./payments-page";

const AT = "/api/v1/payments";
const ANY_STATUS = [{ value: "", label: "Any status" }, ...STATUSES.map((value) => ({ value, label: statusLabel(value) }))];
const ANY_KIND = [{ value: "", label: "Anything sold" }, ...Object.entries(KINDS).map(([value, label]) => ({ value, label }))];

/** A user's id finds what they pay, anything else an order. */
function found(typed: string) {
	if (typed === "") {
		return {};
	}
	return /^usr_[a-z0-9]{16}$/.test(typed) ? { user_id: typed } : { order_id: typed };
}

export function Payments() {
	const { project } = useProjectPlace();
	const [typed, setTyped] = useState("");
	const [status, setStatus] = useState<Status | "">("");
	const [kind, setKind] = useState<Payment["kind"] | "">("");
	const [text] = useDebouncedValue(typed.trim(), 250);
	const query = { ...found(text), status: status || undefined, kind: kind || undefined };
	const isFiltered = Object.values(query).some(Boolean);
	const payments = useList({
		key: ["payments", project.id, query],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { ...query, cursor } }, headers: onProject(project.id) })),
	});
	return (
		<PaymentsPage
			title="Payments"
			lead={`What people owe ${project.name} and what they paid: for plans, items and orders of its shop. Refunds happen at the provider.`}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{ label: "Find an order", method: "GET", path: `${AT}?order_id=A-1001`, projectId: project.id },
				{
					label: "Begin to be paid for a plan",
					method: "POST",
					path: AT,
					body: { user_id: "usr_…", plan_key: "pro", customer_email: "ada@example.com" },
					projectId: project.id,
				},
			]}
		>
			<div className="gh-toolbar">
				<TextInput
					className="gh-toolbar-grow"
					aria-label="Find a payment"
					placeholder="A whole order id, or a user's id"
					leftSection={<IconSearch size={16} />}
					maxLength={50}
					value={typed}
					onChange={(event) => setTyped(event.currentTarget.value)}
				/>
				<NativeSelect
					aria-label="Status"
					data={ANY_STATUS}
					value={status}
					onChange={(event) => setStatus(event.currentTarget.value as Status | "")}
				/>
				<NativeSelect
					aria-label="What was sold"
					data={ANY_KIND}
					value={kind}
					onChange={(event) => setKind(event.currentTarget.value as Payment["kind"] | "")}
				/>
			</div>
			<Resource
				query={payments}
				isEmpty={(rows) => rows.length === 0}
				empty={isFiltered ? <NothingMatches /> : <NothingYet />}
			>
				{(rows) => <PaymentTable rows={rows} projectId={project.id} />}
			</Resource>
			<More query={payments} />
		</PaymentsPage>
	);
}

function NothingMatches() {
	return (
		<Empty title="No payment matches" icon={<IconCash size={26} stroke={1.5} />}>
			An order is found by its whole id, a buyer by their user's id.
		</Empty>
	);
}

function NothingYet() {
	const { project } = useProjectPlace();
	const canWrite = useRights()(project.role, "payment.write");
	const order = { amount: 4900, currency: "EUR", order_id: "A-1001", buyer_email: "ada@example.com", item_name: "Basket" };
	return (
		<Empty title="Nobody has paid yet" icon={<IconCash size={26} stroke={1.5} />}>
			{canWrite ? (
				<>
					First say{" "}
					<Link className="gh-link" to="/projects/$projectId/payments/providers" params={{ projectId: project.id }}>
						by whom you are paid
					</Link>
					. Then sell{" "}
					<Link className="gh-link" to="/projects/$projectId/payments/items" params={{ projectId: project.id }}>
						an item
					</Link>
					, a plan, or an order of your own shop:
				</>
			) : (
				"A payment begins when somebody buys a plan or an item, or your own shop has an order:"
			)}
			<CopyBlock
				label="curl line of a shop's order"
				text={`curl ${window.location.origin}/api/v1/shop_payments -u "$CLIENT_ID:$CLIENT_SECRET" \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(order)}'`}
			/>
		</Empty>
	);
}

function PaymentTable({ rows, projectId }: { rows: Payment[]; projectId: string }) {
	return (
		<Table
			label="Payments"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "payment",
					label: "Payment",
					cell: (row) => (
						<div className="gh-cell-main">
							<Link to="/projects/$projectId/payments/$paymentId" params={{ projectId, paymentId: row.id }}>
								{row.item_name ?? row.order_id}
							</Link>
							<code className="gh-dim">{row.order_id}</code>
						</div>
					),
				},
				{ key: "amount", label: "Amount", cell: (row) => money(row.amount, row.currency) },
				{ key: "status", label: "Status", cell: (row) => <StatusPill status={row.status} /> },
				{ key: "provider", label: "Provider", cell: (row) => PROVIDERS[row.provider] },
				{ key: "buyer", label: "Buyer", cell: (row) => <span className="gh-break">{row.buyer_email}</span> },
				{ key: "created", label: "Begun", cell: (row) => <Time at={row.created_at} /> },
			]}
		/>
	);
}
