/*
 * Reads one value of a request by its field's type and rules.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/encode.h"
#include "lib/fields_values.h"
#include "lib/text.h"

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
	{ "object", "It must be an object." },
	{ "list", "It must be a list." },
	{ "urn", "A URN is \"urn:\", a namespace, \":\" and a name." },
};

static void *
member_of(struct fields_run *run, const struct field *field)
{
	return run->input + field->offset;
}

static void
complain_of_check(struct fields_run *run, const char *field, const char *rule)
{
	const char *message = "It isn't valid.";

	for (size_t i = 0; i < ARRAY_LEN(check_messages); i++) {
		if (strcmp(check_messages[i].rule, rule) == 0)
			message = check_messages[i].message;
	}
	field_errors_add(run->errors, run->arena, field, rule, "%s", message);
}

static void
complain_of_length(struct fields_run *run, const struct field *field, const char *name,
		   const char *what)
{
	int64_t min = field->min;
	int64_t max = field->max;

	if (max == 0)
		field_errors_add(run->errors, run->arena, name, "length",
				 "It must have at least %" PRId64 " %s.", min, what);
	else if (min == max)
		field_errors_add(run->errors, run->arena, name, "length",
				 "It must have %" PRId64 " %s.", max, what);
	else if (min == 0)
		field_errors_add(run->errors, run->arena, name, "length",
				 "It may have at most %" PRId64 " %s.", max, what);
	else
		field_errors_add(run->errors, run->arena, name, "length",
				 "It must have %" PRId64 " to %" PRId64 " %s.", min, max, what);
}

/* NULL when the value isn't a text. */
static const char *
text_of(struct raw_value raw)
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
check_text(struct fields_run *run, const struct field *field, const char *name, const char *text)
{
	bool takes_line_breaks = (field->flags & FIELD_LINE_BREAKS) != 0;
	int64_t length = (int64_t)utf8_length(text);

	if (field->values != NULL && !is_one_of(field->values, text)) {
		field_errors_add(run->errors, run->arena, name, "enum", "It must be one of: %s.",
				 join_values(run->arena, field->values));
		return false;
	}
	if ((field->flags & FIELD_RAW) == 0 && !text_is_clean(text, takes_line_breaks)) {
		field_errors_add(run->errors, run->arena, name, "characters",
				 "Control characters and text direction marks aren't allowed.");
		return false;
	}
	if (length < field->min || (field->max != 0 && length > field->max)) {
		complain_of_length(run, field, name, "characters");
		return false;
	}
	const char *rule = field->check == NULL ? NULL : field->check(text);
	if (rule != NULL)
		complain_of_check(run, name, rule);
	return rule == NULL;
}

static void
wipe_if_secret(struct fields_run *run, const struct field *field, const char *text)
{
	if ((field->flags & FIELD_SECRET) != 0)
		arena_wipe_later(run->arena, (void *)(uintptr_t)text, strlen(text));
}

static bool
read_text(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	const char *text = text_of(raw);

	if (text == NULL) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a text.");
		return false;
	}
	wipe_if_secret(run, field, text);
	if (!check_text(run, field, field->name, text))
		return false;
	*(const char **)member_of(run, field) = text;
	return true;
}

static bool
read_id(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	const char *text = text_of(raw);

	if (text == NULL) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a text.");
		return false;
	}
	if (!id_is_valid(field->id, text)) {
		const char *prefix = field->id == ID_ANY_CLIENT ? "cli" : id_prefix(field->id);
		field_errors_add(run->errors, run->arena, field->name, "id",
				 "It isn't an id of the form %s_….", prefix);
		return false;
	}
	*(const char **)member_of(run, field) = text;
	return true;
}

static bool
read_bool(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	bool is_true = raw.text != NULL ? strcmp(raw.text, "true") == 0 : raw.json->boolean;
	bool is_bool = raw.text != NULL ? is_true || strcmp(raw.text, "false") == 0
					: raw.json->type == JSON_BOOL;

	if (!is_bool) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be true or false.");
		return false;
	}
	*(bool *)member_of(run, field) = is_true;
	return true;
}

static bool
read_int(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	int64_t value = raw.json != NULL ? raw.json->integer : 0;
	bool is_int = raw.text != NULL ? int_parse(raw.text, -INT64_MAX, INT64_MAX, &value)
				       : raw.json->type == JSON_INT;

	if (!is_int) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a whole number.");
		return false;
	}
	if (value < field->min || (field->max != 0 && value > field->max)) {
		field_errors_add(run->errors, run->arena, field->name, "range",
				 "It must be from %" PRId64 " to %" PRId64 ".", field->min,
				 field->max);
		return false;
	}
	*(int64_t *)member_of(run, field) = value;
	return true;
}

static bool
read_time(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	const char *text = text_of(raw);
	int64_t at_ms = 0;

	if (text == NULL) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a text.");
		return false;
	}
	if (!time_parse(text, &at_ms)) {
		field_errors_add(run->errors, run->arena, field->name, "pattern",
				 "It must be a time like 2026-01-15T10:30:00.000Z.");
		return false;
	}
	*(int64_t *)member_of(run, field) = at_ms;
	return true;
}

