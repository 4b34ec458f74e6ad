/*
 * Redirect settings as JSON text that names only what was set.
 */
#include "domain/redirects.h"

#include <string.h>

#include "domain/area_settings.h"
#include "lib/json.h"
#include "lib/uris.h"

#define TARGET .min = 1, .max = REDIRECT_URI_BYTES_MAX, .check = web_redirect_uri_check

const struct field redirect_settings_input[] = {
	IN_STRING(struct redirect_settings, app_homepage_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "Where a sign-in ends that names no address to go back to"),
	IN_STRING(struct redirect_settings, sign_in_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "The app's own page in the place of the hosted one, for the links that mails and hosted pages have to it"),
	IN_STRING(struct redirect_settings, sign_up_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "The same for new accounts"),
	IN_STRING(struct redirect_settings, invitation_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "Where the links of invitations lead, the secret behind the #"),
	IN_STRING(struct redirect_settings, password_reset_url, TARGET, .flags = FIELD_NULLABLE,
		  .description = "Where the links of reset mails lead, the token behind the #"),
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

enum err
redirect_settings_read(struct tx *tx, const char *project_id, struct redirect_settings *ret)
{
	struct area_settings stored;

	TRY(area_settings_read(tx, project_id, AREA_REDIRECT, &stored));
	*ret = redirect_settings_parse(tx->arena, stored.body);
	return OK;
}

const char *
redirect_own_page(const struct redirect_settings *settings, const char *page)
{
	const struct {
		const char *page, *url;
	} own[] = {
		{ "sign-in", settings->sign_in_url },
		{ "sign-up", settings->sign_up_url },
		{ "reset", settings->password_reset_url },
		{ "invite", settings->invitation_url },
		{ "join", settings->invitation_url },
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(own[i].page, page) == 0)
			return own[i].url;
	return NULL;
}

bool
redirect_is_for_sign_out(const struct redirect_settings *settings, const char *uri)
{
	for (size_t i = 0; i < settings->sign_out_redirects.count; i++)
		if (strcmp(settings->sign_out_redirects.items[i], uri) == 0)
			return true;
	return false;
}
