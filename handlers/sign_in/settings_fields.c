/*
 * The members of the sign-in settings with their limits (users.md section 2): as a PATCH may name them, and as they are shown.
 */
#include "handlers/sign_in/settings.h"

#include <string.h>

#include "lib/sign_in_methods.h"
#include "lib/uris.h"

#define CALLING_CODES_MAX 300
#define SECRET_MAX	  512

/* ---- as a PATCH names them ---- */

/* "+62": a country's calling code, or the first digits of a region's. */
static const char *
check_calling_code(const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len > 5 || text[0] != '+' || text[1] < '1' || text[1] > '9')
		return "pattern";
	return strspn(text + 1, "0123456789") == len - 1 ? NULL : "pattern";
}

#define CLEARS .flags = FIELD_NULLABLE
#define SET(names) .values = names, .items_min = 1, .items_max = 16, .flags = FIELD_NULLABLE | FIELD_DISTINCT

static const struct field passkey_input_fields[] = {
	IN_STRING(struct passkey_input, rp_id, .min = 1, .max = 253, .check = host_name_check, CLEARS,
		  .description = "Host that passkeys belong to; the issuer's when null"),
	IN_STRING(struct passkey_input, rp_name, .min = 1, .max = 100, CLEARS,
		  .description = "The project's name when null"),
	IN_STRINGS(struct passkey_input, origins, .items_min = 1, .items_max = 10, .max = 300,
		   .check = origin_check, .flags = FIELD_NULLABLE | FIELD_DISTINCT,
		   .description = "Pages that may ask for them; the issuer's alone when null"),
	FIELDS_END,
};

static const struct field phone_input_fields[] = {
	IN_STRINGS(struct phone_input, channels, SET(phone_channel_names)),
	IN_STRINGS(struct phone_input, calling_codes, .items_min = 1, .items_max = CALLING_CODES_MAX, .max = 5,
		   .check = check_calling_code, .flags = FIELD_NULLABLE | FIELD_DISTINCT,
		   .description = "Such as +49; numbers of others are refused. Every one when null"),
	IN_INT(struct phone_input, daily_limit, 1, 100000, CLEARS, .description = "Codes in 24 hours"),
	FIELDS_END,
};

static const struct field bot_check_input_fields[] = {
	IN_ENUM(struct bot_check_input, provider, bot_check_provider_names, CLEARS),
	IN_STRING(struct bot_check_input, site_key, .min = 1, .max = 255, CLEARS),
	IN_STRING(struct bot_check_input, secret, .min = 1, .max = SECRET_MAX,
		  .flags = FIELD_NULLABLE | FIELD_SECRET,
		  .description = "Never shown; the stored one stays when absent"),
	IN_STRING(struct bot_check_input, url, .min = 1, .max = 2048, .check = https_url_check, CLEARS,
		  .description = "Of the provider http: gets {token, action, ip}, answers {allow}"),
	IN_STRINGS(struct bot_check_input, on, .values = bot_check_place_names, .items_max = BOT_PLACE_COUNT,
		   .flags = FIELD_NULLABLE | FIELD_DISTINCT),
	IN_BOOL(struct bot_check_input, fail_open,
		.description = "Let people pass while the provider can't be asked"),
	FIELDS_END,
};

