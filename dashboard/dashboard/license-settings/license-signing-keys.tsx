// The keys that sign license answers, and the lines with which a program checks one.
import { Button, Group } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Reply } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { CopyId } from "../ui/copy";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { VerifierCode } from "./verifier-code";

const AT = "/api/v1/license_signing_keys";
const ROTATE = "/api/v1/license_signing_keys/rotate";

type Key = Reply<"/api/v1/license_signing_keys", "get", 200>["data"][number];

const TONES: Record<Key["status"], Tone> = { current: "accent", retired: "quiet", revoked: "danger" };

export function LicenseSigningKeys({ canWrite }: { canWrite: boolean }) {
	const { project } = useProjectPlace();
	const [isRotating, setRotating] = useState(false);
	const [revoking, setRevoking] = useState<Key | null>(null);
	const keys = useList({
		key: ["license-signing-keys", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	const action = {
		key: "action",
		label: "Actions",
		isAction: true,
		cell: (row: Key) =>
			row.status === "retired" ? (
				<Button variant="default" size="xs" aria-label={`Revoke ${row.kid}`} onClick={() => setRevoking(row)}>
					Revoke
				</Button>
			) : null,
	};
	const current = keys.data?.find(({ status }) => status === "current");
	const retired = (keys.data ?? []).filter(({ status }) => status === "retired");
	return (
		<>
			<Section
				title="Signing keys"
				lead="A program has the public key compiled in, and believes no answer that it didn't sign."
				action={
					canWrite ? (
						<Group gap="xs">
							<Button variant="default" onClick={() => setRotating(true)}>
								{current ? "New key" : "Make the first key"}
							</Button>
						</Group>
					) : null
				}
			>
				<Resource
					query={keys}
					isEmpty={(rows) => rows.length === 0}
					empty={
						<Empty title="No key yet" icon={<IconSignature size={26} stroke={1.5} />}>
							The first program that asks makes it. Make it now to compile it into yours.
						</Empty>
					}
				>
					{(rows) => (
						<Table
							label="License signing keys"
							rows={rows}
							rowKey={({ kid }) => kid}
							columns={[
								{ key: "kid", label: "Key", cell: ({ kid }) => <CopyId id={kid} /> },
								{ key: "status", label: "Status", cell: ({ status }) => <Pill tone={TONES[status]}>{status}</Pill> },
								{ key: "public", label: "Public key", cell: ({ public_key }) => <code className="gh-break">{public_key}</code> },
								{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
								...(canWrite ? [action] : []),
							]}
						/>
					)}
				</Resource>
				<More query={keys} />
				{isRotating ? <Rotate hasKey={current !== undefined} onClose={() => setRotating(false)} /> : null}
				{revoking ? <Revoke signingKey={revoking} onClose={() => setRevoking(null)} /> : null}
			</Section>
			{current ? <VerifierCode keys={[current, ...retired]} /> : null}
		</>
	);
}

function useKeyKeys() {
	const { project } = useProjectPlace();
	return [
		["license-signing-keys", project.id],
		["audit-events", project.id],
	];
}

function Rotate({ hasKey, onClose }: { hasKey: boolean; onClose: () => void }) {
	const { project } = useProjectPlace();
	const rotate = useAction({
		run: () => send(api.POST(ROTATE, { headers: onProject(project.id) })),
		refresh: useKeyKeys(),
		done: "The new key signs from now on",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={hasKey ? "Sign with a new key?" : "Make the first key?"}
			button={hasKey ? "New key" : "Make it"}
			isRunning={rotate.isPending}
			error={rotate.error}
			calls={[{ method: "POST", path: ROTATE, body: {}, projectId: project.id }]}
			onConfirm={() => rotate.mutate(undefined)}
			onClose={onClose}
		>
			{hasKey
				? "Programs that name the old key in kid are answered with it as before, until it is revoked. Programs that name none get the new one: those that have the old one compiled in, and don't name it, stop."
				: "It signs every answer from now on. Compile its public half and its kid into your program."}
		</Confirm>
	);
}

function Revoke({ signingKey, onClose }: { signingKey: Key; onClose: () => void }) {
	const { project } = useProjectPlace();
	const { kid } = signingKey;
	const revoke = useAction({
		run: () =>
			send(
				api.POST("/api/v1/license_signing_keys/{kid}/revoke", { params: { path: { kid } }, headers: onProject(project.id) }),
			),
		refresh: useKeyKeys(),
		done: "The key is revoked",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Revoke this key?"
			typed={kid}
			button="Revoke for good"
			isRunning={revoke.isPending}
			error={revoke.error}
			calls={[{ method: "POST", path: `/api/v1/license_signing_keys/${kid}/revoke`, body: {}, projectId: project.id }]}
			onConfirm={() => revoke.mutate(undefined)}
			onClose={onClose}
		>
			Programs that have only this key compiled in get no answer any more, and run as long as their last one holds.
		</Confirm>
	);
}
