/*
 * What the OAuth endpoints share: the client that asks, the project's addresses, the tokens it has issued.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_OAUTH_H
#define GATEHOUSE_HANDLERS_OAUTH_OAUTH_H

#include "fcgi/project_token.h"
#include "fcgi/request.h"
#include "lib/client_assertion.h"
#include "lib/signing_keys.h"
#include "sql/gen/queries.h"

/* Before the names of grants that came after RFC 6749; a client's list has the bare names. */
#define OAUTH_GRANT_URN "urn:ietf:params:oauth:grant-type:"

/* ---- client.c ---- */

/*
 * How a client names and proves itself in a form: by a secret, or by a token that its key signed (RFC 7523). As Basic credentials it does so
 * in a header. A form's input has CLIENT_TEXTS, CLIENT_HAS in its `has`, and CLIENT_FIELDS in its table.
 */
struct client_input {
	const char *client_id, *client_secret, *client_assertion, *client_assertion_type;
};
#define CLIENT_TEXTS	  const char *client_id, *client_secret, *client_assertion, *client_assertion_type
#define CLIENT_HAS	  bool client_id, client_secret, client_assertion, client_assertion_type
#define CLIENT_FIELDS(T)                                                                                               \
	IN_STRING(T, client_id, .min = 1, .max = CLIENT_ID_MAX), CLIENT_PROOF_FIELDS(T)
/* Where the id is a field already. */
#define CLIENT_PROOF_FIELDS(T)                                                                                         \
	IN_STRING(T, client_secret, .min = 1, .max = 128, .flags = FIELD_SECRET),                                      \
	IN_STRING(T, client_assertion, .min = 1, .max = CLIENT_ASSERTION_BYTES_MAX, .flags = FIELD_SECRET,             \
		  .description = "A token signed by the client's key (RFC 7523), instead of a secret"),                \
	IN_STRING(T, client_assertion_type, .min = 1, .max = 128, .description = CLIENT_ASSERTION_TYPE)
#define CLIENT_INPUT_OF(in)                                                                                            \
	(&(struct client_input){                                                                                       \
	    .client_id = (in)->client_id,                                                                              \
	    .client_secret = (in)->client_secret,                                                                      \
	    .client_assertion = (in)->client_assertion,                                                                \
	    .client_assertion_type = (in)->client_assertion_type,                                                      \
	})
/* An id, or the address of a document that says who the client is. */
#define CLIENT_ID_MAX 512

/*
 * The client that asks, proven (RFC 6749 section 2.3; oauth.md rules 15 and 23). ERR_INVALID_CLIENT: unknown here, of another project, a
 * wrong secret, a token that was used before, two ways at once. *ret_row has the key that signs, if the project has one.
 */
enum err oauth_client_find(const struct request *, struct tx *, const char *issuer_client_id, const struct client_input *,
			   struct oauth_client_row *ret_row) MUST_CHECK;
/*
 * The client that somebody else's token stands for, once its signature is verified (rule 27). What the request says of its client beside
 * that has to be true as well: ERR_INVALID_CLIENT.
 */
enum err oauth_client_of_workload(const struct request *, struct tx *, const char *issuer_client_id, const struct client_input *,
				  const char *client_id, struct oauth_client_row *ret_row) MUST_CHECK;
/* Is it one of them? */
bool oauth_client_has_audience(struct arena *, const struct oauth_client_row *, const char *audience);

/* ---- service_key.c ---- */

/* Does who asks show a bearer token, and no client's credentials? */
bool oauth_is_by_key(const struct request *);
/*
 * The service key that asks, which works on the issuer's project and has the scope. ERR_INVALID_CLIENT: none that does;
 * ERR_INSUFFICIENT_SCOPE.
 */
enum err oauth_key_find(const struct request *, struct tx *, const char *issuer_client_id, enum permission, struct oauth_key_row *ret_row) MUST_CHECK;

/* ---- documents.c ---- */

/* Is this client_id an address of a document, rather than an id? */
bool oauth_client_is_document(const char *client_id);
/*
 * The id of the client whose document stands at the address (oauth.md rules 37 and 38). wants_fresh: what is known must be so now, not only
 * have been. ERR_DOCUMENT_WANTED: it is being fetched, to be committed. ERR_INVALID_CLIENT: not here, or not there; ERR_RATE_LIMITED:
 * somebody names new addresses too often.
 */
enum err oauth_client_of_document(const struct request *, struct tx *, const char *issuer_client_id, const char *url, bool wants_fresh,
				  const char **ret_client_id) MUST_CHECK;

/* ---- issuer.c ---- */

/* "https://AUTH_HOST/p/proj_…"; of the console "https://HOST"; at a project's own host name "https://login.example.com" */
const char *oauth_issuer(const struct request *, const char *issuer_client_id) RETURNS_NONNULL;
/* A hosted page of the project, at the host that was asked: they stand below /p/proj_…/ at any. */
const char *oauth_page(const struct request *, const char *issuer_client_id, const char *page) RETURNS_NONNULL;

/* ---- requests.c ---- */

/* An authorization that this browser began, and that lives. ERR_NO_ROW: there is none; ERR_REQUEST_EXPIRED. */
enum err oauth_request_find(const struct request *, struct tx *, const char *id, struct oauth_request_row *ret) MUST_CHECK;

/* Does the browser that asks hold it? */
bool oauth_request_is_of_browser(const struct request *, const struct oauth_request_row *);

/* ---- tokens.c ---- */

/* As fail_err(), but a database that fails is said to be busy: nothing was burnt, rotated or revoked (rule 31). */
enum verdict oauth_fail(const struct request *, enum err);

/*
 * Is this an access token that the project issued, that lives, that nobody has revoked, and whose client, grant, person and sign-in still
 * count? (RFC 7662 section 2.2) OK with is_active false for anything else; an error only when the database fails.
 */
enum err oauth_token_read(const struct request *, struct tx *, const char *project_id, const char *issuer, const char *text,
			  struct oauth_token *ret) MUST_CHECK;

/*
 * Is this an ID token that the project issued to the client, that lives, as do its person and the sign-in it tells of? *ret_subject: who that
 * is; NULL when it isn't. An error only when the database fails.
 */
enum err oauth_id_token_read(const struct request *, struct tx *, const struct oauth_client_row *, const char *issuer, const char *text,
			     const char **ret_subject) MUST_CHECK;

#endif
