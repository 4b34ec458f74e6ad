/*
 * Stripe's and Midtrans's words for what becomes of a payment.
 */
#include "lib/payment_notices.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/encode.h"
#include "lib/ids.h"
#include "lib/money.h"
#include "lib/payment_moves.h"
#include "lib/secrets.h"
#include "lib/text.h"

#define TOLERANCE_S	INT64_C(300)
#define SHA512_LEN	64
#define SIGNATURES_MAX	8
#define STRIPE_IDR_SCALE 100
#define REF_LEN_MAX	 255
/* The year 10000. */
#define TIME_S_MAX	 INT64_C(253402300800)

/* ---- signatures ---- */

/* The value of the next "name=value" of the header, and its name; false at the end. */
static bool
next_pair(struct arena *arena, const char **at, const char **ret_name, const char **ret_value)
{
	size_t len = strcspn(*at, ",");
	const char *pair = arena_strndup(arena, *at, len), *equals = strchr(pair, '=');

	if (len == 0 || equals == NULL)
		return false;
	*ret_name = arena_strndup(arena, pair, (size_t)(equals - pair));
	*ret_value = equals + 1;
	*at += len + ((*at)[len] == ',');
	return true;
}

static bool
is_hex_of(struct arena *arena, const char *text, const uint8_t *octets, size_t len)
{
	struct bytes said;

	return hex_decode(arena, text, &said) && said.len == len && secret_equal(said.data, octets, len);
}

bool
stripe_signature_is_good(struct arena *arena, const char *header, struct bytes body, const char *secret, int64_t now_ms)
{
	const char *name, *value, *time = NULL, *signatures[SIGNATURES_MAX];
	struct buffer signed_text = buffer_new(arena);
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	size_t count = 0;
	int64_t at_s;
	bool is_good = false;

	for (const char *at = header; next_pair(arena, &at, &name, &value);) {
		if (strcmp(name, "t") == 0)
			time = value;
		else if (strcmp(name, "v1") == 0 && count < SIGNATURES_MAX)
			signatures[count++] = value;
	}
	if (time == NULL || !int_parse(time, 0, INT64_C(1) << 40, &at_s))
		return false;
	if (at_s * SECOND_MS > now_ms + TOLERANCE_S * SECOND_MS || at_s * SECOND_MS < now_ms - TOLERANCE_S * SECOND_MS)
		return false;
	buffer_printf(&signed_text, "%s.", time);
	buffer_add(&signed_text, body.data, body.len);
	if (HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)signed_text.data, signed_text.len, mac, &mac_len) == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		is_good = is_hex_of(arena, signatures[i], mac, mac_len) || is_good;
	return is_good;
}

static const char *
text_of(const struct json *object, const char *name)
{
	const struct json *member = object == NULL || object->type != JSON_OBJECT ? NULL : json_member(object, name);

	return member != NULL && member->type == JSON_STRING ? member->string : NULL;
}

bool
midtrans_signature_is_good(struct arena *arena, const struct json *notice, const char *server_key)
{
	const char *order = text_of(notice, "order_id"), *code = text_of(notice, "status_code");
	const char *amount = text_of(notice, "gross_amount"), *said = text_of(notice, "signature_key");
	uint8_t digest[SHA512_LEN];
	unsigned len = 0;

	if (order == NULL || code == NULL || amount == NULL || said == NULL)
		return false;
	const char *text = arena_printf(arena, "%s%s%s%s", order, code, amount, server_key);
	arena_wipe_later(arena, (void *)(uintptr_t)text, strlen(text));
	return EVP_Digest(text, strlen(text), digest, &len, EVP_sha512(), NULL) == 1 && is_hex_of(arena, said, digest, len);
}

/* ---- Stripe ---- */

int64_t
stripe_amount(int64_t amount, const char *currency)
{
	return strcmp(currency, "IDR") == 0 ? amount * STRIPE_IDR_SCALE : amount;
}

static int64_t
amount_of(const struct json *object, const char *name, const char *currency)
{
	const struct json *member = json_member(object, name);

	if (member == NULL || member->type != JSON_INT || member->integer < 0)
		return NONE;
	if (strcmp(currency, "IDR") != 0)
		return member->integer;
	return member->integer % STRIPE_IDR_SCALE == 0 ? member->integer / STRIPE_IDR_SCALE : NONE;
}

