/*
 * /api/v1/oauth_settings/initial_tokens: tokens that let somebody register a client (RFC 7591 section 3), made, looked at and ended.
 */
#include "handlers/routes.h"

#include "fcgi/request.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

static enum err
record_token(const struct request *rq, struct tx *tx, const char *before, const char *after)
{
	struct record r = request_record(rq, EV_OAUTH_SETTINGS_UPDATED, rq->project.id, rq->project.name);
	struct buffer changes = buffer_new(rq->arena);

	buffer_text(&changes, "{\"initial_token\":[");
	buffer_json_string(&changes, before);
	buffer_char(&changes, ',');
	buffer_json_string(&changes, after);
	buffer_text(&changes, "]}");
	r.changes = buffer_string(&changes);
	return record(tx, &r);
}

/* ---- POST ---- */

struct initial_token_input {
	struct {
		bool expires_in_s, uses;
	} has;
	int64_t expires_in_s, uses;
};

static const struct field initial_token_input[] = {
	IN_INT(struct initial_token_input, expires_in_s, 60, 30 * DAY_MS / SECOND_MS, .flags = FIELD_REQUIRED),
	IN_INT(struct initial_token_input, uses, 1, 100, .flags = FIELD_REQUIRED, .description = "How many clients it registers"),
	FIELDS_END,
};

struct initial_token_view {
	const char *id, *token;
	int64_t uses, expires_at;
};

static const struct field initial_token_fields[] = {
	OUT_ID(struct initial_token_view, id, ID_INITIAL_TOKEN),
	OUT_STRING(struct initial_token_view, token, .flags = FIELD_NULLABLE | FIELD_SECRET, .description = "In this reply and nowhere else"),
	OUT_INT(struct initial_token_view, uses),
	OUT_TIME(struct initial_token_view, expires_at),
	FIELDS_END,
};

static enum err
make_token(const struct request *rq, struct tx *tx, struct initial_token_view *ret)
{
	const struct initial_token_input *in = rq->input;
	struct initial_token_view token = { .uses = in->uses, .expires_at = rq->now_ms + in->expires_in_s * SECOND_MS };
	struct secret secret;

	TRY(request_guard(rq, tx));
	TRY(secret_make(rq->arena, SECRET_INITIAL_TOKEN, &secret));
	TRY(tx_make_id(tx, ID_INITIAL_TOKEN, &token.id));
	TRY(q_initial_token_insert(tx->db,
				   &(struct q_initial_token_insert){
				       .project_id = rq->project.id,
				       .id = token.id,
				       .digest = { secret.digest, sizeof(secret.digest) },
				       .uses_left = in->uses,
				       .created_by = rq->user.id,
				       .expires_at = token.expires_at,
				   },
				   NULL));
	TRY(record_token(rq, tx, NULL, token.id));
	token.token = secret.text;
	*ret = token;
	return OK;
}

static enum verdict
initial_token_create(const struct request *rq, struct tx *tx)
{
	struct initial_token_view token;
	enum err e = make_token(rq, tx, &token);

	return e == OK ? reply(rq, 201, initial_token_fields, &token) : fail_err(rq, e);
}

/* ---- GET ---- */

static const struct field row_fields[] = {
	OUT_ID(struct initial_token_row, id, ID_INITIAL_TOKEN),
	OUT_INT(struct initial_token_row, uses_left, .description = "How many clients it still registers"),
	OUT_ID(struct initial_token_row, created_by, ID_USER),
	OUT_STRING(struct initial_token_row, created_by_email, .flags = FIELD_NULLABLE, .description = "null: that person isn't there any more"),
	OUT_TIME(struct initial_token_row, created_at),
	OUT_TIME(struct initial_token_row, expires_at),
	FIELDS_END,
};

static enum verdict
initial_token_list(const struct request *rq, struct tx *tx)
{
	struct q_initial_token_count_row total = { .total = NONE };
	struct initial_token_row *rows = NULL;
	size_t count = 0;
	enum err e = q_initial_token_list(tx->db,
					  &(struct q_initial_token_list){
					      .console_id = rq->console_id,
					      .project_id = rq->project.id,
					      .after_id = rq->page.after_id,
					      .limit = rq->page.limit + 1,
					  },
					  &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_initial_token_count(tx->db, &(struct q_initial_token_count){ .project_id = rq->project.id }, &total);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = row_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct initial_token_row, id),
				  .total = total.total,
			      });
}

/* ---- DELETE ---- */

struct initial_token_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field path_fields[] = {
	IN_ID(struct initial_token_path, id, ID_INITIAL_TOKEN, .in = IN_PATH),
	FIELDS_END,
};

static enum err
end_token(const struct request *rq, struct tx *tx, const char *id)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_initial_token_end(tx->db, &(struct q_initial_token_end){ .project_id = rq->project.id, .id = id }, &matched));
	return matched == 1 ? record_token(rq, tx, id, NULL) : ERR_NO_ROW;
}

static enum verdict
initial_token_delete(const struct request *rq, struct tx *tx)
{
	const struct initial_token_path *in = rq->input;
	enum err e = end_token(rq, tx, in->id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define INITIAL_TOKENS .auth = AUTH_SESSION, .tenant = TENANT_PROJECT, .permission = PERM_OAUTH_SETTINGS_WRITE

const struct route initial_token_routes[] = {
	{
	    INITIAL_TOKENS,
	    .id = "initial_token_list",
	    .method = GET,
	    .path = "/api/v1/oauth_settings/initial_tokens",
	    .summary = "List the tokens that register clients",
	    .description = "Those that still do, the newest first; never the tokens themselves.",
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = row_fields,
	    .handler = initial_token_list,
	},
	{
	    INITIAL_TOKENS,
	    .id = "initial_token_create",
	    .method = POST,
	    .path = "/api/v1/oauth_settings/initial_tokens",
	    .summary = "Make a token that registers clients",
	    .description = "For whoever is to register a client (RFC 7591) while dcr is token.",
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct initial_token_input, initial_token_input),
	    .output = initial_token_fields,
	    .handler = initial_token_create,
	},
	{
	    INITIAL_TOKENS,
	    .id = "initial_token_delete",
	    .method = DELETE,
	    .path = "/api/v1/oauth_settings/initial_tokens/{id}",
	    .summary = "End a token that registers clients",
	    .description = "At once. What it has registered stays.",
	    .tx = TX_WRITE,
	    INPUT(struct initial_token_path, path_fields),
	    .handler = initial_token_delete,
	},
	ROUTES_END,
};
