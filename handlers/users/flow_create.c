/*
 * POST /flows and GET /flows/{flow_id}: how a flow begins, and how a page that was reloaded finds
 * it again.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/redirects.h"
#include "lib/lifetimes.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "lib/uris.h"

/* ---- where it ends (users.md rule 38) ---- */

/* In the console, pages of the dashboard, those of invitations and that of a device's code on HOST count as registered. */
static bool
is_console_page(const char *path)
{
	static const char *const PAGES[] = { "/dashboard", "/invite", "/join", "/account", "/device" };

	if (!local_path_is_safe(path))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(PAGES); i++) {
		size_t len = strlen(PAGES[i]);

		if (strncmp(path, PAGES[i], len) == 0 && strchr("/?#", path[len]) != NULL)
			return true;
	}
	return false;
}

static enum err
console_target(const struct request *rq, const char *asked, const char **ret_target)
{
	const char *host = rq->config->public_url;
	size_t len = strlen(host);

	if (asked == NULL) {
		*ret_target = arena_printf(rq->arena, "%s/dashboard", host);
		return OK;
	}
	if (strncmp(asked, host, len) == 0)
		asked += len;
	if (!is_console_page(asked))
		return ERR_VALIDATION_FAILED;
	*ret_target = arena_printf(rq->arena, "%s%s", host, asked);
	return OK;
}

const char *
flow_homepage(const struct request *rq, const struct flow_client_row *client)
{
	struct redirect_settings redirects = redirect_settings_parse(rq->arena, client->redirect_body);

	if (redirects.app_homepage_url != NULL)
		return redirects.app_homepage_url;
	return flow_page_url(rq, client->project_id, client->default_client_id, "error");
}

/* Elsewhere only what the client has registered. */
static enum err
client_target(const struct request *rq, struct tx *tx, const struct flow_client_row *client,
	      const char *asked, const char **ret_target)
{
	static const char *const OWN_PAGES[] = { "account", "device" };
	bool is_registered;

	if (asked == NULL) {
		*ret_target = flow_homepage(rq, client);
		return OK;
	}
	/* The project's own pages, where people look after their account and type a device's code. */
	for (size_t i = 0; i < ARRAY_LEN(OWN_PAGES); i++)
		if (strcmp(asked, flow_page_url(rq, client->project_id, client->default_client_id, OWN_PAGES[i])) == 0) {
			*ret_target = asked;
			return OK;
		}
	TRY(client_has_redirect_uri(tx, client->project_id, client->client_id, asked, &is_registered));
	if (!is_registered)
		return ERR_VALIDATION_FAILED;
	*ret_target = asked;
	return OK;
}

/* An app waits for it: back to its request, which goes on from there. */
static const char *
request_target(const struct request *rq, const struct flow_client_row *client, const char *oauth_request_id)
{
	return arena_printf(rq->arena, "%s?request=%s",
			    flow_page_url(rq, client->project_id, client->default_client_id, "oauth/continue"), oauth_request_id);
}

static enum err
find_target(const struct request *rq, struct tx *tx, const struct flow_client_row *client,
	    const char **ret_target)
{
	const struct flow_create_input *in = rq->input;

	if (in->oauth_request_id != NULL) {
		*ret_target = request_target(rq, client, in->oauth_request_id);
		return OK;
	}
	if (strcmp(client->project_id, rq->console_id) == 0)
		return console_target(rq, in->redirect_uri, ret_target);
	return client_target(rq, tx, client, in->redirect_uri, ret_target);
}

/* ---- who it is for ---- */

static bool
wants_code(const struct flow_create_input *in)
{
	return in->transport != NULL && strcmp(in->transport, "code") == 0;
}

static bool
has_session_of(const struct request *rq, const char *project_id)
{
	return request_is_signed_in(rq) && strcmp(project_id, rq->user.project_id) == 0;
}

/* A new way in asks for a fresh proof of an old one (rule 24). */
static enum err
may_link(const struct request *rq, struct flow *flow)
{
	if (flow->data.session_id == NULL)
		return ERR_UNAUTHORIZED;
	flow->data.email = NULL;
	return rq->credential.authenticated_at < rq->now_ms - RECENT_SIGN_IN_MS ? ERR_REAUTHENTICATION_REQUIRED : OK;
}

/* Called as their account knows them: by the first of address, number and username that it has. */
static enum err
name_caller(const struct request *rq, struct flow *flow, const struct user_row *user)
{
	flow->row.user_id = user->id;
	flow->data.email = user->email;
	if (user->email != NULL)
		return email_key(rq->arena, user->email, &flow->data.email_key) ? OK : ERR_INTERNAL;
	flow->data.phone = user->phone;
	flow->data.username = user->username;
	return OK;
}

/* Reauthenticating and upgrading are for who is signed in, upgrading for guests alone (rule 27). */
static enum err
start_signed_in(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct user_row user;

	if (flow->data.session_id == NULL)
		return ERR_UNAUTHORIZED;
	TRY(q_user_get(
	    tx->db, &(struct q_user_get){ .project_id = flow->row.project_id, .id = rq->user.id }, &user));
	if (flow->kind == FLOW_UPGRADE) {
		flow->row.user_id = user.id;
		return user.is_anonymous ? OK : ERR_NOT_ANONYMOUS;
	}
	flow->state = FLOW_FIRST_FACTOR;
	return name_caller(rq, flow, &user);
}

