/*
 * Tests of lib/webauthn.c: the vectors of WebAuthn Level 3 section 16, and each
 * refusal of users.md rule 23 (security.md WA-01 to WA-09) beside the same ceremony that passes.
 */
#include <string.h>

#include "lib/encode.h"
#include "lib/webauthn.h"
#include "tests/unit/authenticator.h"

static struct bytes
hex(const char *text)
{
	struct bytes octets;

	assert_true(hex_decode(arena, text, &octets));
	return octets;
}

static struct bytes
octets_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static const char *const ORIGINS[] = {"https://example.com", "https://example.org"};

/* ---- section 16.2: ES256 credential with no attestation ---- */

#define VECTOR_ID "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"
#define VECTOR_KEY                                                                                 \
	"a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61"     \
	"225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220"
#define VECTOR_ATTESTATION                                                                         \
	"a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461" \
	"c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f002"        \
	"0" VECTOR_ID VECTOR_KEY
#define VECTOR_CLIENT_DATA                                                                         \
	"7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d5074" \
	"34557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f7269" \
	"67696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c" \
	"73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e64" \
	"65642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c20737563" \
	"6820617320746869733a20426b5165446a646354427258426941774a544c453551227d"

static struct webauthn_ceremony
vector_ceremony(const char *challenge)
{
	return (struct webauthn_ceremony){
	    .rp_id = "example.org",
	    .origins = {ORIGINS, ARRAY_LEN(ORIGINS)},
	    .challenge = hex(challenge),
	};
}

static struct webauthn_credential
vector_credential(void)
{
	struct webauthn_ceremony ceremony =
	    vector_ceremony("00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130");
	struct webauthn_credential credential;

	assert_int_equal(webauthn_register(arena, &ceremony,
					   &(struct webauthn_registration){
					       .client_data_json = hex(VECTOR_CLIENT_DATA),
					       .attestation_object = hex(VECTOR_ATTESTATION),
					   },
					   &credential),
			 WEBAUTHN_GOOD);
	return credential;
}

static void
level_3_section_16_2_registers(void **state)
{
	(void)state;
	struct webauthn_credential credential = vector_credential();

	assert_string_equal(hex_encode(arena, credential.id), VECTOR_ID);
	assert_string_equal(hex_encode(arena, credential.public_key), VECTOR_KEY);
	assert_int_equal(credential.sign_count, 0);
	assert_true(credential.is_backup_eligible);
	assert_true(credential.is_backed_up);
}

static void
level_3_section_16_2_signs_in(void **state)
{
	(void)state;
	struct webauthn_credential credential = vector_credential();
	struct webauthn_ceremony ceremony =
	    vector_ceremony("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408");
	struct webauthn_assertion assertion = {
	    .client_data_json = hex(
		"7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f6344"
		"6e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167"
		"222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f"
		"726967696e223a66616c73657d"),
	    .authenticator_data = hex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f014"
				      "52b2e4b51900000000"),
	    .signature =
		hex("3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd38"
		    "0221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87"),
	};
	struct webauthn_use use;

	assert_int_equal(webauthn_authenticate(arena, &ceremony, &credential, &assertion, &use),
			 WEBAUTHN_GOOD);
	assert_false(use.is_user_verified);
	assert_true(use.is_backed_up);
	ceremony.needs_user_verification = true;
	assert_int_equal(webauthn_authenticate(arena, &ceremony, &credential, &assertion, &use),
			 WEBAUTHN_USER_UNVERIFIED);
}

/* ---- an authenticator of our own, for what vectors can't show ---- */

#define RP_ID     "example.com"
#define CHALLENGE "01234567890123456789012345678901"

/* One ceremony, of which a test changes a single thing. */
struct script {
	const char *type, *origin, *more; /* more: members of the client data */
	const char *rp_id;
	unsigned flags;
	uint32_t sign_count;
	size_t id_len;
	const char *behind; /* octets behind the authenticator data */
	bool challenge_is_other;
};

#define UP 0x01u
#define UV 0x04u
#define BE 0x08u
#define BS 0x10u
#define AT 0x40u
#define ED 0x80u

