/*
 * What comes of a plan that somebody chose: an assignment, or a payment.
 */
#include "domain/plan_choice.h"

#include <string.h>

bool
plan_is_offered(const struct plan_row *plan)
{
	return plan->is_public && !plan->is_archived;
}

enum err
plans_offered(struct tx *tx, const char *project_id, struct plan **ret, size_t *ret_count)
{
	struct plan_row *rows;
	struct plan *plans;
	size_t count;

	TRY(q_plan_list(tx->db,
			&(struct q_plan_list){
			    .project_id = project_id,
			    .is_open = true,
			    .archived = NONE,
			    .limit = PLAN_OFFER_MAX,
			},
			&rows, &count));
	TRY(plans_of_rows(tx, project_id, rows, count, &plans));
	*ret = plans;
	*ret_count = count;
	return OK;
}

/* For good: not on trial, not until some day. */
static bool
is_on_it(const struct subject_plan *now, const struct plan_choice *choice)
{
	const char *plan_id = now->assignment.plan_id;

	return plan_id != NULL && strcmp(plan_id, choice->plan->id) == 0 && plan_ends_at(&now->times) == NONE;
}

static enum err
take_free(struct tx *tx, const struct plan_choice *choice, struct plan_assignment *ret)
{
	struct subject_plan now;

	TRY(plan_of_subject(tx, choice->project_id, choice->user_id, &now));
	if (is_on_it(&now, choice)) {
		*ret = now.assignment;
		return OK;
	}
	return plan_assign(tx,
			   &(struct plan_assign){
			       .org_id = choice->org_id,
			       .project_id = choice->project_id,
			       .subject_id = choice->user_id,
			       .subject_label = choice->user_label,
			       .plan = choice->plan,
			       .source = "page",
			       .expires_at = NONE,
			       .current_period_end = NONE,
			   },
			   ret);
}

static enum err
begin_payment(struct tx *tx, const struct plan_choice *choice, struct payment *ret)
{
	const struct payment_order order = {
		.kind = PAYMENT_FOR_PLAN,
		.user_id = choice->user_id,
		.plan_id = choice->plan->id,
		.amount = choice->plan->price,
		.currency = choice->plan->currency,
		.buyer_email = choice->buyer_email,
		.buyer_name = choice->buyer_name,
		.item_name = choice->plan->display_name,
		.return_url = choice->return_url,
	};
	enum err e = payment_find_begun(tx, choice->project_id, &order, ret);

	return e == ERR_NO_ROW ? payment_make(tx, choice->org_id, choice->project_id, &order, ret) : e;
}

enum err
plan_choose(struct tx *tx, const struct plan_choice *choice, struct plan_chosen *ret)
{
	struct plan_chosen chosen = { .is_to_be_paid = choice->plan->price > 0 };

	if (!plan_is_offered(choice->plan))
		return ERR_PLAN_ARCHIVED;
	if (chosen.is_to_be_paid)
		TRY(begin_payment(tx, choice, &chosen.payment));
	else
		TRY(take_free(tx, choice, &chosen.assignment));
	*ret = chosen;
	return OK;
}
