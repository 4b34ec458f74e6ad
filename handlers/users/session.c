/*
 * GET and DELETE /session: the session of this browser (users.md section 3).
 */
#include "handlers/routes.h"
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
		 .description = "Moves on with use, up to 90 days in all"),
	OUT_BOOL(struct session_view, current),
	FIELDS_END,
};

struct session_view
session_view_of(const struct request *rq, const struct session_row *row)
{
	int64_t idle_end = row->last_seen_at + SESSION_IDLE_MS;

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
		.expires_at = idle_end < row->expires_at ? idle_end : row->expires_at,
		.current = rq->credential.id != NULL && strcmp(row->id, rq->credential.id) == 0,
	};
}

/* ---- GET /session ---- */

struct session_user {
	const char *id, *email;
	bool email_verified;
	const char *name, *username, *locale;
	int64_t created_at;
};

struct session_reply {
	const struct session_view *session;
	const struct session_user *user;
	const char *csrf_token;
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

static const struct field reply_fields[] = {
	OUT_OBJECT(struct session_reply, session, session_fields),
	OUT_OBJECT(struct session_reply, user, user_fields),
	OUT_STRING(struct session_reply, csrf_token, .flags = FIELD_SECRET,
		   .description = "To be sent as X-CSRF-Token with every change"),
	OUT_LIST(struct session_reply, others, session_fields, struct session_view,
		 .description = "Further accounts of this browser"),
	FIELDS_END,
};

static enum verdict
session_show(const struct request *rq, struct tx *tx)
{
	struct session_row row;
	const char *token;
	enum err e = q_session_get(tx->db,
				   &(struct q_session_get){
				       .project_id = rq->console_id,
				       .user_id = rq->user.id,
				       .id = rq->credential.id,
				   },
				   &row);

	if (e == OK)
		e = csrf_token(rq, &token);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW ? ERR_UNAUTHORIZED : e);
	struct session_view session = session_view_of(rq, &row);
	struct session_user user = {
		.id = rq->user.id,
		.email = rq->user.email,
		.email_verified = rq->user.email_verified,
		.name = rq->user.name,
		.username = rq->user.username,
		.locale = rq->user.locale,
		.created_at = rq->user.created_at,
	};
	return reply(
	    rq, 200, reply_fields,
	    &(struct session_reply){ .session = &session, .user = &user, .csrf_token = token });
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

/* A browser holds one account, so all of them are this one. */
static enum verdict
sign_out(const struct request *rq, struct tx *tx)
{
	enum err e = session_end(tx, rq->console_id, rq->user.id, rq->credential.id);

	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	reply_cookie(rq, SESSION_COOKIE, "", 0);
	return reply_empty(rq);
}

const struct route session_routes[] = {
	{
	    .id = "session_get",
	    .method = GET,
	    .path = "/api/v1/session",
	    .summary = "Who is signed in here",
	    .auth = AUTH_SESSION,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_SHOWS_SECRET,
	    .output = reply_fields,
	    .handler = session_show,
	},
	{
	    .id = "session_delete",
	    .method = DELETE,
	    .path = "/api/v1/session",
	    .summary = "Sign out",
	    .auth = AUTH_SESSION,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_NO_IDEMPOTENCY,
	    INPUT(struct sign_out_input, sign_out_input),
	    .handler = sign_out,
	},
	ROUTES_END,
};
