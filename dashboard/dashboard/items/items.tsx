// What the project sells piece by piece.
import { Button, Group } from "@mantine/core";
import { IconPlus, IconTag } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Item } from "../api/types";
import { PaymentsPage } from "../payments/payments-page";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { money } from "../ui/money";
import { More } from "../ui/more";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const ItemForm = lazy(() => import("./item-form"));
const DeleteItem = lazy(() => import("./delete-item"));
const SellItem = lazy(() => import("./sell-item"));

const AT = "/api/v1/items";

type Open = { what: "form"; item?: Item } | { what: "sell" | "delete"; item: Item } | null;

export function Items() {
	const { project } = useProjectPlace();
	const canWrite = useRights()(project.role, "payment.write");
	const [open, setOpen] = useState<Open>(null);
	const items = useList({
		key: ["items", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	const close = () => setOpen(null);
	const create = canWrite ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: "form" })}>
			New item
		</Button>
	) : null;
	return (
		<PaymentsPage
			title="Items"
			lead={`What ${project.name} sells piece by piece. Anybody may see and buy what is for sale.`}
			action={create}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{ label: "Make", method: "POST", path: AT, body: { name: "Sticker", price: 500, currency: "EUR" }, projectId: project.id },
			]}
		>
			<Resource
				query={items}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Sell a first item" icon={<IconTag size={26} stroke={1.5} />} action={create}>
						A name and a price are enough. Your pages link to it, and item.purchased tells your app who bought one.
					</Empty>
				}
			>
				{(rows) => <ItemTable rows={rows} canWrite={canWrite} onOpen={setOpen} />}
			</Resource>
			<More query={items} />
			<Suspense>
				{open?.what === "form" ? <ItemForm item={open.item} onClose={close} /> : null}
				{open?.what === "sell" ? <SellItem item={open.item} onClose={close} /> : null}
				{open?.what === "delete" ? <DeleteItem item={open.item} onClose={close} /> : null}
			</Suspense>
		</PaymentsPage>
	);
}

/** "from" where buyers may give more. */
function priceOf({ price, currency, custom_amount }: Item): string {
	if (price === 0) {
		return "What buyers like";
	}
	return `${custom_amount ? "From " : ""}${money(price, currency)}`;
}

interface TableProps {
	rows: Item[];
	canWrite: boolean;
	onOpen: (open: Open) => void;
}

function ItemTable({ rows, canWrite, onOpen }: TableProps) {
	const actions = {
		key: "actions",
		label: "Actions",
		isAction: true,
		cell: (item: Item) => (
			<Group gap="xs" justify="flex-end">
				{item.active ? (
					<Button variant="default" size="xs" aria-label={`Sell ${item.name}`} onClick={() => onOpen({ what: "sell", item })}>
						Sell
					</Button>
				) : null}
				<Button variant="default" size="xs" aria-label={`Edit ${item.name}`} onClick={() => onOpen({ what: "form", item })}>
					Edit
				</Button>
				<Button
					className="gh-danger-button"
					variant="default"
					size="xs"
					aria-label={`Delete ${item.name}`}
					onClick={() => onOpen({ what: "delete", item })}
				>
					Delete
				</Button>
			</Group>
		),
	};
	return (
		<Table
			label="Items"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "item",
					label: "Item",
					cell: (item) => (
						<div className="gh-cell-main">
							<span>{item.name}</span>
							<code className="gh-dim">{item.id}</code>
						</div>
					),
				},
				{ key: "price", label: "Price", cell: priceOf },
				{ key: "state", label: "State", cell: ({ active }) => (active ? <Pill tone="accent">For sale</Pill> : <Pill>Off sale</Pill>) },
				{ key: "created", label: "Made", cell: (item) => <Time at={item.created_at} /> },
				...(canWrite ? [actions] : []),
			]}
		/>
	);
}
