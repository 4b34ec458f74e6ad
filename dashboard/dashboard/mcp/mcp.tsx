// How a model gets at this installation: the MCP server's address, which of its tools, and lines for the clients people have.
import { Button, Checkbox, Code, Group, Stack, Switch, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "../api/rights";
import { CopyBlock } from "../ui/copy";
import { usePlace } from "../shell/place";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { claudeCode, genericJson, serverUrl, TOOL_GROUPS, withToken } from "./configuration";

const METADATA = "/.well-known/oauth-protected-resource/mcp";

async function readScopes(): Promise<string[]> {
	const answer = await fetch(METADATA);
	if (!answer.ok) {
		throw new Error(`${METADATA}: ${answer.status}`);
	}
	return ((await answer.json()) as { scopes_supported: string[] }).scopes_supported;
}

export function Mcp() {
	const [groups, setGroups] = useState<string[]>(TOOL_GROUPS.map(({ value }) => value));
	const [withSensitive, setWithSensitive] = useState(false);
	const url = serverUrl(groups, withSensitive);
	return (
		<Page
			title="MCP"
			calls={[{ method: "GET", path: METADATA }]}
			lead="Let a model look after your projects: in Claude, or any other client of the Model Context Protocol."
		>
			<Section
				title="Which tools"
				lead="The organization and the search are always there. No tool deletes a project, or makes or shows a secret."
			>
				<Checkbox.Group value={groups} onChange={setGroups} label="Groups of tools">
					<Stack gap="xs" mt="xs">
						{TOOL_GROUPS.map(({ value, label, says }) => (
							<Checkbox key={value} value={value} label={label} description={says} />
						))}
					</Stack>
				</Checkbox.Group>
				<Switch
					checked={withSensitive}
					onChange={(event) => setWithSensitive(event.currentTarget.checked)}
					label="Sensitive tools, too"
					description="Deactivating users, suspending and resetting licenses, reading the audit log"
				/>
				<CopyBlock text={url} label="address of the MCP server" />
			</Section>
			<Section
				title="In your client"
				lead="It sends you here to sign in, and you choose the organization it may work in. It never gets more than your role allows."
			>
				<Clients url={url} />
			</Section>
			<TestIt url={url} />
			<Section title="What it may ask for" lead="A client begins with little, and asks you again when a tool needs more.">
				<Scopes />
			</Section>
		</Page>
	);
}

/** From one of the person's projects, where the report is kept. */
function TestIt({ url }: { url: string }) {
	const { org } = usePlace();
	const mayDo = useRights();
	const able = org.projects.filter(({ role }) => mayDo(role, "oauth_settings.write"));
	const project = able.find(({ is_default }) => is_default) ?? able[0];
	if (!project) {
		return null;
	}
	return (
		<Section title="Does it work?" lead="Play a client against this server, or one of your own, and see every step.">
			<Group>
				<Button component={Link} to={`/projects/${project.id}/connector-test`} search={{ url } as never} variant="default">
					Test this connector
				</Button>
			</Group>
		</Section>
	);
}

function Clients({ url }: { url: string }) {
	return (
		<Tabs defaultValue="claude-ai" keepMounted={false}>
			<Tabs.List>
				<Tabs.Tab value="claude-ai">claude.ai</Tabs.Tab>
				<Tabs.Tab value="claude-code">Claude Code</Tabs.Tab>
				<Tabs.Tab value="json">JSON</Tabs.Tab>
				<Tabs.Tab value="token">With a token</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="claude-ai" pt="sm">
				<Text size="sm" mb="xs">
					Settings, Connectors, Add custom connector; give it this address, then press Connect.
				</Text>
				<CopyBlock text={url} label="address for claude.ai" />
			</Tabs.Panel>
			<Tabs.Panel value="claude-code" pt="sm">
				<CopyBlock text={claudeCode(url)} label="Claude Code line" />
			</Tabs.Panel>
			<Tabs.Panel value="json" pt="sm">
				<CopyBlock text={genericJson(url)} label="JSON configuration" />
			</Tabs.Panel>
			<Tabs.Panel value="token" pt="sm">
				<Text size="sm" mb="xs">
					For a program that nobody watches: a personal token of yours, or a service key, instead of a sign-in.
				</Text>
				<CopyBlock text={withToken(url)} label="JSON configuration with a token" />
			</Tabs.Panel>
		</Tabs>
	);
}

function Scopes() {
	const scopes = useQuery({ queryKey: ["mcp", "scopes"], queryFn: readScopes });
	return (
		<Resource query={scopes}>
			{(names) => (
				<Group gap="xs">
					{names.map((name) => (
						<Code key={name}>{name}</Code>
					))}
				</Group>
			)}
		</Resource>
	);
}
