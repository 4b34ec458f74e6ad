/*
 * How people may sign in to a project: area_settings, area sign_in, with the defaults of what was
 * never set.
 */
#ifndef GATEHOUSE_DOMAIN_SETTINGS_H
#define GATEHOUSE_DOMAIN_SETTINGS_H

#include "lib/passwords.h"
#include "sql/tx.h"

enum sign_up_policy { SIGN_UP_OPEN, SIGN_UP_INVITE_ONLY, SIGN_UP_CLOSED };

/* "open", "invite_only", "closed". */
const char *sign_up_policy_name(enum sign_up_policy) RETURNS_NONNULL;
bool sign_up_policy_parse(const char *text, enum sign_up_policy *ret);

struct sign_in_settings {
	enum sign_up_policy sign_up;
	bool require_email_verification;
	bool has_password_method;
	int64_t password_length_min, password_length_max;
	int64_t password_score_min;
	int64_t reset_minutes; /* life of a reset link */
	int64_t link_minutes;  /* of a code */
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

/* What a new password of this project has to be. The texts are the configuration's. */
struct password_rules sign_in_settings_password_rules(const struct sign_in_settings *,
						      const struct config *);
struct password_cost config_password_cost(const struct config *);

#endif
