/*
 * The times of an assignment of a plan, and what they make of it.
 */
#include "lib/plans.h"

#include <string.h>

#include "lib/encode.h"

const char *const plan_stage_names[] = {
	[PLAN_TRIALING] = "trialing", [PLAN_TRIAL_ENDING] = "ending",   [PLAN_ACTIVE] = "active",
	[PLAN_PAST_DUE] = "past_due", [PLAN_CANCELED] = "canceled", [PLAN_EXPIRED] = "expired",
};
const char *const plan_statuses[] = { "trialing", "active", "past_due", "canceled", "expired", NULL };
const char *const plan_periods[] = { "monthly", "yearly", "one_time", NULL };
const char *const plan_sources[] = { "admin", "claims", "page", "payment", NULL };

static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == NONE || b == NONE)
		return a == NONE ? b : a;
	return a < b ? a : b;
}

static bool
is_over(int64_t at_ms, int64_t now_ms)
{
	return at_ms != NONE && at_ms <= now_ms;
}

int64_t
plan_ends_at(const struct plan_times *times)
{
	int64_t grace_ms = times->cancel_at_period_end ? 0 : PLAN_GRACE_MS;
	int64_t paid_to = times->period_end_at == NONE ? NONE : times->period_end_at + grace_ms;

	return earlier(paid_to, times->expires_at);
}

enum plan_stage
plan_stage_at(const struct plan_times *times, int64_t now_ms)
{
	if (is_over(plan_ends_at(times), now_ms))
		return times->cancel_at_period_end ? PLAN_CANCELED : PLAN_EXPIRED;
	if (is_over(times->period_end_at, now_ms))
		return PLAN_PAST_DUE;
	if (times->trial_ends_at == NONE || is_over(times->trial_ends_at, now_ms))
		return PLAN_ACTIVE;
	return is_over(times->trial_ends_at - PLAN_TRIAL_NOTICE_MS, now_ms) ? PLAN_TRIAL_ENDING : PLAN_TRIALING;
}

const char *
plan_stage_status(enum plan_stage stage)
{
	return plan_stage_names[stage == PLAN_TRIAL_ENDING ? PLAN_TRIALING : stage];
}

bool
plan_stage_parse(const char *name, enum plan_stage *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(plan_stage_names); i++) {
		if (strcmp(plan_stage_names[i], name) == 0) {
			*ret = (enum plan_stage)i;
			return true;
		}
	}
	return false;
}

int64_t
plan_next_change(const struct plan_times *times, enum plan_stage told, int64_t now_ms)
{
	int64_t notice_at = times->trial_ends_at == NONE ? NONE : times->trial_ends_at - PLAN_TRIAL_NOTICE_MS;
	const int64_t changes[] = { notice_at, times->trial_ends_at, times->period_end_at, plan_ends_at(times) };
	int64_t next = NONE;

	if (plan_stage_at(times, now_ms) != told)
		return now_ms;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		if (!is_over(changes[i], now_ms))
			next = earlier(next, changes[i]);
	}
	return next;
}

int64_t
plan_period_end(const char *period, int64_t from_ms)
{
	if (strcmp(period, "one_time") == 0)
		return NONE;
	return time_add_months(from_ms, strcmp(period, "yearly") == 0 ? 12 : 1);
}
