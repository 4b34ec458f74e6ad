// Lines that work as they are, with a client's real ids; only the secret has to be filled in.
import type { Client } from "../api/types";

export interface Ids {
	/** The project's issuer: where its tokens come from. */
	issuer: string;
	clientId: string;
}

/** The hosted pages' host is the dashboard's own, or auth.<host> in development. */
export function idsOf(client: Client, issuerId: string): Ids {
	const host = location.hostname === "localhost" ? `auth.${location.host}` : location.host;
	return { issuer: `${location.protocol}//${host}/p/${issuerId}`, clientId: client.id };
}

export function metadataCommand({ issuer }: Ids): string {
	return `curl ${issuer}/.well-known/oauth-authorization-server`;
}

export const TOKEN_SNIPPETS: { label: string; text: (ids: Ids) => string }[] = [
	{
		label: "curl",
		text: ({ issuer, clientId }) => `curl ${issuer}/oauth/token \\
	-u "${clientId}:$GATEHOUSE_CLIENT_SECRET" \\
	-d grant_type=client_credentials`,
	},
	{
		label: "PHP",
		text: ({ issuer, clientId }) => `<?php
$call = curl_init("${issuer}/oauth/token");
curl_setopt_array($call, [
	CURLOPT_USERPWD => "${clientId}:" . getenv("GATEHOUSE_CLIENT_SECRET"),
	CURLOPT_POSTFIELDS => http_build_query(["grant_type" => "client_credentials"]),
	CURLOPT_RETURNTRANSFER => true,
	CURLOPT_FAILONERROR => true,
]);
$token = json_decode(curl_exec($call), flags: JSON_THROW_ON_ERROR)->access_token;`,
	},
	{
		label: "Node",
		text: ({ issuer, clientId }) => `const credentials = btoa(\`${clientId}:\${process.env.GATEHOUSE_CLIENT_SECRET}\`);
const answer = await fetch("${issuer}/oauth/token", {
	method: "POST",
	headers: { Authorization: \`Basic \${credentials}\` },
	body: new URLSearchParams({ grant_type: "client_credentials" }),
});
if (!answer.ok) throw new Error(await answer.text());
const { access_token } = await answer.json();`,
	},
	{
		label: "Python",
		text: ({ issuer, clientId }) => `import os
import requests

answer = requests.post(
    "${issuer}/oauth/token",
    auth=("${clientId}", os.environ["GATEHOUSE_CLIENT_SECRET"]),
    data={"grant_type": "client_credentials"},
)
answer.raise_for_status()
token = answer.json()["access_token"]`,
	},
];
