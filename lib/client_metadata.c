/*
 * Client metadata: the field tables, and what becomes of it.
 */
#include "lib/client_metadata.h"

#include <string.h>

#include "lib/jose.h"
#include "lib/oauth.h"
#include "lib/signing_keys.h"
#include "lib/text.h"
#include "lib/uris.h"

#define NAME_MAX_LENGTH 120
#define URIS_MAX	50
#define SCOPE_TEXT_MAX	2000
#define JWKS_MAX	10
#define JWKS_BYTES_MAX	((size_t)10 * 1024)
#define ANY_BYTES_MAX	4096

/* What RFC 8628 calls the grant that the project calls device_code. */
#define DEVICE_GRANT	 "device_code"
#define DEVICE_GRANT_URN "urn:ietf:params:oauth:grant-type:device_code"

#define URIS(T, member) \
	IN_STRINGS(T, member, .items_max = URIS_MAX, .min = 1, .max = REDIRECT_URI_BYTES_MAX, .flags = FIELD_DISTINCT)
#define PAGE(T, member) IN_STRING(T, member, .min = 1, .max = 2000, .check = https_url_check)
#define WORDS(T, member) IN_STRINGS(T, member, .items_max = 20, .min = 1, .max = 64)
#define ANY(T, member, ...) IN_JSON(T, member, .max = ANY_BYTES_MAX, .flags = FIELD_TREE, __VA_ARGS__)

static const char *const AUTH_METHODS[] = { "none", "client_secret_basic", "client_secret_post", "private_key_jwt", NULL };
static const char *const APPLICATION_TYPES[] = { "web", "native", NULL };

#define T struct client_metadata
#define MEMBERS                                                                                                                    \
	URIS(T, redirect_uris), URIS(T, post_logout_redirect_uris),                                                                \
	IN_STRING(T, client_name, .min = 1, .max = NAME_MAX_LENGTH, .description = "The host of the first address when absent"),   \
	IN_ENUM(T, token_endpoint_auth_method, AUTH_METHODS), WORDS(T, grant_types), WORDS(T, response_types),                     \
	IN_ENUM(T, application_type, APPLICATION_TYPES, .description = "Follows from the addresses when absent"),                  \
	IN_STRING(T, scope, .max = SCOPE_TEXT_MAX), PAGE(T, client_uri), PAGE(T, logo_uri), PAGE(T, tos_uri), PAGE(T, policy_uri), \
	PAGE(T, backchannel_logout_uri), IN_JSON(T, jwks, .max = JWKS_BYTES_MAX, .flags = FIELD_TREE), PAGE(T, jwks_uri),          \
	IN_ENUM(T, id_token_signed_response_alg, signing_alg_names), IN_BOOL(T, require_pushed_authorization_requests),            \
	IN_BOOL(T, dpop_bound_access_tokens), ANY(T, software_statement, .description = "Not taken")

/* What a client may only repeat, or not at all (RFC 7592 section 2.2). */
#define REPEATED                                                                                                       \
	IN_STRING(T, client_id, .max = CLIENT_DOCUMENT_URL_MAX),                                                       \
	IN_STRING(T, client_secret, .max = 128, .flags = FIELD_SECRET), ANY(T, client_secret_expires_at),              \
	ANY(T, client_id_issued_at), ANY(T, registration_access_token), ANY(T, registration_client_uri)

#define ISSUER IN_ID(T, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH)

const struct field client_metadata_fields[] = { MEMBERS, REPEATED, FIELDS_END };
const struct field client_metadata_create_fields[] = { ISSUER, MEMBERS, FIELDS_END };
const struct field client_metadata_replace_fields[] = { ISSUER, IN_ID(T, id, ID_ANY_CLIENT, .in = IN_PATH), MEMBERS, REPEATED, FIELDS_END };
#undef T

#define T	  struct registration
#define LEFT_OUT  .flags = FIELD_OPTIONAL
#define SHOWN_ONE .flags = FIELD_OPTIONAL | FIELD_SECRET | FIELD_NO_DIFF

