// The pages as the dashboard previews a draft of their branding: drawn by the same code, into a shadow root. No page of ours loads this.
import { Refusal } from "./api";
import { applyBrand, type SignInConfig } from "./brand";
import { showProblem } from "./card";
import { type Flow, FlowRun } from "./flow";
import { runFlow } from "./flow-view";
import { setStage } from "./stage";
import style from "./style.css?inline";
import { setLanguage, t } from "./text";

/** As long as the frame around it, not as the window. */
const FRAME = ":host { display: block; height: 100%; overflow-y: auto } .page { min-height: 100% }";

const STILL: Flow = {
	id: "flw_0000000000000000",
	kind: "sign_in",
	state: "identify",
	options: [],
	identifier_hint: "a•••@example.com",
	resend_at: null,
	tries_left: null,
	error_code: null,
};

/** A flow that stays where it is: what its actions would do is never asked. */
function still(flow: Partial<Flow>, actions: string[]): FlowRun {
	const options = actions.map((action) => ({ action }));
	return Object.assign(Object.create(FlowRun.prototype) as FlowRun, { flow: { ...STILL, ...flow, options } });
}

const MAILED = ["verify_code", "send_code"];
const PAGES = {
	"Sign in": () => runFlow(still({}, ["identify", "sign_up", "recover"])),
	Password: () => runFlow(still({ state: "first_factor" }, ["password", "recover", "back"])),
	"Sign up": () => runFlow(still({ kind: "sign_up" }, ["sign_up"])),
	"Code from the mail": () => runFlow(still({ kind: "sign_up", state: "verification" }, MAILED)),
	"Forgot password": () => runFlow(still({ kind: "recover" }, ["recover"])),
	"New password": () => runFlow(still({ kind: "recover", state: "new_password" }, ["set_password"])),
	"Something went wrong": async () =>
		showProblem(new Refusal(404, "unknown_project", t("unknown_project_text"), STILL.id.replace("flw", "req"))),
};

export type PreviewPage = keyof typeof PAGES;
export const PREVIEW_PAGES = Object.keys(PAGES) as PreviewPage[];

export interface Draft {
	config: SignInConfig;
	/** The cleaned style sheet: what is drawn is what would be served. */
	css: string;
	page: PreviewPage;
	language: string;
}

function sheet(text: string): CSSStyleSheet {
	const made = new CSSStyleSheet();
	made.replaceSync(text);
	return made;
}

/** Makes the host's shadow root a stage, on which nothing can be pressed; gives what draws on it. */
export function openPreview(host: HTMLElement): (draft: Draft) => Promise<void> {
	const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
	const own = sheet("");
	const [page, card, legal] = ["page", "card", ""].map((name) => {
		const made = document.createElement("div");
		made.className = name && `${name} gh-${name}`;
		return made;
	});
	let latest = 0;
	page.inert = true;
	page.append(card, legal);
	shadow.replaceChildren(page);
	shadow.adoptedStyleSheets = [sheet(`@layer page {${style}}`), sheet(FRAME), own];
	return async (draft) => {
		const mine = ++latest;
		await setLanguage(draft.language);
		if (mine !== latest) {
			return; // a newer draft is being drawn
		}
		setStage({ root: host, card, legal, isLive: false });
		own.replaceSync(draft.css);
		applyBrand(draft.config);
		await PAGES[draft.page]();
	};
}
