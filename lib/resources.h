/*
 * What an access token may be for, and which scopes it may hold there (RFC 8707; oauth.md rules 5, 7, 20 and 21): the arithmetic alone.
 */
#ifndef GATEHOUSE_LIB_RESOURCES_H
#define GATEHOUSE_LIB_RESOURCES_H

#include "lib/arena.h"
#include "lib/errors.h"

/* What may be asked of a person at every resource (OpenID Connect Core sections 5.4 and 11). */
#define PERSON_SCOPES "openid profile email phone offline_access"

/* What our own API offers to apps of a project's own: to act on the account of the person who let them (rule 22). */
#define ACCOUNT_SCOPE "account"

/* A client as far as it decides. Texts are borrowed. */
struct resource_asker {
	const char *client_id;
	const char *audiences;	/* JSON list, as stored; none: the client itself */
	const char *ceiling;	/* scopes it may have at most; "": no limit of its own */
	bool is_first_party;
	bool is_registered;	/* by itself (dcr, cimd): nobody has named its audiences */
};

/* What a token is for. */
struct resource {
	const char *identifier;	/* aud, in its registered form */
	bool is_client;		/* the client itself: its ceiling says what there is */
	/* "read,write pro team": its scopes, behind a name the plans whose people may have it; none: everybody. "": there are none. */
	const char *scopes;
};

/*
 * The identifier that is asked for, NULL: the first audience (RI-04). NULL when the client may not ask for it. What a client that registered
 * itself asks for comes back as it was written: whether such a resource server lets it in remains to be seen.
 */
const char *resource_choose(struct arena *, const struct resource_asker *, const char *asked);
/* The other spelling of a bare origin, with or without its final '/'; any other identifier is its own. */
const char *resource_other_spelling(struct arena *, const char *identifier) RETURNS_NONNULL;

/* As a plan: who it will be isn't known yet, so what some plan's people may have is kept, to be judged when a token is made. */
#define ANY_PLAN "*"

/* Does a person of that plan (NULL: none) get the scope there? The words of OpenID Connect are everywhere. */
bool resource_gives(const struct resource *, const struct resource_asker *, const char *plan, const char *word, size_t len);

/*
 * Of a person's token: what of `asked` the client gets, each word once; NULL asked: what it gets by itself (rule 7). "" when nothing is left.
 */
const char *resource_scope_for_person(struct arena *, const struct resource *, const struct resource_asker *, const char *plan,
				      const char *asked) RETURNS_NONNULL;
/*
 * Of a program's token, whose plan is its organization's: all of `asked`, or ERR_INVALID_SCOPE; NULL asked: all that there is, perhaps ""
 * (rule 21).
 */
enum err resource_scope_for_program(struct arena *, const struct resource *, const struct resource_asker *, const char *plan,
				    const char *asked, const char **ret_scope) MUST_CHECK;

#endif
