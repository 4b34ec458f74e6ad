/*
 * Acting in the name of a project's user, to help them (users.md rule 32): a member asks with a reason
 * and gets a link that works once; the session it begins is short, shows whose it is, and can't touch
 * how the user signs in.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/users.h"
#include "handlers/users/browser.h"
#include "handlers/users/flow.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define PURPOSE		"impersonation" /* one_time_tokens.purpose; its target is the session */
#define LINK_LIFE_MS	MINUTE_MS
#define MINUTES_DEFAULT 30

/* ---- POST /users/{id}/impersonate ---- */

struct impersonate_input {
	struct {
		bool id, reason, ticket, minutes;
	} has;
	const char *id, *reason, *ticket;
	int64_t minutes;
};

static const struct field impersonate_input[] = {
	IN_ID(struct impersonate_input, id, ID_USER, .in = IN_PATH),
	IN_STRING(struct impersonate_input, reason, .min = 10, .max = 500, .flags = FIELD_REQUIRED,
		  .description = "Recorded with the session"),
	IN_STRING(struct impersonate_input, ticket, .min = 1, .max = 120),
	IN_INT(struct impersonate_input, minutes, 5, 60,
	       .description = "30 when absent"),
	FIELDS_END,
};

struct impersonate_reply {
	const char *redirect_to;
};

static const struct field impersonate_reply[] = {
	OUT_STRING(struct impersonate_reply, redirect_to, .flags = FIELD_SECRET,
		   .description = "To be opened in this browser within a minute, once"),
	FIELDS_END,
};

static const char *
record_data(const struct request *rq, const struct impersonate_input *in, int64_t minutes,
	    const char *session_id)
{
	struct buffer json = buffer_new(rq->arena);

	buffer_text(&json, "{\"user_id\":");
	buffer_json_string(&json, in->id);
	buffer_text(&json, ",\"session_id\":");
	buffer_json_string(&json, session_id);
	buffer_text(&json, ",\"reason\":");
	buffer_json_string(&json, in->reason);
	buffer_text(&json, ",\"ticket\":");
	buffer_json_string(&json, in->ticket);
	buffer_text(&json, ",\"minutes\":");
	buffer_json_int(&json, minutes);
	buffer_char(&json, '}');
	return buffer_string(&json);
}

static enum err
record_impersonation(const struct request *rq, struct tx *tx, const struct user_row *user,
		     const char *data)
{
	struct record r = request_record(rq, EV_USER_IMPERSONATED, user->id,
					 user->email != NULL ? user->email : user->id);

	r.changes = data;
	r.data = data;
	return record(tx, &r);
}

/* The session waits for the browser that opens the link; nobody has its token before. */
static enum err
begin(const struct request *rq, struct tx *tx, const struct user_row *user, const char **ret_url)
{
	const struct impersonate_input *in = rq->input;
	int64_t minutes = in->has.minutes ? in->minutes : MINUTES_DEFAULT;
	struct session_made made;
	struct secret link;

	TRY(session_make(tx,
			 &(struct session_make){
			     .project_id = rq->project.id,
			     .project_org_id = rq->org.id,
			     .user_id = user->id,
			     .auth_strength = "password",
			     .amr = "",
			     .max_ms = minutes * MINUTE_MS,
			     .impersonator_id = rq->user.id,
			     .impersonation_reason = in->reason,
			 },
			 &made));
	TRY(secret_make(rq->arena, SECRET_MAIL_LINK, &link));
	TRY(q_one_time_token_insert(
	    tx->db,
	    &(struct q_one_time_token_insert){
		.project_id = rq->project.id,
		.token_digest = { link.digest, sizeof(link.digest) },
		.purpose = PURPOSE,
		.user_id = user->id,
		.target = { (const uint8_t *)made.id, strlen(made.id) },
		.expires_at = rq->now_ms + LINK_LIFE_MS,
	    },
	    NULL));
	TRY(record_impersonation(rq, tx, user, record_data(rq, in, minutes, made.id)));
	char *url = arena_printf(rq->arena, "%s#as=%s",
				 flow_page_url(rq, rq->project.id, rq->project.client_id, "account"),
				 link.text);
	arena_wipe_later(rq->arena, url, strlen(url));
	*ret_url = url;
	return OK;
}

static enum verdict
user_impersonate(const struct request *rq, struct tx *tx)
{
	const struct impersonate_input *in = rq->input;
	struct impersonate_reply view;
	struct user_row user;
	enum err e = request_guard(rq, tx);

	if (e == OK && rq->project.is_console)
		e = ERR_CANNOT_IMPERSONATE;
	if (e == OK)
		e = q_user_get(
		    tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = in->id }, &user);
	if (e == OK && strcmp(user.status, "active") != 0)
		e = ERR_CANNOT_IMPERSONATE;
	if (e == OK)
		e = begin(rq, tx, &user, &view.redirect_to);
	return e == OK ? reply(rq, 201, impersonate_reply, &view) : fail_err(rq, e);
}

