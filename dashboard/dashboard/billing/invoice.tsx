// One invoice, as it is printed.
import { Button, Group } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, send } from "../api/client";
import type { Reply } from "../api/types";
import { usePlace } from "../shell/place";
import { count } from "../usage/bar";
import { money } from "../ui/money";
import { Page } from "../ui/page";
import { Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { InvoicePill } from "./invoice-pill";
import { PayInvoice } from "./pay-invoice";

type Invoice = Reply<"/api/v1/invoices/{id}", "get", 200>;

interface Line {
	description: string;
	quantity: number;
	unit_price: number;
	amount: number;
	meter_key: string | null;
}

export function InvoicePage() {
	const { org } = usePlace();
	const { invoiceId: id } = useParams({ strict: false }) as { invoiceId: string };
	const invoice = useQuery({
		queryKey: ["invoice", org.id, id],
		queryFn: () => send(api.GET("/api/v1/invoices/{id}", { params: { path: { id } } })),
	});
	return (
		<Page
			title={invoice.data ? `Invoice No. ${invoice.data.number}` : "Invoice"}
			action={
				<Group gap="xs" className="gh-no-print">
					<Button
						variant="default"
						renderRoot={(props) => <Link to="/orgs/$orgId/billing" params={{ orgId: org.id }} {...props} />}
					>
						Billing
					</Button>
					{invoice.data?.status === "open" ? <PayInvoice invoice={invoice.data} /> : null}
					<Button leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
						Print
					</Button>
				</Group>
			}
			calls={[{ method: "GET", path: `/api/v1/invoices/${id}` }]}
		>
			<Resource query={invoice}>{(found) => <Sheet invoice={found} to={org.name} />}</Resource>
		</Page>
	);
}

function Sheet({ invoice, to }: { invoice: Invoice; to: string }) {
	const lines = invoice.lines as unknown as Line[];
	return (
		<>
			<dl className="gh-facts">
				<dt>To</dt>
				<dd>{to}</dd>
				<dt>Month</dt>
				<dd>{invoice.period} (UTC)</dd>
				<dt>Opened</dt>
				<dd>
					<Time at={invoice.created_at} />
				</dd>
				{invoice.due_at ? (
					<>
						<dt>Due</dt>
						<dd>
							<Time at={invoice.due_at} />
						</dd>
					</>
				) : null}
				<dt>Status</dt>
				<dd>
					<InvoicePill status={invoice.status} />
				</dd>
			</dl>
			<Table
				label="Lines"
				rows={lines}
				rowKey={({ meter_key }) => meter_key ?? "plan"}
				columns={[
					{ key: "description", label: "Description", cell: (row) => row.description },
					{ key: "quantity", label: "Quantity", cell: (row) => count(row.quantity) },
					{ key: "price", label: "Price", cell: (row) => money(row.unit_price, invoice.currency) },
					{ key: "amount", label: "Amount", cell: (row) => money(row.amount, invoice.currency) },
				]}
			/>
			<p className="gh-total">
				Total <strong>{money(invoice.total, invoice.currency)}</strong>
			</p>
		</>
	);
}
