/*
 * Tests of lib/metadata.c.
 */
#include <string.h>

#include "lib/metadata.h"
#include "tests/unit/unit.h"

static void
members_are_merged_at_the_top(void **state)
{
	(void)state;
	const char *text = NULL;

	assert_null(metadata_merge(arena, "{\"keep\":1,\"drop\":2,\"change\":{\"a\":1}}",
				   "{\"drop\":null,\"change\":{\"b\":[true,\"x\"]},\"new\":null}", &text));
	assert_string_equal(text, "{\"keep\":1,\"change\":{\"b\":[true,\"x\"]}}");
	assert_null(metadata_merge(arena, "{}", "{}", &text));
	assert_string_equal(text, "{}");
}

static void
what_is_no_object_too_deep_or_too_long_is_refused(void **state)
{
	(void)state;
	const char *text = NULL;
	char long_one[METADATA_BYTES_MAX + 1];

	assert_string_equal(metadata_merge(arena, "{}", "[]", &text), "type");
	assert_string_equal(metadata_merge(arena, "{}", "{\"a\":[[[[[[[[1]]]]]]]]}", &text), "depth");
	assert_null(metadata_merge(arena, "{}", "{\"a\":[[[[[[[1]]]]]]]}", &text));

	/* {"a":"xxx…"}: eight octets around the text. */
	memset(long_one, 'x', sizeof(long_one));
	long_one[METADATA_BYTES_MAX - 8] = '\0';
	assert_null(metadata_merge(arena, "{}", arena_printf(arena, "{\"a\":\"%s\"}", long_one), &text));
	assert_int_equal(strlen(text), METADATA_BYTES_MAX);
	assert_string_equal(metadata_merge(arena, text, "{\"b\":1}", &text), "length");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(members_are_merged_at_the_top),
		TEST(what_is_no_object_too_deep_or_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
