/*
 * POST /api/v1/usage/consume: takes from a subject's quota, or says that it is used up (licensing.md rules 31 and 32). It never waits for the
 * organization's guard: what it rests on is the row that holds the project's sum, which it writes first.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/usage.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/json_take.h"
#include "lib/meters.h"
#include "sql/gen/schema_keys.h"

#define REMEMBERED_MS (35 * DAY_MS)

struct consume_input {
	struct {
		bool meter_key, subject_id, quantity, event_key;
	} has;
	const char *meter_key, *subject_id;
	int64_t quantity;
	const char *event_key;
};

static const struct field consume_input[] = {
	IN_STRING(struct consume_input, meter_key, .min = 1, .max = 64, .check = meter_key_check, .flags = FIELD_REQUIRED),
	IN_ID(struct consume_input, subject_id, ID_USER, .flags = FIELD_REQUIRED, .description = "Who uses it"),
	IN_INT(struct consume_input, quantity, 1, QUANTITY_MAX, .flags = FIELD_REQUIRED),
	IN_STRING(struct consume_input, event_key, .min = 1, .max = 64, .check = event_key_check, .flags = FIELD_REQUIRED,
		  .description = "The caller's own name for this use; within 35 days the same one gets the same answer and counts once"),
	FIELDS_END,
};

/* The tightest of the limits, and what is used of it. */
struct consumed {
	bool allowed;
	int64_t used, limit, remaining, resets_at;
};

static const struct field consumed_fields[] = {
	OUT_BOOL(struct consumed, allowed),
	OUT_INT(struct consumed, used, .description = "This month, of what the limit is on"),
	OUT_INT(struct consumed, limit, .flags = FIELD_NULLABLE, .description = "The tightest that applies; null: none"),
	OUT_INT(struct consumed, remaining, .flags = FIELD_NULLABLE),
	OUT_TIME(struct consumed, resets_at),
	FIELDS_END,
};

/* A limit and how far it is used. */
struct bound {
	const char *subject_id;	/* NULL: the project */
	int64_t limit;		/* NONE: none */
	bool is_hard;		/* else what is beyond it is counted, too */
	int64_t used, warned;
};

struct consume {
	const struct request *rq;
	struct tx *tx;
	const struct consume_input *in;
	struct usage_consume_row row;
	struct bound project, subject;
	int64_t period_at;
};

/* ---- what is known ---- */

static enum err
hold(const struct consume *c, const char *subject_id)
{
	return q_usage_counter_hold(c->tx->db,
				    &(struct q_usage_counter_hold){
					.project_id = c->rq->project.id,
					.meter_key = c->in->meter_key,
					.subject_id = subject_id,
					.period_at = c->period_at,
				    },
				    NULL);
}

static int64_t
or_zero(int64_t value)
{
	return value == NONE ? 0 : value;
}

static enum err
find(struct consume *c)
{
	TRY(hold(c, c->rq->project.id));
	TRY(q_usage_consume_find(c->tx->db,
				 &(struct q_usage_consume_find){
				     .project_id = c->rq->project.id,
				     .meter_key = c->in->meter_key,
				     .subject_id = c->in->subject_id,
				     .event_key = c->in->event_key,
				     .period_at = c->period_at,
				 },
				 &c->row));
	c->project = (struct bound){
		.limit = c->row.limit_value,
		.is_hard = true,
		.used = or_zero(c->row.project_used),
		.warned = or_zero(c->row.project_warned),
	};
	c->subject = (struct bound){
		.subject_id = c->in->subject_id,
		.limit = NONE,
		.is_hard = true,
		.used = or_zero(c->row.subject_used),
		.warned = or_zero(c->row.subject_warned),
	};
	return OK;
}

static bool
has_room(const struct bound *bound, int64_t quantity)
{
	return bound->limit == NONE || !bound->is_hard || bound->used <= bound->limit - quantity;
}

/* ---- answers ---- */

static struct consumed
consumed_of(const struct consume *c)
{
	const struct bound *tightest = &c->subject;

	if (c->project.limit != NONE &&
	    (tightest->limit == NONE || c->project.limit - c->project.used < tightest->limit - tightest->used))
		tightest = &c->project;
	int64_t left = tightest->limit == NONE ? NONE : tightest->limit - tightest->used;
	return (struct consumed){
		.allowed = true,
		.used = tightest->used,
		.limit = tightest->limit,
		.remaining = left == NONE || left > 0 ? left : 0,
		.resets_at = time_add_months(c->period_at, 1),
	};
}

/* What the same use was answered the first time; one that was only reported is answered from now. */
static struct consumed
consumed_before(const struct consume *c)
{
	struct consumed consumed = consumed_of(c);
	const char *resets_at = NULL;
	struct json first;

	if (c->row.result == NULL || json_parse(c->rq->arena, c->row.result, strlen(c->row.result), &first, NULL) != OK)
		return consumed;
	consumed.limit = consumed.remaining = NONE;
	json_take_int(&first, "used", 0, INT64_MAX, &consumed.used);
	json_take_int(&first, "limit", 0, INT64_MAX, &consumed.limit);
	json_take_int(&first, "remaining", 0, INT64_MAX, &consumed.remaining);
	json_take_text(&first, "resets_at", &resets_at);
	if (resets_at != NULL)
		(void)time_parse(resets_at, &consumed.resets_at);
	return consumed;
}

static struct usage_state
state_of(const struct consume *c, const struct bound *bound, int64_t percent)
{
	return (struct usage_state){
		.meter_key = c->in->meter_key,
		.subject_id = bound->subject_id,
		.percent = percent,
		.limit = bound->limit,
		.used = bound->used,
		.resets_at = time_add_months(c->period_at, 1),
	};
}

