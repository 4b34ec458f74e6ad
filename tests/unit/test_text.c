/*
 * Tests of lib/text.c.
 */
#include <string.h>

#include "lib/text.h"
#include "tests/unit/unit.h"

static bool
valid(const char *text)
{
	return utf8_is_valid(text, strlen(text));
}

static void
utf8_takes_every_length_up_to_its_edges(void **state)
{
	(void)state;
	static const char *const good[] = { "",
					    "a",
					    "\x7f",
					    "\xc2\x80",
					    "\xdf\xbf",
					    "\xe0\xa0\x80",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80",
					    "\xef\xbf\xbf",
					    "\xf0\x90\x80\x80",
					    "\xf4\x8f\xbf\xbf",
					    "aü€𝄞z" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(valid(good[i]));
	assert_true(utf8_is_valid("a\0b", 3));
}

static void
ht_15_utf8_refuses_overlong_surrogate_cut_and_beyond(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\xc0\xaf", /* overlong '/' in two octets */
		"\xc1\xbf",
		"\xe0\x80\xaf", /* in three */
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\xaf", /* in four */
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", /* surrogates */
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", /* above U+10FFFF */
		"\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xff",
		"\xfe",
		"\x80", /* alone */
		"\xbf",
		"\xc3", /* cut off */
		"\xe2\x82",
		"\xf0\x9d\x84",
		"\xc3(",
		"\xe2\x28\xa1",
		"\xe2\x82\x28",
		"ok\xc0\x80",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(valid(bad[i]));
	assert_true(utf8_is_valid("\xc3\xbc", 2));
	assert_false(utf8_is_valid("\xc3\xbc", 1));
}

static void
lengths_count_code_points(void **state)
{
	(void)state;
	assert_int_equal(utf8_length(""), 0);
	assert_int_equal(utf8_length("aü€𝄞"), 4);
	assert_string_equal(utf8_cut(arena, "aü€𝄞", 3), "aü€");
	assert_string_equal(utf8_cut(arena, "aü€𝄞", 4), "aü€𝄞");
	assert_string_equal(utf8_cut(arena, "aü€𝄞", 99), "aü€𝄞");
	assert_string_equal(utf8_cut(arena, "aü", 0), "");
}

static void
controls_and_bidi_marks_are_not_clean(void **state)
{
	(void)state;
	static const char *const bad[] = { "a\x01",        "\t",           "\x1f",
					   "\x7f",         "\xc2\x80",     "\xc2\x9f",
					   "\xd8\x9c",     "\xe2\x80\x8e", "\xe2\x80\x8f",
					   "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6",
					   "\xe2\x81\xa9" };
	static const char *const good[] = {
		"",     "plain",        " spaces stay ", "\xc2\xa0",     "ü€𝄞",
		"عربي", "\xe2\x80\x8d", "\xe2\x80\xa9",  "\xe2\x81\xa5", "\xe2\x81\xaa"
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_is_clean(bad[i], true));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(text_is_clean(good[i], false));
	assert_true(text_is_clean("a\r\nb", true));
	assert_false(text_is_clean("a\r\nb", false));
	assert_false(text_is_clean("a\tb", true));
}

static void
slugs_are_checked(void **state)
{
	(void)state;
	static const char *const good[] = {
		"a",
		"0",
		"my-app_2",
		"-a",
		"a-",
		"_1_",
		"a23456789012345678901234567890123456789012345678901234567890abcd"
	};
	static const char *const bad[] = {
		"",
		"-",
		"_",
		"--__",
		"A",
		"a b",
		"a.b",
		"ü",
		"a\n",
		"a/b",
		"a23456789012345678901234567890123456789012345678901234567890abcde"
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(slug_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(slug_is_valid(bad[i]));
}

static void
slugs_are_derived(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "My App", "my-app" },
		{ "  My   App!  ", "my-app" },
		{ "Ana's organization", "ana-s-organization" },
		{ "a_b", "a-b" },
		{ "ÄÖÜ", "fallback" },
		{ "", "fallback" },
		{ "---", "fallback" },
		{ "Café 9", "caf-9" },
		{ "2026", "2026" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_string_equal(slug_derive(arena, vectors[i][0], "fallback"), vectors[i][1]);
}

static void
long_derived_slugs_leave_room_for_a_number(void **state)
{
	(void)state;
	char name[300];
	for (size_t edge = 50; edge < 64; edge++) {
		memset(name, 'a', sizeof(name));
		name[edge] = ' ';
		name[sizeof(name) - 1] = '\0';
		const char *slug = slug_derive(arena, name, "x");
		assert_true(strlen(slug) <= 58);
		assert_true(slug[strlen(slug) - 1] != '-');
		assert_true(slug_is_valid(slug));
		assert_true(slug_is_valid(slug_numbered(arena, slug, 99999)));
	}
	assert_string_equal(slug_numbered(arena, "app", 1), "app");
	assert_string_equal(slug_numbered(arena, "app", 2), "app-2");
}

static void
users_rule_1_email_keys(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "Ana@Example.COM", "ana@example.com" },
		{ "a.b+tag@example.com", "a.b+tag@example.com" },
		{ "o'hara@example.com", "o'hara@example.com" },
		{ "Bob@Bücher.DE", "bob@xn--bcher-kva.de" },
		{ "bob@xn--bcher-kva.de", "bob@xn--bcher-kva.de" },
		{ "bob@XN--BCHER-KVA.DE", "bob@xn--bcher-kva.de" },
		{ "a@straße.de", "a@xn--strae-oqa.de" },
		{ "a@r3---sn.example.com", "a@r3---sn.example.com" },
		{ "A@a.b-c.example", "a@a.b-c.example" },
		{ "a@1.example", "a@1.example" },
		{ "a@例え.jp", "a@xn--r8jz45g.jp" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *key = NULL;
		assert_true(email_key(arena, vectors[i][0], &key));
		assert_string_equal(key, vectors[i][1]);
		assert_true(email_key(arena, key, &key));
		assert_string_equal(key, vectors[i][1]);
	}
}

static void
users_rule_1_what_is_no_address(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"a",
		"@",
		"@example.com",
		"a@",
		"a@example",
		"a@b@example.com",
		"a b@example.com",
		" a@example.com",
		"a@example.com ",
		"a@exam ple.com",
		"a\t@example.com",
		"a@example.com\n",
		"ü@example.com",
		("\xe2\x80\xae"
		 "a@example.com"),
		"a@exam\xe2\x80\x8bple.com", /* zero width space */
		"a@exam\xe2\x80\x8dple.com", /* zero width joiner */
		"a@exam\xc2\xadple.com",     /* soft hyphen */
		"a@exam\xc2\xa0ple.com",
		"a\xe2\x80\x8b@example.com",
		"a@\xc0\xaf.com",
		".a@example.com",
		"a.@example.com",
		"a..b@example.com",
		"\"a b\"@example.com",
		"a,b@example.com",
		"a;b@example.com",
		"a<b>@example.com",
		"a@[127.0.0.1]",
		"a@127.0.0.1",
		"a@-a.com",
		"a@a-.com",
		"a@a..com",
		"a@.com",
		"a@example.com.",
		"a@ex_ample.com",
		"a@example.com/x",
		"a@xn--zzzz.com",
		"a@xn--.com",
		"a2345678901234567890123456789012345678901234567890123456789012345@example.com",
		"a@a2345678901234567890123456789012345678901234567890123456789012345.com",
	};
	const char *key = "untouched";

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (email_key(arena, bad[i], &key))
			fail_msg("taken: %s", bad[i]);
	}
	assert_string_equal(key, "untouched");
}

