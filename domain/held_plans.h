/*
 * What organizations are on and were on: an invoice goes by the plan that held in its month, as it was then (licensing.md rule 36).
 */
#ifndef GATEHOUSE_DOMAIN_HELD_PLANS_H
#define GATEHOUSE_DOMAIN_HELD_PLANS_H

#include "sql/gen/queries.h"
#include "sql/tx.h"

/*
 * The one that a month goes by, up to now where it isn't over: the dearest that held in it; of equals one that was paid at a checkout, else the
 * last. NULL: none held. Two statements.
 */
enum err held_plan_find(struct tx *, const char *console_id, const char *org_id, int64_t period_at, const struct held_plan_row **ret) MUST_CHECK;

/*
 * Whether its price is billed with that month. One by the year or once is, where it was given, with the month in which it began, and by the
 * year with each such month after. What was paid at a checkout never is.
 */
bool held_plan_is_due(const struct held_plan_row *, int64_t period_at);

/*
 * To be called before it changes: keeps what the organization is on (NULL: what each is on), with plan_id where it is that plan alone. Where the
 * console has no plans, nothing is kept.
 */
enum err held_plans_remember(struct tx *, const char *org_id, const char *plan_id) MUST_CHECK;

#endif
