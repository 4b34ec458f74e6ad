/*
 * How an assignment of a plan stands, by its times and the clock (licensing.md rule 18).
 */
#ifndef GATEHOUSE_LIB_PLANS_H
#define GATEHOUSE_LIB_PLANS_H

#include "lib/base.h"

/* What is paid late still counts for so long. */
#define PLAN_GRACE_MS (3 * DAY_MS)
/* A trial's end is told so long before. */
#define PLAN_TRIAL_NOTICE_MS (3 * DAY_MS)

/* In the order in which an assignment may go through them. */
enum plan_stage {
	PLAN_TRIALING,
	PLAN_TRIAL_ENDING,	/* trialing as well; its end is near */
	PLAN_ACTIVE,
	PLAN_PAST_DUE,
	PLAN_CANCELED,
	PLAN_EXPIRED,
};

/* Of each stage, its own word. */
extern const char *const plan_stage_names[];
/* trialing, active, past_due, canceled, expired; ended by NULL. */
extern const char *const plan_statuses[];
/* monthly, yearly, one_time */
extern const char *const plan_periods[];
/* admin, claims, page, payment */
extern const char *const plan_sources[];

/* Each may be NONE. A trial is a period of its own: both end at once. */
struct plan_times {
	int64_t trial_ends_at;
	int64_t period_end_at;		/* what is paid for */
	int64_t expires_at;		/* it ends then, without grace */
	bool cancel_at_period_end;
};

enum plan_stage plan_stage_at(const struct plan_times *, int64_t now_ms);
const char *plan_stage_status(enum plan_stage) RETURNS_NONNULL;
/* False for a word that no stage has. */
bool plan_stage_parse(const char *name, enum plan_stage *ret);
/* When it stops counting; NONE: never. */
int64_t plan_ends_at(const struct plan_times *);
/* When the stage is another than `told`: now, or the next time at which it changes; NONE: never. */
int64_t plan_next_change(const struct plan_times *, enum plan_stage told, int64_t now_ms);
/* The end of a period that begins then; NONE for what is paid once. */
int64_t plan_period_end(const char *period, int64_t from_ms);

#endif
