/*
 * gatehousectl users import: a file of people, a few hundred of them a transaction. Nothing is kept about how far it came: a row that is there
 * already is passed over, so whoever repeats the command goes on where it was stopped.
 */
#include "ctl/import.h"

#include <string.h>

#include "ctl/import_file.h"
#include "ctl/import_report.h"
#include "domain/user_import.h"
#include "lib/user_shapes.h"

/* Of one transaction: few enough that nobody waits long for its locks. */
#define BATCH_ROWS 200
/* Octets of the file, whichever comes first. */
#define BATCH_BYTES (4 * INT64_C(1024) * 1024)

const char *const import_format_names[] = { "auto", "json", "jsonl", "csv", "wordpress", "laravel", "keycloak", "auth0", NULL };

/* In the same order. */
static const struct format {
	enum import_container container;
	enum user_shape shape;
	bool is_guessed; /* the shape, by the first record */
} formats[] = {
	{ CONTAINER_UNKNOWN, SHAPE_GATEHOUSE, true },  { CONTAINER_JSON, SHAPE_GATEHOUSE, false },
	{ CONTAINER_LINES, SHAPE_GATEHOUSE, false },   { CONTAINER_CSV, SHAPE_GATEHOUSE, false },
	{ CONTAINER_UNKNOWN, SHAPE_WORDPRESS, false }, { CONTAINER_UNKNOWN, SHAPE_LARAVEL, false },
	{ CONTAINER_UNKNOWN, SHAPE_KEYCLOAK, false },  { CONTAINER_UNKNOWN, SHAPE_AUTH0, false },
};

struct import_answer {
	const char *project_id;
	const char *shape;
	bool dry_run;
	int64_t rows, created, updated, skipped, failed;
};

static const struct field answer_fields[] = {
	OUT_STRING(struct import_answer, project_id),
	OUT_STRING(struct import_answer, shape),
	OUT_BOOL(struct import_answer, dry_run),
	OUT_INT(struct import_answer, rows),
	OUT_INT(struct import_answer, created),
	OUT_INT(struct import_answer, updated),
	OUT_INT(struct import_answer, skipped),
	OUT_INT(struct import_answer, failed),
	FIELDS_END,
};

struct importing {
	struct ctl *ctl;
	struct import_file file;
	struct import_report report;
	struct import_answer answer;
	enum user_shape shape;
	bool is_guessed;
	bool is_broken; /* a line on stderr has said why */
	struct user_import *import;
	struct json items[BATCH_ROWS]; /* the batch under way, */
	int64_t rows[BATCH_ROWS];      /* and which rows of the file they are */
	size_t count;
};

/* ---- what was refused ---- */

static const char *
identifier_of(const struct json *item)
{
	static const char *const names[] = { "email", "username", "phone", "external_id" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct json *value = json_member(item, names[i]);
		if (value != NULL && value->type == JSON_STRING)
			return value->string;
	}
	return "";
}

static void
refuse(struct importing *run, int64_t row, const char *code, const char *message)
{
	run->answer.rows++;
	run->answer.failed++;
	import_report_add(&run->report, &(struct import_refusal){ .row = row, .identifier = "", .code = code, .message = message });
}

static const char *
message_of(const struct importing *run, const struct user_import_result *result)
{
	if (result->rule != NULL)
		return arena_printf(run->ctl->arena, "It breaks the rule '%s'.", result->rule);
	for (enum err e = OK + 1; e < ERR_COUNT; e++)
		if (strcmp(error_info(e)->code, result->code) == 0)
			return error_info(e)->title;
	return "";
}

static void
report_batch(struct importing *run)
{
	for (size_t i = 0; i < run->import->count; i++) {
		const struct user_import_result *result = &run->import->results[i];
		if (result->code != NULL)
			import_report_add(&run->report, &(struct import_refusal){
							    .row = run->rows[i],
							    .identifier = identifier_of(&run->items[i]),
							    .code = result->code,
							    .field = result->field,
							    .message = message_of(run, result),
							});
	}
}

