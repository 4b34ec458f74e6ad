/*
 * A meter is a row; what was counted hangs on its key.
 */
#include "domain/meters.h"

#include "lib/meters.h"

const struct field meter_fields[] = {
	OUT_ID(struct meter_row, id, ID_METER),
	OUT_STRING(struct meter_row, meter_key),
	OUT_STRING(struct meter_row, unit, .description = "What one of it is called"),
	OUT_STRING(struct meter_row, display_name),
	OUT_TIME(struct meter_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct meter_row, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

enum err
meter_record(struct tx *tx, enum event event, const char *org_id, const char *project_id, const struct meter_row *before,
	     const struct meter_row *after)
{
	const struct meter_row *meter = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = meter->id,
			      .target_label = meter->display_name,
			      .fields = meter_fields,
			      .before = before,
			      .after = after,
		      });
}

enum err
meter_is_known(struct tx *tx, const char *project_id, const char *meter_key, bool *ret)
{
	struct meter_row row;

	if (meter_is_builtin(meter_key)) {
		*ret = true;
		return OK;
	}
	enum err e = q_meter_find(tx->db, &(struct q_meter_find){ .project_id = project_id, .meter_key = meter_key }, &row);
	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret = e == OK;
	return OK;
}

enum err
meter_remove(struct tx *tx, const char *project_id, const struct meter_row *meter)
{
	TRY(q_usage_event_delete_meter(
	    tx->db, &(struct q_usage_event_delete_meter){ .project_id = project_id, .meter_key = meter->meter_key }, NULL));
	TRY(q_usage_counter_delete_meter(
	    tx->db, &(struct q_usage_counter_delete_meter){ .project_id = project_id, .meter_key = meter->meter_key }, NULL));
	TRY(q_project_limit_delete(
	    tx->db, &(struct q_project_limit_delete){ .project_id = project_id, .meter_key = meter->meter_key }, NULL));
	return q_meter_delete(tx->db, &(struct q_meter_delete){ .project_id = project_id, .id = meter->id }, NULL);
}
