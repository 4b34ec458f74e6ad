/*
 * GET and POST /oauth/authorize and GET /oauth/continue: an app sends somebody here for a code (RFC 6749 section 4.1, OpenID Connect Core
 * section 3.1.2; oauth.md rules 1 to 14). What needs no page is answered at once; else the request waits in a row while pages of ours
 * sign the person in and ask them, and those lead back to /oauth/continue.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/jose.h"

#define REQUEST_LIFE_MS (60 * MINUTE_MS)

enum next { NEXT_SIGN_IN, NEXT_CONSENT, NEXT_CODE };

static enum err
find_next(struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_session_row *session, int64_t asked_at,
	  enum next *ret)
{
	bool wants_consent;

	*ret = NEXT_SIGN_IN;
	if (ask_wants_sign_in(ask, session, asked_at))
		return OK;
	TRY(ask_wants_consent(tx, app, ask, session, &wants_consent));
	*ret = wants_consent ? NEXT_CONSENT : NEXT_CODE;
	return OK;
}

/* ---- authorize ---- */

static const struct field authorize_fields[] = {
	ASK_FIELDS(IN_QUERY),
	FIELDS_END,
};

/*
 * The hint says whom the app believes to be signed in. Its signature isn't looked at: it is only ever a reason to say no.
 */
static bool
hints_at_somebody_else(const struct request *rq, const char *hint, const struct oauth_session_row *session)
{
	struct jws token;

	if (hint == NULL || session == NULL || !jws_parse(rq->arena, hint, &token))
		return false;
	const char *subject = json_text(&token.claims, "sub");
	return subject != NULL && strcmp(subject, session->user_id) != 0;
}

/* Rule 8: nobody may be asked anything. */
static enum verdict
answer_silently(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
		const struct oauth_session_row *session, enum next next)
{
	const struct ask_input *in = rq->input;

	if (next == NEXT_SIGN_IN || hints_at_somebody_else(rq, in->id_token_hint, session))
		return ask_answer_error(rq, app, ask, "login_required");
	if (next == NEXT_CONSENT)
		return ask_answer_error(rq, app, ask, "consent_required");
	return ask_answer_code(rq, tx, app, ask, session, ask->scope);
}

static enum err
keep_request(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
	     const struct oauth_session_row *session, enum next next, const char **ret_id)
{
	struct bytes binding;

	TRY(flow_take_cookie(rq, app->project_id, &binding));
	TRY(tx_make_id(tx, ID_OAUTH_REQUEST, ret_id));
	return q_oauth_request_insert(tx->db,
				      &(struct q_oauth_request_insert){
					  .project_id = app->project_id,
					  .id = *ret_id,
					  .client_id = app->client_id,
					  .params = ask_text(rq->arena, ask),
					  .flow_digest = binding,
					  .session_id = next == NEXT_CONSENT ? session->id : NULL,
					  .user_id = next == NEXT_CONSENT ? session->user_id : NULL,
					  .status = next == NEXT_CONSENT ? "consent" : "flow",
					  .scopes = ask->scope,
					  .expires_at = rq->now_ms + REQUEST_LIFE_MS,
				      },
				      NULL);
}

static enum verdict
go_on_with(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask)
{
	struct oauth_session_row row, *session = NULL;
	unsigned prompts = 0;
	const char *request_id;
	enum next next;
	enum err e = oauth_session_find(rq, tx, app, &row);

	if (e == OK)
		session = &row;
	if (e == OK || e == ERR_NO_ROW)
		e = find_next(tx, app, ask, session, rq->now_ms, &next);
	if (e != OK)
		return fail_err(rq, e);
	if (prompt_parse(ask->prompt, &prompts) && (prompts & PROMPT_NONE) != 0)
		return answer_silently(rq, tx, app, ask, session, next);
	if (next == NEXT_CODE)
		return ask_answer_code(rq, tx, app, ask, session, ask->scope);
	e = keep_request(rq, tx, app, ask, session, next, &request_id);
	if (e != OK)
		return fail_err(rq, e);
	if (next == NEXT_CONSENT)
		return ask_lead_to_page(rq, app, "consent", request_id, false);
	return ask_lead_to_page(rq, app, "sign-in", request_id, session != NULL && (prompts & PROMPT_SELECT_ACCOUNT) == 0);
}

