/*
 * What the grants of the token endpoint share: the form, the reply, and a person's tokens.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_TOKEN_H
#define GATEHOUSE_HANDLERS_OAUTH_TOKEN_H

#include "domain/oauth_resources.h"
#include "handlers/oauth/oauth.h"
#include "lib/jwt_bearer.h"

struct token_input {
	struct {
		CLIENT_HAS;
		bool issuer_id, grant_type, scope, resource, code, redirect_uri, code_verifier, refresh_token, device_code, subject_token,
		    subject_token_type, requested_token_type, actor_token, audience, assertion;
	} has;
	CLIENT_TEXTS;
	const char *issuer_id, *grant_type, *scope, *resource, *code, *redirect_uri, *code_verifier, *refresh_token, *device_code,
	    *subject_token, *subject_token_type, *requested_token_type, *actor_token, *audience, *assertion;
	bool is_without_refresh;	/* never of a form: nobody would hold the refresh token */
};

struct token_view {
	const char *access_token, *token_type;
	int64_t expires_in;
	const char *scope, *refresh_token, *id_token, *issued_token_type;
};

/* Whom a code or refresh token stands for, and what was granted. */
struct token_person {
	const char *grant_id, *user_id, *scope;
	struct found_resource resource;
	const char *session_id, *strength, *session_class, *amr;	/* the last three NULL when the sign-in is forgotten */
	int64_t level, authenticated_at, token_version;
	const char *email, *name;
	bool email_verified;
	struct project_claims claims;	/* all that its project says of them */
	const char *access_token;	/* of the console, which stores them; NULL: to be signed */
};

/* What a grant comes to when a token is made of it. */
struct token_what {
	struct found_resource resource;
	const char *scope;
	struct project_claims claims;
};

/* Of the row of a code or refresh token, which have these columns. */
#define TOKEN_PERSON_OF(row, what)                                                                                             \
	(struct token_person)                                                                                                   \
	{                                                                                                                       \
		.grant_id = (row)->grant_id, .user_id = (row)->user_id,                                                         \
		.resource = (what).resource, .scope = (what).scope, .claims = (what).claims,                                   \
		.session_id = (row)->session_id, .strength = (row)->strength, .session_class = (row)->session_class,            \
		.amr = (row)->amr, .level = (row)->level, .authenticated_at = (row)->authenticated_at,                          \
		.token_version = (row)->token_version, .email = (row)->email, .name = (row)->name,                              \
		.email_verified = (row)->email_verified_at != NONE,                                                             \
	}

/* ---- what every grant ends with (token.c) ---- */

/* How an access token for a resource is made: as its server says, or as the client does for itself. */
struct token_target {
	const char *audience, *token_claims;
	const char *jkt;	/* the key it is bound to, or NULL */
	int64_t ttl_s;
	enum signing_alg alg;
	const char *key_id;	/* NULL until there is one */
	struct bytes private_sealed;
};
struct token_target token_target_of(const struct oauth_client_row *, const struct found_resource *, const char *jkt);
/* Its key that signs, made when the project has none. */
enum err token_take_key(struct tx *, const struct oauth_client_row *, struct token_target *) MUST_CHECK;
/* What is the same in every access token. */
struct access_token token_begin(const struct request *, const struct oauth_client_row *, const struct token_target *, const char *scope);
/* What it says of a person; without its jti. */
struct access_token token_of_person(const struct request *, const struct oauth_client_row *, const struct token_target *,
				    const struct token_person *);
/* What their ID token says; without nonce and at_hash. */
struct id_token token_id_of_person(const struct request *, const struct oauth_client_row *, const struct token_person *);
/* Gives it its jti and signs it. */
enum err token_sign(const struct request *, struct tx *, const struct oauth_client_row *, const struct token_target *, struct access_token *,
		    const char **ret_token) MUST_CHECK;
