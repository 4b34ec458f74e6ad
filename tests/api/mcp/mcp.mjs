// One JSON-RPC message to /mcp, in the stateless revision or an older one.

export const MODERN = "2026-07-28";

let lastId = 0;

/** headers: null leaves one out. meta: members of _meta, undefined leaves one out. */
export function rpc(client, method, params = {}, { headers = {}, meta = {}, target = "/mcp", id = ++lastId } = {}) {
	const _meta = { "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientInfo": { name: "tests", version: "1" }, "io.modelcontextprotocol/clientCapabilities": {}, ...meta };
	const own = { "MCP-Protocol-Version": MODERN, "Mcp-Method": method, ...(method === "tools/call" ? { "Mcp-Name": params.name } : {}), ...headers };
	return client.post(target, { jsonrpc: "2.0", id, method, params: { ...params, _meta } }, { headers: own, check: false });
}

export const callTool = (client, name, args = {}, options) => rpc(client, "tools/call", { name, arguments: args }, options);

/** A message of an older revision; version: the header after initialize. */
export function legacy(client, method, params, { version, target = "/mcp", ...message } = {}) {
	const headers = version ? { "MCP-Protocol-Version": version } : {};
	return client.post(target, { jsonrpc: "2.0", id: ++lastId, method, ...(params ? { params } : {}), ...message }, { headers, check: false });
}
