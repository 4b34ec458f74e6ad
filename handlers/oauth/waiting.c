/*
 * A request's row while its person signs in, chooses an account and agrees. Each step is one conditional update: of two at once one hits.
 */
#include "handlers/oauth/waiting.h"

#include <string.h>

#include "handlers/oauth/oauth.h"

#define REQUEST_LIFE_MS (60 * MINUTE_MS)

/* ---- what comes next ---- */

static bool
wants_choice(const struct ask *ask, const struct oauth_session_row *session, const struct asked *asked)
{
	unsigned prompts = 0;

	if (!prompt_parse(ask->prompt, &prompts) || (prompts & PROMPT_SELECT_ACCOUNT) == 0 || session->authenticated_at >= asked->at)
		return false;
	return asked->chosen_id == NULL || strcmp(asked->chosen_id, session->id) != 0;
}

enum err
waiting_find_next(struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_session_row *session,
		  const struct asked *asked, enum next *ret)
{
	bool wants_consent;

	*ret = NEXT_SIGN_IN;
	if (ask_wants_sign_in(ask, session, asked->at))
		return OK;
	*ret = NEXT_SELECT_ACCOUNT;
	if (wants_choice(ask, session, asked))
		return OK;
	TRY(ask_wants_consent(tx, app, ask, session, &wants_consent));
	*ret = wants_consent ? NEXT_CONSENT : NEXT_CODE;
	return OK;
}

/* ---- how it begins ---- */

/* Where a request waits while pages of ours are shown: in which state, and whose answer is waited for. */
struct waiting {
	struct bytes binding;	/* of the browser */
	const char *status, *session_id, *user_id;
	int64_t expires_at;
};

static enum err
wait_for(const struct request *rq, const struct oauth_app_row *app, const struct oauth_session_row *session, enum next next,
	 struct waiting *ret)
{
	bool is_asked = next == NEXT_CONSENT;

	*ret = (struct waiting){
		.status = is_asked ? "consent" : "flow",
		.session_id = is_asked ? session->id : NULL,
		.user_id = is_asked ? session->user_id : NULL,
		.expires_at = rq->now_ms + REQUEST_LIFE_MS,
	};
	return flow_take_cookie(rq, app->project_id, &ret->binding);
}

static enum err
keep_request(struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct waiting *waiting, const char **ret_id)
{
	TRY(tx_make_id(tx, ID_OAUTH_REQUEST, ret_id));
	return q_oauth_request_insert(tx->db,
				      &(struct q_oauth_request_insert){
					  .project_id = app->project_id,
					  .id = *ret_id,
					  .kind = "code",
					  .client_id = app->client_id,
					  .params = ask_text(tx->arena, ask),
					  .flow_digest = waiting->binding,
					  .session_id = waiting->session_id,
					  .user_id = waiting->user_id,
					  .status = waiting->status,
					  .scopes = ask->scope,
					  .expires_at = waiting->expires_at,
				      },
				      NULL);
}

/* A pushed request is the first browser's. Another tab of that browser, come at the same moment, sees the same pages (rule 10). */
static enum err
take_pushed(const struct request *rq, struct tx *tx, const struct oauth_request_row *pushed, const struct waiting *waiting)
{
	struct oauth_request_row now;
	uint64_t matched = 0;

	TRY(q_oauth_request_take(tx->db,
				 &(struct q_oauth_request_take){
				     .flow_digest = waiting->binding,
				     .session_id = waiting->session_id,
				     .user_id = waiting->user_id,
				     .status = waiting->status,
				     .expires_at = waiting->expires_at,
				     .project_id = pushed->project_id,
				     .id = pushed->id,
				 },
				 &matched));
	if (matched == 1)
		return OK;
	TRY(q_oauth_request_get(tx->db, &(struct q_oauth_request_get){ .project_id = pushed->project_id, .id = pushed->id }, &now));
	return oauth_request_is_of_browser(rq, &now) ? OK : ERR_REQUEST_EXPIRED;
}

enum verdict
waiting_begin(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
	      const struct oauth_request_row *pushed, const struct oauth_session_row *session, enum next next)
{
	const char *id = pushed != NULL ? pushed->id : NULL;
	struct waiting waiting;
	unsigned prompts = 0;
	enum err e = wait_for(rq, app, session, next, &waiting);

	if (e == OK)
		e = pushed != NULL ? take_pushed(rq, tx, pushed, &waiting) : keep_request(tx, app, ask, &waiting, &id);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW ? ERR_REQUEST_EXPIRED : e);
	if (next == NEXT_CONSENT)
		return ask_lead_to_page(rq, app, ask, "consent", id, false);
	if (next == NEXT_SELECT_ACCOUNT)
		return ask_lead_to_page(rq, app, ask, "select-account", id, false);
	bool is_again = session != NULL && prompt_parse(ask->prompt, &prompts) && (prompts & PROMPT_SELECT_ACCOUNT) == 0;
	return ask_lead_to_page(rq, app, ask, "sign-in", id, is_again);
}

/* ---- how it goes on ---- */

enum err
waiting_end(struct tx *tx, const struct oauth_request_row *request)
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
take_up(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_request_row *request,
	const char *chosen_id)
{
	struct asked asked = { .at = request->created_at, .chosen_id = chosen_id != NULL ? chosen_id : request->session_id };
	struct oauth_session_row row, *session = NULL;
	enum next next;
	enum err e = oauth_session_find(rq, tx, app, &row);

	if (e == OK)
		session = &row;
	if (e == OK || e == ERR_NO_ROW)
		e = waiting_find_next(tx, app, ask, session, &asked, &next);
	if (e != OK)
		return fail_err(rq, e);
	if (next == NEXT_SIGN_IN)
		return ask_lead_to_page(rq, app, ask, "sign-in", request->id, session != NULL);
	if (next == NEXT_SELECT_ACCOUNT)
		return ask_lead_to_page(rq, app, ask, "select-account", request->id, false);
	bool agreed = is_agreed(request, session);
	if (next == NEXT_CONSENT && !agreed) {
		e = ask_for_consent(tx, request, session);
		return e == OK ? ask_lead_to_page(rq, app, ask, "consent", request->id, false) : fail_err(rq, e);
	}
	e = waiting_end(tx, request);
	return e == OK ? ask_answer_code(rq, tx, app, ask, session, agreed ? request->scopes : ask->scope) : fail_err(rq, e);
}

enum verdict
waiting_resume(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct oauth_request_row *request,
	       const char *chosen_id)
{
	struct ask ask;
	enum err e = ask_parse(rq->arena, request->params, &ask);

	if (e != OK)
		return fail_err(rq, e);
	ask.org_id = request->org_id;
	if (strcmp(request->status, "denied") != 0)
		return take_up(rq, tx, app, &ask, request, chosen_id);
	e = waiting_end(tx, request);
	return e == OK ? ask_answer_error(rq, app, &ask, "access_denied") : fail_err(rq, e);
}
