/*
 * How payments are made and moved.
 */
#include "domain/payments.h"

#include <string.h>

#include "domain/billing.h"
#include "domain/job_queue.h"
#include "domain/payments_plan.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/schema_keys.h"

#define LIFE_MS	       (24 * HOUR_MS)
#define MANUAL_LIFE_MS (7 * DAY_MS)
/* A provider tells by itself; who hears nothing for so long asks. */
#define FIRST_CHECK_MS (10 * MINUTE_MS)

const char *const payment_kinds[] = { PAYMENT_FOR_PLAN, PAYMENT_FOR_ITEM, PAYMENT_FOR_SHOP, PAYMENT_FOR_INVOICE, NULL };
const char *const payment_provider_names[] = { PAYMENT_BY_STRIPE, PAYMENT_BY_MIDTRANS, PAYMENT_BY_MANUAL, NULL };

#define SHOWN                                                                                                                \
	OUT_ID(struct payment, id, ID_PAYMENT),                                                                              \
	    OUT_STRING(struct payment, order_id, .description = "What the provider knows it by; the id, unless a shop named its own"), \
	    OUT_ENUM(struct payment, kind, payment_kinds), OUT_ENUM(struct payment, status, payment_statuses),               \
	    OUT_INT(struct payment, amount, .description = "In the currency's smallest part: 2900 USD are $29.00, 49000 IDR Rp 49.000"), \
	    OUT_STRING(struct payment, currency), OUT_INT(struct payment, refunded_amount),                                  \
	    OUT_ENUM(struct payment, provider, payment_provider_names),                                                      \
	    OUT_ID(struct payment, user_id, ID_USER, .flags = FIELD_NULLABLE),                                               \
	    OUT_ID(struct payment, org_id, ID_ORG, .flags = FIELD_NULLABLE,                                                  \
		   .description = "In the console: the organization whose plan or invoice is paid"),                         \
	    OUT_ID(struct payment, plan_id, ID_PLAN, .flags = FIELD_NULLABLE),                                               \
	    OUT_ID(struct payment, item_id, ID_ITEM, .flags = FIELD_NULLABLE),                                               \
	    OUT_ID(struct payment, invoice_id, ID_INVOICE, .flags = FIELD_NULLABLE),                                         \
	    OUT_STRING(struct payment, item_name, .flags = FIELD_NULLABLE), OUT_STRING(struct payment, buyer_email),         \
	    OUT_STRING(struct payment, buyer_name, .flags = FIELD_NULLABLE), OUT_JSON(struct payment, metadata),             \
	    OUT_STRING(struct payment, return_url, .flags = FIELD_NULLABLE),                                                 \
	    OUT_STRING(struct payment, provider_ref, .flags = FIELD_NULLABLE, .description = "What whoever was paid calls it"), \
	    OUT_STRING(struct payment, subscription_ref, .flags = FIELD_NULLABLE,                                            \
		       .description = "What the provider calls the subscription that it is a period of; null: paid once"),   \
	    OUT_TIME(struct payment, expires_at), OUT_TIME(struct payment, paid_at, .flags = FIELD_NULLABLE),                \
	    OUT_TIME(struct payment, created_at, .flags = FIELD_NO_DIFF), OUT_TIME(struct payment, updated_at, .flags = FIELD_NO_DIFF)

const struct field payment_fields[] = {
	SHOWN,
	OUT_STRING(struct payment, invoice_url, .flags = FIELD_NULLABLE, .description = "Where it is paid; null once it isn't pending any more"),
	FIELDS_END,
};

/* Events and audit rows are read by people who aren't to pay. */
static const struct field payment_record_fields[] = { SHOWN, FIELDS_END };

/* ---- the page's token ---- */

/* Made anew whenever the address is shown, so that only its digest is kept. */
static enum err
make_token(struct tx *tx, const char *project_id, const char *id, const char **ret_token)
{
	const char *name = arena_printf(tx->arena, "%s %s", project_id, id);
	uint8_t *mac = arena_alloc(tx->arena, SECRET_DIGEST_LEN);

	TRY(keyring_mac(tx->keyring, "checkout", (struct bytes){ (const uint8_t *)name, strlen(name) }, mac));
	*ret_token = base64url_encode(tx->arena, (struct bytes){ mac, SECRET_DIGEST_LEN });
	return OK;
}

