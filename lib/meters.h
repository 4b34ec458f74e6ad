/*
 * What may be counted: meters that every project has, and the keys of those that are its own (licensing.md section 2).
 */
#ifndef GATEHOUSE_LIB_METERS_H
#define GATEHOUSE_LIB_METERS_H

#include "lib/base.h"

/* requests, token_issues, validations, key_verifications, tool_calls, deliveries, emails, mau; ended by NULL. */
extern const char *const builtin_meters[];

/* Of one event at most. */
#define QUANTITY_MAX INT64_C(1000000000)
/* Limits and sums: what JavaScript reads exactly. */
#define LIMIT_MAX INT64_C(9007199254740991)

bool meter_is_builtin(const char *meter_key);
/* [a-z][a-z0-9_]{0,63}; as a field's check. */
const char *meter_key_check(const char *meter_key);
/* Visible ASCII, 1 to 64 of them; as a field's check. */
const char *event_key_check(const char *event_key);

/*
 * The threshold that was passed by getting to `used` of `limit`: 0, 80 or 100 per cent; 0 without a limit (NONE).
 */
int64_t usage_percent_passed(int64_t used, int64_t limit);
/* How many units of `unit` were begun beyond what is included; 0 for none. */
int64_t usage_started_units(int64_t used, int64_t included, int64_t unit);

#endif
