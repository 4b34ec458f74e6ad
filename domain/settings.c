/*
 * Sign-in settings as JSON text: an object that names only what differs from the defaults.
 */
#include "domain/settings.h"

#include <string.h>

#include "lib/json_take.h"
#include "lib/sign_in_methods.h"

const char *const sign_up_policy_names[] = {
	[SIGN_UP_OPEN] = "open",
	[SIGN_UP_INVITE_ONLY] = "invite_only",
	[SIGN_UP_CLOSED] = "closed",
	NULL,
};

const char *const mfa_policy_names[] = { "off", "optional", "required", NULL };
const char *const mfa_method_names[] = { "totp", "passkey", "phone", NULL };
const char *const phone_channel_names[] = { "sms", "whatsapp", "voice", NULL };
const char *const plan_page_names[] = { "always", "until_chosen", "never", NULL };
const char *const bot_check_place_names[] = { "sign_in", "sign_up", "recover", "send", NULL };
const char *const bot_check_provider_names[] = { "none",      "turnstile", "hcaptcha",
						 "recaptcha", "http",      NULL };

const char *
sign_up_policy_name(enum sign_up_policy policy)
{
	return sign_up_policy_names[policy];
}

bool
sign_up_policy_parse(const char *text, enum sign_up_policy *ret)
{
	for (size_t i = 0; sign_up_policy_names[i] != NULL; i++)
		if (text != NULL && strcmp(sign_up_policy_names[i], text) == 0) {
			*ret = (enum sign_up_policy)i;
			return true;
		}
	return false;
}

/* ---- reading ---- */

/* A policy that nobody knows lets nobody in. */
static void
take_policy(const struct json *object, enum sign_up_policy *value)
{
	const struct json *member = json_member(object, "sign_up");

	if (member != NULL &&
	    (member->type != JSON_STRING || !sign_up_policy_parse(member->string, value)))
		*value = SIGN_UP_CLOSED;
}

static int
word_index(const char *const *names, const char *text)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return -1;
}

/* Words that nobody knows count for nothing. */
static void
take_set(const struct json *object, const char *name, const char *const *names, unsigned *value)
{
	const struct json *member = json_member(object, name);

	if (member == NULL || member->type != JSON_ARRAY)
		return;
	*value = 0;
	for (size_t i = 0; i < member->count; i++) {
		int at = member->items[i].type == JSON_STRING
			     ? word_index(names, member->items[i].string)
			     : -1;

		if (at >= 0)
			*value |= 1u << (unsigned)at;
	}
}

static void
take_word(const struct json *object, const char *name, const char *const *names, int *value)
{
	const struct json *member = json_member(object, name);
	int at = member != NULL && member->type == JSON_STRING ? word_index(names, member->string) : -1;

	if (at >= 0)
		*value = at;
}

static void
take_password(const struct json *object, struct sign_in_settings *settings)
{
	json_take_int(object, "password_min_length", 8, 64, &settings->password_length_min);
	json_take_int(object, "password_max_length", 64, 256, &settings->password_length_max);
	json_take_int(object, "password_min_score", 0, 4, &settings->password_score_min);
	json_take_bool(object, "password_block_breached", &settings->password_block_breached);
}

static void
take_second_factor(const struct json *object, struct sign_in_settings *settings)
{
	int policy = (int)settings->mfa;

	take_word(object, "mfa", mfa_policy_names, &policy);
	settings->mfa = (enum mfa_policy)policy;
	take_set(object, "mfa_methods", mfa_method_names, &settings->mfa_methods);
}

static void
take_plan_page(const struct json *object, enum plan_page *value)
{
	int page = (int)*value;

	take_word(object, "plan_page", plan_page_names, &page);
	*value = (enum plan_page)page;
}

static void
take_session(const struct json *object, struct sign_in_settings *settings)
{
	json_take_int(object, "session_max_lifetime_s", 300, 31536000, &settings->session_max_lifetime_s);
	json_take_int(object, "session_inactivity_s", 300, 2592000, &settings->session_inactivity_s);
	json_take_bool(object, "multi_session", &settings->multi_session);
}

static void
take_passkey(struct arena *arena, const struct json *object, struct sign_in_settings *settings)
{
	const struct json *passkey = json_member(object, "passkey");

	if (passkey == NULL || passkey->type != JSON_OBJECT)
		return;
	json_take_text(passkey, "rp_id", &settings->passkey.rp_id);
	json_take_text(passkey, "rp_name", &settings->passkey.rp_name);
	json_take_texts(arena, passkey, "origins", &settings->passkey.origins);
}

