/*
 * Tests of lib/license_answers.c, with the vectors that the contract publishes.
 */
#include "lib/license_answers.h"

#include <string.h>

#include <openssl/evp.h>

#include "lib/encode.h"
#include "lib/license_files.h"
#include "tests/unit/unit.h"

#define KID "lsk_0000000000000001"
#define REQUEST                                                                                                              \
	"{\"client_id\":\"proj_aBcDeFgHiJkLmNoPqRsTuVwX\",\"license_key\":\"K7QF-9TWX-3HMP-A8ZZ\",\"nonce\":"                \
	"\"n0nce-0123456789\",\"fingerprint\":{\"disk\":\"WD-WX11A2345678\",\"mac\":[\"00:1A:2B:3C:4D:5E\"]}}"
#define PAYLOAD                                                                                                              \
	"{\"v\":1,\"valid\":true,\"code\":\"valid\",\"client_id\":\"proj_aBcDeFgHiJkLmNoPqRsTuVwX\",\"environment\":\"live\"," \
	"\"license_id\":\"lic_0000000000000001\",\"activation_id\":\"act_0000000000000001\",\"product_name\":\"Café Pro\","   \
	"\"status\":\"active\",\"expires_at\":\"2027-01-15T10:30:00.000Z\",\"time_left\":31536000,\"grace_until\":null,"      \
	"\"valid_until\":\"2026-01-16T10:30:00.000Z\",\"heartbeat_before\":null,\"features\":{\"export\":true,\"seats\":5},"  \
	"\"nonce\":\"n0nce-0123456789\",\"request_hash\":"                                                                    \
	"\"bd4e646d60930ed46677a0e2b0a6a6672dc8fc1abd603113eee30034279cfd71\",\"signed_at\":\"2026-01-15T10:30:00.000Z\"}"
#define SIGNATURE "VlpxOAH99YtcJBg6BX5jRvlONAwT0mi5WwPvRdajNdmnGfH/jYfS9HnskUNcf3F/bkfoDRDv3QsbySytl8DcDA=="

static const struct seal_place place = {
	.table = "license_signing_keys",
	.column = "private_sealed",
	.row_id = KID,
	.project_id = "prj_0000000000000001",
};

static int64_t
at(const char *text)
{
	int64_t at_ms = NONE;

	assert_true(time_parse(text, &at_ms));
	return at_ms;
}

static struct license_answer
published_answer(void)
{
	return (struct license_answer){
		.code = LICENSE_VALID,
		.client_id = "proj_aBcDeFgHiJkLmNoPqRsTuVwX",
		.environment = "live",
		.license_id = "lic_0000000000000001",
		.activation_id = "act_0000000000000001",
		.product_name = "Café Pro",
		.status = "active",
		.expires_at = at("2027-01-15T10:30:00Z"),
		.grace_until = NONE,
		.valid_until = at("2026-01-16T10:30:00Z"),
		.heartbeat_before = NONE,
		.features = "{\"export\":true,\"seats\":5}",
		.nonce = "n0nce-0123456789",
		.request_hash = hex_encode(arena, sha256_bytes(arena, REQUEST, strlen(REQUEST))),
		.signed_at = at("2026-01-15T10:30:00Z"),
	};
}

static void
the_published_answer_has_these_octets(void **state)
{
	(void)state;
	struct license_answer answer = published_answer();

	assert_string_equal(license_payload(arena, &answer), PAYLOAD);
}

static void
what_there_is_nothing_to_say_about_is_null(void **state)
{
	(void)state;
	struct license_answer answer = {
		.code = LICENSE_NOT_FOUND,
		.client_id = "proj_aBcDeFgHiJkLmNoPqRsTuVwX",
		.environment = "test",
		.expires_at = NONE,
		.grace_until = NONE,
		.valid_until = NONE,
		.heartbeat_before = NONE,
		.request_hash = "00",
		.signed_at = at("2026-01-15T10:30:00Z"),
	};

	assert_string_equal(license_payload(arena, &answer),
			    "{\"v\":1,\"valid\":false,\"code\":\"not_found\",\"client_id\":\"proj_aBcDeFgHiJkLmNoPqRsTuVwX\","
			    "\"environment\":\"test\",\"license_id\":null,\"activation_id\":null,\"product_name\":null,\"status\":null,"
			    "\"expires_at\":null,\"time_left\":null,\"grace_until\":null,\"valid_until\":null,\"heartbeat_before\":null,"
			    "\"features\":null,\"nonce\":null,\"request_hash\":\"00\",\"signed_at\":\"2026-01-15T10:30:00.000Z\"}");
}

static void
time_left_never_goes_below_nothing(void **state)
{
	(void)state;
	struct license_answer answer = published_answer();

	answer.code = LICENSE_IN_GRACE;
	answer.expires_at = answer.signed_at - 1;
	assert_non_null(strstr(license_payload(arena, &answer), "\"valid\":true,\"code\":\"in_grace\""));
	assert_non_null(strstr(license_payload(arena, &answer), "\"time_left\":0,"));
	answer.expires_at = answer.signed_at + 1999;
	assert_non_null(strstr(license_payload(arena, &answer), "\"time_left\":1,"));
}

