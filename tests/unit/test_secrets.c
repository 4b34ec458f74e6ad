/*
 * Tests of lib/secrets.c.
 */
#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"
#include "tests/unit/unit.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. ";

static struct secret
make(enum secret_kind kind)
{
	struct secret secret;

	assert_int_equal(secret_make(arena, kind, &secret), OK);
	return secret;
}

static void
made_secrets_are_recognised_as_their_kind(void **state)
{
	(void)state;
	for (enum secret_kind kind = 0; kind < SECRET_COUNT; kind++) {
		struct secret secret = make(kind);
		enum secret_kind parsed = SECRET_COUNT;
		size_t len = strlen(secret.text);
		assert_true(secret_parse(secret.text, &parsed));
		assert_int_equal(parsed, kind);
		assert_int_equal(len, strlen(secret_prefix(kind)) + 32 + 6);
		assert_memory_equal(secret.text, secret_prefix(kind), strlen(secret_prefix(kind)));
		assert_memory_equal(secret.prefix, secret.text, 12);
		assert_int_equal(strlen(secret.prefix), 12);
		assert_string_equal(secret.last4, secret.text + len - 4);
	}
}

static void
digest_is_sha256_of_the_whole_text(void **state)
{
	(void)state;
	struct secret secret = make(SECRET_SERVICE_LIVE);
	uint8_t digest[SECRET_DIGEST_LEN];

	secret_digest(secret.text, digest);
	assert_memory_equal(digest, secret.digest, sizeof(digest));
	assert_memory_equal(digest, sha256_bytes(arena, secret.text, strlen(secret.text)).data,
			    sizeof(digest));
}

static void
every_change_of_one_character_is_refused(void **state)
{
	(void)state;
	for (enum secret_kind kind = 0; kind < SECRET_COUNT; kind++) {
		struct secret secret = make(kind);
		char *changed = arena_strdup(arena, secret.text);
		enum secret_kind parsed;
		for (size_t i = 0; changed[i] != '\0'; i++) {
			char kept = changed[i];
			for (size_t c = 0; alphabet[c] != '\0'; c++) {
				changed[i] = alphabet[c];
				assert_int_equal(secret_parse(changed, &parsed),
						 alphabet[c] == kept);
			}
			changed[i] = kept;
		}
	}
}

static void
at_08_cut_and_longer_ones_are_refused(void **state)
{
	(void)state;
	struct secret secret = make(SECRET_PERSONAL_TOKEN);
	enum secret_kind parsed = SECRET_COUNT;
	size_t len = strlen(secret.text);

	assert_true(secret_parse(secret.text, &parsed));
	for (size_t i = 0; i < len; i++)
		assert_false(secret_parse(arena_strndup(arena, secret.text, i), &parsed));
	assert_false(secret_parse(arena_printf(arena, "%s0", secret.text), &parsed));
	assert_false(secret_parse(arena_printf(arena, "0%s", secret.text), &parsed));
	assert_false(secret_parse(arena_printf(arena, "%s ", secret.text), &parsed));
	assert_false(secret_parse("", &parsed));
	assert_false(secret_parse("gpat_", &parsed));
}

static void
swapped_neighbours_are_refused(void **state)
{
	(void)state;
	struct secret secret = make(SECRET_CLIENT);
	char *changed = arena_strdup(arena, secret.text);
	enum secret_kind parsed;

	for (size_t i = strlen(secret_prefix(SECRET_CLIENT)); changed[i + 1] != '\0'; i++) {
		char first = changed[i];
		changed[i] = changed[i + 1];
		changed[i + 1] = first;
		assert_int_equal(secret_parse(changed, &parsed), changed[i] == changed[i + 1]);
		changed[i + 1] = changed[i];
		changed[i] = first;
	}
}

static void
a_secret_of_one_kind_is_none_of_another(void **state)
{
	(void)state;
	struct secret live = make(SECRET_SERVICE_LIVE);
	enum secret_kind parsed;
	const char *as_test = arena_printf(arena, "gsk_test_%s", live.text + strlen("gsk_live_"));

	assert_true(secret_parse(live.text, &parsed));
	assert_false(secret_parse(as_test, &parsed));
}

static void
secrets_differ_and_use_the_whole_alphabet(void **state)
{
	(void)state;
	bool is_seen[256] = { false };
	const char *before = "";
	size_t kinds = 0;

	for (int i = 0; i < 200; i++) {
		struct secret secret = make(SECRET_MAIL_LINK);
		assert_string_not_equal(secret.text, before);
		before = secret.text;
		for (size_t c = 4; c < 36; c++)
			is_seen[(unsigned char)secret.text[c]] = true;
	}
	for (size_t c = 0; c < ARRAY_LEN(is_seen); c++)
		kinds += is_seen[c] ? 1 : 0;
	assert_int_equal(kinds, 62);
}

static void
cookies_have_256_bits(void **state)
{
	(void)state;
	const char *first = NULL;
	const char *second = NULL;
	struct bytes octets;

	assert_int_equal(secret_make_cookie(arena, &first), OK);
	assert_int_equal(secret_make_cookie(arena, &second), OK);
	assert_string_not_equal(first, second);
	assert_int_equal(strlen(first), 43);
	assert_true(base64url_decode(arena, first, 43, &octets));
	assert_int_equal(octets.len, 32);
}

static void
equality_looks_at_every_octet(void **state)
{
	(void)state;
	assert_true(secret_equal("a\0b", "a\0b", 3));
	assert_false(secret_equal("a\0b", "a\0c", 3));
	assert_false(secret_equal("b\0b", "a\0b", 3));
	assert_true(secret_equal("x", "y", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_secrets_are_recognised_as_their_kind),
		TEST(digest_is_sha256_of_the_whole_text),
		TEST(every_change_of_one_character_is_refused),
		TEST(at_08_cut_and_longer_ones_are_refused),
		TEST(swapped_neighbours_are_refused),
		TEST(a_secret_of_one_kind_is_none_of_another),
		TEST(secrets_differ_and_use_the_whole_alphabet),
		TEST(cookies_have_256_bits),
		TEST(equality_looks_at_every_octet),
	};

	return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
