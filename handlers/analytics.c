/*
 * /api/v1/analytics (licensing.md section 3): what happened how often, by the hour, day, week and month, from the roll-ups alone, one
 * statement each.
 */
#include "handlers/routes.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/request.h"
#include "lib/buckets.h"
#include "sql/gen/queries.h"

#define POINTS_MAX 1000
/* Rows of the roll-ups that one answer is made of. */
#define ROWS_MAX     20000
#define HOURS_KEPT_MS (35 * DAY_MS)
#define OTHER	     "other"

/* As lib/stats.def names them, and what jobs make of user_days. */
static const char *const METRICS[] = { "sign_ups", "dau", "mau", "sign_ins", "sign_in_failures", "token_issues", "key_uses", "validations",
				       "activations", "payments", "errors", "deliveries", "usage", NULL };

static const char *const DIMENSIONS[] = { "method", "reason", "grant", "api_key", "code", "country", "product", "status", "provider", "meter", NULL };

struct point {
	int64_t t, value;
};

static const struct field point_fields[] = {
	OUT_TIME(struct point, t, .description = "When it begins, in UTC"),
	OUT_INT(struct point, value),
	FIELDS_END,
};

/* Persons can't be added up: whoever came twice is one. Of several days the highest counts. */
static bool
is_of_persons(const char *metric)
{
	return strcmp(metric, "dau") == 0 || strcmp(metric, "mau") == 0;
}

static int64_t
combine(const char *metric, int64_t a, int64_t b)
{
	if (is_of_persons(metric))
		return a > b ? a : b;
	return a + b;
}

/* ---- GET /analytics/{metric} ---- */

struct metric_input {
	struct {
		bool metric, from, to, bucket, group_by;
	} has;
	const char *metric, *bucket, *group_by;
	int64_t from, to;
};

static const struct field metric_input[] = {
	IN_ENUM(struct metric_input, metric, METRICS, .in = IN_PATH),
	IN_TIME(struct metric_input, from, .in = IN_QUERY, .description = "Default: 30 days before to, or a day by the hour"),
	IN_TIME(struct metric_input, to, .in = IN_QUERY, .description = "Default: now. The bucket that holds it is the last"),
	IN_ENUM(struct metric_input, bucket, bucket_names, .in = IN_QUERY, .description = "Default: day. Weeks begin on Monday. Hours are kept for 35 days"),
	IN_ENUM(struct metric_input, group_by, DIMENSIONS, .in = IN_QUERY,
		.description = "One series for each value, the largest first; what would go beyond 1000 points is \"other\""),
	FIELDS_END,
};

struct series {
	const char *key;	/* NULL: not grouped */
	struct field_list points;
	struct point *values;
	int64_t total;
	const struct stat_point_row *rows;	/* that it is made of */
	size_t row_count;
};

static const struct field series_fields[] = {
	OUT_STRING(struct series, key, .flags = FIELD_NULLABLE, .description = "null when it isn't grouped"),
	OUT_LIST(struct series, points, point_fields, struct point, .description = "A point for each bucket, also where nothing happened"),
	FIELDS_END,
};

static const struct field total_fields[] = {
	OUT_STRING(struct series, key, .flags = FIELD_NULLABLE),
	OUT_INT(struct series, total, .description = "Of dau and mau: the highest"),
	FIELDS_END,
};

struct metric_view {
	const char *metric, *bucket, *group_by;
	struct field_list series, totals;
};

static const struct field metric_fields[] = {
	OUT_ENUM(struct metric_view, metric, METRICS),
	OUT_ENUM(struct metric_view, bucket, bucket_names),
	OUT_ENUM(struct metric_view, group_by, DIMENSIONS, .flags = FIELD_NULLABLE),
	OUT_LIST(struct metric_view, series, series_fields, struct series),
	OUT_LIST(struct metric_view, totals, total_fields, struct series, .description = "Of each series, in the same order"),
	FIELDS_END,
};

/* What is drawn: its buckets, and the series as they are found. */
struct chart {
	const struct request *rq;
	const char *metric, *group_by;
	enum bucket bucket;
	int64_t starts[POINTS_MAX + 1];	/* the last is the end */
	size_t buckets;
	struct series *series;
	size_t count;
};

static enum bucket
bucket_of(const char *name)
{
	enum bucket bucket = BUCKET_HOUR;

	if (name == NULL)
		return BUCKET_DAY;
	while (strcmp(bucket_names[bucket], name) != 0)
		bucket++;
	return bucket;
}

static bool
has_dimension(const char *metric, const char *dim)
{
	for (enum stat_kind stat = STAT_USER_DAY + 1; stat < STAT_COUNT; stat++) {
		const struct stat_info *info = stat_info(stat);
		for (size_t i = 0; strcmp(info->metric, metric) == 0 && i < STAT_DIMS_MAX && info->dims[i] != NULL; i++)
			if (strcmp(info->dims[i], dim) == 0)
				return true;
	}
	return false;
}

