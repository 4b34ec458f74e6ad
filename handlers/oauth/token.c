/*
 * POST /oauth/token (RFC 6749 section 3.2): a program's token for itself in two statements, one of them once a minute (oauth.md rule 21);
 * a person's for a code or a refresh token. Access tokens are signed and not stored. Whatever the database has to do is done and committed
 * before anything is signed, and nothing is asked of it afterwards: so a lost connection never runs a redeemed code a second time.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/signing_keys.h"
#include "handlers/oauth/token.h"
#include "lib/oauth.h"
#include "lib/text.h"

#define CLIENT_CREDENTIALS "client_credentials"
#define USED_EVERY_MS	   MINUTE_MS

/* What a program may do at its own audience while its organization has no plan (rule 21). */
#define SCOPES_WITHOUT_PLAN "tool:read"

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
	FIELDS_END,
};

static const struct field token_fields[] = {
	OUT_STRING(struct token_view, access_token, .flags = FIELD_SECRET),
	OUT_STRING(struct token_view, token_type),
	OUT_INT(struct token_view, expires_in, .description = "Seconds"),
	OUT_STRING(struct token_view, scope),
	OUT_STRING(struct token_view, refresh_token, .flags = FIELD_OPTIONAL | FIELD_SECRET),
	OUT_STRING(struct token_view, id_token, .flags = FIELD_OPTIONAL | FIELD_SECRET),
	FIELDS_END,
};

/* All that is asked for must be allowed; nothing asked: all that is (rule 21). */
static enum err
choose_scope(const char *asked, const char **ret_scope)
{
	if (asked == NULL) {
		*ret_scope = SCOPES_WITHOUT_PLAN;
		return OK;
	}
	for (const char *at = asked; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (len == 0 || !words_have(SCOPES_WITHOUT_PLAN, at, len))
			return ERR_INVALID_SCOPE;
		at += len + (at[len] == ' ');
	}
	*ret_scope = asked;
	return OK;
}

static enum err
choose_audience(struct arena *arena, const struct oauth_client_row *client, const char *asked, const char **ret_audience)
{
	if (asked != NULL && !oauth_client_has_audience(arena, client, asked))
		return ERR_INVALID_TARGET;
	*ret_audience = asked != NULL ? asked : oauth_audiences(arena, client->audiences, client->client_id).items[0];
	return OK;
}

/* The project's first token of an algorithm makes its first key. */
static enum err
take_key(struct tx *tx, const struct oauth_client_row *client, enum signing_alg alg, const char **key_id, struct bytes *sealed)
{
	struct q_signing_key_active_row key;

	if (*key_id != NULL)
		return OK;
	TRY(signing_key_ensure(tx, client->org_id, client->project_id, alg));
	TRY(q_signing_key_active(
	    tx->db, &(struct q_signing_key_active){ .project_id = client->project_id, .alg = signing_alg_names[alg] }, &key));
	*key_id = key.id;
	*sealed = key.private_sealed;
	return OK;
}

static enum err
take_access_key(struct tx *tx, struct oauth_client_row *client)
{
	return take_key(tx, client, OAUTH_ALG, &client->key_id, &client->private_sealed);
}

/* What is the same in every access token. */
static struct access_token
token_of(const struct request *rq, const struct oauth_client_row *client, const char *audience, const char *scope)
{
	return (struct access_token){
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.audience = audience,
		.client_id = client->client_id,
		.scope = scope,
		.project_id = client->project_id,
		.org_id = client->org_id,
		.environment = client->environment,
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + client->access_token_ttl_s * SECOND_MS,
	};
}

static enum err
sign(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, struct access_token *token, const char **ret_token)
{
	struct seal_place place = signing_key_place(client->project_id, client->key_id);

	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &token->jti));
	return signing_key_sign(rq->keyring, rq->arena, OAUTH_ALG, &place, client->private_sealed,
				&(struct token_head){ .type = ACCESS_TOKEN_TYPE, .kid = client->key_id },
				access_token_claims(rq->arena, token), ret_token);
}

static enum err
note_use(struct tx *tx, const struct oauth_client_row *client)
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

/* ---- a program's own ---- */

static enum err
issue_to_program(const struct request *rq, struct tx *tx, struct oauth_client_row *client, struct token_view *ret)
{
	const struct token_input *in = rq->input;
	const char *audience, *scope, *text;

	if (client->is_public)
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(choose_scope(in->scope, &scope));
	TRY(choose_audience(rq->arena, client, in->resource, &audience));
	TRY(take_access_key(tx, client));
	struct access_token token = token_of(rq, client, audience, scope);
	token.subject = client->client_id;
	TRY(sign(rq, tx, client, &token, &text));
	TRY(note_use(tx, client));
	*ret = (struct token_view){
		.access_token = text,
		.token_type = "Bearer",
		.expires_in = client->access_token_ttl_s,
		.scope = scope,
	};
	return OK;
}