static const struct script GET = {
    .type = "webauthn.get",
    .origin = "https://example.com",
    .more = "",
    .rp_id = RP_ID,
    .flags = UP | UV,
    .sign_count = 8,
    .behind = "",
};
static const struct script CREATE = {
    .type = "webauthn.create",
    .origin = "https://example.com",
    .more = "",
    .rp_id = RP_ID,
    .flags = UP | UV | AT,
    .sign_count = 7,
    .id_len = 32,
    .behind = "",
};

static struct bytes
client_data(const struct script *script)
{
	const char *challenge =
	    script->challenge_is_other ? "11234567890123456789012345678901" : CHALLENGE;

	return octets_of(arena_printf(
	    arena, "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\"%s}", script->type,
	    base64url_encode(arena, octets_of(challenge)), script->origin, script->more));
}

static struct bytes
authenticator_data(const struct script *script, const struct authenticator *by)
{
	struct buffer data = buffer_new(arena);
	uint8_t hash[32];

	sha256_of(script->rp_id, strlen(script->rp_id), hash);
	buffer_add(&data, hash, sizeof(hash));
	buffer_char(&data, (char)script->flags);
	for (int shift = 24; shift >= 0; shift -= 8)
		buffer_char(&data, (char)(script->sign_count >> shift));
	if (script->flags & AT) {
		buffer_add(&data, "0123456789abcdef", 16);
		buffer_char(&data, (char)(script->id_len >> 8));
		buffer_char(&data, (char)(script->id_len & 255));
		buffer_add(&data, arena_alloc(arena, script->id_len), script->id_len);
		buffer_add(&data, by->cose.data, by->cose.len);
	}
	buffer_add(&data, script->behind, strlen(script->behind));
	return whole(&data);
}

static struct webauthn_ceremony
ceremony(void)
{
	return (struct webauthn_ceremony){
	    .rp_id = RP_ID,
	    .origins = {ORIGINS, ARRAY_LEN(ORIGINS)},
	    .challenge = octets_of(CHALLENGE),
	    .needs_user_verification = true,
	};
}

static enum webauthn_fault
create_with(const struct script *script, const struct authenticator *by, const char *statement,
	    struct webauthn_credential *ret)
{
	struct webauthn_ceremony asked = ceremony();
	struct buffer object = buffer_new(arena);

	buffer_text(&object, "\xa3\x63"
			     "fmt"
			     "\x64"
			     "none"
			     "\x67"
			     "attStmt");
	buffer_text(&object, statement);
	buffer_text(&object, "\x68"
			     "authData");
	add_octets(&object, authenticator_data(script, by));
	return webauthn_register(arena, &asked,
				 &(struct webauthn_registration){
				     .client_data_json = client_data(script),
				     .attestation_object = whole(&object),
				 },
				 ret);
}

static enum webauthn_fault
create(const struct script *script, const struct authenticator *by)
{
	struct webauthn_credential credential;

	return create_with(script, by, "\xa0", &credential);
}

static struct bytes
sign(const struct authenticator *by, struct bytes data, struct bytes json)
{
	bool is_ed25519 = EVP_PKEY_get_base_id(by->key) == EVP_PKEY_ED25519;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct buffer message = buffer_new(arena);
	uint8_t hash[32];
	size_t len = 1024;
	uint8_t *signature = arena_alloc(arena, len);

	sha256_of(json.data, json.len, hash);
	buffer_add(&message, data.data, data.len);
	buffer_add(&message, hash, sizeof(hash));
	assert_int_equal(
	    EVP_DigestSignInit(context, NULL, is_ed25519 ? NULL : EVP_sha256(), NULL, by->key), 1);
	assert_int_equal(
	    EVP_DigestSign(context, signature, &len, (uint8_t *)message.data, message.len), 1);
	EVP_MD_CTX_free(context);
	return (struct bytes){signature, len};
}

static enum webauthn_fault
get_with(const struct script *script, const struct authenticator *by,
	 const struct webauthn_credential *known, struct webauthn_use *ret)
{
	struct webauthn_ceremony asked = ceremony();
	struct bytes data = authenticator_data(script, by);
	struct bytes json = client_data(script);

	return webauthn_authenticate(arena, &asked, known,
				     &(struct webauthn_assertion){
					 .client_data_json = json,
					 .authenticator_data = data,
					 .signature = sign(by, data, json),
				     },
				     ret);
}