/* The element's own name in reports: redirect_uris[2]. */
static bool
read_element(struct fields_run *run, const struct field *field, size_t index,
	     const struct json *element)
{
	const char *name = arena_printf(run->arena, "%s[%zu]", field->name, index);

	if (element->type != JSON_STRING) {
		field_errors_add(run->errors, run->arena, name, "type", "It must be a text.");
		return false;
	}
	wipe_if_secret(run, field, element->string);
	return check_text(run, field, name, element->string);
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

/* Two of one would be one row: the second is named. */
static bool
elements_differ(struct fields_run *run, const struct field *field, const char *const *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(items[i], items[j]) != 0)
				continue;
			field_errors_add(run->errors, run->arena,
					 arena_printf(run->arena, "%s[%zu]", field->name, i), "duplicate",
					 "It stands in the list twice.");
			return false;
		}
	}
	return true;
}

static bool
read_strings(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	struct json list = raw.json != NULL ? *raw.json : split_commas(run->arena, raw.text);
	bool is_good = true;

	if (list.type != JSON_ARRAY) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a list.");
		return false;
	}
	if (list.count < field->items_min ||
	    (field->items_max != 0 && list.count > field->items_max)) {
		const struct field bounds = { .min = (int64_t)field->items_min,
					      .max = (int64_t)field->items_max };
		complain_of_length(run, &bounds, field->name, "elements");
		return false;
	}
	const char **items = ARENA_ARRAY(run->arena, list.count, const char *);
	for (size_t i = 0; i < list.count && !arena_is_exhausted(run->arena); i++) {
		is_good = read_element(run, field, i, &list.items[i]) && is_good;
		items[i] = list.items[i].string;
	}
	if (is_good && (field->flags & FIELD_DISTINCT) != 0)
		is_good = elements_differ(run, field, items, list.count);
	if (is_good)
		*(struct strings *)member_of(run, field) =
		    (struct strings){ .items = items, .count = list.count };
	return is_good;
}

/* One object, named `name` in what is wrong with it. */
static bool
read_inner(struct fields_run *run, const struct field *field, const char *name, const struct json *json, void *object)
{
	const struct name_values none = { 0 };
	struct field_errors inner = { .count = 0 };

	if (json == NULL || json->type != JSON_OBJECT) {
		field_errors_add(run->errors, run->arena, name, "type", "It must be an object.");
		return false;
	}
	fields_parse(run->arena, field->fields, json, none, none, object, &inner);
	for (size_t i = 0; i < inner.count; i++)
		field_errors_add(run->errors, run->arena,
				 arena_printf(run->arena, "%s.%s", name, inner.items[i].field),
				 inner.items[i].rule, "%s", inner.items[i].message);
	return inner.count == 0;
}

static bool
read_object(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	void *object = arena_alloc(run->arena, field->item_size);

	if (!read_inner(run, field, field->name, raw.json, object))
		return false;
	*(void **)member_of(run, field) = object;
	return true;
}

static bool
read_list(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	bool is_good = true;

	if (raw.json == NULL || raw.json->type != JSON_ARRAY) {
		field_errors_add(run->errors, run->arena, field->name, "type",
				 "It must be a list of objects.");
		return false;
	}
	if (raw.json->count < field->items_min || raw.json->count > field->items_max) {
		field_errors_add(run->errors, run->arena, field->name, "count",
				 "It must have %zu to %zu elements.", field->items_min,
				 field->items_max);
		return false;
	}
	char *items = arena_alloc_array(run->arena, raw.json->count, field->item_size);
	for (size_t i = 0; i < raw.json->count; i++)
		is_good &= read_inner(run, field,
				      arena_printf(run->arena, "%s[%zu]", field->name, i),
				      &raw.json->items[i], items + i * field->item_size);
	*(struct field_list *)member_of(run, field) =
	    (struct field_list){ .items = items, .count = raw.json->count };
	return is_good;
}

const char *
json_object_check(const char *text)
{
	return text[0] == '{' ? NULL : "object";
}

const char *
json_array_check(const char *text)
{
	return text[0] == '[' ? NULL : "list";
}

static bool
read_json(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	struct buffer out = buffer_new(run->arena);

	if (raw.json == NULL) {
		field_errors_add(run->errors, run->arena, field->name, "type", "It isn't JSON.");
		return false;
	}
	if ((field->flags & FIELD_TREE) != 0) {
		*(const struct json **)member_of(run, field) = raw.json;
		return true;
	}
	json_render(&out, raw.json);
	if (field->max != 0 && out.len > (size_t)field->max) {
		complain_of_length(run, field, field->name, "octets");
		return false;
	}
	const char *text = buffer_string(&out);
	wipe_if_secret(run, field, text);
	const char *rule = field->check == NULL ? NULL : field->check(text);
	if (rule != NULL)
		complain_of_check(run, field->name, rule);
	else
		*(const char **)member_of(run, field) = text;
	return rule == NULL;
}

/*
 * Types that only output tables have are a mistake in the table; the field then is one that nobody
 * can send.
 */
bool
field_read_value(struct fields_run *run, const struct field *field, struct raw_value raw)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_ENUM:
		return read_text(run, field, raw);
	case FIELD_ID:
		return read_id(run, field, raw);
	case FIELD_BOOL:
		return read_bool(run, field, raw);
	case FIELD_INT:
		return read_int(run, field, raw);
	case FIELD_TIME:
		return read_time(run, field, raw);
	case FIELD_STRINGS:
		return read_strings(run, field, raw);
	case FIELD_OBJECT:
		return read_object(run, field, raw);
	case FIELD_JSON:
		return read_json(run, field, raw);
	case FIELD_LIST:
		return read_list(run, field, raw);
	case FIELD_NONE:
	case FIELD_WORDS:
		break;
	}
	field_errors_add(run->errors, run->arena, field->name, "unknown",
			 "There is no such member.");
	return false;
}
