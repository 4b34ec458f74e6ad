/*
 * What a provider says of subscriptions, and what it is told of them.
 */
#include "domain/subscriptions.h"

#include <string.h>

#include "domain/job_queue.h"
#include "domain/payments_plan.h"
#include "domain/plans.h"

/* ---- what the provider is told ---- */

/* *ret NULL: none, or no payment. */
static enum err
find_ref(struct tx *tx, const char *project_id, const char *payment_id, const char **ret)
{
	struct q_payment_subscription_row row = { .subscription_ref = NULL };

	if (payment_id != NULL) {
		enum err e = q_payment_subscription(tx->db, &(struct q_payment_subscription){ .project_id = project_id, .id = payment_id }, &row);
		if (e != OK && e != ERR_NO_ROW)
			return e;
	}
	*ret = row.subscription_ref;
	return OK;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static enum err
queue_end(struct tx *tx, const char *project_id, const char *payment_id, const char *when)
{
	const char *job_id;

	return job_queue(tx, project_id, JOB_SUBSCRIPTION_END,
			 arena_printf(tx->arena, "{\"payment_id\":\"%s\",\"when\":\"%s\"}", payment_id, when), &job_id);
}

enum err
subscription_replace(struct tx *tx, const char *project_id, const char *payment_id, const char *successor_id)
{
	const char *old, *new;

	TRY(find_ref(tx, project_id, payment_id, &old));
	if (old == NULL)
		return OK;
	TRY(find_ref(tx, project_id, successor_id, &new));
	return is_same(old, new) ? OK : queue_end(tx, project_id, payment_id, SUBSCRIPTION_END_NOW);
}

enum err
subscription_stop(struct tx *tx, const char *project_id, const char *payment_id)
{
	const char *ref;

	TRY(find_ref(tx, project_id, payment_id, &ref));
	return ref == NULL ? OK : queue_end(tx, project_id, payment_id, SUBSCRIPTION_END_WITH_PERIOD);
}

/* ---- what the provider says ---- */

struct news {
	struct tx *tx;
	const char *org_id, *project_id;
	const struct payment_row *first;
	const struct payment_notice *notice;
};

/* What they are on, if it is this subscription that pays for it. */
static enum err
find_plan(const struct news *news, struct subject_plan *ret, bool *ret_is_of_it)
{
	const char *subject_id = payment_subject(news->first->org_id, news->first->user_id), *ref;

	*ret_is_of_it = false;
	if (subject_id == NULL)
		return OK;
	enum err e = plan_guard_subject(news->tx, news->project_id, subject_id);
	if (e == ERR_NO_ROW)
		return OK;	/* gone */
	TRY(e);
	TRY(plan_of_subject(news->tx, news->project_id, subject_id, ret));
	TRY(find_ref(news->tx, news->project_id, ret->assignment.payment_id, &ref));
	*ret_is_of_it = is_same(ref, news->notice->subscription_ref);
	return OK;
}

/* Who wants no more is charged once more when the provider hears of it too late: they have that period, and then it is over. */
static enum err
keep_stopped(const struct news *news, const struct subject_plan *before)
{
	struct plan_assignment assignment;
	struct subject_plan now;
	bool is_of_it;

	if (!before->assignment.cancel_at_period_end)
		return OK;
	TRY(find_plan(news, &now, &is_of_it));
	if (!is_of_it)
		return OK;
	TRY(plan_cancel_later(news->tx, news->org_id, news->project_id, &now, news->first->buyer_email, &assignment));
	return subscription_stop(news->tx, news->project_id, now.assignment.payment_id);
}

static enum err
take_renewal(const struct news *news, bool *ret_moved, const char **ret_payment_id)
{
	const struct payment_notice *notice = news->notice;
	struct payment_news paid = { .status = notice->status, .paid_at = NONE, .period_end = notice->period_end };
	struct subject_plan before;
	struct payment_row row;
	bool is_of_it;

	TRY(find_plan(news, &before, &is_of_it));
	/* It brought a plan, and that was given up since: the provider charged before it heard of that. */
	paid.is_for_nothing = !is_of_it && news->first->paid_at != NONE;
	TRY(payment_renew(news->tx, news->org_id, news->project_id, news->first, notice->invoice_ref, notice->subscription_ref, &row));
	TRY(payment_move(news->tx, news->org_id, news->project_id, &row, &paid, ret_moved));
	*ret_payment_id = row.id;
	if (!*ret_moved)
		return OK;
	if (paid.is_for_nothing)
		return queue_end(news->tx, news->project_id, row.id, SUBSCRIPTION_END_NOW);
	return is_of_it ? keep_stopped(news, &before) : OK;
}

/* One that was paid after all may have been told before. */
static enum err
take_no_renewal(const struct news *news, bool *ret_moved)
{
	struct q_payment_by_ref_row paid;
	struct subject_plan plan;
	bool is_of_it;
	enum err e = q_payment_by_ref(news->tx->db,
				      &(struct q_payment_by_ref){
					  .project_id = news->project_id,
					  .provider = news->first->provider,
					  .provider_ref = news->notice->invoice_ref,
				      },
				      &paid);

	if (e != ERR_NO_ROW)
		return e;
	TRY(find_plan(news, &plan, &is_of_it));
	if (!is_of_it)
		return OK;
	*ret_moved = true;
	return plan_fall_due(news->tx, news->org_id, news->project_id, &plan);
}

static enum err
take_end(const struct news *news, bool *ret_moved)
{
	struct plan_assignment assignment;
	struct subject_plan plan;
	bool is_of_it;

	TRY(find_plan(news, &plan, &is_of_it));
	if (!is_of_it || plan.assignment.cancel_at_period_end || plan.effective == NULL || plan.effective->subject_id == NULL)
		return OK;
	*ret_moved = true;
	return plan_cancel_later(news->tx, news->org_id, news->project_id, &plan, news->first->buyer_email, &assignment);
}

enum err
subscription_take_notice(struct tx *tx, const char *org_id, const char *project_id, const struct payment_row *first,
			 const struct payment_notice *notice, bool *ret_moved, const char **ret_payment_id)
{
	const struct news news = { .tx = tx, .org_id = org_id, .project_id = project_id, .first = first, .notice = notice };
	bool is_anothers = first->subscription_ref != NULL && !is_same(first->subscription_ref, notice->subscription_ref);

	*ret_moved = false;
	*ret_payment_id = first->id;
	if (is_anothers || first->plan_id == NULL)
		return OK;
	switch (notice->about) {
	case NOTICE_OF_RENEWAL:	   return take_renewal(&news, ret_moved, ret_payment_id);
	case NOTICE_OF_NO_RENEWAL: return take_no_renewal(&news, ret_moved);
	case NOTICE_OF_END:	   return take_end(&news, ret_moved);
	case NOTICE_OF_PAYMENT:	   return OK;
	}
	return OK;
}
