/*
 * Rows of features made into what they are worth for somebody.
 */
#include "domain/features.h"

#include "lib/encode.h"

const struct field feature_fields[] = {
	OUT_ID(struct feature, id, ID_FEATURE),
	OUT_STRING(struct feature, feature_key),
	OUT_ENUM(struct feature, type, feature_types),
	{ .name = "default", .type = FIELD_JSON, .offset = offsetof(struct feature, default_value),
	  .description = "For who has it neither by plan nor by override; null: no limit" },
	OUT_STRING(struct feature, meter_key, .flags = FIELD_NULLABLE, .description = "The meter that a limit is the limit of"),
	OUT_STRING(struct feature, description, .flags = FIELD_NULLABLE),
	OUT_TIME(struct feature, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct feature, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

const struct field feature_value_fields[] = {
	OUT_STRING(struct feature_value, subject_id, .description = "Who has it so"),
	OUT_STRING(struct feature_value, feature_key),
	OUT_ENUM(struct feature_value, type, feature_types),
	OUT_JSON(struct feature_value, value, .description = "true or false, a number, null for no limit"),
	OUT_ENUM(struct feature_value, source, feature_sources, .description = "What it comes from: an override beats plans, they beat the default"),
	OUT_STRING(struct feature_value, meter_key, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_TIME(struct feature_value, expires_at, .flags = FIELD_NULLABLE, .description = "Of the override"),
	FIELDS_END,
};

static const char *
value_text(struct arena *arena, enum feature_type type, int64_t value)
{
	struct buffer b = buffer_new(arena);

	feature_value_render(&b, type, value);
	return buffer_string(&b);
}

struct feature
feature_of_row(struct arena *arena, const struct feature_row *row)
{
	return (struct feature){
		.id = row->id,
		.feature_key = row->feature_key,
		.type = row->type,
		.default_value = value_text(arena, feature_type_parse(row->type), row->default_value),
		.meter_key = row->meter_key,
		.description = row->description,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

static int64_t
remaining(int64_t limit, int64_t used)
{
	if (limit == FEATURE_UNLIMITED)
		return NONE;
	return limit > used ? limit - used : 0;
}

static struct feature_value
value_of_row(struct arena *arena, const struct q_feature_offer_list_row *row, const char *subject_id)
{
	const struct feature_offers offers = {
		.default_value = row->default_value,
		.plan = { row->plan_id != NULL, row->plan_value },
		.workspace_plan = { row->workspace_plan_id != NULL, row->workspace_plan_value },
		.override = { row->override_subject_id != NULL, row->override_value },
		.workspace_override = { row->workspace_override_id != NULL, row->workspace_override_value },
	};
	struct feature_choice choice = feature_choose(&offers);
	bool is_metered = row->meter_key != NULL;
	int64_t used = row->used == NONE ? 0 : row->used;

	return (struct feature_value){
		.subject_id = subject_id,
		.feature_id = row->id,
		.feature_key = row->feature_key,
		.type = row->type,
		.value = value_text(arena, feature_type_parse(row->type), choice.value),
		.source = feature_sources[choice.source],
		.meter_key = row->meter_key,
		.expires_at = row->override_expires_at,
		.used = is_metered ? used : NONE,
		.remaining = is_metered ? remaining(choice.value, used) : NONE,
		.choice = choice,
	};
}

/* Which of them. */
struct which {
	const char *feature_key;	/* NULL: all */
	const char *after_key;		/* NULL: from the start */
	int64_t limit;
};

static enum err
find(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, const struct which *which, struct feature_value **ret,
     size_t *ret_count)
{
	struct q_feature_offer_list_row *rows;
	size_t count;

	TRY(q_feature_offer_list(tx->db,
				 &(struct q_feature_offer_list){
				     .project_id = project_id,
				     .subject_id = subjects->user_id,
				     .workspace_id = subjects->workspace_id,
				     .period_at = time_month_start(tx->now_ms),
				     .feature_key = which->feature_key,
				     .after_key = which->after_key,
				     .limit = which->limit,
				 },
				 &rows, &count));
	struct feature_value *values = ARENA_ARRAY(tx->arena, count, struct feature_value);
	for (size_t i = 0; i < count; i++)
		values[i] = value_of_row(tx->arena, &rows[i], subjects->user_id);
	*ret = values;
	*ret_count = count;
	return OK;
}

enum err
feature_find(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, const char *feature_key, struct feature_value *ret)
{
	struct feature_value *values;
	size_t count;

	TRY(find(tx, project_id, subjects, &(struct which){ .feature_key = feature_key, .limit = 1 }, &values, &count));
	if (count == 0)
		return ERR_NO_ROW;
	*ret = values[0];
	return OK;
}

enum err
features_of(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, struct feature_value **ret, size_t *ret_count)
{
	return find(tx, project_id, subjects, &(struct which){ .limit = FEATURES_MAX }, ret, ret_count);
}

enum err
features_page(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, const char *after_key, int64_t limit,
	      struct feature_value **ret, size_t *ret_count)
{
	return find(tx, project_id, subjects, &(struct which){ .after_key = after_key, .limit = limit }, ret, ret_count);
}

const char *
features_object(struct arena *arena, const struct feature_value *values, size_t count)
{
	struct buffer b = buffer_new(arena);

	buffer_char(&b, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&b, ',');
		buffer_json_string(&b, values[i].feature_key);
		buffer_char(&b, ':');
		buffer_text(&b, values[i].value);
	}
	buffer_char(&b, '}');
	return buffer_string(&b);
}
