// The project's name, logo and colours on its own pages.
import { el } from "./dom";

export interface SignInConfig {
	name?: string;
	sign_up?: "open" | "invite_only" | "closed";
	branding?: {
		app_name?: string | null;
		primary_color?: string | null;
		background_color?: string | null;
		logo_url?: string | null;
		terms_url?: string | null;
		privacy_url?: string | null;
	} | null;
}

let config: SignInConfig = {};

export function appName(): string {
	return config.branding?.app_name || config.name || "Gatehouse";
}

export function signUpMode(): SignInConfig["sign_up"] {
	return config.sign_up;
}

/** Dark or light text, whichever reads better on a colour. */
function textOn(color: string): string {
	const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
	return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 > 0.36 ? "#1c1917" : "#ffffff";
}

export function applyBrand(found: SignInConfig): void {
	config = found;
	const color = found.branding?.primary_color;
	if (color && /^#[0-9a-fA-F]{6}$/.test(color)) {
		document.documentElement.style.setProperty("--primary", color);
		document.documentElement.style.setProperty("--on-primary", textOn(color));
	}
}

export function brand(): Node {
	const name = appName();
	// The content security policy lets no other host's pictures in.
	const url = config.branding?.logo_url;
	const logo = url?.startsWith(`${location.origin}/`) ? url : null;
	return el(
		"div",
		{ class: "brand" },
		logo
			? el("img", { src: logo, alt: "" })
			: el("span", { class: "mark", "aria-hidden": "true" }, name.slice(0, 1).toUpperCase()),
		el("span", {}, name),
	);
}