const struct field settings_input_fields[] = {
	IN_STRINGS(struct settings_input, methods, SET(sign_in_method_names)),
	IN_ENUM(struct settings_input, sign_up, sign_up_policy_names, CLEARS),
	IN_BOOL(struct settings_input, require_email_verification),
	IN_INT(struct settings_input, password_min_length, 8, 64, CLEARS),
	IN_INT(struct settings_input, password_max_length, 64, 256, CLEARS),
	IN_INT(struct settings_input, password_min_score, 0, 4, CLEARS),
	IN_BOOL(struct settings_input, password_block_breached),
	IN_ENUM(struct settings_input, mfa, mfa_policy_names, CLEARS),
	IN_STRINGS(struct settings_input, mfa_methods, SET(mfa_method_names)),
	IN_INT(struct settings_input, session_max_lifetime_s, 300, 31536000, CLEARS),
	IN_INT(struct settings_input, session_inactivity_s, 300, 2592000, CLEARS),
	IN_BOOL(struct settings_input, multi_session),
	IN_BOOL(struct settings_input, link_verified_email),
	IN_BOOL(struct settings_input, self_deletion),
	IN_OBJECT(struct settings_input, passkey, passkey_input_fields, struct passkey_input),
	IN_OBJECT(struct settings_input, phone, phone_input_fields, struct phone_input),
	IN_INT(struct settings_input, reset_minutes, 5, 60, CLEARS),
	IN_INT(struct settings_input, link_minutes, 5, 30, CLEARS),
	IN_ENUM(struct settings_input, plan_page, plan_page_names, CLEARS),
	IN_INT(struct settings_input, anonymous_max_age_days, 0, 3650, CLEARS),
	IN_INT(struct settings_input, deletion_grace_days, 0, 30, CLEARS),
	IN_OBJECT(struct settings_input, bot_check, bot_check_input_fields, struct bot_check_input),
	FIELDS_END,
};

/* ---- as they are shown ---- */

struct passkey_view {
	const char *rp_id, *rp_name;
	struct strings origins;
};

struct phone_view {
	struct strings channels, calling_codes;
	int64_t daily_limit;
};

struct secret_view {
	bool set;
	const char *last4;
};

struct bot_check_view {
	const char *provider, *site_key, *url;
	const struct secret_view *secret;
	struct strings on;
	bool fail_open;
};

struct settings_view {
	struct strings methods;
	const char *sign_up;
	bool require_email_verification;
	int64_t password_min_length, password_max_length, password_min_score;
	bool password_block_breached;
	const char *mfa;
	struct strings mfa_methods;
	int64_t session_max_lifetime_s, session_inactivity_s;
	bool multi_session, link_verified_email, self_deletion;
	const struct passkey_view *passkey;
	const struct phone_view *phone;
	int64_t reset_minutes, link_minutes;
	const char *plan_page;
	int64_t anonymous_max_age_days, deletion_grace_days;
	const struct bot_check_view *bot_check;
};

