// The providers that people may sign in with: what each is called, where its credentials are made, and what it asks for besides.
import type { Reply } from "../api/types";

export const AT = "/api/v1/social_providers";

export type Provider = Reply<typeof AT, "get", 200>["data"][number];

/** Settings that only some providers have. */
export type Extra = "tenant" | "issuer" | "team_id" | "key_id";

export interface Kind {
	key: string;
	name: string;
	/** What the provider calls the client's id. */
	idLabel: string;
	/** Where it is registered. */
	registerAt?: string;
	extras: readonly Extra[];
	/** Signs with a key of its own instead of sending a secret. */
	isSigned?: boolean;
}

const PLAIN = { idLabel: "Client id", extras: [] };

export const KINDS: readonly Kind[] = [
	{ ...PLAIN, key: "google", name: "Google", registerAt: "https://console.cloud.google.com/apis/credentials" },
	{ ...PLAIN, key: "github", name: "GitHub", registerAt: "https://github.com/settings/developers" },
	{
		key: "apple",
		name: "Apple",
		idLabel: "Services id",
		registerAt: "https://developer.apple.com/account/resources/identifiers/list/serviceId",
		extras: ["team_id", "key_id"],
		isSigned: true,
	},
	{
		key: "microsoft",
		name: "Microsoft",
		idLabel: "Application (client) id",
		registerAt: "https://entra.microsoft.com/",
		extras: ["tenant"],
	},
	{ key: "gitlab", name: "GitLab", idLabel: "Application id", registerAt: "https://gitlab.com/-/user_settings/applications", extras: ["issuer"] },
	{ ...PLAIN, key: "discord", name: "Discord", registerAt: "https://discord.com/developers/applications" },
	{ ...PLAIN, key: "linkedin", name: "LinkedIn", registerAt: "https://www.linkedin.com/developers/apps" },
	{ ...PLAIN, key: "slack", name: "Slack", registerAt: "https://api.slack.com/apps" },
	{ ...PLAIN, key: "facebook", name: "Facebook", idLabel: "App id", registerAt: "https://developers.facebook.com/apps" },
	{ ...PLAIN, key: "twitter", name: "X", registerAt: "https://developer.x.com/en/portal/dashboard" },
	{ ...PLAIN, key: "spotify", name: "Spotify", registerAt: "https://developer.spotify.com/dashboard" },
	{ ...PLAIN, key: "twitch", name: "Twitch", registerAt: "https://dev.twitch.tv/console/apps" },
];

const PREFIX = "oidc_";

/** Any OpenID provider, by the slug that the project gave it. */
export function openIdKind(slug: string): Kind {
	return { ...PLAIN, key: PREFIX + slug, name: slug ? `OpenID: ${slug}` : "OpenID provider", extras: ["issuer"] };
}

export function kindOf(key: string): Kind {
	return KINDS.find((kind) => kind.key === key) ?? openIdKind(key.slice(PREFIX.length));
}

export const EXTRAS: Record<Extra, { label: string; description: string; placeholder?: string }> = {
	tenant: {
		label: "Tenant",
		description: "A directory's id or domain. Without one anybody with a Microsoft account gets in, and no address counts as verified.",
		placeholder: "any account",
	},
	issuer: {
		label: "Issuer",
		description: "The address under which the provider describes itself.",
		placeholder: "https://…",
	},
	team_id: { label: "Team id", description: "Ten characters, at the top right of Apple's developer pages." },
	key_id: { label: "Key id", description: "Ten characters, of the key whose text is below." },
};

const PROBLEMS: Record<string, string> = {
	client_id_missing: "The client id is missing.",
	client_secret_missing: "The client secret is missing.",
	private_key_missing: "The private key is missing.",
	team_id_missing: "The team id is missing.",
	key_id_missing: "The key id is missing.",
	issuer_missing: "The issuer is missing.",
	not_checked: "The provider hasn't been asked yet where people are to be sent.",
	issuer_unreachable: "Nobody answers at the issuer's address.",
	issuer_mismatch: "The provider calls itself by another issuer than this one.",
	discovery_incomplete: "The issuer's description lacks an address that is needed.",
	keys_unreachable: "The provider's keys can't be fetched.",
	keys_missing: "The provider publishes no keys.",
	token_endpoint_unreachable: "The provider's token endpoint doesn't answer.",
	client_refused: "The provider refuses this client id and secret.",
	callback_url_refused: "The callback URL isn't registered with the provider.",
	private_key_unusable: "Nothing can be signed with the private key.",
};

export function problemSentence(word: string): string {
	return PROBLEMS[word] ?? word.replaceAll("_", " ");
}
