/*
 * /api/v1/items: what a project sells piece by piece (licensing.md section 3). Anybody may look at those that are for sale.
 */
#include "handlers/payments/payments.h"

#include <string.h>

#include "handlers/routes.h"
#include "lib/money.h"

static const struct field item_fields[] = {
	OUT_ID(struct item, id, ID_ITEM),
	OUT_STRING(struct item, name),
	OUT_STRING(struct item, description, .flags = FIELD_NULLABLE),
	OUT_INT(struct item, price, .description = "In the currency's smallest part: 2900 USD are $29.00, 49000 IDR Rp 49.000"),
	OUT_STRING(struct item, currency),
	OUT_BOOL(struct item, custom_amount, .description = "Whether buyers may give more than the price"),
	OUT_BOOL(struct item, active, .description = "Whether it is for sale"),
	OUT_TIME(struct item, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct item, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

struct item_path {
	struct {
		bool id, client_id;
	} has;
	const char *id, *client_id;
};

#define NAMED_BY(type)                                                                                                       \
	IN_ID(type, client_id, ID_PUBLIC_PROJECT, .in = IN_QUERY, .description = "The project's public id, from whoever has no credential")

static const struct field item_path[] = {
	IN_ID(struct item_path, id, ID_ITEM, .in = IN_PATH),
	FIELDS_END,
};

static const struct field item_get_input[] = {
	IN_ID(struct item_path, id, ID_ITEM, .in = IN_PATH),
	NAMED_BY(struct item_path),
	FIELDS_END,
};

static struct item
item_of(const struct item_row *row)
{
	return (struct item){
		.id = row->id,
		.name = row->name,
		.description = row->description,
		.price = row->price,
		.currency = row->currency,
		.custom_amount = row->custom_amount,
		.active = row->is_active,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

enum err
item_read(struct tx *tx, const char *project_id, const char *id, struct item *ret)
{
	struct item_row row;

	TRY(q_item_get(tx->db, &(struct q_item_get){ .project_id = project_id, .id = id }, &row));
	*ret = item_of(&row);
	return OK;
}

static enum verdict
show(const struct request *rq, unsigned status, const struct item *item)
{
	reply_etag(rq, item->version);
	return reply(rq, status, item_fields, item);
}

static enum err
record_item(const struct request *rq, struct tx *tx, enum event event, const struct item *before, const struct item *after)
{
	const struct item *item = after != NULL ? after : before;
	struct record r = request_record(rq, event, item->id, item->name);

	r.fields = item_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* ---- GET ---- */

static enum verdict
item_get(const struct request *rq, struct tx *tx)
{
	const struct item_path *in = rq->input;
	struct place place;
	struct item item;
	enum verdict verdict = place_find(rq, tx, in->client_id, &place);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = item_read(tx, place.project_id, in->id, &item);
	if (e == OK && place.is_anybody && !item.active)
		e = ERR_NOT_FOUND;
	return e == OK ? show(rq, 200, &item) : fail_err(rq, e);
}

struct item_list_input {
	struct {
		bool client_id, active;
	} has;
	const char *client_id, *active;
};

static const char *const YES_NO[] = { "true", "false", NULL };

static const struct field item_list_input[] = {
	NAMED_BY(struct item_list_input),
	IN_ENUM(struct item_list_input, active, YES_NO, .in = IN_QUERY, .description = "Whether they are for sale; whoever has no credential sees those alone"),
	FIELDS_END,
};

static enum err
find_items(const struct request *rq, struct tx *tx, const struct place *place, struct list_reply *list)
{
	const struct item_list_input *in = rq->input;
	int64_t active = place->is_anybody ? true : in->active == NULL ? NONE : strcmp(in->active, "true") == 0;
	struct q_item_count_row total = { .total = NONE };
	struct item_row *rows;

	TRY(q_item_list(tx->db,
			&(struct q_item_list){
			    .project_id = place->project_id,
			    .after_id = rq->page.after_id,
			    .active = active,
			    .limit = rq->page.limit + 1,
			},
			&rows, &list->count));
	if (rq->page.include_total)
		TRY(q_item_count(tx->db, &(struct q_item_count){ .project_id = place->project_id, .active = active }, &total));
	struct item *items = ARENA_ARRAY(rq->arena, list->count, struct item);
	for (size_t i = 0; i < list->count; i++)
		items[i] = item_of(&rows[i]);
	list->items = items;
	list->total = total.total;
	return OK;
}

static enum verdict
item_list(const struct request *rq, struct tx *tx)
{
	const struct item_list_input *in = rq->input;
	struct list_reply list = {
		.fields = item_fields,
		.item_size = sizeof(struct item),
		.id_offset = offsetof(struct item, id),
	};
	struct place place;
	enum verdict verdict = place_find(rq, tx, in->client_id, &place);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = find_items(rq, tx, &place, &list);
	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

struct item_input {
	struct {
		bool id, name, description, price, currency, custom_amount, active;
	} has;
	const char *id, *name, *description;
	int64_t price;
	const char *currency;
	bool custom_amount, active;
};

#define NAME(...) IN_STRING(struct item_input, name, .min = 1, .max = 255, __VA_ARGS__)
#define PRICE(...)                                                                                                           \
	IN_INT(struct item_input, price, 0, MONEY_MAX, .description = "In the currency's smallest part; 0 only with custom_amount", __VA_ARGS__)
#define CURRENCY(...) IN_STRING(struct item_input, currency, .check = currency_check, .description = "ISO 4217, as USD", __VA_ARGS__)
#define THE_REST                                                                                                             \
	IN_STRING(struct item_input, description, .min = 1, .max = 1000, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS),       \
	    IN_BOOL(struct item_input, custom_amount, .description = "Buyers may give more than the price; false when absent"), \
	    IN_BOOL(struct item_input, active, .description = "For sale; true when absent")

static const struct field item_create_input[] = {
	NAME(.flags = FIELD_REQUIRED), PRICE(.flags = FIELD_REQUIRED), CURRENCY(.flags = FIELD_REQUIRED), THE_REST, FIELDS_END,
};

static const struct field item_update_input[] = {
	IN_ID(struct item_input, id, ID_ITEM, .in = IN_PATH), NAME(.flags = 0), PRICE(.flags = 0), CURRENCY(.flags = 0), THE_REST, FIELDS_END,
};

/* What is free can't be paid. */
static enum verdict
check_price(const struct request *rq, const struct item *item)
{
	if (item->price > 0 || item->custom_amount)
		return go_on(rq);
	return fail_field(rq, "price", "range", "An item without a price is paid what buyers like: it needs custom_amount.");
}

static struct item
merge(const struct item_input *in, const struct item *before)
{
	struct item item = *before;

	if (in->has.name)
		item.name = in->name;
	if (in->has.description)
		item.description = in->description;
	if (in->has.price)
		item.price = in->price;
	if (in->has.currency)
		item.currency = in->currency;
	if (in->has.custom_amount)
		item.custom_amount = in->custom_amount;
	if (in->has.active)
		item.active = in->active;
	return item;
}

static enum err
create(const struct request *rq, struct tx *tx, const struct item *made, struct item *ret)
{
	const char *id;

	TRY(tx_make_id(tx, ID_ITEM, &id));
	TRY(q_item_insert(tx->db,
			  &(struct q_item_insert){
			      .project_id = rq->project.id,
			      .id = id,
			      .name = made->name,
			      .description = made->description,
			      .price = made->price,
			      .currency = made->currency,
			      .custom_amount = made->custom_amount,
			      .is_active = made->active,
			  },
			  NULL));
	TRY(item_read(tx, rq->project.id, id, ret));
	return record_item(rq, tx, EV_ITEM_CREATED, NULL, ret);
}

static enum verdict
item_create(const struct request *rq, struct tx *tx)
{
	struct item made = merge(rq->input, &(struct item){ .active = true }), item;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_price(rq, &made);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = create(rq, tx, &made, &item);
	return e == OK ? show(rq, 201, &item) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, const char *id, struct item *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_item_touch(tx->db, &(struct q_item_touch){ .project_id = rq->project.id, .id = id }, &matched));
	return matched == 0 ? ERR_NOT_FOUND : item_read(tx, rq->project.id, id, ret);
}

static enum err
update(const struct request *rq, struct tx *tx, const struct item *before, const struct item *to, struct item *ret)
{
	TRY(q_item_update(tx->db,
			  &(struct q_item_update){
			      .project_id = rq->project.id,
			      .id = before->id,
			      .name = to->name,
			      .description = to->description,
			      .price = to->price,
			      .currency = to->currency,
			      .custom_amount = to->custom_amount,
			      .is_active = to->active,
			  },
			  NULL));
	TRY(item_read(tx, rq->project.id, before->id, ret));
	return record_item(rq, tx, EV_ITEM_UPDATED, before, ret);
}

static enum verdict
item_update(const struct request *rq, struct tx *tx)
{
	const struct item_input *in = rq->input;
	struct item before, after;
	enum err e = lock(rq, tx, in->id, &before);

	if (e == OK && !precondition_holds(rq, before.version - 1))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	struct item to = merge(in, &before);
	enum verdict bad = check_price(rq, &to);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &before, &to, &after);
	return e == OK ? show(rq, 200, &after) : fail_err(rq, e);
}

/* ---- DELETE ---- */

/* A purchase writes the item's row before its own, so none comes in between. */
static enum err
delete_item(const struct request *rq, struct tx *tx)
{
	const struct item_path *in = rq->input;
	struct q_item_payment_count_row payments;
	struct item before;

	TRY(lock(rq, tx, in->id, &before));
	TRY(q_item_payment_count(tx->db, &(struct q_item_payment_count){ .project_id = rq->project.id, .item_id = in->id }, &payments));
	if (payments.total > 0)
		return ERR_ITEM_IN_USE;
	TRY(q_item_delete(tx->db, &(struct q_item_delete){ .project_id = rq->project.id, .id = in->id }, NULL));
	return record_item(rq, tx, EV_ITEM_DELETED, &before, NULL);
}

static enum verdict
item_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_item(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define SEEN_BY_ALL                                                                                                          \
	.auth = AUTH_ANY | AUTH_CLIENT | AUTH_PUBLIC, .site = SITE_BOTH, .tenant = TENANT_PROJECT, .permission = PERM_PAYMENT_READ, \
	.tx = TX_READ_SNAPSHOT
#define WRITTEN .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_PAYMENT_WRITE, .tx = TX_WRITE

const struct route item_routes[] = {
	{
	    SEEN_BY_ALL,
	    .id = "item_list",
	    .method = GET,
	    .path = "/api/v1/items",
	    .summary = "List items",
	    .description = "Whoever has no credential names the project by client_id, and sees what is for sale.",
	    .flags = ROUTE_LIST | ROUTE_PERMISSION_ASKED,
	    INPUT(struct item_list_input, item_list_input),
	    .output = item_fields,
	    .handler = item_list,
	},
	{
	    WRITTEN,
	    .id = "item_create",
	    .method = POST,
	    .path = "/api/v1/items",
	    .summary = "Make an item",
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    INPUT(struct item_input, item_create_input),
	    .output = item_fields,
	    .handler = item_create,
	},
	{
	    SEEN_BY_ALL,
	    .id = "item_get",
	    .method = GET,
	    .path = "/api/v1/items/{id}",
	    .summary = "Get an item",
	    .flags = ROUTE_ETAG | ROUTE_PERMISSION_ASKED,
	    INPUT(struct item_path, item_get_input),
	    .output = item_fields,
	    .handler = item_get,
	},
	{
	    WRITTEN,
	    .id = "item_update",
	    .method = PATCH,
	    .path = "/api/v1/items/{id}",
	    .summary = "Change an item",
	    .description = "Payments that have begun keep their amount.",
	    .flags = ROUTE_ETAG,
	    INPUT(struct item_input, item_update_input),
	    .output = item_fields,
	    .handler = item_update,
	},
	{
	    WRITTEN,
	    .id = "item_delete",
	    .method = DELETE,
	    .path = "/api/v1/items/{id}",
	    .summary = "Delete an item",
	    INPUT(struct item_path, item_path),
	    .errors = { ERR_ITEM_IN_USE },
	    .handler = item_delete,
	},
	ROUTES_END,
};
