// A project's sign-in settings: how they are read, and what a form about them would change.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send, sendTagged } from "../api/client";
import type { Reply } from "../api/types";
import type { SecretDraft } from "../ui/secret-field";

export const AT = "/api/v1/sign_in_settings";

export type Settings = Reply<typeof AT, "get", 200>;
export type Readiness = Reply<`${typeof AT}/readiness`, "get", 200>["methods"][number];

/** Every query about the sign-in settings begins like this. */
export function settingsKey(projectId: string): readonly unknown[] {
	return ["sign-in-settings", projectId];
}

export function settingsQuery(projectId: string) {
	return queryOptions({
		queryKey: [...settingsKey(projectId), "all"],
		queryFn: () => sendTagged(api.GET(AT, { headers: onProject(projectId) })),
	});
}

export function readinessQuery(projectId: string) {
	return queryOptions({
		queryKey: [...settingsKey(projectId), "readiness"],
		queryFn: () => send(api.GET(`${AT}/readiness`, { headers: onProject(projectId) })),
	});
}

/** An emptied field is "". */
type Amount = number | "";

/** What forms hold, each by the name that the API gives it in an error. Texts are "" and lists empty where it says null. */
export interface Draft {
	methods: string[];
	sign_up: string;
	require_email_verification: boolean;
	password_min_length: Amount;
	password_max_length: Amount;
	password_min_score: Amount;
	password_block_breached: boolean;
	mfa: string;
	mfa_methods: string[];
	plan_page: string;
	session_max_lifetime_s: Amount;
	session_inactivity_s: Amount;
	multi_session: boolean;
	link_verified_email: boolean;
	self_deletion: boolean;
	"passkey.rp_id": string;
	"passkey.rp_name": string;
	"passkey.origins": string[];
	"phone.channels": string[];
	"phone.calling_codes": string[];
	"phone.daily_limit": Amount;
	reset_minutes: Amount;
	link_minutes: Amount;
	anonymous_max_age_days: Amount;
	deletion_grace_days: Amount;
	"bot_check.provider": string;
	"bot_check.site_key": string;
	"bot_check.url": string;
	"bot_check.secret": SecretDraft;
	"bot_check.on": string[];
	"bot_check.fail_open": boolean;
}

export function draftOf({ passkey, phone, bot_check, ...rest }: Settings): Draft {
	return {
		...rest,
		"passkey.rp_id": passkey.rp_id ?? "",
		"passkey.rp_name": passkey.rp_name ?? "",
		"passkey.origins": passkey.origins ?? [],
		"phone.channels": phone.channels,
		"phone.calling_codes": phone.calling_codes ?? [],
		"phone.daily_limit": phone.daily_limit,
		"bot_check.provider": bot_check.provider,
		"bot_check.site_key": bot_check.site_key ?? "",
		"bot_check.url": bot_check.url ?? "",
		"bot_check.secret": undefined,
		"bot_check.on": bot_check.on,
		"bot_check.fail_open": bot_check.fail_open,
	};
}

export interface Patch {
	[member: string]: unknown;
}

/** Lists that may be empty: nothing in them is the default. */
const MAY_BE_EMPTY = ["passkey.origins", "phone.calling_codes"];

function valueFor(name: string, value: unknown): unknown {
	const isNone = value === "" || (Array.isArray(value) && value.length === 0 && MAY_BE_EMPTY.includes(name));
	return isNone ? null : value;
}

/** Only what differs; an emptied field goes back to its default. */
export function patchOf(draft: Draft, before: Draft): Patch {
	const patch: Patch = {};
	for (const [path, value] of Object.entries(draft)) {
		if (JSON.stringify(value) === JSON.stringify(before[path as keyof Draft])) {
			continue;
		}
		const [group, member] = path.split(".");
		if (member) {
			patch[group] = { ...(patch[group] as Patch | undefined), [member]: valueFor(path, value) };
		} else {
			patch[group] = valueFor(path, value);
		}
	}
	return patch;
}

/** The patch as it may be shown: a secret isn't. */
export function withoutSecret(patch: Patch): Patch {
	const check = patch.bot_check as Patch | undefined;
	return check?.secret ? { ...patch, bot_check: { ...check, secret: "…" } } : patch;
}
