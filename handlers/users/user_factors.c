/*
 * A user's second factors as a member of the project sees and removes them (users.md section 3).
 */
#include "handlers/routes.h"

#include "domain/users.h"
#include "fcgi/request.h"
#include "handlers/users/factors.h"
#include "sql/gen/queries.h"

struct factor_path {
	struct {
		bool id, factor_id;
	} has;
	const char *id, *factor_id;
};

static const struct field list_path[] = {
	IN_ID(struct factor_path, id, ID_USER, .in = IN_PATH),
	FIELDS_END,
};

static const struct field factor_path[] = {
	IN_ID(struct factor_path, id, ID_USER, .in = IN_PATH),
	IN_ID(struct factor_path, factor_id, ID_FACTOR, .in = IN_PATH),
	FIELDS_END,
};

static enum err
find_owner(const struct request *rq, struct tx *tx, const char *user_id, struct factor_owner *ret)
{
	struct user_row user;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = user_id }, &user));
	*ret = (struct factor_owner){
		.project_id = rq->project.id,
		.org_id = rq->org.id,
		.user_id = user.id,
		.email = user.email,
		.name = user.name,
	};
	return OK;
}

static enum verdict
user_factor_list(const struct request *rq, struct tx *tx)
{
	const struct factor_path *in = rq->input;
	struct factor_owner owner;
	enum err e = find_owner(rq, tx, in->id, &owner);

	return e == OK ? factor_list_reply(rq, tx, &owner) : fail_err(rq, e);
}

/* Who has it may be signed in by it: their sessions end with it. */
static enum err
remove_factor(const struct request *rq, struct tx *tx)
{
	const struct factor_path *in = rq->input;
	struct factor_owner owner;

	TRY(request_guard(rq, tx));
	TRY(find_owner(rq, tx, in->id, &owner));
	TRY(factor_remove(tx, &owner, in->factor_id));
	return user_end_sessions(tx, rq->project.id, owner.user_id, NULL);
}

static enum verdict
user_factor_delete(const struct request *rq, struct tx *tx)
{
	enum err e = remove_factor(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route user_factor_routes[] = {
	{
	    .id = "user_factor_list",
	    .method = GET,
	    .path = "/api/v1/users/{id}/factors",
	    .summary = "List a user's second factors and passkeys",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct factor_path, list_path),
	    .output = factor_fields,
	    .handler = user_factor_list,
	},
	{
	    .id = "user_factor_delete",
	    .method = DELETE,
	    .path = "/api/v1/users/{id}/factors/{factor_id}",
	    .summary = "Remove one of a user's factors",
	    .description = "Not the last way to sign in. Ends all sessions of the user, who is told by mail; backup codes "
			   "go with the last factor.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct factor_path, factor_path),
	    .errors = { ERR_LAST_SIGN_IN_METHOD },
	    .handler = user_factor_delete,
	},
	ROUTES_END,
};
