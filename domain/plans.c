/*
 * Plans as they are shown, and the life of what somebody is on.
 */
#include "domain/plans.h"

#include <string.h>

#include "domain/held_plans.h"
#include "domain/orgs.h"
#include "domain/subscriptions.h"
#include "lib/features.h"
#include "sql/gen/schema_keys.h"

const struct field plan_fields[] = {
	OUT_ID(struct plan, id, ID_PLAN),
	OUT_STRING(struct plan, plan_key),
	OUT_STRING(struct plan, display_name),
	OUT_INT(struct plan, price, .description = "In the currency's least unit, for each period"),
	OUT_STRING(struct plan, currency),
	OUT_ENUM(struct plan, period, plan_periods),
	OUT_STRING(struct plan, description, .flags = FIELD_NULLABLE),
	OUT_JSON(struct plan, features, .description = "What it gives, by feature_key; null: without limit"),
	OUT_JSON(struct plan, meters, .description = "What is included of each meter, and what more costs"),
	OUT_INT(struct plan, trial_days, .description = "0: no trial"),
	OUT_BOOL(struct plan, is_public, .description = "Shown to everybody, and on the plan page"),
	OUT_BOOL(struct plan, is_default, .description = "What people are on who were given nothing"),
	OUT_INT(struct plan, sort, .description = "The lowest comes first"),
	OUT_BOOL(struct plan, archived, .description = "Nobody new gets it"),
	OUT_TIME(struct plan, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct plan, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

/* The values of one plan, of a list that is sorted by plans. */
static const char *
features_in(struct arena *arena, const struct q_plan_feature_list_row *values, size_t count, const char *plan_id)
{
	struct buffer b = buffer_new(arena);
	bool is_first = true;

	buffer_char(&b, '{');
	for (size_t i = 0; i < count; i++) {
		if (strcmp(values[i].plan_id, plan_id) != 0)
			continue;
		if (!is_first)
			buffer_char(&b, ',');
		is_first = false;
		buffer_json_string(&b, values[i].feature_key);
		buffer_char(&b, ':');
		feature_value_render(&b, feature_type_parse(values[i].type), values[i].value);
	}
	buffer_char(&b, '}');
	return buffer_string(&b);
}

enum err
plans_of_rows(struct tx *tx, const char *project_id, const struct plan_row *rows, size_t count, struct plan **ret)
{
	struct plan *plans = ARENA_ARRAY(tx->arena, count, struct plan);
	struct q_plan_feature_list_row *values;
	size_t value_count;

	TRY(q_plan_feature_list(tx->db,
				&(struct q_plan_feature_list){
				    .project_id = project_id,
				    .plan_id = count == 1 ? rows[0].id : NULL,
				},
				&values, &value_count));
	for (size_t i = 0; i < count; i++)
		plans[i] = (struct plan){
			.id = rows[i].id,
			.plan_key = rows[i].plan_key,
			.display_name = rows[i].display_name,
			.price = rows[i].price,
			.currency = rows[i].currency,
			.period = rows[i].period,
			.description = rows[i].description,
			.features = features_in(tx->arena, values, value_count, rows[i].id),
			.meters = rows[i].meters != NULL ? rows[i].meters : "[]",
			.trial_days = rows[i].trial_days,
			.is_public = rows[i].is_public,
			.is_default = rows[i].is_default != NONE,
			.sort = rows[i].sort,
			.archived = rows[i].is_archived,
			.sort_key = arena_printf(tx->arena, "%lld", (long long)rows[i].sort),
			.version = rows[i].version,
			.created_at = rows[i].created_at,
			.updated_at = rows[i].updated_at,
		};
	*ret = plans;
	return OK;
}

enum err
plan_read(struct tx *tx, const char *project_id, const char *id, struct plan *ret)
{
	struct plan_row row;
	struct plan *plans;

	TRY(q_plan_get(tx->db, &(struct q_plan_get){ .project_id = project_id, .id = id }, &row));
	TRY(plans_of_rows(tx, project_id, &row, 1, &plans));
	*ret = plans[0];
	return OK;
}

/* ---- who is on which ---- */

const struct field plan_assignment_fields[] = {
	OUT_STRING(struct plan_assignment, subject_id, .description = "Whose plan it is"),
	OUT_ID(struct plan_assignment, plan_id, ID_PLAN, .flags = FIELD_NULLABLE, .description = "null: nothing was assigned"),
	OUT_STRING(struct plan_assignment, plan_key, .flags = FIELD_NULLABLE),
	OUT_STRING(struct plan_assignment, plan_display_name, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct plan_assignment, status, plan_statuses, .flags = FIELD_NULLABLE,
		 .description = "It counts while trialing, active or past_due"),
	OUT_ENUM(struct plan_assignment, source, plan_sources, .flags = FIELD_NULLABLE),
	OUT_TIME(struct plan_assignment, trial_ends_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct plan_assignment, current_period_end, .flags = FIELD_NULLABLE),
	OUT_TIME(struct plan_assignment, expires_at, .flags = FIELD_NULLABLE, .description = "It ends then, without grace"),
	OUT_BOOL(struct plan_assignment, cancel_at_period_end),
	OUT_STRING(struct plan_assignment, payment_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct plan_assignment, effective_plan_key, .flags = FIELD_NULLABLE | FIELD_NO_DIFF,
		   .description = "The plan that counts now: this one, else the project's default; null: none"),
	FIELDS_END,
};

static void
take_assignment(const struct q_plan_of_subject_row *row, int64_t now_ms, struct subject_plan *found)
{
	found->times = (struct plan_times){
		.trial_ends_at = row->trial_ends_at,
		.period_end_at = row->current_period_end_at,
		.expires_at = row->expires_at,
		.cancel_at_period_end = row->cancel_at_period_end == 1,
	};
	if (row->announced == NULL || !plan_stage_parse(row->announced, &found->announced))
		found->announced = PLAN_ACTIVE;
	found->assignment = (struct plan_assignment){
		.subject_id = row->subject_id,
		.plan_id = row->id,
		.plan_key = row->plan_key,
		.plan_display_name = row->display_name,
		.status = plan_stage_status(plan_stage_at(&found->times, now_ms)),
		.source = row->source,
		.trial_ends_at = row->trial_ends_at,
		.current_period_end = row->current_period_end_at,
		.expires_at = row->expires_at,
		.cancel_at_period_end = found->times.cancel_at_period_end,
		.payment_id = row->payment_id,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

static bool
counts(const struct plan_times *times, int64_t now_ms)
{
	return plan_stage_at(times, now_ms) < PLAN_CANCELED;
}

enum err
plan_of_subject(struct tx *tx, const char *project_id, const char *subject_id, struct subject_plan *ret)
{
	const struct q_plan_of_subject_row *assigned = NULL, *standard = NULL;
	struct q_plan_of_subject_row *rows;
	struct subject_plan found = {
		.assignment = { .subject_id = subject_id, .trial_ends_at = NONE, .current_period_end = NONE, .expires_at = NONE },
	};
	size_t count;

	TRY(q_plan_of_subject(tx->db, &(struct q_plan_of_subject){ .project_id = project_id, .subject_id = subject_id }, &rows, &count));
	for (size_t i = 0; i < count; i++) {
		assigned = rows[i].subject_id != NULL ? &rows[i] : assigned;
		standard = rows[i].is_default != NONE ? &rows[i] : standard;
	}
	if (assigned != NULL)
		take_assignment(assigned, tx->now_ms, &found);
	found.effective = assigned != NULL && counts(&found.times, tx->now_ms) ? assigned : standard;
	found.assignment.effective_plan_key = found.effective != NULL ? found.effective->plan_key : NULL;
	*ret = found;
	return OK;
}

static enum err
record_assignment(struct tx *tx, enum event event, const char *org_id, const char *project_id, const char *label,
		  const struct plan_assignment *before, const struct plan_assignment *after)
{
	const struct plan_assignment *assignment = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = assignment->subject_id,
			      .target_label = label,
			      .fields = plan_assignment_fields,
			      .before = before != NULL && before->plan_id != NULL ? before : NULL,
			      .after = after,
		      });
}

enum err
plan_guard_subject(struct tx *tx, const char *project_id, const char *subject_id)
{
	uint64_t matched = 0;

	if (id_is_valid(ID_ORG, subject_id))
		return org_guard(tx, subject_id);
	TRY(q_user_guard(tx->db, &(struct q_user_guard){ .project_id = project_id, .id = subject_id }, &matched));
	return matched == 0 ? ERR_NO_ROW : OK;
}

/* One of a plan ever. */
static enum err
begin_trial(struct tx *tx, const struct plan_assign *assign, struct plan_times *times)
{
	enum err e = q_plan_trial_insert(tx->db,
					 &(struct q_plan_trial_insert){
					     .project_id = assign->project_id,
					     .subject_id = assign->subject_id,
					     .plan_id = assign->plan->id,
					 },
					 NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_PLAN_TRIALS_PRIMARY, ERR_TRIAL_USED));
	times->trial_ends_at = times->period_end_at = tx->now_ms + assign->plan->trial_days * DAY_MS;
	return OK;
}

/* What an organization was on is billed by what held. */
static enum err
remember(struct tx *tx, const char *subject_id)
{
	return id_is_valid(ID_ORG, subject_id) ? held_plans_remember(tx, subject_id, NULL) : OK;
}

/* Since when they are on that plan, if they are. */
static int64_t
began_at(const struct tx *tx, const struct plan_assign *assign, const struct subject_plan *before)
{
	const struct plan_assignment *a = &before->assignment;
	bool is_on_it = a->plan_id != NULL && strcmp(a->plan_id, assign->plan->id) == 0 && counts(&before->times, tx->now_ms);

	return is_on_it ? a->created_at : tx->now_ms;
}

static enum err
put(struct tx *tx, const struct plan_assign *assign, const struct subject_plan *before, const struct plan_times *times)
{
	enum plan_stage told = times->trial_ends_at == NONE ? PLAN_ACTIVE : PLAN_TRIALING;

	return q_plan_assignment_put(tx->db,
				     &(struct q_plan_assignment_put){
					 .project_id = assign->project_id,
					 .subject_id = assign->subject_id,
					 .plan_id = assign->plan->id,
					 .source = assign->source,
					 .announced = plan_stage_names[told],
					 .announce_at = plan_next_change(times, told, tx->now_ms),
					 .trial_ends_at = times->trial_ends_at,
					 .current_period_end_at = times->period_end_at,
					 .expires_at = times->expires_at,
					 .ends_at = plan_ends_at(times),
					 .payment_id = assign->payment_id,
					 .created_at = began_at(tx, assign, before),
				     },
				     NULL);
}

enum err
plan_assign(struct tx *tx, const struct plan_assign *assign, struct plan_assignment *ret)
{
	struct plan_times times = {
		.trial_ends_at = NONE,
		.period_end_at = assign->current_period_end,
		.expires_at = assign->expires_at,
	};
	struct subject_plan before, after;

	if (assign->plan->is_archived)
		return ERR_PLAN_ARCHIVED;
	TRY(plan_guard_subject(tx, assign->project_id, assign->subject_id));
	if (assign->is_trial)
		TRY(begin_trial(tx, assign, &times));
	TRY(plan_of_subject(tx, assign->project_id, assign->subject_id, &before));
	TRY(remember(tx, assign->subject_id));
	TRY(put(tx, assign, &before, &times));
	TRY(plan_of_subject(tx, assign->project_id, assign->subject_id, &after));
	TRY(subscription_replace(tx, assign->project_id, before.assignment.payment_id, assign->payment_id));
	*ret = after.assignment;
	return record_assignment(tx, EV_PLAN_ASSIGNED, assign->org_id, assign->project_id, assign->subject_label, &before.assignment, ret);
}

enum err
plan_unassign(struct tx *tx, const char *org_id, const char *project_id, const char *subject_id, const char *subject_label)
{
	struct subject_plan before;
	uint64_t matched = 0;

	TRY(plan_guard_subject(tx, project_id, subject_id));
	TRY(plan_of_subject(tx, project_id, subject_id, &before));
	TRY(remember(tx, subject_id));
	TRY(q_plan_assignment_delete(
	    tx->db, &(struct q_plan_assignment_delete){ .project_id = project_id, .subject_id = subject_id }, &matched));
	if (matched == 0 || before.assignment.plan_id == NULL)
		return ERR_NO_ROW;
	TRY(subscription_replace(tx, project_id, before.assignment.payment_id, NULL));
	return record_assignment(tx, EV_PLAN_CANCELED, org_id, project_id, subject_label, &before.assignment, NULL);
}

enum err
plan_cancel_later(struct tx *tx, const char *org_id, const char *project_id, const struct subject_plan *before, const char *subject_label,
		  struct plan_assignment *ret)
{
	const char *subject_id = before->assignment.subject_id;
	struct plan_times times = before->times;
	struct subject_plan after;
	uint64_t matched = 0;

	if (before->assignment.plan_id == NULL)
		return ERR_NO_ROW;
	times.cancel_at_period_end = true;
	TRY(q_plan_assignment_cancel(tx->db,
				     &(struct q_plan_assignment_cancel){
					 .project_id = project_id,
					 .subject_id = subject_id,
					 .version = before->assignment.version,
					 .ends_at = plan_ends_at(&times),
					 .announce_at = plan_next_change(&times, before->announced, tx->now_ms),
				     },
				     &matched));
	if (matched == 0)
		return ERR_DB_CONFLICT;	/* somebody else was quicker: once more, with what they left */
	TRY(plan_of_subject(tx, project_id, subject_id, &after));
	*ret = after.assignment;
	return record_assignment(tx, EV_PLAN_ASSIGNED, org_id, project_id, subject_label, &before->assignment, ret);
}

enum err
plan_fall_due(struct tx *tx, const char *org_id, const char *project_id, const struct subject_plan *before)
{
	const struct plan_assignment *a = &before->assignment;
	struct plan_times times = before->times;
	uint64_t matched = 0;

	if (a->plan_id == NULL)
		return ERR_NO_ROW;
	if (times.period_end_at != NONE && times.period_end_at <= tx->now_ms)
		return OK;	/* the clock was quicker */
	times.period_end_at = tx->now_ms;
	TRY(q_plan_assignment_fall_due(tx->db,
				       &(struct q_plan_assignment_fall_due){
					   .project_id = project_id,
					   .subject_id = a->subject_id,
					   .ends_at = plan_ends_at(&times),
					   .version = a->version,
				       },
				       &matched));
	return matched == 0 ? ERR_DB_CONFLICT : plan_announce(tx, org_id, project_id, a->subject_id);
}

/* What is said of a stage that an assignment has come to; false: nothing. */
static bool
event_of(enum plan_stage stage, enum event *ret)
{
	switch (stage) {
	case PLAN_TRIAL_ENDING:	*ret = EV_PLAN_TRIAL_ENDING; return true;
	case PLAN_PAST_DUE:	*ret = EV_PLAN_PAST_DUE; return true;
	case PLAN_CANCELED:	*ret = EV_PLAN_CANCELED; return true;
	case PLAN_EXPIRED:	*ret = EV_PLAN_EXPIRED; return true;
	case PLAN_TRIALING:
	case PLAN_ACTIVE:	return false;
	}
	return false;
}

enum err
plan_announce(struct tx *tx, const char *org_id, const char *project_id, const char *subject_id)
{
	struct subject_plan found;
	uint64_t matched = 0;
	enum event event;

	TRY(plan_of_subject(tx, project_id, subject_id, &found));
	if (found.assignment.plan_id == NULL)
		return OK;
	enum plan_stage stage = plan_stage_at(&found.times, tx->now_ms);
	TRY(q_plan_assignment_announce(tx->db,
				       &(struct q_plan_assignment_announce){
					   .project_id = project_id,
					   .subject_id = subject_id,
					   .version = found.assignment.version,
					   .told = plan_stage_names[found.announced],
					   .announced = plan_stage_names[stage],
					   .announce_at = plan_next_change(&found.times, stage, tx->now_ms),
				       },
				       &matched));
	if (matched == 0 || stage == found.announced || !event_of(stage, &event))
		return OK;
	return record_assignment(tx, event, org_id, project_id, subject_id, &found.assignment, &found.assignment);
}

enum err
plan_forget_subject(struct tx *tx, const char *project_id, const char *subject_id)
{
	struct subject_plan before;

	TRY(plan_of_subject(tx, project_id, subject_id, &before));
	TRY(subscription_replace(tx, project_id, before.assignment.payment_id, NULL));
	TRY(q_plan_assignment_delete(
	    tx->db, &(struct q_plan_assignment_delete){ .project_id = project_id, .subject_id = subject_id }, NULL));
	TRY(q_plan_trial_delete_all(
	    tx->db, &(struct q_plan_trial_delete_all){ .project_id = project_id, .subject_id = subject_id }, NULL));
	return q_feature_override_delete_all(
	    tx->db, &(struct q_feature_override_delete_all){ .project_id = project_id, .subject_id = subject_id }, NULL);
}
