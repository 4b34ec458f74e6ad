// Sends what the playground made, as the browser's session or with a key, and keeps all that came back.
import { context } from "../api/client";
import { confirmIdentity } from "../ui/identity";
import type { Request } from "./draft";

/** A key's text; without one, the session. */
export type Credential = { key: string } | "session";

export interface Answer {
	request: Request;
	/** How it was signed, as it is shown: nothing that could be used. */
	shownCredential: string[];
	status: number;
	took_ms: number;
	headers: [string, string][];
	text: string;
	/** What the text says, when it is JSON. */
	json?: unknown;
}

function shownCredential(credential: Credential, method: string): string[] {
	if (credential === "session") {
		return ["Cookie: __Host-gatehouse=…", ...(method === "GET" ? [] : ["X-CSRF-Token: …"])];
	}
	return [`Authorization: Bearer ${credential.key.slice(0, 9)}…${credential.key.slice(-4)}`];
}

function proofOf(credential: Credential, method: string): Record<string, string> {
	if (credential === "session") {
		return method === "GET" || !context.csrfToken ? {} : { "X-CSRF-Token": context.csrfToken };
	}
	return { Authorization: `Bearer ${credential.key}` };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

async function sendOnce(request: Request, credential: Credential): Promise<Answer> {
	const hasBody = request.body !== undefined;
	const began = performance.now();
	const response = await fetch(request.path, {
		method: request.method,
		// A cookie beside a key would be a second credential, which the API refuses.
		credentials: credential === "session" ? "same-origin" : "omit",
		headers: {
			...request.headers,
			...(hasBody ? { "Content-Type": "application/json" } : {}),
			...proofOf(credential, request.method),
		},
		body: hasBody ? JSON.stringify(request.body) : undefined,
	});
	const text = await response.text();
	return {
		request,
		shownCredential: shownCredential(credential, request.method),
		status: response.status,
		took_ms: performance.now() - began,
		headers: [...response.headers],
		text,
		json: parsed(text),
	};
}

/** The API's word for a refusal. */
export function codeOf({ json }: Answer): string | undefined {
	return (json as { error?: { code?: string } } | undefined)?.error?.code;
}

/** Where the session's sign-in is too old the person proves who they are, and it is sent once more. */
export async function sendRequest(request: Request, credential: Credential): Promise<Answer> {
	const answer = await sendOnce(request, credential);
	if (credential !== "session" || codeOf(answer) !== "reauthentication_required" || !(await confirmIdentity())) {
		return answer;
	}
	return sendOnce(request, credential);
}
