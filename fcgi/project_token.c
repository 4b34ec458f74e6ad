/*
 * Reading an access token that this project may have issued: its key says the algorithm, the database whether it still counts. And who
 * visits a site with one (tenancy.md 6.10), or acts for its person on their account (oauth.md rule 22).
 */
#include "fcgi/project_token.h"

#include <string.h>

#include "fcgi/pipeline.h"
#include "lib/jose.h"
#include "lib/oauth.h"
#include "lib/session_policy.h"

#define JTI_MAX 64

bool
project_sign_in_lasts(const struct request *rq, const char *settings_body, int64_t made_at, int64_t seen_at, int64_t used_at)
{
	const struct session_policy policy = session_policy_parse(rq->arena, settings_body);

	return made_at != NONE && session_policy_allows(&policy, made_at, used_at > seen_at ? used_at : seen_at, rq->now_ms);
}

/* Rule 29: the grant lives, and the person is who they were when the token was issued, in a sign-in that lasts unless it needn't. */
static bool
is_grant_alive(const struct request *rq, const struct q_oauth_token_state_row *state, const struct access_token *claims)
{
	int64_t least = state->token_version > state->min_token_version ? state->token_version : state->min_token_version;

	return state->grant_id != NULL && state->grant_revoked_at == NONE && state->grant_expires_at > rq->now_ms &&
	       state->user_id != NULL && strcmp(state->user_id, claims->subject) == 0 &&
	       (state->is_offline || (state->session_id != NULL && PROJECT_SIGN_IN_LASTS(rq, state))) && claims->token_version >= least;
}

/* A client's own token lives until somebody revokes all of its tokens; times in tokens are whole seconds. */
static bool
is_own_token_void(const struct q_oauth_token_state_row *state, const struct access_token *claims)
{
	return state->tokens_revoked_at != NONE && claims->issued_at <= state->tokens_revoked_at;
}

static bool
is_of_type(const struct jws *jws, const char *type)
{
	return jws->type != NULL && strcmp(jws->type, type) == 0;
}

/* AT-04: nothing else that we sign passes for an access token. What stands in it as ids passes their grammar before any SQL. */
static bool
is_readable(const struct jws *jws, const struct access_token *token)
{
	return is_of_type(jws, ACCESS_TOKEN_TYPE) && strlen(token->jti) <= JTI_MAX && id_is_valid(ID_ANY_CLIENT, token->client_id) &&
	       (token->grant_id == NULL || id_is_valid(ID_GRANT, token->grant_id)) && jws->kid != NULL &&
	       id_is_valid(ID_SIGNING_KEY, jws->kid);
}

static bool
is_alive(const struct request *rq, const struct q_oauth_token_state_row *state, const struct access_token *claims)
{
	if (state->revoked_jti != NULL || state->client_id == NULL)
		return false;
	return claims->grant_id != NULL ? is_grant_alive(rq, state, claims) : !is_own_token_void(state, claims);
}

/* What the token says and its signature confirms; a project that it names itself is as good, for its key is looked for there. */
static enum err
read_state(const struct request *rq, struct db *db, const char *project_id, const struct jws *jws, struct oauth_token *read)
{
	enum err e = q_oauth_token_state(db,
					 &(struct q_oauth_token_state){
					     .jti = read->token.jti,
					     .client_id = read->token.client_id,
					     .grant_id = read->token.grant_id,
					     .project_id = project_id,
					     .kid = jws->kid,
					 },
					 &read->state);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	read->is_active = is_alive(rq, &read->state, &read->token) && jws_is_signed_with(rq->arena, jws, read->state.public_jwk);
	return OK;
}

enum err
project_token_read(const struct request *rq, struct db *db, const char *project_id, const char *issuer, const char *text,
		   struct oauth_token *ret)
{
	struct oauth_token read = { .is_active = false };
	struct jws jws;

	*ret = read;
	if (!jws_parse(rq->arena, text, &jws))
		return OK;
	if (issuer == NULL)
		issuer = json_text(&jws.claims, "iss");
	if (issuer == NULL || access_token_problem(rq->arena, &jws.claims, issuer, rq->now_ms, &read.token) != NULL ||
	    !is_readable(&jws, &read.token))
		return OK;
	if (project_id == NULL)
		project_id = read.token.project_id;
	if (project_id == NULL || !id_is_valid(ID_PROJECT, project_id))
		return OK;
	TRY(read_state(rq, db, project_id, &jws, &read));
	if (read.is_active)
		*ret = read;
	return OK;
}

