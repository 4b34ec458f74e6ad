/*
 * CSV: records cut one by one cover the text, and what was read, written in quotes, reads the same. The first octet is the separator's number.
 */
#include "lib/buffer.h"
#include "lib/csv_read.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void
check_again(struct arena *arena, char separator, const char *const *cells, size_t count)
{
	struct buffer text = buffer_new(arena);
	const char *const *again;
	const char *problem;
	size_t again_count;

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&text, separator);
		if (cells[i] == NULL)
			continue;
		buffer_char(&text, '"');
		for (const char *at = cells[i]; *at != '\0'; at++) {
			if (*at == '"')
				buffer_char(&text, '"');
			buffer_char(&text, *at);
		}
		buffer_char(&text, '"');
	}
	buffer_char(&text, '\n');
	CHECK(csv_record_len(text.data, text.len, separator, false) == text.len);
	CHECK(csv_read(arena, text.data, text.len, separator, &again, &again_count, &problem));
	CHECK(again_count == count);
	for (size_t i = 0; i < count; i++) {
		CHECK((again[i] == NULL) == (cells[i] == NULL));
		CHECK(cells[i] == NULL || strcmp(again[i], cells[i]) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data + 1, *problem = NULL;
	const char *const *cells;
	size_t count, at = 0;

	if (len == 0)
		return 0;
	char separator = ",;\t"[data[0] % 3];
	len--;
	while (at < len) {
		struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
		size_t record_len = csv_record_len(text + at, len - at, separator, true);
		size_t sure_len = csv_record_len(text + at, len - at, separator, false);

		CHECK(record_len <= len - at);
		CHECK(sure_len == 0 || sure_len == record_len);
		if (record_len > 0 && csv_read(arena, text + at, record_len, separator, &cells, &count, &problem)) {
			CHECK(count >= 1 && count <= CSV_CELLS_MAX);
			for (size_t i = 0; i < count; i++)
				CHECK(cells[i] == NULL || utf8_is_valid(cells[i], strlen(cells[i])));
			check_again(arena, separator, cells, count);
		} else {
			CHECK(record_len == 0 || problem != NULL);
		}
		arena_free(arena);
		if (record_len == 0)
			break;
		at += record_len;
	}
	return 0;
}
