/*
 * The state plan: what somebody may choose once they have proven who they are, before they go on (licensing.md rule 24).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "handlers/users/own_plan.h"

/* ---- what is shown ---- */

struct offered_plan {
	const char *id, *plan_key, *display_name;
	int64_t price;
	const char *currency, *period, *description, *features;
	bool current;
};

static const struct field offered_plan_fields[] = {
	OUT_ID(struct offered_plan, id, ID_PLAN),
	OUT_STRING(struct offered_plan, plan_key),
	OUT_STRING(struct offered_plan, display_name),
	OUT_INT(struct offered_plan, price, .description = "In the currency's least unit, for each period"),
	OUT_STRING(struct offered_plan, currency),
	OUT_ENUM(struct offered_plan, period, plan_periods),
	OUT_STRING(struct offered_plan, description, .flags = FIELD_NULLABLE),
	OUT_JSON(struct offered_plan, features, .description = "What it gives, by feature_key; null: without limit"),
	OUT_BOOL(struct offered_plan, current, .description = "The one that counts for them now"),
	FIELDS_END,
};

struct flow_payment {
	const char *id, *plan_id, *status, *invoice_url;
};

static const struct field flow_payment_fields[] = {
	OUT_ID(struct flow_payment, id, ID_PAYMENT),
	OUT_ID(struct flow_payment, plan_id, ID_PLAN),
	OUT_ENUM(struct flow_payment, status, payment_statuses),
	OUT_STRING(struct flow_payment, invoice_url, .flags = FIELD_NULLABLE | FIELD_SECRET,
		   .description = "Where it is paid; null once it isn't pending any more"),
	FIELDS_END,
};

const struct field flow_offer_fields[] = {
	OUT_LIST(struct flow_offer, plans, offered_plan_fields, struct offered_plan),
	OUT_BOOL(struct flow_offer, needs_email, .description = "The account has no address: choose of a plan that costs something takes buyer_email"),
	OUT_OBJECT(struct flow_offer, payment, flow_payment_fields, .flags = FIELD_NULLABLE,
		   .description = "That was begun here, paid or not"),
	FIELDS_END,
};

static enum err
read_plans(struct tx *tx, const struct flow *flow, struct field_list *ret)
{
	const struct q_plan_of_subject_row *effective;
	struct subject_plan now;
	struct plan *plans;
	size_t count;

	TRY(plans_offered(tx, flow->row.project_id, &plans, &count));
	TRY(plan_of_subject(tx, flow->row.project_id, flow->row.user_id, &now));
	effective = now.effective;
	struct offered_plan *offered = ARENA_ARRAY(tx->arena, count, struct offered_plan);
	for (size_t i = 0; i < count; i++)
		offered[i] = (struct offered_plan){
			.id = plans[i].id,
			.plan_key = plans[i].plan_key,
			.display_name = plans[i].display_name,
			.price = plans[i].price,
			.currency = plans[i].currency,
			.period = plans[i].period,
			.description = plans[i].description,
			.features = plans[i].features,
			.current = effective != NULL && strcmp(effective->id, plans[i].id) == 0,
		};
	*ret = (struct field_list){ .items = offered, .count = count };
	return OK;
}

static enum err
read_payment(struct tx *tx, const struct flow *flow, const struct flow_payment **ret)
{
	struct flow_payment *shown;
	struct payment payment;

	*ret = NULL;
	if (flow->data.payment_id == NULL)
		return OK;
	TRY(payment_read(tx, flow->row.project_id, flow->data.payment_id, &payment));
	shown = ARENA_NEW(tx->arena, struct flow_payment);
	*shown = (struct flow_payment){ payment.id, payment.plan_id, payment.status, payment.invoice_url };
	*ret = shown;
	return OK;
}

enum err
flow_read_offer(struct tx *tx, struct flow *flow)
{
	struct flow_offer *offer;

	if (flow->state != FLOW_PLAN || flow->row.user_id == NULL)
		return OK;
	offer = ARENA_NEW(tx->arena, struct flow_offer);
	*offer = (struct flow_offer){ .needs_email = flow->row.user_email == NULL };
	TRY(read_plans(tx, flow, &offer->plans));
	TRY(read_payment(tx, flow, &offer->payment));
	flow->offer = offer;
	return OK;
}