const struct field registration_fields[] = {
	OUT_STRING(T, client_id, .flags = FIELD_NO_DIFF),
	OUT_INT(T, client_id_issued_at, .flags = FIELD_NO_DIFF, .description = "Seconds since 1970"),
	OUT_STRING(T, client_secret, SHOWN_ONE),
	OUT_INT(T, client_secret_expires_at, .flags = FIELD_OPTIONAL | FIELD_NO_DIFF, .description = "Seconds since 1970"),
	OUT_STRING(T, registration_access_token, SHOWN_ONE, .description = "What reads, changes and deletes the registration"),
	OUT_STRING(T, registration_client_uri, .flags = FIELD_OPTIONAL | FIELD_NO_DIFF),
	OUT_STRING(T, client_name),
	OUT_WORDS(T, redirect_uris),
	OUT_WORDS(T, post_logout_redirect_uris),
	OUT_STRING(T, token_endpoint_auth_method),
	OUT_WORDS(T, grant_types),
	OUT_WORDS(T, response_types),
	OUT_STRING(T, application_type),
	OUT_STRING(T, scope, .flags = FIELD_OPTIONAL, .description = "The most it may ask for; all that the resource lets it when absent"),
	OUT_STRING(T, client_uri, LEFT_OUT),
	OUT_STRING(T, logo_uri, LEFT_OUT),
	OUT_STRING(T, tos_uri, LEFT_OUT),
	OUT_STRING(T, policy_uri, LEFT_OUT),
	OUT_STRING(T, backchannel_logout_uri, LEFT_OUT),
	OUT_JSON(T, jwks, LEFT_OUT),
	OUT_STRING(T, jwks_uri, LEFT_OUT),
	OUT_STRING(T, id_token_signed_response_alg),
	OUT_BOOL(T, require_pushed_authorization_requests),
	OUT_BOOL(T, dpop_bound_access_tokens),
	FIELDS_END,
};
#undef T

/* ---- judging ---- */

struct judging {
	struct arena *arena;
	const struct client_metadata *in;
	const char *problem;
};

static enum err
refuse(struct judging *j, enum err e, const char *sentence)
{
	j->problem = sentence;
	return e;
}

static bool
has_word(struct strings list, const char *word)
{
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.items[i], word) == 0)
			return true;
	return false;
}

static bool
is_private(const char *uri)
{
	return strncmp(uri, "https://", 8) != 0 && strncmp(uri, "http://", 7) != 0;
}

/* Rule 2: what leads to this machine, or to an app on it, is native unless it says otherwise. */
static bool
is_native(const struct client_metadata *in)
{
	if (in->application_type != NULL)
		return strcmp(in->application_type, "native") == 0;
	for (size_t i = 0; i < in->redirect_uris.count; i++)
		if (is_private(in->redirect_uris.items[i]) || url_is_loopback(in->redirect_uris.items[i]))
			return true;
	return false;
}

static enum err
judge_uris(struct judging *j, struct strings uris, bool native)
{
	bool is_web = j->in->application_type != NULL && !native;

	for (size_t i = 0; i < uris.count; i++) {
		const char *rule = redirect_uri_check(uris.items[i], native ? URI_FOR_NATIVE : URI_FOR_WEB);

		if (rule != NULL)
			return refuse(j, ERR_INVALID_REDIRECT_URI,
				      arena_printf(j->arena, "Address %zu can't be registered (%s): use https; http on this machine or, "
							     "for native applications, a scheme with a dot.", i + 1, rule));
		if (is_web && url_is_loopback(uris.items[i]))
			return refuse(j, ERR_INVALID_REDIRECT_URI, "An application of type web doesn't run on its user's machine.");
	}
	return OK;
}

/* RFC 7591 section 2: Basic, unless something else is said; what runs on somebody else's machine can't keep a secret. */
static enum err
judge_proof(struct judging *j, bool native, struct registration *ret)
{
	const char *method = j->in->token_endpoint_auth_method;
	bool is_private_app = false;

	for (size_t i = 0; i < j->in->redirect_uris.count; i++)
		is_private_app = is_private_app || is_private(j->in->redirect_uris.items[i]);
	if (method == NULL)
		method = native ? "none" : "client_secret_basic";
	if (is_private_app && strcmp(method, "none") != 0)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "An application on its user's machine can't keep a secret: "
							      "token_endpoint_auth_method none.");
	if (strcmp(method, "private_key_jwt") == 0 && j->in->jwks == NULL && j->in->jwks_uri == NULL)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "A client that signs has to give its public keys: jwks or jwks_uri.");
	ret->token_endpoint_auth_method = method;
	ret->application_type = native && strcmp(method, "none") == 0 ? "native" : "web";
	return OK;
}

