/*
 * What a project's OAuth server says of itself: metadata (RFC 8414, OpenID Connect Discovery) in both spellings, and its public keys
 * (RFC 7517).
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/oauth.h"

#define CACHE_S INT64_C(300)
#define JSON	"application/json; charset=utf-8"

struct issuer_input {
	struct {
		bool issuer_id;
	} has;
	const char *issuer_id;
};

static const struct field issuer_input_fields[] = {
	IN_ID(struct issuer_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	FIELDS_END,
};

const char *
oauth_issuer(const struct request *rq, const char *issuer_client_id)
{
	return arena_printf(rq->arena, "%s/p/%s", rq->config->auth_url, issuer_client_id);
}

/* ---- metadata: what is off is absent, and what isn't there yet is off ---- */

static void
add(struct buffer *b, const char *name, const char *json)
{
	buffer_char(b, b->len == 0 ? '{' : ',');
	buffer_json_string(b, name);
	buffer_char(b, ':');
	buffer_text(b, json);
}

static void
add_address(struct buffer *b, const char *name, const char *issuer, const char *path)
{
	struct buffer address = buffer_new(b->arena);

	buffer_json_string(&address, arena_printf(b->arena, "%s%s", issuer, path));
	add(b, name, buffer_string(&address));
}

static enum err
find_issuer(const struct request *rq, struct tx *tx, struct q_oauth_issuer_row *ret)
{
	const struct issuer_input *in = rq->input;
	struct q_oauth_issuer_row row;

	TRY(q_oauth_issuer(tx->db, &(struct q_oauth_issuer){ .client_id = in->issuer_id }, &row));
	if (strcmp(row.project_id, rq->console_id) == 0)
		return ERR_NOT_FOUND;
	*ret = row;
	return OK;
}

static enum verdict
metadata_show(const struct request *rq, struct tx *tx)
{
	static const char METHODS[] = "[\"client_secret_basic\",\"client_secret_post\"]";
	const struct issuer_input *in = rq->input;
	struct buffer b = buffer_new(rq->arena);
	struct q_oauth_issuer_row row;
	enum err e = find_issuer(rq, tx, &row);

	if (e != OK)
		return fail_err(rq, e);
	const char *issuer = oauth_issuer(rq, in->issuer_id);
	bool has_programs = strstr(row.grant_types, "client_credentials") != NULL;
	add_address(&b, "issuer", issuer, "");
	add_address(&b, "jwks_uri", issuer, "/.well-known/jwks.json");
	add_address(&b, "token_endpoint", issuer, "/oauth/token");
	add_address(&b, "introspection_endpoint", issuer, "/oauth/introspect");
	add_address(&b, "revocation_endpoint", issuer, "/oauth/revoke");
	add(&b, "grant_types_supported", has_programs ? "[\"client_credentials\"]" : "[]");
	add(&b, "response_types_supported", "[]");
	add(&b, "token_endpoint_auth_methods_supported", METHODS);
	add(&b, "introspection_endpoint_auth_methods_supported", METHODS);
	add(&b, "revocation_endpoint_auth_methods_supported", METHODS);
	add(&b, "scopes_supported", has_programs ? "[\"tool:read\"]" : "[]");
	add(&b, "subject_types_supported", "[\"public\"]");
	add(&b, "request_parameter_supported", "false");
	add(&b, "request_uri_parameter_supported", "false");
	buffer_char(&b, '}');
	reply_cache_for(rq, CACHE_S);
	reply_header(rq, "Access-Control-Allow-Origin", "*");
	return reply_text(rq, JSON, &b);
}

/* ---- keys ---- */

static enum verdict
keys_show(const struct request *rq, struct tx *tx)
{
	const struct issuer_input *in = rq->input;
	struct q_signing_key_published_row *keys = NULL;
	struct buffer b = buffer_new(rq->arena);
	size_t count = 0;
	enum err e = q_signing_key_published(tx->db, &(struct q_signing_key_published){ .client_id = in->issuer_id },
					     &keys, &count);

	if (e == OK && count == 0)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return fail_err(rq, e);
	buffer_text(&b, "{\"keys\":[");
	for (size_t i = 0; i < count && keys[i].public_jwk != NULL; i++) {
		if (i > 0)
			buffer_char(&b, ',');
		buffer_text(&b, keys[i].public_jwk);
	}
	buffer_text(&b, "]}");
	reply_cache_for(rq, CACHE_S);
	reply_header(rq, "Access-Control-Allow-Origin", "*");
	return reply_text(rq, JSON, &b);
}

#define DOCUMENT                                                                                                       \
	.method = GET, .auth = AUTH_PUBLIC, .site = SITE_AUTH, .tx = TX_READ_ONE, .flags = ROUTE_OAUTH | ROUTE_TEXT,   \
	INPUT(struct issuer_input, issuer_input_fields)
#define METADATA .summary = "The server's metadata", DOCUMENT, .handler = metadata_show

const struct route oauth_issuer_routes[] = {
	{ METADATA, .id = "oauth_metadata", .path = "/.well-known/oauth-authorization-server/p/{issuer_id}" },
	{ METADATA, .id = "oauth_metadata_below", .path = "/p/{issuer_id}/.well-known/oauth-authorization-server" },
	{ METADATA, .id = "openid_configuration", .path = "/.well-known/openid-configuration/p/{issuer_id}" },
	{ METADATA, .id = "openid_configuration_below", .path = "/p/{issuer_id}/.well-known/openid-configuration" },
	{
	    DOCUMENT,
	    .id = "oauth_keys",
	    .path = "/p/{issuer_id}/.well-known/jwks.json",
	    .summary = "The public keys that tokens are signed with",
	    .handler = keys_show,
	},
	ROUTES_END,
};