/* False: there are too many. */
static bool
chart_lay_out(struct chart *chart, int64_t from, int64_t to)
{
	int64_t at = bucket_start(chart->bucket, from);

	while (at <= to && chart->buckets < POINTS_MAX) {
		chart->starts[chart->buckets++] = at;
		at = bucket_next(chart->bucket, at);
	}
	chart->starts[chart->buckets] = at;
	return at > to;
}

static enum verdict
chart_read_input(struct chart *chart)
{
	const struct request *rq = chart->rq;
	const struct metric_input *in = rq->input;
	bool is_hourly = bucket_of(in->bucket) == BUCKET_HOUR;
	int64_t to = in->has.to ? in->to : rq->now_ms;
	int64_t from = in->has.from ? in->from : to - (is_hourly ? DAY_MS : 30 * DAY_MS);

	chart->metric = in->metric;
	chart->group_by = in->group_by;
	chart->bucket = bucket_of(in->bucket);
	if (from > to)
		return fail_field(rq, "from", "order", "It has to be before to.");
	if (in->group_by != NULL && !has_dimension(in->metric, in->group_by))
		return fail_field(rq, "group_by", "choice", "%s isn't told apart by %s.", in->metric, in->group_by);
	if (is_hourly && is_of_persons(in->metric))
		return fail_field(rq, "bucket", "choice", "%s is counted by the day.", in->metric);
	if (is_hourly && from < rq->now_ms - HOURS_KEPT_MS)
		return fail_field(rq, "from", "range", "Hours are kept for 35 days; ask by the day.");
	if (!chart_lay_out(chart, from, to))
		return fail_field(rq, "bucket", "range", "More than %d points: take a larger bucket or a shorter time.", POINTS_MAX);
	return go_on(rq);
}

static enum err
chart_fetch(const struct chart *chart, struct tx *tx, struct stat_point_row **ret_rows, size_t *ret_count)
{
	const char *dim = chart->group_by != NULL ? chart->group_by : "";
	int64_t from = chart->starts[0], to = chart->starts[chart->buckets];

	if (chart->bucket == BUCKET_HOUR)
		return q_stat_hourly_series(tx->db,
					    &(struct q_stat_hourly_series){
						.project_id = chart->rq->project.id,
						.metric = chart->metric,
						.dim = dim,
						.from_at = from,
						.to_at = to,
						.limit = ROWS_MAX + 1,
					    },
					    ret_rows, ret_count);
	return q_stat_daily_series(tx->db,
				   &(struct q_stat_daily_series){
				       .project_id = chart->rq->project.id,
				       .metric = chart->metric,
				       .dim = dim,
				       .from_at = from,
				       .to_at = to,
				       .limit = ROWS_MAX + 1,
				   },
				   ret_rows, ret_count);
}

static size_t
bucket_at(const struct chart *chart, int64_t at)
{
	size_t low = 0, high = chart->buckets;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (chart->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int
row_compare(const void *left, const void *right)
{
	const struct stat_point_row *a = left, *b = right;

	return strcmp(a->dim_value, b->dim_value);
}

/* The largest first, the rest of them last. */
static int
series_compare(const void *left, const void *right)
{
	const struct series *a = left, *b = right;
	bool a_is_rest = strcmp(a->key, OTHER) == 0, b_is_rest = strcmp(b->key, OTHER) == 0;

	if (a_is_rest != b_is_rest)
		return a_is_rest ? 1 : -1;
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return strcmp(a->key, b->key);
}

/* A series for each value among the rows, which are sorted by it; not grouped, one even of none. */
static void
chart_find_series(struct chart *chart, const struct stat_point_row *rows, size_t count)
{
	chart->series = ARENA_ARRAY(chart->rq->arena, count + 1, struct series);
	if (chart->group_by == NULL && count == 0)
		chart->series[chart->count++] = (struct series){ .key = "" };
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || row_compare(&rows[i - 1], &rows[i]) != 0)
			chart->series[chart->count++] = (struct series){ .key = rows[i].dim_value, .rows = &rows[i] };
		struct series *series = &chart->series[chart->count - 1];
		series->row_count++;
		series->total = combine(chart->metric, series->total, rows[i].n);
	}
	qsort(chart->series, chart->count, sizeof(*chart->series), series_compare);
}

static void
series_lay_out(const struct chart *chart, struct series *series)
{
	series->values = ARENA_ARRAY(chart->rq->arena, chart->buckets, struct point);
	for (size_t i = 0; i < chart->buckets; i++)
		series->values[i] = (struct point){ .t = chart->starts[i] };
	series->points = (struct field_list){ series->values, chart->buckets };
}

