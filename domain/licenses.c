/*
 * Rows of licenses and activations made into what people read.
 */
#include "domain/licenses.h"

#include <string.h>

#include "lib/fingerprints.h"
#include "sql/gen/schema_keys.h"

const char *const license_statuses[] = { "active", "suspended", "revoked", "expired", NULL };
const char *const license_modes[] = { "node_locked", "floating", NULL };

bool
license_is_floating(const char *mode)
{
	return mode != NULL && strcmp(mode, license_modes[1]) == 0;
}

/* All but the key and the notes, which no log may hold. */
#define OPEN_FIELDS                                                                                                          \
	OUT_STRING(struct license, key_hint, .description = "Its first and last four characters"),                            \
	    OUT_STRING(struct license, product_name),                                                                        \
	    OUT_ENUM(struct license, status, license_statuses,                                                               \
		     .description = "expired: its time and its days of grace are over"),                                     \
	    OUT_ENUM(struct license, mode, license_modes),                                                                   \
	    OUT_INT(struct license, max_activations, .description = "How many machines it may run on"),                      \
	    OUT_INT(struct license, current_activations, .flags = FIELD_NO_DIFF),                                            \
	    OUT_INT(struct license, time_left, .flags = FIELD_NULLABLE | FIELD_NO_DIFF, .description = "Seconds; null: it has no end"), \
	    OUT_TIME(struct license, expires_at, .flags = FIELD_NULLABLE, .description = "null: never"),                     \
	    OUT_INT(struct license, grace_days, .description = "So long it still counts after that"),                        \
	    OUT_BOOL(struct license, ip_locked, .description = "Bound to the address of its first machine"),                 \
	    OUT_STRING(struct license, ip_hint, .flags = FIELD_NULLABLE, .description = "Part of that address; null: none yet"), \
	    OUT_INT(struct license, lease_ttl_s, .description = "How long a machine keeps its seat without a heartbeat (floating)"), \
	    OUT_STRING(struct license, plan_key, .flags = FIELD_NULLABLE, .description = "The plan whose features programs are told"), \
	    OUT_ID(struct license, user_id, ID_USER, .flags = FIELD_NULLABLE, .description = "Who holds it"),                 \
	    OUT_JSON(struct license, metadata)

#define TIMES                                                                                                                \
	OUT_TIME(struct license, created_at, .flags = FIELD_NO_DIFF), OUT_TIME(struct license, updated_at, .flags = FIELD_NO_DIFF)

const struct field license_fields[] = {
	OUT_ID(struct license, id, ID_LICENSE),
	OUT_STRING(struct license, key, .flags = FIELD_NULLABLE | FIELD_SECRET, .description = "null for who may only read"),
	OPEN_FIELDS,
	OUT_STRING(struct license, notes, .flags = FIELD_NULLABLE, .description = "For those who sell it; never shown to programs"),
	TIMES,
	FIELDS_END,
};

const struct field license_record_fields[] = {
	OUT_ID(struct license, id, ID_LICENSE),
	OPEN_FIELDS,
	TIMES,
	FIELDS_END,
};

struct seal_place
license_key_place(const char *project_id, const char *license_id)
{
	return (struct seal_place){
		.table = "licenses",
		.column = "key_sealed",
		.row_id = license_id,
		.project_id = project_id,
	};
}

/* 9999-12-31T23:59:59.999Z: there is no time after that. */
#define TIME_LAST_MS INT64_C(253402300799999)

int64_t
license_ends_at(int64_t expires_at, int64_t grace_days)
{
	int64_t ends_at = expires_at == NONE ? NONE : expires_at + grace_days * DAY_MS;

	return ends_at > TIME_LAST_MS ? TIME_LAST_MS : ends_at;
}

static enum err
open_key(struct tx *tx, const char *project_id, const struct license_row *row, const char **ret_key)
{
	struct seal_place place = license_key_place(project_id, row->id);
	struct bytes key;

	TRY(keyring_open(tx->keyring, tx->arena, &place, row->key_sealed, &key));
	*ret_key = license_key_written(tx->arena, (const char *)key.data);
	return OK;
}

static int64_t
time_left_s(const struct license_row *row, int64_t now_ms)
{
	if (row->expires_at == NONE)
		return NONE;
	return row->expires_at > now_ms ? (row->expires_at - now_ms) / SECOND_MS : 0;
}

