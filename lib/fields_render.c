/*
 * Writes rows as JSON by a field table, and what changed between two of them.
 */
#include <string.h>

#include "lib/fields.h"
#include "lib/permissions.h"

static const void *
member_of(const void *object, const struct field *field)
{
	return (const char *)object + field->offset;
}

static const char *
text_member(const void *object, const struct field *field)
{
	return *(const char *const *)member_of(object, field);
}

static bool
is_null(const struct field *field, const void *object)
{
	const void *member = member_of(object, field);

	switch (field->type) {
	case FIELD_INT:
	case FIELD_TIME:
		return *(const int64_t *)member == NONE;
	case FIELD_STRING:
	case FIELD_ID:
	case FIELD_ENUM:
	case FIELD_WORDS:
	case FIELD_OBJECT:
	case FIELD_JSON:
		return *(const void *const *)member == NULL;
	case FIELD_STRINGS:
		return ((const struct strings *)member)->items == NULL &&
		       ((const struct strings *)member)->count == 0 &&
		       (field->flags & (FIELD_OPTIONAL | FIELD_NULLABLE)) != 0;
	case FIELD_BOOL:
	case FIELD_LIST:
	case FIELD_NONE:
		break;
	}
	return false;
}

static void
render_strings(struct buffer *out, struct strings texts)
{
	buffer_char(out, '[');
	for (size_t i = 0; i < texts.count; i++) {
		if (i > 0)
			buffer_char(out, ',');
		buffer_json_string(out, texts.items[i]);
	}
	buffer_char(out, ']');
}

static void
render_list(struct buffer *out, const struct field *field, const struct field_list *list,
	    bool without_secrets)
{
	buffer_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buffer_char(out, ',');
		fields_render(out, field->fields, (const char *)list->items + i * field->item_size,
			      without_secrets);
	}
	buffer_char(out, ']');
}

void
field_render(struct buffer *out, const struct field *field, const void *object,
	     bool without_secrets)
{
	const void *member = member_of(object, field);

	if (is_null(field, object) || (without_secrets && (field->flags & FIELD_SECRET) != 0)) {
		buffer_text(out, "null");
		return;
	}
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_ID:
	case FIELD_ENUM:
		buffer_json_string(out, text_member(object, field));
		break;
	case FIELD_BOOL:
		buffer_json_bool(out, *(const bool *)member);
		break;
	case FIELD_INT:
		buffer_json_int(out, *(const int64_t *)member);
		break;
	case FIELD_TIME:
		buffer_json_time(out, *(const int64_t *)member);
		break;
	case FIELD_STRINGS:
		render_strings(out, *(const struct strings *)member);
		break;
	case FIELD_WORDS:
		render_strings(out, scopes_split(out->arena, text_member(object, field)));
		break;
	case FIELD_OBJECT:
		fields_render(out, field->fields, *(const void *const *)member, without_secrets);
		break;
	case FIELD_LIST:
		render_list(out, field, member, without_secrets);
		break;
	case FIELD_JSON:
		buffer_text(out, text_member(object, field));
		break;
	case FIELD_NONE:
		break;
	}
}

void
fields_render(struct buffer *out, const struct field *fields, const void *object,
	      bool without_secrets)
{
	bool is_first = true;

	buffer_char(out, '{');
	for (const struct field *field = fields; field->name != NULL; field++) {
		if ((field->flags & FIELD_OPTIONAL) != 0 && is_null(field, object))
			continue;
		if (!is_first)
			buffer_char(out, ',');
		is_first = false;
		buffer_json_string(out, field->name);
		buffer_char(out, ':');
		field_render(out, field, object, without_secrets);
	}
	buffer_char(out, '}');
}

static const char *
value_text(struct arena *arena, const struct field *field, const void *object, bool without_secrets)
{
	struct buffer out = buffer_new(arena);

	if (object == NULL)
		return "null";
	field_render(&out, field, object, without_secrets);
	return buffer_string(&out);
}

/* What the diff shows of a secret: that there is one. */
static const char *
shown(const struct field *field, const char *value)
{
	return (field->flags & FIELD_SECRET) != 0 && strcmp(value, "null") != 0 ? "\"•\"" : value;
}

/*
 * A secret of its own is compared by its value; those inside of objects and lists aren't looked at.
 */
const char *
fields_diff(struct arena *arena, const struct field *fields, const void *before, const void *after)
{
	struct buffer out = buffer_new(arena);

	buffer_char(&out, '{');
	for (const struct field *field = fields; field->name != NULL; field++) {
		bool is_nested = field->type == FIELD_OBJECT || field->type == FIELD_LIST;
		if ((field->flags & FIELD_NO_DIFF) != 0)
			continue;
		const char *old = value_text(arena, field, before, is_nested);
		const char *new = value_text(arena, field, after, is_nested);
		if (strcmp(old, new) == 0)
			continue;
		if (out.len > 1)
			buffer_char(&out, ',');
		buffer_json_string(&out, field->name);
		buffer_char(&out, ':');
		buffer_printf(&out, "[%s,%s]", shown(field, old), shown(field, new));
	}
	buffer_char(&out, '}');
	return buffer_string(&out);
}
