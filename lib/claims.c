/*
 * The arithmetic of claims.
 */
#include "lib/claims.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

#define KEY_LEN_MAX	   64
#define TEXT_BYTES_MAX	   1024
#define ITEMS_MAX	   64
#define ITEM_BYTES_MAX	   256

/* RFC 7519 section 4.1, OpenID Connect Core sections 2, 3.3 and 5.1, RFC 8693 section 4, and what this server says beside them. */
static const char *const RESERVED[] = {
	"iss", "sub", "aud", "exp", "nbf", "iat", "jti",
	"azp", "nonce", "auth_time", "acr", "amr", "at_hash", "c_hash", "s_hash", "sid", "sub_jwk",
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email",
	"email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
	"client_id", "scope", "scopes", "gid", "auth_strength", "session_class", "project_id", "environment", "features", "features_omitted",
	"custom_claims", "token_version", "cnf", "act", "may_act", "events",
};

static const char *const RESERVED_BEGINNINGS[] = { "org_", "workspace_", "gh_" };

bool
claim_is_reserved(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(RESERVED); i++)
		if (strcmp(key, RESERVED[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(RESERVED_BEGINNINGS); i++)
		if (strncmp(key, RESERVED_BEGINNINGS[i], strlen(RESERVED_BEGINNINGS[i])) == 0)
			return true;
	return false;
}

/* ---- one claim ---- */

static bool
is_key(const char *key)
{
	size_t len = strlen(key);

	return len > 0 && len <= KEY_LEN_MAX && key[0] >= 'a' && key[0] <= 'z' &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static const char *
text_rule(const struct json *value, size_t bytes_max)
{
	if (value->type != JSON_STRING)
		return "type";
	if (strlen(value->string) > bytes_max)
		return "length";
	return text_is_clean(value->string, true) ? NULL : "characters";
}

static const char *
list_rule(const struct json *value)
{
	if (value->count > ITEMS_MAX)
		return "items";
	for (size_t i = 0; i < value->count; i++) {
		const char *rule = text_rule(&value->items[i], ITEM_BYTES_MAX);

		if (rule != NULL)
			return rule;
	}
	return NULL;
}

static const char *
value_rule(const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_NUMBER:
		return NULL;
	case JSON_STRING:
		return text_rule(value, TEXT_BYTES_MAX);
	case JSON_ARRAY:
		return list_rule(value);
	case JSON_OBJECT:
		break;
	}
	return "type";
}

const char *
claim_rule(const char *key, const struct json *value)
{
	if (!is_key(key))
		return "pattern";
	if ((strcmp(key, CLAIM_ROLE) == 0 || strcmp(key, CLAIM_PLAN) == 0) && value->type != JSON_NULL)
		return text_rule(value, TEXT_BYTES_MAX);
	return value_rule(value);
}

const char *
claim_rule_message(const char *rule)
{
	if (strcmp(rule, "pattern") == 0)
		return "A claim's name has lower-case letters, digits and underscores, at most 64 of them, and begins with a letter.";
	if (strcmp(rule, "length") == 0)
		return "A text has at most 1024 octets, one within a list 256.";
	if (strcmp(rule, "items") == 0)
		return "A list has at most 64 texts.";
	if (strcmp(rule, "characters") == 0)
		return "It holds a control character.";
	return "It must be a text, a number, true or false, or a list of texts; role and plan are texts.";
}

/* ---- many ---- */

const char *
claims_text(struct arena *arena, const struct claim *claims, size_t count)
{
	struct buffer b = buffer_new(arena);

	buffer_char(&b, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&b, ',');
		buffer_json_string(&b, claims[i].key);
		buffer_char(&b, ':');
		buffer_text(&b, claims[i].value);
	}
	buffer_char(&b, '}');
	return buffer_string(&b);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct claim *)a)->key, ((const struct claim *)b)->key);
}

const char *
claim_value(const struct claim *claims, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(claims[i].key, key) == 0)
			return claims[i].value;
	return NULL;
}

static const char *
value_text(struct arena *arena, const struct json *value)
{
	struct buffer b = buffer_new(arena);

	json_render(&b, value);
	return buffer_string(&b);
}

struct claims_merged
claims_merge(struct arena *arena, const struct claim *stored, size_t count, const struct json *patch)
{
	struct claim *all = ARENA_ARRAY(arena, count + patch->count, struct claim);
	struct claim *set = ARENA_ARRAY(arena, patch->count, struct claim);
	const char **removed = ARENA_ARRAY(arena, patch->count, const char *);
	struct claims_merged merged = { .all = all, .set = set };

	for (size_t i = 0; i < count; i++)
		if (json_member(patch, stored[i].key) == NULL)
			all[merged.count++] = stored[i];
	for (size_t i = 0; i < patch->count; i++) {
		const char *old = claim_value(stored, count, patch->names[i]);
		struct claim new = { patch->names[i], value_text(arena, &patch->items[i]) };

		if (patch->items[i].type != JSON_NULL)
			all[merged.count++] = new;
		if (patch->items[i].type == JSON_NULL && old != NULL)
			removed[merged.removed.count++] = patch->names[i];
		else if (patch->items[i].type != JSON_NULL && (old == NULL || strcmp(old, new.value) != 0))
			set[merged.set_count++] = new;
	}
	merged.removed.items = removed;
	qsort(all, merged.count, sizeof(*all), compare);
	return merged;
}

bool
claims_fit(struct arena *arena, const struct claims_merged *merged)
{
	return merged->count <= CLAIMS_MAX && strlen(claims_text(arena, merged->all, merged->count)) <= CLAIMS_BYTES_MAX;
}