static const struct field passkey_fields[] = {
	OUT_STRING(struct passkey_view, rp_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct passkey_view, rp_name, .flags = FIELD_NULLABLE),
	OUT_STRINGS(struct passkey_view, origins, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field phone_fields[] = {
	OUT_STRINGS(struct phone_view, channels),
	OUT_STRINGS(struct phone_view, calling_codes, .flags = FIELD_NULLABLE),
	OUT_INT(struct phone_view, daily_limit),
	FIELDS_END,
};

static const struct field secret_fields[] = {
	OUT_BOOL(struct secret_view, set),
	OUT_STRING(struct secret_view, last4, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field bot_check_fields[] = {
	OUT_ENUM(struct bot_check_view, provider, bot_check_provider_names),
	OUT_STRING(struct bot_check_view, site_key, .flags = FIELD_NULLABLE),
	OUT_STRING(struct bot_check_view, url, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct bot_check_view, secret, secret_fields),
	OUT_STRINGS(struct bot_check_view, on),
	OUT_BOOL(struct bot_check_view, fail_open),
	FIELDS_END,
};

const struct field settings_fields[] = {
	OUT_STRINGS(struct settings_view, methods),
	OUT_ENUM(struct settings_view, sign_up, sign_up_policy_names),
	OUT_BOOL(struct settings_view, require_email_verification),
	OUT_INT(struct settings_view, password_min_length),
	OUT_INT(struct settings_view, password_max_length),
	OUT_INT(struct settings_view, password_min_score),
	OUT_BOOL(struct settings_view, password_block_breached),
	OUT_ENUM(struct settings_view, mfa, mfa_policy_names),
	OUT_STRINGS(struct settings_view, mfa_methods),
	OUT_INT(struct settings_view, session_max_lifetime_s),
	OUT_INT(struct settings_view, session_inactivity_s),
	OUT_BOOL(struct settings_view, multi_session),
	OUT_BOOL(struct settings_view, link_verified_email),
	OUT_BOOL(struct settings_view, self_deletion),
	OUT_OBJECT(struct settings_view, passkey, passkey_fields),
	OUT_OBJECT(struct settings_view, phone, phone_fields),
	OUT_INT(struct settings_view, reset_minutes),
	OUT_INT(struct settings_view, link_minutes),
	OUT_ENUM(struct settings_view, plan_page, plan_page_names),
	OUT_INT(struct settings_view, anonymous_max_age_days),
	OUT_INT(struct settings_view, deletion_grace_days),
	OUT_OBJECT(struct settings_view, bot_check, bot_check_fields),
	FIELDS_END,
};

static const struct bot_check_view *
bot_check_of(const struct request *rq, const struct sign_in_settings *settings, bool has_secret)
{
	struct bot_check_view *view = ARENA_NEW(rq->arena, struct bot_check_view);
	struct secret_view *secret = ARENA_NEW(rq->arena, struct secret_view);

	*secret = (struct secret_view){
		.set = has_secret,
		.last4 = has_secret ? settings->bot_check.secret_last4 : NULL,
	};
	*view = (struct bot_check_view){
		.provider = bot_check_provider_names[settings->bot_check.provider],
		.site_key = settings->bot_check.site_key,
		.url = settings->bot_check.url,
		.secret = secret,
		.on = settings_words(rq->arena, settings->bot_check.places, bot_check_place_names),
		.fail_open = settings->bot_check.fail_open,
	};
	return view;
}

static const struct passkey_view *
passkey_of(const struct request *rq, const struct sign_in_settings *settings)
{
	struct passkey_view *view = ARENA_NEW(rq->arena, struct passkey_view);

	*view = (struct passkey_view){
		.rp_id = settings->passkey.rp_id,
		.rp_name = settings->passkey.rp_name,
		.origins = settings->passkey.origins,
	};
	return view;
}

static const struct phone_view *
phone_of(const struct request *rq, const struct sign_in_settings *settings)
{
	struct phone_view *view = ARENA_NEW(rq->arena, struct phone_view);

	*view = (struct phone_view){
		.channels = settings_words(rq->arena, settings->phone.channels, phone_channel_names),
		.calling_codes = settings->phone.calling_codes,
		.daily_limit = settings->phone.daily_limit,
	};
	return view;
}

const struct settings_view *
settings_view_of(const struct request *rq, const struct area_settings *stored)
{
	struct sign_in_settings settings = sign_in_settings_parse(rq->arena, rq->config, stored->body);
	struct settings_view *view = ARENA_NEW(rq->arena, struct settings_view);

	*view = (struct settings_view){
		.methods = settings_words(rq->arena, settings.methods, sign_in_method_names),
		.sign_up = sign_up_policy_name(settings.sign_up),
		.require_email_verification = settings.require_email_verification,
		.password_min_length = settings.password_length_min,
		.password_max_length = settings.password_length_max,
		.password_min_score = settings.password_score_min,
		.password_block_breached = settings.password_block_breached,
		.mfa = mfa_policy_names[settings.mfa],
		.mfa_methods = settings_words(rq->arena, settings.mfa_methods, mfa_method_names),
		.session_max_lifetime_s = settings.session_max_lifetime_s,
		.session_inactivity_s = settings.session_inactivity_s,
		.multi_session = settings.multi_session,
		.link_verified_email = settings.link_verified_email,
		.self_deletion = settings.self_deletion,
		.passkey = passkey_of(rq, &settings),
		.phone = phone_of(rq, &settings),
		.reset_minutes = settings.reset_minutes,
		.link_minutes = settings.link_minutes,
		.plan_page = plan_page_names[settings.plan_page],
		.anonymous_max_age_days = settings.anonymous_max_age_days,
		.deletion_grace_days = settings.deletion_grace_days,
		.bot_check = bot_check_of(rq, &settings, stored->sealed.data != NULL),
	};
	return view;
}
