/*
 * Fingerprints: values made comparable, digested, stored and matched.
 */
#include "lib/fingerprints.h"

#include <string.h>

#include <openssl/evp.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/hmac.h"
#include "lib/http.h"
#include "lib/json.h"
#include "lib/secrets.h"

#define MAC_DIGITS 12

const char *const component_names[] = {
	[COMPONENT_BIOS] = "bios",
	[COMPONENT_CPU] = "cpu",
	[COMPONENT_DISK] = "disk",
	[COMPONENT_GPU] = "gpu",
	[COMPONENT_MAC] = "mac",
	[COMPONENT_MOTHERBOARD] = "motherboard",
	[COMPONENT_UUID] = "uuid",
	[COMPONENT_COUNT] = NULL,
};

enum component
component_parse(const char *name)
{
	enum component component = 0;

	while (component < COMPONENT_COUNT && strcmp(component_names[component], name) != 0)
		component++;
	return component;
}

/* ---- values ---- */

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char *
tidy(struct arena *arena, const char *said)
{
	char *value = arena_alloc(arena, strlen(said) + 1);
	size_t len = 0;

	for (; *said != '\0'; said++) {
		if (!is_blank(*said))
			value[len++] = *said >= 'A' && *said <= 'Z' ? (char)(*said - 'A' + 'a') : *said;
		else if (len > 0 && value[len - 1] != ' ')
			value[len++] = ' ';
	}
	if (len > 0 && value[len - 1] == ' ')
		value[len - 1] = '\0';
	return value;
}

/* Nothing but this digit, whatever stands between. */
static bool
is_all(const char *value, char digit)
{
	size_t seen = 0;

	for (; *value != '\0'; value++) {
		if (*value == digit)
			seen++;
		else if (strchr(" -:.{}", *value) == NULL)
			return false;
	}
	return seen > 0;
}

static bool
says_nothing(const char *value)
{
	static const char *const PHRASES[] = { "", "none", "unknown", "default string", "to be filled by o.e.m." };

	for (size_t i = 0; i < ARRAY_LEN(PHRASES); i++)
		if (strcmp(value, PHRASES[i]) == 0)
			return true;
	return is_all(value, '0') || is_all(value, 'f');
}

/* The digits alone, in place. */
static bool
make_mac(char *value)
{
	size_t digits = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if (strchr("0123456789abcdef", *c) != NULL)
			value[digits++] = *c;
		else if (strchr(" -:.", *c) == NULL)
			return false;
	}
	value[digits] = '\0';
	return digits == MAC_DIGITS;
}

enum component_value
component_normalise(struct arena *arena, enum component component, const char *said, const char **ret_value)
{
	char *value = tidy(arena, said);

	if (says_nothing(value))
		return COMPONENT_ABSENT;
	if (component == COMPONENT_MAC && !make_mac(value))
		return COMPONENT_MALFORMED;
	*ret_value = value;
	return COMPONENT_SAID;
}

/* ---- digests ---- */

static enum err
mac_of(const struct license_secrets *secrets, const void *data, size_t len, uint8_t ret_digest[LICENSE_DIGEST_LEN])
{
	return hmac_sha256((struct bytes){ secrets->fingerprint, sizeof(secrets->fingerprint) }, (struct bytes){ data, len }, ret_digest);
}

/* Where it stands among them, not whether it is the right one: their order is no secret. */
static int
order(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, COMPONENT_OCTETS);
}

static enum err
insert_sorted(struct component_digests *digests, const uint8_t *digest)
{
	size_t at = 0;

	while (at < digests->count && order(digests->items[at], digest) < 0)
		at++;
	if (at < digests->count && order(digests->items[at], digest) == 0)
		return OK;
	if (digests->count == COMPONENT_VALUES_MAX)
		return ERR_VALIDATION_FAILED;
	memmove(digests->items[at + 1], digests->items[at], (digests->count - at) * COMPONENT_OCTETS);
	memcpy(digests->items[at], digest, COMPONENT_OCTETS);
	digests->count++;
	return OK;
}

enum err
fingerprint_add(struct fingerprint *fingerprint, const struct license_secrets *secrets, enum component component,
		const char *value)
{
	char named[16 + COMPONENT_VALUE_MAX];
	uint8_t digest[LICENSE_DIGEST_LEN];
	size_t name_len = strlen(component_names[component]);
	size_t value_len = strlen(value);

	if (value_len > COMPONENT_VALUE_MAX)
		return ERR_VALIDATION_FAILED;
	memcpy(named, component_names[component], name_len + 1);
	memcpy(named + name_len + 1, value, value_len);
	TRY(mac_of(secrets, named, name_len + 1 + value_len, digest));
	return insert_sorted(&fingerprint->of[component], digest);
}

size_t
fingerprint_count(const struct fingerprint *fingerprint)
{
	size_t count = 0;

	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		count += fingerprint->of[c].count > 0;
	return count;
}

struct strings
fingerprint_names(struct arena *arena, const struct fingerprint *fingerprint)
{
	const char **names = ARENA_ARRAY(arena, COMPONENT_COUNT, const char *);
	size_t count = 0;

	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		if (fingerprint->of[c].count > 0)
			names[count++] = component_names[c];
	return (struct strings){ .items = names, .count = count };
}

