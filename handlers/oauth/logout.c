/*
 * GET and POST /oauth/logout: an app sends somebody here to sign out (OpenID Connect RP-Initiated Logout 1.0; oauth.md rule 33). Who brings an
 * ID token of a sign-in of this browser is signed out of it at once; everybody else is asked by a page of ours.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/users.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/jose.h"

struct logout_input {
	struct {
		bool issuer_id, id_token_hint, client_id, post_logout_redirect_uri, state;
	} has;
	const char *issuer_id, *id_token_hint, *client_id, *post_logout_redirect_uri, *state;
};

static const struct field logout_fields[] = {
	IN_ID(struct logout_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct logout_input, id_token_hint, .in = IN_QUERY, .max = 4096, .description = "One that the app got; may have expired"),
	IN_STRING(struct logout_input, client_id, .in = IN_QUERY, .max = CLIENT_ID_MAX),
	IN_STRING(struct logout_input, post_logout_redirect_uri, .in = IN_QUERY, .max = 2000, .description = "Registered for the client"),
	IN_STRING(struct logout_input, state, .in = IN_QUERY, .max = 1024),
	FIELDS_END,
};

/* What a token of ours says that may be as old as it likes. NULL: nothing. */
struct hint {
	const char *client_id, *session_id;
};

/* What else we sign goes to more hands. */
static bool
is_id_token(const struct jws *token)
{
	const char *type = json_text(&token->header, "typ");

	return type != NULL && strcmp(type, "JWT") == 0;
}

static enum err
read_hint(const struct request *rq, struct tx *tx, const struct oauth_app_row *server, struct hint *ret)
{
	const struct logout_input *in = rq->input;
	struct q_oauth_key_row key;
	struct jws token;

	*ret = (struct hint){ .client_id = NULL };
	if (in->id_token_hint == NULL || !jws_parse(rq->arena, in->id_token_hint, &token) || token.kid == NULL ||
	    !id_is_valid(ID_SIGNING_KEY, token.kid))
		return OK;
	const char *issuer = json_text(&token.claims, "iss"), *audience = json_text(&token.claims, "aud");
	if (issuer == NULL || strcmp(issuer, oauth_issuer(rq, in->issuer_id)) != 0 || audience == NULL || !is_id_token(&token))
		return OK;
	enum err e = q_oauth_key(tx->db, &(struct q_oauth_key){ .project_id = server->project_id, .kid = token.kid }, &key);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (jws_is_signed_with(rq->arena, &token, key.public_jwk))
		*ret = (struct hint){ .client_id = audience, .session_id = json_text(&token.claims, "sid") };
	return OK;
}

/* ---- where it leads ---- */

/* By its id, or the address of its document: as it was last read, for nobody waits to sign out. */
static enum err
find_app(const struct request *rq, struct tx *tx, const char *client_id, struct oauth_app_row *ret)
{
	const struct logout_input *in = rq->input;

	if (oauth_client_is_document(client_id)) {
		enum err e = oauth_client_of_document(rq, tx, in->issuer_id, client_id, false, &client_id);

		if (e != OK)
			return e == ERR_DOCUMENT_WANTED ? ERR_INVALID_CLIENT : e;
	}
	return ask_find_app(rq, tx, in->issuer_id, client_id, ret);
}

/*
 * Registered for the client, octet by octet; NULL when none is asked for. *client_id becomes the id by which our own pages call the client.
 * ERR_INVALID_REQUEST.
 */
static enum err
find_target(const struct request *rq, struct tx *tx, const char **client_id, const char **ret_target)
{
	const struct logout_input *in = rq->input;
	const struct name_value state[] = { { "state", in->state } };
	struct q_oauth_logout_uri_row uri;
	struct oauth_app_row app;

	*ret_target = NULL;
	if (*client_id != NULL) {
		TRY(find_app(rq, tx, *client_id, &app));
		*client_id = app.client_id;
	}
	if (in->post_logout_redirect_uri == NULL)
		return OK;
	if (*client_id == NULL)
		return ERR_INVALID_REQUEST;
	enum err e = q_oauth_logout_uri(tx->db,
					&(struct q_oauth_logout_uri){
					    .project_id = app.project_id,
					    .client_id = app.client_id,
					    .uri_digest = sha256_bytes(rq->arena, in->post_logout_redirect_uri, strlen(in->post_logout_redirect_uri)),
					},
					&uri);
	if (e == OK)
		*ret_target = oauth_answer_url(rq->arena, in->post_logout_redirect_uri, state, ARRAY_LEN(state));
	return e == ERR_NO_ROW ? ERR_INVALID_REQUEST : e;
}

static enum verdict
leave(const struct request *rq, const char *target)
{
	const struct logout_input *in = rq->input;

	if (target == NULL)
		target = arena_printf(rq->arena, "%s?signed_out=1", oauth_page(rq, in->issuer_id, "sign-out"));
	return reply_see_other(rq, target);
}

/* Nobody's own app may have sent them: the page asks, and checks the address again. */
static enum verdict
ask(const struct request *rq, const char *client_id)
{
	const struct logout_input *in = rq->input;
	const struct name_value pairs[] = {
		{ "client_id", client_id },
		{ "post_logout_redirect_uri", in->post_logout_redirect_uri },
		{ "state", in->state },
	};
	const char *page = oauth_page(rq, in->issuer_id, "sign-out");

	return reply_see_other(rq, oauth_answer_url(rq->arena, page, pairs, ARRAY_LEN(pairs)));
}

/* ---- signing out ---- */

