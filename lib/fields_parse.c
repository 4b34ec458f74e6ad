/*
 * Reads a request's input by a field table and reports everything that is wrong with it at once.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/encode.h"
#include "lib/fields.h"
#include "lib/text.h"

/* Names of unknown members are the client's: they are shown cut. */
#define SHOWN_NAME_LENGTH 64

/* What one run of the parser works on. */
struct parse {
	struct arena *arena;
	char *input;
	struct field_errors *errors;
};

/* A value as it came: from the body as JSON, from the path or query as text. */
struct raw {
	const struct json *json;
	const char *text;
};

static const struct {
	const char *rule;
	const char *message;
} check_messages[] = {
	{ "length", "It is too short or too long." },
	{ "scheme", "This scheme isn't allowed." },
	{ "host", "It has no valid host." },
	{ "wildcard", "Wildcards aren't allowed." },
	{ "fragment", "A fragment (#) isn't allowed." },
	{ "userinfo", "A user name or password (@) isn't allowed." },
	{ "characters", "It has characters that aren't allowed." },
	{ "pattern", "It doesn't have the form that is asked for." },
	{ "email", "It isn't an e-mail address." },
};

void
field_errors_add(struct field_errors *errors, struct arena *arena, const char *field,
		 const char *rule, const char *message_format, ...)
{
	va_list arguments;

	if (errors->count == ARRAY_LEN(errors->items))
		return;
	va_start(arguments, message_format);
	const char *message = arena_vprintf(arena, message_format, arguments);
	va_end(arguments);
	errors->items[errors->count++] = (struct field_error){ .field = arena_strdup(arena, field),
							       .rule = rule,
							       .message = message };
}

const char *
field_errors_details(struct arena *arena, const struct field_errors *errors)
{
	struct buffer out = buffer_new(arena);

	buffer_text(&out, "{\"fields\":[");
	for (size_t i = 0; i < errors->count; i++) {
		buffer_text(&out, i == 0 ? "{\"field\":" : ",{\"field\":");
		buffer_json_string(&out, errors->items[i].field);
		buffer_text(&out, ",\"rule\":");
		buffer_json_string(&out, errors->items[i].rule);
		buffer_text(&out, ",\"message\":");
		buffer_json_string(&out, errors->items[i].message);
		buffer_char(&out, '}');
	}
	buffer_text(&out, "]}");
	return buffer_string(&out);
}

static void *
member_of(struct parse *parse, const struct field *field)
{
	return parse->input + field->offset;
}

/* The value of an absent field. */
static void
clear(struct parse *parse, const struct field *field)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_ID:
	case FIELD_ENUM:
	case FIELD_WORDS:
	case FIELD_OBJECT:
	case FIELD_JSON:
		*(const void **)member_of(parse, field) = NULL;
		break;
	case FIELD_BOOL:
		*(bool *)member_of(parse, field) = false;
		break;
	case FIELD_INT:
	case FIELD_TIME:
		*(int64_t *)member_of(parse, field) = NONE;
		break;
	case FIELD_STRINGS:
		*(struct strings *)member_of(parse, field) = (struct strings){ 0 };
		break;
	case FIELD_LIST:
	case FIELD_NONE:
		break;
	}
}

static void complain(struct parse *, const char *field, const char *rule, const char *format, ...)
    PRINTF_LIKE(4, 5);

static void
complain(struct parse *parse, const char *field, const char *rule, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const char *message = arena_vprintf(parse->arena, format, arguments);
	va_end(arguments);
	field_errors_add(parse->errors, parse->arena, field, rule, "%s", message);
}

static void
complain_of_check(struct parse *parse, const char *field, const char *rule)
{
	const char *message = "It isn't valid.";

	for (size_t i = 0; i < ARRAY_LEN(check_messages); i++) {
		if (strcmp(check_messages[i].rule, rule) == 0)
			message = check_messages[i].message;
	}
	complain(parse, field, rule, "%s", message);
}

static void
complain_of_length(struct parse *parse, const struct field *field, const char *name,
		   const char *what)
{
	int64_t min = field->min;
	int64_t max = field->max;

	if (max == 0)
		complain(parse, name, "length", "It must have at least %" PRId64 " %s.", min, what);
	else if (min == max)
		complain(parse, name, "length", "It must have %" PRId64 " %s.", max, what);
	else if (min == 0)
		complain(parse, name, "length", "It may have at most %" PRId64 " %s.", max, what);
	else
		complain(parse, name, "length", "It must have %" PRId64 " to %" PRId64 " %s.", min,
			 max, what);
}

/* NULL when the value isn't a text. */
static const char *
text_of(struct raw raw)
{
	if (raw.text != NULL)
		return raw.text;
	return raw.json->type == JSON_STRING ? raw.json->string : NULL;
}

