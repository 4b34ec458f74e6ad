// The table of keys with what can be done to each.
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconKey, IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api, send } from "../api/client";
import { useSession } from "../api/queries";
import { useRights } from "../api/rights";
import { type ApiKey, isConsole, type MyProject } from "../api/types";
import { usePlace } from "../shell/place";
import { useTargetedList } from "../ui/lists";
import { More } from "../ui/more";
import { EnvironmentPill, Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import type { KeyKind } from "./api-keys";

const EditApiKey = lazy(() => import("./edit-api-key"));
const RotateApiKey = lazy(() => import("./rotate-api-key"));
const RevokeApiKey = lazy(() => import("./revoke-api-key"));

interface ApiKeyListProps {
	kind: KeyKind;
	project: MyProject | null;
	createButton: ReactNode;
}

interface OpenDialog {
	what: "edit" | "rotate" | "revoke";
	apiKey: ApiKey;
}

export function getApiKey(id: string): Promise<ApiKey> {
	return send(api.GET("/api/v1/api_keys/{id}", { params: { path: { id } } }));
}

export function ApiKeyList({ kind, project, createButton }: ApiKeyListProps) {
	const { org } = usePlace();
	const { data: session } = useSession();
	const [dialog, setDialog] = useState<OpenDialog | null>(null);
	const userId = kind === "personal" ? session?.user.id : undefined;
	const keys = useTargetedList({
		key: ["api-keys", project?.id ?? org.id, kind],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/api_keys", {
					params: { query: { kind, project_id: project?.id, user_id: userId, cursor } },
				}),
			),
		isEnabled: kind === "service" || userId !== undefined,
		one: async (id) => {
			const found = await getApiKey(id);
			return found.kind === kind ? found : undefined;
		},
	});
	const close = () => setDialog(null);
	return (
		<>
			<Resource
				query={keys}
				isEmpty={(rows) => rows.length === 0}
				empty={
					project && isConsole(project) ? (
						<Empty title="The console takes no keys" icon={<IconKey size={26} stroke={1.5} />}>
							Programs work on the other projects; on this one only people do.
						</Empty>
					) : (
						<Empty
							title={kind === "service" ? "One key per integration" : "No personal token"}
							icon={<IconKey size={26} stroke={1.5} />}
							action={createButton}
						>
							{kind === "service"
								? "A service key lets a program call the API, with no more permissions than it needs."
								: "A personal token acts as you in this organization, with the role you have at that moment."}
						</Empty>
					)
				}
			>
				{(rows) => <KeyTable kind={kind} rows={rows} withPin={!project} onOpen={setDialog} />}
			</Resource>
			<More query={keys} />
			<Suspense>
				{dialog?.what === "edit" ? <EditApiKey apiKey={dialog.apiKey} onClose={close} /> : null}
				{dialog?.what === "rotate" ? <RotateApiKey apiKey={dialog.apiKey} onClose={close} /> : null}
				{dialog?.what === "revoke" ? <RevokeApiKey apiKey={dialog.apiKey} onClose={close} /> : null}
			</Suspense>
		</>
	);
}

interface KeyTableProps {
	kind: KeyKind;
	rows: ApiKey[];
	withPin: boolean;
	onOpen: (dialog: OpenDialog) => void;
}

function KeyTable({ kind, rows, withPin, onOpen }: KeyTableProps) {
	const { org, project } = usePlace();
	const mayDo = useRights();
	const canWrite = kind === "personal" || mayDo(project?.role ?? org.role, "api_key.write");
	const columns: Column<ApiKey>[] = [
		{
			key: "name",
			label: "Name",
			cell: (key) => (
				<div className="gh-cell-main">
					<span>{key.name}</span>
					<code className="gh-dim">
						{key.prefix}…{key.last4}
					</code>
				</div>
			),
		},
		{
			key: "state",
			label: "State",
			cell: (key) => (
				<span className="gh-pills">
					<KeyState status={key.status} />
					<EnvironmentPill environment={key.environment} />
				</span>
			),
		},
		...(kind === "service" ? serviceColumns(org.projects, withPin) : []),
		{ key: "used", label: "Last used", cell: (key) => <Time at={key.last_used_at} /> },
		{ key: "expires", label: "Expires", cell: (key) => <Time at={key.expires_at} /> },
	];
	if (canWrite) {
		columns.push({
			key: "actions",
			label: "Actions",
			isAction: true,
			cell: (key) => <KeyMenu apiKey={key} onOpen={onOpen} />,
		});
	}
	return (
		<Table
			label={kind === "service" ? "Service keys" : "Personal tokens"}
			rows={rows}
			rowKey={(key) => key.id}
			columns={columns}
		/>
	);
}

function serviceColumns(projects: MyProject[], withPin: boolean): Column<ApiKey>[] {
	const scopes: Column<ApiKey> = {
		key: "scopes",
		label: "Permissions",
		cell: (key) => (
			<span title={key.scopes?.join("\n")}>
				{key.scopes?.length === 1 ? key.scopes[0] : `${key.scopes?.length ?? 0} permissions`}
			</span>
		),
	};
	if (!withPin) {
		return [scopes];
	}
	const pin: Column<ApiKey> = {
		key: "pin",
		label: "Project",
		cell: (key) =>
			key.project_id ? (
				(projects.find(({ id }) => id === key.project_id)?.name ?? <code>{key.project_id}</code>)
			) : (
				<span className="gh-dim">any</span>
			),
	};
	return [pin, scopes];
}

const STATE_TONES: Record<string, Tone> = { active: "accent", retiring: "test", expired: "quiet", revoked: "danger" };

function KeyState({ status }: { status: string }) {
	return <Pill tone={STATE_TONES[status] ?? "quiet"}>{status}</Pill>;
}

function KeyMenu({ apiKey, onOpen }: { apiKey: ApiKey; onOpen: (dialog: OpenDialog) => void }) {
	if (apiKey.status === "revoked" || apiKey.status === "expired") {
		return null;
	}
	return (
		<Menu position="bottom-end" width={200}>
			<Menu.Target>
				<ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${apiKey.name}`}>
					<IconDots size={18} />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item leftSection={<IconPencil size={15} />} onClick={() => onOpen({ what: "edit", apiKey })}>
					Edit
				</Menu.Item>
				{apiKey.status === "active" ? (
					<Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => onOpen({ what: "rotate", apiKey })}>
						Rotate
					</Menu.Item>
				) : null}
				<Menu.Item
					className="gh-danger-item"
					leftSection={<IconTrash size={15} />}
					onClick={() => onOpen({ what: "revoke", apiKey })}
				>
					Revoke
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
