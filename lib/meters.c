/*
 * The built-in meters, the grammar of keys, and what limits and overage come to.
 */
#include "lib/meters.h"

#include <string.h>

#include "lib/features.h"
#include "lib/json_take.h"

#define KEY_LEN_MAX 64

const char *const builtin_meters[BUILTIN_METERS + 1] = {
	"requests", "token_issues", "validations", "key_verifications", "tool_calls", "deliveries", "emails", "mau", NULL,
};

bool
meter_is_builtin(const char *meter_key)
{
	for (size_t i = 0; builtin_meters[i] != NULL; i++)
		if (strcmp(builtin_meters[i], meter_key) == 0)
			return true;
	return false;
}

const char *
event_key_check(const char *event_key)
{
	size_t len = strlen(event_key);

	if (len == 0 || len > KEY_LEN_MAX)
		return "length";
	for (; *event_key != '\0'; event_key++)
		if (*event_key <= ' ' || *event_key > '~')
			return "characters";
	return NULL;
}

static const struct json *
terms_of(const struct json *meters, const char *meter_key)
{
	for (size_t i = 0; meters->type == JSON_ARRAY && i < meters->count; i++) {
		const char *key = "";

		json_take_text(&meters->items[i], "meter_key", &key);
		if (strcmp(key, meter_key) == 0)
			return &meters->items[i];
	}
	return NULL;
}

bool
meter_terms_find(struct arena *arena, const char *meters, const char *meter_key, struct meter_terms *ret)
{
	struct meter_terms terms = { .included = NONE };
	struct json all;

	if (meters == NULL || json_parse(arena, meters, strlen(meters), &all, NULL) != OK)
		return false;
	const struct json *one = terms_of(&all, meter_key);
	if (one == NULL)
		return false;
	const struct json *overage = json_member(one, "overage");
	json_take_int(one, "included", 0, FEATURE_LIMIT_MAX, &terms.included);
	if (overage != NULL) {
		json_take_int(overage, "unit", 1, FEATURE_LIMIT_MAX, &terms.unit);
		json_take_int(overage, "price", 0, FEATURE_LIMIT_MAX, &terms.price);
	}
	*ret = terms;
	return true;
}

int64_t
usage_percent_passed(int64_t used, int64_t limit)
{
	if (limit == NONE || used == 0)
		return 0;
	if (used >= limit)
		return 100;
	/* 80 per cent of it, rounded up, without leaving the range of numbers */
	return used >= limit - limit / 5 ? 80 : 0;
}

int64_t
usage_started_units(int64_t used, int64_t included, int64_t unit)
{
	if (included == NONE || used <= included)
		return 0;
	return (used - included - 1) / unit + 1;
}