static void
take_phone(struct arena *arena, const struct json *object, struct sign_in_settings *settings)
{
	const struct json *phone = json_member(object, "phone");

	if (phone == NULL || phone->type != JSON_OBJECT)
		return;
	take_set(phone, "channels", phone_channel_names, &settings->phone.channels);
	json_take_texts(arena, phone, "calling_codes", &settings->phone.calling_codes);
	json_take_int(phone, "daily_limit", 1, 100000, &settings->phone.daily_limit);
}

static void
take_bot_check(const struct json *object, struct sign_in_settings *settings)
{
	const struct json *check = json_member(object, "bot_check");
	int provider = BOT_NONE;

	if (check == NULL || check->type != JSON_OBJECT)
		return;
	json_take_text(object, "bot_check_last4", &settings->bot_check.secret_last4);
	take_word(check, "provider", bot_check_provider_names, &provider);
	settings->bot_check.provider = (enum bot_check_provider)provider;
	json_take_text(check, "site_key", &settings->bot_check.site_key);
	json_take_text(check, "url", &settings->bot_check.url);
	take_set(check, "on", bot_check_place_names, &settings->bot_check.places);
	json_take_bool(check, "fail_open", &settings->bot_check.fail_open);
}

static struct sign_in_settings
defaults(const struct config *config)
{
	return (struct sign_in_settings){
		.methods = METHOD_BIT(METHOD_PASSWORD),
		.sign_up = SIGN_UP_OPEN,
		.require_email_verification = true,
		.password_length_min = config->passwords.length_min,
		.password_length_max = 128,
		.password_score_min = config->passwords.score_min,
		.password_block_breached = true,
		.mfa = MFA_OPTIONAL,
		.mfa_methods = 1u << MFA_TOTP | 1u << MFA_PASSKEY | 1u << MFA_PHONE,
		.session_max_lifetime_s = 7776000,
		.session_inactivity_s = 2592000,
		.multi_session = true,
		.link_verified_email = true,
		.self_deletion = true,
		.phone = { .channels = 1u << PHONE_SMS, .daily_limit = 500 },
		.reset_minutes = 30,
		.link_minutes = 10,
		.anonymous_max_age_days = 30,
		.bot_check = { .fail_open = true },
	};
}

struct sign_in_settings
sign_in_settings_parse(struct arena *arena, const struct config *config, const char *body)
{
	struct sign_in_settings settings = defaults(config);
	struct json object;

	if (body == NULL)
		return settings;
	if (json_parse(arena, body, strlen(body), &object, NULL) != OK || object.type != JSON_OBJECT) {
		settings.sign_up = SIGN_UP_CLOSED;	/* what can't be read opens nothing */
		return settings;
	}
	take_set(&object, "methods", sign_in_method_names, &settings.methods);
	take_policy(&object, &settings.sign_up);
	json_take_bool(&object, "require_email_verification", &settings.require_email_verification);
	take_password(&object, &settings);
	take_second_factor(&object, &settings);
	take_session(&object, &settings);
	json_take_bool(&object, "link_verified_email", &settings.link_verified_email);
	json_take_bool(&object, "self_deletion", &settings.self_deletion);
	take_passkey(arena, &object, &settings);
	take_phone(arena, &object, &settings);
	json_take_int(&object, "reset_minutes", 5, 60, &settings.reset_minutes);
	json_take_int(&object, "link_minutes", 5, 30, &settings.link_minutes);
	take_plan_page(&object, &settings.plan_page);
	json_take_int(&object, "anonymous_max_age_days", 0, 3650, &settings.anonymous_max_age_days);
	json_take_int(&object, "deletion_grace_days", 0, 30, &settings.deletion_grace_days);
	take_bot_check(&object, &settings);
	return settings;
}

/* ---- passwords ---- */

struct password_rules
sign_in_settings_password_rules(const struct sign_in_settings *settings,
				const struct config *config)
{
	const char *breached = config->passwords.breached_file;

	return (struct password_rules){
		.length_min = (unsigned)settings->password_length_min,
		.length_max = (unsigned)settings->password_length_max,
		.score_min = (int)settings->password_score_min,
		.breached_file = settings->password_block_breached && breached != NULL && breached[0] != '\0'
				     ? breached
				     : NULL,
	};
}

struct password_cost
config_password_cost(const struct config *config)
{
	return (struct password_cost){
		.memory_kib = (uint32_t)config->passwords.memory_kib,
		.passes = (uint32_t)config->passwords.passes,
	};
}

struct strings
settings_words(struct arena *arena, unsigned set, const char *const *names)
{
	const char **words = ARENA_ARRAY(arena, 32, const char *);
	size_t count = 0;

	for (unsigned i = 0; names[i] != NULL; i++)
		if ((set & (1u << i)) != 0)
			words[count++] = names[i];
	return (struct strings){ .items = words, .count = count };
}
