/*
 * Values of features, and which of several counts.
 */
#include "lib/features.h"

#include <string.h>

#define KEY_MAX 64

const char *const feature_types[] = { [FEATURE_BOOLEAN] = "boolean", [FEATURE_LIMIT] = "limit", NULL };
const char *const feature_sources[] = {
	[FEATURE_FROM_DEFAULT] = "default", [FEATURE_FROM_PLAN] = "plan", [FEATURE_FROM_OVERRIDE] = "override", NULL,
};

enum feature_type
feature_type_parse(const char *name)
{
	return strcmp(name, feature_types[FEATURE_LIMIT]) == 0 ? FEATURE_LIMIT : FEATURE_BOOLEAN;
}

static int64_t
better(int64_t a, int64_t b)
{
	if (a == FEATURE_UNLIMITED || b == FEATURE_UNLIMITED)
		return FEATURE_UNLIMITED;
	return a > b ? a : b;
}

static int64_t
best_of_plans(const struct feature_offers *offers)
{
	if (!offers->workspace_plan.is_given)
		return offers->plan.value;
	if (!offers->plan.is_given)
		return offers->workspace_plan.value;
	return better(offers->plan.value, offers->workspace_plan.value);
}

struct feature_choice
feature_choose(const struct feature_offers *offers)
{
	if (offers->override.is_given)
		return (struct feature_choice){ offers->override.value, FEATURE_FROM_OVERRIDE };
	if (offers->workspace_override.is_given)
		return (struct feature_choice){ offers->workspace_override.value, FEATURE_FROM_OVERRIDE };
	if (offers->plan.is_given || offers->workspace_plan.is_given)
		return (struct feature_choice){ best_of_plans(offers), FEATURE_FROM_PLAN };
	return (struct feature_choice){ offers->default_value, FEATURE_FROM_DEFAULT };
}

bool
feature_is_on(int64_t value)
{
	return value == FEATURE_UNLIMITED || value > 0;
}

const char *
feature_value_take(enum feature_type type, const struct json *json, int64_t *ret)
{
	if (type == FEATURE_BOOLEAN) {
		if (json->type != JSON_BOOL)
			return "type";
		*ret = json->boolean ? 1 : 0;
		return NULL;
	}
	if (json->type == JSON_NULL) {
		*ret = FEATURE_UNLIMITED;
		return NULL;
	}
	if (json->type != JSON_INT)
		return "type";
	if (json->integer < 0 || json->integer > FEATURE_LIMIT_MAX)
		return "range";
	*ret = json->integer;
	return NULL;
}

const char *
feature_rule_message(enum feature_type type)
{
	return type == FEATURE_BOOLEAN ? "It is true or false." : "It is a whole number from 0 to 9007199254740991, or null for no limit.";
}

void
feature_value_render(struct buffer *b, enum feature_type type, int64_t value)
{
	if (type == FEATURE_BOOLEAN)
		buffer_text(b, value == 0 ? "false" : "true");
	else if (value == FEATURE_UNLIMITED)
		buffer_text(b, "null");
	else
		buffer_json_int(b, value);
}

const char *
feature_key_check(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
	bool is_good = text[0] >= 'a' && text[0] <= 'z' && text[len] == '\0' && len <= KEY_MAX;

	return is_good ? NULL : "pattern";
}