/* ---- is it shown? ---- */

/* Who only shows again that it's them, or adds a way in, is signed in. The console's plans are for organizations. */
static bool
may_be_due(const struct request *rq, const struct flow *flow)
{
	return flow->row.has_plans && flow->settings.plan_page != PLAN_PAGE_NEVER && flow->kind != FLOW_REAUTHENTICATE &&
	       flow->kind != FLOW_LINK && strcmp(flow->row.project_id, rq->console_id) != 0;
}

enum err
flow_is_plan_due(const struct request *rq, struct tx *tx, const struct flow *flow, bool *ret)
{
	struct subject_plan now;

	*ret = may_be_due(rq, flow);
	if (!*ret || flow->settings.plan_page == PLAN_PAGE_ALWAYS)
		return OK;
	TRY(plan_of_subject(tx, flow->row.project_id, flow->row.user_id, &now));
	*ret = now.effective == NULL || now.effective->subject_id == NULL;
	return OK;
}

/* ---- choose and skip ---- */

/*
 * The person's row first: whoever deletes them waits, or has taken the flow along. What has ended their sessions since they proved who they are
 * has ended this.
 */
static enum err
guard(struct tx *tx, struct flow *flow)
{
	if (flow->data.token_version != flow->row.user_token_version)
		return ERR_FLOW_EXPIRED;
	TRY(q_user_guard(tx->db, &(struct q_user_guard){ .project_id = flow->row.project_id, .id = flow->row.user_id }, NULL));
	TRY(flow_guard(tx, flow));
	tx->actor = (struct actor){ .kind = "user", .id = flow->row.user_id, .label = flow->row.user_email };
	return OK;
}

/* Back to this flow. An app with screens of its own says itself where they are. */
static const char *
back_url(const struct request *rq, const struct flow *flow)
{
	if (flow_is_direct(flow))
		return NULL;
	return arena_printf(rq->arena, "%s#%s", own_page_url(rq, flow->row.default_client_id, "plan"), flow->row.id);
}

static enum verdict
choose(const struct request *rq, struct tx *tx, const struct flow *flow, struct plan_chosen *ret)
{
	const struct flow_choose_input *in = rq->input;
	const struct plan_holder holder = {
		.org_id = flow->row.org_id,
		.project_id = flow->row.project_id,
		.user_id = flow->row.user_id,
		.label = flow->row.user_email,
	};
	const struct own_plan_choice own = {
		.holder = &holder,
		.own_email = flow->row.user_email,
		.own_name = flow->row.user_name,
		.buyer_email = in->buyer_email,
		.return_url = in->return_url,
		.back_url = back_url(rq, flow),
	};
	struct plan_row plan;
	enum err e = q_plan_get(tx->db, &(struct q_plan_get){ .project_id = holder.project_id, .id = in->id }, &plan);

	return own_plan_choose(rq, tx, &own, e, &plan, "id", ret);
}

enum verdict
flow_choose(const struct request *rq, struct tx *tx)
{
	const struct flow_choose_input *in = rq->input;
	struct plan_chosen chosen;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_CHOOSE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = guard(tx, &flow);
	if (e != OK)
		return flow_end(rq, tx, &flow, e);
	verdict = choose(rq, tx, &flow, &chosen);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (!chosen.is_to_be_paid)
		return flow_end(rq, tx, &flow, flow_advance(tx, &flow, FLOW_NOTHING_DUE));
	flow.data.payment_id = chosen.payment.id;
	e = flow_advance(tx, &flow, FLOW_PAYMENT_BEGUN);
	if (e == OK)
		e = flow_read_offer(tx, &flow);
	return e == OK ? flow_reply_away(rq, &flow, chosen.payment.invoice_url) : flow_end(rq, tx, &flow, e);
}

enum verdict
flow_skip(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SKIP, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	return flow_end(rq, tx, &flow, flow_advance(tx, &flow, FLOW_NOTHING_DUE));
}
