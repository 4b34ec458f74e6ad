/*
 * /api/v1/licenses: what a project's makers sell, found, made, changed and deleted (licensing.md section 3).
 */
#include "handlers/licenses/licenses.h"

#include <string.h>

#include "domain/license_settings.h"
#include "handlers/routes.h"
#include "lib/metadata.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

const struct field license_path[] = {
	IN_ID(struct license_path, id, ID_LICENSE, .in = IN_PATH),
	FIELDS_END,
};

bool
license_shows_keys(const struct request *rq)
{
	return request_may(rq, PERM_LICENSE_WRITE);
}

enum verdict
license_show(const struct request *rq, unsigned status, const struct license *license)
{
	/* Seats, leases and the clock change what is shown without the version. */
	reply_etag_without_304(rq, license->version);
	return reply(rq, status, license_fields, license);
}

enum err
license_lock(const struct request *rq, struct tx *tx, const char *id, struct license *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_license_touch(tx->db, &(struct q_license_touch){ .project_id = rq->project.id, .id = id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return license_read(tx, rq->project.id, id, license_shows_keys(rq), ret);
}

/* ---- GET ---- */

static const struct field license_list_input[] = { LICENSE_QUERY, FIELDS_END };

static enum verdict
license_get(const struct request *rq, struct tx *tx)
{
	const struct license_path *in = rq->input;
	struct license license;
	enum err e = license_read(tx, rq->project.id, in->id, license_shows_keys(rq), &license);

	return e == OK ? license_show(rq, 200, &license) : fail_err(rq, e);
}

static enum err
fill_list(const struct request *rq, struct tx *tx, const struct license_row *rows, size_t count, struct list_reply *list)
{
	struct license *licenses = ARENA_ARRAY(rq->arena, count, struct license);
	bool with_keys = license_shows_keys(rq);

	for (size_t i = 0; i < count; i++)
		TRY(license_of_row(tx, rq->project.id, &rows[i], with_keys, &licenses[i]));
	list->items = licenses;
	list->count = count;
	return OK;
}

static enum err
find_licenses(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct license_filter filter;
	struct license_row *rows;
	size_t count;

	TRY(license_filter_read(rq, tx, rq->input, &filter));
	TRY(license_find(tx, rq->project.id, &filter, rq->page.after_id, rq->page.limit + 1, &rows, &count));
	list->total = NONE;
	if (rq->page.include_total)
		TRY(license_count(tx, rq->project.id, &filter, &list->total));
	return fill_list(rq, tx, rows, count, list);
}

static enum verdict
license_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = license_fields,
		.item_size = sizeof(struct license),
		.id_offset = offsetof(struct license, id),
	};
	enum err e = find_licenses(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

static const struct field license_update_input[] = {
	IN_ID(struct license_input, id, ID_LICENSE, .in = IN_PATH),
	IN_STRING(struct license_input, key, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct license_input, product_name, .min = 1, .max = 255),
	IN_STRING(struct license_input, mode, .flags = FIELD_IMMUTABLE),
	LICENSE_SETTINGS,
	FIELDS_END,
};

static const struct field license_create_input[] = {
	IN_STRING(struct license_input, key, .min = CUSTOM_KEY_MIN, .max = 2 * CUSTOM_KEY_MAX, .flags = FIELD_SECRET,
		  .description = "Only where license_settings.custom_keys is true: 8 to 64 letters and digits"),
	LICENSE_NEW,
	FIELDS_END,
};

/* A key of its own, or the one that was asked for, if the project allows that. */
static enum verdict
choose_key(const struct request *rq, struct tx *tx, const char **ret_key)
{
	const struct license_input *in = rq->input;
	struct license_settings_row row;
	enum err e = OK;

	if (!in->has.key) {
		e = license_key_make(rq->arena, ret_key);
		return e == OK ? go_on(rq) : fail_err(rq, e);
	}
	e = license_settings_read(tx, rq->project.id, &row);
	if (e != OK)
		return fail_err(rq, e);
	if (!license_settings_parse(rq->arena, row.doc).custom_keys)
		return fail_field(rq, "key", "not_allowed", "This project's keys are made. See license_settings.custom_keys.");
	*ret_key = license_key_normalise(rq->arena, in->key);
	if (!license_key_is_custom(*ret_key))
		return fail_field(rq, "key", "pattern", "A key is 8 to 64 letters and digits.");
	return go_on(rq);
}

static enum verdict
license_create(const struct request *rq, struct tx *tx)
{
	const struct license_input *in = rq->input;
	struct license_known known = { .metadata = "{}" };
	const char *key;
	struct license license;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict verdict = license_check(rq, tx, in, "", &known);
	if (verdict == VERDICT_GO_ON)
		verdict = license_check_plan(rq, tx, license_is_floating(in->mode), 1);
	if (verdict == VERDICT_GO_ON)
		verdict = choose_key(rq, tx, &key);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	e = license_make(rq, tx, in, key, &known, &license);
	return e == OK ? license_show(rq, 201, &license) : fail_err(rq, e);
}

static enum err
write_update(const struct request *rq, struct tx *tx, const struct license *before, const struct license_known *known)
{
	const struct license_input *in = rq->input;
	int64_t expires_at = in->has.expires_at ? in->expires_at : before->expires_at;
	int64_t grace_days = in->has.grace_days ? in->grace_days : before->grace_days;
	int64_t ends_at = license_ends_at(expires_at, grace_days);

	return q_license_update(tx->db,
				&(struct q_license_update){
				    .project_id = rq->project.id,
				    .id = in->id,
				    .product_name = in->has.product_name ? in->product_name : before->product_name,
				    .max_activations = in->has.max_activations ? in->max_activations : before->max_activations,
				    .has_new_end = ends_at != license_ends_at(before->expires_at, before->grace_days),
				    .expires_at = expires_at,
				    .ends_at = ends_at,
				    .grace_days = grace_days,
				    .ip_locked = in->has.ip_locked ? in->ip_locked : before->ip_locked,
				    .lease_ttl_s = in->has.lease_ttl_s ? in->lease_ttl_s : before->lease_ttl_s,
				    .plan_id = known->plan_id,
				    .user_id = in->has.user_id ? in->user_id : before->user_id,
				    .metadata = known->metadata,
				    .notes = in->has.notes ? in->notes : before->notes,
				},
				NULL);
}

static enum err
update(const struct request *rq, struct tx *tx, const struct license *before, const struct license_known *known, struct license *ret)
{
	const struct license_input *in = rq->input;

	if (in->has.max_activations && in->max_activations < before->current_activations)
		return ERR_ACTIVATIONS_EXCEED_LIMIT;
	TRY(write_update(rq, tx, before, known));
	TRY(license_read(tx, rq->project.id, in->id, license_shows_keys(rq), ret));
	return license_record(tx, EV_LICENSE_UPDATED, rq->org.id, rq->project.id, before, ret);
}

static enum verdict
license_update(const struct request *rq, struct tx *tx)
{
	const struct license_input *in = rq->input;
	struct license before, license;
	enum err e = license_lock(rq, tx, in->id, &before);

	if (e == OK && !precondition_holds(rq, before.version - 1))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	struct license_known known = { .metadata = before.metadata, .plan_id = before.plan_id };
	enum verdict bad = license_check(rq, tx, in, "", &known);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &before, &known, &license);
	return e == OK ? license_show(rq, 200, &license) : fail_err(rq, e);
}

/* ---- DELETE ---- */

static enum err
delete_license(const struct request *rq, struct tx *tx)
{
	const struct license_path *in = rq->input;
	struct license before;

	TRY(license_lock(rq, tx, in->id, &before));
	TRY(q_license_delete(tx->db, &(struct q_license_delete){ .project_id = rq->project.id, .id = in->id }, NULL));
	return license_record(tx, EV_LICENSE_DELETED, rq->org.id, rq->project.id, &before, NULL);
}

static enum verdict
license_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_license(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route license_routes[] = {
	{
	    .id = "license_list",
	    .method = GET,
	    .path = "/api/v1/licenses",
	    .summary = "List licenses",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST | ROUTE_SHOWS_SECRET,
	    INPUT(struct license_query, license_list_input),
	    .output = license_fields,
	    .handler = license_list,
	},
	{
	    .id = "license_create",
	    .method = POST,
	    .path = "/api/v1/licenses",
	    .summary = "Make a license",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG | ROUTE_SHOWS_SECRET,
	    INPUT(struct license_input, license_create_input),
	    .output = license_fields,
	    .errors = { ERR_KEY_EXISTS, ERR_PLAN_LIMIT_REACHED, ERR_UPGRADE_REQUIRED },
	    .handler = license_create,
	},
	{
	    .id = "license_get",
	    .method = GET,
	    .path = "/api/v1/licenses/{id}",
	    .summary = "Get a license",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG | ROUTE_SHOWS_SECRET,
	    INPUT(struct license_path, license_path),
	    .output = license_fields,
	    .handler = license_get,
	},
	{
	    .id = "license_update",
	    .method = PATCH,
	    .path = "/api/v1/licenses/{id}",
	    .summary = "Change a license",
	    .description = "Taking the lock off forgets the address. Programs see the change with their next question.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG | ROUTE_SHOWS_SECRET,
	    INPUT(struct license_input, license_update_input),
	    .output = license_fields,
	    .errors = { ERR_ACTIVATIONS_EXCEED_LIMIT },
	    .handler = license_update,
	},
	{
	    .id = "license_delete",
	    .method = DELETE,
	    .path = "/api/v1/licenses/{id}",
	    .summary = "Delete a license",
	    .description = "With its machines. Programs that ask for it are told not_found from then on.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    INPUT(struct license_path, license_path),
	    .handler = license_delete,
	},
	ROUTES_END,
};
