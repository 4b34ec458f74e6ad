/*
 * Rows of features made into what they are worth for somebody.
 */
#include "domain/features.h"

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

static struct feature_value
value_of_row(struct arena *arena, const struct q_feature_offer_list_row *row)
{
	const struct feature_offers offers = {
		.default_value = row->default_value,
		.plan = { row->plan_id != NULL, row->plan_value },
		.workspace_plan = { row->workspace_plan_id != NULL, row->workspace_plan_value },
		.override = { row->override_subject_id != NULL, row->override_value },
		.workspace_override = { row->workspace_override_id != NULL, row->workspace_override_value },
	};
	struct feature_choice choice = feature_choose(&offers);

	return (struct feature_value){
		.feature_id = row->id,
		.feature_key = row->feature_key,
		.type = row->type,
		.value = value_text(arena, feature_type_parse(row->type), choice.value),
		.source = feature_sources[choice.source],
		.meter_key = row->meter_key,
		.expires_at = row->override_expires_at,
		.choice = choice,
	};
}

static enum err
find(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, const char *feature_key, struct feature_value **ret,
     size_t *ret_count)
{
	struct q_feature_offer_list_row *rows;
	size_t count;

	TRY(q_feature_offer_list(tx->db,
				 &(struct q_feature_offer_list){
				     .project_id = project_id,
				     .subject_id = subjects->user_id,
				     .workspace_id = subjects->workspace_id,
				     .feature_key = feature_key,
				 },
				 &rows, &count));
	struct feature_value *values = ARENA_ARRAY(tx->arena, count, struct feature_value);
	for (size_t i = 0; i < count; i++)
		values[i] = value_of_row(tx->arena, &rows[i]);
	*ret = values;
	*ret_count = count;
	return OK;
}

enum err
feature_find(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, const char *feature_key, struct feature_value *ret)
{
	struct feature_value *values;
	size_t count;

	TRY(find(tx, project_id, subjects, feature_key, &values, &count));
	if (count == 0)
		return ERR_NO_ROW;
	*ret = values[0];
	return OK;
}

enum err
features_of(struct tx *tx, const char *project_id, const struct feature_subjects *subjects, struct feature_value **ret, size_t *ret_count)
{
	return find(tx, project_id, subjects, NULL, ret, ret_count);
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
