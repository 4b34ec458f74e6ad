/*
 * /api/v1/api_keys (tenancy.md 4.4): list, read, change, revoke. Sessions only: programs can't manage credentials.
 */
#include "handlers/api_keys.h"

#include <string.h>

#include "domain/projects.h"
#include "handlers/routes.h"

/* ---- who may ---- */

static bool
is_own(const struct request *rq, const struct api_key_row *row)
{
	return row->user_id != NULL && strcmp(row->user_id, rq->user.id) == 0;
}

enum role
api_key_role(const struct request *rq, const char *project_id, const char *override_role)
{
	return project_id == NULL ? rq->org.role : role_effective(rq->org.role, role_parse(override_role));
}

static bool
may(const struct request *rq, const struct api_key_row *row, enum permission permission)
{
	return role_has(api_key_role(rq, row->project_id, row->override_role), permission);
}

static void
finish_row(const struct request *rq, struct api_key_row *row)
{
	row->status = api_key_status(row, rq->now_ms);
	if (strcmp(row->kind, "personal") == 0)
		row->scopes = NULL;
}

enum err
api_key_find(const struct request *rq, struct tx *tx, const char *id, struct api_key_row *ret)
{
	struct api_key_row row;

	TRY(q_api_key_get(
	    tx->db, &(struct q_api_key_get){ .org_id = rq->org.id, .id = id, .reader_id = rq->user.id }, &row));
	if (!is_own(rq, &row) && !may(rq, &row, PERM_API_KEY_READ))
		return ERR_NOT_FOUND;
	finish_row(rq, &row);
	*ret = row;
	return OK;
}

enum err
api_key_find_to_change(const struct request *rq, struct tx *tx, const char *id, struct api_key_row *ret)
{
	TRY(request_guard(rq, tx));
	return api_key_find(rq, tx, id, ret);
}

enum err
api_key_check_write(const struct request *rq, const struct api_key_row *row)
{
	if (is_own(rq, row))
		return OK;
	if (row->user_id == NULL && may(rq, row, PERM_API_KEY_WRITE))
		return OK;
	return ERR_FORBIDDEN;
}

enum verdict
api_key_check_expiry(const struct request *rq, int64_t expires_at)
{
	if (expires_at <= rq->now_ms || expires_at > rq->now_ms + API_KEY_LIFETIME_MAX_MS)
		return fail_field(rq, "expires_at", "range", "A key expires in the future, within ten years.");
	return go_on(rq);
}

enum verdict
api_key_check_rate_limit(const struct request *rq, int64_t per_minute)
{
	uint32_t family_limit = rq->config->limits[RATE_CREDENTIAL].limit;

	if (per_minute != NONE && per_minute > family_limit && !request_may(rq, PERM_INSTALLATION_WRITE))
		return fail_field(rq, "rate_limit_per_minute", "range",
				  "More than %u a minute can only be given by the installation's operator.",
				  family_limit);
	return go_on(rq);
}

/* ---- GET /api_keys ---- */

struct api_key_list_input {
	struct {
		bool kind, project_id, environment, status, user_id;
	} has;
	const char *kind;
	const char *project_id;
	const char *environment;
	const char *status;
	const char *user_id;
};

static const struct field api_key_list_input[] = {
	IN_ENUM(struct api_key_list_input, kind, api_key_kinds, .in = IN_QUERY),
	IN_ID(struct api_key_list_input, project_id, ID_PROJECT, .in = IN_QUERY),
	IN_ENUM(struct api_key_list_input, environment, project_environments, .in = IN_QUERY),
	IN_ENUM(struct api_key_list_input, status, api_key_statuses, .in = IN_QUERY),
	IN_ID(struct api_key_list_input, user_id, ID_USER, .in = IN_QUERY),
	FIELDS_END,
};

