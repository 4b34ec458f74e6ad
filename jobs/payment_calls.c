/*
 * Calls to payment providers: one that makes the page where somebody pays, one that asks what became of a payment when its notification may be
 * lost, and one that ends a subscription (licensing.md rules 25, 28 and 30).
 */
#include <string.h>

#include "domain/connections.h"
#include "domain/job_queue.h"
#include "domain/payment_notices.h"
#include "domain/plans.h"
#include "jobs/calls.h"
#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/provider_requests.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define STRIPE_SESSIONS	       "https://api.stripe.com/v1/checkout/sessions"
#define STRIPE_SUBSCRIPTIONS   "https://api.stripe.com/v1/subscriptions"
#define MIDTRANS_SNAP	       "https://app.midtrans.com/snap/v1/transactions"
#define MIDTRANS_SNAP_SANDBOX  "https://app.sandbox.midtrans.com/snap/v1/transactions"
#define MIDTRANS_STATUS	       "https://api.midtrans.com/v2/%s/status"
#define MIDTRANS_STATUS_SANDBOX "https://api.sandbox.midtrans.com/v2/%s/status"
#define NAME_MAX_MIDTRANS      50
#define PAGE_TRIES	       5
#define AGAIN_MS	       (30 * SECOND_MS)
/* Who isn't heard goes on being charged: the last try is half a day after the first. */
#define END_TRIES	       11
/* A page that Stripe makes lives for a day at most, by its clock. */
#define STRIPE_LIFE_MAX_S      (DAY_MS / SECOND_MS - 60)

struct errand {
	struct call *call;
	struct payment payment;
	const char *secret, *page_url;
	const char *plan_period;	/* of a plan; NULL: of none */
	bool is_live;
	/* found out */
	const char *provider_url, *provider_ref;
	struct payment_notice notice;
};

/* *ret_is_on false: there is nothing to ask, or nothing to ask with. */
static enum err
begin(struct call *call, struct errand *ret, bool *ret_is_on)
{
	const char *id = call_text(call, "payment_id");
	struct tx tx = job_tx(call->worker);
	struct errand errand = { .call = call };
	struct connection_row row;

	*ret_is_on = false;
	enum err e = id == NULL ? ERR_NO_ROW : payment_read(&tx, call->project_id, id, &errand.payment);
	if (e == OK)
		e = q_connection_active(tx.db, &(struct q_connection_active){ .project_id = call->project_id, .provider = errand.payment.provider }, &row);
	*ret = errand;
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	TRY(connection_open(&tx, call->project_id, row.id, row.secret_sealed, &errand.secret));
	errand.is_live = connection_secret_rule(row.provider, errand.secret, true) == NULL;
	errand.page_url = errand.payment.invoice_url;
	*ret_is_on = errand.secret != NULL;
	*ret = errand;
	return OK;
}

/* How often a plan is paid for. */
static enum err
find_period(struct errand *errand)
{
	struct plan_row plan;

	if (errand->payment.plan_id == NULL)
		return OK;
	enum err e = q_plan_get(errand->call->worker->db,
				&(struct q_plan_get){ .project_id = errand->call->project_id, .id = errand->payment.plan_id }, &plan);
	errand->plan_period = e == OK ? plan.period : NULL;
	return e == ERR_NO_ROW ? OK : e;
}

static bool
is_stripe(const struct errand *errand)
{
	return strcmp(errand->payment.provider, PAYMENT_BY_STRIPE) == 0;
}

/* ---- asking ---- */

static const char *
key_header(const struct errand *errand)
{
	struct arena *arena = errand->call->worker->arena;

	return is_stripe(errand) ? secret_header(arena, "Authorization", "Bearer ", errand->secret) : basic_header(arena, errand->secret, "");
}

/* False, with our own words in the log, when nobody answered with JSON, or with a refusal. *ret_status: 0 when nobody answered. */
static bool
ask_for(const struct errand *errand, struct fetch_request *request, struct json *ret, long *ret_status)
{
	struct job_worker *worker = errand->call->worker;
	struct fetch_answer answer;
	const char *reason = NULL;

	*ret_status = 0;
	request->heartbeat = worker->heartbeat;
	if (fetch(worker->arena, worker->config, request, &answer, &reason) != FETCH_ANSWERED) {
		log_event(LOG_WARN, "a payment provider couldn't be asked", reason);
		return false;
	}
	*ret_status = answer.status;
	if (answer.status < 200 || answer.status > 299 || json_parse_cut(worker->arena, answer.body, answer.body_len, ret) != OK ||
	    ret->type != JSON_OBJECT) {
		log_event(LOG_WARN, "a payment provider refused", arena_printf(worker->arena, "%s: HTTP %ld", errand->payment.id, answer.status));
		return false;
	}
	return true;
}

static bool
ask(const struct errand *errand, struct fetch_request *request, struct json *ret)
{
	long status;

	return ask_for(errand, request, ret, &status);
}

