/*
 * /api/v1/projects/{project_id}/members (tenancy.md 4.3, rule 23): a role of one's own in one project.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "sql/gen/queries.h"

static const char *const OVERRIDES[] = { "admin", "manager", "member", "viewer", NULL };

static const struct field project_member_fields[] = {
	OUT_ID(struct project_member_row, user_id, ID_USER),
	OUT_STRING(struct project_member_row, name, .flags = FIELD_NO_DIFF),
	OUT_STRING(struct project_member_row, email, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_STRING(struct project_member_row, org_role, .flags = FIELD_NO_DIFF),
	OUT_ENUM(struct project_member_row, override, OVERRIDES, .flags = FIELD_NULLABLE),
	OUT_STRING(struct project_member_row, role, .flags = FIELD_NO_DIFF, .description = "Effective in this project"),
	OUT_TIME(struct project_member_row, updated_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

static void
finish_row(struct project_member_row *row)
{
	row->role = role_name(role_effective(role_parse(row->org_role), role_parse(row->override)));
}

static enum err
get_row(const struct request *rq, struct tx *tx, const char *user_id, struct project_member_row *ret)
{
	TRY(q_project_member_get(tx->db,
				 &(struct q_project_member_get){
				     .project_id = rq->project.id,
				     .org_id = rq->org.id,
				     .user_id = user_id,
				 },
				 ret));
	finish_row(ret);
	return OK;
}

static enum err
record_change(const struct request *rq, struct tx *tx, enum event event, const struct project_member_row *before,
	      const struct project_member_row *after)
{
	struct record r =
	    request_record(rq, event, after->user_id, after->email != NULL ? after->email : after->name);

	r.fields = project_member_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* Never above the caller's own effective role; a key gives admin at most, which is the highest override there is. */
static enum err
check_height(const struct request *rq, enum role role)
{
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY)
		return OK;
	return role > rq->role ? ERR_ROLE_TOO_HIGH : OK;
}

/* ---- GET ---- */

struct project_member_list_input {
	struct {
		bool project_id, overrides_only;
	} has;
	const char *project_id;
	bool overrides_only;
};

static const struct field project_member_list_input[] = {
	IN_ID(struct project_member_list_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_BOOL(struct project_member_list_input, overrides_only, .in = IN_QUERY),
	FIELDS_END,
};

static enum verdict
project_member_list(const struct request *rq, struct tx *tx)
{
	const struct project_member_list_input *in = rq->input;
	struct q_project_member_count_row count_row = { .total = NONE };
	struct project_member_row *rows;
	size_t count;
	enum err e = q_project_member_list(tx->db,
					   &(struct q_project_member_list){
					       .project_id = rq->project.id,
					       .org_id = rq->org.id,
					       .overrides_only = in->overrides_only,
					       .after_id = rq->page.after_id,
					       .limit = rq->page.limit + 1,
					   },
					   &rows, &count);

	if (e == OK && rq->page.include_total)
		e = q_project_member_count(tx->db,
					   &(struct q_project_member_count){
					       .project_id = rq->project.id,
					       .org_id = rq->org.id,
					       .overrides_only = in->overrides_only,
					   },
					   &count_row);
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < count; i++)
		finish_row(&rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = project_member_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct project_member_row, user_id),
				  .total = count_row.total,
			      });
}

/* ---- POST and PATCH ---- */

struct project_member_set_input {
	struct {
		bool project_id, user_id, role;
	} has;
	const char *project_id;
	const char *user_id;
	const char *role;
};

