/*
 * POST /api/v1/usage/events: what has been used, told afterwards in batches (licensing.md section 3). Nothing is refused for a limit; what was told
 * before isn't counted again.
 */
#include "handlers/routes.h"

#include <stdlib.h>
#include <string.h>

#include "domain/meters.h"
#include "domain/usage.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/features.h"
#include "lib/meters.h"

#define EVENTS_MAX    1000
#define REMEMBERED_MS (35 * DAY_MS)
/* Clocks of others may be ahead. */
#define AHEAD_MS      (5 * MINUTE_MS)

struct usage_event_input {
	struct {
		bool event_key, meter_key, subject_id, quantity, occurred_at;
	} has;
	const char *event_key, *meter_key, *subject_id;
	int64_t quantity, occurred_at;
};

static const struct field usage_event_input[] = {
	IN_STRING(struct usage_event_input, event_key, .min = 1, .max = 64, .check = event_key_check, .flags = FIELD_REQUIRED,
		  .description = "The caller's own name for this use; within 35 days the same one counts once"),
	IN_STRING(struct usage_event_input, meter_key, .check = feature_key_check, .flags = FIELD_REQUIRED),
	IN_ID(struct usage_event_input, subject_id, ID_USER, .flags = FIELD_REQUIRED, .description = "Who used it"),
	IN_INT(struct usage_event_input, quantity, 1, QUANTITY_MAX, .flags = FIELD_REQUIRED),
	IN_TIME(struct usage_event_input, occurred_at, .description = "At most 35 days ago; now when absent"),
	FIELDS_END,
};

struct usage_events_input {
	struct {
		bool events;
	} has;
	struct field_list events;	/* of struct usage_event_input */
};

static const struct field usage_events_input[] = {
	IN_LIST(struct usage_events_input, events, usage_event_input, struct usage_event_input, .items_min = 1, .items_max = EVENTS_MAX,
		.flags = FIELD_REQUIRED, .description = "If one of them isn't good, none is counted"),
	FIELDS_END,
};

struct counted {
	int64_t accepted, duplicates;
};

static const struct field counted_fields[] = {
	OUT_INT(struct counted, accepted),
	OUT_INT(struct counted, duplicates, .description = "Known already, and not counted again"),
	FIELDS_END,
};

/* An event and where it stood in the list. */
struct reported {
	const struct usage_event_input *in;
	size_t index;
	int64_t occurred_at, period_at;
};

struct batch {
	const struct request *rq;
	struct tx *tx;
	struct reported *events;
	size_t count;
	struct field_errors errors;
	struct counted counted;
	const char *org_meters;	/* of the organization's plan; NULL: none */
};

/* By meter, month and subject, so that all batches take their locks in one order, and what belongs together stands together. */
static int
compare_places(const void *a, const void *b)
{
	const struct reported *x = a, *y = b;
	int order = strcmp(x->in->meter_key, y->in->meter_key);

	if (order == 0)
		order = (x->period_at > y->period_at) - (x->period_at < y->period_at);
	if (order == 0)
		order = strcmp(x->in->subject_id, y->in->subject_id);
	if (order == 0)
		order = strcmp(x->in->event_key, y->in->event_key);
	return order;
}

static int
compare_subjects(const void *a, const void *b)
{
	const struct reported *x = a, *y = b;

	return strcmp(x->in->subject_id, y->in->subject_id);
}

static void
read_events(struct batch *batch)
{
	const struct usage_events_input *in = batch->rq->input;
	const struct usage_event_input *items = in->events.items;

	batch->count = in->events.count;
	batch->events = ARENA_ARRAY(batch->rq->arena, batch->count, struct reported);
	for (size_t i = 0; i < batch->count; i++) {
		int64_t occurred_at = items[i].has.occurred_at ? items[i].occurred_at : batch->rq->now_ms;
		batch->events[i] = (struct reported){ &items[i], i, occurred_at, time_month_start(occurred_at) };
	}
}

/* ---- what the tables can't say ---- */

static void
complain(struct batch *batch, const struct reported *event, const char *member, const char *rule, const char *message)
{
	field_errors_add(&batch->errors, batch->rq->arena, arena_printf(batch->rq->arena, "events[%zu].%s", event->index, member), rule,
			 "%s", message);
}

static void
check_times(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct reported *event = &batch->events[i];

		if (event->occurred_at > batch->rq->now_ms + AHEAD_MS)
			complain(batch, event, "occurred_at", "range", "That time hasn't come yet.");
		else if (event->occurred_at < batch->rq->now_ms - REMEMBERED_MS)
			complain(batch, event, "occurred_at", "range", "It is at most 35 days ago.");
	}
}

/* The events are in the order of meters. */
static enum err
check_meters(struct batch *batch)
{
	const char *asked = "";
	bool is_known = false;

	for (size_t i = 0; i < batch->count; i++) {
		const struct reported *event = &batch->events[i];

		if (strcmp(event->in->meter_key, asked) != 0)
			TRY(meter_is_known(batch->tx, batch->rq->project.id, event->in->meter_key, &is_known));
		asked = event->in->meter_key;
		if (!is_known || meter_is_builtin(asked))
			complain(batch, event, "meter_key", "unknown", "The project has no such meter of its own.");
	}
	return OK;
}