enum err
license_of_row(struct tx *tx, const char *project_id, const struct license_row *row, bool with_key, struct license *ret)
{
	bool is_over = row->ends_at != NONE && row->ends_at <= tx->now_ms;
	const char *key = NULL;

	if (with_key)
		TRY(open_key(tx, project_id, row, &key));
	*ret = (struct license){
		.id = row->id,
		.key = key,
		.key_hint = license_key_hint(tx->arena, row->key_first4, row->key_last4),
		.product_name = row->product_name,
		.status = is_over && strcmp(row->status, "active") == 0 ? "expired" : row->status,
		.mode = row->mode,
		.max_activations = row->max_activations,
		.current_activations = row->current_activations,
		.time_left = time_left_s(row, tx->now_ms),
		.expires_at = row->expires_at,
		.grace_days = row->grace_days,
		.ip_locked = row->ip_locked,
		.ip_hint = row->ip_hint,
		.lease_ttl_s = row->lease_ttl_s,
		.plan_id = row->plan_id,
		.plan_key = row->plan_key,
		.user_id = row->user_id,
		.metadata = row->metadata,
		.notes = row->notes,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
	return OK;
}

enum err
license_read(struct tx *tx, const char *project_id, const char *id, bool with_key, struct license *ret)
{
	struct license_row row;

	TRY(q_license_get(tx->db, &(struct q_license_get){ .project_id = project_id, .id = id }, &row));
	return license_of_row(tx, project_id, &row, with_key, ret);
}

enum err
license_insert(struct tx *tx, const char *project_id, const struct license_secrets *secrets, const struct license_new *new,
	       const char **ret_id)
{
	uint8_t digest[LICENSE_DIGEST_LEN];
	struct bytes sealed;
	const char *id;

	TRY(license_key_digest(secrets, new->key, digest));
	TRY(tx_make_id(tx, ID_LICENSE, &id));
	struct seal_place place = license_key_place(project_id, id);
	TRY(keyring_seal(tx->keyring, tx->arena, &place, (struct bytes){ (const uint8_t *)new->key, strlen(new->key) }, &sealed));
	enum err e = q_license_insert(tx->db,
				      &(struct q_license_insert){
					  .project_id = project_id,
					  .id = id,
					  .key_digest = { digest, sizeof(digest) },
					  .key_sealed = sealed,
					  .key_first4 = license_key_first4(tx->arena, new->key),
					  .key_last4 = license_key_last4(tx->arena, new->key),
					  .product_name = new->product_name,
					  .status = new->status,
					  .mode = new->mode,
					  .max_activations = new->max_activations,
					  .expires_at = new->expires_at,
					  .ends_at = license_ends_at(new->expires_at, new->grace_days),
					  .grace_days = new->grace_days,
					  .ip_locked = new->ip_locked,
					  .lease_ttl_s = new->lease_ttl_s,
					  .plan_id = new->plan_id,
					  .user_id = new->user_id,
					  .metadata = new->metadata,
					  .notes = new->notes,
				      },
				      NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_LICENSES_UQ_KEY_DIGEST, ERR_KEY_EXISTS));
	*ret_id = id;
	return OK;
}

static const char *
label_of(struct arena *arena, const struct license *license)
{
	return arena_printf(arena, "%s (%s)", license->product_name, license->key_hint);
}

enum err
license_record(struct tx *tx, enum event event, const char *org_id, const char *project_id, const struct license *before,
	       const struct license *after)
{
	const struct license *license = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = license->id,
			      .target_label = label_of(tx->arena, license),
			      .fields = license_record_fields,
			      .before = before,
			      .after = after,
		      });
}

/* ---- machines ---- */

const struct field activation_fields[] = {
	OUT_ID(struct activation, id, ID_ACTIVATION),
	OUT_ID(struct activation, license_id, ID_LICENSE),
	OUT_INT(struct activation, seat),
	OUT_STRING(struct activation, label, .flags = FIELD_NULLABLE, .description = "What the program calls the machine"),
	OUT_STRINGS(struct activation, components, .values = component_names, .description = "Which parts the machine named"),
	OUT_STRING(struct activation, country, .description = "ISO 3166-1; ZZ: unknown"),
	OUT_TIME(struct activation, last_seen_at),
	OUT_TIME(struct activation, lease_expires_at, .flags = FIELD_NULLABLE, .description = "Of a floating license"),
	OUT_TIME(struct activation, created_at),
	FIELDS_END,
};

static struct strings
names_in(struct arena *arena, const char *components)
{
	struct fingerprint machine;

	if (!fingerprint_parse(arena, components, &machine))
		return (struct strings){ .items = NULL };
	return fingerprint_names(arena, &machine);
}

enum err
activation_page(struct tx *tx, const char *project_id, const char *license_id, const char *after_id, int64_t limit,
		struct activation **ret, size_t *ret_count)
{
	struct activation_row *rows;
	size_t count;

	TRY(q_activation_list(tx->db,
			      &(struct q_activation_list){
				  .project_id = project_id,
				  .license_id = license_id,
				  .after_id = after_id,
				  .limit = limit,
			      },
			      &rows, &count));
	struct activation *machines = ARENA_ARRAY(tx->arena, count, struct activation);
	for (size_t i = 0; i < count; i++)
		machines[i] = (struct activation){
			.id = rows[i].id,
			.license_id = rows[i].license_id,
			.seat = rows[i].seat,
			.label = rows[i].label,
			.components = names_in(tx->arena, rows[i].components),
			.country = rows[i].country,
			.last_seen_at = rows[i].last_seen_at,
			.lease_expires_at = rows[i].lease_expires_at,
			.created_at = rows[i].created_at,
		};
	*ret = machines;
	*ret_count = count;
	return OK;
}

/* Data of the event: the license, and which machine it was. */
static const char *
data_of(struct arena *arena, const struct license *license, const char *activation_id)
{
	struct buffer data = buffer_new(arena);

	fields_render(&data, license_record_fields, license, true);
	/* Behind the license's own members. */
	return arena_printf(arena, "%.*s,\"activation_id\":\"%s\"}", (int)(data.len - 1), buffer_string(&data), activation_id);
}

enum err
activation_record(struct tx *tx, enum event event, const char *org_id, const char *project_id, const struct license *license,
		  const char *activation_id)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = license->id,
			      .target_label = label_of(tx->arena, license),
			      .changes = arena_printf(tx->arena, "{\"activation_id\":[%s]}",
						      event == EV_LICENSE_DEACTIVATED
							  ? arena_printf(tx->arena, "\"%s\",null", activation_id)
							  : arena_printf(tx->arena, "null,\"%s\"", activation_id)),
			      .data = data_of(tx->arena, license, activation_id),
		      });
}
