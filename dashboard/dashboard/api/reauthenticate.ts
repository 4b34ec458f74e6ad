// Runs the flow that proves again who is sitting there; the same flow that the hosted pages use.
import { usePasskey, type RequestOptions } from "../../hosted/passkey";
import { api, send } from "./client";
import type { Flow } from "./types";

const at = (flow: Flow) => ({
	params: { path: { flow_id: flow.id } },
	headers: { "X-Flow-Token": flow.flow_token ?? "" },
});

export const may = (flow: Flow, action: string) => flow.options.some((option) => option.action === action);

export function beginProof(): Promise<Flow> {
	return send(api.POST("/api/v1/flows", { body: { kind: "reauthenticate", transport: "cookie" } }));
}

export function provePassword(flow: Flow, password: string): Promise<Flow> {
	return send(api.POST("/api/v1/flows/{flow_id}/password", { ...at(flow), body: { password } }));
}

/** Of an authenticator app: six digits; anything else is a backup code. */
export function proveCode(flow: Flow, code: string): Promise<Flow> {
	return /^[\d\s]{6,9}$/.test(code)
		? send(api.POST("/api/v1/flows/{flow_id}/totp", { ...at(flow), body: { code } }))
		: send(api.POST("/api/v1/flows/{flow_id}/backup_code", { ...at(flow), body: { code } }));
}

export async function provePasskey(flow: Flow): Promise<Flow> {
	const asked = await send(api.POST("/api/v1/flows/{flow_id}/passkey_options", at(flow)));
	const credential = await usePasskey(asked.passkey_options as unknown as RequestOptions);
	return send(api.POST("/api/v1/flows/{flow_id}/passkey", { ...at(flow), body: { credential: credential as never } }));
}

export async function endProof(flow: Flow): Promise<void> {
	await send(api.POST("/api/v1/flows/{flow_id}/complete", at(flow)));
}
