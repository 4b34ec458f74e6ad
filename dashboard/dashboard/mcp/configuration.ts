// The server's address with its filters, and what MCP clients want to have written where.

/** The groups of tools that a client may choose among; those of the organization and the search are always there. */
export const TOOL_GROUPS = [
	{ value: "projects", label: "Projects", says: "see, make and change projects" },
	{ value: "users", label: "Users", says: "find and change the people of a project" },
	{ value: "licenses", label: "Licenses", says: "find, make and change licenses of a project" },
	{ value: "clients", label: "Clients", says: "see the apps of a project" },
	{ value: "audit", label: "Audit log", says: "read it; needs the profile with sensitive tools" },
] as const;

export function serverUrl(groups: readonly string[], withSensitive: boolean): string {
	const query = [
		groups.length > 0 && groups.length < TOOL_GROUPS.length ? `tools=${groups.join(",")}` : "",
		withSensitive ? "profile=all" : "",
	].filter(Boolean);
	return `${location.origin}/mcp${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

export const claudeCode = (url: string): string => `claude mcp add --transport http gatehouse "${url}"`;

export const genericJson = (url: string): string => JSON.stringify({ mcpServers: { gatehouse: { type: "http", url } } }, null, "\t");

export const withToken = (url: string): string =>
	JSON.stringify(
		{ mcpServers: { gatehouse: { type: "http", url, headers: { Authorization: "Bearer gpat_…" } } } },
		null,
		"\t",
	);
