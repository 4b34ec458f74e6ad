/*
 * /api/v1/mail_settings (users.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/mail/mail.h"
#include "handlers/mail/provider_patch.h"
#include "lib/mail_builtins.h"
#include "lib/uris.h"

static const char *
host_check(const char *host)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";

	return host[0] != '\0' && host[0] != '-' && strspn(host, letters) == strlen(host) ? NULL : "host";
}

static const char *
region_check(const char *region)
{
	return strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(region) ? NULL : "pattern";
}

static const struct field mail_patch_fields[] = {
	IN_ENUM(struct provider_patch, provider, mail_provider_names),
	IN_STRING(struct provider_patch, from_name, .max = 100, .flags = FIELD_NULLABLE),
	IN_STRING(struct provider_patch, from_address, .min = 3, .max = 254, .flags = FIELD_NULLABLE,
		  .description = "Needed by every provider but platform"),
	IN_STRING(struct provider_patch, reply_to, .min = 3, .max = 254, .flags = FIELD_NULLABLE),
	IN_STRING(struct provider_patch, host, .min = 1, .max = 253, .check = host_check, .flags = FIELD_NULLABLE),
	IN_INT(struct provider_patch, port, 1, 65535, .flags = FIELD_NULLABLE,
	       .description = "587 with starttls, 465 with tls when null"),
	IN_ENUM(struct provider_patch, security, smtp_security_names, .flags = FIELD_NULLABLE),
	PATCH_USERNAME,
	IN_STRING(struct provider_patch, password, .max = 2048, .flags = FIELD_NULLABLE | FIELD_SECRET,
		  .description = "Of provider smtp; never shown again, saving without it keeps it"),
	PATCH_API_KEY,
	IN_STRING(struct provider_patch, region, .min = 1, .max = 32, .check = region_check, .flags = FIELD_NULLABLE,
		  .description = "Of ses (eu-west-1); of mailgun (eu)"),
	PATCH_URL,
	PATCH_HEADER,
	IN_STRING(struct provider_patch, locale, .min = 2, .max = 35, .check = locale_check, .flags = FIELD_NULLABLE,
		  .description = "Language of mails to people whose own isn't known"),
	IN_JSON(struct provider_patch, switches, .max = 8192, .check = json_object_check,
		.description = "{template: bool}; what isn't named stays as it is"),
	FIELDS_END,
};

static const struct field mail_settings_fields[] = {
	OUT_ENUM(struct provider_view, provider, mail_provider_names),
	OUT_STRING(struct provider_view, from_name, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, from_address, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, reply_to, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, host, .flags = FIELD_NULLABLE),
	OUT_INT(struct provider_view, port, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct provider_view, security, smtp_security_names, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, username, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct provider_view, password, secret_view_fields),
	OUT_OBJECT(struct provider_view, api_key, secret_view_fields),
	OUT_STRING(struct provider_view, region, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, header, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, locale),
	OUT_JSON(struct provider_view, switches, .description = "{template: bool}"),
	OUT_TIME(struct provider_view, updated_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

static unsigned
needs(int provider)
{
	return mail_provider_needs((enum mail_provider)provider);
}

static bool
has_password(int provider)
{
	return provider == MAIL_SMTP;
}

static const struct provider_area mail_area = {
	.area = AREA_MAIL,
	.names = mail_provider_names,
	.input = mail_patch_fields,
	.output = mail_settings_fields,
	.event = EV_MAIL_SETTINGS_UPDATED,
	.needs = needs,
	.has_password = has_password,
};

static enum verdict
mail_settings_get(const struct request *rq, struct tx *tx)
{
	return provider_settings_show(rq, tx, &mail_area);
}

static enum verdict
mail_settings_update(const struct request *rq, struct tx *tx)
{
	return provider_settings_patch(rq, tx, &mail_area);
}

/* ---- POST /mail_settings/test ---- */

static const struct field mail_test_input[] = {
	IN_STRING(struct provider_test_input, to, .min = 3, .max = 254, .check = mail_address_check, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static enum err
queue_test(struct tx *tx, const char *project_id, const char *to, const char **ret_id)
{
	return mail_queue_message(
	    tx, &(struct mail){ .template = MAIL_TEST, .project_id = project_id, .recipient = to, .expires_at = NONE }, ret_id);
}

static enum verdict
mail_settings_test(const struct request *rq, struct tx *tx)
{
	return provider_settings_test(rq, tx, queue_test);
}

const struct route mail_settings_routes[] = {
	{
	    PROVIDER_GET_ROUTE,
	    .id = "mail_settings_get",
	    .path = "/api/v1/mail_settings",
	    .summary = "Get the mail settings of a project",
	    .output = mail_settings_fields,
	    .handler = mail_settings_get,
	},
	{
	    PROVIDER_PATCH_ROUTE,
	    .id = "mail_settings_update",
	    .path = "/api/v1/mail_settings",
	    .summary = "Change the mail settings of a project",
	    INPUT(struct provider_patch, mail_patch_fields),
	    .output = mail_settings_fields,
	    .handler = mail_settings_update,
	},
	{
	    PROVIDER_TEST_ROUTE,
	    .id = "mail_settings_test",
	    .path = "/api/v1/mail_settings/test",
	    .summary = "Send a test mail by the saved settings",
	    INPUT(struct provider_test_input, mail_test_input),
	    .handler = mail_settings_test,
	},
	ROUTES_END,
};
