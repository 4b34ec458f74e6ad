// What the parts of the account page share: the person, their session, and how a part is drawn.
import { call, Refusal } from "../api";
import { button, show } from "../card";
import { el } from "../dom";
import { FlowRun } from "../flow";
import { form } from "../form";
import { runFlow } from "../flow-view";
import type { Session } from "../session";
import { t } from "../text";

export interface Account {
	id: string;
	email: string | null;
	email_verified: boolean;
	pending_email: string | null;
	phone: string | null;
	pending_phone: string | null;
	username: string | null;
	name: string;
	anonymous: boolean;
	mfa_methods: string[];
	takes_phone: boolean;
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
	/** A change of the account, proven. */
	change: <T>(method: string, path: string, body?: unknown) => Promise<T>;
	/** What asks for a fresh sign-in: who signed in too long ago proves who they are first, and then asks once more. */
	proven: <T>(run: () => Promise<T>) => Promise<T>;
}

export function makePlace(account: Account, session: Session, redraw: Place["redraw"]): Place {
	const proven: Place["proven"] = async (run) => {
		try {
			return await run();
		} catch (error) {
			if (!(error instanceof Refusal) || error.code !== "reauthentication_required") {
				throw error;
			}
			await runFlow(await FlowRun.open("reauthenticate"), { onComplete: () => redraw(t("proven")) });
			return new Promise(() => {}); // the card asks something else now
		}
	};
	const change: Place["change"] = (method, path, body) =>
		proven(() => call(method, path, { body, csrfToken: session.csrf_token }));
	return { account, session, redraw, change, proven };
}

/** Asks before something goes by which the person signs in. */
export function confirmRemoval({ change, redraw }: Place, name: string, text: string, path: string): void {
	show({
		title: t("remove_title", { name }),
		text,
		body: [
			form({
				fields: [],
				submit: t("remove"),
				run: async () => {
					await change("DELETE", path);
					await redraw(t("saved"));
				},
			}),
		],
		foot: [el("p", {}, button(t("back"), () => redraw(), "link"))],
	});
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