/* ---- a batch ---- */

static void
add_record(struct importing *run, const struct json *record)
{
	struct json *item = &run->items[run->count];

	if (record->type != JSON_OBJECT) {
		refuse(run, run->file.row, "validation_failed", "This isn't a JSON object: a user is {\"email\": \"…\"}.");
		return;
	}
	if (run->is_guessed) {
		run->shape = user_shape_of(record);
		run->is_guessed = false;
	}
	if (!user_shape_convert(run->ctl->arena, run->shape, record, item)) {
		refuse(run, run->file.row, "not_a_person", "This is the service account of a client.");
		return;
	}
	run->rows[run->count++] = run->file.row;
}

/* False when the file has ended, or is broken. */
static bool
fill_batch(struct importing *run)
{
	int64_t begin = run->file.taken;

	run->count = 0;
	while (run->count < BATCH_ROWS && run->file.taken - begin < BATCH_BYTES) {
		struct json record;
		const char *problem;

		switch (import_file_next(&run->file, run->ctl->arena, &record, &problem)) {
		case IMPORT_RECORD:
			add_record(run, &record);
			break;
		case IMPORT_BAD_RECORD:
			refuse(run, run->file.row, run->file.container == CONTAINER_CSV ? "invalid_csv" : "invalid_json", problem);
			break;
		case IMPORT_END:
			return false;
		case IMPORT_BROKEN:
			run->is_broken = true;
			return false;
		}
	}
	return true;
}

static enum err
import_batch(void *context)
{
	struct importing *run = context;
	const struct json users = { .type = JSON_ARRAY, .items = run->items, .count = run->count };
	enum err e = user_import(&run->ctl->tx, run->import, &users);

	/* Two rows of one batch are in each other's way; the results say which. */
	return e == ERR_EMAIL_TAKEN && run->import->conflict == CONFLICT_FAIL ? OK : e;
}

static void
count_batch(struct importing *run)
{
	run->answer.rows += (int64_t)run->import->count;
	run->answer.created += run->import->created;
	run->answer.updated += run->import->updated;
	run->answer.skipped += run->import->skipped;
	run->answer.failed += run->import->failed;
	report_batch(run);
	import_report_progress(&run->report, &run->file, run->answer.rows, run->answer.failed);
}

/* ---- all of them ---- */

static bool
is_one_transaction(const struct importing *run)
{
	return run->import->conflict == CONFLICT_FAIL && !run->answer.dry_run;
}

static enum err
transact(struct importing *run)
{
	if (is_one_transaction(run))
		return import_batch(run);
	return db_transact(run->ctl->db, run->answer.dry_run ? TX_READ_SNAPSHOT : TX_WRITE, import_batch, run);
}

static enum err
import_batches(struct importing *run)
{
	struct arena *arena = run->ctl->arena;
	bool is_more = true;

	while (is_more) {
		struct arena_mark mark = arena_mark(arena);

		is_more = fill_batch(run);
		ctl_tick(run->ctl);
		/* What fails as a whole needs no more writing: the rest is only looked at. */
		run->import->is_rehearsal = run->answer.dry_run || (is_one_transaction(run) && run->answer.failed > 0);
		if (run->count > 0) {
			TRY(transact(run));
			count_batch(run);
		}
		if (arena_is_exhausted(arena))
			return ERR_BODY_TOO_LARGE;
		arena_rewind(arena, mark);
	}
	return OK;
}

/* All or nothing, whatever the size of the file. */
static enum err
import_or_fail(void *context)
{
	struct importing *run = context;

	run->answer.rows = run->answer.created = run->answer.updated = run->answer.skipped = run->answer.failed = 0;
	import_report_rewind(&run->report);
	if (!import_file_rewind(run->ctl, &run->file)) {
		run->is_broken = true;
		return ERR_VALIDATION_FAILED;
	}
	TRY(import_batches(run));
	return run->answer.failed > 0 || run->is_broken ? ERR_VALIDATION_FAILED : OK;
}