static struct bytes
digest_of(struct arena *arena, const char *token)
{
	return sha256_bytes(arena, token, strlen(token));
}

static bool
same(struct bytes a, struct bytes b)
{
	return a.len == b.len && secret_equal(a.data, b.data, a.len);
}

/* NULL when the key that the token came of is gone: then nobody has its address any more. */
static enum err
find_invoice_url(struct tx *tx, const char *project_id, const struct payment_row *row, const char **ret_url)
{
	const char *token;

	*ret_url = NULL;
	if (strcmp(row->status, PAYMENT_PENDING) != 0)
		return OK;
	TRY(make_token(tx, project_id, row->id, &token));
	if (same(digest_of(tx->arena, token), row->token_digest))
		*ret_url = row->is_console ? arena_printf(tx->arena, "%s/pay/%s?t=%s", tx->config->public_url, row->id, token)
					   : arena_printf(tx->arena, "%s/p/%s/pay/%s?t=%s", tx->config->auth_url, row->client_id, row->id, token);
	return OK;
}

/* ---- reading ---- */

enum err
payment_of_row(struct tx *tx, const char *project_id, const struct payment_row *row, struct payment *ret)
{
	const char *invoice_url;

	TRY(find_invoice_url(tx, project_id, row, &invoice_url));
	*ret = (struct payment){
		.id = row->id,
		.order_id = row->order_id,
		.kind = row->kind,
		.status = row->status,
		.amount = row->amount,
		.currency = row->currency,
		.refunded_amount = row->refunded_amount,
		.provider = row->provider,
		.user_id = row->user_id,
		.org_id = row->org_id,
		.plan_id = row->plan_id,
		.item_id = row->item_id,
		.invoice_id = row->invoice_id,
		.item_name = row->item_name,
		.buyer_email = row->buyer_email,
		.buyer_name = row->buyer_name,
		.metadata = row->metadata,
		.return_url = row->return_url,
		.invoice_url = invoice_url,
		.provider_ref = row->provider_ref,
		.subscription_ref = row->subscription_ref,
		.expires_at = row->expires_at,
		.paid_at = row->paid_at,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
	return OK;
}

enum err
payment_read(struct tx *tx, const char *project_id, const char *id, struct payment *ret)
{
	struct payment_row row;

	TRY(q_payment_get(tx->db, &(struct q_payment_get){ .project_id = project_id, .id = id }, &row));
	return payment_of_row(tx, project_id, &row, ret);
}

static enum err
record_payment(struct tx *tx, enum event event, const char *org_id, const char *project_id, const struct payment *before,
	       const struct payment *after, const char *data)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = after->id,
			      .target_label = after->order_id,
			      .fields = payment_record_fields,
			      .before = before,
			      .after = after,
			      .data = data,
		      });
}

/* ---- making ---- */

/* Scheme, host and port: up to the third slash, or the end. */
static size_t
origin_len(const char *url, size_t len)
{
	size_t at = 0;

	for (unsigned slashes = 0; at < len; at++)
		if ((url[at] == '/' && ++slashes == 3) || url[at] == '?' || url[at] == '#')
			break;
	return at;
}

enum err
payment_return_url_is_ours(struct tx *tx, const char *project_id, const char *url, bool *ret)
{
	struct q_payment_client_origins_row *uris;
	size_t count, len = origin_len(url, strlen(url));
	bool is_ours = false;

	TRY(q_payment_client_origins(tx->db, &(struct q_payment_client_origins){ .project_id = project_id }, &uris, &count));
	for (size_t i = 0; i < count && !is_ours; i++) {
		struct bytes uri = uris[i].uri;
		is_ours = origin_len((const char *)uri.data, uri.len) == len && memcmp(uri.data, url, len) == 0;
	}
	*ret = is_ours;
	return OK;
}