static enum err
count_keys(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	const struct api_key_list_input *in = rq->input;
	struct q_api_key_count_row row;

	TRY(q_api_key_count(tx->db,
			    &(struct q_api_key_count){
				.org_id = rq->org.id,
				.reader_id = rq->user.id,
				.may_read = role_has(rq->org.role, PERM_API_KEY_READ),
				.is_owner = rq->org.role == ROLE_OWNER,
				.kind = in->kind,
				.project_id = in->project_id,
				.environment = in->environment,
				.status = in->status,
				.user_id = in->user_id,
			    },
			    &row));
	*ret_total = row.total;
	return OK;
}

static enum verdict
api_key_list(const struct request *rq, struct tx *tx)
{
	const struct api_key_list_input *in = rq->input;
	struct api_key_row *rows;
	size_t count;
	int64_t total = NONE;
	enum err e = q_api_key_list(tx->db,
				    &(struct q_api_key_list){
					.org_id = rq->org.id,
					.reader_id = rq->user.id,
					.may_read = role_has(rq->org.role, PERM_API_KEY_READ),
					.is_owner = rq->org.role == ROLE_OWNER,
					.kind = in->kind,
					.project_id = in->project_id,
					.environment = in->environment,
					.status = in->status,
					.user_id = in->user_id,
					.after_id = rq->page.after_id,
					.limit = rq->page.limit + 1,
				    },
				    &rows, &count);

	if (e == OK && rq->page.include_total)
		e = count_keys(rq, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < count; i++)
		finish_row(rq, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = api_key_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .id_offset = offsetof(struct api_key_row, id),
				  .total = total,
			      });
}

/* ---- GET /api_keys/{id} ---- */

struct api_key_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field api_key_path[] = {
	IN_ID(struct api_key_path, id, ID_API_KEY, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
api_key_get(const struct request *rq, struct tx *tx)
{
	const struct api_key_path *in = rq->input;
	struct api_key_row row;
	enum err e = api_key_find(rq, tx, in->id, &row);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, row.version);
	return reply(rq, 200, api_key_fields, &row);
}

/* ---- PATCH /api_keys/{id} ---- */

struct api_key_update_input {
	struct {
		bool id, name, rate_limit_per_minute, scopes, expires_at;
	} has;
	const char *id;
	const char *name;
	int64_t rate_limit_per_minute;
	struct strings scopes;
	int64_t expires_at;
};

static const struct field api_key_update_input[] = {
	IN_ID(struct api_key_update_input, id, ID_API_KEY, .in = IN_PATH),
	IN_STRING(struct api_key_update_input, name, .min = 1, .max = 128),
	IN_INT(struct api_key_update_input, rate_limit_per_minute, 1, 60000, .flags = FIELD_NULLABLE),
	IN_STRINGS(struct api_key_update_input, scopes, .items_max = 200, .min = 1, .max = 64,
		   .description = "Fewer than before only"),
	IN_TIME(struct api_key_update_input, expires_at, .description = "Sooner than before only"),
	FIELDS_END,
};

/* The scopes as stored, when they are known words and none is new. */
static enum verdict
narrow_scopes(const struct request *rq, const struct api_key_row *row, const char **ret_scopes)
{
	const struct api_key_update_input *in = rq->input;
	size_t bad;

	if (row->scopes == NULL)
		return fail_field(rq, "scopes", "service_only", "A personal token has its person's rights.");
	if (!scopes_normalize(rq->arena, in->scopes, ret_scopes, &bad))
		return fail_field(rq, arena_printf(rq->arena, "scopes[%zu]", bad), "enum", "'%s' isn't a scope of keys.",
				  in->scopes.items[bad]);
	for (size_t i = 0; i < in->scopes.count; i++)
		if (!scopes_contain(row->scopes, permission_parse(in->scopes.items[i])))
			return fail_field(rq, arena_printf(rq->arena, "scopes[%zu]", i), "fewer_only",
					  "A key can lose scopes, not gain them.");
	return go_on(rq);
}

static enum verdict
check_update(const struct request *rq, const struct api_key_row *row, const char **ret_scopes)
{
	const struct api_key_update_input *in = rq->input;
	enum verdict bad = go_on(rq);

	*ret_scopes = "";
	if (in->has.rate_limit_per_minute)
		bad = row->scopes == NULL
			  ? fail_field(rq, "rate_limit_per_minute", "service_only",
				       "Only service keys have a limit of their own.")
			  : api_key_check_rate_limit(rq, in->rate_limit_per_minute);
	if (bad == VERDICT_GO_ON && in->has.expires_at) {
		bad = api_key_check_expiry(rq, in->expires_at);
		if (bad == VERDICT_GO_ON && row->expires_at != NONE && in->expires_at > row->expires_at)
			bad = fail_field(rq, "expires_at", "sooner_only", "A key's life can be shortened only.");
	}
	if (bad == VERDICT_GO_ON && in->has.scopes)
		bad = narrow_scopes(rq, row, ret_scopes);
	return bad;
}

static enum err
write_update(const struct request *rq, struct tx *tx, const struct api_key_row *before, const char *scopes,
	     struct api_key_row *ret_after)
{
	const struct api_key_update_input *in = rq->input;
	uint64_t matched = 0;

