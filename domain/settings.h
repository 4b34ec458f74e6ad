/*
 * How people may sign in to a project: area_settings, area sign_in, with the defaults of what was
 * never set.
 */
#ifndef GATEHOUSE_DOMAIN_SETTINGS_H
#define GATEHOUSE_DOMAIN_SETTINGS_H

#include "lib/passwords.h"
#include "sql/tx.h"

enum sign_up_policy { SIGN_UP_OPEN, SIGN_UP_INVITE_ONLY, SIGN_UP_CLOSED };

/* "open", "invite_only", "closed", ended by NULL. */
extern const char *const sign_up_policy_names[];
const char *sign_up_policy_name(enum sign_up_policy) RETURNS_NONNULL;
bool sign_up_policy_parse(const char *text, enum sign_up_policy *ret);

enum mfa_policy { MFA_OFF, MFA_OPTIONAL, MFA_REQUIRED };

/* Kinds of second factors, and channels of phone codes: sets with one bit each, in the order of their names. */
enum mfa_method { MFA_TOTP, MFA_PASSKEY, MFA_PHONE, MFA_METHOD_COUNT };
enum phone_channel { PHONE_SMS, PHONE_WHATSAPP, PHONE_VOICE, PHONE_CHANNEL_COUNT };
extern const char *const mfa_policy_names[];
extern const char *const mfa_method_names[];
extern const char *const phone_channel_names[];

/* When people choose a plan, once a project has plans. */
enum plan_page { PLAN_PAGE_ALWAYS, PLAN_PAGE_UNTIL_CHOSEN, PLAN_PAGE_NEVER };
extern const char *const plan_page_names[];

/* Where a bot check stands in the way. */
enum bot_check_place { BOT_SIGN_IN, BOT_SIGN_UP, BOT_RECOVER, BOT_SEND, BOT_PLACE_COUNT };
enum bot_check_provider { BOT_NONE, BOT_TURNSTILE, BOT_HCAPTCHA, BOT_RECAPTCHA, BOT_HTTP };
extern const char *const bot_check_place_names[];
extern const char *const bot_check_provider_names[];

struct sign_in_settings {
	unsigned methods; /* METHOD_BIT; a client's own narrow it: flow_methods() */
	enum sign_up_policy sign_up;
	bool require_email_verification;
	int64_t password_length_min, password_length_max; /* characters */
	int64_t password_score_min;
	bool password_block_breached;
	enum mfa_policy mfa;
	unsigned mfa_methods; /* 1u << enum mfa_method */
	int64_t session_max_lifetime_s, session_inactivity_s;
	bool multi_session;
	bool link_verified_email;
	bool self_deletion;
	struct {
		const char *rp_id, *rp_name; /* NULL: the issuer's host; the project's name */
		struct strings origins;	     /* none: the issuer's */
	} passkey;
	struct {
		unsigned channels;	       /* 1u << enum phone_channel */
		struct strings calling_codes; /* "+62"; none: every one */
		int64_t daily_limit;
	} phone;
	int64_t reset_minutes; /* life of a reset link */
	int64_t link_minutes;  /* of a magic link or code */
	enum plan_page plan_page;
	int64_t anonymous_max_age_days; /* 0: kept */
	int64_t deletion_grace_days;
	struct {
		enum bot_check_provider provider;
		const char *site_key; /* NULL without a provider */
		const char *secret_last4; /* NULL without a secret */
		const char *url;      /* of provider http */
		unsigned places;      /* 1u << enum bot_check_place */
		bool fail_open;
	} bot_check;
};

/*
 * From the stored body; NULL, and members that aren't there: the defaults (of the configuration,
 * for passwords). Never fails.
 */
struct sign_in_settings sign_in_settings_parse(struct arena *, const struct config *,
					       const char *body);
enum err sign_in_settings_read(struct tx *, const char *project_id,
			       struct sign_in_settings *ret) MUST_CHECK;
/* Who may sign up from now on; the other settings stay. Doesn't record(). */
enum err sign_up_policy_write(struct tx *, const char *project_id, enum sign_up_policy) MUST_CHECK;

/* The names of a set's bits, in their order. */
struct strings settings_words(struct arena *, unsigned set, const char *const *names);
/* What a new password of this project has to be. The texts are the configuration's. */
struct password_rules sign_in_settings_password_rules(const struct sign_in_settings *,
						      const struct config *);
struct password_cost config_password_cost(const struct config *);

#endif
