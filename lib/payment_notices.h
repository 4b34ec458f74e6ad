/*
 * What Stripe and Midtrans say of payments: are they who they say they are, and what does it mean here? (licensing.md rules 28 and 29)
 */
#ifndef GATEHOUSE_LIB_PAYMENT_NOTICES_H
#define GATEHOUSE_LIB_PAYMENT_NOTICES_H

#include "lib/json.h"

/* The header Stripe-Signature: any v1 of it is HMAC-SHA256 of "t.body" with the endpoint's secret, and t is within 300 s of now. */
bool stripe_signature_is_good(struct arena *, const char *header, struct bytes body, const char *secret, int64_t now_ms);
/* signature_key is hex SHA-512 of order_id, status_code, gross_amount and the server key. */
bool midtrans_signature_is_good(struct arena *, const struct json *notice, const char *server_key);

/* Amounts as the provider counts them; we count in the currency's smallest part. */
int64_t stripe_amount(int64_t amount, const char *currency);

enum notice_about {
	NOTICE_OF_PAYMENT,	/* the payment that it names becomes what it says */
	NOTICE_OF_RENEWAL,	/* another period of its subscription is paid: that is another payment */
	NOTICE_OF_NO_RENEWAL,	/* another period couldn't be paid */
	NOTICE_OF_END,		/* its subscription is over */
};

struct payment_notice {
	enum notice_about about;
	const char *payment_id, *order_id;	/* which payment, a subscription's first: by one of these four; all NULL: none of ours */
	const char *invoice_ref;		/* the provider's invoice for a period: its payment's provider_ref */
	const char *subscription_ref;		/* the provider's subscription */
	const char *status;			/* what it shall become; NULL: nothing that counts here */
	int64_t amount;				/* that was asked for; NONE: unreadable */
	const char *currency;
	int64_t refunded_amount;		/* in all */
	int64_t period_end;			/* of what is paid, as the provider counts it; 0: it doesn't say */
};

/* One event of Stripe's. */
struct payment_notice stripe_notice(struct arena *, const struct json *event);
/* A checkout session, asked for; is_over: its time has run out, so that not being paid is final. */
struct payment_notice stripe_session_notice(struct arena *, const struct json *session, bool is_over);
/* A notification of Midtrans's, or its answer about a transaction: both have the same members. */
struct payment_notice midtrans_notice(struct arena *, const struct json *transaction);

#endif