static enum webauthn_fault
get(const struct script *script, const struct authenticator *by)
{
	struct webauthn_credential known = {.public_key = by->cose, .sign_count = 7};
	struct webauthn_use use;

	return get_with(script, by, &known, &use);
}

/* ---- what is taken ---- */

static void
all_three_algorithms_register_and_sign_in(void **state)
{
	(void)state;
	struct authenticator all[] = {new_p256(), new_ed25519(), new_rsa(2048)};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct webauthn_credential credential;
		struct webauthn_use use;

		assert_int_equal(create_with(&CREATE, &all[i], "\xa0", &credential), WEBAUTHN_GOOD);
		assert_int_equal(credential.sign_count, 7);
		assert_int_equal(credential.id.len, 32);
		assert_int_equal(get_with(&GET, &all[i], &credential, &use), WEBAUTHN_GOOD);
		assert_int_equal(use.sign_count, 8);
		assert_true(use.is_user_verified);
		/* Another's key doesn't fit. */
		credential.public_key = all[(i + 1) % ARRAY_LEN(all)].cose;
		assert_int_equal(get_with(&GET, &all[i], &credential, &use),
				 WEBAUTHN_WRONG_SIGNATURE);
		EVP_PKEY_free(all[i].key);
	}
}

static void
extensions_and_unknown_members_dont_matter(void **state)
{
	(void)state;
	struct authenticator by = new_p256();
	struct script script = GET;

	script.flags |= ED;
	script.behind = "\xa1\x61"
			"x"
			"\xf5";
	script.more = ",\"crossOrigin\":false,\"more\":{\"a\":[1]}";
	assert_int_equal(get(&script, &by), WEBAUTHN_GOOD);
	EVP_PKEY_free(by.key);
}

/* ---- what is refused ---- */

static void
each_change_of_a_registration_is_refused_by_its_name(void **state)
{
	(void)state;
	struct authenticator by = new_p256();
	struct script script = CREATE;

	assert_int_equal(create(&script, &by), WEBAUTHN_GOOD);
#define REFUSED(change, expected)                                                                  \
	script = CREATE;                                                                           \
	script.change;                                                                             \
	assert_int_equal(create(&script, &by), expected)
	REFUSED(type = "webauthn.get", WEBAUTHN_OTHER_TYPE);
	REFUSED(challenge_is_other = true, WEBAUTHN_OTHER_CHALLENGE);
	REFUSED(origin = "https://example.com.evil.test", WEBAUTHN_OTHER_ORIGIN);
	REFUSED(origin = "http://example.com", WEBAUTHN_OTHER_ORIGIN);
	REFUSED(origin = "https://EXAMPLE.com", WEBAUTHN_OTHER_ORIGIN);
	REFUSED(more = ",\"crossOrigin\":true", WEBAUTHN_CROSS_ORIGIN);
	REFUSED(more = ",\"crossOrigin\":\"no\"", WEBAUTHN_CROSS_ORIGIN);
	REFUSED(more = ",\"topOrigin\":\"https://example.com\"", WEBAUTHN_CROSS_ORIGIN);
	REFUSED(more = ",\"type\":\"webauthn.create\"", WEBAUTHN_MALFORMED);
	REFUSED(rp_id = "example.org", WEBAUTHN_OTHER_RP_ID);
	REFUSED(flags = UV | AT, WEBAUTHN_USER_ABSENT);
	REFUSED(flags = UP | AT, WEBAUTHN_USER_UNVERIFIED);
	REFUSED(flags = UP | UV | AT | BS, WEBAUTHN_BACKED_UP_INELIGIBLE);
	REFUSED(flags = UP | UV, WEBAUTHN_MALFORMED);
	REFUSED(flags = UP | UV | AT | ED, WEBAUTHN_MALFORMED);
	REFUSED(behind = "x", WEBAUTHN_MALFORMED);
	REFUSED(id_len = 0, WEBAUTHN_MALFORMED);
	REFUSED(id_len = 1024, WEBAUTHN_ID_TOO_LONG);
#undef REFUSED
	script = CREATE;
	script.id_len = 1023;
	script.flags |= BE | BS;
	assert_int_equal(create(&script, &by), WEBAUTHN_GOOD);
	EVP_PKEY_free(by.key);
}

