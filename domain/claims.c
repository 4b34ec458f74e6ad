/*
 * Reads and merges what is said of people in their tokens.
 */
#include "domain/claims.h"

#include <string.h>

#include "domain/features.h"
#include "domain/plans.h"
#include "domain/user_object.h"
#include "lib/text.h"

const struct field user_claims_fields[] = {
	OUT_ID(struct user_claims, user_id, ID_USER),
	OUT_JSON(struct user_claims, claims, .description = "By their names"),
	FIELDS_END,
};

static enum err
read_stored(struct tx *tx, const char *project_id, const char *user_id, const struct claim **ret, size_t *ret_count)
{
	struct user_claim_row *rows;
	size_t count;

	TRY(q_user_claims(tx->db, &(struct q_user_claims){ .project_id = project_id, .user_id = user_id }, &rows, &count));
	struct claim *claims = ARENA_ARRAY(tx->arena, count, struct claim);
	for (size_t i = 0; i < count; i++)
		claims[i] = (struct claim){ rows[i].claim_key, rows[i].value };
	*ret = claims;
	*ret_count = count;
	return OK;
}

static const char *
text_as_json(struct arena *arena, const char *text)
{
	struct buffer b = buffer_new(arena);

	buffer_json_string(&b, text);
	return buffer_string(&b);
}

static enum err
read_all(struct tx *tx, const char *project_id, const char *user_id, const struct claim **ret, size_t *ret_count, const char **ret_plan)
{
	const struct claim *stored;
	struct subject_plan plan;
	size_t count;

	TRY(read_stored(tx, project_id, user_id, &stored, &count));
	TRY(plan_of_subject(tx, project_id, user_id, &plan));
	*ret_plan = plan.assignment.effective_plan_key;
	struct claim *all = ARENA_ARRAY(tx->arena, count + 1, struct claim);
	for (size_t i = 0; i < count; i++)
		all[i] = stored[i];
	if (*ret_plan != NULL)
		all[count++] = (struct claim){ CLAIM_PLAN, text_as_json(tx->arena, *ret_plan) };
	*ret = all;
	*ret_count = count;
	return OK;
}

enum err
claims_read(struct tx *tx, const char *project_id, const char *user_id, const struct claim **ret, size_t *ret_count)
{
	const char *plan;

	return read_all(tx, project_id, user_id, ret, ret_count, &plan);
}

/* ---- changing ---- */

static const char *
list_text(struct arena *arena, const struct claims_merged *merged)
{
	struct buffer b = buffer_new(arena);

	for (size_t i = 0; i < merged->set_count; i++) {
		buffer_text(&b, i == 0 ? "[{\"key\":" : ",{\"key\":");
		buffer_json_string(&b, merged->set[i].key);
		buffer_text(&b, ",\"value\":");
		buffer_json_string(&b, merged->set[i].value);
		buffer_char(&b, '}');
	}
	buffer_char(&b, ']');
	return buffer_string(&b);
}

static enum err
write_merged(struct tx *tx, const char *project_id, const char *user_id, const struct claims_merged *merged)
{
	if (merged->set_count > 0)
		TRY(q_user_claims_set(tx->db,
				      &(struct q_user_claims_set){
					  .project_id = project_id,
					  .user_id = user_id,
					  .list = list_text(tx->arena, merged),
				      },
				      NULL));
	for (size_t i = 0; i < merged->removed.count; i++)
		TRY(q_user_claim_remove(tx->db,
					&(struct q_user_claim_remove){
					    .project_id = project_id,
					    .user_id = user_id,
					    .claim_key = merged->removed.items[i],
					},
					NULL));
	return OK;
}

static enum err
find_plan(struct tx *tx, const char *project_id, const char *key, struct plan_row *ret)
{
	if (ascii_check(key) != NULL)
		return ERR_NO_ROW;
	return q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = project_id, .plan_key = key }, ret);
}

