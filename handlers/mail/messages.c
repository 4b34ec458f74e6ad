/*
 * /api/v1/messages (users.md section 3): what was sent to whom, and how that went. Never a body.
 */
#include "domain/messages.h"

#include <string.h>

#include "fcgi/request.h"
#include "handlers/routes.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

struct message_list_input {
	struct {
		bool template, status, user_id, created_after;
	} has;
	const char *template;
	const char *status;
	const char *user_id;
	int64_t created_after;
};

static const struct field message_list_input[] = {
	IN_STRING(struct message_list_input, template, .in = IN_QUERY, .min = 1, .max = 64, .check = slug_check),
	IN_ENUM(struct message_list_input, status, message_statuses, .in = IN_QUERY),
	IN_ID(struct message_list_input, user_id, ID_USER, .in = IN_QUERY),
	IN_TIME(struct message_list_input, created_after, .in = IN_QUERY),
	FIELDS_END,
};

static enum err
count_messages(struct tx *tx, const struct q_message_list *filter, int64_t *ret_total)
{
	struct q_message_count_row row;

	TRY(q_message_count(tx->db,
			    &(struct q_message_count){
				.project_id = filter->project_id,
				.template = filter->template,
				.status = filter->status,
				.user_id = filter->user_id,
				.created_after = filter->created_after,
			    },
			    &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
message_list(const struct request *rq, struct tx *tx)
{
	const struct message_list_input *in = rq->input;
	const struct q_message_list filter = {
		.project_id = rq->project.id,
		.template = in->template,
		.status = in->status,
		.user_id = in->user_id,
		.created_after = in->created_after,
		.after_id = rq->page.after_id,
		.limit = rq->page.limit + 1,
	};
	struct message_row *rows;
	int64_t total = NONE;
	size_t count;
	enum err e = q_message_list(tx->db, &filter, &rows, &count);

	if (e == OK && rq->page.include_total)
		e = count_messages(tx, &filter, &total);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = message_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct message_row, id),
				  .total = total,
			      });
}

struct message_path {
	struct {
		bool message_id;
	} has;
	const char *message_id;
};

static const struct field message_path[] = {
	IN_ID(struct message_path, message_id, ID_MESSAGE, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
message_show(const struct request *rq, struct tx *tx)
{
	const struct message_path *in = rq->input;
	struct message_row row;
	enum err e = message_get(tx, rq->project.id, in->message_id, &row);

	return e == OK ? reply(rq, 200, message_fields, &row) : fail_err(rq, e);
}

static enum verdict
message_try_again(const struct request *rq, struct tx *tx)
{
	const struct message_path *in = rq->input;
	enum message_retry answer = MESSAGE_RETRIED;
	struct message_row row;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = message_retry(tx, rq->org.id, rq->project.id, in->message_id, &answer);
	if (e == OK && answer == MESSAGE_SENT_ALREADY)
		return fail(rq, ERR_MESSAGE_EXPIRED, "It was sent; what it said is gone.");
	if (e == OK && answer == MESSAGE_EXPIRED)
		return fail_err(rq, ERR_MESSAGE_EXPIRED);
	if (e == OK)
		e = message_get(tx, rq->project.id, in->message_id, &row);
	return e == OK ? reply(rq, 200, message_fields, &row) : fail_err(rq, e);
}

const struct route message_routes[] = {
	{
	    .id = "message_list",
	    .method = GET,
	    .path = "/api/v1/messages",
	    .summary = "List mails and texts, the newest first",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_MAIL_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct message_list_input, message_list_input),
	    .output = message_fields,
	    .handler = message_list,
	},
	{
	    .id = "message_get",
	    .method = GET,
	    .path = "/api/v1/messages/{message_id}",
	    .summary = "Get a mail or text",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_MAIL_READ,
	    .tx = TX_READ_ONE,
	    INPUT(struct message_path, message_path),
	    .output = message_fields,
	    .handler = message_show,
	},
	{
	    .id = "message_retry",
	    .method = POST,
	    .path = "/api/v1/messages/{message_id}/retry",
	    .summary = "Try a mail or text again at once",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_MAIL_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct message_path, message_path),
	    .output = message_fields,
	    .errors = { ERR_MESSAGE_EXPIRED, ERR_RATE_LIMITED },
	    .handler = message_try_again,
	},
	ROUTES_END,
};
