/*
 * /api/v1/payments: what is owed and paid, and the word of whoever sees that money came by hand (licensing.md section 3).
 */
#include "handlers/payments/payments.h"

#include <string.h>

#include "handlers/routes.h"

struct payment_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field payment_path[] = {
	IN_ID(struct payment_path, id, ID_PAYMENT, .in = IN_PATH),
	FIELDS_END,
};

/* ---- GET ---- */

static enum verdict
payment_get(const struct request *rq, struct tx *tx)
{
	const struct payment_path *in = rq->input;
	struct payment payment;
	enum err e = payment_read(tx, rq->project.id, in->id, &payment);

	return e == OK ? reply(rq, 200, payment_fields, &payment) : fail_err(rq, e);
}

struct payment_list_input {
	struct {
		bool status, kind, order_id, user_id;
	} has;
	const char *status, *kind, *order_id, *user_id;
};

static const char *
ascii_word_check(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return "pattern";
	return NULL;
}

static const struct field payment_list_input[] = {
	IN_ENUM(struct payment_list_input, status, payment_statuses, .in = IN_QUERY),
	IN_ENUM(struct payment_list_input, kind, payment_kinds, .in = IN_QUERY),
	IN_STRING(struct payment_list_input, order_id, .in = IN_QUERY, .min = 1, .max = 50, .check = ascii_word_check),
	IN_ID(struct payment_list_input, user_id, ID_USER, .in = IN_QUERY),
	FIELDS_END,
};

static enum err
fill(struct tx *tx, const char *project_id, const struct payment_row *rows, struct list_reply *list)
{
	struct payment *payments = ARENA_ARRAY(tx->arena, list->count, struct payment);

	for (size_t i = 0; i < list->count; i++)
		TRY(payment_of_row(tx, project_id, &rows[i], &payments[i]));
	list->items = payments;
	return OK;
}

