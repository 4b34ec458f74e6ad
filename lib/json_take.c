/*
 * Members of stored objects.
 */
#include "lib/json_take.h"

void
json_take_bool(const struct json *object, const char *name, bool *value)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_BOOL)
		*value = member->boolean;
}

void
json_take_int(const struct json *object, const char *name, int64_t min, int64_t max, int64_t *value)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_INT && member->integer >= min && member->integer <= max)
		*value = member->integer;
}

void
json_take_text(const struct json *object, const char *name, const char **value)
{
	const struct json *member = json_member(object, name);

	if (member != NULL && member->type == JSON_STRING)
		*value = member->string;
}

void
json_take_texts(struct arena *arena, const struct json *object, const char *name, struct strings *value)
{
	const struct json *member = json_member(object, name);
	size_t count = 0;

	if (member == NULL || member->type != JSON_ARRAY)
		return;
	const char **items = ARENA_ARRAY(arena, member->count + 1, const char *);
	for (size_t i = 0; i < member->count; i++)
		if (member->items[i].type == JSON_STRING)
			items[count++] = member->items[i].string;
	*value = (struct strings){ .items = items, .count = count };
}
