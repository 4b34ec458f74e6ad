/*
 * Merging and measuring metadata.
 */
#include "lib/metadata.h"

#include <string.h>

#include "lib/buffer.h"

static size_t
depth_of(const struct json *value)
{
	size_t deepest = 0;

	if (value->type != JSON_OBJECT && value->type != JSON_ARRAY)
		return 0;
	for (size_t i = 0; i < value->count; i++) {
		size_t depth = depth_of(&value->items[i]);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

static void
add_member(struct buffer *out, const char *name, const struct json *value)
{
	if (out->len > 1)
		buffer_char(out, ',');
	buffer_json_string(out, name);
	buffer_char(out, ':');
	json_render(out, value);
}

static void
parse_object(struct arena *arena, const char *text, struct json *ret)
{
	if (json_parse(arena, text, strlen(text), ret, NULL) != OK)
		*ret = (struct json){ .type = JSON_NULL };
}

const char *
metadata_merge(struct arena *arena, const char *text, const char *patch, const char **ret_text)
{
	struct buffer out = buffer_new(arena);
	struct json old, new;

	parse_object(arena, text, &old);
	parse_object(arena, patch, &new);
	if (new.type != JSON_OBJECT)
		return "type";
	if (depth_of(&new) > METADATA_DEPTH_MAX)
		return "depth";
	buffer_char(&out, '{');
	for (size_t i = 0; i < old.count; i++)
		if (json_member(&new, old.names[i]) == NULL)
			add_member(&out, old.names[i], &old.items[i]);
	for (size_t i = 0; i < new.count; i++)
		if (new.items[i].type != JSON_NULL)
			add_member(&out, new.names[i], &new.items[i]);
	buffer_char(&out, '}');
	if (out.len > METADATA_BYTES_MAX)
		return "length";
	*ret_text = buffer_string(&out);
	return NULL;
}

const char *
metadata_flat_rule(struct arena *arena, const char *text, size_t members_max)
{
	struct json object;

	parse_object(arena, text, &object);
	if (object.count > members_max)
		return "members";
	for (size_t i = 0; i < object.count; i++)
		if (object.items[i].type == JSON_OBJECT || object.items[i].type == JSON_ARRAY)
			return "scalar";
	return NULL;
}

const char *
metadata_rule_message(const char *rule)
{
	if (strcmp(rule, "depth") == 0)
		return "It may be nested 8 deep at most.";
	if (strcmp(rule, "members") == 0)
		return "It has more members than it may.";
	if (strcmp(rule, "scalar") == 0)
		return "Its members may be texts, numbers, true and false alone.";
	return strcmp(rule, "length") == 0 ? "It may have at most 16 KB." : "It must be an object.";
}
