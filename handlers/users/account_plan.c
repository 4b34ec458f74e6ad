/*
 * /account/plan and /account/payments: the signed-in person's own plan, and what they have paid (licensing.md section 3).
 */
#include "handlers/routes.h"

#include "handlers/users/account.h"
#include "handlers/users/own_plan.h"
#include "lib/text.h"

/* ---- how a payment is shown to whoever pays ---- */

/* What an app keeps in metadata is no word to the buyer. */
static const struct field own_payment_fields[] = {
	OUT_ID(struct payment, id, ID_PAYMENT),
	OUT_STRING(struct payment, order_id),
	OUT_ENUM(struct payment, kind, payment_kinds),
	OUT_ENUM(struct payment, status, payment_statuses),
	OUT_INT(struct payment, amount, .description = "In the currency's smallest part"),
	OUT_STRING(struct payment, currency),
	OUT_INT(struct payment, refunded_amount),
	OUT_ENUM(struct payment, provider, payment_provider_names),
	OUT_ID(struct payment, plan_id, ID_PLAN, .flags = FIELD_NULLABLE),
	OUT_ID(struct payment, item_id, ID_ITEM, .flags = FIELD_NULLABLE),
	OUT_STRING(struct payment, item_name, .flags = FIELD_NULLABLE),
	OUT_STRING(struct payment, buyer_email),
	OUT_STRING(struct payment, invoice_url, .flags = FIELD_NULLABLE, .description = "Where it is paid; null once it isn't pending any more"),
	OUT_TIME(struct payment, expires_at),
	OUT_TIME(struct payment, paid_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct payment, created_at),
	FIELDS_END,
};

/* ---- GET /account/payments ---- */

struct account_payments_input {
	struct {
		bool status, kind, order_id;
	} has;
	const char *status, *kind, *order_id;
};

static const struct field account_payments_input[] = {
	IN_ENUM(struct account_payments_input, status, payment_statuses, .in = IN_QUERY),
	IN_ENUM(struct account_payments_input, kind, payment_kinds, .in = IN_QUERY),
	IN_STRING(struct account_payments_input, order_id, .in = IN_QUERY, .min = 1, .max = 50, .check = ascii_check),
	FIELDS_END,
};

static enum err
find_payments(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	const struct account_payments_input *in = rq->input;
	struct q_payment_count_row total = { .total = NONE };
	struct payment_row *rows;

	TRY(q_payment_list(tx->db,
			   &(struct q_payment_list){
			       .project_id = rq->user.project_id,
			       .after_id = rq->page.after_id,
			       .status = in->status,
			       .kind = in->kind,
			       .order_id = in->order_id,
			       .user_id = rq->user.id,
			       .limit = rq->page.limit + 1,
			   },
			   &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_payment_count(tx->db,
				    &(struct q_payment_count){
					.project_id = rq->user.project_id,
					.status = in->status,
					.kind = in->kind,
					.order_id = in->order_id,
					.user_id = rq->user.id,
				    },
				    &total));
	struct payment *payments = ARENA_ARRAY(tx->arena, list->count, struct payment);
	for (size_t i = 0; i < list->count; i++)
		TRY(payment_of_row(tx, rq->user.project_id, &rows[i], &payments[i]));
	list->items = payments;
	list->total = total.total;
	return OK;
}

static enum verdict
account_payment_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = own_payment_fields,
		.item_size = sizeof(struct payment),
		.id_offset = offsetof(struct payment, id),
	};
	enum err e = find_payments(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- GET /account/plan ---- */

static enum verdict
account_plan_get(const struct request *rq, struct tx *tx)
{
	struct subject_plan plan;
	enum err e = plan_of_subject(tx, rq->user.project_id, rq->user.id, &plan);

	return e == OK ? reply(rq, 200, plan_assignment_fields, &plan.assignment) : fail_err(rq, e);
}

/* ---- PUT /account/plan ---- */

struct account_plan_input {
	struct {
		bool plan_key, buyer_email, return_url;
	} has;
	const char *plan_key, *buyer_email, *return_url;
};

static const struct field account_plan_input[] = {
	IN_STRING(struct account_plan_input, plan_key, .check = slug_check, .flags = FIELD_REQUIRED,
		  .description = "Of a public plan that isn't archived"),
	OWN_PLAN_WORDS(struct account_plan_input),
	FIELDS_END,
};

static struct plan_holder
holder_of(const struct request *rq)
{
	return (struct plan_holder){
		.org_id = rq->user.project_org_id,
		.project_id = rq->user.project_id,
		.user_id = rq->user.id,
		.label = rq->user.label != NULL ? rq->user.label : rq->user.email,
	};
}

static enum verdict
account_plan_put(const struct request *rq, struct tx *tx)
{
	const struct account_plan_input *in = rq->input;
	const struct plan_holder holder = holder_of(rq);
	struct q_account_get_row account;
	struct plan_chosen chosen;
	struct plan_row plan;
	enum err e = account_guard(rq, tx);

	if (e == OK)
		e = account_read(rq, tx, &account);
	if (e != OK)
		return fail_err(rq, e);
	const struct own_plan_choice own = {
		.holder = &holder,
		.own_email = account.email,
		.own_name = account.name,
		.buyer_email = in->buyer_email,
		.return_url = in->return_url,
		.back_url = own_page_url(rq, account.client_id, "account"),
	};
	e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = rq->user.project_id, .plan_key = in->plan_key }, &plan);
	enum verdict verdict = own_plan_choose(rq, tx, &own, e, &plan, "plan_key", &chosen);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	return chosen.is_to_be_paid ? reply(rq, 201, own_payment_fields, &chosen.payment)
				    : reply(rq, 200, plan_assignment_fields, &chosen.assignment);
}

