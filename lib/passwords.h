/*
 * Passwords: Argon2id by libargon2, taken as sent (PW-04), strength by libzxcvbn.
 */
#ifndef GATEHOUSE_LIB_PASSWORDS_H
#define GATEHOUSE_LIB_PASSWORDS_H

#include "lib/arena.h"
#include "lib/errors.h"

#define PASSWORD_BYTES_MAX 1024
#define PASSWORD_HASH_MAX 512

struct password_cost {
	uint32_t memory_kib;	/* 7168 to 65536; default 9216 */
	uint32_t passes;	/* 1 to 10; default 4 */
};

/* PHC string. ERR_CRYPTO when memory or randomness is lacking. */
enum err password_hash(struct arena *, struct password_cost, const char *password, const char **ret_phc) MUST_CHECK;
/*
 * phc: a hash of password_hash(), or one that somebody brought along from another system (lib/foreign_hashes.h). NULL: the same work against a hash nobody has the password of, and false (PW-06). ERR_CRYPTO when it can't be checked.
 */
enum err password_verify(struct arena *, struct password_cost, const char *phc, const char *password, bool *ret_matches) MUST_CHECK;
bool password_needs_rehash(const char *phc, struct password_cost);

struct password_rules {
	unsigned length_min;	/* code points; default 8 */
	unsigned length_max;	/* default 128 */
	int score_min;		/* zxcvbn 0 to 4; default 2 */
	const char *breached_file;	/* sorted upper-case SHA-1 hex lines, optional ":count"; NULL: not looked at */
};

/*
 * NULL when good, else the rule it breaks: length, score, breached, context (holds the e-mail's local part or one of the words,
 * each of at least 4 characters, in any case). Scoring reads the first 100 characters.
 */
const char *password_problem(const struct password_rules *, const char *password, const char *email, struct strings words);
/* Is SHA-1(password) in the sorted file? False when the file can't be read: *ret_readable tells. */
bool password_is_breached(const char *file, const char *password, bool *ret_readable);

#endif
