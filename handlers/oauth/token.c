/*
 * POST /oauth/token (RFC 6749 section 3.2): a program's token for itself in two statements, one of them once a minute (oauth.md rule 21);
 * a person's for a code, a refresh token, a device's code or another issuer's word. Access tokens are signed and not stored. Whatever the
 * database has to do is done and committed before anything is signed, and nothing is asked of it afterwards: so a lost connection never runs
 * a redeemed code a second time.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/claims.h"
#include "domain/clients.h"
#include "domain/signing_keys.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/token.h"
#include "lib/oauth.h"

#define CLIENT_CREDENTIALS "client_credentials"
#define USED_EVERY_MS	   MINUTE_MS

static const struct field token_input_fields[] = {
	IN_ID(struct token_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct token_input, grant_type, .min = 1, .max = 64, .flags = FIELD_REQUIRED),
	CLIENT_FIELDS(struct token_input),
	IN_STRING(struct token_input, scope, .min = 1, .max = 2000,
		  .description = "Words with spaces between; all that the client may have when absent"),
	IN_STRING(struct token_input, resource, .min = 1, .max = 255,
		  .description = "One of the client's audiences (RFC 8707); the first when absent"),
	IN_STRING(struct token_input, code, .min = 1, .max = 128, .flags = FIELD_SECRET),
	IN_STRING(struct token_input, redirect_uri, .min = 1, .max = 2000, .description = "As in the request for the code"),
	IN_STRING(struct token_input, code_verifier, .min = 1, .max = 256, .flags = FIELD_SECRET),
	IN_STRING(struct token_input, refresh_token, .min = 1, .max = 128, .flags = FIELD_SECRET),
	IN_STRING(struct token_input, device_code, .min = 1, .max = 128, .flags = FIELD_SECRET),
	IN_STRING(struct token_input, subject_token, .min = 1, .max = 8192, .flags = FIELD_SECRET, .description = "To be exchanged (RFC 8693)"),
	IN_STRING(struct token_input, subject_token_type, .min = 1, .max = 128),
	IN_STRING(struct token_input, requested_token_type, .min = 1, .max = 128, .description = "An access token when absent"),
	IN_STRING(struct token_input, actor_token, .min = 1, .max = 8192, .flags = FIELD_SECRET, .description = "Not supported: the client acts"),
	IN_STRING(struct token_input, audience, .min = 1, .max = 255, .description = "Of an exchange, beside or instead of resource"),
	IN_STRING(struct token_input, assertion, .min = 1, .max = JWT_BEARER_BYTES_MAX, .flags = FIELD_SECRET,
		  .description = "A token of a trusted issuer (RFC 7523 section 2.1)"),
	FIELDS_END,
};

static const struct field token_fields[] = {
	OUT_STRING(struct token_view, access_token, .flags = FIELD_SECRET),
	OUT_STRING(struct token_view, token_type),
	OUT_INT(struct token_view, expires_in, .description = "Seconds"),
	OUT_STRING(struct token_view, scope),
	OUT_STRING(struct token_view, refresh_token, .flags = FIELD_OPTIONAL | FIELD_SECRET),
	OUT_STRING(struct token_view, id_token, .flags = FIELD_OPTIONAL | FIELD_SECRET),
	OUT_STRING(struct token_view, issued_token_type, .flags = FIELD_OPTIONAL, .description = "Of a token that was exchanged"),
	FIELDS_END,
};

/* The project's first token of an algorithm makes its first key. */
static enum err
take_key(struct tx *tx, const struct oauth_client_row *client, enum signing_alg alg, const char **key_id, struct bytes *sealed)
{
	return signing_key_take(tx, client->org_id, client->project_id, alg, key_id, sealed);
}

enum err
token_take_key(struct tx *tx, const struct oauth_client_row *client, struct token_target *target)
{
	return take_key(tx, client, target->alg, &target->key_id, &target->private_sealed);
}

static enum signing_alg
alg_of(const char *text, enum signing_alg otherwise)
{
	enum signing_alg alg = signing_alg_parse(text);

	return alg < SIGNING_ALG_COUNT ? alg : otherwise;
}