static void
each_change_of_an_assertion_is_refused_by_its_name(void **state)
{
	(void)state;
	struct authenticator by = new_p256();
	struct script script = GET;

	assert_int_equal(get(&script, &by), WEBAUTHN_GOOD);
#define REFUSED(change, expected)                                                                  \
	script = GET;                                                                              \
	script.change;                                                                             \
	assert_int_equal(get(&script, &by), expected)
	REFUSED(type = "webauthn.create", WEBAUTHN_OTHER_TYPE);
	REFUSED(challenge_is_other = true, WEBAUTHN_OTHER_CHALLENGE);
	REFUSED(origin = "https://example.net", WEBAUTHN_OTHER_ORIGIN);
	REFUSED(more = ",\"crossOrigin\":true", WEBAUTHN_CROSS_ORIGIN);
	REFUSED(rp_id = "example.org", WEBAUTHN_OTHER_RP_ID);
	REFUSED(flags = UV, WEBAUTHN_USER_ABSENT);
	REFUSED(flags = UP, WEBAUTHN_USER_UNVERIFIED);
	REFUSED(flags = UP | UV | BS, WEBAUTHN_BACKED_UP_INELIGIBLE);
	REFUSED(flags = UP | UV | BE, WEBAUTHN_ELIGIBILITY_CHANGED);
	REFUSED(sign_count = 7, WEBAUTHN_COUNTER_STANDS);
	REFUSED(sign_count = 0, WEBAUTHN_COUNTER_STANDS);
	REFUSED(behind = "x", WEBAUTHN_MALFORMED);
#undef REFUSED
	EVP_PKEY_free(by.key);
}

static void
a_sign_count_of_zero_on_both_sides_is_no_count(void **state)
{
	(void)state;
	struct authenticator by = new_p256();
	struct webauthn_credential known = {.public_key = by.cose};
	struct webauthn_use use;
	struct script script = GET;

	script.sign_count = 0;
	assert_int_equal(get_with(&script, &by, &known, &use), WEBAUTHN_GOOD);
	script.sign_count = UINT32_MAX;
	assert_int_equal(get_with(&script, &by, &known, &use), WEBAUTHN_GOOD);
	assert_int_equal(use.sign_count, UINT32_MAX);
	EVP_PKEY_free(by.key);
}

static void
none_says_nothing(void **state)
{
	(void)state;
	struct authenticator by = new_p256();
	struct webauthn_credential credential;

	assert_int_equal(create_with(&CREATE, &by, "\xa0", &credential), WEBAUTHN_GOOD);
	assert_int_equal(create_with(&CREATE, &by,
				     "\xa1\x61"
				     "a"
				     "\x01",
				     &credential),
			 WEBAUTHN_MALFORMED);
	assert_int_equal(create_with(&CREATE, &by, "\x80", &credential), WEBAUTHN_MALFORMED);
	assert_int_equal(create_with(&CREATE, &by, "\xbf\xff", &credential), WEBAUTHN_MALFORMED);
	EVP_PKEY_free(by.key);
}

static void
every_fault_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (enum webauthn_fault one = 0; one < WEBAUTHN_FAULT_COUNT; one++)
		for (enum webauthn_fault other = 0; other < one; other++)
			assert_string_not_equal(webauthn_fault_name(one),
						webauthn_fault_name(other));
	assert_string_equal(webauthn_fault_name(WEBAUTHN_FAULT_COUNT), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(level_3_section_16_2_registers),
	    TEST(level_3_section_16_2_signs_in),
	    TEST(all_three_algorithms_register_and_sign_in),
	    TEST(extensions_and_unknown_members_dont_matter),
	    TEST(each_change_of_a_registration_is_refused_by_its_name),
	    TEST(each_change_of_an_assertion_is_refused_by_its_name),
	    TEST(a_sign_count_of_zero_on_both_sides_is_no_count),
	    TEST(none_says_nothing),

	    TEST(every_fault_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests_name("webauthn", tests, NULL, NULL);
}
