/*
 * What an access token of a project says (RFC 9068): a JWT of type at+jwt.
 */
#ifndef GATEHOUSE_LIB_ACCESS_TOKEN_H
#define GATEHOUSE_LIB_ACCESS_TOKEN_H

#include "lib/json.h"

#define ACCESS_TOKEN_TYPE "at+jwt"

/* What a project says of a person in their tokens (licensing.md rule 22), as JSON text but for the plan. NULL: it isn't said. */
struct project_claims {
	const char *custom_claims;	/* an object, plan and role within */
	const char *plan;		/* its key */
	const char *role;
	const char *features;		/* an object */
	bool is_without_features;	/* there was no room for them */
};

/* Those of them that are among the words of a client's or resource server's token_claims. */
struct project_claims project_claims_keep(const struct project_claims *, const char *token_claims);

/* Texts are borrowed; times are milliseconds, and go into the token as whole seconds. */
struct access_token {
	const char *issuer;
	const char *subject;	/* a user, or the client itself */
	const char *audience;	/* one */
	const char *client_id;
	const char *jti;
	const char *scope;	/* words with single spaces between; "" for none */
	const char *project_id;
	const char *org_id;
	const char *environment; /* live, test */
	int64_t issued_at, expires_at;
	const char *act;	/* who acts for the subject, as JSON text (RFC 8693 section 4.1); may be NULL */
	const char *jkt;	/* the key whose holder alone may use it (RFC 9449 section 6); may be NULL */
	struct project_claims claims;	/* of a program: its organization's plan alone */
	/* Of a person, else NULL; what follows is looked at only then. Texts that may be NULL are left out. */
	const char *grant_id;
	const char *session_id;		/* of the sign-in it comes from */
	const char *amr;		/* RFC 8176 words with spaces between; may be NULL */
	const char *acr;		/* may be NULL */
	const char *auth_strength, *session_class;	/* may be NULL */
	const char *email;		/* NULL: not granted */
	bool email_verified;
	int64_t authenticated_at;	/* NONE: unknown */
	int64_t token_version;		/* the person's when it was issued */
};

/* What an ID token says (OpenID Connect Core section 2). NULL and NONE are left out. */
struct id_token {
	const char *issuer, *subject, *audience;
	int64_t issued_at, expires_at, authenticated_at;
	const char *nonce, *at_hash, *acr, *amr, *session_id;
	const char *email;
	bool email_verified;
	const char *name;
	struct project_claims claims;
};
const char *id_token_claims(struct arena *, const struct id_token *);

#define LOGOUT_TOKEN_TYPE "logout+jwt"

/* What a client is told when a sign-in ends (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
struct logout_token {
	const char *issuer, *subject, *audience, *session_id, *jti;
	int64_t issued_at, expires_at;
};
const char *logout_token_claims(struct arena *, const struct logout_token *);

/* The claims as JSON text; `scope` again as an array `scopes`, for readers that don't split. */
const char *access_token_claims(struct arena *, const struct access_token *);

/* "act" of a token that the client exchanges, with those before it within; NULL when the chain would be longer than ACTORS_MAX. */
#define ACTORS_MAX 3
const char *access_token_act(struct arena *, const char *client_id, const char *before);

/* An assertion about a person for another authorization server (id-jag): who it is for there, and for which of its resources. */
#define ID_JAG_TYPE "oauth-id-jag+jwt"
struct id_jag {
	const char *issuer, *subject, *audience, *resource, *client_id, *jti;
	const char *scope;	/* may be NULL */
	int64_t issued_at, expires_at;
};
const char *id_jag_claims(struct arena *, const struct id_jag *);

/*
 * NULL when these claims, whose signature has been verified, are an access token of this issuer that lives now; else the name of the
 * claim that says otherwise. *ret holds what the token says.
 */
const char *access_token_problem(struct arena *, const struct json *claims, const char *issuer, int64_t now_ms, struct access_token *ret);

#endif