/* The events are in the order of subjects. */
static enum err
check_subjects(struct batch *batch)
{
	const char *asked = "";
	struct user_row user;
	enum err e = OK;

	for (size_t i = 0; i < batch->count; i++) {
		const struct reported *event = &batch->events[i];

		if (strcmp(event->in->subject_id, asked) != 0)
			e = q_user_get(batch->tx->db,
				       &(struct q_user_get){ .project_id = batch->rq->project.id, .id = event->in->subject_id }, &user);
		asked = event->in->subject_id;
		if (e == ERR_NO_ROW)
			complain(batch, event, "subject_id", "unknown", "The project has no such user.");
		else
			TRY(e);
	}
	return OK;
}

static enum err
check(struct batch *batch)
{
	check_times(batch);
	qsort(batch->events, batch->count, sizeof(*batch->events), compare_subjects);
	TRY(check_subjects(batch));
	qsort(batch->events, batch->count, sizeof(*batch->events), compare_places);
	return check_meters(batch);
}

/* ---- counting ---- */

static enum err
insert(const struct batch *batch, const struct reported *event)
{
	return q_usage_event_insert(batch->tx->db,
					  &(struct q_usage_event_insert){
					      .project_id = batch->rq->project.id,
					      .meter_key = event->in->meter_key,
					      .event_key = event->in->event_key,
					      .subject_id = event->in->subject_id,
					      .quantity = event->in->quantity,
					      .result = NULL,
					      .occurred_at = event->occurred_at,
					      .expires_at = batch->rq->now_ms + REMEMBERED_MS,
					  },
					  NULL);
}

/* One whose namesake is forgotten, though not purged yet, is new. */
static enum err
insert_anew(const struct batch *batch, const struct reported *event)
{
	uint64_t matched = 0;

	TRY(q_usage_event_drop_old(batch->tx->db,
				   &(struct q_usage_event_drop_old){
				       .project_id = batch->rq->project.id,
				       .meter_key = event->in->meter_key,
				       .event_key = event->in->event_key,
				   },
				   &matched));
	return matched == 0 ? ERR_DUPLICATE : insert(batch, event);
}

static enum err
add(struct batch *batch, const struct reported *event, int64_t *sum)
{
	enum err e = insert(batch, event);

	if (e == ERR_DUPLICATE)
		e = insert_anew(batch, event);
	if (e == ERR_DUPLICATE) {
		batch->counted.duplicates++;
		return OK;
	}
	TRY(e);
	batch->counted.accepted++;
	*sum += event->in->quantity;
	return OK;
}

static enum err
find_org_meters(struct batch *batch)
{
	struct org_plan_row plan;
	enum err e = q_org_plan_get(batch->tx->db,
				    &(struct q_org_plan_get){ .console_id = batch->rq->console_id, .org_id = batch->rq->org.id }, &plan);

	if (e == OK)
		batch->org_meters = plan.meters;
	return e == ERR_NO_ROW ? OK : e;
}

/* Of a meter that the organization's plan knows. */
static enum err
add_to_org(const struct batch *batch, const struct reported *event, int64_t sum)
{
	struct meter_terms terms;

	if (!meter_terms_find(batch->rq->arena, batch->org_meters, event->in->meter_key, &terms))
		return OK;
	return q_org_usage_add(batch->tx->db,
			       &(struct q_org_usage_add){
				   .org_id = batch->rq->org.id,
				   .meter_key = event->in->meter_key,
				   .period_at = event->period_at,
				   .quantity = sum,
			       },
			       NULL);
}

static bool
is_same_place(const struct reported *a, const struct reported *b)
{
	return strcmp(a->in->meter_key, b->in->meter_key) == 0 && a->period_at == b->period_at &&
	       strcmp(a->in->subject_id, b->in->subject_id) == 0;
}

/* The sum's row is held before any event is looked at: of two batches with one event the second knows it. */
static enum err
count(struct batch *batch)
{
	for (size_t i = 0; i < batch->count;) {
		const struct reported *first = &batch->events[i];
		struct usage_place place = {
			.scope = USAGE_SUBJECT,
			.org_id = batch->rq->org.id,
			.project_id = batch->rq->project.id,
			.meter_key = first->in->meter_key,
			.subject_id = first->in->subject_id,
		};
		int64_t sum = 0;

		TRY(usage_hold(batch->tx, &place, first->period_at));
		for (; i < batch->count && is_same_place(first, &batch->events[i]); i++)
			TRY(add(batch, &batch->events[i], &sum));
		if (sum == 0)
			continue;
		TRY(usage_add(batch->tx, &place, first->occurred_at, sum));
		TRY(add_to_org(batch, first, sum));
	}
	return OK;
}

static enum verdict
usage_events_add(const struct request *rq, struct tx *tx)
{
	struct batch batch = { .rq = rq, .tx = tx };

	read_events(&batch);
	enum err e = check(&batch);
	if (e == OK && batch.errors.count > 0)
		return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &batch.errors), "Some fields aren't valid.");
	if (e == OK)
		e = find_org_meters(&batch);
	if (e == OK)
		e = count(&batch);
	return e == OK ? reply(rq, 200, counted_fields, &batch.counted) : fail_err(rq, e);
}

const struct route usage_event_routes[] = {
	{
	    .id = "usage_events_add",
	    .method = POST,
	    .path = "/api/v1/usage/events",
	    .summary = "Report use",
	    .description = "What has been used already: it is counted whatever the limits, each event_key once.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_WRITE,
	    .tx = TX_WRITE,
	    .body_bytes_max = (size_t)512 * 1024,
	    INPUT(struct usage_events_input, usage_events_input),
	    .output = counted_fields,
	    .handler = usage_events_add,
	},
	ROUTES_END,
};
