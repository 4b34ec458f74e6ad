/*
 * Taking apart what the browser (client data) and the authenticator (authenticator data) say, and
 * comparing it with what was asked.
 */
#include "lib/webauthn.h"

#include <string.h>

#include "lib/cose.h"
#include "lib/encode.h"
#include "lib/json.h"
#include "lib/secrets.h"

static const char *const fault_names[WEBAUTHN_FAULT_COUNT] = {
    [WEBAUTHN_GOOD] = "good",
    [WEBAUTHN_MALFORMED] = "malformed",
    [WEBAUTHN_OTHER_TYPE] = "other type",
    [WEBAUTHN_OTHER_CHALLENGE] = "other challenge",
    [WEBAUTHN_OTHER_ORIGIN] = "other origin",
    [WEBAUTHN_CROSS_ORIGIN] = "cross origin",
    [WEBAUTHN_OTHER_RP_ID] = "other rp id",
    [WEBAUTHN_USER_ABSENT] = "user absent",
    [WEBAUTHN_USER_UNVERIFIED] = "user unverified",
    [WEBAUTHN_BACKED_UP_INELIGIBLE] = "backed up but not eligible",
    [WEBAUTHN_ELIGIBILITY_CHANGED] = "backup eligibility changed",
    [WEBAUTHN_ID_TOO_LONG] = "id too long",
    [WEBAUTHN_KEY_UNUSABLE] = "key unusable",
    [WEBAUTHN_WRONG_SIGNATURE] = "wrong signature",
    [WEBAUTHN_COUNTER_STANDS] = "counter stands",
};

const char *
webauthn_fault_name(enum webauthn_fault fault)
{
	return fault < WEBAUTHN_FAULT_COUNT ? fault_names[fault] : "unknown";
}

/* ---- client data (section 5.8.1) ---- */

static bool
is_text(const struct json *object, const char *name, const char *expected)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING &&
	       strcmp(member->string, expected) == 0;
}

static bool
read_client_data(struct arena *arena, struct bytes text, struct json *ret)
{
	return text.len <= WEBAUTHN_BYTES_MAX &&
	       json_parse(arena, (const char *)text.data, text.len, ret, NULL) == OK &&
	       ret->type == JSON_OBJECT;
}

static bool
take_challenge(struct arena *arena, const struct json *data, struct bytes *ret_challenge)
{
	const struct json *member = json_member(data, "challenge");

	return member != NULL && member->type == JSON_STRING &&
	       base64url_decode(arena, member->string, strlen(member->string), ret_challenge);
}

bool
webauthn_challenge(struct arena *arena, struct bytes client_data_json, struct bytes *ret_challenge)
{
	struct json data;

	return read_client_data(arena, client_data_json, &data) &&
	       take_challenge(arena, &data, ret_challenge);
}

static bool
is_expected_challenge(struct arena *arena, const struct json *data, struct bytes expected)
{
	struct bytes sent;

	return take_challenge(arena, data, &sent) && sent.len == expected.len &&
	       secret_equal(sent.data, expected.data, sent.len);
}

static bool
is_expected_origin(const struct json *data, const struct strings *origins)
{
	for (size_t i = 0; i < origins->count; i++)
		if (is_text(data, "origin", origins->items[i]))
			return true;
	return false;
}

static bool
is_framed_elsewhere(const struct json *data)
{
	const struct json *cross = json_member(data, "crossOrigin");

	return json_member(data, "topOrigin") != NULL ||
	       (cross != NULL && (cross->type != JSON_BOOL || cross->boolean));
}

static enum webauthn_fault
check_client_data(struct arena *arena, const struct webauthn_ceremony *ceremony, const char *type,
		  struct bytes text)
{
	struct json data;

	if (!read_client_data(arena, text, &data))
		return WEBAUTHN_MALFORMED;
	if (!is_text(&data, "type", type))
		return WEBAUTHN_OTHER_TYPE;
	if (!is_expected_challenge(arena, &data, ceremony->challenge))
		return WEBAUTHN_OTHER_CHALLENGE;
	if (!is_expected_origin(&data, &ceremony->origins))
		return WEBAUTHN_OTHER_ORIGIN;
	return is_framed_elsewhere(&data) ? WEBAUTHN_CROSS_ORIGIN : WEBAUTHN_GOOD;
}

/* ---- authenticator data (section 6.1) ---- */

#define RP_ID_HASH_LEN 32
#define COUNT_LEN      4
#define HEAD_LEN       (RP_ID_HASH_LEN + 1 + COUNT_LEN)
#define AAGUID_LEN     16
#define ID_LEN_LEN     2

