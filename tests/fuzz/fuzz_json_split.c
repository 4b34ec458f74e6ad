/*
 * The JSON splitter: whatever the pieces a text comes in, the same elements are cut; of a text that is JSON they are those of its array.
 */
#include "lib/buffer.h"
#include "lib/json.h"
#include "lib/json_split.h"
#include "tests/fuzz/fuzz.h"

/* The elements, each behind a line break, then how it ended. */
static struct buffer
split_by(struct arena *arena, const char *text, size_t all, size_t step, size_t *ret_count)
{
	struct json_split split = { 0 };
	struct buffer found = buffer_new(arena);
	size_t begin = 0, end = 0, start, len;

	*ret_count = 0;
	for (;;) {
		enum json_cut cut = json_split(&split, text + begin, end - begin, &start, &len);

		CHECK(start + len <= end - begin);
		if (cut == CUT_ELEMENT) {
			CHECK(len > 0);
			buffer_char(&found, '\n');
			buffer_add(&found, text + begin + start, len);
			++*ret_count;
		}
		begin += start + len;
		if (cut == CUT_END || cut == CUT_BROKEN || (cut == CUT_MORE && end == all)) {
			buffer_printf(&found, "\n%d", (int)cut);
			return found;
		}
		if (cut == CUT_MORE)
			end = end + step < all ? end + step : all;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *text = (const char *)data;
	struct json json;
	size_t count, whole_count;
	struct buffer whole = split_by(arena, text, len, len + 1, &whole_count);

	for (size_t step = 1; step <= 3 && len <= 4096; step++) {
		struct buffer pieces = split_by(arena, text, len, step, &count);
		CHECK(pieces.len == whole.len && memcmp(pieces.data, whole.data, whole.len) == 0);
	}
	if (json_parse(arena, text, len, &json, NULL) == OK) {
		const struct json *users = json.type == JSON_ARRAY ? &json : json_member(&json, "users");
		bool is_plain = json.type == JSON_ARRAY || memchr(data, '\\', len) == NULL;
		if (users != NULL && users->type == JSON_ARRAY && is_plain)
			CHECK(whole_count == users->count);
	}
	arena_free(arena);
	return 0;
}