/* A person's, whole. */
enum err token_sign_for_person(const struct request *, struct tx *, const struct oauth_client_row *, const struct token_target *,
			       const struct token_person *, const char **ret_token) MUST_CHECK;
/* Any other JWT, with that "typ". */
enum err token_sign_claims(const struct request *, const struct oauth_client_row *, const struct token_target *, const char *type,
			   const char *claims, const char **ret_token) MUST_CHECK;
const char *token_type(const char *jkt) RETURNS_NONNULL;
/* Once a minute. */
enum err token_note_use(struct tx *, const struct oauth_client_row *) MUST_CHECK;

/* ---- the grants ---- */

/* The client's own token. most: words, the scopes it may hold at most; "": no limit besides the client's own. */
enum err token_issue_to_program(const struct request *, struct tx *, struct oauth_client_row *, const char *jkt, const char *most,
				struct token_view *ret) MUST_CHECK;


/*
 * What is left of a grant's scopes at its resource, as both, the client and the person are now (rule 20), and what is said of the person.
 * ERR_INVALID_TARGET, ERR_INVALID_SCOPE: nothing.
 */
enum err token_settle(struct tx *, const struct oauth_client_row *, const char *user_id, const char *resource, const char *scope,
		      struct token_what *ret) MUST_CHECK;
/* Is it an answer for the client, not a failure of ours? */
bool token_is_answer(enum err);

/*
 * A code or a refresh token becomes what it stands for, in a transaction of its own. ERR_INVALID_GRANT, INVALID_REQUEST, INVALID_SCOPE,
 * INVALID_TARGET: what was done (a burnt code, a revoked family) is committed. jkt: the key that was proven, or NULL. *ret_refresh NULL:
 * the client gets none.
 */
enum err token_redeem(const struct request *, struct tx *, const struct token_input *, const struct oauth_client_row *, const char *jkt,
		      struct token_person *ret_person, const char **ret_refresh, const char **ret_nonce) MUST_CHECK;
enum err token_refresh(const struct request *, struct tx *, const struct oauth_client_row *, const char *jkt,
		       struct token_person *ret_person, const char **ret_refresh) MUST_CHECK;

/*
 * A device asks whether its person has decided: also AUTHORIZATION_PENDING, SLOW_DOWN, EXPIRED_TOKEN, ACCESS_DENIED, each with what it has
 * done to the row committed.
 */
enum err token_poll(const struct request *, struct tx *, const struct oauth_client_row *, const char *jkt, struct token_person *ret_person,
		    const char **ret_refresh) MUST_CHECK;

/* A token becomes another one (exchange.c). INVALID_REQUEST for a subject token that doesn't count. */
enum err token_exchange(const struct request *, struct tx *, struct oauth_client_row *, const char *jkt, struct token_view *ret) MUST_CHECK;

/* Another issuer's token as a grant (bearer.c), and as what it is trusted. */
struct token_assertion {
	struct jwt_bearer grant;
	const char *jwks_uri, *scopes;
	const char *provider;	/* of a person's; else NULL */
};

/*
 * The assertion of the request, not verified yet, and the client that asks: proven, but for a workload's, which its token proves.
 * INVALID_GRANT: nobody's whose tokens count here.
 */
enum err token_assertion_read(const struct request *, struct tx *, struct token_assertion *ret, struct oauth_client_row *ret_client) MUST_CHECK;
/* Verifies it and gives what it is good for; a person's once. Also DOCUMENT_WANTED, when the issuer's keys are being fetched. */
enum err token_assertion_redeem(const struct request *, struct tx *, const struct token_assertion *, struct oauth_client_row *, const char *jkt,
				struct token_view *ret) MUST_CHECK;

/* A new refresh token of a grant, the seq-th; a public client's is bound to the key. */
enum err token_add_refresh(struct tx *, const struct oauth_client_row *, const char *issuer, const char *grant_id, int64_t seq,
			   int64_t grant_expires_at, const char *jkt, const char *text) MUST_CHECK;

#endif