/* ---- a person's ---- */

static enum signing_alg
id_alg_of(const struct oauth_client_row *client)
{
	enum signing_alg alg = signing_alg_parse(client->id_token_alg);

	return alg < SIGNING_ALG_COUNT ? alg : SIGN_RS256;
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

static enum err
sign_access_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct token_person *person,
		  const char **ret_token)
{
	struct access_token token = token_of(rq, client, person->resource, person->scope);

	token.subject = person->user_id;
	token.grant_id = person->grant_id;
	token.session_id = person->session_id;
	token.authenticated_at = person->strength != NULL ? person->authenticated_at : NONE;
	token.amr = person->amr;
	token.acr = acr_of(person);
	token.auth_strength = person->strength;
	token.session_class = person->session_class;
	token.token_version = person->token_version;
	token.email = scope_has(client->token_claims, "email") ? email_for(person) : NULL;
	token.email_verified = person->email_verified;
	return sign(rq, tx, client, &token, ret_token);
}

#define ID_TOKEN_LIFE_MS HOUR_MS

static enum err
sign_id_token(const struct request *rq, const struct oauth_client_row *client, const struct token_person *person, const char *nonce,
	      const char *access_token, const char **ret_token)
{
	struct seal_place place = signing_key_place(client->project_id, client->id_key_id);
	enum signing_alg alg = id_alg_of(client);
	struct id_token token = {
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.subject = person->user_id,
		.audience = client->client_id,
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + ID_TOKEN_LIFE_MS,
		.authenticated_at = person->strength != NULL ? person->authenticated_at : NONE,
		.nonce = nonce,
		.at_hash = token_half_hash(rq->arena, access_token, alg == SIGN_EDDSA),
		.acr = acr_of(person),
		.amr = person->amr,
		.session_id = person->session_id,
		.email = email_for(person),
		.email_verified = person->email_verified,
		.name = scope_has(person->scope, "profile") && person->name[0] != '\0' ? person->name : NULL,
	};

	return signing_key_sign(rq->keyring, rq->arena, alg, &place, client->id_private_sealed,
				&(struct token_head){ .type = "JWT", .kid = client->id_key_id }, id_token_claims(rq->arena, &token),
				ret_token);
}

static enum err
issue_to_person(const struct request *rq, struct tx *tx, struct oauth_client_row *client, bool is_refresh, struct token_view *ret)
{
	const char *refresh = NULL, *nonce = NULL, *access_token, *id_token = NULL;
	struct token_person person;

	TRY(take_access_key(tx, client));
	TRY(take_key(tx, client, id_alg_of(client), &client->id_key_id, &client->id_private_sealed));
	TRY(note_use(tx, client));
	if (is_refresh)
		TRY(token_refresh(rq, tx, client, &person, &refresh));
	else
		TRY(token_redeem(rq, tx, client, &person, &refresh, &nonce));
	TRY(sign_access_token(rq, tx, client, &person, &access_token));
	if (scope_has(person.scope, "openid"))
		TRY(sign_id_token(rq, client, &person, nonce, access_token, &id_token));
	*ret = (struct token_view){
		.access_token = access_token,
		.token_type = "Bearer",
		.expires_in = client->access_token_ttl_s,
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

static enum err
issue(const struct request *rq, struct tx *tx, struct token_view *ret)
{
	static const char *const GRANTS[] = { CLIENT_CREDENTIALS, "authorization_code", "refresh_token" };
	const struct token_input *in = rq->input;
	struct oauth_client_row client;
	size_t grant = 0;

	while (grant < ARRAY_LEN(GRANTS) && strcmp(in->grant_type, GRANTS[grant]) != 0)
		grant++;
	if (grant == ARRAY_LEN(GRANTS))
		return ERR_UNSUPPORTED_GRANT_TYPE;
	TRY(oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), &client));
	/* A client that wants its tokens bound to a key gets none that aren't: proofs of possession aren't taken here (rule 24). */
	if (client.is_dpop_bound || !oauth_client_has_grant(&client, GRANTS[grant]))
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(check_origin(rq, tx, &client));
	if (grant == 0)
		return issue_to_program(rq, tx, &client, ret);
	return issue_to_person(rq, tx, &client, grant == 2, ret);
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
	    INPUT(struct token_input, token_input_fields),
	    .output = token_fields,
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_GRANT, ERR_INVALID_REQUEST, ERR_INVALID_SCOPE, ERR_INVALID_TARGET,
			ERR_UNAUTHORIZED_CLIENT, ERR_UNSUPPORTED_GRANT_TYPE },
	    .handler = token_create,
	},
	ROUTES_END,
};
