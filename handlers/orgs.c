/*
 * /api/v1/orgs (tenancy.md 4.2).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/orgs.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define NAME .min = 1, .max = 255
#define SLUG .min = 1, .max = 64, .check = slug_check
#define DESCRIPTION .max = 500, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS
#define LOGO_URL .max = 2048, .check = https_url_check, .flags = FIELD_NULLABLE

static enum err
get_org(const struct request *rq, struct tx *tx, const char *org_id, struct org_row *ret)
{
	TRY(q_org_get(tx->db, &(struct q_org_get){ .org_id = org_id }, ret));
	ret->role = role_name(rq->org.role);
	return OK;
}

static enum verdict
fail_slug(const struct request *rq, enum err error, const char *slug)
{
	if (error == ERR_SLUG_CONFLICT)
		return fail(rq, error, "The slug '%s' is taken.", slug == NULL ? "" : slug);
	return fail_err(rq, error);
}

/* ---- GET /orgs ---- */

/* Tokens and keys see the organization they are bound to. */
static enum err
list_orgs(const struct request *rq, struct tx *tx, struct org_row **ret_rows, size_t *ret_count)
{
	if (!request_is_session(rq)) {
		struct org_row *row = ARENA_NEW(rq->arena, struct org_row);

		TRY(get_org(rq, tx, rq->org.id, row));
		*ret_rows = row;
		*ret_count = 1;
		return OK;
	}
	return q_org_list_of_person(tx->db,
				    &(struct q_org_list_of_person){
					.console_id = rq->console_id,
					.user_id = rq->user.id,
					.after_id = rq->page.after_id,
					.limit = rq->page.limit + 1,
				    },
				    ret_rows, ret_count);
}

static enum verdict
org_list(const struct request *rq, struct tx *tx)
{
	struct q_me_org_count_row count_row = { .total = NONE };
	struct org_row *rows;
	size_t count;
	enum err e = list_orgs(rq, tx, &rows, &count);

	if (e == OK && rq->page.include_total && !request_is_session(rq))
		count_row.total = 1;
	else if (e == OK && rq->page.include_total)
		e = q_me_org_count(
		    tx->db, &(struct q_me_org_count){ .console_id = rq->console_id, .user_id = rq->user.id },
		    &count_row);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = org_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct org_row, id),
				  .total = count_row.total,
			      });
}

/* ---- POST /orgs ---- */

struct org_create_input {
	struct {
		bool name, slug, description, logo_url, discoverable;
	} has;
	const char *name;
	const char *slug;
	const char *description;
	const char *logo_url;
	bool discoverable;
};

static const struct field org_create_input[] = {
	IN_STRING(struct org_create_input, name, NAME, .flags = FIELD_REQUIRED),
	IN_STRING(struct org_create_input, slug, SLUG, .description = "Derived from the name when absent"),
	IN_STRING(struct org_create_input, description, DESCRIPTION),
	IN_STRING(struct org_create_input, logo_url, LOGO_URL),
	IN_BOOL(struct org_create_input, discoverable),
	FIELDS_END,
};

static enum verdict
org_create(const struct request *rq, struct tx *tx)
{
	const struct org_create_input *in = rq->input;
	struct org_made made;
	struct org_row row;
	enum err e = org_make(tx,
			      &(struct org_make){
				  .name = in->name,
				  .slug = in->slug,
				  .description = in->description,
				  .logo_url = in->logo_url,
				  .discoverable = in->discoverable,
				  .owner_user_id = rq->user.id,
				  .joined_via = "sign_up",
			      },
			      &made);

	if (e == OK)
		e = q_org_get(tx->db, &(struct q_org_get){ .org_id = made.id }, &row);
	if (e != OK)
		return fail_slug(rq, e, in->slug);
	row.role = "owner";
	return reply(rq, 201, org_fields, &row);
}

/* ---- GET /orgs/{org_id} ---- */

struct org_path {
	struct {
		bool org_id;
	} has;
	const char *org_id;
};