/* Who has the plan keeps it as they have it: with its trial, or with what was paid. */
static enum err
change_plan(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *user, const struct json *wanted)
{
	const char *label = user_object_label(tx->arena, user);
	struct plan_assignment after;
	struct subject_plan before;
	struct plan_row plan;

	if (wanted->type == JSON_NULL) {
		enum err e = plan_unassign(tx, org_id, project_id, user->id, label);
		return e == ERR_NO_ROW ? OK : e;
	}
	TRY(find_plan(tx, project_id, wanted->string, &plan));
	TRY(plan_of_subject(tx, project_id, user->id, &before));
	if (before.assignment.plan_id != NULL && before.effective != NULL && strcmp(before.assignment.plan_id, plan.id) == 0 &&
	    strcmp(before.effective->id, plan.id) == 0)
		return OK;
	return plan_assign(tx,
			   &(struct plan_assign){
			       .org_id = org_id,
			       .project_id = project_id,
			       .subject_id = user->id,
			       .subject_label = label,
			       .plan = &plan,
			       .source = "claims",
			       .expires_at = NONE,
			       .current_period_end = NONE,
			   },
			   &after);
}

static struct json
without_plan(struct arena *arena, const struct json *patch)
{
	struct json *items = ARENA_ARRAY(arena, patch->count, struct json);
	const char **names = ARENA_ARRAY(arena, patch->count, const char *);
	struct json rest = { .type = JSON_OBJECT, .names = names, .items = items };

	for (size_t i = 0; i < patch->count; i++) {
		if (strcmp(patch->names[i], CLAIM_PLAN) == 0)
			continue;
		names[rest.count] = patch->names[i];
		items[rest.count++] = patch->items[i];
	}
	return rest;
}

static enum err
change_stored(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *user, const struct json *patch)
{
	struct record r = user_object_record(tx->arena, EV_CLAIM_UPDATED, org_id, project_id, user);
	struct user_claims before = { .user_id = user->id }, after = { .user_id = user->id };
	const struct claim *stored;
	size_t count;

	TRY(read_stored(tx, project_id, user->id, &stored, &count));
	struct claims_merged merged = claims_merge(tx->arena, stored, count, patch);
	if (!claims_fit(tx->arena, &merged))
		return ERR_CLAIMS_TOO_LARGE;
	if (merged.set_count == 0 && merged.removed.count == 0)
		return OK;
	TRY(write_merged(tx, project_id, user->id, &merged));
	before.claims = claims_text(tx->arena, stored, count);
	after.claims = claims_text(tx->arena, merged.all, merged.count);
	r.fields = user_claims_fields;
	r.before = &before;
	r.after = &after;
	return record(tx, &r);
}

enum err
claims_change(struct tx *tx, const char *org_id, const char *project_id, const struct user_object_row *user, const struct json *patch,
	      struct user_claims *ret_after)
{
	const struct json *plan = json_member(patch, CLAIM_PLAN);
	const struct json rest = without_plan(tx->arena, patch);
	const struct claim *claims;
	size_t count;

	TRY(change_stored(tx, org_id, project_id, user, &rest));
	if (plan != NULL)
		TRY(change_plan(tx, org_id, project_id, user, plan));
	TRY(claims_read(tx, project_id, user->id, &claims, &count));
	*ret_after = (struct user_claims){ .user_id = user->id, .claims = claims_text(tx->arena, claims, count) };
	return OK;
}

/* ---- what is told ---- */

enum err
claims_told(struct tx *tx, const char *project_id, const char *user_id, struct project_claims *ret)
{
	struct project_claims told = { .plan = NULL };
	struct feature_value *features;
	const struct claim *claims;
	size_t count, feature_count;

	TRY(read_all(tx, project_id, user_id, &claims, &count, &told.plan));
	TRY(features_of(tx, project_id, &(struct feature_subjects){ .user_id = user_id }, &features, &feature_count));
	told.custom_claims = claims_text(tx->arena, claims, count);
	told.role = claim_value(claims, count, CLAIM_ROLE);
	told.features = features_object(tx->arena, features, feature_count);
	*ret = told;
	return OK;
}