static void
only_two_codes_let_a_program_run(void **state)
{
	(void)state;
	for (enum license_code code = 0; code < LICENSE_CODE_COUNT; code++)
		assert_int_equal(license_code_is_valid(code), code == LICENSE_VALID || code == LICENSE_IN_GRACE);
}

static void
the_published_signature_comes_out(void **state)
{
	(void)state;
	struct bytes seed;
	const char *signature;

	assert_true(hex_decode(arena, "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", &seed));
	assert_string_equal(hex_encode(arena, sha256_bytes(arena, LICENSE_ANSWER_FORMAT "\n" KID "\n" PAYLOAD,
							   strlen(LICENSE_ANSWER_FORMAT "\n" KID "\n" PAYLOAD))),
			    "801a75dd6803be90deab85ffc3b7736cffe9609bd6dca8beaf934724ce715752");
	assert_int_equal(license_sign_with(arena, seed, LICENSE_ANSWER_FORMAT, KID, PAYLOAD, &signature), OK);
	assert_string_equal(signature, SIGNATURE);
	assert_int_equal(license_sign_with(arena, seed, LICENSE_FILE_FORMAT, KID, PAYLOAD, &signature), OK);
	assert_string_not_equal(signature, SIGNATURE);
}

static bool
verifies(const uint8_t public_key[LICENSE_PUBLIC_KEY_LEN], const char *text, const char *signature)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, LICENSE_PUBLIC_KEY_LEN);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct bytes octets;

	assert_true(base64_decode(arena, signature, strlen(signature), &octets));
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	int status = EVP_DigestVerify(context, octets.data, octets.len, (const uint8_t *)text, strlen(text));
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return status == 1;
}

static void
a_sealed_key_signs_in_its_row_alone(void **state)
{
	(void)state;
	static const char FILE_TEXT[] = "k0001 MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n";
	struct seal_place elsewhere = place;
	uint8_t public_key[LICENSE_PUBLIC_KEY_LEN], other_key[LICENSE_PUBLIC_KEY_LEN];
	struct keyring *keyring;
	struct bytes sealed, other;
	const char *signature, *problem;

	elsewhere.row_id = "lsk_0000000000000002";
	assert_true(keyring_parse(FILE_TEXT, sizeof(FILE_TEXT) - 1, &keyring, &problem));
	assert_int_equal(license_signing_key_make(keyring, arena, &place, public_key, &sealed), OK);
	assert_int_equal(license_signing_key_make(keyring, arena, &place, other_key, &other), OK);
	assert_int_equal(license_sign(keyring, arena, &elsewhere, sealed, LICENSE_ANSWER_FORMAT, KID, "{}", &signature), ERR_CRYPTO);
	assert_int_equal(license_sign(keyring, arena, &place, sealed, LICENSE_ANSWER_FORMAT, KID, "{}", &signature), OK);
	assert_true(verifies(public_key, LICENSE_ANSWER_FORMAT "\n" KID "\n{}", signature));
	assert_false(verifies(public_key, LICENSE_ANSWER_FORMAT "\n" KID "\n{ }", signature));
	assert_false(verifies(other_key, LICENSE_ANSWER_FORMAT "\n" KID "\n{}", signature));
	keyring_free(keyring);
}

static void
a_file_adds_itself_and_its_machine_to_the_answer(void **state)
{
	(void)state;
	static const struct component_said said[] = { { COMPONENT_DISK, "wd-wx11a2345678" }, { COMPONENT_MAC, "001a2b3c4d5e" } };
	struct license_answer answer = published_answer();
	struct license_file_claims claims = {
		.file_id = "lfl_0000000000000001",
		.file_expires_at = at("2026-02-14T10:30:00Z"),
		.parts = said,
		.part_count = ARRAY_LEN(said),
		.rules = { .threshold = 60, .min_matches = 2, .weights = { [COMPONENT_DISK] = 2, [COMPONENT_MAC] = 1 } },
	};

	for (uint8_t i = 0; i < LICENSE_FILE_SALT_LEN; i++)
		claims.salt[i] = i;
	const char *payload = license_file_payload(arena, &answer, &claims);
	assert_memory_equal(payload, PAYLOAD, strlen(PAYLOAD) - 1);
	assert_string_equal(payload + strlen(PAYLOAD) - 1,
			    ",\"file_id\":\"lfl_0000000000000001\",\"file_expires_at\":\"2026-02-14T10:30:00.000Z\",\"machine\":"
			    "{\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"threshold\":60,\"min_matches\":2,\"components\":["
			    "{\"name\":\"disk\",\"weight\":2,\"digests\":[\"bm9XccV1Ooa0HvOUHras7Q==\"]},"
			    "{\"name\":\"mac\",\"weight\":1,\"digests\":[\"ympNZV9PTpVXErd5WCIS8Q==\"]}]}}");
	claims.part_count = 0;
	assert_non_null(strstr(license_file_payload(arena, &answer, &claims), ",\"machine\":null}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_published_answer_has_these_octets),
		TEST(what_there_is_nothing_to_say_about_is_null),
		TEST(time_left_never_goes_below_nothing),
		TEST(only_two_codes_let_a_program_run),
		TEST(the_published_signature_comes_out),
		TEST(a_sealed_key_signs_in_its_row_alone),
		TEST(a_file_adds_itself_and_its_machine_to_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
