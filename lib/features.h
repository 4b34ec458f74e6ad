/*
 * Features: what a value may be, and which one counts (licensing.md rule 23).
 */
#ifndef GATEHOUSE_LIB_FEATURES_H
#define GATEHOUSE_LIB_FEATURES_H

#include "lib/json.h"

/* A value is 0 or 1 of a boolean; of a limit a number, or none. */
#define FEATURE_UNLIMITED NONE
#define FEATURE_LIMIT_MAX ((INT64_C(1) << 53) - 1)
#define FEATURES_MAX	  64

enum feature_type { FEATURE_BOOLEAN, FEATURE_LIMIT };
/* boolean, limit; ended by NULL. */
extern const char *const feature_types[];
enum feature_type feature_type_parse(const char *name);

enum feature_source { FEATURE_FROM_DEFAULT, FEATURE_FROM_PLAN, FEATURE_FROM_OVERRIDE };
/* default, plan, override; ended by NULL. */
extern const char *const feature_sources[];

/* A value that somebody gives, or not. */
struct feature_offer {
	bool is_given;
	int64_t value;
};

/* All who have a say about one feature of a user, in a workspace or in none. */
struct feature_offers {
	int64_t default_value;
	struct feature_offer plan, workspace_plan;
	struct feature_offer override, workspace_override;
};

struct feature_choice {
	int64_t value;
	enum feature_source source;
};

/* The user's override, else the workspace's, else the better of both plans, else the default. */
struct feature_choice feature_choose(const struct feature_offers *);
/* May it be used at all? true, a number above 0, or no limit. */
bool feature_is_on(int64_t value);

/* NULL, or the rule that a value breaks: type, range. */
const char *feature_value_take(enum feature_type, const struct json *, int64_t *ret);
/* One sentence for what a value must be. */
const char *feature_rule_message(enum feature_type) RETURNS_NONNULL;
/* As JSON: true or false, a number, null for no limit. */
void feature_value_render(struct buffer *, enum feature_type, int64_t value);

/* A field's check: ^[a-z][a-z0-9_]{0,63}$, else the rule "pattern". */
const char *feature_key_check(const char *text);

#endif
