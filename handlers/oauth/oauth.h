/*
 * What the OAuth endpoints share: the client that asks, the project's addresses, the tokens it has issued.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_OAUTH_H
#define GATEHOUSE_HANDLERS_OAUTH_OAUTH_H

#include "fcgi/request.h"
#include "lib/access_token.h"
#include "lib/signing_keys.h"
#include "sql/gen/queries.h"

/* What access tokens are signed with. */
#define OAUTH_ALG SIGN_ES256

/* ---- client.c ---- */

/* How a client names and proves itself in the form; as Basic credentials it does so in a header. */
struct client_input {
	const char *client_id, *client_secret;
};

/*
 * The client that asks, proven (RFC 6749 section 2.3; oauth.md rule 15). ERR_INVALID_CLIENT: unknown here, of another project, a
 * wrong secret, two ways at once. *ret_row has the key that signs, if the project has one.
 */
enum err oauth_client_find(const struct request *, struct tx *, const char *issuer_client_id, const struct client_input *,
			   struct oauth_client_row *ret_row) MUST_CHECK;
/* May the client use this grant? */
bool oauth_client_has_grant(const struct oauth_client_row *, const char *grant);
/* What the client's tokens may be for; the first one when it doesn't ask. Never empty. */
struct strings oauth_client_audiences(struct arena *, const struct oauth_client_row *);
/* Is it one of them? */
bool oauth_client_has_audience(struct arena *, const struct oauth_client_row *, const char *audience);

/* ---- issuer.c ---- */

/* "https://AUTH_HOST/p/proj_…" */
const char *oauth_issuer(const struct request *, const char *issuer_client_id) RETURNS_NONNULL;

/* ---- tokens.c ---- */

/*
 * Is this an access token that the project issued, that lives, and that nobody has revoked? (RFC 7662 section 2.2) OK with
 * *ret_is_active false for anything else; an error only when the database fails.
 */
enum err oauth_token_read(const struct request *, struct tx *, const char *project_id, const char *issuer, const char *text,
			  bool *ret_is_active, struct access_token *ret) MUST_CHECK;

#endif
