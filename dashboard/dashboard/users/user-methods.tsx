// How a user signs in: password, second factors, accounts at providers.
import { Button, Group } from "@mantine/core";
import { IconFingerprint, IconLink } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { FactorName, factorKind } from "../account/factor-name";
import { api, onProject, send } from "../api/client";
import type { Factor, Identity, User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { ViewAsApi } from "../ui/view-as-api";
import { useStatusChange, useUserKeys } from "./user-status";

const SetPassword = lazy(() => import("./set-password"));
const RemoveMethod = lazy(() => import("./remove-method"));

interface Props {
	user: User;
	canWrite: boolean;
}

export function UserMethods(props: Props) {
	return (
		<>
			<Password {...props} />
			<Factors {...props} />
			<Identities {...props} />
		</>
	);
}

function Password({ user, canWrite }: Props) {
	const [isOpen, setOpen] = useState(false);
	const unlock = useStatusChange(user, "unlock", "The password may be used again");
	return (
		<Section
			title="Password"
			lead={
				user.locked
					? "It is off after a hundred failures in a row."
					: user.has_password
						? "They have one."
						: "They have none: “Forgot password” gives them one."
			}
			action={
				canWrite ? (
					<Group gap="xs">
						{user.locked ? (
							<Button variant="default" size="xs" loading={unlock.isPending} onClick={() => unlock.mutate(undefined)}>
								Unlock
							</Button>
						) : null}
						<Button variant="default" size="xs" onClick={() => setOpen(true)}>
							Set password
						</Button>
					</Group>
				) : null
			}
		>
			<Suspense>{isOpen ? <SetPassword user={user} onClose={() => setOpen(false)} /> : null}</Suspense>
		</Section>
	);
}

function RemoveButton({ label, verb, onClick }: { label: string; verb: string; onClick: () => void }): ReactNode {
	return (
		<Button size="compact-sm" variant="subtle" color="gray" aria-label={`${verb} ${label}`} onClick={onClick}>
			{verb}
		</Button>
	);
}

function Factors({ user, canWrite }: Props) {
	const { project } = useProjectPlace();
	const [removed, setRemoved] = useState<Factor | null>(null);
	const key = ["user-factors", project.id, user.id] as const;
	const keys = useUserKeys(user);
	const path = `/api/v1/users/${user.id}/factors`;
	const factors = useList({
		key,
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/users/{id}/factors", {
					params: { path: { id: user.id }, query: { cursor } },
					headers: onProject(project.id),
				}),
			),
	});
	return (
		<Section title="Second factors" lead="Asked besides the password. A passkey also signs in by itself where that is turned on.">
			<Resource
				query={factors}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No second factor" icon={<IconFingerprint size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Second factors"
						rows={rows}
						rowKey={(row) => row.id}
						columns={[
							{ key: "name", label: "Name", cell: (row) => <FactorName factor={row} /> },
							{ key: "kind", label: "Kind", cell: factorKind },
							{ key: "added", label: "Added", cell: (row) => <Time at={row.created_at} /> },
							{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) =>
									canWrite ? <RemoveButton verb="Remove" label={row.name} onClick={() => setRemoved(row)} /> : null,
							},
						]}
					/>
				)}
			</Resource>
			<More query={factors} />
			<ViewAsApi calls={[{ label: "List", method: "GET", path, projectId: project.id }]} />
			<Suspense>
				{removed ? (
					<RemoveMethod
						title={`Remove ${removed.name}?`}
						button="Remove"
						done={`${removed.name} is removed`}
						path={`${path}/${removed.id}`}
						run={() =>
							send(
								api.DELETE("/api/v1/users/{id}/factors/{factor_id}", {
									params: { path: { id: user.id, factor_id: removed.id } },
									headers: onProject(project.id),
								}),
							)
						}
						refresh={[key, ...keys]}
						onClose={() => setRemoved(null)}
					>
						It won't be asked any more, and every session of theirs ends at once. They are told by mail. With the last second
						factor their backup codes go, too. Make sure who asks for this: from then on the password alone may be enough.
					</RemoveMethod>
				) : null}
			</Suspense>
		</Section>
	);
}

function Identities({ user, canWrite }: Props) {
	const { project } = useProjectPlace();
	const [removed, setRemoved] = useState<Identity | null>(null);
	const key = ["user-identities", project.id, user.id] as const;
	const keys = useUserKeys(user);
	const path = `/api/v1/users/${user.id}/identities`;
	const identities = useList({
		key,
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/users/{id}/identities", {
					params: { path: { id: user.id }, query: { cursor } },
					headers: onProject(project.id),
				}),
			),
	});
	return (
		<Section title="Linked accounts" lead="Accounts at sign-in providers by which they come in.">
			<Resource
				query={identities}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No linked account" icon={<IconLink size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Linked accounts"
						rows={rows}
						rowKey={(row) => row.id}
						columns={[
							{ key: "provider", label: "Provider", cell: (row) => row.provider },
							{ key: "account", label: "Account", cell: (row) => <span title={row.subject}>{row.email ?? row.subject}</span> },
							{ key: "linked", label: "Linked", cell: (row) => <Time at={row.linked_at} /> },
							{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (row) =>
									canWrite ? <RemoveButton verb="Unlink" label={row.provider} onClick={() => setRemoved(row)} /> : null,
							},
						]}
					/>
				)}
			</Resource>
			<More query={identities} />
			<ViewAsApi calls={[{ label: "List", method: "GET", path, projectId: project.id }]} />
			<Suspense>
				{removed ? (
					<RemoveMethod
						title={`Unlink ${removed.provider}?`}
						button="Unlink"
						done={`${removed.provider} is unlinked`}
						path={`${path}/${removed.id}`}
						run={() =>
							send(
								api.DELETE("/api/v1/users/{id}/identities/{identity_id}", {
									params: { path: { id: user.id, identity_id: removed.id } },
									headers: onProject(project.id),
								}),
							)
						}
						refresh={[key, ...keys]}
						onClose={() => setRemoved(null)}
					>
						That account won't sign them in any more. The last way to sign in can't be taken away.
					</RemoveMethod>
				) : null}
			</Suspense>
		</Section>
	);
}