static const struct field org_path[] = {
	IN_ID(struct org_path, org_id, ID_ORG, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
org_get(const struct request *rq, struct tx *tx)
{
	struct org_row row;
	enum err e = get_org(rq, tx, rq->org.id, &row);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, row.version);
	return reply(rq, 200, org_fields, &row);
}

/* ---- PATCH /orgs/{org_id} ---- */

struct org_update_input {
	struct {
		bool org_id, name, slug, description, logo_url, discoverable;
	} has;
	const char *org_id;
	const char *name;
	const char *slug;
	const char *description;
	const char *logo_url;
	bool discoverable;
};

static const struct field org_update_input[] = {
	IN_ID(struct org_update_input, org_id, ID_ORG, .in = IN_PATH),
	IN_STRING(struct org_update_input, name, NAME),
	IN_STRING(struct org_update_input, slug, SLUG),
	IN_STRING(struct org_update_input, description, DESCRIPTION),
	IN_STRING(struct org_update_input, logo_url, LOGO_URL),
	IN_BOOL(struct org_update_input, discoverable),
	FIELDS_END,
};

static enum err
write_update(const struct request *rq, struct tx *tx)
{
	const struct org_update_input *in = rq->input;
	enum err e = q_org_update(tx->db,
				  &(struct q_org_update){
				      .org_id = rq->org.id,
				      .has_name = in->has.name,
				      .name = in->name,
				      .has_slug = in->has.slug,
				      .slug = in->slug,
				      .has_description = in->has.description,
				      .description = in->description,
				      .has_logo_url = in->has.logo_url,
				      .logo_url = in->logo_url,
				      .has_discoverable = in->has.discoverable,
				      .discoverable = in->discoverable,
				  },
				  NULL);

	return db_on_duplicate(tx->db, e, DUP_ORGS_UQ_SLUG, ERR_SLUG_CONFLICT);
}

static enum err
update_org(const struct request *rq, struct tx *tx, struct org_row *ret_after)
{
	struct record r;
	struct org_row before;

	TRY(request_guard(rq, tx));
	TRY(get_org(rq, tx, rq->org.id, &before));
	if (!precondition_holds(rq, before.version))
		return ERR_PRECONDITION_FAILED;
	TRY(write_update(rq, tx));
	TRY(get_org(rq, tx, rq->org.id, ret_after));
	r = request_record(rq, EV_ORG_UPDATED, ret_after->id, ret_after->name);
	r.fields = org_fields;
	r.before = &before;
	r.after = ret_after;
	return record(tx, &r);
}

static enum verdict
org_update(const struct request *rq, struct tx *tx)
{
	const struct org_update_input *in = rq->input;
	struct org_row row;
	enum err e = update_org(rq, tx, &row);

	if (e != OK)
		return fail_slug(rq, e, in->slug);
	reply_etag(rq, row.version);
	return reply(rq, 200, org_fields, &row);
}

/* ---- DELETE /orgs/{org_id} ---- */

struct org_delete_input {
	struct {
		bool org_id, confirm;
	} has;
	const char *org_id;
	const char *confirm;
};

static const struct field org_delete_input[] = {
	IN_ID(struct org_delete_input, org_id, ID_ORG, .in = IN_PATH),
	IN_STRING(struct org_delete_input, confirm, .in = IN_QUERY, .max = 64, .flags = FIELD_REQUIRED,
		  .description = "The organization's slug"),
	FIELDS_END,
};

static enum verdict
org_remove(const struct request *rq, struct tx *tx)
{
	const struct org_delete_input *in = rq->input;
	struct org_row row;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = get_org(rq, tx, rq->org.id, &row);
	if (e != OK)
		return fail_err(rq, e);
	if (strcmp(in->confirm, row.slug) != 0)
		return fail_field(rq, "confirm", "mismatch", "Type the organization's slug, '%s'.", row.slug);
	if (rq->org.is_operator)
		return fail_err(rq, ERR_CANNOT_DELETE_OPERATOR_ORG);
	if (!precondition_holds(rq, row.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	e = org_delete(tx, rq->org.id);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route org_routes[] = {
	{
	    .id = "org_list",
	    .method = GET,
	    .path = "/api/v1/orgs",
	    .summary = "List organizations",
	    .description = "A session's: all the person belongs to. A token's or key's: the one it is bound to.",
	    .auth = AUTH_ANY,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    .output = org_fields,
	    .handler = org_list,
	},
	{
	    .id = "org_create",
	    .method = POST,
	    .path = "/api/v1/orgs",
	    .summary = "Create an organization",
	    .description = "With its Default project; the caller becomes its owner.",
	    .auth = AUTH_SESSION,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct org_create_input, org_create_input),
	    .output = org_fields,
	    .errors = { ERR_SLUG_CONFLICT },
	    .handler = org_create,
	},
	{
	    .id = "org_get",
	    .method = GET,
	    .path = "/api/v1/orgs/{org_id}",
	    .summary = "Get an organization",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG_IN_PATH,
	    .permission = PERM_ORG_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG | ROUTE_SUSPENDED_OK,
	    INPUT(struct org_path, org_path),
	    .output = org_fields,
	    .handler = org_get,
	},
	{
	    .id = "org_update",
	    .method = PATCH,
	    .path = "/api/v1/orgs/{org_id}",
	    .summary = "Change an organization",
	    .auth = AUTH_PERSON,
	    .tenant = TENANT_ORG_IN_PATH,
	    .permission = PERM_ORG_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct org_update_input, org_update_input),
	    .output = org_fields,
	    .errors = { ERR_SLUG_CONFLICT },
	    .handler = org_update,
	},
	{
	    .id = "org_delete",
	    .method = DELETE,
	    .path = "/api/v1/orgs/{org_id}",
	    .summary = "Delete an organization",
	    .description = "With all its projects; there is no way back.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG_IN_PATH,
	    .permission = PERM_ORG_DELETE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG | ROUTE_RECENT_SIGN_IN,
	    INPUT(struct org_delete_input, org_delete_input),
	    .errors = { ERR_CANNOT_DELETE_OPERATOR_ORG },
	    .handler = org_remove,
	},
	ROUTES_END,
};
