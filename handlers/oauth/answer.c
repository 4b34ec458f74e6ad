/*
 * What an app's request comes to: who is signed in, whether they have to be asked, and the answer that goes back (RFC 6749 section 4.1.2,
 * RFC 9207, OAuth 2.0 Form Post Response Mode).
 */
#include <string.h>

#include "domain/grants.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/session_policy.h"
#include "lib/sign_in_methods.h"

/* ---- who is signed in ---- */

struct browser
oauth_browser(const struct request *rq, const struct tx *tx, const struct oauth_app_row *app)
{
	return request_browser(rq, oauth_is_console(tx, app->project_id) ? NULL : app->issuer_client_id);
}

enum err
oauth_session_of(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const char *token, struct oauth_session_row *ret)
{
	struct session_policy policy = session_policy_parse(rq->arena, app->settings_body);
	uint8_t digest[SECRET_DIGEST_LEN];
	struct oauth_session_row row;

	secret_digest(token, digest);
	TRY(q_oauth_session(
	    tx->db, &(struct q_oauth_session){ .project_id = app->project_id, .token_digest = { digest, sizeof(digest) } }, &row));
	if (!session_policy_allows(&policy, row.created_at, row.last_seen_at, rq->now_ms))
		return ERR_NO_ROW;
	*ret = row;
	return OK;
}

/* Whoever acts in a person's name has come by none of the client's ways, and isn't there to sign in. */
static bool
is_taken_by(const struct oauth_app_row *app, const struct oauth_session_row *session)
{
	unsigned taken = sign_in_methods_parse(app->auth_methods);

	return session->impersonator_id != NULL || taken == METHODS_ALL ||
	       (sign_in_methods_of_session(session->auth_strength, session->amr) & taken) != 0;
}

enum err
oauth_session_find(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, struct oauth_session_row *ret)
{
	struct browser browser = oauth_browser(rq, tx, app);
	struct oauth_session_row row;

	if (browser.count == 0)
		return ERR_NO_ROW;
	TRY(oauth_session_of(rq, tx, app, browser.tokens[0], &row));
	if (!is_taken_by(app, &row))
		return ERR_NO_ROW;
	*ret = row;
	return OK;
}

bool
ask_wants_sign_in(const struct ask *ask, const struct oauth_session_row *session, int64_t asked_at)
{
	unsigned prompts = 0;

	if (session == NULL)
		return true;
	if (prompt_parse(ask->prompt, &prompts) && (prompts & PROMPT_LOGIN) != 0)
		return session->authenticated_at < asked_at;
	return ask->max_age_s != NONE && session->authenticated_at < asked_at - ask->max_age_s * SECOND_MS;
}

/* ---- whether they have to be asked (rule 12) ---- */

/* Of what the person sees of the client: when it changes they are asked again. Nobody was asked about a client of the project's own. */
static struct bytes
seen_digest(struct arena *arena, const struct oauth_app_row *app, const struct ask *ask)
{
	const char *seen = arena_printf(arena, "%d\n%s\n%s\n%s\n%s", app->is_first_party, app->name, app->logo_uri != NULL ? app->logo_uri : "",
					app->client_uri != NULL ? app->client_uri : "", url_host(arena, ask->redirect_uri));

	return sha256_bytes(arena, seen, strlen(seen));
}

/* Nobody vouches for a client that registered itself and has no secret: it could be anybody who says so. */
static bool
is_stranger(const struct oauth_app_row *app)
{
	return app->is_public && strcmp(app->source, "dashboard") != 0;
}

enum err
ask_wants_consent(struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_session_row *session,
		  bool *ret_wants)
{
	struct q_grant_remembered_row *before = NULL;
	unsigned prompts = 0;
	size_t count = 0;

	*ret_wants = oauth_is_console(tx, app->project_id) || (prompt_parse(ask->prompt, &prompts) && (prompts & PROMPT_CONSENT) != 0);
	if (*ret_wants || app->is_first_party)
		return OK;
	*ret_wants = true;
	if (is_stranger(app))
		return OK;
	TRY(q_grant_remembered(tx->db,
			       &(struct q_grant_remembered){
				   .project_id = app->project_id,
				   .user_id = session->user_id,
				   .client_id = app->client_id,
				   .resource = { (const uint8_t *)ask->resource, strlen(ask->resource) },
				   .client_digest = seen_digest(tx->arena, app, ask),
			       },
			       &before, &count));
	for (size_t i = 0; i < count; i++)
		if (scope_is_within(ask->scope, before[i].scopes))
			*ret_wants = false;
	return OK;
}

/* ---- the answer ---- */

