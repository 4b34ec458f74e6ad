/*
 * POST /oauth/token: a client gets an access token for itself (RFC 6749 section 4.4, oauth.md rule 21). Two statements, one of them
 * once a minute; the token is signed and not stored.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/signing_keys.h"
#include "handlers/oauth/oauth.h"
#include "lib/text.h"

#define CLIENT_CREDENTIALS "client_credentials"
#define USED_EVERY_MS	   MINUTE_MS

/* What a program may do at its own audience while its organization has no plan (rule 21). */
#define SCOPES_WITHOUT_PLAN "tool:read"

struct token_input {
	struct {
		bool issuer_id, grant_type, client_id, client_secret, scope, resource;
	} has;
	const char *issuer_id, *grant_type, *client_id, *client_secret, *scope, *resource;
};

static const struct field token_input_fields[] = {
	IN_ID(struct token_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct token_input, grant_type, .min = 1, .max = 64, .flags = FIELD_REQUIRED),
	IN_STRING(struct token_input, client_id, .min = 1, .max = 64),
	IN_STRING(struct token_input, client_secret, .min = 1, .max = 128, .flags = FIELD_SECRET),
	IN_STRING(struct token_input, scope, .min = 1, .max = 2000,
		  .description = "Words with spaces between; all that the client may have when absent"),
	IN_STRING(struct token_input, resource, .min = 1, .max = 255,
		  .description = "One of the client's audiences (RFC 8707); the first when absent"),
	FIELDS_END,
};

struct token_view {
	const char *access_token, *token_type;
	int64_t expires_in;
	const char *scope;
};

static const struct field token_fields[] = {
	OUT_STRING(struct token_view, access_token, .flags = FIELD_SECRET),
	OUT_STRING(struct token_view, token_type),
	OUT_INT(struct token_view, expires_in, .description = "Seconds"),
	OUT_STRING(struct token_view, scope),
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
	*ret_audience = asked != NULL ? asked : oauth_client_audiences(arena, client).items[0];
	return OK;
}

/* The project's first token makes its first key. */
static enum err
take_key(struct tx *tx, struct oauth_client_row *client)
{
	struct q_signing_key_active_row key;

	if (client->key_id != NULL)
		return OK;
	TRY(signing_key_ensure(tx, client->org_id, client->project_id, OAUTH_ALG));
	TRY(q_signing_key_active(tx->db,
				 &(struct q_signing_key_active){ .project_id = client->project_id,
								 .alg = signing_alg_names[OAUTH_ALG] },
				 &key));
	client->key_id = key.id;
	client->private_sealed = key.private_sealed;
	return OK;
}

static enum err
sign(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *audience,
     const char *scope, const char **ret_token)
{
	struct seal_place place = signing_key_place(client->project_id, client->key_id);
	struct access_token token = {
		.issuer = oauth_issuer(rq, client->issuer_client_id),
		.subject = client->client_id,
		.audience = audience,
		.client_id = client->client_id,
		.scope = scope,
		.project_id = client->project_id,
		.org_id = client->org_id,
		.environment = client->environment,
		.issued_at = rq->now_ms,
		.expires_at = rq->now_ms + client->access_token_ttl_s * SECOND_MS,
	};

	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &token.jti));
	return signing_key_sign(rq->keyring, rq->arena, OAUTH_ALG, &place, client->private_sealed,
				&(struct token_head){ .type = ACCESS_TOKEN_TYPE, .kid = client->key_id },
				access_token_claims(rq->arena, &token), ret_token);
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

static enum err
issue(const struct request *rq, struct tx *tx, struct token_view *ret)
{
	const struct token_input *in = rq->input;
	struct client_input asks = { .client_id = in->client_id, .client_secret = in->client_secret };
	struct oauth_client_row client;
	const char *audience, *scope, *token;

	if (strcmp(in->grant_type, CLIENT_CREDENTIALS) != 0)
		return ERR_UNSUPPORTED_GRANT_TYPE;
	TRY(oauth_client_find(rq, tx, in->issuer_id, &asks, &client));
	if (client.is_public || !oauth_client_has_grant(&client, CLIENT_CREDENTIALS))
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(choose_scope(in->scope, &scope));
	TRY(choose_audience(rq->arena, &client, in->resource, &audience));
	TRY(take_key(tx, &client));
	TRY(sign(rq, tx, &client, audience, scope, &token));
	TRY(note_use(tx, &client));
	*ret = (struct token_view){
		.access_token = token,
		.token_type = "Bearer",
		.expires_in = client.access_token_ttl_s,
		.scope = scope,
	};
	return OK;
}

static enum verdict
token_create(const struct request *rq, struct tx *tx)
{
	struct token_view view;
	enum err e = issue(rq, tx, &view);

	return e == OK ? reply(rq, 200, token_fields, &view) : fail_err(rq, e);
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
	    .flags = ROUTE_OAUTH | ROUTE_SHOWS_SECRET,
	    .rate = RATE_OAUTH_TOKEN,
	    .body_bytes_max = (size_t)16 * 1024,
	    INPUT(struct token_input, token_input_fields),
	    .output = token_fields,
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST, ERR_INVALID_SCOPE, ERR_INVALID_TARGET,
			ERR_UNAUTHORIZED_CLIENT, ERR_UNSUPPORTED_GRANT_TYPE },
	    .handler = token_create,
	},
	ROUTES_END,
};
