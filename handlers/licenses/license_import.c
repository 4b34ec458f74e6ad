/*
 * POST /api/v1/licenses/import: licenses from comma-separated values, all or none (licensing.md rule 17). Row by row, in memory that is given
 * back after each.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/license_settings.h"
#include "handlers/licenses/license_csv.h"
#include "handlers/routes.h"
#include "lib/csv.h"
#include "lib/csv_read.h"

#define CSV_MAX		 ((size_t)8 * 1024 * 1024)
#define ERRORS_SHOWN_MAX 100

struct row {
	struct {
		bool key, product_name, status, mode, max_activations, expires_at, grace_days, ip_locked, plan_key, notes, metadata;
	} has;
	const char *key, *product_name, *status, *mode;
	int64_t max_activations, expires_at, grace_days;
	bool ip_locked;
	const char *plan_key, *notes, *metadata;
};

/* Cells are texts, as a query's values are. */
static const struct field row_fields[] = {
	IN_STRING(struct row, key, .in = IN_QUERY, .max = 2 * CUSTOM_KEY_MAX, .flags = FIELD_SECRET),
	IN_STRING(struct row, product_name, .in = IN_QUERY, .min = 1, .max = 255, .flags = FIELD_REQUIRED),
	IN_ENUM(struct row, status, license_statuses, .in = IN_QUERY),
	IN_ENUM(struct row, mode, license_modes, .in = IN_QUERY),
	IN_INT(struct row, max_activations, 1, LICENSE_SEATS_MAX, .in = IN_QUERY),
	IN_TIME(struct row, expires_at, .in = IN_QUERY),
	IN_INT(struct row, grace_days, 0, LICENSE_GRACE_DAYS_MAX, .in = IN_QUERY),
	IN_BOOL(struct row, ip_locked, .in = IN_QUERY),
	IN_STRING(struct row, plan_key, .in = IN_QUERY, .max = 64, .check = ascii_check),
	IN_STRING(struct row, notes, .in = IN_QUERY, .min = 1, .max = 1000, .flags = FIELD_LINE_BREAKS),
	IN_STRING(struct row, metadata, .in = IN_QUERY, .flags = FIELD_RAW),
	FIELDS_END,
};

struct import_input {
	struct {
		bool csv, dry_run;
	} has;
	const char *csv;
	bool dry_run;
};

static const struct field import_input[] = {
	IN_STRING(struct import_input, csv, .min = 1, .flags = FIELD_REQUIRED | FIELD_RAW | FIELD_SECRET,
		  .description = "Up to 10,000 rows below a row of names: key, product_name, status, mode, max_activations, expires_at, "
				 "grace_days, ip_locked, plan_key, notes, metadata, of which product_name alone is needed"),
	IN_BOOL(struct import_input, dry_run, .description = "Only say what would become of it"),
	FIELDS_END,
};

struct import_error {
	int64_t line;
	const char *field, *message;
};

static const struct field import_error_fields[] = {
	OUT_INT(struct import_error, line, .description = "Of the text, from 1"),
	OUT_STRING(struct import_error, field, .description = "The column's name"),
	OUT_STRING(struct import_error, message),
	FIELDS_END,
};

struct import_reply {
	int64_t created;
	struct field_list errors;
};

static const struct field import_reply_fields[] = {
	OUT_INT(struct import_reply, created, .description = "How many were made, or with dry_run would be; 0 beside any error"),
	OUT_LIST(struct import_reply, errors, import_error_fields, struct import_error, .description = "The first hundred"),
	FIELDS_END,
};

struct seen_key {
	uint8_t name[LICENSE_DIGEST_LEN];	/* the key's digest */
	int64_t line;
};

struct import {
	const struct request *rq;
	struct tx tx;			/* whose arena is one row's */
	const struct license_secrets *secrets;	/* NULL: the project has no license yet */
	bool takes_custom_keys;
	char separator;
	enum column columns[CSV_CELLS_MAX];
	size_t column_count;
	struct seen_key *seen;
	size_t seen_count;
	bool has_floating;
	const char *plan_key, *plan_id;	/* of the row before that named one; plan_id NULL: there is no such plan */
	int64_t rows;
	struct import_error errors[ERRORS_SHOWN_MAX];
	size_t error_count;
};

static void
complain(struct import *import, int64_t line, const char *field, const char *message)
{
	struct arena *arena = import->rq->arena;

	if (import->error_count < ERRORS_SHOWN_MAX)
		import->errors[import->error_count++] =
		    (struct import_error){ line, arena_strdup(arena, field), arena_strdup(arena, message) };
}