static enum verdict
authorize(const struct request *rq, struct tx *tx)
{
	const struct ask_input *in = rq->input;
	struct oauth_app_row app;
	struct ask ask;
	enum err e = ask_find_app(rq, tx, in->issuer_id, in->client_id, &app);

	if (e == ERR_INVALID_CLIENT)
		return fail(rq, e, "client_id isn't one of this server.");
	if (e == OK)
		e = ask_find_way_back(rq, tx, &app, in, &ask);
	if (e == ERR_INVALID_REQUEST)
		return fail(rq, e, "redirect_uri isn't registered for this client.");
	if (e != OK)
		return fail_err(rq, e);
	const char *problem = app.require_par ? "invalid_request" : ask_judge(tx, &app, in, &ask);
	if (problem != NULL)
		return ask_answer_error(rq, &app, &ask, problem);
	return go_on_with(rq, tx, &app, &ask);
}

/* A form that another site's page posted comes without our cookies; the browser is sent on to ask the same again (rule 6: 303). */
static enum verdict
authorize_post(const struct request *rq, struct tx *tx)
{
	const struct ask_input *in = rq->input;
	const struct name_value pairs[] = {
		{ "response_type", in->response_type },
		{ "client_id", in->client_id },
		{ "redirect_uri", in->redirect_uri },
		{ "scope", in->scope },
		{ "state", in->state },
		{ "code_challenge", in->code_challenge },
		{ "code_challenge_method", in->code_challenge_method },
		{ "resource", in->resource },
		{ "nonce", in->nonce },
		{ "prompt", in->prompt },
		{ "max_age", in->max_age },
		{ "login_hint", in->login_hint },
		{ "id_token_hint", in->id_token_hint },
		{ "response_mode", in->response_mode },
		{ "request", in->request },
		{ "request_uri", in->request_uri },
	};
	const char *address = arena_printf(rq->arena, "%s/oauth/authorize", oauth_issuer(rq, in->issuer_id));

	(void)tx;
	return reply_see_other(rq, oauth_answer_url(rq->arena, address, pairs, ARRAY_LEN(pairs)));
}

/* ---- continue ---- */

struct continue_input {
	struct {
		bool issuer_id, request;
	} has;
	const char *issuer_id, *request;
};

