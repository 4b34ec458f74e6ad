/*
 * Password hashes and rules.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <zxcvbn.h>

#include "lib/foreign_hashes.h"
#include "lib/passwords.h"
#include "lib/text.h"

#define SALT_LEN               16
#define HASH_LEN               32
#define LANES                  1
#define SCORED_CHARACTERS      100
#define CONTEXT_CHARACTERS_MIN 4
#define CONTEXT_WORDS_MAX      16

enum err
password_hash(struct arena *arena, struct password_cost cost, const char *password,
	      const char **ret_phc)
{
	uint8_t salt[SALT_LEN];
	char phc[PASSWORD_HASH_MAX];

	if (RAND_bytes(salt, sizeof(salt)) != 1)
		return ERR_CRYPTO;
	int status =
	    argon2id_hash_encoded(cost.passes, cost.memory_kib, LANES, password, strlen(password),
				  salt, sizeof(salt), HASH_LEN, phc, sizeof(phc));
	if (status != ARGON2_OK)
		return ERR_CRYPTO;
	*ret_phc = arena_strdup(arena, phc);
	return OK;
}

/* The same work as a verification: it too is one hash under these costs. */
static enum err
hash_for_nobody(struct password_cost cost, const char *password)
{
	static const uint8_t salt[SALT_LEN] = "nobody's account";
	uint8_t hash[HASH_LEN];

	int status = argon2id_hash_raw(cost.passes, cost.memory_kib, LANES, password,
				       strlen(password), salt, sizeof(salt), hash, sizeof(hash));
	OPENSSL_cleanse(hash, sizeof(hash));
	return status == ARGON2_OK ? OK : ERR_CRYPTO;
}

enum err
password_verify(struct arena *arena, struct password_cost cost, const char *phc,
		const char *password, bool *ret_matches)
{
	if (phc == NULL) {
		TRY(hash_for_nobody(cost, password));
		*ret_matches = false;
		return OK;
	}
	enum err e = foreign_hash_verify(arena, phc, password, ret_matches);
	/* It was looked at when it came in, so it has been spoilt since: nothing to tell whoever signs in. */
	return e == ERR_HASH_UNSUPPORTED || e == ERR_HASH_TOO_COSTLY ? ERR_CRYPTO : e;
}

bool
password_needs_rehash(const char *phc, struct password_cost cost)
{
	char wanted[96];

	int len = snprintf(wanted, sizeof(wanted), "$argon2id$v=%d$m=%u,t=%u,p=%d$",
			   ARGON2_VERSION_13, cost.memory_kib, cost.passes, LANES);
	return strncmp(phc, wanted, (size_t)len) != 0;
}

/* Does the password hold the first `len` octets of the word, ASCII letters in any case? */
static bool
holds_word(const char *password, const char *word, size_t len)
{
	for (; strnlen(password, len) == len; password++) {
		if (strncasecmp(password, word, len) == 0)
			return true;
	}
	return false;
}

static bool
holds_context(const char *password, const char *email, struct strings words)
{
	const char *at = email == NULL ? NULL : strrchr(email, '@');
	size_t local_len = at == NULL ? 0 : (size_t)(at - email);

	if (local_len >= CONTEXT_CHARACTERS_MIN && holds_word(password, email, local_len))
		return true;
	for (size_t i = 0; i < words.count; i++) {
		if (utf8_length(words.items[i]) >= CONTEXT_CHARACTERS_MIN &&
		    holds_word(password, words.items[i], strlen(words.items[i])))
			return true;
	}
	return false;
}

/* zxcvbn's scores are powers of ten of the guesses needed; this library gives bits. */
static int
score_of_bits(double bits)
{
	static const double log2_guesses[] = { 9.966, 19.932, 26.575, 33.219 };
	int score = 0;

	while (score < (int)ARRAY_LEN(log2_guesses) && bits >= log2_guesses[score])
		score++;
	return score;
}

/* The library takes time that grows faster than the length, so only the beginning is scored. */
static int
score_of(const char *password, const char *email, struct strings words)
{
	char beginning[SCORED_CHARACTERS * 4 + 1];
	const char *dictionary[CONTEXT_WORDS_MAX + 2];
	size_t len = 0;
	size_t count = 0;

	for (size_t characters = 0; password[len] != '\0' && len < sizeof(beginning) - 1; len++) {
		characters += ((unsigned char)password[len] & 0xc0) != 0x80 ? 1 : 0;
		if (characters > SCORED_CHARACTERS)
			break;
		beginning[len] = password[len];
	}
	beginning[len] = '\0';
	if (email != NULL)
		dictionary[count++] = email;
	for (size_t i = 0; i < words.count && i < CONTEXT_WORDS_MAX; i++)
		dictionary[count++] = words.items[i];
	dictionary[count] = NULL;
	int score = score_of_bits(ZxcvbnMatch(beginning, dictionary, NULL));
	OPENSSL_cleanse(beginning, sizeof(beginning));
	return score;
}

/* From the most telling reason to the vaguest: a breached password is usually weak as well. */
const char *
password_problem(const struct password_rules *rules, const char *password, const char *email,
		 struct strings words)
{
	size_t length = utf8_length(password);
	bool is_readable = false;

	if (length < rules->length_min || length > rules->length_max ||
	    strlen(password) > PASSWORD_BYTES_MAX)
		return "length";
	if (holds_context(password, email, words))
		return "context";
	if (rules->breached_file != NULL && rules->breached_file[0] != '\0' &&
	    password_is_breached(rules->breached_file, password, &is_readable))
		return "breached";
	return score_of(password, email, words) < rules->score_min ? "score" : NULL;
}
