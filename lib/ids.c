/*
 * Making and checking ids.
 */
#include <string.h>

#include <openssl/rand.h>

#include "lib/ids.h"

#define BODY_LEN        16
#define PUBLIC_BODY_LEN 24

/* 36^16 / 2^48, rounded down: how many ids a millisecond has. */
#define IDS_PER_MS UINT64_C(28274847169)
#define MS_MASK    ((UINT64_C(1) << 48) - 1)

static const char lower_digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char all_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const char *
id_prefix(enum id_kind kind)
{
	static const char *const prefixes[ID_COUNT] = {
#define ID_KIND(symbol, prefix) [ID_##symbol] = prefix,
		ID_KINDS(ID_KIND)
#undef ID_KIND
	};

	return prefixes[kind] == NULL ? "" : prefixes[kind];
}

static bool
has_grammar(const char *text, const char *prefix, const char *alphabet, size_t body_len)
{
	size_t prefix_len = strlen(prefix);

	if (strncmp(text, prefix, prefix_len) != 0 || text[prefix_len] != '_')
		return false;
	const char *body = text + prefix_len + 1;
	return strspn(body, alphabet) == body_len && body[body_len] == '\0';
}

bool
id_is_valid(enum id_kind kind, const char *text)
{
	if (text == NULL || kind == ID_NONE)
		return false;
	if (kind == ID_ANY_CLIENT)
		return id_is_valid(ID_PUBLIC_PROJECT, text) || id_is_valid(ID_CLIENT, text);
	if (kind == ID_PUBLIC_PROJECT)
		return has_grammar(text, id_prefix(kind), all_digits, PUBLIC_BODY_LEN);
	return has_grammar(text, id_prefix(kind), lower_digits, BODY_LEN);
}

/*
 * The time takes the upper part of the 16 digits' value, so that ids of later milliseconds are
 * greater. The 35 bits below are enough where a primary key refuses the second of two equal ids.
 */
static void
write_body(int64_t at_ms, uint64_t low, char *ret_body)
{
	__extension__ unsigned __int128 value = (uint64_t)at_ms & MS_MASK;

	value = value * IDS_PER_MS + low;
	for (int i = BODY_LEN - 1; i >= 0; i--) {
		ret_body[i] = lower_digits[value % 36];
		value /= 36;
	}
}

static enum err
make_body(int64_t now_ms, char *ret_body)
{
	uint64_t random = 0;

	if (RAND_bytes((unsigned char *)&random, sizeof(random)) != 1)
		return ERR_CRYPTO;
	write_body(now_ms, random % IDS_PER_MS, ret_body);
	return OK;
}

/* Octets of 248 and above are thrown away: 256 isn't a multiple of 62. */
static enum err
make_public_body(char *ret_body)
{
	size_t count = 0;

	while (count < PUBLIC_BODY_LEN) {
		uint8_t random[PUBLIC_BODY_LEN * 2];
		if (RAND_bytes(random, sizeof(random)) != 1)
			return ERR_CRYPTO;
		for (size_t i = 0; i < sizeof(random) && count < PUBLIC_BODY_LEN; i++) {
			if (random[i] < 248)
				ret_body[count++] = all_digits[random[i] % 62];
		}
	}
	return OK;
}

enum err
id_make(struct arena *arena, enum id_kind kind, int64_t now_ms, const char **ret_id)
{
	char body[PUBLIC_BODY_LEN + 1] = "";

	if (kind == ID_PUBLIC_PROJECT)
		TRY(make_public_body(body));
	else
		TRY(make_body(now_ms, body));
	*ret_id = arena_printf(arena, "%s_%s", id_prefix(kind), body);
	return OK;
}

const char *
id_floor(struct arena *arena, enum id_kind kind, int64_t at_ms)
{
	char body[BODY_LEN + 1] = "";

	write_body(at_ms, 0, body);
	return arena_printf(arena, "%s_%s", id_prefix(kind), body);
}
