/*
 * GET /api/v1/usage: what was used over time, and how far that is from the limits (licensing.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/billing.h"
#include "domain/features.h"
#include "domain/plans.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/meters.h"

#define POINTS_MAX   1000
#define METERS_MAX   100
#define KEPT_MS	     (35 * DAY_MS)
/* 1970-01-01 was a Thursday; weeks begin on Mondays. */
#define WEEK_MS	     (7 * DAY_MS)
#define FIRST_MONDAY (4 * DAY_MS)

static const char *const buckets[] = { "hour", "day", "week", "month", NULL };
static const char *const scopes[] = { "project", "org", NULL };

struct usage_input {
	struct {
		bool from, to, bucket, meter_key, subject_id, scope;
	} has;
	int64_t from, to;
	const char *bucket, *meter_key, *subject_id, *scope;
};

static const struct field usage_input[] = {
	IN_TIME(struct usage_input, from, .in = IN_QUERY, .description = "The month's first instant when absent"),
	IN_TIME(struct usage_input, to, .in = IN_QUERY, .description = "Now when absent"),
	IN_ENUM(struct usage_input, bucket, buckets, .in = IN_QUERY,
		.description = "day when absent; all but month go back 35 days"),
	IN_STRING(struct usage_input, meter_key, .in = IN_QUERY, .check = feature_key_check, .description = "All meters when absent"),
	IN_ID(struct usage_input, subject_id, ID_USER, .in = IN_QUERY, .description = "Of one person; all of them when absent"),
	IN_ENUM(struct usage_input, scope, scopes, .in = IN_QUERY,
		.description = "org: all projects of the organization, by months, with what each of them used"),
	FIELDS_END,
};

struct usage_point {
	int64_t t, value;
};

static const struct field point_fields[] = {
	OUT_TIME(struct usage_point, t),
	OUT_INT(struct usage_point, value),
	FIELDS_END,
};

static const struct field project_usage_fields[] = {
	OUT_ID(struct project_usage_row, project_id, ID_PROJECT),
	OUT_STRING(struct project_usage_row, name),
	OUT_INT(struct project_usage_row, used),
	FIELDS_END,
};

struct meter_usage {
	const char *meter_key;
	int64_t used, included, overage;
	struct field_list points;
	struct field_list by_project;
};

static const struct field meter_usage_fields[] = {
	OUT_STRING(struct meter_usage, meter_key),
	OUT_INT(struct meter_usage, used, .description = "In the month of UTC in which the time asked for ends"),
	OUT_INT(struct meter_usage, included, .flags = FIELD_NULLABLE, .description = "What the limit allows in a month; null: no limit"),
	OUT_INT(struct meter_usage, overage, .description = "Used beyond that"),
	OUT_LIST(struct meter_usage, points, point_fields, struct usage_point),
	OUT_LIST(struct meter_usage, by_project, project_usage_fields, struct project_usage_row,
		 .description = "Of scope=org, in the month of UTC in which the time asked for ends"),
	FIELDS_END,
};

struct usage_report {
	int64_t from, to;
	const char *bucket;
	struct field_list meters;
};

static const struct field usage_report_fields[] = {
	OUT_TIME(struct usage_report, from, .description = "Where the first bucket begins"),
	OUT_TIME(struct usage_report, to),
	OUT_ENUM(struct usage_report, bucket, buckets),
	OUT_LIST(struct usage_report, meters, meter_usage_fields, struct meter_usage),
	FIELDS_END,
};

struct asking {
	const struct request *rq;
	struct tx *tx;
	const struct usage_input *in;
	struct usage_report report;
	bool by_months;
	int64_t width_ms;	/* of a bucket that isn't a month */
	int64_t period_at;	/* the month in which the time ends */
};

/* ---- the time ---- */

static int64_t
bucket_start(const struct asking *a, int64_t at)
{
	int64_t origin = a->width_ms == WEEK_MS ? FIRST_MONDAY : 0;

	return a->by_months ? time_month_start(at) : at - (at - origin) % a->width_ms;
}

