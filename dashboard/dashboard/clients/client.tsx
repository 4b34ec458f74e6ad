// One client: settings, URIs, secrets, tokens, snippets, and how it goes.
import { Button, Group, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, sendTagged, type Tagged } from "../api/client";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyId } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { Time } from "../ui/time";
import { ClientSecrets } from "./client-secrets";
import { ClientSettings } from "./client-settings";
import { ClientSnippets } from "./client-snippets";
import { ClientTokens } from "./client-tokens";
import { SOURCES, typeLabel } from "./client-types";
import { ClientUris } from "./client-uris";

const ClaimsPreview = lazy(() => import("./claims-preview"));
const DeleteClient = lazy(() => import("./delete-client"));
const RevokeClientTokens = lazy(() => import("./revoke-client-tokens"));

export function ClientPage() {
	const { project } = useProjectPlace();
	const { clientId } = useParams({ strict: false }) as { clientId: string };
	const client = useQuery({
		queryKey: ["client", project.id, clientId],
		queryFn: () =>
			sendTagged(
				api.GET("/api/v1/clients/{id}", { params: { path: { id: clientId } }, headers: onProject(project.id) }),
			),
	});
	const path = `/api/v1/clients/${clientId}`;
	return (
		<Page
			title={client.data?.value.name ?? "Client"}
			lead={client.data ? <Pill>{typeLabel(client.data.value.type)}</Pill> : undefined}
			calls={[
				{ label: "Get", method: "GET", path, projectId: project.id },
				{ label: "Change", method: "PATCH", path, body: { scopes: ["tool:read"] }, projectId: project.id },
			]}
		>
			<Resource query={client}>{(tagged) => <Parts tagged={tagged} />}</Resource>
		</Page>
	);
}

function Parts({ tagged }: { tagged: Tagged<Client> }) {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const { data } = useQuery(projectQuery(project.id));
	const canWrite = mayDo(project.role, "client.write");
	const client = tagged.value;
	const defaultId = data?.value.client_id;
	const shared = { tagged, canWrite };
	return (
		<Tabs defaultValue="settings" keepMounted={false}>
			<Tabs.List>
				<Tabs.Tab value="settings">Settings</Tabs.Tab>
				<Tabs.Tab value="uris">URIs and origins</Tabs.Tab>
				<Tabs.Tab value="secrets">Secrets</Tabs.Tab>
				<Tabs.Tab value="tokens">Tokens</Tabs.Tab>
				<Tabs.Tab value="snippets">Snippets</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="settings" pt="md">
				<Stack>
					<Facts client={client} isDefault={defaultId === client.id} />
					<ClientSettings {...shared} key={client.id} />
					{canWrite && defaultId !== undefined && defaultId !== client.id ? <Danger client={client} /> : null}
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="uris" pt="md">
				<ClientUris {...shared} key={client.id} />
			</Tabs.Panel>
			<Tabs.Panel value="secrets" pt="md">
				<ClientSecrets client={client} canWrite={canWrite} />
			</Tabs.Panel>
			<Tabs.Panel value="tokens" pt="md">
				<ClientTokens {...shared} key={client.id} />
				{mayDo(project.role, "user.read") && client.is_active ? (
					<Suspense>
						<ClaimsPreview client={client} />
					</Suspense>
				) : null}
				{canWrite ? <RevokeAll client={client} /> : null}
			</Tabs.Panel>
			<Tabs.Panel value="snippets" pt="md">
				<ClientSnippets client={client} />
			</Tabs.Panel>
		</Tabs>
	);
}

function Facts({ client, isDefault }: { client: Client; isDefault: boolean }) {
	return (
		<Section title="At a glance">
			<dl className="gh-facts">
				<dt>Client id</dt>
				<dd>
					<CopyId id={client.id} label="Copy client id" />
					{isDefault ? <Pill tone="accent">Default</Pill> : null}
				</dd>
				<dt>Type</dt>
				<dd>{typeLabel(client.type)}</dd>
				<dt>Source</dt>
				<dd>{SOURCES[client.source]}</dd>
				<dt>Created</dt>
				<dd>
					<Time at={client.created_at} />
				</dd>
				<dt>Last used</dt>
				<dd>
					<Time at={client.last_used_at} />
				</dd>
			</dl>
		</Section>
	);
}

function RevokeAll({ client }: { client: Client }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Section title="Revoke all tokens" lead="For when one may have leaked: whatever this client has got stops." isDanger>
			<Group>
				<Button color="red.8" onClick={() => setOpen(true)}>
					Revoke all tokens
				</Button>
			</Group>
			<Suspense>{isOpen ? <RevokeClientTokens client={client} onClose={() => setOpen(false)} /> : null}</Suspense>
		</Section>
	);
}

function Danger({ client }: { client: Client }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Section
			title="Danger zone"
			lead="Its secrets and tokens stop at once, and nobody can be led back to it. There is no undo."
			isDanger
		>
			<Group>
				<Button color="red.8" onClick={() => setOpen(true)}>
					Delete client
				</Button>
			</Group>
			<Suspense>{isOpen ? <DeleteClient client={client} onClose={() => setOpen(false)} /> : null}</Suspense>
		</Section>
	);
}