static enum err
insert(struct tx *tx, const char *project_id, const struct payment_order *order, const struct payment_provider_row *provider, const char *id)
{
	bool is_manual = strcmp(provider->provider, PAYMENT_BY_MANUAL) == 0;
	int64_t expires_at = tx->now_ms + (is_manual ? MANUAL_LIFE_MS : LIFE_MS);
	const char *token;

	TRY(make_token(tx, project_id, id, &token));
	enum err e = q_payment_insert(tx->db,
				      &(struct q_payment_insert){
					  .project_id = project_id,
					  .id = id,
					  .order_id = order->order_id != NULL ? order->order_id : id,
					  .kind = order->kind,
					  .provider = provider->provider,
					  .connection_id = provider->connection_id,
					  .user_id = order->user_id,
					  .org_id = order->org_id,
					  .plan_id = order->plan_id,
					  .item_id = order->item_id,
					  .invoice_id = order->invoice_id,
					  .amount = order->amount,
					  .currency = order->currency,
					  .buyer_email = order->buyer_email,
					  .buyer_name = order->buyer_name,
					  .item_name = order->item_name,
					  .metadata = order->metadata != NULL ? order->metadata : "{}",
					  .return_url = order->return_url,
					  .token_digest = digest_of(tx->arena, token),
					  .check_at = is_manual ? expires_at : tx->now_ms + FIRST_CHECK_MS,
					  .expires_at = expires_at,
				      },
				      NULL);
	return db_on_duplicate(tx->db, e, DUP_PAYMENTS_UQ_ORDER_ID, ERR_ORDER_ID_EXISTS);
}

/* Stripe has no parts of these, which have two digits here. */
#define STRIPE_WHOLE "BIF DJF GNF KMF MGA PYG RWF UGX VUV XAF XOF XPF"

static bool
provider_takes(const char *provider, const char *currency)
{
	if (strcmp(provider, PAYMENT_BY_MIDTRANS) == 0)
		return strcmp(currency, "IDR") == 0;
	return strcmp(provider, PAYMENT_BY_STRIPE) != 0 || !words_have(STRIPE_WHOLE, currency, strlen(currency));
}

/* A job makes the provider's page; whoever has opened ours is led there. */
static enum err
queue_checkout(struct tx *tx, const char *project_id, const struct payment_provider_row *provider, const char *id)
{
	const char *job_id;

	if (provider->connection_id == NULL)
		return OK;
	return job_queue(tx, project_id, JOB_PAYMENT_CHECKOUT, arena_printf(tx->arena, "{\"payment_id\":\"%s\"}", id), &job_id);
}

enum err
payment_make(struct tx *tx, const char *org_id, const char *project_id, const struct payment_order *order, struct payment *ret)
{
	struct payment_provider_row provider;
	const char *id;
	enum err e = q_payment_provider_choose(
	    tx->db, &(struct q_payment_provider_choose){ .project_id = project_id, .provider = order->provider }, &provider);

	if (e == ERR_NO_ROW)
		return ERR_NO_PAYMENT_PROVIDER;
	TRY(e);
	if (!provider_takes(provider.provider, order->currency))
		return ERR_CURRENCY_NOT_SUPPORTED;
	TRY(tx_make_id(tx, ID_PAYMENT, &id));
	TRY(insert(tx, project_id, order, &provider, id));
	TRY(queue_checkout(tx, project_id, &provider, id));
	TRY(payment_read(tx, project_id, id, ret));
	return record_payment(tx, EV_PAYMENT_CREATED, org_id, project_id, NULL, ret, NULL);
}

/* ---- another period ---- */

