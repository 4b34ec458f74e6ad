/*
 * /api/v1/rate_limits (users.md section 3): who has to wait before they may try to sign in again, and letting them off.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/encode.h"
#include "sql/gen/queries.h"

#define DIGEST_LEN 32

/* What is counted (domain/throttle.c), and what it is called here. */
static const struct {
	const char *kind, *shown;
} kinds[] = {
	{ "account", "account" },
	{ "ip", "address" },
	{ "phone", "phone" },
	{ "factor", "second_factor" },
	{ "device", "device_code" },
};

static const char *const KINDS[] = { "account", "address", "phone", "second_factor", "device_code", NULL };

struct rate_limit_view {
	const char *key, *kind, *subject;
	int64_t count, blocked_until_at;
	const char *stored_kind; /* not shown: what the list is sorted by */
};

static const struct field rate_limit_fields[] = {
	OUT_STRING(struct rate_limit_view, key),
	OUT_ENUM(struct rate_limit_view, kind, KINDS),
	OUT_STRING(struct rate_limit_view, subject, .flags = FIELD_NULLABLE,
		   .description = "The user, address or number; null: an identifier that nobody has"),
	OUT_INT(struct rate_limit_view, count, .description = "Failures in a row"),
	OUT_TIME(struct rate_limit_view, blocked_until_at,
		 .description = "The year 9999: until the password is reset or the account unlocked"),
	FIELDS_END,
};

static const char *
shown_kind(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].shown;
	return kind;
}

static struct rate_limit_view
make_view(const struct request *rq, const struct sign_in_throttle_row *row)
{
	const char *kind = shown_kind(row->kind);

	return (struct rate_limit_view){
		.key = arena_printf(rq->arena, "%s_%s", kind, hex_encode(rq->arena, row->subject_digest)),
		.kind = kind,
		.subject = row->subject,
		.count = row->count,
		.blocked_until_at = row->blocked_until_at,
		.stored_kind = row->kind,
	};
}

/* "address_" and 64 hexadecimal digits. */
static bool
read_key(struct arena *arena, const char *key, const char **ret_kind, struct bytes *ret_digest)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].shown);

		if (strncmp(key, kinds[i].shown, len) != 0 || key[len] != '_' ||
		    !hex_decode(arena, key + len + 1, ret_digest) || ret_digest->len != DIGEST_LEN)
			continue;
		*ret_kind = kinds[i].kind;
		return true;
	}
	return false;
}

/* ---- GET /rate_limits ---- */

static const char *
sort_of(const void *item)
{
	return ((const struct rate_limit_view *)item)->stored_kind;
}

static enum err
count_all(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	struct q_sign_in_throttle_total_row row;

	if (!rq->page.include_total)
		return OK;
	TRY(q_sign_in_throttle_total(
	    tx->db, &(struct q_sign_in_throttle_total){ .project_id = rq->project.id }, &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
rate_limit_list(const struct request *rq, struct tx *tx)
{
	struct q_sign_in_throttle_list filter = {
		.project_id = rq->project.id,
		.limit = rq->page.limit + 1,
	};
	struct sign_in_throttle_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;

	if (rq->page.after_id != NULL &&
	    !read_key(rq->arena, rq->page.after_id, &filter.after_kind, &filter.after_digest))
		return fail_err(rq, ERR_INVALID_CURSOR);
	enum err e = q_sign_in_throttle_list(tx->db, &filter, &rows, &count);
	if (e == OK)
		e = count_all(rq, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	struct rate_limit_view *views = ARENA_ARRAY(rq->arena, count, struct rate_limit_view);
	for (size_t i = 0; i < count; i++)
		views[i] = make_view(rq, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = rate_limit_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct rate_limit_view, key),
				  .sort = sort_of,
				  .total = total,
			      });
}

/* ---- DELETE /rate_limits/{key} ---- */

struct rate_limit_path {
	struct {
		bool key;
	} has;
	const char *key;
};

static const struct field rate_limit_path[] = {
	IN_STRING(struct rate_limit_path, key, .in = IN_PATH, .min = 1, .max = 80),
	FIELDS_END,
};

static enum err
reset(const struct request *rq, struct tx *tx, const char *key)
{
	struct record r = request_record(rq, EV_RATE_LIMIT_RESET, rq->project.id, rq->project.name);
	struct q_sign_in_throttle_reset bucket = { .project_id = rq->project.id };
	uint64_t matched = 0;

	if (!read_key(rq->arena, key, &bucket.kind, &bucket.subject_digest))
		return ERR_NOT_FOUND;
	TRY(q_sign_in_throttle_reset(tx->db, &bucket, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	r.changes = "{}";
	r.data = arena_printf(rq->arena, "{\"key\":\"%s\"}", key);
	return record(tx, &r);
}

static enum verdict
rate_limit_reset(const struct request *rq, struct tx *tx)
{
	const struct rate_limit_path *in = rq->input;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = reset(rq, tx, in->key);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route rate_limit_routes[] = {
	{
	    .id = "rate_limit_list",
	    .method = GET,
	    .path = "/api/v1/rate_limits",
	    .summary = "List who has to wait before the next sign-in",
	    .description = "Accounts, addresses and numbers with too many failures.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = rate_limit_fields,
	    .handler = rate_limit_list,
	},
	{
	    .id = "rate_limit_reset",
	    .method = DELETE,
	    .path = "/api/v1/rate_limits/{key}",
	    .summary = "Let somebody try again at once",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct rate_limit_path, rate_limit_path),
	    .handler = rate_limit_reset,
	},
	ROUTES_END,
};
