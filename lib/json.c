/*
 * JSON into a tree in the arena: scanned, parsed by json-c, copied, and json-c's own copy wiped.
 */
#include <limits.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/crypto.h>

#include "lib/json.h"
#include "lib/json_scan.h"

/* Whole numbers below it are held exactly. */
#define WHOLE_MAX ((double)(INT64_C(1) << 53))

/* Strings may be passwords; json-c frees them as they are. */
static void
wipe(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_string:
		OPENSSL_cleanse((void *)(uintptr_t)json_object_get_string(value),
				(size_t)json_object_get_string_len(value));
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			wipe(json_object_array_get_idx(value, i));
		break;
	case json_type_object: {
		struct json_object_iterator at = json_object_iter_begin(value);
		struct json_object_iterator end = json_object_iter_end(value);
		for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
			wipe(json_object_iter_peek_value(&at));
		break;
	}
	default:
		break;
	}
}

struct copying {
	struct arena *arena;
	size_t members;
	bool cuts_fractions;
};

static struct json copy(struct copying *, struct json_object *);

static void
copy_array(struct copying *run, struct json_object *value, struct json *to)
{
	size_t count = json_object_array_length(value);
	struct json *items = ARENA_ARRAY(run->arena, count, struct json);

	for (size_t i = 0; i < count && !arena_is_exhausted(run->arena); i++)
		items[i] = copy(run, json_object_array_get_idx(value, i));
	to->type = JSON_ARRAY;
	to->items = items;
	to->count = count;
}

static void
copy_object(struct copying *run, struct json_object *value, struct json *to)
{
	size_t count = (size_t)json_object_object_length(value);
	struct json *items = ARENA_ARRAY(run->arena, count, struct json);
	const char **names = ARENA_ARRAY(run->arena, count, const char *);
	struct json_object_iterator at = json_object_iter_begin(value);

	for (size_t i = 0; i < count; i++) {
		names[i] = arena_strdup(run->arena, json_object_iter_peek_name(&at));
		items[i] = copy(run, json_object_iter_peek_value(&at));
		json_object_iter_next(&at);
	}
	run->members += count;
	to->type = JSON_OBJECT;
	to->names = names;
	to->items = items;
	to->count = count;
}

/* json-c keeps the text it was read from. */
static struct json
copy_number(struct copying *run, struct json_object *value)
{
	double number = json_object_get_double(value);

	if (run->cuts_fractions && number > -WHOLE_MAX && number < WHOLE_MAX)
		return (struct json){ .type = JSON_INT, .integer = (int64_t)number };
	return (struct json){ .type = JSON_NUMBER, .string = arena_strdup(run->arena, json_object_get_string(value)) };
}

static struct json
copy(struct copying *run, struct json_object *value)
{
	struct json to = { .type = JSON_NULL };

	switch (json_object_get_type(value)) {
	case json_type_boolean:
		to.type = JSON_BOOL;
		to.boolean = json_object_get_boolean(value) != 0;
		break;
	case json_type_int:
		to.type = JSON_INT;
		to.integer = json_object_get_int64(value);
		break;
	case json_type_string:
		to.type = JSON_STRING;
		to.string = arena_strndup(run->arena, json_object_get_string(value),
					  (size_t)json_object_get_string_len(value));
		break;
	case json_type_array:
		copy_array(run, value, &to);
		break;
	case json_type_object:
		copy_object(run, value, &to);
		break;
	case json_type_double:
		return copy_number(run, value);
	case json_type_null:
		break;
	}
	return to;
}

/*
 * json-c's own buffer holds the last strings it read. It is made large enough at once, so that
 * growing leaves no copy in freed memory; its size is public but for no other use.
 */
static bool
run_tokener(const char *text, size_t len, struct json_object **ret)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (tokener == NULL)
		return false;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	bool is_parsed = printbuf_memset(tokener->pb, 0, 0, (int)len + 1) == 0;
	if (is_parsed) {
		*ret = json_tokener_parse_ex(tokener, text, (int)len + 1);
		is_parsed = json_tokener_get_error(tokener) == json_tokener_success &&
			    json_tokener_get_parse_end(tokener) >= len;
	}
	OPENSSL_cleanse(tokener->pb->buf, (size_t)tokener->pb->size);
	json_tokener_free(tokener);
	return is_parsed;
}

