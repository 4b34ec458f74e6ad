// One's own second factors: authenticator app, passkeys, backup codes.
import { Button, Group } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { hasPasskeys } from "../../hosted/passkey";
import { api, send } from "../api/client";
import type { Factor } from "../api/types";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { ViewAsApi } from "../ui/view-as-api";
import { FactorName, factorKind } from "./factor-name";

const SetUpTotp = lazy(() => import("./set-up-totp"));
const AddPasskey = lazy(() => import("./add-passkey"));
const NewBackupCodes = lazy(() => import("./new-backup-codes"));
const RemoveFactor = lazy(() => import("./remove-factor"));

export const FACTORS = ["account", "factors"] as const;

type Open = { dialog: "totp" | "passkey" | "codes" } | { dialog: "remove"; factor: Factor } | null;

export function Factors() {
	const [open, setOpen] = useState<Open>(null);
	const factors = useList({
		key: FACTORS,
		fetch: (cursor) => send(api.GET("/api/v1/account/factors", { params: { query: { cursor } } })),
	});
	const hasAny = (factors.data ?? []).some(({ confirmed }) => confirmed);
	const close = () => setOpen(null);
	return (
		<Section
			title="Second factors"
			lead="Asked besides your password. A passkey also signs you in by itself where that is turned on."
			action={
				<Group gap="xs">
					{hasAny ? (
						<Button variant="default" size="xs" onClick={() => setOpen({ dialog: "codes" })}>
							New backup codes
						</Button>
					) : null}
					{hasPasskeys() ? (
						<Button variant="default" size="xs" onClick={() => setOpen({ dialog: "passkey" })}>
							Add a passkey
						</Button>
					) : null}
					<Button variant="default" size="xs" onClick={() => setOpen({ dialog: "totp" })}>
						Set up an app
					</Button>
				</Group>
			}
		>
			<Resource
				query={factors}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No second factor" icon={<IconFingerprint size={26} stroke={1.5} />}>
						Whoever learns your password is in. An authenticator app or a passkey keeps them out.
					</Empty>
				}
			>
				{(rows) => <FactorTable rows={rows} onRemove={(factor) => setOpen({ dialog: "remove", factor })} />}
			</Resource>
			<More query={factors} />
			<ViewAsApi
				calls={[
					{ label: "List", method: "GET", path: "/api/v1/account/factors", isSessionOnly: true, isPersonal: true },
				]}
			/>
			<Suspense fallback={null}>
				{open?.dialog === "totp" ? <SetUpTotp onClose={close} /> : null}
				{open?.dialog === "passkey" ? <AddPasskey onClose={close} /> : null}
				{open?.dialog === "codes" ? <NewBackupCodes onClose={close} /> : null}
				{open?.dialog === "remove" ? <RemoveFactor factor={open.factor} onClose={close} /> : null}
			</Suspense>
		</Section>
	);
}

function FactorTable({ rows, onRemove }: { rows: Factor[]; onRemove: (factor: Factor) => void }) {
	return (
		<Table
			label="Second factors"
			rows={rows}
			rowKey={(row) => row.id}
			columns={[
				{ key: "name", label: "Name", cell: (row) => <FactorName factor={row} /> },
				{ key: "kind", label: "Kind", cell: factorKind },
				{ key: "added", label: "Added", cell: (row) => <Time at={row.created_at} /> },
				{ key: "used", label: "Last used", cell: (row) => (row.last_used_at ? <Time at={row.last_used_at} /> : "never") },
				{
					key: "actions",
					label: "Actions",
					isAction: true,
					cell: (row) => (
						<Button
							size="compact-sm"
							variant="subtle"
							color="gray"
							aria-label={`Remove ${row.name}`}
							onClick={() => onRemove(row)}
						>
							Remove
						</Button>
					),
				},
			]}
		/>
	);
}
