// Calls the API of this origin; a refusal is thrown.
import { clientId } from "./place";

export interface FieldProblem {
	field: string;
	rule: string;
	message: string;
}

export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly requestId: string | null = null,
		readonly fields: FieldProblem[] = [],
		readonly retryAfter: number = 30,
	) {
		super(message);
	}
}

interface CallOptions {
	body?: unknown;
	flowToken?: string;
	csrfToken?: string;
}

interface ErrorBody {
	error?: { code?: string; message?: string; details?: { fields?: FieldProblem[]; retry_after?: number } };
	request_id?: string;
}

async function toRefusal(response: Response): Promise<Refusal> {
	const body = (await response.json().catch(() => ({}))) as ErrorBody;
	return new Refusal(
		response.status,
		body.error?.code ?? "internal",
		body.error?.message ?? "",
		body.request_id ?? response.headers.get("X-Request-Id"),
		body.error?.details?.fields ?? [],
		body.error?.details?.retry_after ?? Number(response.headers.get("Retry-After") ?? 30),
	);
}

const BUSY_TRIES = 3;

/** One call; when the server is too busy to begin it, it's tried again by itself. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await callOnce<T>(method, path, options);
		} catch (error) {
			if (!(error instanceof Refusal) || error.code !== "busy" || tries === BUSY_TRIES) {
				throw error;
			}
			const seconds = Math.min(error.retryAfter, 3) + Math.random();
			await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
		}
	}
}

async function callOnce<T>(method: string, path: string, options: CallOptions): Promise<T> {
	const headers: Record<string, string> = {};
	if (clientId) {
		headers["X-Client-Id"] = clientId;
	}
	if (options.body !== undefined) {
		headers["Content-Type"] = "application/json";
	}
	if (options.flowToken) {
		headers["X-Flow-Token"] = options.flowToken;
	}
	if (options.csrfToken) {
		headers["X-CSRF-Token"] = options.csrfToken;
	}
	let response: Response;
	try {
		response = await fetch(`/api/v1${path}`, {
			method,
			headers,
			body: options.body === undefined ? undefined : JSON.stringify(options.body),
		});
	} catch {
		throw new Refusal(0, "unreachable", "");
	}
	if (!response.ok) {
		throw await toRefusal(response);
	}
	return (response.status === 204 ? undefined : await response.json()) as T;
}