static int64_t
next_bucket(const struct asking *a, int64_t at)
{
	return a->by_months ? time_add_months(at, 1) : at + a->width_ms;
}

static enum verdict
read_time(struct asking *a)
{
	const struct usage_input *in = a->in;
	static const int64_t widths[] = { HOUR_MS, DAY_MS, WEEK_MS, 0 };
	bool is_org = in->scope != NULL && strcmp(in->scope, "org") == 0;
	const char *bucket = in->has.bucket ? in->bucket : is_org ? "month" : "day";
	size_t which = 0;

	while (strcmp(buckets[which], bucket) != 0)
		which++;
	a->width_ms = widths[which];
	a->by_months = a->width_ms == 0;
	a->report.bucket = buckets[which];
	a->report.to = in->has.to ? in->to : a->rq->now_ms;
	int64_t from = in->has.from ? in->from : time_month_start(a->report.to);
	if (from < 0 || from >= a->report.to)
		return fail_field(a->rq, "from", "range", "It lies before the end.");
	a->report.from = bucket_start(a, from);
	a->period_at = time_month_start(a->report.to - 1);
	if (!a->by_months && from < a->rq->now_ms - KEPT_MS)
		return fail_field(a->rq, "from", "range", "Hours, days and weeks are kept for 35 days. Ask for months.");
	if (is_org && !a->by_months)
		return fail_field(a->rq, "bucket", "unsupported", "An organization's use is told by months.");
	if (is_org && in->has.subject_id)
		return fail_field(a->rq, "subject_id", "unsupported", "A person belongs to one project.");
	if ((a->report.to - a->report.from) / (a->by_months ? 28 * DAY_MS : a->width_ms) >= POINTS_MAX)
		return fail_field(a->rq, "bucket", "range", "That makes more than %d points.", POINTS_MAX);
	return go_on(a->rq);
}

/* Every bucket from the start on, with nothing in it. */
static struct usage_point *
empty_points(const struct asking *a, size_t *ret_count)
{
	struct usage_point *points = ARENA_ARRAY(a->rq->arena, POINTS_MAX + 1, struct usage_point);
	size_t count = 0;

	for (int64_t t = a->report.from; t < a->report.to && count <= POINTS_MAX; t = next_bucket(a, t))
		points[count++] = (struct usage_point){ .t = t, .value = 0 };
	*ret_count = count;
	return points;
}

/* ---- one meter ---- */

static enum err
fill_months(const struct asking *a, const char *meter_key, const char *subject_id, struct usage_point *points, size_t count)
{
	struct q_usage_months_row *rows;
	size_t row_count;

	TRY(q_usage_months(a->tx->db,
			   &(struct q_usage_months){
			       .project_id = a->rq->project.id,
			       .meter_key = meter_key,
			       .subject_id = subject_id,
			       .from_at = a->report.from,
			       .to_at = a->report.to,
			   },
			   &rows, &row_count));
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < count; k++)
			if (points[k].t == rows[i].period_at)
				points[k].value = rows[i].used;
	return OK;
}

static enum err
fill_days(const struct asking *a, const char *meter_key, struct usage_point *points, size_t count)
{
	struct usage_point_row *rows;
	size_t row_count;

	TRY(q_usage_points(a->tx->db,
			   &(struct q_usage_points){
			       .project_id = a->rq->project.id,
			       .meter_key = meter_key,
			       .subject_id = a->in->subject_id,
			       .from_at = a->report.from,
			       .to_at = a->report.to,
			       .width_s = a->width_ms / SECOND_MS,
			   },
			   &rows, &row_count));
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].place >= 0 && (size_t)rows[i].place < count)
			points[rows[i].place].value = rows[i].total;
	return OK;
}