/* ---- POST /session/impersonate ---- */

struct open_input {
	struct {
		bool client_id, token;
	} has;
	const char *client_id, *token;
};

static const struct field open_input[] = {
	IN_ID(struct open_input, client_id, ID_PUBLIC_PROJECT, .flags = FIELD_REQUIRED),
	IN_STRING(struct open_input, token, .min = 1, .max = 64,
		  .flags = FIELD_REQUIRED | FIELD_SECRET),
	FIELDS_END,
};

static enum err
use_link(const struct request *rq, struct tx *tx, const char *project_id,
	 struct q_one_time_token_get_row *ret)
{
	const struct open_input *in = rq->input;
	struct bytes digest = sha256_bytes(rq->arena, in->token, strlen(in->token));
	struct q_one_time_token_get_row row;
	uint64_t matched = 0;

	TRY(q_one_time_token_use(
	    tx->db,
	    &(struct q_one_time_token_use){ .project_id = project_id, .token_digest = digest },
	    &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(q_one_time_token_get(
	    tx->db,
	    &(struct q_one_time_token_get){ .project_id = project_id, .token_digest = digest },
	    &row));
	if (strcmp(row.purpose, PURPOSE) != 0 || row.user_id == NULL)
		return ERR_NO_ROW;
	*ret = row;
	return OK;
}

static enum err
open_session(const struct request *rq, struct tx *tx, const struct flow_client_row *client,
	     const struct session_policy *policy, struct browser *browser)
{
	struct q_one_time_token_get_row link;

	TRY(use_link(rq, tx, client->project_id, &link));
	TRY(browser_make_room(rq, tx,
			      &(struct browser_guest){
				  .project_id = client->project_id,
				  .user_id = link.user_id,
				  .policy = policy,
				  .is_alone = !policy->multi_session,
			      },
			      browser));
	return session_rotate(
	    tx, client->project_id, link.user_id,
	    arena_strndup(rq->arena, (const char *)link.target.data, link.target.len), false,
	    &browser->tokens[0]);
}

static enum verdict
session_impersonate(const struct request *rq, struct tx *tx)
{
	const struct open_input *in = rq->input;
	struct flow_client_row client;
	struct session_policy policy;
	struct browser browser;
	enum secret_kind kind;
	enum err e = secret_parse(in->token, &kind) && kind == SECRET_MAIL_LINK
			 ? flow_find_client(rq, tx, in->client_id, &client)
			 : ERR_NO_ROW;

	if (e == OK) {
		policy = session_policy_parse(rq->arena, client.settings_body);
		browser = request_browser(rq, in->client_id);
		e = open_session(rq, tx, &client, &policy, &browser);
	}
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW || e == ERR_NOT_FOUND ? ERR_LINK_INVALID : e);
	browser_reply(rq, &browser, &policy);
	return reply_empty(rq);
}

/* ---- POST /session/stop_impersonating ---- */

static enum verdict
session_stop_impersonating(const struct request *rq, struct tx *tx)
{
	struct browser browser = rq->browser;

	if (rq->credential.impersonator_id == NULL)
		return fail(rq, ERR_FORBIDDEN, "Nobody acts in somebody else's name here.");
	enum err e = session_end(tx, rq->user.project_id, rq->user.id, rq->credential.id);
	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	browser_drop_active(&browser);
	browser_reply(rq, &browser, &rq->credential.policy);
	return reply_empty(rq);
}

/* ---- the table ---- */

const struct route impersonation_routes[] = {
	{
	    .id = "user_impersonate",
	    .method = POST,
	    .path = "/api/v1/users/{id}/impersonate",
	    .summary = "Act in a user's name, to help them",
	    .description = "The session can't touch how the user signs in, and every audit event "
			   "names both.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_IMPERSONATE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_RECENT_SIGN_IN | ROUTE_SHOWS_SECRET | ROUTE_NO_IDEMPOTENCY,
	    .status = 201,
	    INPUT(struct impersonate_input, impersonate_input),
	    .output = impersonate_reply,
	    .errors = { ERR_CANNOT_IMPERSONATE },
	    .handler = user_impersonate,
	},
	{
	    .id = "session_impersonate",
	    .method = POST,
	    .path = "/api/v1/session/impersonate",
	    .summary = "Begin the session of an impersonation's link",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_EXACT_ORIGIN | ROUTE_NO_IDEMPOTENCY,
	    .rate = RATE_FLOW_ACTION,
	    INPUT(struct open_input, open_input),
	    .errors = { ERR_LINK_INVALID },
	    .handler = session_impersonate,
	},
	{
	    .id = "session_stop_impersonating",
	    .method = POST,
	    .path = "/api/v1/session/stop_impersonating",
	    .summary = "End acting in a user's name",
	    .auth = AUTH_PROJECT_USER,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_NO_IDEMPOTENCY | ROUTE_IMPERSONATOR_OK,
	    .handler = session_stop_impersonating,
	},
	ROUTES_END,
};
