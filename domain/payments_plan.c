/*
 * Payments for plans: the plan first, then the event, so that whoever gets the event can read the plan (licensing.md rule 27).
 */
#include "domain/payments_plan.h"

#include <string.h>

#include "domain/plans.h"
#include "lib/encode.h"

/* Stripe collects an hour after a period has begun. Until then nobody is told that the plan is past due. */
#define COLLECTION_MS (2 * HOUR_MS)

/* What the same plan is paid to already, when that is later than the payment; else NONE. */
static int64_t
paid_before(const struct subject_plan *now, const struct payment *payment)
{
	const struct plan_assignment *a = &now->assignment;
	bool is_same = a->plan_id != NULL && strcmp(a->plan_id, payment->plan_id) == 0 && strcmp(a->source, "payment") == 0;

	return is_same && a->current_period_end != NONE && a->current_period_end > payment->paid_at ? a->current_period_end : NONE;
}

/* What is paid early is added to what was paid before. */
static int64_t
period_end_of(const struct subject_plan *now, const struct payment *payment, const struct plan_row *plan, int64_t period_end)
{
	int64_t before = paid_before(now, payment), end;

	if (period_end != 0) {
		end = period_end + COLLECTION_MS;
		return before != NONE && before > end ? before : end;
	}
	end = plan_period_end(plan->period, before != NONE ? before : payment->paid_at);
	return end != NONE && before == NONE && payment->subscription_ref != NULL ? end + COLLECTION_MS : end;
}

static const char *
data_of(struct arena *arena, const struct payment *payment, const struct plan_row *plan)
{
	struct buffer data = buffer_new(arena);

	buffer_printf(&data, "{\"payment_id\":\"%s\",\"order_id\":", payment->id);
	buffer_json_string(&data, payment->order_id);
	buffer_printf(&data, ",\"plan_id\":\"%s\",\"plan_key\":\"%s\",\"plan_display_name\":", plan->id, plan->plan_key);
	buffer_json_string(&data, plan->display_name);
	buffer_printf(&data, ",\"plan_period\":\"%s\",\"user_id\":", plan->period);
	if (payment->user_id != NULL)
		buffer_json_string(&data, payment->user_id);
	else
		buffer_text(&data, "null");
	buffer_printf(&data, ",\"amount\":%lld,\"currency\":\"%s\",\"paid_at\":", (long long)payment->amount, payment->currency);
	buffer_json_time(&data, payment->paid_at);
	buffer_printf(&data, ",\"metadata\":%s}", payment->metadata);
	return buffer_string(&data);
}

const char *
payment_subject(const char *org_id, const char *user_id)
{
	return org_id != NULL ? org_id : user_id;
}

static enum err
assign(struct tx *tx, const char *org_id, const char *project_id, const struct payment *payment, const struct plan_row *plan,
       int64_t period_end)
{
	const char *subject_id = payment_subject(payment->org_id, payment->user_id);
	struct plan_row bought = *plan;
	struct plan_assignment assignment;
	struct subject_plan now;

	if (subject_id == NULL)
		return OK;
	bought.is_archived = false;	/* it was for sale when they bought it */
	enum err e = plan_guard_subject(tx, project_id, subject_id);
	if (e == ERR_NO_ROW)
		return OK;	/* they paid, and are gone */
	TRY(e);
	TRY(plan_of_subject(tx, project_id, subject_id, &now));
	return plan_assign(tx,
			   &(struct plan_assign){
			       .org_id = org_id,
			       .project_id = project_id,
			       .subject_id = subject_id,
			       .subject_label = payment->buyer_email,
			       .plan = &bought,
			       .source = "payment",
			       .expires_at = NONE,
			       .current_period_end = period_end_of(&now, payment, plan, period_end),
			       .payment_id = payment->id,
			   },
			   &assignment);
}

enum err
payment_give_plan(struct tx *tx, const char *org_id, const char *project_id, const struct payment *payment, int64_t period_end,
		  const char **ret_data)
{
	struct plan_row plan;
	enum err e = q_plan_get(tx->db, &(struct q_plan_get){ .project_id = project_id, .id = payment->plan_id }, &plan);

	if (e == ERR_NO_ROW) {
		*ret_data = NULL;	/* the plan is deleted; the payment's own data tell what there is */
		return OK;
	}
	TRY(e);
	TRY(assign(tx, org_id, project_id, payment, &plan, period_end));
	*ret_data = data_of(tx->arena, payment, &plan);
	return OK;
}

enum err
payment_end_plan(struct tx *tx, const char *org_id, const char *project_id, const struct payment *payment)
{
	const char *subject_id = payment_subject(payment->org_id, payment->user_id);
	struct subject_plan now;

	if (subject_id == NULL)
		return OK;
	enum err e = plan_guard_subject(tx, project_id, subject_id);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	TRY(plan_of_subject(tx, project_id, subject_id, &now));
	if (now.assignment.payment_id == NULL || strcmp(now.assignment.payment_id, payment->id) != 0)
		return OK;
	return plan_unassign(tx, org_id, project_id, subject_id, payment->buyer_email);
}
