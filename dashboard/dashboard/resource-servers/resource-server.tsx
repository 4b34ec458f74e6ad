// One resource server: what it is, its settings and scopes, what its own machine needs, and how it goes.
import { Button, Group, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, onProject, send, sendTagged, type Tagged } from "../api/client";
import { useRights } from "../api/rights";
import type { ResourceServer } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { Page, Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { ResourceServerForm } from "./resource-server-form";
import { ResourceServerSetup } from "./resource-server-setup";

const AT = "/api/v1/resource_servers/{id}";

export function ResourceServerPage() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const { resourceServerId: id } = useParams({ strict: false }) as { resourceServerId: string };
	const server = useQuery({
		queryKey: ["resource-server", project.id, id],
		queryFn: () => sendTagged(api.GET(AT, { params: { path: { id } }, headers: onProject(project.id) })),
	});
	const path = `/api/v1/resource_servers/${id}`;
	const found = server.data?.value;
	return (
		<Page
			title={found?.name ?? "Resource server"}
			lead={found && !found.is_active ? <Pill>Off: no new tokens</Pill> : <code className="gh-break">{found?.identifier}</code>}
			calls={[
				{ label: "Get", method: "GET", path, projectId: project.id },
				{ label: "Change", method: "PATCH", path, body: { is_active: false }, projectId: project.id },
			]}
		>
			<Resource query={server}>
				{(tagged) => <Parts tagged={tagged} canWrite={mayDo(project.role, "resource_server.write")} />}
			</Resource>
		</Page>
	);
}

function Parts({ tagged, canWrite }: { tagged: Tagged<ResourceServer>; canWrite: boolean }) {
	return (
		<Tabs defaultValue="settings" keepMounted={false}>
			<Tabs.List>
				<Tabs.Tab value="settings">Settings</Tabs.Tab>
				<Tabs.Tab value="setup">Set up your server</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="settings" pt="md">
				<Stack gap="lg">
					<ResourceServerForm tagged={tagged} canWrite={canWrite} />
					{canWrite ? <Danger server={tagged.value} /> : null}
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="setup" pt="md">
				<ResourceServerSetup server={tagged.value} />
			</Tabs.Panel>
		</Tabs>
	);
}

function Danger({ server }: { server: ResourceServer }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Section
			title="Danger zone"
			lead="There are no new tokens for it any more; those that are out end by their age."
			isDanger
		>
			<Group>
				<Button color="red.8" onClick={() => setOpen(true)}>
					Delete resource server
				</Button>
			</Group>
			{isOpen ? <DeleteResourceServer server={server} onClose={() => setOpen(false)} /> : null}
		</Section>
	);
}

function DeleteResourceServer({ server, onClose }: { server: ResourceServer; onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const remove = useAction({
		run: () => send(api.DELETE(AT, { params: { path: { id: server.id } }, headers: onProject(project.id) })),
		refresh: [["resource-servers", project.id], ["audit-events", project.id]],
		done: "The resource server is deleted",
		onDone: () => {
			onClose();
			void navigate({ to: "/projects/$projectId/resource-servers", params: { projectId: project.id } });
		},
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${server.name}?`}
			typed={server.name}
			button="Delete resource server"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path: `/api/v1/resource_servers/${server.id}`, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			Its {server.scopes.length === 1 ? "scope goes" : `${server.scopes.length} scopes go`} with it. Clients that ask for{" "}
			<code className="gh-break">{server.identifier}</code> are refused from now on, refreshed tokens too.
		</Confirm>
	);
}
