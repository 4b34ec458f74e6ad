/*
 * Sign-in settings as JSON text: an object that names only what differs from the defaults.
 */
#include "domain/settings.h"

#include <string.h>

#include "lib/json.h"
#include "sql/gen/queries.h"

#define AREA_SIGN_IN "sign_in"

static const char *const policy_names[] = {
	[SIGN_UP_OPEN] = "open",
	[SIGN_UP_INVITE_ONLY] = "invite_only",
	[SIGN_UP_CLOSED] = "closed",
};

const char *
sign_up_policy_name(enum sign_up_policy policy)
{
	return policy_names[policy];
}

bool
sign_up_policy_parse(const char *text, enum sign_up_policy *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(policy_names); i++)
		if (text != NULL && strcmp(policy_names[i], text) == 0) {
			*ret = (enum sign_up_policy)i;
			return true;
		}
	return false;
}

/* ---- reading ---- */

static void
take_bool(const struct json *object, const char *name, bool *value)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_BOOL)
		*value = member->boolean;
}

static void
take_int(const struct json *object, const char *name, int64_t min, int64_t max, int64_t *value)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_INT && member->integer >= min &&
	    member->integer <= max)
		*value = member->integer;
}

/* A policy that nobody knows lets nobody in. */
static void
take_policy(const struct json *object, enum sign_up_policy *value)
{
	const struct json *member = json_member(object, "sign_up");

	if (member != NULL &&
	    (member->type != JSON_STRING || !sign_up_policy_parse(member->string, value)))
		*value = SIGN_UP_CLOSED;
}

static void
take_methods(const struct json *object, bool *has_password)
{
	const struct json *member = json_member(object, "methods");

	if (member == NULL || member->type != JSON_ARRAY)
		return;
	*has_password = false;
	for (size_t i = 0; i < member->count; i++)
		if (member->items[i].type == JSON_STRING &&
		    strcmp(member->items[i].string, "password") == 0)
			*has_password = true;
}

struct sign_in_settings
sign_in_settings_parse(struct arena *arena, const struct config *config, const char *body)
{
	struct sign_in_settings settings = {
		.sign_up = SIGN_UP_OPEN,
		.require_email_verification = true,
		.has_password_method = true,
		.password_length_min = config->passwords.length_min,
		.password_length_max = 128,
		.password_score_min = config->passwords.score_min,
		.reset_minutes = 30,
		.link_minutes = 10,
	};
	struct json object;

	if (body == NULL)
		return settings;
	if (json_parse(arena, body, strlen(body), &object, NULL) != OK || object.type != JSON_OBJECT) {
		settings.sign_up = SIGN_UP_CLOSED;	/* what can't be read opens nothing */
		return settings;
	}
	take_policy(&object, &settings.sign_up);
	take_bool(&object, "require_email_verification", &settings.require_email_verification);
	take_methods(&object, &settings.has_password_method);
	take_int(&object, "password_min_length", 8, 64, &settings.password_length_min);
	take_int(&object, "password_max_length", 64, 256, &settings.password_length_max);
	take_int(&object, "password_min_score", 0, 4, &settings.password_score_min);
	take_int(&object, "reset_minutes", 5, 60, &settings.reset_minutes);
	take_int(&object, "link_minutes", 5, 30, &settings.link_minutes);
	return settings;
}

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

/* ---- writing ---- */

static void
add_json(struct buffer *json, const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
		buffer_text(json, "null");
		break;
	case JSON_BOOL:
		buffer_json_bool(json, value->boolean);
		break;
	case JSON_INT:
		buffer_json_int(json, value->integer);
		break;
	case JSON_STRING:
		buffer_json_string(json, value->string);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buffer_char(json, value->type == JSON_ARRAY ? '[' : '{');
		for (size_t i = 0; i < value->count; i++) {
			if (i > 0)
				buffer_char(json, ',');
			if (value->type == JSON_OBJECT) {
				buffer_json_string(json, value->names[i]);
				buffer_char(json, ':');
			}
			add_json(json, &value->items[i]);
		}
		buffer_char(json, value->type == JSON_ARRAY ? ']' : '}');
		break;
	}
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
		add_json(&json, &object.items[i]);
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

/* ---- passwords ---- */

struct password_rules
sign_in_settings_password_rules(const struct sign_in_settings *settings,
				const struct config *config)
{
	const char *breached = config->passwords.breached_file;

	return (struct password_rules){
		.length_min = (unsigned)settings->password_length_min,
		.length_max = (unsigned)settings->password_length_max,
		.score_min = (int)settings->password_score_min,
		.breached_file = breached != NULL && breached[0] != '\0' ? breached : NULL,
	};
}

struct password_cost
config_password_cost(const struct config *config)
{
	return (struct password_cost){
		.memory_kib = (uint32_t)config->passwords.memory_kib,
		.passes = (uint32_t)config->passwords.passes,
	};
}