/* ---- who visits a site ---- */

bool
project_token_is_one(const char *text)
{
	return strncmp(text, "eyJ", 3) == 0 && strchr(text, '.') != NULL;
}

static void
take_visitor(struct exchange *x, const struct oauth_token *read)
{
	const struct access_token *token = &read->token;
	const struct q_oauth_token_state_row *state = &read->state;
	struct request *rq = &x->rq;

	rq->credential = (struct credential){
		.kind = CREDENTIAL_PROJECT_TOKEN,
		.id = token->jti,
		.scopes = token->scope,
		.expires_at = token->expires_at,
		.rate_limit_per_minute = NONE,
		.authenticated_at = NONE,
		.token_client_id = token->client_id,
		.audience = token->audience,
		.first_audience = oauth_audiences(x->arena, state->issuer_audiences, state->issuer_client_id).items[0],
	};
	rq->project = (struct caller_project){
		.id = token->project_id,
		.client_id = state->issuer_client_id,
		.environment = state->environment,
	};
	if (token->grant_id == NULL)
		return;
	rq->user = (struct caller_user){
		.id = state->user_id,
		.project_id = token->project_id,
		.project_org_id = state->org_id,
		.email = scope_has(token->scope, "email") ? state->email : NULL,
		.name = scope_has(token->scope, "profile") ? state->name : NULL,
	};
}

enum err
authenticate_project_token(struct exchange *x, const char *text)
{
	struct oauth_token read;

	if (x->in.client_id == NULL)
		return authenticate_unauthorized(x, "no project is named");
	TRY(project_token_read(&x->rq, x->worker->db, NULL, request_issuer(&x->rq, x->in.client_id), text, &read));
	if (!read.is_active)
		return authenticate_unauthorized(x, "not an access token of this project, or not any more");
	if (strcmp(read.state.issuer_client_id, x->in.client_id) != 0)
		return authenticate_unauthorized(x, "the access token is another project's");
	/* What it is bound to can't be shown through nginx, which asks on its own. */
	if (read.token.jkt != NULL)
		return authenticate_unauthorized(x, "the access token is bound to a key");
	take_visitor(x, &read);
	return OK;
}

/* ---- who acts on their own account ---- */

/* Of the project that the token names, for which its key has signed; a header that names another one isn't overlooked. */
static const char *
problem_of_user(const struct exchange *x, const struct oauth_token *read)
{
	const char *client_id = read->state.issuer_client_id, *issuer = read->token.issuer, *audience = read->token.audience;

	if (!read->is_active || strcmp(issuer, request_issuer(&x->rq, client_id)) != 0)
		return "not an access token of a project, or not any more";
	if (x->in.session_client_id != NULL && strcmp(x->in.session_client_id, client_id) != 0)
		return "the access token is another project's";
	if (strcmp(audience, arena_printf(x->arena, "%s/api", x->rq.config->auth_url)) != 0)
		return "the access token is for something else";
	return read->token.grant_id != NULL && read->state.is_first_party ? NULL : "the access token is a program's or of another's app";
}

/* As their own session would let them in, and as closed to whoever acts in their name (users.md rule 32). */
static void
take_user(struct exchange *x, const struct oauth_token *read)
{
	const struct q_oauth_token_state_row *state = &read->state;
	struct credential *credential = &x->rq.credential;

	take_visitor(x, read);
	credential->token_session_id = state->session_id;
	credential->policy = session_policy_parse(x->arena, state->settings_body);
	credential->impersonator_id = state->impersonator_id;
	x->rq.user.label = project_user_label(state->email, state->username, state->phone, state->user_id);
}

enum err
authenticate_user_token(struct exchange *x, const char *text)
{
	struct oauth_token read;

	if (!session_is_of_projects(x))
		return authenticate_unauthorized(x, "a project's access token works at AUTH_HOST");
	TRY(project_token_read(&x->rq, x->worker->db, NULL, NULL, text, &read));
	const char *problem = problem_of_user(x, &read);
	if (problem != NULL)
		return authenticate_unauthorized(x, problem);
	const struct possession asked = {
		.project_id = read.token.project_id,
		.access_token = text,
		.wants_nonce = read.state.dpop_require_nonce,
	};
	TRY(authenticate_possession(x, &asked, read.token.jkt));
	take_user(x, &read);
	return OK;
}
