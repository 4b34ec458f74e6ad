/*
 * Merges what a request names into a JSON object that is kept (RFC 7396, by a field table).
 */
#include <string.h>

#include "lib/fields.h"

struct merging {
	struct arena *arena;
	struct buffer out;
};

static const struct field *
find_field(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (fields->in == IN_BODY && strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static bool
is_named(const struct field *field, const void *input)
{
	return *(const bool *)(const void *)((const char *)input + field->has_offset);
}

static const void *
object_at(const struct field *field, const void *input)
{
	return *(const void *const *)(const void *)((const char *)input + field->offset);
}

/* null is what the parser leaves of a member that is named and has no value. */
static bool
is_null(struct arena *arena, const struct field *field, const void *input)
{
	struct buffer text = buffer_new(arena);

	if (field->type == FIELD_OBJECT)
		return object_at(field, input) == NULL;
	field_render(&text, field, input, false);
	return strcmp(buffer_string(&text), "null") == 0;
}

static void
begin_member(struct merging *merging, const char *name)
{
	if (merging->out.len > 1)
		buffer_char(&merging->out, ',');
	buffer_json_string(&merging->out, name);
	buffer_char(&merging->out, ':');
}

static void
add_stored(struct merging *merging, const struct field *fields, const void *input,
	   const struct json *stored)
{
	for (size_t i = 0; i < stored->count; i++) {
		const struct field *field = find_field(fields, stored->names[i]);

		if (field != NULL && is_named(field, input))
			continue;
		begin_member(merging, stored->names[i]);
		json_render(&merging->out, &stored->items[i]);
	}
}

static void
add_named(struct merging *merging, const struct field *field, const void *input,
	  const struct json *stored)
{
	if ((field->flags & FIELD_SECRET) != 0 || is_null(merging->arena, field, input))
		return;
	begin_member(merging, field->name);
	if (field->type == FIELD_OBJECT)
		buffer_text(&merging->out,
			    fields_merge(merging->arena, field->fields, object_at(field, input),
					 json_member(stored, field->name)));
	else
		field_render(&merging->out, field, input, false);
}

const char *
fields_merge(struct arena *arena, const struct field *fields, const void *input,
	     const struct json *stored)
{
	struct merging merging = { .arena = arena, .out = buffer_new(arena) };

	if (stored != NULL && stored->type != JSON_OBJECT)
		stored = NULL;
	buffer_char(&merging.out, '{');
	if (stored != NULL)
		add_stored(&merging, fields, input, stored);
	for (const struct field *field = fields; field->name != NULL; field++)
		if (field->in == IN_BODY && is_named(field, input))
			add_named(&merging, field, input, stored);
	buffer_char(&merging.out, '}');
	return buffer_string(&merging.out);
}
