/*
 * A new e-mail address or phone number of somebody who is signed in: it counts once it is proven, by the code that went there or, for
 * mail, the link beside it (users.md rules 15, 16 and 18).
 */
#ifndef GATEHOUSE_DOMAIN_CONTACT_CHANGES_H
#define GATEHOUSE_DOMAIN_CONTACT_CHANGES_H

#include "sql/tx.h"

/* How long a proof by link counts; a code lives as long as the project says. */
#define CONTACT_CHANGE_MS HOUR_MS

enum contact { CONTACT_EMAIL, CONTACT_PHONE };

/* Whose it is. */
struct contact_owner {
	const char *project_id;
	const char *user_id;
	enum contact kind;
};

struct contact_proof {
	const char *code;
	const char *token; /* NULL for a phone */
};

/*
 * Makes the proofs of a new target; an older pending one is void. ERR_TOO_MANY_ATTEMPTS while too many wrong codes lock a phone. The
 * caller sends them.
 */
enum err contact_change_make(struct tx *, const struct contact_owner *, const char *target, int64_t code_life_ms,
			     struct contact_proof *ret) MUST_CHECK;
/*
 * The code or token is right: the pending change is used up. ERR_INVALID_CODE, whose spent try the caller commits (refuse);
 * ERR_LINK_INVALID for a token.
 */
enum err contact_change_prove_code(struct tx *, const struct contact_owner *, const char *code,
				   const char **ret_target) MUST_CHECK;
enum err contact_change_prove_link(struct tx *, const struct contact_owner *, const char *token,
				   const char **ret_target) MUST_CHECK;

#endif