/* A walk over the records; line is that on which the record begins. */
struct walk {
	const char *at;
	size_t len;
	int64_t line, next_line;
	const char *record;
	size_t record_len;
};

static int64_t
lines_in(const char *text, size_t len)
{
	int64_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'));
	return lines;
}

static struct walk
walk_start(const char *csv)
{
	static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";
	size_t skipped = strncmp(csv, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0 ? strlen(BYTE_ORDER_MARK) : 0;

	return (struct walk){ .at = csv + skipped, .len = strlen(csv) - skipped, .next_line = 1 };
}

static bool
is_blank(const char *record, size_t len)
{
	return strspn(record, "\r\n") >= len;
}

/* False at the end. A quote that is left open makes the rest one record, which csv_read() refuses. Empty lines are passed over. */
static bool
walk_on(struct walk *w, char separator)
{
	do {
		if (w->len == 0)
			return false;
		size_t len = csv_record_len(w->at, w->len, separator, true);
		w->record = w->at;
		w->record_len = len == 0 ? w->len : len;
		w->line = w->next_line;
		w->next_line += lines_in(w->record, w->record_len);
		w->at += w->record_len;
		w->len -= w->record_len;
	} while (is_blank(w->record, w->record_len));
	return true;
}

static enum column
column_of(const char *name)
{
	enum column column = 0;

	while (column < COLUMN_COUNT && (name == NULL || strcmp(license_columns[column], name) != 0))
		column++;
	return column;
}

static bool
has_column(const struct import *import, enum column column)
{
	bool has = false;

	for (size_t i = 0; i < import->column_count; i++)
		has = has || import->columns[i] == column;
	return has;
}

/* Which column is what: each name once, product_name among them. */
static void
read_head(struct import *import, const struct walk *w)
{
	const char *const *cells;
	const char *problem;
	size_t count;

	if (!csv_read(import->tx.arena, w->record, w->record_len, import->separator, &cells, &count, &problem)) {
		complain(import, w->line, "", problem);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		enum column column = column_of(cells[i]);
		if (column == COLUMN_COUNT)
			complain(import, w->line, cells[i] == NULL ? "" : cells[i], "There is no such column.");
		else if (has_column(import, column))
			complain(import, w->line, cells[i], "The column is there twice.");
		import->columns[import->column_count++] = column;
	}
	if (!has_column(import, COLUMN_PRODUCT_NAME))
		complain(import, w->line, "product_name", "The column is missing.");
}

/* What isn't NULL of a record's cells, by the names of their columns. */
static struct name_values
name_cells(const struct import *import, const char *const *cells, size_t count)
{
	struct name_value *items = ARENA_ARRAY(import->tx.arena, count, struct name_value);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (cells[i] != NULL && cells[i][0] != '\0')
			items[kept++] = (struct name_value){ license_columns[import->columns[i]], csv_without_apostrophe(cells[i]) };
	return (struct name_values){ .items = items, .count = kept };
}

static bool
parse_row(struct import *import, const struct walk *w, struct row *row)
{
	struct field_errors errors = { .count = 0 };
	const char *const *cells;
	const char *problem = NULL;
	size_t count;

	if (!csv_read(import->tx.arena, w->record, w->record_len, import->separator, &cells, &count, &problem)) {
		complain(import, w->line, "", problem);
		return false;
	}
	if (count > import->column_count) {
		complain(import, w->line, "", "It has more cells than there are columns.");
		return false;
	}
	fields_parse(import->tx.arena, row_fields, NULL, (struct name_values){ .count = 0 }, name_cells(import, cells, count), row, &errors);
	for (size_t i = 0; i < errors.count; i++)
		complain(import, w->line, errors.items[i].field, errors.items[i].message);
	return errors.count == 0;
}

static bool
merge_metadata(const struct import *import, const struct row *row, const char **ret_metadata, const char **ret_rule)
{
	const char *rule = NULL;

	*ret_metadata = "{}";
	if (row->has.metadata)
		rule = metadata_merge(import->tx.arena, "{}", row->metadata, ret_metadata);
	if (rule == NULL)
		rule = metadata_flat_rule(import->tx.arena, *ret_metadata, LICENSE_METADATA_MEMBERS_MAX);
	*ret_rule = rule;
	return rule == NULL;
}

/* The key that it brings must be one, and nobody's. */
static enum err
check_key(struct import *import, const struct walk *w, const char *typed)
{
	const char *key = license_key_normalise(import->tx.arena, typed);
	struct q_license_key_find_row found;

	if (!license_key_is_made(key) && !(import->takes_custom_keys && license_key_is_custom(key))) {
		complain(import, w->line, "key",
			 import->takes_custom_keys ? "A key is 8 to 64 letters and digits."
						   : "That isn't a key that Gatehouse made. See license_settings.custom_keys.");
		return OK;
	}
	if (import->secrets == NULL)
		return OK;
	struct seen_key *seen = &import->seen[import->seen_count++];
	seen->line = w->line;
	TRY(license_key_digest(import->secrets, key, seen->name));
	enum err e = q_license_key_find(import->tx.db,
					&(struct q_license_key_find){
					    .project_id = import->rq->project.id,
					    .key_digest = { seen->name, sizeof(seen->name) },
					},
					&found);
	if (e == OK)
		complain(import, w->line, "key", "There is a license with that key already.");
	return e == ERR_NO_ROW ? OK : e;
}

/* Rows beside each other are of the same plan, mostly. */
static enum err
find_plan(struct import *import, const char *plan_key)
{
	struct plan_row plan;

	if (import->plan_key != NULL && strcmp(import->plan_key, plan_key) == 0)
		return OK;
	enum err e = q_plan_by_key(import->tx.db,
				   &(struct q_plan_by_key){ .project_id = import->rq->project.id, .plan_key = plan_key }, &plan);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	import->plan_key = arena_strdup(import->rq->arena, plan_key);
	import->plan_id = e == OK ? arena_strdup(import->rq->arena, plan.id) : NULL;
	return OK;
}

static enum err
check_row(struct import *import, const struct walk *w)
{
	const char *metadata, *rule;
	struct row row;

	if (!parse_row(import, w, &row))
		return OK;
	if (!merge_metadata(import, &row, &metadata, &rule))
		complain(import, w->line, "metadata", metadata_rule_message(rule));
	import->has_floating |= license_is_floating(row.mode);
	if (row.has.status && strcmp(row.status, "expired") == 0 && (!row.has.expires_at || row.expires_at > import->rq->now_ms))
		complain(import, w->line, "status", "The clock says what is expired: give it an expires_at that is over.");
	if (row.has.plan_key)
		TRY(find_plan(import, row.plan_key));
	if (row.has.plan_key && import->plan_id == NULL)
		complain(import, w->line, "plan_key", "The project has no such plan.");
	return row.has.key ? check_key(import, w, row.key) : OK;
}

static enum err
insert_row(struct import *import, const struct walk *w)
{
	const char *metadata, *rule, *key, *id;
	struct row row;

	if (!parse_row(import, w, &row) || !merge_metadata(import, &row, &metadata, &rule))
		return ERR_INTERNAL;	/* it was read before */
	if (row.has.key)
		key = license_key_normalise(import->tx.arena, row.key);
	else
		TRY(license_key_make(import->tx.arena, &key));
	if (row.has.plan_key)
		TRY(find_plan(import, row.plan_key));
	return license_insert(&import->tx, import->rq->project.id, import->secrets,
			      &(struct license_new){
				  .key = key,
				  .product_name = row.product_name,
				  /* The clock says which ones are expired. */
				  .status = !row.has.status || strcmp(row.status, "expired") == 0 ? "active" : row.status,
				  .mode = row.has.mode ? row.mode : "node_locked",
				  .max_activations = row.has.max_activations ? row.max_activations : 1,
				  .expires_at = row.has.expires_at ? row.expires_at : NONE,
				  .grace_days = row.has.grace_days ? row.grace_days : 0,
				  .ip_locked = row.has.ip_locked && row.ip_locked,
				  .lease_ttl_s = LICENSE_LEASE_DEFAULT_S,
				  .plan_id = row.has.plan_key ? import->plan_id : NULL,
				  .metadata = metadata,
				  .notes = row.notes,
			      },
			      &id);
}

static enum err
each_row(struct import *import, enum err (*visit)(struct import *, const struct walk *))
{
	const struct import_input *in = import->rq->input;
	struct walk w = walk_start(in->csv);
	enum err e = OK;

	import->rows = 0;
	import->separator = csv_separator(w.at, w.len);
	import->column_count = 0;
	if (walk_on(&w, import->separator))
		read_head(import, &w);
	if (import->error_count > 0)
		return OK;
	while (e == OK && import->error_count < ERRORS_SHOWN_MAX && walk_on(&w, import->separator) && import->rows++ < LICENSE_ROWS_MAX) {
		e = visit(import, &w);
		if (e == OK && arena_is_exhausted(import->tx.arena))
			e = ERR_BODY_TOO_LARGE;
		arena_reset(import->tx.arena);
	}
	return e;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct seen_key *x = a, *y = b;
	int order = memcmp(x->name, y->name, sizeof(x->name));

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void
find_doubles(struct import *import)
{
	qsort(import->seen, import->seen_count, sizeof(*import->seen), compare_keys);
	for (size_t i = 1; i < import->seen_count; i++)
		if (memcmp(import->seen[i - 1].name, import->seen[i].name, sizeof(import->seen[i].name)) == 0)
			complain(import, import->seen[i].line, "key",
				 arena_printf(import->rq->arena, "Line %lld has that key, too.", (long long)import->seen[i - 1].line));
}

static enum err
prepare(struct import *import, struct tx *tx)
{
	const struct request *rq = import->rq;
	const struct import_input *in = rq->input;
	struct license_settings_row row;

	if (!in->dry_run)
		TRY(license_secrets_ensure(tx, rq->project.id, &import->secrets));
	TRY(license_settings_read(tx, rq->project.id, &row));
	if (in->dry_run && row.doc != NULL)
		TRY(license_secrets_open(rq->keyring, rq->arena, rq->project.id, row.secret_sealed, &import->secrets));
	import->takes_custom_keys = license_settings_parse(rq->arena, row.doc).custom_keys;
	import->seen = ARENA_ARRAY(rq->arena, LICENSE_ROWS_MAX + 1, struct seen_key);
	return OK;
}

/* Everything is looked at before anything is written. */
static enum err
look_at_rows(struct import *import, struct tx *tx)
{
	TRY(prepare(import, tx));
	TRY(each_row(import, check_row));
	find_doubles(import);
	return OK;
}

/* A key that somebody else has taken in between is a conflict, so that all runs again and finds it. */
static enum err
insert_rows(struct import *import, struct tx *tx)
{
	enum err e = each_row(import, insert_row);

	TRY(e == ERR_KEY_EXISTS ? ERR_DB_CONFLICT : e);
	return import->rows == 0 ? OK : license_record_rows(import->rq, tx, EV_LICENSE_IMPORTED, import->rows);
}

/* VERDICT_GO_ON: it is done, or the rows say why not. */
static enum verdict
run_import(struct import *import, struct tx *tx)
{
	const struct request *rq = import->rq;
	const struct import_input *in = rq->input;
	enum verdict verdict = license_check_bulk(rq, tx);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = look_at_rows(import, tx);
	if (e == OK && (import->error_count > 0 || import->rows > LICENSE_ROWS_MAX))
		return go_on(rq);
	if (e == OK && !in->dry_run)
		e = request_guard(rq, tx);
	if (e != OK)
		return fail_err(rq, e);
	verdict = license_check_plan(rq, tx, import->has_floating, import->rows);
	if (verdict != VERDICT_GO_ON || in->dry_run)
		return verdict;
	e = insert_rows(import, tx);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum verdict
license_import(const struct request *rq, struct tx *tx)
{
	const struct import_input *in = rq->input;
	struct import *import = ARENA_NEW(rq->arena, struct import);
	struct arena *scratch = arena_new(LICENSE_ROW_MEMORY_MAX);

	if (strlen(in->csv) > CSV_MAX) {
		arena_free(scratch);
		return fail_err(rq, ERR_BODY_TOO_LARGE);
	}
	import->rq = rq;
	import->tx = *tx;
	import->tx.arena = scratch;
	db_use_arena(tx->db, scratch);
	enum verdict verdict = run_import(import, tx);
	db_use_arena(tx->db, rq->arena);
	arena_free(scratch);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (import->rows > LICENSE_ROWS_MAX)
		return fail_field(rq, "csv", "length", "It has more than %d rows. Send it in parts.", LICENSE_ROWS_MAX);
	return reply(rq, 200, import_reply_fields,
		     &(struct import_reply){
			 .created = import->error_count > 0 ? 0 : import->rows,
			 .errors = { import->errors, import->error_count },
		     });
}

const struct route license_import_routes[] = {
	{
	    .id = "license_import",
	    .method = POST,
	    .path = "/api/v1/licenses/import",
	    .summary = "Import licenses from comma-separated values",
	    .description = "With one bad row nothing is made. A row without a key gets one. Machines don't come along.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    .body_bytes_max = CSV_MAX + CSV_MAX / 2,	/* JSON writes a quote or line break with two octets */
	    INPUT(struct import_input, import_input),
	    .output = import_reply_fields,
	    .errors = { ERR_PLAN_LIMIT_REACHED, ERR_UPGRADE_REQUIRED },
	    .handler = license_import,
	},
	ROUTES_END,
};
