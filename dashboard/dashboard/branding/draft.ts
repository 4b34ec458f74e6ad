// A draft of a project's branding: what the form holds, and what saving it would change.
import type { Branding as HostedBranding } from "../../hosted/brand";
import type { Reply } from "../api/types";

export type Branding = Reply<"/api/v1/branding", "get", 200>;
export type Removed = Branding["css_removed"][number];

export interface Logo {
	media_type: "image/png";
	data_base64: string;
}

/** Texts are "" where the API says null. */
export interface Draft {
	app_name: string;
	primary_color: string;
	background_color: string;
	dark_primary_color: string;
	dark_background_color: string;
	theme: "light" | "dark" | "auto";
	radius: number;
	card_width: number;
	font: "inter" | "system" | "roboto" | "serif" | "mono";
	terms_url: string;
	privacy_url: string;
	support_email: string;
	custom_css: string;
	/** Another one to upload, null to remove it, undefined as it is. */
	logo?: Logo | null;
}

export function draftOf(saved: Branding): Draft {
	return {
		app_name: saved.app_name ?? "",
		primary_color: saved.primary_color,
		background_color: saved.background_color,
		dark_primary_color: saved.dark.primary_color ?? "",
		dark_background_color: saved.dark.background_color ?? "",
		theme: saved.theme,
		radius: saved.radius,
		card_width: saved.card_width,
		font: saved.font,
		terms_url: saved.terms_url ?? "",
		privacy_url: saved.privacy_url ?? "",
		support_email: saved.support_email ?? "",
		custom_css: saved.custom_css,
	};
}

export interface Patch {
	[member: string]: string | number | null | { [member: string]: string | null };
}

/** Only what differs. */
export function patchOf(draft: Draft, saved: Branding): Patch {
	const before = draftOf(saved);
	const patch: Patch = {};
	const dark: { [member: string]: string | null } = {};
	for (const [name, value] of Object.entries(draft)) {
		if (name === "logo" || value === before[name as keyof Draft]) {
			continue;
		}
		if (name.startsWith("dark_")) {
			dark[name.slice(5)] = (value as string) || null;
		} else {
			patch[name] = value === "" ? null : (value as string | number);
		}
	}
	return Object.keys(dark).length > 0 ? { ...patch, dark } : patch;
}

export function logoAddress(draft: Draft, saved: Branding): string | null {
	if (draft.logo === undefined) {
		return saved.logo_url;
	}
	return draft.logo && `data:${draft.logo.media_type};base64,${draft.logo.data_base64}`;
}

/** The draft as the hosted pages' own code takes it. */
export function brandingOf(draft: Draft, saved: Branding): HostedBranding {
	return {
		...draft,
		dark: { primary_color: draft.dark_primary_color, background_color: draft.dark_background_color },
		logo_url: logoAddress(draft, saved),
	};
}
