/*
 * Payments: made pending, moved by whoever was paid, and what a paid one brings about (licensing.md rules 25 to 30).
 */
#ifndef GATEHOUSE_DOMAIN_PAYMENTS_H
#define GATEHOUSE_DOMAIN_PAYMENTS_H

#include "lib/fields.h"
#include "lib/payment_moves.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

#define PAYMENT_METADATA_BYTES_MAX 4096

#define PAYMENT_BY_MANUAL   "manual"
#define PAYMENT_BY_STRIPE   "stripe"
#define PAYMENT_BY_MIDTRANS "midtrans"
#define PAYMENT_FOR_PLAN    "plan"
#define PAYMENT_FOR_ITEM    "item"
#define PAYMENT_FOR_SHOP    "shop"
#define PAYMENT_FOR_INVOICE "invoice"

/* Ended by NULL. */
extern const char *const payment_kinds[];
extern const char *const payment_provider_names[];

struct payment {
	const char *id, *order_id, *kind, *status;
	int64_t amount;
	const char *currency;
	int64_t refunded_amount;
	const char *provider, *user_id, *org_id, *plan_id, *item_id, *invoice_id, *item_name, *buyer_email, *buyer_name, *metadata, *return_url;
	const char *invoice_url;	/* where it is paid; NULL: it isn't pending any more */
	const char *provider_ref;
	const char *subscription_ref;	/* what the provider calls the subscription that it is a period of; NULL: paid once */
	int64_t expires_at, paid_at, created_at, updated_at;
};

extern const struct field payment_fields[];

/* What is to be paid, by whom, for what. */
struct payment_order {
	const char *kind;
	const char *order_id;	/* NULL: the payment's own id */
	const char *provider;	/* NULL: the project's default one */
	const char *user_id, *plan_id, *item_id, *invoice_id;
	const char *org_id;	/* whose plan or invoice it is, in the console; NULL: the user's own */
	int64_t amount;
	const char *currency;
	const char *buyer_email, *buyer_name;
	const char *item_name;	/* what the page calls it */
	const char *metadata;	/* JSON object; NULL: {} */
	const char *return_url;	/* looked at by payment_return_url_is_ours() before */
};

/* Is it on the origin of a redirect URI of one of the project's clients? */
enum err payment_return_url_is_ours(struct tx *, const char *project_id, const char *url, bool *ret) MUST_CHECK;
/* Pending from now on. NO_PAYMENT_PROVIDER, CURRENCY_NOT_SUPPORTED, ORDER_ID_EXISTS. */
enum err payment_make(struct tx *, const char *org_id, const char *project_id, const struct payment_order *, struct payment *ret) MUST_CHECK;
/* ERR_NO_ROW. */
enum err payment_read(struct tx *, const char *project_id, const char *id, struct payment *ret) MUST_CHECK;
enum err payment_of_row(struct tx *, const char *project_id, const struct payment_row *, struct payment *ret) MUST_CHECK;

/* The payment's row is written first: of two who move it the second reads what the first wrote. ERR_NO_ROW. */
enum err payment_lock(struct tx *, const char *project_id, const char *id, struct payment_row *ret) MUST_CHECK;

/*
 * Another period of the subscription that `first` began is about to be paid: a payment like it, locked, with that provider_ref. The first one's row
 * is locked, so that of two copies of one notification the second finds the payment of the first.
 */
enum err payment_renew(struct tx *, const char *org_id, const char *project_id, const struct payment_row *first, const char *provider_ref,
		       const char *subscription_ref, struct payment_row *ret) MUST_CHECK;

/*
 * A payment for the plan that its buyer has begun just like this and not paid: whoever presses twice owes once. ERR_NO_ROW: none, or nobody is
 * there to be paid by.
 */
enum err payment_find_begun(struct tx *, const char *project_id, const struct payment_order *, struct payment *ret) MUST_CHECK;

/* What whoever was paid says of it. */
struct payment_news {
	const char *status;
	const char *provider_ref;	/* NULL: nothing new */
	const char *subscription_ref;	/* NULL: nothing new */
	int64_t period_end;		/* of a subscription's period, as the provider counts it; 0: it didn't say */
	int64_t paid_at;		/* NONE: now */
	int64_t refunded_amount;	/* in all, of a refund */
	bool is_for_nothing;		/* paid, but whoever pays has given up what it is for: no plan comes of it */
};

/*
 * The move, if rule 26 has it, with all that it brings about: the plan, then the event. The row is locked. *ret_moved false: it has been so
 * already, or can't become so; nothing is written then. ERR_DUPLICATE: another payment of the provider has that provider_ref.
 */
enum err payment_move(struct tx *, const char *org_id, const char *project_id, const struct payment_row *, const struct payment_news *,
		      bool *ret_moved) MUST_CHECK;

#endif
