/*
 * Clients as field tables: what people may say about one, and what is shown.
 */
#include "handlers/clients/clients.h"

#include "domain/clients.h"
#include "lib/sign_in_methods.h"
#include "lib/signing_keys.h"
#include "lib/uris.h"

#define SCOPES_MAX	 100
#define SCOPE_MAX	 64
#define AUDIENCES_MAX	 50
#define AUDIENCE_MAX	 255
#define JWKS_BYTES_MAX	 (20 * 1024)
#define TARGETS_BYTES_MAX (20 * 1024)

const char *const client_types[] = { "web", "spa", "mobile", "desktop", "pos", "service", "agent", NULL };
const char *const client_sources[] = { "dashboard", "dcr", "cimd", NULL };
const char *const client_auth_methods[] = { "none", "client_secret_basic", "client_secret_post", "private_key_jwt", NULL };

static const char *const TOKEN_CLAIMS[] = { "email", "plan", "role", "features", "custom_claims", "workspace", NULL };

static const char *
scope_check(const char *text)
{
	static const char *const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";

	return text[strspn(text, allowed)] == '\0' ? NULL : "pattern";
}

/* Lower-case words, as grants are called. */
static const char *
grant_check(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz_-:")] == '\0' ? NULL : "pattern";
}

/* ---- input ---- */

#define URIS(T, member, ...) \
	IN_STRINGS(T, member, .items_max = REDIRECT_URIS_MAX, .min = 1, .max = REDIRECT_URI_BYTES_MAX, .flags = FIELD_DISTINCT, __VA_ARGS__)
#define PAGE(T, member, ...) \
	IN_STRING(T, member, .min = 1, .max = 2000, .check = https_url_check, .flags = FIELD_NULLABLE, __VA_ARGS__)

#define REFRESH_S_MIN 3600
#define REFRESH_S_MAX (365 * DAY_MS / SECOND_MS)

/* What both a new client and a change of one may say. */
#define CHANGES(T)                                                                                                            \
	IN_BOOL(T, first_party, .description = "The project's own: nobody is asked for consent. true when absent"),           \
	URIS(T, redirect_uris, .description = "https; http on this machine; a scheme with a dot for mobile and desktop"),     \
	URIS(T, post_logout_redirect_uris),                                                                                   \
	URIS(T, origins, .check = origin_check, .description = "Trusted origins: scheme, host and port"),                     \
	IN_STRINGS(T, audiences, .items_min = 1, .items_max = AUDIENCES_MAX, .min = 1, .max = AUDIENCE_MAX,                   \
		   .flags = FIELD_DISTINCT,                                                                                   \
		   .description = "What its tokens may be for: its own id, https addresses, urn:…; the first when it doesn't ask"), \
	IN_STRINGS(T, auth_methods, .items_min = 1, .items_max = METHOD_COUNT, .values = sign_in_method_names,                \
		   .flags = FIELD_NULLABLE | FIELD_DISTINCT,                                                                  \
		   .description = "Narrows the project's sign-in methods; null: all that are on"),                            \
	IN_STRINGS(T, grant_types, .items_min = 1, .items_max = 10, .min = 1, .max = 64, .check = grant_check,                \
		   .flags = FIELD_DISTINCT, .description = "Of the project's; those of its type when absent"),                \
	IN_STRINGS(T, scopes, .items_max = SCOPES_MAX, .min = 1, .max = SCOPE_MAX, .check = scope_check,                      \
		   .flags = FIELD_DISTINCT, .description = "The most it may ask for"),                                        \
	IN_ENUM(T, token_endpoint_auth_method, client_auth_methods,                                                           \
		.description = "Basic and post are interchangeable; private_key_jwt needs jwks or jwks_uri. spa, mobile, desktop and pos: none"),                     \
	IN_JSON(T, jwks, .max = JWKS_BYTES_MAX, .flags = FIELD_NULLABLE | FIELD_TREE,                                         \
		.description = "{\"keys\": […]}: 1 to 10 public keys (RFC 7517)"),                                            \
	PAGE(T, jwks_uri, .description = "Where its keys are instead"),                                                       \
	IN_BOOL(T, require_pkce, .description = "false only for a confidential client"), IN_BOOL(T, require_par),             \
	IN_BOOL(T, dpop_bound), IN_BOOL(T, direct_flow, .description = "It runs sign-in screens of its own"),                 \
	IN_INT(T, access_token_ttl_s, 300, DAY_MS / SECOND_MS),                                                               \
	IN_INT(T, refresh_token_idle_s, REFRESH_S_MIN, REFRESH_S_MAX),                                                        \
	IN_INT(T, refresh_token_max_s, REFRESH_S_MIN, REFRESH_S_MAX, .description = "At least refresh_token_idle_s"),         \
	IN_INT(T, refresh_reuse_grace_s, 0, 30), IN_ENUM(T, id_token_alg, signing_alg_names),                                 \
	IN_JSON(T, id_jag_targets, .max = TARGETS_BYTES_MAX, .flags = FIELD_TREE,                                             \
		.description = "At most 20 of {audience, resource}"),                                                         \
	IN_STRINGS(T, token_claims, .items_max = 6, .values = TOKEN_CLAIMS, .flags = FIELD_DISTINCT,                          \
		   .description = "What tokens for its own audience say of a person"),                                        \
	PAGE(T, backchannel_logout_uri), PAGE(T, logo_uri), PAGE(T, client_uri), PAGE(T, tos_uri), PAGE(T, policy_uri)

