/*
 * One function a program: which of its members become which of ours.
 */
#include "lib/user_shapes.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/identifiers.h"
#include "lib/mail_builtins.h"

/* More than any of the functions adds. */
#define MEMBERS_MAX 16

/* ---- reading ---- */

const char *
shape_text(struct arena *arena, const struct json *object, const char *name)
{
	const struct json *value = json_member(object, name);

	if (value == NULL)
		return NULL;
	if (value->type == JSON_INT)
		return arena_printf(arena, "%lld", (long long)value->integer);
	return value->type == JSON_STRING && value->string[0] != '\0' ? value->string : NULL;
}

static bool
is_word(const char *text, const char *const *words)
{
	while (*words != NULL && strcmp(*words, text) != 0)
		words++;
	return *words != NULL;
}

static const char *const true_words[] = { "1", "true", "TRUE", "t", "yes", NULL };
static const char *const false_words[] = { "0", "false", "FALSE", "f", "no", NULL };

bool
shape_is_true(const struct json *object, const char *name)
{
	const struct json *value = json_member(object, name);

	if (value == NULL)
		return false;
	if (value->type == JSON_STRING)
		return is_word(value->string, true_words);
	return value->type == JSON_BOOL ? value->boolean : value->type == JSON_INT && value->integer != 0;
}

/* ---- writing ---- */

void
shape_add(struct shaping *shaping, const char *name, const struct json *value)
{
	if (value == NULL)
		return;
	shaping->names[shaping->count] = name;
	shaping->items[shaping->count++] = *value;
}

void
shape_add_text(struct shaping *shaping, const char *name, const char *text)
{
	if (text != NULL)
		shape_add(shaping, name, &(struct json){ .type = JSON_STRING, .string = text });
}

void
shape_add_true(struct shaping *shaping, const char *name, bool is_true)
{
	if (is_true)
		shape_add(shaping, name, &(struct json){ .type = JSON_BOOL, .boolean = true });
}

static struct shaping
begin(struct arena *arena, const struct json *record, size_t room)
{
	return (struct shaping){
		.arena = arena,
		.record = record,
		.names = ARENA_ARRAY(arena, room, const char *),
		.items = ARENA_ARRAY(arena, room, struct json),
	};
}

static struct json
end(const struct shaping *shaping)
{
	return (struct json){ .type = JSON_OBJECT, .names = shaping->names, .items = shaping->items, .count = shaping->count };
}

/* A member of the record under our name. */
static void
carry(struct shaping *shaping, const char *name, const char *from)
{
	shape_add_text(shaping, name, shape_text(shaping->arena, shaping->record, from));
}

/* Other programs allow names that are none here; the people are found by what else there is of them. */
static void
carry_checked(struct shaping *shaping, const char *name, const char *from, const char *(*check)(const char *))
{
	const char *text = shape_text(shaping->arena, shaping->record, from);

	if (text != NULL && check(text) == NULL)
		shape_add_text(shaping, name, text);
}

/* Numbers of rows are of one program; prefixed, those of two can live in one project. */
static void
carry_row_id(struct shaping *shaping, const char *from, const char *program)
{
	const char *id = shape_text(shaping->arena, shaping->record, from);

	if (id != NULL)
		shape_add_text(shaping, "external_id", arena_printf(shaping->arena, "%s:%s", program, id));
}

static void
keep_out(struct shaping *shaping, bool is_out)
{
	shape_add_text(shaping, "status", is_out ? "deactivated" : NULL);
}

static void
add_metadata(struct shaping *shaping, const struct shaping *metadata)
{
	const struct json object = end(metadata);

	if (object.count > 0)
		shape_add(shaping, "metadata", &object);
}

/* ---- Gatehouse's own members, typed ---- */

static struct json
as_bool(const struct json *value)
{
	bool is_true = value->type == JSON_STRING && is_word(value->string, true_words);

	if (!is_true && (value->type != JSON_STRING || !is_word(value->string, false_words)))
		return *value;
	return (struct json){ .type = JSON_BOOL, .boolean = is_true };
}

