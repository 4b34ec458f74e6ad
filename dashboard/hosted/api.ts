// Calls the API of this origin; a refusal is thrown.

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

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
	const headers: Record<string, string> = {};
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
