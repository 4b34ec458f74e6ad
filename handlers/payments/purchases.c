/*
 * POST /items/{id}/purchase, /shop_payments and /payments: what begins a payment (licensing.md rule 25). Nobody is called here: a job asks the provider,
 * and the page at invoice_url waits for it.
 */
#include "handlers/payments/payments.h"

#include <string.h>

#include "handlers/routes.h"
#include "lib/metadata.h"
#include "lib/money.h"
#include "lib/text.h"
#include "lib/uris.h"

#define METADATA_MEMBERS_MAX 64

/* ---- where ---- */

enum verdict
place_find(const struct request *rq, struct tx *tx, const char *client_id, struct place *ret)
{
	struct q_payment_project_row row;

	if (rq->credential.kind != CREDENTIAL_NONE) {
		*ret = (struct place){ .project_id = rq->project.id, .org_id = rq->org.id };
		return request_may(rq, rq->route->permission) ? go_on(rq) : fail_err(rq, request_may_not(rq, rq->route->permission));
	}
	if (client_id == NULL)
		return fail_field(rq, "client_id", "required", "Name the project by its public id, or bring a credential.");
	enum err e = q_payment_project(tx->db, &(struct q_payment_project){ .client_id = client_id }, &row);
	if (e == OK && strcmp(row.org_status, "active") != 0)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return fail_err(rq, e);
	*ret = (struct place){ .project_id = row.project_id, .org_id = row.org_id, .is_anybody = true };
	return go_on(rq);
}

/* ---- what both say of the buyer ---- */

struct buyer_input {
	struct {
		bool id, client_id, amount, currency, order_id, item_name, buyer_email, buyer_name, metadata, return_url;
	} has;
	const char *id, *client_id;
	int64_t amount;
	const char *currency, *order_id, *item_name, *buyer_email, *buyer_name, *metadata, *return_url;
};