static struct json
as_json(struct arena *arena, const struct json *value)
{
	struct json parsed;

	if (value->type == JSON_STRING && json_parse(arena, value->string, strlen(value->string), &parsed, NULL) == OK)
		return parsed;
	return *value;
}

static struct json
convert_gatehouse(struct arena *arena, const struct json *record)
{
	struct shaping shaping = begin(arena, record, record->count);

	for (size_t i = 0; i < record->count; i++) {
		const char *name = record->names[i];
		struct json value = record->items[i];

		if (strcmp(name, "email_verified") == 0 || strcmp(name, "phone_verified") == 0)
			value = as_bool(&value);
		else if (strcmp(name, "metadata") == 0)
			value = as_json(arena, &value);
		shape_add(&shaping, name, &value);
	}
	return end(&shaping);
}

/* ---- WordPress: the table wp_users; spam and deleted are a multisite's ---- */

static struct json
convert_wordpress(struct arena *arena, const struct json *record)
{
	struct shaping shaping = begin(arena, record, MEMBERS_MAX), metadata = begin(arena, record, MEMBERS_MAX);

	carry_row_id(&shaping, "ID", "wordpress");
	carry(&shaping, "email", "user_email");
	carry_checked(&shaping, "username", "user_login", username_check);
	carry(&shaping, "name", "display_name");
	carry(&shaping, "password_hash", "user_pass");
	keep_out(&shaping, shape_is_true(record, "spam") || shape_is_true(record, "deleted"));
	carry(&metadata, "user_login", "user_login");
	carry(&metadata, "registered_at", "user_registered");
	add_metadata(&shaping, &metadata);
	return end(&shaping);
}

/* ---- Laravel: the table users ---- */

static struct json
convert_laravel(struct arena *arena, const struct json *record)
{
	struct shaping shaping = begin(arena, record, MEMBERS_MAX), metadata = begin(arena, record, MEMBERS_MAX);

	carry_row_id(&shaping, "id", "laravel");
	carry(&shaping, "email", "email");
	shape_add_true(&shaping, "email_verified", shape_text(arena, record, "email_verified_at") != NULL);
	carry_checked(&shaping, "username", "username", username_check);
	carry(&shaping, "name", "name");
	carry(&shaping, "password_hash", "password");
	keep_out(&shaping, shape_text(arena, record, "deleted_at") != NULL);
	carry(&metadata, "registered_at", "created_at");
	add_metadata(&shaping, &metadata);
	return end(&shaping);
}

/* ---- Keycloak: a realm's UserRepresentation ---- */

static const char *
keycloak_name(struct arena *arena, const struct json *record)
{
	const char *first = shape_text(arena, record, "firstName"), *last = shape_text(arena, record, "lastName");

	if (first == NULL || last == NULL)
		return first == NULL ? last : first;
	return arena_printf(arena, "%s %s", first, last);
}

static void
carry_locale(struct shaping *shaping)
{
	const struct json *locales = json_member(json_member(shaping->record, "attributes"), "locale");
	const struct json *locale = locales != NULL && locales->type == JSON_ARRAY && locales->count > 0 ? locales->items : NULL;

	if (locale != NULL && locale->type == JSON_STRING && locale_check(locale->string) == NULL)
		shape_add_text(shaping, "locale", locale->string);
}

static void
carry_created(struct shaping *metadata)
{
	const struct json *created = json_member(metadata->record, "createdTimestamp");
	char *time = arena_alloc(metadata->arena, TIME_TEXT_SIZE);

	if (created == NULL || created->type != JSON_INT)
		return;
	time_format(created->integer, time);
	shape_add_text(metadata, "registered_at", time);
}

