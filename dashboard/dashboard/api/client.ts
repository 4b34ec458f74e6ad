// The typed client: adds the session's headers to each request and turns refusals into ApiError.
import createClient from "openapi-fetch";
import { ApiError } from "./errors";
import type { paths } from "./schema";

interface Context {
	orgId: string | null;
	csrfToken: string | null;
}

/** What every request carries; the session and the shell keep it current. */
export const context: Context = { orgId: null, csrfToken: null };

const ORG_STORE = "gatehouse-org";

export function rememberOrg(orgId: string): void {
	context.orgId = orgId;
	try {
		localStorage.setItem(ORG_STORE, orgId);
	} catch {
		// Without storage the server's memory of the last organization decides.
	}
}

export function rememberedOrg(): string | null {
	try {
		return localStorage.getItem(ORG_STORE);
	} catch {
		return null;
	}
}

/** Headers that choose the project; the organization follows from it. */
export function onProject(projectId: string): Record<string, string> {
	return { "X-Project-Id": projectId };
}

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

api.use({
	onRequest({ request }) {
		const isPersonal = /\/api\/v1\/(session|me\/orgs|account|flows)/.test(new URL(request.url).pathname);
		if (context.orgId && !isPersonal && !request.headers.has("X-Project-Id")) {
			request.headers.set("X-Org-Id", context.orgId);
		}
		if (request.method !== "GET" && context.csrfToken) {
			request.headers.set("X-CSRF-Token", context.csrfToken);
		}
		return request;
	},
	onError() {
		return new ApiError(0, "unreachable", "The server didn't answer.", null, {});
	},
});

interface Outcome<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** Awaits a call and gives its body; a refusal is thrown as ApiError. */
export async function send<T>(call: Promise<Outcome<T>>): Promise<T> {
	const { data, error, response } = await call;
	if (response.ok) {
		return data as T;
	}
	throw refusal(response, error);
}

/** An object with the version it was read at, for If-Match. */
export interface Tagged<T> {
	value: T;
	etag: string | null;
}

export async function sendTagged<T>(call: Promise<Outcome<T>>): Promise<Tagged<T>> {
	const outcome = await call;
	return { value: await send(Promise.resolve(outcome)), etag: outcome.response.headers.get("ETag") };
}

/** The header that refuses a change to something that has changed meanwhile. */
export function unlessChanged(etag: string | null): Record<string, string> {
	return etag ? { "If-Match": etag } : {};
}

interface ErrorBody {
	error?: { code?: string; message?: string; details?: Record<string, unknown> };
	request_id?: string;
}

function refusal(response: Response, body: unknown): ApiError {
	const said = (typeof body === "object" && body !== null ? body : {}) as ErrorBody;
	return new ApiError(
		response.status,
		said.error?.code ?? "internal",
		said.error?.message ?? `The server answered ${response.status}.`,
		said.request_id ?? response.headers.get("X-Request-Id"),
		said.error?.details ?? {},
	);
}