static const struct field continue_fields[] = {
	IN_ID(struct continue_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_ID(struct continue_input, request, ID_OAUTH_REQUEST, .in = IN_QUERY, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* ERR_REQUEST_EXPIRED for what isn't this browser's, or is over. */
static enum err
find_request(const struct request *rq, struct tx *tx, const char *id, struct oauth_request_row *ret)
{
	enum err e = oauth_request_find(rq, tx, id, ret);

	return e == ERR_NO_ROW ? ERR_REQUEST_EXPIRED : e;
}

/* From here on nobody else makes anything of it. */
static enum err
end_request(struct tx *tx, const struct oauth_request_row *request)
{
	uint64_t matched = 0;

	TRY(q_oauth_request_end(tx->db,
				&(struct q_oauth_request_end){
				    .project_id = request->project_id,
				    .id = request->id,
				    .version = request->version,
				},
				&matched));
	return matched == 1 ? OK : ERR_REQUEST_EXPIRED;
}

static enum err
ask_for_consent(struct tx *tx, const struct oauth_request_row *request, const struct oauth_session_row *session)
{
	uint64_t matched = 0;

	TRY(q_oauth_request_ask(tx->db,
				&(struct q_oauth_request_ask){
				    .status = "consent",
				    .session_id = session->id,
				    .user_id = session->user_id,
				    .project_id = request->project_id,
				    .id = request->id,
				    .version = request->version,
				},
				&matched));
	return matched == 1 ? OK : ERR_REQUEST_EXPIRED;
}

/* Has the person who is signed in now agreed to this very request? */
static bool
is_agreed(const struct oauth_request_row *request, const struct oauth_session_row *session)
{
	return strcmp(request->status, "ready") == 0 && request->session_id != NULL && strcmp(request->session_id, session->id) == 0;
}

static enum verdict
take_up(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_request_row *request)
{
	struct oauth_session_row row, *session = NULL;
	enum next next;
	enum err e = oauth_session_find(rq, tx, app, &row);

	if (e == OK)
		session = &row;
	if (e == OK || e == ERR_NO_ROW)
		e = find_next(tx, app, ask, session, request->created_at, &next);
	if (e != OK)
		return fail_err(rq, e);
	if (next == NEXT_SIGN_IN)
		return ask_lead_to_page(rq, app, "sign-in", request->id, session != NULL);
	bool agreed = is_agreed(request, session);
	if (next == NEXT_CONSENT && !agreed) {
		e = ask_for_consent(tx, request, session);
		return e == OK ? ask_lead_to_page(rq, app, "consent", request->id, false) : fail_err(rq, e);
	}
	e = end_request(tx, request);
	return e == OK ? ask_answer_code(rq, tx, app, ask, session, agreed ? request->scopes : ask->scope) : fail_err(rq, e);
}

static enum verdict
authorize_continue(const struct request *rq, struct tx *tx)
{
	const struct continue_input *in = rq->input;
	struct oauth_request_row request;
	struct oauth_app_row app;
	struct ask ask;
	enum err e = find_request(rq, tx, in->request, &request);

	if (e == OK)
		e = ask_find_app(rq, tx, in->issuer_id, request.client_id, &app);
	if (e == OK)
		e = ask_parse(rq->arena, request.params, &ask);
	if (e != OK)
		return fail_err(rq, e);
	ask.org_id = request.org_id;
	if (strcmp(request.status, "denied") != 0)
		return take_up(rq, tx, &app, &ask, &request);
	e = end_request(tx, &request);
	return e == OK ? ask_answer_error(rq, &app, &ask, "access_denied") : fail_err(rq, e);
}

#define OF_A_BROWSER                                                                                                   \
	.auth = AUTH_PUBLIC, .site = SITE_AUTH, .tx = TX_WRITE, .status = 303, .rate = RATE_OAUTH_AUTHORIZE,           \
	.flags = ROUTE_OAUTH | ROUTE_FOREIGN | ROUTE_PAGE | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET,                 \
	.body_bytes_max = (size_t)16 * 1024

const struct route oauth_authorize_routes[] = {
	{
	    OF_A_BROWSER,
	    .id = "oauth_authorize",
	    .method = GET,
	    .path = "/p/{issuer_id}/oauth/authorize",
	    .summary = "Ask somebody for a code",
	    .description = "Where an app sends a browser. Answers at once with a redirect, or leads to pages that sign the person in and ask them.",
	    INPUT(struct ask_input, authorize_fields),
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST },
	    .handler = authorize,
	},
	{
	    OF_A_BROWSER,
	    .id = "oauth_authorize_post",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/authorize",
	    .summary = "Ask somebody for a code, by a form",
	    INPUT(struct ask_input, authorize_fields),
	    .errors = { ERR_INVALID_REQUEST },
	    .handler = authorize_post,
	},
	{
	    .id = "oauth_continue",
	    .method = GET,
	    .path = "/p/{issuer_id}/oauth/continue",
	    .summary = "Go on with a request for a code",
	    .description = "Where our own pages lead back to.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_WRITE,
	    .status = 303,
	    .rate = RATE_OAUTH_AUTHORIZE,
	    .flags = ROUTE_OAUTH | ROUTE_FOREIGN | ROUTE_PAGE | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET,
	    .errors = { ERR_REQUEST_EXPIRED },
	    INPUT(struct continue_input, continue_fields),
	    .handler = authorize_continue,
	},
	ROUTES_END,
};
