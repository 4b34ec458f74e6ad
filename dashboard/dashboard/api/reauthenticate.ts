// Runs the flow that proves again who is sitting there; the same flow that the hosted pages use.
import { api, send } from "./client";

export async function reauthenticate(email: string, password: string): Promise<void> {
	let flow = await send(api.POST("/api/v1/flows", { body: { kind: "reauthenticate", transport: "cookie" } }));
	const headers = { "X-Flow-Token": flow.flow_token ?? "" };
	const params = { path: { flow_id: flow.id } };
	if (flow.state === "identify") {
		flow = await send(api.POST("/api/v1/flows/{flow_id}/identify", { params, headers, body: { identifier: email } }));
	}
	if (flow.state === "first_factor") {
		await send(api.POST("/api/v1/flows/{flow_id}/password", { params, headers, body: { password } }));
	}
	await send(api.POST("/api/v1/flows/{flow_id}/complete", { params, headers }));
}