struct token_target
token_target_of(const struct oauth_client_row *client, const struct found_resource *found, const char *jkt)
{
	const struct oauth_resource_row *server = &found->server;
	bool is_client = found->resource.is_client || found->is_own_api;

	return (struct token_target){
		.audience = found->resource.identifier,
		.jkt = jkt,
		.token_claims = is_client ? client->token_claims : server->token_claims,
		.ttl_s = is_client ? client->access_token_ttl_s : server->access_token_ttl_s,
		.alg = alg_of(is_client ? client->signing_alg : server->signing_alg, SIGN_ES256),
		.key_id = is_client ? client->key_id : server->key_id,
		.private_sealed = is_client ? client->private_sealed : server->private_sealed,
	};
}

struct access_token
token_begin(const struct request *rq, const struct oauth_client_row *client, const struct token_target *target, const char *scope)
{
	return (struct access_token){
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.audience = target->audience,
		.jkt = target->jkt,
		.client_id = client->client_id,
		.scope = scope,
		.project_id = client->project_id,
		.org_id = client->org_id,
		.environment = client->environment,
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + target->ttl_s * SECOND_MS,
	};
}

enum err
token_sign_claims(const struct request *rq, const struct oauth_client_row *client, const struct token_target *target, const char *type,
		  const char *claims, const char **ret_token)
{
	struct seal_place place = signing_key_place(client->project_id, target->key_id);

	return signing_key_sign(rq->keyring, rq->arena, target->alg, &place, target->private_sealed,
				&(struct token_head){ .type = type, .kid = target->key_id }, claims, ret_token);
}

enum err
token_sign(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct token_target *target,
	   struct access_token *token, const char **ret_token)
{
	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &token->jti));
	return token_sign_claims(rq, client, target, ACCESS_TOKEN_TYPE, access_token_claims(rq->arena, token), ret_token);
}

enum err
token_note_use(struct tx *tx, const struct oauth_client_row *client)
{
	int64_t before = tx->now_ms - USED_EVERY_MS;

	if (client->last_used_at != NONE && client->last_used_at > before)
		return OK;
	return q_oauth_client_used(tx->db,
				   &(struct q_oauth_client_used){
				       .project_id = client->project_id,
				       .client_id = client->client_id,
				       .before = before,
				   },
				   NULL);
}

const char *
token_type(const char *jkt)
{
	return jkt != NULL ? "DPoP" : "Bearer";
}

/* ---- a program's own ---- */

/* All that there is at most, unless it asks for less. */
static enum err
program_scope(const struct request *rq, const struct found_resource *found, const struct resource_asker *asker, const char *plan,
	      const char *most, const char **ret_scope)
{
	const struct token_input *in = rq->input;
	const char *scope;

	TRY(resource_scope_for_program(rq->arena, &found->resource, asker, plan, in->scope, &scope));
	if (most[0] != '\0' && in->scope != NULL && !scope_is_within(scope, most))
		return ERR_INVALID_SCOPE;
	*ret_scope = most[0] == '\0' ? scope : scope_keep(rq->arena, scope, most);
	return OK;
}

enum err
token_issue_to_program(const struct request *rq, struct tx *tx, struct oauth_client_row *client, const char *jkt, const char *most,
		       struct token_view *ret)
{
	const struct token_input *in = rq->input;
	struct resource_asker asker = RESOURCE_ASKER_OF(client);
	const struct project_claims claims = { .plan = client->org_plan };
	struct found_resource found;
	const char *scope, *text;

	if (client->is_public || oauth_is_console(tx, client->project_id))
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(oauth_resource_find(tx, client->project_id, &asker, in->resource, &found));
	TRY(program_scope(rq, &found, &asker, claims.plan, most, &scope));
	struct token_target target = token_target_of(client, &found, jkt);
	TRY(token_take_key(tx, client, &target));
	struct access_token token = token_begin(rq, client, &target, scope);
	token.subject = client->client_id;
	token.claims = project_claims_keep(&claims, target.token_claims);
	TRY(token_note_use(tx, client));
	TRY(token_sign(rq, tx, client, &target, &token, &text));
	*ret = (struct token_view){
		.access_token = text,
		.token_type = token_type(jkt),
		.expires_in = target.ttl_s,
		.scope = scope,
	};
	return OK;
}

/* ---- a person's ---- */

enum token_grant { GRANT_PROGRAM, GRANT_CODE, GRANT_REFRESH, GRANT_DEVICE, GRANT_EXCHANGE, GRANT_ASSERTION, GRANT_COUNT };

