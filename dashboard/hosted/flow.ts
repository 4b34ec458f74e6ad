// One sign-in under way: starts it, moves it, keeps it over a reload.
import { call, Refusal } from "./api";
import { getBotToken, wantsBotCheck } from "./bot-check";
import { clientId } from "./place";
import type { Plan } from "./plan-list";
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
	/* Of the state plan. */
	plan_page?: {
		plans: (Plan & { current: boolean })[];
		needs_email: boolean;
		payment: { id: string; plan_id: string; status: string; invoice_url: string | null } | null;
	};
}

interface Saved {
	id: string;
	token: string;
	isChecked?: boolean;
}

type Begin = (botToken?: string) => Promise<Flow>;

const LOOK_OFTEN_MS = 250;
const LOOKS_OFTEN = 8;

export class FlowRun {
	flow: Flow;
	private token: string;
	private readonly key: string;
	/** Begins a flow like this one; null for one that a link or a provider has led to. */
	private begin: Begin | null = null;
	private isChecked = false;

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
		const begin = FlowRun.beginner(kind, extra);
		const resumed = await FlowRun.resume(key);
		if (resumed) {
			resumed.begin = begin;
			return resumed;
		}
		const flow = await begin();
		const run = new FlowRun(flow, flow.flow_token ?? "", key);
		run.begin = begin;
		return run;
	}

	private static beginner(kind: FlowKind, extra: Record<string, string>): Begin {
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
		return (botToken) => leadingBack(botToken ? { ...body, bot_token: botToken } : body, query.get("redirect_uri"));
	}

	private static async resume(key: string): Promise<FlowRun | null> {
		const saved = load(key);
		if (!saved) {
			return null;
		}
		try {
			const flow = await call<Flow>("GET", `/flows/${saved.id}`, { flowToken: saved.token });
			if (["failed", "expired", "consumed"].includes(flow.state)) {
				return null;
			}
			const run = new FlowRun(flow, saved.token, key);
			run.isChecked = saved.isChecked ?? false;
			return run;
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
		await this.passBotCheck(action);
		try {
			this.take(await call<Flow>("POST", `/flows/${this.flow.id}/${action}`, { body, flowToken: this.token }));
		} catch (error) {
			await this.catchUp(error);
			throw error;
		}
	}

	/** Waits until a job has found out what the flow waits for; the server says when it has taken too long. */
	async settle(): Promise<void> {
		for (let looks = 0; this.flow.state === "waiting"; looks++) {
			await new Promise((resolve) => setTimeout(resolve, looks < LOOKS_OFTEN ? LOOK_OFTEN_MS : 1000));
			await this.look();
		}
	}

	/** A token comes with a flow's beginning, so a flow that begins anew takes the place of the one without. */
	private async passBotCheck(action: string): Promise<void> {
		if (!this.begin || this.isChecked || this.flow.state !== "identify" || !wantsBotCheck(action)) {
			return;
		}
		this.take(await this.begin(await getBotToken()));
		await this.settle();
		if (this.flow.error_code) {
			throw new Refusal(403, this.flow.error_code, "");
		}
		this.isChecked = true;
		save(this.key, { id: this.flow.id, token: this.token, isChecked: true });
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
