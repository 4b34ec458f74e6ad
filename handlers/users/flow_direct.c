/*
 * Transport code: a client that draws its own sign-in screens runs the flow by its token, without a cookie of ours, and gets an authorization
 * code at the end (users.md rule 4). Only clients of the project's own, with PKCE.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/grants.h"
#include "domain/oauth_resources.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"
#include "lib/uris.h"

bool
flow_is_direct(const struct flow *flow)
{
	return flow->row.transport != NULL && strcmp(flow->row.transport, "code") == 0;
}

/* "prj_….{mac}"; other flows' tokens have no dot. */
bool
flow_direct_project(const struct request *rq, const char **ret_project_id)
{
	const char *dot = rq->flow_token != NULL ? strchr(rq->flow_token, '.') : NULL;
	const char *project_id;

	if (dot == NULL)
		return false;
	project_id = arena_strndup(rq->arena, rq->flow_token, (size_t)(dot - rq->flow_token));
	if (!id_is_valid(ID_PROJECT, project_id))
		return false;
	*ret_project_id = project_id;
	return true;
}

static const char *
text_of(struct arena *arena, struct bytes uri)
{
	return arena_strndup(arena, (const char *)uri.data, uri.len);
}

enum err
flow_direct_let_in(const struct request *rq, struct tx *tx, const char *project_id, const char *client_id)
{
	struct q_oauth_app_places_row *places = NULL;
	size_t count = 0;

	if (rq->origin == NULL || request_is_of_own_page(rq))
		return OK;
	TRY(q_oauth_app_places(
	    tx->db, &(struct q_oauth_app_places){ .project_id = project_id, .client_id = client_id }, &places, &count));
	for (size_t i = 0; i < count; i++)
		if (strcmp(places[i].kind, "origin") == 0 && strcmp(text_of(rq->arena, places[i].uri), rq->origin) == 0) {
			reply_header(rq, "Access-Control-Allow-Origin", rq->origin);
			reply_header(rq, "Vary", "Origin");
			return OK;
		}
	return ERR_CSRF_FAILED;
}

/* ---- the beginning ---- */

/* Who is signed in already has a cookie, and so no screens of an app's own. */
static bool
is_possible_kind(enum flow_kind kind)
{
	return kind == FLOW_SIGN_IN || kind == FLOW_SIGN_UP || kind == FLOW_RECOVER;
}

/* Its tokens are for the client's first audience. */
static enum err
take_scope(struct tx *tx, const struct oauth_app_row *app, const char *asked, const char **ret_scope)
{
	struct resource_asker asker = RESOURCE_ASKER_OF(app);
	struct found_resource found;
	enum err e = oauth_resource_find(tx, app->project_id, &asker, NULL, &found);

	if (e != OK)
		return e == ERR_INVALID_TARGET ? ERR_DIRECT_FLOW_NOT_ALLOWED : e;
	*ret_scope = resource_scope_for_person(tx->arena, &found.resource, &asker, ANY_PLAN, asked);
	return (*ret_scope)[0] != '\0' ? OK : ERR_DIRECT_FLOW_NOT_ALLOWED;
}

enum err
flow_direct_begin(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_create_input *in = rq->input;
	struct oauth_app_row app;
	const char *random;
	bool is_registered;

	TRY(q_oauth_app(tx->db, &(struct q_oauth_app){ .client_id = flow->row.client_id }, &app));
	if (!app.direct_flow || !app.is_first_party || !client_has_grant(app.grant_types, app.project_type, "authorization_code") ||
	    !is_possible_kind(flow->kind) || in->redirect_uri == NULL || in->code_challenge == NULL ||
	    !pkce_challenge_is_valid(in->code_challenge))
		return ERR_DIRECT_FLOW_NOT_ALLOWED;
	TRY(client_has_redirect_uri(tx, flow->row.project_id, flow->row.client_id, in->redirect_uri, &is_registered));
	if (!is_registered)
		return ERR_DIRECT_FLOW_NOT_ALLOWED;
	TRY(flow_direct_let_in(rq, tx, app.project_id, app.client_id));
	TRY(secret_make_cookie(rq->arena, &random));
	flow->row.transport = "code";
	flow->row.binding_digest = sha256_bytes(rq->arena, random, strlen(random));
	flow->data.redirect_to = in->redirect_uri;
	flow->data.app_state = in->state;
	flow->data.app_challenge = in->code_challenge;
	return take_scope(tx, &app, in->scope, &flow->data.app_scope);
}

/* ---- the end ---- */

enum err
flow_direct_code(const struct request *rq, struct tx *tx, const struct flow *flow, const char *session_id, struct flow_code *ret)
{
	const char *issuer = flow_issuer(rq, flow->row.project_id, flow->row.default_client_id);
	struct oauth_app_row app;
	const char *code;

	TRY(q_oauth_app(tx->db, &(struct q_oauth_app){ .client_id = flow->row.client_id }, &app));
	TRY(grant_make(tx,
		       &(struct grant_make){
			   .project_id = app.project_id,
			   .org_id = app.org_id,
			   .user_id = flow->row.user_id,
			   .session_id = session_id,
			   .client_id = app.client_id,
			   .client_name = app.name,
			   .client_digest = sha256_bytes(rq->arena, app.client_id, strlen(app.client_id)),
			   .resource = oauth_audiences(rq->arena, app.audiences, app.client_id).items[0],
			   .scope = flow->data.app_scope,
			   .is_offline = scope_has(flow->data.app_scope, "offline_access"),
			   .expires_at = rq->now_ms + app.refresh_token_max_s * SECOND_MS,
			   .issuer = issuer,
			   .redirect_uri = flow->data.redirect_to,
			   .is_uri_named = true,
			   .challenge = flow->data.app_challenge,
		       },
		       &code));
	const struct name_value pairs[] = { { "code", code }, { "state", flow->data.app_state }, { "iss", issuer } };
	*ret = (struct flow_code){
		.redirect_to = oauth_answer_url(rq->arena, flow->data.redirect_to, pairs, ARRAY_LEN(pairs)),
		.code = code,
		.state = flow->data.app_state,
	};
	return OK;
}
