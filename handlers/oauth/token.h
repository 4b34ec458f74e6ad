/*
 * What the grants of the token endpoint share: the form, the reply, and a person's tokens.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_TOKEN_H
#define GATEHOUSE_HANDLERS_OAUTH_TOKEN_H

#include "domain/oauth_resources.h"
#include "handlers/oauth/oauth.h"

struct token_input {
	struct {
		CLIENT_HAS;
		bool issuer_id, grant_type, scope, resource, code, redirect_uri, code_verifier, refresh_token;
	} has;
	CLIENT_TEXTS;
	const char *issuer_id, *grant_type, *scope, *resource, *code, *redirect_uri, *code_verifier, *refresh_token;
	bool is_without_refresh;	/* never of a form: nobody would hold the refresh token */
};

struct token_view {
	const char *access_token, *token_type;
	int64_t expires_in;
	const char *scope, *refresh_token, *id_token;
};

/* Whom a code or refresh token stands for, and what was granted. */
struct token_person {
	const char *grant_id, *user_id, *scope;
	struct found_resource resource;
	const char *session_id, *strength, *session_class, *amr;	/* the last three NULL when the sign-in is forgotten */
	int64_t level, authenticated_at, token_version;
	const char *email, *name;
	bool email_verified;
	const char *access_token;	/* of the console, which stores them; NULL: to be signed */
};

/* Of the row of a code or refresh token, which have these columns. */
#define TOKEN_PERSON_OF(row, granted_scope, found)                                                                             \
	(struct token_person)                                                                                                   \
	{                                                                                                                       \
		.grant_id = (row)->grant_id, .user_id = (row)->user_id,                                                         \
		.resource = (found), .scope = (granted_scope),                                                                  \
		.session_id = (row)->session_id, .strength = (row)->strength, .session_class = (row)->session_class,            \
		.amr = (row)->amr, .level = (row)->level, .authenticated_at = (row)->authenticated_at,                          \
		.token_version = (row)->token_version, .email = (row)->email, .name = (row)->name,                              \
		.email_verified = (row)->email_verified_at != NONE,                                                             \
	}

/*
 * What is left of a grant's scopes at its resource, as both and the client are now (rule 20). ERR_INVALID_TARGET, ERR_INVALID_SCOPE: nothing.
 */
enum err token_settle(struct tx *, const struct oauth_client_row *, const char *resource, const char *scope, struct found_resource *ret_resource,
		      const char **ret_scope) MUST_CHECK;
/* Is it an answer for the client, not a failure of ours? */
bool token_is_answer(enum err);

/*
 * A code or a refresh token becomes what it stands for, in a transaction of its own. ERR_INVALID_GRANT, INVALID_REQUEST, INVALID_SCOPE,
 * INVALID_TARGET: what was done (a burnt code, a revoked family) is committed. *ret_refresh NULL: the client gets none.
 */
enum err token_redeem(const struct request *, struct tx *, const struct token_input *, const struct oauth_client_row *,
		      struct token_person *ret_person, const char **ret_refresh, const char **ret_nonce) MUST_CHECK;
enum err token_refresh(const struct request *, struct tx *, const struct oauth_client_row *, struct token_person *ret_person,
		       const char **ret_refresh) MUST_CHECK;

/* A new refresh token of a grant, the seq-th. */
enum err token_add_refresh(struct tx *, const struct oauth_client_row *, const char *issuer, const char *grant_id, int64_t seq,
			   int64_t grant_expires_at, const char *text) MUST_CHECK;

#endif