	TRY(q_api_key_update(tx->db,
			     &(struct q_api_key_update){
				 .org_id = rq->org.id,
				 .id = before->id,
				 .has_name = in->has.name,
				 .name = in->name,
				 .has_rate_limit_per_minute = in->has.rate_limit_per_minute,
				 .rate_limit_per_minute = in->rate_limit_per_minute,
				 .has_scopes = in->has.scopes,
				 .scopes = scopes,
				 .has_expires_at = in->has.expires_at,
				 .expires_at = in->expires_at,
			     },
			     &matched));
	if (matched == 0)
		return ERR_KEY_REVOKED;
	TRY(api_key_find(rq, tx, before->id, ret_after));
	return api_key_record(tx, EV_API_KEY_UPDATED, rq->org.default_project_id, before, ret_after);
}

static enum verdict
api_key_update(const struct request *rq, struct tx *tx)
{
	const struct api_key_update_input *in = rq->input;
	struct api_key_row before, after;
	const char *scopes;
	enum verdict bad;
	enum err e = api_key_find_to_change(rq, tx, in->id, &before);

	if (e == OK)
		e = api_key_check_write(rq, &before);
	if (e != OK)
		return fail_err(rq, e);
	if (!precondition_holds(rq, before.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	bad = check_update(rq, &before, &scopes);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = write_update(rq, tx, &before, scopes, &after);
	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, after.version);
	return reply(rq, 200, api_key_fields, &after);
}

/* ---- DELETE /api_keys/{id} ---- */

/* Another's personal token is for owners and admins to revoke; a service key for whoever may write keys there. */
static enum err
check_revoke(const struct request *rq, const struct api_key_row *row)
{
	if (row->user_id != NULL && !is_own(rq, row))
		return rq->org.role >= ROLE_ADMIN ? OK : ERR_FORBIDDEN;
	return api_key_check_write(rq, row);
}

static enum err
revoke(const struct request *rq, struct tx *tx)
{
	const struct api_key_path *in = rq->input;
	struct api_key_row before, after;
	uint64_t matched = 0;

	TRY(api_key_find_to_change(rq, tx, in->id, &before));
	TRY(check_revoke(rq, &before));
	if (!precondition_holds(rq, before.version))
		return ERR_PRECONDITION_FAILED;
	TRY(q_api_key_revoke(tx->db, &(struct q_api_key_revoke){ .org_id = rq->org.id, .id = in->id }, &matched));
	if (matched == 0)
		return OK;	/* revoked before: nothing changes, nothing is recorded */
	TRY(api_key_find(rq, tx, in->id, &after));
	return api_key_record(tx, EV_API_KEY_REVOKED, rq->org.default_project_id, &before, &after);
}

static enum verdict
api_key_delete(const struct request *rq, struct tx *tx)
{
	enum err e = revoke(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

static const struct field api_key_create_input[] = {
	IN_ENUM(struct api_key_create_input, kind, api_key_kinds, .flags = FIELD_REQUIRED),
	IN_STRING(struct api_key_create_input, name, .flags = FIELD_REQUIRED, .min = 1, .max = 128),
	IN_TIME(struct api_key_create_input, expires_at, .flags = FIELD_NULLABLE, .description = "null: never"),
	IN_ID(struct api_key_create_input, project_id, ID_PROJECT, .flags = FIELD_NULLABLE,
	      .description = "Pins a service key to one project"),
	IN_ENUM(struct api_key_create_input, environment, project_environments,
		.description = "Of a service key: the pinned project's, else live when absent"),
	IN_STRINGS(struct api_key_create_input, scopes, .items_max = 200, .min = 1, .max = 64,
		   .description = "Of a service key: every scope the caller may give when absent"),
	IN_INT(struct api_key_create_input, rate_limit_per_minute, 1, 60000, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field api_key_rotate_input[] = {
	IN_ID(struct api_key_rotate_input, id, ID_API_KEY, .in = IN_PATH),
	IN_INT(struct api_key_rotate_input, grace_s, 0, 604800,
	       .description = "How long the old key works beside the new one; 0 when absent"),
	IN_TIME(struct api_key_rotate_input, expires_at, .description = "Of the new key; the old one's when absent"),
	FIELDS_END,
};

const struct route api_key_routes[] = {
	{
	    .id = "api_key_list",
	    .method = GET,
	    .path = "/api/v1/api_keys",
	    .summary = "List service keys and personal tokens",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct api_key_list_input, api_key_list_input),
	    .output = api_key_fields,
	    .handler = api_key_list,
	},
	{
	    .id = "api_key_create",
	    .method = POST,
	    .path = "/api/v1/api_keys",
	    .summary = "Create a service key or personal token",
	    .description = "The secret is in this reply and nowhere else.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .rate = RATE_KEY_MINT,
	    .status = 201,
	    INPUT(struct api_key_create_input, api_key_create_input),
	    .output = api_key_fields,
	    .errors = { ERR_PLAN_LIMIT_REACHED, ERR_SCOPE_TOO_WIDE },
	    .handler = api_key_create,
	},
	{
	    .id = "api_key_get",
	    .method = GET,
	    .path = "/api/v1/api_keys/{id}",
	    .summary = "Get a key",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct api_key_path, api_key_path),
	    .output = api_key_fields,
	    .handler = api_key_get,
	},
	{
	    .id = "api_key_update",
	    .method = PATCH,
	    .path = "/api/v1/api_keys/{id}",
	    .summary = "Rename or narrow a key",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct api_key_update_input, api_key_update_input),
	    .output = api_key_fields,
	    .errors = { ERR_KEY_REVOKED },
	    .handler = api_key_update,
	},
	{
	    .id = "api_key_delete",
	    .method = DELETE,
	    .path = "/api/v1/api_keys/{id}",
	    .summary = "Revoke a key",
	    .description = "From the next request on, everywhere. Also 204 when it was revoked before.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct api_key_path, api_key_path),
	    .handler = api_key_delete,
	},
	{
	    .id = "api_key_rotate",
	    .method = POST,
	    .path = "/api/v1/api_keys/{id}/rotate",
	    .summary = "Replace a key by a new one",
	    .description = "With a grace period both work; the raw old key isn't needed.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_ORG,
	    .permission = PERM_IN_HANDLER,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .rate = RATE_KEY_MINT,
	    .status = 201,
	    INPUT(struct api_key_rotate_input, api_key_rotate_input),
	    .output = api_key_fields,
	    .errors = { ERR_KEY_REVOKED, ERR_SCOPE_TOO_WIDE },
	    .handler = api_key_rotate,
	},
	ROUTES_END,
};
