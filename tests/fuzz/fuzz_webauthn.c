/*
 * Passkey ceremonies: the input is client data, a NUL, and an attestation object. What registers
 * has an id and a usable key inside the input; what was made for registering never signs in.
 */
#include "lib/cose.h"
#include "lib/webauthn.h"
#include "tests/fuzz/fuzz.h"

static const char *const ORIGINS[] = {"https://example.org"};

/* The challenge of the vector among the seeds (WebAuthn Level 3 section 16.2). */
static const uint8_t CHALLENGE[] = {
    0x00, 0xc3, 0x0f, 0xb7, 0x85, 0x31, 0xc4, 0x64, 0xd2, 0xb6, 0x77, 0x1d, 0xab, 0x8d, 0x7b, 0x60,
    0x3c, 0x01, 0x16, 0x2f, 0x2f, 0xa4, 0x86, 0xbe, 0xa7, 0x0f, 0x28, 0x3a, 0xe5, 0x56, 0xe1, 0x30};

static const struct webauthn_ceremony CEREMONY = {
    .rp_id = "example.org",
    .origins = {ORIGINS, ARRAY_LEN(ORIGINS)},
    .challenge = {CHALLENGE, sizeof(CHALLENGE)},
};

static void
check_registered(const struct webauthn_registration *sent, const struct webauthn_credential *made)
{
	const uint8_t *end = sent->attestation_object.data + sent->attestation_object.len;
	struct cbor_tree tree;

	CHECK(made->id.len > 0 && made->id.len <= WEBAUTHN_CREDENTIAL_ID_MAX);
	CHECK(made->id.data > sent->attestation_object.data && made->id.data + made->id.len <= end);
	CHECK(made->public_key.data == made->id.data + made->id.len);
	CHECK(made->public_key.data + made->public_key.len <= end);
	CHECK(cbor_tree_read(made->public_key, &tree) && cose_key_is_usable(&tree));
	CHECK(made->is_backup_eligible || !made->is_backed_up);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const uint8_t *end = len > 0 ? memchr(data, '\0', len) : NULL;
	size_t json_len = end == NULL ? len : (size_t)(end - data);
	struct webauthn_registration sent = {.client_data_json = {data, json_len}};
	struct webauthn_credential made = {.sign_count = 0};
	struct webauthn_use use;

	if (end != NULL)
		sent.attestation_object = (struct bytes){end + 1, len - json_len - 1};
	if (webauthn_register(arena, &CEREMONY, &sent, &made) == WEBAUTHN_GOOD)
		check_registered(&sent, &made);
	struct webauthn_assertion assertion = {
	    .client_data_json = sent.client_data_json,
	    .authenticator_data = sent.attestation_object,
	    .signature = sent.attestation_object,
	};
	CHECK(webauthn_authenticate(arena, &CEREMONY, &made, &assertion, &use) != WEBAUTHN_GOOD);
	arena_free(arena);
	return 0;
}
