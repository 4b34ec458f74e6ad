/*
 * The routes of sign-in flows (users.md sections 3 and 4): one path an action, so that those which
 * hash a password have a pool of their own.
 */
#include "handlers/routes.h"
#include "handlers/users/factors.h"
#include "handlers/users/flow.h"
#include "handlers/users/own_plan.h"
#include "lib/passwords.h"
#include "lib/text.h"

#define EMAIL_MAX 254
#define NAME_MAX  255

static const char *const KINDS[] = { "sign_in",        "sign_up", "recover",
				       "reauthenticate", "link",    "upgrade", NULL };
static const char *const TRANSPORTS[] = { "cookie", "code", NULL };
static const char *const CHANNELS[] = { "email", "sms", "whatsapp", "voice", NULL };

static const char *
check_locale(const char *text)
{
	for (; *text != '\0'; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
		      (*text >= '0' && *text <= '9') || *text == '-'))
			return "pattern";
	return NULL;
}

#define FLOW_ID(T) IN_ID(T, flow_id, ID_FLOW, .in = IN_PATH)
#define PASSWORD                                                                                   \
	.min = 1, .max = PASSWORD_BYTES_MAX, .flags = FIELD_REQUIRED | FIELD_RAW | FIELD_SECRET

static const struct field create_fields[] = {
	IN_ID(struct flow_create_input, client_id, ID_ANY_CLIENT,
	      .description = "The console's own when absent"),
	IN_ID(struct flow_create_input, oauth_request_id, ID_OAUTH_REQUEST,
	      .description = "An app's request that this browser began: its client is meant, and the flow leads back to it"),
	IN_ENUM(struct flow_create_input, kind, KINDS, .flags = FIELD_REQUIRED),
	IN_ENUM(struct flow_create_input, transport, TRANSPORTS,
		.description = "cookie when absent"),
	IN_STRING(struct flow_create_input, redirect_uri, .min = 1, .max = 2000,
		  .description =
		      "Where the person goes afterwards: registered, or a page of the console"),
	IN_STRING(struct flow_create_input, state, .max = 2000),
	IN_STRING(struct flow_create_input, scope, .max = 2000),
	IN_STRING(struct flow_create_input, code_challenge, .max = 128),
	IN_STRING(struct flow_create_input, login_hint, .min = 1, .max = EMAIL_MAX),
	IN_STRING(struct flow_create_input, invitation_secret, .min = 1, .max = 64,
		  .flags = FIELD_SECRET),
	IN_STRING(struct flow_create_input, locale, .min = 2, .max = 35, .check = check_locale),
	IN_STRING(struct flow_create_input, bot_token, .max = 4096),
	FIELDS_END,
};

static const struct field path_fields[] = {
	FLOW_ID(struct flow_path),
	FIELDS_END,
};

