/*
 * /api/v1/license_settings and /api/v1/license_signing_keys: how programs are answered, and the keys that sign (licensing.md section 2, rule 15).
 */
#include "domain/license_settings.h"

#include <string.h>

#include "fcgi/request.h"
#include "handlers/routes.h"
#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/json.h"

/* ---- settings ---- */

static enum verdict
show(const struct request *rq, int64_t version, const char *doc)
{
	struct license_settings settings = license_settings_parse(rq->arena, doc);

	reply_etag(rq, version);
	return reply(rq, 200, license_settings_fields, &settings);
}

static enum verdict
license_settings_get(const struct request *rq, struct tx *tx)
{
	struct license_settings_row row;
	enum err e = license_settings_read(tx, rq->project.id, &row);

	return e == OK ? show(rq, row.version, row.doc) : fail_err(rq, e);
}

struct weights_input {
	struct {
		bool bios, cpu, disk, gpu, mac, motherboard, uuid;
	} has;
	int64_t bios, cpu, disk, gpu, mac, motherboard, uuid;
};

static const struct field weights_input[] = {
	IN_INT(struct weights_input, bios, 0, 10),	  IN_INT(struct weights_input, cpu, 0, 10),
	IN_INT(struct weights_input, disk, 0, 10),	  IN_INT(struct weights_input, gpu, 0, 10),
	IN_INT(struct weights_input, mac, 0, 10),	  IN_INT(struct weights_input, motherboard, 0, 10),
	IN_INT(struct weights_input, uuid, 0, 10),	  FIELDS_END,
};

struct settings_input {
	struct {
		bool match_threshold, min_matches, weights, required_components, require_nonce, offline_ttl_s, record_window_s,
		    releases_per_30d, file_ttl_days, custom_keys;
	} has;
	int64_t match_threshold, min_matches;
	const struct weights_input *weights;
	struct strings required_components;
	bool require_nonce;
	int64_t offline_ttl_s, record_window_s, releases_per_30d, file_ttl_days;
	bool custom_keys;
};

static const struct field settings_input[] = {
	IN_INT(struct settings_input, match_threshold, 1, 100),
	IN_INT(struct settings_input, min_matches, 1, COMPONENT_COUNT),
	IN_OBJECT(struct settings_input, weights, weights_input, struct weights_input, .description = "Those that aren't named stay"),
	IN_STRINGS(struct settings_input, required_components, .values = component_names, .items_max = COMPONENT_COUNT,
		   .flags = FIELD_DISTINCT),
	IN_BOOL(struct settings_input, require_nonce),
	IN_INT(struct settings_input, offline_ttl_s, 0, 30 * DAY_MS / SECOND_MS, .description = "0: each answer counts at its moment alone"),
	IN_INT(struct settings_input, record_window_s, 60, 3600),
	IN_INT(struct settings_input, releases_per_30d, 0, 100),
	IN_INT(struct settings_input, file_ttl_days, 1, LICENSE_FILE_DAYS_MAX),
	IN_BOOL(struct settings_input, custom_keys, .description = "Keys that were chosen keep counting when it is off again"),
	FIELDS_END,
};

static enum err
write_and_record(const struct request *rq, struct tx *tx, const char *old_doc, const char *doc)
{
	struct record r = request_record(rq, EV_LICENSE_SETTINGS_UPDATED, rq->project.id, rq->project.name);
	struct license_settings before = license_settings_parse(rq->arena, old_doc);
	struct license_settings after = license_settings_parse(rq->arena, doc);

	TRY(q_license_settings_set(tx->db, &(struct q_license_settings_set){ .project_id = rq->project.id, .doc = doc }, NULL));
	r.fields = license_settings_fields;
	r.before = &before;
	r.after = &after;
	return record(tx, &r);
}