static enum err
start(const struct request *rq, struct tx *tx, const struct flow_client_row *client, struct flow *flow)
{
	const struct flow_create_input *in = rq->input;

	flow->kind = flow_kind_parse(in->kind);
	flow->state = FLOW_IDENTIFY;
	flow->data.email = in->login_hint;
	/* Who acts in somebody's name adds no way in for them (rule 32). */
	if (!wants_code(in) && has_session_of(rq, client->project_id) && rq->credential.impersonator_id == NULL) {
		flow->data.session_id = rq->credential.id;
		flow->data.session_user_id = rq->user.id;
	}
	if (flow->kind == FLOW_LINK)
		return may_link(rq, flow);
	if (flow->kind == FLOW_REAUTHENTICATE || flow->kind == FLOW_UPGRADE)
		return start_signed_in(rq, tx, flow);
	return OK;
}

/* ---- making it ---- */

static enum err
make_flow(const struct request *rq, struct tx *tx, const struct flow_client_row *client,
	  struct flow *ret)
{
	const struct flow_create_input *in = rq->input;
	struct flow flow = {
	    .row =
		{
		    .project_id = client->project_id,
		    .client_id = client->client_id,
		    .client_name = client->client_name,
		    .client_logo_digest = client->client_logo_digest,
		    .default_client_id = client->default_client_id,
		    .expires_at = rq->now_ms + FLOW_LIFE_MS,
		},
	    .data =
		{
		    .locale = in->locale,
		    .invitation = in->invitation_secret,
		    .resend_at = NONE,
		    .token_version = NONE,
		    .level = NONE,
		    .password_due = NONE,
		},
	    .oauth_request_id = in->oauth_request_id,
	    .settings = sign_in_settings_parse(rq->arena, rq->config, client->settings_body),
	};

	TRY(start(rq, tx, client, &flow));
	TRY(tx_make_id(tx, ID_FLOW, &flow.row.id));
	if (wants_code(in)) {
		TRY(flow_direct_begin(rq, tx, &flow));
	} else {
		TRY(flow_take_cookie(rq, client->project_id, &flow.row.binding_digest));
		TRY(find_target(rq, tx, client, &flow.data.redirect_to));
	}
	flow.row.auth_methods = client->auth_methods;
	TRY(flow_read_providers(tx, &flow));
	TRY(flow_begin_bot_check(rq, tx, &flow, in->bot_token));
	TRY(flow_add(tx, &flow));
	if (flow.oauth_request_id != NULL)
		TRY(q_oauth_request_set_flow(tx->db,
					     &(struct q_oauth_request_set_flow){
						 .flow_id = flow.row.id,
						 .project_id = client->project_id,
						 .id = flow.oauth_request_id,
					     },
					     NULL));
	*ret = flow;
	return OK;
}

static enum verdict
check_create(const struct request *rq, const struct flow_client_row *client)
{
	const struct flow_create_input *in = rq->input;
	struct sign_in_settings settings =
	    sign_in_settings_parse(rq->arena, rq->config, client->settings_body);

	if (!wants_code(in) && !request_is_of_own_page(rq))
		return fail_err(rq, ERR_CSRF_FAILED);
	if (client->is_suspended)
		return fail_err(rq, ERR_ORG_SUSPENDED);
	if (flow_methods(&settings, client->auth_methods) == 0)
		return fail_err(rq, ERR_METHOD_DISABLED);
	if (in->has.invitation_secret && strcmp(client->project_id, rq->console_id) != 0)
		return fail_field(rq, "invitation_secret", "not_here",
				  "Only the console has invitations.");
	return go_on(rq);
}

/* The request that this browser began names the client; what else is named doesn't count then. */
static enum err
find_requesting_client(const struct request *rq, struct tx *tx, const char **ret_client_id)
{
	const struct flow_create_input *in = rq->input;
	struct oauth_request_row row;
	const char *project_id;
	struct bytes binding;

	*ret_client_id = in->client_id;
	if (in->oauth_request_id == NULL)
		return OK;
	if (!flow_cookie(rq, &project_id, &binding))
		return ERR_REQUEST_EXPIRED;
	enum err e = q_oauth_request_get(
	    tx->db, &(struct q_oauth_request_get){ .project_id = project_id, .id = in->oauth_request_id }, &row);
	if (e != OK)
		return e == ERR_NO_ROW ? ERR_REQUEST_EXPIRED : e;
	if (row.client_id == NULL || row.expires_at <= rq->now_ms || row.flow_digest.len != binding.len ||
	    !secret_equal(row.flow_digest.data, binding.data, binding.len))
		return ERR_REQUEST_EXPIRED;
	*ret_client_id = row.client_id;
	return OK;
}

enum verdict
flow_create(const struct request *rq, struct tx *tx)
{
	struct flow_client_row client;
	const char *client_id;
	struct flow flow;
	enum err e = find_requesting_client(rq, tx, &client_id);

	if (e == OK)
		e = flow_find_client(rq, tx, client_id, &client);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_create(rq, &client);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = make_flow(rq, tx, &client, &flow);
	if (e == ERR_VALIDATION_FAILED)
		return fail_field(rq, "redirect_uri", "unregistered",
				  "This address isn't registered for the client.");
	return e == OK ? flow_reply(rq, 201, &flow) : fail_err(rq, e);
}

enum verdict
flow_get(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_look(rq, tx, in->flow_id, &flow);

	if (verdict == VERDICT_GO_ON && flow_waits_for_bot_check(&flow))
		return flow_look_for_bot_check(rq, tx, &flow);
	if (verdict == VERDICT_GO_ON && flow.state == FLOW_WAITING)
		return flow_look_for_answer(rq, tx, &flow);
	return verdict == VERDICT_GO_ON ? flow_reply(rq, 200, &flow) : verdict;
}
