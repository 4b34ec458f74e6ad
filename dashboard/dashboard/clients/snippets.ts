// Lines that work as they are, with a client's real ids; only the secret has to be filled in.
export interface Ids {
	/** The project's issuer: where its tokens come from. */
	issuer: string;
	clientId: string;
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

/** Signing people in, by libraries that do PKCE, state and the checks of tokens themselves. */
export const SIGN_IN_SNIPPETS: { label: string; text: (ids: Ids, redirectUri: string) => string }[] = [
	{
		label: "Node",
		text: ({ issuer, clientId }, redirectUri) => `// npm install openid-client
import * as client from "openid-client";

const gatehouse = await client.discovery(new URL("${issuer}"), "${clientId}", process.env.GATEHOUSE_CLIENT_SECRET);

// Before: lead the person away. Keep verifier and state in their session.
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const address = client.buildAuthorizationUrl(gatehouse, {
	redirect_uri: "${redirectUri}",
	scope: "openid profile email",
	code_challenge: await client.calculatePKCECodeChallenge(verifier),
	code_challenge_method: "S256",
	state,
});

// After: on the page to which they come back, with its whole address.
const tokens = await client.authorizationCodeGrant(gatehouse, currentUrl, { pkceCodeVerifier: verifier, expectedState: state });
console.log(tokens.claims().sub);`,
	},
	{
		label: "Python",
		text: ({ issuer, clientId }, redirectUri) => `# pip install authlib requests
import os
from authlib.integrations.requests_client import OAuth2Session

gatehouse = OAuth2Session(
    "${clientId}",
    os.environ.get("GATEHOUSE_CLIENT_SECRET"),
    redirect_uri="${redirectUri}",
    scope="openid profile email",
    code_challenge_method="S256",
)

# Before: lead the person away. Keep verifier and state in their session.
verifier = os.urandom(32).hex()
address, state = gatehouse.create_authorization_url("${issuer}/oauth/authorize", code_verifier=verifier)

# After: on the page to which they come back, with its whole address.
tokens = gatehouse.fetch_token("${issuer}/oauth/token", authorization_response=current_url, state=state, code_verifier=verifier)`,
	},
	{
		label: "Addresses",
		text: ({ issuer, clientId }, redirectUri) => `Sign in    ${issuer}/oauth/authorize?response_type=code&client_id=${clientId}&redirect_uri=${encodeURIComponent(redirectUri)}&scope=openid%20profile%20email&state=…&code_challenge=…&code_challenge_method=S256
Tokens     ${issuer}/oauth/token
Userinfo   ${issuer}/oauth/userinfo
Sign out   ${issuer}/oauth/logout?id_token_hint=…&post_logout_redirect_uri=…`,
	},
];
