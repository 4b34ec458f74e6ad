/*
 * Keycloak and Auth0 keep the parts of a hash apart; here they become one text that lib/foreign_hashes.h knows.
 */
#include "lib/user_shapes.h"

#include <string.h>

#include "lib/encode.h"

/* What nothing begins with that is known: the import refuses it as hash_unsupported. */
#define UNKNOWN "?"

/* ---- Keycloak: credentialData and secretData are JSON in text ---- */

/* The first of a credential's parameters of that name: they are lists of text. */
static const char *
parameter(const struct json *data, const char *name, const char *otherwise)
{
	const struct json *list = json_member(json_member(data, "additionalParameters"), name);

	if (list == NULL || list->type != JSON_ARRAY || list->count == 0 || list->items[0].type != JSON_STRING)
		return otherwise;
	return list->items[0].string;
}

/* base64 as PHC strings want it. */
static const char *
without_padding(struct arena *arena, const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '=')
		len--;
	return arena_strndup(arena, text, len);
}

static const char *
keycloak_phc(struct arena *arena, const struct json *data, const char *salt, const char *value)
{
	const char *algorithm = shape_text(arena, data, "algorithm"), *iterations = shape_text(arena, data, "hashIterations");

	if (algorithm == NULL || iterations == NULL || salt == NULL || value == NULL)
		return UNKNOWN;
	if (strcmp(algorithm, "argon2") == 0)
		return arena_printf(arena, "$argon2%s$v=%s$m=%s,t=%s,p=%s$%s$%s", parameter(data, "type", "id"),
				    strcmp(parameter(data, "version", "1.3"), "1.0") == 0 ? "16" : "19", parameter(data, "memory", "0"),
				    iterations, parameter(data, "parallelism", "1"), without_padding(arena, salt),
				    without_padding(arena, value));
	if (strncmp(algorithm, "pbkdf2", 6) == 0)
		return arena_printf(arena, "$%s$i=%s$%s$%s", algorithm, iterations, salt, value);
	return UNKNOWN;
}

static bool
parse_member(struct arena *arena, const struct json *object, const char *name, struct json *ret)
{
	const char *text = shape_text(arena, object, name);

	return text != NULL && json_parse(arena, text, strlen(text), ret, NULL) == OK;
}

static const char *
keycloak_credential(struct arena *arena, const struct json *credential)
{
	struct json data, secret;
	const char *old_value = shape_text(arena, credential, "hashedSaltedValue");

	if (old_value != NULL) /* before Keycloak 8 */
		return keycloak_phc(arena, credential, shape_text(arena, credential, "salt"), old_value);
	if (!parse_member(arena, credential, "credentialData", &data) || !parse_member(arena, credential, "secretData", &secret))
		return UNKNOWN;
	return keycloak_phc(arena, &data, shape_text(arena, &secret, "salt"), shape_text(arena, &secret, "value"));
}

const char *
shape_keycloak_hash(struct arena *arena, const struct json *record)
{
	const struct json *credentials = json_member(record, "credentials");

	for (size_t i = 0; credentials != NULL && credentials->type == JSON_ARRAY && i < credentials->count; i++) {
		const char *type = shape_text(arena, &credentials->items[i], "type");
		if (type != NULL && strcmp(type, "password") == 0)
			return keycloak_credential(arena, &credentials->items[i]);
	}
	return NULL;
}

/* ---- Auth0: custom_password_hash of its import schema ---- */

/* Octets that are written as their member `encoding` says, in base64. */
static const char *
in_base64(struct arena *arena, const struct json *part, const char *default_encoding)
{
	const char *value = shape_text(arena, part, "value"), *encoding = shape_text(arena, part, "encoding");
	struct bytes octets;

	if (value == NULL)
		return NULL;
	if (encoding == NULL)
		encoding = default_encoding;
	if (strcmp(encoding, "base64") == 0)
		return value;
	if (strcmp(encoding, "utf8") == 0)
		return base64_encode(arena, (struct bytes){ (const uint8_t *)value, strlen(value) });
	return strcmp(encoding, "hex") == 0 && hex_decode(arena, value, &octets) ? base64_encode(arena, octets) : NULL;
}

/* The number as a power of two; -1 when it is none. */
static int
log2_of(const struct json *number)
{
	int log2 = 0;

	if (number == NULL || number->type != JSON_INT || number->integer < 2)
		return -1;
	while (log2 < 40 && INT64_C(1) << log2 < number->integer)
		log2++;
	return INT64_C(1) << log2 == number->integer ? log2 : -1;
}

static const char *
auth0_scrypt(struct arena *arena, const struct json *custom)
{
	const char *salt = in_base64(arena, json_member(custom, "salt"), "utf8");
	const char *hash = in_base64(arena, json_member(custom, "hash"), "base64");
	const char *block_size = shape_text(arena, custom, "blockSize"), *lanes = shape_text(arena, custom, "parallelization");
	int log2 = log2_of(json_member(custom, "cost"));

	if (salt == NULL || hash == NULL || log2 < 0)
		return UNKNOWN;
	return arena_printf(arena, "$scrypt$ln=%d,r=%s,p=%s$%s$%s", log2, block_size != NULL ? block_size : "8",
			    lanes != NULL ? lanes : "1", salt, hash);
}

/* Written in one text that names its parameters. */
static const char *const whole[] = { "argon2", "bcrypt", "ldap", "pbkdf2" };

const char *
shape_auth0_hash(struct arena *arena, const struct json *record)
{
	const struct json *custom = json_member(record, "custom_password_hash");
	const char *algorithm = shape_text(arena, custom, "algorithm"), *hash;

	if (custom == NULL || custom->type == JSON_NULL) {
		hash = shape_text(arena, record, "passwordHash");
		return hash != NULL ? hash : shape_text(arena, record, "password_hash");
	}
	if (algorithm != NULL && strcmp(algorithm, "scrypt") == 0)
		return auth0_scrypt(arena, custom);
	for (size_t i = 0; i < ARRAY_LEN(whole) && algorithm != NULL; i++) {
		hash = strcmp(algorithm, whole[i]) == 0 ? shape_text(arena, json_member(custom, "hash"), "value") : NULL;
		if (hash != NULL)
			return hash;
	}
	return UNKNOWN;
}