static struct json
convert_keycloak(struct arena *arena, const struct json *record)
{
	struct shaping shaping = begin(arena, record, MEMBERS_MAX), metadata = begin(arena, record, MEMBERS_MAX);
	const struct json *enabled = json_member(record, "enabled");

	carry(&shaping, "external_id", "id");
	carry(&shaping, "email", "email");
	shape_add_true(&shaping, "email_verified", shape_is_true(record, "emailVerified") && json_member(record, "email") != NULL);
	carry_checked(&shaping, "username", "username", username_check);
	shape_add_text(&shaping, "name", keycloak_name(arena, record));
	carry_locale(&shaping);
	shape_add_text(&shaping, "password_hash", shape_keycloak_hash(arena, record));
	keep_out(&shaping, enabled != NULL && !shape_is_true(record, "enabled"));
	carry_created(&metadata);
	shape_add(&metadata, "attributes", json_member(record, "attributes"));
	add_metadata(&shaping, &metadata);
	return end(&shaping);
}

/* ---- Auth0: a line of the bulk export, of the export of password hashes, or of an import file ---- */

/* The export of hashes has the id without the connection's kind in front. */
static const char *
auth0_id(struct arena *arena, const struct json *record)
{
	const char *bare = shape_text(arena, json_member(record, "_id"), "$oid");

	return bare == NULL ? shape_text(arena, record, "user_id") : arena_printf(arena, "auth0|%s", bare);
}

static struct json
convert_auth0(struct arena *arena, const struct json *record)
{
	struct shaping shaping = begin(arena, record, MEMBERS_MAX), metadata = begin(arena, record, MEMBERS_MAX);
	const char *name = shape_text(arena, record, "name"), *email = shape_text(arena, record, "email");

	shape_add_text(&shaping, "external_id", auth0_id(arena, record));
	shape_add_text(&shaping, "email", email);
	shape_add_true(&shaping, "email_verified", email != NULL && shape_is_true(record, "email_verified"));
	carry_checked(&shaping, "username", "username", username_check);
	carry_checked(&shaping, "phone", "phone_number", phone_check);
	/* Auth0 calls people without a name by their address. */
	shape_add_text(&shaping, "name", name != NULL && email != NULL && strcmp(name, email) == 0 ? NULL : name);
	carry_checked(&shaping, "locale", "locale", locale_check);
	shape_add_text(&shaping, "password_hash", shape_auth0_hash(arena, record));
	keep_out(&shaping, shape_is_true(record, "blocked"));
	carry(&metadata, "registered_at", "created_at");
	shape_add(&metadata, "user_metadata", json_member(record, "user_metadata"));
	shape_add(&metadata, "app_metadata", json_member(record, "app_metadata"));
	add_metadata(&shaping, &metadata);
	return end(&shaping);
}

/* ---- the table ---- */

static const struct {
	const char *name;
	struct json (*convert)(struct arena *, const struct json *record);
	const char *marks[4]; /* members that nobody else has */
} shapes[SHAPE_COUNT] = {
	[SHAPE_GATEHOUSE] = { "Gatehouse", convert_gatehouse, { "external_id" } },
	[SHAPE_WORDPRESS] = { "WordPress", convert_wordpress, { "user_login", "user_pass" } },
	[SHAPE_LARAVEL] = { "Laravel", convert_laravel, { "remember_token", "email_verified_at", "password" } },
	[SHAPE_KEYCLOAK] = { "Keycloak", convert_keycloak, { "credentials", "emailVerified", "createdTimestamp" } },
	[SHAPE_AUTH0] = { "Auth0", convert_auth0, { "passwordHash", "custom_password_hash", "user_id", "_id" } },
};

const char *
user_shape_name(enum user_shape shape)
{
	return shapes[shape].name;
}

enum user_shape
user_shape_of(const struct json *record)
{
	for (enum user_shape shape = 0; shape < SHAPE_COUNT; shape++)
		for (size_t i = 0; i < ARRAY_LEN(shapes[shape].marks) && shapes[shape].marks[i] != NULL; i++)
			if (json_member(record, shapes[shape].marks[i]) != NULL)
				return shape;
	return SHAPE_GATEHOUSE;
}

bool
user_shape_convert(struct arena *arena, enum user_shape shape, const struct json *record, struct json *ret)
{
	if (record->type == JSON_OBJECT && shape == SHAPE_KEYCLOAK && json_member(record, "serviceAccountClientId") != NULL)
		return false;
	*ret = record->type == JSON_OBJECT ? shapes[shape].convert(arena, record) : *record;
	return true;
}