static struct usage_place
place_of(const struct consume *c, const struct bound *bound)
{
	return (struct usage_place){
		.org_id = c->rq->org.id,
		.project_id = c->rq->project.id,
		.meter_key = c->in->meter_key,
		.subject_id = bound->subject_id,
	};
}

/* A refusal counts nothing; the first of a month is told. */
static enum verdict
deny(const struct consume *c, const struct bound *bound)
{
	struct usage_state state = state_of(c, bound, PERCENT_REFUSED);
	struct usage_place place = place_of(c, bound);
	struct buffer details = buffer_new(c->rq->arena);
	enum err e = OK;

	if (bound->warned < PERCENT_REFUSED && bound->subject_id != NULL)
		e = hold(c, bound->subject_id);
	if (e == OK && bound->warned < PERCENT_REFUSED)
		e = usage_tell(c->tx, EV_QUOTA_EXCEEDED, &place, &state);
	if (e != OK)
		return fail_err(c->rq, e);
	fields_render(&details, usage_refusal_fields, &state, false);
	return refuse_details(c->rq, ERR_QUOTA_EXCEEDED, buffer_string(&details), "The quota of %s is used up.", c->in->meter_key);
}

/* ---- counting ---- */

static int64_t
ceiling(const struct bound *bound)
{
	return bound->limit == NONE || !bound->is_hard ? INT64_MAX : bound->limit;
}

/* Both counters or none. Somebody who counted without the guard may have been faster: then all of it runs again. */
static enum err
take(const struct consume *c)
{
	uint64_t matched = 0;

	if (c->row.subject_used == NONE)
		TRY(hold(c, c->in->subject_id));
	TRY(q_usage_counter_take(c->tx->db,
				 &(struct q_usage_counter_take){
				     .project_id = c->rq->project.id,
				     .meter_key = c->in->meter_key,
				     .period_at = c->period_at,
				     .whole_id = c->rq->project.id,
				     .subject_id = c->in->subject_id,
				     .quantity = c->in->quantity,
				     .project_limit = ceiling(&c->project),
				     .subject_limit = ceiling(&c->subject),
				 },
				 &matched));
	return matched == 2 ? OK : ERR_DB_CONFLICT;
}

static enum err
warn(const struct consume *c, const struct bound *bound)
{
	int64_t percent = usage_percent_passed(bound->used, bound->limit);
	struct usage_state state = state_of(c, bound, percent);
	struct usage_place place = place_of(c, bound);

	return percent > bound->warned ? usage_tell(c->tx, EV_USAGE_THRESHOLD, &place, &state) : OK;
}

/* The answer is kept beside what it counted; of two with one key at once the second runs again, and finds the first. */
static enum err
remember(const struct consume *c, const struct consumed *consumed)
{
	const struct consume_input *in = c->in;
	struct buffer result = buffer_new(c->rq->arena);

	if (c->row.expires_at != NONE)
		TRY(q_usage_event_drop_old(c->tx->db,
					   &(struct q_usage_event_drop_old){
					       .project_id = c->rq->project.id, .meter_key = in->meter_key, .event_key = in->event_key },
					   NULL));
	fields_render(&result, consumed_fields, consumed, false);
	enum err e = q_usage_event_insert(c->tx->db,
					  &(struct q_usage_event_insert){
					      .project_id = c->rq->project.id,
					      .meter_key = in->meter_key,
					      .event_key = in->event_key,
					      .subject_id = in->subject_id,
					      .quantity = in->quantity,
					      .result = buffer_string(&result),
					      .occurred_at = c->rq->now_ms,
					      .expires_at = c->rq->now_ms + REMEMBERED_MS,
					  },
					  NULL);
	return db_on_duplicate(c->tx->db, e, DUP_USAGE_EVENTS_PRIMARY, ERR_DB_CONFLICT);
}

static enum err
count(struct consume *c, struct consumed *ret)
{
	TRY(take(c));
	c->project.used += c->in->quantity;
	c->subject.used += c->in->quantity;
	*ret = consumed_of(c);
	TRY(remember(c, ret));
	TRY(warn(c, &c->project));
	return warn(c, &c->subject);
}

static enum verdict
usage_consume(const struct request *rq, struct tx *tx)
{
	struct consume c = { .rq = rq, .tx = tx, .in = rq->input, .period_at = time_month_start(rq->now_ms) };
	struct consumed consumed;
	enum err e = find(&c);

	if (e != OK)
		return fail_err(rq, e);
	if (c.row.meter_id == NULL)
		return fail_field(rq, "meter_key", "unknown", "The project has no such meter of its own.");
	if (c.row.user_id == NULL)
		return fail_field(rq, "subject_id", "unknown", "The project has no such user.");
	if (c.row.expires_at != NONE && c.row.expires_at > rq->now_ms) {
		consumed = consumed_before(&c);
		return reply(rq, 200, consumed_fields, &consumed);
	}
	if (!has_room(&c.project, c.in->quantity))
		return deny(&c, &c.project);
	if (!has_room(&c.subject, c.in->quantity))
		return deny(&c, &c.subject);
	e = count(&c, &consumed);
	return e == OK ? reply(rq, 200, consumed_fields, &consumed) : fail_err(rq, e);
}

const struct route usage_consume_routes[] = {
	{
	    .id = "usage_consume",
	    .method = POST,
	    .path = "/api/v1/usage/consume",
	    .summary = "Use of a quota",
	    .description = "Counts, if the quotas have room for all of it; of many at once exactly as many pass as fit. A refusal counts nothing.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct consume_input, consume_input),
	    .output = consumed_fields,
	    .errors = { ERR_QUOTA_EXCEEDED },
	    .handler = usage_consume,
	},
	ROUTES_END,
};