static enum err
add_points(const struct asking *a, struct meter_usage *meter)
{
	const char *subject_id = a->in->has.subject_id ? a->in->subject_id : a->rq->project.id;
	size_t count;
	struct usage_point *points = empty_points(a, &count);

	if (a->by_months)
		TRY(fill_months(a, meter->meter_key, subject_id, points, count));
	else
		TRY(fill_days(a, meter->meter_key, points, count));
	meter->points = (struct field_list){ .items = points, .count = count };
	return OK;
}

/* ---- a project ---- */

static bool
is_asked_for(const struct asking *a, const char *meter_key)
{
	return !a->in->has.meter_key || strcmp(a->in->meter_key, meter_key) == 0;
}

static void
add_meter(const struct asking *a, struct meter_usage *meters, size_t *count, const char *meter_key)
{
	if (is_asked_for(a, meter_key))
		meters[(*count)++] = (struct meter_usage){ .meter_key = meter_key, .included = NONE };
}

static enum err
list_meters(const struct asking *a, struct meter_usage **ret, size_t *ret_count)
{
	struct meter_usage *meters;
	struct meter_row *rows;
	size_t row_count, count = 0;

	TRY(q_meter_list(a->tx->db, &(struct q_meter_list){ .project_id = a->rq->project.id, .limit = METERS_MAX }, &rows, &row_count));
	meters = ARENA_ARRAY(a->rq->arena, row_count + BUILTIN_METERS, struct meter_usage);
	for (size_t i = 0; i < row_count; i++)
		add_meter(a, meters, &count, rows[i].meter_key);
	for (size_t i = 0; builtin_meters[i] != NULL && !a->in->has.subject_id; i++)
		add_meter(a, meters, &count, builtin_meters[i]);
	*ret = meters;
	*ret_count = count;
	return OK;
}

/* A feature that counts the meter is worth more than what the plan includes of it, as for a consume. */
static enum err
add_plan(const struct asking *a, struct meter_usage *meters, size_t count)
{
	struct feature_subjects subjects = { .user_id = a->in->subject_id };
	struct feature_value *features;
	struct subject_plan plan;
	size_t feature_count;

	TRY(plan_of_subject(a->tx, a->rq->project.id, a->in->subject_id, &plan));
	TRY(features_of(a->tx, a->rq->project.id, &subjects, &features, &feature_count));
	for (size_t i = 0; i < count; i++) {
		struct meter_terms terms = { .included = NONE };
		if (plan.effective != NULL)
			(void)meter_terms_find(a->rq->arena, plan.effective->meters, meters[i].meter_key, &terms);
		meters[i].included = terms.included;
		for (size_t k = feature_count; k > 0; k--)
			if (features[k - 1].meter_key != NULL && strcmp(features[k - 1].meter_key, meters[i].meter_key) == 0)
				meters[i].included = features[k - 1].choice.value;
	}
	return OK;
}

/* What a person's plan includes, or what the project may use. */
static enum err
add_limits(const struct asking *a, struct meter_usage *meters, size_t count)
{
	struct project_limit_row *limits;
	size_t limit_count;

	if (a->in->has.subject_id)
		return add_plan(a, meters, count);
	TRY(q_project_limit_list(a->tx->db, &(struct q_project_limit_list){ .project_id = a->rq->project.id }, &limits, &limit_count));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < limit_count; k++)
			if (strcmp(meters[i].meter_key, limits[k].meter_key) == 0)
				meters[i].included = limits[k].limit_value;
	return OK;
}

static enum err
add_used(const struct asking *a, struct meter_usage *meters, size_t count)
{
	struct q_usage_month_list_row *rows;
	size_t row_count;

	TRY(q_usage_month_list(a->tx->db,
			       &(struct q_usage_month_list){
				   .project_id = a->rq->project.id,
				   .subject_id = a->in->has.subject_id ? a->in->subject_id : a->rq->project.id,
				   .period_at = a->period_at,
			       },
			       &rows, &row_count));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < row_count; k++)
			if (strcmp(meters[i].meter_key, rows[k].meter_key) == 0)
				meters[i].used = rows[k].used;
	return OK;
}

