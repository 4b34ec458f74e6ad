// One sign-in under way: starts it, moves it, keeps it over a reload.
import { call, Refusal } from "./api";
import { clientId } from "./place";
import { currentLanguage } from "./text";

export type FlowKind = "sign_in" | "sign_up" | "recover" | "reauthenticate" | "link" | "upgrade";

export interface Flow {
	id: string;
	kind: FlowKind;
	state: string;
	options: { action: string; method?: string | null; provider?: string }[];
	identifier_hint: string | null;
	resend_at: string | null;
	tries_left: number | null;
	error_code: string | null;
	flow_token?: string | null;
	/* Shown once, by the action that made them. */
	totp?: { secret: string; qr_svg: string };
	passkey_options?: unknown;
	backup_codes?: string[];
	provider_url?: string | null;
	result?: { redirect_to: string } | null;
}

interface Saved {
	id: string;
	token: string;
}

export class FlowRun {
	flow: Flow;
	private token: string;
	private readonly key: string;

	private constructor(flow: Flow, token: string, key: string) {
		this.flow = flow;
		this.token = token;
		this.key = key;
		save(key, { id: flow.id, token });
	}

	/** Goes on with the flow of an earlier load of this page, else starts one; for the app's request that the address names. */
	static async open(kind: FlowKind, more: Record<string, string> = {}): Promise<FlowRun> {
		const request = new URLSearchParams(location.search).get("request");
		const extra = request ? { ...more, oauth_request_id: request } : more;
		const key = `gatehouse-flow ${clientId ?? "console"} ${kind} ${JSON.stringify(extra)}`;
		return (await FlowRun.resume(key)) ?? FlowRun.start(key, kind, extra);
	}

	private static async start(key: string, kind: FlowKind, extra: Record<string, string>): Promise<FlowRun> {
		const query = new URLSearchParams(location.search);
		const hint = query.get("login_hint");
		const body = {
			kind,
			transport: "cookie",
			locale: currentLanguage(),
			...(clientId ? { client_id: clientId } : {}),
			...(hint ? { login_hint: hint } : {}),
			...extra,
		};
		const flow = await leadingBack(body, query.get("redirect_uri"));
		return new FlowRun(flow, flow.flow_token ?? "", key);
	}

	private static async resume(key: string): Promise<FlowRun | null> {
		const saved = load(key);
		if (!saved) {
			return null;
		}
		try {
			const flow = await call<Flow>("GET", `/flows/${saved.id}`, { flowToken: saved.token });
			return ["failed", "expired", "consumed"].includes(flow.state) ? null : new FlowRun(flow, saved.token, key);
		} catch {
			return null;
		}
	}

	/** Trades the secret of a mailed link for the flow at the step that the mail was for. */
	static async redeem(secret: string): Promise<FlowRun> {
		const flow = await call<Flow>("POST", "/flows/redeem", {
			body: { token: secret, ...(clientId ? { client_id: clientId } : {}) },
		});
		return new FlowRun(flow, flow.flow_token ?? "", "gatehouse-flow redeemed");
	}

	/** Takes up a flow of this browser by its id: a provider has sent the browser back. */
	static async takeUp(id: string): Promise<FlowRun> {
		const flow = await call<Flow>("GET", `/flows/${id}`);
		return new FlowRun(flow, flow.flow_token ?? "", "gatehouse-flow back");
	}

	/** Looks again: a job may have found out what the flow waits for. */
	async look(): Promise<void> {
		this.take(await call<Flow>("GET", `/flows/${this.flow.id}`, { flowToken: this.token }));
	}

	/** Keys of the providers that can be gone to from here. */
	providers(): string[] {
		return this.flow.options.flatMap(({ provider }) => provider ?? []);
	}

	may(action: string): boolean {
		return this.flow.options.some((option) => option.action === action);
	}

	async act(action: string, body?: Record<string, unknown>): Promise<void> {
		try {
			this.take(await call<Flow>("POST", `/flows/${this.flow.id}/${action}`, { body, flowToken: this.token }));
		} catch (error) {
			await this.catchUp(error);
			throw error;
		}
	}

	/** After a refused step the flow may have fewer tries left, or another tab may have moved it. */
	private async catchUp(error: unknown): Promise<void> {
		const isWorthIt =
			error instanceof Refusal && (error.code === "invalid_code" || error.code === "flow_state_conflict");
		if (isWorthIt) {
			try {
				this.take(await call<Flow>("GET", `/flows/${this.flow.id}`, { flowToken: this.token }));
			} catch {
				// The first refusal is the one to show.
			}
		}
	}

	private take(flow: Flow): void {
		this.flow = flow;
		if (flow.flow_token && flow.flow_token !== this.token) {
			this.token = flow.flow_token;
			save(this.key, { id: flow.id, token: this.token });
		}
	}

	/** Ends the flow with a session; gives the address to go to. */
	async complete(): Promise<string> {
		const done = await call<{ redirect_to?: string; result?: { redirect_to: string } | null }>(
			"POST",
			`/flows/${this.flow.id}/complete`,
			{ flowToken: this.token },
		);
		this.forget();
		return done.redirect_to ?? done.result?.redirect_to ?? "/";
	}

	forget(): void {
		try {
			sessionStorage.removeItem(this.key);
		} catch {
			// Nothing was stored then.
		}
	}
}

/** Starts a flow that ends where the page was asked to lead back to; the server takes registered addresses alone. */
async function leadingBack(body: Record<string, string>, redirectUri: string | null): Promise<Flow> {
	if (!redirectUri) {
		return call<Flow>("POST", "/flows", { body });
	}
	try {
		return await call<Flow>("POST", "/flows", { body: { ...body, redirect_uri: redirectUri } });
	} catch (error) {
		if (!(error instanceof Refusal) || !error.fields.some(({ field }) => field === "redirect_uri")) {
			throw error;
		}
		if (clientId) {
			throw new Refusal(error.status, "redirect_not_registered", "", error.requestId);
		}
		// In the console the dashboard's first page is as good an end.
		return call<Flow>("POST", "/flows", { body });
	}
}

function save(key: string, saved: Saved): void {
	try {
		sessionStorage.setItem(key, JSON.stringify(saved));
	} catch {
		// Without storage a reload starts again.
	}
}

function load(key: string): Saved | null {
	try {
		return JSON.parse(sessionStorage.getItem(key) ?? "null") as Saved | null;
	} catch {
		return null;
	}
}
