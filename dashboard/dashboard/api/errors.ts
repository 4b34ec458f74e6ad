// Maps error codes to sentences for people: the one place where a code becomes text.
import type { components } from "./schema";

export interface FieldProblem {
	field: string;
	rule: string;
	message: string;
}

/** A refusal by the API, or the lack of any answer (code "unreachable"). */
export class ApiError extends Error {
	readonly status: number;
	readonly code: string;
	readonly requestId: string | null;
	readonly fields: FieldProblem[];
	readonly details: Record<string, unknown>;

	constructor(
		status: number,
		code: string,
		message: string,
		requestId: string | null,
		details: Record<string, unknown>,
	) {
		super(message);
		this.name = "ApiError";
		this.status = status;
		this.code = code;
		this.requestId = requestId;
		this.details = details;
		this.fields = Array.isArray(details.fields) ? (details.fields as FieldProblem[]) : [];
	}
}

type ErrorCode = components["schemas"]["Error"]["error"]["code"];

/** Every code that the API has, or this file doesn't compile; null: what the server says is the best that can be said. */
const SENTENCES: Record<ErrorCode | "unreachable", string | null> = {
	unreachable: "The server didn't answer. Check your connection and try again.",
	unauthorized: "You are signed out. Sign in again to go on.",
	forbidden: "Your role doesn't allow this. Ask an administrator of the organization.",
	csrf_failed: "This page is out of date. Reload it and try again.",
	reauthentication_required: "Confirm that it's you: this needs a fresh sign-in.",
	credential_not_allowed: "This can only be done from the dashboard.",
	org_suspended: "This organization is suspended. Its data is safe; ask the operator of this installation.",
	role_too_high: "That role is above your own.",
	scope_too_wide: "A key can't have permissions that you lack yourself.",
	email_not_verified: "Verify your e-mail address first.",
	not_found: "It doesn't exist, or you can't see it.",
	slug_conflict: "That slug is taken. Choose another.",
	slug_reserved: "That slug is reserved. Choose another.",
	already_member: "That person is a member already.",
	last_owner: "An organization needs at least one owner. Make somebody else owner first.",
	invitation_pending: "There is an open invitation for that address. Resend it instead.",
	invitation_not_pending: "That invitation isn't open any more.",
	cannot_suspend_operator_org: "The operator's organization runs this installation and can't be suspended.",
	cannot_delete_operator_org: "The operator's organization runs this installation and can't be deleted.",
	cannot_delete_last_project: "An organization keeps at least one project.",
	cannot_delete_default: "This is the default project. Make another one the default first.",
	cannot_delete_console: "The console runs this dashboard and can't be deleted.",
	last_redirect_uri: "The last redirect URI stays: register another one first.",
	identity_taken: "That account at the provider belongs to somebody else here.",
	provider_in_use: "People sign in with this provider. Turn it off, or remove their accounts there first.",
	redirect_uri_exists: "That redirect URI is registered already.",
	cannot_delete_default_client: "The default client goes with its project.",
	issuer_exists: "That issuer, with that subject, is trusted already.",
	identifier_exists: "A resource server of that identifier is registered already.",
	document_wanted: "The application's own document is being fetched. Try again in a moment.",
	client_is_public: "A client that proves itself by nothing, or by a key, has no secret.",
	rotation_in_progress: "A new key is published already and signs soon. Wait for it, or replace the key at once.",
	key_revoked: "That key is revoked or already replaced.",
	invalid_credentials: "The password is wrong.",
	missing_variable: "The template needs a value that is missing.",
	no_email: "They have no e-mail address.",
	message_expired: "What the message says has expired or is gone. Let a new one be sent.",
	weak_password: "That password is too easy to guess.",
	precondition_failed: "Somebody changed this meanwhile. Reload to see the newest state.",
	validation_failed: "Some fields need another look.",
	rate_limited: "That was a lot at once. Wait a moment, then try again.",
	too_many_attempts: "Too many attempts. Wait a moment, then try again.",
	busy: "The server is busy. Try again in a moment.",
	outcome_unknown: "The answer got lost: it may have worked. Reload before you repeat it.",
	internal: "Something went wrong on the server. The request id below helps to find out what.",
	plan_limit_reached: "The limit for this is reached. Remove one first.",
	upgrade_required: "The organization's plan doesn't include this.",
	request_expired: "This request has expired. Start again from the app.",
	export_too_large: "That is more than one export holds. Filter it, or export the whole log with gatehousectl.",
	body_too_large: "That is too much text for one request.",
	idempotency_in_progress: "The same request is still running. Wait a moment.",
	secret_already_shown: "It worked the first time, and the secret was shown then.",
	invitation_email_mismatch: "The invitation was made for another e-mail address.",
	invitation_expired: "The invitation is too old. Ask for a new one.",
	invitation_revoked: "The invitation was withdrawn.",
	invitation_used: "The invitation is used up.",
	phone_not_supported: "Numbers of that country aren't served here.",
	cannot_impersonate: "Nobody can act in this person's name.",
	not_while_impersonating: "That isn't possible while acting in somebody else's name.",
	user_banned: "This account is blocked.",
	user_deactivated: "This account is turned off.",
	flow_expired: "This took too long. Start again.",
	// Faults of a program, or of steps that the hosted pages show in words of their own.
	invalid_json: null,
	invalid_path: null,
	misdirected_request: "This host name isn't set up for the project.",
	invalid_id: null,
	invalid_cursor: null,
	invalid_header: null,
	ambiguous_credentials: null,
	ambiguous_header: null,
	ambiguous_project: null,
	ambiguous_org: null,
	incomplete_request: null,
	method_not_allowed: null,
	unsupported_media_type: null,
	insufficient_scope: null,
	org_mismatch: null,
	idempotency_mismatch: null,
	invalid_setup_token: null,
	invalid_code: null,
	link_invalid: null,
	method_disabled: null,
	bot_check_failed: null,
	bot_check_unavailable: null,
	direct_flow_not_allowed: null,
	sign_up_disabled: null,
	email_taken: null,
	not_anonymous: "That account is not a guest's.",
	username_taken: "Somebody has that username already.",
	phone_taken: "That phone number belongs to somebody already.",
	external_id_taken: "That external id belongs to somebody already.",
	hash_unsupported: "That password hash is of no kind Gatehouse knows.",
	hash_too_costly: "Checking that password hash would take too much time or memory.",
	cannot_target_self: "You can’t do that to yourself.",
	flow_state_conflict: null,
	events_expired: null,
	last_sign_in_method: "It is the last way to sign in to this account. Set a password first.",
	already_decided: "This has been decided already.",
	code_not_found: null,
	code_claimed: null,
	passkey_exists: "That passkey is registered already.",
	key_exists: "There is a license with that key already.",
	meter_key_exists: "There is a meter of that key already.",
	quota_exceeded: "The quota is used up for this month.",
	activations_exceed_limit: "More machines have a seat than that. Take some off first.",
	license_revoked: "The license is revoked for good.",
	revoked: "The license is revoked for good.",
	suspended: "The license is suspended.",
	expired: "The license's time and its days of grace are over.",
	activation_limit: "No seat is free: release a machine first.",
	file_limit: "This license had its twenty files in thirty days.",
	plan_key_exists: "There is a plan of that key already.",
	plan_in_use: "Somebody is or was on this plan, or paid for it. Archive it instead.",
	plan_archived: "The plan is archived: nobody new gets it.",
	trial_used: "They have had their trial of this plan already.",
	feature_key_exists: "There is a feature of that key already.",
	no_payment_provider: "The project hasn't set up by whom it is paid. Do that first.",
	free_plan: "The plan costs nothing: assign it instead.",
	secret_environment_mismatch: "That key is for the other environment than this project's.",
	bad_signature: "The signature doesn't fit what was sent, or is too old.",
	order_id_exists: "There is a payment with that order already.",
	item_in_use: "Somebody has bought this, or begun to. Take it off sale instead.",
	not_manual: "The payment's provider says what becomes of it.",
	invoice_not_open: "The invoice is paid already, or was never owed.",
	invalid_transition: "The payment can't become that any more.",
	amount_not_allowed: "The price is fixed, or that is less than it.",
	currency_not_supported: "The payment provider doesn't take that currency.",
	current_key: "This key signs now. Make a new one first.",
	reserved_claim: null,
	claims_too_large: "That is too much: at most 64 claims, and 4,096 characters of them in all.",
	signing_key_unavailable: "No key of that kid signs any more.",
};

/** The sentence to show for an error, falling back on what the server said. */
export function sentence(error: unknown): string {
	if (error instanceof ApiError) {
		const known = SENTENCES[error.code as ErrorCode] ?? error.message;
		const wait = error.details.retry_after;
		return typeof wait === "number" ? known.replace("a moment", `${wait} seconds`) : known;
	}
	return "Something unexpected happened in this page. Reload it and try again.";
}

/** Refusals that are about one field although they name none. */
const FIELD_OF: Record<string, string> = {
	slug_conflict: "slug",
	slug_reserved: "slug",
	weak_password: "new_password",
};

/** Field problems as a form wants them: a list's member, "redirect_uris[2]", is "redirect_uris.2" there. */
export function fieldErrors(error: unknown): Record<string, string> {
	if (!(error instanceof ApiError)) {
		return {};
	}
	if (error.fields.length === 0 && error.code in FIELD_OF) {
		return { [FIELD_OF[error.code]]: sentence(error) };
	}
	return Object.fromEntries(error.fields.map(({ field, message }) => [field.replace(/\[(\d+)\]/g, ".$1"), message]));
}
