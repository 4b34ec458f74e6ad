/*
 * Tests of lib/keyring.c.
 */
#include <string.h>

#include "lib/keyring.h"
#include "tests/unit/unit.h"

#define LINE_1 "k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define LINE_2 "k0002 //79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=\n"

static const struct seal_place place = {
	.table = "factors",
	.column = "secret",
	.row_id = "fac_0123456789abcdef",
	.project_id = "prj_0123456789abcdef",
};

static struct keyring *
parse(const char *text)
{
	struct keyring *keyring = NULL;
	const char *problem = NULL;

	if (!keyring_parse(text, strlen(text), &keyring, &problem))
		fail_msg("%s", problem);
	return keyring;
}

static struct bytes
seal(const struct keyring *keyring, const char *text)
{
	struct bytes plain = { .data = (const uint8_t *)text, .len = strlen(text) };
	struct bytes sealed = { 0 };

	assert_int_equal(keyring_seal(keyring, arena, &place, plain, &sealed), OK);
	return sealed;
}

static void
assert_opens(const struct keyring *keyring, struct bytes sealed, const char *text)
{
	struct bytes plain = { 0 };

	assert_int_equal(keyring_open(keyring, arena, &place, sealed, &plain), OK);
	assert_int_equal(plain.len, strlen(text));
	assert_memory_equal(plain.data, text, plain.len);
}

static void
assert_stays_shut(const struct keyring *keyring, const struct seal_place *where,
		  struct bytes sealed)
{
	struct bytes plain = { .len = 77 };

	assert_int_equal(keyring_open(keyring, arena, where, sealed, &plain), ERR_CRYPTO);
	assert_int_equal(plain.len, 77);
}

static void
sealed_text_opens_in_its_place(void **state)
{
	(void)state;
	struct keyring *keyring = parse(LINE_1);
	struct bytes sealed = seal(keyring, "a secret");

	assert_int_equal(sealed.len, 1 + 5 + 12 + 8 + 16);
	assert_opens(keyring, sealed, "a secret");
	assert_opens(keyring, seal(keyring, ""), "");
	assert_null(memmem(sealed.data, sealed.len, "a secret", 8));
	assert_string_equal(keyring_sealed_with(arena, sealed), "k0001");
	keyring_free(keyring);
}

static void
two_seals_of_one_text_differ(void **state)
{
	(void)state;
	struct keyring *keyring = parse(LINE_1);
	struct bytes first = seal(keyring, "a secret");
	struct bytes second = seal(keyring, "a secret");

	assert_memory_not_equal(first.data, second.data, first.len);
	keyring_free(keyring);
}

