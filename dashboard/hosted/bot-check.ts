// The bot check before the first step of a flow: which steps want one, and where its token comes from.
import { Refusal } from "./api";
import { botCheck } from "./brand";
import { el } from "./dom";
import { clientId } from "./place";
import { currentStage } from "./stage";
import { t } from "./text";

/** The places of the project's list that a first step leads to: one check is good for the whole flow. */
const PLACES: Record<string, string[]> = {
	identify: ["sign_in", "send"],
	passkey_options: ["sign_in"],
	passkey: ["sign_in"],
	social: ["sign_in", "sign_up"],
	sign_up: ["sign_up", "send"],
	anonymous: ["sign_up"],
	recover: ["recover", "send"],
};

export function wantsBotCheck(action: string): boolean {
	const check = botCheck();
	return check !== null && (PLACES[action] ?? []).some((place) => check.on.includes(place));
}

interface Said {
	token?: string;
	height?: number;
	failed?: boolean;
}

/** A token for one flow. A verifier of the project's own has no widget: it judges by the address and what is being done. */
export function getBotToken(): Promise<string> {
	return botCheck()?.provider === "http" ? Promise.resolve(crypto.randomUUID()) : askWidget();
}

function askWidget(): Promise<string> {
	const frame = el("iframe", {
		class: "bot-check",
		title: t("bot_check_title"),
		src: `${clientId ? `/p/${clientId}` : ""}/bot-check`,
	});
	currentStage().card.append(frame);
	return new Promise((resolve, reject) => {
		const listen = ({ data, origin, source }: MessageEvent<{ gatehouseBotCheck?: Said }>) => {
			const said = origin === location.origin && source === frame.contentWindow ? data.gatehouseBotCheck : undefined;
			if (said?.height) {
				frame.height = String(said.height);
			}
			if (!said?.token && !said?.failed) {
				return;
			}
			window.removeEventListener("message", listen);
			frame.remove();
			if (said.token) {
				resolve(said.token);
			} else {
				reject(new Refusal(503, "bot_check_unavailable", ""));
			}
		};
		window.addEventListener("message", listen);
	});
}
