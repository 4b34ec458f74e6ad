/*
 * GET and POST /oauth/authorize and GET /oauth/continue: an app sends somebody here for a code (RFC 6749 section 4.1, OpenID Connect Core
 * section 3.1.2; oauth.md rules 1 to 14). What needs no page is answered at once; else the request waits in a row while pages of ours
 * sign the person in and ask them, and those lead back to /oauth/continue.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "handlers/oauth/waiting.h"

/* ---- authorize ---- */

static const struct field authorize_fields[] = {
	ASK_FIELDS(IN_QUERY),
	FIELDS_END,
};

/* Rule 8: nobody may be asked anything. */
static enum verdict
answer_silently(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
		const struct oauth_session_row *session, enum next next)
{
	bool is_somebody_else = ask->hinted_user_id != NULL && session != NULL && strcmp(ask->hinted_user_id, session->user_id) != 0;

	if (next == NEXT_SIGN_IN || is_somebody_else)
		return ask_answer_error(rq, app, ask, "login_required");
	if (next == NEXT_CONSENT)
		return ask_answer_error(rq, app, ask, "consent_required");
	return ask_answer_code(rq, tx, app, ask, session, ask->scope);
}

/* pushed: the row in which the request waits already, which no browser has come with; NULL: it came just now. */
static enum verdict
go_on_with(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
	   const struct oauth_request_row *pushed)
{
	struct oauth_session_row row, *session = NULL;
	unsigned prompts = 0;
	enum next next;
	enum err e = oauth_session_find(rq, tx, app, &row);

	if (e == OK)
		session = &row;
	if (e == OK || e == ERR_NO_ROW)
		e = waiting_find_next(tx, app, ask, session, &(struct asked){ .at = rq->now_ms }, &next);
	if (e != OK)
		return fail_err(rq, e);
	bool is_silent = prompt_parse(ask->prompt, &prompts) && (prompts & PROMPT_NONE) != 0;
	if (!is_silent && next != NEXT_CODE)
		return waiting_begin(rq, tx, app, ask, pushed, session, next);
	e = pushed != NULL ? waiting_end(tx, pushed) : OK;
	if (e != OK)
		return fail_err(rq, e);
	if (is_silent)
		return answer_silently(rq, tx, app, ask, session, next);
	return ask_answer_code(rq, tx, app, ask, session, ask->scope);
}

static enum verdict
authorize_pushed(const struct request *rq, struct tx *tx, const struct oauth_app_row *app)
{
	const struct ask_input *in = rq->input;
	struct oauth_request_row pushed;
	struct ask ask;
	enum err e = pushed_find(tx, app, in->request_uri, &pushed);

	if (e == OK && pushed.flow_digest.data != NULL)
		return oauth_request_is_of_browser(rq, &pushed) ? waiting_resume(rq, tx, app, &pushed, NULL) : fail_err(rq, ERR_REQUEST_EXPIRED);
	if (e == OK)
		e = ask_parse(rq->arena, pushed.params, &ask);
	return e == OK ? go_on_with(rq, tx, app, &ask, &pushed) : fail_err(rq, e);
}

/* ---- the same again, as an address ---- */

static const char *
address_with(const struct request *rq, const struct name_value *pairs, size_t count)
{
	const struct ask_input *in = rq->input;

	return oauth_answer_url(rq->arena, arena_printf(rq->arena, "%s/oauth/authorize", oauth_issuer(rq, in->issuer_id)), pairs, count);
}

static const char *
address_again(const struct request *rq)
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
		{ "dpop_jkt", in->dpop_jkt },
		{ "ui_locales", in->ui_locales },
		{ "request", in->request },
		{ "request_uri", in->request_uri },
	};

	return address_with(rq, pairs, ARRAY_LEN(pairs));
}

/* ---- who asks, and what ---- */

/* Where there is nobody to ask: a suspended organization's people read so on a page of its own colours. */
static enum verdict
no_app(const struct request *rq, struct tx *tx, const char *issuer_id)
{
	struct q_oauth_suspended_row row;
	enum err e = q_oauth_suspended(tx->db, &(struct q_oauth_suspended){ .client_id = issuer_id }, &row);

	if (e == OK)
		return reply_see_other(rq, arena_printf(rq->arena, "%s?code=%s", oauth_page(rq, issuer_id, "error"), error_info(ERR_ORG_SUSPENDED)->code));
	return e == ERR_NO_ROW ? fail(rq, ERR_INVALID_CLIENT, "client_id isn't one of this server.") : fail_err(rq, e);
}