static void
every_changed_octet_is_refused(void **state)
{
	(void)state;
	struct keyring *keyring = parse(LINE_1);
	struct bytes sealed = seal(keyring, "a secret");
	uint8_t *changed = arena_copy(arena, sealed.data, sealed.len);
	struct bytes with_change = { .data = changed, .len = sealed.len };

	for (size_t i = 0; i < sealed.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			changed[i] ^= (uint8_t)(1u << bit);
			assert_stays_shut(keyring, &place, with_change);
			changed[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_opens(keyring, with_change, "a secret");
	keyring_free(keyring);
}

static void
every_cut_is_refused(void **state)
{
	(void)state;
	struct keyring *keyring = parse(LINE_1);
	struct bytes sealed = seal(keyring, "a secret");

	for (size_t len = 0; len < sealed.len; len++)
		assert_stays_shut(keyring, &place,
				  (struct bytes){ .data = sealed.data, .len = len });
	keyring_free(keyring);
}

static void
another_place_or_project_is_refused(void **state)
{
	(void)state;
	struct keyring *keyring = parse(LINE_1);
	struct bytes sealed = seal(keyring, "a secret");
	struct seal_place others[] = { place, place, place, place, place, place };

	others[0].table = "factor";
	others[1].column = "secrets";
	others[2].row_id = "fac_0123456789abcdeg";
	others[3].project_id = "prj_0123456789abcdeg";
	others[4].project_id = NULL;
	/* The same octets with the border between two parts moved. */
	others[5].table = "factorss";
	others[5].column = "ecret";
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_stays_shut(keyring, &others[i], sealed);
	assert_opens(keyring, sealed, "a secret");
	keyring_free(keyring);
}

static void
a_new_key_seals_and_old_ones_still_open(void **state)
{
	(void)state;
	struct keyring *old = parse(LINE_1);
	struct keyring *both = parse(LINE_1 LINE_2);
	struct keyring *new = parse(LINE_2);
	struct bytes by_old = seal(old, "old");
	struct bytes by_both = seal(both, "new");

	assert_string_equal(keyring_current_id(old), "k0001");
	assert_string_equal(keyring_current_id(both), "k0002");
	assert_opens(both, by_old, "old");
	assert_opens(both, by_both, "new");
	assert_opens(new, by_both, "new");
	assert_string_equal(keyring_sealed_with(arena, by_both), "k0002");
	assert_stays_shut(old, &place, by_both);
	assert_stays_shut(new, &place, by_old);
	keyring_free(old);
	keyring_free(both);
	keyring_free(new);
}

/* What stands in the key file; NULL: it can't be read. */
static const char *file_text;

static bool
read_planted(struct arena *to, const char *path, const char **ret_text, size_t *ret_len)
{
	assert_string_equal(path, "master.key");
	if (file_text == NULL)
		return false;
	*ret_text = arena_strdup(to, file_text);
	*ret_len = strlen(file_text);
	return true;
}

static void
an_unknown_key_is_looked_up_in_the_file(void **state)
{
	(void)state;
	struct keyring *old = parse(LINE_1), *both = parse(LINE_1 LINE_2);
	struct bytes sealed = seal(both, "a secret");

	assert_stays_shut(old, &place, sealed);
	keyring_set_source(old, read_planted, "master.key");
	file_text = NULL;
	assert_stays_shut(old, &place, sealed);
	file_text = "k0001 broken\n";
	assert_stays_shut(old, &place, sealed);
	file_text = LINE_1;
	assert_stays_shut(old, &place, sealed);
	assert_int_equal(keyring_count(old), 1);
	file_text = LINE_1 LINE_2;
	assert_opens(old, sealed, "a secret");
	assert_int_equal(keyring_count(old), 2);
	assert_string_equal(keyring_id(old, 0), "k0001");
	assert_string_equal(keyring_current_id(old), "k0002");
	keyring_free(old);
	keyring_free(both);
}

static void
mac_stays_when_a_key_is_added(void **state)
{
	(void)state;
	struct keyring *old = parse(LINE_1);
	struct keyring *both = parse(LINE_1 LINE_2);
	struct keyring *new = parse(LINE_2);
	uint8_t macs[5][32];

	assert_int_equal(keyring_mac(old, "csrf", BYTES("data"), macs[0]), OK);
	assert_int_equal(keyring_mac(both, "csrf", BYTES("data"), macs[1]), OK);
	assert_int_equal(keyring_mac(new, "csrf", BYTES("data"), macs[2]), OK);
	assert_int_equal(keyring_mac(old, "cursor", BYTES("data"), macs[3]), OK);
	assert_int_equal(keyring_mac(old, "csrf", BYTES("date"), macs[4]), OK);
	assert_memory_equal(macs[0], macs[1], 32);
	for (size_t i = 2; i < 5; i++)
		assert_memory_not_equal(macs[0], macs[i], 32);
	keyring_free(old);
	keyring_free(both);
	keyring_free(new);
}

static void
made_lines_are_a_key_file(void **state)
{
	(void)state;
	const char *first = NULL;
	const char *second = NULL;

	assert_int_equal(keyring_make_line(arena, NULL, &first), OK);
	struct keyring *keyring = parse(first);
	assert_string_equal(keyring_current_id(keyring), "k0001");
	assert_int_equal(keyring_make_line(arena, keyring, &second), OK);
	assert_memory_equal(second, "k0002 ", 6);
	assert_string_not_equal(first + 6, second + 6);
	keyring_free(keyring);
	keyring = parse(arena_printf(arena, "%s%s", first, second));
	assert_string_equal(keyring_current_id(keyring), "k0002");
	keyring_free(keyring);
	keyring = parse("k9999 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
	assert_int_equal(keyring_make_line(arena, keyring, &second), ERR_CRYPTO);
	keyring_free(keyring);
}

static void
malformed_key_files_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"\n\n",
		"k0001",
		"k0001 ",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= ",
		" k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"k0001\tAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"x0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"k000a AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-=",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nk0001 "
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"k0002 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nk0001 "
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nrubbish",
	};

	keyring_free(parse(LINE_1));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct keyring *keyring = NULL;
		const char *problem = NULL;
		if (keyring_parse(bad[i], strlen(bad[i]), &keyring, &problem))
			fail_msg("taken: %s", bad[i]);
		assert_non_null(problem);
		assert_null(keyring);
	}
	keyring_free(NULL);
}

static void
what_is_not_sealed_has_no_key_id(void **state)
{
	(void)state;
	assert_null(keyring_sealed_with(arena, (struct bytes){ 0 }));
	assert_null(keyring_sealed_with(arena, BYTES("a text that nobody sealed, long enough")));
	assert_null(keyring_sealed_with(arena, BYTES("\1k0001too short")));
	assert_null(
	    keyring_sealed_with(arena, BYTES("\1x0001 a text that nobody sealed, long enough")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sealed_text_opens_in_its_place),
		TEST(two_seals_of_one_text_differ),
		TEST(every_changed_octet_is_refused),
		TEST(every_cut_is_refused),
		TEST(another_place_or_project_is_refused),
		TEST(a_new_key_seals_and_old_ones_still_open),
		TEST(an_unknown_key_is_looked_up_in_the_file),
		TEST(mac_stays_when_a_key_is_added),
		TEST(made_lines_are_a_key_file),
		TEST(malformed_key_files_are_refused),
		TEST(what_is_not_sealed_has_no_key_id),
	};

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
