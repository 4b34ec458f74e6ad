// One payment: what it is for, what became of it, what its provider told, and the word of whoever sees the money.
import { Button, Group, Text } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Payment } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock, CopyId } from "../ui/copy";
import { useList } from "../ui/lists";
import { money } from "../ui/money";
import { More } from "../ui/more";
import { Page, Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Moment, Time } from "../ui/time";
import { KINDS, PROVIDERS, StatusPill } from "./payment-words";

const MovePayment = lazy(() => import("./move-payment"));
const AT = "/api/v1/payments/{id}";

/** Money may still come after a payment was called off, denied or too late. */
const MAY_SETTLE = ["pending", "cancel", "deny", "expire"];

export function PaymentPage() {
	const { project } = useProjectPlace();
	const { paymentId: id } = useParams({ strict: false }) as { paymentId: string };
	const payment = useQuery({
		queryKey: ["payment", project.id, id],
		queryFn: () => send(api.GET(AT, { params: { path: { id } }, headers: onProject(project.id) })),
	});
	const path = `/api/v1/payments/${id}`;
	return (
		<Page
			title={payment.data ? (payment.data.item_name ?? payment.data.order_id) : "Payment"}
			lead={payment.data ? <StatusPill status={payment.data.status} /> : null}
			calls={[
				{ label: "Get", method: "GET", path, projectId: project.id },
				{ label: "What its provider told", method: "GET", path: `${path}/notifications`, projectId: project.id },
			]}
		>
			<Resource query={payment}>
				{(found) => (
					<>
						<Facts payment={found} />
						{found.provider === "manual" ? <ByHand payment={found} /> : <Notifications payment={found} />}
					</>
				)}
			</Resource>
		</Page>
	);
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
	return (
		<>
			<dt>{label}</dt>
			<dd>{children}</dd>
		</>
	);
}

function Buyer({ payment }: { payment: Payment }) {
	const { project } = useProjectPlace();
	return (
		<Fact label="Buyer">
			<span className="gh-break">{payment.buyer_name ? `${payment.buyer_name}, ${payment.buyer_email}` : payment.buyer_email}</span>
			{payment.user_id ? (
				<>
					{" "}
					<Link to="/projects/$projectId/users/$userId" params={{ projectId: project.id, userId: payment.user_id }}>
						{payment.user_id}
					</Link>
				</>
			) : null}
		</Fact>
	);
}

function Facts({ payment }: { payment: Payment }) {
	const amount = money(payment.amount, payment.currency);
	const metadata = payment.metadata as Record<string, unknown>;
	return (
		<Section title="Details">
			<dl className="gh-facts">
				<Fact label="Amount">
					{amount}
					{payment.refunded_amount > 0 ? `, of which ${money(payment.refunded_amount, payment.currency)} was given back` : null}
				</Fact>
				<Fact label="For">{`${KINDS[payment.kind]}${payment.item_name ? `: ${payment.item_name}` : ""}`}</Fact>
				<Fact label="Order">
					<CopyId id={payment.order_id} label="Copy the order's id" />
				</Fact>
				{payment.order_id === payment.id ? null : (
					<Fact label="Id">
						<CopyId id={payment.id} />
					</Fact>
				)}
				<Buyer payment={payment} />
				<Fact label="Provider">
					{PROVIDERS[payment.provider]}
					{payment.provider_ref ? (
						<>
							{" "}
							<CopyId id={payment.provider_ref} label="Copy the provider's id" />
						</>
					) : null}
				</Fact>
				<Fact label="Begun">
					<Moment at={payment.created_at} />
				</Fact>
				{payment.status === "pending" ? (
					<Fact label="Open until">
						<Moment at={payment.expires_at} />
					</Fact>
				) : null}
				{payment.paid_at ? (
					<Fact label="Paid">
						<Moment at={payment.paid_at} />
					</Fact>
				) : null}
				{payment.return_url ? (
					<Fact label="Leads back to">
						<span className="gh-break">{payment.return_url}</span>
					</Fact>
				) : null}
			</dl>
			{Object.keys(metadata).length > 0 ? <CopyBlock label="Metadata" text={JSON.stringify(metadata, null, 2)} /> : null}
			{payment.invoice_url ? (
				<div>
					<Text size="sm" mb={4}>
						Where it is paid. Whoever has this address may pay, and sees the amount.
					</Text>
					<CopyBlock label="Address where it is paid" text={payment.invoice_url} />
				</div>
			) : null}
		</Section>
	);
}

function ByHand({ payment }: { payment: Payment }) {
	const { project } = useProjectPlace();
	const canWrite = useRights()(project.role, "payment.write");
	const [verb, setVerb] = useState<"settle" | "cancel" | null>(null);
	const isPending = payment.status === "pending";
	const maySettle = MAY_SETTLE.includes(payment.status);
	return (
		<Section
			title="Paid by hand"
			lead={
				maySettle
					? "Nobody tells when the money comes: whoever sees it says so here."
					: "It is paid. What is given back by hand isn't kept here."
			}
		>
			{canWrite && maySettle ? (
				<Group>
					<Button onClick={() => setVerb("settle")}>The money came</Button>
					{isPending ? (
						<Button className="gh-danger-button" variant="default" onClick={() => setVerb("cancel")}>
							Call it off
						</Button>
					) : null}
				</Group>
			) : null}
			<Suspense>{verb ? <MovePayment payment={payment} verb={verb} onClose={() => setVerb(null)} /> : null}</Suspense>
		</Section>
	);
}

type Outcome = "moved" | "ignored" | "mismatch";

const OUTCOMES: Record<Outcome, [label: string, tone: Tone]> = {
	moved: ["Taken", "accent"],
	ignored: ["Nothing new", "quiet"],
	mismatch: ["Another amount", "danger"],
};

function Notifications({ payment }: { payment: Payment }) {
	const { project } = useProjectPlace();
	const notifications = useList({
		key: ["payment-notifications", project.id, payment.id],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/payments/{id}/notifications", {
					params: { path: { id: payment.id }, query: { cursor } },
					headers: onProject(project.id),
				}),
			),
	});
	const provider = PROVIDERS[payment.provider];
	return (
		<Section
			title="Notifications"
			lead={`What ${provider} told, kept for 30 days; copies count once. Refunds happen at ${provider}: give the money back there, and this payment follows.`}
		>
			<Resource
				query={notifications}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Nothing was told yet" icon={<IconBellOff size={26} stroke={1.5} />}>
						{payment.status === "pending"
							? `${provider} is asked when it has told nothing for ten minutes, and every five minutes from then on.`
							: `${provider} was asked instead, or what it told is no longer kept.`}
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Notifications"
						rows={rows}
						rowKey={({ digest }) => digest}
						columns={[
							{
								key: "said",
								label: "It says",
								cell: ({ status }) => (status ? <StatusPill status={status} /> : <span className="gh-dim">something else</span>),
							},
							{
								key: "outcome",
								label: "What came of it",
								cell: ({ outcome }) => {
									const [label, tone] = OUTCOMES[outcome];
									return <Pill tone={tone}>{label}</Pill>;
								},
							},
							{ key: "received", label: "Came", cell: ({ received_at }) => <Time at={received_at} /> },
							{ key: "digest", label: "SHA-256", cell: ({ digest }) => <code title={digest}>{digest.slice(0, 12)}…</code> },
						]}
					/>
				)}
			</Resource>
			<More query={notifications} />
		</Section>
	);
}