/*
 * json-c keeps the last of two members of one name, escapes resolved; so one is missing in the tree
 * that the scan has counted.
 */
static enum err
parse_scanned(struct copying *run, const char *text, size_t len, size_t members_scanned, struct json *ret, const char **ret_reason)
{
	struct json_object *value = NULL;

	bool is_parsed = run_tokener(text, len, &value);
	struct json tree = copy(run, value);
	wipe(value);
	json_object_put(value);
	if (!is_parsed) {
		*ret_reason = "not JSON";
		return ERR_INVALID_JSON;
	}
	if (arena_is_exhausted(run->arena)) {
		*ret_reason = "too large";
		return ERR_BODY_TOO_LARGE;
	}
	if (run->members != members_scanned) {
		*ret_reason = "an object names a member twice";
		return ERR_INVALID_JSON;
	}
	*ret = tree;
	return OK;
}

static enum err
parse(struct copying *run, const char *text, size_t len, struct json *ret, const char **ret_reason)
{
	struct json_scan scan;
	const char *reason = NULL;
	enum err e = ERR_INVALID_JSON;

	if (len >= INT_MAX) {
		reason = "too large";
		e = ERR_BODY_TOO_LARGE;
	} else if (!json_scan(text, len, &scan)) {
		reason = arena_printf(run->arena, "%s (at octet %zu)", scan.reason, scan.offset);
	} else {
		/* json-c needs the NUL to end a number at the top. The body may hold a password. */
		char *terminated = arena_strndup(run->arena, text, len);
		arena_wipe_later(run->arena, terminated, len);
		e = parse_scanned(run, terminated, len, scan.members, ret, &reason);
	}
	if (e != OK && ret_reason != NULL)
		*ret_reason = reason;
	return e;
}

enum err
json_parse(struct arena *arena, const char *text, size_t len, struct json *ret, const char **ret_reason)
{
	return parse(&(struct copying){ .arena = arena }, text, len, ret, ret_reason);
}

enum err
json_parse_cut(struct arena *arena, const char *text, size_t len, struct json *ret)
{
	return parse(&(struct copying){ .arena = arena, .cuts_fractions = true }, text, len, ret, NULL);
}

const struct json *
json_member(const struct json *object, const char *name)
{
	if (object == NULL || object->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < object->count; i++) {
		if (strcmp(object->names[i], name) == 0)
			return &object->items[i];
	}
	return NULL;
}

/* ---- writing ---- */

static void
render_items(struct buffer *out, const struct json *value)
{
	bool is_object = value->type == JSON_OBJECT;

	buffer_char(out, is_object ? '{' : '[');
	for (size_t i = 0; i < value->count; i++) {
		if (i > 0)
			buffer_char(out, ',');
		if (is_object) {
			buffer_json_string(out, value->names[i]);
			buffer_char(out, ':');
		}
		json_render(out, &value->items[i]);
	}
	buffer_char(out, is_object ? '}' : ']');
}

void
json_render(struct buffer *out, const struct json *value)
{
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
		render_items(out, value);
		break;
	}
}

static void
begin_member(struct buffer *out, const char *name)
{
	if (out->len > 1)
		buffer_char(out, ',');
	buffer_json_string(out, name);
	buffer_char(out, ':');
}

const char *
json_with_text(struct arena *arena, const struct json *object, const char *name, const char *value)
{
	struct buffer out = buffer_new(arena);

	buffer_char(&out, '{');
	for (size_t i = 0; object != NULL && object->type == JSON_OBJECT && i < object->count; i++) {
		if (strcmp(object->names[i], name) == 0)
			continue;
		begin_member(&out, object->names[i]);
		json_render(&out, &object->items[i]);
	}
	if (value != NULL) {
		begin_member(&out, name);
		buffer_json_string(&out, value);
	}
	buffer_char(&out, '}');
	return buffer_string(&out);
}