static enum err
judge_keys(struct judging *j, struct registration *ret)
{
	const struct json *keys = j->in->jwks != NULL && j->in->jwks->type == JSON_OBJECT ? json_member(j->in->jwks, "keys") : NULL;
	struct buffer text = buffer_new(j->arena);

	if (j->in->jwks == NULL)
		return OK;
	if (j->in->jwks_uri != NULL)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "Give jwks or jwks_uri, not both.");
	if (keys == NULL || keys->type != JSON_ARRAY || keys->count < 1 || keys->count > JWKS_MAX)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "jwks: give {\"keys\": […]} with 1 to 10 keys.");
	for (size_t i = 0; i < keys->count; i++)
		if (!jwk_is_public(j->arena, &keys->items[i]))
			return refuse(j, ERR_INVALID_CLIENT_METADATA,
				      "jwks: give public keys alone: RSA from 2048 bits, EC on P-256, or Ed25519.");
	json_render(&text, j->in->jwks);
	ret->jwks = buffer_string(&text);
	return OK;
}

/* Only what leads a person in, and lets them stay; the rest isn't given to who registers by itself (security.md CR-12). */
static enum err
judge_grants(struct judging *j, const char *project_grants, struct registration *ret)
{
	static const struct {
		const char *name, *own;
	} SERVED[] = { { "authorization_code", "authorization_code" }, { "refresh_token", "refresh_token" }, { DEVICE_GRANT_URN, DEVICE_GRANT } };
	struct buffer grants = buffer_new(j->arena);
	bool leads_in = false, by_code = false;

	for (size_t i = 0; i < ARRAY_LEN(SERVED); i++) {
		bool is_asked = j->in->has.grant_types ? has_word(j->in->grant_types, SERVED[i].name) : i < 2;

		if (!is_asked || !scope_has(project_grants, SERVED[i].own))
			continue;
		buffer_printf(&grants, "%s%s", grants.len > 0 ? " " : "", SERVED[i].own);
		by_code = by_code || i == 0;
		leads_in = leads_in || i != 1;
	}
	if (!leads_in)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "None of its grants is offered here.");
	if (j->in->has.response_types && by_code && !has_word(j->in->response_types, "code"))
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "The only response type here is code.");
	if (by_code && j->in->redirect_uris.count == 0)
		return refuse(j, ERR_INVALID_REDIRECT_URI, "A client that gets codes needs an address to get them at.");
	ret->grant_types = buffer_string(&grants);
	ret->response_types = by_code ? "code" : "";
	return OK;
}

static const char *
name_of(struct judging *j)
{
	const struct client_metadata *in = j->in;

	if (in->client_name != NULL)
		return in->client_name;
	if (in->client_uri != NULL)
		return utf8_cut(j->arena, url_host(j->arena, in->client_uri), NAME_MAX_LENGTH);
	return in->redirect_uris.count > 0 ? utf8_cut(j->arena, url_host(j->arena, in->redirect_uris.items[0]), NAME_MAX_LENGTH) : "Device";
}

static void
take_rest(struct judging *j, const struct registration_limits *limits, struct registration *ret)
{
	const struct client_metadata *in = j->in;
	const char *asked = in->scope != NULL ? scope_keep(j->arena, in->scope, limits->scopes) : "";

	ret->client_name = name_of(j);
	ret->redirect_uris = words_join(j->arena, in->redirect_uris);
	ret->post_logout_redirect_uris = words_join(j->arena, in->post_logout_redirect_uris);
	ret->scope = asked[0] != '\0' ? asked : NULL;
	ret->client_uri = in->client_uri;
	ret->logo_uri = in->logo_uri;
	ret->tos_uri = in->tos_uri;
	ret->policy_uri = in->policy_uri;
	ret->backchannel_logout_uri = in->backchannel_logout_uri;
	ret->jwks_uri = in->jwks_uri;
	ret->id_token_signed_response_alg = in->id_token_signed_response_alg != NULL ? in->id_token_signed_response_alg : "RS256";
	ret->require_pushed_authorization_requests = in->require_pushed_authorization_requests;
	ret->dpop_bound_access_tokens = in->dpop_bound_access_tokens;
}

static enum err
judge(struct judging *j, const struct registration_limits *limits, struct registration *ret)
{
	bool native = is_native(j->in);

	if (j->in->has.software_statement)
		return refuse(j, ERR_INVALID_CLIENT_METADATA, "A software_statement isn't taken.");
	TRY(judge_uris(j, j->in->redirect_uris, native));
	TRY(judge_uris(j, j->in->post_logout_redirect_uris, native));
	TRY(judge_grants(j, limits->grants, ret));
	TRY(judge_proof(j, native, ret));
	TRY(judge_keys(j, ret));
	take_rest(j, limits, ret);
	return OK;
}