/* ---- the page where somebody pays ---- */

/* NULL: it is paid once. */
static const char *
interval_of(const struct errand *errand)
{
	if (errand->plan_period == NULL || strcmp(errand->plan_period, "one_time") == 0)
		return NULL;
	return strcmp(errand->plan_period, "yearly") == 0 ? "year" : "month";
}

/* Whatever is told later has our payment's id with it: a refund the intent's metadata, an invoice its subscription's. */
static void
write_stripe_mode(const struct errand *errand, struct buffer *form)
{
	const char *interval = interval_of(errand), *id = errand->payment.id;

	add_form(form, "mode", interval != NULL ? "subscription" : "payment");
	add_form(form, "line_items[0][price_data][recurring][interval]", interval);
	add_form(form, interval != NULL ? "subscription_data[metadata][payment_id]" : "payment_intent_data[metadata][payment_id]", id);
}

static void
write_stripe(const struct errand *errand, struct buffer *form)
{
	const struct payment *p = &errand->payment;
	struct arena *arena = form->arena;
	const char *back = arena_printf(arena, "%s&back=1", errand->page_url);
	int64_t now_s = errand->call->worker->now_ms / SECOND_MS, until_s = p->expires_at / SECOND_MS;
	char *currency = arena_strdup(arena, p->currency);

	for (char *at = currency; *at != '\0'; at++)
		*at = (char)(*at - 'A' + 'a');
	if (until_s > now_s + STRIPE_LIFE_MAX_S)
		until_s = now_s + STRIPE_LIFE_MAX_S;
	write_stripe_mode(errand, form);
	add_form(form, "client_reference_id", p->id);
	add_form(form, "customer_email", p->buyer_email);
	add_form(form, "success_url", back);
	add_form(form, "cancel_url", back);
	add_form(form, "expires_at", arena_printf(arena, "%lld", (long long)until_s));
	add_form(form, "line_items[0][quantity]", "1");
	add_form(form, "line_items[0][price_data][currency]", currency);
	add_form(form, "line_items[0][price_data][unit_amount]", arena_printf(arena, "%lld", (long long)stripe_amount(p->amount, p->currency)));
	add_form(form, "line_items[0][price_data][product_data][name]", p->item_name != NULL ? p->item_name : p->order_id);
	add_form(form, "metadata[payment_id]", p->id);
}

static void
write_midtrans(const struct errand *errand, struct buffer *body)
{
	const struct payment *p = &errand->payment;
	long long amount = (long long)p->amount;

	buffer_text(body, "{\"transaction_details\":{\"order_id\":");
	buffer_json_string(body, p->order_id);
	buffer_printf(body, ",\"gross_amount\":%lld},\"item_details\":[{\"id\":", amount);
	buffer_json_string(body, p->order_id);
	buffer_printf(body, ",\"price\":%lld,\"quantity\":1,\"name\":", amount);
	buffer_json_string(body, utf8_cut(body->arena, p->item_name != NULL ? p->item_name : p->order_id, NAME_MAX_MIDTRANS));
	buffer_text(body, "}],\"customer_details\":{\"email\":");
	buffer_json_string(body, p->buyer_email);
	if (p->buyer_name != NULL) {
		buffer_text(body, ",\"first_name\":");
		buffer_json_string(body, p->buyer_name);
	}
	buffer_text(body, "},\"expiry\":{\"unit\":\"hours\",\"duration\":24},\"callbacks\":{\"finish\":");
	buffer_json_string(body, arena_printf(body->arena, "%s&back=1", errand->page_url));
	buffer_text(body, "}}");
}

static bool
make_page(struct errand *errand)
{
	struct arena *arena = errand->call->worker->arena;
	struct buffer body = buffer_new(arena);
	struct fetch_request request = {
		.method = "POST",
		.url = is_stripe(errand) ? STRIPE_SESSIONS : errand->is_live ? MIDTRANS_SNAP : MIDTRANS_SNAP_SANDBOX,
		.headers = { key_header(errand), is_stripe(errand) ? FORM_TYPE : JSON_TYPE, "Accept: application/json",
			     arena_printf(arena, "Idempotency-Key: %s", errand->payment.id) },
	};
	struct json answer;

	if (is_stripe(errand))
		write_stripe(errand, &body);
	else
		write_midtrans(errand, &body);
	request.body = buffer_bytes(&body);
	if (!ask(errand, &request, &answer))
		return false;
	errand->provider_url = json_text(&answer, is_stripe(errand) ? "url" : "redirect_url");
	errand->provider_ref = is_stripe(errand) ? json_text(&answer, "id") : NULL;
	return errand->provider_url != NULL && https_url_check(errand->provider_url) == NULL;
}

