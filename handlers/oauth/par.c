/*
 * POST /oauth/par (RFC 9126): an app says beforehand, and proven, what it will ask for, and gets an address that stands for it. The first
 * browser that comes with the address has it (oauth.md rules 9 and 10).
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define URI_PREFIX "urn:ietf:params:oauth:request_uri:"

bool
pushed_is_uri(const char *request_uri)
{
	return strncmp(request_uri, URI_PREFIX, strlen(URI_PREFIX)) == 0;
}

enum err
pushed_keep(struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const char **ret_request_uri)
{
	const char *id, *secret, *uri;

	TRY(tx_make_id(tx, ID_OAUTH_REQUEST, &id));
	TRY(secret_make_cookie(tx->arena, &secret));
	uri = arena_printf(tx->arena, "%s%s", URI_PREFIX, secret);
	TRY(q_oauth_request_push(tx->db,
				 &(struct q_oauth_request_push){
				     .project_id = app->project_id,
				     .id = id,
				     .client_id = app->client_id,
				     .params = ask_text(tx->arena, ask),
				     .request_uri_digest = sha256_bytes(tx->arena, uri, strlen(uri)),
				     .scopes = ask->scope,
				     .expires_at = tx->now_ms + PUSHED_LIFE_MS,
				 },
				 NULL));
	*ret_request_uri = uri;
	return OK;
}

enum err
pushed_find(struct tx *tx, const struct oauth_app_row *app, const char *request_uri, struct oauth_request_row *ret)
{
	enum err e = q_oauth_request_pushed(tx->db,
					    &(struct q_oauth_request_pushed){
						.project_id = app->project_id,
						.request_uri_digest = sha256_bytes(tx->arena, request_uri, strlen(request_uri)),
						.client_id = app->client_id,
					    },
					    ret);

	return e == ERR_NO_ROW ? ERR_REQUEST_EXPIRED : e;
}

/* ---- POST /oauth/par ---- */

static const struct field par_fields[] = {
	ASK_FIELDS(IN_BODY),
	CLIENT_PROOF_FIELDS(struct ask_input),
	FIELDS_END,
};

struct par_view {
	const char *request_uri;
	int64_t expires_in;
};

static const struct field par_view_fields[] = {
	OUT_STRING(struct par_view, request_uri, .flags = FIELD_SECRET),
	OUT_INT(struct par_view, expires_in, .description = "Seconds"),
	FIELDS_END,
};

/* Section 2.3: refused as at the token endpoint, so with its words. */
static enum err
error_of(const char *problem)
{
	static const enum err OWN[] = { ERR_INVALID_SCOPE, ERR_INVALID_TARGET, ERR_UNAUTHORIZED_CLIENT, ERR_BUSY };

	for (size_t i = 0; i < ARRAY_LEN(OWN); i++)
		if (strcmp(error_oauth_code(OWN[i]), problem) == 0)
			return OWN[i];
	return ERR_INVALID_REQUEST;
}

/* RFC 9449 section 10.1: a proof names the key as well as dpop_jkt does; of both, they have to name the same one. */
static enum err
take_proof(const struct request *rq, const struct oauth_client_row *client, struct ask *ask)
{
	const struct ask_input *in = rq->input;
	const struct possession asked = {
		.project_id = client->project_id,
		.url = arena_printf(rq->arena, "%s/oauth/par", oauth_issuer(rq, client->issuer_client_id)),
		.wants_nonce = client->dpop_require_nonce,
	};
	const char *jkt;

	TRY(request_possession_find(rq, &asked, &jkt));
	if (jkt == NULL)
		return OK;
	if (in->dpop_jkt != NULL && strcmp(in->dpop_jkt, jkt) != 0)
		return ERR_INVALID_DPOP_PROOF;
	ask->dpop_jkt = jkt;
	return OK;
}

static enum err
judge(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, struct ask *ask)
{
	const struct ask_input *in = rq->input;

	if (in->request_uri != NULL)
		return ERR_INVALID_REQUEST;
	TRY(ask_find_way_back(rq, tx, app, in, ask));
	const char *problem = ask_judge(tx, app, in, ask);
	if (problem == NULL)
		return OK;
	request_reason(rq, problem);
	return error_of(problem);
}

static enum err
push(const struct request *rq, struct tx *tx, const char **ret_request_uri)
{
	const struct ask_input *in = rq->input;
	struct oauth_client_row client;
	struct oauth_app_row app;
	struct ask ask;

	TRY(oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), &client));
	TRY(ask_find_app(rq, tx, in->issuer_id, client.client_id, &app));
	TRY(judge(rq, tx, &app, &ask));
	TRY(take_proof(rq, &client, &ask));
	return pushed_keep(tx, &app, &ask, ret_request_uri);
}

static enum verdict
par(const struct request *rq, struct tx *tx)
{
	struct par_view view = { .expires_in = PUSHED_LIFE_MS / SECOND_MS };
	enum err e = push(rq, tx, &view.request_uri);

	return e == OK ? reply(rq, 201, par_view_fields, &view) : oauth_fail(rq, e);
}

const struct route oauth_par_routes[] = {
	{
	    .id = "oauth_par",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/par",
	    .summary = "Say beforehand what will be asked for",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_SPLIT,	/* a proof that works once is used up by whatever is refused afterwards */
	    .status = 201,
	    .flags = ROUTE_OAUTH | ROUTE_SHOWS_SECRET | ROUTE_CORS,
	    .rate = RATE_OAUTH_PUSH,
	    .body_bytes_max = (size_t)16 * 1024,
	    INPUT(struct ask_input, par_fields),
	    .output = par_view_fields,
	    .scratch_size = sizeof(struct possession_memory),
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_DPOP_PROOF, ERR_INVALID_REQUEST, ERR_INVALID_SCOPE, ERR_INVALID_TARGET,
			ERR_UNAUTHORIZED_CLIENT, ERR_USE_DPOP_NONCE },
	    .handler = par,
	},
	ROUTES_END,
};
