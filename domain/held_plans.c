/*
 * A month's plans are those that were kept when they changed, then what was assigned, then the default plan: each from when the one before ended.
 */
#include "domain/held_plans.h"

#include <string.h>

#include "lib/encode.h"

/* The longest month, and the next, in which its invoice may be late. */
#define KEPT_MS (70 * DAY_MS)
#define NEVER_MS INT64_MAX

struct search {
	int64_t from, until;	/* of the month */
	int64_t since;		/* when the plan before ended */
	const struct held_plan_row *best;
};

static bool
is_paid(const struct held_plan_row *plan)
{
	return plan->source != NULL && strcmp(plan->source, "payment") == 0;
}

static int64_t
price_of_year(const struct held_plan_row *plan)
{
	return strcmp(plan->period, "monthly") == 0 ? 12 * plan->price : plan->price;
}

static bool
is_ahead(const struct held_plan_row *best, const struct held_plan_row *plan)
{
	if (best == NULL)
		return true;
	if (price_of_year(plan) != price_of_year(best))
		return price_of_year(plan) > price_of_year(best);
	return !is_paid(best);
}

static void
look_at(struct search *search, const struct held_plan_row *plan)
{
	int64_t began_at = plan->began_at > search->since ? plan->began_at : search->since;
	int64_t ended_at = plan->ended_at != NONE ? plan->ended_at : NEVER_MS;

	if (began_at < search->until && ended_at > search->from && ended_at > began_at && is_ahead(search->best, plan))
		search->best = plan;
	if (ended_at > search->since)
		search->since = ended_at;
}

/* Who was assigned the default plan is still on it when that has ended. */
static const struct held_plan_row *
standard_after(struct arena *arena, const struct held_plan_row *assigned)
{
	struct held_plan_row *standard = ARENA_ARRAY(arena, 1, struct held_plan_row);

	*standard = *assigned;
	standard->source = NULL;
	standard->ended_at = NONE;
	return standard;
}

enum err
held_plan_find(struct tx *tx, const char *console_id, const char *org_id, int64_t period_at, const struct held_plan_row **ret)
{
	int64_t month_end = time_add_months(period_at, 1);
	struct search search = { .from = period_at, .until = month_end <= tx->now_ms ? month_end : tx->now_ms + 1 };
	struct held_plan_row *past, *now;
	size_t past_count, now_count;

	TRY(q_org_plan_past(tx->db, &(struct q_org_plan_past){ .org_id = org_id, .after = period_at }, &past, &past_count));
	TRY(q_org_plan_now(tx->db, &(struct q_org_plan_now){ .console_id = console_id, .org_id = org_id }, &now, &now_count));
	for (size_t i = 0; i < past_count; i++)
		look_at(&search, &past[i]);
	for (size_t i = 0; i < now_count; i++) {
		look_at(&search, &now[i]);
		if (now[i].is_default != NONE && now[i].ended_at != NONE)
			look_at(&search, standard_after(tx->arena, &now[i]));
	}
	*ret = search.best;
	return OK;
}

bool
held_plan_is_due(const struct held_plan_row *plan, int64_t period_at)
{
	int64_t due_at = time_month_start(plan->began_at);

	if (plan->price == 0 || is_paid(plan))
		return false;
	if (strcmp(plan->period, "monthly") == 0)
		return true;
	if (plan->source == NULL)
		return false;
	while (strcmp(plan->period, "yearly") == 0 && due_at < period_at)
		due_at = time_add_months(due_at, 12);
	return due_at == period_at;
}

enum err
held_plans_remember(struct tx *tx, const char *org_id, const char *plan_id)
{
	return q_org_plan_remember(
	    tx->db, &(struct q_org_plan_remember){ .org_id = org_id, .plan_id = plan_id, .expires_at = tx->now_ms + KEPT_MS }, NULL);
}
