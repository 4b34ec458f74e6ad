/*
 * GET /api/v1/payments/{id}/notifications: what a payment's provider told of it, and what came of that (licensing.md rules 27 and 30).
 */
#include "domain/payment_notices.h"

#include "fcgi/request.h"
#include "handlers/routes.h"
#include "lib/encode.h"

static const char *const OUTCOMES[] = { NOTICE_MOVED, NOTICE_IGNORED, NOTICE_MISMATCH, NULL };

struct notification {
	const char *digest, *connection_id, *status, *outcome;
	int64_t received_at;
	const char *sort_key;
};

static const struct field notification_fields[] = {
	OUT_STRING(struct notification, digest, .description = "SHA-256 of the body that came, in hex"),
	OUT_ID(struct notification, connection_id, ID_CONNECTION),
	OUT_ENUM(struct notification, status, payment_statuses, .flags = FIELD_NULLABLE,
		 .description = "What the payment is by its word; null: it told of something else"),
	OUT_ENUM(struct notification, outcome, OUTCOMES,
		 .description = "mismatch: another amount or currency than was asked for; ignored: the payment was so already, or can't become so"),
	OUT_TIME(struct notification, received_at),
	FIELDS_END,
};

struct notification_list_input {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field notification_list_input[] = {
	IN_ID(struct notification_list_input, id, ID_PAYMENT, .in = IN_PATH),
	FIELDS_END,
};

static const char *
sort_key_of(const void *notification)
{
	return ((const struct notification *)notification)->sort_key;
}

static struct notification
notification_of(struct arena *arena, const struct payment_notification_row *row)
{
	return (struct notification){
		.digest = hex_encode(arena, row->body_digest),
		.connection_id = row->connection_id,
		.status = row->status,
		.outcome = row->outcome,
		.received_at = row->received_at,
		.sort_key = arena_printf(arena, "%lld", (long long)row->received_at),
	};
}

/* Where the page before ended. */
static enum err
read_cursor(const struct request *rq, struct q_payment_notification_list *query)
{
	query->after_at = NONE;
	if (rq->page.after_sort == NULL)
		return OK;
	if (!int_parse(rq->page.after_sort, 0, INT64_MAX, &query->after_at) || !hex_decode(rq->arena, rq->page.after_id, &query->after_digest))
		return ERR_INVALID_CURSOR;
	return OK;
}

static enum err
find_notifications(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	const struct notification_list_input *in = rq->input;
	struct q_payment_notification_list query = { .project_id = rq->project.id, .payment_id = in->id, .limit = rq->page.limit + 1 };
	struct q_payment_notification_count_row total = { .total = NONE };
	struct payment_notification_row *rows;
	struct payment payment;

	TRY(payment_read(tx, rq->project.id, in->id, &payment));
	TRY(read_cursor(rq, &query));
	TRY(q_payment_notification_list(tx->db, &query, &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_payment_notification_count(
		    tx->db, &(struct q_payment_notification_count){ .project_id = rq->project.id, .payment_id = in->id }, &total));
	struct notification *notifications = ARENA_ARRAY(rq->arena, list->count, struct notification);
	for (size_t i = 0; i < list->count; i++)
		notifications[i] = notification_of(rq->arena, &rows[i]);
	list->items = notifications;
	list->total = total.total;
	return OK;
}

static enum verdict
payment_notification_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = notification_fields,
		.item_size = sizeof(struct notification),
		.id_offset = offsetof(struct notification, digest),
		.sort = sort_key_of,
	};
	enum err e = find_notifications(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

const struct route payment_notification_routes[] = {
	{
	    .id = "payment_notification_list",
	    .method = GET,
	    .path = "/api/v1/payments/{id}/notifications",
	    .summary = "List what a payment's provider told",
	    .description = "The newest first; each is kept for 30 days. Copies of one count once.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PAYMENT_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct notification_list_input, notification_list_input),
	    .output = notification_fields,
	    .handler = payment_notification_list,
	},
	ROUTES_END,
};