static enum err
find_payments(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	const struct payment_list_input *in = rq->input;
	struct q_payment_count_row total = { .total = NONE };
	struct payment_row *rows;

	TRY(q_payment_list(tx->db,
			   &(struct q_payment_list){
			       .project_id = rq->project.id,
			       .after_id = rq->page.after_id,
			       .status = in->status,
			       .kind = in->kind,
			       .order_id = in->order_id,
			       .user_id = in->user_id,
			       .limit = rq->page.limit + 1,
			   },
			   &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_payment_count(tx->db,
				    &(struct q_payment_count){
					.project_id = rq->project.id,
					.status = in->status,
					.kind = in->kind,
					.order_id = in->order_id,
					.user_id = in->user_id,
				    },
				    &total));
	list->total = total.total;
	return fill(tx, rq->project.id, rows, list);
}

static enum verdict
payment_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = payment_fields,
		.item_size = sizeof(struct payment),
		.id_offset = offsetof(struct payment, id),
	};
	enum err e = find_payments(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- settle and cancel ---- */

#define PAID_AGO_MAX_MS (366 * DAY_MS)

struct hand_input {
	struct {
		bool id, reference, paid_at;
	} has;
	const char *id, *reference;
	int64_t paid_at;
};

#define REFERENCE(...)                                                                                                       \
	IN_STRING(struct hand_input, reference, .min = 1, .max = 255, .check = ascii_word_check,                             \
		  .description = "What the bank calls it, without blanks; no two payments have the same", __VA_ARGS__)

static const struct field settle_input[] = {
	IN_ID(struct hand_input, id, ID_PAYMENT, .in = IN_PATH),
	REFERENCE(.flags = FIELD_REQUIRED),
	IN_TIME(struct hand_input, paid_at, .description = "Now when absent; not in the future, nor more than a year ago"),
	FIELDS_END,
};

static const struct field cancel_input[] = {
	IN_ID(struct hand_input, id, ID_PAYMENT, .in = IN_PATH),
	REFERENCE(.flags = 0),
	FIELDS_END,
};

/* What is so already, by that reference, stays; by another it is somebody else's money. */
static enum err
move_by_hand(const struct request *rq, struct tx *tx, const char *to, struct payment *ret)
{
	const struct hand_input *in = rq->input;
	const struct payment_news news = {
		.status = to,
		.provider_ref = in->reference,
		.paid_at = in->has.paid_at ? in->paid_at : NONE,
	};
	struct payment_row row;
	bool is_moved;

	TRY(request_guard(rq, tx));
	TRY(payment_lock(tx, rq->project.id, in->id, &row));
	if (strcmp(row.provider, PAYMENT_BY_MANUAL) != 0)
		return ERR_NOT_MANUAL;
	TRY(payment_move(tx, rq->org.id, rq->project.id, &row, &news, &is_moved));
	if (!is_moved)
		return ERR_INVALID_TRANSITION;
	return payment_read(tx, rq->project.id, in->id, ret);
}

static enum verdict
end_move(const struct request *rq, struct tx *tx, const char *to)
{
	struct payment payment;
	enum err e = move_by_hand(rq, tx, to, &payment);

	if (e == ERR_DUPLICATE)
		return fail_field(rq, "reference", "unique", "Another payment was settled with that reference.");
	return e == OK ? reply(rq, 200, payment_fields, &payment) : fail_err(rq, e);
}

static enum verdict
payment_settle(const struct request *rq, struct tx *tx)
{
	const struct hand_input *in = rq->input;

	if (in->has.paid_at && in->paid_at > rq->now_ms)
		return fail_field(rq, "paid_at", "range", "That is in the future.");
	if (in->has.paid_at && in->paid_at < rq->now_ms - PAID_AGO_MAX_MS)
		return fail_field(rq, "paid_at", "range", "That is more than a year ago.");
	return end_move(rq, tx, PAYMENT_SETTLEMENT);
}

static enum verdict
payment_cancel(const struct request *rq, struct tx *tx)
{
	return end_move(rq, tx, PAYMENT_CANCEL);
}

#define BY_HAND .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_PAYMENT_WRITE, .tx = TX_WRITE, .method = POST
#define READ .auth = AUTH_ANY | AUTH_CLIENT, .tenant = TENANT_PROJECT, .permission = PERM_PAYMENT_READ, .method = GET, .tx = TX_READ_SNAPSHOT

const struct route payment_routes[] = {
	{
	    READ,
	    .id = "payment_list",
	    .path = "/api/v1/payments",
	    .summary = "List payments",
	    .flags = ROUTE_LIST | ROUTE_SHOWS_SECRET,
	    INPUT(struct payment_list_input, payment_list_input),
	    .output = payment_fields,
	    .handler = payment_list,
	},
	{
	    READ,
	    .id = "payment_get",
	    .path = "/api/v1/payments/{id}",
	    .summary = "Get a payment",
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct payment_path, payment_path),
	    .output = payment_fields,
	    .handler = payment_get,
	},
	{
	    BY_HAND,
	    .id = "payment_settle",
	    .path = "/api/v1/payments/{id}/settle",
	    .summary = "Say that a payment came",
	    .description = "Of those that no provider watches (manual). Also one that was cancelled or came too late.",
	    INPUT(struct hand_input, settle_input),
	    .output = payment_fields,
	    .errors = { ERR_NOT_MANUAL, ERR_INVALID_TRANSITION },
	    .handler = payment_settle,
	},
	{
	    BY_HAND,
	    .id = "payment_cancel",
	    .path = "/api/v1/payments/{id}/cancel",
	    .summary = "Call a payment off",
	    .description = "Of those that no provider watches (manual), while they are pending.",
	    INPUT(struct hand_input, cancel_input),
	    .output = payment_fields,
	    .errors = { ERR_NOT_MANUAL, ERR_INVALID_TRANSITION },
	    .handler = payment_cancel,
	},
	ROUTES_END,
};