#define NAME .min = 1, .max = CLIENT_NAME_MAX

const struct field client_create_input[] = {
	IN_STRING(struct client_change, name, NAME, .flags = FIELD_REQUIRED),
	IN_ENUM(struct client_change, type, client_types, .description = "Never changes; web when absent"),
	CHANGES(struct client_change),
	FIELDS_END,
};

const struct field client_update_input[] = {
	IN_ID(struct client_change, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct client_change, name, NAME),
	IN_ENUM(struct client_change, type, client_types, .flags = FIELD_IMMUTABLE),
	CHANGES(struct client_change),
	FIELDS_END,
};

const struct field client_path[] = {
	IN_ID(struct client_path, id, ID_ANY_CLIENT, .in = IN_PATH),
	FIELDS_END,
};

/* ---- output ---- */

#define SHOWN(T)                                                                                                              \
	OUT_ID(T, id, ID_ANY_CLIENT), OUT_STRING(T, name), OUT_ENUM(T, type, client_types), OUT_ENUM(T, source, client_sources), \
	OUT_BOOL(T, first_party), OUT_WORDS(T, redirect_uris), OUT_WORDS(T, post_logout_redirect_uris), OUT_WORDS(T, origins), \
	OUT_WORDS(T, audiences),                                                                                              \
	OUT_WORDS(T, auth_methods, .flags = FIELD_NULLABLE, .description = "null: all that the project has on"),              \
	OUT_WORDS(T, grant_types), OUT_WORDS(T, scopes), OUT_STRING(T, token_endpoint_auth_method),                           \
	OUT_JSON(T, jwks, .flags = FIELD_NULLABLE), OUT_STRING(T, jwks_uri, .flags = FIELD_NULLABLE),                         \
	OUT_BOOL(T, require_pkce), OUT_BOOL(T, require_par), OUT_BOOL(T, dpop_bound), OUT_BOOL(T, direct_flow),               \
	OUT_INT(T, access_token_ttl_s), OUT_INT(T, refresh_token_idle_s), OUT_INT(T, refresh_token_max_s),                    \
	OUT_INT(T, refresh_reuse_grace_s), OUT_ENUM(T, id_token_alg, signing_alg_names), OUT_JSON(T, id_jag_targets),         \
	OUT_WORDS(T, token_claims), OUT_STRING(T, backchannel_logout_uri, .flags = FIELD_NULLABLE),                           \
	OUT_STRING(T, logo_uri, .flags = FIELD_NULLABLE),                                                                     \
	OUT_STRING(T, logo_url, .flags = FIELD_NULLABLE | FIELD_NO_DIFF, .description = "What stood at logo_uri, from here; null until it is fetched"), \
	OUT_STRING(T, client_uri, .flags = FIELD_NULLABLE),                 \
	OUT_STRING(T, tos_uri, .flags = FIELD_NULLABLE), OUT_STRING(T, policy_uri, .flags = FIELD_NULLABLE),                  \
	OUT_BOOL(T, is_active), OUT_TIME(T, created_at, .flags = FIELD_NO_DIFF), OUT_TIME(T, updated_at, .flags = FIELD_NO_DIFF), \
	OUT_TIME(T, last_used_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF)

const struct field client_secret_fields[] = {
	OUT_ID(struct client_secret_row, id, ID_CLIENT_SECRET),
	OUT_STRING(struct client_secret_row, prefix),
	OUT_STRING(struct client_secret_row, last4),
	OUT_TIME(struct client_secret_row, created_at),
	OUT_TIME(struct client_secret_row, expires_at, .flags = FIELD_NULLABLE,
		 .description = "The end of its grace, once it's replaced"),
	OUT_TIME(struct client_secret_row, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

const struct field client_fields[] = {
	SHOWN(struct client),
	OUT_LIST(struct client, secrets, client_secret_fields, struct client_secret_row, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct client, client_secret, .flags = FIELD_OPTIONAL | FIELD_SECRET | FIELD_NO_DIFF,
		   .description = "In the reply that makes it, and nowhere else"),
	FIELDS_END,
};

const struct field client_list_fields[] = {
	SHOWN(struct client),
	FIELDS_END,
};