static enum verdict
license_settings_update(const struct request *rq, struct tx *tx)
{
	struct license_settings_row before = { .doc = NULL };
	struct json stored = { .type = JSON_NULL };
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = license_settings_lock(tx, rq->project.id, &before);
	if (e == OK && !precondition_holds(rq, before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e == OK)
		e = json_parse(rq->arena, before.doc, strlen(before.doc), &stored, NULL);
	if (e != OK)
		return fail_err(rq, e);
	const char *doc = fields_merge(rq->arena, settings_input, rq->input, &stored);
	const struct license_settings after = license_settings_parse(rq->arena, doc);
	if (!license_settings_tell_apart(&after))
		return fail_field(rq, "weights", "range", "One part at least must weigh something, or no machine is known again.");
	e = write_and_record(rq, tx, before.doc, doc);
	return e == OK ? show(rq, before.version + 1, doc) : fail_err(rq, e);
}

/* ---- signing keys ---- */

static const char *const KEY_STATUSES[] = { "current", "retired", "revoked", NULL };

struct signing_key_view {
	const char *kid, *public_key, *status;
	int64_t created_at;
};

static const struct field signing_key_fields[] = {
	OUT_ID(struct signing_key_view, kid, ID_LICENSE_SIGNING_KEY, .description = "What programs compile in beside the key"),
	OUT_STRING(struct signing_key_view, public_key, .description = "Ed25519, 32 octets as hexadecimal digits"),
	OUT_ENUM(struct signing_key_view, status, KEY_STATUSES,
		 .description = "retired: signs for programs that ask for it by its kid; revoked: never"),
	OUT_TIME(struct signing_key_view, created_at),
	FIELDS_END,
};

static struct signing_key_view
view_of(struct arena *arena, const struct license_signing_key_row *row)
{
	return (struct signing_key_view){
		.kid = row->id,
		.public_key = hex_encode(arena, row->public_key),
		.status = row->status,
		.created_at = row->created_at,
	};
}

static enum err
find_keys(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_license_signing_key_count_row total = { .total = NONE };
	struct license_signing_key_row *rows;

	TRY(q_license_signing_key_list(tx->db,
				       &(struct q_license_signing_key_list){
					   .project_id = rq->project.id,
					   .after_id = rq->page.after_id,
					   .limit = rq->page.limit + 1,
				       },
				       &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_license_signing_key_count(
		    tx->db, &(struct q_license_signing_key_count){ .project_id = rq->project.id }, &total));
	struct signing_key_view *views = ARENA_ARRAY(rq->arena, list->count, struct signing_key_view);
	for (size_t i = 0; i < list->count; i++)
		views[i] = view_of(rq->arena, &rows[i]);
	list->items = views;
	list->total = total.total;
	return OK;
}

static enum verdict
license_signing_key_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = signing_key_fields,
		.item_size = sizeof(struct signing_key_view),
		.id_offset = offsetof(struct signing_key_view, kid),
	};
	enum err e = find_keys(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

static enum err
read_key(const struct request *rq, struct tx *tx, const char *id, struct signing_key_view *ret)
{
	struct license_signing_key_row row;

	TRY(q_license_signing_key_get(
	    tx->db, &(struct q_license_signing_key_get){ .project_id = rq->project.id, .id = id }, &row));
	*ret = view_of(rq->arena, &row);
	return OK;
}

static enum err
rotate(const struct request *rq, struct tx *tx, struct signing_key_view *ret)
{
	const char *id;

	TRY(request_guard(rq, tx));
	TRY(license_signing_key_rotate(tx, rq->org.id, rq->project.id, &id));
	return read_key(rq, tx, id, ret);
}

static enum verdict
license_signing_key_rotate_now(const struct request *rq, struct tx *tx)
{
	struct signing_key_view key;
	enum err e = rotate(rq, tx, &key);

	return e == OK ? reply(rq, 201, signing_key_fields, &key) : fail_err(rq, e);
}

struct key_path {
	struct {
		bool kid;
	} has;
	const char *kid;
};

static const struct field key_path[] = {
	IN_ID(struct key_path, kid, ID_LICENSE_SIGNING_KEY, .in = IN_PATH),
	FIELDS_END,
};

/* One that is revoked already stays so, without a record. */
static enum err
revoke(const struct request *rq, struct tx *tx, struct signing_key_view *ret)
{
	const struct key_path *in = rq->input;
	struct record r = request_record(rq, EV_LICENSE_SIGNING_KEY_REVOKED, in->kid, in->kid);
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_license_signing_key_revoke(
	    tx->db, &(struct q_license_signing_key_revoke){ .project_id = rq->project.id, .id = in->kid }, &matched));
	TRY(read_key(rq, tx, in->kid, ret));
	if (strcmp(ret->status, "current") == 0)
		return ERR_CURRENT_KEY;
	r.changes = "{\"status\":[\"retired\",\"revoked\"]}";
	return matched == 0 ? OK : record(tx, &r);
}

static enum verdict
license_signing_key_revoke_now(const struct request *rq, struct tx *tx)
{
	struct signing_key_view key;
	enum err e = revoke(rq, tx, &key);

	return e == OK ? reply(rq, 200, signing_key_fields, &key) : fail_err(rq, e);
}

/* ---- what programs that can fetch them are offered ---- */

#define PUBLISHED_CACHE_S 300

struct published_input {
	struct {
		bool issuer_id;
	} has;
	const char *issuer_id;
};

static const struct field published_input[] = {
	IN_ID(struct published_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	FIELDS_END,
};

/* RFC 8037 section 2. */
static void
add_jwk(struct buffer *b, const struct q_license_signing_key_published_row *key)
{
	buffer_printf(b, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"sig\",\"alg\":\"EdDSA\",\"kid\":\"%s\",\"x\":\"%s\"}", key->id,
		      base64url_encode(b->arena, key->public_key));
}

static enum verdict
license_keys_published(const struct request *rq, struct tx *tx)
{
	const struct published_input *in = rq->input;
	struct q_license_signing_key_published_row *keys = NULL;
	struct buffer b = buffer_new(rq->arena);
	size_t count = 0;
	enum err e = q_license_signing_key_published(
	    tx->db, &(struct q_license_signing_key_published){ .client_id = in->issuer_id }, &keys, &count);

	if (e == OK && count == 0)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return fail_err(rq, e);
	buffer_text(&b, "{\"keys\":[");
	for (size_t i = 0; i < count && keys[i].id != NULL; i++) {
		buffer_text(&b, i > 0 ? "," : "");
		add_jwk(&b, &keys[i]);
	}
	buffer_text(&b, "]}");
	reply_cache_for(rq, PUBLISHED_CACHE_S);
	return reply_text(rq, "application/json", &b);
}

const struct route license_settings_routes[] = {
	{
	    .id = "license_settings_get",
	    .method = GET,
	    .path = "/api/v1/license_settings",
	    .summary = "How licenses are validated",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    .output = license_settings_fields,
	    .handler = license_settings_get,
	},
	{
	    .id = "license_settings_update",
	    .method = PATCH,
	    .path = "/api/v1/license_settings",
	    .summary = "Change how licenses are validated",
	    .description = "Machines that have a seat keep it; whether one that asks is one of them is judged by the new numbers.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct settings_input, settings_input),
	    .output = license_settings_fields,
	    .handler = license_settings_update,
	},
	{
	    .id = "license_signing_key_list",
	    .method = GET,
	    .path = "/api/v1/license_signing_keys",
	    .summary = "List the keys that sign license answers",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = signing_key_fields,
	    .handler = license_signing_key_list,
	},
	{
	    .id = "license_signing_key_rotate",
	    .method = POST,
	    .path = "/api/v1/license_signing_keys/rotate",
	    .summary = "Sign with a new key",
	    .description = "Programs that have the old one compiled in ask for it by its kid, and go on.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .output = signing_key_fields,
	    .handler = license_signing_key_rotate_now,
	},
	{
	    .id = "license_signing_key_revoke",
	    .method = POST,
	    .path = "/api/v1/license_signing_keys/{kid}/revoke",
	    .summary = "Revoke a retired key",
	    .description = "Programs that have only this one compiled in get no answer any more.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_LICENSE_MANAGE,
	    .tx = TX_WRITE,
	    INPUT(struct key_path, key_path),
	    .output = signing_key_fields,
	    .errors = { ERR_CURRENT_KEY },
	    .handler = license_signing_key_revoke_now,
	},
	{
	    .id = "license_keys_published",
	    .method = GET,
	    .path = "/p/{issuer_id}/.well-known/license-keys.json",
	    .summary = "The public keys that license answers are signed with",
	    .description = "For tools; a program that is shipped has its key compiled in.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_OAUTH | ROUTE_TEXT | ROUTE_CORS,
	    INPUT(struct published_input, published_input),
	    .handler = license_keys_published,
	},
	ROUTES_END,
};
