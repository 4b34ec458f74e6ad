/*
 * Reads a request's input by a field table and reports everything that is wrong with it at once.
 */
#include <string.h>

#include "lib/fields.h"
#include "lib/fields_values.h"
#include "lib/text.h"

/* Names of unknown members are the client's: they are shown cut. */
#define SHOWN_NAME_LENGTH 64

static void *
member_of(struct fields_run *run, const struct field *field)
{
	return run->input + field->offset;
}

/* The value of an absent field. */
static void
clear(struct fields_run *run, const struct field *field)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_ID:
	case FIELD_ENUM:
	case FIELD_WORDS:
	case FIELD_OBJECT:
	case FIELD_JSON:
		*(const void **)member_of(run, field) = NULL;
		break;
	case FIELD_BOOL:
		*(bool *)member_of(run, field) = false;
		break;
	case FIELD_INT:
	case FIELD_TIME:
		*(int64_t *)member_of(run, field) = NONE;
		break;
	case FIELD_STRINGS:
		*(struct strings *)member_of(run, field) = (struct strings){ 0 };
		break;
	case FIELD_LIST:
		*(struct field_list *)member_of(run, field) = (struct field_list){ 0 };
		break;
	case FIELD_NONE:
		break;
	}
}

static const char *
find_value(struct name_values pairs, const char *name)
{
	for (size_t i = 0; i < pairs.count; i++) {
		if (strcmp(pairs.items[i].name, name) == 0)
			return pairs.items[i].value;
	}
	return NULL;
}

static void
read_field(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	bool *has = (bool *)(void *)(run->input + field->has_offset);
	bool is_absent = raw.json == NULL && raw.text == NULL;

	*has = false;
	clear(run, field);
	if (is_absent) {
		if ((field->flags & FIELD_REQUIRED) != 0)
			field_errors_add(run->errors, run->arena, field->name, "required",
					 "It is missing.");
		return;
	}
	if ((field->flags & FIELD_IMMUTABLE) != 0) {
		field_errors_add(run->errors, run->arena, field->name, "immutable",
				 "It can't be changed.");
		return;
	}
	if (raw.json != NULL && raw.json->type == JSON_NULL) {
		*has = (field->flags & FIELD_NULLABLE) != 0;
		if (!*has)
			field_errors_add(run->errors, run->arena, field->name, "type",
					 "It can't be null.");
		return;
	}
	*has = field_read_value(run, field, raw);
}

static bool
is_known(const struct field *fields, enum field_in in, const char *name)
{
	for (; fields->name != NULL; fields++) {
		if (fields->in == in && strcmp(fields->name, name) == 0)
			return true;
	}
	return false;
}

struct json
fields_known(struct arena *arena, const struct field *fields, const struct json *body)
{
	const char **names = ARENA_ARRAY(arena, body->count, const char *);
	struct json *items = ARENA_ARRAY(arena, body->count, struct json);
	size_t count = 0;

	for (size_t i = 0; i < body->count; i++) {
		if (!is_known(fields, IN_BODY, body->names[i]) || body->items[i].type == JSON_NULL)
			continue;
		names[count] = body->names[i];
		items[count++] = body->items[i];
	}
	return (struct json){ .type = JSON_OBJECT, .names = names, .items = items, .count = count };
}

static void
refuse_unknown(struct fields_run *run, const struct field *fields, const struct json *body,
	       struct name_values query)
{
	for (size_t i = 0; body != NULL && i < body->count; i++) {
		if (!is_known(fields, IN_BODY, body->names[i]))
			field_errors_add(run->errors, run->arena,
					 utf8_cut(run->arena, body->names[i], SHOWN_NAME_LENGTH),
					 "unknown", "There is no such member.");
	}
	for (size_t i = 0; i < query.count; i++) {
		if (!is_known(fields, IN_QUERY, query.items[i].name))
			field_errors_add(
			    run->errors, run->arena,
			    utf8_cut(run->arena, query.items[i].name, SHOWN_NAME_LENGTH), "unknown",
			    "There is no such query parameter.");
	}
}

void
fields_parse(struct arena *arena, const struct field *fields, const struct json *body,
	     struct name_values path, struct name_values query, void *input,
	     struct field_errors *errors)
{
	struct fields_run run = { .arena = arena, .input = input, .errors = errors };

	if (body != NULL && body->type != JSON_OBJECT) {
		field_errors_add(errors, arena, "", "type", "The body must be an object.");
		body = NULL;
	}
	for (const struct field *field = fields; field->name != NULL; field++) {
		struct raw_value raw = { 0 };
		if (field->in == IN_BODY)
			raw.json = json_member(body, field->name);
		else
			raw.text = find_value(field->in == IN_PATH ? path : query, field->name);
		read_field(&run, field, raw);
	}
	refuse_unknown(&run, fields, body, query);
}

bool
fields_has_any_in_body(const struct field *fields, const void *input)
{
	for (; fields->name != NULL; fields++) {
		const bool *has =
		    (const bool *)(const void *)((const char *)input + fields->has_offset);
		if (fields->in == IN_BODY && *has)
			return true;
	}
	return false;
}
