/*
 * Proofs of possession: RFC 9449's examples, and everything that must not pass for one.
 */
#include "unit.h"

#include <string.h>

#include "lib/dpop.h"
#include "lib/encode.h"

/* RFC 9449 sections 4.1, 6.1 and 7.1. */
#define X "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"
#define Y "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
#define HEAD \
	"eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo" \
	"RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
#define CLAIMS \
	"eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijox" \
	"NTYyMjYyNjE2fQ"
#define SIGNATURE "2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
#define PROOF HEAD "." CLAIMS "." SIGNATURE
#define PROOF_WITH_TOKEN \
	HEAD ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNv" \
	"dXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtN" \
	"P86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
#define TOKEN	   "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
#define THUMBPRINT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
#define ISSUED_S   INT64_C(1562262616)

static const struct dpop_expected token_request = {
	.method = "POST",
	.url = "https://server.example.com/token",
	.now_ms = ISSUED_S * SECOND_MS,
};

static const struct dpop_expected resource_request = {
	.method = "GET",
	.url = "https://resource.example.org/protectedresource",
	.access_token = TOKEN,
	.now_ms = ISSUED_S * SECOND_MS,
};

static const char *
problem(const char *proof, struct dpop_expected expected)
{
	struct dpop_proof ret;

	return dpop_problem(arena, proof, &expected, &ret);
}

static void
rfc_9449_examples_fit(void **state)
{
	(void)state;
	struct dpop_proof first, second;

	assert_null(dpop_problem(arena, PROOF, &token_request, &first));
	assert_string_equal(first.thumbprint, THUMBPRINT);
	assert_true(dpop_thumbprint_is_valid(first.thumbprint));
	assert_null(first.nonce);
	assert_null(dpop_problem(arena, PROOF_WITH_TOKEN, &resource_request, &second));
	assert_string_equal(second.thumbprint, THUMBPRINT);
	assert_int_equal(first.digest.len, 32);
	assert_memory_not_equal(first.digest.data, second.digest.data, 32);
}

static void
dp_01_each_claim_is_checked(void **state)
{
	(void)state;
	struct dpop_expected e = token_request;

	e.method = "post";
	assert_string_equal(problem(PROOF, e), "htm");
	e = token_request;
	e.url = "https://server.example.com/token/";
	assert_string_equal(problem(PROOF, e), "htu");
	e = token_request;
	e.now_ms = (ISSUED_S + 60) * SECOND_MS;
	assert_null(problem(PROOF, e));
	e.now_ms = (ISSUED_S + 61) * SECOND_MS;
	assert_string_equal(problem(PROOF, e), "iat");
	e.now_ms = (ISSUED_S - 60) * SECOND_MS;
	assert_null(problem(PROOF, e));
	e.now_ms = (ISSUED_S - 61) * SECOND_MS;
	assert_string_equal(problem(PROOF, e), "iat");
}

static void
dp_02_a_proof_is_for_one_token(void **state)
{
	(void)state;
	struct dpop_expected e = resource_request;

	e.access_token = TOKEN "x";
	assert_string_equal(problem(PROOF_WITH_TOKEN, e), "ath");
	e = token_request;
	e.access_token = TOKEN;
	assert_string_equal(problem(PROOF, e), "ath");
}

/* The proof with another header, signed by nobody. */
static const char *
with_header(const char *header)
{
	const char *part = base64url_encode(arena, (struct bytes){ (const uint8_t *)header, strlen(header) });

	return arena_printf(arena, "%s." CLAIMS "." SIGNATURE, part);
}

#define JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\"}"

static void
dp_01_the_header_is_checked(void **state)
{
	(void)state;
	static const struct {
		const char *header, *problem;
	} CASES[] = {
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" JWK "}", "signature" },
		{ "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"jwk\":" JWK "}", "typ" },
		{ "{\"alg\":\"ES256\",\"jwk\":" JWK "}", "typ" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}", "jwk" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":[]}", "jwk" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\",\"d\":\"" X "\"}}",
		  "jwk" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"" X "\"}}", "jwk" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"jwk\":" JWK "}", "signature" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\",\"jwk\":" JWK "}", "signature" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"RS256\",\"jwk\":" JWK "}", "signature" },
		{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"crit\":[],\"jwk\":" JWK "}", "jws" },
		{ "[]", "jws" },
	};

	for (size_t i = 0; i < ARRAY_LEN(CASES); i++)
		assert_string_equal(problem(with_header(CASES[i].header), token_request), CASES[i].problem);
	assert_string_equal(problem("", token_request), "jws");
	assert_string_equal(problem(HEAD "." CLAIMS, token_request), "jws");
	assert_string_equal(problem(PROOF "A", token_request), "signature");
}

#define LINE "k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

static bool
is_good(const struct keyring *keyring, const char *project_id, int64_t now_ms, const char *nonce)
{
	bool good = false;

	assert_int_equal(dpop_nonce_check(keyring, arena, project_id, now_ms, nonce, &good), OK);
	return good;
}

static void
dp_04_a_nonce_is_bound_to_time_and_project(void **state)
{
	(void)state;
	const int64_t now_ms = 1000 * DPOP_NONCE_STEP_MS;
	struct keyring *keyring = NULL;
	const char *text = NULL, *nonce = NULL;

	assert_true(keyring_parse(LINE, strlen(LINE), &keyring, &text));
	assert_int_equal(dpop_nonce_make(keyring, arena, "prj_1", now_ms, &nonce), OK);
	assert_int_equal(strlen(nonce), 43);
	assert_true(is_good(keyring, "prj_1", now_ms, nonce));
	assert_true(is_good(keyring, "prj_1", now_ms + 2 * DPOP_NONCE_STEP_MS - 1, nonce));
	assert_false(is_good(keyring, "prj_1", now_ms + 2 * DPOP_NONCE_STEP_MS, nonce));
	assert_false(is_good(keyring, "prj_1", now_ms - 1, nonce));
	assert_false(is_good(keyring, "prj_2", now_ms, nonce));
	assert_false(is_good(keyring, "prj_1", now_ms, ""));
	assert_false(is_good(keyring, "prj_1", now_ms, arena_printf(arena, "%sA", nonce)));
	keyring_free(keyring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc_9449_examples_fit),
		TEST(dp_01_each_claim_is_checked),
		TEST(dp_02_a_proof_is_for_one_token),
		TEST(dp_01_the_header_is_checked),
		TEST(dp_04_a_nonce_is_bound_to_time_and_project),
	};

	return cmocka_run_group_tests_name("dpop", tests, NULL, NULL);
}