/* VERDICT_GO_ON, or the page that says that there is no such client. */
static enum verdict
take_app(const struct request *rq, struct tx *tx, struct oauth_app_row *ret)
{
	const struct ask_input *in = rq->input;
	enum err e = ask_find_app(rq, tx, in->issuer_id, in->client_id, ret);

	if (e == ERR_DOCUMENT_WANTED)
		return fetching_begin(rq, tx, in->client_id, address_again(rq));
	if (e == ERR_INVALID_CLIENT)
		return no_app(rq, tx, in->issuer_id);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

/* VERDICT_GO_ON, or what is wrong with the request: on a page, or told to the app. */
static enum verdict
take_ask(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, struct ask *ret)
{
	const struct ask_input *in = rq->input;
	enum err e = ask_find_way_back(rq, tx, app, in, ret);

	if (e == ERR_INVALID_REQUEST)
		return fail(rq, e, "redirect_uri isn't registered for this client.");
	if (e != OK)
		return fail_err(rq, e);
	const char *problem = app->require_par ? "invalid_request" : ask_judge(tx, app, in, ret);
	return problem != NULL ? ask_answer_error(rq, app, ret, problem) : go_on(rq);
}

static enum verdict
authorize(const struct request *rq, struct tx *tx)
{
	const struct ask_input *in = rq->input;
	struct oauth_app_row app;
	struct ask ask;
	enum verdict verdict = take_app(rq, tx, &app);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (in->request_uri != NULL && pushed_is_uri(in->request_uri))
		return authorize_pushed(rq, tx, &app);
	verdict = take_ask(rq, tx, &app, &ask);
	return verdict == VERDICT_GO_ON ? go_on_with(rq, tx, &app, &ask, NULL) : verdict;
}

/* ---- by a form ---- */

/* Web servers take no longer addresses, ours included. */
#define ADDRESS_MAX 4000

/* What is too long for an address waits as if the app had pushed it. */
static enum verdict
authorize_long(const struct request *rq, struct tx *tx)
{
	struct name_value pairs[] = { { "client_id", NULL }, { "request_uri", NULL } };
	struct oauth_app_row app;
	struct ask ask;
	enum verdict verdict = take_app(rq, tx, &app);

	if (verdict == VERDICT_GO_ON)
		verdict = take_ask(rq, tx, &app, &ask);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	pairs[0].value = app.client_id;
	enum err e = pushed_keep(tx, &app, &ask, &pairs[1].value);
	return e == OK ? reply_see_other(rq, address_with(rq, pairs, ARRAY_LEN(pairs))) : fail_err(rq, e);
}

/* A form that another site's page posted comes without our cookies; the browser is sent on to ask the same again (rule 6: 303). */
static enum verdict
authorize_post(const struct request *rq, struct tx *tx)
{
	const char *address = address_again(rq);

	return strlen(address) > ADDRESS_MAX ? authorize_long(rq, tx) : reply_see_other(rq, address);
}

/* ---- continue ---- */

struct continue_input {
	struct {
		bool issuer_id, request, account;
	} has;
	const char *issuer_id, *request, *account;
};

static const struct field continue_fields[] = {
	IN_ID(struct continue_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_ID(struct continue_input, request, ID_OAUTH_REQUEST, .in = IN_QUERY, .flags = FIELD_REQUIRED),
	IN_ID(struct continue_input, account, ID_SESSION, .in = IN_QUERY,
	      .description = "Which of the browser's accounts the person chose: the active one"),
	FIELDS_END,
};

/* ERR_REQUEST_EXPIRED for what isn't this browser's, or is over. */
static enum err
find_request(const struct request *rq, struct tx *tx, const char *id, struct oauth_request_row *ret)
{
	enum err e = oauth_request_find(rq, tx, id, ret);

	/* What a device asked for comes to no code. */
	if (e == ERR_NO_ROW || (e == OK && strcmp(ret->kind, "code") != 0))
		return ERR_REQUEST_EXPIRED;
	return e;
}

static enum verdict
authorize_continue(const struct request *rq, struct tx *tx)
{
	const struct continue_input *in = rq->input;
	struct oauth_request_row request;
	struct oauth_app_row app;
	enum err e = find_request(rq, tx, in->request, &request);

	if (e == OK && strcmp(request.status, "fetching") == 0)
		return fetching_resume(rq, tx, in->issuer_id, &request);
	if (e == OK)
		e = ask_find_app(rq, tx, in->issuer_id, request.client_id, &app);
	if (e == ERR_INVALID_CLIENT)
		return no_app(rq, tx, in->issuer_id);
	return e == OK ? waiting_resume(rq, tx, &app, &request, in->account) : fail_err(rq, e);
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
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST, ERR_REQUEST_EXPIRED },
	    .handler = authorize,
	},
	{
	    OF_A_BROWSER,
	    .id = "oauth_authorize_post",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/authorize",
	    .summary = "Ask somebody for a code, by a form",
	    INPUT(struct ask_input, authorize_fields),
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST },
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
