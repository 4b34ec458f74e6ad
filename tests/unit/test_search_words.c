/*
 * Tests of lib/search_words.c.
 */
#include <string.h>

#include "lib/search_words.h"
#include "tests/unit/unit.h"

static const char *
words_of(const char *text)
{
	return search_words(arena, &(struct search_text){ .text = text }, 1);
}

static void
a_text_is_listed_from_each_of_its_letters_on(void **state)
{
	(void)state;
	assert_string_equal(words_of("Ada42"), "[\"42\",\"a42\",\"ada42\",\"da42\"]");
	assert_string_equal(words_of(".Ada--Lee!"),
			    "[\"a lee\",\"ada lee\",\"da lee\",\"ee\",\"lee\"]");
	assert_string_equal(words_of("a"), "[]");
	assert_string_equal(words_of(""), "[]");
}

static void
parts_that_begin_alike_are_listed_once(void **state)
{
	(void)state;
	const struct search_text texts[] = { { .text = "an@an" }, { .text = "AN AN" } };

	assert_string_equal(search_words(arena, texts, ARRAY_LEN(texts)), "[\"an an\",\"n an\"]");
}

static void
letters_beyond_ascii_count_as_one(void **state)
{
	(void)state;
	assert_string_equal(words_of("Éva"), "[\"va\",\"Éva\"]");
	assert_string_equal(words_of("李明"), "[\"李明\"]");
}

static void
what_is_found_whole_is_listed_once_as_it_is(void **state)
{
	(void)state;
	const struct search_text texts[] = { { .text = NULL }, { .text = "+4915-ab", .is_whole = true } };

	assert_string_equal(search_words(arena, texts, ARRAY_LEN(texts)), "[\"=+4915-ab\"]");
}

static void
a_long_text_makes_bounded_parts(void **state)
{
	(void)state;
	char text[1025];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	/* 24 letters are the longest part, and every shorter one begins it. */
	assert_string_equal(words_of(text), "[\"aaaaaaaaaaaaaaaaaaaaaaaa\"]");
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i * i % 26);
	assert_true(strlen(words_of(text)) < 512 * 28);
}

static void
a_search_looks_for_parts_that_begin_with_all_of_it(void **state)
{
	(void)state;
	struct search_key key;

	assert_true(search_key_of(arena, " a.Love_ace@x.", &key));
	assert_string_equal(key.part, "a love ace x%");
	assert_string_equal(key.whole_part, "= a.Love_ace@x.");
	assert_null(key.longer);
	assert_true(search_key_of(arena, "Ün", &key));
	assert_string_equal(key.part, "Ün%");
	assert_false(search_key_of(arena, "a.", &key));
	assert_false(search_key_of(arena, "%_!", &key));
}

static void
a_search_longer_than_a_part_is_compared_with_the_texts(void **state)
{
	(void)state;
	struct search_key key;

	assert_true(search_key_of(arena, "ada.lovelace@analytical.example", &key));
	assert_string_equal(key.part, "ada lovelace analytical%");
	assert_string_equal(key.longer, "%ada%lovelace%analytical%example%");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_text_is_listed_from_each_of_its_letters_on),
		TEST(parts_that_begin_alike_are_listed_once),
		TEST(letters_beyond_ascii_count_as_one),
		TEST(what_is_found_whole_is_listed_once_as_it_is),
		TEST(a_long_text_makes_bounded_parts),
		TEST(a_search_looks_for_parts_that_begin_with_all_of_it),
		TEST(a_search_longer_than_a_part_is_compared_with_the_texts),
	};

	return cmocka_run_group_tests_name("search_words", tests, NULL, NULL);
}