static enum err
insert_renewal(struct tx *tx, const char *project_id, const struct payment_row *first, const char *provider_ref, const char *subscription_ref,
	       const char *id)
{
	const char *token;

	TRY(make_token(tx, project_id, id, &token));
	enum err e = q_payment_insert(tx->db,
				&(struct q_payment_insert){
				    .project_id = project_id,
				    .id = id,
				    .order_id = id,
				    .kind = first->kind,
				    .provider = first->provider,
				    .connection_id = first->connection_id,
				    .user_id = first->user_id,
				    .org_id = first->org_id,
				    .plan_id = first->plan_id,
				    .amount = first->amount,
				    .currency = first->currency,
				    .buyer_email = first->buyer_email,
				    .buyer_name = first->buyer_name,
				    .item_name = first->item_name,
				    .metadata = first->metadata,
				    .token_digest = digest_of(tx->arena, token),
				    .provider_ref = provider_ref,
				    .subscription_ref = subscription_ref,
				    .check_at = NONE,
				    .expires_at = tx->now_ms + LIFE_MS,
				},
				NULL);
	/* On another node somebody may have been quicker: once more, with what they left. */
	return db_on_duplicate(tx->db, e, DUP_PAYMENTS_UQ_PROVIDER_PROVIDER_REF, ERR_DB_CONFLICT);
}

enum err
payment_renew(struct tx *tx, const char *org_id, const char *project_id, const struct payment_row *first, const char *provider_ref,
	      const char *subscription_ref, struct payment_row *ret)
{
	struct q_payment_by_ref_row known;
	struct payment payment;
	const char *id;
	enum err e = q_payment_by_ref(
	    tx->db, &(struct q_payment_by_ref){ .project_id = project_id, .provider = first->provider, .provider_ref = provider_ref }, &known);

	if (e == OK)
		return payment_lock(tx, project_id, known.id, ret);
	if (e != ERR_NO_ROW)
		return e;
	TRY(tx_make_id(tx, ID_PAYMENT, &id));
	TRY(insert_renewal(tx, project_id, first, provider_ref, subscription_ref, id));
	TRY(payment_lock(tx, project_id, id, ret));
	TRY(payment_of_row(tx, project_id, ret, &payment));
	return record_payment(tx, EV_PAYMENT_CREATED, org_id, project_id, NULL, &payment, NULL);
}

/* ---- moving ---- */

