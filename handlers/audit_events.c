/*
 * /api/v1/audit_events (tenancy.md 4.5): who did what, in a project or in the organization.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/audit_events/chain.h"

const char *const audit_chain_names[] = { "project", "org", NULL };

enum err
audit_choose_chain(const struct request *rq, const char *asked, const char **ret_chain_id)
{
	bool is_org = asked != NULL && strcmp(asked, "org") == 0;
	enum permission permission = rq->route->permission;

	if (is_org && rq->credential.pinned_project_id != NULL)
		return ERR_CREDENTIAL_NOT_ALLOWED;
	if (is_org ? !request_may_in_org(rq, permission) : !request_may(rq, permission))
		return request_may_not(rq, permission);
	*ret_chain_id = is_org ? rq->org.id : rq->project.id;
	return OK;
}

enum err
audit_choose_rows(const struct request *rq, struct audit_filter *ret)
{
	const struct audit_query *in = rq->input;
	const char *chain_id;

	TRY(audit_choose_chain(rq, in->chain, &chain_id));
	*ret = (struct audit_filter){
		.chain_id = chain_id,
		.action = in->action,
		.actor_id = in->actor_id,
		.target_id = in->target_id,
		.from_at = in->from,
		.to_at = in->to,
	};
	return OK;
}

/* ---- GET /audit_events ---- */

static const struct field audit_list_input[] = {
	AUDIT_QUERY_FIELDS,
	FIELDS_END,
};

/* *ret_total stays as it is when it wasn't asked for. */
static enum err
list_rows(const struct request *rq, struct tx *tx, struct audit_event_row **ret_rows, size_t *ret_count,
	  int64_t *ret_total)
{
	struct audit_filter filter;

	TRY(audit_choose_rows(rq, &filter));
	if (rq->page.include_total)
		TRY(audit_count(tx, &filter, ret_total));
	return q_audit_event_list(tx->db,
				  &(struct q_audit_event_list){
				      .chain_id = filter.chain_id,
				      .action = filter.action,
				      .actor_id = filter.actor_id,
				      .target_id = filter.target_id,
				      .from_at = filter.from_at,
				      .to_at = filter.to_at,
				      .after_id = rq->page.after_id,
				      .limit = rq->page.limit + 1,
				  },
				  ret_rows, ret_count);
}

static enum verdict
audit_event_list(const struct request *rq, struct tx *tx)
{
	struct audit_event_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	struct audit_view *views;
	enum err e = list_rows(rq, tx, &rows, &count, &total);

	if (e != OK)
		return fail_err(rq, e);
	views = ARENA_ARRAY(rq->arena, count + 1, struct audit_view);
	for (size_t i = 0; i < count; i++)
		views[i] = audit_view_of(rq->arena, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = audit_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct audit_view, id),
				  .total = total,
			      });
}

/* ---- GET /audit_events/{id} ---- */

struct audit_get_input {
	struct {
		bool id, chain;
	} has;
	const char *id;
	const char *chain;
};

static const struct field audit_get_input[] = {
	IN_ID(struct audit_get_input, id, ID_AUDIT_EVENT, .in = IN_PATH),
	IN_ENUM(struct audit_get_input, chain, audit_chain_names, .in = IN_QUERY, .description = "project when absent"),
	FIELDS_END,
};

static enum verdict
audit_event_get(const struct request *rq, struct tx *tx)
{
	const struct audit_get_input *in = rq->input;
	struct audit_event_row row;
	struct audit_view view;
	const char *chain_id;
	enum err e = audit_choose_chain(rq, in->chain, &chain_id);

	if (e == OK)
		e = q_audit_event_get(tx->db, &(struct q_audit_event_get){ .chain_id = chain_id, .id = in->id }, &row);
	if (e != OK)
		return fail_err(rq, e);
	view = audit_view_of(rq->arena, &row);
	return reply(rq, 200, audit_fields, &view);
}

const struct route audit_event_routes[] = {
	{
	    .id = "audit_event_list",
	    .method = GET,
	    .path = "/api/v1/audit_events",
	    .summary = "List audit events, newest first",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_AUDIT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST | ROUTE_PERMISSION_ASKED,
	    INPUT(struct audit_query, audit_list_input),
	    .output = audit_fields,
	    .handler = audit_event_list,
	},
	{
	    .id = "audit_event_get",
	    .method = GET,
	    .path = "/api/v1/audit_events/{id}",
	    .summary = "Get an audit event",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_AUDIT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_PERMISSION_ASKED,
	    INPUT(struct audit_get_input, audit_get_input),
	    .output = audit_fields,
	    .handler = audit_event_get,
	},
	ROUTES_END,
};
