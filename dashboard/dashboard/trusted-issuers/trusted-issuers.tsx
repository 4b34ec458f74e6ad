// Whose tokens the project takes as grants: identity providers that speak for its people, and workloads that are its clients.
import { Button, Group } from "@mantine/core";
import { IconBuildingBridge2 } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import type { TrustedIssuer } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { AT, KINDS, ONE } from "./kinds";

const CreateTrustedIssuer = lazy(() => import("./create-trusted-issuer"));
const EditTrustedIssuer = lazy(() => import("./edit-trusted-issuer"));

type Open = { what: "new" } | { what: "edit" | "delete"; issuer: TrustedIssuer };

export function TrustedIssuers() {
	const { project } = useProjectPlace();
	const [open, setOpen] = useState<Open | null>(null);
	const close = () => setOpen(null);
	const issuers = useList({
		key: ["trusted-issuers", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	return (
		<Section
			title="Trusted issuers"
			lead="Their tokens get tokens of this project, in projects of type mcp and hybrid."
			action={
				<Button variant="default" onClick={() => setOpen({ what: "new" })}>
					New trusted issuer
				</Button>
			}
		>
			<Resource
				query={issuers}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No other issuer is trusted" icon={<IconBuildingBridge2 size={26} stroke={1.5} />}>
						Trust a company's identity provider to send its people here through an agent, or a cluster or pipeline to ask for tokens without a
						secret.
					</Empty>
				}
			>
				{(rows) => <IssuerTable rows={rows} onOpen={setOpen} />}
			</Resource>
			<More query={issuers} />
			<Suspense>
				{open?.what === "new" ? <CreateTrustedIssuer onClose={close} /> : null}
				{open?.what === "edit" ? <EditTrustedIssuer id={open.issuer.id} onClose={close} /> : null}
			</Suspense>
			{open?.what === "delete" ? <DeleteTrustedIssuer issuer={open.issuer} onClose={close} /> : null}
		</Section>
	);
}

/** Whom its tokens stand for. */
function Meaning({ issuer }: { issuer: TrustedIssuer }) {
	return issuer.kind === "workload" ? (
		<>
			<code className="gh-break">{issuer.subject}</code> is <code className="gh-break">{issuer.client_id}</code>
		</>
	) : (
		<>
			Accounts at <code className="gh-break">{issuer.provider}</code>, brought by {issuer.client_ids.length}{" "}
			{issuer.client_ids.length === 1 ? "client" : "clients"}
		</>
	);
}

function IssuerTable({ rows, onOpen }: { rows: TrustedIssuer[]; onOpen: (open: Open) => void }) {
	return (
		<Table
			label="Trusted issuers"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{ key: "issuer", label: "Issuer", cell: ({ issuer }) => <code className="gh-break">{issuer}</code> },
				{ key: "kind", label: "Kind", cell: ({ kind }) => <Pill>{KINDS[kind].label}</Pill> },
				{ key: "meaning", label: "Stands for", cell: (issuer) => <Meaning issuer={issuer} /> },
				{ key: "scopes", label: "Scopes", cell: ({ scopes }) => scopes.join(" ") || "No limit" },
				{
					key: "do",
					label: "Actions",
					isAction: true,
					cell: (issuer) => (
						<Group gap="xs" justify="flex-end" wrap="nowrap">
							<Button
								size="xs"
								variant="default"
								aria-label={`Edit ${issuer.issuer}`}
								onClick={() => onOpen({ what: "edit", issuer })}
							>
								Edit
							</Button>
							<Button
								size="xs"
								variant="default"
								aria-label={`Delete ${issuer.issuer}`}
								onClick={() => onOpen({ what: "delete", issuer })}
							>
								Delete
							</Button>
						</Group>
					),
				},
			]}
		/>
	);
}

function DeleteTrustedIssuer({ issuer, onClose }: { issuer: TrustedIssuer; onClose: () => void }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE(ONE, { params: { path: { id: issuer.id } }, headers: onProject(project.id) })),
		refresh: [["trusted-issuers", project.id], ["audit-events", project.id]],
		done: "The issuer isn't trusted any more",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Stop trusting this issuer?"
			button="Stop trusting it"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `${AT}/${issuer.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Tokens of <code className="gh-break">{issuer.issuer}</code> get nothing here from now on. What came of them lives until it expires.
		</Confirm>
	);
}
