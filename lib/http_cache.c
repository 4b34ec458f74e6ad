/*
 * Freshness.
 */
#include "lib/http_cache.h"

#include <string.h>
#include <strings.h>

#include "lib/encode.h"

#define DIGITS_MAX ((size_t)10)

/* The directive's value when the list has it, "" for one without; NULL when it isn't there. len: of the value, without quotes. */
static const char *
find_directive(const char *list, const char *name, size_t *ret_len)
{
	size_t name_len = strlen(name);

	for (const char *at = list; *at != '\0';) {
		at += strspn(at, " \t,");
		size_t len = strcspn(at, ",");

		if (strncasecmp(at, name, name_len) == 0 && (len == name_len || strchr("= \t", at[name_len]) != NULL)) {
			const char *value = at + name_len;

			value += strspn(value, "= \t\"");
			*ret_len = strspn(value, "0123456789");
			return value;
		}
		at += len;
	}
	return NULL;
}

static bool
seconds_of(const char *text, size_t len, int64_t *ret_s)
{
	char digits[DIGITS_MAX + 1] = "";

	if (len == 0 || len > DIGITS_MAX)
		return false;
	memcpy(digits, text, len);
	return int_parse(digits, 0, INT32_MAX, ret_s);
}

int64_t
http_fresh_ms(const char *cache_control, const char *age, const char *vary)
{
	static const char *const NOT_KEPT[] = { "no-store", "no-cache", "private" };
	size_t len = 0;
	int64_t max_age_s = 0, age_s = 0;

	for (size_t i = 0; i < ARRAY_LEN(NOT_KEPT); i++)
		if (find_directive(cache_control, NOT_KEPT[i], &len) != NULL)
			return CACHED_MIN_MS;
	const char *value = find_directive(cache_control, "max-age", &len);
	if (value == NULL || !seconds_of(value, len, &max_age_s) || strchr(vary, '*') != NULL)
		return CACHED_MIN_MS;
	if (age[0] != '\0' && !seconds_of(age, strlen(age), &age_s))
		return CACHED_MIN_MS;
	int64_t fresh_ms = (max_age_s - age_s) * SECOND_MS;
	return fresh_ms < CACHED_MIN_MS ? CACHED_MIN_MS : fresh_ms > CACHED_MAX_MS ? CACHED_MAX_MS : fresh_ms;
}
