// What the API or MCP server itself needs: its metadata document, an nginx that gives it out, and how a token is checked.
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { issuerQuery } from "../api/queries";
import type { ResourceServer } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { checkSnippet, metadataOf, nginxSnippet, publicMetadataAddress } from "./setup-snippets";

export function ResourceServerSetup({ server }: { server: ResourceServer }) {
	const { project } = useProjectPlace();
	const issuer = useQuery(issuerQuery(project.id));
	return <Resource query={issuer}>{(found) => <Snippets server={server} issuer={found} />}</Resource>;
}

function Snippets({ server, issuer }: { server: ResourceServer; issuer: string }) {
	const address = publicMetadataAddress(server.identifier);
	return (
		<Stack gap="lg">
			<Section
				title="Metadata"
				lead={
					address ? (
						<>
							What your server answers to everybody at <code className="gh-break">{address}</code> (RFC 9728).
						</>
					) : (
						"What your server says of itself (RFC 9728). A URN has no address: say it where your clients look."
					)
				}
			>
				<CopyBlock label="Metadata JSON" text={JSON.stringify(metadataOf(server, issuer), null, 2)} />
			</Section>
			{address ? (
				<Section title="nginx" lead="Gives the document out, and points whoever comes without a token to it.">
					<CopyBlock label="nginx lines" text={nginxSnippet(server, issuer, address)} />
				</Section>
			) : null}
			<Section title="Check a token" lead="By the published keys; nothing is asked of Gatehouse for each request.">
				<CopyBlock label="Node lines" text={checkSnippet(server, issuer)} />
			</Section>
		</Stack>
	);
}
