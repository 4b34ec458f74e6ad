/*
 * One row a meter, subject and month, and one for the project's sum; whoever counts writes the sum first.
 */
#include "domain/usage.h"

#include "lib/encode.h"
#include "lib/meters.h"

const struct field usage_refusal_fields[] = {
	OUT_STRING(struct usage_state, meter_key),
	OUT_INT(struct usage_state, limit),
	OUT_INT(struct usage_state, used),
	OUT_TIME(struct usage_state, resets_at),
	FIELDS_END,
};

const char *const usage_scopes[] = {
	[USAGE_SUBJECT] = "subject", [USAGE_PROJECT] = "project", [USAGE_ORG] = "org", NULL,
};

static const struct field event_fields[] = {
	OUT_STRING(struct usage_state, meter_key),
	OUT_ENUM(struct usage_state, scope, usage_scopes),
	OUT_ID(struct usage_state, subject_id, ID_USER, .flags = FIELD_NULLABLE),
	OUT_INT(struct usage_state, percent),
	OUT_INT(struct usage_state, limit),
	OUT_INT(struct usage_state, used),
	OUT_TIME(struct usage_state, resets_at),
	FIELDS_END,
};

/* The row of the counter: the project's own id stands for all of its subjects. */
static const char *
counter_of(const struct usage_place *place)
{
	return place->scope == USAGE_SUBJECT ? place->subject_id : place->project_id;
}

static enum err
mark(struct tx *tx, const struct usage_place *place, const struct usage_state *state, uint64_t *ret_matched)
{
	int64_t period_at = time_add_months(state->resets_at, -1);

	if (place->scope == USAGE_ORG)
		return q_org_usage_warn(tx->db,
					&(struct q_org_usage_warn){
					    .percent = state->percent,
					    .org_id = place->org_id,
					    .meter_key = place->meter_key,
					    .period_at = period_at,
					},
					ret_matched);
	return q_usage_counter_warn(tx->db,
				    &(struct q_usage_counter_warn){
					.percent = state->percent,
					.project_id = place->project_id,
					.meter_key = place->meter_key,
					.subject_id = counter_of(place),
					.period_at = period_at,
				    },
				    ret_matched);
}

enum err
usage_tell(struct tx *tx, enum event event, const struct usage_place *place, const struct usage_state *state)
{
	struct buffer data = buffer_new(tx->arena);
	uint64_t matched = 0;

	TRY(mark(tx, place, state, &matched));
	if (matched == 0)
		return OK;
	fields_render(&data, event_fields, state, true);
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = place->org_id,
			      .project_id = place->project_id,
			      .target_id = place->scope == USAGE_ORG ? place->org_id : counter_of(place),
			      .target_label = place->meter_key,
			      .data = buffer_string(&data),
		      });
}

/* Where the limit is known here: a project's own. */
static enum err
warn(struct tx *tx, const struct usage_place *place, int64_t period_at)
{
	struct q_usage_counter_get_row row;

	TRY(q_usage_counter_get(tx->db,
				&(struct q_usage_counter_get){
				    .project_id = place->project_id,
				    .meter_key = place->meter_key,
				    .subject_id = counter_of(place),
				    .period_at = period_at,
				},
				&row));
	struct usage_state state = {
		.meter_key = place->meter_key,
		.scope = usage_scopes[place->scope],
		.percent = usage_percent_passed(row.used, row.limit_value),
		.limit = row.limit_value,
		.used = row.used,
		.resets_at = time_add_months(period_at, 1),
	};
	return state.percent > row.warned_percent ? usage_tell(tx, EV_USAGE_THRESHOLD, place, &state) : OK;
}

enum err
usage_hold(struct tx *tx, const struct usage_place *place, int64_t period_at)
{
	return q_usage_counter_hold(tx->db,
				    &(struct q_usage_counter_hold){
					.project_id = place->project_id,
					.meter_key = place->meter_key,
					.subject_id = place->project_id,
					.period_at = period_at,
				    },
				    NULL);
}

static enum err
add_one(struct tx *tx, const struct usage_place *place, int64_t period_at, int64_t quantity)
{
	return q_usage_counter_add(tx->db,
				   &(struct q_usage_counter_add){
				       .project_id = place->project_id,
				       .meter_key = place->meter_key,
				       .subject_id = counter_of(place),
				       .period_at = period_at,
				       .quantity = quantity,
				   },
				   NULL);
}

enum err
usage_add(struct tx *tx, const struct usage_place *place, int64_t at_ms, int64_t quantity)
{
	struct usage_place whole = *place;
	int64_t period_at = time_month_start(at_ms);

	whole.scope = USAGE_PROJECT;
	TRY(add_one(tx, &whole, period_at, quantity));
	if (place->subject_id != NULL)
		TRY(add_one(tx, place, period_at, quantity));
	return period_at == time_month_start(tx->now_ms) ? warn(tx, &whole, period_at) : OK;
}

enum err
usage_forget_subject(struct tx *tx, const char *project_id, const char *subject_id)
{
	TRY(q_usage_counter_delete_subject(
	    tx->db, &(struct q_usage_counter_delete_subject){ .project_id = project_id, .subject_id = subject_id }, NULL));
	return q_usage_event_delete_subject(
	    tx->db, &(struct q_usage_event_delete_subject){ .project_id = project_id, .subject_id = subject_id }, NULL);
}
