// Open and past invitations to the organization.
import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconMailForward, IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Invitation } from "../api/types";
import { usePlace } from "../shell/place";
import { useTargetedList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const CreateInvitation = lazy(() => import("./create-invitation"));
const ResendInvitation = lazy(() => import("./resend-invitation"));
const RevokeInvitation = lazy(() => import("./revoke-invitation"));

interface OpenDialog {
	what: "resend" | "revoke";
	invitation: Invitation;
}

const TONES: Record<string, Tone> = {
	pending: "accent",
	accepted: "quiet",
	used_up: "quiet",
	expired: "quiet",
	revoked: "danger",
};

/** Whom a row is for, also as the name of its buttons. */
function whom({ kind, email, uses, max_uses: max }: Invitation): string {
	return kind === "code" ? `a code, ${uses} of ${max} used` : (email ?? "");
}

function page(status: "pending" | undefined, cursor?: string, limit?: number) {
	return send(api.GET("/api/v1/invitations", { params: { query: { cursor, status, limit } } }));
}

/** An open one, wherever in the list it stands: the API gives invitations only in lists. */
async function findOpen(id: string): Promise<Invitation | undefined> {
	let cursor: string | undefined;
	do {
		const { data, next_cursor: next } = await page("pending", cursor, 100);
		const found = data.find((invitation) => invitation.id === id);
		if (found) {
			return found;
		}
		cursor = next ?? undefined;
	} while (cursor);
	return undefined;
}

export function Invitations() {
	const { org } = usePlace();
	const mayDo = useRights();
	const [isPendingOnly, setPendingOnly] = useState(true);
	const [isCreating, setCreating] = useState(false);
	const [dialog, setDialog] = useState<OpenDialog | null>(null);
	const invitations = useTargetedList({
		key: ["invitations", org.id, isPendingOnly],
		fetch: (cursor) => page(isPendingOnly ? "pending" : undefined, cursor),
		one: findOpen,
	});
	const create = mayDo(org.role, "invitation.write") ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
			Invite somebody
		</Button>
	) : null;
	return (
		<Page
			title="Invitations"
			lead={`Ways into ${org.name} that somebody hasn't taken yet.`}
			action={create}
			calls={[{ method: "GET", path: `/api/v1/invitations${isPendingOnly ? "?status=pending" : ""}` }]}
		>
			<SegmentedControl
				aria-label="Which invitations"
				style={{ alignSelf: "flex-start" }}
				value={isPendingOnly ? "pending" : "all"}
				onChange={(value) => setPendingOnly(value === "pending")}
				data={[
					{ value: "pending", label: "Open" },
					{ value: "all", label: "All" },
				]}
			/>
			<Resource
				query={invitations}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty
						title={isPendingOnly ? "No open invitation" : "Nobody has been invited"}
						icon={<IconMailForward size={26} stroke={1.5} />}
						action={create}
					>
						Invite a colleague by e-mail: the link works once and only for that address. Or make a code for a group.
					</Empty>
				}
			>
				{(rows) => <InvitationTable rows={rows} onOpen={setDialog} />}
			</Resource>
			<More query={invitations} />
			<Suspense>
				{isCreating ? <CreateInvitation onClose={() => setCreating(false)} /> : null}
				{dialog?.what === "resend" ? (
					<ResendInvitation invitation={dialog.invitation} onClose={() => setDialog(null)} />
				) : null}
				{dialog?.what === "revoke" ? (
					<RevokeInvitation invitation={dialog.invitation} onClose={() => setDialog(null)} />
				) : null}
			</Suspense>
		</Page>
	);
}

interface InvitationTableProps {
	rows: Invitation[];
	onOpen: (dialog: OpenDialog) => void;
}

function InvitationTable({ rows, onOpen }: InvitationTableProps) {
	const { org } = usePlace();
	const mayDo = useRights();
	const canWrite = mayDo(org.role, "invitation.write");
	return (
		<Table
			label="Invitations"
			rows={rows}
			rowKey={(row) => row.id}
			columns={[
				{
					key: "who",
					label: "For",
					cell: (row) => <strong>{whom(row)}</strong>,
				},
				{ key: "role", label: "Role", cell: (row) => <Pill>{row.role}</Pill> },
				{ key: "status", label: "State", cell: (row) => <Pill tone={TONES[row.status]}>{row.status.replace("_", " ")}</Pill> },
				{ key: "expires", label: "Expires", cell: (row) => <Time at={row.expires_at} /> },
				{
					key: "actions",
					label: "Actions",
					isAction: true,
					cell: (row) =>
						canWrite && row.status === "pending" ? <RowActions invitation={row} onOpen={onOpen} /> : null,
				},
			]}
		/>
	);
}

interface RowActionsProps {
	invitation: Invitation;
	onOpen: (dialog: OpenDialog) => void;
}

function RowActions({ invitation, onOpen }: RowActionsProps) {
	const again = invitation.kind === "code" ? "New code" : "Resend";
	return (
		<Group gap={4} justify="flex-end" wrap="nowrap">
			<Button
				size="compact-sm"
				variant="subtle"
				color="gray"
				aria-label={`${again} for ${whom(invitation)}`}
				onClick={() => onOpen({ what: "resend", invitation })}
			>
				{again}
			</Button>
			<Button
				size="compact-sm"
				variant="subtle"
				color="gray"
				aria-label={`Revoke for ${whom(invitation)}`}
				onClick={() => onOpen({ what: "revoke", invitation })}
			>
				Revoke
			</Button>
		</Group>
	);
}
