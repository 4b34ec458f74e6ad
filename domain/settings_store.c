/*
 * The sign-in settings of a project in their row.
 */
#include "domain/settings.h"

#include <string.h>

#include "lib/json.h"
#include "sql/gen/queries.h"

#define AREA_SIGN_IN "sign_in"

static enum err
read_body(struct tx *tx, const char *project_id, const char **ret_body)
{
	struct q_area_setting_get_row row;
	enum err e = q_area_setting_get(
	    tx->db, &(struct q_area_setting_get){ .project_id = project_id, .area = AREA_SIGN_IN },
	    &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret_body = e == OK ? row.body : NULL;
	return OK;
}

enum err
sign_in_settings_read(struct tx *tx, const char *project_id, struct sign_in_settings *ret)
{
	const char *body = NULL;

	TRY(read_body(tx, project_id, &body));
	*ret = sign_in_settings_parse(tx->arena, tx->config, body);
	return OK;
}

/* The stored object with one member put in place. */
static const char *
with_policy(struct arena *arena, const char *body, enum sign_up_policy policy)
{
	struct buffer json = buffer_new(arena);
	struct json object = { .type = JSON_OBJECT };

	if (body == NULL || json_parse(arena, body, strlen(body), &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		object = (struct json){ .type = JSON_OBJECT };
	buffer_text(&json, "{\"sign_up\":");
	buffer_json_string(&json, sign_up_policy_name(policy));
	for (size_t i = 0; i < object.count; i++) {
		if (strcmp(object.names[i], "sign_up") == 0)
			continue;
		buffer_char(&json, ',');
		buffer_json_string(&json, object.names[i]);
		buffer_char(&json, ':');
		json_render(&json, &object.items[i]);
	}
	buffer_char(&json, '}');
	return buffer_string(&json);
}

/* The row is written first, so that of two writers the second reads what the first wrote. */
enum err
sign_up_policy_write(struct tx *tx, const char *project_id, enum sign_up_policy policy)
{
	const char *body = NULL;

	TRY(q_area_setting_touch(
	    tx->db,
	    &(struct q_area_setting_touch){ .project_id = project_id, .area = AREA_SIGN_IN },
	    NULL));
	TRY(read_body(tx, project_id, &body));
	return q_area_setting_set(tx->db,
				  &(struct q_area_setting_set){
				      .project_id = project_id,
				      .area = AREA_SIGN_IN,
				      .body = with_policy(tx->arena, body, policy),
				  },
				  NULL);
}
