/*
 * Judging an app's request in the order of oauth.md's rules: first where an answer may go, then all that may be answered there.
 */
#include "handlers/oauth/ask.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/oauth_resources.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"
#include "lib/dpop.h"
#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/json.h"
#include "lib/uris.h"

/* ---- where an answer may go ---- */

enum err
ask_find_app(const struct request *rq, struct tx *tx, const char *issuer_id, const char *client_id, struct oauth_app_row *ret)
{
	struct oauth_app_row app;

	if (oauth_client_is_document(client_id))
		TRY(oauth_client_of_document(rq, tx, issuer_id, client_id, true, &client_id));
	if (client_id == NULL || !id_is_valid(ID_ANY_CLIENT, client_id))
		return ERR_INVALID_CLIENT;
	enum err e = q_oauth_app(tx->db, &(struct q_oauth_app){ .client_id = client_id }, &app);
	if (e == ERR_NO_ROW)
		return ERR_INVALID_CLIENT;
	TRY(e);
	if (strcmp(app.issuer_client_id, issuer_id) != 0)
		return ERR_INVALID_CLIENT;
	*ret = app;
	return OK;
}

static const char *
text_of(struct arena *arena, struct bytes uri)
{
	return arena_strndup(arena, (const char *)uri.data, uri.len);
}

/* Named, it must be one that is registered; left out, there must be one alone, and no OpenID Connect (rule 3). */
static enum err
find_redirect_uri(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask_input *in, struct ask *ask)
{
	struct q_oauth_app_uris_row *uris = NULL;
	size_t count = 0;

	TRY(q_oauth_app_uris(
	    tx->db, &(struct q_oauth_app_uris){ .project_id = app->project_id, .client_id = app->client_id, .kind = "redirect" }, &uris,
	    &count));
	if (in->redirect_uri == NULL) {
		if (count != 1 || (in->scope != NULL && scope_has(in->scope, "openid")))
			return ERR_INVALID_REQUEST;
		ask->redirect_uri = text_of(rq->arena, uris[0].uri);
		return OK;
	}
	for (size_t i = 0; i < count; i++)
		if (redirect_uri_matches(text_of(rq->arena, uris[i].uri), in->redirect_uri)) {
			ask->redirect_uri = in->redirect_uri;
			ask->is_uri_named = "1";
			return OK;
		}
	return ERR_INVALID_REQUEST;
}

enum err
ask_find_way_back(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask_input *in, struct ask *ret)
{
	struct ask ask = { .state = in->state, .max_age_s = NONE };

	TRY(find_redirect_uri(rq, tx, app, in, &ask));
	if (in->response_mode != NULL && strcmp(in->response_mode, "form_post") == 0)
		ask.is_form_post = "1";
	*ret = ask;
	return OK;
}

/* ---- the rest ---- */

/* Rule 4, TK-01 to TK-03. */
static bool
take_challenge(const struct oauth_app_row *app, const struct ask_input *in, struct ask *ask)
{
	if (in->code_challenge == NULL) {
		bool may_lack = !app->require_pkce && !app->is_public && in->nonce != NULL;

		return may_lack && in->code_challenge_method == NULL;
	}
	ask->challenge = in->code_challenge;
	return in->code_challenge_method != NULL && strcmp(in->code_challenge_method, "S256") == 0 &&
	       pkce_challenge_is_valid(in->code_challenge);
}

/* Rule 5: the console's tokens are for one of two resources, which has to be named. */
static const char *
take_console_resource(struct tx *tx, const struct oauth_app_row *app, const struct ask_input *in, struct ask *ask)
{
	ask->resource = console_resource(tx, in->resource);
	if (ask->resource == NULL)
		return "invalid_target";
	ask->scope = console_scope(tx->arena, app, in->scope);
	return ask->scope[0] != '\0' ? NULL : "invalid_scope";
}

/*
 * Rules 5 and 7. Unknown scopes are ignored, but none left is an error; who asks for none gets what there is, perhaps none. NULL: all right.
 */
const char *
ask_judge_what(struct tx *tx, const struct oauth_app_row *app, const struct ask_input *in, struct ask *ask)
{
	struct resource_asker asker = RESOURCE_ASKER_OF(app);
	struct found_resource found;

	if (oauth_is_console(tx, app->project_id))
		return take_console_resource(tx, app, in, ask);
	enum err e = oauth_resource_find_for_person(tx, app->project_id, &asker, in->resource, &found);
	if (e != OK)
		return e == ERR_INVALID_TARGET ? "invalid_target" : "temporarily_unavailable";
	ask->resource = found.resource.identifier;
	ask->scope = resource_scope_for_person(tx->arena, &found.resource, &asker, ANY_PLAN, in->scope);
	if (ask->scope[0] == '\0' && (in->scope != NULL || found.resource.is_client))
		return "invalid_scope";
	return NULL;
}

