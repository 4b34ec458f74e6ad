/*
 * Query strings: accepted pairs have names of their own, are valid text, and survive being written
 * and read again.
 */
#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/http.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void
check_pairs(const struct name_values *pairs)
{
	CHECK(pairs->count <= 64);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct name_value *pair = &pairs->items[i];
		CHECK(pair->name[0] != '\0');
		CHECK(utf8_is_valid(pair->name, strlen(pair->name)));
		CHECK(utf8_is_valid(pair->value, strlen(pair->value)));
		for (size_t before = 0; before < i; before++)
			CHECK(strcmp(pairs->items[before].name, pair->name) != 0);
	}
}

static const char *
write_again(struct arena *arena, const struct name_values *pairs)
{
	struct buffer query = buffer_new(arena);

	for (size_t i = 0; i < pairs->count; i++) {
		buffer_text(&query, i == 0 ? "" : "&");
		buffer_text(&query, percent_encode(arena, pairs->items[i].name));
		buffer_char(&query, '=');
		buffer_text(&query, percent_encode(arena, pairs->items[i].value));
	}
	return buffer_string(&query);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	struct name_values first = { 0 };
	struct name_values second = { 0 };
	const char *bad = NULL;

	enum err e = http_parse_query(arena, fuzz_text(arena, data, len), &first, &bad);
	CHECK(e == OK || (e == ERR_VALIDATION_FAILED && bad != NULL && first.items == NULL));
	if (e == OK) {
		check_pairs(&first);
		CHECK(http_parse_query(arena, write_again(arena, &first), &second, &bad) == OK);
		CHECK(first.count == second.count);
		for (size_t i = 0; i < first.count; i++) {
			CHECK(strcmp(first.items[i].name, second.items[i].name) == 0);
			CHECK(strcmp(first.items[i].value, second.items[i].value) == 0);
		}
	}
	arena_free(arena);
	return 0;
}
