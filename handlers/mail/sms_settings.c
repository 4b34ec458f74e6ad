/*
 * /api/v1/sms_settings (users.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/sms.h"
#include "handlers/mail/provider_patch.h"
#include "lib/text.h"
#include "lib/uris.h"

/* Stands in the path of a URL, and before the colon of a Basic credential. */
static const char *
account_check(const char *account)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	return strspn(account, letters) == strlen(account) ? NULL : "characters";
}

static const struct field sms_patch_fields[] = {
	IN_ENUM(struct provider_patch, provider, sms_provider_names),
	IN_ENUM(struct provider_patch, default_channel, sms_via_names),
	IN_STRING(struct provider_patch, from, .min = 1, .max = 64, .check = ascii_check, .flags = FIELD_NULLABLE,
		  .description = "A number or name the provider lets you send from; Twilio: also a messaging service (MG…)"),
	IN_STRING(struct provider_patch, username, .min = 1, .max = 128, .check = account_check, .flags = FIELD_NULLABLE,
		  .description = "Twilio: the account; Vonage: the API key"),
	PATCH_API_KEY,
	PATCH_URL,
	PATCH_HEADER,
	FIELDS_END,
};

static const struct field sms_settings_fields[] = {
	OUT_ENUM(struct provider_view, provider, sms_provider_names),
	OUT_ENUM(struct provider_view, default_channel, sms_via_names),
	OUT_STRING(struct provider_view, from, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, username, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct provider_view, api_key, secret_view_fields),
	OUT_STRING(struct provider_view, url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, header, .flags = FIELD_NULLABLE),
	OUT_TIME(struct provider_view, updated_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

static unsigned
needs(int provider)
{
	return sms_provider_needs((enum sms_provider)provider);
}

static bool
has_password(int provider)
{
	(void)provider;
	return false;
}

static const struct provider_area sms_area = {
	.area = AREA_SMS,
	.names = sms_provider_names,
	.input = sms_patch_fields,
	.output = sms_settings_fields,
	.event = EV_SMS_SETTINGS_UPDATED,
	.needs = needs,
	.has_password = has_password,
};

static enum verdict
sms_settings_get(const struct request *rq, struct tx *tx)
{
	return provider_settings_show(rq, tx, &sms_area);
}

static enum verdict
sms_settings_update(const struct request *rq, struct tx *tx)
{
	return provider_settings_patch(rq, tx, &sms_area);
}

/* ---- POST /sms_settings/test ---- */

static const char *
number_check(const char *number)
{
	size_t digits = strspn(number[0] == '+' ? number + 1 : number, "0123456789");

	return number[0] == '+' && number[1] != '0' && digits >= 8 && digits <= 15 && number[digits + 1] == '\0' ? NULL
														 : "pattern";
}

static const struct field sms_test_input[] = {
	IN_STRING(struct provider_test_input, to, .min = 9, .max = 16, .check = number_check, .flags = FIELD_REQUIRED,
		  .description = "+491701234567"),
	FIELDS_END,
};

static enum verdict
sms_settings_test(const struct request *rq, struct tx *tx)
{
	return provider_settings_test(rq, tx, sms_queue_test);
}

const struct route sms_settings_routes[] = {
	{
	    PROVIDER_GET_ROUTE,
	    .id = "sms_settings_get",
	    .path = "/api/v1/sms_settings",
	    .summary = "Get the settings for text messages of a project",
	    .output = sms_settings_fields,
	    .handler = sms_settings_get,
	},
	{
	    PROVIDER_PATCH_ROUTE,
	    .id = "sms_settings_update",
	    .path = "/api/v1/sms_settings",
	    .summary = "Change the settings for text messages of a project",
	    INPUT(struct provider_patch, sms_patch_fields),
	    .output = sms_settings_fields,
	    .handler = sms_settings_update,
	},
	{
	    PROVIDER_TEST_ROUTE,
	    .id = "sms_settings_test",
	    .path = "/api/v1/sms_settings/test",
	    .summary = "Send a test text by the saved settings",
	    INPUT(struct provider_test_input, sms_test_input),
	    .handler = sms_settings_test,
	},
	ROUTES_END,
};
