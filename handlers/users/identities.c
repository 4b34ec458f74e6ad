/*
 * People's accounts at providers: one's own (/account/identities), and a user's as a member of the project sees them
 * (/users/{id}/identities).
 */
#include "handlers/routes.h"

#include "domain/identities.h"
#include "domain/settings.h"
#include "domain/users.h"
#include "fcgi/request.h"

/* ---- both doors ---- */

static enum verdict
list_of(const struct request *rq, struct tx *tx, const char *project_id, const char *user_id)
{
	struct user_identity_row *rows = NULL;
	struct q_user_identity_count_row counted = { .total = NONE };
	size_t count = 0;
	enum err e = q_user_identity_list(tx->db,
					  &(struct q_user_identity_list){
					      .project_id = project_id,
					      .user_id = user_id,
					      .after_id = rq->page.after_id,
					      .limit = rq->page.limit + 1,
					  },
					  &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_user_identity_count(
		    tx->db, &(struct q_user_identity_count){ .project_id = project_id, .user_id = user_id }, &counted);
	if (e != OK)
		return fail_err(rq, e);
	struct identity_view *views = ARENA_ARRAY(rq->arena, count, struct identity_view);
	for (size_t i = 0; i < count; i++)
		views[i] = identity_view_of(rq->arena, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = identity_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct identity_view, id),
				  .total = counted.total,
			      });
}

static enum err
unlink_one(struct tx *tx, const char *project_id, const char *user_id, const char *identity_id)
{
	struct sign_in_settings settings;

	TRY(sign_in_settings_read(tx, project_id, &settings));
	return identity_unlink(tx, project_id, user_id, identity_id, settings.methods);
}

/* ---- /account/identities ---- */

struct own_path {
	struct {
		bool identity_id;
	} has;
	const char *identity_id;
};

static const struct field own_path[] = {
	IN_ID(struct own_path, identity_id, ID_IDENTITY, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
account_identity_list(const struct request *rq, struct tx *tx)
{
	return list_of(rq, tx, rq->user.project_id, rq->user.id);
}

static enum verdict
account_identity_delete(const struct request *rq, struct tx *tx)
{
	const struct own_path *in = rq->input;
	enum err e = unlink_one(tx, rq->user.project_id, rq->user.id, in->identity_id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- /users/{id}/identities ---- */

struct user_path {
	struct {
		bool id, identity_id;
	} has;
	const char *id, *identity_id;
};

static const struct field user_path[] = {
	IN_ID(struct user_path, id, ID_USER, .in = IN_PATH),
	FIELDS_END,
};

static const struct field user_identity_path[] = {
	IN_ID(struct user_path, id, ID_USER, .in = IN_PATH),
	IN_ID(struct user_path, identity_id, ID_IDENTITY, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
user_identity_list(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct user_row user;
	enum err e =
	    q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = in->id }, &user);

	return e == OK ? list_of(rq, tx, rq->project.id, in->id) : fail_err(rq, e);
}

static enum verdict
user_identity_delete(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = unlink_one(tx, rq->project.id, in->id, in->identity_id);
	/* Who has that account may be signed in by it. */
	if (e == OK)
		e = user_end_sessions(tx, rq->project.id, in->id, NULL);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route identity_routes[] = {
	{
	    .id = "account_identity_list",
	    .method = GET,
	    .path = "/api/v1/account/identities",
	    .summary = "List your accounts at sign-in providers",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST | ROUTE_SUSPENDED_OK,
	    .output = identity_fields,
	    .handler = account_identity_list,
	},
	{
	    .id = "account_identity_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/identities/{identity_id}",
	    .summary = "Unlink one of your accounts at a provider",
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_RECENT_SIGN_IN,
	    INPUT(struct own_path, own_path),
	    .errors = { ERR_LAST_SIGN_IN_METHOD },
	    .handler = account_identity_delete,
	},
	{
	    .id = "user_identity_list",
	    .method = GET,
	    .path = "/api/v1/users/{id}/identities",
	    .summary = "List a user's accounts at sign-in providers",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct user_path, user_path),
	    .output = identity_fields,
	    .handler = user_identity_list,
	},
	{
	    .id = "user_identity_delete",
	    .method = DELETE,
	    .path = "/api/v1/users/{id}/identities/{identity_id}",
	    .summary = "Unlink a user's account at a provider",
	    .description = "Not the last way to sign in. Ends all sessions of the user.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct user_path, user_identity_path),
	    .errors = { ERR_LAST_SIGN_IN_METHOD },
	    .handler = user_identity_delete,
	},
	ROUTES_END,
};
