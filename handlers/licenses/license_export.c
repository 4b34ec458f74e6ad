/*
 * GET /api/v1/licenses/export: licenses as comma-separated values, which a spreadsheet opens without harm and which come back as they went
 * (licensing.md rule 17).
 */
#include "handlers/licenses/license_csv.h"
#include "handlers/routes.h"
#include "lib/csv.h"
#include "lib/encode.h"

const char *const license_columns[COLUMN_COUNT] = {
	"key",	      "product_name", "status",	  "mode",  "max_activations", "expires_at",
	"grace_days", "ip_locked",    "plan_key", "notes", "metadata",
};

enum err
license_record_rows(const struct request *rq, struct tx *tx, enum event event, int64_t rows)
{
	struct record r = request_record(rq, event, rq->project.id, rq->project.name);

	r.in_project_chain = true;
	r.project_id = rq->project.id;
	r.changes = arena_printf(rq->arena, "{\"licenses\":[null,%lld]}", (long long)rows);
	return record(tx, &r);
}

#define PAGE_ROWS 500
/* The reply is made of it twice over; who has more to come gets it with the next file. */
#define FILE_BYTES_MAX ((size_t)4 * 1024 * 1024)

static const struct field export_input[] = {
	LICENSE_QUERY,
	IN_ID(struct license_query, cursor, ID_LICENSE, .in = IN_QUERY, .description = "next_cursor of the file before"),
	FIELDS_END,
};

struct export_reply {
	const char *csv, *next_cursor;
};

static const struct field export_reply_fields[] = {
	OUT_STRING(struct export_reply, csv, .flags = FIELD_SECRET),
	OUT_STRING(struct export_reply, next_cursor, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct export {
	struct buffer csv;
	const char *after_id;
	int64_t rows;
	bool has_more;
};

static void
add_license(struct buffer *csv, struct arena *arena, const struct license *license)
{
	char expires_at[TIME_TEXT_SIZE];

	time_format(license->expires_at, expires_at);
	const char *cells[COLUMN_COUNT] = {
		[COLUMN_KEY] = license->key,
		[COLUMN_PRODUCT_NAME] = license->product_name,
		[COLUMN_STATUS] = license->status,
		[COLUMN_MODE] = license->mode,
		[COLUMN_MAX_ACTIVATIONS] = arena_printf(arena, "%lld", (long long)license->max_activations),
		[COLUMN_EXPIRES_AT] = expires_at,
		[COLUMN_GRACE_DAYS] = arena_printf(arena, "%lld", (long long)license->grace_days),
		[COLUMN_IP_LOCKED] = license->ip_locked ? "true" : "false",
		[COLUMN_PLAN_KEY] = license->plan_key,
		[COLUMN_NOTES] = license->notes,
		[COLUMN_METADATA] = license->metadata,
	};
	csv_record(csv, cells, ARRAY_LEN(cells));
}

/* One page more, which lives in tx's arena until the caller gives it back. */
static enum err
export_page(const struct request *rq, struct tx *tx, const struct license_filter *filter, struct export *export)
{
	struct license_row *rows;
	size_t count;

	TRY(license_find(tx, rq->project.id, filter, export->after_id, PAGE_ROWS + 1, &rows, &count));
	export->has_more = count > PAGE_ROWS;
	for (size_t i = 0; i < count && i < PAGE_ROWS; i++) {
		struct license license;
		TRY(license_of_row(tx, rq->project.id, &rows[i], license_shows_keys(rq), &license));
		add_license(&export->csv, tx->arena, &license);
		export->after_id = arena_strdup(rq->arena, license.id);
		export->rows++;
	}
	return arena_is_exhausted(tx->arena) ? ERR_BUSY : OK;
}

static enum err
run_export(const struct request *rq, struct tx *tx, struct export *export)
{
	const struct license_query *in = rq->input;
	struct tx page_tx = *tx;
	struct license_filter filter;
	enum err e = OK;

	TRY(license_filter_read(rq, tx, in, &filter));
	csv_record(&export->csv, license_columns, COLUMN_COUNT);
	page_tx.arena = arena_new(LICENSE_ROW_MEMORY_MAX);
	db_use_arena(tx->db, page_tx.arena);
	export->has_more = true;
	while (e == OK && export->has_more && export->rows < LICENSE_ROWS_MAX && export->csv.len < FILE_BYTES_MAX) {
		e = export_page(rq, &page_tx, &filter, export);
		arena_reset(page_tx.arena);
	}
	db_use_arena(tx->db, rq->arena);
	arena_free(page_tx.arena);
	TRY(e);
	return license_record_rows(rq, tx, EV_LICENSE_EXPORTED, export->rows);
}

static enum verdict
license_export(const struct request *rq, struct tx *tx)
{
	const struct license_query *in = rq->input;
	struct export export = { .csv = buffer_new(rq->arena), .after_id = in->cursor };

	/* With a page of the largest metadata there are, and all that the text outgrew. */
	arena_make_room(rq->arena, 16 * FILE_BYTES_MAX);
	enum err e = run_export(rq, tx, &export);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, export_reply_fields,
		     &(struct export_reply){
			 .csv = buffer_string(&export.csv),
			 .next_cursor = export.has_more ? export.after_id : NULL,
		     });
}

const struct route license_export_routes[] = {
	{
	    .id = "license_export",
	    .method = GET,
	    .path = "/api/v1/licenses/export",
	    .summary = "Export licenses as comma-separated values",
	    .description = "With their keys, for those who may see them; up to 10,000 rows, the newest first. Their import makes equal licenses.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct license_query, export_input),
	    .output = export_reply_fields,
	    .handler = license_export,
	},
	ROUTES_END,
};