static const struct field identifier_fields[] = {
	FLOW_ID(struct flow_identifier_input),
	IN_STRING(struct flow_identifier_input, identifier, .min = 1, .max = EMAIL_MAX,
		  .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field password_fields[] = {
	FLOW_ID(struct flow_password_input),
	IN_STRING(struct flow_password_input, password, PASSWORD),
	FIELDS_END,
};

static const struct field sign_up_fields[] = {
	FLOW_ID(struct flow_sign_up_input),
	IN_STRING(struct flow_sign_up_input, email, .min = 1, .max = EMAIL_MAX,
		  .description = "Required unless a username is enough here"),
	IN_STRING(struct flow_sign_up_input, username, .min = 1, .max = 64),
	IN_STRING(struct flow_sign_up_input, password, .min = 1, .max = PASSWORD_BYTES_MAX,
		  .flags = FIELD_RAW | FIELD_SECRET,
		  .description = "Required unless people sign in by mail here"),
	IN_STRING(struct flow_sign_up_input, name, .max = NAME_MAX),
	FIELDS_END,
};

static const struct field send_code_fields[] = {
	FLOW_ID(struct flow_send_code_input),
	IN_ENUM(struct flow_send_code_input, channel, CHANNELS, .description = "When absent: email or, for who is called by a number, the first that is on"),
	IN_STRING(struct flow_send_code_input, email, .min = 1, .max = EMAIL_MAX,
		  .description = "Only where a provider gave no address: the one to verify"),
	IN_STRING(struct flow_send_code_input, phone, .min = 1, .max = 32,
		  .description = "Only in enroll_factor: the number to set up as second factor"),
	FIELDS_END,
};

static const struct field verify_code_fields[] = {
	FLOW_ID(struct flow_verify_code_input),
	IN_STRING(struct flow_verify_code_input, code, .min = 1, .max = 32,
		  .flags = FIELD_REQUIRED | FIELD_SECRET, .description = "Spaces are ignored"),
	FIELDS_END,
};

static const struct field totp_fields[] = {
	FLOW_ID(struct flow_verify_code_input),
	IN_STRING(struct flow_verify_code_input, code, .min = 1, .max = 32,
		  .flags = FIELD_REQUIRED | FIELD_SECRET,
		  .description = "Spaces are ignored; in a backup code also hyphens and letter case"),
	FIELDS_END,
};

#define CREDENTIAL                                                                                 \
	IN_JSON(struct flow_passkey_input, credential, .max = PASSKEY_JSON_MAX,                    \
		.flags = FIELD_REQUIRED, .check = json_object_check,                               \
		.description = "What navigator.credentials answered, as toJSON() gives it")

static const struct field passkey_fields[] = {
	FLOW_ID(struct flow_passkey_input),
	CREDENTIAL,
	FIELDS_END,
};

static const struct field passkey_register_fields[] = {
	FLOW_ID(struct flow_passkey_input),
	CREDENTIAL,
	IN_STRING(struct flow_passkey_input, name, .min = 1, .max = FACTOR_NAME_MAX),
	FIELDS_END,
};

static const struct field social_fields[] = {
	FLOW_ID(struct flow_social_input),
	IN_STRING(struct flow_social_input, provider, .min = 1, .max = 48, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field choose_fields[] = {
	FLOW_ID(struct flow_choose_input),
	IN_ID(struct flow_choose_input, id, ID_PLAN, .flags = FIELD_REQUIRED),
	OWN_PLAN_WORDS(struct flow_choose_input),
	FIELDS_END,
};

static const struct field redeem_fields[] = {
	IN_STRING(struct flow_redeem_input, token, .min = 1, .max = 64,
		  .flags = FIELD_REQUIRED | FIELD_SECRET),
	IN_ID(struct flow_redeem_input, client_id, ID_ANY_CLIENT,
	      .description = "The console's own when absent"),
	FIELDS_END,
};

/* Only for pages of ours and the browser itself; never answered from a stored reply. */
#define OF_A_PAGE                                                                                  \
	.site = SITE_BOTH, .tx = TX_WRITE, .output = flow_fields,                                  \
	.flags = ROUTE_EXACT_ORIGIN | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET
/* An app's own screens too (flow_direct.c). */
#define OF_SCREENS                                                                                 \
	.site = SITE_BOTH, .tx = TX_WRITE, .output = flow_fields,                                  \
	.flags = ROUTE_EXACT_ORIGIN | ROUTE_OWN_SCREENS | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET
#define ACTION(name, family)                                                                       \
	OF_SCREENS, .auth = AUTH_PUBLIC, .method = POST, .path = "/api/v1/flows/{flow_id}/" name,   \
		   .id = "flow_" name, .rate = family

/* Of what a project may ask a bot check for. */
#define BOT_CHECK_ERRORS ERR_BOT_CHECK_FAILED, ERR_BOT_CHECK_UNAVAILABLE

const struct route flow_routes[] = {
	{
	    OF_SCREENS,
	    .id = "flow_create",
	    .method = POST,
	    .path = "/api/v1/flows",
	    .summary = "Begin a sign-in, sign-up or recovery",
	    .description = "Sets the cookie that binds the flow to this browser. reauthenticate "
			   "and upgrade (of a guest) need a session.",
	    .auth = AUTH_PUBLIC | AUTH_ACCOUNT,
	    .status = 201,
	    INPUT(struct flow_create_input, create_fields),
	    .errors = { ERR_DIRECT_FLOW_NOT_ALLOWED, ERR_METHOD_DISABLED, ERR_NOT_ANONYMOUS, ERR_ORG_SUSPENDED, ERR_REQUEST_EXPIRED },
	    .handler = flow_create,
	},
	{
	    .id = "flow_get",
	    .method = GET,
	    .path = "/api/v1/flows/{flow_id}",
	    .summary = "Get a flow of this browser",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,	/* it picks up what a flow waits for */
	    .flags = ROUTE_OWN_SCREENS | ROUTE_SHOWS_SECRET,
	    .output = flow_fields,
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED },
	    .handler = flow_get,
	},
	{
	    ACTION("identify", RATE_FLOW_ACTION),
	    .summary = "Say who is signing in",
	    .description = "By e-mail address and, where they are on, by username or phone number.",
	    INPUT(struct flow_identifier_input, identifier_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_PHONE_NOT_SUPPORTED },
	    .handler = flow_identify,
	},
	{
	    ACTION("sign_up", RATE_FLOW_SIGN_UP),
	    .summary = "Ask for a new account",
	    .description = "Answers alike whether the address is taken; the mail that follows "
			   "tells its owner.",
	    .pool = POOL_PASSWORD,
	    .scratch_size = sizeof(struct flow_new_password),
	    INPUT(struct flow_sign_up_input, sign_up_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_WEAK_PASSWORD, ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN, ERR_NOT_ANONYMOUS,
			ERR_SIGN_UP_DISABLED,
			ERR_INVITATION_EMAIL_MISMATCH, ERR_INVITATION_EXPIRED,
			ERR_INVITATION_REVOKED, ERR_INVITATION_USED },
	    .before = flow_sign_up_before,
	    .work = flow_sign_up_work,
	    .handler = flow_sign_up,
	},
	{
	    ACTION("password", RATE_FLOW_ACTION),
	    .summary = "Prove it by a password",
	    .pool = POOL_PASSWORD,
	    .scratch_size = sizeof(struct flow_password_try),
	    INPUT(struct flow_password_input, password_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_INVALID_CREDENTIALS, ERR_TOO_MANY_ATTEMPTS, ERR_USER_BANNED,
			ERR_USER_DEACTIVATED },
	    .before = flow_password_before,
	    .work = flow_password_work,
	    .handler = flow_password,
	},
	{
	    ACTION("recover", RATE_FLOW_RECOVER),
	    .summary = "Have a link mailed to choose a new password",
	    INPUT(struct flow_identifier_input, identifier_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED },
	    .handler = flow_recover,
	},
	{
	    ACTION("send_code", RATE_FLOW_ACTION),
	    .summary = "Have a code sent",
	    .description = "As a factor, to set a phone up as one, or to prove the address. What was sent before stops working.",
	    INPUT(struct flow_send_code_input, send_code_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_TOO_MANY_ATTEMPTS, ERR_PHONE_NOT_SUPPORTED },
	    .handler = flow_send_code,
	},
	{
	    ACTION("send_link", RATE_FLOW_ACTION),
	    .summary = "Have a link mailed that signs in",
	    .description = "It signs in the browser that opens it.",
	    INPUT(struct flow_path, path_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_TOO_MANY_ATTEMPTS },
	    .handler = flow_send_link,
	},
	{
	    ACTION("anonymous", RATE_FLOW_ANONYMOUS),
	    .summary = "Go on as a guest",
	    INPUT(struct flow_path, path_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_SIGN_UP_DISABLED },
	    .handler = flow_anonymous,
	},
	{
	    ACTION("verify_code", RATE_FLOW_ACTION),
	    .summary = "Answer the code that was sent",
	    INPUT(struct flow_verify_code_input, verify_code_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED, ERR_INVALID_CODE,
			ERR_TOO_MANY_ATTEMPTS, ERR_SIGN_UP_DISABLED, ERR_USER_BANNED,
			ERR_USER_DEACTIVATED, ERR_EMAIL_TAKEN, ERR_NOT_ANONYMOUS },
	    .handler = flow_verify_code,
	},
	{
	    ACTION("set_password", RATE_FLOW_ACTION),
	    .summary = "Choose a new password",
	    .description = "Ends every session of the person.",
	    .pool = POOL_PASSWORD,
	    .scratch_size = sizeof(struct flow_new_password),
	    INPUT(struct flow_password_input, password_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_WEAK_PASSWORD },
	    .before = flow_set_password_before,
	    .work = flow_set_password_work,
	    .handler = flow_set_password,
	},
	{
	    ACTION("back", RATE_FLOW_ACTION),
	    .summary = "Be somebody else",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT },
	    .handler = flow_back,
	},
	{
	    ACTION("totp", RATE_FLOW_ACTION),
	    .summary = "Prove it a second time by an authenticator app",
	    INPUT(struct flow_verify_code_input, totp_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_INVALID_CODE, ERR_TOO_MANY_ATTEMPTS },
	    .handler = flow_totp,
	},
	{
	    ACTION("backup_code", RATE_FLOW_ACTION),
	    .summary = "Prove it a second time by a backup code",
	    INPUT(struct flow_verify_code_input, totp_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_INVALID_CODE, ERR_TOO_MANY_ATTEMPTS },
	    .handler = flow_backup_code,
	},
	{
	    ACTION("passkey_options", RATE_FLOW_ACTION),
	    .summary = "Ask for what a passkey has to sign",
	    .description = "As a first factor no passkey is named, so that the answer is the same "
			   "for everybody.",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED },
	    .handler = flow_passkey_options,
	},
	{
	    ACTION("passkey", RATE_FLOW_ACTION),
	    .summary = "Prove it by a passkey",
	    .description = "As a first factor it is the second one as well.",
	    INPUT(struct flow_passkey_input, passkey_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_INVALID_CREDENTIALS, ERR_TOO_MANY_ATTEMPTS, ERR_USER_BANNED,
			ERR_USER_DEACTIVATED },
	    .handler = flow_passkey,
	},
	{
	    ACTION("totp_start", RATE_FLOW_ACTION),
	    .summary = "Begin to set an authenticator app up",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED },
	    .handler = flow_totp_start,
	},
	{
	    ACTION("totp_verify", RATE_FLOW_ACTION),
	    .summary = "Finish setting an authenticator app up by its first code",
	    INPUT(struct flow_verify_code_input, totp_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_INVALID_CODE, ERR_TOO_MANY_ATTEMPTS },
	    .handler = flow_totp_verify,
	},
	{
	    ACTION("passkey_register_options", RATE_FLOW_ACTION),
	    .summary = "Begin to add a passkey",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED },
	    .handler = flow_passkey_register_options,
	},
	{
	    ACTION("passkey_register", RATE_FLOW_ACTION),
	    .summary = "Finish adding a passkey",
	    INPUT(struct flow_passkey_input, passkey_register_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED,
			ERR_PASSKEY_EXISTS },
	    .handler = flow_passkey_register,
	},
	{
	    ACTION("social", RATE_FLOW_ACTION),
	    .summary = "Go to a sign-in provider",
	    .description = "Answers provider_url, where the browser goes next; it comes back by /social/callback.",
	    INPUT(struct flow_social_input, social_fields),
	    .errors = { BOT_CHECK_ERRORS, ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED },
	    .handler = flow_social,
	},
	{
	    ACTION("choose", RATE_FLOW_ACTION),
	    .summary = "Choose a plan",
	    .description = "A free one is theirs at once. Of another one provider_url is where it is paid; paid or not, the flow stays where it is, and skip goes on.",
	    INPUT(struct flow_choose_input, choose_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_NO_PAYMENT_PROVIDER, ERR_CURRENCY_NOT_SUPPORTED },
	    .handler = flow_choose,
	},
	{
	    ACTION("skip", RATE_FLOW_ACTION),
	    .summary = "Go on without choosing",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT },
	    .handler = flow_skip,
	},
	{
	    ACTION("complete", RATE_FLOW_ACTION),
	    .summary = "Turn the flow into a session",
	    .description = "Sets the session's cookie. Once.",
	    INPUT(struct flow_path, path_fields),
	    .errors = { ERR_FLOW_EXPIRED, ERR_FLOW_STATE_CONFLICT, ERR_METHOD_DISABLED, ERR_USER_BANNED,
			ERR_USER_DEACTIVATED },
	    .handler = flow_complete,
	},
	{
	    OF_A_PAGE,
	    .auth = AUTH_PUBLIC,
	    .rate = RATE_FLOW_ACTION,
	    .id = "flow_redeem",
	    .method = POST,
	    .path = "/api/v1/flows/redeem",
	    .summary = "Open a mailed link",
	    .description =
		"Answers the flow at the step the mail was for; from now on it belongs to "
		"this browser.",
	    INPUT(struct flow_redeem_input, redeem_fields),
	    .errors = { ERR_LINK_INVALID, ERR_METHOD_DISABLED, ERR_SIGN_UP_DISABLED, ERR_USER_BANNED,
			ERR_USER_DEACTIVATED, ERR_EMAIL_TAKEN, ERR_NOT_ANONYMOUS, ERR_ORG_SUSPENDED },
	    .handler = flow_redeem,
	},
	ROUTES_END,
};
