// What the parts of a report are called. The API gives them as JSON of no declared shape.
export interface Problem {
	code: string;
	message: string;
	remedy: string;
	detail: string | null;
}

export interface Hop {
	step: string;
	verdict: "ok" | "warning" | "failed" | "absent";
	request: { method: string; url: string; headers: string; body: string | null } | null;
	reply: { status: number; headers: string; body: string; took_ms: number } | null;
	problems: Problem[];
}

const TITLES: Record<string, string> = {
	challenge: "Asks without a token",
	resource: "Reads what the server says of itself",
	server: "Reads what its authorization server says",
	registration: "Registers as a client",
	document: "Is a client by a document",
	authorization: "Asks where to sign in",
	answer: "Comes back from the sign-in",
	token: "Gets a token for the code",
	initialize: "Begins the protocol",
	initialized: "Says that it is ready",
	tools: "Lists the tools",
	leaving: "Takes its registration back",
};

export function titleOf({ step }: Hop): string {
	return TITLES[step] ?? step;
}

/** JSON is easier to read in lines; what isn't JSON, or was cut, stays as it came. */
function laidOut(text: string): string {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}

function message(first: string, headers: string, body: string | null): string {
	return [first, ...(headers ? [headers] : []), ...(body ? ["", laidOut(body)] : [])].join("\n");
}

export function requestText({ request }: Hop): string | null {
	return request ? message(`${request.method} ${request.url}`, request.headers, request.body) : null;
}

export function replyText({ reply }: Hop): string | null {
	return reply ? message(`HTTP ${reply.status}`, reply.headers, reply.body) : null;
}
