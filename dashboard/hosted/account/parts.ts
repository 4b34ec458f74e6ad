// What the parts of the account page share: the person, their session, and how a part is drawn.
import { call, Refusal } from "../api";
import { el } from "../dom";
import { FlowRun } from "../flow";
import { runFlow } from "../flow-view";
import type { Session } from "../session";

export interface Account {
	id: string;
	email: string | null;
	email_verified: boolean;
	pending_email: string | null;
	phone: string | null;
	pending_phone: string | null;
	username: string | null;
	name: string;
	image_url: string | null;
	has_password: boolean;
	self_deletion: boolean;
	deletion_grace_days: number;
}

export interface Place {
	account: Account;
	session: Session;
	/** Draws the page anew from what the server has now, with a sentence on how it went. */
	redraw: (notice?: string) => Promise<void>;
	/** A change of the account; who signed in too long ago proves who they are first. */
	change: <T>(method: string, path: string, body?: unknown) => Promise<T>;
}

export function makeChange(session: Session, redraw: Place["redraw"]): Place["change"] {
	return async <T>(method: string, path: string, body?: unknown) => {
		try {
			return await call<T>(method, path, { body, csrfToken: session.csrf_token });
		} catch (error) {
			if (error instanceof Refusal && error.code === "reauthentication_required") {
				await runFlow(await FlowRun.open("reauthenticate"), { onComplete: () => redraw() });
			}
			throw error;
		}
	};
}

/** A line that opens. Its value says how things stand while it's closed. */
export function section(title: string, value: string | null, ...body: (Node | null)[]): HTMLElement {
	return el(
		"details",
		{ class: "section" },
		el("summary", {}, el("span", {}, title), el("span", { class: "value" }, value ?? "")),
		el("div", { class: "inside" }, ...body),
	);
}
