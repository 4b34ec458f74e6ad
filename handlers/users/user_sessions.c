/*
 * /api/v1/users/{id}/sessions and /api/v1/sessions/{id}: where a user is signed in, and ending it.
 */
#include "handlers/routes.h"

#include "domain/user_object.h"
#include "domain/users.h"
#include "handlers/users/sessions.h"
#include "handlers/users/user_input.h"

/* ---- GET /users/{id}/sessions ---- */

struct session_page {
	struct session_policy policy;	/* the project's */
	struct session_row *rows;
	size_t count;
	int64_t total;
};

static enum err
read_policy(const struct request *rq, struct tx *tx, struct session_policy *ret)
{
	struct q_area_setting_get_row row = { .body = NULL };
	enum err e = q_area_setting_get(
	    tx->db, &(struct q_area_setting_get){ .project_id = rq->project.id, .area = "sign_in" }, &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret = session_policy_parse(rq->arena, e == OK ? row.body : NULL);
	return OK;
}

static enum err
list_sessions(const struct request *rq, struct tx *tx, struct session_page *page)
{
	const struct user_path *in = rq->input;
	struct q_session_count_row counted;
	struct user_object_row user;

	TRY(user_object_get(tx, rq->project.id, in->id, &user));
	TRY(read_policy(rq, tx, &page->policy));
	int64_t idle_since = rq->now_ms - page->policy.idle_ms;
	int64_t made_since = rq->now_ms - page->policy.max_ms;
	TRY(q_session_list(tx->db,
			   &(struct q_session_list){
			       .project_id = rq->project.id,
			       .user_id = in->id,
			       .idle_since = idle_since,
			       .made_since = made_since,
			       .after_id = rq->page.after_id,
			       .limit = rq->page.limit + 1,
			   },
			   &page->rows, &page->count));
	if (!rq->page.include_total)
		return OK;
	TRY(q_session_count(tx->db,
			    &(struct q_session_count){
				.project_id = rq->project.id,
				.user_id = in->id,
				.idle_since = idle_since,
				.made_since = made_since,
			    },
			    &counted));
	page->total = counted.total;
	return OK;
}

static enum verdict
user_session_list(const struct request *rq, struct tx *tx)
{
	struct session_page page = { .total = NONE };
	enum err e = list_sessions(rq, tx, &page);

	if (e != OK)
		return fail_err(rq, e);
	struct session_view *views = ARENA_ARRAY(rq->arena, page.count, struct session_view);
	for (size_t i = 0; i < page.count; i++)
		views[i] = session_view_of(rq, &page.policy, &page.rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = session_fields,
				  .items = views,
				  .count = page.count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct session_view, id),
				  .total = page.total,
			      });
}

/* ---- DELETE /users/{id}/sessions ---- */

static enum err
end_all(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct user_object_row user;

	TRY(request_guard(rq, tx));
	TRY(user_object_get(tx, rq->project.id, in->id, &user));
	return user_end_sessions(tx, rq->project.id, in->id, NULL);
}

static enum verdict
user_sessions_delete(const struct request *rq, struct tx *tx)
{
	enum err e = end_all(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- DELETE /sessions/{id} ---- */

struct session_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field session_path[] = {
	IN_ID(struct session_path, id, ID_SESSION, .in = IN_PATH),
	FIELDS_END,
};

static enum err
end_one(const struct request *rq, struct tx *tx)
{
	const struct session_path *in = rq->input;
	struct q_session_user_row session;

	TRY(request_guard(rq, tx));
	TRY(q_session_user(tx->db, &(struct q_session_user){ .project_id = rq->project.id, .id = in->id }, &session));
	return session_end(tx, rq->project.id, session.user_id, in->id);
}

static enum verdict
session_delete(const struct request *rq, struct tx *tx)
{
	enum err e = end_one(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route user_session_routes[] = {
	{
	    .id = "user_session_list",
	    .method = GET,
	    .path = "/api/v1/users/{id}/sessions",
	    .summary = "List a user's sessions",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct user_path, user_path),
	    .output = session_fields,
	    .handler = user_session_list,
	},
	{
	    .id = "user_sessions_delete",
	    .method = DELETE,
	    .path = "/api/v1/users/{id}/sessions",
	    .summary = "End all of a user's sessions",
	    .description = "Refresh tokens, mailed links and older access tokens end with them.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct user_path, user_path),
	    .handler = user_sessions_delete,
	},
	{
	    .id = "user_session_delete",
	    .method = DELETE,
	    .path = "/api/v1/sessions/{id}",
	    .summary = "End one session of a user",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct session_path, session_path),
	    .handler = session_delete,
	},
	ROUTES_END,
};
