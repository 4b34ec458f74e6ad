/*
 * The life of a project's signing keys (oauth.md rule 32): made on first use, published a day before they sign, and a day after.
 */
#ifndef GATEHOUSE_DOMAIN_SIGNING_KEYS_H
#define GATEHOUSE_DOMAIN_SIGNING_KEYS_H

#include "lib/signing_keys.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* Published so long before it signs, so that every verifier has fetched it by then. */
#define SIGNING_KEY_NOTICE_MS DAY_MS
/* … and after its last signature: longer than any token lives. */
#define SIGNING_KEY_REST_MS (25 * HOUR_MS)
#define SIGNING_KEY_AGE_MS  (90 * DAY_MS)

/* Where the private half of a key stands. Texts are borrowed. */
struct seal_place signing_key_place(const char *project_id, const char *key_id);

/*
 * Gives the project an active key of this algorithm if it has none, in a transaction of its own: call it outside one. Two at once
 * make one key.
 */
enum err signing_key_ensure(struct tx *, const char *org_id, const char *project_id, enum signing_alg) MUST_CHECK;

/* The key that signs, made when there is none: the same, unless *key_id says that it is known already. */
enum err signing_key_take(struct tx *, const char *org_id, const char *project_id, enum signing_alg, const char **key_id,
			  struct bytes *private_sealed) MUST_CHECK;

/*
 * A successor, to sign in SIGNING_KEY_NOTICE_MS; at once where there was no key. ERR_ROTATION_IN_PROGRESS when one waits already.
 * Records it.
 */
enum err signing_key_rotate(struct tx *, const char *org_id, const char *project_id, enum signing_alg,
			    const char **ret_key_id) MUST_CHECK;
/* A new key signs from now on; the old one and a waiting one are void at once, and with them all they signed. Records it. */
enum err signing_key_replace(struct tx *, const char *org_id, const char *project_id, enum signing_alg,
			     const char **ret_key_id) MUST_CHECK;
/* The waiting key signs from now on, the old one rests. Records it. */
enum err signing_key_activate(struct tx *, const char *org_id, const char *project_id, enum signing_alg,
			      const char *key_id) MUST_CHECK;

#endif