bool
token_is_answer(enum err e)
{
	return e == OK || e == ERR_INVALID_GRANT || e == ERR_INVALID_REQUEST || e == ERR_INVALID_SCOPE || e == ERR_INVALID_TARGET;
}

enum err
token_settle(struct tx *tx, const struct oauth_client_row *client, const char *user_id, const char *resource, const char *scope,
	     struct token_what *ret)
{
	struct resource_asker asker = RESOURCE_ASKER_OF(client);
	struct token_what what = { .scope = scope };

	if (oauth_is_console(tx, client->project_id)) {
		what.resource = (struct found_resource){ .resource = { .identifier = resource, .scopes = "" } };
		*ret = what;
		return OK;
	}
	TRY(oauth_resource_find_for_person(tx, client->project_id, &asker, resource, &what.resource));
	TRY(claims_told(tx, client->project_id, user_id, &what.claims));
	what.scope = resource_scope_for_person(tx->arena, &what.resource.resource, &asker, what.claims.plan, scope);
	if (what.scope[0] == '\0' && scope[0] != '\0')
		return ERR_INVALID_SCOPE;
	*ret = what;
	return OK;
}

static enum signing_alg
id_alg_of(const struct oauth_client_row *client)
{
	return alg_of(client->id_token_alg, SIGN_RS256);
}

static const char *
acr_of(const struct token_person *person)
{
	if (person->strength == NULL)
		return NULL;
	return person->level == 2 ? "2" : "1";
}

static const char *
email_for(const struct token_person *person)
{
	return scope_has(person->scope, "email") ? person->email : NULL;
}

struct access_token
token_of_person(const struct request *rq, const struct oauth_client_row *client, const struct token_target *target,
		const struct token_person *person)
{
	struct access_token token = token_begin(rq, client, target, person->scope);

	token.subject = person->user_id;
	token.grant_id = person->grant_id;
	token.session_id = person->session_id;
	token.authenticated_at = person->strength != NULL ? person->authenticated_at : NONE;
	token.amr = person->amr;
	token.acr = acr_of(person);
	token.auth_strength = person->strength;
	token.session_class = person->session_class;
	token.token_version = person->token_version > client->min_token_version ? person->token_version : client->min_token_version;
	token.email = scope_has(target->token_claims, "email") ? email_for(person) : NULL;
	token.email_verified = person->email_verified;
	token.claims = project_claims_keep(&person->claims, target->token_claims);
	return token;
}

enum err
token_sign_for_person(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct token_target *target,
		      const struct token_person *person, const char **ret_token)
{
	struct access_token token = token_of_person(rq, client, target, person);

	return token_sign(rq, tx, client, target, &token, ret_token);
}

#define ID_TOKEN_LIFE_MS HOUR_MS

struct id_token
token_id_of_person(const struct request *rq, const struct oauth_client_row *client, const struct token_person *person)
{
	return (struct id_token){
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.subject = person->user_id,
		.audience = client_own_name(rq->arena, client->client_id, client->metadata_url),
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + ID_TOKEN_LIFE_MS,
		.authenticated_at = person->strength != NULL ? person->authenticated_at : NONE,
		.acr = acr_of(person),
		.amr = person->amr,
		.session_id = person->session_id,
		.email = email_for(person),
		.email_verified = person->email_verified,
		.name = scope_has(person->scope, "profile") && person->name[0] != '\0' ? person->name : NULL,
		.claims = project_claims_keep(&person->claims, client->token_claims),
	};
}

static enum err
sign_id_token(const struct request *rq, const struct oauth_client_row *client, const struct token_person *person, const char *nonce,
	      const char *access_token, const char **ret_token)
{
	struct seal_place place = signing_key_place(client->project_id, client->id_key_id);
	enum signing_alg alg = id_alg_of(client);
	struct id_token token = token_id_of_person(rq, client, person);

	token.nonce = nonce;
	token.at_hash = token_half_hash(rq->arena, access_token, alg == SIGN_EDDSA);
	return signing_key_sign(rq->keyring, rq->arena, alg, &place, client->id_private_sealed,
				&(struct token_head){ .type = "JWT", .kid = client->id_key_id }, id_token_claims(rq->arena, &token),
				ret_token);
}

