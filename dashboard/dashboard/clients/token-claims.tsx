// The claims of a client's next tokens for somebody, and where each comes from.
import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { type Claim, claimsOf } from "./claim-sources";

const AT = "/api/v1/clients/{id}/claims";

interface TokenClaimsProps {
	client: Pick<Client, "id" | "updated_at">;
	userId: string;
	resource: string;
	scope: string;
}

export default function TokenClaims({ client, userId, resource, scope }: TokenClaimsProps) {
	const { project } = useProjectPlace();
	const query = { user_id: userId, resource: resource || undefined, scope: scope || undefined };
	const preview = useQuery({
		queryKey: ["client-claims", project.id, client.id, client.updated_at, query],
		queryFn: () => send(api.GET(AT, { params: { path: { id: client.id }, query }, headers: onProject(project.id) })),
		retry: false,
	});
	return (
		<Resource query={preview}>
			{({ access_token, id_token }) => (
				<Stack gap="md">
					<Token title="Access token" token={access_token} without="The console's access tokens are opaque and say nothing." />
					<Token title="ID token" token={id_token} without="There is none without the scope openid." />
				</Stack>
			)}
		</Resource>
	);
}

const COLUMNS = [
	{ key: "name", label: "Claim", cell: ({ name }: Claim) => <code>{name}</code> },
	{ key: "value", label: "Value", cell: ({ value }: Claim) => <code className="gh-operation">{value}</code> },
	{ key: "source", label: "Comes from", cell: ({ source }: Claim) => source },
];

function Token({ title, token, without }: { title: string; token: unknown; without: string }) {
	return (
		<div>
			<Title order={3} size="h4" mb="xs">
				{title}
			</Title>
			{token ? (
				<Table label={title} columns={COLUMNS} rows={claimsOf(token)} rowKey={({ name }) => name} />
			) : (
				<Text size="sm">{without}</Text>
			)}
		</div>
	);
}
