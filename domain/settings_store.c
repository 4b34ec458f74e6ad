/*
 * The sign-in settings of a project in their row.
 */
#include "domain/settings.h"

#include <string.h>

#include "domain/area_settings.h"
#include "lib/json.h"

enum err
sign_in_settings_read(struct tx *tx, const char *project_id, struct sign_in_settings *ret)
{
	struct area_settings stored;

	TRY(area_settings_read(tx, project_id, AREA_SIGN_IN, &stored));
	*ret = sign_in_settings_parse(tx->arena, tx->config, stored.body);
	return OK;
}

/* What can't be read is as if nothing had ever been set. */
static const char *
with_policy(struct arena *arena, const char *body, enum sign_up_policy policy)
{
	struct json object = { .type = JSON_NULL };

	if (body != NULL && json_parse(arena, body, strlen(body), &object, NULL) != OK)
		object = (struct json){ .type = JSON_NULL };
	return json_with_text(arena, &object, "sign_up", sign_up_policy_name(policy));
}

enum err
sign_up_policy_write(struct tx *tx, const char *project_id, enum sign_up_policy policy)
{
	struct area_settings stored;

	TRY(area_settings_lock(tx, project_id, AREA_SIGN_IN, &stored));
	return area_settings_write(
	    tx, project_id, AREA_SIGN_IN,
	    &(struct area_change){ .body = with_policy(tx->arena, stored.body, policy) });
}
