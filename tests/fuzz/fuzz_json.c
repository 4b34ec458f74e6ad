/*
 * JSON: what is accepted, written again and read again is the same tree, within the limits that
 * lib/json.h promises.
 */
#include "lib/buffer.h"
#include "lib/json.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void
render(struct buffer *out, const struct json *value, unsigned depth)
{
	CHECK(depth <= JSON_DEPTH_MAX);
	switch (value->type) {
	case JSON_NULL:
		buffer_text(out, "null");
		break;
	case JSON_BOOL:
		buffer_json_bool(out, value->boolean);
		break;
	case JSON_INT:
		buffer_json_int(out, value->integer);
		break;
	case JSON_NUMBER:
		buffer_text(out, value->string);
		break;
	case JSON_STRING:
		buffer_json_string(out, value->string);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buffer_char(out, value->type == JSON_ARRAY ? '[' : '{');
		for (size_t i = 0; i < value->count; i++) {
			if (i > 0)
				buffer_char(out, ',');
			if (value->type == JSON_OBJECT) {
				buffer_json_string(out, value->names[i]);
				buffer_char(out, ':');
			}
			render(out, &value->items[i], depth + 1);
		}
		buffer_char(out, value->type == JSON_ARRAY ? ']' : '}');
		break;
	}
}

static void
check_same(const struct json *a, const struct json *b)
{
	CHECK(a->type == b->type);
	CHECK(a->type != JSON_BOOL || a->boolean == b->boolean);
	CHECK(a->type != JSON_INT || a->integer == b->integer);
	CHECK((a->type != JSON_STRING && a->type != JSON_NUMBER) || strcmp(a->string, b->string) == 0);
	if (a->type != JSON_ARRAY && a->type != JSON_OBJECT)
		return;
	CHECK(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		CHECK(a->type == JSON_ARRAY || strcmp(a->names[i], b->names[i]) == 0);
		check_same(&a->items[i], &b->items[i]);
	}
}

/* Returns the number of members. */
static size_t
check_limits(const struct json *value)
{
	size_t members = 0;

	if (value->type == JSON_INT)
		CHECK(value->integer > -(INT64_C(1) << 53) && value->integer < INT64_C(1) << 53);
	if (value->type == JSON_STRING)
		CHECK(utf8_is_valid(value->string, strlen(value->string)));
	if (value->type != JSON_ARRAY && value->type != JSON_OBJECT)
		return 0;
	for (size_t i = 0; i < value->count; i++) {
		if (value->type == JSON_OBJECT) {
			members++;
			/* The first member of a name is the only one. */
			CHECK(json_member(value, value->names[i]) == &value->items[i]);
		}
		members += check_limits(&value->items[i]);
	}
	return members;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	struct json first;
	struct json second;
	const char *reason = NULL;

	enum err e = json_parse(arena, (const char *)data, len, &first, &reason);
	CHECK(e == OK || e == ERR_INVALID_JSON || e == ERR_BODY_TOO_LARGE);
	CHECK(e == OK || reason != NULL);
	if (e == OK) {
		struct buffer text = buffer_new(arena);
		CHECK(utf8_is_valid((const char *)data, len));
		CHECK(memchr(data, '\0', len) == NULL);
		CHECK(check_limits(&first) <= JSON_MEMBERS_MAX);
		render(&text, &first, 0);
		CHECK(json_parse(arena, text.data, text.len, &second, &reason) == OK ||
		      arena_is_exhausted(arena));
		if (!arena_is_exhausted(arena))
			check_same(&first, &second);
	}
	arena_free(arena);
	return 0;
}
