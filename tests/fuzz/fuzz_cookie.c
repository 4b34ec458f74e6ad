/*
 * Cookie headers: the values found are exactly those behind the name at the beginning or behind ";
 * ", found here in another way.
 */
#include "lib/http.h"
#include "tests/fuzz/fuzz.h"

#define NAME      "__Host-gatehouse"
#define FOUND_MAX 8

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *header = fuzz_text(arena, data, len);
	struct strings values = { 0 };
	size_t count = 0;

	http_find_cookies(arena, header, NAME, &values);
	for (const char *at = header; (at = strstr(at, NAME "=")) != NULL; at++) {
		if (at != header && (at - header < 2 || at[-2] != ';' || at[-1] != ' '))
			continue;
		const char *value = at + strlen(NAME "=");
		size_t value_len = strcspn(value, ";");
		if (count < FOUND_MAX) {
			CHECK(count < values.count);
			CHECK(strlen(values.items[count]) == value_len);
			CHECK(strncmp(values.items[count], value, value_len) == 0);
			count++;
		}
	}
	CHECK(values.count == count);
	arena_free(arena);
	return 0;
}