/* RFC 9449 section 10. */
static bool
take_key(const struct ask_input *in, struct ask *ask)
{
	ask->dpop_jkt = in->dpop_jkt;
	return in->dpop_jkt == NULL || dpop_thumbprint_is_valid(in->dpop_jkt);
}

static bool
take_max_age(const struct ask_input *in, struct ask *ask)
{
	return in->max_age == NULL || int_parse(in->max_age, 0, INT32_MAX, &ask->max_age_s);
}

static bool
is_known_mode(const char *mode)
{
	return mode == NULL || strcmp(mode, "query") == 0 || strcmp(mode, "form_post") == 0;
}

/* The hint's signature isn't looked at: it is only ever a reason to say no. */
static const char *
hinted_user_id(struct arena *arena, const char *hint)
{
	struct jws token;

	return hint != NULL && jws_parse(arena, hint, &token) ? json_text(&token.claims, "sub") : NULL;
}

const char *
ask_judge(struct tx *tx, const struct oauth_app_row *app, const struct ask_input *in, struct ask *ask)
{
	unsigned prompts;

	ask->nonce = in->nonce;
	ask->login_hint = in->login_hint;
	ask->prompt = in->prompt;
	ask->ui_locale = ui_locale_choose(tx->arena, in->ui_locales);
	ask->hinted_user_id = hinted_user_id(tx->arena, in->id_token_hint);
	if (in->request != NULL)
		return "request_not_supported";
	if (in->request_uri != NULL)
		return "request_uri_not_supported";
	if (in->response_type == NULL)
		return "invalid_request";
	if (strcmp(in->response_type, "code") != 0)
		return "unsupported_response_type";
	if (!client_has_grant(app->grant_types, app->project_type, "authorization_code"))
		return "unauthorized_client";
	if (!is_known_mode(in->response_mode) || !take_challenge(app, in, ask) || !prompt_parse(in->prompt, &prompts) ||
	    !take_max_age(in, ask) || !take_key(in, ask))
		return "invalid_request";
	return ask_judge_what(tx, app, in, ask);
}

/* ---- in its row ---- */

#define TEXT(member) { #member, offsetof(struct ask, member) }

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	TEXT(redirect_uri), TEXT(is_uri_named), TEXT(state),	  TEXT(nonce),	TEXT(challenge),
	TEXT(scope),	    TEXT(resource),	TEXT(login_hint), TEXT(prompt), TEXT(is_form_post),
	TEXT(hinted_user_id),
	TEXT(asked_from),   TEXT(dpop_jkt),	TEXT(ui_locale),
};

static const char **
text_at(struct ask *ask, size_t offset)
{
	return (const char **)(void *)((char *)ask + offset);
}

const char *
ask_text(struct arena *arena, const struct ask *ask)
{
	struct buffer json = buffer_new(arena);
	struct ask copy = *ask;

	buffer_text(&json, "{\"max_age_s\":");
	buffer_json_int(&json, ask->max_age_s);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *value = *text_at(&copy, texts[i].offset);

		if (value == NULL)
			continue;
		buffer_printf(&json, ",\"%s\":", texts[i].name);
		buffer_json_string(&json, value);
	}
	buffer_char(&json, '}');
	return buffer_string(&json);
}

enum err
ask_parse(struct arena *arena, const char *params, struct ask *ret)
{
	struct ask ask = { .max_age_s = NONE };
	struct json object;

	if (json_parse(arena, params, strlen(params), &object, NULL) != OK || object.type != JSON_OBJECT)
		return ERR_INTERNAL;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*text_at(&ask, texts[i].offset) = json_text(&object, texts[i].name);
	const struct json *max_age = json_member(&object, "max_age_s");
	if (max_age != NULL && max_age->type == JSON_INT)
		ask.max_age_s = max_age->integer;
	if (ask.scope == NULL)
		ask.scope = ""; /* a resource without scopes */
	if (ask.redirect_uri == NULL || ask.resource == NULL)
		return ERR_INTERNAL;
	*ret = ask;
	return OK;
}
