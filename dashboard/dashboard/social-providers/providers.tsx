// The providers that people may sign in with: what is set up, whether it works, and everything else that could be.
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { readinessQuery } from "../sign-in-settings/settings";
import { SignInPage } from "../sign-in-settings/sign-in-page";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { AT, type Kind, KINDS, kindOf, openIdKind, type Provider, problemSentence } from "./kinds";
import { useCheck, useProviders } from "./queries";

const EditProvider = lazy(() => import("./edit-provider"));
const DeleteProvider = lazy(() => import("./delete-provider"));

/** A line of the table: one of the known providers, or one that was added. */
interface Row {
	kind: Kind;
	provider: Provider | undefined;
}

function rowsOf(providers: readonly Provider[]): Row[] {
	const own = providers.filter(({ key }) => !KINDS.some((kind) => kind.key === key));
	return [
		...KINDS.map((kind) => ({ kind, provider: providers.find(({ key }) => key === kind.key) })),
		...own.map((provider) => ({ kind: kindOf(provider.key), provider })),
	];
}

type OpenDialog = { what: "edit" | "delete"; row: Row } | { what: "add" } | null;

export function Providers() {
	const { project } = useProjectPlace();
	const canWrite = useRights()(project.role, "sign_in.write");
	const [dialog, setDialog] = useState<OpenDialog>(null);
	const check = useCheck(project.id);
	const providers = useProviders(project.id, check.isExpected);
	const close = () => setDialog(null);
	return (
		<SignInPage
			title="Sign-in providers"
			lead="Accounts elsewhere with which people may sign in here, with credentials of your own at each."
			action={canWrite ? <Button onClick={() => setDialog({ what: "add" })}>Add an OpenID provider</Button> : undefined}
			calls={[{ method: "GET", path: AT, projectId: project.id }]}
		>
			<Callback projectId={project.id} />
			<Resource query={providers}>
				{(found) => (
					<>
						<Table
							label="Providers"
							rows={rowsOf(found)}
							rowKey={({ kind }) => kind.key}
							columns={[
								{ key: "name", label: "Provider", cell: ({ kind }) => <Name kind={kind} /> },
								{ key: "state", label: "State", cell: ({ provider }) => <State provider={provider} /> },
								{
									key: "checked",
									label: "Last check",
									cell: ({ provider }) =>
										provider && check.isExpected(provider) ? (
											<span role="status">being looked at …</span>
										) : (
											<Time at={provider?.checked_at} />
										),
								},
								{
									key: "action",
									label: "Action",
									isAction: true,
									cell: (row) =>
										canWrite ? (
											<RowActions
												row={row}
												onCheck={check.start}
												onEdit={() => setDialog({ what: "edit", row })}
												onDelete={() => setDialog({ what: "delete", row })}
											/>
										) : null,
								},
							]}
						/>
						<Suspense>
							{dialog?.what === "add" ? (
								<EditProvider kind={openIdKind("")} taken={found.map(({ key }) => key)} onSaved={check.expect} onClose={close} />
							) : null}
							{dialog?.what === "edit" ? (
								<EditProvider {...dialog.row} taken={[]} onSaved={check.expect} onClose={close} />
							) : null}
							{dialog?.what === "delete" && dialog.row.provider ? (
								<DeleteProvider kind={dialog.row.kind} provider={dialog.row.provider} onClose={close} />
							) : null}
						</Suspense>
					</>
				)}
			</Resource>
			{canWrite ? null : (
				<Text c="dimmed" size="sm">
					Your role may look at these settings but not change them.
				</Text>
			)}
		</SignInPage>
	);
}

/** What every provider has to know, and whether anybody is sent to one at all. */
function Callback({ projectId }: { projectId: string }) {
	const { data } = useQuery(readinessQuery(projectId));
	const social = data?.methods.find(({ method }) => method === "social");
	if (!social) {
		return null;
	}
	return (
		<>
			{social.enabled ? null : (
				<div className="gh-banner gh-banner-test" role="status">
					<p>
						The method “Account at a provider” is off, so nobody is offered these.{" "}
						<Link className="gh-link" to="/projects/$projectId/sign-in" params={{ projectId }}>
							Turn it on under Methods
						</Link>
						.
					</p>
				</div>
			)}
			<Section title="Callback URL" lead="Register it with each provider: people come back to it.">
				{social.callback_urls.map((url) => (
					<CopyBlock key={url} text={url} label="Address to register" />
				))}
			</Section>
		</>
	);
}

function Name({ kind }: { kind: Kind }) {
	return (
		<div className="gh-cell-main">
			<span>{kind.name}</span>
			<code className="gh-dim">{kind.key}</code>
		</div>
	);
}

function StatePill({ provider }: { provider: Provider }) {
	if (provider.ready) {
		return <Pill tone="accent">Ready</Pill>;
	}
	return provider.enabled ? <Pill tone="test">Not ready</Pill> : <Pill>Off</Pill>;
}

function State({ provider }: { provider: Provider | undefined }) {
	if (!provider) {
		return <span className="gh-dim">not set up</span>;
	}
	return (
		<div>
			<StatePill provider={provider} />
			{provider.problems.length > 0 ? (
				<ul className="gh-problems">
					{provider.problems.map((word) => (
						<li key={word}>{problemSentence(word)}</li>
					))}
				</ul>
			) : null}
		</div>
	);
}

interface RowActionsProps {
	row: Row;
	onCheck: (provider: Provider) => void;
	onEdit: () => void;
	onDelete: () => void;
}

function RowActions({ row: { kind, provider }, onCheck, onEdit, onDelete }: RowActionsProps) {
	if (!provider) {
		return (
			<Button variant="default" size="xs" onClick={onEdit} aria-label={`Set up ${kind.name}`}>
				Set up
			</Button>
		);
	}
	return (
		<Group gap="xs" justify="flex-end" wrap="nowrap">
			<Button variant="default" size="xs" onClick={() => onCheck(provider)} aria-label={`Check now: ${kind.name}`}>
				Check now
			</Button>
			<Button variant="default" size="xs" onClick={onEdit} aria-label={`Edit ${kind.name}`}>
				Edit
			</Button>
			<Button
				className="gh-danger-button"
				variant="default"
				size="xs"
				onClick={onDelete}
				aria-label={`Delete ${kind.name}`}
			>
				Delete
			</Button>
		</Group>
	);
}