/* What happened when, of `from`, onto the points of a series. */
static void
series_draw(const struct chart *chart, struct series *series, const struct series *from)
{
	for (size_t i = 0; i < from->row_count; i++) {
		int64_t *value = &series->values[bucket_at(chart, from->rows[i].bucket_at)].value;
		*value = combine(chart->metric, *value, from->rows[i].n);
	}
}

/* The series from `kept` on become one. */
static void
chart_fold(struct chart *chart, size_t kept)
{
	struct series rest = { .key = OTHER };

	series_lay_out(chart, &rest);
	for (size_t i = kept; i < chart->count; i++) {
		series_draw(chart, &rest, &chart->series[i]);
		rest.total = combine(chart->metric, rest.total, chart->series[i].total);
	}
	chart->series[kept] = rest;
	chart->count = kept + 1;
}

/* Never more than POINTS_MAX in all. */
static void
chart_draw(struct chart *chart, struct stat_point_row *rows, size_t count)
{
	size_t room = POINTS_MAX / chart->buckets;

	if (count > 0)
		qsort(rows, count, sizeof(*rows), row_compare);
	chart_find_series(chart, rows, count);
	size_t kept = chart->count <= room ? chart->count : room - 1;
	for (size_t i = 0; i < kept; i++) {
		series_lay_out(chart, &chart->series[i]);
		series_draw(chart, &chart->series[i], &chart->series[i]);
	}
	if (kept < chart->count)
		chart_fold(chart, kept);
	for (size_t i = 0; i < chart->count; i++)
		chart->series[i].key = chart->group_by == NULL ? NULL : stat_value_text(chart->rq->arena, chart->series[i].key);
}

static enum verdict
analytics_metric(const struct request *rq, struct tx *tx)
{
	struct chart *chart = ARENA_NEW(rq->arena, struct chart);
	struct stat_point_row *rows = NULL;
	size_t count = 0;

	chart->rq = rq;
	if (chart_read_input(chart) != VERDICT_GO_ON)
		return VERDICT_FAIL;
	enum err e = chart_fetch(chart, tx, &rows, &count);
	if (e != OK)
		return fail_err(rq, e);
	if (count > ROWS_MAX)
		return fail_field(rq, "from", "range", "There are too many values to tell apart in that time; take a shorter one.");
	chart_draw(chart, rows, count);
	return reply(rq, 200, metric_fields,
		     &(struct metric_view){
			 .metric = chart->metric,
			 .bucket = bucket_names[chart->bucket],
			 .group_by = chart->group_by,
			 .series = { chart->series, chart->count },
			 .totals = { chart->series, chart->count },
		     });
}

/* ---- GET /analytics/overview ---- */

static const char *const PERIODS[] = { "24h", "7d", "30d", "90d", NULL };

static const struct {
	int64_t buckets;
	enum bucket bucket;
	int64_t length_ms;
} periods[] = {
	{ 24, BUCKET_HOUR, HOUR_MS },
	{ 7, BUCKET_DAY, DAY_MS },
	{ 30, BUCKET_DAY, DAY_MS },
	{ 90, BUCKET_DAY, DAY_MS },
};

struct overview_input {
	struct {
		bool period;
	} has;
	const char *period;
};

static const struct field overview_input[] = {
	IN_ENUM(struct overview_input, period, PERIODS, .in = IN_QUERY, .description = "Default: 30d"),
	FIELDS_END,
};

struct tile {
	const char *metric;
	int64_t total, previous;
	struct field_list points;
	struct point *values;
};

static const struct field tile_fields[] = {
	OUT_ENUM(struct tile, metric, METRICS),
	OUT_INT(struct tile, total, .description = "Of dau and mau: the last day's"),
	OUT_INT(struct tile, previous, .description = "Of the same span of time before; of dau and mau: of the day before it began"),
	OUT_LIST(struct tile, points, point_fields, struct point),
	FIELDS_END,
};

struct overview_view {
	const char *period, *bucket;
	int64_t from, to;
	struct field_list metrics;
};

static const struct field overview_fields[] = {
	OUT_ENUM(struct overview_view, period, PERIODS),
	OUT_ENUM(struct overview_view, bucket, bucket_names),
	OUT_TIME(struct overview_view, from),
	OUT_TIME(struct overview_view, to),
	OUT_LIST(struct overview_view, metrics, tile_fields, struct tile),
	FIELDS_END,
};

/* The span that is shown, in whole buckets; the one before it is as long. */
struct overview {
	const struct request *rq;
	size_t period;
	int64_t from, to, before;
	struct tile tiles[ARRAY_LEN(METRICS) - 1];
};