/* ---- DELETE /account/plan ---- */

struct account_plan_end_input {
	struct {
		bool at_period_end;
	} has;
	bool at_period_end;
};

static const struct field account_plan_end_input[] = {
	IN_BOOL(struct account_plan_end_input, at_period_end, .in = IN_QUERY,
		.description = "Not now, but when what is paid for, or the assignment, ends: 200"),
	FIELDS_END,
};

static enum verdict
account_plan_delete(const struct request *rq, struct tx *tx)
{
	const struct account_plan_end_input *in = rq->input;
	const struct plan_holder holder = holder_of(rq);
	enum err e = account_guard(rq, tx);

	return e == OK ? plan_end(rq, tx, &holder, in->at_period_end) : fail_err(rq, e);
}

/* ---- the table ---- */

#define OF_AN_ACCOUNT .auth = AUTH_ACCOUNT_OR_TOKEN, .site = SITE_BOTH

const struct route account_plan_routes[] = {
	{
	    OF_AN_ACCOUNT,
	    .id = "account_plan_get",
	    .method = GET,
	    .path = "/api/v1/account/plan",
	    .summary = "Which plan are you on?",
	    .tx = TX_READ_ONE,
	    .output = plan_assignment_fields,
	    .handler = account_plan_get,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_plan_put",
	    .method = PUT,
	    .path = "/api/v1/account/plan",
	    .summary = "Choose your plan",
	    .description = "A free one is yours at once: 200. Of one that costs something a payment begins, which is 201 with where it is paid.",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .other_status = 201,
	    .other_output = own_payment_fields,
	    INPUT(struct account_plan_input, account_plan_input),
	    .output = plan_assignment_fields,
	    .errors = { ERR_NO_PAYMENT_PROVIDER, ERR_CURRENCY_NOT_SUPPORTED },
	    .handler = account_plan_put,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_plan_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/plan",
	    .summary = "End your plan",
	    .description = "204, and the project's default plan counts; with at_period_end=true 200 with what is left.",
	    .tx = TX_WRITE,
	    .status = 204,
	    .other_status = 200,
	    INPUT(struct account_plan_end_input, account_plan_end_input),
	    .output = plan_assignment_fields,
	    .handler = account_plan_delete,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_payment_list",
	    .method = GET,
	    .path = "/api/v1/account/payments",
	    .summary = "List your payments",
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST | ROUTE_SHOWS_SECRET,
	    INPUT(struct account_payments_input, account_payments_input),
	    .output = own_payment_fields,
	    .handler = account_payment_list,
	},
	ROUTES_END,
};
