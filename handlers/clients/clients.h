/*
 * What the files of clients share: a client as it is worked on and shown, what people may say about one, and the rules in between.
 */
#ifndef GATEHOUSE_HANDLERS_CLIENTS_CLIENTS_H
#define GATEHOUSE_HANDLERS_CLIENTS_CLIENTS_H

#include "fcgi/request.h"
#include "sql/gen/queries.h"

/* From the dashboard; others come by registration. */
#define CLIENTS_MAX 100

extern const char *const client_types[];
extern const char *const client_sources[];
extern const char *const client_auth_methods[];

/* A client. Texts of several words have single spaces between; auth_methods NULL: all that the project has on. */
struct client {
	const char *id;
	const char *name, *type, *source;
	bool first_party;
	const char *redirect_uris, *post_logout_redirect_uris, *origins;
	const char *audiences, *auth_methods, *grant_types, *scopes;
	const char *token_endpoint_auth_method;
	const char *jwks; /* JSON text or NULL */
	const char *jwks_uri;
	bool require_pkce, require_par, dpop_bound, direct_flow;
	int64_t access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s;
	const char *id_token_alg;
	const char *id_jag_targets; /* JSON text */
	const char *token_claims;
	const char *backchannel_logout_uri, *logo_uri, *client_uri, *tos_uri, *policy_uri;
	const char *logo_url; /* where we serve what stood at logo_uri; NULL: not fetched, or none */
	struct field_list secrets;
	bool is_active;
	int64_t created_at, updated_at, last_used_at;
	int64_t version;
	const char *client_secret; /* in the reply that makes it; else NULL */
};

/* ---- client_fields.c ---- */

/* What a POST or PATCH may name. */
struct client_change {
	struct {
		bool id, name, type, first_party, redirect_uris, post_logout_redirect_uris, origins, audiences, auth_methods,
		    grant_types, scopes, token_endpoint_auth_method, jwks, jwks_uri, require_pkce, require_par, dpop_bound,
		    direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s,
		    id_token_alg, id_jag_targets, token_claims, backchannel_logout_uri, logo_uri, client_uri, tos_uri, policy_uri;
	} has;
	const char *id, *name, *type;
	bool first_party;
	struct strings redirect_uris, post_logout_redirect_uris, origins, audiences, auth_methods, grant_types, scopes, token_claims;
	const char *token_endpoint_auth_method;
	const struct json *jwks, *id_jag_targets;
	const char *jwks_uri;
	bool require_pkce, require_par, dpop_bound, direct_flow;
	int64_t access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s, refresh_reuse_grace_s;
	const char *id_token_alg;
	const char *backchannel_logout_uri, *logo_uri, *client_uri, *tos_uri, *policy_uri;
};

struct client_path {
	struct {
		bool id;
	} has;
	const char *id;
};

extern const struct field client_create_input[];
extern const struct field client_update_input[];
extern const struct field client_path[];
/* A client with its secrets' records; one of a list, without them. */
extern const struct field client_fields[];
extern const struct field client_list_fields[];

/* ---- client_view.c ---- */

struct client client_of_row(const struct request *, const struct client_row *);
/* Its audiences as the column has them, a JSON list. */
const char *client_audiences_text(struct arena *, const struct client *);
/* ERR_NO_ROW when the project has no such client. */
enum err client_read(const struct request *, struct tx *, const char *client_id, struct client *ret) MUST_CHECK;
/* The client with what was named in place; nothing is judged. */
struct client client_with(struct arena *, const struct client *, const struct client_change *);

/* ---- client_rules.c ---- */

/* What a client of the type gets that says nothing: its grants in a project with these, how it proves itself. */
const char *client_default_grants(struct arena *, const char *type, const char *project_grants);
const char *client_default_auth_method(const char *type);
/* Does it prove itself by a client secret? */
bool client_has_secret(const struct client *);
/* Is this a redirect URI that a client of the type may have? NULL, or the rule it breaks. */
const char *client_uri_problem(const char *type, const char *uri);
/*
 * VERDICT_GO_ON when the client's members fit each other, the project and its type; else 422 with all that doesn't. `change` is what was
 * just named.
 */
enum verdict client_check(const struct request *, struct tx *, const struct client *, const struct client_change *);

/* ---- handlers ---- */

enum verdict client_create(const struct request *, struct tx *);
enum verdict client_update(const struct request *, struct tx *);
enum verdict client_delete(const struct request *, struct tx *);

struct redirect_uri_input {
	struct {
		bool id, uri;
	} has;
	const char *id;
	const char *uri;
};

extern const struct field redirect_uri_add_input[];
extern const struct field redirect_uri_remove_input[];
extern const struct field redirect_uri_fields[];
enum verdict redirect_uri_add(const struct request *, struct tx *);
enum verdict redirect_uri_remove(const struct request *, struct tx *);

struct client_secret_input {
	struct {
		bool id, grace_s;
	} has;
	const char *id;
	int64_t grace_s;
};

extern const struct field client_secret_input[];
extern const struct field client_secret_fields[];
extern const struct field client_secret_reply_fields[];
extern const struct field client_revoked_fields[];
enum verdict client_revoke_tokens(const struct request *, struct tx *);

enum verdict client_rotate_secret(const struct request *, struct tx *);

/*
 * The guard of whatever counts a client's redirect URIs or secrets, written first: the organization's row, the client's, and the
 * project's, which shows the default client's URIs. ERR_NOT_FOUND.
 */
enum err client_guard(const struct request *, struct tx *, const char *client_id) MUST_CHECK;

#endif
