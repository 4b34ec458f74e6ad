/*
 * What a client's members must be together: with each other, with its type, with its project (oauth.md section 3 and rule 2).
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/area_settings.h"
#include "domain/projects.h"
#include "domain/settings.h"
#include "lib/jose.h"
#include "lib/permissions.h"
#include "lib/sign_in_methods.h"
#include "lib/text.h"
#include "lib/uris.h"

#define JWKS_MAX	10
#define TARGETS_MAX	20
#define TARGET_TEXT_MAX 255

struct check {
	const struct request *rq;
	const struct client *client;
	struct field_errors errors;
};

static bool
is_one_of(const char *word, const char *words)
{
	return words_have(words, word, strlen(word));
}

static void
add(struct check *check, const char *field, const char *rule, const char *message)
{
	field_errors_add(&check->errors, check->rq->arena, field, rule, "%s", message);
}

/* ---- types ---- */

/* A program on somebody else's machine can't keep a secret (RFC 8252 section 8.4). */
static bool
is_public_type(const char *type)
{
	return is_one_of(type, "spa mobile desktop pos");
}

static bool
is_machine_type(const char *type)
{
	return is_one_of(type, "service agent");
}

const char *
client_default_grants(struct arena *arena, const char *type, const char *project_grants)
{
	const char *usual = is_machine_type(type)	 ? "client_credentials"
			    : strcmp(type, "pos") == 0 ? "device_code refresh_token"
						       : "authorization_code refresh_token";
	struct strings words = scopes_split(arena, usual);
	struct buffer grants = buffer_new(arena);

	for (size_t i = 0; i < words.count; i++)
		if (is_one_of(words.items[i], project_grants))
			buffer_printf(&grants, "%s%s", grants.len > 0 ? " " : "", words.items[i]);
	return buffer_string(&grants);
}

const char *
client_default_auth_method(const char *type)
{
	return is_public_type(type) ? "none" : "client_secret_basic";
}

bool
client_has_secret(const struct client *client)
{
	return is_one_of(client->token_endpoint_auth_method, "client_secret_basic client_secret_post");
}

static void
check_type(struct check *check)
{
	const struct client *client = check->client;
	bool is_public = is_one_of(client->token_endpoint_auth_method, "none");

	if (is_public_type(client->type) && !is_public)
		add(check, "token_endpoint_auth_method", "not_for_type", "A client of this type can't keep a secret: none.");
	if (is_machine_type(client->type) && is_public)
		add(check, "token_endpoint_auth_method", "not_for_type", "A client of this type has to prove itself.");
	if (strcmp(client->type, "service") == 0 && client->redirect_uris[0] != '\0')
		add(check, "redirect_uris", "not_for_type", "A service has none.");
	if (strcmp(client->type, "service") == 0 && client->post_logout_redirect_uris[0] != '\0')
		add(check, "post_logout_redirect_uris", "not_for_type", "A service has none.");
	if (!client->require_pkce && (is_public || strcmp(client->source, "dashboard") != 0))
		add(check, "require_pkce", "public_client", "Only a confidential client of the dashboard goes without.");
	if (client->first_party && strcmp(client->source, "dashboard") != 0)
		add(check, "first_party", "not_for_source", "Who registered by itself is a third party.");
	if (strcmp(client->source, "dashboard") != 0 && client->token_claims[0] != '\0' &&
	    strcmp(client->token_claims, "email") != 0)
		add(check, "token_claims", "not_for_source", "Who registered by itself gets email alone.");
}

/* ---- URIs ---- */

const char *
client_uri_problem(const char *type, const char *uri)
{
	return redirect_uri_check(uri, is_one_of(type, "mobile desktop") ? URI_FOR_NATIVE : URI_FOR_WEB);
}

static void
check_uris(struct check *check, const char *field, struct strings uris)
{
	for (size_t i = 0; i < uris.count; i++) {
		const char *rule = client_uri_problem(check->client->type, uris.items[i]);

		if (rule != NULL)
			add(check, arena_printf(check->rq->arena, "%s[%zu]", field, i), rule,
			    "Use https, http on this machine or, for mobile and desktop, a scheme with a dot; no wildcard, fragment or user.");
	}
}

