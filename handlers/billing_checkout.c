/*
 * POST /api/v1/billing/checkout: an organization begins to pay for a plan of the console, or for an invoice. What follows is a payment of the
 * console project's, by whoever that one is paid (licensing.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/installation.h"
#include "domain/payments.h"
#include "fcgi/request.h"
#include "lib/text.h"

struct billing_checkout_input {
	struct {
		bool plan_key, invoice_id;
	} has;
	const char *plan_key, *invoice_id;
};

static const struct field billing_checkout_input[] = {
	IN_STRING(struct billing_checkout_input, plan_key, .check = slug_check, .description = "The plan, or"),
	IN_ID(struct billing_checkout_input, invoice_id, ID_INVOICE, .description = "the invoice: one of them"),
	FIELDS_END,
};

struct checkout {
	const struct request *rq;
	struct tx *tx;
	struct installation installation;
	struct payment_order order;
	struct payment payment;
	bool is_known;	/* it is being paid already */
};

static struct payment_order
order_of(const struct request *rq, const char *kind, int64_t amount, const char *currency)
{
	return (struct payment_order){
		.kind = kind,
		.user_id = rq->user.id,
		.org_id = rq->org.id,
		.amount = amount,
		.currency = currency,
		.buyer_email = rq->user.email,
		.buyer_name = rq->user.name,
		.return_url = arena_printf(rq->arena, "%s/dashboard/orgs/%s/billing", rq->config->public_url, rq->org.id),
	};
}

/* One that everybody may see: the operator gives the others. */
static enum verdict
order_plan(struct checkout *checkout)
{
	const struct request *rq = checkout->rq;
	const struct billing_checkout_input *in = rq->input;
	struct plan_row plan;
	enum err e = q_plan_by_key(checkout->tx->db, &(struct q_plan_by_key){ .project_id = rq->console_id, .plan_key = in->plan_key }, &plan);

	if (e == ERR_NO_ROW || (e == OK && !plan.is_public))
		return fail_field(rq, "plan_key", "unknown", "There is no such plan.");
	if (e == OK && plan.is_archived)
		e = ERR_PLAN_ARCHIVED;
	if (e == OK && plan.price == 0)
		e = ERR_FREE_PLAN;
	if (e != OK)
		return fail_err(rq, e);
	checkout->order = order_of(rq, PAYMENT_FOR_PLAN, plan.price, plan.currency);
	checkout->order.plan_id = plan.id;
	checkout->order.item_name = plan.display_name;
	e = payment_find_begun(checkout->tx, rq->console_id, &checkout->order, &checkout->payment);
	checkout->is_known = e == OK;
	return e == OK || e == ERR_NO_ROW ? go_on(rq) : fail_err(rq, e);
}

/* A payment for it that is pending still is the one. */
static enum err
find_pending(struct checkout *checkout, const char *payment_id)
{
	if (payment_id == NULL)
		return OK;
	enum err e = payment_read(checkout->tx, checkout->installation.console_id, payment_id, &checkout->payment);
	checkout->is_known = e == OK && checkout->payment.invoice_url != NULL && checkout->payment.expires_at > checkout->rq->now_ms;
	return e == ERR_NO_ROW ? OK : e;
}

static enum verdict
order_invoice(struct checkout *checkout)
{
	const struct request *rq = checkout->rq;
	const struct billing_checkout_input *in = rq->input;
	struct invoice_row invoice;
	enum err e = q_invoice_get(checkout->tx->db, &(struct q_invoice_get){ .org_id = rq->org.id, .id = in->invoice_id }, &invoice);

	if (e == ERR_NO_ROW)
		return fail_field(rq, "invoice_id", "unknown", "The organization has no such invoice.");
	if (e == OK && strcmp(invoice.status, "open") != 0)
		e = ERR_INVOICE_NOT_OPEN;
	if (e == OK)
		e = find_pending(checkout, invoice.payment_id);
	if (e != OK)
		return fail_err(rq, e);
	checkout->order = order_of(rq, PAYMENT_FOR_INVOICE, invoice.total, invoice.currency);
	checkout->order.invoice_id = invoice.id;
	checkout->order.item_name = arena_printf(rq->arena, "Invoice No. %lld", (long long)invoice.number);
	return go_on(rq);
}

static enum err
begin_payment(struct checkout *checkout)
{
	const struct installation *installation = &checkout->installation;
	uint64_t matched = 0;

	TRY(payment_make(checkout->tx, installation->operator_org_id, installation->console_id, &checkout->order, &checkout->payment));
	if (checkout->order.invoice_id == NULL)
		return OK;
	TRY(q_invoice_set_payment(checkout->tx->db,
				  &(struct q_invoice_set_payment){
				      .org_id = checkout->rq->org.id,
				      .id = checkout->order.invoice_id,
				      .payment_id = checkout->payment.id,
				  },
				  &matched));
	return matched == 1 ? OK : ERR_INVOICE_NOT_OPEN;
}

static enum verdict
billing_checkout(const struct request *rq, struct tx *tx)
{
	const struct billing_checkout_input *in = rq->input;
	struct checkout checkout = { .rq = rq, .tx = tx };
	enum err e = request_guard(rq, tx);

	if (in->has.plan_key == in->has.invoice_id)
		return fail_field(rq, "plan_key", "required", "Name a plan by plan_key, or an invoice by invoice_id.");
	if (e == OK)
		e = installation_load(tx, &checkout.installation);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict verdict = in->has.plan_key ? order_plan(&checkout) : order_invoice(&checkout);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (!checkout.is_known)
		e = begin_payment(&checkout);
	return e == OK ? reply(rq, checkout.is_known ? 200 : 201, payment_fields, &checkout.payment) : fail_err(rq, e);
}

const struct route billing_checkout_routes[] = {
	{
	    .id = "billing_checkout",
	    .method = POST,
	    .path = "/api/v1/billing/checkout",
	    .summary = "Begin to pay for a plan of the organization's, or for an invoice",
	    .description = "What is being paid already is given again, with 200.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_BILLING_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_RECENT_SIGN_IN,
	    .status = 201,
	    .other_status = 200,
	    INPUT(struct billing_checkout_input, billing_checkout_input),
	    .output = payment_fields,
	    .errors = { ERR_NO_PAYMENT_PROVIDER, ERR_FREE_PLAN, ERR_PLAN_ARCHIVED, ERR_CURRENCY_NOT_SUPPORTED, ERR_INVOICE_NOT_OPEN },
	    .handler = billing_checkout,
	},
	ROUTES_END,
};