/* A page that posts the answer by itself (OA-06): nothing but the form and its script can run. */
static enum verdict
post_answer(const struct request *rq, const struct ask *ask, const struct name_value *pairs, size_t count)
{
	struct buffer html = buffer_new(rq->arena);
	const char *nonce;

	if (secret_make_cookie(rq->arena, &nonce) != OK)
		return fail_err(rq, ERR_CRYPTO);
	buffer_printf(&html, "<!doctype html><meta charset=\"utf-8\"><title>…</title><form method=\"post\" action=\"%s\">",
		      html_escape(rq->arena, ask->redirect_uri));
	for (size_t i = 0; i < count; i++)
		if (pairs[i].value != NULL)
			buffer_printf(&html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", pairs[i].name,
				      html_escape(rq->arena, pairs[i].value));
	buffer_printf(&html, "<noscript><button>&rarr;</button></noscript></form><script nonce=\"%s\">document.forms[0].submit()</script>", nonce);
	reply_header(rq, "Content-Security-Policy",
		     arena_printf(rq->arena, "default-src 'none'; script-src 'nonce-%s'; form-action %s; base-uri 'none'; frame-ancestors 'none'",
				  nonce, url_origin(rq->arena, ask->redirect_uri)));
	return reply_text(rq, "text/html; charset=utf-8", &html);
}

static enum verdict
answer(const struct request *rq, const struct ask *ask, const struct name_value *pairs, size_t count)
{
	if (ask->is_form_post != NULL)
		return post_answer(rq, ask, pairs, count);
	return reply_see_other(rq, oauth_answer_url(rq->arena, ask->redirect_uri, pairs, count));
}

enum verdict
ask_answer_error(const struct request *rq, const struct oauth_app_row *app, const struct ask *ask, const char *error)
{
	const struct name_value pairs[] = {
		{ "error", error },
		{ "state", ask->state },
		{ "iss", oauth_issuer(rq, app->issuer_client_id) },
	};

	request_reason(rq, error);
	return answer(rq, ask, pairs, ARRAY_LEN(pairs));
}

struct actor
oauth_session_actor(struct arena *arena, const struct oauth_session_row *session)
{
	const char *own = session->email != NULL ? session->email : session->user_id;

	return (struct actor){
		.kind = "user",
		.id = session->user_id,
		.label = session->impersonator_id == NULL ? own : arena_printf(arena, "%s (by %s)", own, session->impersonator_id),
	};
}

/*
 * Rule 18: what isn't ours, and what was asked to stay, outlives the sign-in. Nothing does that came of somebody else's
 * acting in a person's name.
 */
static struct grant_make
grant_of(const struct request *rq, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_session_row *session,
	 const char *scope)
{
	return (struct grant_make){
		.project_id = app->project_id,
		.org_id = app->org_id,
		.user_id = session->user_id,
		.session_id = session->id,
		.client_id = app->client_id,
		.client_name = app->name,
		.client_digest = seen_digest(rq->arena, app, ask),
		.resource = ask->resource,
		.scope = scope,
		.work_org_id = ask->org_id,
		.is_offline = session->impersonator_id == NULL &&
			      (!app->is_first_party || scope_has(scope, "offline_access")),
		.expires_at = rq->now_ms + app->refresh_token_max_s * SECOND_MS,
		.issuer = oauth_issuer(rq, app->issuer_client_id),
		.redirect_uri = ask->redirect_uri,
		.is_uri_named = ask->is_uri_named != NULL,
		.challenge = ask->challenge,
		.nonce = ask->nonce,
		.dpop_jkt = ask->dpop_jkt,
	};
}

enum err
ask_add_grant(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
	      const struct oauth_session_row *session, const char *scope, const char **ret_grant_id)
{
	struct grant_make make = grant_of(rq, app, ask, session, scope);

	return grant_add(tx, &make, ret_grant_id);
}

enum verdict
ask_answer_code(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask,
		const struct oauth_session_row *session, const char *scope)
{
	struct grant_make make = grant_of(rq, app, ask, session, scope);
	const char *code;

	tx->actor = oauth_session_actor(rq->arena, session);
	enum err e = grant_make(tx, &make, &code);
	if (e != OK)
		return fail_err(rq, e);
	const struct name_value pairs[] = {
		{ "code", code },
		{ "state", ask->state },
		{ "iss", oauth_issuer(rq, app->issuer_client_id) },
	};
	return answer(rq, ask, pairs, ARRAY_LEN(pairs));
}

enum verdict
ask_lead_to_page(const struct request *rq, const struct oauth_app_row *app, const struct ask *ask, const char *page, const char *request_id,
		 bool is_again)
{
	const struct name_value pairs[] = {
		{ "request", request_id },
		{ "again", is_again ? "1" : NULL },
		{ "locale", ask->ui_locale },
	};

	return reply_see_other(rq, oauth_answer_url(rq->arena, oauth_page(rq, app->issuer_client_id, page), pairs, ARRAY_LEN(pairs)));
}
