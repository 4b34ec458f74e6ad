/*
 * /session: who is signed in in this browser, and as whom it goes on (users.md section 3).
 */
#include "handlers/routes.h"
#include "handlers/users/browser.h"
#include "handlers/users/sessions.h"

#include <string.h>

#include "domain/users.h"
#include "lib/http.h"

/* ---- how a session is shown ---- */

const struct field session_fields[] = {
	OUT_ID(struct session_view, id, ID_SESSION),
	OUT_ID(struct session_view, user_id, ID_USER),
	OUT_ID(struct session_view, client_id, ID_ANY_CLIENT, .flags = FIELD_NULLABLE),
	OUT_STRING(struct session_view, session_class),
	OUT_STRING(struct session_view, auth_strength),
	OUT_WORDS(struct session_view, amr),
	OUT_INT(struct session_view, level, .description = "2 with a second factor"),
	OUT_TIME(struct session_view, authenticated_at),
	OUT_STRING(struct session_view, ip, .flags = FIELD_NULLABLE),
	OUT_STRING(struct session_view, user_agent, .flags = FIELD_NULLABLE),
	OUT_STRING(struct session_view, device, .flags = FIELD_NULLABLE),
	OUT_ID(struct session_view, workspace_id, ID_WORKSPACE, .flags = FIELD_NULLABLE),
	OUT_ID(struct session_view, impersonated_by, ID_USER, .flags = FIELD_NULLABLE),
	OUT_TIME(struct session_view, created_at),
	OUT_TIME(struct session_view, last_seen_at),
	OUT_TIME(struct session_view, expires_at,
		 .description = "Moves on with use, as far as the project's session policy goes"),
	OUT_BOOL(struct session_view, current),
	FIELDS_END,
};

struct session_view
session_view_of(const struct request *rq, const struct session_policy *policy,
		const struct session_row *row)
{
	const char *own = request_session_id(rq);

	return (struct session_view){
		.id = row->id,
		.user_id = row->user_id,
		.client_id = row->client_id,
		.session_class = row->session_class,
		.auth_strength = row->auth_strength,
		.amr = row->amr,
		.level = row->level,
		.authenticated_at = row->authenticated_at,
		.ip = row->ip.data != NULL ? ip_format(rq->arena, row->ip) : NULL,
		.user_agent = row->user_agent,
		.device = row->device,
		.workspace_id = row->workspace_id,
		.impersonated_by = row->impersonator_id,
		.created_at = row->created_at,
		.last_seen_at = row->last_seen_at,
		.expires_at = session_policy_end(policy, row->created_at, row->last_seen_at,
						 row->expires_at),
		.current = own != NULL && strcmp(row->id, own) == 0,
	};
}

/* ---- GET /session ---- */

struct session_user {
	const char *id, *email;
	bool email_verified;
	const char *name, *username, *locale;
	int64_t created_at;
};

struct session_other {
	const struct session_view *session;
	const struct session_user *user;
};

struct session_reply {
	const struct session_view *session;
	const struct session_user *user;
	const char *impersonator_email, *csrf_token;
	struct field_list others;
};

static const struct field user_fields[] = {
	OUT_ID(struct session_user, id, ID_USER),
	OUT_STRING(struct session_user, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct session_user, email_verified),
	OUT_STRING(struct session_user, name),
	OUT_STRING(struct session_user, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct session_user, locale, .flags = FIELD_NULLABLE),
	OUT_TIME(struct session_user, created_at),
	FIELDS_END,
};

static const struct field other_fields[] = {
	OUT_OBJECT(struct session_other, session, session_fields),
	OUT_OBJECT(struct session_other, user, user_fields),
	FIELDS_END,
};

static const struct field reply_fields[] = {
	OUT_OBJECT(struct session_reply, session, session_fields),
	OUT_OBJECT(struct session_reply, user, user_fields),
	OUT_STRING(struct session_reply, impersonator_email, .flags = FIELD_NULLABLE,
		   .description = "Who acts in this user's name"),
	OUT_STRING(struct session_reply, csrf_token, .flags = FIELD_SECRET,
		   .description = "To be sent as X-CSRF-Token with every change"),
	OUT_LIST(struct session_reply, others, other_fields, struct session_other,
		 .description = "Further accounts of this browser"),
	FIELDS_END,
};

static struct session_row
session_row_of(const struct q_session_in_browser_row *row)
{
	return (struct session_row){
		.id = row->id,
		.user_id = row->user_id,
		.client_id = row->client_id,
		.session_class = row->session_class,
		.auth_strength = row->auth_strength,
		.amr = row->amr,
		.level = row->level,
		.authenticated_at = row->authenticated_at,
		.ip = row->ip,
		.user_agent = row->user_agent,
		.device = row->device,
		.workspace_id = row->workspace_id,
		.impersonator_id = row->impersonator_id,
		.created_at = row->created_at,
		.last_seen_at = row->last_seen_at,
		.expires_at = row->expires_at,
	};
}

static struct session_other
session_other_of(const struct request *rq, const struct q_session_in_browser_row *row)
{
	struct session_view *view = ARENA_NEW(rq->arena, struct session_view);
	struct session_user *user = ARENA_NEW(rq->arena, struct session_user);
	struct session_row session = session_row_of(row);

	*view = session_view_of(rq, &rq->credential.policy, &session);
	*user = (struct session_user){
		.id = row->user_id,
		.email = row->email,
		.email_verified = row->email_verified_at != NONE,
		.name = row->name,
		.username = row->username,
		.locale = row->locale,
		.created_at = row->user_created_at,
	};
	return (struct session_other){ .session = view, .user = user };
}

/* What the cookie of this browser holds that still works; the session that asks is one of them, or
 * has just ended. */