#define FLAG_USER_PRESENT    0x01
#define FLAG_USER_VERIFIED   0x04
#define FLAG_BACKUP_ELIGIBLE 0x08
#define FLAG_BACKED_UP       0x10
#define FLAG_ATTESTED        0x40
#define FLAG_EXTENSIONS      0x80

struct authenticator_data {
	const uint8_t *rp_id_hash;
	unsigned flags;
	int64_t sign_count;
	struct bytes credential_id; /* of a registration */
	struct bytes public_key;
};

static struct bytes
skip(struct bytes octets, size_t len)
{
	return (struct bytes){.data = octets.data + len, .len = octets.len - len};
}

/* A COSE key at the beginning of what is left. */
static enum webauthn_fault
take_key(struct bytes *left, struct bytes *ret_key)
{
	struct cbor_tree tree;

	if (!cbor_tree_read(*left, &tree))
		return WEBAUTHN_MALFORMED;
	if (!cose_key_is_usable(&tree))
		return WEBAUTHN_KEY_UNUSABLE;
	*ret_key = (struct bytes){.data = left->data, .len = tree.len};
	*left = skip(*left, tree.len);
	return WEBAUTHN_GOOD;
}

/* Section 6.5.1. Which kind of authenticator it is (AAGUID) isn't asked. */
static enum webauthn_fault
take_attested(struct bytes *left, struct authenticator_data *data)
{
	if (left->len < AAGUID_LEN + ID_LEN_LEN)
		return WEBAUTHN_MALFORMED;
	*left = skip(*left, AAGUID_LEN);
	size_t id_len = (size_t)left->data[0] << 8 | left->data[1];
	*left = skip(*left, ID_LEN_LEN);
	if (id_len > WEBAUTHN_CREDENTIAL_ID_MAX)
		return WEBAUTHN_ID_TOO_LONG;
	if (id_len == 0 || id_len > left->len)
		return WEBAUTHN_MALFORMED;
	data->credential_id = (struct bytes){.data = left->data, .len = id_len};
	*left = skip(*left, id_len);
	return take_key(left, &data->public_key);
}

static bool
skip_extensions(struct bytes *left)
{
	struct cbor_tree tree;

	if (!cbor_tree_read(*left, &tree) || tree.nodes[0].kind != NODE_MAP)
		return false;
	*left = skip(*left, tree.len);
	return true;
}

static enum webauthn_fault
read_authenticator_data(struct bytes octets, struct authenticator_data *ret)
{
	struct authenticator_data data = {.rp_id_hash = octets.data};
	const uint8_t *count = octets.data + RP_ID_HASH_LEN + 1;
	struct bytes left;

	if (octets.len < HEAD_LEN || octets.len > WEBAUTHN_BYTES_MAX)
		return WEBAUTHN_MALFORMED;
	data.flags = octets.data[RP_ID_HASH_LEN];
	data.sign_count =
	    (int64_t)count[0] << 24 | (int64_t)count[1] << 16 | (int64_t)count[2] << 8 | count[3];
	left = skip(octets, HEAD_LEN);
	if (data.flags & FLAG_ATTESTED) {
		enum webauthn_fault fault = take_attested(&left, &data);
		if (fault != WEBAUTHN_GOOD)
			return fault;
	}
	if ((data.flags & FLAG_EXTENSIONS) && !skip_extensions(&left))
		return WEBAUTHN_MALFORMED;
	if (left.len != 0)
		return WEBAUTHN_MALFORMED;
	*ret = data;
	return WEBAUTHN_GOOD;
}

static enum webauthn_fault
check_authenticator_data(const struct webauthn_ceremony *ceremony,
			 const struct authenticator_data *data)
{
	uint8_t rp_id_hash[RP_ID_HASH_LEN];

	sha256_of(ceremony->rp_id, strlen(ceremony->rp_id), rp_id_hash);
	if (memcmp(data->rp_id_hash, rp_id_hash, sizeof(rp_id_hash)) != 0)
		return WEBAUTHN_OTHER_RP_ID;
	if (!(data->flags & FLAG_USER_PRESENT))
		return WEBAUTHN_USER_ABSENT;
	if (ceremony->needs_user_verification && !(data->flags & FLAG_USER_VERIFIED))
		return WEBAUTHN_USER_UNVERIFIED;
	if ((data->flags & FLAG_BACKED_UP) && !(data->flags & FLAG_BACKUP_ELIGIBLE))
		return WEBAUTHN_BACKED_UP_INELIGIBLE;
	return WEBAUTHN_GOOD;
}

