// The project's name, logo, colours and style sheet on its own pages.
import { isColor, readable, textOn } from "./colors";
import { el } from "./dom";
import { pageUrl } from "./place";
import { currentStage } from "./stage";
import { currentLanguage, languages, switchLanguage, t } from "./text";

export interface Branding {
	app_name?: string | null;
	primary_color?: string | null;
	background_color?: string | null;
	dark?: { primary_color?: string | null; background_color?: string | null } | null;
	theme?: "light" | "dark" | "auto";
	radius?: number;
	card_width?: number;
	font?: "inter" | "system" | "roboto" | "serif" | "mono";
	logo_url?: string | null;
	css_url?: string | null;
	terms_url?: string | null;
	privacy_url?: string | null;
	support_email?: string | null;
}

export interface SignInConfig {
	name?: string;
	suspended?: boolean;
	methods?: string[];
	sign_up?: "open" | "invite_only" | "closed";
	branding?: Branding | null;
	/** What stands before the places named in `on`. */
	bot_check?: { provider: string; site_key: string | null; on: string[] } | null;
	/** Pages of the app's own in the place of these. */
	sign_in_url?: string | null;
	sign_up_url?: string | null;
}

let config: SignInConfig = {};

export function appName(): string {
	return config.branding?.app_name || config.name || "Gatehouse";
}

export function supportEmail(): string | null {
	return config.branding?.support_email || null;
}

/** Is a way to sign in on here? */
export function hasMethod(method: string): boolean {
	return config.methods?.includes(method) ?? false;
}

export function botCheck(): NonNullable<SignInConfig["bot_check"]> | null {
	return config.bot_check ?? null;
}

/** Where people sign in whom a link leads there: at the app's own page where it has one. */
export function signInAddress(hosted = pageUrl("sign-in")): string {
	return config.sign_in_url ?? hosted;
}

export function signUpAddress(): string {
	return config.sign_up_url ?? pageUrl("sign-up");
}

export function signUpMode(): SignInConfig["sign_up"] {
	return config.sign_up;
}

const PRIMARY = "#0f766e";
// As style.css has them: what the brand's colours have to be readable on.
const LIGHT = { page: "#f5f5f4", card: "#ffffff" };
const DARK = { page: "#131110", card: "#1e1b19" };

const SYSTEM = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const FONTS = {
	inter: `Inter, ${SYSTEM}`,
	system: SYSTEM,
	roboto: `Roboto, ${SYSTEM}`,
	serif: 'Charter, "Bitstream Charter", Georgia, "Times New Roman", serif',
	mono: "ui-monospace, Menlo, Consolas, monospace",
};

function colors({ primary_color, background_color }: Branding, base: typeof LIGHT): Record<string, string> {
	const primary = isColor(primary_color) ? primary_color : PRIMARY;
	const page = isColor(background_color) ? background_color : base.page;
	return {
		"--primary": primary,
		"--on-primary": textOn(primary),
		"--link": readable(primary, base.card),
		"--page": page,
		"--on-page": textOn(page),
	};
}

/** What a brand says as the variables of style.css; each colour with its dark sibling. */
export function themeOf(branding: Branding): Record<string, string> {
	const light = colors(branding, LIGHT);
	const dark = colors({ primary_color: branding.primary_color, ...definedOf(branding.dark) }, DARK);
	const theme = Object.fromEntries(
		Object.entries(light).map(([name, value]) => [name, `light-dark(${value}, ${dark[name]})`]),
	);
	return {
		...theme,
		"--radius": `${branding.radius ?? 14}px`,
		"--card-width": `${branding.card_width ?? 420}px`,
		"--font": FONTS[branding.font ?? "inter"] ?? FONTS.inter,
	};
}

function definedOf(colors: Branding["dark"]): Branding {
	return Object.fromEntries(Object.entries(colors ?? {}).filter(([, value]) => value));
}

/** What the colour scheme follows: the brand's choice, else the reader's. */
export function schemeOf({ theme }: Branding): string {
	return theme === "light" || theme === "dark" ? theme : "light dark";
}

export function applyBrand(found: SignInConfig): void {
	const { root, isLive } = currentStage();
	const branding = found.branding ?? {};
	config = found;
	for (const [name, value] of Object.entries(themeOf(branding))) {
		root.style.setProperty(name, value);
	}
	root.style.colorScheme = schemeOf(branding);
	if (isLive && branding.css_url) {
		document.head.append(el("link", { rel: "stylesheet", href: ownAddress(branding.css_url) }));
	}
	drawLegal(branding);
}

/** Our own files are named by the host that serves the pages; the content security policy lets no other host's in. */
function ownAddress(url: string): string | null {
	const { origin, pathname, protocol } = new URL(url, location.href);
	if (protocol === "data:" && !currentStage().isLive) {
		return url; // a logo that isn't saved yet
	}
	return origin === location.origin || pathname.startsWith("/api/v1/public/assets/") ? pathname : null;
}

export function brand(): Node {
	const name = appName();
	const logo = config.branding?.logo_url && ownAddress(config.branding.logo_url);
	return el(
		"div",
		{ class: "brand" },
		logo
			? el("img", { src: logo, alt: "" })
			: el("span", { class: "mark", "aria-hidden": "true" }, name.slice(0, 1).toUpperCase()),
		el("span", {}, name),
	);
}

function outward(text: string, href: string | null | undefined): Node | null {
	return href ? el("a", { href, rel: "noopener", target: "_blank" }, text) : null;
}

/** The line below the card. */
function drawLegal({ terms_url, privacy_url, support_email }: Branding): void {
	const { legal } = currentStage();
	legal.className = "legal gh-legal";
	legal.replaceChildren(
		...[
			outward(t("terms"), terms_url),
			outward(t("privacy"), privacy_url),
			support_email ? el("a", { href: `mailto:${support_email}` }, t("support")) : null,
			...Object.entries(languages())
				.filter(([language]) => language !== currentLanguage())
				.map(([language, name]) =>
					el(
						"button",
						{ type: "button", class: "link", lang: language, onclick: () => switchLanguage(language) },
						name,
					),
				),
		].filter((node) => node !== null),
	);
}
