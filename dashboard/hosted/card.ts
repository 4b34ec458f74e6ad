// The card in the middle of the page: whose it is, a title, what to do, what went wrong.
import { Refusal } from "./api";
import { brand } from "./brand";
import { el } from "./dom";
import { currentStage } from "./stage";
import { errorText, t } from "./text";

export interface Content {
	title: string;
	text?: string;
	body?: (Node | null)[];
	foot?: (Node | null)[];
}

/** Replaces the card's content; focus goes to the first field, or to the title so that it's read out. */
export function show({ title, text, body = [], foot = [] }: Content): void {
	const { card, isLive } = currentStage();
	const heading = el("h1", { tabindex: "-1" }, title);
	card.replaceChildren(
		brand(),
		heading,
		...(text ? [el("p", { class: "lead" }, text)] : []),
		...body.filter((node) => node !== null),
		...(foot.some(Boolean) ? [el("div", { class: "foot" }, ...foot)] : []),
	);
	if (!isLive) {
		return;
	}
	document.title = title;
	// Not what a closed part holds.
	const fields = card.querySelectorAll<HTMLElement>("input:not([hidden], [readonly], [type=radio], [type=file])");
	([...fields].find((field) => field.checkVisibility()) ?? heading).focus();
}

/** The sentence for any failure. */
export function sentence(error: unknown): string {
	if (error instanceof Refusal) {
		return errorText(error.code, { s: error.retryAfter }) ?? (error.message || t("error_internal"));
	}
	return t("error_internal");
}

/** A whole card for a failure that leaves nothing to fill in. */
export function showProblem(error: unknown, title: string = t("error_title"), foot: Node[] = []): void {
	show({ title, text: sentence(error), body: [requestLine(error)], foot });
}

export function requestLine(error: unknown): Node | null {
	if (!(error instanceof Refusal) || !error.requestId) {
		return null;
	}
	return el("p", { class: "request" }, t("request", { id: error.requestId }));
}

export function link(text: string, href: string): HTMLAnchorElement {
	return el("a", { href }, text);
}

export function button(
	text: string,
	run: () => void | Promise<void>,
	kind: "primary" | "plain" | "link" = "primary",
): HTMLButtonElement {
	const made: HTMLButtonElement = el(
		"button",
		{
			type: "button",
			class: kind,
			onclick: async () => {
				made.disabled = true;
				try {
					await run();
				} catch (error) {
					showProblem(error, undefined, [button(t("try_again"), () => location.reload(), "plain")]);
				} finally {
					made.disabled = false;
				}
			},
		},
		text,
	);
	return made;
}
