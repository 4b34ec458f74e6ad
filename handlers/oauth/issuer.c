/*
 * What a project's OAuth server says of itself: metadata (RFC 8414, OpenID Connect Discovery) in both spellings, and its public keys
 * (RFC 7517).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/oauth_settings.h"
#include "domain/projects.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"
#include "lib/dpop.h"
#include "lib/oauth.h"
#include "lib/resources.h"

/* Which assertions are taken as grants (Identity Assertion Authorization Grant section 7). */
#define ID_JAG_PROFILE "urn:ietf:params:oauth:grant-profile:id-jag"

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
	return request_issuer(rq, issuer_client_id);
}

const char *
oauth_page(const struct request *rq, const char *issuer_client_id, const char *page)
{
	if (rq->own_issuer == NULL)
		return arena_printf(rq->arena, "%s/%s", oauth_issuer(rq, issuer_client_id), page);
	return arena_printf(rq->arena, "%s/p/%s/%s", rq->own_issuer, issuer_client_id, page);
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

	return q_oauth_issuer(tx->db, &(struct q_oauth_issuer){ .client_id = in->issuer_id }, ret);
}

/* Words with spaces between, as a list. */
static void
add_words(struct buffer *b, const char *name, const char *words)
{
	struct buffer list = buffer_new(b->arena);

	buffer_json_words(&list, words);
	add(b, name, buffer_string(&list));
}

/* How a client proves itself at an endpoint, and what it may sign with. */
static void
add_proofs(struct buffer *b, const char *endpoint, const char *methods)
{
	add_words(b, arena_printf(b->arena, "%s_endpoint_auth_methods_supported", endpoint), methods);
	add_words(b, arena_printf(b->arena, "%s_endpoint_auth_signing_alg_values_supported", endpoint), CLIENT_ASSERTION_ALGS);
}

/* The newer ones have URNs. */
static const char *
grants_on_the_wire(struct arena *arena, const char *grants)
{
	static const char *const NEWER[] = { "device_code", "jwt-bearer", "token-exchange" };
	struct buffer words = buffer_new(arena);

	for (const char *at = grants; *at != '\0';) {
		size_t len = strcspn(at, " ");
		const char *name = arena_strndup(arena, at, len);

		if (words.len > 0)
			buffer_char(&words, ' ');
		for (size_t i = 0; i < ARRAY_LEN(NEWER); i++)
			if (strcmp(name, NEWER[i]) == 0)
				buffer_text(&words, OAUTH_GRANT_URN);
		buffer_text(&words, name);
		at += len + (at[len] == ' ');
	}
	return buffer_string(&words);
}

/* What a project has that signs people in for its apps. */
static void
add_sign_in(struct buffer *b, const char *issuer, bool requires_par)
{
	add_address(b, "authorization_endpoint", issuer, "/oauth/authorize");
	add_address(b, "pushed_authorization_request_endpoint", issuer, "/oauth/par");
	if (requires_par)
		add(b, "require_pushed_authorization_requests", "true");
	add_address(b, "userinfo_endpoint", issuer, "/oauth/userinfo");
	add_address(b, "end_session_endpoint", issuer, "/oauth/logout");
	add(b, "backchannel_logout_supported", "true");
	add(b, "backchannel_logout_session_supported", "true");
	add_words(b, "response_types_supported", "code");
	add_words(b, "response_modes_supported", "query form_post");
	add_words(b, "code_challenge_methods_supported", "S256");
	add(b, "authorization_response_iss_parameter_supported", "true");
	add_words(b, "id_token_signing_alg_values_supported", "RS256 ES256 EdDSA");
	add_words(b, "prompt_values_supported", "none login consent select_account");
	add_words(b, "acr_values_supported", "1 2");
	add_words(b, "ui_locales_supported", UI_LOCALES);
	add_words(b, "claims_supported",
		  "sub iss aud exp iat auth_time nonce at_hash acr amr sid name preferred_username locale updated_at email email_verified "
		  "phone_number phone_number_verified");
}

/* How applications get in that nobody registers by hand. */
static void
add_registration(struct buffer *b, const char *issuer, const struct oauth_settings *settings)
{
	if (strcmp(settings->dcr, "off") != 0)
		add_address(b, "registration_endpoint", issuer, "/oauth/register");
	if (strcmp(settings->cimd, "off") != 0)
		add(b, "client_id_metadata_document_supported", "true");
}

static enum verdict
metadata_show(const struct request *rq, struct tx *tx)
{
	static const char PROVEN[] = "client_secret_basic client_secret_post private_key_jwt";
	static const char ANY[] = "none client_secret_basic client_secret_post private_key_jwt";
	const struct issuer_input *in = rq->input;
	struct buffer b = buffer_new(rq->arena);
	struct q_oauth_issuer_row row;
	struct oauth_settings settings;
	enum err e = find_issuer(rq, tx, &row);

	if (e == OK)
		e = oauth_settings_read(tx, row.project_id, &settings);
	if (e != OK)
		return fail_err(rq, e);
	const char *issuer = oauth_issuer(rq, in->issuer_id);
	bool is_console = oauth_is_console(tx, row.project_id);
	const char *grant_types = project_grant_types(row.type);
	bool has_people = scope_has(grant_types, "authorization_code");
	bool has_programs = scope_has(grant_types, "client_credentials");
	add_address(&b, "issuer", issuer, "");
	add_address(&b, "jwks_uri", issuer, "/.well-known/jwks.json");
	add_address(&b, "token_endpoint", issuer, "/oauth/token");
	add_address(&b, "introspection_endpoint", issuer, "/oauth/introspect");
	add_address(&b, "revocation_endpoint", issuer, "/oauth/revoke");
	add_registration(&b, issuer, &settings);
	add_words(&b, "grant_types_supported", grants_on_the_wire(rq->arena, grant_types));
	if (scope_has(grant_types, "jwt-bearer"))
		add_words(&b, "authorization_grant_profiles_supported", ID_JAG_PROFILE);
	if (scope_has(grant_types, "device_code"))
		add_address(&b, "device_authorization_endpoint", issuer, "/oauth/device_authorization");
	if (has_people)
		add_sign_in(&b, issuer, row.require_par);
	else
		add_words(&b, "response_types_supported", "");
	add_proofs(&b, "token", has_people ? ANY : PROVEN);
	/* A service key stands as a token type (RFC 8414 section 2). */
	add_proofs(&b, "introspection", is_console ? PROVEN : "client_secret_basic client_secret_post private_key_jwt Bearer");
	add_proofs(&b, "revocation", has_people ? ANY : PROVEN);
	add_words(&b, "scopes_supported",
		  is_console ? console_all_scopes(rq->arena)
		  : has_people && has_programs ? PERSON_SCOPES " " ACCOUNT_SCOPE " tool:read"
		  : has_people		     ? PERSON_SCOPES " " ACCOUNT_SCOPE
		  : has_programs	     ? "tool:read"
					     : "");
	add_words(&b, "dpop_signing_alg_values_supported", DPOP_ALGORITHMS);
	add_words(&b, "subject_types_supported", "public");
	add(&b, "request_parameter_supported", "false");
	add(&b, "request_uri_parameter_supported", "false");
	buffer_char(&b, '}');
	reply_cache_for(rq, CACHE_S);
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
	return reply_text(rq, JSON, &b);
}

#define DOCUMENT                                                                                                       \
	.method = GET, .auth = AUTH_PUBLIC, .site = SITE_AUTH, .tx = TX_READ_ONE, .flags = ROUTE_OAUTH | ROUTE_TEXT | ROUTE_CORS, \
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
