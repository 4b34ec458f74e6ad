// Where a page is drawn: the browser's own document, or the preview of one in the dashboard.

export interface Stage {
	/** What the theme's variables are set on: the document's element, or the host of a shadow root. */
	root: HTMLElement;
	card: HTMLElement;
	/** The line below the card: terms, privacy, help, language. */
	legal: HTMLElement;
	/** A preview takes neither the title nor the focus, and asks nobody. */
	isLive: boolean;
}

let stage: Stage | null = null;

export function setStage(made: Stage): void {
	stage = made;
}

/** The document's own stage unless a preview has set another. */
export function currentStage(): Stage {
	stage ??= liveStage();
	return stage;
}

function liveStage(): Stage {
	const card = document.getElementById("card") as HTMLElement;
	const legal = document.createElement("footer");
	document.body.classList.add("gh-page");
	card.classList.add("gh-card");
	card.after(legal);
	return { root: document.documentElement, card, legal, isLive: true };
}
