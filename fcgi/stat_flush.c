/*
 * From counts in shared memory to rows: the batch is sorted by project and hour, each count becomes a
 * row for all of it and one for each value it is told apart by, equal rows are added up, and a project's
 * rows of an hour or day go into one statement.
 */
#include "fcgi/stat_flush.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/route.h"
#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/meters.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

/* Of one dimension in one day; what comes later is "other". */
#define VALUES_MAX 200
#define OTHER      "other"
/* Of one statement. */
#define ROWS_MAX ((size_t)500)

struct count {
	struct stat_key key;
	uint64_t n;
};

/* A row of stat_hourly or stat_daily. */
struct row {
	int64_t at;
	const char *metric, *dim, *value;
	uint64_t n;
	bool is_open; /* the dimension may have any number of values */
};

/* What a built-in meter counted in a month. */
struct fed {
	const char *meter_key;
	int64_t period_at;
	uint64_t n;
};

/* A batch may lie on both sides of a month's end, a late one before it. */
#define FED_MAX ((size_t)4 * BUILTIN_METERS)

/* What is written for one project. */
struct project {
	struct db *db;
	struct arena *arena;
	int64_t now_ms;
	char id[ID_SIZE];
	struct row *rows;
	size_t count, room;
	struct fed fed[FED_MAX];
	size_t fed_count;
};

static int64_t
day_of(int64_t at)
{
	return at - at % DAY_MS;
}

/* ---- rows ---- */

static void
row_add(struct project *project, const struct row *row)
{
	if (project->count == project->room) {
		size_t room = project->room == 0 ? 64 : 2 * project->room;
		struct row *rows = arena_alloc(project->arena, room * sizeof(*rows));
		if (project->count > 0)
			memcpy(rows, project->rows, project->count * sizeof(*rows));
		project->rows = rows;
		project->room = room;
	}
	project->rows[project->count++] = *row;
}

/* Dimensions whose values are made by others than us. */
static bool
is_open(const char *dim)
{
	static const char *const open[] = { "api_key", "country", "product", "meter" };

	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		if (strcmp(dim, open[i]) == 0)
			return true;
	}
	return false;
}

static void
add_metric(struct project *project, const struct stat_parts *parts, uint64_t n)
{
	const struct stat_info *info = stat_info(parts->stat);
	struct row row = { .at = parts->hour_at, .metric = info->metric, .dim = "", .value = "", .n = n };

	row_add(project, &row);
	for (size_t i = 0; i < STAT_DIMS_MAX && info->dims[i] != NULL; i++) {
		row.dim = info->dims[i];
		row.value = arena_strdup(project->arena, parts->values[i]);
		row.is_open = is_open(row.dim);
		row_add(project, &row);
	}
}

static void
feed(struct project *project, const char *meter_key, int64_t period_at, uint64_t n)
{
	struct fed *fed = project->fed;

	for (; fed < project->fed + project->fed_count; fed++) {
		if (fed->period_at == period_at && strcmp(fed->meter_key, meter_key) == 0) {
			fed->n += n;
			return;
		}
	}
	if (project->fed_count < FED_MAX)
		project->fed[project->fed_count++] = (struct fed){ meter_key, period_at, n };
}

/* A built-in meter also shows among the metrics; there are few, so they always have a place. */
static void
add_meter(struct project *project, const struct stat_parts *parts, uint64_t n)
{
	const struct stat_info *usage = stat_info(STAT_USAGE);
	struct row row = { .at = parts->hour_at, .metric = usage->metric, .dim = "", .value = "", .n = n };

	row_add(project, &row);
	row.dim = usage->dims[0];
	row.value = stat_info(parts->stat)->meter;
	row_add(project, &row);
	feed(project, row.value, time_month_start(parts->hour_at), n);
}

static int
row_compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = a->at < b->at ? -1 : a->at > b->at;

	if (order == 0)
		order = strcmp(a->metric, b->metric);
	if (order == 0)
		order = strcmp(a->dim, b->dim);
	return order != 0 ? order : strcmp(a->value, b->value);
}

/* In the order of the tables' keys, so that two flushers lock rows in the same order. */
static void
rows_add_up(struct project *project)
{
	size_t kept = 0;

	if (project->count == 0)
		return;
	qsort(project->rows, project->count, sizeof(*project->rows), row_compare);
	for (size_t i = 1; i < project->count; i++) {
		if (row_compare(&project->rows[kept], &project->rows[i]) == 0)
			project->rows[kept].n += project->rows[i].n;
		else
			project->rows[++kept] = project->rows[i];
	}
	project->count = kept + 1;
}

