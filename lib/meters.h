/*
 * What may be counted: meters that every project has, and the keys of those that are its own (licensing.md section 2).
 */
#ifndef GATEHOUSE_LIB_METERS_H
#define GATEHOUSE_LIB_METERS_H

#include "lib/json.h"

/* requests, token_issues, validations, key_verifications, tool_calls, deliveries, emails, mau; ended by NULL. */
#define BUILTIN_METERS 8
extern const char *const builtin_meters[];

/* Of one event at most. */
#define QUANTITY_MAX INT64_C(1000000000)

bool meter_is_builtin(const char *meter_key);
/* Visible ASCII, 1 to 64 of them; as a field's check. */
const char *event_key_check(const char *event_key);

/* What a plan says of a meter. */
struct meter_terms {
	int64_t included;	/* NONE: without limit */
	int64_t unit, price;	/* of what is used beyond it; unit 0: nothing may be */
};

/* From a plan's meters, a JSON array (NULL: none); false when it says nothing of this one. */
bool meter_terms_find(struct arena *, const char *meters, const char *meter_key, struct meter_terms *ret);

/*
 * The threshold that was passed by getting to `used` of `limit`: 0, 80 or 100 per cent; 0 without a limit (NONE).
 */
int64_t usage_percent_passed(int64_t used, int64_t limit);
/* How many units of `unit` were begun beyond what is included; 0 for none. */
int64_t usage_started_units(int64_t used, int64_t included, int64_t unit);

#endif