/* The account of this browser whose sign-in it is. ERR_NO_ROW: none of them; *ret_is_empty: nobody is signed in at all. */
static enum err
find_account(const struct request *rq, struct tx *tx, const struct oauth_app_row *server, const struct browser *browser,
	     const char *session_id, size_t *ret_place, struct oauth_session_row *ret_session, bool *ret_is_empty)
{
	*ret_is_empty = true;
	for (size_t i = 0; i < browser->count; i++) {
		struct oauth_session_row row;
		enum err e = oauth_session_of(rq, tx, server, browser->tokens[i], &row);

		if (e == ERR_NO_ROW)
			continue;
		TRY(e);
		*ret_is_empty = false;
		if (session_id != NULL && strcmp(row.id, session_id) == 0) {
			*ret_place = i;
			*ret_session = row;
			return OK;
		}
	}
	return ERR_NO_ROW;
}

static enum err
record_logout(struct tx *tx, const struct oauth_app_row *server, const struct oauth_session_row *session, const char *client_id)
{
	return record(tx, &(struct record){
			      .event = EV_OAUTH_LOGOUT,
			      .org_id = server->org_id,
			      .project_id = server->project_id,
			      .target_id = session->user_id,
			      .target_label = session->email,
			      .changes = "{}",
			      .data = arena_printf(tx->arena, "{\"client_id\":\"%s\",\"user_id\":\"%s\",\"session_id\":\"%s\"}", client_id,
						   session->user_id, session->id),
		      });
}

/* The other accounts of the browser stay. */
static enum err
sign_out(const struct request *rq, struct tx *tx, const struct oauth_app_row *server, struct browser *browser, size_t place,
	 const struct oauth_session_row *session, const char *client_id)
{
	struct session_policy policy = session_policy_parse(rq->arena, server->settings_body);

	tx->actor = oauth_session_actor(rq->arena, session);
	TRY(session_end(tx, server->project_id, session->user_id, session->id));
	TRY(record_logout(tx, server, session, client_id));
	for (size_t i = place; i + 1 < browser->count; i++)
		browser->tokens[i] = browser->tokens[i + 1];
	browser->count--;
	browser_reply(rq, browser, &policy);
	return OK;
}

static enum verdict
end(const struct request *rq, struct tx *tx, const struct oauth_app_row *server, const struct hint *hint, const char *client_id,
    const char *target)
{
	struct browser browser = oauth_browser(rq, tx, server);
	struct oauth_session_row session;
	bool is_empty;
	size_t place;
	enum err e = find_account(rq, tx, server, &browser, hint->session_id, &place, &session, &is_empty);

	if (e == ERR_NO_ROW)
		return is_empty ? leave(rq, target) : ask(rq, client_id);
	if (e == OK)
		e = sign_out(rq, tx, server, &browser, place, &session, client_id);
	/* It has ended meanwhile, too. */
	return e == OK || e == ERR_NO_ROW ? leave(rq, target) : fail_err(rq, e);
}

static enum verdict
logout(const struct request *rq, struct tx *tx)
{
	const struct logout_input *in = rq->input;
	const char *client_id, *target;
	struct oauth_app_row server;
	struct hint hint;
	enum err e = ask_find_app(rq, tx, in->issuer_id, in->issuer_id, &server);

	if (e == OK)
		e = read_hint(rq, tx, &server, &hint);
	if (e != OK)
		return fail_err(rq, e);
	if (in->client_id != NULL && hint.client_id != NULL && strcmp(in->client_id, hint.client_id) != 0)
		return fail(rq, ERR_INVALID_REQUEST, "id_token_hint is another client's.");
	client_id = in->client_id != NULL ? in->client_id : hint.client_id;
	e = find_target(rq, tx, &client_id, &target);
	if (e == ERR_INVALID_REQUEST)
		return fail(rq, e, "post_logout_redirect_uri isn't registered for this client.");
	return e == OK ? end(rq, tx, &server, &hint, client_id, target) : fail_err(rq, e);
}

/* As with authorize: another site's form comes without our cookies. */
static enum verdict
logout_post(const struct request *rq, struct tx *tx)
{
	const struct logout_input *in = rq->input;
	const struct name_value pairs[] = {
		{ "id_token_hint", in->id_token_hint },
		{ "client_id", in->client_id },
		{ "post_logout_redirect_uri", in->post_logout_redirect_uri },
		{ "state", in->state },
	};
	const char *address = arena_printf(rq->arena, "%s/oauth/logout", oauth_issuer(rq, in->issuer_id));

	(void)tx;
	return reply_see_other(rq, oauth_answer_url(rq->arena, address, pairs, ARRAY_LEN(pairs)));
}

#define OF_A_BROWSER                                                                                                   \
	.path = "/p/{issuer_id}/oauth/logout", .auth = AUTH_PUBLIC, .site = SITE_AUTH, .tx = TX_WRITE, .status = 303,  \
	.rate = RATE_OAUTH_AUTHORIZE, .body_bytes_max = (size_t)16 * 1024,                                             \
	.flags = ROUTE_OAUTH | ROUTE_FOREIGN | ROUTE_PAGE | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET,                 \
	INPUT(struct logout_input, logout_fields)

const struct route oauth_logout_routes[] = {
	{
	    OF_A_BROWSER,
	    .id = "oauth_logout",
	    .method = GET,
	    .summary = "Sign somebody out",
	    .description = "Where an app sends a browser. Answers at once for who is meant by id_token_hint, else leads to a page that asks.",
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST },
	    .handler = logout,
	},
	{
	    OF_A_BROWSER,
	    .id = "oauth_logout_post",
	    .method = POST,
	    .summary = "Sign somebody out, by a form",
	    .errors = { ERR_INVALID_REQUEST },
	    .handler = logout_post,
	},
	ROUTES_END,
};