/* ---- registration (section 7.1) ---- */

/* The authenticator data inside; "none" says nothing else, other formats' statements are left
 * unread. */
static bool
open_attestation(struct bytes object, struct bytes *ret_data)
{
	struct cbor_tree tree;

	if (!cbor_tree_read(object, &tree) || tree.len != object.len)
		return false;
	const struct cbor_node *format = cbor_tree_member(&tree, "fmt");
	const struct cbor_node *statement = cbor_tree_member(&tree, "attStmt");
	const struct cbor_node *data = cbor_tree_member(&tree, "authData");
	if (format == NULL || format->kind != NODE_TEXT || statement == NULL ||
	    statement->kind != NODE_MAP || data == NULL || data->kind != NODE_BYTES)
		return false;
	bool is_none = format->octets.len == 4 && memcmp(format->octets.data, "none", 4) == 0;
	if (is_none && statement->count != 0)
		return false;
	*ret_data = data->octets;
	return true;
}

enum webauthn_fault
webauthn_register(struct arena *arena, const struct webauthn_ceremony *ceremony,
		  const struct webauthn_registration *sent, struct webauthn_credential *ret)
{
	struct authenticator_data data;
	struct bytes octets;
	enum webauthn_fault fault =
	    check_client_data(arena, ceremony, "webauthn.create", sent->client_data_json);

	if (fault == WEBAUTHN_GOOD && !open_attestation(sent->attestation_object, &octets))
		fault = WEBAUTHN_MALFORMED;
	if (fault == WEBAUTHN_GOOD)
		fault = read_authenticator_data(octets, &data);
	if (fault == WEBAUTHN_GOOD && data.public_key.data == NULL)
		fault = WEBAUTHN_MALFORMED;
	if (fault == WEBAUTHN_GOOD)
		fault = check_authenticator_data(ceremony, &data);
	if (fault != WEBAUTHN_GOOD)
		return fault;
	*ret = (struct webauthn_credential){
	    .id = data.credential_id,
	    .public_key = data.public_key,
	    .sign_count = data.sign_count,
	    .is_backup_eligible = (data.flags & FLAG_BACKUP_ELIGIBLE) != 0,
	    .is_backed_up = (data.flags & FLAG_BACKED_UP) != 0,
	};
	return WEBAUTHN_GOOD;
}

/* ---- assertion (section 7.2) ---- */

/* Signed is the authenticator data, and behind it the SHA-256 of the client data. */
static bool
is_signed(struct arena *arena, struct bytes public_key, const struct webauthn_assertion *sent)
{
	size_t data_len = sent->authenticator_data.len;
	uint8_t *message = arena_alloc(arena, data_len + SECRET_DIGEST_LEN);

	memcpy(message, sent->authenticator_data.data, data_len);
	sha256_of(sent->client_data_json.data, sent->client_data_json.len, message + data_len);
	return cose_verify(public_key, (struct bytes){message, data_len + SECRET_DIGEST_LEN},
			   sent->signature);
}

static bool
has_count_risen(int64_t known, int64_t sent)
{
	return (known == 0 && sent == 0) || sent > known;
}

enum webauthn_fault
webauthn_authenticate(struct arena *arena, const struct webauthn_ceremony *ceremony,
		      const struct webauthn_credential *known,
		      const struct webauthn_assertion *sent, struct webauthn_use *ret)
{
	struct authenticator_data data;
	enum webauthn_fault fault =
	    check_client_data(arena, ceremony, "webauthn.get", sent->client_data_json);

	if (fault == WEBAUTHN_GOOD)
		fault = read_authenticator_data(sent->authenticator_data, &data);
	if (fault == WEBAUTHN_GOOD)
		fault = check_authenticator_data(ceremony, &data);
	if (fault != WEBAUTHN_GOOD)
		return fault;
	if (known->is_backup_eligible != ((data.flags & FLAG_BACKUP_ELIGIBLE) != 0))
		return WEBAUTHN_ELIGIBILITY_CHANGED;
	if (!is_signed(arena, known->public_key, sent))
		return WEBAUTHN_WRONG_SIGNATURE;
	if (!has_count_risen(known->sign_count, data.sign_count))
		return WEBAUTHN_COUNTER_STANDS;
	*ret = (struct webauthn_use){
	    .sign_count = data.sign_count,
	    .is_backed_up = (data.flags & FLAG_BACKED_UP) != 0,
	    .is_user_verified = (data.flags & FLAG_USER_VERIFIED) != 0,
	};
	return WEBAUTHN_GOOD;
}