/* ---- not too many values ---- */

struct value_set {
	const char *values[VALUES_MAX];
	size_t count;
};

static bool
set_takes(struct value_set *set, const char *value)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->values[i], value) == 0)
			return true;
	}
	if (set->count == VALUES_MAX)
		return false;
	set->values[set->count++] = value;
	return true;
}

static enum err
set_read(struct project *project, const struct row *row, struct value_set *ret_set)
{
	struct q_stat_values_row *rows = NULL;
	size_t count = 0;

	TRY(q_stat_values(project->db,
			  &(struct q_stat_values){
			      .project_id = project->id,
			      .metric = row->metric,
			      .bucket_at = day_of(row->at),
			      .dim = row->dim,
			      .limit = VALUES_MAX + 1,
			  },
			  &rows, &count));
	ret_set->count = 0;
	for (size_t i = 0; i < count && ret_set->count < VALUES_MAX; i++) {
		if (strcmp(rows[i].dim_value, OTHER) != 0)
			ret_set->values[ret_set->count++] = rows[i].dim_value;
	}
	return OK;
}

static bool
is_of_one_set(const struct row *a, const struct row *b)
{
	return day_of(a->at) == day_of(b->at) && strcmp(a->metric, b->metric) == 0 &&
	       strcmp(a->dim, b->dim) == 0;
}

static enum err
rows_limit_values(struct project *project)
{
	const struct row *last = NULL;
	struct value_set set;

	for (size_t i = 0; i < project->count; i++) {
		struct row *row = &project->rows[i];
		if (!row->is_open)
			continue;
		if (last == NULL || !is_of_one_set(last, row))
			TRY(set_read(project, row, &set));
		last = row;
		if (!set_takes(&set, row->value))
			row->value = OTHER;
	}
	rows_add_up(project);
	return OK;
}

/* ---- statements ---- */

static const char *
rows_list(struct arena *arena, const struct row *rows, size_t count)
{
	struct buffer list = buffer_new(arena);

	for (size_t i = 0; i < count; i++) {
		buffer_text(&list, i == 0 ? "[{\"m\":" : ",{\"m\":");
		buffer_json_string(&list, rows[i].metric);
		buffer_text(&list, ",\"d\":");
		buffer_json_string(&list, rows[i].dim);
		buffer_text(&list, ",\"v\":");
		buffer_json_string(&list, rows[i].value);
		buffer_printf(&list, ",\"n\":%llu}", (unsigned long long)rows[i].n);
	}
	buffer_char(&list, ']');
	return buffer_string(&list);
}

static enum err
rows_send(struct project *project, bool is_daily, const struct row *rows, size_t count)
{
	const char *list = rows_list(project->arena, rows, count);

	if (is_daily)
		return q_stat_daily_add(
		    project->db,
		    &(struct q_stat_daily_add){
			.bucket_at = rows->at, .list = list, .project_id = project->id },
		    NULL);
	return q_stat_hourly_add(
	    project->db,
	    &(struct q_stat_hourly_add){
		.bucket_at = rows->at, .list = list, .project_id = project->id },
	    NULL);
}

static enum err
rows_write(struct project *project, bool is_daily)
{
	size_t end;

	for (size_t start = 0; start < project->count; start = end) {
		const struct row *rows = &project->rows[start];
		end = start + 1;
		while (end < project->count && end - start < ROWS_MAX &&
		       project->rows[end].at == rows->at)
			end++;
		TRY(rows_send(project, is_daily, rows, end - start));
	}
	return OK;
}

static enum err
user_day_write(struct project *project, const struct stat_parts *parts)
{
	return q_stat_user_day_add(project->db,
				   &(struct q_stat_user_day_add){
				       .day = day_of(parts->hour_at),
				       .project_id = project->id,
				       .user_id = parts->values[0],
				   },
				   NULL);
}

/* ---- a project, a batch ---- */

static enum err
project_take(struct project *project, const struct count *count)
{
	struct stat_parts parts;

	stat_key_read(&count->key, &parts);
	memcpy(project->id, parts.project_id, sizeof(project->id));
	if (parts.stat == STAT_USER_DAY)
		return user_day_write(project, &parts);
	if (stat_info(parts.stat)->metric[0] != '\0')
		add_metric(project, &parts, count->n);
	if (stat_info(parts.stat)->meter[0] != '\0')
		add_meter(project, &parts, count->n);
	return OK;
}

