/*
 * /api/v1/installation/orgs (tenancy.md 4.5): every organization, for the people who run the installation.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/orgs.h"
#include "fcgi/request.h"
#include "lib/text.h"

static const char *const STATUSES[] = { "active", "suspended", NULL };

static const struct field operator_org_fields[] = {
	OUT_ID(struct operator_org_row, id, ID_ORG),
	OUT_STRING(struct operator_org_row, name),
	OUT_STRING(struct operator_org_row, slug),
	OUT_STRING(struct operator_org_row, description, .flags = FIELD_NULLABLE),
	OUT_STRING(struct operator_org_row, logo_url, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct operator_org_row, discoverable),
	OUT_STRING(struct operator_org_row, plan, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct operator_org_row, status, STATUSES),
	OUT_ID(struct operator_org_row, default_project_id, ID_PROJECT, .flags = FIELD_NULLABLE),
	OUT_STRING(struct operator_org_row, role, .flags = FIELD_NULLABLE, .description = "null: nobody asks as a member here"),
	OUT_INT(struct operator_org_row, member_count),
	OUT_TIME(struct operator_org_row, created_at),
	OUT_TIME(struct operator_org_row, updated_at),
	FIELDS_END,
};

/* ---- GET /installation/orgs ---- */

struct operator_org_list_input {
	struct {
		bool q, status;
	} has;
	const char *q;
	const char *status;
};

static const struct field operator_org_list_input[] = {
	IN_STRING(struct operator_org_list_input, q, .in = IN_QUERY, .min = 1, .max = 100,
		  .description = "Part of the name or slug, or a whole id"),
	IN_ENUM(struct operator_org_list_input, status, STATUSES, .in = IN_QUERY),
	FIELDS_END,
};

static enum err
count_orgs(const struct request *rq, struct tx *tx, const struct q_operator_org_list *filter, int64_t *ret_total)
{
	struct q_operator_org_count_row row;

	if (!rq->page.include_total)
		return OK;
	TRY(q_operator_org_count(tx->db,
				 &(struct q_operator_org_count){
				     .status = filter->status,
				     .search = filter->search,
				     .slug_search = filter->slug_search,
				     .search_id = filter->search_id,
				 },
				 &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
operator_org_list(const struct request *rq, struct tx *tx)
{
	const struct operator_org_list_input *in = rq->input;
	struct q_operator_org_list filter = {
		.status = in->status,
		.search = in->has.q ? like_contains(rq->arena, in->q) : NULL,
		.slug_search = in->has.q ? like_contains_ascii(rq->arena, in->q) : NULL,
		.search_id = in->has.q && id_is_valid(ID_ORG, in->q) ? in->q : NULL,
		.after_id = rq->page.after_id,
		.limit = rq->page.limit + 1,
	};
	struct operator_org_row *rows;
	int64_t total = NONE;
	size_t count;
	enum err e = q_operator_org_list(tx->db, &filter, &rows, &count);

	if (e == OK)
		e = count_orgs(rq, tx, &filter, &total);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = operator_org_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct operator_org_row, id),
				  .total = total,
			      });
}

/* ---- PATCH /installation/orgs/{org_id} ---- */

struct operator_org_update_input {
	struct {
		bool org_id, plan, status;
	} has;
	const char *org_id;
	const char *plan;
	const char *status;
};

static const struct field operator_org_update_input[] = {
	IN_ID(struct operator_org_update_input, org_id, ID_ORG, .in = IN_PATH),
	IN_STRING(struct operator_org_update_input, plan, .min = 1, .max = 64, .check = slug_check, .flags = FIELD_NULLABLE,
		  .description = "Key of a plan of the console; null takes the organization's away"),
	IN_ENUM(struct operator_org_update_input, status, STATUSES),
	FIELDS_END,
};

static enum err
update_org(const struct request *rq, struct tx *tx, const struct plan_row *plan, struct org_row *ret)
{
	const struct operator_org_update_input *in = rq->input;
	struct org_row before;

	TRY(request_guard(rq, tx));	/* the caller is an operator still */
	TRY(org_guard(tx, in->org_id));
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = in->org_id }, &before));
	if (!precondition_holds(rq, before.version))
		return ERR_PRECONDITION_FAILED;
	if (in->has.status)
		TRY(org_suspend(tx, in->org_id, strcmp(in->status, "suspended") == 0));
	if (in->has.plan)
		TRY(org_set_plan(tx, in->org_id, plan));
	return q_org_get(tx->db, &(struct q_org_get){ .org_id = in->org_id }, ret);
}

static enum verdict
operator_org_update(const struct request *rq, struct tx *tx)
{
	const struct operator_org_update_input *in = rq->input;
	struct plan_row plan;
	struct org_row row;
	enum err e = OK;

	if (in->plan != NULL)
		e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = tx->console_id, .plan_key = in->plan }, &plan);
	if (e == ERR_NO_ROW)
		return fail_field(rq, "plan", "unknown_plan", "The console has no such plan.");
	if (e == OK)
		e = update_org(rq, tx, in->plan != NULL ? &plan : NULL, &row);
	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, row.version);
	return reply(rq, 200, org_fields, &row);
}

const struct route installation_org_routes[] = {
	{
	    .id = "installation_org_list",
	    .method = GET,
	    .path = "/api/v1/installation/orgs",
	    .summary = "List every organization of the installation",
	    .description = "For operators. The newest first.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INSTALLATION_WRITE,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct operator_org_list_input, operator_org_list_input),
	    .output = operator_org_fields,
	    .handler = operator_org_list,
	},
	{
	    .id = "installation_org_update",
	    .method = PATCH,
	    .path = "/api/v1/installation/orgs/{org_id}",
	    .summary = "Suspend or resume an organization, or put it on a plan",
	    .description = "For operators. What acts in a suspended organization gets 403 org_suspended from the next request on.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_INSTALLATION_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct operator_org_update_input, operator_org_update_input),
	    .output = org_fields,
	    .errors = { ERR_CANNOT_SUSPEND_OPERATOR_ORG, ERR_PLAN_ARCHIVED },
	    .handler = operator_org_update,
	},
	ROUTES_END,
};
