/*
 * Redirect settings as JSON text that names only what was set.
 */
#include "domain/redirects.h"

#include <string.h>

#include "lib/json.h"
#include "lib/uris.h"

#define TARGET .min = 1, .max = REDIRECT_URI_BYTES_MAX, .check = web_redirect_uri_check

const struct field redirect_settings_input[] = {
	IN_STRING(struct redirect_settings, app_homepage_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "Where a sign-in ends that names no address to go back to"),
	IN_STRING(struct redirect_settings, sign_in_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "The app's own page in the place of the hosted one"),
	IN_STRING(struct redirect_settings, sign_up_url, TARGET, .flags = FIELD_NULLABLE),
	IN_STRING(struct redirect_settings, invitation_url, TARGET, .flags = FIELD_NULLABLE),
	IN_STRING(struct redirect_settings, password_reset_url, TARGET, .flags = FIELD_NULLABLE),
	IN_STRINGS(struct redirect_settings, sign_out_redirects, TARGET, .items_max = SIGN_OUT_REDIRECTS_MAX,
		   .flags = FIELD_DISTINCT, .description = "Where an app may lead people after it signed them out"),
	FIELDS_END,
};

const struct field redirect_settings_fields[] = {
	OUT_STRING(struct redirect_settings, app_homepage_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct redirect_settings, sign_in_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct redirect_settings, sign_up_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct redirect_settings, invitation_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct redirect_settings, password_reset_url, .flags = FIELD_NULLABLE),
	OUT_STRINGS(struct redirect_settings, sign_out_redirects),
	FIELDS_END,
};

/* What can't be read was never set; it came through the same table. */
struct redirect_settings
redirect_settings_parse(struct arena *arena, const char *body)
{
	struct redirect_settings settings = { .app_homepage_url = NULL };
	struct field_errors errors = { .count = 0 };
	struct name_values none = { .count = 0 };
	struct json object;

	if (body == NULL || json_parse(arena, body, strlen(body), &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return settings;
	fields_parse(arena, redirect_settings_input, &object, none, none, &settings, &errors);
	return errors.count == 0 ? settings : (struct redirect_settings){ .app_homepage_url = NULL };
}