static bool
is_one_of(const char *const *values, const char *text)
{
	for (; *values != NULL; values++) {
		if (strcmp(*values, text) == 0)
			return true;
	}
	return false;
}

static const char *
join_values(struct arena *arena, const char *const *values)
{
	struct buffer out = buffer_new(arena);

	for (size_t i = 0; values[i] != NULL; i++) {
		buffer_text(&out, i == 0 ? "" : ", ");
		buffer_text(&out, values[i]);
	}
	return buffer_string(&out);
}

/* A text by the field's rules; the first broken one is reported under `name`. */
static bool
check_text(struct parse *parse, const struct field *field, const char *name, const char *text)
{
	bool takes_line_breaks = (field->flags & FIELD_LINE_BREAKS) != 0;
	int64_t length = (int64_t)utf8_length(text);

	if (field->values != NULL && !is_one_of(field->values, text)) {
		complain(parse, name, "enum", "It must be one of: %s.",
			 join_values(parse->arena, field->values));
		return false;
	}
	if ((field->flags & FIELD_RAW) == 0 && !text_is_clean(text, takes_line_breaks)) {
		complain(parse, name, "characters",
			 "Control characters and text direction marks aren't allowed.");
		return false;
	}
	if (length < field->min || (field->max != 0 && length > field->max)) {
		complain_of_length(parse, field, name, "characters");
		return false;
	}
	const char *rule = field->check == NULL ? NULL : field->check(text);
	if (rule != NULL)
		complain_of_check(parse, name, rule);
	return rule == NULL;
}

static void
wipe_if_secret(struct parse *parse, const struct field *field, const char *text)
{
	if ((field->flags & FIELD_SECRET) != 0)
		arena_wipe_later(parse->arena, (void *)(uintptr_t)text, strlen(text));
}

static bool
read_text(struct parse *parse, const struct field *field, struct raw raw)
{
	const char *text = text_of(raw);

	if (text == NULL) {
		complain(parse, field->name, "type", "It must be a text.");
		return false;
	}
	wipe_if_secret(parse, field, text);
	if (!check_text(parse, field, field->name, text))
		return false;
	*(const char **)member_of(parse, field) = text;
	return true;
}

static bool
read_id(struct parse *parse, const struct field *field, struct raw raw)
{
	const char *text = text_of(raw);

	if (text == NULL) {
		complain(parse, field->name, "type", "It must be a text.");
		return false;
	}
	if (!id_is_valid(field->id, text)) {
		const char *prefix = field->id == ID_ANY_CLIENT ? "cli" : id_prefix(field->id);
		complain(parse, field->name, "id", "It isn't an id of the form %s_….", prefix);
		return false;
	}
	*(const char **)member_of(parse, field) = text;
	return true;
}

static bool
read_bool(struct parse *parse, const struct field *field, struct raw raw)
{
	bool is_true = raw.text != NULL ? strcmp(raw.text, "true") == 0 : raw.json->boolean;
	bool is_bool = raw.text != NULL ? is_true || strcmp(raw.text, "false") == 0
					: raw.json->type == JSON_BOOL;

	if (!is_bool) {
		complain(parse, field->name, "type", "It must be true or false.");
		return false;
	}
	*(bool *)member_of(parse, field) = is_true;
	return true;
}

static bool
read_int(struct parse *parse, const struct field *field, struct raw raw)
{
	int64_t value = raw.json != NULL ? raw.json->integer : 0;
	bool is_int = raw.text != NULL ? int_parse(raw.text, -INT64_MAX, INT64_MAX, &value)
				       : raw.json->type == JSON_INT;

	if (!is_int) {
		complain(parse, field->name, "type", "It must be a whole number.");
		return false;
	}
	if (value < field->min || (field->max != 0 && value > field->max)) {
		complain(parse, field->name, "range", "It must be from %" PRId64 " to %" PRId64 ".",
			 field->min, field->max);
		return false;
	}
	*(int64_t *)member_of(parse, field) = value;
	return true;
}

static bool
read_time(struct parse *parse, const struct field *field, struct raw raw)
{
	const char *text = text_of(raw);
	int64_t at_ms = 0;

	if (text == NULL) {
		complain(parse, field->name, "type", "It must be a text.");
		return false;
	}
	if (!time_parse(text, &at_ms)) {
		complain(parse, field->name, "pattern",
			 "It must be a time like 2026-01-15T10:30:00.000Z.");
		return false;
	}
	*(int64_t *)member_of(parse, field) = at_ms;
	return true;
}

/* The element's own name in reports: redirect_uris[2]. */
static bool
read_element(struct parse *parse, const struct field *field, size_t index,
	     const struct json *element)
{
	const char *name = arena_printf(parse->arena, "%s[%zu]", field->name, index);

	if (element->type != JSON_STRING) {
		complain(parse, name, "type", "It must be a text.");
		return false;
	}
	wipe_if_secret(parse, field, element->string);
	return check_text(parse, field, name, element->string);
}

