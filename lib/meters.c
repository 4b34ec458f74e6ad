/*
 * The built-in meters, the grammar of keys, and what limits and overage come to.
 */
#include "lib/meters.h"

#include <string.h>

#define KEY_LEN_MAX 64

const char *const builtin_meters[] = {
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
meter_key_check(const char *meter_key)
{
	static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";
	static const char CHARACTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len = strlen(meter_key);

	if (len == 0 || len > KEY_LEN_MAX || strchr(LETTERS, meter_key[0]) == NULL)
		return "pattern";
	return strspn(meter_key, CHARACTERS) == len ? NULL : "pattern";
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
