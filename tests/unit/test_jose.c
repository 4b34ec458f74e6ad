/*
 * Signed tokens: the examples of RFC 7515, and everything that must not pass for one.
 */
#include "unit.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/jose.h"

/* RFC 7515 appendix A.2 and A.3. */
#define PAYLOAD "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RS256 \
	"eyJhbGciOiJSUzI1NiJ9." PAYLOAD \
	".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1d" \
	"nZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC" \
	"-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define RSA_N \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs" \
	"D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV" \
	"MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define ES256 \
	"eyJhbGciOiJFUzI1NiJ9." PAYLOAD ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define RSA_KEY "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}"
#define EC_KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"
/* A.5 and A.1. */
#define NONE_ALG "eyJhbGciOiJub25lIn0." PAYLOAD "."
#define HS256 "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define HS256_KEY \
	"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"

/* openssl ecparam -name prime256v1 -genkey; made for this test. */
#define PEM \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKXfpj0+99j4aMeLH\n" \
	"g6S/HkKrsKfLoHU0QaOqUvuxAnWhRANCAARVR9pgwDWnwmz0TlJa94T4LsD5xATK\n" \
	"1hBxzahOvHN1H0fGjxFfFgeZgSXxl6OnPwBZMDcuGNOo3jfkzJbMg9Ai\n" \
	"-----END PRIVATE KEY-----\n"