static struct overview *
overview_new(const struct request *rq)
{
	const struct overview_input *in = rq->input;
	struct overview *o = ARENA_NEW(rq->arena, struct overview);

	o->rq = rq;
	o->period = 2;
	for (size_t i = 0; in->period != NULL && PERIODS[i] != NULL; i++)
		if (strcmp(PERIODS[i], in->period) == 0)
			o->period = i;
	int64_t length = periods[o->period].length_ms, buckets = periods[o->period].buckets;
	o->to = bucket_start(periods[o->period].bucket, rq->now_ms) + length;
	o->from = o->to - buckets * length;
	o->before = o->from - buckets * length;
	for (size_t i = 0; METRICS[i] != NULL; i++) {
		struct point *values = ARENA_ARRAY(rq->arena, (size_t)buckets, struct point);
		for (int64_t k = 0; k < buckets; k++)
			values[k] = (struct point){ .t = o->from + k * length };
		o->tiles[i] = (struct tile){ .metric = METRICS[i], .points = { values, (size_t)buckets }, .values = values };
	}
	return o;
}

static struct tile *
overview_tile(struct overview *o, const char *metric)
{
	size_t i = 0;

	while (METRICS[i] != NULL && strcmp(METRICS[i], metric) != 0)
		i++;
	return METRICS[i] != NULL ? &o->tiles[i] : NULL;
}

static void
overview_add(struct overview *o, const char *metric, int64_t at, int64_t n)
{
	struct tile *tile = overview_tile(o, metric);
	int64_t length = periods[o->period].length_ms;

	if (tile == NULL)
		return;
	if (at >= o->from)
		tile->values[(at - o->from) / length].value += n;
	if (is_of_persons(metric)) {
		if (at == o->to - length)
			tile->total = n;
		else if (at == o->from - length)
			tile->previous = n;
	} else if (at >= o->from) {
		tile->total += n;
	} else {
		tile->previous += n;
	}
}

static enum err
overview_read_days(struct overview *o, struct tx *tx)
{
	struct stat_overview_row *rows = NULL;
	size_t count = 0;

	TRY(q_stat_overview_daily(
	    tx->db,
	    &(struct q_stat_overview_daily){ .project_id = o->rq->project.id, .from_at = o->before, .to_at = o->to },
	    &rows, &count));
	for (size_t i = 0; i < count; i++)
		overview_add(o, rows[i].metric, rows[i].bucket_at, rows[i].n);
	return OK;
}

static int64_t
or_zero(int64_t n)
{
	return n == NONE ? 0 : n;
}

static enum err
overview_read_hours(struct overview *o, struct tx *tx)
{
	struct q_stat_overview_hourly_row *rows = NULL;
	int64_t today = bucket_start(BUCKET_DAY, o->rq->now_ms);
	size_t count = 0;

	TRY(q_stat_overview_hourly(tx->db,
				   &(struct q_stat_overview_hourly){
				       .today = today,
				       .yesterday = today - DAY_MS,
				       .from_at = o->before,
				       .to_at = o->to,
				       .project_id = o->rq->project.id,
				   },
				   &rows, &count));
	for (size_t i = 0; i < count; i++)
		if (rows[i].metric != NULL)
			overview_add(o, rows[i].metric, rows[i].bucket_at, rows[i].n);
	if (count == 0)
		return OK;
	struct tile *dau = overview_tile(o, "dau"), *mau = overview_tile(o, "mau");
	dau->total = or_zero(rows->dau);
	dau->previous = or_zero(rows->dau_before);
	mau->total = or_zero(rows->mau);
	mau->previous = or_zero(rows->mau_before);
	/* They have no hours. */
	dau->points.count = mau->points.count = 0;
	return OK;
}

static enum verdict
analytics_overview(const struct request *rq, struct tx *tx)
{
	struct overview *o = overview_new(rq);
	bool is_hourly = periods[o->period].bucket == BUCKET_HOUR;
	enum err e = is_hourly ? overview_read_hours(o, tx) : overview_read_days(o, tx);

	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, overview_fields,
		     &(struct overview_view){
			 .period = PERIODS[o->period],
			 .bucket = bucket_names[periods[o->period].bucket],
			 .from = o->from,
			 .to = o->to,
			 .metrics = { o->tiles, ARRAY_LEN(o->tiles) },
		     });
}

const struct route analytics_routes[] = {
	{
	    .id = "analytics_overview",
	    .method = GET,
	    .path = "/api/v1/analytics/overview",
	    .summary = "Show how much happened lately, and in the time before",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_ANALYTICS_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_UNMETERED,
	    INPUT(struct overview_input, overview_input),
	    .output = overview_fields,
	    .handler = analytics_overview,
	},
	{
	    .id = "analytics_metric",
	    .method = GET,
	    .path = "/api/v1/analytics/{metric}",
	    .summary = "Show how often something happened, over time",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_ANALYTICS_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_UNMETERED,
	    INPUT(struct metric_input, metric_input),
	    .output = metric_fields,
	    .handler = analytics_metric,
	},
	ROUTES_END,
};
