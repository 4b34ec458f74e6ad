/*
 * The signed-in person's own sessions and password (users.md section 3, /account).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/throttle.h"
#include "domain/users.h"
#include "handlers/users/browser.h"
#include "handlers/users/flow.h"
#include "handlers/users/sessions.h"
#include "lib/passwords.h"

/* ---- GET /account/sessions ---- */

static enum err
count_sessions(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	struct q_session_count_row row;

	TRY(q_session_count(tx->db,
			    &(struct q_session_count){
				.project_id = rq->user.project_id,
				.user_id = rq->user.id,
				.idle_since = rq->now_ms - rq->credential.policy.idle_ms,
				.made_since = rq->now_ms - rq->credential.policy.max_ms,
			    },
			    &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
account_session_list(const struct request *rq, struct tx *tx)
{
	struct session_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	enum err e = q_session_list(tx->db,
				    &(struct q_session_list){
					.project_id = rq->user.project_id,
					.user_id = rq->user.id,
					.idle_since = rq->now_ms - rq->credential.policy.idle_ms,
					.made_since = rq->now_ms - rq->credential.policy.max_ms,
					.after_id = rq->page.after_id,
					.limit = rq->page.limit + 1,
				    },
				    &rows, &count);

	if (e == OK && rq->page.include_total)
		e = count_sessions(rq, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	struct session_view *views = ARENA_ARRAY(rq->arena, count, struct session_view);
	for (size_t i = 0; i < count; i++)
		views[i] = session_view_of(rq, &rq->credential.policy, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = session_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct session_view, id),
				  .total = total,
			      });
}

/* ---- DELETE /account/sessions, DELETE /account/sessions/{session_id} ---- */

static enum verdict
account_sessions_end(const struct request *rq, struct tx *tx)
{
	const char *own = request_session_id(rq);
	enum err e = user_end_sessions(tx, rq->user.project_id, rq->user.id, own);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

struct session_path {
	struct {
		bool session_id;
	} has;
	const char *session_id;
};

static const struct field session_path[] = {
	IN_ID(struct session_path, session_id, ID_SESSION, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
account_session_end(const struct request *rq, struct tx *tx)
{
	const struct session_path *in = rq->input;
	enum err e = session_end(tx, rq->user.project_id, rq->user.id, in->session_id);

	if (e != OK)
		return fail_err(rq, e);
	if (strcmp(in->session_id, rq->credential.id) == 0) {
		struct browser browser = rq->browser;

		browser_drop_active(&browser);
		browser_reply(rq, &browser, &rq->credential.policy);
	}
	return reply_empty(rq);
}

/* ---- POST /account/password ---- */

struct password_input {
	struct {
		bool current_password, new_password, revoke_others;
	} has;
	const char *current_password, *new_password;
	bool revoke_others;
};

#define PASSWORD .min = 1, .max = PASSWORD_BYTES_MAX

static const struct field password_input[] = {
	IN_STRING(struct password_input, current_password, PASSWORD,
		  .flags = FIELD_RAW | FIELD_SECRET,
		  .description = "May be left out within 5 minutes of signing in"),
	IN_STRING(struct password_input, new_password, PASSWORD,
		  .flags = FIELD_REQUIRED | FIELD_RAW | FIELD_SECRET),
	IN_BOOL(struct password_input, revoke_others,
		.description = "End every other session; true when absent"),
	FIELDS_END,
};

struct password_change {
	struct sign_in_settings settings;
	const char *current_phc; /* NULL: the person has no password */
	const char *new_phc;     /* NULL: the current password was wrong */
};

static enum err
read_password(const struct request *rq, struct tx *tx, struct password_change *change)
{
	struct q_user_password_get_row row;
	enum err e;

	TRY(sign_in_settings_read(tx, rq->user.project_id, &change->settings));
	e = q_user_password_get(
	    tx->db,
	    &(struct q_user_password_get){ .project_id = rq->user.project_id, .user_id = rq->user.id },
	    &row);
	if (e == OK)
		change->current_phc =
		    arena_strndup(rq->arena, (const char *)row.hash.data, row.hash.len);
	return e == ERR_NO_ROW ? OK : e;
}

/* The old password is guessed here as well as at sign-in: a try is counted first (rule 13). */
static enum verdict
account_password_before(const struct request *rq, struct tx *tx)
{
	const struct password_input *in = rq->input;
	struct password_change *change = rq->scratch;
	struct throttle_answer answer = { .is_blocked = false };
	enum err e = read_password(rq, tx, change);

	if (e != OK)
		return fail_err(rq, e);
	/*
	 * Judged before the try is counted: who gives the right old password and a weak new one has
	 * guessed nothing.
	 */
	enum verdict verdict = password_judge(rq, &change->settings, "new_password",
					      in->new_password, rq->user.email, "");
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (in->has.current_password)
		e = throttle_count(tx, rq->user.project_id, rq->user.id, &answer);
	if (e != OK)
		return fail_err(rq, e);
	if (answer.is_blocked) {
		reply_retry_after(rq, answer.wait_ms);
		return refuse(rq, ERR_TOO_MANY_ATTEMPTS,
			      "Too many failed attempts. Wait, or have your password reset.");
	}
	/* Without the old password the sign-in itself must be the proof (rule 24). */
	if (!in->has.current_password &&
	    rq->credential.authenticated_at < rq->now_ms - RECENT_SIGN_IN_MS)
		return fail_err(rq, ERR_REAUTHENTICATION_REQUIRED);
	return go_on(rq);
}

static enum verdict
account_password_work(const struct request *rq)
{
	const struct password_input *in = rq->input;
	struct password_change *change = rq->scratch;
	struct password_cost cost = config_password_cost(rq->config);
	bool is_proven = !in->has.current_password;
	enum err e = OK;

	if (!is_proven)
		e = password_verify(rq->arena, cost, change->current_phc, in->current_password,
				    &is_proven);
	if (e == OK && is_proven)
		e = password_hash(rq->arena, cost, in->new_password, &change->new_phc);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum err
tell(const struct request *rq, struct tx *tx)
{
	const char *org_id;
	enum err e;

	TRY(user_project_org(tx, rq->user.project_id, NULL, &org_id));
	TRY(record(tx, &(struct record){
			   .event = EV_PASSWORD_CHANGED,
			   .org_id = org_id,
			   .project_id = rq->user.project_id,
			   .target_id = rq->user.id,
			   .target_label = rq->user.email,
			   .changes = "{\"password\":[\"•\",\"•\"]}",
		       }));
	e = mail_queue(tx, &(struct mail){
			       .template = MAIL_PASSWORD_CHANGED,
			       .project_id = rq->user.project_id,
			       .user_id = rq->user.id,
			       .recipient = rq->user.email,
			       .user_name = rq->user.name,
			       .expires_at = NONE,
			   });
	return e == ERR_RATE_LIMITED ? OK : e;
}

/* The session goes on under a new token: a copied cookie dies with the old password (rule 29). */
static enum err
change_password(const struct request *rq, struct tx *tx, const char *phc, const char **ret_token)
{
	const struct password_input *in = rq->input;

	TRY(user_set_password(tx, rq->user.project_id, rq->user.id, phc, NONE));
	if (!in->has.revoke_others || in->revoke_others)
		TRY(user_end_sessions(tx, rq->user.project_id, rq->user.id, rq->credential.id));
	TRY(session_rotate(tx, rq->user.project_id, rq->user.id, rq->credential.id,
			   in->has.current_password, ret_token));
	return tell(rq, tx);
}

static enum verdict
account_password(const struct request *rq, struct tx *tx)
{
	const struct password_input *in = rq->input;
	const struct password_change *change = rq->scratch;
	const char *token;
	enum err e = OK;

	if (change->new_phc == NULL)
		return refuse(rq, ERR_INVALID_CREDENTIALS, "The current password is wrong.");
	if (in->has.current_password)
		e = throttle_succeed(tx, rq->user.project_id, rq->user.id);
	if (e == OK)
		e = change_password(rq, tx, change->new_phc, &token);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW ? ERR_UNAUTHORIZED : e);
	struct browser browser = rq->browser;
	browser.tokens[0] = token;
	browser_reply(rq, &browser, &rq->credential.policy);
	return reply_empty(rq);
}

/* ---- the table ---- */

const struct route account_routes[] = {
	{
	    .id = "account_session_list",
	    .method = GET,
	    .path = "/api/v1/account/sessions",
	    .summary = "List your sessions",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST | ROUTE_SUSPENDED_OK,
	    .output = session_fields,
	    .handler = account_session_list,
	},
	{
	    .id = "account_sessions_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/sessions",
	    .summary = "End all your other sessions",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    .handler = account_sessions_end,
	},
	{
	    .id = "account_session_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/sessions/{session_id}",
	    .summary = "End one of your sessions",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    INPUT(struct session_path, session_path),
	    .handler = account_session_end,
	},
	{
	    .id = "account_password",
	    .method = POST,
	    .path = "/api/v1/account/password",
	    .summary = "Change your password",
	    .description =
		"Your session goes on under a new cookie; the others end unless you say otherwise.",
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .pool = POOL_PASSWORD,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_NO_IDEMPOTENCY,
	    .rate = RATE_FLOW_ACTION,
	    .scratch_size = sizeof(struct password_change),
	    INPUT(struct password_input, password_input),
	    .errors = { ERR_INVALID_CREDENTIALS, ERR_WEAK_PASSWORD, ERR_TOO_MANY_ATTEMPTS },
	    .before = account_password_before,
	    .work = account_password_work,
	    .handler = account_password,
	},
	ROUTES_END,
};
