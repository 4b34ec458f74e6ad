/*
 * People's accounts at sign-in providers (users.md rule 26): whose they are, linking and unlinking them.
 */
#ifndef GATEHOUSE_DOMAIN_IDENTITIES_H
#define GATEHOUSE_DOMAIN_IDENTITIES_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* What a provider said about somebody. */
struct identity_claim {
	const char *provider;
	const char *subject;
	const char *email;		/* NULL: it gave none */
	bool email_verified;		/* as far as that provider's word counts */
};

/* How an identity is shown: to its person, and to those who manage the project. */
struct identity_view {
	const char *id, *user_id, *provider, *subject, *email;
	bool email_verified;
	int64_t linked_at, last_used_at;
};
extern const struct field identity_fields[];
struct identity_view identity_view_of(struct arena *, const struct user_identity_row *);

/* ERR_NO_ROW: nobody's yet. */
enum err identity_find(struct tx *, const char *project_id, const struct identity_claim *,
		       struct user_identity_row *ret) MUST_CHECK;
/* It was just signed in with; what the provider says now is kept. */
enum err identity_used(struct tx *, const char *project_id, const char *identity_id,
		       const struct identity_claim *) MUST_CHECK;

/*
 * Links it to a person. ERR_IDENTITY_TAKEN when it is somebody's, also when another transaction was just faster: nothing
 * of this one may then stay. org_id: whose chain records identity.linked (NULL: looked up).
 */
enum err identity_link(struct tx *, const char *project_id, const char *org_id, const char *user_id,
		       const struct identity_claim *) MUST_CHECK;

/*
 * The user's row is written first. ERR_NO_ROW; ERR_LAST_SIGN_IN_METHOD when the person couldn't sign in any more. methods:
 * what is on in the project (METHOD_BIT). Records identity.unlinked.
 */
enum err identity_unlink(struct tx *, const char *project_id, const char *user_id, const char *identity_id,
			 unsigned methods) MUST_CHECK;

#endif
