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

static struct payment_notice
session_notice(struct arena *arena, const struct json *session, const char *status)
{
	const char *currency = currency_of(arena, session);

	return (struct payment_notice){
		.payment_id = own_id(text_of(session, "client_reference_id")),
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
		.status = PAYMENT_REFUND,
		.amount = amount_of(charge, "amount", currency),
		.currency = currency,
		.refunded_amount = amount_of(charge, "amount_refunded", currency),
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
		return fraud == NULL || strcmp(fraud, "accept") == 0 ? PAYMENT_CAPTURE : NULL;
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