static enum err
report_project(struct asking *a)
{
	struct meter_usage *meters;
	size_t count;

	TRY(list_meters(a, &meters, &count));
	TRY(add_limits(a, meters, count));
	TRY(add_used(a, meters, count));
	for (size_t i = 0; i < count; i++) {
		meters[i].overage = usage_started_units(meters[i].used, meters[i].included, 1);
		TRY(add_points(a, &meters[i]));
	}
	a->report.meters = (struct field_list){ .items = meters, .count = count };
	return OK;
}

/* ---- an organization ---- */

/* The rows are in the order of meters. */
static struct field_list
projects_of(const struct project_usage_row *rows, size_t count, const char *meter_key)
{
	size_t first = 0, end;

	while (first < count && strcmp(rows[first].meter_key, meter_key) != 0)
		first++;
	for (end = first; end < count && strcmp(rows[end].meter_key, meter_key) == 0; end++)
		;
	return (struct field_list){ .items = rows + first, .count = end - first };
}

static enum err
add_org_points(const struct asking *a, struct meter_usage *meter)
{
	size_t count;
	struct usage_point *points = empty_points(a, &count);
	struct q_org_usage_months_row *rows;
	size_t row_count;

	TRY(q_org_usage_months(a->tx->db,
			       &(struct q_org_usage_months){
				   .org_id = a->rq->org.id,
				   .meter_key = meter->meter_key,
				   .from_at = a->report.from,
				   .to_at = a->report.to,
			       },
			       &rows, &row_count));
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < count; k++)
			if (points[k].t == rows[i].period_at)
				points[k].value = rows[i].used;
	meter->points = (struct field_list){ .items = points, .count = count };
	return OK;
}

static enum err
report_org(struct asking *a)
{
	struct project_usage_row *rows;
	struct meter_usage *meters;
	size_t row_count, count = 0;
	struct bill bill;

	TRY(bill_make(a->tx, a->rq->console_id, a->rq->org.id, a->period_at, &bill));
	TRY(q_org_usage_by_project(a->tx->db,
				   &(struct q_org_usage_by_project){
				       .org_id = a->rq->org.id, .meter_key = a->in->meter_key, .period_at = a->period_at },
				   &rows, &row_count));
	const struct meter_bill *bills = bill.meters.items;
	meters = ARENA_ARRAY(a->rq->arena, bill.meters.count, struct meter_usage);
	for (size_t i = 0; i < bill.meters.count; i++) {
		if (!is_asked_for(a, bills[i].meter_key))
			continue;
		meters[count] = (struct meter_usage){
			.meter_key = bills[i].meter_key,
			.used = bills[i].used,
			.included = bills[i].included,
			.overage = bills[i].overage,
			.by_project = projects_of(rows, row_count, bills[i].meter_key),
		};
		TRY(add_org_points(a, &meters[count++]));
	}
	a->report.meters = (struct field_list){ .items = meters, .count = count };
	return OK;
}

static enum verdict
usage_get(const struct request *rq, struct tx *tx)
{
	struct asking a = { .rq = rq, .tx = tx, .in = rq->input };
	bool is_org = a.in->scope != NULL && strcmp(a.in->scope, "org") == 0;
	enum verdict bad = read_time(&a);

	if (bad != VERDICT_GO_ON)
		return bad;
	if (is_org && !request_may_in_org(rq, PERM_USAGE_READ))
		return fail_err(rq, request_may_not(rq, PERM_USAGE_READ));
	enum err e = is_org ? report_org(&a) : report_project(&a);
	return e == OK ? reply(rq, 200, usage_report_fields, &a.report) : fail_err(rq, e);
}

const struct route usage_report_routes[] = {
	{
	    .id = "usage_get",
	    .method = GET,
	    .path = "/api/v1/usage",
	    .summary = "What was used",
	    .description = "Of each meter over time, and how far the month is from its limit. Reading it counts nothing.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_UNMETERED,
	    INPUT(struct usage_input, usage_input),
	    .output = usage_report_fields,
	    .handler = usage_get,
	},
	ROUTES_END,
};