/* "owner" parses, so that it gets a rule of its own. */
static const struct field project_member_set_input[] = {
	IN_ID(struct project_member_set_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_ID(struct project_member_set_input, user_id, ID_USER, .flags = FIELD_REQUIRED),
	IN_ENUM(struct project_member_set_input, role, org_role_names, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field project_member_update_input[] = {
	IN_ID(struct project_member_set_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_ID(struct project_member_set_input, user_id, ID_USER, .in = IN_PATH),
	IN_ENUM(struct project_member_set_input, role, org_role_names, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* VERDICT_GO_ON when the caller may give the role to this member. */
static enum verdict
check_set(const struct request *rq, const struct project_member_row *before, const char *role)
{
	if (strcmp(role, "owner") == 0)
		return fail_field(rq, "role", "never_owner", "Owner is a role of the organization.");
	if (strcmp(before->org_role, "owner") == 0)
		return fail_field(rq, "user_id", "owner_has_no_override", "An owner is owner of every project.");
	if (check_height(rq, role_parse(role)) != OK || check_height(rq, role_parse(before->role)) != OK)
		return fail_err(rq, ERR_ROLE_TOO_HIGH);
	return go_on(rq);
}

static enum err
write_role(const struct request *rq, struct tx *tx, const char *user_id, const char *role)
{
	return q_project_member_set(tx->db,
				    &(struct q_project_member_set){
					.project_id = rq->project.id,
					.user_id = user_id,
					.org_id = rq->org.id,
					.role = role,
				    },
				    NULL);
}

static enum verdict
set_role(const struct request *rq, struct tx *tx, bool must_exist)
{
	const struct project_member_set_input *in = rq->input;
	struct project_member_row before, after;
	enum verdict bad;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = get_row(rq, tx, in->user_id, &before);
	if (e == OK && must_exist && before.override == NULL)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return fail_err(rq, e);
	bad = check_set(rq, &before, in->role);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = write_role(rq, tx, in->user_id, in->role);
	if (e == OK)
		e = get_row(rq, tx, in->user_id, &after);
	if (e == OK)
		e = record_change(rq, tx, EV_PROJECT_MEMBER_SET, &before, &after);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, before.override == NULL ? 201 : 200, project_member_fields, &after);
}

static enum verdict
project_member_set(const struct request *rq, struct tx *tx)
{
	return set_role(rq, tx, false);
}

static enum verdict
project_member_update(const struct request *rq, struct tx *tx)
{
	return set_role(rq, tx, true);
}

/* ---- DELETE ---- */

static const struct field project_member_path[] = {
	IN_ID(struct project_member_set_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_ID(struct project_member_set_input, user_id, ID_USER, .in = IN_PATH),
	FIELDS_END,
};

static enum err
remove_override(const struct request *rq, struct tx *tx)
{
	const struct project_member_set_input *in = rq->input;
	struct project_member_row before, after;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(get_row(rq, tx, in->user_id, &before));
	if (before.override == NULL)
		return ERR_NOT_FOUND;
	/* What is inherited again may be more than the caller has. */
	TRY(check_height(rq, role_parse(before.role)));
	TRY(check_height(rq, role_parse(before.org_role)));
	TRY(q_project_member_delete(tx->db,
				    &(struct q_project_member_delete){
					.project_id = rq->project.id,
					.org_id = rq->org.id,
					.user_id = in->user_id,
				    },
				    &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(get_row(rq, tx, in->user_id, &after));
	return record_change(rq, tx, EV_PROJECT_MEMBER_REMOVED, &before, &after);
}

static enum verdict
project_member_delete(const struct request *rq, struct tx *tx)
{
	enum err e = remove_override(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route project_member_routes[] = {
	{
	    .id = "project_member_list",
	    .method = GET,
	    .path = "/api/v1/projects/{project_id}/members",
	    .summary = "List the organization's members with their roles in a project",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_MEMBER_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct project_member_list_input, project_member_list_input),
	    .output = project_member_fields,
	    .handler = project_member_list,
	},
	{
	    .id = "project_member_set",
	    .method = POST,
	    .path = "/api/v1/projects/{project_id}/members",
	    .summary = "Give a member a role of their own in a project",
	    .description = "201 when it is new, 200 when it replaces one.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_MEMBER_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .other_status = 200,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_member_set_input, project_member_set_input),
	    .output = project_member_fields,
	    .errors = { ERR_ROLE_TOO_HIGH },
	    .handler = project_member_set,
	},
	{
	    .id = "project_member_update",
	    .method = PATCH,
	    .path = "/api/v1/projects/{project_id}/members/{user_id}",
	    .summary = "Change a member's role in a project",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_MEMBER_WRITE,
	    .tx = TX_WRITE,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_member_set_input, project_member_update_input),
	    .output = project_member_fields,
	    .errors = { ERR_ROLE_TOO_HIGH },
	    .handler = project_member_update,
	},
	{
	    .id = "project_member_delete",
	    .method = DELETE,
	    .path = "/api/v1/projects/{project_id}/members/{user_id}",
	    .summary = "Give a member the organization's role in a project again",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_MEMBER_WRITE,
	    .tx = TX_WRITE,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_member_set_input, project_member_path),
	    .errors = { ERR_ROLE_TOO_HIGH },
	    .handler = project_member_delete,
	},
	ROUTES_END,
};