/* What the code, refresh token or device stands for. */
static enum err
find_person(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jkt, enum token_grant grant,
	    struct token_person *ret_person, const char **ret_refresh, const char **ret_nonce)
{
	switch (grant) {
	case GRANT_CODE: return token_redeem(rq, tx, rq->input, client, jkt, ret_person, ret_refresh, ret_nonce);
	case GRANT_REFRESH: return token_refresh(rq, tx, client, jkt, ret_person, ret_refresh);
	case GRANT_DEVICE: return token_poll(rq, tx, client, jkt, ret_person, ret_refresh);
	case GRANT_PROGRAM:
	case GRANT_EXCHANGE:
	case GRANT_ASSERTION:
	case GRANT_COUNT: break;
	}
	return ERR_INTERNAL;
}

static enum err
make_access_token(const struct request *rq, struct tx *tx, struct oauth_client_row *client, const struct token_person *person, const char *jkt,
		  const char **ret_token, int64_t *ret_ttl_s)
{
	if (oauth_is_console(tx, client->project_id))
		return ERR_INVALID_GRANT;	/* in no organization: worth nothing */
	struct token_target target = token_target_of(client, &person->resource, jkt);

	/* The first token of a resource server's own algorithm. What was redeemed is burnt: nothing that fails now may begin it anew. */
	if (token_take_key(tx, client, &target) != OK)
		return ERR_BUSY;
	*ret_ttl_s = target.ttl_s;
	return token_sign_for_person(rq, tx, client, &target, person, ret_token);
}

static enum err
issue_to_person(const struct request *rq, struct tx *tx, struct oauth_client_row *client, const char *jkt, enum token_grant grant,
		struct token_view *ret)
{
	const char *refresh = NULL, *nonce = NULL, *access_token, *id_token = NULL;
	int64_t ttl_s = client->access_token_ttl_s;
	struct token_person person;

	if (!oauth_is_console(tx, client->project_id))
		TRY(take_key(tx, client, alg_of(client->signing_alg, SIGN_ES256), &client->key_id, &client->private_sealed));
	TRY(take_key(tx, client, id_alg_of(client), &client->id_key_id, &client->id_private_sealed));
	TRY(token_note_use(tx, client));
	TRY(find_person(rq, tx, client, jkt, grant, &person, &refresh, &nonce));
	access_token = person.access_token;
	if (access_token == NULL)
		TRY(make_access_token(rq, tx, client, &person, jkt, &access_token, &ttl_s));
	if (scope_has(person.scope, "openid"))
		TRY(sign_id_token(rq, client, &person, nonce, access_token, &id_token));
	tx_count(tx, &(struct stat_count){
			 .stat = STAT_USER_DAY, .project_id = client->project_id, .values = { person.user_id } });
	*ret = (struct token_view){
		.access_token = access_token,
		.token_type = token_type(jkt),
		.expires_in = ttl_s,
		.scope = person.scope,
		.refresh_token = refresh,
		.id_token = id_token,
	};
	return OK;
}

/* ---- which of them ---- */

/* Rule 39: a client that names where its pages stand takes no request of a page elsewhere. */
static enum err
check_origin(const struct request *rq, struct tx *tx, const struct oauth_client_row *client)
{
	struct q_oauth_app_places_row *places = NULL;
	bool has_origins = false;
	size_t count = 0;

	if (rq->origin == NULL)
		return OK;
	TRY(q_oauth_app_places(
	    tx->db, &(struct q_oauth_app_places){ .project_id = client->project_id, .client_id = client->client_id }, &places, &count));
	for (size_t i = 0; i < count; i++) {
		const char *uri = arena_strndup(rq->arena, (const char *)places[i].uri.data, places[i].uri.len);

		has_origins |= strcmp(places[i].kind, "origin") == 0;
		if (strcmp(url_origin(rq->arena, uri), rq->origin) == 0)
			return OK;
	}
	return has_origins ? ERR_UNAUTHORIZED_CLIENT : OK;
}

/* The grants by what requests call them, and by what a client's list does. */
static const struct {
	const char *type, *name;
} grants[GRANT_COUNT] = {
	[GRANT_PROGRAM] = { CLIENT_CREDENTIALS, CLIENT_CREDENTIALS },
	[GRANT_CODE] = { "authorization_code", "authorization_code" },
	[GRANT_REFRESH] = { "refresh_token", "refresh_token" },
	[GRANT_DEVICE] = { OAUTH_GRANT_URN "device_code", "device_code" },
	[GRANT_ASSERTION] = { OAUTH_GRANT_URN "jwt-bearer", "jwt-bearer" },
	[GRANT_EXCHANGE] = { OAUTH_GRANT_URN "token-exchange", "token-exchange" },
};

