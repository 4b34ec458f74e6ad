/*
 * Choosing and ending a plan, for whoever may: its holder and, of ending it, the project's members.
 */
#include "handlers/users/own_plan.h"

#include <string.h>

#include "domain/subscriptions.h"
#include "lib/text.h"

const char *
own_page_url(const struct request *rq, const char *client_id, const char *page)
{
	return arena_printf(rq->arena, "%s/p/%s/%s", rq->own_issuer != NULL ? rq->own_issuer : rq->config->auth_url, client_id, page);
}

/* ---- ending ---- */

static enum verdict
end_later(const struct request *rq, struct tx *tx, const struct plan_holder *holder)
{
	struct plan_assignment assignment;
	struct subject_plan plan;
	enum err e = plan_of_subject(tx, holder->project_id, holder->user_id, &plan);

	if (e != OK)
		return fail_err(rq, e);
	if (plan.assignment.plan_id != NULL && plan_ends_at(&plan.times) == NONE)
		return fail_field(rq, "at_period_end", "no_period", "It has no end. Take it away at once instead.");
	e = plan_cancel_later(tx, holder->org_id, holder->project_id, &plan, holder->label, &assignment);
	if (e == OK)
		e = subscription_stop(tx, holder->project_id, plan.assignment.payment_id);
	return e == OK ? reply(rq, 200, plan_assignment_fields, &assignment) : fail_err(rq, e);
}

enum verdict
plan_end(const struct request *rq, struct tx *tx, const struct plan_holder *holder, bool is_later)
{
	if (is_later)
		return end_later(rq, tx, holder);
	enum err e = plan_unassign(tx, holder->org_id, holder->project_id, holder->user_id, holder->label);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- choosing ---- */

/* The console's plans are for organizations, not for its people. */
static bool
is_open_to(const struct request *rq, const struct plan_holder *holder, const struct plan_row *plan)
{
	return strcmp(holder->project_id, rq->console_id) != 0 && plan_is_offered(plan);
}

/* Who pays, and where they go afterwards. */
static enum verdict
take_words(const struct request *rq, struct tx *tx, const struct own_plan_choice *own, struct plan_choice *choice)
{
	const char *email = own->buyer_email != NULL ? own->buyer_email : own->own_email;
	const char *key;
	bool is_ours = true;

	if (email == NULL)
		return fail_field(rq, "buyer_email", "required", "Your account has no e-mail address: say where word of the payment goes.");
	if (!email_key(rq->arena, email, &key))
		return fail_field(rq, "buyer_email", "email", "That isn't an e-mail address.");
	if (own->return_url != NULL) {
		enum err e = payment_return_url_is_ours(tx, choice->project_id, own->return_url, &is_ours);
		if (e != OK)
			return fail_err(rq, e);
	}
	if (!is_ours)
		return fail_field(rq, "return_url", "origin", "None of the project's clients has a redirect URI on that origin.");
	choice->buyer_email = email;
	choice->return_url = own->return_url != NULL ? own->return_url : own->back_url;
	return go_on(rq);
}

enum verdict
own_plan_choose(const struct request *rq, struct tx *tx, const struct own_plan_choice *own, enum err e, const struct plan_row *plan,
		const char *field, struct plan_chosen *ret)
{
	const struct plan_holder *holder = own->holder;
	struct plan_choice choice = {
		.org_id = holder->org_id,
		.project_id = holder->project_id,
		.user_id = holder->user_id,
		.user_label = holder->label,
		.plan = plan,
		.buyer_name = own->own_name != NULL && own->own_name[0] != '\0' ? own->own_name : NULL,
	};

	if (e == ERR_NO_ROW || (e == OK && !is_open_to(rq, holder, plan)))
		return fail_field(rq, field, "unknown", "There is no such plan to choose.");
	if (e != OK)
		return fail_err(rq, e);
	enum verdict verdict = plan->price > 0 ? take_words(rq, tx, own, &choice) : go_on(rq);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	e = plan_choose(tx, &choice, ret);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}
