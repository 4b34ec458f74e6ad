// The frame around a bot check's widget: loads the provider's script, shows the widget, tells the page around it the token.
import { call } from "../api";
import type { SignInConfig } from "../brand";
import { clientId } from "../place";

interface Widget {
	render(place: HTMLElement, options: Record<string, unknown>): unknown;
}

declare global {
	interface Window {
		turnstile?: Widget;
		hcaptcha?: Widget;
		grecaptcha?: Widget;
		gatehouseReady?: () => void;
	}
}

const SCRIPTS: Record<string, string> = {
	turnstile: "https://challenges.cloudflare.com/turnstile/v0/api.js",
	hcaptcha: "https://js.hcaptcha.com/1/api.js",
	recaptcha: "https://www.google.com/recaptcha/api.js",
};

function tell(said: { token?: string; height?: number; failed?: boolean }): void {
	window.parent.postMessage({ gatehouseBotCheck: said }, location.origin);
}

function draw(siteKey: string | null): void {
	const widget = window.turnstile ?? window.hcaptcha ?? window.grecaptcha;
	const place = document.getElementById("widget") as HTMLElement;
	new ResizeObserver(() => tell({ height: document.documentElement.scrollHeight })).observe(document.body);
	widget?.render(place, {
		sitekey: siteKey,
		callback: (token: string) => tell({ token }),
		"error-callback": () => tell({ failed: true }),
	});
}

async function start(): Promise<void> {
	const config = await call<SignInConfig>("GET", `/public/sign_in_config${clientId ? `?client_id=${clientId}` : ""}`);
	const source = SCRIPTS[config.bot_check?.provider ?? ""];
	if (!source) {
		return tell({ failed: true });
	}
	window.gatehouseReady = () => draw(config.bot_check?.site_key ?? null);
	const script = document.createElement("script");
	script.src = `${source}?onload=gatehouseReady&render=explicit`;
	script.addEventListener("error", () => tell({ failed: true }));
	document.head.append(script);
}

start().catch(() => tell({ failed: true }));
