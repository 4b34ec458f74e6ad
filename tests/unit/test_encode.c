/*
 * Tests of lib/encode.c.
 */
#include <string.h>

#include "lib/encode.h"
#include "tests/unit/unit.h"

static struct bytes
octets(const char *text)
{
	return (struct bytes){ .data = (const uint8_t *)text, .len = strlen(text) };
}

/* RFC 4648 section 10, without padding. */
static const char *const base64_vectors[][2] = {
	{ "", "" },
	{ "f", "Zg" },
	{ "fo", "Zm8" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg" },
	{ "fooba", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "-_-_" },
};

static void
base64url_vectors_of_rfc_4648(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(base64_vectors); i++) {
		const char *plain = base64_vectors[i][0];
		const char *text = base64_vectors[i][1];
		struct bytes decoded = { 0 };
		assert_string_equal(base64url_encode(arena, octets(plain)), text);
		assert_true(base64url_decode(arena, text, strlen(text), &decoded));
		assert_int_equal(decoded.len, strlen(plain));
		assert_memory_equal(decoded.data, plain, decoded.len);
	}
}

static void
at_03_base64url_has_one_spelling(void **state)
{
	(void)state;
	static const char *const bad[] = { "Zg==", "Zg=",  "Zh",     "Zm9",   "Z",   "Zm9vY",
					   "Zm+v", "Zm/v", "Zm9v\n", " Zm9v", "Zm.v" };
	struct bytes decoded = { 0 };

	assert_true(base64url_decode(arena, "Zg", 2, &decoded));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(base64url_decode(arena, bad[i], strlen(bad[i]), &decoded));
	assert_false(base64url_decode(arena, "Zm\0v", 4, &decoded));
	assert_int_equal(decoded.len, 1);
}

static void
base64_vectors_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "", "" },	       { "f", "Zg==" },	       { "fo", "Zm8=" },
		{ "foo", "Zm9v" },     { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct bytes decoded = { 0 };
		const char *text = vectors[i][1];
		assert_string_equal(base64_encode(arena, octets(vectors[i][0])), text);
		assert_true(base64_decode(arena, text, strlen(text), &decoded));
		assert_int_equal(decoded.len, strlen(vectors[i][0]));
		assert_memory_equal(decoded.data, vectors[i][0], decoded.len);
	}
}

static void
base64_has_one_spelling(void **state)
{
	(void)state;
	static const char *const bad[] = { "Zg",   "Zg=",  "Zh==",   "Zm9=",  "Z===",  "====", "=",
					   "-_-_", "Zg==Zg==", "Zm9v\n", " Zm9vYg", "Zm9v====" };
	struct bytes decoded = { 0 };

	assert_true(base64_decode(arena, "Zg==", 4, &decoded));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(base64_decode(arena, bad[i], strlen(bad[i]), &decoded));
	assert_int_equal(decoded.len, 1);
}

static void
hex_vectors_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const bad[] = { "6", "666F", "66 6", "0x66", "6g" };
	struct bytes decoded = { 0 };

	assert_string_equal(hex_encode(arena, octets("foobar")), "666f6f626172");
	assert_true(hex_decode(arena, "666f6f626172", &decoded));
	assert_memory_equal(decoded.data, "foobar", 6);
	assert_true(hex_decode(arena, "", &decoded));
	assert_int_equal(decoded.len, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(hex_decode(arena, bad[i], &decoded));
}

static void
percent_encoding_keeps_the_unreserved(void **state)
{
	(void)state;
	const char *decoded = NULL;

	assert_string_equal(percent_encode(arena, "AZaz09-._~"), "AZaz09-._~");
	assert_string_equal(percent_encode(arena, "a b&c=ü/+%"), "a%20b%26c%3D%C3%BC%2F%2B%25");
	const char *all = "!\"#$ %&'()*+,/:;=?@[]\x7f\x01 ü€𝄞";
	const char *encoded = percent_encode(arena, all);
	assert_true(percent_decode(arena, encoded, strlen(encoded), false, &decoded));
	assert_string_equal(decoded, all);
}

static void
percent_decoding_refuses_what_has_two_readings(void **state)
{
	(void)state;
	static const char *const bad[] = { "%",     "%4",     "%zz",       "%4g", "a%",  "%00",
					   "a%00b", "%C0%AF", "%ED%A0%80", "%FF", "\xff" };
	const char *decoded = NULL;

	assert_true(percent_decode(arena, "%41+%2B", 7, true, &decoded));
	assert_string_equal(decoded, "A +");
	assert_true(percent_decode(arena, "%41+%2b", 7, false, &decoded));
	assert_string_equal(decoded, "A++");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(percent_decode(arena, bad[i], strlen(bad[i]), false, &decoded));
	assert_string_equal(decoded, "A++");
}

static void
crc32_check_value(void **state)
{
	(void)state;
	assert_int_equal(crc32_of("123456789", 9), 0xcbf43926u);
	assert_int_equal(crc32_of("", 0), 0);
}

static void
sha256_vectors_of_fips_180(void **state)
{
	(void)state;
	assert_string_equal(hex_encode(arena, sha256_bytes(arena, "abc", 3)),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hex_encode(arena, sha256_bytes(arena, "", 0)),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
integers_have_one_spelling(void **state)
{
	(void)state;
	static const char *const bad[] = { "",
					   "-",
					   "+1",
					   "01",
					   "00",
					   "-0",
					   "-01",
					   " 1",
					   "1 ",
					   "1.0",
					   "1e3",
					   "0x10",
					   "9223372036854775808",
					   "-9223372036854775809",
					   "99999999999999999999",
					   "١" };
	int64_t value = 7;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(int_parse(bad[i], INT64_MIN, INT64_MAX, &value));
	assert_int_equal(value, 7);
	assert_true(int_parse("9223372036854775807", INT64_MIN, INT64_MAX, &value));
	assert_true(value == INT64_MAX);
	assert_true(int_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
	assert_true(value == INT64_MIN);
	assert_true(int_parse("0", 0, 0, &value));
	assert_false(int_parse("101", 1, 100, &value));
	assert_true(int_parse("100", 1, 100, &value));
	assert_false(int_parse("0", 1, 100, &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(base64url_vectors_of_rfc_4648),
		TEST(at_03_base64url_has_one_spelling),
		TEST(base64_vectors_of_rfc_4648),
		TEST(base64_has_one_spelling),
		TEST(hex_vectors_of_rfc_4648),
		TEST(percent_encoding_keeps_the_unreserved),
		TEST(percent_decoding_refuses_what_has_two_readings),
		TEST(crc32_check_value),
		TEST(sha256_vectors_of_fips_180),
		TEST(integers_have_one_spelling),
	};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