/* Query parameters list their words with commas between. */
static struct json
split_commas(struct arena *arena, const char *text)
{
	size_t count = 1;
	for (const char *at = text; *at != '\0'; at++)
		count += *at == ',' ? 1 : 0;

	struct json *items = ARENA_ARRAY(arena, count, struct json);
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(text, ",");
		items[i] =
		    (struct json){ .type = JSON_STRING, .string = arena_strndup(arena, text, len) };
		text += len + 1;
	}
	return (struct json){ .type = JSON_ARRAY, .items = items, .count = count };
}

static bool
read_strings(struct parse *parse, const struct field *field, struct raw raw)
{
	struct json list = raw.json != NULL ? *raw.json : split_commas(parse->arena, raw.text);
	bool is_good = true;

	if (list.type != JSON_ARRAY) {
		complain(parse, field->name, "type", "It must be a list.");
		return false;
	}
	if (list.count < field->items_min ||
	    (field->items_max != 0 && list.count > field->items_max)) {
		const struct field bounds = { .min = (int64_t)field->items_min,
					      .max = (int64_t)field->items_max };
		complain_of_length(parse, &bounds, field->name, "elements");
		return false;
	}
	const char **items = ARENA_ARRAY(parse->arena, list.count, const char *);
	for (size_t i = 0; i < list.count && !arena_is_exhausted(parse->arena); i++) {
		is_good = read_element(parse, field, i, &list.items[i]) && is_good;
		items[i] = list.items[i].string;
	}
	if (is_good)
		*(struct strings *)member_of(parse, field) =
		    (struct strings){ .items = items, .count = list.count };
	return is_good;
}

/*
 * Types that only output tables have are a mistake in the table; the field then is one that nobody
 * can send.
 */
static bool
read_value(struct parse *parse, const struct field *field, struct raw raw)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_ENUM:
		return read_text(parse, field, raw);
	case FIELD_ID:
		return read_id(parse, field, raw);
	case FIELD_BOOL:
		return read_bool(parse, field, raw);
	case FIELD_INT:
		return read_int(parse, field, raw);
	case FIELD_TIME:
		return read_time(parse, field, raw);
	case FIELD_STRINGS:
		return read_strings(parse, field, raw);
	case FIELD_NONE:
	case FIELD_WORDS:
	case FIELD_OBJECT:
	case FIELD_LIST:
	case FIELD_JSON:
		break;
	}
	complain(parse, field->name, "unknown", "There is no such member.");
	return false;
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
read_field(struct parse *parse, const struct field *field, struct raw raw)
{
	bool *has = (bool *)(void *)(parse->input + field->has_offset);
	bool is_absent = raw.json == NULL && raw.text == NULL;

	*has = false;
	clear(parse, field);
	if (is_absent) {
		if ((field->flags & FIELD_REQUIRED) != 0)
			complain(parse, field->name, "required", "It is missing.");
		return;
	}
	if ((field->flags & FIELD_IMMUTABLE) != 0) {
		complain(parse, field->name, "immutable", "It can't be changed.");
		return;
	}
	if (raw.json != NULL && raw.json->type == JSON_NULL) {
		*has = (field->flags & FIELD_NULLABLE) != 0;
		if (!*has)
			complain(parse, field->name, "type", "It can't be null.");
		return;
	}
	*has = read_value(parse, field, raw);
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

static void
refuse_unknown(struct parse *parse, const struct field *fields, const struct json *body,
	       struct name_values query)
{
	for (size_t i = 0; body != NULL && i < body->count; i++) {
		if (!is_known(fields, IN_BODY, body->names[i]))
			complain(parse, utf8_cut(parse->arena, body->names[i], SHOWN_NAME_LENGTH),
				 "unknown", "There is no such member.");
	}
	for (size_t i = 0; i < query.count; i++) {
		if (!is_known(fields, IN_QUERY, query.items[i].name))
			complain(parse,
				 utf8_cut(parse->arena, query.items[i].name, SHOWN_NAME_LENGTH),
				 "unknown", "There is no such query parameter.");
	}
}

void
fields_parse(struct arena *arena, const struct field *fields, const struct json *body,
	     struct name_values path, struct name_values query, void *input,
	     struct field_errors *errors)
{
	struct parse parse = { .arena = arena, .input = input, .errors = errors };

	if (body != NULL && body->type != JSON_OBJECT) {
		complain(&parse, "", "type", "The body must be an object.");
		body = NULL;
	}
	for (const struct field *field = fields; field->name != NULL; field++) {
		struct raw raw = { 0 };
		if (field->in == IN_BODY)
			raw.json = json_member(body, field->name);
		else
			raw.text = find_value(field->in == IN_PATH ? path : query, field->name);
		read_field(&parse, field, raw);
	}
	refuse_unknown(&parse, fields, body, query);
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