/* A month that is over refuses nobody any more. */
static enum err
fed_note(struct project *project, const struct fed *fed)
{
	struct tx tx = { .db = project->db, .arena = project->arena, .now_ms = project->now_ms };

	if (fed->period_at != time_month_start(project->now_ms))
		return OK;
	return gatehouse_quota_note(&tx, project->id, fed->meter_key);
}

/* What limits and invoices look at: the project's sum of the month, and its organization's. */
static enum err
fed_write(struct project *project)
{
	for (size_t i = 0; i < project->fed_count; i++) {
		const struct fed *fed = &project->fed[i];

		TRY(q_usage_counter_feed(project->db,
					 &(struct q_usage_counter_feed){
					     .project_id = project->id,
					     .meter_key = fed->meter_key,
					     .period_at = fed->period_at,
					     .quantity = (int64_t)fed->n,
					 },
					 NULL));
		TRY(q_org_usage_feed(project->db,
				     &(struct q_org_usage_feed){
					 .project_id = project->id,
					 .meter_key = fed->meter_key,
					 .period_at = fed->period_at,
					 .quantity = (int64_t)fed->n,
				     },
				     NULL));
		TRY(fed_note(project, fed));
	}
	return OK;
}

static enum err
project_write(struct project *project, const struct count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(project_take(project, &counts[i]));
	rows_add_up(project);
	TRY(rows_limit_values(project));
	TRY(rows_write(project, false));
	for (size_t i = 0; i < project->count; i++)
		project->rows[i].at = day_of(project->rows[i].at);
	rows_add_up(project);
	TRY(rows_write(project, true));
	return fed_write(project);
}

static int
count_compare(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct stat_key));
}

static bool
is_same_project(const struct count *a, const struct count *b)
{
	struct stat_parts left, right;

	stat_key_read(&a->key, &left);
	stat_key_read(&b->key, &right);
	return strcmp(left.project_id, right.project_id) == 0;
}

static enum err
batch_send(struct db *db, struct arena *arena, int64_t now_ms, const char *id, const struct count *counts, size_t count)
{
	size_t end;

	TRY(q_stat_flush_insert(db, &(struct q_stat_flush_insert){ .id = id }, NULL));
	for (size_t start = 0; start < count; start = end) {
		struct arena_mark mark = arena_mark(arena);
		struct project project = { .db = db, .arena = arena, .now_ms = now_ms };
		end = start + 1;
		while (end < count && is_same_project(&counts[start], &counts[end]))
			end++;
		TRY(project_write(&project, &counts[start], end - start));
		arena_rewind(arena, mark);
	}
	return OK;
}

static size_t
batch_read(struct counters *counters, struct count *ret_counts)
{
	size_t at = 0, count = 0;

	while (counters_flush_next(counters, &at, &ret_counts[count].key, &ret_counts[count].n))
		count++;
	qsort(ret_counts, count, sizeof(*ret_counts), count_compare);
	return count;
}

/* ERR_DUPLICATE: it was written before, only the answer to the COMMIT was lost. */
static enum err
batch_write(struct counters *counters, struct db *db, struct arena *arena, int64_t now_ms, const char *id)
{
	struct count *counts = arena_alloc(arena, COUNTERS_MAX * sizeof(*counts));
	size_t count = batch_read(counters, counts);

	TRY(db_begin(db, TX_WRITE));
	enum err e = batch_send(db, arena, now_ms, id, counts, count);
	if (e == OK)
		return db_commit(db);
	e = db_on_duplicate(db, e, DUP_STAT_FLUSHES_PRIMARY, OK);
	db_rollback(db);
	return e;
}

enum err
stat_flush(struct counters *counters, struct db *db, struct arena *arena, int64_t now_ms)
{
	char id[ID_SIZE];
	const char *new_id;

	do {
		db_use(db, arena, now_ms);
		TRY(id_make(arena, ID_STAT_FLUSH, now_ms, &new_id));
		if (!counters_flush_begin(counters, new_id, id))
			return OK;
		enum err e = batch_write(counters, db, arena, now_ms, id);
		counters_flush_end(counters, e == OK);
		TRY(e);
		/* That was what an earlier flush couldn't write; what came since is another batch. */
	} while (strcmp(id, new_id) != 0);
	return OK;
}