/* An absolute https address or a urn: (RFC 8707 section 2), or the client itself. */
static bool
is_audience(const struct client *client, const char *audience)
{
	if (client->id != NULL && strcmp(audience, client->id) == 0)
		return true;
	if (strncmp(audience, "urn:", 4) == 0)
		return audience[4] != '\0' &&
		       audience[strspn(audience, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._~!$&'()*+,;=@%/-")] == '\0';
	return https_url_check(audience) == NULL;
}

static void
check_audiences(struct check *check, struct strings audiences)
{
	for (size_t i = 0; i < audiences.count; i++)
		if (!is_audience(check->client, audiences.items[i]))
			add(check, arena_printf(check->rq->arena, "audiences[%zu]", i), "uri",
			    "Name the client's own id, an https address without a fragment, or a urn:.");
}

/* ---- grants ---- */

static void
check_grants(struct check *check, const char *project_grants, bool are_named)
{
	const struct client *client = check->client;
	struct strings grants = scopes_split(check->rq->arena, client->grant_types);
	bool is_public = is_one_of(client->token_endpoint_auth_method, "none");
	bool leads_in = false;

	for (size_t i = 0; i < grants.count; i++) {
		const char *field = arena_printf(check->rq->arena, "grant_types[%zu]", i);

		if (!is_one_of(grants.items[i], project_grants))
			add(check, field, "not_in_project", "The project's type doesn't serve this grant.");
		else if (is_public && strcmp(grants.items[i], "client_credentials") == 0)
			add(check, field, "public_client", "A client that can't prove itself has no tokens of its own.");
		leads_in = leads_in || strcmp(grants.items[i], "refresh_token") != 0;
	}
	if (!leads_in)
		add(check, are_named ? "grant_types" : "type", "no_grant",
		    "No grant would ever lead to a token. The project's type decides which there are.");
}

static enum err
check_auth_methods(struct check *check, struct tx *tx)
{
	struct sign_in_settings settings;

	if (check->client->auth_methods == NULL)
		return OK;
	TRY(sign_in_settings_read(tx, check->rq->project.id, &settings));
	if ((settings.methods & sign_in_methods_parse(check->client->auth_methods)) == 0)
		add(check, "auth_methods", "off", "The project has none of these on.");
	return OK;
}

/* ---- keys and lifetimes ---- */

static void
check_jwks(struct check *check, const struct json *jwks)
{
	const struct json *keys = jwks != NULL && jwks->type == JSON_OBJECT ? json_member(jwks, "keys") : NULL;

	if (jwks == NULL)
		return;
	if (keys == NULL || keys->type != JSON_ARRAY || keys->count < 1 || keys->count > JWKS_MAX) {
		add(check, "jwks", "count", "Give {\"keys\": […]} with 1 to 10 keys.");
		return;
	}
	for (size_t i = 0; i < keys->count; i++)
		if (!jwk_is_public(check->rq->arena, &keys->items[i]))
			add(check, arena_printf(check->rq->arena, "jwks.keys[%zu]", i), "public_key",
			    "Give a public key alone: RSA from 2048 bits, EC on P-256, or Ed25519.");
}

static bool
is_target(const struct json *target)
{
	const char *audience = target->type == JSON_OBJECT ? json_text(target, "audience") : NULL;
	const char *resource = target->type == JSON_OBJECT ? json_text(target, "resource") : NULL;

	return target->count == 2 && audience != NULL && resource != NULL && strlen(audience) <= TARGET_TEXT_MAX &&
	       strlen(resource) <= TARGET_TEXT_MAX && https_url_check(audience) == NULL && https_url_check(resource) == NULL;
}

static void
check_targets(struct check *check, const struct json *targets)
{
	if (targets == NULL)
		return;
	if (targets->type != JSON_ARRAY) {
		add(check, "id_jag_targets", "type", "Give a list.");
		return;
	}
	if (targets->count > TARGETS_MAX)
		add(check, "id_jag_targets", "count", "At most 20.");
	for (size_t i = 0; i < targets->count && i < TARGETS_MAX; i++)
		if (!is_target(&targets->items[i]))
			add(check, arena_printf(check->rq->arena, "id_jag_targets[%zu]", i), "pattern",
			    "Give {audience, resource}, both https addresses.");
}

static void
check_together(struct check *check)
{
	const struct client *client = check->client;

	if (is_one_of(client->token_endpoint_auth_method, "private_key_jwt") && client->jwks == NULL && client->jwks_uri == NULL)
		add(check, "jwks", "required", "A client that signs has to give its public keys.");
	if (client->jwks != NULL && client->jwks_uri != NULL)
		add(check, "jwks_uri", "exclusive", "Give the keys or their address, not both.");
	if (client->refresh_token_max_s < client->refresh_token_idle_s)
		add(check, "refresh_token_max_s", "range", "It is shorter than refresh_token_idle_s.");
}

static enum err
project_grants_of(const struct request *rq, struct tx *tx, const char **ret_grants)
{
	struct project_row project;

	TRY(q_project_get(
	    tx->db, &(struct q_project_get){ .project_id = rq->project.id, .org_id = rq->org.id, .user_id = NULL }, &project));
	*ret_grants = project_grant_types(project.type);
	return OK;
}

enum verdict
client_check(const struct request *rq, struct tx *tx, const struct client *client, const struct client_change *change)
{
	struct check check = { .rq = rq, .client = client, .errors = { .count = 0 } };
	const char *grants = NULL;
	enum err e = project_grants_of(rq, tx, &grants);

	if (e == OK && change->has.auth_methods)
		e = check_auth_methods(&check, tx);
	if (e != OK)
		return fail_err(rq, e);
	check_type(&check);
	check_uris(&check, "redirect_uris", change->redirect_uris);
	check_uris(&check, "post_logout_redirect_uris", change->post_logout_redirect_uris);
	check_audiences(&check, change->audiences);
	/* A type that the project had before may have left grants behind, which nobody named now. */
	if (client->version == 0 || change->has.grant_types || change->has.token_endpoint_auth_method)
		check_grants(&check, grants, change->has.grant_types);
	check_jwks(&check, change->jwks);
	check_targets(&check, change->id_jag_targets);
	check_together(&check);
	if (check.errors.count == 0)
		return go_on(rq);
	return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &check.errors),
			    "Some of it doesn't fit.");
}