static const char *
order_id_check(const char *order_id)
{
	return order_id[strspn(order_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")] == '\0' ? NULL : "pattern";
}

#define BUYER                                                                                                                \
	IN_STRING(struct buyer_input, buyer_email, .min = 3, .max = 254, .flags = FIELD_REQUIRED),                           \
	    IN_STRING(struct buyer_input, buyer_name, .min = 1, .max = 255),                                                 \
	    IN_STRING(struct buyer_input, return_url, .min = 1, .max = 2048, .check = web_redirect_uri_check,                \
		      .description = "Where the page leads back to: on the origin of a redirect URI of one of the project's clients")
#define AMOUNT(...) IN_INT(struct buyer_input, amount, 1, MONEY_MAX, __VA_ARGS__)

static const struct field purchase_input[] = {
	IN_ID(struct buyer_input, id, ID_ITEM, .in = IN_PATH),
	IN_ID(struct buyer_input, client_id, ID_PUBLIC_PROJECT, .description = "The project's public id, from whoever has no credential"),
	BUYER,
	AMOUNT(.description = "Instead of the price: of the project's own applications any, of others no less than the price where the item has custom_amount"),
	FIELDS_END,
};

static const struct field shop_input[] = {
	AMOUNT(.flags = FIELD_REQUIRED, .description = "In the currency's smallest part"),
	IN_STRING(struct buyer_input, currency, .check = currency_check, .flags = FIELD_REQUIRED, .description = "ISO 4217, as USD"),
	IN_STRING(struct buyer_input, order_id, .min = 1, .max = 50, .check = order_id_check, .flags = FIELD_REQUIRED,
		  .description = "The shop's own name for the order: letters, digits, . _ ~ -"),
	BUYER,
	IN_STRING(struct buyer_input, item_name, .min = 1, .max = 255, .flags = FIELD_REQUIRED),
	IN_JSON(struct buyer_input, metadata, .max = PAYMENT_METADATA_BYTES_MAX, .check = json_object_check,
		.description = "Up to 64 texts, numbers and yes or no; comes back in the event"),
	FIELDS_END,
};

/* What a table can't judge. */
struct words {
	const char *email_field, *email, *metadata, *return_url;
};

static enum verdict
check_words(const struct request *rq, struct tx *tx, const char *project_id, const struct words *words)
{
	bool is_ours = true;
	const char *key;

	if (!email_key(rq->arena, words->email, &key))
		return fail_field(rq, words->email_field, "email", "That isn't an e-mail address.");
	const char *rule = words->metadata == NULL ? NULL : metadata_flat_rule(rq->arena, words->metadata, METADATA_MEMBERS_MAX);
	if (rule != NULL)
		return fail_field(rq, "metadata", rule, "%s", metadata_rule_message(rule));
	if (words->return_url == NULL)
		return go_on(rq);
	enum err e = payment_return_url_is_ours(tx, project_id, words->return_url, &is_ours);
	if (e != OK)
		return fail_err(rq, e);
	return is_ours ? go_on(rq) : fail_field(rq, "return_url", "origin", "None of the project's clients has a redirect URI on that origin.");
}

static enum verdict
check_buyer(const struct request *rq, struct tx *tx, const char *project_id)
{
	const struct buyer_input *in = rq->input;

	return check_words(rq, tx, project_id, &(struct words){ "buyer_email", in->buyer_email, in->metadata, in->return_url });
}

static struct payment_order
order_of(const struct buyer_input *in, const char *kind)
{
	return (struct payment_order){
		.kind = kind,
		.order_id = in->order_id,
		.amount = in->amount,
		.currency = in->currency,
		.buyer_email = in->buyer_email,
		.buyer_name = in->buyer_name,
		.item_name = in->item_name,
		.metadata = in->metadata,
		.return_url = in->return_url,
	};
}

/* ---- an item ---- */

struct purchase {
	const char *id, *order_id, *invoice_url;
};

static const struct field purchase_fields[] = {
	OUT_ID(struct purchase, id, ID_PAYMENT),
	OUT_STRING(struct purchase, order_id),
	OUT_STRING(struct purchase, invoice_url, .description = "Where it is paid"),
	FIELDS_END,
};

/* Rule 25. */
static enum verdict
choose_amount(const struct request *rq, const struct place *place, const struct item *item, int64_t *ret)
{
	const struct buyer_input *in = rq->input;

	if (in->has.amount && place->is_anybody && (!item->custom_amount || in->amount < item->price))
		return fail_err(rq, ERR_AMOUNT_NOT_ALLOWED);
	*ret = in->has.amount ? in->amount : item->price;
	if (*ret == 0)
		return fail_field(rq, "amount", "required", "The item has no price: say what you give.");
	return go_on(rq);
}

static enum err
find_item(struct tx *tx, const struct place *place, const char *id, struct item *ret)
{
	uint64_t matched = 0;

	TRY(q_item_guard(tx->db, &(struct q_item_guard){ .project_id = place->project_id, .id = id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(item_read(tx, place->project_id, id, ret));
	return ret->active ? OK : ERR_NOT_FOUND;
}

static enum verdict
begin_purchase(const struct request *rq, struct tx *tx, const struct place *place, struct payment_order *ret)
{
	const struct buyer_input *in = rq->input;
	struct item item;
	enum err e = find_item(tx, place, in->id, &item);

	if (e != OK)
		return fail_err(rq, e);
	*ret = order_of(in, PAYMENT_FOR_ITEM);
	ret->item_id = item.id;
	ret->item_name = item.name;
	ret->currency = item.currency;
	return choose_amount(rq, place, &item, &ret->amount);
}

static enum verdict
item_purchase(const struct request *rq, struct tx *tx)
{
	const struct buyer_input *in = rq->input;
	struct payment_order order;
	struct payment payment;
	struct place place;
	enum verdict verdict = place_find(rq, tx, in->client_id, &place);

	if (verdict == VERDICT_GO_ON)
		verdict = begin_purchase(rq, tx, &place, &order);
	if (verdict == VERDICT_GO_ON)
		verdict = check_buyer(rq, tx, place.project_id);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = payment_make(tx, place.org_id, place.project_id, &order, &payment);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 201, purchase_fields, &(struct purchase){ payment.id, payment.order_id, payment.invoice_url });
}

/* ---- a shop's own order ---- */

static enum verdict
shop_payment_create(const struct request *rq, struct tx *tx)
{
	const struct payment_order order = order_of(rq->input, PAYMENT_FOR_SHOP);
	struct payment payment;
	enum verdict verdict = check_buyer(rq, tx, rq->project.id);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = payment_make(tx, rq->org.id, rq->project.id, &order, &payment);
	return e == OK ? reply(rq, 201, payment_fields, &payment) : fail_err(rq, e);
}

/* ---- a plan ---- */

struct plan_payment_input {
	struct {
		bool user_id, plan_key, plan_id, customer_email, customer_name, metadata, return_url, provider;
	} has;
	const char *user_id, *plan_key, *plan_id, *customer_email, *customer_name, *metadata, *return_url, *provider;
};

static const struct field plan_payment_input[] = {
	IN_ID(struct plan_payment_input, user_id, ID_USER, .flags = FIELD_REQUIRED, .description = "Who is on the plan once it is paid"),
	IN_STRING(struct plan_payment_input, plan_key, .min = 1, .max = 64, .check = ascii_check, .description = "The plan, by its key or its id"),
	IN_ID(struct plan_payment_input, plan_id, ID_PLAN),
	IN_STRING(struct plan_payment_input, customer_email, .min = 3, .max = 254, .flags = FIELD_REQUIRED),
	IN_STRING(struct plan_payment_input, customer_name, .min = 1, .max = 255),
	IN_JSON(struct plan_payment_input, metadata, .max = PAYMENT_METADATA_BYTES_MAX, .check = json_object_check,
		.description = "Up to 64 texts, numbers and yes or no; comes back in the event"),
	IN_STRING(struct plan_payment_input, return_url, .min = 1, .max = 2048, .check = web_redirect_uri_check,
		  .description = "Where the page leads back to: on the origin of a redirect URI of one of the project's clients"),
	IN_ENUM(struct plan_payment_input, provider, payment_provider_names, .description = "The project's default one when absent"),
	FIELDS_END,
};

static enum verdict
find_plan(const struct request *rq, struct tx *tx, struct plan_row *ret)
{
	const struct plan_payment_input *in = rq->input;
	const char *field = in->has.plan_id ? "plan_id" : "plan_key";

	if (in->has.plan_id == in->has.plan_key)
		return fail_field(rq, "plan_key", "required", "Name the plan by plan_key or plan_id, one of them.");
	enum err e = in->has.plan_id ? q_plan_get(tx->db, &(struct q_plan_get){ .project_id = rq->project.id, .id = in->plan_id }, ret)
				     : q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = rq->project.id, .plan_key = in->plan_key }, ret);
	if (e == ERR_NO_ROW)
		return fail_field(rq, field, "unknown", "The project has no such plan.");
	if (e == OK && ret->is_archived)
		e = ERR_PLAN_ARCHIVED;
	if (e == OK && ret->price == 0)
		e = ERR_FREE_PLAN;
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum verdict
find_buyer(const struct request *rq, struct tx *tx)
{
	const struct plan_payment_input *in = rq->input;
	struct user_row user;
	enum err e = q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = in->user_id }, &user);

	if (e == ERR_NO_ROW)
		return fail_field(rq, "user_id", "unknown", "The project has no such user.");
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum err
make_plan_payment(const struct request *rq, struct tx *tx, const struct plan_row *plan, struct payment *ret)
{
	const struct plan_payment_input *in = rq->input;
	const struct payment_order order = {
		.kind = PAYMENT_FOR_PLAN,
		.provider = in->provider,
		.user_id = in->user_id,
		.plan_id = plan->id,
		.amount = plan->price,
		.currency = plan->currency,
		.buyer_email = in->customer_email,
		.buyer_name = in->customer_name,
		.item_name = plan->display_name,
		.metadata = in->metadata,
		.return_url = in->return_url,
	};

	return payment_make(tx, rq->org.id, rq->project.id, &order, ret);
}

static enum verdict
payment_create(const struct request *rq, struct tx *tx)
{
	const struct plan_payment_input *in = rq->input;
	struct payment payment;
	struct plan_row plan;
	enum err e = request_guard(rq, tx);
	enum verdict verdict = e == OK ? find_plan(rq, tx, &plan) : fail_err(rq, e);

	if (verdict == VERDICT_GO_ON)
		verdict = find_buyer(rq, tx);
	if (verdict == VERDICT_GO_ON)
		verdict = check_words(rq, tx, rq->project.id, &(struct words){ "customer_email", in->customer_email, in->metadata, in->return_url });
	if (verdict != VERDICT_GO_ON)
		return verdict;
	e = make_plan_payment(rq, tx, &plan, &payment);
	return e == OK ? reply(rq, 201, payment_fields, &payment) : fail_err(rq, e);
}

const struct route purchase_routes[] = {
	{
	    .id = "payment_create",
	    .method = POST,
	    .path = "/api/v1/payments",
	    .summary = "Begin to be paid for a plan",
	    .description = "The user is on the plan, for one period, before payment.settled is told.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PAYMENT_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct plan_payment_input, plan_payment_input),
	    .output = payment_fields,
	    .errors = { ERR_NO_PAYMENT_PROVIDER, ERR_FREE_PLAN, ERR_PLAN_ARCHIVED, ERR_CURRENCY_NOT_SUPPORTED },
	    .handler = payment_create,
	},
	{
	    .id = "item_purchase",
	    .method = POST,
	    .path = "/api/v1/items/{id}/purchase",
	    .summary = "Begin to buy an item",
	    .auth = AUTH_PUBLIC | AUTH_CLIENT,
	    .site = SITE_BOTH,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PAYMENT_WRITE,
	    .tx = TX_WRITE,
	    .rate = RATE_PURCHASE,
	    .status = 201,
	    .flags = ROUTE_PERMISSION_ASKED,
	    INPUT(struct buyer_input, purchase_input),
	    .output = purchase_fields,
	    .errors = { ERR_AMOUNT_NOT_ALLOWED, ERR_NO_PAYMENT_PROVIDER, ERR_CURRENCY_NOT_SUPPORTED },
	    .handler = item_purchase,
	},
	{
	    .id = "shop_payment_create",
	    .method = POST,
	    .path = "/api/v1/shop_payments",
	    .summary = "Begin to be paid for a shop's order",
	    .auth = AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PAYMENT_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct buyer_input, shop_input),
	    .output = payment_fields,
	    .errors = { ERR_ORDER_ID_EXISTS, ERR_NO_PAYMENT_PROVIDER, ERR_CURRENCY_NOT_SUPPORTED },
	    .handler = shop_payment_create,
	},
	ROUTES_END,
};