static void
email_length_is_capped_as_typed(void **state)
{
	(void)state;
	const char *label = "a23456789012345678901234567890123456789012345678901234567890";
	const char *key = NULL;
	/* 64 + 1 + 3 * 61 + 6 = 254 octets. */
	const char *longest =
	    arena_printf(arena, "%s1234@%s.%s.%s.abcdef", label, label, label, label);

	assert_int_equal(strlen(longest), 254);
	assert_true(email_key(arena, longest, &key));
	assert_false(email_key(arena, arena_printf(arena, "%sg", longest), &key));
}

static void
masks_show_one_character(void **state)
{
	(void)state;
	assert_string_equal(email_mask(arena, "paula@example.com"), "p•••@example.com");
	assert_string_equal(email_mask(arena, "x@example.com"), "x•••@example.com");
	assert_string_equal(email_mask(arena, "broken"), "•••");
}

static void
like_patterns_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(like_contains(arena, "50%_off!"), "%50!%!_off!!%");
	assert_string_equal(like_contains(arena, "a'b\\"), "%a'b\\%");
	assert_string_equal(like_contains(arena, ""), "%%");
	assert_string_equal(like_contains(arena, "\xc3\xb6"), "%\xc3\xb6%");
	assert_string_equal(like_contains_ascii(arena, "a_b"), "%a!_b%");
	assert_null(like_contains_ascii(arena, "\xc3\xb6"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(utf8_takes_every_length_up_to_its_edges),
		TEST(ht_15_utf8_refuses_overlong_surrogate_cut_and_beyond),
		TEST(lengths_count_code_points),
		TEST(controls_and_bidi_marks_are_not_clean),
		TEST(slugs_are_checked),
		TEST(slugs_are_derived),
		TEST(long_derived_slugs_leave_room_for_a_number),
		TEST(users_rule_1_email_keys),
		TEST(users_rule_1_what_is_no_address),
		TEST(email_length_is_capped_as_typed),
		TEST(masks_show_one_character),
		TEST(like_patterns_are_escaped),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
