// Lines for a resource server's own machine, with the real identifier and issuer.
import type { ResourceServer } from "../api/types";

/** RFC 9728 section 3.1: the well-known part comes between host and path. Null for a URN. */
export function publicMetadataAddress(identifier: string): string | null {
	if (!identifier.startsWith("https://")) {
		return null;
	}
	const { origin, pathname, search } = new URL(identifier);
	return `${origin}/.well-known/oauth-protected-resource${pathname === "/" ? "" : pathname}${search}`;
}

export function metadataOf(server: ResourceServer, issuer: string) {
	return {
		resource: server.identifier,
		authorization_servers: [issuer],
		...(server.scopes.length > 0 ? { scopes_supported: server.scopes.map(({ name }) => name) } : {}),
		bearer_methods_supported: ["header"],
		resource_name: server.name,
	};
}

export function nginxSnippet(server: ResourceServer, issuer: string, address: string): string {
	const path = new URL(address).pathname;
	const copy = `${issuer}/.well-known/oauth-protected-resource?resource=${encodeURIComponent(server.identifier)}`;
	return `location = ${path} {
	proxy_pass ${copy};
	proxy_ssl_server_name on;
}

# In the location of the API itself:
if ($http_authorization = "") {
	add_header WWW-Authenticate 'Bearer resource_metadata="${address}"' always;
	return 401;
}`;
}

export function checkSnippet(server: ResourceServer, issuer: string): string {
	return `import { createRemoteJWKSet, jwtVerify } from "jose";

const issuer = "${issuer}";
const keys = createRemoteJWKSet(new URL(\`\${issuer}/.well-known/jwks.json\`));

export async function check(token, scope) {
	const { payload } = await jwtVerify(token, keys, {
		issuer, audience: "${server.identifier}", typ: "at+jwt", algorithms: ["${server.signing_alg}"],
	});
	if (!payload.scopes.includes(scope)) throw new Error("insufficient_scope");
	return payload;
}`;
}
