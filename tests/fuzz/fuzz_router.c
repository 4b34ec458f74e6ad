/*
 * Request URIs: an accepted path has one reading, and path and query together are what was sent.
 */
#include "lib/http.h"
#include "tests/fuzz/fuzz.h"

static void
check_segment(const char *from, size_t len, bool is_last)
{
	CHECK(len > 0 || is_last);
	CHECK(len != 1 || from[0] != '.');
	CHECK(len != 2 || strncmp(from, "..", 2) != 0);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];
		CHECK(c >= 0x21 && c <= 0x7e);
		CHECK(c != '%' && c != ';' && c != '\\' && c != '#' && c != '?');
	}
}

static void
check_path(const char *path)
{
	CHECK(path[0] == '/');
	CHECK(strstr(path, "//") == NULL);
	for (const char *from = path; from != NULL;) {
		size_t len = strcspn(from + 1, "/");
		bool is_last = from[1 + len] == '\0';
		check_segment(from + 1, len, is_last);
		from = is_last ? NULL : from + 1 + len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *uri = fuzz_text(arena, data, len);
	const char *path = NULL;
	const char *query = NULL;

	enum err e = http_split_uri(arena, uri, &path, &query);
	CHECK(e == OK || e == ERR_INVALID_PATH);
	if (e == OK) {
		const char *whole =
		    strchr(uri, '?') == NULL ? path : arena_printf(arena, "%s?%s", path, query);
		CHECK(strcmp(whole, uri) == 0);
		CHECK(strlen(uri) <= 8192);
		check_path(path);
	} else {
		CHECK(path == NULL && query == NULL);
	}
	arena_free(arena);
	return 0;
}