static enum err
read_accounts(const struct request *rq, struct tx *tx,
	      struct browser_account accounts[BROWSER_ACCOUNTS_MAX], size_t *ret_count)
{
	size_t count = 0;

	TRY(browser_read(rq, tx, rq->user.project_id, &rq->credential.policy, &rq->browser,
			 accounts, &count));
	if (count == 0 || strcmp(accounts[0].row.id, rq->credential.id) != 0)
		return ERR_UNAUTHORIZED;
	*ret_count = count;
	return OK;
}

static enum verdict
session_show(const struct request *rq, struct tx *tx)
{
	struct browser_account accounts[BROWSER_ACCOUNTS_MAX];
	size_t count = 0;
	const char *token;
	enum err e = read_accounts(rq, tx, accounts, &count);

	if (e == OK)
		e = csrf_token(rq, &token);
	if (e != OK)
		return fail_err(rq, e);
	struct session_other own = session_other_of(rq, &accounts[0].row);
	struct session_other *others = ARENA_ARRAY(rq->arena, count, struct session_other);
	for (size_t i = 1; i < count; i++)
		others[i - 1] = session_other_of(rq, &accounts[i].row);
	return reply(rq, 200, reply_fields,
		     &(struct session_reply){
			 .session = own.session,
			 .user = own.user,
			 .impersonator_email = rq->credential.impersonator_email,
			 .csrf_token = token,
			 .others = { .items = others, .count = count - 1 },
		     });
}

/* ---- DELETE /session ---- */

struct sign_out_input {
	struct {
		bool all;
	} has;
	bool all;
};

static const struct field sign_out_input[] = {
	IN_BOOL(struct sign_out_input, all, .in = IN_QUERY,
		.description = "Every account of this browser"),
	FIELDS_END,
};

static enum err
end_session(const struct request *rq, struct tx *tx, const char *user_id, const char *session_id)
{
	enum err e = session_end(tx, rq->user.project_id, user_id, session_id);

	return e == ERR_NO_ROW ? OK : e;
}

static enum err
end_all(const struct request *rq, struct tx *tx)
{
	struct browser_account accounts[BROWSER_ACCOUNTS_MAX];
	size_t count = 0;

	TRY(browser_read(rq, tx, rq->user.project_id, &rq->credential.policy, &rq->browser,
			 accounts, &count));
	for (size_t i = 0; i < count; i++)
		TRY(end_session(rq, tx, accounts[i].row.user_id, accounts[i].row.id));
	return OK;
}

/* The browser's next account becomes the active one. */
static enum verdict
sign_out(const struct request *rq, struct tx *tx)
{
	const struct sign_out_input *in = rq->input;
	struct browser browser = rq->browser;
	enum err e =
	    in->all ? end_all(rq, tx) : end_session(rq, tx, rq->user.id, rq->credential.id);

	if (e != OK)
		return fail_err(rq, e);
	browser_drop_active(&browser);
	if (in->all)
		browser.count = 0;
	browser_reply(rq, &browser, &rq->credential.policy);
	return reply_empty(rq);
}

/* ---- POST /session/switch ---- */

struct switch_input {
	struct {
		bool session_id;
	} has;
	const char *session_id;
};

static const struct field switch_input[] = {
	IN_ID(struct switch_input, session_id, ID_SESSION, .flags = FIELD_REQUIRED,
	  .description = "One of others of GET /session"),
	FIELDS_END,
};

/* Nothing is written: which account is active is the order in the cookie. So of two switches at
 * once the browser keeps the later reply. */
static enum verdict
session_switch(const struct request *rq, struct tx *tx)
{
	const struct switch_input *in = rq->input;
	struct browser_account accounts[BROWSER_ACCOUNTS_MAX];
	struct browser browser = { .cookie_name = rq->browser.cookie_name, .count = 1 };
	size_t count = 0;
	enum err e = read_accounts(rq, tx, accounts, &count);

	if (e != OK)
		return fail_err(rq, e);
	browser.tokens[0] = NULL;
	for (size_t i = 0; i < count; i++)
		if (strcmp(accounts[i].row.id, in->session_id) == 0)
			browser.tokens[0] = accounts[i].token;
		else if (browser.count < BROWSER_ACCOUNTS_MAX)
			browser.tokens[browser.count++] = accounts[i].token;
	if (browser.tokens[0] == NULL)
		return fail_err(rq, ERR_NOT_FOUND);
	browser_reply(rq, &browser, &rq->credential.policy);
	return reply_empty(rq);
}

#define OF_A_SESSION .auth = AUTH_ACCOUNT, .site = SITE_BOTH

const struct route session_routes[] = {
	{
	OF_A_SESSION,
	    .id = "session_get",
	    .method = GET,
	    .path = "/api/v1/session",
	    .summary = "Who is signed in here",
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_SHOWS_SECRET,
	    .output = reply_fields,
	    .handler = session_show,
	},
	{
	OF_A_SESSION,
	    .id = "session_delete",
	    .method = DELETE,
	    .path = "/api/v1/session",
	    .summary = "Sign out",
	    .description = "Another account of this browser becomes the active one.",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_NO_IDEMPOTENCY | ROUTE_IMPERSONATOR_OK,
	    INPUT(struct sign_out_input, sign_out_input),
	    .handler = sign_out,
	},
	{
	OF_A_SESSION,
	    .id = "session_switch",
	    .method = POST,
	    .path = "/api/v1/session/switch",
	    .summary = "Go on as another account of this browser",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_NO_IDEMPOTENCY | ROUTE_IMPERSONATOR_OK,
	    INPUT(struct switch_input, switch_input),
	    .handler = session_switch,
	},
	ROUTES_END,
};
