/*
 * Providers' settings as a JSON object beside one sealed credential.
 */
#include "domain/provider_settings.h"

#include <string.h>

#include "lib/json.h"
#include "lib/sign_in_methods.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define LAST4_LENGTH_MIN 12

static struct seal_place
place_of(const char *project_id, const char *area)
{
	return (struct seal_place){
		.table = "area_settings", .column = "secret_sealed", .row_id = area, .project_id = project_id,
	};
}

static const char *
text_of(const struct json *body, const char *name)
{
	const struct json *member = json_member(body, name);

	return member != NULL && member->type == JSON_STRING && member->string[0] != '\0' ? member->string : NULL;
}

struct provider_settings
provider_settings_parse(struct arena *arena, const char *const *names, const char *body, const char *secret)
{
	struct json *object = ARENA_NEW(arena, struct json);

	if (body == NULL || json_parse(arena, body, strlen(body), object, NULL) != OK || object->type != JSON_OBJECT)
		*object = (struct json){ .type = JSON_OBJECT };
	const struct json *port = json_member(object, "port");
	int provider = provider_parse(names, text_of(object, "provider"));
	return (struct provider_settings){
		.provider = provider < 0 ? 0 : provider,
		.account = {
			.from_name = text_of(object, "from_name"),
			.from_address = text_of(object, "from_address"),
			.reply_to = text_of(object, "reply_to"),
			.host = text_of(object, "host"),
			.security = text_of(object, "security"),
			.port = port != NULL && port->type == JSON_INT ? port->integer : NONE,
			.username = text_of(object, "username"),
			.region = text_of(object, "region"),
			.url = text_of(object, "url"),
			.header = text_of(object, "header"),
			.from = text_of(object, "from"),
			.secret = secret,
		},
		.locale = text_of(object, "locale"),
		.default_channel = text_of(object, "default_channel"),
		.body = object,
		.updated_at = NONE,
	};
}

enum err
provider_settings_read(struct tx *tx, const char *project_id, const char *area, const char *const *names,
		       struct provider_settings *ret)
{
	const struct seal_place place = place_of(project_id, area);
	struct q_area_setting_sealed_row row;
	struct bytes plain = { .data = NULL };
	const char *secret = NULL;
	enum err e =
	    q_area_setting_sealed(tx->db, &(struct q_area_setting_sealed){ .project_id = project_id, .area = area }, &row);

	if (e == ERR_NO_ROW) {
		*ret = provider_settings_parse(tx->arena, names, NULL, NULL);
		return OK;
	}
	TRY(e);
	if (row.secret_sealed.data != NULL) {
		TRY(keyring_open(tx->keyring, tx->arena, &place, row.secret_sealed, &plain));
		char *copy = arena_strndup(tx->arena, (const char *)plain.data, plain.len);
		arena_wipe_later(tx->arena, copy, plain.len);
		secret = copy;
	}
	*ret = provider_settings_parse(tx->arena, names, row.body, secret);
	ret->version = row.version;
	ret->updated_at = row.updated_at;
	return OK;
}

enum err
provider_settings_write(struct tx *tx, const char *project_id, const char *area, const char *body, const char *secret)
{
	const struct seal_place place = place_of(project_id, area);
	struct bytes sealed = { .data = NULL };

	if (secret != NULL)
		TRY(keyring_seal(tx->keyring, tx->arena, &place,
				 (struct bytes){ (const uint8_t *)secret, strlen(secret) }, &sealed));
	return q_area_setting_put(tx->db,
				  &(struct q_area_setting_put){
				      .project_id = project_id,
				      .area = area,
				      .body = body,
				      .secret_sealed = sealed,
				  },
				  NULL);
}

const char *
secret_last4(struct arena *arena, const char *secret)
{
	size_t length = secret == NULL ? 0 : utf8_length(secret);

	if (length < LAST4_LENGTH_MIN)
		return NULL;
	const char *at = secret;
	for (; length > 4; length--)
		utf8_next(&at);
	return arena_strdup(arena, at);
}

/* ---- switches ---- */

bool
mail_is_switched_off(const struct provider_settings *settings, const char *slug)
{
	const struct json *switches = json_member(settings->body, "switches");
	const struct json *value =
	    switches != NULL && switches->type == JSON_OBJECT ? json_member(switches, slug) : NULL;

	return value != NULL && value->type == JSON_BOOL && !value->boolean;
}

bool
mail_is_needed(const struct sign_in_settings *sign_in, const char *slug)
{
	static const struct {
		const char *slug;
		unsigned methods;
	} needs[] = {
		{ "verification", METHODS_ALL },
		{ "password-reset", METHOD_BIT(METHOD_PASSWORD) },
		{ "account-exists", METHOD_BIT(METHOD_PASSWORD) },
		{ "magic-link", METHOD_BIT(METHOD_MAGIC_LINK) },
		{ "email-otp", METHOD_BIT(METHOD_EMAIL_OTP) },
		{ "test", METHODS_ALL },
	};

	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (strcmp(needs[i].slug, slug) == 0)
			return (sign_in->methods & needs[i].methods) != 0;
	return false;
}
