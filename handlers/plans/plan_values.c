/*
 * What a plan gives: read from requests, and checked against the project's features and meters.
 */
#include "handlers/plans/plans.h"

#include <string.h>

#include "domain/meters.h"
#include "sql/gen/queries.h"

/* Read by these tables, and written by them as it is kept. */
static const struct field overage_input[] = {
	IN_INT(struct plan_overage_input, unit, 1, PLAN_PRICE_MAX, .flags = FIELD_REQUIRED, .description = "What is over is invoiced per so many, begun ones too"),
	IN_INT(struct plan_overage_input, price, 0, PLAN_PRICE_MAX, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

const struct field plan_meter_input[] = {
	IN_STRING(struct plan_meter_input, meter_key, .check = feature_key_check, .flags = FIELD_REQUIRED),
	IN_INT(struct plan_meter_input, included, 0, FEATURE_LIMIT_MAX, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .description = "A month; null: no limit"),
	IN_OBJECT(struct plan_meter_input, overage, overage_input, struct plan_overage_input, .flags = FIELD_NULLABLE,
		  .description = "What more costs; null: there is no more"),
	FIELDS_END,
};

static const struct feature_row *
feature_named(const struct feature_row *features, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(features[i].feature_key, key) == 0)
			return &features[i];
	}
	return NULL;
}

static enum verdict
take_value(const struct request *rq, const struct feature_row *feature, const char *key, const struct json *value, struct plan_given *ret)
{
	const char *field = arena_printf(rq->arena, "features.%s", key);

	if (feature == NULL)
		return fail_field(rq, field, "unknown", "The project has no such feature.");
	const char *rule = feature_value_take(feature_type_parse(feature->type), value, &ret->value);
	if (rule != NULL)
		return fail_field(rq, field, rule, "%s", feature_rule_message(feature_type_parse(feature->type)));
	ret->feature_id = feature->id;
	return go_on(rq);
}

enum verdict
plan_take_features(const struct request *rq, struct tx *tx, const struct json *said, struct plan_givens *ret)
{
	struct feature_row *features;
	size_t count;

	ret->count = 0;
	if (said == NULL)
		return go_on(rq);
	if (said->type != JSON_OBJECT)
		return fail_field(rq, "features", "type", "An object is wanted.");
	enum err e = q_feature_list(tx->db, &(struct q_feature_list){ .project_id = rq->project.id, .limit = FEATURES_MAX }, &features, &count);
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < said->count; i++) {
		struct plan_given given;
		enum verdict bad = take_value(rq, feature_named(features, count, said->names[i]), said->names[i], &said->items[i], &given);
		if (bad != VERDICT_GO_ON)
			return bad;
		ret->items[ret->count++] = given;
	}
	return go_on(rq);
}

const char *
plan_meters_text(struct arena *arena, struct field_list meters)
{
	const struct plan_meter_input *items = meters.items;
	struct buffer b = buffer_new(arena);

	if (meters.count == 0)
		return NULL;
	for (size_t i = 0; i < meters.count; i++) {
		buffer_char(&b, i == 0 ? '[' : ',');
		fields_render(&b, plan_meter_input, &items[i], false);
	}
	buffer_char(&b, ']');
	return buffer_string(&b);
}

enum verdict
plan_check_meters(const struct request *rq, struct tx *tx, struct field_list list)
{
	const struct plan_meter_input *meters = list.items;
	bool is_known;

	for (size_t i = 0; i < list.count; i++) {
		const char *field = arena_printf(rq->arena, "meters[%zu].meter_key", i);
		for (size_t k = 0; k < i; k++)
			if (strcmp(meters[i].meter_key, meters[k].meter_key) == 0)
				return fail_field(rq, field, "duplicate", "It is named twice.");
		enum err e = meter_is_known(tx, rq->project.id, meters[i].meter_key, &is_known);
		if (e != OK)
			return fail_err(rq, e);
		if (!is_known)
			return fail_field(rq, field, "unknown", "The project has no such meter.");
	}
	return go_on(rq);
}
