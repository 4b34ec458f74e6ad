/*
 * /api/v1/members (tenancy.md 4.2, rules 4 to 8).
 */
#include "handlers/routes.h"

#include "domain/members.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

/* ---- GET /members ---- */

struct member_list_input {
	struct {
		bool role, q;
	} has;
	const char *role;
	const char *q;
};

static const struct field member_list_input[] = {
	IN_ENUM(struct member_list_input, role, org_role_names, .in = IN_QUERY),
	IN_STRING(struct member_list_input, q, .in = IN_QUERY, .min = 1, .max = 100,
		  .description = "Part of the name or e-mail address"),
	FIELDS_END,
};

static enum verdict
member_list(const struct request *rq, struct tx *tx)
{
	const struct member_list_input *in = rq->input;
	const char *search = in->has.q ? like_contains(rq->arena, in->q) : NULL;
	struct q_member_count_row count_row = { .total = NONE };
	struct member_row *rows;
	size_t count;
	enum err e = q_member_list(tx->db,
				   &(struct q_member_list){
				       .org_id = rq->org.id,
				       .role = in->role,
				       .search = search,
				       .after_id = rq->page.after_id,
				       .limit = rq->page.limit + 1,
				   },
				   &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_member_count(
		    tx->db,
		    &(struct q_member_count){ .org_id = rq->org.id, .role = in->role, .search = search },
		    &count_row);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = member_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct member_row, id),
				  .total = count_row.total,
			      });
}

/* ---- GET /members/{id} ---- */

struct member_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field member_path[] = {
	IN_ID(struct member_path, id, ID_MEMBER, .in = IN_PATH),
	FIELDS_END,
};

static enum err
get_member(const struct request *rq, struct tx *tx, const char *id, struct member_row *ret)
{
	return q_member_get(tx->db, &(struct q_member_get){ .org_id = rq->org.id, .id = id }, ret);
}

static enum verdict
member_get(const struct request *rq, struct tx *tx)
{
	const struct member_path *in = rq->input;
	struct member_row row;
	enum err e = get_member(rq, tx, in->id, &row);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, row.version);
	return reply(rq, 200, member_fields, &row);
}

/* ---- PATCH /members/{id} ---- */

struct member_update_input {
	struct {
		bool id, role;
	} has;
	const char *id;
	const char *role;
};

static const struct field member_update_input[] = {
	IN_ID(struct member_update_input, id, ID_MEMBER, .in = IN_PATH),
	IN_ENUM(struct member_update_input, role, org_role_names, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* Rule 5: nobody touches or gives a role above their own; ownership changes hands in a browser only. */
static enum err
check_roles(const struct request *rq, enum role from, enum role to)
{
	if (from > rq->org.role || to > rq->org.role)
		return ERR_ROLE_TOO_HIGH;
	if ((from == ROLE_OWNER || to == ROLE_OWNER) && from != to && !request_is_session(rq))
		return ERR_CREDENTIAL_NOT_ALLOWED;
	return OK;
}

static enum err
update_member(const struct request *rq, struct tx *tx, struct member_row *ret)
{
	const struct member_update_input *in = rq->input;
	enum role to = role_parse(in->role);
	struct member_row row;

	TRY(request_guard(rq, tx));
	TRY(get_member(rq, tx, in->id, &row));
	TRY(check_roles(rq, role_parse(row.role), to));
	if (!precondition_holds(rq, row.version))
		return ERR_PRECONDITION_FAILED;
	TRY(member_change_role(tx, &row, to, rq->org.default_project_id));
	return get_member(rq, tx, in->id, ret);
}

static enum verdict
member_update(const struct request *rq, struct tx *tx)
{
	struct member_row row;
	enum err e = update_member(rq, tx, &row);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, row.version);
	return reply(rq, 200, member_fields, &row);
}

/* ---- DELETE /members/{id} ---- */

static enum err
remove_member(const struct request *rq, struct tx *tx)
{
	const struct member_path *in = rq->input;
	struct member_row row;

	TRY(request_guard(rq, tx));
	TRY(get_member(rq, tx, in->id, &row));
	TRY(check_roles(rq, role_parse(row.role), ROLE_NONE));
	if (!precondition_holds(rq, row.version))
		return ERR_PRECONDITION_FAILED;
	return member_remove(tx, &row, EV_MEMBER_REMOVED, rq->org.default_project_id);
}

static enum verdict
member_delete(const struct request *rq, struct tx *tx)
{
	enum err e = remove_member(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- DELETE /members/me ---- */

static enum err
leave(const struct request *rq, struct tx *tx)
{
	struct member_row row;

	TRY(request_guard(rq, tx));
	TRY(q_member_get_by_user(
	    tx->db, &(struct q_member_get_by_user){ .org_id = rq->org.id, .user_id = rq->user.id }, &row));
	return member_remove(tx, &row, EV_MEMBER_LEFT, rq->org.default_project_id);
}

static enum verdict
member_leave(const struct request *rq, struct tx *tx)
{
	enum err e = leave(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route member_routes[] = {
	{
	    .id = "member_list",
	    .method = GET,
	    .path = "/api/v1/members",
	    .summary = "List members",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_MEMBER_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct member_list_input, member_list_input),
	    .output = member_fields,
	    .handler = member_list,
	},
	{
	    .id = "member_get",
	    .method = GET,
	    .path = "/api/v1/members/{id}",
	    .summary = "Get a member",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_MEMBER_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct member_path, member_path),
	    .output = member_fields,
	    .handler = member_get,
	},
	{
	    .id = "member_update",
	    .method = PATCH,
	    .path = "/api/v1/members/{id}",
	    .summary = "Change a member's role",
	    .auth = AUTH_PERSON,
	    .tenant = TENANT_ORG,
	    .permission = PERM_MEMBER_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct member_update_input, member_update_input),
	    .output = member_fields,
	    .errors = { ERR_LAST_OWNER, ERR_ROLE_TOO_HIGH },
	    .handler = member_update,
	},
	{
	    .id = "member_delete",
	    .method = DELETE,
	    .path = "/api/v1/members/{id}",
	    .summary = "Remove a member",
	    .description = "Their personal tokens, overrides and open invitations end with it; service keys stay.",
	    .auth = AUTH_PERSON,
	    .tenant = TENANT_ORG,
	    .permission = PERM_MEMBER_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct member_path, member_path),
	    .errors = { ERR_LAST_OWNER, ERR_ROLE_TOO_HIGH },
	    .handler = member_delete,
	},
	{
	    .id = "member_leave",
	    .method = DELETE,
	    .path = "/api/v1/members/me",
	    .summary = "Leave the organization",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    .errors = { ERR_LAST_OWNER },
	    .handler = member_leave,
	},
	ROUTES_END,
};
