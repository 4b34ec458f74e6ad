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
a_word_is_listed_from_each_of_its_letters_on(void **state)
{
	(void)state;
	assert_string_equal(words_of("Ada42"),
			    "[[\"ad\",\" ada42\"],[\"da\",\" da42\"],[\"a4\",\" a42\"],[\"42\",\" 42\"]]");
	assert_string_equal(words_of("a b-c"), "[]");
	assert_string_equal(words_of(""), "[]");
}

static void
parts_that_begin_alike_are_listed_once(void **state)
{
	(void)state;
	assert_string_equal(words_of("anan an"), "[[\"an\",\" anan\"],[\"na\",\" nan\"]]");
	assert_string_equal(words_of("an anan"), "[[\"an\",\" an anan\"],[\"na\",\" nan\"]]");
}

static void
letters_beyond_ascii_count_as_one(void **state)
{
	(void)state;
	assert_string_equal(words_of("Éva"), "[[\"Év\",\" Éva\"],[\"va\",\" va\"]]");
	assert_string_equal(words_of("李明"), "[[\"李明\",\" 李明\"]]");
}

static void
what_is_found_whole_is_listed_by_its_beginnings(void **state)
{
	(void)state;
	const struct search_text texts[] = { { .text = NULL }, { .text = "+4915-ab", .is_whole = true } };

	assert_string_equal(search_words(arena, texts, ARRAY_LEN(texts)), "[[\"49\",\" 4915\"],[\"ab\",\" ab\"]]");
}

static void
a_long_text_makes_bounded_lists(void **state)
{
	(void)state;
	char text[256];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	/* 24 letters are the longest part, and every shorter one begins it. */
	assert_string_equal(words_of(text), "[[\"aa\",\" aaaaaaaaaaaaaaaaaaaaaaaa\"]]");
}

static void
a_search_walks_the_list_of_its_longest_word(void **state)
{
	(void)state;
	struct search_key key;

	assert_true(search_key_of(arena, "a.Love_ace@x", &key));
	assert_string_equal(key.head, "lo");
	assert_string_equal(key.word, "% love%");
	assert_true(search_key_of(arena, "Ün", &key));
	assert_string_equal(key.head, "Ün");
	assert_false(search_key_of(arena, "a.b", &key));
	assert_false(search_key_of(arena, "%_!", &key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_word_is_listed_from_each_of_its_letters_on),
		TEST(parts_that_begin_alike_are_listed_once),
		TEST(letters_beyond_ascii_count_as_one),
		TEST(what_is_found_whole_is_listed_by_its_beginnings),
		TEST(a_long_text_makes_bounded_lists),
		TEST(a_search_walks_the_list_of_its_longest_word),
	};

	return cmocka_run_group_tests_name("search_words", tests, NULL, NULL);
}
