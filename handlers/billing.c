/*
 * GET /api/v1/billing and /invoices: what an organization is on, what it used, and what it owes (licensing.md section 3).
 */
#include "handlers/routes.h"

#include "domain/billing.h"
#include "domain/caps.h"
#include "domain/features.h"
#include "domain/plan_choice.h"
#include "domain/plans.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/plans.h"

struct billing_plan {
	const char *plan_key, *display_name;
	int64_t price;
	const char *currency, *period;
	int64_t trial_ends_at, current_period_end, expires_at;
	bool cancel_at_period_end;
};

static const struct field billing_plan_fields[] = {
	OUT_STRING(struct billing_plan, plan_key),
	OUT_STRING(struct billing_plan, display_name),
	OUT_INT(struct billing_plan, price, .description = "In the currency's least unit"),
	OUT_STRING(struct billing_plan, currency),
	OUT_ENUM(struct billing_plan, period, plan_periods),
	OUT_TIME(struct billing_plan, trial_ends_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct billing_plan, current_period_end, .flags = FIELD_NULLABLE),
	OUT_TIME(struct billing_plan, expires_at, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct billing_plan, cancel_at_period_end),
	FIELDS_END,
};

struct next_invoice {
	const char *period, *currency;
	struct field_list lines;
	int64_t total;
	const char *status;
	int64_t opens_at;
};

static const struct field next_invoice_fields[] = {
	OUT_STRING(struct next_invoice, period),
	OUT_STRING(struct next_invoice, currency),
	OUT_LIST(struct next_invoice, lines, invoice_line_fields, struct invoice_line),
	OUT_INT(struct next_invoice, total),
	OUT_ENUM(struct next_invoice, status, invoice_statuses),
	OUT_TIME(struct next_invoice, opens_at),
	FIELDS_END,
};

struct billing {
	const struct billing_plan *plan;
	const char *limits;
	struct field_list caps;
	struct field_list usage;
	const struct next_invoice *next_invoice;
	struct field_list plans;
};

static const struct field billing_fields[] = {
	OUT_OBJECT(struct billing, plan, billing_plan_fields, .flags = FIELD_NULLABLE, .description = "null: the installation sells none"),
	OUT_JSON(struct billing, limits, .description = "What the plan's features allow, by their keys; null: without limit"),
	OUT_LIST(struct billing, caps, cap_fields, struct cap, .description = "What there may be of some things, and how many there are"),
	OUT_LIST(struct billing, usage, meter_bill_fields, struct meter_bill, .description = "This month of UTC, all projects together"),
	OUT_OBJECT(struct billing, next_invoice, next_invoice_fields, .flags = FIELD_NULLABLE, .description = "If the month ended now"),
	OUT_LIST(struct billing, plans, plan_fields, struct plan, .description = "That the organization may choose from"),
	FIELDS_END,
};

static void
show_plan(const struct org_plan_row *row, struct billing_plan *ret)
{
	*ret = (struct billing_plan){
		.plan_key = row->plan_key,
		.display_name = row->display_name,
		.price = row->price,
		.currency = row->currency,
		.period = row->period,
		.trial_ends_at = row->trial_ends_at,
		.current_period_end = row->current_period_end_at,
		.expires_at = row->expires_at,
		.cancel_at_period_end = row->cancel_at_period_end == 1,
	};
}

static void
show_next(const struct request *rq, const struct bill *bill, struct next_invoice *ret)
{
	*ret = (struct next_invoice){
		.period = period_name(rq->arena, bill->period_at),
		.currency = bill->held->currency,
		.lines = bill->lines,
		.total = bill->total,
		.status = "draft",
		.opens_at = time_add_months(bill->period_at, 1),
	};
}

static enum err
find_plans(const struct request *rq, struct tx *tx, struct field_list *ret)
{
	struct plan *plans;
	size_t count;

	TRY(plans_offered(tx, rq->console_id, &plans, &count));
	*ret = (struct field_list){ .items = plans, .count = count };
	return OK;
}

static enum verdict
billing_get(const struct request *rq, struct tx *tx)
{
	struct feature_subjects subjects = { .user_id = rq->org.id };
	struct billing billing = { .plan = NULL };
	struct next_invoice next;
	struct billing_plan plan;
	struct feature_value *features;
	struct cap caps[CAP_COUNT];
	size_t count;
	struct bill bill;

	enum err e = bill_make(tx, rq->console_id, rq->org.id, time_month_start(rq->now_ms), &bill);
	if (e == OK)
		e = features_of(tx, rq->console_id, &subjects, &features, &count);
	if (e == OK)
		e = find_plans(rq, tx, &billing.plans);
	if (e == OK)
		e = caps_read(tx, rq->org.id, caps);
	if (e != OK)
		return fail_err(rq, e);
	billing.limits = features_object(rq->arena, features, count);
	billing.caps = (struct field_list){ .items = caps, .count = CAP_COUNT };
	billing.usage = bill.meters;
	if (bill.plan != NULL) {
		show_plan(bill.plan, &plan);
		billing.plan = &plan;
	}
	if (bill.held != NULL) {
		show_next(rq, &bill, &next);
		billing.next_invoice = &next;
	}
	return reply(rq, 200, billing_fields, &billing);
}

/* ---- invoices ---- */

static enum err
find_invoices(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_invoice_count_row count = { .total = NONE };
	struct invoice_row *rows;

	TRY(q_invoice_list(tx->db,
			   &(struct q_invoice_list){
			       .org_id = rq->org.id, .after_id = rq->page.after_id, .limit = rq->page.limit + 1 },
			   &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_invoice_count(tx->db, &(struct q_invoice_count){ .org_id = rq->org.id }, &count));
	struct invoice *invoices = ARENA_ARRAY(rq->arena, list->count, struct invoice);
	for (size_t i = 0; i < list->count; i++)
		invoices[i] = invoice_of_row(rq->arena, &rows[i]);
	list->items = invoices;
	list->total = count.total;
	return OK;
}

static enum verdict
invoice_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = invoice_fields,
		.item_size = sizeof(struct invoice),
		.id_offset = offsetof(struct invoice, id),
	};
	enum err e = find_invoices(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

struct invoice_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field invoice_path[] = {
	IN_ID(struct invoice_path, id, ID_INVOICE, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
invoice_get(const struct request *rq, struct tx *tx)
{
	const struct invoice_path *in = rq->input;
	struct invoice_row row;
	enum err e = q_invoice_get(tx->db, &(struct q_invoice_get){ .org_id = rq->org.id, .id = in->id }, &row);

	if (e != OK)
		return fail_err(rq, e);
	struct invoice invoice = invoice_of_row(rq->arena, &row);
	return reply(rq, 200, invoice_fields, &invoice);
}

const struct route billing_routes[] = {
	{
	    .id = "billing_get",
	    .method = GET,
	    .path = "/api/v1/billing",
	    .summary = "The organization's plan, its use this month, and the next invoice",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_BILLING_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_UNMETERED,
	    .output = billing_fields,
	    .handler = billing_get,
	},
	{
	    .id = "invoice_list",
	    .method = GET,
	    .path = "/api/v1/invoices",
	    .summary = "List invoices",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_BILLING_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = invoice_fields,
	    .handler = invoice_list,
	},
	{
	    .id = "invoice_get",
	    .method = GET,
	    .path = "/api/v1/invoices/{id}",
	    .summary = "Get an invoice",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_BILLING_READ,
	    .tx = TX_READ_ONE,
	    INPUT(struct invoice_path, invoice_path),
	    .output = invoice_fields,
	    .handler = invoice_get,
	},
	ROUTES_END,
};
