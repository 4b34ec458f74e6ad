/*
 * GET /api/v1/audit_events/export (tenancy.md 4.5): audit events as a file, page by page so that a large one fits into the arena.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/audit_events/chain.h"
#include "lib/encode.h"

#define EXPORT_ROWS_MAX 5000
/* One page of rows and the text that is made of them. */
#define PAGE_BYTES_MAX ((size_t)16 * 1024 * 1024)

static const struct field audit_export_input[] = {
	AUDIT_QUERY_FIELDS,
	IN_ENUM(struct audit_query, format, audit_format_names, .in = IN_QUERY, .description = "csv when absent"),
	FIELDS_END,
};

static const char *const EXPORT_TYPES[] = { "text/csv", "application/jsonl", NULL };

/* Page by page into an arena of its own, so that only the finished text stays. */
static enum err
read_parts(const struct request *rq, struct tx *tx, const struct audit_filter *filter, enum audit_format format,
	   struct bytes *parts, size_t *ret_count, int64_t *ret_rows)
{
	struct arena *scratch = arena_new(PAGE_BYTES_MAX);
	struct audit_export export = { .is_done = false };
	size_t count = 0;
	enum err e = OK;

	while (e == OK && !export.is_done && export.rows < EXPORT_ROWS_MAX) {
		struct buffer b = buffer_new(scratch);

		db_use_arena(tx->db, scratch);
		e = audit_export_page(tx, filter, format, &export, &b);
		if (e == OK && (arena_is_exhausted(scratch) || arena_is_exhausted(rq->arena)))
			e = ERR_EXPORT_TOO_LARGE;
		if (e == OK)
			parts[count++] = (struct bytes){ arena_copy(rq->arena, buffer_string(&b), b.len), b.len };
		arena_reset(scratch);
	}
	db_use_arena(tx->db, rq->arena);
	arena_free(scratch);
	TRY(e);
	*ret_count = count;
	*ret_rows = export.rows;
	return OK;
}

static enum verdict
fail_export(const struct request *rq, int64_t rows)
{
	return fail_details(rq, ERR_EXPORT_TOO_LARGE,
			    arena_printf(rq->arena, "{\"rows\":%lld}", (long long)rows),
			    "That is %lld rows; one export holds %d. Narrow it by `from` and `to`.", (long long)rows,
			    EXPORT_ROWS_MAX);
}

/* Rule 40: who took how much of it out. */
static enum err
record_export(const struct request *rq, struct tx *tx, const char *chain_id, const char *file_name, int64_t rows)
{
	struct record r = request_record(rq, EV_AUDIT_EXPORTED, chain_id, file_name);
	struct buffer changes = buffer_new(rq->arena);

	buffer_text(&changes, "{\"rows\":[null,");
	buffer_json_int(&changes, rows);
	buffer_text(&changes, "]}");
	r.changes = buffer_string(&changes);
	r.data = arena_printf(rq->arena, "{\"chain\":\"%s\",\"rows\":%lld}", chain_id, (long long)rows);
	return record(tx, &r);
}

static const char *
file_name(const struct request *rq, const char *chain_id, const char *format)
{
	char now[TIME_TEXT_SIZE];

	time_format(rq->now_ms, now);
	return arena_printf(rq->arena, "audit-%s-%.10s.%s", chain_id, now, format);
}

static enum verdict
audit_event_export(const struct request *rq, struct tx *tx)
{
	const struct audit_query *in = rq->input;
	const char *format = in->has.format ? in->format : audit_format_names[AUDIT_CSV];
	bool is_csv = strcmp(format, audit_format_names[AUDIT_CSV]) == 0;
	struct bytes *parts = ARENA_ARRAY(rq->arena, EXPORT_ROWS_MAX / AUDIT_EXPORT_PAGE_ROWS, struct bytes);
	const char *name;
	struct audit_filter filter;
	size_t part_count;
	int64_t rows = 0;
	enum err e = audit_choose_rows(rq, &filter);

	if (e != OK)
		return fail_err(rq, e);
	name = file_name(rq, filter.chain_id, format);
	e = audit_count(tx, &filter, &rows);
	if (e == OK && rows > EXPORT_ROWS_MAX)
		return fail_export(rq, rows);
	if (e == OK)
		e = read_parts(rq, tx, &filter, is_csv ? AUDIT_CSV : AUDIT_JSONL, parts, &part_count, &rows);
	if (e == ERR_EXPORT_TOO_LARGE)
		return fail_export(rq, rows);
	if (e == OK)
		e = record_export(rq, tx, filter.chain_id, name, rows);
	if (e != OK)
		return fail_err(rq, e);
	return reply_file(rq, &(struct file_reply){
				  .media_type = is_csv ? "text/csv; charset=utf-8; header=present"
						       : "application/jsonl; charset=utf-8",
				  .name = name,
				  .parts = parts,
				  .part_count = part_count,
			      });
}

const struct route audit_export_routes[] = {
	{
	    .id = "audit_event_export",
	    .method = GET,
	    .path = "/api/v1/audit_events/export",
	    .summary = "Export audit events as a file, oldest first",
	    .description = "At most 5,000 rows: narrow it by from and to. A whole chain as jsonl can be verified without Gatehouse.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_AUDIT_EXPORT,
	    .tx = TX_WRITE,
	    .flags = ROUTE_PERMISSION_ASKED,
	    .rate = RATE_AUDIT_EXPORT,
	    INPUT(struct audit_query, audit_export_input),
	    .media_types = EXPORT_TYPES,
	    .errors = { ERR_EXPORT_TOO_LARGE },
	    .handler = audit_event_export,
	},
	ROUTES_END,
};
