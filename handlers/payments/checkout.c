/*
 * GET /api/v1/checkout/{id}: what the page at a payment's invoice_url shows. The token in that address is all that lets in.
 */
#include <string.h>

#include "handlers/payments/payments.h"
#include "handlers/routes.h"
#include "lib/encode.h"

struct checkout_input {
	struct {
		bool id, t;
	} has;
	const char *id, *t;
};

static const struct field checkout_input[] = {
	IN_ID(struct checkout_input, id, ID_PAYMENT, .in = IN_PATH),
	IN_STRING(struct checkout_input, t, .in = IN_QUERY, .min = 1, .max = 64, .flags = FIELD_REQUIRED | FIELD_SECRET,
		  .description = "The token of invoice_url"),
	FIELDS_END,
};

struct checkout {
	const char *status, *provider;
	int64_t amount;
	const char *currency, *order_id, *item_name, *project_name, *provider_url, *instructions, *return_url;
	int64_t expires_at;
};

static const struct field checkout_fields[] = {
	OUT_ENUM(struct checkout, status, payment_statuses),
	OUT_ENUM(struct checkout, provider, payment_provider_names),
	OUT_INT(struct checkout, amount),
	OUT_STRING(struct checkout, currency),
	OUT_STRING(struct checkout, order_id),
	OUT_STRING(struct checkout, item_name, .flags = FIELD_NULLABLE),
	OUT_STRING(struct checkout, project_name),
	OUT_STRING(struct checkout, provider_url, .flags = FIELD_NULLABLE, .description = "The provider's own page; null: not made yet, or none is needed any more"),
	OUT_STRING(struct checkout, instructions, .flags = FIELD_NULLABLE, .description = "How to pay by hand"),
	OUT_STRING(struct checkout, return_url, .flags = FIELD_NULLABLE),
	OUT_TIME(struct checkout, expires_at),
	FIELDS_END,
};

static enum verdict
checkout_get(const struct request *rq, struct tx *tx)
{
	const struct checkout_input *in = rq->input;
	struct q_payment_of_page_row row;
	enum err e = q_payment_of_page(
	    tx->db, &(struct q_payment_of_page){ .id = in->id, .token_digest = sha256_bytes(rq->arena, in->t, strlen(in->t)) }, &row);

	if (e != OK)
		return fail_err(rq, e);
	bool is_pending = strcmp(row.status, PAYMENT_PENDING) == 0;
	return reply(rq, 200, checkout_fields,
		     &(struct checkout){
			 .status = row.status,
			 .provider = row.provider,
			 .amount = row.amount,
			 .currency = row.currency,
			 .order_id = row.order_id,
			 .item_name = row.item_name,
			 .project_name = row.project_name,
			 .provider_url = is_pending ? row.provider_url : NULL,
			 .instructions = is_pending ? row.instructions : NULL,
			 .return_url = row.return_url,
			 .expires_at = row.expires_at,
		     });
}

const struct route checkout_routes[] = {
	{
	    .id = "checkout_get",
	    .method = GET,
	    .path = "/api/v1/checkout/{id}",
	    .summary = "What is to be paid",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct checkout_input, checkout_input),
	    .output = checkout_fields,
	    .handler = checkout_get,
	},
	ROUTES_END,
};