static struct json
json(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

static bool
verifies(const char *token, const char *key)
{
	struct json keys = json(arena_printf(arena, "{\"keys\":[%s]}", key));
	struct jws jws;

	return jws_parse(arena, token, &jws) && jws_verify(arena, &jws, &keys);
}

static void
rfc_7515_examples_verify(void **state)
{
	(void)state;
	struct jws jws;

	assert_true(verifies(RS256, RSA_KEY));
	assert_true(verifies(ES256, EC_KEY));
	assert_true(verifies(ES256, RSA_KEY "," EC_KEY));
	assert_true(jws_parse(arena, RS256, &jws));
	assert_string_equal(json_text(&jws.claims, "iss"), "joe");
	assert_string_equal(jws.alg, "RS256");
	assert_null(jws.kid);
}

static void
other_keys_dont(void **state)
{
	(void)state;

	assert_false(verifies(RS256, EC_KEY));
	assert_false(verifies(ES256, RSA_KEY));
	/* A point that isn't on the curve, another curve, another use, another algorithm, nothing. */
	assert_false(verifies(ES256, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_X "\"}"));
	assert_false(verifies(ES256, "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"));
	assert_false(verifies(ES256, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"));
	assert_true(verifies(ES256, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"));
	assert_false(verifies(RS256, "{\"kty\":\"RSA\",\"alg\":\"PS256\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}"));
	assert_false(verifies(RS256, "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"));
	assert_false(verifies(RS256, ""));
}

static void
ss_04_none_and_hmac_never_verify(void **state)
{
	(void)state;

	assert_false(verifies(NONE_ALG, RSA_KEY));
	assert_false(verifies(NONE_ALG, "{\"kty\":\"RSA\",\"alg\":\"none\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}"));
	assert_false(verifies(HS256, HS256_KEY));
}

static void
a_changed_octet_doesnt_verify(void **state)
{
	(void)state;
	char *token = arena_strdup(arena, ES256);

	for (size_t i = 0; i < strlen(ES256); i += 7) {
		char before = token[i];
		token[i] = before == 'A' ? 'B' : 'A';
		if (strcmp(token, ES256) != 0 && verifies(token, EC_KEY))
			fail_msg("%zu", i);
		token[i] = before;
	}
	assert_true(verifies(token, EC_KEY));
}

static void
other_texts_are_no_token(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", ".", "..", "a.b", "eyJhbGciOiJFUzI1NiJ9", ES256 ".", ES256 "=", " " ES256, "e30." PAYLOAD ".AA",
		/* {"alg":"ES256","crit":["exp"]}, {"alg":1} */
		"eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiZXhwIl19." PAYLOAD ".AA", "eyJhbGciOjF9." PAYLOAD ".AA" };
	struct jws jws;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (jws_parse(arena, bad[i], &jws))
			fail_msg("%s", bad[i]);
}

static void
a_kid_chooses_the_key(void **state)
{
	(void)state;
	const char *token;

	assert_true(jws_sign_es256(arena, PEM, "{\"alg\":\"ES256\",\"kid\":\"one\"}", "{\"iss\":\"joe\"}", &token));
	assert_true(verifies(token, "{\"kty\":\"EC\",\"kid\":\"one\",\"crv\":\"P-256\",\"x\":\"VUfaYMA1p8Js9E5SWveE-C7A-cQEytYQcc2oTrxzdR8\",\"y\":\"R8aPEV8WB5mBJfGXo6c_AFkwNy4Y06jeN-TMlsyD0CI\"}"));
	assert_true(verifies(token, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"VUfaYMA1p8Js9E5SWveE-C7A-cQEytYQcc2oTrxzdR8\",\"y\":\"R8aPEV8WB5mBJfGXo6c_AFkwNy4Y06jeN-TMlsyD0CI\"}"));
	assert_false(verifies(token, "{\"kty\":\"EC\",\"kid\":\"two\",\"crv\":\"P-256\",\"x\":\"VUfaYMA1p8Js9E5SWveE-C7A-cQEytYQcc2oTrxzdR8\",\"y\":\"R8aPEV8WB5mBJfGXo6c_AFkwNy4Y06jeN-TMlsyD0CI\"}"));
	assert_false(jws_sign_es256(arena, "nonsense", "{}", "{}", &token));
}

/* ---- ID tokens ---- */

#define NOW_S INT64_C(1800000000)
#define GOOD \
	"\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n-1\",\"sub\":\"alice\""

static const char *
problem(const char *claims)
{
	struct json value = json(claims);

	return id_token_problem(arena, &value,
				&(struct id_token_expected){ .issuer = "https://id.example",
							     .client_id = "us",
							     .nonce = "n-1",
							     .now_ms = NOW_S * 1000 });
}

static void
ss_04_every_claim_is_checked(void **state)
{
	(void)state;
	static const struct {
		const char *claims, *problem;
	} cases[] = {
		{ "{\"iss\":\"https://id.example/\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "iss" },
		{ "{\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "iss" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"them\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "aud" },
		{ "{\"iss\":\"https://id.example\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "aud" },
		{ "{\"iss\":\"https://id.example\",\"aud\":[\"us\",\"them\"],\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "azp" },
		{ "{" GOOD ",\"azp\":\"them\"}", "azp" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1799999940,\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "exp" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":\"1800000300\",\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}", "exp" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1800000061,\"nonce\":\"n-1\",\"sub\":\"a\"}", "iat" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"nonce\":\"n-1\",\"sub\":\"a\"}", "iat" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-2\",\"sub\":\"a\"}", "nonce" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"sub\":\"a\"}", "nonce" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\"}", "sub" },
		{ "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1800000300,\"iat\":1,\"nonce\":\"n-1\",\"sub\":1}", "sub" },
	};

	assert_null(problem("{" GOOD "}"));
	assert_null(problem("{" GOOD ",\"azp\":\"us\"}"));
	assert_null(problem("{\"iss\":\"https://id.example\",\"aud\":[\"us\",\"them\"],\"azp\":\"us\",\"exp\":1800000300,"
			    "\"iat\":1,\"nonce\":\"n-1\",\"sub\":\"a\"}"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *found = problem(cases[i].claims);
		if (found == NULL)
			fail_msg("%s", cases[i].claims);
		assert_string_equal(found, cases[i].problem);
	}
}

static void
an_issuer_may_depend_on_the_tenant(void **state)
{
	(void)state;
	const struct id_token_expected expected = { .issuer = "https://login.example/{tenantid}/v2.0",
						    .client_id = "us",
						    .nonce = "n-1",
						    .now_ms = NOW_S * 1000 };
#define REST "\"aud\":\"us\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n-1\",\"sub\":\"a\""
	struct json good = json("{\"iss\":\"https://login.example/0a-1b/v2.0\",\"tid\":\"0a-1b\"," REST "}");
	struct json other = json("{\"iss\":\"https://login.example/0a-1b/v2.0\",\"tid\":\"0a-1c\"," REST "}");
	struct json none = json("{\"iss\":\"https://login.example/{tenantid}/v2.0\"," REST "}");
	struct json path = json("{\"iss\":\"https://login.example/../x/v2.0\",\"tid\":\"../x\"," REST "}");

	assert_null(id_token_problem(arena, &good, &expected));
	assert_string_equal(id_token_problem(arena, &other, &expected), "iss");
	assert_string_equal(id_token_problem(arena, &none, &expected), "iss");
	assert_string_equal(id_token_problem(arena, &path, &expected), "iss");
}

/* RFC 8037 appendix A.2. */
#define ED_X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

static bool
is_public(const char *text)
{
	struct json jwk = json(text);

	return jwk_is_public(arena, &jwk);
}

static void
a_public_key_tells_no_secret(void **state)
{
	(void)state;

	assert_true(is_public(RSA_KEY));
	assert_true(is_public(EC_KEY));
	assert_true(is_public("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_X "}"));
	assert_false(is_public("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_X ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}"));
	assert_false(is_public("{\"kty\":\"OKP\",\"crv\":\"X25519\"," ED_X "}"));
	assert_false(is_public("{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",\"d\":\"AQAB\"}"));
	assert_false(is_public("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"));
	assert_false(is_public("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"));
	assert_false(is_public("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_Y "\",\"y\":\"" EC_X "\"}"));
	assert_false(is_public(HS256_KEY));
	assert_false(is_public("[]"));
}

/* The key of RFC 8037 appendix A.1, whose signatures are always the same. */
static void
eddsa_verifies(void **state)
{
	(void)state;
	static const char token[] =
	    "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJqb2UifQ."
	    "eUs_28qQd2lc6CAHx3g_XtGr28zC8e_sImejXS9ofEBoTVlSXiYjvqcmx7yuoF_ghhT_nBFTEorkJ4PuDeR6Ag";

	assert_true(verifies(token, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_X "}"));
	assert_false(verifies(token, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"ES256\"," ED_X "}"));
	assert_false(verifies(token, EC_KEY));
	assert_false(verifies(token, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" EC_X "\"}"));
}

#define PS256_INPUT "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJqb2UifQ."
#define PS256_N \
	"ozUXzs-YmQuqSuzAx037mbNAvupDENORS2wTcgGCJSzpVy1C1EY6t4olzffNaO-fmV13xSKWWSNiaNttFznjr1JXs8G9NFEymYpCGUIuHHuQPdIEsSnp" \
	"0YRgq9M_yQBvE9zRrhqrgA3Gp0o5sW6YN5QwDO1f-NpzXwsBiThFS7P0Ym4IKy8NVDRXS_55BRE5EA08ngWf3Jd10Sf4TKPrinHgI2AqCCVgpMB6U-e1" \
	"6FjwM7PjNP2MPhv5pw0XZqTckXTl6hlCPRT3dnSPY_tQmFJgsHe4Dis7PoLmw8fLZPqmbNHlP0RL4c2r0uJ1ozSie4GpGqmH7dm_Ma_dSY6ZQw"
#define PS256_KEY "{\"kty\":\"RSA\",\"n\":\"" PS256_N "\",\"e\":\"AQAB\"}"

/* RFC 7518 section 3.5: a salt of 32 octets, and no other. */
static void
ps256_verifies(void **state)
{
	(void)state;
	static const char good[] =
	    PS256_INPUT
	    "MkT7pcMIN576W8BccYFpFQiO8ENbiY_D9KUNiVI52T_1yVqX3BHe6zjnmSeG9KRYHQAWxudzniP1XHzQD2jPNgT9W6fR--GUO6IrSf7Xv5b-MdbkilZ5"
	    "WSTFL8tdHxvEzYmV5BP0WmAArs1NTTbEvFX-t6JpiPl9eOkjP_0jnU-M1Nh2PrEDde96icMLE-hvcNuCgjW1f1XIXm-6a8_n4xW1Wdxk8sHPgebiuwXj"
	    "dYtF2gyk9RytkHwbe7JLOPCq1B5YiQgCUX-A9_diI6uRa68uAQYki-S4f2OT0F4t_BMQjSZ2ncII0wC3_k-oiGM1SjpfenbqexbKFMIqxSfqQA";
	static const char short_salt[] =
	    PS256_INPUT
	    "Dwmt9PVwtOtoNLLAbnVaEb6ircH0F-WFZXX7e1qHNgdDqbbx7Vzk7cYUnJWjnFohTdOgcvTtG1VAQp_NJH0khCxaI-0lK_bXdt77UAKFiJ-c9amhenZo"
	    "7P3h1nTuaBnnq2lPILKQQU0_xlZir4_FJUsMDKM4TAu5np_MACFDDSo2V2tx-63zAGgh_ihUxq2voPluz9WuHXkCl_H94B0AF1KAapJMtmxSy4UrMSxi"
	    "hW0q-Bw53m3l-a86-Uk0Yhhm-vBeOj5PHeRoax4V5QabhLUebkQNkDhbyrtmUCnuFgROsanHDM8O4RCfD2iz3kzjS4b0hY25P1kgdk-DtRmABw";

	assert_true(verifies(good, PS256_KEY));
	assert_false(verifies(short_salt, PS256_KEY));
	assert_false(verifies(good, "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"" PS256_N "\",\"e\":\"AQAB\"}"));
	assert_false(verifies(good, RSA_KEY));
}

#define ED_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_X "}"
/* Signed with the key of RFC 8037 appendix A.1, which it brings along. */
#define EDDSA_WITH_KEY \
	"eyJhbGciOiJFZERTQSIsImp3ayI6eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6IjExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UG" \
	"FwaU1scndJYWFQY0hVUm8ifX0.eyJpc3MiOiJqb2UifQ.G-Kw1qqQ3H6EzAuTf1FdqudND_w8H7BPTGHJmThIyNOh7ovfn622Ew_aXdO1fx4ui" \
	"mC7-c4EKVdFt-ferCXwBw"

static void
at_02_a_token_cant_bring_its_key_along(void **state)
{
	(void)state;
	struct jws jws;

	assert_false(verifies(EDDSA_WITH_KEY, ED_KEY));
	assert_true(jws_parse(arena, EDDSA_WITH_KEY, &jws));
	assert_true(jws_verify_with(arena, &jws, json_member(&jws.header, "jwk")));
}

/* RFC 8037 appendix A.3. */
static void
a_thumbprint_names_a_key(void **state)
{
	(void)state;
	struct json key = json(ED_KEY), symmetric = json(HS256_KEY);

	assert_string_equal(jwk_thumbprint(arena, &key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
	assert_null(jwk_thumbprint(arena, &symmetric));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc_7515_examples_verify),
		TEST(other_keys_dont),
		TEST(ss_04_none_and_hmac_never_verify),
		TEST(a_changed_octet_doesnt_verify),
		TEST(other_texts_are_no_token),
		TEST(a_kid_chooses_the_key),
		TEST(ss_04_every_claim_is_checked),
		TEST(an_issuer_may_depend_on_the_tenant),
		TEST(a_public_key_tells_no_secret),
		TEST(eddsa_verifies),
		TEST(ps256_verifies),
		TEST(at_02_a_token_cant_bring_its_key_along),
		TEST(a_thumbprint_names_a_key),
	};

	return cmocka_run_group_tests_name("jose", tests, NULL, NULL);
}