const char *
fingerprint_text(struct arena *arena, const struct fingerprint *fingerprint)
{
	struct buffer text = buffer_new(arena);

	buffer_char(&text, '{');
	for (enum component c = 0; c < COMPONENT_COUNT; c++) {
		const struct component_digests *digests = &fingerprint->of[c];
		if (digests->count == 0)
			continue;
		buffer_printf(&text, "%s\"%s\":[", text.len > 1 ? "," : "", component_names[c]);
		for (size_t i = 0; i < digests->count; i++)
			buffer_printf(&text, "%s\"%s\"", i > 0 ? "," : "",
				      hex_encode(arena, (struct bytes){ digests->items[i], COMPONENT_OCTETS }));
		buffer_char(&text, ']');
	}
	buffer_char(&text, '}');
	return buffer_string(&text);
}

/* Components in their order, digests in theirs: what says the same gives the same octets. */
enum err
fingerprint_digest(const struct fingerprint *fingerprint, const struct license_secrets *secrets,
		   uint8_t ret_digest[LICENSE_DIGEST_LEN])
{
	uint8_t all[COMPONENT_COUNT * (2 + COMPONENT_VALUES_MAX * COMPONENT_OCTETS)];
	size_t len = 0;

	for (enum component c = 0; c < COMPONENT_COUNT; c++) {
		const struct component_digests *digests = &fingerprint->of[c];
		if (digests->count == 0)
			continue;
		all[len++] = (uint8_t)c;
		all[len++] = (uint8_t)digests->count;
		memcpy(all + len, digests->items, digests->count * COMPONENT_OCTETS);
		len += digests->count * COMPONENT_OCTETS;
	}
	return mac_of(secrets, all, len, ret_digest);
}

static bool
parse_digests(struct arena *arena, const struct json *list, struct component_digests *ret)
{
	struct bytes digest;

	if (list->type != JSON_ARRAY || list->count == 0 || list->count > COMPONENT_VALUES_MAX)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].type != JSON_STRING || !hex_decode(arena, list->items[i].string, &digest) ||
		    digest.len != COMPONENT_OCTETS || insert_sorted(ret, digest.data) != OK)
			return false;
	}
	return ret->count == list->count;
}

bool
fingerprint_parse(struct arena *arena, const char *text, struct fingerprint *ret)
{
	struct fingerprint fingerprint = { 0 };
	struct json stored;

	if (json_parse(arena, text, strlen(text), &stored, NULL) != OK || stored.type != JSON_OBJECT)
		return false;
	for (size_t i = 0; i < stored.count; i++) {
		enum component component = component_parse(stored.names[i]);
		if (component == COMPONENT_COUNT || !parse_digests(arena, &stored.items[i], &fingerprint.of[component]))
			return false;
	}
	*ret = fingerprint;
	return true;
}

/* ---- addresses ---- */

enum err
address_digest(const struct license_secrets *secrets, const uint8_t ip[16], uint8_t ret_digest[LICENSE_DIGEST_LEN])
{
	uint8_t named[3 + 16] = "ip";

	memcpy(named + 3, ip, 16);
	ip_to_bucket(named + 3);
	return mac_of(secrets, named, sizeof(named), ret_digest);
}

const char *
address_hint(struct arena *arena, const uint8_t ip[16])
{
	const char *text = ip_format(arena, (struct bytes){ ip, 16 });
	char separator = strchr(text, ':') == NULL ? '.' : ':';
	const char *first = strchr(text, separator);
	const char *second = first == NULL ? NULL : strchr(first + 1, separator);

	if (second == NULL)
		return "*";
	return arena_printf(arena, "%.*s%s", (int)(second - text), text, separator == '.' ? ".*.*" : ":*");
}

/* ---- matching ---- */

/* Of network cards one is enough: they come and go. */
static bool
meet(const struct component_digests *a, const struct component_digests *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (secret_equal(a->items[i], b->items[k], COMPONENT_OCTETS))
				return true;
	return false;
}

int64_t
fingerprint_match(const struct fingerprint *stored, const struct fingerprint *said, const struct match_rules *rules)
{
	int64_t weight = 0, matching_weight = 0, count = 0, matching = 0;

	for (enum component c = 0; c < COMPONENT_COUNT; c++) {
		if (stored->of[c].count == 0)
			continue;
		bool fits = meet(&stored->of[c], &said->of[c]);
		count++;
		weight += rules->weights[c];
		matching += fits;
		matching_weight += fits ? rules->weights[c] : 0;
	}
	int64_t needed = rules->min_matches < count ? rules->min_matches : count;
	/* Where nothing stored weighs anything, all of it must fit. */
	int64_t score = weight > 0 ? matching_weight * FULL_MATCH / weight : matching == count ? FULL_MATCH : 0;
	bool fits = count > 0 && matching >= needed && score * 100 >= rules->threshold * FULL_MATCH;
	return fits ? score : NO_MATCH;
}
