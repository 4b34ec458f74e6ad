// How an app signs people in and a program asks for a token, with the client's real ids.
import { Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { issuerQuery } from "../api/queries";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { type Ids, metadataCommand, SIGN_IN_SNIPPETS, TOKEN_SNIPPETS } from "./snippets";

function Snippets({ of }: { of: { label: string; text: string }[] }) {
	return (
		<Tabs defaultValue={of[0]?.label} keepMounted={false}>
			<Tabs.List>
				{of.map(({ label }) => (
					<Tabs.Tab key={label} value={label}>
						{label}
					</Tabs.Tab>
				))}
			</Tabs.List>
			{of.map(({ label, text }) => (
				<Tabs.Panel key={label} value={label} pt="sm">
					<CopyBlock label={`${label} lines`} text={text} />
				</Tabs.Panel>
			))}
		</Tabs>
	);
}

export function ClientSnippets({ client }: { client: Client }) {
	const { project } = useProjectPlace();
	const issuer = useQuery(issuerQuery(project.id));
	return <Resource query={issuer}>{(found) => <Lines client={client} ids={{ issuer: found, clientId: client.id }} />}</Resource>;
}

function Lines({ client, ids }: { client: Client; ids: Ids }) {
	const signsIn = client.grant_types.includes("authorization_code");
	const redirectUri = client.redirect_uris[0] ?? "https://app.example.com/callback";
	const actsForItself = client.grant_types.includes("client_credentials");
	return (
		<>
			<Section
				title="For your environment"
				lead="Libraries for OAuth and OpenID Connect find the rest by the issuer."
			>
				<CopyBlock
					label=".env lines"
					text={[
						`GATEHOUSE_ISSUER=${ids.issuer}`,
						`GATEHOUSE_CLIENT_ID=${ids.clientId}`,
						...(client.token_endpoint_auth_method === "none" ? [] : ["GATEHOUSE_CLIENT_SECRET="]),
					].join("\n")}
				/>
				<CopyBlock label="curl line for the metadata" text={metadataCommand(ids)} />
			</Section>
			{signsIn ? (
				<Section title="Signing people in" lead="The code flow with PKCE, by a library that does the checks.">
					<Snippets of={SIGN_IN_SNIPPETS.map(({ label, text }) => ({ label, text: text(ids, redirectUri) }))} />
				</Section>
			) : null}
			{actsForItself ? (
				<Section title="A token for the program itself" lead="The secret is in the environment, never in the code.">
					<Snippets of={TOKEN_SNIPPETS.map(({ label, text }) => ({ label, text: text(ids) }))} />
				</Section>
			) : (
				<Text c="dimmed" size="sm">
					This client gets no tokens for itself: the grant client_credentials isn't among its grants.
				</Text>
			)}
		</>
	);
}