enum err
payment_lock(struct tx *tx, const char *project_id, const char *id, struct payment_row *ret)
{
	uint64_t matched = 0;

	TRY(q_payment_guard(tx->db, &(struct q_payment_guard){ .project_id = project_id, .id = id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	return q_payment_get(tx->db, &(struct q_payment_get){ .project_id = project_id, .id = id }, ret);
}

enum err
payment_find_begun(struct tx *tx, const char *project_id, const struct payment_order *order, struct payment *ret)
{
	struct payment_provider_row provider;
	struct q_payment_begun_row row;

	TRY(q_payment_provider_choose(tx->db, &(struct q_payment_provider_choose){ .project_id = project_id }, &provider));
	TRY(q_payment_begun(tx->db,
			    &(struct q_payment_begun){
				.project_id = project_id,
				.user_id = order->user_id,
				.plan_id = order->plan_id,
				.provider = provider.provider,
				.amount = order->amount,
				.currency = order->currency,
				.buyer_email = order->buyer_email,
				.return_url = order->return_url,
			    },
			    &row));
	return payment_read(tx, project_id, row.id, ret);
}

struct move {
	struct tx *tx;
	const char *org_id, *project_id;
	const struct payment_row *row;	/* as it was */
	const struct payment_news *news;
	struct payment before, after;
};

static void
add_text(struct buffer *data, const char *name, const char *value)
{
	buffer_printf(data, ",\"%s\":", name);
	if (value == NULL)
		buffer_text(data, "null");
	else
		buffer_json_string(data, value);
}

/* What item.purchased tells (licensing.md section 7). */
static const char *
data_of_purchase(const struct move *move)
{
	const struct payment *p = &move->after;
	struct buffer data = buffer_new(move->tx->arena);
	char paid_at[TIME_TEXT_SIZE];

	time_format(p->paid_at, paid_at);
	buffer_printf(&data, "{\"payment_id\":\"%s\"", p->id);
	add_text(&data, "order_id", p->order_id);
	add_text(&data, "item_id", p->item_id);
	add_text(&data, "item_name", p->item_name);
	add_text(&data, "buyer_email", p->buyer_email);
	add_text(&data, "buyer_name", p->buyer_name);
	buffer_printf(&data, ",\"amount\":%lld", (long long)p->amount);
	add_text(&data, "currency", p->currency);
	add_text(&data, "paid_at", paid_at);
	buffer_printf(&data, ",\"metadata\":%s}", p->metadata);
	return buffer_string(&data);
}

static enum err
record_paid(struct move *move)
{
	struct tx *tx = move->tx;
	const char *data = NULL;

	if (strcmp(move->after.kind, PAYMENT_FOR_INVOICE) == 0) {
		TRY(invoice_settle(tx, move->after.org_id, move->after.invoice_id, move->after.id, move->after.paid_at));
		return record_payment(tx, EV_PAYMENT_SETTLED, move->org_id, move->project_id, &move->before, &move->after, NULL);
	}
	if (strcmp(move->after.kind, PAYMENT_FOR_PLAN) == 0) {
		if (!move->news->is_for_nothing)
			TRY(payment_give_plan(tx, move->org_id, move->project_id, &move->after, move->news->period_end, &data));
		return record_payment(tx, EV_PAYMENT_SETTLED, move->org_id, move->project_id, &move->before, &move->after, data);
	}
	return record_payment(tx, EV_ITEM_PURCHASED, move->org_id, move->project_id, &move->before, &move->after, data_of_purchase(move));
}

static enum err
record_move(struct move *move)
{
	const char *to = move->news->status;
	enum event event = strcmp(to, PAYMENT_REFUND) == 0   ? EV_PAYMENT_REFUNDED
			   : strcmp(to, PAYMENT_EXPIRE) == 0 ? EV_PAYMENT_EXPIRED
							     : EV_PAYMENT_FAILED;

	/* Settlement and capture both mean paid, once. */
	if (payment_status_is_paid(to) && move->row->paid_at != NONE)
		return OK;
	tx_count(move->tx, &(struct stat_count){ .stat = STAT_PAYMENTS, .project_id = move->project_id, .values = { to, move->row->provider } });
	if (payment_status_is_paid(to))
		return record_paid(move);
	if (event == EV_PAYMENT_REFUNDED && strcmp(move->after.kind, PAYMENT_FOR_PLAN) == 0 && move->after.refunded_amount >= move->after.amount)
		TRY(payment_end_plan(move->tx, move->org_id, move->project_id, &move->after));
	return record_payment(move->tx, event, move->org_id, move->project_id, &move->before, &move->after, NULL);
}

static bool
is_move(const struct payment_row *row, const struct payment_news *news)
{
	if (!payment_may_move(row->status, news->status))
		return false;
	return strcmp(news->status, PAYMENT_REFUND) != 0 || news->refunded_amount > row->refunded_amount;
}

static enum err
set_status(struct move *move, uint64_t *ret_matched)
{
	const struct payment_news *news = move->news;
	bool is_paid = payment_status_is_paid(news->status);

	return q_payment_set_status(move->tx->db,
				    &(struct q_payment_set_status){
					.project_id = move->project_id,
					.id = move->row->id,
					.status = news->status,
					.from_status = move->row->status,
					.refunded_amount = strcmp(news->status, PAYMENT_REFUND) == 0 ? news->refunded_amount : move->row->refunded_amount,
					.paid_at = !is_paid ? NONE : news->paid_at != NONE ? news->paid_at : move->tx->now_ms,
					.provider_ref = news->provider_ref,
					.subscription_ref = news->subscription_ref,
					.check_at = NONE,
				    },
				    ret_matched);
}

enum err
payment_move(struct tx *tx, const char *org_id, const char *project_id, const struct payment_row *row, const struct payment_news *news,
	     bool *ret_moved)
{
	struct move move = { .tx = tx, .org_id = org_id, .project_id = project_id, .row = row, .news = news };
	uint64_t matched = 0;

	*ret_moved = false;
	if (!is_move(row, news))
		return OK;
	TRY(payment_of_row(tx, project_id, row, &move.before));
	TRY(set_status(&move, &matched));
	if (matched == 0)
		return OK;
	TRY(payment_read(tx, project_id, row->id, &move.after));
	TRY(record_move(&move));
	*ret_moved = true;
	return OK;
}
