/*
 * What the files of the sign-in settings share: a PATCH's input, and what is shown.
 */
#ifndef GATEHOUSE_HANDLERS_SIGN_IN_SETTINGS_H
#define GATEHOUSE_HANDLERS_SIGN_IN_SETTINGS_H

#include "domain/area_settings.h"
#include "domain/settings.h"
#include "fcgi/request.h"

/* ---- a PATCH: null takes a member back to its default ---- */

struct passkey_input {
	struct {
		bool rp_id, rp_name, origins;
	} has;
	const char *rp_id, *rp_name;
	struct strings origins;
};

struct phone_input {
	struct {
		bool channels, calling_codes, daily_limit;
	} has;
	struct strings channels, calling_codes;
	int64_t daily_limit;
};

struct bot_check_input {
	struct {
		bool provider, site_key, secret, url, on, fail_open;
	} has;
	const char *provider, *site_key, *secret, *url;
	struct strings on;
	bool fail_open;
};

struct settings_input {
	struct {
		bool methods, sign_up, require_email_verification, password_min_length, password_max_length,
		    password_min_score, password_block_breached, mfa, mfa_methods, session_max_lifetime_s,
		    session_inactivity_s, multi_session, link_verified_email, self_deletion, passkey, phone,
		    reset_minutes, link_minutes, plan_page, anonymous_max_age_days, deletion_grace_days,
		    bot_check;
	} has;
	struct strings methods;
	const char *sign_up;
	bool require_email_verification;
	int64_t password_min_length, password_max_length, password_min_score;
	bool password_block_breached;
	const char *mfa;
	struct strings mfa_methods;
	int64_t session_max_lifetime_s, session_inactivity_s;
	bool multi_session, link_verified_email, self_deletion;
	const struct passkey_input *passkey;
	const struct phone_input *phone;
	int64_t reset_minutes, link_minutes;
	const char *plan_page;
	int64_t anonymous_max_age_days, deletion_grace_days;
	const struct bot_check_input *bot_check;
};

extern const struct field settings_input_fields[];

/* ---- what is shown ---- */

struct settings_view;
extern const struct field settings_fields[];
/* The view of stored settings, in the arena. */
const struct settings_view *settings_view_of(const struct request *, const struct area_settings *);

/* ---- GET /sign_in_settings/readiness ---- */

extern const struct field readiness_fields[];
enum verdict sign_in_readiness(const struct request *, struct tx *);

#endif
