/*
 * What an application says of itself when nobody registers it by hand: as JSON to the registration endpoint (RFC 7591), or in a document at
 * the address that is its client_id (Client ID Metadata Documents). Pure: parsing is the field table's, judging is here (oauth.md rules 2,
 * 35 and 38).
 */
#ifndef GATEHOUSE_LIB_CLIENT_METADATA_H
#define GATEHOUSE_LIB_CLIENT_METADATA_H

#include "lib/errors.h"
#include "lib/fields.h"

#define CLIENT_DOCUMENT_URL_MAX 512

/* As it came. `id` and issuer_id are of the path, where there is one; the last five a client may only repeat. */
struct client_metadata {
	struct {
		bool issuer_id, id, client_id, redirect_uris, post_logout_redirect_uris, client_name, token_endpoint_auth_method, grant_types,
		    response_types, application_type, scope, client_uri, logo_uri, tos_uri, policy_uri, backchannel_logout_uri, jwks, jwks_uri,
		    id_token_signed_response_alg, require_pushed_authorization_requests, dpop_bound_access_tokens, software_statement,
		    client_secret, client_secret_expires_at, client_id_issued_at, registration_access_token, registration_client_uri;
	} has;
	const char *issuer_id, *id, *client_id;
	struct strings redirect_uris, post_logout_redirect_uris;
	const char *client_name, *token_endpoint_auth_method;
	struct strings grant_types, response_types;
	const char *application_type, *scope;
	const char *client_uri, *logo_uri, *tos_uri, *policy_uri, *backchannel_logout_uri;
	const struct json *jwks;
	const char *jwks_uri, *id_token_signed_response_alg;
	bool require_pushed_authorization_requests, dpop_bound_access_tokens;
	const struct json *software_statement;
	const char *client_secret;
	const struct json *client_secret_expires_at, *client_id_issued_at, *registration_access_token, *registration_client_uri;
};

/* Of the body alone, and with the places of the two kinds of path. Unknown members are left out before (fields_known()). */
extern const struct field client_metadata_fields[];
extern const struct field client_metadata_create_fields[];
extern const struct field client_metadata_replace_fields[];

/*
 * A client as it is registered: what a reply shows and an audit row compares, by RFC 7591's names. Texts of several words have single
 * spaces between; what may be NULL is left out.
 */
struct registration {
	const char *client_id;
	int64_t client_id_issued_at;		/* seconds */
	const char *client_secret;		/* where it is made */
	int64_t client_secret_expires_at;	/* seconds; NONE without a secret */
	const char *registration_access_token, *registration_client_uri;
	const char *client_name;
	const char *redirect_uris, *post_logout_redirect_uris;
	const char *token_endpoint_auth_method, *grant_types, *response_types, *application_type, *scope;
	const char *client_uri, *logo_uri, *tos_uri, *policy_uri, *backchannel_logout_uri;
	const char *jwks;			/* JSON text */
	const char *jwks_uri, *id_token_signed_response_alg;
	bool require_pushed_authorization_requests, dpop_bound_access_tokens;
};

extern const struct field registration_fields[];

/* What the project lets such a client have. */
struct registration_limits {
	const char *grants;	/* of the project, as it names them */
	const char *scopes;	/* all that it may ask for, ever */
};

/*
 * What becomes of it: members that can't be served are left out or replaced, as the reply then shows (RFC 7591 section 3.2.1). grant_types
 * has the project's own words. ERR_INVALID_REDIRECT_URI, ERR_INVALID_CLIENT_METADATA with a sentence that says why.
 */
enum err client_metadata_judge(struct arena *, const struct client_metadata *, const struct registration_limits *, struct registration *ret,
			       const char **ret_problem) MUST_CHECK;

/* The type that such a client has (oauth.md section 3): spa, web or desktop. */
const char *registration_type(const struct registration *) RETURNS_NONNULL;
/* How a registration's grants are called in RFC 7591, of the project's own words. */
const char *registration_grant_types(struct arena *, const char *grants) RETURNS_NONNULL;
/* "native" or "web", of a client's type. */
const char *registration_application_type(const char *type) RETURNS_NONNULL;

/*
 * May this be a client_id that is an address: https, a path, no dot segments, fragment, user or query (rule 37)? A name or number of this
 * machine's network isn't looked at here, but when it is called.
 */
bool client_document_url_is_valid(const char *url);
/*
 * The document at the address. ERR_INVALID_CLIENT_METADATA (also for a document that names another client_id, has a secret, or proves
 * itself by one) and ERR_INVALID_REDIRECT_URI, with a word of what is wrong.
 */
enum err client_document_judge(struct arena *, const char *url, const struct json *document, const struct registration_limits *,
			       struct registration *ret, const char **ret_problem) MUST_CHECK;

#endif
