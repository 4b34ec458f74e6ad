/*
 * POST /api/v1/usage/consume: takes from a subject's quota, or says that it is used up (licensing.md rules 31 and 32). It never waits for the
 * organization's guard: what it rests on is the row that holds the project's sum, which it writes first.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/usage.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/features.h"
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
	IN_STRING(struct consume_input, meter_key, .check = feature_key_check, .flags = FIELD_REQUIRED),
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
	enum usage_scope scope;
	int64_t limit;		/* NONE: none */
	bool is_hard;		/* else what is beyond it is counted, too */
	int64_t used, warned;
};

struct consume {
	const struct request *rq;
	struct tx *tx;
	const struct consume_input *in;
	struct usage_consume_row row;
	struct bound bounds[USAGE_ORG + 1];
	bool has_org_terms;	/* the organization's plan says something of this meter */
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

static enum err
add_to_org(const struct consume *c, int64_t quantity)
{
	return q_org_usage_add(c->tx->db,
			       &(struct q_org_usage_add){
				   .org_id = c->rq->org.id,
				   .meter_key = c->in->meter_key,
				   .period_at = c->period_at,
				   .quantity = quantity,
			       },
			       NULL);
}

static int64_t
or_zero(int64_t value)
{
	return value == NONE ? 0 : value;
}

/* What a plan's terms come to; without terms there is no limit. */
static struct bound
bound_of_plan(const struct consume *c, enum usage_scope scope, const char *meters, bool *ret_has_terms)
{
	struct meter_terms terms = { .included = NONE };

	*ret_has_terms = meter_terms_find(c->rq->arena, meters, c->in->meter_key, &terms);
	return (struct bound){ .scope = scope, .limit = terms.included, .is_hard = terms.unit == 0 };
}

/* A feature that counts the meter is worth more than what the plan includes of it: somebody may have it by an override (rule 23). */
static int64_t
limit_of_feature(const struct usage_consume_row *row)
{
	struct feature_offers offers = {
		.default_value = row->default_value,
		.plan = { row->plan_feature_id != NULL, row->plan_value },
		.override = { row->override_id != NULL, row->override_value },
	};

	return feature_choose(&offers).value;
}

static void
set_bounds(struct consume *c)
{
	bool has_terms;
	struct bound subject = bound_of_plan(c, USAGE_SUBJECT, c->row.meters, &has_terms);
	struct bound org = bound_of_plan(c, USAGE_ORG, c->row.org_meters, &c->has_org_terms);

	if (c->row.feature_id != NULL)
		subject.limit = limit_of_feature(&c->row);
	subject.used = or_zero(c->row.subject_used);
	subject.warned = or_zero(c->row.subject_warned);
	org.used = or_zero(c->row.org_used);
	org.warned = or_zero(c->row.org_warned);
	c->bounds[USAGE_SUBJECT] = subject;
	c->bounds[USAGE_ORG] = org;
	c->bounds[USAGE_PROJECT] = (struct bound){
		.scope = USAGE_PROJECT,
		.limit = c->row.limit_value,
		.is_hard = true,
		.used = or_zero(c->row.project_used),
		.warned = or_zero(c->row.project_warned),
	};
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
				     .console_id = c->rq->console_id,
				 },
				 &c->row));
	set_bounds(c);
	return OK;
}

static bool
has_room(const struct bound *bound, int64_t quantity)
{
	return bound->limit == NONE || !bound->is_hard || bound->used <= bound->limit - quantity;
}

/* ---- answers ---- */

static bool
is_tighter(const struct bound *a, const struct bound *b)
{
	return a->limit != NONE && (b->limit == NONE || a->limit - a->used < b->limit - b->used);
}

static struct consumed
consumed_of(const struct consume *c)
{
	const struct bound *tightest = &c->bounds[USAGE_SUBJECT];

	for (enum usage_scope scope = USAGE_PROJECT; scope <= USAGE_ORG; scope++)
		if (is_tighter(&c->bounds[scope], tightest))
			tightest = &c->bounds[scope];
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
		.scope = usage_scopes[bound->scope],
		.subject_id = bound->scope == USAGE_SUBJECT ? c->in->subject_id : NULL,
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
		.scope = bound->scope,
		.org_id = c->rq->org.id,
		.project_id = c->rq->project.id,
		.meter_key = c->in->meter_key,
		.subject_id = c->in->subject_id,
	};
}

/* The row that says what was told. */
static enum err
make_row(const struct consume *c, const struct bound *bound)
{
	if (bound->scope == USAGE_SUBJECT)
		return hold(c, c->in->subject_id);
	return bound->scope == USAGE_ORG ? add_to_org(c, 0) : OK;
}

/* A refusal counts nothing; the first of a month is told. */
static enum verdict
deny(const struct consume *c, const struct bound *bound)
{
	struct usage_state state = state_of(c, bound, PERCENT_REFUSED);
	struct usage_place place = place_of(c, bound);
	struct buffer details = buffer_new(c->rq->arena);
	enum err e = OK;

	if (bound->warned < PERCENT_REFUSED)
		e = make_row(c, bound);
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
				     .project_limit = ceiling(&c->bounds[USAGE_PROJECT]),
				     .subject_limit = ceiling(&c->bounds[USAGE_SUBJECT]),
				 },
				 &matched));
	return matched == 2 ? OK : ERR_DB_CONFLICT;
}

/* Projects of one organization don't wait for each other before this. */
static enum err
take_of_org(const struct consume *c)
{
	uint64_t matched = 0;

	if (!c->has_org_terms)
		return OK;
	if (c->row.org_used == NONE)
		TRY(add_to_org(c, 0));
	TRY(q_org_usage_take(c->tx->db,
			     &(struct q_org_usage_take){
				 .quantity = c->in->quantity,
				 .org_id = c->rq->org.id,
				 .meter_key = c->in->meter_key,
				 .period_at = c->period_at,
				 .org_limit = ceiling(&c->bounds[USAGE_ORG]),
			     },
			     &matched));
	return matched == 1 ? OK : ERR_DB_CONFLICT;
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
	TRY(take_of_org(c));
	for (enum usage_scope scope = USAGE_SUBJECT; scope <= USAGE_ORG; scope++)
		c->bounds[scope].used += c->in->quantity;
	*ret = consumed_of(c);
	TRY(remember(c, ret));
	for (enum usage_scope scope = USAGE_SUBJECT; scope <= USAGE_ORG; scope++)
		TRY(warn(c, &c->bounds[scope]));
	return OK;
}

/* The project's own limit counts first, then the organization's plan, then that of whoever uses it. NULL: there is room. */
static const struct bound *
find_full(const struct consume *c)
{
	static const enum usage_scope order[] = { USAGE_PROJECT, USAGE_ORG, USAGE_SUBJECT };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (!has_room(&c->bounds[order[i]], c->in->quantity))
			return &c->bounds[order[i]];
	return NULL;
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
	const struct bound *full = find_full(&c);
	if (full != NULL)
		return deny(&c, full);
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