enum err
client_metadata_judge(struct arena *arena, const struct client_metadata *in, const struct registration_limits *limits,
		      struct registration *ret, const char **ret_problem)
{
	struct registration registration = { .client_secret_expires_at = NONE };
	struct judging j = { .arena = arena, .in = in };
	enum err e = judge(&j, limits, &registration);

	if (e == OK)
		*ret = registration;
	else
		*ret_problem = j.problem;
	return e;
}

const char *
registration_type(const struct registration *registration)
{
	if (strcmp(registration->application_type, "native") == 0)
		return "desktop";
	return scope_has("none", registration->token_endpoint_auth_method) ? "spa" : "web";
}

const char *
registration_application_type(const char *type)
{
	return strcmp(type, "desktop") == 0 ? "native" : "web";
}

const char *
registration_grant_types(struct arena *arena, const char *grants)
{
	struct buffer words = buffer_new(arena);

	for (const char *at = grants; *at != '\0';) {
		size_t len = strcspn(at, " ");
		bool is_device = len == strlen(DEVICE_GRANT) && strncmp(at, DEVICE_GRANT, len) == 0;

		buffer_printf(&words, "%s%.*s", words.len > 0 ? " " : "", is_device ? (int)strlen(DEVICE_GRANT_URN) : (int)len,
			      is_device ? DEVICE_GRANT_URN : at);
		at += len + (at[len] == ' ');
	}
	return buffer_string(&words);
}

/* ---- documents ---- */

/* A segment "." or "..", also in percent encoding: it would be another address to who resolves it. */
static bool
has_dot_segment(const char *path)
{
	while (*path == '/') {
		const char *segment = ++path;
		size_t dots = 0;

		while (*path != '\0' && *path != '/') {
			bool is_encoded = strncmp(path, "%2e", 3) == 0 || strncmp(path, "%2E", 3) == 0;

			dots += *path == '.' || is_encoded;
			path += is_encoded ? 3 : 1;
		}
		size_t len = (size_t)(path - segment);
		if ((dots == 1 || dots == 2) && (len == dots || len == 3 * dots || (dots == 2 && len == 4)))
			return true;
	}
	return false;
}

bool
client_document_url_is_valid(const char *url)
{
	if (strlen(url) > CLIENT_DOCUMENT_URL_MAX || https_url_check(url) != NULL || strchr(url, '?') != NULL)
		return false;
	const char *host = url + strlen("https://");
	const char *path = strchr(host, '/');
	/* An empty path, or "/" alone, is a site and no document; a literal address is no name that anybody could vouch for. */
	return path != NULL && path[1] != '\0' && host[0] != '[' && strstr(path, "//") == NULL && !has_dot_segment(path);
}

static enum err
refuse_document(const char **ret_problem, const char *word)
{
	*ret_problem = word;
	return ERR_INVALID_CLIENT_METADATA;
}

enum err
client_document_judge(struct arena *arena, const char *url, const struct json *document, const struct registration_limits *limits,
		      struct registration *ret, const char **ret_problem)
{
	struct field_errors errors = { .count = 0 };
	struct client_metadata in = { .issuer_id = NULL };
	struct json known;

	if (document->type != JSON_OBJECT)
		return refuse_document(ret_problem, "not_an_object");
	known = fields_known(arena, client_metadata_fields, document);
	fields_parse(arena, client_metadata_fields, &known, (struct name_values){ .count = 0 }, (struct name_values){ .count = 0 }, &in,
		     &errors);
	if (errors.count > 0)
		return refuse_document(ret_problem, arena_printf(arena, "%s: %s", errors.items[0].field, errors.items[0].rule));
	if (in.client_id == NULL || strcmp(in.client_id, url) != 0)
		return refuse_document(ret_problem, "client_id");
	if (in.has.client_secret || in.has.client_secret_expires_at)
		return refuse_document(ret_problem, "client_secret");
	/* Without a word it is one that has no secret, for there is nowhere to keep it. */
	if (in.token_endpoint_auth_method == NULL)
		in.token_endpoint_auth_method = "none";
	if (scope_has("client_secret_basic client_secret_post", in.token_endpoint_auth_method))
		return refuse_document(ret_problem, "token_endpoint_auth_method");
	return client_metadata_judge(arena, &in, limits, ret, ret_problem);
}
