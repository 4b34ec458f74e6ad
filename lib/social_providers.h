/*
 * Sign-in providers: one table of ready-made settings, what a project adds to them, and how a provider's answer is read.
 */
#ifndef GATEHOUSE_LIB_SOCIAL_PROVIDERS_H
#define GATEHOUSE_LIB_SOCIAL_PROVIDERS_H

#include "lib/arena.h"
#include "lib/json.h"

/* "oidc_" and a slug of at most 32 characters: any OpenID provider, by its issuer. */
#define SOCIAL_KEY_MAX 37

/* How a provider lets a client prove itself at the token endpoint. */
enum social_client_auth {
	SOCIAL_SECRET_IN_BODY,
	SOCIAL_SECRET_BASIC,
	SOCIAL_SECRET_SIGNED,	/* Apple: a JWT signed with the client's own key */
};

/* When a provider's word about an e-mail address counts (users.md rule 26). */
enum social_verified {
	SOCIAL_VERIFIED_NEVER,		/* it doesn't say */
	SOCIAL_VERIFIED_BY_MEMBER,	/* the member named below is true */
	SOCIAL_VERIFIED_BY_LIST,	/* the list of addresses says it (GitHub) */
	SOCIAL_VERIFIED_IN_TENANT,	/* the member, and only where the tenant is fixed (Microsoft) */
};

struct social_kind {
	const char *key;
	const char *name;		/* for buttons */
	/* {tenant} and {issuer} in an address stand for the project's setting */
	const char *issuer;		/* of ID tokens; NULL: OAuth alone, the person is asked for at userinfo_url */
	const char *default_issuer;	/* when the project names none; NULL: it has to, or there is nothing to name */
	const char *authorize_url, *token_url, *keys_url, *userinfo_url;	/* NULL: discovered */
	const char *emails_url;		/* a list of addresses besides; NULL: none */
	const char *scopes;		/* separated by spaces */
	const char *authorize_more;	/* parameters besides, beginning with '&'; NULL: none */
	enum social_client_auth client_auth;
	enum social_verified verified;
	const char *subject, *email, *email_verified, *user_name;	/* members, a '.' goes into an object; NULL: none */
	bool takes_tenant, takes_issuer;
	bool posts_back;		/* the answer comes as a form from another site */
};

/* NULL for what isn't a provider's key. */
const struct social_kind *social_kind_find(const char *key);
/* A field's check of a key. */
const char *social_key_check(const char *key);

/* A provider of one project: its social_providers.body, opened. */
struct social_settings {
	const struct social_kind *kind;
	const char *key;
	const char *client_id, *tenant, *issuer, *team_id, *key_id;	/* NULL: not set */
	struct strings scopes;		/* none: the kind's */
	struct {
		const char *authorize_url, *token_url, *keys_url, *userinfo_url;	/* NULL: never discovered */
		const char *client_auth;	/* "post": the secret in the body, for want of Basic */
		const char *names_itself;	/* "1": it sends iss along (RFC 9207), so an answer without is another's */
	} found;
	struct strings problems;	/* words, as the last check found them */
	int64_t checked_at;		/* NONE: never */
};

/* False for an unknown key; what can't be read in the body isn't set. */
bool social_settings_parse(struct arena *, const char *key, const char *body, struct social_settings *ret);
/* The body again. */
const char *social_settings_render(struct arena *, const struct social_settings *);

/* What is missing before anybody can sign in with it, besides problems; words. */
struct strings social_settings_missing(struct arena *, const struct social_settings *, bool has_secret);

/* Addresses with everything put in. A provider that needs discovery and had none: false. */
struct social_endpoints {
	const char *issuer;		/* NULL: no ID token */
	const char *authorize_url, *token_url;
	const char *keys_url;		/* NULL without an ID token */
	const char *userinfo_url, *emails_url;	/* NULL: none */
	enum social_client_auth client_auth;
};
bool social_endpoints_of(struct arena *, const struct social_settings *, struct social_endpoints *ret);
/* What "iss" is in its ID tokens; NULL without, and where that is another one for each person (Microsoft without a tenant). */
const char *social_issuer(struct arena *, const struct social_settings *);
/* Where a provider with ID tokens says what it is (OpenID Connect Discovery section 4); NULL without. */
const char *social_discovery_url(struct arena *, const struct social_settings *);
/* NULL, or the word of a problem: issuer_mismatch, discovery_incomplete. Fills found. */
const char *social_take_discovery(struct arena *, struct social_settings *, const struct json *metadata);

struct social_asking {
	const char *redirect_uri, *state, *nonce;
	const char *verifier;		/* its S256 goes along (RFC 7636 section 4.2) */
	const char *login_hint;		/* NULL: none */
};
const char *social_authorize_address(struct arena *, const struct social_settings *, const struct social_endpoints *,
				     const struct social_asking *);

/* Whom the provider means. */
struct social_person {
	const char *subject;
	const char *email;		/* NULL: it gave none */
	bool email_verified;		/* counts by rule 26 */
	const char *name;		/* NULL: it gave none */
};
/* claims: of the ID token, or the answer of userinfo_url; emails: of emails_url, NULL without. False without a subject. */
bool social_person_read(struct arena *, const struct social_settings *, const struct json *claims,
			const struct json *emails, struct social_person *ret);

#endif