static enum token_grant
find_grant(const char *type)
{
	enum token_grant grant = GRANT_PROGRAM;

	while (grant < GRANT_COUNT && strcmp(type, grants[grant].type) != 0)
		grant++;
	return grant;
}

/* The key that the tokens are to be bound to (RFC 9449 section 5). */
static enum err
find_key(const struct request *rq, const struct oauth_client_row *client, const char **ret_jkt)
{
	const struct possession asked = {
		.project_id = client->project_id,
		.url = arena_printf(rq->arena, "%s/oauth/token", oauth_issuer(rq, client->issuer_client_id)),
		.wants_nonce = client->dpop_require_nonce,
	};

	TRY(request_possession_find(rq, &asked, ret_jkt));
	return *ret_jkt == NULL && client->is_dpop_bound ? ERR_INVALID_DPOP_PROOF : OK;
}

static enum err
issue_by(const struct request *rq, struct tx *tx, enum token_grant grant, const struct token_assertion *assertion,
	 struct oauth_client_row *client, struct token_view *ret)
{
	const char *jkt;

	TRY(find_key(rq, client, &jkt));
	if (grant == GRANT_PROGRAM)
		return token_issue_to_program(rq, tx, client, jkt, "", ret);
	if (grant == GRANT_EXCHANGE)
		return token_exchange(rq, tx, client, jkt, ret);
	if (grant == GRANT_ASSERTION)
		return token_assertion_redeem(rq, tx, assertion, client, jkt, ret);
	return issue_to_person(rq, tx, client, jkt, grant, ret);
}

static enum err
issue(const struct request *rq, struct tx *tx, struct token_view *ret)
{
	const struct token_input *in = rq->input;
	enum token_grant grant = find_grant(in->grant_type);
	struct token_assertion assertion;
	struct oauth_client_row client;
	const char *details;

	if (grant == GRANT_COUNT)
		return ERR_UNSUPPORTED_GRANT_TYPE;
	if (grant == GRANT_ASSERTION)
		TRY(token_assertion_read(rq, tx, &assertion, &client));
	else
		TRY(oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), &client));
	if (!client_has_grant(client.grant_types, client.project_type, grants[grant].name))
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(check_origin(rq, tx, &client));
	TRY(request_quota(rq, client.project_id, client.meters_full_until, STAT_TOKEN_ISSUES, &details));
	TRY(issue_by(rq, tx, grant, &assertion, &client, ret));
	tx_count(tx, &(struct stat_count){
			 .stat = STAT_TOKEN_ISSUES, .project_id = client.project_id, .values = { grants[grant].name } });
	return OK;
}

static enum verdict
token_create(const struct request *rq, struct tx *tx)
{
	struct token_view view;
	enum err e = issue(rq, tx, &view);

	return e == OK ? reply(rq, 200, token_fields, &view) : oauth_fail(rq, e);
}

const struct route oauth_token_routes[] = {
	{
	    .id = "oauth_token",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/token",
	    .summary = "Get an access token",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_SPLIT,
	    .flags = ROUTE_OAUTH | ROUTE_SHOWS_SECRET | ROUTE_CORS,
	    .rate = RATE_OAUTH_TOKEN,
	    .body_bytes_max = (size_t)16 * 1024,
	    .scratch_size = sizeof(struct possession_memory),
	    INPUT(struct token_input, token_input_fields),
	    .output = token_fields,
	    .errors = { ERR_ACCESS_DENIED, ERR_AUTHORIZATION_PENDING, ERR_EXPIRED_TOKEN, ERR_INVALID_CLIENT, ERR_INVALID_DPOP_PROOF,
			ERR_INVALID_GRANT, ERR_INVALID_REQUEST, ERR_INVALID_SCOPE, ERR_INVALID_TARGET, ERR_QUOTA_EXCEEDED,
			ERR_SLOW_DOWN, ERR_UNAUTHORIZED_CLIENT, ERR_UNSUPPORTED_GRANT_TYPE, ERR_USE_DPOP_NONCE },
	    .handler = token_create,
	},
	ROUTES_END,
};