static enum err
keep_page(struct call *call, struct tx *tx)
{
	const struct errand *errand = call->found;

	return q_payment_set_page(tx->db,
				  &(struct q_payment_set_page){
				      .project_id = call->project_id,
				      .id = errand->payment.id,
				      .provider_url = errand->provider_url,
				      .provider_ref = errand->provider_ref,
				  },
				  NULL);
}

enum err
call_payment_checkout(struct call *call)
{
	struct errand *errand = arena_alloc(call->worker->arena, sizeof(*errand));
	bool is_on;

	TRY(begin(call, errand, &is_on));
	if (!is_on || errand->page_url == NULL)
		return OK;
	TRY(find_period(errand));
	if (make_page(errand)) {
		call->found = errand;
		call->finish = keep_page;
	} else if (call->attempts < PAGE_TRIES) {
		call->again_at = call->worker->now_ms + call->attempts * AGAIN_MS;
		call->problem = "no page";
	}
	return OK;
}

/* ---- what became of it ---- */

static bool
ask_status(struct errand *errand)
{
	struct arena *arena = errand->call->worker->arena;
	const struct payment *p = &errand->payment;
	struct fetch_request request = { .method = "GET", .headers = { key_header(errand), "Accept: application/json" } };
	bool is_over = p->expires_at <= errand->call->worker->now_ms;
	struct json answer;

	if (is_stripe(errand) && p->provider_ref == NULL)
		return false;
	request.url = is_stripe(errand) ? arena_printf(arena, "%s/%s", STRIPE_SESSIONS, percent_encode(arena, p->provider_ref))
					: arena_printf(arena, errand->is_live ? MIDTRANS_STATUS : MIDTRANS_STATUS_SANDBOX, percent_encode(arena, p->order_id));
	if (!ask(errand, &request, &answer))
		return false;
	errand->notice = is_stripe(errand) ? stripe_session_notice(arena, &answer, is_over) : midtrans_notice(arena, &answer);
	/* Whatever name it has there: it is this one that was asked about. */
	errand->notice.payment_id = p->id;
	return errand->notice.status != NULL;
}

static enum err
take_status(struct call *call, struct tx *tx)
{
	const struct errand *errand = call->found;
	const char *outcome, *payment_id;

	return payment_take_notice(tx, call->org_id, call->project_id, errand->payment.provider, &errand->notice, &outcome, &payment_id);
}

static enum err
give_up(struct call *call, struct tx *tx)
{
	const struct errand *errand = call->found;
	const struct payment_news news = { .status = PAYMENT_EXPIRE, .paid_at = NONE };
	struct payment_row row;
	bool is_moved;

	TRY(payment_lock(tx, call->project_id, errand->payment.id, &row));
	return payment_move(tx, call->org_id, call->project_id, &row, &news, &is_moved);
}

enum err
call_payment_check(struct call *call)
{
	struct errand *errand = arena_alloc(call->worker->arena, sizeof(*errand));
	bool is_on;

	TRY(begin(call, errand, &is_on));
	if (errand->payment.id == NULL || strcmp(errand->payment.status, PAYMENT_PENDING) != 0)
		return OK;
	call->found = errand;
	if (is_on && ask_status(errand))
		call->finish = take_status;
	else if (errand->payment.expires_at + DAY_MS <= call->worker->now_ms)
		call->finish = give_up;	/* a day past its end, and nobody says that it was paid */
	return OK;
}

/* ---- the end of a subscription ---- */

/* One that isn't there any more has ended. */
static bool
end_subscription(const struct errand *errand, bool is_at_once)
{
	struct arena *arena = errand->call->worker->arena;
	struct buffer form = buffer_new(arena);
	struct fetch_request request = {
		.method = is_at_once ? "DELETE" : "POST",
		.url = arena_printf(arena, STRIPE_SUBSCRIPTIONS "/%s", percent_encode(arena, errand->payment.subscription_ref)),
		.headers = { key_header(errand), FORM_TYPE, "Accept: application/json" },
	};
	struct json answer;
	long status;

	if (!is_at_once) {
		add_form(&form, "cancel_at_period_end", "true");
		request.body = buffer_bytes(&form);
	}
	return ask_for(errand, &request, &answer, &status) || status == 404;
}

enum err
call_subscription_end(struct call *call)
{
	const char *when = call_text(call, "when");
	struct errand errand;
	bool is_on;

	TRY(begin(call, &errand, &is_on));
	if (errand.payment.subscription_ref == NULL)
		return OK;
	/* Without a key that works it can't be told; one may be stored again. */
	if (is_on && end_subscription(&errand, when != NULL && strcmp(when, SUBSCRIPTION_END_NOW) == 0))
		return OK;
	if (call->attempts < END_TRIES) {
		call->again_at = call->worker->now_ms + (AGAIN_MS << call->attempts);
		call->problem = "not ended";
	} else {
		log_event(LOG_WARN, "a subscription couldn't be ended: end it at the provider", errand.payment.id);
	}
	return OK;
}