static enum err
import_all(struct importing *run)
{
	if (!is_one_transaction(run))
		return import_batches(run);
	enum err e = db_transact(run->ctl->db, TX_WRITE, import_or_fail, run);
	if (e != OK)
		run->answer.created = run->answer.updated = run->answer.skipped = 0;
	return e == ERR_VALIDATION_FAILED ? OK : e;
}

/* ---- the command ---- */

/* Columns that nobody knows would fail every row, one by one. */
static bool
knows_columns(const struct importing *run)
{
	bool is_ours = run->file.container == CONTAINER_CSV && run->shape == SHAPE_GATEHOUSE && !run->is_guessed;

	for (size_t i = 0; is_ours && i < run->file.column_count; i++) {
		const struct field *field = user_import_fields;
		while (field->name != NULL && strcmp(field->name, run->file.columns[i]) != 0)
			field++;
		if (field->name == NULL) {
			ctl_fail("%s: there is no member '%s' (docs/moving-over.md lists them)", run->file.path,
				 run->file.columns[i]);
			return false;
		}
	}
	return true;
}

/* A header says it all; of other files the first record does. */
static void
guess_by_header(struct importing *run)
{
	struct arena *arena = run->ctl->arena;

	if (!run->is_guessed || run->file.container != CONTAINER_CSV)
		return;
	run->shape = user_shape_of(&(struct json){
	    .type = JSON_OBJECT,
	    .names = run->file.columns,
	    .items = ARENA_ARRAY(arena, run->file.column_count, struct json),
	    .count = run->file.column_count,
	});
	run->is_guessed = false;
}

static size_t
index_of(const char *const *names, const char *name)
{
	size_t i = 0;

	while (name != NULL && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static enum ctl_exit
finish(struct importing *run, enum err e)
{
	const struct import_answer *a = &run->answer;
	bool is_whole = import_report_close(&run->report);

	if (e != OK)
		return ctl_fail_err(e, "users import");
	run->answer.shape = user_shape_name(run->shape);
	if (is_one_transaction(run) && (a->failed > 0 || run->is_broken))
		ctl_say(run->ctl, "Nothing was written.");
	ctl_say(run->ctl, "%lld rows as %s writes them%s: %lld created, %lld updated, %lld skipped, %lld refused.", (long long)a->rows,
		a->shape, a->dry_run ? " (nothing was written)" : "", (long long)a->created, (long long)a->updated,
		(long long)a->skipped, (long long)a->failed);
	ctl_print_object(run->ctl, answer_fields, a);
	if (run->is_broken || !is_whole || (a->failed > 0 && run->import->conflict == CONFLICT_FAIL))
		return CTL_FAILED;
	return a->failed > 0 ? CTL_WARNING : CTL_OK;
}

enum ctl_exit
ctl_users_import(struct ctl *ctl)
{
	const struct format *format = &formats[index_of(import_format_names, ctl_option(ctl, "format"))];
	struct importing *run = ARENA_NEW(ctl->arena, struct importing);

	run->ctl = ctl;
	run->shape = format->shape;
	run->is_guessed = format->is_guessed;
	run->import = ARENA_NEW(ctl->arena, struct user_import);
	run->import->project_id = run->answer.project_id = ctl_option(ctl, "project");
	run->import->conflict = (enum user_conflict)index_of(user_conflict_names, ctl_option(ctl, "on-conflict"));
	run->answer.dry_run = ctl_option(ctl, "dry-run") != NULL;
	if (!ctl_find_project(ctl, run->import->project_id, &run->import->org_id) ||
	    !import_file_open(ctl, ctl->operand, format->container, &run->file))
		return CTL_FAILED;
	guess_by_header(run);
	enum ctl_exit status = CTL_FAILED;
	if (knows_columns(run) && import_report_open(ctl, &run->file, &run->report))
		status = finish(run, import_all(run));
	import_file_close(&run->file);
	return status;
}