static const char *
currency_of(struct arena *arena, const struct json *object)
{
	const char *said = text_of(object, "currency");
	char *currency = arena_strdup(arena, said != NULL ? said : "");

	for (char *at = currency; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	return currency;
}

/* Our own id came along; anything else isn't ours. */
static const char *
own_id(const char *text)
{
	return text != NULL && id_is_valid(ID_PAYMENT, text) ? text : NULL;
}

/* A name of Stripe's; NULL where something else stands. */
static const char *
ref_of(const struct json *object, const char *name)
{
	const char *ref = text_of(object, name);

	return ref != NULL && ref[0] != '\0' && strlen(ref) <= REF_LEN_MAX && ascii_check(ref) == NULL ? ref : NULL;
}

static struct payment_notice
session_notice(struct arena *arena, const struct json *session, const char *status)
{
	const char *currency = currency_of(arena, session);

	return (struct payment_notice){
		.payment_id = own_id(text_of(session, "client_reference_id")),
		.invoice_ref = ref_of(session, "invoice"),
		.subscription_ref = ref_of(session, "subscription"),
		.status = status,
		.amount = amount_of(session, "amount_total", currency),
		.currency = currency,
	};
}

static bool
is_paid(const struct json *session)
{
	const char *said = text_of(session, "payment_status");

	return said != NULL && strcmp(said, "paid") == 0;
}

struct payment_notice
stripe_session_notice(struct arena *arena, const struct json *session, bool is_over)
{
	const char *state = text_of(session, "status");
	bool is_expired = state != NULL && strcmp(state, "expired") == 0;

	return session_notice(arena, session, is_paid(session) ? PAYMENT_SETTLEMENT : is_expired || is_over ? PAYMENT_EXPIRE : NULL);
}

static struct payment_notice
refund_notice(struct arena *arena, const struct json *charge)
{
	const char *currency = currency_of(arena, charge);

	return (struct payment_notice){
		.payment_id = own_id(text_of(json_member(charge, "metadata"), "payment_id")),
		.invoice_ref = ref_of(charge, "invoice"),
		.status = PAYMENT_REFUND,
		.amount = amount_of(charge, "amount", currency),
		.currency = currency,
		.refunded_amount = amount_of(charge, "amount_refunded", currency),
	};
}

/* Since 2025 what an invoice says of its subscription stands a level deeper. */
static const struct json *
subscription_details(const struct json *invoice)
{
	const struct json *details = json_member(invoice, "subscription_details"), *parent = json_member(invoice, "parent");

	if (details != NULL && details->type == JSON_OBJECT)
		return details;
	return parent != NULL && parent->type == JSON_OBJECT ? json_member(parent, "subscription_details") : NULL;
}

static const struct json *
object_in(const struct json *object, const char *name)
{
	return object == NULL || object->type != JSON_OBJECT ? NULL : json_member(object, name);
}

/* The latest end of its lines' periods. */
static int64_t
period_end_of(const struct json *invoice)
{
	const struct json *data = object_in(json_member(invoice, "lines"), "data");
	int64_t end_s = 0;

	for (size_t i = 0; data != NULL && data->type == JSON_ARRAY && i < data->count; i++) {
		const struct json *end = object_in(object_in(&data->items[i], "period"), "end");
		if (end != NULL && end->type == JSON_INT && end->integer > end_s && end->integer < TIME_S_MAX)
			end_s = end->integer;
	}
	return end_s * SECOND_MS;
}

/* A subscription's first invoice is told by its session; those for changes in between aren't ours to read. */
static bool
is_renewal(const struct json *invoice)
{
	const char *reason = text_of(invoice, "billing_reason");

	return reason != NULL && strcmp(reason, "subscription_cycle") == 0;
}

static struct payment_notice
invoice_notice(struct arena *arena, const struct json *invoice, enum notice_about about)
{
	const struct json *details = subscription_details(invoice);
	const char *currency = currency_of(arena, invoice), *subscription = ref_of(invoice, "subscription");
	struct payment_notice notice = {
		.about = about,
		.payment_id = own_id(text_of(object_in(details, "metadata"), "payment_id")),
		.invoice_ref = ref_of(invoice, "id"),
		.subscription_ref = subscription != NULL ? subscription : ref_of(details, "subscription"),
		.status = about == NOTICE_OF_RENEWAL ? PAYMENT_SETTLEMENT : NULL,
		.amount = amount_of(invoice, "amount_paid", currency),
		.currency = currency,
		.period_end = period_end_of(invoice),
	};

	return is_renewal(invoice) && notice.invoice_ref != NULL && notice.subscription_ref != NULL ? notice : (struct payment_notice){ .status = NULL };
}

static struct payment_notice
end_notice(const struct json *subscription)
{
	return (struct payment_notice){
		.about = NOTICE_OF_END,
		.payment_id = own_id(text_of(object_in(subscription, "metadata"), "payment_id")),
		.subscription_ref = ref_of(subscription, "id"),
	};
}

static const char *
session_status(const char *type, const struct json *session)
{
	if (strcmp(type, "checkout.session.completed") == 0)
		return is_paid(session) ? PAYMENT_SETTLEMENT : NULL;
	if (strcmp(type, "checkout.session.async_payment_succeeded") == 0)
		return PAYMENT_SETTLEMENT;
	if (strcmp(type, "checkout.session.async_payment_failed") == 0)
		return PAYMENT_DENY;
	return strcmp(type, "checkout.session.expired") == 0 ? PAYMENT_EXPIRE : NULL;
}

struct payment_notice
stripe_notice(struct arena *arena, const struct json *event)
{
	const char *type = text_of(event, "type");
	const struct json *data = json_member(event, "data");
	const struct json *object = data == NULL || data->type != JSON_OBJECT ? NULL : json_member(data, "object");

	if (type == NULL || object == NULL || object->type != JSON_OBJECT)
		return (struct payment_notice){ .status = NULL };
	if (strcmp(type, "charge.refunded") == 0)
		return refund_notice(arena, object);
	if (strcmp(type, "invoice.paid") == 0)
		return invoice_notice(arena, object, NOTICE_OF_RENEWAL);
	if (strcmp(type, "invoice.payment_failed") == 0)
		return invoice_notice(arena, object, NOTICE_OF_NO_RENEWAL);
	if (strcmp(type, "customer.subscription.deleted") == 0)
		return end_notice(object);
	return session_notice(arena, object, session_status(type, object));
}

/* ---- Midtrans ---- */

static const char *
midtrans_status(const char *said, const char *fraud)
{
	static const struct {
		const char *said, *status;
	} WORDS[] = {
		{ "settlement", PAYMENT_SETTLEMENT }, { "deny", PAYMENT_DENY },		{ "failure", PAYMENT_DENY },
		{ "cancel", PAYMENT_CANCEL },	      { "expire", PAYMENT_EXPIRE },	{ "refund", PAYMENT_REFUND },
		{ "partial_refund", PAYMENT_REFUND }, { "chargeback", PAYMENT_REFUND },
	};

	if (said == NULL)
		return NULL;
	if (strcmp(said, "capture") == 0)
		return fraud != NULL && strcmp(fraud, "accept") == 0 ? PAYMENT_CAPTURE : NULL;
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (strcmp(WORDS[i].said, said) == 0)
			return WORDS[i].status;
	return NULL;
}

struct payment_notice
midtrans_notice(struct arena *arena, const struct json *transaction)
{
	const char *amount = text_of(transaction, "gross_amount"), *refunded = text_of(transaction, "refund_amount");
	const char *order = text_of(transaction, "order_id");
	struct payment_notice notice = {
		.order_id = order != NULL && ascii_check(order) == NULL ? order : NULL,
		.status = midtrans_status(text_of(transaction, "transaction_status"), text_of(transaction, "fraud_status")),
		.amount = NONE,
		.currency = text_of(transaction, "currency") != NULL ? currency_of(arena, transaction) : "IDR",
	};

	if (amount == NULL || !money_parse(amount, "IDR", &notice.amount))
		notice.amount = NONE;
	/* What isn't told in parts was given back whole. */
	if (refunded == NULL || !money_parse(refunded, "IDR", &notice.refunded_amount))
		notice.refunded_amount = notice.amount;
	return notice;
}
